"""A district office keeps its own hotel system and links it to the portal, over real HTTP.

The office's system is a small server of this test, written from docs/how-to/link-your-e-service.md alone, with the
how-to's client. Its services are JSON that two of its people publish in the workshop: not a line of the portal knows
of hotels.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest

from demo.story_biz import MAP
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.biz.linked.hotel import ANSWERS, KEY, OFFICE, OTHER_KEY, SERVICE, client, definition, elsewhere
from tests.journeys.passing_time import moved
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

ELSEWHERE = "hotel-licence-at-the-office"
WHY_LESS = {"pointer": "/hotel/rooms", "th": "แบบแปลนมี 10 ห้อง", "en": "The plan shows 10 rooms."}


class HotelSystem(ThreadingHTTPServer):
    """The office's own system, as small as one can be: it takes deliveries in, and people over.

    Attributes:
        portals: the portal as each of its services sees it.
        cases: what it knows of each application, by its id.
        known: of which case, and what, by delivery; a repeat is known by its id.
        arrived: every delivery that came, repeats too.
        down: whether it answers nobody.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.portals: dict[str, Any] = {}
        self.cases: dict[str, Any] = {}
        self.known: dict[str, tuple[str, str]] = {}
        self.arrived: list[str] = []
        self.down = False
        self.ahead = timedelta()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def now(self) -> float:
        """Its clock, which keeps step with the stack's."""
        return time.time() + self.ahead.total_seconds()

    def delivered(self, service: str, authorization: str, body: bytes) -> int:
        """Takes a delivery in, once; the status of the answer."""
        if self.down:
            return 503
        try:
            told = self.portals[service].believe(authorization, f"{self.address}/deliveries/{service}", body)
        except jwt.InvalidTokenError:
            return 401
        self.arrived.append(told["delivery"])
        if told["delivery"] not in self.known:
            self.known[told["delivery"]] = (told["case"]["id"], told["what"])
            self.cases[told["case"]["id"]] = told["case"]
        return 200

    def taken_over(self, service: str, assertion: str) -> tuple[int, Any]:
        """Takes a person over who came with an assertion."""
        status, answer = self.portals[service].send("POST", "/hand-overs", {"assertion": assertion})
        if status == 200:
            self.cases[answer["case"]["id"]] = answer["case"]
        return status, answer


class _Handler(BaseHTTPRequestHandler):
    server: HotelSystem

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service = self.path.rpartition("/")[2]
        self._answer(self.server.delivered(service, self.headers.get("Authorization") or "", body), {})

    def do_GET(self) -> None:
        there = urlsplit(self.path)
        assertion = parse_qs(there.query).get("hand_over", [""])[0]
        self._answer(*self.server.taken_over(there.path.rpartition("/")[2], assertion))

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the test's output clean."""


@pytest.fixture(scope="module")
def system() -> Iterator[HotelSystem]:
    """The running system."""
    server = HotelSystem()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def world(stack: Stack, system: HotelSystem) -> World:
    """The world in which the office has registered both of its services: one writes, another publishes."""
    world = World(HttpTransport(stack.address))
    here = definition({"deliver_to": f"{system.address}/deliveries/{SERVICE}"})
    there = elsewhere(
        {
            "deliver_to": f"{system.address}/deliveries/{ELSEWHERE}",
            "hand_over_to": f"{system.address}/apply/{ELSEWHERE}",
            "keys": [client.public_jwk(OTHER_KEY, "office-1")],
        }
    )
    for raw, key, kid in ((here, KEY, "hotel-1"), ({**there, "id": ELSEWHERE}, OTHER_KEY, "office-1")):
        path = f"/biz/v1/services/{raw['id']}"
        kept = visitor(world, "officer-anong").ask("PUT", f"{path}/draft", raw)
        assert (kept.status, kept.json["problems"]) == (200, []), kept.body
        alone = visitor(world, "officer-anong").ask("POST", f"{path}/versions", if_match=kept.etag)
        assert alone.status == 403, "four eyes"
        done = visitor(world, "officer-bundit").ask("POST", f"{path}/versions", if_match=kept.etag)
        assert done.status == 200 or done.status == 201, done.body
        system.portals[raw["id"]] = client.Portal(stack.address, OFFICE, raw["id"], key, kid, system.now)
    return world


def opened(world: World, service: str) -> str:
    body = {"service": service, "applicant": {"kind": "person"}}
    return str(world.person("somchai").post("/biz/v1/applications", body, expect=201).json["id"])


