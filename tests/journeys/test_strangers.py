"""Who may not, may not, and learns nothing: the platforms after the story, as strangers and clumsy clients see them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.shared.web import Route
from demo.story_biz import SERVICE
from demo.world import World
from infra.local.keys import EphemeralKey
from infra.local.stack import Stack
from tests.biz.documents.files import a_pdf
from tests.journeys.visitors import Visitor, hs256, part, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

CASE = "/biz/v1/applications/{id}"
OFFERED = "/biz/v1/services/{id}"
WORDS = {"th": "เหตุผล", "en": "reason"}
REASONS = {"reasons": WORDS}
FILE = {"code": "site_map", "file_name": "a.pdf", "media_type": "application/pdf", "size": 9, "sha256": "0" * 64}
COMPANY = {"kind": "juristic", "juristic_id": "0105569999981"}
ACTIVE = a_pdf(b"a map", catalog=b"/OpenAction << /S /JavaScript /JS (x) >>")

OF_THE_APPLICANT: Mapping[tuple[str, str], Any] = {
    ("GET", CASE): None,
    ("GET", CASE + "/quote"): None,
    ("GET", CASE + "/timeline"): None,
    ("GET", CASE + "/clock"): None,
    ("GET", CASE + "/credentials"): None,
    ("GET", CASE + "/notices"): None,
    ("GET", CASE + "/letters"): None,
    ("GET", CASE + "/documents/{document}"): None,
    ("POST", CASE + "/prefill"): None,
    ("POST", CASE + "/validate"): None,
    ("POST", CASE + "/{command}"): None,
    ("POST", CASE + "/hand-over"): None,
    ("POST", CASE + "/payments"): None,
    ("GET", CASE + "/payments"): None,
    ("POST", CASE + "/documents"): FILE,
    ("POST", CASE + "/documents/held"): {"code": "site_map", "case": "1" * 32, "document": "1" * 32},
    ("PATCH", CASE + "/answers"): {"establishment": {"seats": 1}},
}
OF_OFFICERS: Mapping[tuple[str, str], Any] = {
    ("GET", "/biz/v1/queue"): None,
    ("POST", CASE + "/claim"): None,
    ("POST", CASE + "/deficiencies"): {"items": [{"document": "site_map", **WORDS}]},
    ("POST", CASE + "/inspections"): {"findings": [{"code": "water", "passed": True}]},
    ("PUT", CASE + "/inspections"): {
        "file_name": "a.jpg",
        "media_type": "image/jpeg",
        "size": 9,
        "sha256": "0" * 64,
    },
    ("PUT", CASE + "/claim"): {"officer": "0" * 32},
    ("DELETE", CASE + "/claim"): None,
    ("POST", CASE + "/letters"): REASONS,
    ("POST", CASE + "/notes"): {"text": "x"},
    ("GET", CASE + "/notes"): None,
    ("GET", "/biz/v1/officers"): None,
    ("GET", "/biz/v1/oversight"): None,
    ("POST", CASE + "/actions/{action}"): {},
    ("GET", OFFERED + "/draft"): None,
    ("PUT", OFFERED + "/draft"): {"id": "x"},
    ("POST", OFFERED + "/draft"): {"id": "x"},
    ("DELETE", OFFERED + "/draft"): None,
    ("POST", OFFERED + "/versions"): None,
    ("PATCH", OFFERED): {"retire_from": "2026-12-31", **WORDS},
    ("POST", OFFERED + "/migrations"): {"version": 2},
    ("POST", "/biz/v1/licences/{no}/{change}"): REASONS,
    ("POST", "/biz/v1/officers"): {"pid": "1990100002021", "agency": "TH/LOCAL/LAEMNGOP", "roles": [], "name": "x"},
    ("PUT", "/biz/v1/payments/providers/{provider}"): {"secret": "s" * 32},
    ("GET", "/biz/v1/payments/providers/{provider}/{day}"): None,
    ("GET", "/biz/v1/payments/entries"): None,
    ("GET", "/biz/v1/payments/entries/{entry}"): None,
    ("POST", "/biz/v1/payments/entries/{entry}"): {"step": "decline", "reason": "none of mine"},
}


def filled(world: World, path: str) -> str:
    """A route's path for the case of the story."""
    names = {"id": world.known["case"], "document": "1" * 32, "action": "approve", "no": world.known["licence"],
             "change": "suspend", "command": "withdraw"}  # fmt: skip
    return path.format(**names, provider="sample-bank", day="2026-11-25", entry="sample-bank~T-000001")


