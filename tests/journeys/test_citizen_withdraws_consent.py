"""A person consents and takes it back: the town over real HTTP, with several systems and two people.

The story of `make demo` tells it once; here is what may go wrong on the way.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.shared.jose import verify_jwt
from demo.story_consent import BANK, NEEDED, REPORT
from demo.story_gdx import persona
from demo.world import HttpTransport, Person, World
from infra.local.stack import Stack
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

MALEE, SOMCHAI = persona("malee")["pid"], persona("somchai")["pid"]
QUICK = 2.0
"""Seconds within which a withdrawal bites, with all that stands between: the very next call is refused."""


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


def ask(world: World, pid: str = SOMCHAI, **changes: Any) -> Any:
    """The bank asks a person."""
    question = {
        "pid": pid,
        "service": REPORT,
        "purposes": ["loan-application"],
        "fields": ["/score", "/grade"],
        "until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "mode": "repeated",
        "data_life_days": 1,
        **changes,
    }
    return world.person("gsb-loans").post("/gdx/v1/consents", question, expect=201).json


def decide(person: Person, consent: Any, what: str) -> Any:
    """The person reads what is asked and decides."""
    path = f"/gdx/v1/me/consents/{consent['id']}"
    return person.post(f"{path}/{what}", if_match=person.get(path).headers["etag"]).json


def call(world: World, pid: str = SOMCHAI, message_id: str | None = None) -> Any:
    """The bank asks the credit bureau; whatever comes of it."""
    headers = {"x_road_client": BANK} | ({} if message_id is None else {"x_road_id": message_id})
    return visitor(world, "gsb-loans").ask("POST", f"/r1/{REPORT}/lookup", {"pid": pid}, **headers)


def test_a_withdrawal_bites_at_the_very_next_call(world: World) -> None:
    somchai = world.person("somchai")
    consent = ask(world)
    decide(somchai, consent, "give")
    assert call(world).json == {"score": 655, "grade": "EE"}
    before = time.monotonic()
    decide(somchai, consent, "withdraw")
    refused = call(world)
    assert time.monotonic() - before < QUICK
    assert refused.headers["x-road-error"] == NEEDED and "655" not in refused.body.decode()
    used = [line for line in somchai.get("/gdx/v1/me/usage").json["items"] if line["service"] == REPORT]
    assert len(used) == 1 and used[0]["fields"] == ["/score", "/grade"], "the refused call is no access"


def test_while_calls_run_none_that_began_after_the_withdrawal_gets_data(world: World) -> None:
    somchai = world.person("somchai")
    consent = ask(world)
    decide(somchai, consent, "give")
    withdrawn: list[float] = []

    def calling(_: int) -> tuple[float, int]:
        begun = time.monotonic()
        return begun, call(world).status

    def withdrawing() -> None:
        time.sleep(0.15)
        decide(somchai, consent, "withdraw")
        withdrawn.append(time.monotonic())

    with ThreadPoolExecutor(4) as pool:
        end = pool.submit(withdrawing)
        answers = list(pool.map(calling, range(16)))
        end.result()
    assert {status for _, status in answers} <= {200, 500}
    assert [status for begun, status in answers if begun > withdrawn[0] and status == 200] == []
    assert call(world).headers["x-road-error"] == NEEDED


def test_a_consent_for_once_lets_one_of_many_pass(world: World) -> None:
    decide(world.person("somchai"), ask(world, mode="once"), "give")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: call(world, message_id=f"once-{world.seed}-{number}"), range(6)))
    assert sorted(answer.status for answer in answers) == [200, *[500] * 5]
    assert {answer.headers.get("x-road-error") for answer in answers if answer.status == 500} <= {
        NEEDED,
        "server.serverproxy.logging_failed",
    }


def test_both_sides_keep_what_anyone_can_check(stack: Stack, world: World) -> None:
    somchai = world.person("somchai")
    consent = ask(world)
    given = decide(somchai, consent, "give")
    bank = world.person("gsb-loans").get(f"/gdx/v1/consents/{consent['id']}").json
    assert bank["artefact"] == given["artefact"] and SOMCHAI not in json.dumps(bank)
    jwks = world.public("/.well-known/jwks.json").json
    claims = verify_jwt(given["artefact"], jwks, "gdx-consent+jwt", now=datetime.now(UTC), issuer=stack.address)
    assert claims["fields"] == ["/score", "/grade"] and claims["acr"] == "2.3" and claims["terms"] == given["terms"]
    ended = world.person("gsb-loans").delete(f"/gdx/v1/consents/{consent['id']}", expect=200).json
    assert ended["state"] == "WITHDRAWN" and ended["closed_by"] == "consumer"


def test_what_is_another_persons_is_not_there(world: World) -> None:
    consent = ask(world, MALEE)
    place = f"/gdx/v1/me/consents/{consent['id']}"
    somchai, office = visitor(world, "somchai"), visitor(world, "laemngop-office")
    assert somchai.ask("GET", place).status == 404
    for what in ("give", "refuse", "withdraw"):
        assert somchai.ask("POST", f"{place}/{what}", if_match='"v1"').status == 404
    assert office.ask("GET", f"/gdx/v1/consents/{consent['id']}").status == 404
    assert office.ask("GET", place).status == 403 and visitor(world, "gsb-loans").ask("GET", place).status == 403
    refused = decide(world.person("malee"), consent, "refuse")
    assert refused["state"] == "REFUSED" and call(world, MALEE).headers["x-road-error"] == NEEDED
    question = {"pid": MALEE, "service": REPORT, "purposes": ["loan-application"], "data_life_days": 1}
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    again = visitor(world, "gsb-loans").ask("POST", "/gdx/v1/consents", {**question, "until": until})
    assert again.status == 429, "who refused is left alone for a day"


def test_the_citizen_portal_shows_the_same_accesses(world: World) -> None:
    somchai = world.person("somchai")
    consent = ask(world)
    decide(somchai, consent, "give")
    assert call(world).status == 200
    decide(somchai, consent, "withdraw")
    own = somchai.get("/gdx/v1/me/usage").json["items"]
    portal = somchai.get("/citizen/v1/me/access-log").json["items"]
    assert [line["receipt"] for line in own] == [line["receipt"] for line in portal] and own
