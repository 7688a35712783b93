"""The services around tables that are written by the API, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts

from ...access import Access
from ...contents import Contents
from ...firewall.store import Overrides
from ...model import Table
from ...packages import Packages
from ...rules import Rejected
from ...store import Store
from ..engine import filters, question, sql
from ..engine.connection import Engine
from .building import Building
from .compaction import Compaction
from .creating import READ_ONLY, Creating
from .guarding import Guarding
from .looking import Looking
from .merging import ROW_ID, Merging
from .service import Given, Json, Writing, flag
from .store import RowStore, nowhere

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass
class LiveTables:
    """What the actions that write rows do."""

    parts: Parts
    objects: Objects
    store: Store
    packages: Packages
    access: Access
    contents: Contents
    engine: Engine
    overrides: Overrides
    site: str
    folder: Path | None = None

    def create(self, caller: Caller, once: Once, given: Given) -> Json:
        """`datastore_create`.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """
        return self.creating.create(caller, once, given)

    def upsert(self, caller: Caller, once: Once, given: Given) -> Json:
        """`datastore_upsert`.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """
        return self._opened(caller, once, given, self.writing.upsert)

    def delete(self, caller: Caller, once: Once, given: Given) -> Json:
        """`datastore_delete`: rows by `filters`, the whole table without.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """
        resource_id, force = question.resource_of(given), flag(given, "force")
        if given.get("filters") in (None, ""):
            self.creating.drop(caller, once, resource_id, force=force)
            return {"resource_id": resource_id}
        return self.delete_records(caller, once, given)

    def delete_records(self, caller: Caller, once: Once, given: Given) -> Json:
        """`datastore_records_delete`: rows by `filters`, all of them for {}.

        Raises:
            NotFound, NotAllowed, Rejected, Unavailable.
        """
        if given.get("filters") in (None, ""):
            raise Rejected({"filters": ["Missing value"]})
        return self._opened(caller, once, given, self.writing.delete)

    def _opened(
        self, caller: Caller, once: Once, given: Given, write: Callable[[Caller, Once, str, Given], Json]
    ) -> Json:
        """Writes; into a table that its file keeps closed only after it was opened, where somebody insists."""
        resource_id, force = question.resource_of(given), flag(given, "force")
        try:
            return write(caller, once, resource_id, given)
        except NotFound:
            self._open(caller, once, resource_id, force=force)
        return write(caller, once, resource_id, given)

    def _open(self, caller: Caller, once: Once, resource_id: str, *, force: bool) -> None:
        """Has a table opened.

        Raises:
            NotFound: there is none, or not for this caller.
            Rejected: nobody insists.
        """
        try:
            package, organization = self.packages.find_of_resource(caller, resource_id)
        except NotFound:
            raise nowhere() from None
        self.access.must_write(caller, organization)
        resource = package.resource(resource_id)
        if resource is None or resource.live is not None:
            raise nowhere()
        if resource.uploaded and not resource.writable and not force:
            raise Rejected({"read-only": [READ_ONLY]})
        self.creating.open(caller, once, resource_id, force=force)

    @cached_property
    def rows(self) -> RowStore:
        """Live states as they are kept."""
        return RowStore(self.parts.table, self.parts.journal)

    @cached_property
    def merging(self) -> Merging:
        """Rows as they are read."""
        return Merging(self.objects)

    @cached_property
    def looking(self) -> Looking:
        """Rows as writers look for them."""

        @contextmanager
        def opened(table: Table) -> Iterator[tuple[DuckDBPyConnection, str]]:
            with self.engine.connect([table] if table.rows else []) as found:
                yield found.connection, found.rows(table) if table.rows else ""

        return Looking(opened)

    @cached_property
    def building(self) -> Building:
        """Rows as versions."""
        return Building(self.objects, self.contents, self.folder)

    @cached_property
    def writing(self) -> Writing:
        """Writes rows."""
        parts = self.parts
        return Writing(
            self.rows,
            self.store,
            self.access,
            self.objects,
            self.merging,
            self.looking,
            Guarding(lambda resource_id: self.overrides.of([resource_id])[resource_id]),
            conditions=_condition,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def creating(self) -> Creating:
        """Makes tables."""
        return Creating(
            self.store,
            self.packages,
            self.contents,
            self.building,
            self.merging,
            self.looking,
            self.writing,
            lambda resource_id: self.compaction.compact(resource_id),
            site=self.site,
        )

    @cached_property
    def compaction(self) -> Compaction:
        """Puts rows together."""
        parts = self.parts
        return Compaction(
            parts.table,
            self.rows,
            self.store,
            self.packages,
            self.objects,
            self.contents,
            self.building,
            self.merging,
            clock=parts.clock,
        )


def _condition(table: Table, given: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """Filters as SQL over rows with `_id`, and the values for it.

    Raises:
        Rejected.
    """
    try:
        condition = filters.parse(given, {column["id"]: column["type"] for column in table.columns})
    except filters.BadFilter as bad:
        raise Rejected({"filters": [str(bad)]}) from None
    if condition is None:
        return "true", ()
    made = sql.holds(condition, sql.Rows("", ROW_ID, ROW_ID))
    return made.text, made.values
