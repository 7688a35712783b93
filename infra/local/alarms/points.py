"""Values of metrics over time, and statistics over a stretch of it."""

from __future__ import annotations

import json
import math
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

KEPT = 8 * 3600
"""Seconds: longer than any alarm looks back."""

Name = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions."""


def name_of(namespace: str, name: str, dimensions: Iterable[tuple[str, str]] = ()) -> Name:
    """A metric by all that distinguishes it."""
    return namespace, name, frozenset(dimensions)


class Points:
    """What was measured, in memory; threads may use it together."""

    def __init__(self) -> None:
        self._values: dict[Name, list[tuple[float, float]]] = defaultdict(list)
        self._lock = threading.Lock()

    def add(self, name: Name, at: float, value: float) -> None:
        """One value at a moment (epoch seconds)."""
        with self._lock:
            values = self._values[name]
            values.append((at, value))
            if values[0][0] < at - 2 * KEPT:
                values[:] = [each for each in values if each[0] >= at - KEPT]

    def add_line(self, line: str, at: float) -> bool:
        """The metrics of a line of a log in the Embedded Metric Format; False: it is another line."""
        if '"_aws"' not in line:
            return False
        try:
            told: Mapping[str, Any] = json.loads(line)
            directives = told["_aws"]["CloudWatchMetrics"]
        except (ValueError, KeyError, TypeError):
            return False
        for directive in directives:
            for dimensions in directive["Dimensions"]:
                pairs = [(name, str(told[name])) for name in dimensions]
                for metric in directive["Metrics"]:
                    values = told[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        self.add(name_of(directive["Namespace"], metric["Name"], pairs), at, float(value))
        return True

    def statistic(self, name: Name, statistic: str, begin: float, end: float) -> float | None:
        """One statistic over [begin, end); None where nothing was measured.

        Args:
            statistic: `Sum`, `Maximum`, `Minimum`, `Average`, `SampleCount`, or `p50`, `p95` ...
        """
        with self._lock:
            found = sorted(value for at, value in self._values.get(name, ()) if begin <= at < end)
        if not found:
            return None
        match statistic:
            case "Sum":
                return math.fsum(found)
            case "Maximum":
                return found[-1]
            case "Minimum":
                return found[0]
            case "Average":
                return math.fsum(found) / len(found)
            case "SampleCount":
                return float(len(found))
            case _:
                part = float(statistic.removeprefix("p")) / 100
                return found[max(0, math.ceil(part * len(found)) - 1)]
