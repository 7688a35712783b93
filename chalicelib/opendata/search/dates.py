"""Dates in questions, as Solr writes them: ISO 8601 in UTC, `NOW`, and sums like `NOW-1DAY/DAY`.

Source: Solr reference guide, "Date Formatting and Date Math". Solr keeps milliseconds and the catalogue microseconds,
so a date means the span of its last digit: `2026-11-22` a day, `2026-11-22T21:07:25.122Z` a millisecond.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(
    r"(?:(?P<now>NOW)|(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?)?"
    r")?)?Z?)(?P<sums>(?:[+-][0-9]{1,7}[A-Z]{3,12}|/[A-Z]{3,12}){0,20})"
)
_SUM = re.compile(r"([+-][0-9]+|/)([A-Z]+)")
_UNITS = {"DATE": "DAY", "MILLISECOND": "MILLI"}
_SPANS = {
    "DAY": timedelta(days=1),
    "HOUR": timedelta(hours=1),
    "MINUTE": timedelta(minutes=1),
    "SECOND": timedelta(seconds=1),
    "MILLI": timedelta(milliseconds=1),
}
_ORDER = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MILLI")


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """From when until before when a date lasts.

    Raises:
        ValueError: not a date, or one that no calendar has.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError("a date is ISO 8601 in UTC or NOW, with sums like NOW-1DAY/DAY")
    try:
        moment, unit = (now.astimezone(UTC), "") if match["now"] else _written(match)
        for amount, name in _SUM.findall(match["sums"]):
            step = _unit(name)
            moment = _floor(moment, step) if amount == "/" else _add(moment, step, int(amount))
            unit = ""
        return moment, moment + timedelta(microseconds=1) if unit == "" else _add(moment, unit, 1)
    except OverflowError:
        raise ValueError("a date is between the years 1 and 9999") from None


def iso(moment: datetime) -> str:
    """A moment as search documents hold it."""
    return moment.isoformat(timespec="microseconds")


def _written(match: re.Match[str]) -> tuple[datetime, str]:
    parts = [match[name] for name in ("year", "month", "day", "hour", "minute", "second")]
    given = [int(part) for part in parts if part is not None]
    fraction = match["fraction"] or ""
    year, month, day, hour, minute, second = [*given, *(0, 1, 1, 0, 0, 0)[len(given) :]]
    moment = datetime(year, month, day, hour, minute, second, int(fraction.ljust(6, "0")[:6]), tzinfo=UTC)
    if len(given) < 6:
        return moment, _ORDER[len(given) - 1]
    return moment, "MILLI" if len(fraction) <= 3 else ""


def _unit(name: str) -> str:
    singular = name.removesuffix("S")
    unit = _UNITS.get(singular, singular)
    if unit not in _ORDER:
        raise ValueError(f"a unit of time is one of {', '.join(_ORDER)}")
    return unit


def _floor(moment: datetime, unit: str) -> datetime:
    place = _ORDER.index(unit)
    if unit == "MILLI":
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    kept = moment.timetuple()[: place + 1]
    year, month, day, hour, minute, second = [*kept, *(0, 1, 1, 0, 0, 0)[len(kept) :]]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _add(moment: datetime, unit: str, amount: int) -> datetime:
    if unit in _SPANS:
        return moment + _SPANS[unit] * amount
    months = (moment.year * 12 + moment.month - 1) + amount * (12 if unit == "YEAR" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    # the last day of a shorter month stands for the days that it lacks
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
