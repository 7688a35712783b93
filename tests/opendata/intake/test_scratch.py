"""The folders that files are taken in on: what is left over goes, what is in use stays."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

from chalicelib.opendata.intake.service import scratch_folder


def test_what_a_killed_ingest_left_goes_and_what_others_use_stays(tmp_path: Path) -> None:
    for name in ("klang-ingest-left/lock", "klang-ingest-new/other", "somebody/lock"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as other:
        assert one != other and one.is_dir() and other.is_dir()
        assert not (tmp_path / "klang-ingest-left").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["klang-ingest-new", "somebody"]


def test_nobody_takes_a_folder_that_is_just_being_made(tmp_path: Path) -> None:
    inside: list[Path] = []

    def overtaken(file: Any, how: int) -> None:
        # another process makes its folder at the very moment before this one's lock is held
        if not inside and not how & fcntl.LOCK_NB:
            inside.append(tmp_path)
            with scratch_folder(tmp_path):
                pass
        fcntl.flock(file, how)

    with scratch_folder(tmp_path, overtaken) as folder:
        assert inside and folder.is_dir()
