"""The portal's tokens in every process: its own keys where it is open, else from its address; `act` from it alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.settings import ROOMS, Settings
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Unauthenticated
from chalicelib.wiring import House, open_house
from infra.stages import stages
from tests.citizen.portal import MALEE
from tests.citizen.sessions.test_keys import House as Keys
from tests.support.tokens import NOW

PORTAL = "https://citizen.klang.example"


class Network:
    """Nobody but the portal answers, with its keys."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self.jwks = jwks
        self.asked: list[str] = []

    def send(self, method: str, url: str, **_: Any) -> HttpAnswer:
        self.asked.append(url)
        if url != f"{PORTAL}/citizen/v1/jwks.json":
            raise Unreachable("nobody")
        return HttpAnswer(200, {}, json.dumps(self.jwks).encode())


def opened(platform: str, keys: Keys, **changes: str) -> tuple[House, Network]:
    variables = {**stages()[f"prod-{platform}"].variables(), "AWS_REGION": "ap-southeast-1", **changes}
    network = Network(keys.tokens.jwks())
    return open_house(Settings.from_env(variables), http=network, clock=lambda: NOW), network


def keys_of_the_portal() -> Keys:
    keys = Keys()
    keys.tokens.issuer = f"{PORTAL}/citizen"
    return keys


@pytest.mark.parametrize("platform", [room for room in ROOMS if room != "citizen"])
def test_a_stage_of_its_own_fetches_the_keys_from_the_portals_address(platform: str) -> None:
    keys = keys_of_the_portal()
    house, network = opened(platform, keys)
    issuer, claims = house.tokens.check(keys.token())
    assert claims["pid"] == MALEE and issuer.lets_act and issuer.kind == "person"
    assert network.asked == [f"{PORTAL}/citizen/v1/jwks.json"]
    with pytest.raises(Unauthenticated):
        other = Keys()
        other.tokens.issuer = f"{PORTAL}/citizen"
        house.tokens.check(other.token())


def test_only_the_portal_lets_act_whatever_providers_are_configured() -> None:
    keys = keys_of_the_portal()
    same = [{"iss": f"{PORTAL}/citizen", "jwks_uri": "https://evil.example/jwks.json", "audience": "klang"}]
    house, network = opened("biz", keys, ISSUERS=json.dumps(same))
    assert house.tokens.check(keys.token())[0].lets_act
    assert network.asked == [f"{PORTAL}/citizen/v1/jwks.json"], "an entry of the same name cannot take its place"


def test_every_room_tells_where_a_stronger_login_is_had() -> None:
    for platform in ROOMS:
        house, _ = opened(platform, keys_of_the_portal())
        assert house.rooms[platform].login == f"{PORTAL}/citizen/v1/login"
