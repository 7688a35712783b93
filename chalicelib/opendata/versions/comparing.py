"""Which rows are different between two versions of a table: found by DuckDB over both Parquet files.

Rows are told apart by a key: the one that was declared, else columns that were proven to be one in both versions; of
several, the one by which the fewest rows are different (a corrected figure is then one changed row). Without a key rows
are compared whole, as often as each occurs. For the comparison itself each row is only its key, a 64-bit hash of its
values and its number, so that tables of millions of rows fit into the memory of a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.shared.dataclass import dataclass

from ..model import Table
from ..tables.ingest.types import quoted
from ..tables.ingest.values import as_json
from .schema import SchemaDiff

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 20_000
"""Different rows that are listed; more are counted."""
CANDIDATES = 8
"""Columns that are looked at for a key, from the left."""
TRIED = 4
"""Keys that are tried out."""
COMBINED = 12
"""Pairs and triples of columns that are looked at where no column is a key."""
_NUMBERS = frozenset({"int8", "numeric", "float8"})
_KEYS = ("text", "date", "int8", "timestamp", "timestamptz")
"""Types of columns that may be a key, the likeliest first; a figure with a fraction never tells rows apart."""

Kind = Literal["added", "removed", "changed"]
KeyFrom = Literal["declared", "found", "none"]


@dataclass(frozen=True)
class Pair:
    """A column in both versions; `numbers` and `text` say how values of different types are compared."""

    before: str
    after: str
    how: Literal["same", "numbers", "text"]


@dataclass(frozen=True)
class Counted:
    """How many rows are different.

    Attributes:
        key: names of its columns as they are now; () where rows were compared whole.
        listed: how many of the different rows are listed.
    """

    key: tuple[str, ...]
    key_from: KeyFrom
    added: int
    removed: int
    changed: int
    unchanged: int
    listed: int


@dataclass(frozen=True)
class Side:
    """A table in the connection: SQL of its rows, and what is what in it."""

    rows: str
    table: Table

    @property
    def number(self) -> str:
        """SQL of a row's number, from 1."""
        return quoted("_id") if self.table.numbered else "(file_row_number + 1)"


Emit = Callable[[dict[str, Any]], None]
"""Takes one row that is different: kind, numbers, key, before, after."""


def pairs_of(old: Table, new: Table, schema: SchemaDiff) -> list[Pair]:
    """The columns that are compared: those that are shown in both, but for those made of another."""
    names = {each.after: each.before for each in schema.renamed}
    before = {str(each["id"]): each for each in old.shown if "twin_of" not in each}
    found: list[Pair] = []
    for column in new.shown:
        after = str(column["id"])
        name = names.get(after, after)
        if name not in before or "twin_of" in column:
            continue
        types = {str(before[name]["type"]), str(column["type"])}
        how: Literal["same", "numbers", "text"] = (
            "same" if len(types) == 1 else "numbers" if types <= _NUMBERS else "text"
        )
        found.append(Pair(name, after, how))
    return found


def compare(
    connection: DuckDBPyConnection,
    old: Side,
    new: Side,
    schema: SchemaDiff,
    declared: Sequence[str],
    emit: Emit,
    most: int = MOST,
) -> Counted:
    """Counts the rows that are different and tells of the first `most`, in the order of the newer version; those that
    are gone come last.

    Args:
        declared: names of the columns that are the key in the newer version, if somebody said so.
    """
    pairs = pairs_of(old.table, new.table, schema)
    if not pairs:  # nothing is in both: every row is another one
        return Counted((), "none", new.table.rows, old.table.rows, 0, 0, 0)
    by_name = {pair.after: pair for pair in pairs}
    key, key_from = _chosen(connection, old, new, pairs, [by_name[each] for each in declared if each in by_name])
    counts = _joined(connection, old, new, pairs, key, keep=True)
    listed = _list(connection, old, new, pairs, key, emit, most)
    return Counted(tuple(pair.after for pair in key), key_from, *counts, listed)


def _chosen(
    connection: DuckDBPyConnection, old: Side, new: Side, pairs: Sequence[Pair], declared: Sequence[Pair]
) -> tuple[list[Pair], KeyFrom]:
    if declared and _is_key(connection, old, declared, 0) and _is_key(connection, new, declared, 1):
        return list(declared), "declared"
    types = {str(each["id"]): str(each["type"]) for each in new.table.columns}
    likely = [pair for kind in _KEYS for pair in pairs if types[pair.after] == kind][:CANDIDATES]
    found: list[list[Pair]] = []
    for pair in likely:
        if len(found) < TRIED and all(_is_key(connection, side, [pair], at) for at, side in enumerate((old, new))):
            found.append([pair])
    if not found:
        few = [each for size in (2, 3) for each in combinations(likely[:5], size)][:COMBINED]
        for some in few:
            if len(found) < TRIED and all(_is_key(connection, side, some, at) for at, side in enumerate((old, new))):
                found.append(list(some))
    if len(found) < 2:
        return (found[0], "found") if found else ([], "none")
    told = [_joined(connection, old, new, pairs, each, keep=False) for each in found]
    best = min(range(len(found)), key=lambda at: (sum(told[at][:3]), at))
    return found[best], "found"


