"""The room's packages and groups: reads models and writes commands; where things lie is in `rows.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Stale
from chalicelib.shared.journal import Event, Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Table, Update, every

from . import changes, history
from .history import Moment
from .model import Dataset, File, Group, GroupId, Kind, Package
from .rows import (
    chain_of,
    dataset_of,
    file_of,
    group_key,
    group_of,
    joins,
    name_key,
    numbered,
    package_of,
    place_key,
    rows_of,
    stale,
)
from .rules import Rejected
from .versions.telling import times_after

QUEUE = "opendata-events"
UNROOTED = "VERSIONS#open"
"""Index partition of the file versions that no signed root has yet (`versions.roots`)."""
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids of ours and of other CKANs; whatever else is asked for is looked up as a name first."""
MAX_ROW = 390_000
"""Bytes of one item: DynamoDB takes 400 kB, its own names included."""
AT_ONCE = 40
"""Resources that one call may add, change or take away: a transaction has at most 100 parts."""
TOO_MANY = f"At most {AT_ONCE} resources can be changed in one call; send the others after"


@dataclass(frozen=True)
class Writing:
    """Who writes, and as what it goes into the history.

    Attributes:
        once: the attempt.
        by: `Caller.label`.
        activity: CKAN's activity type, e.g. `changed package`, `new resource`.
        type: of the event, e.g. `opendata.dataset.changed`.
        subject: what the event and the answer are about: the dataset's id, or that of one resource.
        details: more for the event.
        more: further changes for the same transaction.
    """

    once: Once
    by: str
    activity: str
    type: str
    subject: str = ""
    details: Mapping[str, Any] | None = None
    more: Sequence[Write] = ()


class Past(NamedTuple):
    """Of a resource id that was in use before: the end of its chain of events, how many files it had, and the hash of
    the last of them."""

    chain: tuple[int, str]
    uploads: int
    linked: str


