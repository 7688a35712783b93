"""Values of a table as JSON, in the shapes that CKAN's DataStore answers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any


def as_json(value: Any) -> Any:
    """ISO text for dates and times; a number for a decimal (at most 15 digits, so a double keeps them all)."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    return value
