"""Looking into an applicant's file in a process of its own (`shared.cage`)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from chalicelib.shared import cage

from .examination import Finding, examine

Examine = Callable[[str, bytes], Finding]

MEMORY = 768 * 1024 * 1024
CPU_SECONDS, WALL_SECONDS = 10, 12
"""With the scanner's `clamd.PATIENCE` and S3 they stay below the function's timeout (`infra.stages.EVENT_TIMEOUT`)."""


def caged(
    media_type: str,
    content: bytes,
    *,
    memory: int = MEMORY,
    cpu: int = CPU_SECONDS,
    wall: float = WALL_SECONDS,
    python: str = sys.executable,
) -> Finding:
    """`examination.examine` in a process of its own; `heavy` where a limit ended it.

    Raises:
        Unavailable: the process did not come up, which is no fault of the file.
    """
    limits = cage.Limits(memory, cpu, wall)
    try:
        told = json.loads(cage.run(__spec__.name, [media_type], limits=limits, given=content, python=python))
    except cage.TooHeavy:
        return Finding("heavy")
    return Finding(told["reason"], tuple(told["notes"]))


def main() -> None:
    """What the process does: bound itself, read, look, tell."""
    cage.enter()
    found = examine(sys.argv[1], sys.stdin.buffer.read())
    sys.stdout.write(json.dumps({"reason": found.reason, "notes": found.notes}))


if __name__ == "__main__":
    main()