def routes(stack: Stack, room: str, wanted: Callable[[Route], bool]) -> set[tuple[str, str]]:
    """Routes of a room that are wanted."""
    return {(route.method, route.path) for route in stack.loaded.house.rooms[room].routes if wanted(route)}


def test_no_route_of_a_case_is_forgotten_below(stack: Stack) -> None:
    of_case = routes(stack, "biz", lambda route: route.path.startswith(CASE))
    of_officers = routes(stack, "biz", lambda route: {rule.kind for rule in route.allow} == {"officer"})
    assert {*OF_THE_APPLICANT, *OF_OFFICERS} == of_case | of_officers


def test_another_persons_case_is_not_there(stack: Stack, played: World) -> None:
    somchai = visitor(played, "somchai")
    absent = somchai.ask("GET", CASE.format(id="0" * 32)).json
    said = {}
    for (method, path), body in OF_THE_APPLICANT.items():
        answer = somchai.ask(method, filled(played, path), body, if_match='"v1"')
        said[method, path] = answer.status
        same = {name: answer.json[name] for name in ("type", "title", "detail")}
        assert same == {name: absent[name] for name in same}, f"{method} {path} tells that there is a case"
    assert set(said.values()) == {404}, said


def test_what_is_for_officers_is_not_for_citizens_nor_for_systems(played: World) -> None:
    for persona in ("somchai", "malee", "laemngop-office", "publisher-laemngop"):
        visiting = visitor(played, persona)
        said = {
            route: visiting.ask(route[0], filled(played, route[1]), body).status for route, body in OF_OFFICERS.items()
        }
        assert set(said.values()) == {403}, (persona, said)


def test_an_officer_without_the_role_and_an_operator_of_another_agency_may_not(played: World) -> None:
    bundit, operator = visitor(played, "officer-bundit"), visitor(played, "operator-dga")
    assert bundit.ask("POST", "/biz/v1/officers", OF_OFFICERS["POST", "/biz/v1/officers"]).status == 403
    assert bundit.ask("POST", "/gdx/v1/members", {}).status == 403
    for method, path in (("GET", CASE), ("GET", CASE + "/timeline")):
        assert operator.ask(method, filled(played, path)).status in (403, 404)
    assert operator.ask("POST", filled(played, CASE + "/claim")).status in (403, 404)


def test_messages_and_papers_of_others_are_not_there(played: World) -> None:
    malee, somchai = played.person("malee"), visitor(played, "somchai")
    message = malee.get("/citizen/v1/me/inbox").json["items"][0]["id"]
    paper = malee.get("/citizen/v1/me/wallet").json["items"][0]["id"]
    for method, path, body in (
        ("POST", f"/citizen/v1/me/inbox/{message}/read", None),
        ("GET", f"/citizen/v1/me/wallet/{paper}", None),
        ("POST", f"/citizen/v1/me/wallet/{paper}/presentations", {"claims": []}),
    ):
        assert somchai.ask(method, path, body).status == 404, path
    for own in ("inbox", "wallet", "access-log"):
        assert somchai.ask("GET", f"/citizen/v1/me/{own}").json["items"] == [], own


def test_exchanges_of_others_are_not_there(played: World) -> None:
    office, others = played.person("laemngop-office"), visitor(played, "dopa-civil")
    order = {"service": "TH/CENTRAL/DBD/juristic/company", "path": "/lookup", "purpose": "premises-inspection"}
    body = {"juristic_id": COMPANY["juristic_id"]}
    path = office.post("/gdx/v1/exchanges", {**order, "body": body}, expect=202).headers["location"]
    assert office.get(path).status == 200
    for method, tail in (("GET", ""), ("GET", "/answer"), ("DELETE", "/answer")):
        assert others.ask(method, path + tail).status == 404
    assert visitor(played, "malee").ask("GET", path).status == 403


def test_a_private_dataset_is_not_there_for_others(played: World) -> None:
    wipha = played.person("publisher-laemngop")
    draft = {"name": "not-yet", "owner_org": "laemngop", "private": True, "title": "ร่าง"}
    made = wipha.post("/api/3/action/package_create", draft).json["result"]
    for persona in (None, "somchai"):
        asking = Visitor(played, None) if persona is None else visitor(played, persona)
        for name in (made["id"], "not-yet"):
            assert asking.ask("GET", f"/api/3/action/package_show?id={name}").status == 404
        hidden = 403 if persona is None else 404  # to somebody who is known it is not there
        for action, status in (
            ("package_create", 403),
            ("package_patch", hidden),
            ("resource_create", hidden),
            ("organization_create", 403),
        ):
            answer = asking.ask("POST", f"/api/3/action/{action}", {"id": made["id"], "package_id": made["id"]})
            assert answer.status == status and answer.json["success"] is False


