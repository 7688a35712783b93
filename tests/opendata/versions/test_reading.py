"""What came and went in private is read by its office alone, also after the dataset became public."""

from __future__ import annotations

import pytest

from chalicelib.opendata.tables.source import Address
from chalicelib.shared.identity import NOBODY
from tests.opendata.portal import Portal


@pytest.fixture
def resource(portal: Portal) -> str:
    """Version 1 came and went in private, 2 was there when the dataset became public, 3 came in public, 4 in private
    again and 5 too, which is current when it becomes public once more."""
    portal.organization()
    dataset = portal.dataset(private=True)["id"]
    resource = portal.table_of(dataset, b"a\n1\n")
    portal.table_of("", b"a\n2\n", resource=resource)
    for private, letters in ((False, b"3"), (True, b"45")):
        portal.result(portal.act("package_patch", portal.publisher, id=dataset, private=private))
        for letter in letters:
            portal.table_of("", b"a\n%c\n" % letter, resource=resource)
    portal.result(portal.act("package_patch", portal.publisher, id=dataset, private=False))
    return resource


def read(portal: Portal, resource: str, number: int, token: str | None = None) -> object:
    found = portal.act("datastore_search", token, resource_id=resource, version=number)
    return found.status if found.status != 200 else found.json["result"]["records"][0]["a"]


def test_everybody_reads_what_stood_in_public_and_the_office_reads_all(portal: Portal, resource: str) -> None:
    assert [read(portal, resource, number) for number in range(1, 6)] == [404, 2, 3, 404, 5]
    assert [read(portal, resource, number, portal.reader) for number in range(1, 6)] == [404, 2, 3, 404, 5]
    assert [read(portal, resource, number, portal.publisher) for number in range(1, 6)] == [1, 2, 3, 4, 5]
    assert [read(portal, resource, number, portal.other) for number in range(1, 6)] == [404, 2, 3, 404, 5]


def test_a_moment_in_private_gives_nothing_to_the_public(portal: Portal, resource: str) -> None:
    files, _ = portal.catalogue.store.files(resource, limit=9)
    first, fourth = files[-1].at, files[1].at
    for moment, mine in ((first, 1), (fourth, 4)):
        assert portal.act("datastore_search", resource_id=resource, as_of=moment).status == 404
        found = portal.act("datastore_search", portal.publisher, resource_id=resource, as_of=moment)
        assert portal.result(found)["records"][0]["a"] == mine


def test_versions_of_a_resource_that_had_the_same_id_are_not_its_own(portal: Portal) -> None:
    portal.organization()
    hidden = portal.dataset("hidden", private=True)["id"]
    old = portal.table_of(hidden, b"a\n1\n", id="statistics")
    portal.result(portal.act("resource_delete", portal.publisher, id=old))
    shown = portal.dataset("shown")["id"]
    assert portal.table_of(shown, b"a\n2\n", id="statistics") == old
    number = portal.catalogue.store.package(shown).resources[0].file.number  # type: ignore[union-attr]  # it is there
    assert number == 2
    for token in (None, portal.publisher):
        assert read(portal, old, 1, token) == 404
        assert read(portal, old, 2, token) == 2
    first, second = (portal.catalogue.store.file(old, each) for each in (1, 2))
    assert first is not None and second is not None and second.previous == first.chain != ""


def test_what_a_source_says_of_everybody_holds_for_the_version(portal: Portal, resource: str) -> None:
    package = portal.catalogue.store.package_of_resource(resource)
    assert package is not None
    sources = portal.catalogue.sources
    assert sources.find(NOBODY, resource, version=3).public
    assert not sources.of(package, resource, Address.parse(f"{resource}@4"), member=True).public
