"""Hostile SQL: nothing is given away, and nothing takes more than its share, of this process or of the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from chalicelib.opendata.tables.sql import child, guard
from chalicelib.opendata.tables.sql.order import AT_ONCE
from tests.opendata.sql import hostile
from tests.opendata.sql.tables import at_hand, parquet

SECRET = "zqsecret"
COUNT = len(hostile.refused("x", "y"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp(SECRET)
    parquet(folder / "t.parquet")
    parquet(folder / "other.parquet")
    return folder


def test_there_are_enough_of_them() -> None:
    assert COUNT >= 120
    assert len(hostile.HEAVY) >= 5


@pytest.fixture(scope="module")
def opened(place: Path) -> DuckDBPyConnection:
    return child.opened(at_hand("", place / "t.parquet"))


@pytest.mark.parametrize("number", range(COUNT))
def test_a_hostile_query_is_refused_before_it_runs(number: int, place: Path, opened: DuckDBPyConnection) -> None:
    sql = hostile.refused(str(place / "other.parquet"), str(place / "out.csv"))[number]
    before = sorted(place.iterdir())
    with pytest.raises(guard.Unfit) as refused:
        child.judge(opened, sql, ["t"])
    # what is said is a kind, a place and perhaps the name of a function: nothing of the engine or of the machine
    assert len(refused.value.kind) < 12 and len(refused.value.name) < 42
    assert SECRET not in str(vars(refused.value))
    assert sorted(place.iterdir()) == before


def test_an_answer_to_them_holds_no_row(place: Path) -> None:
    for sql in hostile.refused(str(place / "other.parquet"), str(place / "out.csv"))[::12]:
        answer = child.answer(at_hand(sql, place / "t.parquet"))
        assert set(answer) == {"refused"}, sql
        assert SECRET not in str(answer)


def test_heavy_queries_stay_within_their_share(place: Path) -> None:
    """Each in its cage, as in production, but for less time; measured from a process that has no other children."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.opendata.sql.measured", str(place / "t.parquet")],
        input=json.dumps(hostile.HEAVY),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    found = json.loads(done.stdout)
    assert len(found["answers"]) == len(hostile.HEAVY)
    assert {each["refused"] for each in found["answers"]} <= {"late", "memory"}
    assert sum(each["rows"] for each in found["answers"]) == 0
    assert max(each["seconds"] for each in found["answers"]) < AT_ONCE.seconds
    assert 0 < found["most"] <= AT_ONCE.memory < 2**30


@pytest.mark.parametrize("sql", hostile.HARMLESS)
def test_what_only_looks_hostile_is_answered(sql: str, place: Path) -> None:
    before = sorted(place.iterdir())
    assert child.answer(at_hand(sql, place / "t.parquet"))["rows"]
    assert sorted(place.iterdir()) == before
