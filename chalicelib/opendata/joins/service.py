"""What a table can be joined with, for whoever may see it; only public tables are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import Caller

from ..model import File, Package, Resource, Table
from ..reading import Reading
from ..recognition.reports import Reports
from ..tables.source import Source, Sources
from . import rules, sql
from .model import Entry, Match, Meeting
from .store import JoinStore

CANDIDATES = 400
"""Columns of the index that are compared for one thing; the answer says where there are more."""
TRIED = 60
"""Tables that are looked up to fill a list."""


@dataclass(frozen=True)
class Joinable:
    """A table that can be joined with, and how.

    Attributes:
        match: with the shares that the query really brings together.
        query: SQL that can be sent as it is.
    """

    package: Package
    resource: Resource
    table: Table
    address: str
    match: Match
    query: str


@dataclass(frozen=True)
class Answer:
    """What a table can be joined with.

    Attributes:
        mine: the columns of the table by which others may be joined.
        more: whether there may be others that were not compared.
    """

    source: Source
    mine: Sequence[Entry]
    found: Sequence[Joinable]
    more: bool


class Joins:
    """Finds what a table can be joined with."""

    def __init__(self, sources: Sources, joins: JoinStore, reports: Reports, reading: Reading) -> None:
        self._sources = sources
        self._joins = joins
        self._reports = reports
        self._reading = reading

    def of(self, caller: Caller, asked: str, *, limit: int, version: object = None, as_of: object = None) -> Answer:
        """Public tables that the table of this address can be joined with, the best first.

        Raises:
            NotFound: no such table, or not for this caller.
            Rejected: the version is none.
        """
        return self.of_source(self._sources.find(caller, asked, version=version, as_of=as_of), limit=limit)

    def of_source(self, source: Source, *, limit: int) -> Answer:
        """The same, for whoever has found the table."""
        dataset, resource = source.resource.package_id, source.resource.id
        mine = rules.entries(dataset, resource, source.table, self._reports.recognised(source.table))
        others: list[Entry] = []
        more = False
        for key in dict.fromkeys(each.key for each in mine):
            found, rest = self._of_key(key)
            others += [each for each in found if (each.resource, each.table) != (resource, source.table.number)]
            more = more or rest
        matches = rules.matches(mine, others)
        return Answer(source, mine, self._shown(source, mine, matches, limit), more or len(matches) > limit)

    def _of_key(self, key: str) -> tuple[list[Entry], bool]:
        found: list[Entry] = []
        after: str | None = None
        while len(found) < CANDIDATES:
            page, after = self._joins.of_key(key, after)
            found += page
            if after is None:
                return found, False
        return found, True

    def _shown(self, source: Source, mine: Sequence[Entry], matches: Sequence[Match], limit: int) -> Sequence[Joinable]:
        tried = matches[:TRIED]
        packages = self._public(dict.fromkeys(match.dataset for match in tried))
        address = _address(source.resource, source.table)
        if not source.current:
            address += f"@{source.file.number}"
        shown: list[Joinable] = []
        for match in tried:
            there = _table(packages.get(match.dataset), match)
            if there is None or len(shown) == limit:
                continue
            package, resource, table = there
            known = rules.entries(package.id, resource.id, table, self._reports.recognised(table))
            whole = self._whole(match, known)
            if whole is None:
                continue
            theirs = _address(resource, table)
            ready = sql.ready(whole, address, theirs, source.table.shown, table.shown)
            if ready is not None:
                shown.append(Joinable(package, resource, table, theirs, ready[1], ready[0]))
        return shown

    def _public(self, ids: Mapping[str, None]) -> dict[str, Package]:
        return {each.id: each for each, _, _ in self._reading.packages(ids) if each.dataset.public}

    @staticmethod
    def _whole(match: Match, known: Sequence[Entry]) -> Match | None:
        """A match as the tables are now, with the values that the index does not hold."""
        met: list[Meeting] = []
        for meeting in match.meetings:
            other = next((each for each in known if each.column == meeting.theirs.column), None)
            if other is None or other.key != meeting.mine.key:
                return None
            met.append(replace(meeting, theirs=other))
        return replace(match, meetings=tuple(met))


def _table(package: Package | None, match: Match) -> tuple[Package, Resource, Table] | None:
    resource = None if package is None else package.resource(match.resource)
    file: File | None = resource.file if resource else None
    if package is None or resource is None or file is None:
        return None
    table = next((each for each in file.tables if each.number == match.table), None)
    return None if table is None else (package, resource, table)


def _address(resource: Resource, table: Table) -> str:
    return resource.id if table.number == 1 else f"{resource.id}/{table.number}"
