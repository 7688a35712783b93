"""Any question: the engine, the preview and a plain model of the same rows give the same rows, order and total."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.opendata.model import Table
from chalicelib.opendata.tables.engine import question
from chalicelib.opendata.tables.engine.asking import Asking
from chalicelib.opendata.tables.engine.reading import Tables
from chalicelib.opendata.tables.ingest.values import as_json
from tests.opendata.tables.shelf import published
from tests.support.memory_objects import MemoryObjects

COLUMNS = {
    "ชื่อ": "text", "n": "int8", "พื้นที่": "numeric", "ratio": "float8", "ok": "bool", "on": "date", "at": "timestamp",
}  # fmt: skip
TEXTS = ["เชียงใหม่", "เชียงราย", "น้ำ", "แม่นํ้า", "", "a", "B", "ก" * 5, "๑๒", "12", "ทะเล น้ำ", "%", "'; --", "2569"]
ROWS: Sequence[Sequence[Any]] = [
    [
        None if n % 7 == 3 else TEXTS[n * 5 % len(TEXTS)],
        None if n % 11 == 5 else n * 37 % 40 - 12,
        None if n % 13 == 1 else Decimal(n * 91 % 500) / 8,
        None if n % 5 == 4 else (n * 53 % 30) / 7,
        None if n % 9 == 2 else n % 2 == 0,
        None if n % 6 == 1 else date(2020 + n % 8, 1 + n % 12, 1 + n % 28),
        None if n % 8 == 7 else datetime(2024, 1 + n % 3, 1 + n % 9, n % 24, 30 * (n % 2)),
    ]
    for n in range(90)
]
NAMES = ["_id", *COLUMNS]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Table]:
    folder = tmp_path_factory.mktemp("shelf")
    objects = MemoryObjects()
    table = published(objects, folder, COLUMNS, ROWS, group=2_048)
    return Tables(objects, folder / "cache"), table


def values(name: str) -> st.SearchStrategy[Any]:
    """What may be compared with a column, as it is written in JSON."""
    if name == "_id":
        return st.integers(-1, 95)
    place = list(COLUMNS).index(name)
    return st.sampled_from([as_json(row[place]) for row in ROWS if row[place] is not None])


@st.composite
def filters(draw: st.DrawFn, depth: int = 2) -> Any:
    asked: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
        value = values(name)
        asked[name] = draw(
            st.one_of(
                value,
                st.none(),
                st.lists(st.one_of(value, st.none()), min_size=1, max_size=4),
                st.dictionaries(st.sampled_from(["lt", "lte", "gt", "gte", "eq"]), value, min_size=1, max_size=2),
                st.lists(st.one_of(value, st.fixed_dictionaries({"gte": value})), min_size=1, max_size=3),
            )
        )
    if depth and draw(st.booleans()):
        asked[draw(st.sampled_from(["$or", "$and"]))] = draw(st.lists(filters(depth - 1), min_size=1, max_size=3))
    return asked


sorts = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["", " asc", " desc"]),
        st.sampled_from(["", " nulls first", " nulls last"]),
    ).map(lambda parts: f'"{parts[0]}"{parts[1]}{parts[2]}'),
    max_size=3,
)
questions = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.one_of(filters(), st.lists(filters(1), max_size=3)),
        "q": st.one_of(
            st.sampled_from(["เชียง", "น้ำ", "12", "น้ำ ทะเล", "2569", "true", "2024-02", "zz"]),
            st.dictionaries(st.sampled_from(["ชื่อ", "n", "on"]), st.sampled_from(["น้ำ", "5", "2021"]), min_size=1),
        ),
        "sort": sorts,
        "limit": st.integers(0, 100),
        "offset": st.integers(0, 100),
        "fields": st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
        "distinct": st.booleans(),
        "include_total": st.booleans(),
    },
)


class Model:
    """The same questions, answered by the plainest code there is."""

    def __init__(self, asked: Mapping[str, Any], columns: Sequence[str]) -> None:
        self.asked = asked
        self.columns = columns
        self.rows = [{"_id": n + 1, **dict(zip(COLUMNS, row, strict=True))} for n, row in enumerate(ROWS)]

    def answer(self) -> tuple[list[list[Any]], int]:
        asked = self.asked
        found = [row for row in self.rows if self.passes(asked.get("filters") or {}, row) and self.fits(row)]
        distinct = asked.get("distinct") and "_id" not in self.columns
        sort = [self.by(each) for each in asked.get("sort", [])]
        if distinct:
            named = {name for name, _, _ in sort}
            sort += [(name, False, False) for name in self.columns if name not in named]
        elif not sort and asked.get("q"):
            sort = [(name, True, True) for name in self.ranks()]
        for name, down, nulls_first in reversed(sort):
            missing = [row for row in found if self.value(name, row) is None]
            there = [row for row in found if self.value(name, row) is not None]
            there.sort(key=lambda row: self.value(name, row), reverse=down)
            found = missing + there if nulls_first else there + missing
        shown = [[self.shown(name, row) for name in self.columns] for row in found]
        if distinct:
            shown = [row for place, row in enumerate(shown) if row not in shown[:place]]
        start, limit = asked.get("offset", 0), asked.get("limit", 100)
        return shown[start : start + limit], len(shown)

    @staticmethod
    def by(clause: str) -> tuple[str, bool, bool]:
        name, rest = clause[1:].split('"')
        down = " desc" in rest
        return name, down, " nulls first" in rest or (down and " nulls last" not in rest)

    def passes(self, given: Any, row: Mapping[str, Any]) -> bool:
        if isinstance(given, list):
            return not given or any(self.passes(each, row) for each in given)
        for name, wanted in given.items():
            if name == "$and":
                holds = all(self.passes(each, row) for each in wanted)
            elif name == "$or":
                holds = any(self.passes(each, row) for each in wanted)
            else:
                several = wanted if isinstance(wanted, list) else [wanted]
                holds = any(self.compares(row[name], each) for each in several)
            if not holds:
                return False
        return True

    @staticmethod
    def compares(value: Any, wanted: Any) -> bool:
        if not isinstance(wanted, dict):
            return bool(value is None if wanted is None else value is not None and as_json(value) == wanted)
        left = as_json(value)
        tests = {
            "lt": lambda right: left < right, "lte": lambda right: left <= right, "gt": lambda right: left > right,
            "gte": lambda right: left >= right, "eq": lambda right: left == right,
        }  # fmt: skip
        return left is not None and all(tests[name](right) for name, right in wanted.items())

    def searches(self) -> dict[str, tuple[str, list[str]]]:
        q = self.asked.get("q") or {}
        if isinstance(q, str):
            return {"rank": (q, list(COLUMNS))}
        return {f"rank {name}": (text, [name]) for name, text in q.items()}

    def ranks(self) -> list[str]:
        return list(self.searches())

    def fits(self, row: Mapping[str, Any]) -> bool:
        return all(
            self.filled(word, name_list, row) > 0
            for text, name_list in self.searches().values()
            for word in text.split()
        )

    def filled(self, word: str, names: Sequence[str], row: Mapping[str, Any]) -> float:
        best = 0.0
        for name in names:
            value = row[name]
            if isinstance(value, str):
                plain = value.replace("ํ้า", "้ำ").translate({0x0E50 + n: str(n) for n in range(10)})
                best = max(
                    best, min(1.0, len(word) / len(value)) if word in unicodedata.normalize("NFC", plain) else 0.0
                )
            elif isinstance(value, bool):
                best = max(best, float(str(value).lower() == word))
            elif isinstance(value, date):
                years = [word, f"{int(word) - 543}"] if word.isdigit() and 2400 <= int(word) < 2700 else [word]
                whole = word.count("-") < 3 and (len(word) == 4 or "-" in word)
                best = max(best, float(whole and any(value.isoformat().startswith(each) for each in years)))
            elif value is not None:
                best = max(best, float(word.replace(".", "").isdigit() and Decimal(word) == Decimal(str(value))))
        return best

    def rank(self, name: str, row: Mapping[str, Any]) -> float:
        text, names = self.searches()[name]
        return sum(self.filled(word, names, row) for word in text.split()) / len(text.split())

    def value(self, name: str, row: Mapping[str, Any]) -> Any:
        return self.rank(name, row) if name.startswith("rank") else row[name]

    def shown(self, name: str, row: Mapping[str, Any]) -> Any:
        return round(self.rank(name, row), 6) if name.startswith("rank") else as_json(row[name])


def sortable(asked: dict[str, Any]) -> dict[str, Any]:
    """With distinct, what is sorted by must be shown."""
    if asked.get("distinct") and "sort" in asked and "_id" not in asked.get("fields", ["_id"]):
        shown = asked["fields"]
        asked = {**asked, "sort": [each for each in asked["sort"] if each[1:].split('"')[0] in shown]}
    return asked


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=questions.map(sortable))
def test_three_ways_to_one_answer(shelf: tuple[Tables, Table], asked: dict[str, Any]) -> None:
    tables, table = shelf
    parsed = question.parse({"resource_id": "r", **asked}, table)
    expected, total = Model(asked, parsed.columns).answer()
    previewed = tables.preview(table).answer(parsed)
    assert previewed == (expected, total)
    with tables.engine.connect([table]) as opened:
        rows, counted = Asking(opened.connection, tables.rows(opened, table), table.rows).answer(parsed)
    assert rows == expected
    assert counted == total if parsed.include_total else counted in (None, total)
