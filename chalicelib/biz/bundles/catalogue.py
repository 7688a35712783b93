"""The bundles on offer: every JSON file of `shipped/` is one version of one bundle.

A new one is a file and nothing else. What lint refuses, or what fails its own tests, is not shipped: `make check` and
the tests judge every file against the services that are shipped with it.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable
from pathlib import Path

from chalicelib.shared.errors import not_found

from ..definitions.catalogue import Catalogue, Unpublishable
from ..definitions.model import ServiceDefinition
from . import lint
from .model import BundleDefinition

SHIPPED = Path(__file__).parent / "shipped"


class Offers:
    """Bundles by id and version."""

    def __init__(self, bundles: Iterable[BundleDefinition]) -> None:
        self._by_id: dict[str, dict[int, BundleDefinition]] = {}
        for bundle in bundles:
            versions = self._by_id.setdefault(bundle.id, {})
            if bundle.version in versions:
                raise Unpublishable(bundle.id, [f"/version: version {bundle.version} is there already"])
            versions[bundle.version] = bundle

    def and_of(self, services: Catalogue, *directories: Path) -> Offers:
        """These and all that the directories hold, linted and tried against those services.

        Raises:
            Unpublishable: names the file and every reason.
        """
        own = [bundle for versions in self._by_id.values() for bundle in versions.values()]
        paths = [path for directory in directories for path in sorted(directory.glob("*.json"))]
        return Offers([*own, *(read_bundle(path, services) for path in paths)])

    def live(self, on: dt.date) -> list[BundleDefinition]:
        """What may be begun on that day: of each bundle the newest live version."""
        found = []
        for versions in self._by_id.values():
            alive = [bundle for bundle in versions.values() if bundle.is_live(on)]
            found += [max(alive, key=lambda bundle: bundle.version)] if alive else []
        return found

    def current(self, id: str, on: dt.date) -> BundleDefinition:
        """The version that is begun on that day; raises NotFound."""
        found = next((bundle for bundle in self.live(on) if bundle.id == id), None)
        if found is None:
            raise not_found("ชุดใบอนุญาตนี้", "bundle of licences")
        return found

    def version(self, id: str, version: int) -> BundleDefinition:
        """Exactly that version: a run stays on the one under which it was begun. Raises NotFound."""
        found = self._by_id.get(id, {}).get(version)
        if found is None:
            raise not_found("ชุดใบอนุญาตนี้", "bundle of licences")
        return found


def newest(services: Catalogue) -> lint.Services:
    """The newest version of each service, for lint."""

    def find(id: str) -> ServiceDefinition | None:
        return services.version(id, max(services.versions(id))) if services.knows(id) else None

    return find


def read_bundle(path: Path, services: Catalogue) -> BundleDefinition:
    """One file as a bundle that may be offered.

    Raises:
        Unpublishable: with every problem found.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unpublishable(path.name, [f"not JSON: {type(error).__name__}"]) from None
    bundle, found = lint.examine(raw, newest(services))
    if bundle is None or found:
        raise Unpublishable(path.name, map(str, found))
    return bundle


@functools.cache
def shipped() -> Offers:
    """The bundles of this directory, read once in a process; its files were judged before they were shipped."""
    return Offers(BundleDefinition.model_validate_json(path.read_bytes()) for path in sorted(SHIPPED.glob("*.json")))
