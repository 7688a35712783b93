"""What a Chalice app wants to be called for: read off the app itself, so that nothing is listed twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chalice.app import ScheduledEventConfig, ScheduleExpression, SQSEventConfig

Function = Callable[[Any, Any], Any]

_RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class EventApp(Protocol):
    """The part of a Chalice app that matters here."""

    @property
    def event_sources(self) -> Sequence[Any]:
        """Configurations of the event functions."""
        ...

    @property
    def handler_map(self) -> Mapping[str, Function]:
        """Functions by name."""
        ...


class UnsupportedSource(Exception):
    """The app listens to something that nobody on the laptop would tell it; better to stop than to stay silent."""


@dataclass(frozen=True)
class QueueSource:
    """A function that takes messages of a queue."""

    name: str
    queue: str
    batch_size: int
    function: Function


@dataclass(frozen=True)
class ScheduleSource:
    """A function that runs every so many seconds."""

    name: str
    seconds: float
    function: Function


def sources_of(app: EventApp) -> tuple[list[QueueSource], list[ScheduleSource]]:
    """The queues and schedules of an app.

    Raises:
        UnsupportedSource: it has another kind of source, a queue by ARN, or a schedule other than `rate(...)`.
    """
    queues: list[QueueSource] = []
    schedules: list[ScheduleSource] = []
    for source in app.event_sources:
        function = app.handler_map[source.name]
        match source:
            case SQSEventConfig(queue=str(queue)):
                queues.append(QueueSource(source.name, queue, source.batch_size, function))
            case ScheduledEventConfig():
                seconds = seconds_of(source.schedule_expression)
                schedules.append(ScheduleSource(source.name, seconds, function))
            case _:
                raise UnsupportedSource(f"{source.name}: {type(source).__name__}")
    return queues, schedules


def seconds_of(expression: str | ScheduleExpression) -> float:
    """The period of a `rate(...)` in seconds. Raises `UnsupportedSource` for anything else."""
    text = expression if isinstance(expression, str) else expression.to_string()
    found = _RATE.fullmatch(text)
    if found is None:
        raise UnsupportedSource(f"schedule {text}")
    return float(int(found[1]) * _SECONDS[found[2]])
