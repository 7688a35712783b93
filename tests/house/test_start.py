"""What a deployed process imports before it is asked anything, and for its first answer: counted, not timed."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import ROOMS
from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.route_table import packaged, write
from chalicelib.shared.web import Room
from tests.house.test_deployed import STAGES
from tests.house.the_app import HOUSE, run_alone

START = """
import dataclasses, json, os, re, sys
from pathlib import Path

made, process = [], dataclasses._process_class
def counted(cls, *options):
    made.append(cls.__module__)
    return process(cls, *options)
dataclasses._process_class = counted

from chalice.app import Chalice
from chalicelib.settings import Settings
from chalicelib.shared.chalice_edge import mount
from chalicelib.shared.route_table import packaged
from chalicelib.wiring import open_house

house = open_house(Settings.from_env(os.environ))
app = Chalice("klang", configure_logs=False)
app.register_middleware(house.watch.middleware(), "all")
mount(app, house.rooms.values(), packaged(Path({table!r})))
started = sorted(sys.modules)
made = [module for module in made if module.startswith("chalicelib")]
from pydantic import BaseModel
waiting, ready = [BaseModel], []
while waiting:
    heirs = waiting.pop().__subclasses__()
    waiting += heirs
    ours = [each for each in heirs if each.__module__.startswith("chalicelib")]
    ready += [each.__name__ for each in ours if each.__pydantic_complete__]
for address in {first!r}:
    house.rooms[{room!r}].find(tuple(address))
print(json.dumps({{
    "routes": sorted([method, path] for path, ways in app.routes.items() for method in ways),
    "started": started,
    "made": made,
    "ready": ready,
    "asked": sorted(sys.modules),
}}))
"""
HEAVY = (
    *("boto3", "botocore.session", "aws_xray_sdk", "cryptography", "jwt", "jsonschema", "jinja2"),
    *("segno", "pypdf", "re2", "nh3"),
    *("duckdb", "tantivy", "rdflib", "openpyxl", "python_calamine", "uharfbuzz", "pydyf"),
)
FIRST = {
    "gdx": ("GET", "/gdx/v1/members", "directory.routes"),
    "biz": ("GET", "/biz/v1/licences", "licences.routes"),
    "citizen": ("GET", "/citizen/v1/appointments/offices", "appointments.routes"),
    "opendata": ("GET", "/api/3/action/{name}", "actions"),
}
MODULES = {"gdx": (55, 70), "biz": (65, 95), "citizen": (70, 85), "opendata": (80, 195)}
"""Our own modules at most: when started, and when the first route was found. Without a table it would be
all of them: 250 to 500."""


DATACLASSES = 24
"""Our own dataclasses at most that a start makes. Without `shared/dataclass.py` it would be 50 to 150."""


class Nobody:
    """A gate that nobody comes to."""

    def admit(self, authorization: str | None, allow: Any) -> Any:
        raise NotImplementedError


@functools.cache
def table() -> dict[str, list[Any]]:
    """The table of all four rooms, as a package of each has its part."""
    return {room.name: room.addresses for room in HOUSE.rooms.values()}


@pytest.fixture(scope="module", params=ROOMS)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    platform: str = request.param
    file = tmp_path_factory.mktemp(platform) / "route_table.json"
    file.write_text(json.dumps({name: table()[name] for name in (platform, "front")}), encoding="utf-8")
    variables = {name: str(value) for name, value in STAGES[f"prod-{platform}"]["environment_variables"].items()}
    code = START.format(table=str(file), first=[FIRST[platform]], room=platform)
    return platform, json.loads(run_alone(code, **variables))


def ours(modules: list[str]) -> int:
    return sum(name.startswith("chalicelib") for name in modules)


def test_a_start_by_the_table_serves_exactly_what_everything_opened_serves(started: tuple[str, dict[str, Any]]) -> None:
    platform, found = started
    served = sorted((method, path) for name in (platform, "front") for method, path, _ in table()[name])
    assert [(method, path) for method, path in found["routes"]] == served


def test_a_start_imports_no_noun_and_nothing_heavy(started: tuple[str, dict[str, Any]]) -> None:
    platform, found = started
    assert not set(found["started"]) & set(HEAVY)
    assert ours(found["started"]) <= MODULES[platform][0], [m for m in found["started"] if m.startswith("chalicelib")]


def test_a_start_makes_what_it_uses_and_no_more(started: tuple[str, dict[str, Any]]) -> None:
    """Dataclasses and pydantic's schemas are made when the first of them is needed (`shared/dataclass.py`)."""
    _, found = started
    assert len(found["made"]) <= DATACLASSES, found["made"]
    assert found["ready"] == [], "a model without `defer_build`"


def test_the_first_route_imports_its_own_noun(started: tuple[str, dict[str, Any]]) -> None:
    platform, found = started
    assert not set(found["asked"]) & {"boto3", "aws_xray_sdk", "jsonschema", "duckdb", "openpyxl", "rdflib"}
    assert ours(found["started"]) < ours(found["asked"]) <= MODULES[platform][1]


def hung(name: str = "noun") -> Room:
    """A room with one noun of one route."""
    room = Room("room", Nobody())
    room.noun(name, lambda: room.get("/a", allow=[PUBLIC], summary="a")(lambda call: {}))
    return room


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    assert packaged(file) == {}
    write([hung()], file)
    assert packaged(file) == {"room": [("GET", "/a", "noun")]}


def test_a_table_that_names_a_wrong_noun_still_finds_the_route() -> None:
    room = hung("another")
    room.noun("noun", lambda: None)
    assert room.find(("GET", "/a", "noun")).path == "/a"
    with pytest.raises(LookupError):
        room.find(("GET", "/b", "noun"))


def test_a_noun_that_fails_to_open_fails_again_and_leaves_nothing_half_hung() -> None:
    room = Room("room", Nobody())

    def half() -> None:
        room.get("/a", allow=[PUBLIC], summary="a")(lambda call: {})
        raise ImportError("gone")

    room.noun("noun", half)
    for _ in range(2):
        with pytest.raises(ImportError):
            room.find(("GET", "/a", "noun"))


def test_a_route_is_hung_once() -> None:
    room = hung()
    room.noun("again", lambda: room.get("/a", allow=[PUBLIC], summary="a")(lambda call: {}))
    with pytest.raises(ValueError, match="twice"):
        _ = room.routes
