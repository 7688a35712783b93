"""A provider over real HTTP that does what providers do on bad days, by the path that it is asked for."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40 + b"\xff\xd9"
LARGE = bytes(range(256)) * (18 * 1024)
"""4.5 MB: more than a reply carries, less than the exchange reads."""

XML = '<?xml version="1.0" encoding="TIS-620"?><ชื่อ>มาลี</ชื่อ>'.encode("tis-620")
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OddProvider

    def setup(self) -> None:
        super().setup()
        self.close_connection = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
        status, media, content = self._content(body)
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Road-Id", "forged")
        if status == 302:
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _content(self, body: bytes) -> tuple[int, str, bytes]:
        match self.path.partition("?")[0].removeprefix("/odd").removeprefix("/big"):
            case "/picture":
                return 200, "image/jpeg", JPEG
            case "/large":
                return 200, "application/pdf", LARGE
            case "/larger":
                return 200, "application/zip", LARGE * 3
            case "/xml":
                return 200, "application/xml", XML
            case "/back":
                return 200, self.headers.get("Content-Type", ""), body
            case "/slow":
                time.sleep(3)
            case "/redirect":
                return 302, "text/plain", b""
            case "/broken":
                return 200, "application/json", b'{"a": NaN}'
            case "/wrong":
                return 200, "application/json", b'{"unexpected": true}'
            case "/own-error":
                return 409, "application/problem+json", b'{"title": "Taken", "detail": "3990100001013"}'
        return 200, "application/json", json.dumps({"said": self.path}).encode()

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the test's output clean."""


for _method in METHODS:
    setattr(_Handler, f"do_{_method}", _Handler._answer)


class OddProvider(ThreadingHTTPServer):
    """The server; use it as a context manager.

    Attributes:
        seen: every request that arrived.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()


def description(*, large: bool = False) -> dict[str, Any]:
    """The OpenAPI description of its services, which may announce large answers."""
    answers = {
        "200": {
            "description": "An answer",
            "content": {
                "application/json": {
                    "schema": {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]}
                }
            },
        }
    }
    operation = {"responses": answers}
    anywhere = {method.lower(): operation for method in METHODS}
    return {
        **({"x-gdx-large-answers": True} if large else {}),
        "openapi": "3.1.0",
        "info": {"title": "Odd", "version": "1.0.0"},
        "paths": {"/": anywhere, "/{a}": anywhere, "/{a}/": anywhere, "/{a}/{b}": anywhere, "/{a}/{b}/{c}": anywhere},
    }
