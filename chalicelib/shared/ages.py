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


def last_day(day: dt.date, number: int) -> dt.date:
    """The last day of a period of months that begins the day after (Civil and Commercial Code s.193/3 and 193/5).

    It ends the day before the one that has the number of its first day; in a month that has no such day, with the
    month. So six months after 31 August end on the last of February, and after 30 September on 31 March.

    Raises:
        ValueError, OverflowError: there is no such date.
    """
    first = day + dt.timedelta(days=1)
    year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
    length = calendar.monthrange(year, month + 1)[1]
    if first.day > length:
        return dt.date(year, month + 1, length)
    return dt.date(year, month + 1, first.day) - dt.timedelta(days=1)
