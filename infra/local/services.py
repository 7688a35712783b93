"""Samples of what agencies put into the citizens' list of services, entered as their own systems would do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.citizen.appointments.views import DescribeOffice
from chalicelib.citizen.directory.views import DescribeLink
from chalicelib.citizen.miniapps.views import DescribeMiniApp
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once

if TYPE_CHECKING:
    from chalicelib.citizen.service import Citizen

FILE = Path(__file__).resolve().parent.parent / "seed" / "services.json"
OPERATOR = Caller("officer", id="seed", agency="TH/CENTRAL/DGA", roles=frozenset({"operator"}))


def enter(citizen: Citizen) -> None:
    """Enters the samples; again, only what has changed in them.

    Raises:
        Refusal: the room does not accept one of them.
    """
    held = json.loads(FILE.read_text(encoding="utf-8"))
    for name, caller, given in _each(held["miniapps"]):
        register = citizen.miniapps.register
        there = register.describe(name, DescribeMiniApp.model_validate_json(given).app(), caller, _once())
        if there.waiting is not None and there.waiting != there.live:
            register.approve(name, there.version, OPERATOR, _once())
    for name, caller, given in _each(held["links"]):
        citizen.services.links.put(name, DescribeLink.model_validate_json(given).link(), caller, _once())
    for name, caller, given in _each(held["offices"]):
        office = DescribeOffice.model_validate_json(given).office()
        citizen.appointments.offices.describe(name, office, caller, _once())


def _each(entries: list[dict[str, Any]]) -> Iterator[tuple[str, Caller, str]]:
    """The id, the system that speaks, and the description of each entry."""
    for entry in entries:
        rest = {name: value for name, value in entry.items() if name not in ("id", "system")}
        system = entry["system"]
        caller = Caller("system", id=system, name=system, agency=system.rsplit("/", 1)[0])
        yield entry["id"], caller, json.dumps(rest)


def _once() -> Once:
    # No claim: a changed sample must not be taken for a repeat.
    return Once(new_id(), "", new_token(), claimed=False)
