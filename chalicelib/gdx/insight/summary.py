"""Counts, success and latency of exchanges per service and day, from their monitoring records alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..rules import thai_day
from .monitor import milliseconds

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Summary:
    """One service on one Thai day.

    Attributes:
        faults: how often each fault code stood in a refused exchange.
        latency: by percentile, milliseconds from request in to response out of what succeeded (nearest rank).
    """

    service: str
    day: str
    total: int
    succeeded: int
    faults: Mapping[str, int]
    latency: Mapping[int, int]

    @property
    def success_rate(self) -> float:
        """Share of the exchanges that succeeded, 0 to 1."""
        return self.succeeded / self.total


def summaries(records: Sequence[Mapping[str, Any]]) -> list[Summary]:
    """The records summed up, in the order of day and service."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault((_day(record), service_of(record)), []).append(record)
    return [_summed(service, day, rows) for (day, service), rows in sorted(groups.items())]


def service_of(record: Mapping[str, Any]) -> str:
    """The id of the service that was asked."""
    names = ("serviceXRoadInstance", "serviceMemberClass", "serviceMemberCode", "serviceSubsystemCode", "serviceCode")
    return "/".join(str(record[name]) for name in names)


def _summed(service: str, day: str, rows: Sequence[Mapping[str, Any]]) -> Summary:
    good = [row for row in rows if row.get("succeeded")]
    waits = sorted(wait for row in good if (wait := milliseconds(row)) is not None)
    faults = Counter(str(row["faultCode"]) for row in rows if "faultCode" in row)
    latency = {percentile: nearest_rank(waits, percentile) for percentile in PERCENTILES} if waits else {}
    return Summary(service, day, len(rows), len(good), dict(sorted(faults.items())), latency)


def nearest_rank(ordered: Sequence[int], percentile: int) -> int:
    """The smallest value that at least so many per cent of all values do not pass."""
    return ordered[max(0, math.ceil(len(ordered) * percentile / 100) - 1)]


def _day(record: Mapping[str, Any]) -> str:
    return thai_day(datetime.fromtimestamp(record["requestInTs"] / 1000, UTC)).isoformat()