class Store:
    """Reads models and writes commands; conditions and keys stay in here."""

    def __init__(
        self, table: Table, journal: Journal, *, ids: Callable[[], str], clock: Callable[[], datetime]
    ) -> None:
        self.table = table
        self.journal = journal
        self._ids = ids
        self._clock = clock

    # -- groups

    def group(self, kind: Kind, id_or_name: str) -> Group | None:
        """An organisation or theme by id or name."""
        by_id, by_name = group_key(id_or_name), name_key(kind, id_or_name)
        found = self.table.get_many([by_id, by_name])
        item = found.get(by_id)
        if item is None and by_name in found:
            item = self.table.get(group_key(found[by_name].data["id"]))
        group = None if item is None else group_of(item)
        return group if group is not None and group.kind == kind else None

    def organization_of_agency(self, agency: str) -> Group | None:
        """The organisation under which an agency publishes."""
        claim = self.table.get(name_key("agency", agency))
        return None if claim is None else self.group("organization", claim.data["id"])

    def groups_by_id(self, ids: Iterable[str]) -> dict[str, Group]:
        """Those that exist among these, in one request for each hundred."""
        wanted = [group_key(each) for each in dict.fromkeys(ids)]
        found: dict[str, Group] = {}
        for start in range(0, len(wanted), 100):
            items = self.table.get_many(wanted[start : start + 100]).values()
            found |= {group.id: group for group in map(group_of, items)}
        return found

    def groups_named(self, kind: Kind, references: Sequence[str]) -> dict[str, Group]:
        """Groups by the id or name they were asked by: two requests at most."""
        by_id = {each: group_key(each) for each in references}
        by_name = {each: name_key(kind, each) for each in references}
        rows = self.table.get_many([*by_id.values(), *by_name.values()]) if references else {}
        ids = {each: rows[key].data["id"] for each, key in by_name.items() if key in rows and by_id[each] not in rows}
        named = self.groups_by_id(ids.values()) if ids else {}
        found = {each: group_of(rows[key]) for each, key in by_id.items() if key in rows}
        found |= {each: named[known] for each, known in ids.items() if known in named}
        return {each: group for each, group in found.items() if group.kind == kind}

    def groups(self, kind: Kind) -> Iterable[Group]:
        """All, deleted ones too, in the order of their titles, as the index knew them a moment ago."""
        for item in every(self.table, f"GROUPS#{kind}", index="by_organization"):
            yield group_of(item)

    # -- packages

    def package(self, id_or_name: str) -> Package | None:
        """A dataset with its resources, by id or name: one request for what looks like an id of ours, two by name."""
        if _ID.fullmatch(id_or_name) and (found := self._package(id_or_name)) is not None:
            return found
        claim = self.table.get(name_key("package", id_or_name))
        if claim is not None:
            return self._package(claim.data["id"])
        return None if _ID.fullmatch(id_or_name) else self._package(id_or_name)

    def _package(self, id: str) -> Package | None:
        rows = list(every(self.table, f"DATASET#{id}", prefix="HEAD"))
        if not rows or rows[0].key.sk != "HEAD" or "purged" in rows[0].data:
            return None
        return package_of(rows[0], rows[1:])

    def package_of_resource(self, id: str) -> Package | None:
        """The package that a resource belongs to."""
        place = self.table.get(place_key(id))
        return None if place is None else self._package(place.data["package_id"])

    def datasets_of(self, organization: GroupId) -> Iterable[Dataset]:
        """All of an organisation, drafts and deleted ones too, the latest change of the dataset itself first."""
        after: str | None = None
        while True:
            page = self.table.query(
                f"ORG#{organization}", index="by_organization", after=after, limit=100, newest_first=True
            )
            yield from (dataset_of(item) for item in page.items)
            after = page.after
            if after is None:
                return

    def save(
        self, writing: Writing, before: Package | None, after: Package, organization: Group, groups: Iterable[Group]
    ) -> Package:
        """Writes what is different between two states of a package, all of it or nothing; answers what then stands.

        Every part is written on condition that it still is as it was read; the dataset itself must be even where only
        a resource changes, so that what search learns of it is true. Two calls that add resources do not disturb each
        other.

        Args:
            before: as read, or None for a new one.
            after: as it shall be. Versions, chains and change ids are filled in here.
            organization, groups: those of `after`, for search.

        Raises:
            Rejected: the name is taken, more than `AT_ONCE` resources change, or it would come into a deleted
                organisation.
            Stale: somebody was faster.
        """
        change_id = self._ids()
        old = {} if before is None else {each.id: each for each in before.resources}
        kept = {each.id for each in after.resources}
        touched = [each for each in after.resources if old.get(each.id) != each]
        gone = [each for each in old.values() if each.id not in kept]
        if len(touched) + len(gone) > AT_ONCE:
            raise Rejected({"resources": [TOO_MANY]})
        if organization.state == "deleted" and joins(before, after):
            raise Rejected({"owner_org": ["Organization does not exist"]})
        own = before is None or not writing.subject or before.dataset != after.dataset
        about_dataset = own or not writing.subject
        subject = writing.subject or after.id
        head = Head(*after.dataset.chain) if about_dataset else chain_of(after, old, subject)
        details: dict[str, Any] = {"package_id": after.id, "name": after.dataset.name, "activity": writing.activity}
        details |= {"change": change_id, "groups": list(after.dataset.groups)}
        details |= {"title": str(after.dataset.fields.get("title", "")), "owner_org": after.dataset.owner_org}
        details |= {"before": before is not None and before.dataset.public, "after": after.dataset.public}
        event, head = self.journal.happened(
            head,
            subject=after.id if about_dataset else subject,
            type=writing.type,
            by=writing.by,
            data={**details, "resource": "" if subject == after.id else subject, **(writing.details or {})},
            queue=QUEUE,
        )
        chain = (head.seq, head.hash)
        written = numbered(before, after, change_id, chain, own=own, touched=touched, alone=not about_dataset)
        at = self._clock().isoformat(timespec="microseconds")
        if own:
            times = times_after(None if before is None else before.dataset, public=written.dataset.public, at=at)
            written = replace(written, dataset=replace(written.dataset, public_times=times))
        rows = rows_of(before, written, organization, own=own, touched=[each.id for each in touched], gone=gone)
        now = Moment(change_id, at, writing.by, writing.activity, subject)
        rows += history.rows(now, before, written, organization, groups, [*touched, *gone])
        _must_fit(rows)
        events: list[tuple[str, Event]] = [
            (f"DATASET#{after.id}" if about_dataset else place_key(subject).pk, event),
        ]
        try:
            self.journal.commit(writing.once, [*rows, *writing.more], events, {"id": subject})
        except AlreadyThere:
            raise self._taken(before, after) from None
        return written

    def _taken(self, before: Package | None, after: Package) -> Rejected | Stale:
        """Why something that had to be new was there: the name, or a resource, or somebody wrote this first."""
        if before is None or before.dataset.name != after.dataset.name:
            claim = self.table.get(name_key("package", after.dataset.name))
            if claim is not None:
                return Rejected({"name": ["That URL is already in use."]})
        new = {each.id for each in after.resources} - {each.id for each in (before.resources if before else ())}
        if self.table.get_many([place_key(each) for each in sorted(new)][:100]):
            return Rejected({"id": ["Resource id already exists."]})
        if before is None:
            return Rejected({"id": ["Dataset id already exists"]})
        return stale()

    def versions(
        self, dataset_id: str, *, limit: int, after: str | None = None
    ) -> tuple[list[changes.Version], str | None]:
        """A dataset's history, the latest first, and where it goes on."""
        page = self.table.query(f"DATASET#{dataset_id}", prefix="VER#", after=after, limit=limit, newest_first=True)
        return [changes.Version(**item.data) for item in page.items], page.after

    def pasts_of_resources(self, ids: Sequence[str]) -> dict[str, Past]:
        """Of resource ids that were in use before: where the records of the first one ended.

        Whoever gives an id again goes on where the first one ended: what was recorded is never written over.
        """
        first = {each: [Key(place_key(each).pk, f"{kind}#000001") for kind in ("EVT", "FILE")] for each in ids}
        wanted = [key for keys in first.values() for key in keys]
        there = self.table.get_many(wanted) if wanted else {}
        found: dict[str, Past] = {}
        for each, keys in first.items():
            if any(key in there for key in keys):
                pk = place_key(each).pk
                last = self.table.query(pk, prefix="EVT#", limit=1, newest_first=True).items
                file = self.table.query(pk, prefix="FILE#", limit=1, newest_first=True).items
                chain = (int(last[0].data["seq"]), str(last[0].data["hash"])) if last else (0, "")
                last_file = file_of(file[0].data) if file else None
                found[each] = Past(chain, last_file.number if last_file else 0, last_file.chain if last_file else "")
        return found

    def file_row(self, resource: str, file: File) -> Create:
        """The immutable record of a file version, for `Writing.more`; listed until a signed root has it."""
        key = file_key(resource, file.number)
        indexes = {"by_organization": Key(UNROOTED, f"{file.at}#{resource}#{file.number:06d}")} if file.chain else {}
        return Create(Item(key, asdict(file), indexes=indexes))

    def file_and_end(self, resource: str, number: int) -> tuple[File | None, str]:
        """One version of a resource's file, and when the next one came (ISO 8601; "" where there is none)."""
        key = file_key(resource, number)
        page = self.table.query(key.pk, at_least=key.sk, limit=2)
        rows = [file_of(row.data) for row in page.items if row.key.sk.startswith("FILE#")]
        if not rows or rows[0].number != number:
            return None, ""
        return rows[0], rows[1].at if len(rows) > 1 else ""

    def file(self, resource: str, number: int) -> File | None:
        """One version of a resource's file."""
        row = self.table.get(file_key(resource, number))
        return None if row is None else file_of(row.data)

    def files(self, resource: str, *, limit: int, after: str | None = None) -> tuple[list[File], str | None]:
        """The versions of a resource's file, the latest first, and where the list goes on."""
        pk = place_key(resource).pk
        page = self.table.query(pk, prefix="FILE#", after=after, limit=limit, newest_first=True)
        return [file_of(row.data) for row in page.items], page.after


def file_key(resource: str, number: int) -> Key:
    """Where a file version lies."""
    return Key(place_key(resource).pk, f"FILE#{number:06d}")


def _must_fit(rows: Sequence[Write]) -> None:
    for row in rows:
        if isinstance(row, Create | Update):
            size = len(json.dumps(row.item.data, ensure_ascii=False).encode())
            if size > MAX_ROW:
                raise Rejected({"__before": [f"The dataset and what is kept of it is larger than {MAX_ROW} bytes"]})
