"""Organisations: the agencies that publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from .. import rules, views
from ..model import Group, GroupId
from ..reading import Reading
from ..rules import Rejected
from ..search.model import Question
from ..store import Store
from .store import GroupStore

Json = dict[str, Any]


class Organizations:
    """What the actions `organization_*` do."""

    def __init__(
        self,
        store: Store,
        groups: GroupStore,
        reading: Reading,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._groups = groups
        self._reading = reading
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
        organization = Group(
            id=GroupId(self._ids()),
            kind="organization",
            type="organization",
            name=given["name"],
            title=texts["title"] or given["name"],
            description=texts["description"],
            image_url=texts["image_url"],
            agency=caller.agency,
            created=self._clock().isoformat(timespec="microseconds"),
        )
        return self._groups.save(once, None, organization, caller.label, "new organization").id

    def show(self, id_or_name: object) -> Json:
        """One organisation.

        Raises:
            NotFound, Rejected.
        """
        if not id_or_name:
            raise Rejected({"id": ["Missing value"]})
        organization = self._store.group("organization", id_or_name) if rules.is_id(id_or_name) else None
        if organization is None:
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        return views.organization_view(organization, self._counts().get(organization.name, 0))

    def list(self, *, all_fields: bool, limit: int | None, offset: int) -> list[Any]:
        """Names, or whole organisations, in the order of their titles (25 whole ones at most, 1,000 names)."""
        cap = 25 if all_fields else 1_000
        there = (group for group in self._reading.groups() if group.kind == "organization")
        found = sorted(there, key=lambda organization: (organization.title, organization.id))
        page = found[offset : offset + min(cap if limit is None else limit, cap)]
        if not all_fields:
            return [each.name for each in page]
        counts = self._counts()
        return [views.organization_view(each, counts.get(each.name, 0)) for each in page]

    def _counts(self) -> Mapping[str, int]:
        asked = Question(rows=0, facets=("organization",), facet_limit=None)
        return dict(self._reading.engine.search(asked).facets["organization"])
