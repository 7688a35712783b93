"""What answers questions to tables: which table is meant, and SQL."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.shared import cage
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.functions import Functions

from .core import Core

if TYPE_CHECKING:
    from .tables.source import Sources
    from .tables.sql.elsewhere import Elsewhere
    from .tables.sql.sandbox import Caged, Sandbox
    from .tables.sql.service import Queries
    from .usage.counters import Counters


@dataclass
class Querying(Core):
    """A part of the room.

    Attributes:
        functions: other functions of the platform; None where there are none and this process does their work.
        caged: runs the process of a query where it is this function's work.
    """

    functions: Functions | None = None
    caged: Caged = cage.run

    @cached_property
    def sources(self) -> Sources:
        """Tables as callers name them."""
        from .tables.source import Sources

        return Sources(self.store, self.packages)

    @cached_property
    def counters(self) -> Counters:
        """Counts uses of datasets."""
        from .usage.counters import Counters

        return Counters(self.parts.table, self.parts.clock)

    @cached_property
    def queries(self) -> Queries:
        """Questions in SQL."""
        from .tables.sql.elsewhere import Elsewhere
        from .tables.sql.sandbox import FromBucket, Sandbox
        from .tables.sql.service import Queries

        sandbox: Elsewhere | Sandbox
        if self.functions is None:
            folder = None if self.folder is None else self.folder / "queries"
            sandbox = Sandbox(FromBucket(self.objects), folder, caged=self.caged)
        else:
            sandbox = Elsewhere(self.functions)
        return Queries(
            self.sources,
            self.store,
            self.objects,
            sandbox,
            signs=self.functions is not None,
            used=lambda dataset: self.counters.count(dataset, "queries"),
        )
