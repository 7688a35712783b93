"""Logs, metrics and traces by Powertools, with personal data redacted at the last possible moment.

Every record of the house's loggers leaves as one JSON line. Whatever looks like a national id (thirteen digits, Arabic
or Thai, plain or dashed, with a valid check digit) is masked in the finished line, wherever in it it stands.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .thai import is_national_id, to_ascii_digits

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics, Tracer

LOGGER = "klang"
NAMESPACE = "Klang"
_CANDIDATE = re.compile(r"(?<![0-9๐-๙])[0-9๐-๙](?:[- ]?[0-9๐-๙]){12}(?![0-9๐-๙])")


def redact(text: str) -> str:
    """The text with every national id replaced by `[pid]`."""

    def mask(found: re.Match[str]) -> str:
        digits = re.sub(r"[- ]", "", to_ascii_digits(found[0]))
        return "[pid]" if is_national_id(digits) else found[0]

    return _CANDIDATE.sub(mask, text)


class Watch:
    """The instruments of one process.

    Args:
        service: name under which everything is reported, e.g. `klang-prod-biz`.
        tracing: whether X-Ray segments are sent (only inside Lambda).
    """

    def __init__(self, service: str, *, tracing: bool) -> None:
        from aws_lambda_powertools import Logger, Metrics, Tracer
        from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

        class RedactingFormatter(LambdaPowertoolsFormatter):
            """Powertools' JSON line, redacted."""

            def format(self, record: logging.LogRecord) -> str:
                return redact(super().format(record))

        self.logger: Logger = Logger(service=LOGGER, level="INFO", logger_formatter=RedactingFormatter(), env=service)
        self.metrics: Metrics = Metrics(namespace=NAMESPACE, service=service)
        self.tracer: Tracer = Tracer(service=service, disabled=not tracing)

    @contextmanager
    def invocation(self, context: Any) -> Iterator[None]:
        """Around one Lambda invocation: request id in every line, metrics written out at the end."""
        self.logger.append_keys(lambda_request_id=getattr(context, "aws_request_id", None))
        try:
            yield
        finally:
            if self.metrics.metric_set:
                self.metrics.flush_metrics()

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
