"""The doctor: what it tries, what it says, and that it asks nobody but the system's own endpoint."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.gdx.onboarding import doctor
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.gdx_request import GdxRequests
from tests.gdx.exchange import BASE, OFFICE, Exchange, Sent
from tests.gdx.onboarding.agency import CLINICS, ENDPOINT, Agency

Json = dict[str, Any]

DESCRIPTION: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Clinic", "version": "1.0.0"},
    "paths": {
        "/health": {
            "get": {
                "x-gdx-probe": True,
                "responses": {
                    "200": {
                        "description": "alive",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["alive"],
                                    "properties": {"alive": {"type": "boolean"}},
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}


@dataclass
class System:
    """The agency's own system; each attribute is a thing that can be wrong with it."""

    exchange: Exchange
    document: Json = field(default_factory=lambda: copy.deepcopy(DESCRIPTION))
    checks: bool = True
    off: float = 0.0
    dated: bool = True
    body: bytes = b'{"alive": true}'
    media: str = "application/json"
    status: int = 200
    stranger: int = 401
    moved: bool = False
    takes: float = 0.0
    dead: str | None = None
    asked: list[Sent] = field(default_factory=list)

    def send(self, method: str, url: str, **given: Any) -> HttpAnswer:
        """Answers as it is."""
        self.exchange.pass_time(seconds=self.takes)
        sent = Sent(method, url, dict(given["headers"]), given.get("body"), given["timeout"])
        self.asked.append(sent)
        if self.dead is not None:
            raise Unreachable(self.dead)
        date = self.exchange.now + timedelta(seconds=self.off)
        headers = {"date": format_datetime(date, usegmt=True)} if self.dated else {}
        if self.moved:
            return HttpAnswer(308, {**headers, "location": "https://elsewhere.test"})
        path = urlsplit(url).path
        if path == "/openapi.json":
            return HttpAnswer(200, {**headers, "content-type": "application/json"}, json.dumps(self.document).encode())
        if path == "/clinic/health" and (not self.checks or self._believes(sent)):
            return HttpAnswer(self.status, {**headers, "content-type": self.media}, self.body)
        return HttpAnswer(self.stranger, headers, b"")

    def _believes(self, sent: Sent) -> bool:
        requests = GdxRequests(BASE, CLINICS, self.exchange.service.voice.jwks, self.exchange.clock)
        try:
            requests.check(sent.headers.get("authorization"), sent.method, "clinic", sent.body or b"")
        except Unauthenticated:
            return False
        return True


@pytest.fixture
def agency() -> Agency:
    return Agency(Exchange()).joined()


@pytest.fixture
def system(agency: Agency) -> System:
    there = System(agency.exchange)
    agency.exchange.service.onboarding.fetching.http = there
    register(agency)
    there.asked.clear()
    return there


def register(agency: Agency, **changes: Any) -> None:
    body = {
        "id": f"{CLINICS}/clinic",
        "title_th": "สถานพยาบาล",
        "title_en": "Clinic",
        "from": "/openapi.json",
        **changes,
    }
    answer = agency.send("POST", "/gdx/v1/services", {k: v for k, v in body.items() if v is not None})
    assert answer.status == 200, answer.text


def report(agency: Agency) -> Json:
    answer = agency.send("POST", "/gdx/v1/doctor", {})
    assert answer.status == 200, answer.text
    found: Json = answer.json
    return found


def findings(agency: Agency) -> dict[str, Json]:
    return {finding["id"]: finding for finding in report(agency)["findings"]}


def test_a_healthy_system(agency: Agency, system: System) -> None:
    told = report(agency)
    assert (told["subsystem"], told["verdict"]) == (CLINICS, "ok")
    assert [finding["id"] for finding in told["findings"]] == [
        "active",
        "keys",
        "endpoint",
        "tls",
        "redirect",
        "clock",
        "description:clinic",
        "probe:clinic",
        "signature:clinic",
    ]
    assert all(finding["message_th"] and finding["message_en"] for finding in told["findings"])
    assert all(sent.url.startswith(ENDPOINT + "/") and sent.method == "GET" for sent in system.asked)
    assert all(sent.timeout <= 8 for sent in system.asked)


@pytest.mark.parametrize(
    ("spoil", "identifier", "verdict"),
    [
        ({"checks": False}, "signature:clinic", "fail"),
        ({"stranger": 404}, "signature:clinic", "warn"),
        ({"stranger": 403}, "signature:clinic", "ok"),
        ({"off": 31}, "clock", "fail"),
        ({"off": -6}, "clock", "warn"),
        ({"off": 5}, "clock", "ok"),
        ({"dated": False}, "clock", "warn"),
        ({"body": b'{"alive": "yes"}'}, "probe:clinic", "fail"),
        ({"body": b"nonsense"}, "probe:clinic", "fail"),
        ({"media": "text/plain"}, "probe:clinic", "ok"),
        ({"status": 500}, "probe:clinic", "fail"),
        ({"moved": True}, "redirect", "fail"),
        ({"takes": 1.6}, "endpoint", "warn"),
        ({"document": {**DESCRIPTION, "info": {"title": "Other", "version": "2"}}}, "description:clinic", "fail"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    agency: Agency, system: System, spoil: Json, identifier: str, verdict: str
) -> None:
    for name, value in spoil.items():
        setattr(system, name, value)
    finding = findings(agency)[identifier]
    assert finding["verdict"] == verdict
    assert bool(finding["mend_th"]) is bool(finding["mend_en"]) is (verdict != "ok")


def test_a_provider_that_answers_anybody_is_told_so(agency: Agency, system: System) -> None:
    system.checks = False
    finding = findings(agency)["signature:clinic"]
    for word in ("without a signature", "forged", "another system", "anybody"):
        assert word in finding["message_en"]
    assert "gdx-request+jwt" in finding["mend_th"]
    assert report(agency)["verdict"] == "fail"


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("the name does not resolve", "DNS"),
        ("the address is not allowed", "https"),
        ("SSLError", "certificate"),
        ("ConnectTimeoutError", "firewall"),
        ("ReadTimeoutError", "firewall"),
        ("NewConnectionError", "runs"),
    ],
)
def test_a_system_that_is_not_reached(agency: Agency, system: System, reason: str, word: str) -> None:
    system.dead = reason
    found = findings(agency)
    assert found["endpoint"]["verdict"] == "fail" and word in found["endpoint"]["mend_en"]
    assert len(system.asked) == 1, "nothing more is tried"


