"""Every hostile file of the table meets its fate, within five seconds of processor time and 512 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.opendata.tables.ingest import caged
from chalicelib.opendata.tables.ingest.model import Unreadable
from tests.hostile.payloads.files import FILES, KILLED, TAKEN, HostileFile
from tests.hostile.payloads.trial import CPU, ENTRANCES

ROOT = Path(__file__).resolve().parents[3]
MEMORY = 512 << 20


class Tried(NamedTuple):
    """How it went."""

    fate: str
    cpu: float
    memory: int


@pytest.fixture(scope="module")
def tried() -> dict[tuple[str, str], Tried]:
    """All files in one run: a process for each, forked from one that has loaded everything."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.hostile.payloads.trial"],
        check=True,
        capture_output=True,
        cwd=ROOT,
    ).stdout
    return {(entrance, name): Tried(*rest) for entrance, name, *rest in json.loads(told)}


def test_there_are_many_and_none_stands_twice() -> None:
    names = Counter((file.entrance, file.name) for file in FILES)
    assert max(names.values()) == 1 and len(names) >= 120
    assert {file.entrance for file in FILES} == set(ENTRANCES)


def test_each_file_meets_its_fate_within_its_limits(tried: dict[tuple[str, str], Tried]) -> None:
    wrong = []
    for file in FILES:
        found = tried[file.entrance, file.name]
        as_told = found.fate == TAKEN if file.fate == TAKEN else file.fate in found.fate and found.fate != TAKEN
        odd = found.fate.startswith(("escaped", "wrote")) or (file.fate != KILLED and found.fate.startswith(KILLED))
        good = as_told and not odd
        if not good or found.cpu > CPU or found.memory > MEMORY:
            wrong.append((file.entrance, file.name, file.fate, found))
    assert wrong == []


@pytest.mark.parametrize("file", [file for file in FILES if file.fate == KILLED], ids=lambda file: file.name)
def test_what_its_reader_falls_over_is_refused_by_the_cage(file: HostileFile, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(file.make())
    (tmp_path / "scratch").mkdir()
    with pytest.raises(Unreadable, match="damaged"):
        caged.build(source, tmp_path / "scratch")
