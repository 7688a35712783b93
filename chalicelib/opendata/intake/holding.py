"""What may keep a new version from being shown: somebody looks at what was made before it becomes current.

A version that is held is no version yet: it has no record among the file versions (`Store.file`), nobody can read it,
and the last good one stays current. `Resource.held` keeps it, `Resource.problem` says why in both languages.
`Uploads.released` makes it current, once whoever may do so has decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..model import Package, Resource
from ..tables.ingest.model import Built


@dataclass(frozen=True)
class Hold:
    """Why a version must wait, for its owner; without a single value of the file."""

    th: str
    en: str


class Holds(Protocol):
    """Looks at what an ingest made, before anybody else can."""

    def verdict(self, package: Package, resource: Resource, built: Built) -> Hold | None:
        """Why this must not be shown yet, or None. Asked again with each attempt, so it must change nothing.

        Args:
            package, resource: as they stand; `resource.upload` is the one that is taken in.
            built: its tables, their reports with what every look (`tables.ingest.looks`) found.
        """
        ...


class Free:
    """`Holds` that hold nothing."""

    def verdict(self, package: Package, resource: Resource, built: Built) -> Hold | None:
        """None."""
        return None
