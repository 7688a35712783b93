"""An agency comes to the exchange: invited once, in by itself, asking and answering, changing keys, being examined.

`test_how_to.py` follows the page that agencies read; here the same road is walked with what goes wrong on it.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.shared.egress import GuardedHttp
from chalicelib.shared.ids import utc_now
from demo.world import Answer, HttpTransport, World
from infra.local.agencies import Agency, PersonLookup, Register
from infra.local.exchange_check import exchange_check
from infra.local.keys import EphemeralKey
from infra.local.stack import Stack
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

MEMBER = "TH/REGIONAL/TRATHEALTH"
CLINICS = f"{MEMBER}/clinics"
NURSE = f"{CLINICS}/nurse"
MALEE = "3990100001013"
OFFICE = "TH/LOCAL/LAEMNGOP/office"
Json = dict[str, Any]

DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Nurses", "version": "1.0.0"},
    "paths": {
        "/lookup": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["pid"],
                                "properties": {"pid": {"type": "string"}},
                            }
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "found",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["pid", "licence"],
                                    "properties": {"pid": {"type": "string"}, "licence": {"type": "string"}},
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}


class Office:
    """The health office: its keys, its tokens and its own server."""

    def __init__(self, stack: Stack) -> None:
        self.address = stack.address
        self.transport = HttpTransport(stack.address)
        self.world = World(self.transport)
        self.key = EphemeralKey()
        check = exchange_check(stack.address, GuardedHttp(["127.0.0.0/8"]), utc_now)
        nurses = {MALEE: {"pid": MALEE, "licence": "N-1017"}}
        self.server = Agency(Register(CLINICS, "nurse", PersonLookup, nurses), check)

    def signed(self, key: EphemeralKey, typ: str, audience: str, **claims: Any) -> str:
        """A statement of the system about itself, a minute long."""
        now = int(time.time())
        mine = {"iss": CLINICS, "sub": CLINICS, "aud": audience, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
        return key.jwt({**mine, **claims}, typ)

    def redeem(self, code: str, key: EphemeralKey | None = None, **system: Any) -> Answer:
        """Redeems a code with a key."""
        key = key or self.key
        body = {
            "code": code,
            "member": {"name_th": "สำนักงานสาธารณสุขจังหวัดตราด", "name_en": "Trat Provincial Public Health Office"},
            "subsystem": {"code": "clinics", "name_th": "ระบบสถานพยาบาล", "name_en": "Clinics", **system},
            "jwks": key.jwks,
            "proofs": [self.signed(key, "gdx-key-proof+jwt", self.address)],
        }
        return Visitor(self.world, None).ask("POST", "/gdx/v1/invitations/redeem", body)

    def token(self, key: EphemeralKey | None = None) -> Answer:
        """The answer of the token endpoint."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.signed(key or self.key, "JWT", f"{self.address}/oauth2/token"),
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.transport.send("POST", "/oauth2/token", headers, urlencode(form).encode())

    @property
    def here(self) -> Visitor:
        """The system with a fresh token."""
        return Visitor(self.world, self.token().json["access_token"], "en")


@pytest.fixture
def office(stack: Stack) -> Iterator[Office]:
    there = Office(stack)
    there.server.start()
    try:
        yield there
    finally:
        there.server.stop()


def agreement(identifier: str, consumer: str, service: str, fields: list[str]) -> Json:
    """What an operator orders between two."""
    return {
        "id": identifier,
        "consumer": consumer,
        "service": service,
        "endpoints": [{"method": "POST", "path": "/lookup"}],
        "fields": fields,
        "purposes": [{"code": "licence", "th": "เพื่อออกใบอนุญาต", "en": "To issue a licence"}],
        "legal_basis": {"th": "พ.ร.บ. สถานพยาบาล พ.ศ. 2541", "en": "Sanatorium Act B.E. 2541"},
        "valid_from": "2026-01-01",
        "valid_until": "2030-12-31",
        "daily_quota": 100,
    }


def lookup(who: Visitor, client: str, service: str) -> Answer:
    """A look into a register as X-Road clients do it."""
    return who.ask("POST", f"/r1/{service}/lookup", {"pid": MALEE}, x_road_client=client, x_gdx_purpose="licence")


