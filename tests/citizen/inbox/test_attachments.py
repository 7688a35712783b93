"""Files of messages: uploaded before, judged when the message is served, read by their person only."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.citizen.portal import MALEE, SOMCHAI, Portal

PDF = b"%PDF-1.7\n" + b"x" * 200
ME = "/citizen/v1/me"


def file(body: bytes = PDF, **changes: Any) -> dict[str, Any]:
    return {
        "id": "f-1",
        "name": "คำสั่ง ที่ 12.pdf",
        "media_type": "application/pdf",
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        **changes,
    }


def uploaded(portal: Portal, body: bytes = PDF, **changes: Any) -> dict[str, Any]:
    announced = file(body, **changes)
    form = portal.deliver("inbox", "/attachments", {"pid": MALEE, **announced})
    assert form.status == 200, form.text
    portal.objects.arrive(form.json["fields"]["key"], body)
    return announced


def test_a_file_goes_with_its_message_and_is_read_by_its_person(portal: Portal) -> None:
    served = portal.message(attachments=[uploaded(portal)])
    assert served.status == 200, served.text
    (item,) = portal.inbox(portal.malee)["items"]
    (shown,) = item["attachments"]
    assert (shown["number"], shown["name"], shown["size"]) == (1, "คำสั่ง ที่ 12.pdf", len(PDF))
    found = portal.client.get(f"{ME}/inbox/{item['id']}/attachments/1", token=portal.malee).json
    assert found["url"].startswith("https://bucket.test/attachments/") and found["expires_in"] <= 300
    assert "filename*=UTF-8''%E0%B8%84" in found["url"]
    assert [key for key in portal.objects.kept if key.startswith("attachments/")]
    assert portal.message(attachments=[file()]).json == served.json, "a repeat needs no second upload"


def test_nobody_else_reads_it_and_no_other_number_is_there(portal: Portal) -> None:
    made = portal.message(attachments=[uploaded(portal)]).json["id"]
    path = f"{ME}/inbox/{made}/attachments"
    assert portal.client.get(f"{path}/1", token=portal.somchai).status == 404
    assert [portal.client.get(f"{path}/{n}", token=portal.malee).status for n in ("0", "2", "-1", "x", "٣")] == [
        404
    ] * 5


def test_without_its_file_a_message_is_not_served_and_nothing_is_written(portal: Portal) -> None:
    portal.deliver("inbox", "/attachments", {"pid": MALEE, **file()})
    portal.memory.requests.clear()
    refused = portal.message(attachments=[file()])
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/attachments/0/id")
    assert "write" not in portal.memory.requests
    assert portal.inbox(portal.malee) == {"items": [], "unread": 0, "next": None}
    uploaded(portal)
    assert portal.message(attachments=[file()]).status == 200


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"MZ" + b"\0" * 90, "application/pdf"), (PDF, "image/png"), (b"\xff\xd8\xfe" + b"x" * 90, "image/jpeg")],
)
def test_a_file_that_is_not_what_it_says_is_refused(portal: Portal, body: bytes, media_type: str) -> None:
    announced = uploaded(portal, body, media_type=media_type)
    refused = portal.message(attachments=[announced])
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/attachments/0/media_type")
    assert portal.inbox(portal.malee)["unread"] == 0
    assert not [key for key in portal.objects.kept if key.startswith("attachments/")]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"\x89PNG\r\n\x1a\n" + b"x" * 20, "image/png"), (b"\xff\xd8\xff\xe0" + b"x" * 20, "image/jpeg")],
)
def test_pictures_are_taken(portal: Portal, body: bytes, media_type: str) -> None:
    assert portal.message(attachments=[uploaded(portal, body, media_type=media_type)]).status == 200


def test_what_was_uploaded_for_one_person_or_as_another_file_cannot_be_named_for_another(portal: Portal) -> None:
    announced = uploaded(portal)
    assert portal.message(pid=SOMCHAI, attachments=[announced]).status == 422
    assert portal.message(attachments=[{**announced, "sha256": "0" * 64}]).status == 422
    foreign = portal.deliver(
        "inbox",
        "/messages",
        {
            "pid": MALEE,
            "id": "m-1",
            "category": "notice",
            "title": {"th": "ก", "en": "a"},
            "body": {"th": "ก", "en": "a"},
            "source": "x",
            "attachments": [announced],
        },
        client="TH/CENTRAL/DOPA/civil",
    )
    assert foreign.status == 422


def test_a_file_that_was_changed_after_its_form_is_refused(portal: Portal) -> None:
    announced = uploaded(portal)
    (key,) = [key for key in portal.objects.kept if key.startswith("incoming/")]
    portal.objects.kept[key] = (b"%PDF-2.0" + b"y" * (len(PDF) - 8), "application/pdf")
    refused = portal.message(attachments=[announced])
    assert refused.json["errors"][0]["pointer"] == "/attachments/0/sha256"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"size": 10 * 1024 * 1024 + 1}, "/size"),
        ({"size": 0}, "/size"),
        ({"media_type": "text/html"}, "/media_type"),
        ({"sha256": "x"}, "/sha256"),
        ({"name": "a/b.pdf"}, "/name"),
        ({"name": "a\r\nb.pdf"}, "/name"),
        ({"pid": "3100600445636"}, "/pid"),
    ],
)
def test_an_announcement_that_will_not_do_says_where(portal: Portal, changes: dict[str, Any], pointer: str) -> None:
    answer = portal.deliver("inbox", "/attachments", {"pid": MALEE, **file(), **changes})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert "310060044563" not in answer.text


def test_two_files_need_two_ids(portal: Portal) -> None:
    announced = uploaded(portal)
    refused = portal.message(attachments=[announced, announced])
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/attachments/1/id")


def test_a_person_cannot_ask_for_a_form(portal: Portal) -> None:
    given = {"pid": MALEE, **file()}
    assert portal.client.post("/citizen/v1/provider/inbox/attachments", json=given, token=portal.malee).status == 401


def test_erasure_takes_files_and_messages_but_what_has_legal_effect(portal: Portal) -> None:
    portal.message("plain", attachments=[uploaded(portal)])
    portal.message("order", legal=True)
    person = portal.citizen.hall.person(MALEE)
    holding = portal.citizen.hall.holdings["inbox"]
    assert [each["attachments"] for each in holding.export(person)].count(["คำสั่ง ที่ 12.pdf"]) == 1
    holding.erase(person)
    holding.erase(person)
    page = portal.inbox(portal.malee)
    assert ([item["body"]["en"] for item in page["items"]], page["unread"]) == (["Your case order"], 1)
    assert not [key for key in portal.objects.kept if key.startswith("attachments/")]
    assert holding.keeps[0].verified == "no"
