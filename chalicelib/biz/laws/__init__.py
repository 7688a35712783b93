"""Rules of procedure as dated data: a law pack per Act, never literals in code.

The Licensing Facilitation Act is about to be replaced. Its successor will be a new file beside this one; cases that
were opened under the old pack stay under it.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from chalicelib.shared.thai import Text

from ..definitions.model import Part, Slug, Sourced


class Lists(Sourced):
    """How often the agency may ask for what is missing."""

    most: int = Field(ge=1)
    officer_omission_allowed: bool = Field(description="Whether one more is allowed when the officer overlooked it")
    law: str


class Late(Sourced):
    """What an agency owes when it is late."""

    days: int = Field(ge=1, description="Written reasons every so many days")
    law: str


class ClockRule(Part):
    """Why the clock does what it does."""

    law: str
    reason: Text


class Decision(Sourced):
    """The form of a decision."""

    written_reasons: bool
    law: str


class LawPack(Sourced):
    """One Act's rules of procedure."""

    id: Slug
    name: Text
    effective_from: dt.date
    effective_to: dt.date | None = None
    deficiency_lists: Lists
    late_notice_every_days: Late
    clock: dict[Literal["start", "pause", "resume", "stop"], ClockRule]
    decision: Decision


@functools.cache
def load() -> Mapping[str, LawPack]:
    """The law packs that are shipped, by id."""
    packs = [
        LawPack.model_validate(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(Path(__file__).parent.glob("*.json"))
    ]
    return MappingProxyType({pack.id: pack for pack in packs})
