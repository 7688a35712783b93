"""Who may be believed: every forgery is refused with the same words, and a good token opens just what it should."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.shared.access_tokens import (
    JWKS_FRESH,
    JWKS_MIN_INTERVAL,
    MOST_HELD,
    Tokens,
    TrustedIssuer,
    fetched_jwks,
)
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import AssuranceTooLow, NotAllowed, Unauthenticated, Unavailable
from chalicelib.shared.identity import (
    CITIZEN,
    NOBODY,
    PUBLIC,
    SYSTEM,
    Gate,
    Posting,
    citizen,
    officer,
)
from tests.support.forgeries import PID, forgeries
from tests.support.keys import LocalSigner, local_keyring
from tests.support.tokens import AUDIENCE, NOW, PEOPLE, Issuers

ISSUERS = Issuers()
FORGERIES = dict(forgeries(ISSUERS))
KEYRING = local_keyring()
CLIENT = "TH/CENTRAL/DOPA/civil"


class OneOfficer:
    """A register of staff with one entry."""

    def posting(self, pseudonym: str) -> Posting | None:
        if pseudonym != KEYRING.pseudonym(PID):
            return None
        return Posting("TH/LOCAL/LAEMNGOP", frozenset({"intake"}), "อนงค์")


GATE = Gate(ISSUERS.tokens, KEYRING, OneOfficer())
OTHER_PID = "3100600445635"
FORGED = "The access token does not hold; log in again."
EXPIRED = "The login has expired; log in again."


def bearer(token: str) -> str:
    return f"Bearer {token}"


def test_there_are_enough_forgeries_and_no_two_have_one_name() -> None:
    cases = list(forgeries(ISSUERS))
    assert len(cases) == len(FORGERIES) >= 200


@pytest.mark.parametrize("name", FORGERIES, ids=range(len(FORGERIES)))  # names hold the fresh key's id
def test_a_forgery_is_refused_with_the_same_words_as_every_other(name: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        ISSUERS.tokens.check(FORGERIES[name])
    assert refused.value.en in (FORGED, EXPIRED)
    assert (refused.value.en == EXPIRED) is (name in {"expired a minute ago", "expired long ago"})
    assert refused.value.th


def test_a_good_token_gives_its_issuer_and_claims() -> None:
    issuer, claims = ISSUERS.tokens.check(ISSUERS.person(PID))
    assert issuer.iss == PEOPLE
    assert claims["pid"] == PID


def test_an_expired_token_says_so() -> None:
    second = int(NOW.timestamp())
    with pytest.raises(Unauthenticated, match="expired"):
        ISSUERS.tokens.check(ISSUERS.person(PID, exp=second - 60, iat=second - 3600, nbf=second - 3600))


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_clocks_may_differ_by_a_few_seconds(claim: str) -> None:
    second = int(NOW.timestamp())
    near: dict[str, dict[str, Any]] = {
        "exp": {"exp": second - 5, "iat": second - 60, "nbf": second - 60},
        "iat": {"iat": second + 5},
    }
    assert ISSUERS.tokens.check(ISSUERS.person(PID, **near.get(claim, {"nbf": second + 5})))


def test_a_token_without_nbf_holds() -> None:
    assert ISSUERS.tokens.check(ISSUERS.person(PID, nbf=None))


def test_fractions_of_a_second_are_times() -> None:
    assert ISSUERS.tokens.check(ISSUERS.person(PID, iat=NOW.timestamp() - 0.5))


class TestKeys:
    """How often, and when, an issuer's keys are asked for."""

    def setup_method(self) -> None:
        self.second = 0.0
        self.asked = 0
        self.broken = False
        self.keys: list[Mapping[str, Any]] = [ISSUERS.people.signer.public_jwk]
        issuer = TrustedIssuer(PEOPLE, AUDIENCE, "person", self.source)
        self.tokens = Tokens([issuer], lambda: NOW, lambda: self.second)

    def source(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.broken:
            raise Unreachable("the name does not resolve")
        return {"keys": self.keys}

    def test_they_are_kept(self) -> None:
        for _ in range(5):
            self.tokens.check(ISSUERS.person(PID))
        assert self.asked == 1
        self.second = JWKS_FRESH + 1
        self.tokens.check(ISSUERS.person(PID))
        assert self.asked == 2

    def test_a_new_key_is_found_when_it_first_appears(self) -> None:
        self.tokens.check(ISSUERS.person(PID))
        new = LocalSigner()
        self.keys = [ISSUERS.people.signer.public_jwk, new.public_jwk]
        self.second = JWKS_MIN_INTERVAL + 1
        rotated = Issuers()
        rotated.people.signer = new
        assert self.tokens.check(rotated.person(PID))

    def test_a_flood_of_invented_kids_asks_once(self) -> None:
        self.tokens.check(ISSUERS.person(PID))
        self.second = JWKS_MIN_INTERVAL + 1
        for number in range(20):
            header = ISSUERS.people.header(kid=f"invented-{number}")
            with pytest.raises(Unauthenticated):
                self.tokens.check(ISSUERS.people.sign(header, ISSUERS.people.claims(pid=PID)))
        assert self.asked == 2

    def test_a_remembered_token_falls_with_its_key(self) -> None:
        token = ISSUERS.person(PID)
        assert self.tokens.check(token) == self.tokens.check(token)
        self.keys, self.second = [LocalSigner().public_jwk], JWKS_FRESH + 1
        with pytest.raises(Unauthenticated, match=FORGED):
            self.tokens.check(token)

    def test_a_key_that_keeps_its_name_but_changes_opens_nothing_old(self) -> None:
        token = ISSUERS.person(PID)
        self.tokens.check(token)
        self.keys = [{**LocalSigner().public_jwk, "kid": ISSUERS.people.signer.kid}]
        self.second = JWKS_FRESH + 1
        with pytest.raises(Unauthenticated, match=FORGED):
            self.tokens.check(token)

    def test_a_remembered_token_expires(self) -> None:
        now = NOW
        tokens = Tokens([ISSUERS.people.trusted], lambda: now)
        token = ISSUERS.person(PID)
        tokens.check(token)
        now = NOW + timedelta(hours=1, seconds=11)
        with pytest.raises(Unauthenticated, match=EXPIRED):
            tokens.check(token)

    def test_no_more_tokens_are_remembered_than_fit(self) -> None:
        tokens = Tokens([ISSUERS.people.trusted], lambda: NOW)
        for _ in range(MOST_HELD + 5):
            tokens.check(ISSUERS.person(PID))
        assert len(tokens._held) <= MOST_HELD

    def test_known_keys_outlive_an_outage_of_the_issuer(self) -> None:
        self.tokens.check(ISSUERS.person(PID))
        self.broken, self.second = True, JWKS_FRESH + 1
        for _ in range(5):
            assert self.tokens.check(ISSUERS.person(PID))
        assert self.asked == 2

    def test_without_keys_the_answer_is_come_back_not_go_away(self) -> None:
        self.broken = True
        for _ in range(5):
            with pytest.raises(Unavailable) as refused:
                self.tokens.check(ISSUERS.person(PID))
            assert refused.value.retry_after
        assert self.asked == 1

    @pytest.mark.parametrize("answer", [[], {"keys": None}, {"keys": ["x"]}, {"keys": [1]}])
    def test_nonsense_for_a_key_set_is_an_outage(self, answer: Any) -> None:
        issuer = TrustedIssuer(PEOPLE, AUDIENCE, "person", lambda: answer)
        with pytest.raises(Unavailable):
            Tokens([issuer], lambda: NOW).check(ISSUERS.person(PID))

    @pytest.mark.parametrize(
        "change", [{"use": "enc"}, {"alg": "ES384"}, {"crv": "P-384"}, {"kty": "OKP"}, {"x": "AA"}]
    )
    def test_a_key_for_something_else_is_not_used(self, change: Mapping[str, str]) -> None:
        self.keys = [{**ISSUERS.people.signer.public_jwk, **change}]
        with pytest.raises(Unauthenticated):
            self.tokens.check(ISSUERS.person(PID))


class OneAnswer:
    """An `Http` that always gives one answer."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        self.asked.append((method, url))
        return self.answer


def test_keys_are_fetched_over_http() -> None:
    http = OneAnswer(HttpAnswer(200, body=json.dumps(ISSUERS.people.jwks()).encode()))
    issuer = TrustedIssuer(PEOPLE, AUDIENCE, "person", fetched_jwks(http, f"{PEOPLE}/jwks.json"))
    assert Tokens([issuer], lambda: NOW).check(ISSUERS.person(PID))
    assert http.asked == [("GET", f"{PEOPLE}/jwks.json")]


@pytest.mark.parametrize("answer", [HttpAnswer(500), HttpAnswer(302), HttpAnswer(200, body=b"<html>"), HttpAnswer(200)])
def test_keys_that_cannot_be_fetched_are_an_outage(answer: HttpAnswer) -> None:
    issuer = TrustedIssuer(PEOPLE, AUDIENCE, "person", fetched_jwks(OneAnswer(answer), f"{PEOPLE}/jwks.json"))
    with pytest.raises(Unavailable):
        Tokens([issuer], lambda: NOW).check(ISSUERS.person(PID))


class TestGate:
    """From a header to a caller."""

    @pytest.mark.parametrize("header", [None, ""])
    def test_no_token_is_nobody_where_the_public_is_admitted(self, header: str | None) -> None:
        assert GATE.admit(header, [PUBLIC]) is NOBODY
        with pytest.raises(Unauthenticated):
            GATE.admit(header, [CITIZEN])

    @pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "bearer  x", "token", "Bearer a b"])
    def test_a_bad_header_is_refused_even_in_public(self, header: str) -> None:
        for allow in ([PUBLIC], [CITIZEN]):
            with pytest.raises(Unauthenticated):
                GATE.admit(header, allow)

    def test_the_scheme_is_case_insensitive(self) -> None:
        assert GATE.admit(f"bEaReR {ISSUERS.person(PID)}", [CITIZEN]).kind == "citizen"

    def test_a_citizen_is_known_by_a_pseudonym(self) -> None:
        caller = GATE.admit(bearer(ISSUERS.person(PID)), [CITIZEN])
        assert (caller.kind, caller.pid, caller.ial) == ("citizen", PID, "2.3")
        assert PID not in repr(caller) and PID not in caller.id and PID not in caller.label

    def test_a_person_on_a_public_route_is_known_too(self) -> None:
        assert GATE.admit(bearer(ISSUERS.person(PID)), [PUBLIC]).kind == "citizen"

    @pytest.mark.parametrize("pid", [None, 1101700207030, "110170020703", "1101700207031", "๑๑๐๑๗๐๐๒๐๗๐๓๐", "", ["x"]])
    def test_a_person_needs_a_real_national_id(self, pid: Any) -> None:
        with pytest.raises(Unauthenticated):
            GATE.admit(bearer(ISSUERS.people.token(pid=pid)), [CITIZEN])

    def test_an_officer_is_one_by_the_register_and_not_by_the_token(self) -> None:
        caller = GATE.admit(bearer(ISSUERS.person(PID)), [officer("intake"), CITIZEN])
        assert (caller.kind, caller.agency) == ("officer", "TH/LOCAL/LAEMNGOP")
        assert caller.roles == {"intake"}
        claimed = ISSUERS.person(OTHER_PID, officer=True, roles=["intake"], agency="TH/LOCAL/LAEMNGOP")
        with pytest.raises(NotAllowed):
            GATE.admit(bearer(claimed), [officer("intake")])

    def test_another_role_does_not_do(self) -> None:
        with pytest.raises(NotAllowed):
            GATE.admit(bearer(ISSUERS.person(PID)), [officer("approver")])
        assert GATE.admit(bearer(ISSUERS.person(PID)), [officer()]).kind == "officer"

    def test_a_room_without_officers_has_none(self) -> None:
        with pytest.raises(NotAllowed):
            Gate(ISSUERS.tokens, KEYRING).admit(bearer(ISSUERS.person(PID)), [officer()])

    @pytest.mark.parametrize(
        ("ial", "passes"), [("2.3", True), ("3", True), ("2.2", False), ("1", False), ("x", False)]
    )
    def test_a_weak_login_is_asked_to_step_up(self, ial: str, passes: bool) -> None:
        header = bearer(ISSUERS.person(PID, ial=ial))
        if passes:
            assert GATE.admit(header, [citizen(min_ial="2.3")]).ial == ial
        else:
            with pytest.raises(AssuranceTooLow):
                GATE.admit(header, [citizen(min_ial="2.3")])
            assert GATE.admit(header, [citizen(min_ial="2.3"), PUBLIC]).ial == ial

    def test_a_system_is_its_subsystem_and_its_member(self) -> None:
        caller = GATE.admit(bearer(ISSUERS.system(CLIENT)), [SYSTEM])
        assert (caller.kind, caller.id, caller.agency, caller.pid) == ("system", CLIENT, "TH/CENTRAL/DOPA", None)

    @pytest.mark.parametrize("client", [None, "", "DOPA", "a/b/c", "a/b/c/d/e", 1, ["a/b/c/d"]])
    def test_a_system_needs_a_whole_name(self, client: Any) -> None:
        with pytest.raises(Unauthenticated):
            GATE.admit(bearer(ISSUERS.systems.token(client_id=client)), [SYSTEM])

    def test_systems_and_people_do_not_stand_in_for_each_other(self) -> None:
        with pytest.raises(NotAllowed):
            GATE.admit(bearer(ISSUERS.system(CLIENT, pid=PID)), [CITIZEN, officer()])
        with pytest.raises(NotAllowed):
            GATE.admit(bearer(ISSUERS.person(PID, client_id=CLIENT)), [SYSTEM])

    def test_the_clock_is_the_houses(self) -> None:
        late = Gate(Tokens([replace(ISSUERS.people.trusted)], lambda: NOW + timedelta(hours=2)), KEYRING)
        with pytest.raises(Unauthenticated, match="expired"):
            late.admit(bearer(ISSUERS.person(PID)), [CITIZEN])
