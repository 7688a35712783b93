"""Which names of a query may be tables, before it is read for good."""

# ruff: noqa: S608 - queries made of texts of this file

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.tables.sql import names

ID = "0190f2c4d5e6f708192a3b4c5d6e7f80"
OTHER = "b5d6e1a2-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (f'SELECT * FROM "{ID}"', [ID]),
        (f'select * from "{ID}/2@3" as x', [f"{ID}/2@3"]),
        (f'SELECT * FROM "{ID}" a JOIN "{OTHER}" b ON a.x = b.x', [ID, OTHER]),
        (f'SELECT * FROM "{ID}", "{OTHER}@2026-01-31"', [ID, f"{OTHER}@2026-01-31"]),
        (f'FROM "{ID}" SELECT 1', [ID]),
        (f'SELECT * FROM (("{ID}"))', [ID]),
        (f'SELECT * FROM (SELECT * FROM "{ID}")', [ID]),
        (f'SELECT (SELECT max(x) FROM "{OTHER}") FROM "{ID}"', [OTHER, ID]),
        (f'PIVOT "{ID}" ON a IN (1) USING sum(b)', [ID]),
        (f'WITH x AS (SELECT * FROM "{ID}") SELECT * FROM x', [ID]),
        (f'WITH x AS MATERIALIZED (FROM "{ID}"), y AS (FROM x) FROM y', [ID]),
        (f'SELECT "a b", "{ID}x".y FROM "{ID}"', [ID]),
        ("SELECT * FROM my_table", ["my_table"]),
        ("SELECT * FROM licences l, other_one", ["licences"]),
        ('SELECT * FROM "a""b"', ['a"b']),
        (f'SELECT \'FROM "{OTHER}"\' FROM "{ID}"', [ID]),
        (f'SELECT $$FROM "{OTHER}"$$ FROM "{ID}"', [ID]),
        (f'SELECT 1 -- FROM "{OTHER}"\nFROM "{ID}"', [ID]),
        (f'SELECT 1 /* FROM "{OTHER}" */ FROM "{ID}"', [ID]),
        (f'SELECT * FROM main."{ID}"', []),
        ("SELECT * FROM read_csv('x')", []),
        ("SELECT * FROM unnest([1])", []),
        ("SELECT * FROM (VALUES (1))", []),
        ("SELECT 1", []),
        ("", []),
    ],
)
def test_names_behind_from_are_found(sql: str, found: list[str]) -> None:
    assert names.tables(sql) == found


def test_too_many_are_cut_off_where_that_shows() -> None:
    many = ", ".join(f'"{number:032x}"' for number in range(50))
    assert len(names.tables(f"SELECT * FROM {many}")) == names.MOST + 1


@given(st.text(alphabet="FROMJINfrom \"'`$/*-,.();ก1\n", max_size=60))
def test_any_text_is_looked_through(text: str) -> None:
    assert all(name for name in names.tables(text) if name)
    assert len(names.tables(text)) <= names.MOST + 1
