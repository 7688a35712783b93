"""Malee opens every service for herself and for her company: the state's registers fill in what they know, over HTTP.

Each value names the register and the receipt of the exchange that carried it.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.shared import pointers
from demo.story_gdx import persona
from demo.world import HttpTransport, World
from infra.local.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world as it opens."""
    return World(HttpTransport(stack.address))


def wanted(view: Any, kind: str) -> dict[str, str]:
    """Which register gives which answer of a first application for good."""
    return {
        rule["pointer"]: rule["service"]
        for rule in view["prefill"]
        if rule["lock"] and rule["applicant"] in (None, kind) and "new" in rule["procedures"]
    }


@pytest.mark.parametrize("service", shipped().ids())
def test_the_registers_fill_in_what_they_know(world: World, service: str) -> None:
    malee = world.person("malee")
    view = world.public(f"/biz/v1/services/{service}").json
    for kind in view["applicants"]:
        company = {"juristic_id": persona("malee")["juristic_id"]} if kind == "juristic" else {}
        body = {"service": service, "applicant": {"kind": kind, **company}}
        case = malee.post("/biz/v1/applications", body, expect=201).json["id"]
        malee.post(f"/biz/v1/applications/{case}/prefill")
        filled = malee.get(f"/biz/v1/applications/{case}").json
        by = {pointer: each["service"] for pointer, each in filled["sources"].items() if each["locked"]}
        assert by == wanted(view, kind)
        assert all(source["receipt"] for source in filled["sources"].values())
        names = [pointers.find(filled["answers"], f"/{who}/first_name_th") for who in ("operator", "guardian")]
        assert "มาลี" in names
        if kind == "juristic":
            assert pointers.find(filled["answers"], "/company/status") == "active"
