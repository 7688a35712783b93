"""Rules of procedure as dated data: a law pack per Act, never literals in code.

Two kinds: a procedure pack says how a licence is decided (`lfa-2558`), a filing pack how papers arrive electronically
(`e-act-2565`); a procedure pack names the filing pack that goes with it.

The Licensing Facilitation Act is about to be replaced. Its successor will be a new file with an id of its own beside
this one. A definition names its pack, and a case stays with the version of the definition under which it was opened:
so a running case stays under the Act of its day, and a pack that was published is never altered.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.sourced import Part, Slug, Sourced
from chalicelib.shared.thai import Text


class Lists(Sourced):
    """How often the agency may ask for what is missing."""

    most: int = Field(ge=1)
    officer_omission_allowed: bool = Field(description="Whether one more is allowed when the officer overlooked it")
    law: str


class Late(Sourced):
    """What an agency owes when it is late."""

    days: int = Field(ge=1, description="Written reasons every so many days")
    copy_to: Text = Field(description="Who gets a copy each time")
    law: str


class ClockRule(Part):
    """Why the clock does what it does."""

    law: str
    reason: Text


class Decision(Sourced):
    """The form of a decision."""

    written_reasons: bool
    law: str


class Receipt(Sourced):
    """When what was sent counts as received."""

    opens: dt.time
    closes: dt.time
    outside_hours: Literal["next_office_time"]
    law: str


class Copies(Sourced):
    """What the applicant may not be asked to bring."""

    held_by_state: Literal["not_asked"] = Field(description="The agency looks up itself what another agency holds")
    law: str


class FilingPack(Sourced):
    """One Act's rules on electronic filing."""

    kind: Literal["filing"]
    id: Slug
    name: Text
    effective_from: dt.date
    effective_to: dt.date | None = None
    receipt: Receipt
    copies: Copies


class LawPack(Sourced):
    """One Act's rules of procedure."""

    kind: Literal["procedure"] = "procedure"
    id: Slug
    name: Text
    effective_from: dt.date
    effective_to: dt.date | None = None
    filing: Slug = Field(description="The filing pack that goes with it")
    deficiency_lists: Lists
    late_notice_every_days: Late
    clock: dict[Literal["start", "pause", "resume", "stop"], ClockRule]
    decision: Decision


@functools.cache
def load() -> Mapping[str, LawPack]:
    """The procedure packs that are shipped, by id."""
    packs = [LawPack.model_validate(data) for data in _shipped() if data.get("kind") != "filing"]
    return MappingProxyType({pack.id: pack for pack in packs})


@functools.cache
def filing(id: str) -> FilingPack:
    """A filing pack that is shipped; raises KeyError for any other."""
    return {pack.id: pack for pack in map(FilingPack.model_validate, _shipped("filing"))}[id]


def _shipped(kind: str | None = None) -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(__file__).parent.glob("*.json"))]
    return [data for data in found if kind in (None, data.get("kind"))]
