"""The state of a platform's parts, and announcements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal

from chalicelib.shared.dataclass import dataclass

State = Literal["pass", "warn", "fail"]
"""As the Internet draft draft-inadarei-api-health-check-06 spells them: all is well, impaired, does not work."""

Kind = Literal["maintenance", "incident"]


@dataclass(frozen=True)
class Value:
    """What was last measured of a metric, and when."""

    value: float
    at: datetime


@dataclass(frozen=True)
class Part:
    """One part of a platform as people know it.

    Attributes:
        name: a key of `words.PARTS`.
        state: whether it works.
        value: what was measured, in `unit`; None where that is not known.
        unit: `s` or `percent`; empty where there is no value.
        at: when that was measured.
    """

    name: str
    state: State
    value: float | None = None
    unit: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Announcement:
    """What an operator tells everybody, in both languages; plain text."""

    id: str
    kind: Kind
    th: str
    en: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Standing:
    """What is kept of a platform: by metric what was measured last, when any of it was, and what was announced."""

    values: Mapping[str, Value] = field(default_factory=dict)
    at: datetime | None = None
    announced: tuple[Announcement, ...] = ()
