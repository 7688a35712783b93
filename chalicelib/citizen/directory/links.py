"""Agencies' own services elsewhere: registered by their systems, shown with their address, asked now and then.

SERVICELINK#{id} / LINK       link       by_owner: SERVICELINKS, id;  by_due: SERVICELINKS#{shard}, next question#id
SERVICELINK#{id} / EVT#...    its history
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from urllib.parse import urlsplit

from chalicelib.shared.egress import Unreachable
from chalicelib.shared.errors import AlreadyThere, Fault, Invalid, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.storage import Create, Item, Key, Remove, Update, every

from ..hall import Hall, Told
from .model import Link, LinkEntry

BY_OWNER, BY_DUE, ALL = "by_owner", "by_due", "SERVICELINKS"
SHARDS = 2
EACH = dt.timedelta(days=1)
AT_ONCE = 2
"""Links of a shard that one minute's sweep asks: far more than a day needs, and never long."""
TIMEOUT = 3.0
GONE = (404, 410)


class Links:
    """What one may do with links."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def all(self) -> list[LinkEntry]:
        """All links, by id."""
        return [entry_in(item) for item in every(self._hall.parts.table, ALL, index=BY_OWNER)]

    def put(self, id: str, link: Link, caller: Caller, once: Once) -> LinkEntry:
        """Registers a link, or describes it anew.

        Raises:
            Invalid: the address is not https. AlreadyThere: another system has this id.
        """
        checked(link)
        found = self._hall.parts.journal.read(once, link_key(id)).get(link_key(id))
        there = None if found is None else entry_in(found)
        if there is not None and there.system != caller.id:
            raise AlreadyThere(
                "รหัสลิงก์นี้มีระบบอื่นใช้แล้ว",
                "Another system has registered this id.",
                [Fault("path:id", "เลือกรหัสอื่น", "Choose another one.")],
            )
        if there is not None and there.link == link:
            return there
        entry = LinkEntry(id, caller.id, link) if there is None else replace(there, link=link, failed=0, asked_at=None)
        return self._changed(entry, "described", caller, once, new=there is None)

    def take_out(self, id: str, caller: Caller, once: Once) -> None:
        """Takes a link out of the list.

        Raises:
            NotFound: none, or not this system's own.
        """
        found = self._hall.parts.journal.read(once, link_key(id)).get(link_key(id))
        there = None if found is None else entry_in(found)
        if there is None or (caller.kind == "system" and there.system != caller.id):
            raise not_found("ลิงก์บริการ", "link")
        self._hall.parts.journal.commit(once, [Remove(link_key(id), there.version)])

    def sweep(self, now: dt.datetime) -> None:
        """Asks some links whether they are still there, each once a day. Whatever answers is well, but for 404, 410 and
        5xx; the guarded way out keeps these questions away from inner networks."""
        for shard in range(SHARDS):
            page = self._hall.parts.table.query(f"{ALL}#{shard}", index=BY_DUE, limit=AT_ONCE)
            for item in page.items:
                if item.indexes[BY_DUE].sk > f"{now.isoformat()}~":
                    break
                self._ask(entry_in(item), now)

    def _ask(self, entry: LinkEntry, now: dt.datetime) -> None:
        try:
            status = self._hall.parts.http.send("HEAD", entry.link.url, headers={}, timeout=TIMEOUT).status
            well = status < 500 and status not in GONE
        except Unreachable:
            well = False
        asked = replace(entry, failed=0 if well else min(entry.failed + 1, 99), asked_at=now, version=entry.version + 1)
        try:
            self._hall.parts.journal.commit(
                Once(new_id(), "", new_token(), claimed=False), [Update(_item(asked, now + EACH))]
            )
        except Stale:
            return  # described anew meanwhile: it will be asked again

    def _changed(self, entry: LinkEntry, what: str, caller: Caller, once: Once, *, new: bool) -> LinkEntry:
        told = Told(f"link.{what}", {"system": entry.system}, heard=False)
        events, head = self._hall.happened(Head(*entry.chain), [told], subject=entry.id, by=caller.label)
        entry = replace(entry, chain=(head.seq, head.hash), version=1 if new else entry.version + 1)
        item = _item(entry, self._hall.now())
        answer = {"id": entry.id, "version": entry.version}
        self._hall.save(once, [Create(item) if new else Update(item)], events, pk=link_key(entry.id).pk, answer=answer)
        return entry


def checked(link: Link) -> Link:
    """The link, if people can be sent there.

    Raises:
        Invalid.
    """
    try:
        parts = urlsplit(link.url)
        _ = parts.port
        good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or not link.url.isascii() or not link.url.isprintable() or " " in link.url:
        raise Invalid(
            "ที่อยู่ของบริการไม่ถูกต้อง",
            "This is no address that people can be sent to.",
            [Fault("/url", "ต้องเป็น https และไม่มีรหัสผ่าน", "https, without credentials.")],
        )
    return link


def link_key(id: str) -> Key:
    """Where a link lies."""
    return Key(f"SERVICELINK#{id}", "LINK")


def entry_in(item: Item) -> LinkEntry:
    """A link as it was kept."""
    data = item.data
    return LinkEntry(
        id=item.key.pk.removeprefix("SERVICELINK#"),
        system=data["system"],
        link=Link.model_validate(data["link"]),
        failed=data["failed"],
        asked_at=None if data["asked_at"] is None else dt.datetime.fromisoformat(data["asked_at"]),
        chain=tuple(data["chain"]),
        version=item.version,
    )


def _item(entry: LinkEntry, due: dt.datetime) -> Item:
    shard = hashlib.sha256(entry.id.encode()).digest()[0] % SHARDS
    data = {
        "system": entry.system,
        "link": entry.link.model_dump(mode="json"),
        "failed": entry.failed,
        "asked_at": None if entry.asked_at is None else entry.asked_at.isoformat(),
        "chain": list(entry.chain),
    }
    places = {BY_OWNER: Key(ALL, entry.id), BY_DUE: Key(f"{ALL}#{shard}", f"{due.isoformat()}#{entry.id}")}
    return Item(link_key(entry.id), data, entry.version, indexes=places)
