"""What is known of tables beyond their rows, put together: reports, charts, maps and joins."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Table

if TYPE_CHECKING:
    from .charts.rows import Rows
    from .charts.service import Charts
    from .joins.following import Following
    from .joins.service import Joins
    from .joins.store import JoinStore
    from .maps.service import Maps
    from .reading import Reading
    from .recognition.reports import Reports
    from .store import Store
    from .tables.engine.connection import Engine
    from .tables.source import Sources
    from .tables.writing.merging import Merging


class Insight:
    """The services of recognised tables; each is made when it is first needed.

    Args:
        engine, merging, reading: made when they are needed.
    """

    def __init__(
        self,
        table: Table,
        store: Store,
        objects: Objects,
        sources: Sources,
        *,
        engine: Callable[[], Engine],
        merging: Callable[[], Merging],
        reading: Callable[[], Reading],
    ) -> None:
        self._table = table
        self._store = store
        self._objects = objects
        self._sources = sources
        self._engine = engine
        self._merging = merging
        self._reading = reading

    @cached_property
    def reports(self) -> Reports:
        """What was found in tables when they were made."""
        from .recognition.reports import Reports

        return Reports(self._objects)

    @cached_property
    def rows(self) -> Rows:
        """Tables as relations for the engine."""
        from .charts.rows import Rows

        return Rows(self._engine(), self._merging())

    @cached_property
    def charts(self) -> Charts:
        """Tables in few numbers."""
        from .charts.service import Charts

        return Charts(self.rows, self.reports)

    @cached_property
    def maps(self) -> Maps:
        """Tables as features."""
        from .maps.service import Maps

        return Maps(self.rows, self.reports)

    @cached_property
    def join_store(self) -> JoinStore:
        """The index of joinable columns."""
        from .joins.store import JoinStore

        return JoinStore(self._table)

    @cached_property
    def joins(self) -> Joins:
        """What a table can be joined with."""
        from .joins.service import Joins

        return Joins(self._sources, self.join_store, self.reports, self._reading())

    @cached_property
    def following(self) -> Following:
        """What keeps that index true."""
        from .joins.following import Following

        return Following(self._table, self._store, self.join_store, self.reports)
