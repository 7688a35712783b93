"""What a licence's calendar brings: reminders before its end, the end itself, the end of a suspension. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass

from . import rules

if TYPE_CHECKING:
    from .model import Licence

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """What a day brings: an end of validity, the latest reminder (days left), the end of a suspension."""

    expired: bool = False
    days_left: int | None = None
    lifted: bool = False


def next_look(licence: Licence, reminders: Sequence[int], after: dt.date) -> dt.date | None:
    """The first day after that one on which something is due; None for a licence that has nothing before it."""
    return min((day for day in _days(licence, reminders) if day > after), default=None)


def due(licence: Licence, reminders: Sequence[int], today: dt.date) -> Due:
    """What has come due since the licence's day of looking.

    After a long silence only the latest reminder is worth a letter, and none once the licence has ended.
    """
    if licence.look_at is None or licence.look_at > today:
        return Due()
    come = [day for day in _days(licence, reminders) if licence.look_at <= day <= today]
    ended = licence.last_day is not None and licence.valid_until + DAY in come
    reminding = any(licence.valid_until - dt.timedelta(days=each) in come for each in reminders)
    left = (licence.valid_until - today).days if reminding and today <= licence.valid_until else None
    return Due(expired=ended, days_left=left, lifted=rules.suspension_over(licence, today))


def _days(licence: Licence, reminders: Sequence[int]) -> list[dt.date]:
    if licence.status in rules.ENDS:
        return []
    ends = licence.last_day is not None and licence.replaced_by is None  # of a renewed one nobody is reminded
    days = [licence.valid_until - dt.timedelta(days=each) for each in reminders if ends]
    if licence.status == "suspended" and licence.changes and licence.changes[-1].until is not None:
        days.append(licence.changes[-1].until + DAY)
    return [*days, licence.valid_until + DAY] if ends else days
