"""Looking into a file in a process of its own, with hard limits of memory and time and without any secret.

A parser may swell, loop or fall over hostile bytes; then only that process ends, and the file is refused as too
complex. The process gets the bytes on its standard input and nothing of our environment, so also no credentials.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from chalicelib.shared.errors import Unavailable

from .examination import Finding, examine

Examine = Callable[[str, bytes], Finding]

MEMORY = 768 * 1024 * 1024
CPU_SECONDS, WALL_SECONDS = 10, 12
"""With the scanner's `clamd.PATIENCE` and S3 they stay below the function's timeout (`infra.stages.EVENT_TIMEOUT`)."""

_STARTED = b"started\n"
_ROOT = Path(__file__).resolve().parents[3]


def caged(
    media_type: str,
    content: bytes,
    *,
    memory: int = MEMORY,
    cpu: int = CPU_SECONDS,
    wall: float = WALL_SECONDS,
    python: str = sys.executable,
) -> Finding:
    """`examination.examine` in a process of its own.

    Raises:
        Unavailable: the process did not come up, which is no fault of the file.
    """
    clean = {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = [python, "-m", __spec__.name, media_type, str(memory), str(cpu)]
        done = subprocess.run(  # noqa: S603  our own module; the media type is one of three
            run, input=content, capture_output=True, timeout=wall, env=clean, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding("heavy")
    if not done.stdout.startswith(_STARTED):
        raise _not_up()
    if done.returncode:
        return Finding("heavy")  # it was ended by a limit
    found = json.loads(done.stdout.removeprefix(_STARTED))
    return Finding(found["reason"], tuple(found["notes"]))


def _not_up() -> Unavailable:
    return Unavailable("ระบบตรวจไฟล์ไม่พร้อม", "The check of files did not start; the queue delivers again.")


def main() -> None:
    """What the process does: bound itself, read, look, tell."""
    import resource

    media_type, memory, cpu = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(ValueError):  # macOS knows no limit of address space
            resource.setrlimit(limit, (most, most))
    sys.stdout.buffer.write(_STARTED)
    sys.stdout.buffer.flush()
    found = examine(media_type, sys.stdin.buffer.read())
    sys.stdout.write(json.dumps({"reason": found.reason, "notes": found.notes}))


if __name__ == "__main__":
    main()
