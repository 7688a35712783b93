"""Nothing under `/local`, and no key of it, can exist in a deployed stage."""

import ast
import json
from pathlib import Path

import pytest

from chalicelib.settings import BadSettings, Settings
from chalicelib.shared.ids import utc_now
from chalicelib.wiring import open_house
from infra.local.surroundings import variables
from tests.house.source import for_each, nodes

PROJECT = Path(__file__).resolve().parents[2]
PACKAGED = [PROJECT / "app.py", *sorted((PROJECT / "chalicelib").rglob("*.py"))]
CONFIG = json.loads((PROJECT / ".chalice" / "config.json").read_text(encoding="utf-8"))


def imported(file: Path) -> set[str]:
    names = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


@for_each(PACKAGED)
def test_what_is_packaged_imports_nothing_of_the_laptop(file: Path) -> None:
    assert not imported(file) & {"infra", "tests", "demo", "bench", "moto", "waitress", "werkzeug"}


@pytest.mark.parametrize("stage", sorted(CONFIG["stages"]))
def test_a_deployed_stage_has_no_local_route_and_trusts_no_local_issuer(stage: str) -> None:
    env = {"AWS_DEFAULT_REGION": "ap-southeast-1", **CONFIG["stages"][stage]["environment_variables"]}
    settings = Settings.from_env(env)
    assert not settings.on_laptop
    house = open_house(settings)
    paths = [route.path for room in house.rooms.values() for route in room.routes]
    assert "/health" in paths
    assert house.clock is utc_now, "nobody but the laptop may move the clock"
    assert house.sweep_clock is None
    assert not [path for path in paths if path == "/local" or path.startswith("/local/")]
    addresses = [address for issuer in settings.issuers for address in (issuer.iss, issuer.jwks_uri)]
    assert addresses
    assert not [address for address in addresses if "/local/" in address or not address.startswith("https://")]


@for_each(PACKAGED)
def test_what_is_packaged_never_sets_a_clock(file: Path) -> None:
    """Only who made the house may, as the laptop does; the house itself takes it from whoever opens it."""
    for node in nodes(file):
        if isinstance(node, ast.Attribute) and node.attr in {"clock", "sweep_clock"}:
            assert isinstance(node.ctx, ast.Load) or ast.unparse(node.value) == "self", f"{file}:{node.lineno}"
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open_house":
            assert not [word.arg for word in node.keywords if word.arg == "clock"], f"{file}:{node.lineno}"


@pytest.mark.parametrize("environment", ["dev", "uat", "prod"])
def test_the_laptops_settings_are_refused_everywhere_else(environment: str) -> None:
    given = variables(environment, "http://127.0.0.1:8000")
    with pytest.raises(BadSettings):
        Settings.from_env(given)
    own = {
        "BASE_URL": "https://klang.go.th",
        "GDX_URL": "https://klang.go.th",
        "BIZ_URL": "https://klang.go.th",
        "CITIZEN_URL": "https://klang.go.th",
        "LOGINS": "[]",
        "EGRESS_NETWORKS": "",
    }
    with pytest.raises(BadSettings, match="ISSUERS"):
        Settings.from_env({**given, **own})
    disguised = [{"iss": "https://klang.go.th/local/oidc", "jwks_uri": "https://klang.go.th/k", "audience": "klang"}]
    with pytest.raises(BadSettings, match="ISSUERS"):
        Settings.from_env({**given, **own, "ISSUERS": json.dumps(disguised)})
