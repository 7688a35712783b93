"""Where things lie in the room's table, and how a package is written as rows.

    GROUP#{id}       / GROUP              organisation or theme       by_organization: GROUPS#{kind}, title
    DATASET#{id}     / HEAD               dataset                     by_organization: ORG#{owner}, time
    DATASET#{id}     / HEAD#RES#{rid}     resource: an item of its own, so that fifty uploads do not fight over one
    DATASET#{id}     / VER#{change}       immutable history: who, when, what was different
    RESOURCE#{rid}   / AT                 which dataset a resource belongs to
    RESOURCE#{rid}   / FILE#000001        immutable record of each file version
    RESOURCE#{rid}   / HELD#000002        a version that waits for a decision: that it uses its bytes
    RESOURCE#{rid}   / PARTS#000003       where an upload in parts stands in S3
    NAME#{kind}#{n}  / NAME               uniqueness of names: package, organization, group, agency
    CHG              / {change}           the log of changes (`changes.py`)
    STAFF#{person}   / STAFF              posting of an officer (pseudonym, never a national id)

Events (`EVT#`) of a dataset lie in its partition, those of a resource alone in `RESOURCE#{rid}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.errors import Stale
from chalicelib.shared.journal import Head
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove, Require, Update

from .live import live_of
from .model import Dataset, File, Group, Package, Problem, Resource, ResourceId, Table, Upload, in_order

LIVE = "LIVE"
"""Partition of the index in which resources stand whose written rows are in no file version yet."""


def group_key(id: str) -> Key:
    """Where an organisation or theme lies."""
    return Key(f"GROUP#{id}", "GROUP")


def dataset_key(id: str) -> Key:
    """Where a dataset lies."""
    return Key(f"DATASET#{id}", "HEAD")


def resource_key(package_id: str, id: str) -> Key:
    """Where a resource lies."""
    return Key(f"DATASET#{package_id}", f"HEAD#RES#{id}")


def name_key(kind: str, name: str) -> Key:
    """Where the claim on a name lies."""
    return Key(f"NAME#{kind}#{name}", "NAME")


def place_key(id: str) -> Key:
    """Where it is written which dataset a resource belongs to."""
    return Key(f"RESOURCE#{id}", "AT")


def staff_key(person: str) -> Key:
    """Where an officer's posting lies."""
    return Key(f"STAFF#{person}", "STAFF")


def chain_of(after: Package, old: Mapping[ResourceId, Resource], subject: str) -> Head:
    """The end of a resource's own chain of events."""
    found = old.get(ResourceId(subject)) or after.resource(subject)
    return Head() if found is None else Head(*found.chain)


def numbered(
    before: Package | None,
    after: Package,
    change_id: str,
    chain: tuple[int, str],
    *,
    own: bool,
    touched: Sequence[Resource],
    alone: bool,
) -> Package:
    """The package with versions, chains and the change's id where something is written."""
    old = {} if before is None else {each.id: each for each in before.resources}
    fresh = {each.id for each in touched}
    resources = tuple(
        replace(
            each,
            changed=change_id,
            version=old[each.id].version + 1 if each.id in old else 1,
            chain=chain if alone else each.chain,
        )
        if each.id in fresh
        else each
        for each in after.resources
    )
    dataset = after.dataset
    if own:
        version = 1 if before is None else before.dataset.version + 1
        dataset = replace(dataset, changed=change_id, version=version, chain=chain)
    return Package(dataset, in_order(dataset, resources))


