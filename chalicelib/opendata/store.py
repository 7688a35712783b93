"""Where things lie in the room's table, and the one way to write them.

    ORG#{id}        / ORG            organisation                    by_organization: ORGS, title
    DATASET#{id}    / DATASET        dataset                 by_organization: ORG#{org}; recent: PUBLIC if public
    DATASET#{id}    / VER#000001     immutable copy of each version
    DATASET#{id}    / RES#{rid}      resource (an item of its own, so that fifty uploads do not fight over the dataset)
    RESOURCE#{rid}  / AT             which dataset a resource belongs to
    RESOURCE#{rid}  / FILE#000001    immutable record of each file version
    NAME#{kind}#{n} / NAME           uniqueness of names: package, organization, agency
    STAFF#{person}  / STAFF          posting of an officer (pseudonym, never a national id)

Events (`EVT#`) of a dataset lie in its partition, those of a resource in `RESOURCE#{rid}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.errors import AlreadyThere, Stale
from chalicelib.shared.identity import Posting
from chalicelib.shared.journal import Event, Head, Journal, Once
from chalicelib.shared.storage import Change, Create, Item, Key, Remove, Require, Table, Update, every

from .model import Dataset, DatasetId, File, Organization, OrganizationId, Problem, Resource, Upload
from .rules import Rejected

PUBLIC = "PUBLIC"
ORGANIZATIONS = "ORGS"


def organization_key(id: str) -> Key:
    """Where an organisation lies."""
    return Key(f"ORG#{id}", "ORG")


def dataset_key(id: str) -> Key:
    """Where a dataset lies."""
    return Key(f"DATASET#{id}", "DATASET")


def resource_key(package_id: str, id: str) -> Key:
    """Where a resource lies."""
    return Key(f"DATASET#{package_id}", f"RES#{id}")


def name_key(kind: str, name: str) -> Key:
    """Where the claim on a name lies."""
    return Key(f"NAME#{kind}#{name}", "NAME")


def _place_key(id: str) -> Key:
    return Key(f"RESOURCE#{id}", "AT")


def _staff_key(person: str) -> Key:
    return Key(f"STAFF#{person}", "STAFF")


class Register:
    """The room's officers: who publishes for which agency (a `Staff`)."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def posting(self, pseudonym: str) -> Posting | None:
        found = self._table.get(_staff_key(pseudonym))
        if found is None:
            return None
        return Posting(found.data["agency"], frozenset(found.data["roles"]), found.data.get("name", ""))

    def post(self, pseudonym: str, posting: Posting, token: str) -> None:
        """Enters or changes an officer's posting (for seeding and administration)."""
        data = {"agency": posting.agency, "roles": sorted(posting.roles), "name": posting.name}
        there = self._table.get(_staff_key(pseudonym))
        item = Item(_staff_key(pseudonym), data) if there is None else there.next(data)
        self._table.write([Create(item) if there is None else Update(item)], token)


