"""A version that somebody must look at first: nobody reads it, and the last good one stays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chalicelib.opendata.firewall.model import Hold
from chalicelib.opendata.model import File, Package, Resource
from chalicelib.opendata.store import Writing
from chalicelib.shared.journal import Once
from tests.opendata.people import operator
from tests.opendata.portal import Portal

GOOD, BAD, OTHER = b"a,b\n1,2\n", b"a,b\n1,13\n", b"a,b\n1,13\n2,13\n"


@dataclass
class Thirteen:
    """Holds files with a thirteen in them."""

    asked: list[str] = field(default_factory=list)

    def verdict(self, package: Package, resource: Resource, file: File) -> Hold | None:
        self.asked.append(resource.id)
        bad = {hashlib.sha256(each).hexdigest() for each in (BAD, OTHER)}
        return Hold("มีเลขสิบสาม", "There is a thirteen.", ()) if file.sha256 in bad else None


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    made = Portal(tmp_path / "tables")
    # in the place of the firewall, before anything is made of it
    made.catalogue.__dict__["holds"] = Thirteen()
    made.catalogue.__dict__.pop("uploads", None)
    made.organization()
    return made


def resource_of(portal: Portal, file: str) -> tuple[Package, Resource]:
    package = portal.catalogue.store.package_of_resource(file)
    found = None if package is None else package.resource(file)
    assert package is not None and found is not None
    return package, found


def test_a_held_version_is_seen_by_nobody_and_told_to_its_owner(portal: Portal) -> None:
    package = portal.dataset()["id"]
    file = portal.table_of(package, GOOD)
    portal.table_of(package, BAD, resource=file)
    assert portal.result(portal.act("datastore_search", resource_id=file))["records"] == [{"_id": 1, "a": 1, "b": 2}]
    assert portal.act("datastore_search", portal.publisher, resource_id=f"{file}@2").status == 404
    shown = portal.result(portal.ask("resource_show", id=file))
    assert shown["hash"] == hashlib.sha256(GOOD).hexdigest() and "ingest" not in shown
    own = portal.result(portal.ask("resource_show", portal.publisher, id=file))["ingest"]
    assert (own["state"], own["number"], own["message_en"]) == ("held", 2, "There is a thirteen.")
    assert hashlib.sha256(BAD).hexdigest() not in portal.client.get(f"/opendata/v1/datasets/{package}/versions").text


def test_a_first_version_that_is_held_is_no_version(portal: Portal) -> None:
    file = portal.table_of(portal.dataset()["id"], BAD)
    assert portal.act("datastore_search", portal.publisher, resource_id=file).status == 404
    assert portal.result(portal.ask("resource_show", id=file))["datastore_active"] is False


def test_what_is_decided_makes_it_the_current_one_with_its_place_in_the_chain(portal: Portal) -> None:
    file = portal.table_of(portal.dataset()["id"], GOOD)
    portal.table_of(resource_of(portal, file)[0].id, BAD, resource=file)
    package, old = resource_of(portal, file)
    catalogue = portal.catalogue
    new, version, rows = catalogue.held.shown(old, catalogue.packages.now())
    writing = Writing(
        Once.of_event("decision", "test"),
        "officer:x",
        "changed resource",
        "opendata.resource.taken_in",
        file,
        more=rows,
    )
    after = Package(package.dataset, tuple(new if each.id == file else each for each in package.resources))
    organization = catalogue.store.groups_by_id([package.dataset.owner_org])[package.dataset.owner_org]
    catalogue.store.save(writing, package, after, organization, ())
    assert portal.result(portal.act("datastore_search", resource_id=file))["records"] == [{"_id": 1, "a": 1, "b": 13}]
    assert old.file is not None and version.previous == old.file.chain and new.linked == version.chain
    assert catalogue.store.file(file, 2) == version
    with pytest.raises(LookupError):
        catalogue.held.shown(new, catalogue.packages.now())


@pytest.mark.parametrize("next_one", [GOOD, BAD, OTHER], ids=["good", "same", "other"])
def test_a_held_version_gives_way_to_the_next(portal: Portal, next_one: bytes) -> None:
    package = portal.dataset()["id"]
    file = portal.table_of(package, GOOD + b"5,6\n")
    portal.table_of(package, BAD, resource=file)
    portal.table_of(package, next_one, resource=file)
    _, found = resource_of(portal, file)
    held = [key.sk for key in portal.memory._items if key.pk == f"RESOURCE#{file}" and key.sk.startswith("HELD#")]
    if next_one == GOOD:
        assert found.held is None and found.file is not None and found.file.number == 3 and held == []
    else:
        assert found.held is not None and found.held.number == 3 and held == ["HELD#000003"]
    users = [key.sk for key in portal.memory._items if key.pk.startswith("CONTENT#") and key.sk.startswith("USED#")]
    assert f"USED#{file}#000002" not in users and f"USED#{file}#000003" in users


def test_a_purge_takes_a_held_version_along(portal: Portal) -> None:
    package = portal.dataset()["id"]
    file = portal.table_of(package, BAD)
    assert portal.act("dataset_purge", operator(portal), id=package).status == 200
    portal.settle()
    left = [key for key in portal.memory._items if key.pk == f"RESOURCE#{file}" or key.sk.startswith("USED#")]
    assert left == []


def test_a_redelivery_of_a_held_one_changes_nothing(portal: Portal) -> None:
    file = portal.table_of(portal.dataset()["id"], BAD)
    before = dict(portal.memory._items)
    portal.catalogue.uploads.take_in(file, 1)
    assert portal.memory._items == before
