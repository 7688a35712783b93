"""Days, names and cells."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.dumps import rules

NIGHTS = [
    ("2026-11-30T19:59:59", "2026-11-30"),
    ("2026-11-30T20:00:00", "2026-12-01"),
    ("2026-12-31T20:00:00", "2027-01-01"),
]


@pytest.mark.parametrize("utc, day", NIGHTS)
def test_the_night_begins_at_three_in_bangkok(utc: str, day: str) -> None:
    assert rules.day_due(datetime.fromisoformat(utc).replace(tzinfo=UTC)) == day


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n@x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert rules.cell(text) == f"'{text}"


@pytest.mark.parametrize("value, cell", [(None, ""), (["ก", "ข"], "ก; ข"), (3, "3"), ("ปกติ", "ปกติ"), ([], "")])
def test_other_cells_stay_as_they_are(value: object, cell: str) -> None:
    assert rules.cell(value) == cell


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(sorted(rules.COLUMNS)), TEXT))
def test_whatever_stands_in_a_row_stays_one_row(given_row: dict[str, str]) -> None:
    row = {name: given_row.get(name) for name in rules.COLUMNS}
    text = rules.csv_header() + rules.csv_lines([row])
    head, read = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert head == list(rules.COLUMNS)
    for written, name in zip(read, rules.COLUMNS, strict=True):
        assert written.removeprefix("'") == (row[name] or "").removeprefix("'")
        assert not written.lstrip().startswith(("=", "+", "-", "@"))
