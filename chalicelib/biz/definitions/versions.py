"""Published versions for everybody: which there are, what changed from each to the next, and their bytes."""

from __future__ import annotations

import json

from chalicelib.shared.errors import not_found
from chalicelib.shared.storage import Table

from . import bounds, views
from .shelf import Shelf
from .store import Definitions, Published, standing_key

_NOT_RETIRED = {"retired_from": None, "retired_why": None}


class Versions:
    """Reads what was published."""

    def __init__(self, table: Table, shelf: Shelf, store: Definitions) -> None:
        self._table = table
        self._shelf = shelf
        self._store = store

    def page(self, service: str, after: str | None, limit: int) -> tuple[views.VersionPage, str | None]:
        """The versions of a service, the newest first, each with its changes; shipped ones last. Raises NotFound."""
        standing = self._shelf.standing(service, self._store.standing(self._table.get(standing_key(service))))
        if not standing.latest:
            raise not_found("บริการนี้", "service")
        found, following = self._store.versions(service, after, limit)
        texts = {one.version: one.text for one in found}
        if found:
            before = found[-1].version - 1
            texts |= {} if not before else {before: self.export(service, before)}
        if following is None:
            texts |= {version: self._shelf.text(service, version) for version in self._shelf.versions(service)}
            found += [self._as_published(service, version) for version in sorted(self._shelf.versions(service))[::-1]]
        items = [
            views.version_card(one, json.loads(texts[one.version - 1]) if one.version - 1 in texts else None)
            for one in found
        ]
        retired = standing if standing.retired_upto == standing.latest else standing.model_copy(update=_NOT_RETIRED)
        page = views.VersionPage(
            agency=standing.agency,
            retired_from=retired.retired_from,
            retired_why=retired.retired_why,
            items=items,
            next=None,
        )
        return page, following

    def export(self, service: str, version: int) -> str:
        """A published version as the canonical JSON whose digest is told. Raises NotFound."""
        if version in self._shelf.versions(service):
            return self._shelf.text(service, version)
        raw = self._store.texts([(service, version)]).get((service, version))
        if raw is None:
            raise not_found("ฉบับนี้", "version")
        return bounds.canonical(raw)

    def _as_published(self, service: str, version: int) -> Published:
        """A version that was shipped with the platform, and so never published."""
        definition, text = self._shelf.version(service, version), self._shelf.text(service, version)
        return Published(
            service=service,
            version=version,
            text=text,
            sha256=views.digest(text),
            effective_from=definition.effective_from,
            effective_to=definition.effective_to,
        )
