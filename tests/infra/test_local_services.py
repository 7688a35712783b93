"""The sample services of the laptop: agencies' own systems could have entered them, and entering twice is once."""

from __future__ import annotations

import json

from infra.local.personas import load
from infra.local.services import FILE, enter
from tests.citizen.portal import Portal


def test_the_samples_are_taken_and_shown() -> None:
    portal = Portal()
    enter(portal.citizen)
    found = {each["id"] for each in portal.client.get("/citizen/v1/services?limit=100").json["items"]}
    assert {"miniapp:laemngop-children", "link:laemngop-complaints", "appointment:laemngop-registry/moving"} <= found
    slots = portal.client.get("/citizen/v1/appointments/slots?office=laemngop-registry&service=moving").json["items"]
    assert slots and slots[0]["left"] == 2


def test_entering_them_again_changes_nothing() -> None:
    portal = Portal()
    enter(portal.citizen)
    before = {key: item for key, (item, _) in portal.memory._items.items()}
    enter(portal.citizen)
    assert {key: item for key, (item, _) in portal.memory._items.items()} == before


def test_each_is_entered_by_a_system_of_the_laptop() -> None:
    systems = {persona.client_id for persona in load() if persona.kind == "system"}
    held = json.loads(FILE.read_text(encoding="utf-8"))
    assert {entry["system"] for name in ("miniapps", "links", "offices") for entry in held[name]} <= systems