def test_an_agency_comes_asks_answers_and_looks_after_itself(stack: Stack, office: Office) -> None:
    operator = visitor(office.world, "operator-dga")
    laemngop = visitor(office.world, "laemngop-office")

    # 1. invited: the code is shown once, to operators only
    wish = {"member": MEMBER, "domains": ["trathealth.go.th", "127.0.0.1"], "contact": "it@trathealth.go.th"}
    assert laemngop.ask("POST", "/gdx/v1/invitations", wish).status == 403
    invited = operator.ask("POST", "/gdx/v1/invitations", wish, idempotency_key="invite-trat")
    assert invited.status == 201
    code = invited.json["code"]
    assert operator.ask("POST", "/gdx/v1/invitations", wish, idempotency_key="invite-trat").json["code"] is None

    # 2. what goes wrong on the way in leaves the code good: an endpoint elsewhere, a key of somebody else
    refused = office.redeem(code, endpoint="https://elsewhere.go.th")
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/subsystem/endpoint")
    stolen = EphemeralKey()
    stolen.public_jwk = office.key.public_jwk
    assert office.redeem(code, stolen).status == 422
    assert office.redeem(f"{code[:-1]}{'0' if code[-1] != '0' else '1'}").status == 403

    # 3. in, and in once only
    joined = office.redeem(code, endpoint=office.server.address)
    assert (joined.status, joined.json) == (201, {"member": MEMBER, "subsystem": CLINICS}), joined.body
    assert office.redeem(code).status == 403
    assert office.token().status == 200

    # 4. it asks: nothing without an agreement, with one the agreed fields
    assert lookup(office.here, CLINICS, "TH/CENTRAL/DOPA/civil/person").status == 500
    terms = agreement("trat-person", CLINICS, "TH/CENTRAL/DOPA/civil/person", ["/first_name_th", "/status"])
    assert operator.ask("POST", "/gdx/v1/agreements", terms).status == 200
    answer = lookup(office.here, CLINICS, "TH/CENTRAL/DOPA/civil/person")
    assert answer.json == {"first_name_th": "มาลี", "status": "alive"}, answer.body

    # 5. it answers: describes its service itself, nobody describes it for another
    described = {"id": NURSE, "title_th": "พยาบาล", "title_en": "Nurses", "document": DOCUMENT, "subject": "/pid"}
    assert laemngop.ask("POST", "/gdx/v1/services", described).status == 403
    assert office.here.ask("POST", "/gdx/v1/services", described).json["version"] == 1
    found = office.transport.send("GET", f"/gdx/v1/services?{urlencode({'q': 'พยาบาล'})}", {}, None).json["items"]
    assert NURSE in [item["id"] for item in found]
    terms = agreement("laemngop-nurse", OFFICE, NURSE, ["/licence"])
    assert operator.ask("POST", "/gdx/v1/agreements", terms).status == 200
    assert lookup(laemngop, OFFICE, NURSE).json == {"licence": "N-1017"}

    # 6. it is examined: all well but for what the laptop cannot have
    report = office.here.ask("POST", "/gdx/v1/doctor", {}).json
    verdicts = {finding["id"]: finding["verdict"] for finding in report["findings"]}
    assert {name for name, verdict in verdicts.items() if verdict == "fail"} == set(), report
    assert verdicts["clock"] == verdicts["keys"] == "ok" and verdicts["tls"] == "warn"

    # 7. it changes its key: both open for a while, then the old one is revoked and opens nothing
    new = EphemeralKey()
    added = {"jwk": dict(new.public_jwk), "proof": office.signed(new, "gdx-key-proof+jwt", office.address)}
    assert office.here.ask("POST", "/gdx/v1/keys", added).status == 200
    assert office.token().status == office.token(new).status == 200
    old, office.key = office.key, new
    assert office.here.ask("POST", f"/gdx/v1/keys/{old.kid}/revoke", {"reason": "superseded"}).status == 200
    assert (office.token(old).status, office.token().status) == (401, 200)
    assert office.here.ask("POST", f"/gdx/v1/keys/{new.kid}/revoke", {}).status == 409, "never without a key"
    assert lookup(laemngop, OFFICE, NURSE).status == 200

    # 8. it is away, says why, and is back
    notice = {"th": "ย้ายห้องเครื่อง", "en": "Moving the server room"}
    assert office.here.ask("PUT", f"/gdx/v1/services/{NURSE}/notice", notice).status == 200
    away = lookup(laemngop, OFFICE, NURSE)
    assert away.json["type"] == "server.serverproxy.service_disabled" and away.headers["retry-after"]
    assert office.here.ask("DELETE", f"/gdx/v1/services/{NURSE}/notice").status == 200
    assert lookup(laemngop, OFFICE, NURSE).status == 200

    # 9. it moves, but only to where operators let it
    place = f"/gdx/v1/subsystems/{CLINICS}"
    elsewhere = {"name_th": "ก", "name_en": "Clinics", "endpoint": "https://169.254.169.254"}
    assert office.here.ask("PUT", place, elsewhere).status == 422
    assert office.here.ask("GET", place).json["endpoint"] == office.server.address

    # 10. nothing secret was told to anybody
    history = office.transport.send("GET", f"/gdx/v1/keys?subsystem={CLINICS}", {}, None).json["items"]
    assert {key["kid"] for key in history} == {old.kid, new.kid}
    assert all(set(key["jwk"]) <= {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in history)
    listed = operator.ask("GET", "/gdx/v1/invitations")
    assert listed.json["items"][0]["state"] == "REDEEMED" and code.encode() not in listed.body
    assert base64.urlsafe_b64encode(code.encode()) not in listed.body
