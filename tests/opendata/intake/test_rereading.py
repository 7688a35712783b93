"""What was assumed can be overridden: the same bytes make a new version, and the owner sees all of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.intake.told import state
from chalicelib.shared.storage import Change
from tests.opendata.portal import Portal, notification
from tests.support.client import Answer

CODES = "รหัส,n\n101,1\n102,2\n".encode()


class Office:
    """A publisher and a file of theirs."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        portal.organization()
        self.package = portal.dataset()["id"]
        self.file = portal.table_of(self.package, CODES, file_name="รหัส.csv")

    def ingest(self, method: str = "GET", token: str | None = None, key: str = "", **given: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token or self.portal.publisher}"}
        headers |= {"Idempotency-Key": key} if key else {}
        return self.portal.client.call(method, f"/opendata/v1/resources/{self.file}/ingest", headers=headers, **given)

    def types(self, version: str = "") -> dict[str, str]:
        name = f"{self.file}@{version}" if version else self.file
        found = self.portal.result(self.portal.act("datastore_search", resource_id=name, limit=0))
        return {each["id"]: each["type"] for each in found["fields"] if each["id"] != "_id"}

    def fails(self) -> str:
        """A new version that is no table; answers its key."""
        sent = self.portal.file(self.package, bytes(range(256)), resource=self.file)
        key = str(sent["upload"]["fields"]["key"])
        self.portal.catalogue.uploads.take_message(notification(key))
        return key


@pytest.fixture
def office(portal: Portal) -> Office:
    return Office(portal)


def test_the_owner_sees_what_was_assumed_and_how_to_override_it(office: Office) -> None:
    told = office.ingest().json
    assert (told["state"], told["version"], told["upload"], told["held"]) == ("done", 1, None, None)
    assumed = {each["option"]: each for each in told["assumptions"]}
    assert assumed["encoding"]["assumed"] == "utf-8"
    assert assumed["types"]["assumed"]["n"] == "int8"
    assert assumed["types"]["override"]["options"]["types"] == assumed["types"]["assumed"]
    assert [(each["number"], each["rows"]) for each in told["tables"]] == [(1, 2)]
    assert all(each["th"] and each["en"] for each in told["assumptions"])


def test_other_assumptions_make_a_new_version_of_the_same_bytes(office: Office) -> None:
    before = office.types()
    answer = office.ingest("POST", json={"options": {"plain": True}}, key="once")
    assert (answer.status, answer.json["state"]) == (202, "waiting")
    assert office.types() == before, "until it is read, the last good version stands"
    office.portal.settle()
    told = office.ingest().json
    assert (told["state"], told["version"], told["options"]) == ("done", 2, {"plain": True})
    shown = office.portal.result(office.portal.ask("resource_show", id=office.file))
    assert (shown["datastore_active"], shown["hash"]) == (False, hashlib.sha256(CODES).hexdigest())
    assert office.ingest("POST", json={"options": {"plain": True}}, key="once").json["version"] == 2
    office.portal.settle()
    assert office.ingest().json["version"] == 2, "the same request again is no other one"
    assert office.ingest("POST", json={"options": {}}).status == 202
    office.portal.settle()
    assert office.types() == before == office.types("1")
    assert len([key for key in office.portal.objects.kept if key.startswith("files/")]) == 1


def test_a_file_that_failed_is_read_again_from_what_was_sent(office: Office) -> None:
    office.fails()
    told = office.ingest().json
    assert (told["state"], told["version"], told["upload"]["number"]) == ("failed", 1, 2)
    assert told["message_th"] and told["message_en"]
    assert office.ingest("POST", json={"options": {"plain": True}}).status == 202
    office.portal.settle()
    told = office.ingest().json
    assert (told["state"], told["version"], told["message_en"]) == ("done", 3, None)
    shown = office.portal.result(office.portal.ask("resource_show", id=office.file))
    assert shown["hash"] == hashlib.sha256(bytes(range(256))).hexdigest()


def test_what_was_sent_too_long_ago_must_be_sent_again(office: Office) -> None:
    key = office.fails()
    office.portal.objects.delete(key)  # the bucket's lifecycle
    office.ingest("POST", json={})
    office.portal.settle()
    told = office.ingest().json
    assert (told["state"], told["version"]) == ("failed", 1) and "expired" in told["message_en"]


def test_options_come_with_the_resource_too_and_what_is_shown_may_be_sent_back(office: Office) -> None:
    portal = office.portal
    patched = portal.act("resource_patch", portal.publisher, id=office.file, ingest={"options": {"plain": True}})
    assert portal.result(patched)["ingest"] == {"state": "waiting", "number": 2, "options": {"plain": True}}
    portal.settle()
    shown = portal.result(portal.ask("package_show", portal.publisher, id=office.package))
    seen = portal.result(portal.ask("resource_show", portal.publisher, id=office.file))
    assert seen["ingest"]["options"] == {"plain": True}
    # a client that reads, changes something else and sends all of it back
    portal.result(portal.act("resource_update", portal.publisher, **{**seen, "description": "ใหม่"}))
    portal.result(portal.act("package_update", portal.publisher, **shown))
    portal.settle()
    assert office.ingest().json["version"] == 2


