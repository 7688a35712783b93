"""Listens to functions and queues, and keeps the state of every alarm in the emulated CloudWatch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.alarms.points import Points, name_of
from infra.local.alarms.rules import composite_state, state_of
from infra.local.pump import Depth

log = logging.getLogger("klang.local.alarms")

EVERY = 10.0
"""Seconds between two looks; AWS takes one each minute."""


class Watcher:
    """What CloudWatch does: takes measurements, judges alarms.

    Args:
        session: the emulator's.
        clock: tells the time.
        depths: how full the queues are, by full name.
    """

    def __init__(
        self, session: Any, clock: Callable[[], datetime], depths: Callable[[], Mapping[str, Depth]] | None = None
    ) -> None:
        self._cloudwatch = session.client("cloudwatch")
        self._clock = clock
        self._depths = depths
        self._busy_since: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self.points = Points()

    def start(self) -> None:
        """Begins to look every few seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    def hear_line(self, line: str) -> bool:
        """A line of a function's log; False: it holds no metric."""
        return self.points.add_line(line, self._now())

    def hear_run(self, function: str, done: bool) -> None:
        """A run of a function by its full name, and whether it ended well; what Lambda tells of it."""
        for name, value in (("Invocations", 1.0), ("Errors", 0.0 if done else 1.0)):
            self.points.add(name_of("AWS/Lambda", name, [("FunctionName", function)]), self._now(), value)

    def look(self) -> dict[str, str]:
        """Counts the queues, judges all alarms, writes down what changed; returns the states by full name."""
        self._count_queues()
        told = self._cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        before = {each["AlarmName"]: each["StateValue"] for kind in _KINDS for each in told[kind]}
        states = {
            alarm["AlarmName"]: state_of(alarm, self.points, self._now(), alarm["StateValue"])
            for alarm in told["MetricAlarms"]
        }
        for alarm in told["CompositeAlarms"]:
            states[alarm["AlarmName"]] = composite_state(alarm["AlarmRule"], states)
        for name, state in states.items():
            if state != before[name]:
                self._cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="judged on the laptop")
        return states

    def _count_queues(self) -> None:
        now = self._now()
        for queue, depth in (self._depths() if self._depths else {}).items():
            here, dead = [("QueueName", queue)], [("QueueName", f"{queue}-dlq")]
            visible = "ApproximateNumberOfMessagesVisible"
            self.points.add(name_of("AWS/SQS", visible, here), now, depth.waiting)
            self.points.add(name_of("AWS/SQS", visible, dead), now, depth.dead)
            # emulators do not tell the age of the oldest message: since when the queue was not seen empty
            if depth.waiting + depth.in_flight == 0:
                self._busy_since.pop(queue, None)
            age = now - self._busy_since.setdefault(queue, now) if depth.waiting + depth.in_flight else 0.0
            self.points.add(name_of("AWS/SQS", "ApproximateAgeOfOldestMessage", here), now, age)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                self.look()
            except (BotoCoreError, ClientError) as error:
                if not self._stopping.is_set():
                    log.warning("alarms could not be judged: %s", type(error).__name__)


_KINDS = ("MetricAlarms", "CompositeAlarms")
