"""The test OpenID provider: a whole login by code and PKCE, and every way in which it must say no."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import jwt
import pytest

from infra.local import personas
from infra.local.gateway_event import HttpAnswer
from infra.local.oidc import CLIENT, DGA_LIKE, DIGITAL_ID_PATH, DIGITAL_ID_SECRET, PATH, Provider
from infra.local.paths import Paths
from infra.local.tokens import PersonTokens
from tests.infra.local_http import as_json, ask, header

ISSUER = f"http://127.0.0.1:8000{PATH}"
BACK = "http://127.0.0.1:5173/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Desk:
    """A provider with a clock that the test turns."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        people = personas.load()
        self.tokens = PersonTokens(ISSUER, people, lambda: self.now)
        self.app = Paths(Provider(self.tokens, people, lambda: self.now).handlers)

    def authorize(self, method: str = "POST", **changed: str) -> HttpAnswer:
        fields = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "scope": "openid profile pid",
            "state": "st-1",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "persona": "malee",
        } | changed
        text = urlencode({name: value for name, value in fields.items() if value})
        if method == "GET":
            return ask(self.app, "GET", f"{PATH}/authorize?{text}")
        return ask(self.app, "POST", f"{PATH}/authorize", text)

    def code(self) -> str:
        return sent_back(self.authorize())["code"]

    def exchange(self, code: str, **changed: str) -> HttpAnswer:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        } | changed
        return ask(self.app, "POST", f"{PATH}/token", urlencode(fields))


def sent_back(answer: HttpAnswer) -> dict[str, str]:
    assert answer.status == 303
    location = header(answer, "Location")
    assert location.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_login_gives_tokens_that_hold_against_the_published_keys(desk: Desk) -> None:
    found = as_json(ask(desk.app, "GET", f"{PATH}/.well-known/openid-configuration"))
    assert found["issuer"] == ISSUER
    assert found["code_challenge_methods_supported"] == ["S256"]
    back = sent_back(desk.authorize())
    assert back["state"] == "st-1"
    assert back["iss"] == ISSUER
    granted = desk.exchange(back["code"])
    assert header(granted, "Cache-Control") == "no-store"
    tokens = as_json(granted)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)

    keys = jwt.PyJWKSet.from_dict(as_json(ask(desk.app, "GET", urlsplit(found["jwks_uri"]).path)))
    access = jwt.decode(tokens["access_token"], keys.keys[0], ["ES256"], audience="klang", issuer=ISSUER)
    assert jwt.get_unverified_header(tokens["access_token"])["typ"] == "at+jwt"
    assert access["pid"] == personas.load()["malee"].pid
    assert access["ial"] == "2.3"
    assert (access["name"], access["given_name"]) == ("มาลี ศรีสมุทร", "มาลี")
    assert access["exp"] - access["iat"] == 3600
    assert "officer" not in access
    identity = jwt.decode(tokens["id_token"], keys.keys[0], ["ES256"], audience=CLIENT, issuer=ISSUER)
    assert (identity["nonce"], identity["sub"]) == ("n-1", access["sub"])
    assert "pid" not in identity


def test_the_login_page_lists_people_and_no_systems_and_escapes_what_it_was_sent(desk: Desk) -> None:
    page = desk.authorize("GET", state='"><script>')
    text = page.body.decode()
    assert 'value="malee"' in text
    assert "dopa-civil" not in text
    assert "<script>" not in text
    assert "script-src" not in header(page, "Content-Security-Policy")
    assert "default-src 'none'" in header(page, "Content-Security-Policy")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_request_goes_back_to_the_client(desk: Desk, method: str, changed: dict[str, str], error: str) -> None:
    back = sent_back(desk.authorize(method, **changed))
    assert (back["error"], back["state"]) == (error, "st-1")


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1:5173/#x"},
        {"redirect_uri": "http://user@127.0.0.1/"},
        {"redirect_uri": "http://127.0.0.1:port/"},
        {"redirect_uri": "http://127.0.0.1/\r\nSet-Cookie: a=b"},
        {"persona": "nobody"},
        {"persona": "dopa-civil"},
    ],
)
def test_an_untrusted_address_is_never_sent_to(desk: Desk, changed: dict[str, str]) -> None:
    answer = desk.authorize(**changed)
    assert answer.status == 400
    assert header(answer, "Content-Type") == "application/problem+json"
    assert not header(answer, "Location")


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, 400, "invalid_grant"),
        ({"code_verifier": VERIFIER[:-1] + "x"}, 400, "invalid_grant"),
        ({"code_verifier": "short"}, 400, "invalid_grant"),
        ({"code": "made-up"}, 400, "invalid_grant"),
    ],
)
def test_a_code_is_refused(desk: Desk, changed: dict[str, str], status: int, error: str) -> None:
    answer = desk.exchange(**{"code": desk.code(), **changed})
    assert (answer.status, as_json(answer)["error"]) == (status, error)


