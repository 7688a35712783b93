"""Addresses of tables: which table of which file version is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.opendata.rules import Rejected
from chalicelib.opendata.tables.source import Address
from chalicelib.shared.errors import NotFound
from tests.opendata.portal import Portal


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("r-1", Address("r-1")),
        ("r-1/2", Address("r-1", "2")),
        ("r-1/สถานี 1", Address("r-1", "สถานี 1")),
        ("r-1@3", Address("r-1", version=3)),
        ("r-1/2@3", Address("r-1", "2", version=3)),
        ("r-1@2026-01-31", Address("r-1", as_of=datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC))),
        ("r-1@2026-01-31T10:00:00Z", Address("r-1", as_of=datetime(2026, 1, 31, 10, tzinfo=UTC))),
        (
            "r-1@2026-01-31T10:00:00+07:00",
            Address("r-1", as_of=datetime(2026, 1, 31, 10, tzinfo=timezone(timedelta(hours=7)))),
        ),
    ],
)
def test_an_address_is_read(text: str, address: Address) -> None:
    assert Address.parse(text) == address


@pytest.mark.parametrize("text", ["", "/2", "@3", "a b", "r@", "r/", "r" * 101, "r@1@2"])
def test_what_is_no_address_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "more", "field"),
    [
        ("r@1", {"version": 2}, "version"),
        ("r", {"version": 2, "as_of": "2026-01-01"}, "as_of"),
        ("r", {"version": "first"}, "version"),
        ("r", {"as_of": "yesterday"}, "as_of"),
        ("r@someday", {}, "resource_id"),
    ],
)
def test_a_version_is_said_once_and_plainly(text: str, more: dict[str, object], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        Address.parse(text, **more)
    assert list(refused.value.messages) == [field]


def test_every_version_stays_readable(portal: Portal) -> None:
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], b"a\n1\n")
    first = portal.clock()
    portal.now += timedelta(days=2)
    portal.table_of("", b"a\n1\n2\n", resource=resource)
    for given, total in (
        ({}, 2),
        ({"version": 1}, 1),
        ({"version": 2}, 2),
        ({"as_of": first.date().isoformat()}, 1),
        ({"as_of": portal.clock().isoformat()}, 2),
    ):
        found = portal.result(portal.act("datastore_search", resource_id=resource, **given))
        assert found["total"] == total
    assert portal.result(portal.act("datastore_search", resource_id=f"{resource}@1"))["total"] == 1
    assert portal.act("datastore_search", resource_id=resource, version=3).status == 404
    assert portal.act("datastore_search", resource_id=resource, as_of="2001-01-01").status == 404