def look(world: World, case: str, tail: str = "") -> Any:
    return world.person("somchai").get(f"/biz/v1/applications/{case}{tail}").json


def attach_plan(world: World, case: str) -> None:
    """Somchai sends the floor plan and waits until it was checked."""
    somchai, path = world.person("somchai"), f"/biz/v1/applications/{case}"
    file = {
        "code": "floor_plan",
        "file_name": "plan.pdf",
        "media_type": "application/pdf",
        "size": len(MAP),
        "sha256": hashlib.sha256(MAP).hexdigest(),
    }
    made = somchai.post(f"{path}/documents", file, expect=201).json
    assert world.transport.upload(made["url"], made["fields"], "plan.pdf", MAP) in (200, 201, 204)
    world.until("the plan's check", lambda: look(world, case)["documents"][0]["status"] == "accepted")


def wait(world: World, system: HotelSystem, seconds: int) -> None:
    """Time passes, for everybody."""
    system.ahead += timedelta(seconds=seconds)
    moved(world, seconds=seconds)


def filed(world: World) -> str:
    """Somchai fills in the form here and files it."""
    case = opened(world, SERVICE)
    path, somchai = f"/biz/v1/applications/{case}", world.person("somchai")
    somchai.patch(f"{path}/answers", ANSWERS, somchai.get(path).etag)
    attach_plan(world, case)
    somchai.post(f"{path}/submit")
    return case


def test_an_application_is_handed_over_decided_paid_and_licensed(world: World, system: HotelSystem) -> None:
    portal = system.portals[SERVICE]
    manual = world.public(f"/biz/v1/services/{SERVICE}/manual", accept="text/html")
    assert manual.status == 200 and world.public(f"/biz/v1/services/{SERVICE}").json["linked"] == "receive"
    case = filed(world)
    path, somchai = f"/biz/v1/applications/{case}", world.person("somchai")
    handed = world.until("the application to reach the office", lambda: system.cases.get(case))
    assert handed["answers"] == ANSWERS and handed["applicant"]["national_id"] is None
    assert world.transport.send("GET", handed["documents"][0]["url"], {}, None).body == MAP

    def push(tail: str, content: Any, jti: str | None = None) -> tuple[int, Any]:
        answer: tuple[int, Any] = portal.send("POST", f"/cases/{case}{tail}", content, jti)
        return answer

    assert push("/actions", {"action": "approve"})[0] == 409, "not before it was accepted"
    ask = uuid4().hex
    first = push("/deficiencies", {"items": [WHY_LESS]}, ask)
    assert first[1]["state"] == "returned"
    assert push("/deficiencies", {"items": [WHY_LESS]}, ask) == first, "a repeat is answered as before"
    letters = world.until(
        "the letter", lambda: [each for each in somchai.get("/citizen/v1/me/inbox").json["items"] if case in str(each)]
    )
    assert letters
    somchai.patch(f"{path}/answers", {"hotel": {"rooms": 10}}, somchai.get(path).etag)
    system.down = True
    somchai.post(f"{path}/submit")
    assert push("/deficiencies", {"items": [WHY_LESS]})[0] == 409, "only one list (LFA 2558 s.8)"

    def missed() -> Any:
        items = portal.send("GET", "/deliveries")[1]["items"]
        return [item for item in items if item["tries"]]

    (item,) = world.until("the portal to have tried", missed)
    assert (item["what"], item["case"], item["status"]) == ("filed", case, 503)
    system.down = False
    wait(world, system, 90)
    world.until("the delivery", lambda: system.known.get(item["delivery"]))
    world.until("the list to be empty", lambda: portal.send("GET", "/deliveries")[1]["items"] == [])
    assert system.arrived.count(item["delivery"]) == 1, "exactly once"
    assert system.cases[case]["answers"]["hotel"]["rooms"] == 10

    assert push("/actions", {"action": "accept"})[0] == 200
    assert push("/actions", {"action": "approve", "fee": {"licence": "960.00"}})[0] == 422, "the formula is the law"
    assert push("/actions", {"action": "approve", "fee": {"licence": "800.00"}})[1]["state"] == "payment"
    somchai = world.person("somchai")
    bill = somchai.post(f"{path}/payments", expect=201).json
    assert bill["amount_baht"] == "800.00"
    paid = json.dumps({"qr": bill["qr"], "notices": 1}).encode()
    assert world.transport.send("POST", "/local/bank/pay", {"content-type": "application/json"}, paid).status == 200
    licence = look(world, case)["licence"]
    assert world.public(f"/biz/v1/verify/{licence}").json["status"] == "valid"

    def licensed() -> Any:
        told = sorted(what for about, what in system.known.values() if about == case)
        return told if "licensed" in told and "paid" in told else None

    assert world.until("the office to know of the licence", licensed) == ["filed", "filed", "licensed", "paid"]
    assert portal.send("GET", f"/cases/{case}")[1]["licence"] == licence
    history = look(world, case, "/timeline")["items"]
    assert {each["by"] for each in history} == {"applicant", "officer", "system"}
    assert look(world, case, "/clock")["clock"]["state"] == "stopped"


