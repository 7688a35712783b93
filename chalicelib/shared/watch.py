"""Logs, metrics and traces by Powertools, with personal data redacted at the last possible moment.

Every record of the house's loggers leaves as one JSON line. Whatever looks like a national id (thirteen digits in any
script or escape, plain or grouped, with a valid check digit) is masked in the finished line, wherever in it it stands.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .thai import is_national_id

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics, Tracer

LOGGER = "klang"
NAMESPACE = "Klang"
_DIGIT = r"(?:\d|\\u(?:0e5|ff1)[0-9]|\\u066[0-9]|%E0%B9%9[0-9]|&#(?:4[89]|5[0-7]);)"
_GAP = r"(?:[-\u2010-\u2015\u2212._/ \u00a0\u200b\u202f]|\\u20(?:1[0-5]|0b)|\\u00a0|%20|%2D|\+){0,2}"
_START = re.compile(_DIGIT, re.IGNORECASE)
_CANDIDATE = re.compile(f"({_DIGIT})" + f"{_GAP}({_DIGIT})" * 12 + f"(?!{_DIGIT})", re.IGNORECASE)
"""A digit in any script or escape (JSON, percent, HTML), and what people put between the groups of an id."""


def redact(text: str) -> str:
    """The text with every national id replaced by `[pid]`."""
    out, copied, position = [], 0, 0
    while start := _START.search(text, position):
        # inside a longer number (its last digit ended right here) no id begins
        inside = start.start() == position > copied
        found = None if inside else _CANDIDATE.match(text, start.start())
        if found is not None and is_national_id("".join(_plain(digit) for digit in found.groups())):
            out += [text[copied : found.start()], "[pid]"]
            copied = position = found.end()
        else:
            # not an id, and yet one may begin at its next digit
            position = start.end()
    return "".join([*out, text[copied:]])


def _plain(digit: str) -> str:
    """`0` to `9`, whatever the digit was written as."""
    if digit.startswith("&#"):
        return chr(int(digit[2:-1]))
    return digit[-1] if len(digit) > 1 else str(unicodedata.digit(digit))


class Watch:
    """The instruments of one process.

    Args:
        service: name under which everything is reported, e.g. `klang-prod-biz`.
        tracing: whether X-Ray segments are sent (only inside Lambda).
    """

    def __init__(self, service: str, *, tracing: bool) -> None:
        from aws_lambda_powertools import Logger, Metrics
        from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

        class RedactingFormatter(LambdaPowertoolsFormatter):
            """Powertools' JSON line, redacted."""

            def format(self, record: logging.LogRecord) -> str:
                return redact(super().format(record))

        self.logger: Logger = Logger(service=LOGGER, level="INFO", logger_formatter=RedactingFormatter(), env=service)
        self.metrics: Metrics = Metrics(namespace=NAMESPACE, service=service)
        self.tracer: Tracer | None = None
        if tracing:
            # made only then: even a tracer that is off loads the whole X-Ray SDK, a third of a start
            from aws_lambda_powertools import Tracer

            self.tracer = Tracer(service=service)

    @contextmanager
    def invocation(self, context: Any) -> Iterator[None]:
        """Around one Lambda invocation: request id in every line, metrics written out at the end."""
        self.logger.append_keys(lambda_request_id=getattr(context, "aws_request_id", None))
        try:
            yield
        finally:
            if self.metrics.metric_set:
                self.metrics.flush_metrics()

    def measure(self, name: str, unit: str, value: float, environment: str) -> None:
        """One measurement that an alarm of `infra/template.yaml` watches; its only dimension is the environment."""
        from aws_lambda_powertools.metrics import MetricUnit, single_metric

        with single_metric(name=name, unit=MetricUnit(unit), value=value, namespace=NAMESPACE) as metric:
            metric.add_dimension(name="environment", value=environment)

    def middleware(self) -> Callable[[Any, Callable[[Any], Any]], Any]:
        """A Chalice middleware for every kind of event."""

        def around(event: Any, get_response: Callable[[Any], Any]) -> Any:
            with self.invocation(getattr(event, "lambda_context", None)):
                response = get_response(event)
                status = getattr(response, "status_code", None)
                if status is not None:
                    self.metrics.add_metric(name=f"Answers{status // 100}xx", unit="Count", value=1)
                return response

        return around
