"""What is answered: the health document of draft-inadarei-api-health-check-06, with announcements beside it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ..shared.thai import Text
from ..shared.web import Outgoing
from . import rules, words
from .model import Announcement, Part, Standing, State


class StatusCheck(Outgoing):
    """One part of a platform."""

    component_type: str = Field(default="component", serialization_alias="componentType")
    status: State
    name: Text
    observed_value: float | None = Field(default=None, serialization_alias="observedValue")
    observed_unit: str | None = Field(default=None, serialization_alias="observedUnit")
    time: datetime | None = Field(default=None, description="When that was measured")


class StatusNote(Outgoing):
    """What operators announced."""

    id: str
    kind: str
    text: Text
    begins: datetime
    ends: datetime


class StatusOfPlatform(Outgoing):
    """One platform of this process."""

    platform: str
    status: State
    name: Text
    checks: dict[str, list[StatusCheck]]
    announcements: list[StatusNote]


class StatusAnswer(Outgoing):
    """How the platforms at this address are: `pass`, `warn` (impaired) or `fail`; with `fail` the answer is a 503."""

    status: State
    description: Text
    time: datetime
    platforms: list[StatusOfPlatform]


def of_platform(platform: str, standing: Standing | None, now: datetime) -> StatusOfPlatform:
    """One platform; without a standing its table does not answer."""
    kept = standing or Standing()
    store = Part("store", "fail" if standing is None else "pass")
    found = [store] if standing is None else [store, *rules.parts(platform, kept, now)]
    announced = rules.shown(kept.announced, now)
    return StatusOfPlatform(
        platform=platform,
        status=rules.overall(found, announced, now),
        name=words.PLATFORMS[platform],
        checks={part.name: [_check(part)] for part in found},
        announcements=[_note(each) for each in announced],
    )


def answer(platforms: list[StatusOfPlatform], now: datetime) -> StatusAnswer:
    """All of them."""
    found = [Part(each.platform, each.status) for each in platforms]
    status = rules.overall(found, (), now)
    return StatusAnswer(status=status, description=words.STATES[status], time=now, platforms=platforms)


def _check(part: Part) -> StatusCheck:
    return StatusCheck(
        status=part.state,
        name=words.PARTS[part.name],
        observed_value=None if part.value is None else round(part.value),
        observed_unit=part.unit or None,
        time=part.at,
    )


def _note(each: Announcement) -> StatusNote:
    return StatusNote(id=each.id, kind=each.kind, text=Text(th=each.th, en=each.en), begins=each.begins, ends=each.ends)
