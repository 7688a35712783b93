"""Years, months and days between dates, as the law counts them. Pure."""

from __future__ import annotations

import calendar
import datetime as dt


def years(born: dt.date, on: dt.date) -> int:
    """Whole years of life; whoever was born on a leap day becomes older on 1 March of the other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months(born: dt.date, on: dt.date) -> int:
    """Whole months since; a day that a month does not have is reached on the first of the next."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def months_later(day: dt.date, number: int) -> dt.date:
    """The same day of a later month, or that month's last where it has none (Civil and Commercial Code s.193/5).

    Raises:
        ValueError, OverflowError: there is no such date.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
