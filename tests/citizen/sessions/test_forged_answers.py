"""Every way in which what comes back does not belong to the login."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from chalicelib.citizen.sessions.idtoken import half_hash
from chalicelib.shared.jose import base64url
from chalicelib.shared.keyring import Keyring
from tests.citizen.portal import MALEE, SOMCHAI
from tests.citizen.sessions.provider import OTHER_BACK, Doors, asked_of, rsa_key
from tests.support.client import Answer
from tests.support.keys import LocalSigner, local_keyring

REFUSED = "The login did not succeed; begin again."


Spoil = Callable[[Doors, Any, str], Answer]


def provider_says(**claims: Any) -> Spoil:
    """The ID token's claims are changed."""

    def spoil(doors: Doors, begun: Any, code: str) -> Answer:
        doors.one.claims = claims
        return doors.finish(begun, code)

    return spoil


def at_time(**moved: Any) -> Spoil:
    """Times in the ID token, moved by seconds from now."""

    def spoil(doors: Doors, begun: Any, code: str) -> Answer:
        now = int(doors.portal.now.timestamp())
        doors.one.claims = {name: now + by for name, by in moved.items()}
        return doors.finish(begun, code)

    return spoil


def header(**changes: Any) -> Spoil:
    """The ID token's header is changed."""

    def spoil(doors: Doors, begun: Any, code: str) -> Answer:
        doors.one.header = changes
        return doors.finish(begun, code)

    return spoil


def answer(**changes: Any) -> Spoil:
    """The token answer is changed."""

    def spoil(doors: Doors, begun: Any, code: str) -> Answer:
        doors.one.answer = changes
        return doors.finish(begun, code)

    return spoil


def callback(**changes: Any) -> Spoil:
    """What the client sends back is changed."""
    return lambda doors, begun, code: doors.finish(begun, code, **changes)


def _signed_by_another(doors: Doors, begun: Any, code: str) -> Answer:
    doors.one.signed_by = LocalSigner()
    return doors.finish(begun, code)


def _kid_of_another(doors: Doors, begun: Any, code: str) -> Answer:
    doors.one.header = {"kid": doors.two.key.kid}
    doors.one.signed_by = doors.two.key
    return doors.finish(begun, code)


def _unsigned(doors: Doors, begun: Any, code: str) -> Answer:
    token = doors.one.id_token({**asked_of(begun["authorization_url"]), "pid": MALEE}).split(".")
    none = base64url(b'{"alg":"none","typ":"JWT","kid":"%s"}' % doors.one.key.kid.encode())
    doors.one.answer = {"id_token": f"{none}.{token[1]}."}
    return doors.finish(begun, code)


def _hmac_by_public_key(doors: Doors, begun: Any, code: str) -> Answer:
    claims = {"iss": doors.one.issuer, "aud": "klang-at-one", "sub": "s-1", "pid": MALEE}
    nonce = asked_of(begun["authorization_url"])["nonce"]
    now = int(doors.portal.now.timestamp())
    secret = str(dict(doors.one.key.public_jwk)) * 2
    said = {**claims, "nonce": nonce, "iat": now, "exp": now + 60}
    token = jwt.encode(said, secret, algorithm="HS256", headers={"kid": doors.one.key.kid})
    doors.one.answer = {"id_token": token}
    return doors.finish(begun, code)


def _another_algorithm(doors: Doors, begun: Any, code: str) -> Answer:
    now = int(doors.portal.now.timestamp())
    nonce = asked_of(begun["authorization_url"])["nonce"]
    said = {
        "iss": doors.one.issuer,
        "aud": "klang-at-one",
        "sub": "s-1",
        "pid": MALEE,
        "nonce": nonce,
        "iat": now,
        "exp": now + 60,
    }
    token = jwt.encode(said, rsa_key(), algorithm="RS256", headers={"kid": doors.one.key.kid})
    doors.one.answer = {"id_token": token}
    return doors.finish(begun, code)


def _code_of_the_other_provider(doors: Doors, begun: Any, code: str) -> Answer:
    other = doors.start("two")
    return doors.finish(begun, doors.two.enter(other["authorization_url"]))


def _answer_of_the_other_provider(doors: Doors, begun: Any, code: str) -> Answer:
    return doors.finish(begun, code, at=doors.two)


def _login_of_another_place_to_return_to(doors: Doors, begun: Any, code: str) -> Answer:
    elsewhere = doors.start(redirect_uri=OTHER_BACK)
    return doors.finish(elsewhere, code)


def _login_of_another_client(doors: Doors, begun: Any, code: str) -> Answer:
    return doors.finish(doors.start(), code, state=begun["state"])


def _code_of_another_login(doors: Doors, begun: Any, code: str) -> Answer:
    return doors.finish(doors.start(), code)


def _too_late(doors: Doors, begun: Any, code: str) -> Answer:
    doors.portal.now += timedelta(minutes=10, seconds=1)
    return doors.finish(begun, code)


def _altered_login(doors: Doors, begun: Any, code: str) -> Answer:
    login = begun["login"]
    swapped = "A" if login[40] != "A" else "B"
    return doors.finish({**begun, "login": login[:40] + swapped + login[41:]}, code)


def _login_sealed_for_something_else(doors: Doors, begun: Any, code: str) -> Answer:
    return doors.finish({**begun, "login": doors.portal.keyring.seal("{}", "session/x")}, code)


