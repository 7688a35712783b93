"""What may keep a new version from being shown: somebody looks at what was made before it becomes current.

A version that is held is no version yet: it has no record among the file versions (`Store.file`), nobody can read it,
and the last good one stays current. `Resource.held` keeps it, `Resource.problem` says why in both languages.
`held.Held.shown` makes it current, once whoever may do so has decided.
"""

from __future__ import annotations

from typing import Protocol

from ..firewall.model import Hold
from ..model import File, Package, Resource


class Holds(Protocol):
    """Looks at what an ingest made, before anybody else can."""

    def verdict(self, package: Package, resource: Resource, file: File) -> Hold | None:
        """Why this must not be shown yet, or None. Asked again with each attempt, so it must change nothing.

        Args:
            package, resource: as they stand; `resource.upload` is the one that is taken in.
            file: the new version, with what was found in it (`File.personal`).
        """
        ...
