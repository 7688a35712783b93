"""Looks at every row of a table for what would tell who somebody is.

Two scans. The first asks of each column, by tests that cost little, whether there can be anything; of a column with few
different values it asks each of these once, which is as good as asking every row. The second counts exactly, in those
columns alone. Only counts and row numbers leave: no value of the table is ever fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from ..tables.ingest.types import quoted
from . import naming, patterns
from .judging import judge
from .model import FIRST, Finding, Kind, finding_of, strongest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULES = "1"
AT_ONCE = 100
"""Columns of one scan."""
AT_ONCE_EXACTLY = 20
"""Columns of one exact scan; of most tables no more have anything to look for."""
_INTEGERS = frozenset({"int8", "int4", "numeric", "float8"})
_MOBILE_RANGE = (600_000_000, 999_999_999)
"""Of a telephone number that lost its leading zero."""


@dataclass
class Seen:
    """What was counted in a column.

    Attributes:
        counts: how many rows, by test.
        first: numbers of the first rows, by test.
    """

    position: int
    name: str
    type: str
    original_of: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """The name as `naming` reads it."""
        return naming.plain(self.name)

    def count(self, test: str) -> int:
        """Rows of a test; 0 where it was not asked."""
        return self.counts.get(test, 0)


def look(
    connection: DuckDBPyConnection,
    relation: str,
    columns: Sequence[Mapping[str, Any]],
    few: Collection[str] = (),
) -> dict[str, Any]:
    """What is found in a table: `{"rules", "rows", "findings": [Finding.as_json()]}`.

    Args:
        relation: SQL that may stand behind FROM; in the order of the rows.
        columns: as `model.Table.columns`.
        few: columns that hold few different values, by name; each value is then tested once, not in each row.
    """
    seen = [
        Seen(place, str(column["id"]), str(column["type"]), str(column.get("original_of", "")))
        for place, column in enumerate(columns, start=1)
    ]
    rows = 0
    for begin in range(0, len(seen), AT_ONCE):
        rows = _first(connection, relation, seen[begin : begin + AT_ONCE], few)
    asked = {each.position: tests for each in seen if (tests := _tests(each))}
    wanted = [each for each in seen if each.position in asked]
    for begin in range(0, len(wanted), AT_ONCE_EXACTLY):
        _second(connection, relation, wanted[begin : begin + AT_ONCE_EXACTLY], asked)
    found = strongest(judge(seen, _heads(connection, seen)))
    return {"rules": RULES, "rows": rows, "findings": [each.as_json() for each in found]}


def of_records(columns: Sequence[Mapping[str, Any]], records: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """What is found in rows that somebody writes one by one; a few thousand at most, which are in memory anyway.

    Args:
        columns: as `model.Table.columns`; they are read as texts.
    """
    rows = list(records)
    if not rows or not columns:
        return ()
    names = [str(column["id"]) for column in columns]
    values = [[None if row.get(name) is None else str(row[name]) for row in rows] for name in names]
    shape = ", ".join(f"unnest(?::VARCHAR[]) AS {quoted(name)}" for name in names)
    texts = [{**column, "type": "text"} for column in columns]
    with _memory().cursor() as connection:
        connection.execute(f"CREATE TEMP TABLE records AS SELECT {shape}", values)
        return tuple(map(finding_of, look(connection, "records", texts)["findings"]))


@cache
def _memory() -> DuckDBPyConnection:
    """A database that stays: to open one costs more than to look at a few rows. What is TEMP is a cursor's own."""
    import duckdb

    return duckdb.connect(config={"threads": 1})


def _first(connection: DuckDBPyConnection, relation: str, seen: Sequence[Seen], few: Collection[str]) -> int:
    asked = [
        (each, test, sql)
        for each in seen
        for test, sql in _cheap(each).items()
        if not (test == "anything" and each.name in few)
    ]
    chosen = ", ".join(["count(*)", *(sql for _, _, sql in asked)])
    row = connection.execute(f"SELECT {chosen} FROM {relation}").fetchone() or (0,)  # noqa: S608 - names are quoted, values bound
    for (each, test, _), value in zip(asked, row[1:], strict=True):
        each.counts[test] = int(value or 0)
    for each in seen:
        if each.type == "text" and each.name in few:
            each.counts["anything"] = _different(connection, relation, each)
    return int(row[0])


