"""Values of a table as JSON, in the shapes that CKAN's DataStore answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

THAI_TIME = timezone(timedelta(hours=7))


def as_json(value: Any) -> Any:
    """ISO text for dates and times; a number for a decimal (at most 15 digits, so a double keeps them all).

    A moment with an offset is shown in Thai time, wherever the machine stands.
    """
    if isinstance(value, datetime):
        return (value.astimezone(THAI_TIME) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    return value
