"""A room with a route for everything there is to try at the edge, for the tests of the edge."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator

from chalicelib.shared.errors import Fault, Malformed, NotFound, Refusal, TooMany, Unavailable, not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC, SYSTEM, Gate, officer
from chalicelib.shared.journal import Replayed
from chalicelib.shared.problems import MEDIA_TYPE, Bilingual
from chalicelib.shared.web import Call, Incoming, Outgoing, Reply, Request, Response, Room
from tests.support.client import Answer, Client
from tests.support.forgeries import PID
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

ISSUERS = Issuers()
SOMEBODY = ISSUERS.person(PID)
SYSTEM_TOKEN = ISSUERS.system("TH/CENTRAL/DOPA/civil")
SECRET = f"the row of {PID} is locked"


class Shop(Incoming):
    """A part of a body."""

    area: int = Field(ge=1, le=1000)
    floor: Literal["ground", "upper"] = "ground"


class Open(Incoming):
    """A body with something of every kind."""

    name: str = Field(min_length=1, max_length=20)
    opens: date
    shops: tuple[Shop, ...] = Field(min_length=1, max_length=3)
    code: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    note: float | None = None

    @field_validator("name")
    @classmethod
    def not_reserved(cls, name: str) -> str:
        if name == "klang":
            raise Bilingual("ชื่อนี้สงวนไว้", "This name is reserved.")
        return name


class Find(Incoming):
    """A query string."""

    q: str = ""
    limit: int = Field(default=20, ge=1, le=100)


class Shown(Outgoing):
    """An answer."""

    name: str
    opens: date | None = None


def room() -> Room:
    """A room with a route for everything there is to try."""
    made = Room("test", Gate(ISSUERS.tokens, local_keyring()))

    @made.post("/test/v1/shops", allow=[CITIZEN], body=Open, answer=Shown, status=201, summary="Open a shop")
    def open_shop(call: Call) -> Reply:
        return Reply(Shown(name=call.body.name, opens=call.body.opens), version=1)

    @made.get("/test/v1/shops", allow=[PUBLIC], query=Find, summary="Find shops")
    def find(call: Call) -> dict[str, Any]:
        return {"q": call.query.q, "limit": call.query.limit, "caller": call.caller.kind}

    @made.get("/test/v1/shops/{id}", allow=[PUBLIC], answer=Shown, summary="Show a shop")
    def show(call: Call) -> Reply:
        if call.params["id"] == "absent":
            raise not_found("ร้าน", "shop")
        return Reply(Shown(name=call.params["id"]), version=7)

    @made.patch("/test/v1/shops/{id}", allow=[CITIZEN], body=Shop, if_match=True, summary="Mend a shop")
    def mend(call: Call) -> dict[str, Any]:
        return {"if_match": call.if_match}

    @made.delete("/test/v1/shops/{id}", allow=[CITIZEN], status=204, summary="Close a shop")
    def close(call: Call) -> None:
        return None

    @made.post("/test/v1/once", allow=[CITIZEN, PUBLIC], raw=True, summary="Show the attempt")
    def attempt(call: Call) -> dict[str, Any]:
        return {"key": call.once.key, "print": call.once.fingerprint, "claimed": call.once.claimed}

    @made.post("/test/v1/again", allow=[PUBLIC], status=201, summary="Always done before")
    def again(call: Call) -> None:
        raise Replayed({"id": "1"})

    def card_again(kept: Any) -> Reply:
        return Reply(kept, headers={"Location": f"/test/v1/shops/{kept['id']}"}, version=3)

    @made.post("/test/v1/again/with-headers", allow=[PUBLIC], again=card_again, summary="Done before, with headers")
    def again_with_headers(call: Call) -> None:
        raise Replayed({"id": "1"})

    @made.post("/test/v1/files", allow=[PUBLIC], raw=True, limit=4096, summary="Take bytes")
    def take(call: Call) -> Reply:
        return Reply(call.raw[::-1], media_type="application/octet-stream")

    @made.get("/test/v1/page", allow=[PUBLIC], media="text/html", summary="Show a page")
    def page(call: Call) -> str:
        return "<h1>ร้าน</h1>"

    @made.get("/test/v1/fails/{how}", allow=[PUBLIC], summary="Fail")
    def fails(call: Call) -> None:
        failures: dict[str, Exception] = {
            "unforeseen": RuntimeError(SECRET),
            "key": KeyError(PID),
            "full": TooMany("เต็ม", "Full.", retry_after=30),
            "fault": Malformed("ผิด", "Wrong.", [Fault("/a", "ก", "a")]),
        }
        raise failures[call.params["how"]]

    def dialect(refusal: Refusal | None, language: str, request_id: str, request: Request) -> Response:
        words = "internal" if refusal is None else refusal.slug
        return Response(418, {"Content-Type": "application/json"}, json.dumps([words, language]).encode())

    @made.get("/test/v1/dialect/{how}", allow=[PUBLIC], dialect=dialect, summary="Fail in another tongue")
    def other(call: Call) -> None:
        if call.params["how"] == "away":
            raise Unavailable("ก", "a", retry_after=7)
        raise NotFound("ก", "a") if call.params["how"] == "known" else RuntimeError(SECRET)

    @made.get("/test/v1/staff", allow=[officer("intake"), SYSTEM], summary="For staff")
    def staff(call: Call) -> dict[str, str]:
        return {"caller": call.caller.kind}

    return made


CLIENT = Client([room()])
GOOD = {"name": "ครัวกลาง", "opens": "2026-12-01", "shops": [{"area": 250}]}


def opened(body: Any = None, **given: Any) -> Answer:
    return CLIENT.post("/test/v1/shops", token=SOMEBODY, json=GOOD if body is None else body, **given)


def problem_of(answer: Answer, status: int, slug: str) -> dict[str, Any]:
    """The problem document, which has the form of RFC 9457 and both languages in every fault."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    document: dict[str, Any] = answer.json
    assert document["type"] == f"https://klang.example/problems/{slug}"
    assert document["status"] == status
    assert document["title"] and document["detail"]
    assert document["instance"] == f"urn:klang:request:{answer.headers['x-correlation-id']}"
    for fault in document.get("errors", []):
        assert set(fault) == {"pointer", "message_th", "message_en"}
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in fault["message_th"])
        assert fault["message_en"].isascii() or "pattern" in fault["message_en"]
    return document


def pointers(document: dict[str, Any]) -> list[str]:
    return [fault["pointer"] for fault in document["errors"]]
