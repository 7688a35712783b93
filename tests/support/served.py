"""Rooms behind a real HTTP server on the loopback, for clients that come with their own HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from tests.support.client import Client, NoSuchRoute


@contextmanager
def served(client: Client) -> Iterator[str]:
    """The address under which a client's rooms answer, one request after the other, while the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            try:
                response = client.call(self.command, self.path, body=body, headers=dict(self.headers.items())).response
            except NoSuchRoute:
                self.send_error(403, "Missing Authentication Token")  # as API Gateway does
                return
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the server's names

        def log_message(self, format: str, *args: object) -> None:
            """The tests' output is no access log."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
