"""Logs, metrics and traces by Powertools, with personal data redacted at the last possible moment.

Every record of the house's loggers leaves as one JSON line, redacted as a whole (`redaction`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .redaction import redact

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics, Tracer

LOGGER = "klang"
NAMESPACE = "Klang"


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
