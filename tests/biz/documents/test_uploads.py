"""Files: announced exactly, kept in quarantine, taken only when they are what they say and still awaited."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from chalicelib.biz.documents import rules as documents

from ..town import ANONG, MALEE, PDF, SOMCHAI, Town, arrival, pointers
from .files import a_jpeg, a_png

PNG, JPEG = a_png(), a_jpeg()


def announce(town: Town, case: str, **changes: Any) -> Any:
    body = {
        "code": "site_map",
        "file_name": "map.pdf",
        "media_type": "application/pdf",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }
    return town.call(MALEE, "POST", f"/applications/{case}/documents", json={**body, **changes})


def statuses(town: Town, case: str) -> list[tuple[str, str]]:
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    return [(document["code"], document["status"]) for document in view["documents"]]


@pytest.mark.parametrize(("content", "media"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
def test_a_good_file_is_taken_out_of_quarantine(town: Town, content: bytes, media: str) -> None:
    case = town.open()
    document = town.send(case, "site_map", content, media=media)
    assert statuses(town, case) == [("site_map", "accepted")]
    assert list(town.bucket.kept) == [f"case/{case}/{document}"]
    assert town.ok(MALEE, "GET", f"/applications/{case}/documents/{document}")["expires_in"] == 300


@pytest.mark.parametrize(
    ("content", "media"),
    [(b"<html><script>alert(1)</script>", "application/pdf"), (PDF, "image/png"), (b"MZ" + b"\0" * 50, "image/jpeg")],
)
def test_a_file_that_is_not_its_type_is_refused_with_a_reason(town: Town, content: bytes, media: str) -> None:
    case = town.open()
    document = town.send(case, "site_map", content, media=media)
    assert statuses(town, case) == [("site_map", "refused")]
    view = town.ok(MALEE, "GET", f"/applications/{case}")["documents"][0]
    assert "announced type" in view["reason"]["en"]
    assert list(town.bucket.kept) == [f"refused/{case}/{document}"]  # apart, and nobody gets its address
    assert town.call(MALEE, "GET", f"/applications/{case}/documents/{document}").status == 404
    town.run_queue()
    assert "was not accepted" in town.neighbours.bodies(MALEE)[0]


def test_a_file_is_read_once_and_only_when_it_may_be_the_announced_one(town: Town) -> None:
    case = town.open()
    town.send(case, "site_map")
    assert len(town.bucket.reads) == 1
    key = announce(town, case).json["fields"]["key"]
    town.bucket.kept[key] = (PDF * 2, "application/pdf")
    town.biz.on_upload(arrival(key))
    assert len(town.bucket.reads) == 1


def test_what_was_swapped_after_the_announcement_is_refused(town: Town) -> None:
    case = town.open()
    key = announce(town, case).json["fields"]["key"]
    town.bucket.kept[key] = (b"%PDF-1.7 other content", "application/pdf")
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "refused")]


def test_a_file_that_is_gone_is_refused(town: Town) -> None:
    case = town.open()
    town.biz.on_upload(arrival(announce(town, case).json["fields"]["key"]))
    assert statuses(town, case) == [("site_map", "refused")]


def test_being_told_twice_changes_nothing(town: Town) -> None:
    case = town.open()
    document = town.send(case, "site_map")
    version = town.ok(MALEE, "GET", f"/applications/{case}")["version"]
    for _ in range(3):
        town.biz.on_upload(arrival(f"quarantine/{case}/{document}"))
    assert town.ok(MALEE, "GET", f"/applications/{case}")["version"] == version
    assert list(town.bucket.kept) == [f"case/{case}/{document}"]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}),
        "[]",
        arrival("quarantine/nobody/nothing"),
        arrival("elsewhere/a/b"),
        arrival("quarantine/only-two"),
        arrival("quarantine/a%2Fb/c+d"),
    ],
)
def test_notifications_of_nothing_of_ours_are_harmless(town: Town, body: str) -> None:
    town.biz.on_upload(body)


def test_keys_arrive_encoded_as_in_a_form() -> None:
    assert list(documents.arrivals(arrival("quarantine%2Fcase/doc"))) == [("case", "doc")]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"code": "horoscope"}, "/code"),
        ({"code": "identity"}, "/code"),  # the state fetches it: never asked of the applicant
        ({"code": "premises_right"}, "/code"),  # not needed on own land
        ({"media_type": "text/html"}, "/media_type"),
        ({"size": 11 * 1024 * 1024}, "/size"),
        ({"size": 0}, "/size"),
        ({"size": True}, "/size"),
        ({"sha256": "x"}, "/sha256"),
        ({"sha256": "A" * 64}, "/sha256"),
        ({"path": "/etc/passwd"}, "/path"),
    ],
)
def test_a_bad_announcement_is_refused_at_the_field(town: Town, changes: dict[str, Any], pointer: str) -> None:
    answer = announce(town, town.open(), **changes)
    assert (answer.status, pointers(answer)) == (422, [pointer])


def test_a_repeated_announcement_gets_a_form_for_the_same_document(town: Town) -> None:
    case = town.open()
    body = {"code": "site_map", "file_name": "m.pdf", "media_type": "application/pdf", "size": 10, "sha256": "0" * 64}
    given: dict[str, Any] = {"json": body, "headers": {"Idempotency-Key": "map-1"}}
    first = town.ok(MALEE, "POST", f"/applications/{case}/documents", **given)
    again = town.ok(MALEE, "POST", f"/applications/{case}/documents", **given)
    assert again["fields"] == first["fields"]
    assert len(statuses(town, case)) == 1


def test_files_come_only_while_it_is_the_applicants_turn_and_not_without_end(town: Town) -> None:
    case = town.filed()
    assert announce(town, case).status == 409
    case = town.open()
    for _ in range(documents.MAX_DOCUMENTS):
        assert announce(town, case).status == 201
    assert announce(town, case).status == 422


def test_officers_read_documents_by_a_short_lived_address(town: Town) -> None:
    case = town.filed()
    document = town.ok(ANONG, "GET", f"/applications/{case}")["documents"][0]["id"]
    url = town.ok(ANONG, "GET", f"/applications/{case}/documents/{document}")["url"]
    assert "expires=300" in url
    assert town.call(SOMCHAI, "GET", f"/applications/{case}/documents/{document}").status == 404
