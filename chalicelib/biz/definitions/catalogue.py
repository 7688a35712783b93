"""The services that come with the code: every JSON file of `shipped/` is one version of one service.

What agencies publish stands beside them (`shelf`). A file that does not parse stops the process at start. What lint
refuses, or what fails its own tests, never gets that far: `make check` and the tests judge every file that is shipped,
so that no process has to do it again before its first answer.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from chalicelib.shared.errors import not_found

from ..laws import LawPack
from ..laws import load as load_laws
from . import bounds, lint
from .model import ServiceDefinition

SHIPPED = Path(__file__).parent / "shipped"


class Unpublishable(Exception):
    """A definition may not be published; `problems` says why, one line each."""

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([f"{name} cannot be published:", *self.problems]))


class Catalogue:
    """Published definitions by id and version, and the law packs they stand under."""

    def __init__(self, definitions: Iterable[ServiceDefinition], laws: Mapping[str, LawPack]) -> None:
        self._by_id: dict[str, dict[int, ServiceDefinition]] = {}
        self._laws = laws
        for definition in definitions:
            versions = self._by_id.setdefault(definition.id, {})
            if definition.version in versions:
                raise Unpublishable(definition.id, [f"/version: version {definition.version} is published already"])
            if definition.law_pack not in laws:
                raise Unpublishable(definition.id, [f"/law_pack: there is no law pack '{definition.law_pack}'"])
            versions[definition.version] = definition

    @classmethod
    def read(cls, *directories: Path) -> Catalogue:
        """All `*.json` files of the directories, each linted and tried.

        Raises:
            Unpublishable: names the file and every reason.
        """
        paths = [path for directory in directories for path in sorted(directory.glob("*.json"))]
        return cls([read_definition(path) for path in paths], load_laws())

    def and_of(self, *directories: Path) -> Catalogue:
        """These and all that the directories hold, which is linted and tried; raises Unpublishable."""
        own = [definition for versions in self._by_id.values() for definition in versions.values()]
        paths = [path for directory in directories for path in sorted(directory.glob("*.json"))]
        return Catalogue([*own, *map(read_definition, paths)], self._laws)

    def live(self, on: dt.date) -> list[ServiceDefinition]:
        """What may be applied for on that day: of each service the newest live version."""
        newest = (self._newest(versions, on) for versions in self._by_id.values())
        return [found for found in newest if found is not None]

    def current(self, id: str, on: dt.date) -> ServiceDefinition:
        """The version under which a case is opened on that day; raises NotFound."""
        found = self._newest(self._by_id.get(id, {}), on)
        if found is None:
            raise not_found("บริการนี้", "service")
        return found

    def version(self, id: str, version: int) -> ServiceDefinition:
        """Exactly that version, live or not: running cases stay on theirs. Raises NotFound."""
        found = self._by_id.get(id, {}).get(version)
        if found is None:
            raise not_found("บริการนี้", "service")
        return found

    def text(self, id: str, version: int) -> str:
        """A version as canonical JSON, as it is exported. Raises NotFound."""
        return bounds.canonical(self.version(id, version).model_dump(mode="json", by_alias=True, exclude_unset=True))

    def ids(self) -> list[str]:
        """The services, in the order in which they were read."""
        return list(self._by_id)

    def versions(self, id: str) -> list[int]:
        """The numbers of the versions of a service."""
        return list(self._by_id.get(id, ()))

    def has_law(self, name: str) -> bool:
        """Whether there is a law pack of that name."""
        return name in self._laws

    def knows(self, id: str) -> bool:
        """Whether any version of that service was ever published."""
        return id in self._by_id

    def law(self, definition: ServiceDefinition) -> LawPack:
        """The law pack of a definition."""
        return self._laws[definition.law_pack]

    def issuing(self, vct: str, on: dt.date) -> ServiceDefinition | None:
        """The version whose name for a type of credential counts: of the service that had the type first, the newest
        live one with it, else the newest, for what was given stays. None where no service gives such a thing."""
        for versions in self._by_id.values():
            having = [each for each in versions.values() if each.credential.vct == vct]
            if having:
                return max(having, key=lambda each: (each.is_live(on), each.version))
        return None

    @staticmethod
    def _newest(versions: Mapping[int, ServiceDefinition], on: dt.date) -> ServiceDefinition | None:
        live = [definition for definition in versions.values() if definition.is_live(on)]
        return max(live, key=lambda definition: definition.version, default=None)


def read_definition(path: Path) -> ServiceDefinition:
    """One file as a definition that may be published.

    Raises:
        Unpublishable: with every problem found.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unpublishable(path.name, [f"not JSON: {type(error).__name__}"]) from None
    definition, found = lint.examine(raw)
    if definition is None or found:
        raise Unpublishable(path.name, map(str, found))
    return definition


@functools.cache
def shipped() -> Catalogue:
    """The catalogue of this directory, read once in a process; its files were judged before they were shipped."""
    return Catalogue(
        (ServiceDefinition.model_validate_json(path.read_bytes()) for path in sorted(SHIPPED.glob("*.json"))),
        load_laws(),
    )
