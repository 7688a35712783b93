"""Logging in: what is asked of the provider and given to the client, and how often anybody may try."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import jwt
import pytest

from chalicelib.shared.measures import measuring
from tests.citizen.portal import MALEE
from tests.citizen.sessions.provider import BACK, OTHER_BACK, Doors, asked_of


class TestTheWay:
    """What the portal asks of the provider and gives the client."""

    def test_the_client_gets_tokens_that_all_of_the_room_believes(self) -> None:
        doors = Doors()
        grant = doors.session()
        assert (grant["token_type"], grant["expires_in"], grant["ial"]) == ("Bearer", 600, "2.3")
        me = doors.client.get("/citizen/v1/me", token=grant["access_token"])
        assert me.status == 200 and me.json["name"] == "มาลี ใจงาม"
        claims = jwt.decode(grant["access_token"], options={"verify_signature": False})
        assert claims["pid"] == MALEE and claims["sid"] == grant["session"] and MALEE not in claims["sub"]

    def test_the_request_is_bound_by_pkce_state_and_nonce(self) -> None:
        doors = Doors()
        begun = doors.start(min_ial="2.3", max_age=300, prompt="login")
        asked = asked_of(begun["authorization_url"])
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert (asked["acr_values"], asked["max_age"], asked["prompt"]) == ("high", "300", "login")
        assert asked["redirect_uri"] == BACK and asked["client_id"] == "klang-at-one" and asked["scope"] == "openid pid"
        doors.finish(begun, doors.one.enter(begun["authorization_url"]))
        form, _ = doors.one.asked[0]
        proven = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert proven == asked["code_challenge"] and form["client_id"] == "klang-at-one"

    def test_no_two_logins_share_anything(self) -> None:
        doors = Doors()
        one, two = (asked_of(doors.start()["authorization_url"]) for _ in range(2))
        assert all(one[name] != two[name] for name in ("state", "nonce", "code_challenge"))

    def test_nothing_is_stored_between_but_a_counter_without_an_address(self) -> None:
        doors = Doors()
        doors.start()
        rows = doors.rows("LOGIN", "SESSION#", "SESSIONS#")
        assert len(rows) == 1 and rows[0].startswith("LOGIN-LIMIT#start#") and "203" not in rows[0]

    def test_the_handle_opens_nowhere_else_and_says_nothing(self) -> None:
        sealed = Doors().start()["login"]
        assert "verifier" not in str(base64.urlsafe_b64decode(sealed))

    def test_a_sign_in_is_three_writes(self) -> None:
        doors = Doors()
        doors.session()
        doors.memory.requests.clear()
        doors.session()
        assert doors.memory.requests == ["write", "write", "write"]

    def test_the_providers_are_told(self) -> None:
        told = Doors().client.get("/citizen/v1/login/providers").json["items"]
        assert [(each["id"], each["redirect_uris"], each["asks"]) for each in told] == [
            ("one", [BACK, OTHER_BACK], ["2.3"]),
            ("two", [BACK, OTHER_BACK], ["2.3"]),
        ]

    @pytest.mark.parametrize(
        ("wish", "pointer"),
        [
            ({"provider": "three"}, "/provider"),
            ({"redirect_uri": "https://evil.test/back"}, "/redirect_uri"),
            ({"redirect_uri": BACK + "/"}, "/redirect_uri"),
            ({"redirect_uri": BACK + "?next=https://evil.test"}, "/redirect_uri"),
            ({"redirect_uri": BACK.upper()}, "/redirect_uri"),
            ({"redirect_uri": "javascript:alert(1)"}, "/redirect_uri"),
            ({"min_ial": "high"}, "/min_ial"),
            ({"prompt": "whatever"}, "/prompt"),
            ({"max_age": -1}, "/max_age"),
            ({"pid": MALEE}, "/pid"),
        ],
    )
    def test_a_wish_that_does_not_fit_names_the_field(self, wish: dict[str, Any], pointer: str) -> None:
        doors = Doors()
        answer = doors.client.post("/citizen/v1/login", json={"provider": "one", "redirect_uri": BACK, **wish})
        assert answer.status == 422 and answer.json["errors"][0]["pointer"] == pointer
        assert "evil" not in answer.text and doors.rows("LOGIN") == []

    def test_a_login_that_is_too_weak_says_so_and_makes_no_session(self) -> None:
        doors = Doors()
        doors.one.claims = {"acr": "low"}
        answer = doors.enter(min_ial="2.3")
        assert answer.status == 401 and answer.json["type"].endswith("assurance-too-low")
        assert (answer.json["required_ial"], answer.json["ial"]) == ("2.3", "1.1")
        assert doors.rows("SESSIONS#") == []

    @pytest.mark.parametrize(
        ("claims", "ial"),
        [
            ({"acr": "high"}, "2.3"),
            ({"acr": "3"}, "3"),
            ({"acr": "low"}, "1.1"),
            ({"acr": "urn:never-heard"}, "1.1"),
            ({"acr": None}, "1.1"),
            ({"acr": None, "ial": "2.3"}, "2.3"),
            ({"acr": None, "ial": 2.3}, "2.3"),
            ({"acr": None, "ial_level": 3}, "3"),
            ({"acr": "low", "ial": "3"}, "1.1"),
            ({"acr": ["high"]}, "1.1"),
        ],
    )
    def test_the_providers_word_becomes_our_level(self, claims: dict[str, Any], ial: str) -> None:
        doors = Doors()
        doors.one.claims = claims
        assert doors.session()["ial"] == ial


def test_a_login_serves_once_even_if_it_failed() -> None:
    doors = Doors()
    begun = doors.start()
    code = doors.one.enter(begun["authorization_url"])
    assert doors.finish(begun, "guessed").status == 401
    assert doors.finish(begun, code).status == 401 and len(doors.one.asked) == 1, "the second code never left"
    begun = doors.start()
    code = doors.one.enter(begun["authorization_url"])
    assert doors.finish(begun, code).status == 201
    again = doors.finish(begun, code)
    assert again.status == 401 and len(doors.rows("SESSIONS#")) == 1


def test_a_wrong_state_does_not_use_the_login_up() -> None:
    doors = Doors()
    begun = doors.start()
    code = doors.one.enter(begun["authorization_url"])
    assert doors.finish(begun, code, state="x").status == 401
    assert doors.finish(begun, code).status == 201


@pytest.mark.parametrize("max_age", [0, 60])
@pytest.mark.parametrize("since", [None, -121])
def test_an_old_login_at_the_provider_is_not_a_new_one(max_age: int, since: int | None) -> None:
    doors = Doors()
    now = int(doors.portal.now.timestamp())
    doors.one.claims = {"auth_time": None if since is None else now + since}
    assert doors.enter(max_age=max_age).status == 401
    doors.one.claims = {}
    assert doors.enter(max_age=max_age).status == 201


@pytest.mark.parametrize("trouble", ["dead", 500, 503, 429])
def test_a_provider_that_is_away_is_said_to_be(trouble: Any) -> None:
    doors = Doors()
    begun = doors.start()
    code = doors.one.enter(begun["authorization_url"])
    if trouble == "dead":
        doors.one.dead = True
    else:
        doors.one.status = trouble
    refused = doors.finish(begun, code)
    assert refused.status == 502 and refused.headers["retry-after"] == "10"
    assert doors.rows("SESSIONS#") == []


def test_who_was_waited_for_in_vain_is_left_alone_for_a_while() -> None:
    doors = Doors()
    doors.one.dead = True
    assert doors.enter().status == 502
    doors.one.dead = False
    assert doors.enter().status == 502 and doors.one.asked == [], "not asked at once again"
    assert doors.enter(at=doors.two).status == 201, "another provider is another matter"
    doors.portal.now += timedelta(seconds=15)
    assert doors.enter().status == 201


def test_an_answer_that_is_nonsense_is_the_providers_fault() -> None:
    doors = Doors()
    doors.one.status = 302
    assert doors.enter().status == 502


def test_who_comes_too_often_waits_and_others_do_not() -> None:
    doors = Doors()
    wish = {"provider": "one", "redirect_uri": BACK}

    def start(address: str, provider: str = "one") -> int:
        return doors.client.post("/citizen/v1/login", json={**wish, "provider": provider}, address=address).status

    assert {start("198.51.100.1") for _ in range(300)} == {200}
    refused = doors.client.post("/citizen/v1/login", json=wish, address="198.51.100.1")
    assert refused.status == 429 and int(refused.headers["retry-after"]) <= 60
    assert start("198.51.100.2") == 200 and start("198.51.100.1", "two") == 200
    assert start("::ffff:198.51.100.1") == 429, "the same address in another spelling"
    doors.portal.now += timedelta(minutes=1)
    assert start("198.51.100.1") == 200


def test_codes_cannot_be_tried_without_end() -> None:
    doors = Doors()
    begun = [doors.start() for _ in range(300)]
    doors.portal.now += timedelta(minutes=1)
    last = doors.start()
    assert {doors.finish(each, "guessed").status for each in begun} == {401}
    assert doors.finish(last, "guessed").status == 429


def test_logins_are_measured_by_what_became_of_them() -> None:
    doors = Doors()
    with measuring() as taken:
        doors.session()
        doors.one.claims = {"acr": "low"}
        doors.enter(min_ial="2.3")
        doors.finish(doors.start(), "a code that nobody gave")
    told = [(each.name, *dict(each.by).values()) for each in taken if each.name.startswith("SignIns")]
    assert told[:2] == [("SignIns",), ("SignInsFailed", "refused")]
    assert [name for name, *_ in told[2:]] == ["SignInsFailed"]