def _different(connection: DuckDBPyConnection, relation: str, column: Seen) -> int:
    """How many different values of a column have anything; every row's value is among them."""
    name = quoted(column.name)
    anything = patterns.has(name, patterns.ANYTHING)
    query = f"SELECT count(*) FROM (SELECT DISTINCT {name} FROM {relation}) WHERE {anything}"  # noqa: S608 - names are quoted
    return int((connection.execute(query).fetchone() or (0,))[0])


def _cheap(column: Seen) -> dict[str, str]:
    value = quoted(column.name)
    asked = {"filled": f"count({value})"}
    if column.type == "text":
        asked["anything"] = _where(patterns.has(value, patterns.ANYTHING))
        if naming.REMARK.search(column.plain):
            asked["letters"] = f"sum(length({value}))"
    elif column.type in _INTEGERS:
        asked["c13"] = _where(_between(value, patterns.ID_RANGE))
        if naming.PHONE.search(column.plain):
            asked["nine"] = _where(_between(value, _MOBILE_RANGE))
        if naming.COUNT.search(column.plain):
            asked["small"] = _where(_between(value, (1, 4)))
    return asked


def _between(value: str, range: tuple[int, int]) -> str:
    return f"{value} BETWEEN {range[0]} AND {range[1]} AND {value} = floor({value})"


def _where(test: str) -> str:
    return f"count(*) FILTER (WHERE {test})"


def _tests(column: Seen) -> dict[str, str]:
    """What the second scan asks of a column: conditions by name, over what `_parts` makes of each value."""
    value, number = f"v{column.position}", f"k{column.position}"
    tests: dict[str, str] = {}
    if column.type in _INTEGERS:
        if column.count("nine"):
            tests["nine"] = _between(value, _MOBILE_RANGE)
        if column.count("small"):
            tests["small"] = _between(value, (1, 4))
    elif column.type == "text":
        if column.count("anything"):
            tests |= _inside(column.position)
        for asked, test, pattern in _BY_NAME:
            if column.count("filled") and asked.search(column.plain):
                tests[test] = patterns.is_all(patterns.digits(value), pattern)
    if column.count("c13") or column.count("anything"):
        tests |= {"c13": f"{number} IS NOT NULL", "v13": patterns.checks(number), "e1": f"{number} % 10 = 1"}
    return tests


def _inside(position: int) -> dict[str, str]:
    """What is looked for inside of texts."""
    value, text, number, mobile, land = (f"{letter}{position}" for letter in "vdkml")
    return {
        "digits": f"{text} IS NOT NULL",
        "grouped": f"{number} IS NOT NULL AND {patterns.checks(number)} AND {patterns.has(text, patterns.GROUPED_ID)}",
        "mobile": mobile,
        "said": f"{mobile} AND NOT regexp_full_match(trim({text}), '[0-9]{{10}}')",
        "land": land,
        "mail": f"contains({value}, '@') AND {patterns.has(value, patterns.PERSONAL_MAIL)}",
        "named": f"{patterns.has(value, patterns.TITLED)} AND "
        f"{patterns.has(patterns.without_offices(value), patterns.NAMED)}",
        "line_said": f"{value} ILIKE '%line%' AND {patterns.has(value, patterns.LINE_SAID)}",
    }


def _parts(column: Seen) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """What the tests stand on, in three steps of which each knows the one before: {name: SQL}."""
    place, value = column.position, quoted(column.name)
    text, whole = f"d{place}", f"w{place}"
    first, second, third = {f"v{place}": value}, {f"v{place}": f"v{place}"}, {f"v{place}": f"v{place}"}
    if column.type in _INTEGERS:
        there = _between(f"v{place}", patterns.ID_RANGE)
        third[f"k{place}"] = f"CASE WHEN {there} THEN CAST(v{place} AS BIGINT) END"
    elif column.count("anything"):
        first[text] = f"CASE WHEN {patterns.has(value, patterns.NINE_DIGITS)} THEN {patterns.digits(value)} END"
        second |= {text: text, whole: f"CASE WHEN NOT contains({text}, '.') THEN TRY_CAST({text} AS BIGINT) END"}
        third |= {
            text: text,
            f"k{place}": patterns.one_id(text, whole),
            f"m{place}": patterns.has_number(text, whole, patterns.MOBILES, patterns.MOBILE_TEST),
            f"l{place}": patterns.has_number(text, whole, patterns.LANDS, patterns.LAND_TEST),
        }
    return first, second, third


