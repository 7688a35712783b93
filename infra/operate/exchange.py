"""What is done for the members of the exchange."""

from __future__ import annotations

import json
from dataclasses import asdict

from chalicelib.gdx.ids import BadId, SubsystemId
from chalicelib.gdx.registers.seed import load
from chalicelib.shared.errors import Refusal
from chalicelib.wiring import House
from infra.local.seed import CODE_LISTS

from .command import Command, NotDone


def examine(house: House, subsystem: str) -> list[dict[str, str]]:
    """What the doctor finds at an agency's system.

    Raises:
        NotDone: there is no such system, or it was examined too often.
    """
    try:
        return [asdict(finding) for finding in house.gdx.onboarding.doctor.examine(SubsystemId.parse(subsystem))]
    except (BadId, Refusal) as refusal:
        raise NotDone(str(refusal)) from None


def furnish(house: House) -> dict[str, int]:
    """Publishes the shipped code lists and opens the sandbox; how much changed. The same again changes nothing.

    Raises:
        NotDone: the members that own the lists have not been registered yet.
    """
    lists = json.loads(CODE_LISTS.read_text(encoding="utf-8"))
    try:
        return {"code-lists": load(house.gdx.registers, lists), "sandbox": house.gdx.sandbox.open("operator")}
    except Refusal as refusal:
        raise NotDone(f"{refusal} {'; '.join(fault.en for fault in refusal.faults)}") from None


COMMANDS = (
    Command(
        "doctor",
        "examine an agency's system",
        lambda asked: examine(asked.house, asked.options.subsystem),
        room="gdx",
        options={"--subsystem": {"help": "whom, e.g. TH/CENTRAL/DOPA/civil", "default": ""}},
    ),
    Command("furnish", "publish the shipped code lists, open the sandbox", lambda asked: furnish(asked.house), "gdx"),
)