def test_a_code_holds_once_and_for_a_minute(desk: Desk) -> None:
    code = desk.code()
    assert desk.exchange(code).status == 200
    assert as_json(desk.exchange(code))["error"] == "invalid_grant"
    late = desk.code()
    desk.now += timedelta(seconds=61)
    assert as_json(desk.exchange(late))["error"] == "invalid_grant"


def test_a_repeated_parameter_is_refused(desk: Desk) -> None:
    answer = ask(desk.app, "POST", f"{PATH}/token", "code=a&code=b")
    assert answer.status == 400


def test_user_info_opens_by_scope_and_only_to_a_token_that_holds(desk: Desk) -> None:
    malee = personas.load()["malee"]
    whole = as_json(bearing(desk, desk.tokens.access_token(malee)))
    assert whole["pid"] == malee.pid
    narrow = as_json(bearing(desk, desk.tokens.access_token(malee, scope="openid")))
    assert set(narrow) == {"sub"}
    forged = PersonTokens(ISSUER, personas.load(), lambda: desk.now).access_token(malee)
    for bad in (forged, "rubbish", ""):
        refused = bearing(desk, bad)
        assert refused.status == 401
        assert header(refused, "WWW-Authenticate").startswith("Bearer")
    desk.now += timedelta(hours=1)
    old = PersonTokens(ISSUER, personas.load(), lambda: desk.now)
    assert old.user_info(desk.tokens.access_token(malee)) is None


def bearing(desk: Desk, token: str) -> HttpAnswer:
    return ask(desk.app, "GET", f"{PATH}/userinfo", authorization=f"Bearer {token}")


def test_staff_are_marked_in_their_tokens(desk: Desk) -> None:
    token = desk.tokens.access_token(personas.load()["officer-anong"])
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["officer"] is True


def test_wrong_methods_and_paths_are_told_apart(desk: Desk) -> None:
    assert ask(desk.app, "GET", f"{PATH}/token").status == 405
    assert ask(desk.app, "GET", f"{PATH}/nothing").status == 404


class TestDigitalId:
    """The second provider: shaped like DGA Digital ID, with a secret and other names of claims."""

    def setup_method(self) -> None:
        people = personas.load()
        issuer = f"http://127.0.0.1:8000{DIGITAL_ID_PATH}"
        tokens = PersonTokens(issuer, people, lambda: datetime.now(UTC))
        self.app = Paths(Provider(tokens, people, lambda: datetime.now(UTC), DGA_LIKE).handlers)

    def exchanged(self, secret: str) -> HttpAnswer:
        fields = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "scope": " ".join(DGA_LIKE.scopes),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "persona": "malee",
        }
        code = sent_back(ask(self.app, "POST", f"{DIGITAL_ID_PATH}/authorize", urlencode(fields)))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CLIENT,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        proof = base64.b64encode(f"{CLIENT}:{quote_plus(secret)}".encode()).decode()
        return ask(self.app, "POST", f"{DIGITAL_ID_PATH}/token", urlencode(form), authorization=f"Basic {proof}")

    def test_userinfo_tells_the_number_by_another_name_and_a_weaker_login(self) -> None:
        tokens = as_json(self.exchanged(DIGITAL_ID_SECRET))
        told = as_json(
            ask(self.app, "GET", f"{DIGITAL_ID_PATH}/userinfo", authorization=f"Bearer {tokens['access_token']}")
        )
        assert (told["citizen_id"], told["citizen_id_verified"]) == (personas.load()["malee"].pid, True)
        assert told["ial_level"] == "1.3" and "pid" not in told

    def test_without_its_secret_there_are_no_tokens(self) -> None:
        refused = self.exchanged("guessed")
        assert (refused.status, as_json(refused)["error"]) == (401, "invalid_client")

    def test_one_can_sign_out_there(self) -> None:
        assert ask(self.app, "GET", f"{DIGITAL_ID_PATH}/endsession?client_id={CLIENT}").status == 200