def test_without_a_token_nothing_is_open_but_what_is_public(stack: Stack, played: World) -> None:
    nobody = Visitor(played, None)
    wrong = {}
    for room in ("gdx", "biz", "citizen"):
        for method, path in routes(stack, room, lambda route: not any(rule.kind == "public" for rule in route.allow)):
            filled_in = path.replace("{", "").replace("}", "")
            answer = nobody.ask(method, filled_in, None if method in ("GET", "HEAD", "OPTIONS") else {})
            if answer.status != 401:
                wrong[method, path] = answer.status
    assert wrong == {}


def test_what_is_for_agencies_systems_is_for_nobody_with_a_token(stack: Stack, played: World) -> None:
    of_systems = routes(stack, "biz", lambda route: route.path.startswith("/biz/v1/linked/"))
    assert len(of_systems) >= 9
    visitors = [visitor(played, persona) for persona in ("malee", "officer-anong", "operator-dga", "laemngop-office")]
    for method, path in of_systems:
        for service in (SERVICE, "no-such-service"):
            there = filled(played, path.replace("{service}", service).replace("{delivery}", "1" * 32))
            said = {asking.ask(method, there, {}).status for asking in [Visitor(played, None), *visitors]}
            assert said == {401}, (method, there)


def test_forged_tokens_open_nothing(played: World) -> None:
    token = played.person("malee").token
    head, claims, signature = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    content = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    jwks = played.public("/local/oidc/jwks.json").body
    stranger = EphemeralKey()
    other = json.dumps({**content, "sub": "somebody else"})
    forged = {
        "no signature": f"{part({**header, 'alg': 'none'})}.{claims}.",
        "the public key as a secret": hs256({**header, "alg": "HS256"}, claims, jwks),
        "another key": stranger.jwt(content, "at+jwt"),
        "another key under the issuer's key id": f"{head}.{stranger.jwt(content, 'at+jwt').split('.', 1)[1]}",
        "another issuer": stranger.jwt({**content, "iss": "https://evil.example"}, "at+jwt"),
        "other claims": f"{head}.{base64.urlsafe_b64encode(other.encode()).rstrip(b'=').decode()}.{signature}",
        "half a token": token[: len(token) // 2],
        "no token at all": "abc",
    }
    for name, bad in forged.items():
        for path in ("/citizen/v1/me", "/biz/v1/applications", "/gdx/v1/exchanges/x", "/biz/v1/services"):
            for language in ("th", "en"):
                answer = Visitor(played, bad, language).ask("GET", path)
                assert answer.status == 401, (name, path, answer.status)
                assert answer.headers["content-language"] == language
                assert answer.json["detail"] and "www-authenticate" in answer.headers


def test_a_change_of_what_others_have_changed_is_refused(played: World) -> None:
    malee = visitor(played, "malee")
    case = malee.ask("POST", "/biz/v1/applications", {"service": "food-establishment-licence", "applicant": COMPANY})
    path, etag = f"/biz/v1/applications/{case.json['id']}/answers", case.headers["etag"]
    change = {"contact": {"phone": "0800000002"}}
    changed = malee.ask("PATCH", path, change, if_match=etag)
    assert changed.status == 200 and changed.headers["etag"] != etag
    for headers, status in (
        ({"if_match": etag}, 412),
        ({}, 428),
        ({"if_match": "v1"}, 400),
        ({"if_match": '"v999"'}, 412),
    ):
        for language in ("th", "en"):
            answer = visitor(played, "malee", language).ask("PATCH", path, change, **headers)
            assert answer.status == status, answer.body
            assert answer.json["detail"] and answer.headers["content-language"] == language


def test_a_key_that_was_used_for_another_request_is_refused(played: World) -> None:
    opening = {"service": "food-establishment-licence", "applicant": COMPANY}
    malee, key = visitor(played, "malee"), played.next_key()
    first = malee.ask("POST", "/biz/v1/applications", opening, idempotency_key=key)
    again = malee.ask("POST", "/biz/v1/applications", opening, idempotency_key=key)
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json and again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotent-replayed"] == "true"
    for language in ("th", "en"):
        other = {**opening, "applicant": {"kind": "person"}}
        answer = visitor(played, "malee", language).ask("POST", "/biz/v1/applications", other, idempotency_key=key)
        assert answer.status == 422 and answer.json["type"].endswith("key-reused")
    # a key belongs to its caller: somebody else's is another one
    mine = {"service": "food-establishment-licence", "applicant": {"kind": "person"}}
    assert visitor(played, "somchai").ask("POST", "/biz/v1/applications", mine, idempotency_key=key).status == 201


BODIES: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "biz": ("malee", "/biz/v1/applications", {"service": "food-establishment-licence", "applicant": COMPANY}),
    "gdx": ("laemngop-office", "/gdx/v1/exchanges", {"service": "TH/CENTRAL/DOPA/civil/person", "path": "/lookup"}),
    "operator": ("operator-dga", "/gdx/v1/members", {"id": "TH/LOCAL/NEW", "name_th": "ใหม่", "name_en": "New"}),
    "citizen": ("malee", "/citizen/v1/me/wallet/x/presentations", {"claims": []}),
}


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_none(played: World, name: str, language: str) -> None:
    persona, path, good = BODIES[name]
    visiting = visitor(played, persona, language)
    field = next(iter(good))
    cases: Mapping[str, tuple[Any, int, str | None]] = {
        "no JSON": (b"{", 400, None),
        "nothing": (b"", 400, None),
        "a name twice": (b'{"a": 1, "a": 2}', 400, None),
        "not a number": (b'{"a": NaN}', 400, None),
        "deep": (b"[" * 5000 + b"]" * 5000, 400, None),
        "a list": ([good], 422, None),
        "an unknown field": ({**good, "colour": "red"}, 422, "/colour"),
        "a missing field": ({key: value for key, value in good.items() if key != field}, 422, f"/{field}"),
        "a wrong type": ({**good, field: 7}, 422, f"/{field}"),
        "too large": ({**good, field: "x" * 300_000}, 413, None),
    }
    for case, (body, status, pointer) in cases.items():
        answer = visiting.ask("POST", path, body)
        assert answer.status == status, (case, answer.status, answer.body[:300])
        problem = answer.json
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert {"type", "title", "status", "detail", "instance"} <= problem.keys()
        thai = any("฀" <= letter <= "๿" for letter in problem["detail"])
        assert thai is (language == "th"), (case, problem["detail"])
        for fault in problem.get("errors", []):
            assert fault["message_th"] and fault["message_en"], case
        if pointer is not None:
            assert pointer in [fault["pointer"] for fault in problem["errors"]], (case, problem)
    other = visiting.ask("POST", path, b"a=1", content_type="application/x-www-form-urlencoded")
    assert other.status == 415


