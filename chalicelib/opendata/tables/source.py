"""Which rows are meant: a table of a resource, as it is or as it was.

One text names a table wherever one is asked for (the DataStore's `resource_id`, a table's name in SQL, an address):

    {resource id}                 the resource's table; of a workbook, the first
    {resource id}/{number|name}   another table of the same file
    {...}@{version}               the file version of this number
    {...}@{moment}                the version that was current then: a date (to its end) or date-time of ISO 8601
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller

from ..live import Live
from ..model import File, Package, Resource, Table
from ..packages import Packages
from ..rules import Rejected
from ..store import Store
from ..versions import telling

_ADDRESS = re.compile(r"(?P<resource>[^/@\s]{1,100})(?:/(?P<table>[^@]{1,100}))?(?:@(?P<at>[0-9A-Za-z:.+-]{1,40}))?")
_PAGE = 50


@dataclass(frozen=True)
class Address:
    """Which table is asked for.

    Attributes:
        table: its number or name; "" for the first.
        version: of the file; None for the current one.
        as_of: aware; the version that was current then.
    """

    resource: str
    table: str = ""
    version: int | None = None
    as_of: datetime | None = None

    @classmethod
    def parse(cls, text: str, *, version: object = None, as_of: object = None) -> Address:
        """Reads an address; `version` and `as_of` are the parameters of these names, given beside it.

        Raises:
            NotFound: nothing can have this address.
            Rejected: the version is none, or is said twice.
        """
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise no_table()
        address = cls(found["resource"], found["table"] or "")
        said = [
            (name, str(value).strip())
            for name, value in (("resource_id", found["at"]), ("version", version), ("as_of", as_of))
            if value not in (None, "")
        ]
        if len(said) > 1:
            raise Rejected({said[1][0]: ["Say once which version: in the id, by version or by as_of"]})
        for name, value in said:
            # a year is no version: numbers of versions are short, and a date has its month and day
            if name != "as_of" and value.isascii() and value.isdigit() and 1 <= len(value) <= 6:
                return replace(address, version=int(value))
            if name == "version":
                raise Rejected({name: ["Must be the number of a version, from 1"]})
            return replace(address, as_of=_moment(name, value))
        return address


@dataclass(frozen=True)
class Source:
    """Rows to read.

    Attributes:
        asked: the address as the caller wrote it.
        table: as it is shown: of a live table with the columns and the count that it has now.
        current: whether this is how the table stands now.
        public: whether everybody may read it.
        dataset_version: of the dataset as it was read.
    """

    asked: str
    resource: Resource
    file: File
    table: Table
    current: bool
    public: bool
    dataset_version: int

    @property
    def live(self) -> Live | None:
        """What lies over the file's own rows (`tables.writing.merging`); None where those are all."""
        live, first = self.resource.live, self.file.table
        if live is None or first is None or not self.current or self.table.number != first.number:
            return None
        as_file = [column["id"] for column in first.columns] == [column["id"] for column in live.columns]
        return None if as_file and not live.deltas else live


class Sources:
    """Finds tables for callers."""

    def __init__(self, store: Store, packages: Packages) -> None:
        self._store = store
        self._packages = packages

    def find(self, caller: Caller, asked: str, *, version: object = None, as_of: object = None) -> Source:
        """The table of this address.

        Raises:
            NotFound: no such table or version, or not for this caller.
            Rejected: the version is none, or is said twice.
        """
        address = Address.parse(asked, version=version, as_of=as_of)
        try:
            package, organization = self._packages.find_of_resource(caller, address.resource)
        except NotFound:
            raise no_table() from None
        return self.of(package, asked, address, member=self._packages.is_member(caller, organization))

    def of(self, package: Package, asked: str, address: Address, *, member: bool = False) -> Source:
        """The same, for whoever has checked who may see the package.

        Args:
            member: whether it is for somebody of its organisation, who may also read what never stood in public.

        Raises:
            NotFound.
        """
        resource = package.resource(address.resource)
        if resource is None:
            raise no_table()
        file, until = self._version(resource, address)
        if file is not None and not telling.may_read(package.dataset, resource, file, until, member=member):
            raise no_table()
        table = None if file is None else _table(file, address.table)
        if file is None or table is None:
            raise no_table()
        current = resource.file is not None and file.number == resource.file.number
        if resource.live is not None and address.version is not None:
            current = False  # a version that is named stays what it was; what was written since has no number yet
        if resource.live is not None and current and table == file.table:
            table = replace(table, columns=resource.live.columns, rows=resource.live.rows)
        if resource.dictionary and table.number == 1:
            table = replace(table, columns=tuple(_described(each, resource.dictionary) for each in table.columns))
        public = package.dataset.public and telling.is_told(package.dataset, file, until)
        return Source(asked, resource, file, table, current, public, package.dataset.version)

    def _version(self, resource: Resource, address: Address) -> tuple[File | None, str]:
        """The version that is meant, and when the next one came (ISO 8601; "" where there is none)."""
        now = resource.file
        if now is None:
            return None, ""  # a file that gave way to a link is not read any more
        if address.version is not None and address.version != now.number:
            return self._store.file_and_end(resource.id, address.version)
        if address.as_of is not None and datetime.fromisoformat(now.at) > address.as_of:
            return self._then(resource, address.as_of)
        return now, ""

    def _then(self, resource: Resource, moment: datetime) -> tuple[File | None, str]:
        """The version that was current then, and until when."""
        after: str | None = None
        until = ""
        while True:
            page, after = self._store.files(resource.id, limit=_PAGE, after=after)
            for file in page:
                if datetime.fromisoformat(file.at) <= moment:
                    return file, until
                until = file.at
            if after is None:
                return None, ""


def _described(column: Mapping[str, Any], dictionary: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
    info = dictionary.get(column["id"])
    return {**column, "info": {**column.get("info", {}), **info}} if info else column


def _table(file: File, wanted: str) -> Table | None:
    if not wanted:
        return file.table
    by_name = [table for table in file.tables if table.name == wanted]
    return next(iter(by_name or [table for table in file.tables if str(table.number) == wanted]), None)


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected({name: ["Must be a date or date-time of ISO 8601, e.g. 2026-01-31"]}) from None
    if len(text) <= 10:
        moment = datetime.combine(moment, time.max)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def no_table() -> NotFound:
    """Nothing there, or not for this caller."""
    # CKAN repeats the id here; what a caller sent is not repeated
    return NotFound("ไม่พบตารางข้อมูล", "Not found: Resource was not found.")
