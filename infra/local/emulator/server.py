"""Serves the mended moto: a thread per connection, no access log."""

from __future__ import annotations

import logging
import os

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from infra.local.emulator import mends
from infra.local.emulator.gate import PresignGate


class _Quiet(WSGIRequestHandler):
    """HTTP/1.1 with kept connections. Without TCP_NODELAY each answer on one would wait 40 ms for an ACK."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: errors are logged by werkzeug itself."""


def secret_of(access_key: str) -> str | None:
    """The one pair of keys that the laptop has: that of the environment, else testing/testing."""
    pair = (
        os.environ.get("AWS_ACCESS_KEY_ID", "testing"),
        os.environ.get("AWS_SECRET_ACCESS_KEY", "testing"),
    )
    return pair[1] if access_key == pair[0] else None


def moto_server(port: int) -> BaseWSGIServer:
    """A server bound to 127.0.0.1, mended and gated, that waits for `serve_forever()`."""
    mends.install()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = PresignGate(DomainDispatcherApplication(create_backend_app), secret_of)
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=_Quiet)
