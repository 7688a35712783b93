"""The room's packages and groups: reads models and writes commands; where things lie is in `rows.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import AlreadyThere, Stale
from chalicelib.shared.identity import Posting
from chalicelib.shared.journal import Event, Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Table, Update, every

from . import changes
from .model import Dataset, File, Group, GroupId, Kind, Package, Resource
from .rows import (
    chain_of,
    dataset_of,
    group_key,
    group_of,
    name_key,
    numbered,
    package_of,
    place_key,
    rows_of,
    staff_key,
    stale,
)
from .rules import Rejected
from .search.document import document

QUEUE = "opendata-events"
AT_ONCE = 40
"""Resources that one call may add, change or take away: a transaction has at most 100 parts."""


class Register:
    """The room's officers: who publishes for which agency (a `Staff`)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def posting(self, pseudonym: str) -> Posting | None:
        found = self._table.get(staff_key(pseudonym))
        if found is None:
            return None
        return Posting(found.data["agency"], frozenset(found.data["roles"]), found.data.get("name", ""))

    def post(self, pseudonym: str, posting: Posting, token: str) -> None:
        """Enters or changes an officer's posting (for seeding and administration)."""
        data = {"agency": posting.agency, "roles": sorted(posting.roles), "name": posting.name}
        there = self._table.get(staff_key(pseudonym))
        item = Item(staff_key(pseudonym), data) if there is None else there.next(data)
        self._table.write([Create(item) if there is None else Update(item)], token)


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

    def groups(self, kind: Kind) -> Iterable[Group]:
        """All, deleted ones too, in the order of their titles, as the index knew them a moment ago."""
        for item in every(self.table, f"GROUPS#{kind}", index="by_organization"):
            yield group_of(item)

    # -- packages

    def package(self, id_or_name: str) -> Package | None:
        """A dataset with its resources, by id or name: one request by id, two more by name."""
        found = self._package(id_or_name)
        if found is None:
            claim = self.table.get(name_key("package", id_or_name))
            found = None if claim is None else self._package(claim.data["id"])
        return found

    def _package(self, id: str) -> Package | None:
        rows = list(every(self.table, f"DATASET#{id}", prefix="HEAD"))
        if not rows or rows[0].key.sk != "HEAD":
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
            Rejected: the name is taken, or more than `AT_ONCE` resources change.
            Stale: somebody was faster.
        """
        change_id = self._ids()
        old = {} if before is None else {each.id: each for each in before.resources}
        kept = {each.id for each in after.resources}
        touched = [each for each in after.resources if old.get(each.id) != each]
        gone = [each for each in old.values() if each.id not in kept]
        if len(touched) + len(gone) > AT_ONCE:
            raise Rejected({"resources": [f"At most {AT_ONCE} resources can be changed in one call"]})
        own = before is None or not writing.subject or before.dataset != after.dataset
        about_dataset = own or not writing.subject
        subject = writing.subject or after.id
        head = Head(*after.dataset.chain) if about_dataset else chain_of(after, old, subject)
        details: dict[str, Any] = {"package_id": after.id, "name": after.dataset.name, "activity": writing.activity}
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
        rows = rows_of(before, written, own=own, touched=[each.id for each in touched], gone=gone)
        rows += self._history(writing, change_id, before, written, organization, groups, touched, gone)
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

    def _history(
        self,
        writing: Writing,
        change_id: str,
        before: Package | None,
        after: Package,
        organization: Group,
        groups: Iterable[Group],
        touched: Sequence[Resource],
        gone: Sequence[Resource],
    ) -> list[Write]:
        dataset = after.dataset
        seen_before = before is not None and before.dataset.public
        at = self._clock().isoformat(timespec="microseconds")
        resources: dict[str, Any] = {}
        old = {} if before is None else {each.id: each for each in before.resources}
        for each in [*touched, *gone]:
            now = None if each in gone else asdict(each)
            then = asdict(old[each.id]) if each.id in old else None
            resources[each.id] = changes.difference(then, now)
        different = changes.difference(None if before is None else asdict(before.dataset), asdict(dataset))
        version = changes.Version(
            id=change_id,
            at=at,
            by=writing.by,
            activity=writing.activity,
            subject=writing.subject or after.id,
            public=dataset.public,
            diff={**different, **({"resources": resources} if resources else {})},
            package={
                "name": dataset.name,
                "title": dataset.fields.get("title", ""),
                "private": dataset.private,
                "state": dataset.state,
                "owner_org": dataset.owner_org,
                "version": dataset.version,
            },
        )
        change = changes.Change(
            id=change_id,
            at=at,
            by=writing.by,
            thing="resource" if writing.subject and writing.subject != after.id else "package",
            activity=writing.activity,
            subject=writing.subject or after.id,
            name=dataset.name,
            title=str(dataset.fields.get("title", "")),
            dataset=after.id,
            owner_org=dataset.owner_org,
            before=seen_before,
            after=dataset.public,
            saw="" if before is None else before.changed,
            document=document(after, organization, groups),
        )
        return [changes.version_row(after.id, version), changes.change_row(change)]

    def versions(
        self, dataset_id: str, *, limit: int, after: str | None = None
    ) -> tuple[list[changes.Version], str | None]:
        """A dataset's history, the latest first, and where it goes on."""
        page = self.table.query(f"DATASET#{dataset_id}", prefix="VER#", after=after, limit=limit, newest_first=True)
        return [changes.Version(**item.data) for item in page.items], page.after

    def file_row(self, resource: str, file: File) -> Create:
        """The immutable record of a file version, for `Writing.more`."""
        return Create(Item(Key(place_key(resource).pk, f"FILE#{file.number:06d}"), asdict(file)))