def test_who_is_not_the_system_changes_nothing(world: World, system: HotelSystem) -> None:
    case, portal = filed(world), system.portals[SERVICE]
    tail, content = f"/cases/{case}/actions", {"action": "accept"}
    path, body = f"/biz/v1/linked/{SERVICE}{tail}", json.dumps(content).encode()
    good = portal.sign("POST", path, body, uuid4().hex)
    mine = client.Portal(portal.base, OFFICE, SERVICE, client.new_key(), "hotel-1", system.now)
    office = system.portals[ELSEWHERE]
    late = client.Portal(portal.base, OFFICE, SERVICE, KEY, "hotel-1", lambda: system.now() - 200)
    for name, token, sent in (
        ("nothing", None, body),
        ("another's key", mine.sign("POST", path, body, uuid4().hex), body),
        ("the office's other service", office.sign("POST", path, body, uuid4().hex), body),
        ("too late", late.sign("POST", path, body, uuid4().hex), body),
        ("another body", good, json.dumps({"action": "refuse"}).encode()),
        ("a citizen", world.person("malee").token, body),
        ("another case", portal.sign("POST", path.replace(case, "0" * 32), body, uuid4().hex), body),
    ):
        answer = Visitor(world, token).ask("POST", path, sent)
        assert answer.status == 401, (name, answer.body)
    assert look(world, case)["state"] == "checking"
    assert office.send("GET", f"/cases/{case}")[0] == 404, "another service's system does not see it"
    assert Visitor(world, good).ask("POST", path, body).status == 200
    assert Visitor(world, good).ask("POST", path, body).headers["idempotent-replayed"] == "true"
    world.person("somchai").post(f"/biz/v1/applications/{case}/withdraw")
    assert portal.send("POST", tail, {"action": "approve"})[0] == 409, "whoever withdrew is not decided upon"
    forged = {"delivery": "made-up-1", "what": "filed", "case": {"id": case}}
    headers = {"authorization": f"Bearer {mine.sign('POST', '/deliveries', b'', uuid4().hex)}"}
    inbox = f"{system.address}/deliveries/{SERVICE}"
    assert world.transport.send("POST", inbox, headers, json.dumps(forged).encode()).status == 401


def test_a_person_goes_to_the_offices_own_site_and_is_followed_here(world: World, system: HotelSystem) -> None:
    portal, case = system.portals[ELSEWHERE], opened(world, ELSEWHERE)
    somchai, path = world.person("somchai"), f"/biz/v1/applications/{case}"
    assert portal.send("GET", f"/cases/{case}")[0] == 404, "a draft is Somchai's alone"
    there = somchai.post(f"{path}/hand-over").json["url"]
    arrived = world.transport.send("GET", there, {}, None)
    assert arrived.status == 200 and arrived.json["return_to"].endswith(path)
    assert world.transport.send("GET", there, {}, None).status == 409, "it is good once"
    done = portal.send("POST", f"/cases/{case}/filing", {"answers": ANSWERS})
    assert (done[0], done[1]["state"]) == (200, "checking")
    assert portal.send("POST", f"/cases/{case}/actions", {"action": "accept"})[0] == 200
    assert portal.send("POST", f"/cases/{case}/actions", {"action": "approve"})[1]["state"] == "payment"
    bill = somchai.post(f"{path}/payments", expect=201).json
    paid = json.dumps({"qr": bill["qr"], "notices": 1}).encode()
    assert world.transport.send("POST", "/local/bank/pay", {"content-type": "application/json"}, paid).status == 200
    world.until("the office to know of the fee", lambda: (system.cases.get(case) or {}).get("paid"))
    licence = {"number": "ตร. 7/2569", "issued_on": "2026-11-25", "url": "https://hotel.laemngop.go.th/check/7"}
    assert portal.send("POST", f"/cases/{case}/actions", {"action": "license", "licence": licence})[0] == 200
    shown = look(world, case)
    assert (shown["state"], shown["licence"], shown["agency_licence"]["number"]) == ("licensed", None, "ตร. 7/2569")