def test_what_is_far_too_large_never_reaches_the_app(played: World) -> None:
    answer = visitor(played, "malee").ask("POST", "/biz/v1/applications", b" " * (11 * 1024 * 1024))
    assert answer.status == 413 and answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_there_is_said_in_the_houses_own_words(played: World) -> None:
    nobody = Visitor(played, None)
    for method, path in (("GET", "/nothing"), ("DELETE", "/health"), ("GET", "/biz/v1/services/none")):
        answer = nobody.ask(method, path)
        assert answer.status in (403, 404), (path, answer.status)
        assert answer.headers["content-type"] == "application/problem+json" and answer.json["detail"]


def decided(world: World, case: str, document: str) -> Any:
    """The document when its check is over."""

    def found() -> Any:
        shown = world.person("malee").get(f"/biz/v1/applications/{case}").json["documents"]
        return next((one for one in shown if one["id"] == document and one["status"] != "waiting"), None)

    return world.until("the document's check", found)


def test_what_is_held_stands_in_a_later_case_and_what_acts_is_refused(played: World) -> None:
    malee = played.person("malee")
    case = malee.post("/biz/v1/applications", {"service": SERVICE, "applicant": COMPANY}, expect=201).json["id"]

    offers = malee.get(f"/biz/v1/applications/{case}").json["held"]
    assert [(offer["case"], offer["for_code"]) for offer in offers] == [(played.known["case"], "site_map")] * 2
    wish = {"code": "site_map", "case": offers[0]["case"], "document": offers[0]["document"]}
    taken = malee.post(f"/biz/v1/applications/{case}/documents/held", wish, expect=201).json
    over = decided(played, case, taken["id"])
    assert (over["status"], over["sha256"]) == ("accepted", offers[0]["sha256"])

    file = {"code": "site_map", "file_name": "map.pdf", "media_type": "application/pdf", "size": len(ACTIVE)}
    announced = malee.post(
        f"/biz/v1/applications/{case}/documents", file | {"sha256": hashlib.sha256(ACTIVE).hexdigest()}, expect=201
    ).json
    assert played.transport.upload(announced["url"], announced["fields"], "map.pdf", ACTIVE) in (200, 201, 204)
    refused = decided(played, case, announced["document"]["id"])
    assert (refused["status"], refused["reason_code"], refused["edition"]) == ("refused", "active", 2)
