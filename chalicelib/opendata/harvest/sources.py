"""Sources: who sets one up, what it may ask for, and where it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, NotFound, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Journal, Once
from chalicelib.shared.storage import Change, Create, Item, Key, Remove, Table, Update

from .. import rules
from ..access import Access, is_operator
from ..governance.gate import Gate
from ..model import Group
from ..standard import fields as standard
from ..store import Store
from . import rows
from .model import Every, Source
from .remote import host_of

PAUSES: Mapping[Every, timedelta] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
"""How long after the last start a source runs again by itself."""
_NAME = re.compile(r"[a-z0-9_-]{2,100}")


@dataclass(frozen=True)
class Sources:
    """Creates, shows, changes and deletes sources; all for whoever writes for the receiving organisation."""

    table: Table
    journal: Journal
    cursors: Cursors
    store: Store
    access: Access
    gate: Gate
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    def create(self, caller: Caller, once: Once, organization: str, given: Mapping[str, Any]) -> Source:
        """Enters a source.

        Args:
            organization: id or name of the receiving one.
            given: attributes of `Source` by name.

        Raises:
            NotFound, NotAllowed, Invalid.
        """
        owner = self._organization(caller, organization)
        source = Source(
            **given,
            id=self.ids(),
            organization=owner.id,
            created=self.clock().isoformat(timespec="microseconds"),
            creator=caller.id,
            publishes=self.gate.may_publish(caller, owner),
            operated=is_operator(caller),
        )
        self._check(caller, source)
        site = Create(Item(rows.site_key(host_of(source.url), source.id), {}))
        changes: list[Change] = [Create(rows.source_item(source)), site]
        self.journal.commit(once, [*changes, *self._due(source, None)], answer={"id": source.id})
        return source

    def find(self, caller: Caller, id: str) -> Source:
        """A source that the caller may see.

        Raises:
            NotFound: there is none, or it is not theirs; the two look the same.
        """
        source = self.there(id)
        owner = None if source is None else self.store.group("organization", source.organization)
        if source is None or owner is None or self.access.capacity(caller, owner) not in ("editor", "admin"):
            raise not_found("ต้นทาง", "harvest source")
        return source

    def there(self, id: str) -> Source | None:
        """A source, whoever asks."""
        return rows.source_of(self.table.get(rows.source_key(id))) if rules.is_id(id) else None

    def page(
        self, caller: Caller, organization: str | None, cursor: str | None, limit: int
    ) -> tuple[list[Source], str | None]:
        """Sources of an organisation; for the operator without one all, as the index knew them a moment ago.

        Raises:
            NotFound, NotAllowed, Malformed.
        """
        prefix = ""
        if organization is not None:
            prefix = f"{self._organization(caller, organization).id}#"
        elif not is_operator(caller):
            raise NotAllowed("โปรดระบุหน่วยงาน (organization)", "Name the organization whose sources you want.")
        scope = ("sources", prefix)
        page = self.table.query(
            rows.SOURCES,
            index="by_organization",
            prefix=prefix,
            after=self.cursors.read(cursor, scope),
            limit=limit,
        )
        found = [source for item in page.items if (source := rows.source_of(item)) is not None]
        return found, self.cursors.make(page.after, scope)

    def change(self, caller: Caller, once: Once, id: str, version: int, given: Mapping[str, Any]) -> Source:
        """Changes what is given.

        Raises:
            NotFound, NotAllowed, Invalid, Stale.
        """
        self.journal.read(once, rows.source_key(id))  # a repeat finds another version, or nothing
        before = self.find(caller, id)
        if before.version != version:
            raise Stale("ต้นทางถูกแก้ไขแล้ว โปรดอ่านใหม่", "The source was changed since you read it; read it again.")
        owner = self._organization(caller, before.organization)
        publishes = self.gate.may_publish(caller, owner)
        operated = is_operator(caller)
        after = replace(before, **given, publishes=publishes, operated=operated, version=before.version + 1)
        self._check(caller, after)
        changes: list[Change] = [Update(rows.source_item(after))]
        if host_of(after.url) != host_of(before.url):
            changes.append(Create(Item(rows.site_key(host_of(after.url), id), {})))
            changes.append(Remove(rows.site_key(host_of(before.url), id)))
        if (after.every, after.paused) != (before.every, before.paused):
            changes += self._due(after, self.table.get(rows.due_key(id)))
        self.journal.commit(once, changes, answer={"id": id})
        return after

    def delete(self, caller: Caller, once: Once, id: str, version: int) -> None:
        """Takes a source away; its datasets stay, and nothing changes them any more.

        Raises:
            NotFound, NotAllowed, Stale.
        """
        self.journal.read(once, rows.source_key(id))  # a repeat finds another version, or nothing
        before = self.find(caller, id)
        if before.version != version:
            raise Stale("ต้นทางถูกแก้ไขแล้ว โปรดอ่านใหม่", "The source was changed since you read it; read it again.")
        self._organization(caller, before.organization)
        gone = replace(before, deleted=True, paused=True, version=before.version + 1)
        site = Remove(rows.site_key(host_of(before.url), id))
        due = self._due(gone, self.table.get(rows.due_key(id)))
        self.journal.commit(once, [Update(rows.source_item(gone)), site, *due])

    def on_host(self, host: str) -> list[Source]:
        """The sources on a host."""
        page = self.table.query(f"HARVEST-SITE#{host}", limit=100) if host else None
        found = [self.there(item.key.sk) for item in page.items] if page else []
        return [source for source in found if source is not None]

    def _organization(self, caller: Caller, id_or_name: str) -> Group:
        owner = self.store.group("organization", id_or_name) if rules.is_id(id_or_name) else None
        if owner is None or owner.state == "deleted":
            raise NotFound("ไม่พบหน่วยงาน", "No such organization.")
        self.access.must_write(caller, owner)
        return owner

    def _due(self, source: Source, there: Item | None) -> list[Change]:
        """The row that says when a source runs next by itself: at once, when it is told to."""
        runs = source.every != "manual" and not source.paused
        at = self.clock().isoformat(timespec="microseconds")
        indexes = {"by_organization": Key(rows.DUE, f"{at}#{source.id}")} if runs else {}
        item = Item(rows.due_key(source.id), {"run": ""}, indexes=indexes)
        return [Create(item)] if there is None else rows.replaced(there, item)

    def _check(self, caller: Caller, source: Source) -> None:
        faults = list(_faults(source))
        if not is_operator(caller) and "create" in (source.organizations, source.groups):
            pointer = "/organizations" if source.organizations == "create" else "/groups"
            faults.append(Fault(pointer, "เฉพาะผู้ดูแลระบบสร้างหน่วยงานหรือกลุ่มได้", "Only the operator may create them."))
        if not is_operator(caller) and source.organizations == "match":
            th, en = "เฉพาะผู้ดูแลระบบเลือกได้", "Only the operator may write for other organizations."
            faults.append(Fault("/organizations", th, en))
        if faults:
            raise Invalid("ข้อมูลต้นทางไม่ถูกต้อง", "The source is not valid.", faults)


def _faults(source: Source) -> list[Fault]:
    faults: list[Fault] = []
    if rules.faults_of_link(source.url) or not _callable(source.url):
        faults.append(Fault("/url", "ต้องเป็นที่อยู่ http หรือ https", "Must be an http or https address."))
    if source.kind == "ckan" and "?" in source.url:
        faults.append(Fault("/url", "ต้องเป็นที่อยู่ของเว็บไซต์ CKAN", "Must be the address of the CKAN site."))
    for name in ("only", "without"):
        values = getattr(source, name)
        if values and source.kind != "ckan":
            faults.append(Fault(f"/{name}", "ใช้ได้กับ CKAN เท่านั้น", "Only for CKAN."))
        if not all(_NAME.fullmatch(value) for value in values):
            faults.append(Fault(f"/{name}", "ต้องเป็นชื่อ (name) ของ CKAN", "Must be names as CKAN has them."))
    known = {each.name for each in standard.thai_standard().fields} - {"owner_org", "title"}
    given = dict(source.defaults)
    fields, messages = rules.dataset_fields(given)
    for name in given:
        if name not in known or (name != "tags" and name not in fields and name not in messages):
            faults.append(Fault(f"/defaults/{_plain(name)}", "ไม่รู้จักฟิลด์นี้", "No such field of the standard."))
    for name, texts in messages.items():
        faults += [Fault(f"/defaults/{name}", text, text) for text in texts]
    if source.publish == "with_defaults" and not given.get("maintainer_email"):
        faults.append(
            Fault(
                "/defaults/maintainer_email",
                "ต้องระบุอีเมลสำหรับชุดข้อมูลที่ไม่มีอีเมล",
                "Needed for datasets without one: nothing else can stand for an address.",
            )
        )
    return faults


def _callable(url: str) -> bool:
    """Whether an address is plain http(s), of a host whose name a DNS can hold."""
    parts = urlsplit(url)
    return parts.scheme != "ftp" and parts.username is None and 0 < len(host_of(url).encode()) <= 260


def _plain(name: str) -> str:
    return "".join(letter for letter in name[:60] if letter.isascii() and (letter.isalnum() or letter == "_"))
