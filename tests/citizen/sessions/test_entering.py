"""Logging in: the good way, and every way in which what comes back does not belong to the login."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from chalicelib.citizen.sessions.idtoken import half_hash
from chalicelib.shared.jose import base64url
from chalicelib.shared.keyring import Keyring
from tests.citizen.portal import MALEE, SOMCHAI
from tests.citizen.sessions.provider import BACK, OTHER_BACK, Doors, Provider, login, places, rsa_key
from tests.support.client import Answer
from tests.support.keys import LocalSigner, local_keyring

REFUSED = "The login did not succeed; begin again."


def asked_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


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


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "  มาลี \n ใจงาม "}, "มาลี ใจงาม"),
        ({"name": None, "given_name": "มาลี", "family_name": "ใจงาม"}, "มาลี ใจงาม"),
        ({"name": "", "given_name": "มาลี"}, "มาลี"),
        ({"name": {"th": "มาลี"}}, ""),
        ({"name": None}, ""),
        ({"name": "ม" * 300}, "ม" * 200),
    ],
)
def test_a_name_is_a_text_or_none(claims: dict[str, Any], name: str) -> None:
    doors = Doors()
    doors.one.claims = claims
    said = jwt.decode(doors.session()["access_token"], options={"verify_signature": False})
    assert said["name"] == name


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"sub":"s-1","sub":"s-1"}', b'{"sub":NaN}', b"[" * 99_999])
def test_userinfo_that_is_nonsense_is_the_providers_fault(body: bytes) -> None:
    doors = Doors()
    doors.one.claims = {"pid": None}
    doors.one.raw = body
    assert doors.enter().status == 502 and doors.rows("SESSIONS#") == []


class TestOtherShapes:
    """Providers that are configured otherwise."""

    def test_a_provider_like_dga(self) -> None:
        dga = Provider(
            login(
                "dga",
                auth="client_secret_basic",
                names_itself=False,
                claims={"pid": "citizen_id", "pid_verified": "citizen_id_verified"},
                assurance={"claims": ["ial_level"], "values": {"2.3": "2.3"}, "default": "1.1"},
                logout_parameter="post_logout_redirect_url",
            )
        )
        doors = Doors(dga)
        dga.claims = {"pid": None, "name": None, "acr": None, "at_hash": None}
        names = {"given_name": "มาลี", "family_name": "ใจงาม"}
        dga.told = {"citizen_id": MALEE, "citizen_id_verified": True, "ial_level": 2.3, **names}
        wish = {"provider": "dga", "redirect_uri": BACK}
        assert doors.client.post("/citizen/v1/login", json=wish).status == 503, "no operator has entered its secret"
        doors.portal.citizen.sessions.entering.secrets.keep("dga", "a+b c:d")
        grant = doors.session(at=dga)
        assert grant["ial"] == "2.3"
        claims = jwt.decode(grant["access_token"], options={"verify_signature": False})
        assert (claims["pid"], claims["name"]) == (MALEE, "มาลี ใจงาม")
        form, headers = dga.asked[0]
        assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"klang-at-dga:a%2Bb+c%3Ad"
        assert "client_secret" not in form
        out = doors.client.post("/citizen/v1/sessions/end", json={"refresh_token": grant["refresh_token"]}).json
        assert "post_logout_redirect_url=" in out["logout_url"]
        row = next(item for key, (item, _) in doors.memory._items.items() if key.pk == "LOGIN-SECRET#dga")
        assert "a+b" not in str(row.data)

    @pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
    def test_a_number_that_was_only_typed_in_is_no_identity(self, verified: Any) -> None:
        dga = Provider(login("dga", claims={"pid": "citizen_id", "pid_verified": "citizen_id_verified"}))
        doors = Doors(dga)
        dga.claims = {"pid": None}
        dga.told = {"citizen_id": MALEE, "citizen_id_verified": verified}
        assert doors.enter(at=dga).status == 401 and doors.rows("SESSIONS#") == []

    def test_a_secret_in_the_form(self) -> None:
        post = Provider(login("post", auth="client_secret_post"))
        doors = Doors(post)
        doors.portal.citizen.sessions.entering.secrets.keep("post", "s3cret")
        doors.session(at=post)
        assert post.asked[0][0]["client_secret"] == "s3cret"

    def test_a_new_secret_is_in_use_after_five_minutes(self) -> None:
        post = Provider(login("post", auth="client_secret_post"))
        doors = Doors(post)
        secrets = doors.portal.citizen.sessions.entering.secrets
        secrets.keep("post", "old")
        doors.session(at=post)
        secrets.keep("post", "new")
        doors.portal.now += timedelta(minutes=5)
        doors.session(at=post)
        assert [form["client_secret"] for form, _ in post.asked] == ["old", "new"]

    def test_a_proof_signed_with_the_rooms_own_key(self) -> None:
        keyed = Provider(login("keyed", auth="private_key_jwt"))
        doors = Doors(keyed)
        doors.session(at=keyed)
        form = keyed.asked[0][0]
        key = jwt.PyJWK(doors.client.get("/citizen/v1/jwks.json").json["keys"][0])
        options: Any = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(
            form["client_assertion"], key, algorithms=["ES256"], audience="https://keyed.test/token", options=options
        )
        assert (claims["iss"], claims["sub"]) == ("klang-at-keyed", "klang-at-keyed")
        assert claims["exp"] - claims["iat"] == 60 and form["client_assertion_type"].endswith("jwt-bearer")

    def test_a_provider_that_is_discovered(self) -> None:
        found = Provider(login("found", endpoints=None, names_itself=False))
        doors = Doors(found)
        at = places(found.issuer)
        found.discovery = {
            "issuer": found.issuer,
            "authorization_endpoint": at["authorization"],
            "token_endpoint": at["token"],
            "jwks_uri": at["jwks"],
            "userinfo_endpoint": at["userinfo"],
            "authorization_response_iss_parameter_supported": True,
        }
        begun = doors.start("found")
        answer = doors.finish(begun, found.enter(begun["authorization_url"]), at=found)
        assert answer.status == 201
        assert doors.client.post(
            "/citizen/v1/sessions/end", json={"refresh_token": answer.json["refresh_token"]}
        ).json == {"logout_url": None}
        begun = doors.start("found")
        code = found.enter(begun["authorization_url"])
        body = {"login": begun["login"], "code": code, "state": begun["state"]}
        assert doors.client.post("/citizen/v1/sessions", json=body).status == 401, "it promised to name itself"

    @pytest.mark.parametrize(
        "changes",
        [{"issuer": "https://evil.test"}, {"token_endpoint": "ftp://x"}, {"jwks_uri": None}, {"issuer": None}],
    )
    def test_metadata_of_somebody_else_is_not_believed(self, changes: dict[str, Any]) -> None:
        found = Provider(login("found", endpoints=None))
        doors = Doors(found)
        at = places(found.issuer)
        good = {
            "issuer": found.issuer,
            "authorization_endpoint": at["authorization"],
            "token_endpoint": at["token"],
            "jwks_uri": at["jwks"],
        }
        found.discovery = {**good, **changes}
        answer = doors.client.post("/citizen/v1/login", json={"provider": "found", "redirect_uri": BACK})
        assert answer.status == 502 and answer.headers["retry-after"]


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
