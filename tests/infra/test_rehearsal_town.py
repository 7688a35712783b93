"""The real four platforms, really deployed: separate functions behind one address, with people and agencies around."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from infra.rehearsal.town import Town
from infra.stages import PLATFORMS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town() as running:
        yield running


def _ask(town: Town, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{town.address}{path}", data, headers)) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def _token(town: Town, persona: str) -> str:
    status, granted = _ask(town, "/local/token", {"persona": persona})
    assert status == 200
    return str(granted["access_token"])


def test_all_four_are_well(town: Town) -> None:
    assert _ask(town, "/health") == (200, {"status": "ok", "platforms": list(PLATFORMS)})


def test_a_person_of_the_test_login_is_known_to_the_deployed_citizen_portal(town: Town) -> None:
    status, me = _ask(town, "/citizen/v1/me", token=_token(town, "somchai"))
    assert (status, me["ial"]) == (200, "2.3")


def test_a_system_gets_its_token_from_the_deployed_exchange(town: Town) -> None:
    before = town.rehearsal.pool.usage.calls["klang-rehearsal-gdx"]
    assert _token(town, "dopa-civil").count(".") == 2
    assert town.rehearsal.pool.usage.calls["klang-rehearsal-gdx"] > before


def test_each_platform_is_a_function_of_its_own_with_its_own_settings(town: Town) -> None:
    for platform in PLATFORMS:
        functions = town.rehearsal.functions(platform)
        assert {function.variables["PLATFORMS"] for function in functions.values()} == {platform}
        document = json.loads(town.rehearsal.workshop(platform).api_definition.read_text("utf-8"))
        others = [f"/{other}/v1" for other in PLATFORMS if other != platform]
        assert not [path for path in document["paths"] for other in others if path.startswith(other)]


def test_nothing_of_the_laptop_is_in_a_package(town: Town) -> None:
    for platform in PLATFORMS:
        workshop = town.rehearsal.workshop(platform)
        paths = json.loads(workshop.api_definition.read_text("utf-8"))["paths"]
        assert not [path for path in paths if path.startswith("/local")]
        assert not (workshop.folder / "infra").exists()