def rows_of(
    before: Package | None,
    after: Package,
    organization: Group,
    *,
    own: bool,
    touched: Sequence[str],
    gone: Sequence[Resource],
) -> list[Write]:
    """What is written of a package: the dataset if `own`, the resources that are new, changed or gone.

    What comes into an organisation requires it as it was read, so that nothing comes into one that is being deleted.
    """
    dataset, key = after.dataset, dataset_key(after.id)
    rows: list[Write] = []
    if own:
        item = Item(key, asdict(dataset), dataset.version, _indexes(dataset))
        rows.append(Create(item) if before is None else Update(item))
        if joins(before, after):
            rows.append(Require(group_key(organization.id), organization.version))
        if before is None or before.dataset.name != dataset.name:
            rows.append(Create(Item(name_key("package", dataset.name), {"id": dataset.id})))
        if before is not None and before.dataset.name != dataset.name:
            rows.append(Remove(name_key("package", before.dataset.name)))
    else:
        rows.append(Require(key, dataset.version))
    for each in after.resources:
        if each.id in touched:
            entry = resource_item(each)
            if each.version == 1:
                rows += [Create(entry), Create(Item(place_key(each.id), {"package_id": after.id}))]
            else:
                rows.append(Update(entry))
    for each in gone:
        rows += [Remove(resource_key(after.id, each.id), each.version), Remove(place_key(each.id))]
    return rows


def resource_item(resource: Resource) -> Item:
    """A resource as it lies there; one with rows that are in no file version yet is found by the oldest of them."""
    live = resource.live
    indexes = {"by_organization": Key(LIVE, f"{live.since}#{resource.id}")} if live and live.deltas else {}
    return Item(resource_key(resource.package_id, resource.id), asdict(resource), resource.version, indexes)


def joins(before: Package | None, after: Package) -> bool:
    """Whether a write brings a dataset into its organisation: a new one, one that moves, one that was deleted."""
    if before is None or before.dataset.owner_org != after.dataset.owner_org:
        return True
    return before.dataset.state == "deleted" and after.dataset.state != "deleted"


def _indexes(dataset: Dataset) -> dict[str, Key]:
    return {"by_organization": Key(f"ORG#{dataset.owner_org}", f"{dataset.modified}#{dataset.id}")}


def stale() -> Stale:
    """Somebody changed it since it was read."""
    return Stale("ข้อมูลถูกแก้ไขโดยผู้อื่นแล้ว", "Somebody changed it since it was read.")


def group_of(item: Item) -> Group:
    """A group as it lies there."""
    data = dict(item.data)
    for name in ("extras", "parents", "chain"):
        data[name] = tuple(data[name])
    return Group(**{**data, "version": item.version})


def dataset_of(item: Item) -> Dataset:
    """A dataset as it lies there."""
    data = dict(item.data)
    for name in ("groups", "order", "chain"):
        data[name] = tuple(data[name])
    for name in ("vocabulary_tags", "public_times"):
        data[name] = tuple((pair[0], pair[1]) for pair in data.get(name, ()))
    data["harvested"] = None if data["harvested"] is None else tuple(data["harvested"])
    return Dataset(**{**data, "version": item.version})


def resource_of(item: Item) -> Resource:
    """A resource as it lies there."""
    data = dict(item.data)
    file, held, problem = data["file"], data["held"], data["problem"]
    return Resource(
        **{
            **data,
            "upload": upload_of(data["upload"]),
            "file": file_of(file) if file else None,
            "problem": Problem(**problem) if problem else None,
            "live": live_of(data.get("live")),
            "dictionary": data.get("dictionary", {}),
            "failed": upload_of(data["failed"]),
            "held": file_of(held) if held else None,
            "chain": tuple(data["chain"]),
            "version": item.version,
        }
    )


def upload_of(data: Mapping[str, Any] | None) -> Upload | None:
    """An announced upload as it lies there."""
    return Upload(**{**data, "parts": tuple(data["parts"])}) if data else None


def file_of(data: Mapping[str, Any]) -> File:
    """A file version as it lies there."""
    tables = tuple(Table(**{**each, "columns": tuple(each["columns"])}) for each in data["tables"])
    personal = data.get("personal")
    return File(**{**data, "tables": tables, "personal": None if personal is None else tuple(personal)})


def package_of(head: Item, resources: Iterable[Item]) -> Package:
    """A package from its rows."""
    dataset = dataset_of(head)
    return Package(dataset, in_order(dataset, map(resource_of, resources)))