def test_a_system_that_dies_in_between(agency: Agency, system: System) -> None:
    alive: Callable[..., HttpAnswer] = system.send

    class Dying:
        def send(self, method: str, url: str, **given: Any) -> HttpAnswer:
            if url != f"{ENDPOINT}/":
                raise Unreachable("ReadTimeoutError")
            return alive(method, url, **given)

    agency.exchange.service.onboarding.fetching.http = Dying()
    found = findings(agency)
    for identifier in ("description:clinic", "probe:clinic", "signature:clinic"):
        assert found[identifier]["verdict"] == "fail"


def test_it_stops_in_time(agency: Agency, system: System) -> None:
    for number in range(4):
        register(agency, id=f"{CLINICS}/c{number}", document=DESCRIPTION, **{"from": None})
    system.asked.clear()
    system.takes = 2.9
    began = agency.exchange.now
    found = findings(agency)
    assert agency.exchange.now - began < timedelta(seconds=38), "at most one service beyond the limit"
    assert [each for each in found if each.startswith("time:")]


def test_a_system_without_services_or_endpoint_only_asks(agency: Agency) -> None:
    exchange = agency.exchange
    told = exchange.client.post("/gdx/v1/doctor", token=exchange.token(), json={}).json
    found = {finding["id"]: finding["verdict"] for finding in told["findings"]}
    assert (told["subsystem"], found) == (OFFICE, {"active": "ok", "keys": "ok", "endpoint": "ok"})


def test_services_without_an_endpoint_are_a_fault(agency: Agency, system: System) -> None:
    agency.send("PUT", f"/gdx/v1/subsystems/{CLINICS}", {"name_th": "ก", "name_en": "k"})
    assert findings(agency)["endpoint"]["verdict"] == "fail" and system.asked == []


def test_keys_that_end_soon_are_told(agency: Agency, system: System) -> None:
    exchange, operator = agency.exchange, agency.exchange.operator()
    ends = int((exchange.now + timedelta(days=29)).timestamp())
    jwks = {"keys": [{**agency.key.public_jwk, "exp": ends}]}
    body: Json = {"id": CLINICS, "name_th": "ก", "name_en": "k", "endpoint": ENDPOINT, "jwks": jwks}
    exchange.client.post("/gdx/v1/subsystems", token=operator, json=body)
    assert findings(agency)["keys"]["verdict"] == "warn"
    body["jwks"] = {"keys": []}
    exchange.client.post("/gdx/v1/subsystems", token=operator, json=body)
    asked = {"subsystem": CLINICS}
    told = exchange.client.post("/gdx/v1/doctor", token=operator, json=asked).json
    assert told["verdict"] == "fail" and told["findings"][1]["verdict"] == "fail"
    body["active"] = False
    exchange.client.post("/gdx/v1/subsystems", token=operator, json=body)
    told = exchange.client.post("/gdx/v1/doctor", token=operator, json=asked).json
    assert told["findings"][0]["verdict"] == "fail"


def test_without_a_source_or_a_probe_it_says_what_it_could_not_try(agency: Agency, system: System) -> None:
    bare = copy.deepcopy(DESCRIPTION)
    del bare["paths"]["/health"]["get"]["x-gdx-probe"]
    register(agency, document=bare, **{"from": None})
    found = findings(agency)
    assert found["description:clinic"]["verdict"] == found["probe:clinic"]["verdict"] == "warn"
    assert "x-gdx-probe" in found["probe:clinic"]["mend_th"]
    assert found["signature:clinic"]["verdict"] == "ok"


def test_it_comes_so_often_an_hour(agency: Agency, system: System) -> None:
    for _ in range(doctor.VISITS):
        report(agency)
    refused = agency.send("POST", "/gdx/v1/doctor", {})
    assert (refused.status, refused.headers["retry-after"]) == (429, "3600")
    agency.exchange.pass_time(hours=1)
    report(agency)


def test_it_sees_only_the_caller_s_own_systems(agency: Agency) -> None:
    exchange = agency.exchange
    assert agency.send("POST", "/gdx/v1/doctor", {"subsystem": OFFICE}).status == 403
    assert exchange.client.post("/gdx/v1/doctor", json={}).status == 401
    assert exchange.client.post("/gdx/v1/doctor", token=exchange.operator(), json={}).status == 404
    unknown = {"subsystem": f"{CLINICS}x"}
    assert exchange.client.post("/gdx/v1/doctor", token=exchange.operator(), json=unknown).status == 404
