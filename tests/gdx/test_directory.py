"""Registering: who may, what is refused, and that the same again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.gdx.contract import Contract, endpoints, faults_of
from chalicelib.gdx.ids import MemberId
from chalicelib.gdx.model import Member
from chalicelib.gdx.refusals import InconsistentResponse
from chalicelib.shared.errors import Stale
from chalicelib.shared.journal import chain_is_whole
from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, SEED, Exchange

PERSON_SERVICE = next(entry for entry in SEED["services"] if entry["id"] == PERSON)
LAEMNGOP = next(entry for entry in SEED["agreements"] if entry["id"] == "laemngop-person")
AGREEMENT = {"valid_from": "2026-01-01", "valid_until": "2026-12-31", **LAEMNGOP}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_the_seed_again_changes_nothing(exchange: Exchange) -> None:
    before = dict(exchange.table._items)
    assert exchange.load() == 0
    assert {key: held for key, held in exchange.table._items.items() if before.get(key) != held} == {}


def test_the_seed_keeps_keys_that_were_changed_since(exchange: Exchange) -> None:
    keys = exchange.keys.pop(BIZ).public_jwk
    assert exchange.load() == 0
    (key,) = exchange.client.get("/gdx/v1/members").json and _jwks(exchange, BIZ)
    assert key["kid"] == keys["kid"]


def _jwks(exchange: Exchange, subsystem: str) -> Any:
    (row,) = [
        item.data for key, (item, _) in exchange.table._items.items() if key.sk == subsystem and key.pk == "DIRECTORY"
    ]
    return row["content"]["jwks"]["keys"]


def test_members_are_public(exchange: Exchange) -> None:
    members = exchange.client.get("/gdx/v1/members").json["items"]
    dga = next(member for member in members if member["id"] == "TH/CENTRAL/DGA")
    assert [system["id"] for system in dga["subsystems"]] == [
        f"TH/CENTRAL/DGA/{code}" for code in ("biz", "citizen", "gdx", "opendata", "tracker")
    ]
    assert len({member["member_class"] for member in members}) == 12


def test_a_consumer_and_a_provider_see_their_own_agreements(exchange: Exchange) -> None:
    mine = exchange.client.get("/gdx/v1/agreements", token=exchange.token()).json["items"]
    assert [agreement["id"] for agreement in mine] == ["laemngop-company", "laemngop-person"]
    civil = exchange.token("TH/CENTRAL/DOPA/civil")
    asked = exchange.client.get("/gdx/v1/agreements?role=provider", token=civil).json["items"]
    assert [agreement["id"] for agreement in asked] == ["biz-person", "laemngop-person", "gsb-person"]
    assert exchange.client.get("/gdx/v1/agreements", token=civil).json["items"] == []
    assert exchange.client.get("/gdx/v1/agreements?role=all", token=civil).status == 422


def test_operators_register_and_a_repeat_changes_nothing(exchange: Exchange) -> None:
    token = exchange.operator()
    steps = [
        ("/gdx/v1/members", {"id": "TH/LOCAL/KOHCHANG", "name_th": "เกาะช้าง", "name_en": "Ko Chang"}),
        ("/gdx/v1/subsystems", {"id": "TH/LOCAL/KOHCHANG/office", "name_th": "ก", "name_en": "k"}),
        ("/gdx/v1/services", {**PERSON_SERVICE, "id": "TH/LOCAL/KOHCHANG/office/person"}),
        (
            "/gdx/v1/agreements",
            {**AGREEMENT, "id": "k", "consumer": OFFICE, "service": "TH/LOCAL/KOHCHANG/office/person"},
        ),
    ]
    for path, body in steps:
        for changed in (True, False):
            answer = exchange.client.post(path, token=token, json=body).json
            assert (answer["id"], answer["changed"]) == (body["id"], changed)
    events = exchange.parts.journal.history("HISTORY#DIRECTORY#TH/LOCAL/KOHCHANG")
    assert [event.type for event in events] == ["gdx.member.registered"] and chain_is_whole(events)
    assert events[0].by.startswith("officer:")


@pytest.mark.parametrize("path", ["members", "subsystems"])
def test_only_operators_register(exchange: Exchange, path: str) -> None:
    somebody = exchange.people.token(pid=MALEE, name="ม", ial="2.3")
    for token, status in ((None, 401), (somebody, 403), (exchange.token(), 403)):
        assert exchange.client.post(f"/gdx/v1/{path}", token=token, json={}).status == status


def test_an_operator_who_keeps_losing_the_race_hears_of_it(exchange: Exchange) -> None:
    exchange.table.blind = True
    with pytest.raises(Stale):
        exchange.service.directory.register_member(Member(MemberId.parse("TH/CENTRAL/DGA"), "ก", "k"), "system:x")


def _jwk(**changes: Any) -> dict[str, Any]:
    good = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "1"}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("members", {"id": "TH/GOV/X", "name_th": "ก", "name_en": "k"}, "/id"),
        ("members", {"id": "TH/LOCAL/X", "name_th": "", "name_en": "k"}, "/name_th"),
        ("subsystems", {"id": "TH/LOCAL/NONE/x", "name_th": "ก", "name_en": "k"}, "/id"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": {}}}, "/jwks/keys"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [_jwk(d="d")]}}, "/jwks/keys/0"),
        (
            "subsystems",
            {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [_jwk(kty="RSA")]}},
            "/jwks/keys/0",
        ),
        (
            "subsystems",
            {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [_jwk(kid=None)]}},
            "/jwks/keys/0",
        ),
        (
            "subsystems",
            {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [_jwk(), _jwk()]}},
            "/jwks/keys",
        ),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [_jwk()] * 6}}, "/jwks/keys"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "endpoint": "ftp://x"}, "/endpoint"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "endpoint": "https://u@x"}, "/endpoint"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "endpoint": "https://x/"}, "/endpoint"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "endpoint": "https://x?a"}, "/endpoint"),
        ("subsystems", {"id": OFFICE, "name_th": "ก", "name_en": "k", "endpoint": "https://x:y"}, "/endpoint"),
        ("services", {**PERSON_SERVICE, "id": "TH/LOCAL/NONE/x/y"}, "/id"),
        ("services", {**PERSON_SERVICE, "subject": "pid"}, "/subject"),
        ("services", {**PERSON_SERVICE, "timeout": 60}, "/timeout"),
        ("services", {**PERSON_SERVICE, "document": {}}, "/document/openapi"),
        ("agreements", {**AGREEMENT, "service": "TH/LOCAL/NONE/x/y"}, "/service"),
        ("agreements", {**AGREEMENT, "consumer": "TH/LOCAL/NONE/x"}, "/consumer"),
        ("agreements", {**AGREEMENT, "fields": ["pid"]}, "/fields/0"),
        ("agreements", {**AGREEMENT, "fields": [], "predicates": []}, "/fields"),
        ("agreements", {**AGREEMENT, "valid_until": "2025-12-31"}, "/valid_until"),
        ("agreements", {**AGREEMENT, "daily_quota": 0}, "/daily_quota"),
        ("agreements", {**AGREEMENT, "purposes": [{"code": "ก", "th": "ก", "en": "k"}]}, "/purposes/0/code"),
        ("agreements", {**AGREEMENT, "purposes": [{"code": "a", "th": "ก", "en": "k"}] * 2}, "/purposes"),
        ("agreements", {**AGREEMENT, "endpoints": [{"method": "POST", "path": "/../x"}]}, "/endpoints/0/path"),
        ("agreements", {**AGREEMENT, "endpoints": [{"method": "TRACE", "path": "/x"}]}, "/endpoints/0/method"),
        ("agreements", {**AGREEMENT, "state": "AGREED"}, "/state"),
        ("agreements", {**AGREEMENT, "colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_registered(exchange: Exchange, path: str, body: dict[str, Any], pointer: str) -> None:
    answer = exchange.client.post(f"/gdx/v1/{path}", token=exchange.operator(), json=body)
    assert answer.status == 422, answer.text
    fault = next(fault for fault in answer.json["errors"] if fault["pointer"] == pointer)
    assert fault["message_th"] and fault["message_en"]


# ---- descriptions


def described(**changes: Any) -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    return {
        "openapi": "3.0.3",
        "paths": {
            "/a/{x}": {"get": {"responses": {"200": answer}}},
            "/a/b": {"get": {"responses": {"2XX": {"$ref": "#/components/responses/R"}}}},
        },
        "components": {
            "schemas": {
                "A": {"type": "object", "properties": {"n": {"type": "integer", "nullable": True}}, "required": ["n"]}
            },
            "responses": {"R": {"content": {"application/json; charset=utf-8": {"schema": {"type": "array"}}}}},
        },
        **changes,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"openapi": "2.0"},
        {"openapi": None},
        {"paths": {}},
        {"paths": []},
        {"paths": {"/a": {"get": {}}}},
        {"paths": {"/a": {"get": {"responses": {"404": {}}}}}},
        {"components": {"schemas": {"A": {"$ref": "https://elsewhere.test/a.json"}}}},
        {"components": {"schemas": {"A": {"$ref": "file:///etc/passwd"}}}},
        {"components": {"schemas": {"A": {"$id": "https://elsewhere.test/"}}}},
        {"components": {"schemas": {"A": {"type": "nonsense"}}}},
        {"info": {"title": "x" * 200_000}},
    ],
)
def test_descriptions_that_cannot_be_used(changes: dict[str, Any]) -> None:
    faults = faults_of(described(**changes))
    assert faults and all(fault.th and fault.en for fault in faults)


def test_a_good_description() -> None:
    assert faults_of(described()) == []
    assert endpoints(described()) == [("GET", "/a/*"), ("GET", "/a/b")]
    for entry in SEED["services"]:
        assert faults_of(entry["document"]) == []


@pytest.mark.parametrize(
    ("path", "status", "media", "value"),
    [
        ("/a/x", 200, "application/json", {"n": 1}),
        ("/a/x", 200, "application/json", {"n": None}),
        ("/a/b", 201, "application/json", []),
    ],
)
def test_answers_that_fit(path: str, status: int, media: str, value: Any) -> None:
    Contract(described()).check("GET", path, status, media, value)


@pytest.mark.parametrize(
    ("method", "path", "status", "media", "value"),
    [
        ("GET", "/a/x", 200, "application/json", {"n": "1"}),
        ("GET", "/a/x", 200, "application/json", {}),
        ("GET", "/a/b", 200, "application/json", {"n": 1}),
        ("GET", "/a/x", 201, "application/json", {"n": 1}),
        ("GET", "/a/x", 200, "text/plain", {"n": 1}),
        ("POST", "/a/x", 200, "application/json", {"n": 1}),
        ("GET", "/a/x/y", 200, "application/json", {"n": 1}),
        ("GET", "/other", 200, "application/json", {"n": 1}),
    ],
)
def test_answers_that_do_not(method: str, path: str, status: int, media: str, value: Any) -> None:
    with pytest.raises(InconsistentResponse):
        Contract(described()).check(method, path, status, media, value)


def test_a_circle_of_references_ends() -> None:
    ring = described(components={"responses": {"R": {"$ref": "#/components/responses/R"}}})
    with pytest.raises(InconsistentResponse):
        Contract(ring).check("GET", "/a/b", 200, "application/json", [])
