"""A threaded HTTP/1.1 server for WSGI applications that can be stopped cleanly.

Waitress, because it keeps connections alive, hands the raw request line on as REQUEST_URI and reads chunked
bodies; werkzeug's server closes every connection, and chalice's own stalls 44 ms on each answer.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, get_header_lines
from waitress.server import create_server
from waitress.task import WSGITask

from infra.local.gateway_event import MAX_HEAD, MAX_REQUEST

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


HEADERS = "klang.headers"
"""Name in the WSGI environment of the headers as they came: WSGI's own joins those that repeat, and drops names with
"_", while API Gateway hands over each of them.
"""


class _Parser(HTTPRequestParser):
    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)  # refuses what is no header
        fields = [line.partition(b":") for line in get_header_lines(header_plus.partition(b"\r\n")[2])]
        self.sent = tuple((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")) for name, _, value in fields)


class _Task(WSGITask):
    def get_environment(self) -> Any:
        environ = super().get_environment()
        request: Any = self.request  # what our own parser made
        environ[HEADERS] = request.sent
        return environ


class _Channel(HTTPChannel):
    parser_class = _Parser
    task_class = _Task


class Server:
    """A running server; use it as a context manager, or call `stop`."""

    def __init__(self, app: WSGIApplication, host: str, port: int, threads: int) -> None:
        # The stubs give a union for several addresses and lack members; one address makes a TcpWSGIServer.
        make: Any = create_server
        # Waitress would start its threads before it finds the port taken, and leave them running.
        listener = socket.create_server((host, port))
        self._server = make(
            app,
            sockets=[listener],
            threads=threads,
            ident="klang",
            channel_timeout=120,
            connection_limit=1000,
            max_request_header_size=MAX_HEAD,
            # The gateway says 413 itself as problem+json; only far beyond its limit the server refuses to
            # read on.
            max_request_body_size=4 * MAX_REQUEST,
        )
        self._server.channel_class = _Channel
        self.host: str = host
        self.port: int = listener.getsockname()[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"http-{self.port}", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it answers, e.g. `http://127.0.0.1:8000`."""
        return f"http://{self.host}:{self.port}"

    def stop(self) -> None:
        """Stops taking requests, ends the worker threads and closes every socket; a second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._server.pull_trigger()
        self._thread.join(timeout=10)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        for channel in list(self._server.active_channels.values()):
            channel.close()
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._server.asyncore.loop(timeout=1, use_poll=True, map=self._server._map, count=1)


def serve(app: WSGIApplication, host: str = "127.0.0.1", port: int = 0, threads: int = 16) -> Server:
    """Serves an application in the background; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    return Server(app, host, port, threads)