def _is_key(connection: DuckDBPyConnection, side: Side, key: Sequence[Pair], at: int) -> bool:
    """Whether no two rows have the same values in these columns, and none has nothing there."""
    names = [quoted((pair.before, pair.after)[at]) for pair in key]
    some = f"(SELECT {', '.join(f'{name} AS k{place}' for place, name in enumerate(names))} FROM {side.rows})"  # noqa: S608 - names are quoted
    keys = ", ".join(f"k{place}" for place in range(len(names)))
    empty = " OR ".join(f"k{place} IS NULL" for place in range(len(names)))
    # a few rows tell of most columns that they are none
    sample = f"(SELECT * FROM {some} LIMIT 5000)"  # noqa: S608 - names are quoted
    for rows in (sample, some):
        total, distinct, blank = connection.execute(
            f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {rows})),"  # noqa: S608 - our own names
            f" count(*) FILTER ({empty}) FROM {rows}"
        ).fetchall()[0]
        if blank or distinct != total:
            return False
    return True


def _value(pair: Pair, at: int) -> str:
    name = quoted((pair.before, pair.after)[at])
    return {"same": name, "numbers": f"CAST({name} AS DOUBLE)", "text": f"CAST({name} AS VARCHAR)"}[pair.how]


def _short(side: Side, pairs: Sequence[Pair], key: Sequence[Pair], at: int) -> str:
    """SQL of the rows as number, key and hash; without a key, the hash and how many of the same came before."""
    values = ", ".join(_value(pair, at) for pair in pairs)
    columns = f"{side.number} AS n, hash({values}) AS h"
    if not key:
        rows = f"(SELECT {columns} FROM {side.rows})"  # noqa: S608 - names are quoted
        return f"(SELECT n, h, h AS k0, row_number() OVER (PARTITION BY h ORDER BY n) AS k1 FROM {rows})"  # noqa: S608 - our own names
    keys = ", ".join(f"{_value(pair, at)} AS k{place}" for place, pair in enumerate(key))
    return f"(SELECT {columns}, {keys} FROM {side.rows})"  # noqa: S608 - names are quoted


def _joined(
    connection: DuckDBPyConnection, old: Side, new: Side, pairs: Sequence[Pair], key: Sequence[Pair], *, keep: bool
) -> tuple[int, int, int, int]:
    """How many rows were added, removed, changed and left; the different ones stay in the table `d` where they are
    to be kept."""
    on = " AND ".join(f"a.k{place} = b.k{place}" for place in range(len(key) or 2))
    both = (
        f"(SELECT a.n AS an, b.n AS bn, a.h = b.h AS same FROM {_short(old, pairs, key, 0)} a"  # noqa: S608 - names are quoted
        f" FULL JOIN {_short(new, pairs, key, 1)} b ON {on})"
    )
    if keep:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE d AS SELECT an, bn FROM {both} WHERE same IS NOT TRUE"  # noqa: S608 - names are quoted
        )
        added, removed, changed = connection.execute(
            "SELECT count(*) FILTER (an IS NULL), count(*) FILTER (bn IS NULL),"
            " count(*) FILTER (an IS NOT NULL AND bn IS NOT NULL) FROM d"
        ).fetchall()[0]
        return added, removed, changed, new.table.rows - added - changed
    added, removed, changed, same = connection.execute(
        "SELECT count(*) FILTER (an IS NULL), count(*) FILTER (bn IS NULL),"  # noqa: S608 - names are quoted
        f" count(*) FILTER (same IS FALSE), count(*) FILTER (same) FROM {both}"
    ).fetchall()[0]
    return added, removed, changed, same


def _list(
    connection: DuckDBPyConnection,
    old: Side,
    new: Side,
    pairs: Sequence[Pair],
    key: Sequence[Pair],
    emit: Emit,
    most: int,
) -> int:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE l AS SELECT an, bn,"  # noqa: S608 - our own names
        f" row_number() OVER (ORDER BY bn NULLS LAST, an) AS o FROM d QUALIFY o <= {most}"
    )
    befores, afters = _values(connection, old, "an"), _values(connection, new, "bn")
    order = connection.execute("SELECT o, an, bn FROM l ORDER BY o").fetchall()
    connection.execute("DROP TABLE l")
    for o, an, bn in order:
        before, after = befores.get(o), afters.get(o)
        kind: Kind = "added" if before is None else "removed" if after is None else "changed"
        names = [(pair.before, pair.after) for pair in key]
        row = after if after is not None else before
        told_key = {b: (row or {}).get(b if after is not None else a) for a, b in names}
        if before is not None and after is not None:
            different = [pair for pair in pairs if not _equal(before[pair.before], after[pair.after], pair)]
            before = {pair.after: before[pair.before] for pair in different}
            after = {pair.after: after[pair.after] for pair in different}
        emit({"kind": kind, "from": an, "to": bn, "key": told_key, "before": before, "after": after})
    return len(order)


def _values(connection: DuckDBPyConnection, side: Side, number: str) -> dict[int, dict[str, Any]]:
    names = [str(each["id"]) for each in side.table.shown]
    columns = ", ".join(f"{quoted(name)} AS c{place}" for place, name in enumerate(names))
    chosen = ", ".join(f"s.c{place}" for place in range(len(names)))
    found = connection.execute(
        f"SELECT l.o, {chosen} FROM (SELECT {side.number} AS n, {columns} FROM {side.rows}) s"  # noqa: S608 - names are quoted
        f" JOIN l ON s.n = l.{number}"
    ).fetchall()
    return {row[0]: dict(zip(names, map(as_json, row[1:]), strict=True)) for row in found}


def _equal(before: Any, after: Any, pair: Pair) -> bool:
    if pair.how == "numbers" and before is not None and after is not None:
        return float(before) == float(after)
    if pair.how == "text" and before is not None and after is not None:
        return str(before) == str(after)
    return bool(before == after)
