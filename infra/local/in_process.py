"""The Chalice app called in this very process, by many threads at once, with the events that Lambda would
get.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Chalice
from chalice.deploy.swagger import SwaggerGenerator

from infra.local.gateway import Api, FunctionFailed, Gateway
from infra.local.gateway_event import ACCOUNT, Answer, Event

REGION = "ap-southeast-1"


@dataclass(frozen=True)
class LambdaContext:
    """What a function learns about its call (the Python `context` object of Lambda)."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    memory_limit_in_mb: int = 1024
    timeout: float = 29.0
    function_version: str = "$LATEST"
    started: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where Lambda would log."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """One stream per process, as one per sandbox in Lambda."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function would be stopped."""
        return max(0, int((self.timeout - (time.monotonic() - self.started)) * 1000))


class _PerThread:
    """A Chalice app's two facts about the running call, kept per thread.

    Lambda calls a function once at a time, so Chalice keeps them on the app itself; with threads, one request
    would read another's.
    """

    _calls: threading.local

    @property
    def current_request(self) -> Any:
        return getattr(self._calls, "request", None)

    @current_request.setter
    def current_request(self, value: Any) -> None:
        self._calls.request = value

    @property
    def lambda_context(self) -> Any:
        return getattr(self._calls, "context", None)

    @lambda_context.setter
    def lambda_context(self, value: Any) -> None:
        self._calls.context = value


def threadsafe(app: Chalice) -> Chalice:
    """Makes an app callable from several threads; the same object comes back, twice is once."""
    if not isinstance(app, _PerThread):
        for name in ("current_request", "lambda_context"):
            app.__dict__.pop(name, None)
        app.__dict__["_calls"] = threading.local()
        app.__class__ = type(f"Threadsafe{type(app).__name__}", (_PerThread, type(app)), {})
    return app


def api_of(app: Chalice) -> Api:
    """What API Gateway would be told about an app's routes."""
    resources = {
        "api_handler_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:local",
        "lambda_functions": {},
    }
    return Api.from_swagger(SwaggerGenerator(REGION, resources).generate_swagger(app))


def in_process(app: Chalice, function_name: str = "klang-local", api: Api | None = None) -> Gateway:
    """A gateway in front of an app of this process, with its API if that is known; serve it with `wsgi.serve`."""
    safe: Callable[[Event, LambdaContext], Answer] = threadsafe(app)

    def invoke(event: Event) -> Answer:
        try:
            return safe(event, LambdaContext(function_name))
        except Exception as error:  # whatever escapes a function, Lambda reports as failed and API Gateway as 502
            raise FunctionFailed(type(error).__name__) from error

    return Gateway(api or api_of(app), invoke)
