"""The clock can be recomputed by anyone from what /clock answers: here by a small script that knows nothing else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.model import Case
from chalicelib.shared.clock_ledger import Entry
from chalicelib.shared.thai import Text
from tests.biz.samples import food
from tests.biz.town import MALEE, Town

ONE = dt.timedelta(days=1)
THAILAND = dt.timezone(dt.timedelta(hours=7))


def recomputed(told: dict[str, Any]) -> dt.date | None:
    """The due day, from the JSON of /clock alone: the ledger, the term and the days off that it names."""
    term, off = told["clock"]["term"], {day["date"] for day in told["clock"]["days_off"]}
    marks = [(entry["kind"], dt.datetime.fromisoformat(entry["at"])) for entry in told["ledger"]]
    days = [(kind, at.astimezone(THAILAND).date()) for kind, at in marks]

    def works(day: dt.date) -> bool:
        return day.weekday() < 5 and day.isoformat() not in off

    def counts(day: dt.date) -> bool:
        return works(day) if term["basis"] == "working" else True

    if not days:
        return None
    left, begin = term["days"], days[0][1]
    rest = [(kind, day) for kind, day in days[1:] if kind in ("pause", "resume")]
    while True:
        day, open_days = begin, left
        while open_days:
            day += ONE
            open_days -= counts(day)
        while term["rolls_forward"] and not works(day):
            day += ONE
        if not rest or day < rest[0][1]:
            return day
        paused = rest.pop(0)[1]
        if not rest:
            return None
        while begin < paused and left:
            begin += ONE
            left -= counts(begin)
        begin = rest.pop(0)[1]


TERMS = {
    "work": {"days": 5, "basis": "working", "rolls_forward": True},
    "roll": {"days": 30, "basis": "calendar", "rolls_forward": True},
    "raw": {"days": 15, "basis": "calendar", "rolls_forward": False},
}
KINDS = ["start", "pause", "resume", "pause", "resume", "pause", "resume", "stop"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose services count differently."""
    shelf: Path = tmp_path_factory.mktemp("services")
    for name, term in TERMS.items():
        sla = {**term, "source": "test", "verified": "design"}
        service = food() | {"id": f"food-{name}", "sla": sla}
        (shelf / f"{name}.json").write_text(json.dumps(service), encoding="utf-8")
    return Town(shelf)


@pytest.fixture(scope="module")
def cases(town: Town) -> dict[str, Case]:
    """A case of each."""
    return {name: town.biz.store.find_case(town.open(service=f"food-{name}")) for name in TERMS}


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(TERMS)),
    start=st.integers(0, 24 * 200),
    gaps=st.lists(st.integers(0, 24 * 20), min_size=0, max_size=7),
    later=st.integers(0, 24 * 60),
)
def test_a_script_that_knows_only_the_answer_finds_the_same_due_day(
    town: Town, cases: dict[str, Case], name: str, start: int, gaps: list[int], later: int
) -> None:
    at, ledger = dt.datetime(2026, 1, 5, 2, tzinfo=dt.UTC) + dt.timedelta(hours=start), list[Entry]()
    kinds = KINDS[: len(gaps) + 1]
    for kind, gap in zip(kinds, [0, *gaps], strict=True):
        at += dt.timedelta(hours=gap)
        ledger.append(Entry.model_validate({"kind": kind, "at": at, "reason": Text(th="ก", en="x"), "law": "l"}))
    case = cases[name].model_copy(update={"ledger": tuple(ledger)})
    item = town.biz.store.changed_case(case, "agency").item
    town.memory._items[item.key] = (item, "test")
    town.at = at + dt.timedelta(hours=later)
    told = town.ok(MALEE, "GET", f"/applications/{case.id}/clock")
    due = told["clock"]["due"]
    assert recomputed(told) == (None if due is None else dt.date.fromisoformat(due))


def test_a_clock_that_never_started_has_no_due_day(town: Town) -> None:
    told = town.ok(MALEE, "GET", f"/applications/{town.open(service='food-work')}/clock")
    assert (recomputed(told), told["clock"]["due"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "start", "due"),
    [
        ("work", "2026-12-04T09:00:00+07:00", dt.date(2026, 12, 15)),
        ("roll", "2026-04-09T09:00:00+07:00", dt.date(2026, 5, 11)),
        ("raw", "2026-04-09T09:00:00+07:00", dt.date(2026, 4, 24)),
    ],
)
def test_the_script_counts_as_the_worked_examples_do(
    town: Town, cases: dict[str, Case], name: str, start: str, due: dt.date
) -> None:
    entry = Entry.model_validate({"kind": "start", "at": start, "reason": Text(th="ก", en="x"), "law": "l"})
    item = town.biz.store.changed_case(cases[name].model_copy(update={"ledger": (entry,)}), "agency").item
    town.memory._items[item.key] = (item, "test")
    assert recomputed(town.ok(MALEE, "GET", f"/applications/{cases[name].id}/clock")) == due