def test_next_month_s_file_is_read_as_this_month_s(office: Office) -> None:
    portal = office.portal
    portal.act("resource_patch", portal.publisher, id=office.file, ingest={"options": {"plain": True}})
    portal.settle()
    portal.table_of(office.package, "รหัส,n\n103,3\n".encode(), resource=office.file)
    assert office.ingest().json["options"] == {"plain": True}
    portal.table_of(office.package, "รหัส,n\n104,4\n".encode(), resource=office.file, ingest={"options": {}})
    assert office.ingest().json["options"] == {} and office.types()


@pytest.mark.parametrize("options", [{"encoding": "ebcdic"}, {"types": {"n": "money"}}, {"plain": 1}, {"x": 1}])
def test_options_that_do_not_fit_are_refused_by_their_field(office: Office, options: dict[str, Any]) -> None:
    answer = office.ingest("POST", json={"options": options})
    assert answer.status == 422 and answer.json["errors"][0]["pointer"] == "/ingest"
    patched = office.portal.act("resource_patch", office.portal.publisher, id=office.file, ingest={"options": options})
    assert patched.status == 409 and list(patched.json["error"]) == ["ingest", "__type"]
    assert office.ingest().json["state"] == "done"


def test_only_its_publishers_see_and_order_the_ingest(office: Office) -> None:
    assert office.ingest(token=office.portal.other).status == 403
    assert office.ingest("POST", token=office.portal.other, json={}).status == 403
    assert "ingest" not in office.portal.result(office.portal.ask("resource_show", office.portal.other, id=office.file))


def test_clients_of_ckan_s_loaders_are_understood(office: Office) -> None:
    portal = office.portal
    status = portal.result(portal.ask("datapusher_status", portal.publisher, resource_id=office.file))
    assert (status["status"], status["task_info"]["version"]) == ("complete", 1)
    for action in ("xloader_submit", "datapusher_submit"):
        assert portal.result(portal.act(action, portal.publisher, resource_id=office.file)) is True
        assert (
            portal.result(portal.ask("xloader_status", portal.publisher, resource_id=office.file))["status"]
            == "pending"
        )
        portal.settle()
    assert office.ingest().json["version"] == 3
    assert portal.act("xloader_submit", portal.publisher).json["error"]["resource_id"] == ["Missing value"]
    assert portal.act("xloader_submit", portal.other, resource_id=office.file).status == 403
    assert portal.ask("datapusher_status", portal.other, resource_id=office.file).status == 403
    link = portal.result(
        portal.act("resource_create", portal.publisher, package_id=office.package, url="https://x.example/a")
    )
    assert portal.ask("datapusher_status", portal.publisher, resource_id=link["id"]).status == 404
    assert portal.act("datapusher_submit", portal.publisher, resource_id=link["id"]).status >= 400


def test_one_that_waits_is_called_to_mind_only_if_its_bytes_are_there(portal: Portal) -> None:
    """S3's word of an arrival may be lost; but what has not arrived must not fail for that."""
    portal.organization()
    content = b"a,b\n1,2\n"
    upload = {
        "file_name": "a.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
    }
    made = portal.result(
        portal.act("resource_create", portal.publisher, package_id=portal.dataset()["id"], upload=upload)
    )
    portal.settle()
    again = {"resource_id": made["id"]}
    assert portal.result(portal.act("xloader_submit", portal.publisher, **again)) is True
    portal.settle()
    assert portal.result(portal.ask("xloader_status", portal.publisher, **again))["status"] == "pending"
    portal.objects.arrive(made["upload"]["fields"]["key"], content)
    assert portal.result(portal.act("xloader_submit", portal.publisher, **again)) is True
    portal.settle()
    assert portal.result(portal.act("datastore_search", resource_id=made["id"]))["total"] == 1


def test_an_upload_that_never_came_is_told_as_expired(portal: Portal) -> None:
    portal.organization()
    sent = portal.file(portal.dataset()["id"], b"a,b\n1,2\n")
    portal.now += timedelta(days=8)
    package = portal.catalogue.store.package_of_resource(sent["id"])
    assert package is not None
    assert state(package.resources[0], portal.now) == "expired"
    assert state(package.resources[0], portal.now - timedelta(days=2)) == "waiting"


def test_options_that_change_while_a_file_is_read_are_heeded(office: Office) -> None:
    """The ingest has looked by the old ones; what it writes is refused, and it looks again."""
    portal = office.portal
    sent = portal.file(office.package, "รหัส,n\n105,5\n".encode(), resource=office.file)
    real = portal.memory.write
    waiting = [
        lambda: portal.act("resource_patch", portal.publisher, id=office.file, ingest={"options": {"plain": True}})
    ]

    def write(changes: list[Change], token: str) -> None:
        if waiting and any(
            getattr(getattr(each, "item", None), "data", {}).get("kind") == "upload" for each in changes
        ):
            waiting.pop()()
        real(changes, token)

    setattr(portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    portal.catalogue.uploads.take_message(notification(sent["upload"]["fields"]["key"]))
    told = office.ingest().json
    assert not waiting and (told["version"], told["options"]) == (2, {"plain": True})
