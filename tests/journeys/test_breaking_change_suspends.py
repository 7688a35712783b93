"""A register changes its description: whoever loses by it is stopped and told why, everybody else goes on."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from demo.world import Answer, HttpTransport, World
from infra.local.seed import DIRECTORY
from infra.local.stack import Stack
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

PERSON = "TH/CENTRAL/DOPA/civil/person"
PATH = f"/gdx/v1/services/{PERSON}"
OFFICE, LOANS = "TH/LOCAL/LAEMNGOP/office", "TH/SOE/GSB/loans"
MALEE = "3990100001013"
Json = dict[str, Any]


def ask(who: Visitor, system: str, purpose: str) -> Answer:
    """A look into the civil register as X-Road clients do it."""
    headers = {"x_road_client": system, "x_gdx_purpose": purpose}
    return who.ask("POST", f"/r1/{PERSON}/lookup", {"pid": MALEE}, **headers)


def describe(dopa: Visitor, shown: Json, document: Json, *, dry_run: bool = False) -> Json:
    """The register describes itself anew."""
    body = {name: shown[name] for name in ("id", "title_th", "title_en", "timeout", "subject")}
    answer = dopa.ask("POST", f"/gdx/v1/services?dry_run={str(dry_run).lower()}", {**body, "document": document})
    assert answer.status == 200, answer.body
    told: Json = answer.json
    return told


def without_first_name(document: Json) -> Json:
    """The description with one field of the answer less, wherever it stands."""
    changed = copy.deepcopy(document)

    def cut(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("properties"), dict) and value["properties"].pop("first_name_th", None):
                value["required"] = [name for name in value.get("required", []) if name != "first_name_th"]
            for part in value.values():
                cut(part)
        elif isinstance(value, list):
            for part in value:
                cut(part)

    cut(changed)
    return changed


def agreement_of(who: Visitor, identifier: str) -> Json:
    """An agreement as one of its parties sees it."""
    items = who.ask("GET", "/gdx/v1/agreements").json["items"]
    found: Json = next(item for item in items if item["id"] == identifier)
    return found


def test_a_breaking_change_suspends_what_it_breaks_and_nothing_else(stack: Stack) -> None:
    world = World(HttpTransport(stack.address))
    dopa, office, bank = (visitor(world, name, "en") for name in ("dopa-civil", "laemngop-office", "gsb-loans"))
    operator = visitor(world, "operator-dga")

    # the bank needs to know only whether somebody lives
    seeded = next(entry for entry in _seed()["agreements"] if entry["id"] == "gsb-person")
    narrow = {"fields": ["/status"], "consent": False, "preview": False}
    terms = {"valid_from": "2026-01-01", "valid_until": "2030-12-31", **seeded, **narrow}
    assert operator.ask("POST", "/gdx/v1/agreements", terms).status == 200
    use = seeded["purposes"][0]["code"]
    purpose = agreement_of(office, "laemngop-person")["purposes"][0]["code"]
    assert ask(office, OFFICE, purpose).json["first_name_th"] == "มาลี"
    assert ask(bank, LOANS, use).json == {"status": "alive"}

    # before it changes anything the register is told what would happen
    shown = dopa.ask("GET", PATH).json
    changed = without_first_name(shown["document"])
    told = describe(dopa, shown, changed, dry_run=True)
    broken = {each["agreement"] for each in told["suspended"]}
    assert "laemngop-person" in broken and "gsb-person" not in broken
    assert ask(office, OFFICE, purpose).status == 200

    # then it does it, and the very next call of whoever needs the name is refused
    done = describe(dopa, shown, changed)
    assert done == {**told, "dry_run": False} and done["version"] == 2
    refused = ask(office, OFFICE, purpose)
    assert refused.json["type"] == "server.serverproxy.access_denied"
    suspended = agreement_of(office, "laemngop-person")
    assert suspended["state"] == "SUSPENDED"
    assert "first_name_th" in suspended["suspended_because"]["th"]
    assert "/properties/first_name_th" in suspended["suspended_because"]["en"]
    assert ask(bank, LOANS, use).json == {"status": "alive"}
    assert agreement_of(bank, "gsb-person")["state"] == "FINALIZED"

    # anybody can read what happened
    diff = world.transport.send("GET", f"{PATH}/diff?from=1&to=2", {}, None).json
    assert [(change["rule"], change["field"]) for change in diff["changes"] if change["breaking"]] == [
        ("answer-field-removed", "/first_name_th")
    ]

    # the register gives the field back: nothing breaks, and it lets the office in again
    back = describe(dopa, shown, shown["document"])
    assert (back["version"], back["breaking"], back["suspended"]) == (3, 0, [])
    assert ask(office, OFFICE, purpose).status >= 400, "a suspended agreement does not come back by itself"
    talk = f"/gdx/v1/negotiations/laemngop-person.{suspended['version']}"
    etag = dopa.ask("GET", talk).etag
    resumed = dopa.ask("POST", f"{talk}/resume", {}, if_match=etag)
    assert resumed.status == 200, resumed.body
    assert ask(office, OFFICE, purpose).json["first_name_th"] == "มาลี"


def _seed() -> Json:
    seed: Json = json.loads(DIRECTORY.read_text(encoding="utf-8"))
    return seed
