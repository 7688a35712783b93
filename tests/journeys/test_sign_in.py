"""A person signs in to the portal and stays signed in: real HTTP, two test providers, every platform.

Ploy logs in at the provider that is like ThaID, and her token opens all platforms. Somebody copies a key of hers and is
found out. At the other provider, which is like DGA Digital ID, she is known less surely, and is told what is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from demo.world import Answer, HttpTransport, World
from infra.local.oidc import CLIENT, DIGITAL_ID_SECRET
from infra.local.stack import Stack
from infra.local.surroundings import CALLBACK
from tests.journeys.passing_time import moved

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

PHONE = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/145.0"
APPLICATION = {"service": "food-establishment-licence", "applicant": {"kind": "person"}}


@dataclass
class Browser:
    """A front end without cookies: it keeps what it was given, and nothing else."""

    world: World
    agent: str = PHONE

    def send(self, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
        """One request."""
        headers = {"accept": "application/json", "accept-language": "en", "user-agent": self.agent}
        raw = None if body is None else json.dumps(body).encode()
        if raw is not None:
            headers["content-type"] = "application/json"
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return self.world.transport.send(method, path, headers, raw)

    def begin(self, provider: str, **wish: Any) -> Any:
        """The start of a login."""
        begun = self.send("POST", "/citizen/v1/login", {"provider": provider, "redirect_uri": CALLBACK, **wish})
        assert begun.status == 200, begun.body
        return begun.json

    def choose(self, url: str, persona: str) -> dict[str, str]:
        """The person logs in at the provider; what comes back with them."""
        parts = urlsplit(url)
        form = urlencode({**{name: found[0] for name, found in parse_qs(parts.query).items()}, "persona": persona})
        headers = {"content-type": "application/x-www-form-urlencoded"}
        sent = self.world.transport.send("POST", parts.path, headers, form.encode())
        assert sent.status == 303 and sent.headers["location"].startswith(CALLBACK), sent.body
        return {name: found[0] for name, found in parse_qs(urlsplit(sent.headers["location"]).query).items()}

    def finish(self, begun: Any, back: dict[str, str]) -> Answer:
        """The end of a login."""
        body = {"login": begun["login"], **{name: back[name] for name in ("code", "state", "iss")}}
        return self.send("POST", "/citizen/v1/sessions", body)

    def log_in(self, provider: str, persona: str, **wish: Any) -> Answer:
        """A whole login."""
        begun = self.begin(provider, **wish)
        return self.finish(begun, self.choose(begun["authorization_url"], persona))

    def session(self, persona: str = "ploy", provider: str = "test-id") -> Any:
        """The tokens of a login that went well."""
        answer = self.log_in(provider, persona)
        assert answer.status == 201, answer.body
        return answer.json

    def refresh(self, token: str) -> Answer:
        """New tokens for a refresh token."""
        return self.send("POST", "/citizen/v1/sessions/refresh", {"refresh_token": token})


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    """The town without its story."""
    yield World(HttpTransport(stack.address))


def slug(answer: Answer) -> str:
    return str(answer.json["type"]).rpartition("/")[2]


def test_one_login_opens_all_platforms(world: World) -> None:
    phone = Browser(world)
    ways = phone.send("GET", "/citizen/v1/login/providers").json["items"]
    assert [each["id"] for each in ways] == ["test-id", "digital-id"] and all(
        CALLBACK in each["redirect_uris"] for each in ways
    )
    begun = phone.begin("test-id")
    asked = parse_qs(urlsplit(begun["authorization_url"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["state"] == [begun["state"]]
    back = phone.choose(begun["authorization_url"], "ploy")
    grant = phone.finish(begun, back)
    assert grant.status == 201 and grant.json["ial"] == "2.3" and grant.headers["cache-control"] == "no-store"
    token = grant.json["access_token"]
    for path in (
        "/citizen/v1/me",
        "/citizen/v1/me/inbox",
        "/biz/v1/applications",
        "/gdx/v1/me/consents",
        "/gdx/v1/me/usage",
    ):
        assert phone.send("GET", path, token=token).status == 200, path
    assert phone.send("POST", "/biz/v1/applications", APPLICATION, token).status == 201
    again = phone.finish(begun, back)
    assert again.status == 401 and slug(again) == "login-refused", "a login serves once"


def test_the_portal_says_who_it_is(world: World, stack: Stack) -> None:
    phone = Browser(world)
    said = phone.send("GET", "/.well-known/oauth-authorization-server/citizen").json
    assert said["issuer"] == f"{stack.address}/citizen"
    keys = world.transport.send("GET", said["jwks_uri"], {}, None).json["keys"]
    assert keys and all("d" not in key and key["crv"] == "P-256" for key in keys)


def test_what_comes_back_belongs_to_one_login(world: World) -> None:
    phone = Browser(world)
    mine, other = phone.begin("test-id"), phone.begin("digital-id")
    back = phone.choose(mine["authorization_url"], "ploy")
    assert phone.finish(other, back).status == 401
    assert phone.finish(other, {**back, "state": other["state"]}).status == 401, "another issuer answered"
    assert phone.finish(mine, {**back, "state": "x"}).status == 401
    assert phone.finish(mine, back).status == 201


def test_tokens_turn_and_a_copied_one_ends_the_session(world: World) -> None:
    phone, thief = Browser(world), Browser(world, LAPTOP)
    copied = phone.session("wichai")["refresh_token"]
    other = phone.session("wichai")
    turned = phone.refresh(copied)
    assert turned.status == 200
    lost = phone.refresh(copied)
    assert lost.status == 200 and lost.json["refresh_token"] == turned.json["refresh_token"], "the answer was lost"
    moved(world, seconds=60)
    stolen = thief.refresh(copied)
    assert stolen.status == 401 and slug(stolen) == "session-ended"
    assert phone.refresh(turned.json["refresh_token"]).status == 401, "nobody can tell who is who"
    fresh = phone.refresh(other["refresh_token"])
    assert fresh.status == 200
    token = fresh.json["access_token"]

    def warned() -> list[Any]:
        items = phone.send("GET", "/citizen/v1/me/inbox", token=token).json["items"]
        return [each for each in items if "old key" in each["title"]["en"]]

    assert len(world.until("the warning", warned)) == 1


def test_a_weak_login_is_told_what_is_missing(world: World, stack: Stack) -> None:
    phone = Browser(world)
    weak = phone.session("prasit", "digital-id")
    assert weak["ial"] == "1.3"
    assert phone.send("GET", "/citizen/v1/me/inbox", token=weak["access_token"]).status == 200
    refused = phone.send("POST", "/biz/v1/applications", APPLICATION, weak["access_token"])
    challenge = dict(re.findall(r'(\w+)="([^"]*)"', refused.headers["www-authenticate"]))
    assert refused.status == 401 and challenge["error"] == "insufficient_user_authentication"
    needed = challenge["acr_values"]
    assert refused.json["required_ial"] == needed == "2.3" and refused.json["ial"] == "1.3"
    assert refused.json["login"] == f"{stack.address}/citizen/v1/login"
    still = phone.log_in("digital-id", "prasit", min_ial=needed)
    assert still.status == 401 and slug(still) == "assurance-too-low"
    strong = phone.log_in("test-id", "prasit", min_ial=needed, prompt="login")
    assert strong.status == 201
    assert phone.send("POST", "/biz/v1/applications", APPLICATION, strong.json["access_token"]).status == 201


def test_a_providers_own_token_opens_nothing(world: World, stack: Stack) -> None:
    phone = Browser(world)
    begun = phone.begin("digital-id")
    back = phone.choose(begun["authorization_url"], "ploy")
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": CALLBACK, "client_id": CLIENT}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    asked = world.transport.send("POST", "/local/digital-id/token", headers, urlencode(form).encode())
    assert asked.status == 401, "the client must prove itself"
    assert DIGITAL_ID_SECRET not in asked.body.decode()
    assert phone.finish(begun, back).status == 201


def test_devices_are_listed_and_signed_out(world: World) -> None:
    phone, laptop = Browser(world), Browser(world, LAPTOP)
    at_hand, away = phone.session("kamon"), laptop.session("kamon", "digital-id")
    token = at_hand["access_token"]
    shown = phone.send("GET", "/citizen/v1/me/sessions", token=token).json["items"]
    assert {(each["device"]["en"], each["provider"], each["current"]) for each in shown} == {
        ("Android phone or tablet", "test-id", True),
        ("Windows computer", "digital-id", False),
    }
    assert phone.send("DELETE", f"/citizen/v1/me/sessions/{away['session']}", token=token).status == 200
    assert laptop.refresh(away["refresh_token"]).status == 401
    stranger = phone.session("malee")["access_token"]
    assert phone.send("DELETE", f"/citizen/v1/me/sessions/{at_hand['session']}", token=stranger).status == 404
    out = phone.send("POST", "/citizen/v1/sessions/end", {"refresh_token": at_hand["refresh_token"]}).json
    assert world.transport.send("GET", out["logout_url"], {}, None).status == 200
    assert phone.refresh(at_hand["refresh_token"]).status == 401
    new, more = phone.session("kamon"), laptop.session("kamon")
    everywhere = phone.send("DELETE", "/citizen/v1/me/sessions", token=new["access_token"]).json
    assert everywhere["ended"] == 2
    assert [phone.refresh(each["refresh_token"]).status for each in (new, more)] == [401, 401]
