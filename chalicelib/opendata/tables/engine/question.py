"""A question to a table: the parameters of CKAN's `datastore_search`, checked against the table's columns.

Nothing of what a caller sends becomes SQL text: columns are looked up among the known ones, values are bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ...model import Table
from ...rules import Rejected
from . import filters, words
from .conditions import ROW_ID, AllOf, Condition, Rank
from .filters import as_object, shown

MAX_LIMIT = 32_000
DEFAULT_LIMIT = 100
FORMATS = ("objects", "lists", "csv", "tsv")
RANK = "rank"

_KNOWN = frozenset(
    {
        "id", "resource_id", "filters", "q", "full_text", "plain", "language", "distinct", "fields", "sort", "limit",
        "offset", "records_format", "include_total", "include_next_page", "total_estimation_threshold", "version",
        "as_of",
    }
)  # fmt: skip
_ECHOED = ("filters", "q", "full_text", "plain", "language", "distinct", "sort", "offset")
_SORT = re.compile(
    r'\s*(?:"([^"]+)"|(.+?))(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*', re.IGNORECASE | re.DOTALL
)
_COMMAS = re.compile(r'(?:"[^"]*"|[^,"]|")+')


@dataclass(frozen=True)
class By:
    """A column to sort by; where values are missing they come last in rising and first in falling order, as in
    PostgreSQL, unless somebody says otherwise."""

    column: str
    down: bool = False
    nulls_first: bool = False


@dataclass(frozen=True)
class Question:
    """A checked question.

    Attributes:
        where: None for every row.
        columns: what to show, in order; `_id` and names of ranks may be among them.
        sort: whatever is left equal stands in the table's order.
        ranks: of the search; rows that fit better come first where no sort is asked.
        distinct: each row of values once.
        include_total: whether it must be known how many match.
        limited: whether the caller said a limit.
        echo: the given inputs, as CKAN repeats them in the result.
    """

    where: Condition | None = None
    columns: tuple[str, ...] = (ROW_ID,)
    sort: tuple[By, ...] = ()
    ranks: tuple[Rank, ...] = ()
    distinct: bool = False
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    records_format: str = "objects"
    include_total: bool = True
    include_next_page: bool = True
    limited: bool = False
    echo: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """True when rows are wanted in the table's order without a condition: nothing need be looked for."""
        return self.where is None and not self.sort and not self.distinct and not self.ranks

    @property
    def in_order(self) -> bool:
        """True when rows come in the table's order."""
        return not self.distinct and not self.ranks and self.sort in ((), (By(ROW_ID),))


def resource_of(given: Mapping[str, Any]) -> str:
    """The id of the resource asked about (`id` is an alias).

    Raises:
        Rejected.
    """
    found = given.get("resource_id") or given.get("id")
    if not found:
        raise Rejected({"resource_id": ["Missing value"]})
    if not isinstance(found, str):
        raise Rejected({"resource_id": ["Must be a Unicode string value"]})
    return found


def parse(given: Mapping[str, Any], table: Table) -> Question:
    """The question that these parameters ask of a table.

    Raises:
        Rejected: with CKAN's messages.
    """
    return _Reader(given, table).question()


