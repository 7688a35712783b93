"""Solr's dates and sums of dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.search.dates import span

NOW = datetime(2026, 11, 29, 23, 5, 6, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("NOW", "2026-11-29T23:05:06.123456"),
        ("NOW/MILLI", "2026-11-29T23:05:06.123000"),
        ("NOW/SECOND", "2026-11-29T23:05:06"),
        ("NOW/MINUTE", "2026-11-29T23:05:00"),
        ("NOW/HOURS", "2026-11-29T23:00:00"),
        ("NOW/DAY", "2026-11-29T00:00:00"),
        ("NOW/DATE", "2026-11-29T00:00:00"),
        ("NOW/MONTH", "2026-11-01T00:00:00"),
        ("NOW/YEAR", "2026-01-01T00:00:00"),
        ("NOW-1DAY/DAY", "2026-11-28T00:00:00"),
        ("NOW/DAY-7DAYS+6HOURS", "2026-11-22T06:00:00"),
        ("NOW-30MINUTES-5SECONDS", "2026-11-29T22:35:01.123456"),
        ("NOW+500MILLISECONDS", "2026-11-29T23:05:06.623456"),
        ("2024-02-29T00:00:00Z+1YEAR", "2025-02-28T00:00:00"),
        ("2024-01-31T00:00:00Z+1MONTH", "2024-02-29T00:00:00"),
        ("2024-01-31T00:00:00Z-2MONTHS", "2023-11-30T00:00:00"),
        ("2020-01-01T00:00:00.1234567Z", "2020-01-01T00:00:00.123456"),
        ("2026-11-22T21:07:25.122228", "2026-11-22T21:07:25.122228"),
        ("2026", "2026-01-01T00:00:00"),
        ("2026-11-22T21", "2026-11-22T21:00:00"),
    ],
)
def test_when_a_date_begins(text: str, first: str) -> None:
    assert span(text, NOW)[0].isoformat() == f"{first}+00:00"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024", 366 * 86_400),
        ("2026-02", 28 * 86_400),
        ("2026-11-22", 86_400),
        ("2026-11-22T21:07", 60),
        ("2026-11-22T21:07:25Z", 0.001),
        ("2026-11-22T21:07:25.1Z", 0.001),
        ("2026-11-22T21:07:25.122228Z", 0.000_001),
    ],
)
def test_how_long_a_date_lasts(text: str, seconds: float) -> None:
    first, last = span(text, NOW)
    assert last - first == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", "now", "yesterday", "2026-13", "2026-02-30", "0000", "26-01-01", "2026-01-01T25", "NOW-1", "NOW-1FORTNIGHT",
     "NOW/", "NOW+9999999YEARS", "NOW-9999999DAYS", "9999-12-31+1YEAR", "9999", "2026-01-01T00:00:00+07:00", "๒๕๖๙"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        span(text, NOW)


@settings(deadline=None)
@given(st.text(alphabet="NOW0123456789-:TZ./+DAYMONTHERISCL ", max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        first, last = span(text, NOW)
    except ValueError:
        return
    assert first < last
