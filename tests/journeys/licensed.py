"""A restaurant that has its licence, and what its holder and the office do with it: for journeys."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from demo.story import STEPS
from demo.world import HttpTransport, Json, World, check
from infra.local.stack import Stack
from tests.journeys.visitors import visitor

PORTAL = "/biz/v1/applications"
MALEE, ANONG, BUNDIT = "malee", "officer-anong", "officer-bundit"


def licensed(stack: Stack) -> World:
    """The world after the story up to the paid fee: Malee's company holds `world.known["licence"]`."""
    world = World(HttpTransport(stack.address))
    for step in STEPS:
        step.play(world)
        if step.name == "pay":
            return world
    raise AssertionError("the story has no step in which the fee is paid")


def begin(world: World, procedure: str, licence: str) -> str:
    """Malee opens it; the id of the draft.

    After a leap of the clock the exchange, by which the portal asks for the company's directors, refuses (503) until it
    has sealed what seems months old in its log: as anybody would, she tries again.
    """

    def opened() -> Any:
        answer = visitor(world, MALEE).ask("POST", PORTAL, {"procedure": procedure, "licence": licence})
        check(answer.status in (201, 503), f"{procedure} was not opened: {answer.status} {answer.body[:300]!r}")
        return answer.json if answer.status == 201 else None

    made = world.until(f"the draft to {procedure}", opened)
    check((made["procedure"], made["about"]) == (procedure, licence), f"another draft was opened: {made}")
    return str(made["id"])


def answer(world: World, case: str, answers: Json, expect: int = 200) -> Any:
    """Malee changes answers."""
    malee = world.person(MALEE)
    etag = malee.get(f"{PORTAL}/{case}").etag
    return malee.patch(f"{PORTAL}/{case}/answers", answers, etag, expect=expect).json


def submit(world: World, case: str, expect: int = 200) -> Any:
    """Malee files it."""
    return world.person(MALEE).post(f"{PORTAL}/{case}/submit", expect=expect).json


def act(world: World, officer: str, case: str, action: str, expect: int = 200, **body: Any) -> Any:
    """An officer's move."""
    return world.person(officer).post(f"{PORTAL}/{case}/actions/{action}", body, expect=expect).json


def pay(world: World, case: str) -> Any:
    """Malee pays by Thai QR; the case afterwards."""
    malee = world.person(MALEE)
    bill = malee.post(f"{PORTAL}/{case}/payments", expect=201).json
    body = json.dumps({"qr": bill["qr"], "notices": 1}).encode()
    told = world.transport.send("POST", "/local/bank/pay", {"content-type": "application/json"}, body)
    check(told.status == 200, f"the bank's notice was not taken: {told.body!r}")
    return malee.get(f"{PORTAL}/{case}").json


def shown(world: World, licence: str) -> Any:
    """What the public register says of a licence."""
    return world.public(f"/biz/v1/verify/{licence}").json


def papers(world: World, case: str) -> Any:
    """The licence of a case as its holder keeps it."""
    return world.person(MALEE).get(f"{PORTAL}/{case}/credentials").json


def on_the_list(world: World, credential: str) -> int:
    """What the status list that a credential names says of it, read as any wallet reads it: 0 valid, 1 invalid."""
    reference = _claims(credential)["status"]["status_list"]
    token = world.public("/biz/v1/status-lists/" + reference["uri"].rpartition("/")[2]).body.decode()
    listed = _claims(token)["status_list"]
    packed, bits, index = zlib.decompress(_raw(listed["lst"])), int(listed["bits"]), int(reference["idx"])
    each = 8 // bits
    return packed[index // each] >> (index % each * bits) & ((1 << bits) - 1)


def letters(world: World, about: str) -> list[str]:
    """What Malee's inbox says of a case, or of a licence itself, newest first."""
    items = world.person(MALEE).get("/citizen/v1/me/inbox").json["items"]
    return [item["body"]["en"] for item in items if item["case"] == about]


def _claims(token: str) -> Any:
    return json.loads(_raw(token.split("~")[0].split(".")[1]))


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
