"""What a caged process leaves behind: nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chalicelib.shared import cage


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    limits = cage.Limits(memory=2**30, cpu=10, wall=6.0, file=1000)
    with pytest.raises(cage.TooHeavy) as ended:
        cage.run("tests.shared.breeds", [str(told)], limits=limits)
    assert ended.value.late
    child = int(told.read_text("utf-8"))
    end = time.monotonic() + 5
    while _runs(child) and time.monotonic() < end:
        pass  # the kernel takes it away in its own time
    assert not _runs(child)
