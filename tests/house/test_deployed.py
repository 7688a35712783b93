"""What a deployed function is: its own platform and nothing of the others, and nothing of the laptop."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from chalicelib.settings import ROOMS
from tests.house.source import ROOT
from tests.house.the_app import ROUTES, run_alone

STAGES: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]

DESCRIBE = """
import json, sys
import app
print(json.dumps({
    "routes": [f"{method} {path}" for path, methods in app.app.routes.items() for method in methods],
    "events": [source.name for source in app.app.event_sources],
    "rooms": list(app.house.rooms),
    "modules": sorted(sys.modules),
}))
"""

ALONE = {stage: config for stage, config in STAGES.items() if "," not in config["environment_variables"]["PLATFORMS"]}


@functools.cache
def described(stage: str) -> dict[str, Any]:
    variables = {name: str(value) for name, value in STAGES[stage]["environment_variables"].items()}
    found: dict[str, Any] = json.loads(run_alone(DESCRIBE, **variables))
    return found


@pytest.mark.parametrize("stage", [name for name in ALONE if name.startswith("prod-")])
def test_a_platform_alone_has_nothing_of_the_others(stage: str) -> None:
    platform = STAGES[stage]["environment_variables"]["PLATFORMS"]
    found = described(stage)
    assert found["rooms"] == [platform, "front"]
    expected = [name for name, (room, _) in ROUTES.items() if room.name in (platform, "front")]
    assert sorted(found["routes"]) == sorted(expected)
    assert all(name.startswith(f"{platform}_") for name in found["events"])
    loaded = {module.split(".")[1] for module in found["modules"] if module.startswith("chalicelib.")}
    assert loaded & set(ROOMS) == {platform}, "another room's code was loaded"


@pytest.mark.parametrize("stage", ["dev"])
def test_all_platforms_together_serve_everything_and_nothing_of_the_laptop(stage: str) -> None:
    found = described(stage)
    assert sorted(found["routes"]) == sorted(ROUTES)
    assert [name for name in found["routes"] if "/local" in name] == []
    ours = {module.split(".")[0] for module in found["modules"]}
    assert not ours & {"infra", "tests", "demo", "bench", "scripts", "moto", "pytest"}


@pytest.mark.parametrize("library", ["boto3", "cryptography", "jwt", "duckdb", "jinja2", "segno", "holidays"])
def test_a_cold_start_does_not_load_what_the_first_request_may_not_need(library: str) -> None:
    assert library not in described("dev")["modules"]
