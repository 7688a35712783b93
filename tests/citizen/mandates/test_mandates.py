"""Mandates over the routes: asked, accepted, used, ended at once; parents by the register; strangers stay unknown."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.citizen.mandates.service import CIVIL
from tests.citizen.portal import MALEE, SOMCHAI, Portal

CHILD = "1990100028080"
NOBODY = "1990100021018"
UNTIL = "2027-05-31"
MANDATES = "/citizen/v1/me/mandates"


def ask(portal: Portal, token: str | None = None, **changes: Any) -> Any:
    body = {"kind": "agent", "whom": SOMCHAI, "scopes": ["inbox", "bills"], "until": UNTIL, **changes}
    return portal.client.post(MANDATES, token=token or portal.malee, json=body)


def do(portal: Portal, made: str, what: str, token: str) -> Any:
    return portal.client.post(f"{MANDATES}/{made}/{what}", token=token)


def held(portal: Portal, **changes: Any) -> str:
    made: str = ask(portal, **changes).json["id"]
    assert do(portal, made, "accept", portal.somchai).json["status"] == "held"
    return made


def acting(portal: Portal, made: str, token: str, scopes: list[str]) -> Any:
    return portal.client.post(f"{MANDATES}/{made}/token", token=token, json={"scopes": scopes})


def child_of(portal: Portal, **changes: Any) -> None:
    record = {
        "first_name_th": "ต้นกล้า",
        "last_name_th": "ใจดี",
        "birth_date": "2020-03-14",
        "status": "alive",
        "father_pid": SOMCHAI,
        **changes,
    }
    portal.gdx.records[CIVIL] = {CHILD: record}


def prove(portal: Portal, token: str, whom: str = CHILD) -> Any:
    body = {"kind": "guardian", "whom": whom, "scopes": ["inbox", "profile"]}
    return portal.client.post(MANDATES, token=token, json=body)


def log_of(portal: Portal, pid: str) -> list[str]:
    person = portal.keyring.pseudonym(pid)
    return [item.data["what"] for item in portal.table.query(f"LOG#{person}").items]


class TestAgent:
    def test_it_is_an_offer_until_accepted_and_then_opens_just_its_scopes(self, portal: Portal) -> None:
        made = ask(portal).json["id"]
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 409
        assert do(portal, made, "accept", portal.malee).status == 403
        assert do(portal, made, "accept", portal.somchai).json["status"] == "held"
        assert acting(portal, made, portal.malee, ["inbox"]).status == 404
        assert acting(portal, made, portal.somchai, ["wallet"]).status == 422
        got = acting(portal, made, portal.somchai, ["inbox"])
        assert got.status == 200, got.text
        assert got.json["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
        assert got.json["expires_in"] == 600 and got.json["scope"] == "inbox"

    def test_an_end_bites_at_the_next_call(self, portal: Portal) -> None:
        made = held(portal)
        person, actor = portal.citizen.hall.person(MALEE), f"citizen:{portal.keyring.pseudonym(SOMCHAI)}"
        mandates = portal.citizen.mandates
        assert mandates.holds(made, person, actor, "inbox")
        assert not mandates.holds(made, person, actor, "wallet")
        assert not mandates.holds(made, person, "citizen:other", "inbox")
        assert not mandates.holds(made, portal.citizen.hall.person(SOMCHAI), actor, "inbox")
        assert do(portal, made, "end", portal.malee).json["status"] == "ended"
        assert not mandates.holds(made, person, actor, "inbox")
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 409

    @pytest.mark.parametrize("who", ["malee", "somchai"])
    def test_either_side_ends_it(self, portal: Portal, who: str) -> None:
        made = held(portal)
        assert do(portal, made, "end", getattr(portal, who)).json["status"] == "ended"
        assert do(portal, made, "end", getattr(portal, who)).status == 409
