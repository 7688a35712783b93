"""Paths and queries of `/r1`: they go on byte for byte, and are decided upon in one reading only."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.gdx.refusals import InvalidRequest
from chalicelib.gdx.xroad.paths import METHODS, Place, described, matches, normalised, place_of
from chalicelib.gdx.xroad.routes import PATHS
from tests.gdx.exchange import DOPA, OFFICE, PERSON, SEED, Exchange

SERVICE = next(each for each in SEED["services"] if each["id"] == PERSON)


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    """An exchange whose person service answers everything below `/a`."""
    made = Exchange()
    operation = SERVICE["document"]["paths"]["/lookup"]["post"]
    verbs = {verb.lower(): operation for verb in METHODS}
    deep = "/".join(f"{{p{at}}}" for at in range(1, 10))
    paths = {"/": verbs, "/a/{x}": verbs, "/a/{x}/": verbs, "/a/{x}/{y}": verbs, f"/a/{deep}": verbs}
    service = {**SERVICE, "document": {**SERVICE["document"], "paths": paths}, "subject": None}
    assert made.client.post("/gdx/v1/services", token=made.operator(), json=service).status == 200
    made.agree(endpoints=[{"method": "*", "path": "/"}, {"method": "*", "path": "/a/**"}])
    return made


def asked(exchange: Exchange, rest: str, method: str = "GET") -> Any:
    exchange.providers.sent.clear()
    headers = {"x-road-client": OFFICE}
    return exchange.client.call(method, f"/r1/{PERSON}{rest}", token=exchange.token(), headers=headers)


@pytest.mark.parametrize(
    "rest",
    [
        "/",
        "/a/x",
        "/a/x/",
        "/a/b%2Fc",
        "/a/%3Bv=1;w",
        "/a/%E0%B8%81%E0%B8%82",
        "/a/~user,$&'()*+=:@!",
        "/a/x/y?q=%2F&q=2&z",
        "/a/1/2/3/4/5/6/7/8/9",
        "/a/x.json",
        "/a/*",
        "/a/%2A",
        "/a/...",
        "/a/x?next=../../etc",
        "/a/12%2F2569/y",
    ],
)
def test_a_path_goes_on_byte_for_byte(exchange: Exchange, rest: str) -> None:
    answer = asked(exchange, rest)
    assert answer.status == 200, answer.text
    assert exchange.providers.sent[0].url == f"{DOPA}/person{rest}"


@pytest.mark.parametrize(
    "rest",
    [
        "/a/../secret",
        "/a/%2e%2e/secret",
        "/a/%2E./secret",
        "/a/..%2Fsecret",
        "/a/%2e%2e%2fsecret",
        "/a/%252e%252e/secret",
        "/a/%25252e%25252e%25252fsecret",
        "/a/..;/secret",
        "/a/..%3B/secret",
        "/a/x%5C..%5Csecret",
        "/a/x%255c..",
        "/a/%00",
        "/a/%0d%0ax",
        "/a/%7f",
        "/a/%ff",
        "/a/%c0%ae%c0%ae/secret",
        "/a/%",
        "/a/%2",
        "/a/%zz",
        "/a/กข",
        "/a/x|y",
        '/a/x"y',
        "/a/x^y",
        "/a/x`y",
        "/a/" + "x" * 2000,
        "/a/x?q=|",
        "/a/x?q=%zz",
    ],
)
def test_a_path_that_could_be_read_in_two_ways_is_refused(exchange: Exchange, rest: str) -> None:
    answer = asked(exchange, rest)
    assert (answer.status, answer.headers["x-road-error"]) == (400, "client.invalid_request")
    assert exchange.providers.sent == []


@pytest.mark.parametrize("rest", ["/secret", "", "/A/x", "/a", "//a/x", "/./secret", "/%2e/secret"])
def test_what_no_pattern_covers_is_denied(exchange: Exchange, rest: str) -> None:
    """A wildcard must not be left by dots or escapes (XRDDEV-3054, fixed in X-Road 7.7.1)."""
    answer = asked(exchange, rest)
    assert answer.headers["x-road-error"] == "server.serverproxy.access_denied"
    assert exchange.providers.sent == []


def test_a_dot_is_no_step(exchange: Exchange) -> None:
    """`/./a/x` is decided upon as `/a/x`, and goes on as it came."""
    assert asked(exchange, "/./a/x").status == 200
    assert exchange.providers.sent[0].url == f"{DOPA}/person/./a/x"


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/a/*", "/a/", True),
        ("/a/*", "/a", False),
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a/b/c", True),
        ("/a/***", "/a/b/c", True),
        ("/a/*.json", "/a/x.json", False),
        ("/a/*/y", "/a//y", True),
        (r"/a/\*", "/a/*", True),
        (r"/a/\*", "/a/x", False),
        (r"/a/\\", "/a/\\", True),
        (r"/a/\x", r"/a/\x", True),
        ("/a/\\", "/a/\\", True),
        ("/a.b", "/axb", False),
        ("/a+(b)[c]{d}|^$", "/a+(b)[c]{d}|^$", True),
        ("", "", True),
        ("", "/", False),
        ("**", "", True),
        ("/A", "/a", False),
        ("/a/**", "/a/ก\nข", True),
    ],
)
def test_globs_are_x_road_s(pattern: str, path: str, covered: bool) -> None:
    assert matches(pattern, path) is covered


@pytest.mark.parametrize(
    ("raw", "decided"),
    [("", ""), ("/", "/"), ("/a/./b", "/a/b"), ("/.", ""), ("/a%2Fb", "/a/b"), ("/%41", "/A"), ("/a//b", "/a//b")],
)
def test_the_form_that_is_decided_upon(raw: str, decided: str) -> None:
    assert normalised(raw) == decided


@pytest.mark.parametrize(
    ("raw", "held"), [("/a%2Fb/c", "/a%2Fb/c"), ("/a%252Fb", "/a%2Fb"), ("/./%E0%B8%81/", "/ก/"), ("", "")]
)
def test_an_encoded_slash_is_no_step_of_the_description(raw: str, held: str) -> None:
    assert described(raw) == held


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/r1/TH/CENTRAL/DOPA/civil/person", Place(("TH", "CENTRAL", "DOPA", "civil"), "person", "")),
        ("/r1/TH/CENTRAL/DOPA/civil/person/", Place(("TH", "CENTRAL", "DOPA", "civil"), "person", "/")),
        ("/r1/a/b%2Fc/d/e/f//g/", Place(("a", "b%2Fc", "d", "e"), "f", "//g/")),
    ],
)
def test_a_path_is_taken_apart_undecoded(path: str, place: Place) -> None:
    assert place_of(path) == place


@pytest.mark.parametrize("count", range(5))
def test_five_parts_are_needed(exchange: Exchange, count: int) -> None:
    path = "/".join(["/r1", *["TH", "CENTRAL", "DOPA", "civil"][:count]])
    with pytest.raises(InvalidRequest):
        place_of(path)
    headers = {"x-road-client": OFFICE}
    answer = exchange.client.get(path, token=exchange.token(), headers=headers)
    assert (answer.status, answer.headers["x-road-error"]) == (400, "client.invalid_request")


def test_every_part_of_a_path_has_a_route_for_every_method(exchange: Exchange) -> None:
    served = {(route.method, route.path) for route in exchange.room.routes if route.path.startswith("/r1")}
    assert served == {(method, path) for method in METHODS for path in PATHS}
