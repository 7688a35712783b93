"""Several people upload at once, and S3's words come twice, late, in any order, or before the announcement stands."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from chalicelib.shared.storage import Change
from tests.opendata.portal import Portal, notification


class Office:
    """A dataset of the publisher's."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        portal.organization()
        self.package = portal.dataset()["id"]
        self.file = portal.table_of(self.package, b"n,v\n0,0\n")

    def sent(self, n: int) -> str:
        """A new version that has arrived; answers its key."""
        sent = self.portal.file(self.package, f"n,v\n{n},{n}\n".encode(), resource=self.file)
        return str(sent["upload"]["fields"]["key"])

    def hears(self, *keys: str) -> None:
        self.portal.catalogue.uploads.take_message(notification(*keys))

    @property
    def current(self) -> Any:
        found = self.portal.result(self.portal.act("datastore_search", resource_id=self.file))
        return found["records"][0]["n"]

    @property
    def versions(self) -> list[int]:
        files, _ = self.portal.catalogue.store.files(self.file, limit=10)
        return [each.number for each in reversed(files)]


@pytest.fixture
def office(portal: Portal) -> Office:
    return Office(portal)


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1, 1, 0], 4))[:12])
def test_the_last_announced_wins_in_whatever_order_and_however_often_s3_tells(
    office: Office, order: tuple[int, ...]
) -> None:
    keys = [office.sent(1), office.sent(2)]
    for each in order:
        office.hears(keys[each])
    assert (office.current, office.versions) == (2, [1, 3])


def test_each_is_a_version_where_the_first_is_taken_in_before_the_second_is_announced(office: Office) -> None:
    first = office.sent(1)
    office.hears(first, first)
    second = office.sent(2)
    office.hears(first)
    office.hears(second, first, second)
    assert (office.current, office.versions) == (2, [1, 2, 3])


def test_a_word_that_comes_after_the_resource_is_gone_is_nothing(office: Office) -> None:
    key = office.sent(1)
    assert office.portal.act("resource_delete", office.portal.publisher, id=office.file).status == 200
    office.hears(key)
    office.hears("uploads/nobody/1")
    assert office.versions == [1]


def test_a_newer_announcement_while_the_older_is_read_wins(office: Office) -> None:
    older = office.sent(1)
    real = office.portal.memory.write
    waiting = [lambda: office.sent(2)]

    def write(changes: list[Change], token: str) -> None:
        while waiting:
            waiting.pop()()
        real(changes, token)

    setattr(office.portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    office.hears(older)
    assert office.current == 0, "the older one was given up"
    office.hears(f"uploads/{office.file}/3")
    assert (office.current, office.versions) == (2, [1, 3])


def test_two_deliveries_at_once_make_one_version(office: Office) -> None:
    key = office.sent(1)
    real = office.portal.memory.write
    waiting = [lambda: office.hears(key)]

    def write(changes: list[Change], token: str) -> None:
        while waiting:
            waiting.pop()()
        real(changes, token)

    setattr(office.portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    office.hears(key)
    assert (office.current, office.versions) == (1, [1, 2])


def test_s3_tells_of_a_file_before_its_announcement_stands(office: Office) -> None:
    """A file that comes with the call itself lies in the bucket first: its event tells of it once more."""
    boundary = "----form"
    fields = {"id": office.file, "name": "ใหม่"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; filename="จังหวัด.csv"\r\n\r\nn,v\n7,7\n\r\n'
    body = f"{''.join(parts)}{file}--{boundary}--\r\n".encode()
    told: list[str] = []
    office.portal.objects.before_put = lambda key: told.append(key)
    real = office.portal.memory.write

    def write(changes: list[Change], token: str) -> None:
        if told:
            office.hears(told.pop())
        real(changes, token)

    setattr(office.portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    headers = {"content-type": f"multipart/form-data; boundary={boundary}", "Authorization": office.portal.publisher}
    assert office.portal.client.post("/api/3/action/resource_patch", body=body, headers=headers).status == 200
    assert office.current == 0 and told == []
    office.portal.objects.before_put = None
    office.portal.settle()
    assert (office.current, office.versions) == (7, [1, 2])


def test_a_message_of_several_files_or_of_none(office: Office) -> None:
    other = office.portal.file(office.package, b"n,v\n9,9\n")
    office.hears(office.sent(1), "uploads/../../etc/passwd", str(other["upload"]["fields"]["key"]))
    assert office.current == 1
    assert office.portal.result(office.portal.act("datastore_search", resource_id=other["id"]))["total"] == 1
    for body in ("", "{", "[]", '{"Event": "s3:TestEvent"}', '{"Records": [{"s3": {}}]}', '{"Records": 3}'):
        office.portal.catalogue.uploads.take_message(body)
    assert office.versions == [1, 2]
