"""The rights that come with the code: every JSON file of `shipped/` is one version of one right.

A file that does not parse stops the process at start. What lint refuses, or what fails its own tests, never gets that
far: `make check` and the tests judge every file that is shipped.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from pathlib import Path

from chalicelib.shared.errors import not_found

from .model import EntitlementDefinition

SHIPPED = Path(__file__).parent / "shipped"


class Catalogue:
    """Definitions by id and version.

    Raises:
        ValueError: two files are the same version of the same right.
    """

    def __init__(self, definitions: Iterable[EntitlementDefinition]) -> None:
        self._by_id: dict[str, dict[int, EntitlementDefinition]] = {}
        for definition in definitions:
            versions = self._by_id.setdefault(definition.id, {})
            if definition.version in versions:
                raise ValueError(f"{definition.id} version {definition.version} is there twice")
            versions[definition.version] = definition

    @classmethod
    def read(cls, *directories: Path) -> Catalogue:
        """All `*.json` files of the directories, in the order of their names.

        Raises:
            ValueError: a file is no definition.
        """
        return cls(read(path) for directory in directories for path in sorted(directory.glob("*.json")))

    def live(self, on: dt.date) -> list[EntitlementDefinition]:
        """The rights that there are on a day: of each the newest version that is in effect."""
        newest = (self._newest(each, on) for each in self._by_id)
        return [found for found in newest if found is not None]

    def current(self, id: str, on: dt.date) -> EntitlementDefinition:
        """A right as it is on a day.

        Raises:
            NotFound: there is no such right then.
        """
        found = self._newest(id, on)
        if found is None:
            raise not_found("สิทธินี้", "entitlement")
        return found

    def version(self, id: str, version: int) -> EntitlementDefinition | None:
        """Exactly that version, in effect or not."""
        return self._by_id.get(id, {}).get(version)

    def _newest(self, id: str, on: dt.date) -> EntitlementDefinition | None:
        live = [
            one
            for one in self._by_id.get(id, {}).values()
            if one.effective_from <= on and (one.effective_to is None or on <= one.effective_to)
        ]
        return max(live, key=lambda one: one.version, default=None)


def read(path: Path) -> EntitlementDefinition:
    """One file as a definition.

    Raises:
        ValueError: it is none.
    """
    return EntitlementDefinition.model_validate_json(path.read_bytes())


@functools.cache
def shipped() -> Catalogue:
    """What comes with the code; read once per process."""
    return Catalogue.read(SHIPPED)
