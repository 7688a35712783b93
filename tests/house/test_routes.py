"""Every route of the house: who may call it, what it takes in, where it is described."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import Allow
from chalicelib.shared.openapi import document
from chalicelib.shared.web import Call, Request, Response, Room, Route
from scripts import openapi
from tests.house.source import for_each
from tests.house.the_app import APP, HOUSE, MODULE, ROUTES

PUBLIC_ROUTES = Path(__file__).with_name("public_routes.txt")
DOCUMENT = document(list(HOUSE.rooms.values()), server="https://klang.example")
GUARDED = [name for name, (_, route) in ROUTES.items() if not any(rule.kind == "public" for rule in route.allow)]
PERSONAL = re.compile(r"(^|_)(pid|national_id|citizen_id|juristic_id|phone|email|passport)($|_)")


def parameters(route: Route) -> list[str]:
    return re.findall(r"{(\w+)\+?}", route.path)


def call(name: str, **headers: str) -> Response:
    """The answer to a request that is fit for the route in everything but who asks."""
    room, route = ROUTES[name]
    values = dict.fromkeys(parameters(route), "x")
    path = re.sub(r"{\w+\+?}", "x", route.path)
    sent = {"content-type": "application/json", "if-match": '"v1"', **headers}
    return room.answer(route, Request(route.method, path, values, {}, sent, b"{}"))


def test_the_app_serves_the_rooms_and_nothing_else() -> None:
    assert isinstance(APP, Chalice)
    served = [f"{method} {path}" for path, methods in APP.routes.items() for method in methods]
    assert sorted(served) == sorted(ROUTES)
    assert list(HOUSE.rooms) == [*HOUSE.settings.platforms, "front"]


@for_each(HOUSE.settings.platforms)
def test_a_platform_fits_into_one_api(platform: str) -> None:
    """API Gateway takes 300 resources in an API, and every part of a path is one."""
    rooms = [HOUSE.rooms[platform], HOUSE.rooms["front"]]
    parts = [route.path.strip("/").split("/") for room in rooms for route in room.routes]
    assert len({tuple(path[:count]) for path in parts for count in range(1, len(path) + 1)}) < 300


def test_no_route_is_served_by_two_rooms() -> None:
    assert len(ROUTES) == sum(len(room.routes) for room in HOUSE.rooms.values())


@for_each(ROUTES)
def test_a_route_says_who_may_call_and_what_it_does(name: str) -> None:
    _, route = ROUTES[name]
    assert route.allow, "name the callers: allow=[...]"
    assert all(isinstance(rule, Allow) for rule in route.allow)
    assert len(route.summary) > 5 and not route.summary.endswith(".")
    assert route.handler.__module__.startswith("chalicelib.")


def test_public_routes_are_those_that_were_agreed_on() -> None:
    """A route becomes public by a line in `public_routes.txt`, where a reviewer sees it."""
    assert sorted(set(ROUTES) - set(GUARDED)) == PUBLIC_ROUTES.read_text(encoding="utf-8").splitlines()


@for_each(GUARDED)
def test_a_guarded_route_asks_who_calls_before_anything_else(name: str) -> None:
    for headers in ({}, {"authorization": "Bearer x.y.z"}, {"authorization": "Basic eDp4"}):
        answer = call(name, **headers)
        assert answer.status == 401, answer.body.decode()


PROVIDED = [name for name, (_, route) in ROUTES.items() if SIGNED in route.allow]


def test_services_behind_the_exchange_are_marked_and_placed_as_such() -> None:
    assert [name for name in ROUTES if "/provider/" in name] == PROVIDED
    assert all(list(ROUTES[name][1].allow) == [SIGNED] for name in PROVIDED)


@pytest.mark.parametrize("name", PROVIDED)
@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic eDp4"}])
def test_a_service_behind_the_exchange_checks_the_signature_first(name: str, headers: dict[str, str]) -> None:
    """Whoever did not come through the exchange learns nothing of the service, not even what it takes in."""
    room, route = ROUTES[name]
    for body in (b"", b"{}", b"no json", b'{"unknown": 1}'):
        answer = room.answer(route, Request(route.method, route.path, {}, {}, headers, body))
        assert answer.status == 401, answer.body.decode()


@for_each(ROUTES)
def test_nothing_personal_stands_in_an_address(name: str) -> None:
    _, route = ROUTES[name]
    queried = list(route.query.model_fields) if route.query else []
    assert [each for each in [*parameters(route), *queried] if PERSONAL.search(each)] == []


@for_each(name for name, (_, route) in ROUTES.items() if route.body or route.query)
def test_what_comes_in_is_strict_and_frozen_and_knows_its_fields(name: str) -> None:
    _, route = ROUTES[name]
    for model in (route.body, route.query):
        if model is None:
            continue
        config = model.model_config
        rooted = model.__pydantic_root_model__
        assert rooted or config.get("extra") == "forbid", model
        assert rooted or config.get("frozen"), model


@for_each(name for name, (_, route) in ROUTES.items() if not route.hidden)
def test_a_route_is_described(name: str) -> None:
    _, route = ROUTES[name]
    operation = DOCUMENT["paths"][route.path.replace("+}", "}")][route.method.lower()]
    assert operation["summary"] == route.summary
    declared = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
    assert declared == parameters(route)
    public = any(rule.kind == "public" for rule in route.allow)
    assert ({} in operation["security"]) is public


def test_the_committed_description_is_current() -> None:
    assert openapi.TARGET.read_text(encoding="utf-8") == openapi.described(), "run `make docs` and commit it"


def front() -> Any:
    """Where the house itself answers."""
    return HOUSE.rooms["front"]


def answered(room: Room, path: str) -> Response:
    (route,) = [each for each in room.routes if (each.method, each.path) == ("GET", path)]
    return room.answer(route, Request("GET", path))


def test_the_front_door_is_there() -> None:
    health = answered(front(), "/health")
    assert health.status == 200
    assert b'"status":"ok"' in health.body
    for room in HOUSE.settings.platforms:
        assert room.encode() in health.body
    assert answered(front(), "/openapi.json").status == 200
    page = answered(front(), "/docs")
    assert page.headers["Content-Type"].startswith("text/html")


def test_routes_are_thin_functions_of_a_call() -> None:
    for name, (_, route) in ROUTES.items():
        annotations = list(getattr(route.handler, "__annotations__", {}).values())
        assert annotations[:1] in ([Call], ["Call"]), f"{name}: a route takes one Call"


def test_the_module_is_the_app_of_chalice() -> None:
    assert MODULE.app is APP and MODULE.house is HOUSE
