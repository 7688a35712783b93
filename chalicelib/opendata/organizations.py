"""Organisations: the agencies that publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from . import rules, views
from .model import Organization, OrganizationId
from .rules import Rejected
from .store import Store

Json = dict[str, Any]


class Organizations:
    """What the actions `organization_*` do."""

    def __init__(self, store: Store, *, ids: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._ids = ids
        self._clock = clock

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Enters the organisation of the officer's own agency; answers its id.

        Raises:
            NotAllowed: not a publisher.
            Rejected: name or title will not do.
        """
        if caller.kind != "officer" or "publisher" not in caller.roles or caller.agency is None:
            raise NotAllowed("เฉพาะผู้เผยแพร่ของหน่วยงาน", "User is not authorized to create organizations")
        messages = {"name": faults} if (faults := rules.faults_of_name(given.get("name"))) else {}
        texts = {name: given.get(name) or "" for name in ("title", "description", "image_url")}
        for name, text in texts.items():
            if not isinstance(text, str):
                messages[name] = ["Must be a Unicode string value"]
            elif faults := rules.faults_of_text(text):
                messages[name] = faults
        if texts["image_url"] and (faults := rules.faults_of_link(texts["image_url"])):
            messages["image_url"] = faults
        if messages:
            raise Rejected(messages)
        organization = Organization(
            id=OrganizationId(self._ids()),
            name=given["name"],
            title=texts["title"] or given["name"],
            description=texts["description"],
            image_url=texts["image_url"],
            agency=caller.agency,
            created=self._clock().isoformat(timespec="microseconds"),
        )
        self._store.found(once, organization, caller.label)
        return organization.id

    def show(self, id_or_name: object) -> Json:
        """One organisation.

        Raises:
            NotFound, Rejected.
        """
        if not id_or_name:
            raise Rejected({"id": ["Missing value"]})
        organization = self._store.organization(id_or_name) if rules.is_id(id_or_name) else None
        if organization is None:
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        return self._view(organization)

    def list(self, *, all_fields: bool, limit: int | None, offset: int) -> list[Any]:
        """Names, or whole organisations, in the order of their titles (25 whole ones at most, 1,000 names)."""
        cap = 25 if all_fields else 1_000
        found = sorted(self._store.organizations(), key=lambda organization: (organization.title, organization.id))
        page = found[offset : offset + min(cap if limit is None else limit, cap)]
        return [self._view(each) if all_fields else each.name for each in page]

    def _view(self, organization: Organization) -> Json:
        public = sum(
            not dataset.private and dataset.state == "active" for dataset in self._store.datasets_of(organization.id)
        )
        return views.organization_view(organization, public)