_BY_NAME = (
    (naming.TITLE, "title", patterns.TITLE_ALONE),
    (naming.FULL_NAME, "two_words", patterns.TWO_WORDS),
    (naming.SURNAME, "one_word", patterns.ONE_WORD),
    (naming.FIRST_NAME, "one_word", f"(?:{patterns.TITLE_ALONE} *)?{patterns.ONE_WORD}"),
    (naming.PASSPORT, "passport", patterns.PASSPORT),
    (naming.BANK_ACCOUNT, "account", patterns.ACCOUNT),
    (naming.LINE, "line_name", patterns.LINE_NAME),
    (naming.PLATE, "plate", patterns.PLATE),
    (naming.HOME, "house", f"(?:.|\\n)*{patterns.HOUSE}(?:.|\\n)*"),
)


def _second(
    connection: DuckDBPyConnection, relation: str, seen: Sequence[Seen], asked: Mapping[int, Mapping[str, str]]
) -> None:
    chosen: list[str] = []
    places: list[tuple[Seen, str]] = []
    steps = f"(SELECT *, row_number() OVER () AS {_NUMBER} FROM {relation})"  # noqa: S608 - names are quoted, values bound
    for parts in zip(*map(_parts, seen), strict=True):
        made = ", ".join(f"{sql} AS {name}" for part in parts for name, sql in part.items())
        steps = f"(SELECT {made}, {_NUMBER} FROM {steps})"  # noqa: S608 - names are quoted, values bound
    tested: list[str] = []  # each condition stands once: it is long, and is asked for three times
    for each in seen:
        for test, condition in asked[each.position].items():
            name = f"t{len(tested)}"
            tested.append(f"({condition}) AS {name}")
            chosen += [_where(name), f"min({_NUMBER}, {FIRST}) FILTER (WHERE {name})"]
            places.append((each, test))
            if test in _DIFFERENT:
                number = f"k{each.position}"
                tested.append(f"{number} AS {number}")
                chosen.append(f"approx_count_distinct({number}) FILTER (WHERE {name})")
    kept = ", ".join([*dict.fromkeys(tested), _NUMBER])
    steps = f"(SELECT {kept} FROM {steps})"  # noqa: S608 - names are quoted, values bound
    row = iter(connection.execute(f"SELECT {', '.join(chosen)} FROM {steps}").fetchone() or ())  # noqa: S608 - names are quoted, values bound
    for each, test in places:
        each.counts[test], first = int(next(row)), next(row)
        each.first[test] = tuple(first or ())
        if test in _DIFFERENT:
            each.counts[_DIFFERENT[test]] = int(next(row))


_NUMBER = '"__number"'
_DIFFERENT = {"c13": "cd", "v13": "vd"}
"""Of which tests it is counted how many different ids there are, and under which name."""


def _heads(connection: DuckDBPyConnection, seen: Sequence[Seen]) -> dict[int, Kind]:
    """Columns whose very name is somebody's, by position: the first row was taken for a header."""
    plain = patterns.digits("name")
    ids = patterns.found(plain, patterns.IDS, patterns.ID_TEST)
    tests: dict[Kind, str] = {
        "national_id": f"len(list_filter({ids}, lambda e: {patterns.checks('CAST(e AS BIGINT)')})) > 0",
        "mobile_phone": f"len({patterns.found(plain, patterns.MOBILES, patterns.MOBILE_TEST)}) > 0",
        "email": patterns.has("name", patterns.PERSONAL_MAIL),
        "person_name": patterns.has(patterns.without_offices("name"), patterns.NAMED),
    }
    marked = connection.execute(
        f"SELECT {', '.join(tests.values())} FROM (SELECT unnest(?::VARCHAR[]) AS name)",  # noqa: S608 - values are bound
        [[each.name for each in seen]],
    ).fetchall()
    kinds = [next((kind for kind, is_one in zip(tests, row, strict=True) if is_one), None) for row in marked]
    return {each.position: kind for each, kind in zip(seen, kinds, strict=True) if kind is not None}
