"""Large files and an inbox over real HTTP: a district office without a server answers a ministry, bytes and all.

The parts go to the emulator's S3 behind the gate that checks presigned addresses as S3 does. 12 MB are sent in three
parts; 5 GB were never sent here (`docs/how-to/ask-asynchronously.md` says what that means).
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

import pytest
import requests

from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

OFFICE, CIVIL = "TH/LOCAL/LAEMNGOP/office", "TH/CENTRAL/DOPA/civil"
SERVICE = f"{OFFICE}/file"
MIB = 1024 * 1024
FILE = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(12 * MIB // 32))
PIECES = [FILE[at : at + 5 * MIB] for at in range(0, len(FILE), 5 * MIB)]
ANSWER = {"type": "object", "properties": {"found": {"type": "boolean"}, "scan": {"type": "object"}}}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Files of the district", "version": "1.0.0"},
    "paths": {
        "/find": {
            "post": {
                "responses": {"200": {"description": "A file", "content": {"application/json": {"schema": ANSWER}}}}
            }
        }
    },
}
TERMS: dict[str, Any] = {
    "id": "dopa-files",
    "consumer": CIVIL,
    "service": SERVICE,
    "endpoints": [{"method": "POST", "path": "/find"}],
    "fields": ["/found", "/scan"],
    "purposes": [{"code": "test", "th": "ทดสอบ", "en": "Testing"}],
    "legal_basis": {"th": "ทดสอบ", "en": "Testing"},
    "valid_from": "2026-01-01",
    "valid_until": "2030-12-31",
    "daily_quota": 100,
}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town, where the office offers a service and has no address."""
    world = World(HttpTransport(stack.address))
    operator = world.person("operator-dga")
    title = {"title_th": "แฟ้มของอำเภอ", "title_en": "Files of the district"}
    operator.post("/gdx/v1/services", {"id": SERVICE, **title, "document": DESCRIPTION})
    operator.post("/gdx/v1/agreements", TERMS)
    return world


@pytest.fixture
def office(world: World) -> Visitor:
    """The office's worker."""
    return visitor(world, "laemngop-office")


@pytest.fixture
def civil(world: World) -> Visitor:
    """Who asks."""
    return visitor(world, "dopa-civil")


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def opened(owner: Visitor, **changes: Any) -> Any:
    posted = {
        "service": SERVICE,
        "consumer": CIVIL,
        "media_type": "image/tiff",
        "size": len(FILE),
        "sha256": sha(FILE),
        "part_size": 5 * MIB,
        "parts": [sha(piece) for piece in PIECES],
    }
    answer = owner.ask("POST", "/gdx/v1/documents", {**posted, **changes})
    assert answer.status == 201, answer.json
    return answer.json


def parts(owner: Visitor, document: Any) -> list[Any]:
    items: list[Any] = owner.ask("GET", f"/gdx/v1/documents/{document['id']}/parts").json["items"]
    return items


def put(part: Any, body: bytes, headers: dict[str, str] | None = None) -> int:
    sent = part["headers"] if headers is None else headers
    return requests.put(part["url"], data=body, headers=sent, timeout=30).status_code


def uploaded(owner: Visitor) -> Any:
    document = opened(owner)
    for part, piece in zip(parts(owner, document), PIECES, strict=True):
        assert put(part, piece) == 200
    whole = owner.ask("POST", f"/gdx/v1/documents/{document['id']}/complete")
    assert whole.status == 200 and whole.json["state"] == "READY", whole.json
    return whole.json


def moved(civil: Visitor, order: Any, state: str) -> Any:
    for _ in range(60):
        shown = civil.ask("GET", f"/gdx/v1/exchanges/{order['id']}").json
        if shown["state"] == state:
            return shown
        time.sleep(0.25)
    raise AssertionError(f"still {shown['state']}, not {state}")


def asked(civil: Visitor, body: Any) -> Any:
    answer = civil.ask("POST", "/gdx/v1/exchanges", {"service": SERVICE, "path": "/find", "body": body})
    assert answer.status == 202, answer.json
    return answer.json


