"""The keys that sign access tokens: made once, sealed, changed each month without anybody being locked out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from chalicelib.citizen.sessions.keys import ANNOUNCED, CHANGED_EVERY, KEPT_AFTER, ROW, SessionKeys
from chalicelib.citizen.sessions.tokens import SessionTokens
from chalicelib.shared.access_tokens import Tokens, TrustedIssuer
from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.identity import CITIZEN, Gate, citizen
from tests.citizen.portal import MALEE, Portal
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.tokens import NOW


class House:
    """A process that makes tokens, another that checks them, and a clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.table = MemoryTable()
        self.keyring = local_keyring()
        self.checked = 0.0
        self.tokens = self.process()
        issuer = TrustedIssuer(self.tokens.issuer, "klang", "person", self.process().jwks, lets_act=True)
        self.reader = Tokens([issuer], lambda: self.now, lambda: self.checked)

    def process(self) -> SessionTokens:
        keys = SessionKeys(self.table, self.keyring, lambda: self.now)
        return SessionTokens(
            keys, issuer="https://c.test/citizen", pseudonym=lambda pid: "p", clock=lambda: self.now, ids=lambda: "j-1"
        )

    def token(self, **changes: Any) -> str:
        return self.tokens.own(**{"pid": MALEE, "name": "มาลี", "ial": "2.3", "sid": "s", "auth_time": 1, **changes})

    def later(self, by: timedelta) -> None:
        self.now += by
        self.checked += by.total_seconds()


def kids(tokens: SessionTokens) -> list[str]:
    return [key["kid"] for key in tokens.jwks()["keys"]]


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def test_a_token_is_an_access_token_of_the_house() -> None:
    house = House()
    _, claims = house.reader.check(house.token())
    assert jwt.get_unverified_header(house.token())["typ"] == "at+jwt"
    assert claims["exp"] - claims["iat"] == 600
    said = {name: claims[name] for name in ("iss", "aud", "sub", "pid", "ial", "acr", "sid", "auth_time", "client_id")}
    assert said == {
        "iss": "https://c.test/citizen",
        "aud": "klang",
        "sub": "p",
        "pid": MALEE,
        "ial": "2.3",
        "acr": "2.3",
        "sid": "s",
        "auth_time": 1,
        "client_id": "klang-portal",
    }


def test_all_processes_have_one_key_and_read_it_seldom() -> None:
    house = House()
    one, other = house.process(), house.process()
    assert kids(one) == kids(other) and len(kids(one)) == 1
    house.table.requests.clear()
    for _ in range(100):
        one.own(pid=MALEE, name="", ial="2.3", sid="s", auth_time=1)
    assert house.table.requests == []


def test_of_two_processes_that_make_the_first_key_at_once_both_use_the_winners() -> None:
    house = House()

    class Late(MemoryTable):
        """A table that another process writes to between our read and our write."""

        def get(self, key: Any) -> Any:
            found = house.table.get(key)
            if found is None:
                house.process().jwks()
            return found

        def write(self, changes: Any, token: str) -> None:
            house.table.write(changes, token)

    slow = SessionKeys(Late(), house.keyring, lambda: house.now)
    assert slow.signing().kid == house.process().keys.signing().kid


def test_the_private_half_lies_sealed() -> None:
    house = House()
    house.token()
    row = house.table.get(ROW)
    assert row is not None and "PRIVATE KEY" not in json.dumps(row.data) and '"d"' not in json.dumps(row.data)
    assert all("d" not in key for key in house.tokens.jwks()["keys"])


def test_a_key_is_changed_each_month_announced_before_and_kept_after() -> None:
    house = House()
    first = kid_of(house.token())
    house.later(CHANGED_EVERY - timedelta(minutes=1))
    assert not house.process().keys.turn(house.now)
    house.later(timedelta(minutes=1))
    assert house.process().keys.turn(house.now) and not house.process().keys.turn(house.now)
    house.later(timedelta(minutes=6))
    assert kid_of(house.token()) == first and len(kids(house.tokens)) == 2, "published, and not yet in use"
    long = house.tokens.acting(
        pid=MALEE, name="", ial="2.3", actor="officer:a", scopes=["bills"], mandate="m", lives=timedelta(hours=12)
    )
    house.later(ANNOUNCED)
    second = kid_of(house.token())
    assert second != first and house.reader.check(house.token()) and house.reader.check(long)
    house.later(timedelta(hours=11))
    assert house.reader.check(long), "what the old key signed holds to its own end"
    house.later(KEPT_AFTER)
    assert kids(house.process()) == [second]
    house.later(CHANGED_EVERY)
    assert house.process().keys.turn(house.now)
    row = house.table.get(ROW)
    assert row is not None and row.data["keys"][0]["kid"] == second and len(row.data["keys"]) == 2


def test_without_a_first_key_there_is_nothing_to_change() -> None:
    house = House()
    assert not SessionKeys(MemoryTable(), house.keyring, lambda: house.now).turn(house.now)


def test_who_acts_is_named_in_the_token() -> None:
    house = House()
    gate = Gate(house.reader, house.keyring)
    token = house.tokens.acting(
        pid=MALEE, name="มาลี", ial="2.3", actor="officer:a", scopes=["inbox", "bills"], mandate="m-1"
    )
    caller = gate.admit(f"Bearer {token}", [citizen(acting="bills")])
    assert (caller.actor, caller.mandate, sorted(caller.scopes)) == ("officer:a", "m-1", ["bills", "inbox"])
    own = gate.admit(f"Bearer {house.token()}", [CITIZEN])
    assert own.actor is None and own.pid == MALEE


@pytest.mark.parametrize(
    "changes",
    [{"actor": ""}, {"scopes": []}, {"lives": timedelta(0)}, {"lives": timedelta(hours=12, seconds=1)}],
)
def test_an_acting_token_names_whom_what_and_how_long(changes: dict[str, Any]) -> None:
    given = {"pid": MALEE, "name": "", "ial": "2.3", "actor": "officer:a", "scopes": ["bills"], "mandate": "m"}
    with pytest.raises(ValueError, match="short life"):
        House().tokens.acting(**{**given, **changes})


def test_the_room_believes_its_own_tokens_and_the_sweep_changes_the_key() -> None:
    portal = Portal()
    tokens = portal.citizen.sessions.tokens
    token = tokens.own(pid=MALEE, name="มาลี", ial="2.3", sid="s", auth_time=1)
    me = portal.client.get("/citizen/v1/me", token=token).json
    assert (me["name"], me["ial"]) == ("มาลี", "2.3")
    assert portal.client.get("/citizen/v1/jwks.json").json == tokens.jwks()
    portal.later(days=31)
    assert len(kids(tokens)) == 2
    with pytest.raises(Unauthenticated):
        portal.issuers.tokens.check(token)
