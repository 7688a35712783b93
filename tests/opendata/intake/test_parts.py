"""A large file comes in parts: announced, sent bit by bit, finished, or given up."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from chalicelib.opendata import files
from chalicelib.shared.identity import Caller
from chalicelib.shared.objects import PartForm
from tests.opendata.people import operator
from tests.opendata.portal import AGENCY, PUBLISHER, Portal, notification
from tests.support.client import Answer
from tests.support.keys import local_keyring

PART = files.SMALLEST_PART
ROW = "1,แหลมงอบ,2569\n".encode()
CONTENT = "n,ตำบล,ปี\n".encode() + ROW * (2 * PART // len(ROW) + 10)


def announced(content: bytes, **changes: Any) -> dict[str, Any]:
    parts = [content[at : at + PART] for at in range(0, len(content), PART)]
    return {
        "file_name": "จังหวัด.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
        "part_size": PART,
        "parts": [hashlib.sha256(part).hexdigest() for part in parts],
        **changes,
    }


class Office:
    """A publisher who sends a file in parts."""

    def __init__(self, portal: Portal, content: bytes = CONTENT) -> None:
        self.portal, self.content = portal, content
        portal.organization()
        self.package = portal.dataset()["id"]
        given = {"package_id": self.package, "upload": announced(content)}
        self.made = portal.result(portal.act("resource_create", portal.publisher, **given))
        self.id = self.made["id"]
        self.key = f"uploads/{self.id}/1"
        person = local_keyring().pseudonym(PUBLISHER)
        self.caller = Caller("officer", person, agency=AGENCY, roles=frozenset({"publisher"}))

    def send(self, part: dict[str, Any], content: bytes | None = None) -> int:
        body = self.content[(part["number"] - 1) * PART : part["number"] * PART] if content is None else content
        return self.portal.objects.part_arrives(
            PartForm(part["number"], part["url"], part["headers"], 1), body, part["headers"]
        )

    def call(self, method: str, path: str, token: str | None = None, **given: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token or self.portal.publisher}"}
        return self.portal.client.call(method, f"/opendata/v1/resources/{self.id}/{path}", headers=headers, **given)


@pytest.fixture
def office(portal: Portal) -> Office:
    return Office(portal)


def test_a_file_in_parts_becomes_a_table(office: Office) -> None:
    parts = office.made["upload"]["parts"]
    assert [part["number"] for part in parts] == [1, 2, 3] and office.made["upload"]["part_size"] == PART
    assert "fields" not in office.made["upload"]
    for part in reversed(parts[1:]):
        assert office.send(part) == 200
    early = office.call("POST", "upload/finish")
    assert early.status == 422 and [each["pointer"] for each in early.json["errors"]] == ["/parts/0"]
    assert office.call("GET", "upload").json["missing"] == [1]
    left = office.call("POST", "upload/forms", json={}).json
    assert [part["number"] for part in left["parts"]] == [1]
    assert office.send(left["parts"][0]) == 200
    for _ in range(2):  # finishing twice is finishing once
        done = office.call("POST", "upload/finish")
        assert (done.status, done.json["finished"]) == (202, True)
    assert office.call("GET", "upload").json == {**done.json, "missing": []}
    office.portal.catalogue.uploads.take_message(notification(office.key))
    shown = office.portal.result(office.portal.ask("resource_show", id=office.id))
    assert shown["datastore_active"] and shown["hash"] == hashlib.sha256(CONTENT).hexdigest()
    assert shown["url"].endswith("/download/%E0%B8%88%E0%B8%B1%E0%B8%87%E0%B8%AB%E0%B8%A7%E0%B8%B1%E0%B8%94.csv")
    assert office.call("GET", "upload").status == 404


def test_parts_that_are_not_the_announced_whole_are_refused_when_they_are_taken_in(portal: Portal) -> None:
    """S3 checks each part and not the whole: an owner who announced another SHA-256 learns of it."""
    portal.organization()
    package = portal.dataset()["id"]
    upload = announced(CONTENT, sha256="0" * 64)
    made = portal.result(portal.act("resource_create", portal.publisher, package_id=package, upload=upload))
    for part in made["upload"]["parts"]:
        form = PartForm(part["number"], part["url"], part["headers"], 1)
        body = CONTENT[(part["number"] - 1) * PART : part["number"] * PART]
        assert portal.objects.part_arrives(form, body) == 200
    headers = {"Authorization": f"Bearer {portal.publisher}"}
    assert portal.client.post(f"/opendata/v1/resources/{made['id']}/upload/finish", headers=headers).status == 202
    portal.catalogue.uploads.take_message(notification(f"uploads/{made['id']}/1"))
    shown = portal.result(portal.ask("resource_show", portal.publisher, id=made["id"]))
    assert shown["ingest"]["state"] == "failed" and "announced" in shown["ingest"]["message_en"]


def test_a_part_s_address_takes_just_that_part(office: Office) -> None:
    first, second, _ = office.made["upload"]["parts"]
    assert office.send(first, CONTENT[PART : 2 * PART]) == 400
    assert office.send(second, b"x") == 403
    assert office.call("GET", "upload").json["missing"] == [1, 2, 3]


def test_an_upload_that_s3_forgot_is_opened_again(office: Office) -> None:
    office.send(office.made["upload"]["parts"][0])
    office.portal.objects.uploads.clear()
    fresh = office.call("POST", "upload/forms", json={"after": 1}).json["parts"]
    assert [part["number"] for part in fresh] == [2, 3]
    assert office.call("GET", "upload").json["missing"] == [1, 2, 3]
    assert office.send(fresh[0]) == 200
    assert len(office.portal.objects.uploads) == 1


def test_an_upload_that_is_given_up_leaves_nothing_and_the_file_before_it(portal: Portal) -> None:
    portal.organization()
    file = portal.table_of(portal.dataset()["id"], b"a,b\n1,2\n")
    sent = portal.result(portal.act("resource_patch", portal.publisher, id=file, upload=announced(CONTENT)))
    part = sent["upload"]["parts"][0]
    assert portal.objects.part_arrives(PartForm(1, part["url"], part["headers"], 1), CONTENT[:PART]) == 200
    headers = {"Authorization": f"Bearer {portal.publisher}"}
    for expected in (204, 404):
        answer = portal.client.call("DELETE", f"/opendata/v1/resources/{file}/upload", headers=headers)
        assert answer.status == expected
    assert portal.objects.uploads == {}
    portal.catalogue.uploads.take_message(notification(f"uploads/{file}/2"))
    shown = portal.result(portal.ask("resource_show", portal.publisher, id=file))
    assert (shown["ingest"]["state"], shown["ingest"]["number"]) == ("done", 1)
    assert portal.result(portal.act("datastore_search", resource_id=file))["total"] == 1


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "upload"), ("POST", "upload/forms"), ("POST", "upload/finish"), ("DELETE", "upload")]
)
def test_only_whoever_publishes_for_the_organisation_sends_its_files(office: Office, method: str, path: str) -> None:
    body: dict[str, Any] = {"json": {}} if path.endswith("forms") else {}
    assert office.call(method, path, office.portal.other, **body).status == 403
    private = office.portal.act("package_patch", office.portal.publisher, id=office.package, private=True)
    assert private.status == 200
    assert office.call(method, path, office.portal.other, **body).status == 404


def test_two_who_open_an_upload_at_once_open_one(office: Office) -> None:
    office.portal.objects.uploads.clear()
    sending, real = office.portal.catalogue.sending, office.portal.memory.write
    _, upload = sending.waiting(office.caller, office.id)
    waiting = [lambda: sending.part_forms(office.id, upload)]

    def write(changes: Any, token: str) -> None:
        while waiting:
            waiting.pop()()
        real(changes, token)

    setattr(office.portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    forms = sending.part_forms(office.id, upload)
    assert len(office.portal.objects.uploads) == 1
    assert {form.url.split("upload=")[1].split("&")[0] for form in forms} == set(office.portal.objects.uploads)


def test_a_purge_leaves_no_part_behind(office: Office) -> None:
    office.send(office.made["upload"]["parts"][0])
    assert office.portal.act("dataset_purge", operator(office.portal), id=office.package).status == 200
    office.portal.settle()
    assert office.portal.objects.uploads == {}
    assert not [key for key in office.portal.memory._items if key.pk == f"RESOURCE#{office.id}"]