def test_a_large_file_travels_with_an_answer(office: Visitor, civil: Visitor) -> None:
    order = asked(civil, {"plot": "88/2"})
    assert order["state"] == "QUEUED"
    (held,) = office.ask("POST", "/gdx/v1/inbox/lease", {"max": 1, "seconds": 300}).json["items"]
    assert json.loads(base64.b64decode(held["body"])) == {"plot": "88/2"} and held["client"] == CIVIL
    document = uploaded(office)
    # nobody fetches what no exchange refers to yet
    assert civil.ask("GET", f"/gdx/v1/documents/{document['id']}/content").status == 404
    posted = {"lease": held["lease"], "body": {"found": True, "scan": document["reference"]}}
    assert office.ask("POST", f"/gdx/v1/inbox/{held['id']}/answer", posted).json["state"] == "DELIVERED"
    answer = civil.ask("GET", f"/gdx/v1/exchanges/{order['id']}/answer").json
    assert answer["scan"] == {
        "document": document["id"],
        "sha256": sha(FILE),
        "size": len(FILE),
        "media_type": "image/tiff",
    }
    away = civil.ask("GET", f"/gdx/v1/documents/{document['id']}/content")
    assert away.status == 303
    got = requests.get(away.headers["location"], timeout=30)
    assert got.status_code == 200 and sha(got.content) == answer["scan"]["sha256"]
    assert got.headers["Content-Type"] == "image/tiff"
    middle = requests.get(away.headers["location"], headers={"Range": "bytes=5242880-5242889"}, timeout=30)
    assert (middle.status_code, middle.content) == (206, FILE[5242880:5242890])
    assert civil.ask("DELETE", f"/gdx/v1/documents/{document['id']}").status == 204
    for _ in range(60):
        if requests.get(away.headers["location"], timeout=30).status_code == 404:
            break
        time.sleep(0.25)
    else:
        raise AssertionError("a fetched document is still there")


def test_a_large_file_travels_with_a_request(office: Visitor, civil: Visitor) -> None:
    document = uploaded(civil)
    order = asked(civil, {"plot": "1", "map": document["reference"]})
    (held,) = office.ask("POST", "/gdx/v1/inbox/lease", {"max": 1, "seconds": 300}).json["items"]
    reference = json.loads(base64.b64decode(held["body"]))["map"]
    away = office.ask("GET", f"/gdx/v1/documents/{reference['document']}/content")
    assert sha(requests.get(away.headers["location"], timeout=30).content) == reference["sha256"]
    assert office.ask("POST", f"/gdx/v1/inbox/{held['id']}/ack", {"lease": held["lease"]}).json["state"] == "DELIVERED"
    assert moved(civil, order, "DELIVERED")["status"] == 204


def test_every_wrong_part_is_refused(office: Visitor, civil: Visitor) -> None:
    document = opened(civil)
    first, second, third = parts(civil, document)
    assert put(first, PIECES[0][:-1] + b"!") == 400  # tampered with: BadDigest
    assert put(first, PIECES[1]) == 400  # the wrong order
    assert put(third, PIECES[2] + b"!") == 403  # the wrong size: Content-Length is signed
    assert put(third, PIECES[2][:-1]) == 403
    assert put(first, PIECES[1], second["headers"]) == 403  # another part's hash: signed too
    assert put(first, PIECES[0], {}) == 403
    forged = {**first, "url": first["url"].replace("partNumber=1", "partNumber=2")}
    assert put(forged, PIECES[0]) == 403
    assert put(first, PIECES[0]) == put(third, PIECES[2]) == 200
    path = f"/gdx/v1/documents/{document['id']}"
    missing = civil.ask("POST", f"{path}/complete")
    assert missing.status == 422 and [each["pointer"] for each in missing.json["errors"]] == ["/parts/1"]
    # nobody else knows of it, the other party included
    for other in (office,):
        assert other.ask("GET", path).status == other.ask("GET", f"{path}/parts").status == 404
        assert other.ask("POST", f"{path}/complete").status == other.ask("DELETE", path).status == 404
    referred = {"service": SERVICE, "path": "/find", "body": {"map": document["reference"]}}
    assert civil.ask("POST", "/gdx/v1/exchanges", referred).status == 422
    assert put(second, PIECES[1]) == 200
    assert civil.ask("POST", f"{path}/complete").json["state"] == "READY"
    assert put(second, PIECES[1]) == 404  # the upload is over
    assert civil.ask("DELETE", path).status == 204


def test_who_has_no_agreement_sends_nothing(world: World) -> None:
    stranger = visitor(world, "dbd-juristic")
    posted = {"service": SERVICE, "media_type": "image/tiff", "size": 1, "sha256": sha(b"x"), "part_size": 5 * MIB}
    assert stranger.ask("POST", "/gdx/v1/documents", {**posted, "parts": [sha(b"x")]}).status == 403
