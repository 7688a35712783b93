"""What tests look at: how a licence stands, what a credential says, whether histories are whole."""

from __future__ import annotations

import base64
import json
from typing import Any

from chalicelib.shared import status_list
from chalicelib.shared.journal import chain_is_whole
from tests.biz.town import MALEE

from .sample import SignTown

WHY = {"reasons": {"th": "ผิดแบบ", "en": "Not as drawn."}}


def listed(town: SignTown, no: str) -> status_list.Status:
    """How the public status list has a licence, whatever else is known."""
    licence = town.licence(no)
    return status_list.Status(town.biz.store.flipped(licence.list_id).get(licence.index, 0))


def done(town: SignTown, procedure: str, no: str, pid: str = MALEE, **answers: Any) -> str:
    """Carry out a procedure; the number of the licence that it brings ("None" for none)."""
    case = town.begin(procedure, no, pid)
    if answers:
        town.patch(case, answers, pid)
    return town.carried(case, pid)


def claims_of(credential: str) -> dict[str, Any]:
    """What a credential says without its disclosures."""
    part = credential.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def chains_are_whole(town: SignTown, *numbers: str) -> bool:
    return all(chain_is_whole(town.journal.history(f"LIC#{no}")) for no in numbers)