class Store:
    """Reads models and writes commands; conditions and keys stay in here."""

    def __init__(self, table: Table, journal: Journal) -> None:
        self._table = table
        self._journal = journal

    # -- organisations

    def organization(self, id_or_name: str) -> Organization | None:
        """By id or name."""
        found = self._named("organization", organization_key, id_or_name)
        return None if found is None else Organization(**found.data)

    def organization_of_agency(self, agency: str) -> Organization | None:
        """The organisation under which an agency publishes."""
        claim = self._table.get(name_key("agency", agency))
        return None if claim is None else self.organization(claim.data["id"])

    def organizations(self) -> Iterable[Organization]:
        """All, in the order of their titles."""
        for item in every(self._table, ORGANIZATIONS, index="by_organization"):
            yield Organization(**item.data)

    def found(self, once: Once, organization: Organization, by: str) -> None:
        """Enters a new organisation.

        Raises:
            Rejected: its name is taken, or its agency has one.
        """
        key = organization_key(organization.id)
        event, _ = self._journal.happened(
            Head(),
            subject=organization.id,
            type="opendata.organization.created",
            by=by,
            data=asdict(organization),
        )
        index = {"by_organization": Key(ORGANIZATIONS, f"{organization.title[:100]}#{organization.id}")}
        changes = [
            Create(Item(key, asdict(organization), indexes=index)),
            Create(Item(name_key("organization", organization.name), {"id": organization.id})),
            Create(Item(name_key("agency", organization.agency), {"id": organization.id})),
        ]
        try:
            self._journal.commit(once, changes, [(key.pk, event)], {"id": organization.id})
        except AlreadyThere:
            raise Rejected({"name": ["Group name already exists in database"]}) from None

    # -- datasets

    def dataset(self, id_or_name: str) -> Dataset | None:
        """By id or name."""
        found = self._named("package", dataset_key, id_or_name)
        return None if found is None else _dataset(found)

    def datasets_of(self, organization: OrganizationId) -> Iterable[Dataset]:
        """All of an organisation, drafts and deleted ones too, the latest change first."""
        return self._datasets(f"ORG#{organization}", "by_organization")

    def public_datasets(self) -> Iterable[Dataset]:
        """Every dataset that everybody may see, the latest change first."""
        return self._datasets(PUBLIC, "recent")

    def _datasets(self, partition: str, index: str) -> Iterable[Dataset]:
        after: str | None = None
        while True:
            page = self._table.query(partition, index=index, after=after, limit=100, newest_first=True)
            yield from (_dataset(item) for item in page.items)
            after = page.after
            if after is None:
                return

    def add_dataset(self, once: Once, dataset: Dataset, by: str) -> None:
        """Enters a new dataset.

        Raises:
            Rejected: its name is taken.
        """
        self._write_dataset(once, dataset, by, "opendata.dataset.created", old=None)

    def change_dataset(self, once: Once, old: Dataset, new: Dataset, by: str) -> None:
        """Changes a dataset that nobody changed since it was read.

        Raises:
            Rejected: its new name is taken.
            Stale: somebody was faster.
        """
        self._write_dataset(once, replace(new, version=old.version + 1), by, "opendata.dataset.changed", old=old)

    def _write_dataset(self, once: Once, dataset: Dataset, by: str, type: str, old: Dataset | None) -> None:
        details = {"version": dataset.version, "private": dataset.private, "state": dataset.state}
        event, head = self._journal.happened(Head(*dataset.chain), subject=dataset.id, type=type, by=by, data=details)
        dataset = replace(dataset, chain=(head.seq, head.hash))
        key, data = dataset_key(dataset.id), asdict(dataset)
        item = Item(key, data, dataset.version, _indexes(dataset))
        changes: list[Change] = [
            Create(item) if old is None else Update(item),
            Create(Item(Key(key.pk, f"VER#{dataset.version:06d}"), data)),
        ]
        if old is None or old.name != dataset.name:
            changes.append(Create(Item(name_key("package", dataset.name), {"id": dataset.id})))
        if old is not None and old.name != dataset.name:
            changes.append(Remove(name_key("package", old.name)))
        if old is None:
            changes.append(Require(organization_key(dataset.owner_org)))
        try:
            self._journal.commit(once, changes, [(key.pk, event)], {"id": dataset.id})
        except AlreadyThere:
            # the copy of the version is refused too when somebody else wrote this version first
            there = self._table.get(key) if old is not None else None
            if there is not None and old is not None and there.version != old.version:
                raise _stale() from None
            raise Rejected({"name": ["That URL is already in use."]}) from None

    # -- resources

    def resources(self, package_id: DatasetId) -> list[Resource]:
        """All of a dataset, in the order in which they were added."""
        return [_resource(item) for item in every(self._table, f"DATASET#{package_id}", prefix="RES#")]

    def resource(self, id: str) -> Resource | None:
        """By id."""
        place = self._table.get(_place_key(id))
        found = None if place is None else self._table.get(resource_key(place.data["package_id"], id))
        return None if found is None else _resource(found)

    def add_resource(self, once: Once, resource: Resource, by: str) -> None:
        """Enters a new resource; its dataset must be there, but is not changed."""
        place = Item(_place_key(resource.id), {"package_id": resource.package_id})
        more: list[Change] = [Create(place), Require(dataset_key(resource.package_id))]
        self._write_resource(once, resource, by, "opendata.resource.created", Create, more)

    def change_resource(self, once: Once, resource: Resource, by: str, type: str, taken_in: File | None = None) -> None:
        """Changes a resource that nobody changed since it was read; `taken_in` is a new file version.

        Raises:
            Stale: somebody was faster.
        """
        more: list[Change] = []
        if taken_in is not None:
            more.append(Create(Item(Key(_place_key(resource.id).pk, f"FILE#{taken_in.number:06d}"), asdict(taken_in))))
        changed = replace(resource, version=resource.version + 1)
        try:
            self._write_resource(once, changed, by, type, Update, more)
        except AlreadyThere:  # the file version: another attempt entered it first
            raise _stale() from None

    def _write_resource(
        self,
        once: Once,
        resource: Resource,
        by: str,
        type: str,
        how: type[Create | Update],
        more: Sequence[Change],
    ) -> None:
        details: dict[str, Any] = {"version": resource.version, "package_id": resource.package_id}
        if resource.file is not None:
            details |= {
                "file": resource.file.number,
                "sha256": resource.file.sha256,
                "rows": resource.file.rows,
            }
        event, head = self._journal.happened(Head(*resource.chain), subject=resource.id, type=type, by=by, data=details)
        resource = replace(resource, chain=(head.seq, head.hash))
        item = Item(resource_key(resource.package_id, resource.id), asdict(resource), resource.version)
        events: list[tuple[str, Event]] = [(_place_key(resource.id).pk, event)]
        self._journal.commit(once, [how(item), *more], events, {"id": resource.id})

    def _named(self, kind: str, key: Any, id_or_name: str) -> Item | None:
        by_id, by_name = key(id_or_name), name_key(kind, id_or_name)
        found = self._table.get_many([by_id, by_name])
        if by_id in found:
            return found[by_id]
        named = found.get(by_name)
        return None if named is None else self._table.get(key(named.data["id"]))


def _indexes(dataset: Dataset) -> dict[str, Key]:
    place = f"{dataset.modified}#{dataset.id}"
    indexes = {"by_organization": Key(f"ORG#{dataset.owner_org}", place)}
    if not dataset.private and dataset.state == "active":
        indexes["recent"] = Key(PUBLIC, place)
    return indexes


def _stale() -> Stale:
    return Stale("ข้อมูลถูกแก้ไขโดยผู้อื่นแล้ว", "Somebody changed it since it was read.")


def _dataset(item: Item) -> Dataset:
    data = dict(item.data)
    return Dataset(**{**data, "chain": tuple(data["chain"]), "version": item.version})


def _resource(item: Item) -> Resource:
    data = dict(item.data)
    upload, file, problem = data["upload"], data["file"], data["problem"]
    return Resource(
        **{
            **data,
            "upload": Upload(**upload) if upload else None,
            "file": File(**{**file, "columns": tuple(file["columns"])}) if file else None,
            "problem": Problem(**problem) if problem else None,
            "chain": tuple(data["chain"]),
            "version": item.version,
        }
    )
