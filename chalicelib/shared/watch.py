"""Logs, metrics and traces by Powertools, with personal data redacted at the last possible moment.

Every record of the house's loggers leaves as one JSON line, redacted as a whole (`redaction`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .following import ATTRIBUTE, followed, following, part, record_by
from .measures import EVERY, METRICS, Measurement, at_work, measuring
from .redaction import redact

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Tracer

LOGGER = "klang"
NAMESPACE = "Klang"


class Watch:
    """The instruments of one process.

    Args:
        service: name under which everything is reported, e.g. `klang-prod-biz`.
        environment: `KLANG_ENV`; a dimension of every metric.
        first: the platform whose work is done where a function's name does not tell.
        traced: whether X-Ray records the call that runs; asked at each, never true outside Lambda.

    Attributes:
        tracer: sends X-Ray what AWS is asked for during a call; there from the first call on that is recorded. Of all
            calls X-Ray records one a second and one in twenty, and its SDK would be a fifth of every start.
        write: where a finished line of metrics goes; Lambda carries what is printed to CloudWatch.
    """

    def __init__(self, service: str, environment: str, first: str, *, traced: Callable[[], bool]) -> None:
        from aws_lambda_powertools import Logger
        from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

        class RedactingFormatter(LambdaPowertoolsFormatter):
            """Powertools' JSON line, redacted."""

            def format(self, record: logging.LogRecord) -> str:
                if followed():
                    setattr(record, ATTRIBUTE, followed())
                return redact(super().format(record))

        self.logger: Logger = Logger(service=LOGGER, level="INFO", logger_formatter=RedactingFormatter(), env=service)
        self.tracer: Tracer | None = None
        self.write: Callable[[str], object] = print
        self._service, self._environment, self._first = service, environment, first
        self._traced = traced

    @contextmanager
    def invocation(self, context: Any) -> Iterator[None]:
        """Around one Lambda invocation: request id in every line, what was measured written out at the end."""
        self.logger.append_keys(
            lambda_request_id=getattr(context, "aws_request_id", None),
            function_name=getattr(context, "function_name", None),
        )
        if self.tracer is None and self._traced():
            from aws_lambda_powertools import Tracer

            self.tracer = Tracer(service=self._service, patch_modules=("botocore",))
            record_by(self.tracer.provider.in_subsegment, self.tracer.put_annotation)
        with measuring() as taken, at_work(whose(getattr(context, "function_name", ""), self._first)):
            try:
                yield
            finally:
                for line in emf_lines(taken, self._environment):
                    self.write(line)

    def middleware(self) -> Callable[[Any, Callable[[Any], Any]], Any]:
        """A Chalice middleware for every kind of event."""

        def around(event: Any, get_response: Callable[[Any], Any]) -> Any:
            # Chalice names it by the kind of event: of a request, of all others
            context = getattr(event, "lambda_context", None) or getattr(event, "context", None)
            # the segment of the function itself is Lambda's, and takes no annotations
            with self.invocation(context), part("klang"), following(sender_of(event)):
                return get_response(event)

        return around


def sender_of(event: Any) -> str:
    """The request in which a queue's message was sent, by the event that brings it; empty where it does not say."""
    try:
        (record,) = event.to_dict()["Records"]
        return str(record["messageAttributes"][ATTRIBUTE]["stringValue"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def whose(function: str, otherwise: str) -> str:
    """The platform of a function by its name in Lambda: `klang-prod-gdx-gdx_events` -> `gdx`."""
    first = function.rpartition("-")[2].partition("_")[0]
    return first if first in EVERY else otherwise


def emf_lines(taken: Sequence[Measurement], environment: str) -> list[str]:
    """Measurements as lines of a log from which CloudWatch makes metrics ("Embedded metric format specification").

    One line for each set of dimensions; a metric that was measured several times has several values in it.
    """
    if not taken:
        return []
    from aws_lambda_powertools.metrics import EphemeralMetrics

    groups: dict[tuple[tuple[str, str], ...], EphemeralMetrics] = {}
    for each in taken:
        own = (("environment", environment), ("platform", each.platform), *each.by)
        if own not in groups:
            groups[own] = EphemeralMetrics(namespace=NAMESPACE)
            for name, value in own:
                groups[own].add_dimension(name, value)
        groups[own].add_metric(each.name, METRICS[each.name].unit, each.value)
    return [json.dumps(group.serialize_metric_set(), separators=(",", ":")) for group in groups.values()]