class _Reader:
    def __init__(self, given: Mapping[str, Any], table: Table) -> None:
        self._given = given
        self._types = {column["id"]: column["type"] for column in table.columns}
        self._shown = {column["id"]: column["type"] for column in table.shown}
        self._messages: dict[str, list[str]] = {}

    def question(self) -> Question:
        given = self._given
        if given.keys() - _KNOWN:
            self._refuse("__junk", "The input field was not expected.")
        conditions = [self._filters(), *self._full_text()]
        searched, ranks = self._search()
        conditions += searched
        found = [condition for condition in conditions if condition is not None]
        distinct = self._flag("distinct", False)
        columns = self._fields(ranks)
        limit = min(self._number("limit", DEFAULT_LIMIT), MAX_LIMIT)
        offset = self._number("offset", 0)
        form = given.get("records_format") or "objects"
        if form not in FORMATS:
            self._refuse("records_format", f"Value must be one of {list(FORMATS)}")
        if given.get("total_estimation_threshold") not in (None, ""):
            self._number("total_estimation_threshold", 0)  # checked as CKAN does; a total is never estimated here
        distinct = distinct and ROW_ID not in columns
        sort = self._sort(ranks, columns if distinct else None)
        totals = self._flag("include_total", True), self._flag("include_next_page", True)
        if self._messages:
            raise Rejected(self._messages)
        return Question(
            where=None if not found else found[0] if len(found) == 1 else AllOf(tuple(found)),
            columns=columns,
            sort=sort,
            ranks=() if distinct else ranks,
            distinct=distinct,
            limit=limit,
            offset=offset,
            records_format=str(form),
            include_total=totals[0],
            include_next_page=totals[1],
            limited=given.get("limit") not in (None, ""),
            echo=self._echo(offset),
        )

    def _echo(self, offset: int) -> dict[str, Any]:
        echo = {name: self._given[name] for name in _ECHOED if self._given.get(name) not in (None, "")}
        if "offset" in echo:
            echo["offset"] = offset
        for name in ("filters", "q"):
            if name in echo and isinstance(read := as_object(echo[name]), Mapping | list):
                echo[name] = read
        return echo

    def _refuse(self, name: str, *messages: str) -> None:
        self._messages.setdefault(name, []).extend(messages)

    def _filters(self) -> Condition | None:
        try:
            return filters.parse(self._given.get("filters"), self._types)
        except filters.BadFilter as bad:
            self._refuse("filters", str(bad))
            return None

    def _full_text(self) -> list[Condition]:
        text = self._given.get("full_text")
        if text in (None, ""):
            return []
        if not isinstance(text, str):
            self._refuse("full_text", "Must be a Unicode string value")
            return []
        return [condition for condition, _ in [self._words("full_text", text, self._shown)] if condition is not None]

    def _search(self) -> tuple[list[Condition], tuple[Rank, ...]]:
        """What `q` asks for: a text of the whole row, or one for each of some columns."""
        asked = self._given.get("q")
        if isinstance(asked, str) and asked.lstrip().startswith("{"):
            asked = read if isinstance(read := as_object(asked), Mapping) else asked
        if asked in (None, "", {}):
            return [], ()
        if isinstance(asked, int | float) and not isinstance(asked, bool):
            asked = str(asked)
        if isinstance(asked, str):
            each = [(RANK, asked, self._shown)]
        elif isinstance(asked, Mapping):
            unknown = [name for name in asked if name not in self._types]
            if unknown:
                self._refuse("q", *(f'invalid value "{shown(name)}"' for name in unknown))
                return [], ()
            each = [(f"{RANK} {name}", text, {name: self._types[name]}) for name, text in asked.items()]
        else:
            self._refuse("q", "Must be a text, or an object of texts by column")
            return [], ()
        conditions, ranks = [], []
        for rank, text, types in each:
            condition, words_of = self._words("q", str(text) if isinstance(text, int | float) else text, types)
            if condition is not None and words_of:
                ranks.append(Rank(rank, words_of))
            conditions += [condition] if condition is not None else []
        return conditions, tuple(ranks)

    def _words(self, name: str, text: Any, types: Mapping[str, str]) -> tuple[Condition | None, Any]:
        if not isinstance(text, str):
            self._refuse(name, "Must be a Unicode string value")
            return None, ()
        try:
            condition, found = (words.plain if self._flag("plain", True) else words.query)(text, types)
        except words.BadQuery as bad:
            self._refuse(name, str(bad))
            return None, ()
        return (None if condition == AllOf(()) else condition), found

    def _fields(self, ranks: Sequence[Rank]) -> tuple[str, ...]:
        given = self._given.get("fields")
        if given in (None, "", []):
            return (ROW_ID, *self._shown, *(rank.name for rank in ranks if rank.name not in self._types))
        names = (
            [part.strip().strip('"') for part in _COMMAS.findall(given)]
            if isinstance(given, str) and given not in self._types
            else given
        )
        names = [names] if isinstance(names, str) else names
        if not isinstance(names, list):
            self._refuse("fields", "Must be a list of field names")
            return (ROW_ID,)
        known = {ROW_ID, *self._types, *(rank.name for rank in ranks)}
        bad = [name for name in names if not isinstance(name, str) or name not in known]
        if bad:
            self._refuse("fields", *(f'invalid value "{shown(name)}"' for name in bad))
            return (ROW_ID,)
        return tuple(dict.fromkeys(names))

    def _sort(self, ranks: Sequence[Rank], only: Sequence[str] | None) -> tuple[By, ...]:
        given = self._given.get("sort")
        if given in (None, "", []):
            return tuple(By(name) for name in only or ())
        clauses = _COMMAS.findall(given) if isinstance(given, str) else given
        known = {ROW_ID, *self._types, *(rank.name for rank in ranks)}
        found: dict[str, By] = {}
        for clause in clauses if isinstance(clauses, list) else [clauses]:
            by = _by(clause, known) if isinstance(clause, str) else None
            if by is None:
                match = _SORT.fullmatch(clause) if isinstance(clause, str) else None
                named = (match[1] or match[2]) if match else clause
                self._refuse("sort", f'invalid value "{shown(named)}"')
            elif only is not None and by.column not in only:
                self._refuse("sort", f'with distinct, "{by.column}" must be among the fields')
            else:
                found.setdefault(by.column, by)
        rest = [By(name) for name in only or () if name not in found]
        return (*found.values(), *rest)

    def _number(self, name: str, default: int) -> int:
        given = self._given.get(name)
        if given in (None, ""):
            return default
        text = str(given)
        if isinstance(given, bool) or not re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII):
            self._refuse(name, "Invalid integer")
            return default
        if int(text) < 0:
            self._refuse(name, "Must be a natural number")
            return default
        return int(text)

    def _flag(self, name: str, default: bool) -> bool:
        given = self._given.get(name)
        return default if given in (None, "") else str(given).lower() not in ("false", "0", "no", "f", "n", "off")


def _by(clause: str, known: set[str]) -> By | None:
    if clause.strip() in known:
        return By(clause.strip())  # a column may be named "a desc"
    match = _SORT.fullmatch(clause)
    if match is None or (match[1] or match[2]) not in known:
        return None
    down = (match[3] or "asc").lower() == "desc"
    return By(match[1] or match[2], down, match[4].lower() == "first" if match[4] else down)