def _login_of_another_room(doors: Doors, begun: Any, code: str) -> Answer:
    other: Keyring = local_keyring(bytes(range(1, 33)))
    text = doors.portal.keyring.unseal(begun["login"], "login")
    return doors.finish({**begun, "login": other.seal(text, "login")}, code)


def _provider_taken_out(doors: Doors, begun: Any, code: str) -> Answer:
    entering = doors.portal.citizen.sessions.entering
    entering.providers = {"two": entering.providers["two"]}
    return doors.finish(begun, code)


def _userinfo_of_another(doors: Doors, begun: Any, code: str) -> Answer:
    doors.one.claims = {"pid": None}
    doors.one.told = {"sub": "s-2", "pid": SOMCHAI}
    return doors.finish(begun, code)


def _userinfo_without_a_number(doors: Doors, begun: Any, code: str) -> Answer:
    doors.one.claims = {"pid": None}
    return doors.finish(begun, code)


def _code_used_before(doors: Doors, begun: Any, code: str) -> Answer:
    doors.one.codes.pop(code)
    return doors.finish(begun, code)


def _status(status: int) -> Spoil:
    def spoil(doors: Doors, begun: Any, code: str) -> Answer:
        doors.one.status = status
        return doors.finish(begun, code)

    return spoil


FORGED: dict[str, Spoil] = {
    "another nonce": provider_says(nonce="n-of-somebody"),
    "no nonce": provider_says(nonce=None),
    "a nonce that is no text": provider_says(nonce=7),
    "another issuer": provider_says(iss="https://two.test"),
    "the issuer with a slash": provider_says(iss="https://one.test/"),
    "no issuer": provider_says(iss=None),
    "another audience": provider_says(aud="klang-at-two"),
    "no audience": provider_says(aud=None),
    "several audiences and no azp": provider_says(aud=["klang-at-one", "klang-at-two"]),
    "several audiences, issued to another": provider_says(aud=["klang-at-one", "x"], azp="x"),
    "issued to another": provider_says(azp="klang-at-two"),
    "no subject": provider_says(sub=None),
    "a subject that is no text": provider_says(sub=1),
    "expired": at_time(exp=-61),
    "no end": provider_says(exp=None),
    "no beginning": provider_says(iat=None),
    "issued before the login": at_time(iat=-120),
    "issued in the future": at_time(iat=120),
    "not yet valid": at_time(nbf=120),
    "an end that is no time": provider_says(exp="soon"),
    "a login time that is no time": provider_says(auth_time="now"),
    "hash of another access token": provider_says(at_hash=half_hash("at-2")),
    "no national id": provider_says(pid=None),
    "a national id that does not hold": provider_says(pid="1101700230709"),
    "a juristic number": provider_says(pid="0105536000315"),
    "a national id that is a number": provider_says(pid=int(MALEE)),
    "a nonce of half a letter": provider_says(nonce="\ud800"),
    "a name of half a letter": provider_says(name="\ud800"),
    "an end beyond all numbers": provider_says(exp=float("inf")),
    "a login time that is not a number": provider_says(auth_time=float("nan")),
    "a login time at the end of all times": provider_says(auth_time=1e300),
    "unsigned": _unsigned,
    "HMAC with the public key": _hmac_by_public_key,
    "another algorithm": _another_algorithm,
    "signed by another": _signed_by_another,
    "kid of another": _kid_of_another,
    "no kid": header(kid=None),
    "an access token as ID token": header(typ="at+jwt"),
    "a logout token as ID token": header(typ="logout+jwt"),
    "critical extensions": header(crit=["exp"]),
    "no ID token": answer(id_token=None),
    "an ID token that is none": answer(id_token="x.y.z"),
    "an ID token that is no text": answer(id_token=7),
    "userinfo of another person": _userinfo_of_another,
    "userinfo without a number": _userinfo_without_a_number,
    "another state": callback(state="s-of-somebody"),
    "the answer of another issuer": callback(iss="https://two.test"),
    "the answer of nobody": callback(iss=None),
    "a code that was never given": lambda doors, begun, code: doors.finish(begun, "guessed"),
    "a code used before": _code_used_before,
    "the provider says 400": _status(400),
    "the provider says 401": _status(401),
    "the other provider's code": _code_of_the_other_provider,
    "the other provider's answer": _answer_of_the_other_provider,
    "a login with another place to return to": _login_of_another_place_to_return_to,
    "the login of another client": _login_of_another_client,
    "the code of another login": _code_of_another_login,
    "too late": _too_late,
    "an altered login": _altered_login,
    "something else that was sealed": _login_sealed_for_something_else,
    "a login sealed by another room": _login_of_another_room,
    "a provider that was taken out meanwhile": _provider_taken_out,
}


@pytest.mark.parametrize("name", FORGED)
def test_what_does_not_belong_to_the_login_is_refused_alike_and_leaves_nothing(name: str) -> None:
    doors = Doors()
    begun = doors.start()
    code = doors.one.enter(begun["authorization_url"])
    refused = FORGED[name](doors, begun, code)
    assert refused.status == 401, refused.text
    assert refused.json["type"].endswith("/login-refused") and refused.json["errors"][0]["message_en"] == REFUSED
    assert doors.rows("SESSION", "PERSON", "INBOX", "OUT#") == ["SESSION-KEYS"], "only the key was there before"
    assert MALEE not in refused.text and code not in refused.text


def test_there_are_enough_forgeries() -> None:
    assert len(FORGED) >= 50
