"""Whether the data is as young as was promised: by its age in periods of its update frequency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..model import Package
from .model import WEIGHTS, Dimension, Finding

NEVER_UPDATED = "ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล"
DAYS: Mapping[str, float] = {
    "ปี": 366,
    "ครึ่งปี": 184,
    "ไตรมาส": 92,
    "เดือน": 31,
    "สัปดาห์": 7,
    "วัน": 1,
    "วันทำการ": 3,  # over a weekend
    "ชั่วโมง": 1,  # what is late by hours is not seen from here
    "นาที": 1,
    "ตามเวลาจริง": 1,
}
"""Days between two updates, by the unit of frequency."""
LATE: tuple[tuple[float, float], ...] = ((1.0, 1.0), (1.5, 0.75), (2.0, 0.5), (3.0, 0.25))
"""Share of the points by how many periods old the data is at most."""


def timeliness(package: Package, now: datetime) -> Dimension:
    """The dimension at a time (aware)."""
    weight = WEIGHTS["timeliness"]
    unit = str(package.dataset.fields.get("update_frequency_unit") or "")
    if unit == NEVER_UPDATED:
        return Dimension("timeliness", weight, weight, weight)
    if unit not in DAYS or not package.resources:
        return Dimension("timeliness", weight, 0, 0, () if unit in DAYS else (Finding("no_frequency"),))
    period, came = period_of(package), came_of(package, now)
    if came is None:
        return Dimension("timeliness", weight, 0, 0, (Finding("no_date"),))
    age = now - came
    share = next((share for periods, share in LATE if age <= timedelta(days=period * periods)), 0.0)
    lost = weight * (1 - share)
    findings = () if share == 1 else (Finding("old", {"days": age.days, "period": int(period)}, lost),)
    return Dimension("timeliness", weight, weight, weight * share, findings)


def next_change(package: Package, now: datetime) -> datetime | None:
    """When the points of timeliness will fall next, if nothing is done; None where they will not."""
    unit = str(package.dataset.fields.get("update_frequency_unit") or "")
    if unit not in DAYS or not package.resources or (came := came_of(package, now)) is None:
        return None
    ends = (came + timedelta(days=period_of(package) * periods) for periods, _ in LATE)
    return next((end for end in ends if end >= now), None)


def period_of(package: Package) -> float:
    """Days between two updates, of a known unit."""
    fields = package.dataset.fields
    interval = str(fields.get("update_frequency_interval") or "1")
    times = int(interval) if interval.isascii() and interval.isdigit() and len(interval) < 5 else 1
    return DAYS[str(fields["update_frequency_unit"])] * (times or 1)


def came_of(package: Package, now: datetime) -> datetime | None:
    """When the data itself last came: a file when it was taken in, else as its owner says (`last_updated_date`).

    When somebody last wrote about it says nothing of the data. A date of the future is not believed.
    """
    told = [package.dataset.fields.get("last_updated_date")]
    told += [each.fields.get("last_updated_date") for each in package.resources]
    told += [each.file.at for each in package.resources if each.file]
    moments = [moment for moment in map(_moment, told) if moment is not None and moment <= now]
    return max(moments, default=None)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
