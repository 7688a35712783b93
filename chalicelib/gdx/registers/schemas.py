"""A register as JSON Schema 2020-12, and registers named by an OpenAPI description.

`"x-gdx-register": "provinces"` on a string schema of a service's description means: its values are codes of that
register. When the service is registered the codes are written into the schema (`enum`), so that an answer with an
unknown code is refused like any other that breaks its description, and no reader has to ask the exchange for the
list. Codes that have ended are in it: old records carry them. Register the service again to take up new codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...shared.errors import Fault
from .model import Entry, Register
from .rules import MAX_CODE

KEYWORD = "x-gdx-register"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

MAX_TITLED = 1_000
"""Entries of which each gets its own `const` with its labels; a longer list is an `enum` of codes alone."""

MAX_FILLED = 2_000
"""Codes that are written into a description, which lies in one item of the table."""

Codes = Callable[[str], Sequence[str] | None]
"""The codes of the register with a name, or None when there is no such register."""


def schema(identifier: str, register: Register, entries: Sequence[Entry]) -> dict[str, Any]:
    """The JSON Schema of one code; `title` is Thai, `description` English. It may stand in a form as it is."""
    head = {
        "$schema": DIALECT,
        "$id": identifier,
        "title": register.title_th,
        "description": register.title_en,
        "type": "string",
        "maxLength": MAX_CODE,
    }
    if not entries:
        return {**head, "not": {}}  # nothing is in force: an empty oneOf or enum would be no JSON Schema
    if len(entries) > MAX_TITLED:
        return {**head, "enum": [entry.code for entry in entries]}
    return {**head, "oneOf": [{"const": each.code, "title": each.th, "description": each.en} for each in entries]}


def filled(document: Mapping[str, Any], codes: Codes) -> tuple[dict[str, Any], list[Fault]]:
    """The description with the codes of each register that it names, and what is wrong with what it names."""
    faults: list[Fault] = []
    made = _filled(document, "/document", codes, faults)
    return made, faults


def _filled(value: Any, where: str, codes: Codes, faults: list[Fault]) -> Any:
    if isinstance(value, list):
        return [_filled(part, f"{where}/{at}", codes, faults) for at, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    out = {
        name: _filled(part, f"{where}/{name.replace('~', '~0').replace('/', '~1')}", codes, faults)
        for name, part in value.items()
    }
    name = out.get(KEYWORD)
    if isinstance(name, str):
        found = codes(name)
        if found is None:
            faults.append(Fault(f"{where}/{KEYWORD}", "ไม่พบชุดรหัสนี้", "No such register."))
        elif len(found) > MAX_FILLED:
            faults.append(
                Fault(f"{where}/{KEYWORD}", "ชุดรหัสยาวเกิน 2,000 รหัส", "The register has more than 2,000 codes.")
            )
        elif out.get("type") != "string":
            faults.append(Fault(f"{where}/type", "ต้องเป็น string", "Must be string."))
        else:
            out["enum"] = list(found)
    return out
