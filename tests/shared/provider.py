"""Somebody on loopback who answers as others do, well or ill."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from chalicelib.shared.egress import MAX_ANSWER, MAX_LARGE

LOOPBACK = ("127.0.0.0/8", "::1/128")
BOMB = gzip.compress(bytes(MAX_ANSWER * 20), compresslevel=1)


class Provider(BaseHTTPRequestHandler):
    """Answers by its path and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []
    encoded: ClassVar[dict[str, tuple[str, bytes]]] = {}
    """By path: a `Content-Encoding`, and the bytes that are sent under it."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, headers, body))
        status, extra, content = self.content()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        if self.path == "/drip":
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
        else:
            self.wfile.write(content)

    def content(self) -> tuple[int, dict[str, str], bytes]:
        if self.path == "/redirect":
            return 302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""
        if self.path == "/error":
            return 503, {"Retry-After": "5"}, b"busy"
        if self.path == "/large":
            return 200, {}, bytes(MAX_ANSWER + 1)
        if self.path == "/larger":
            return 200, {}, bytes(MAX_LARGE + 1)
        if self.path in self.encoded:
            encoding, content = self.encoded[self.path]
            return 200, {"Content-Encoding": encoding}, content
        if self.path == "/bomb":
            return 200, {"Content-Encoding": "gzip"}, BOMB
        if self.path == "/drip":
            return 200, {}, b"x" * 30
        return 200, {"X-Answer": "Yes"}, "ตอบ".encode()

    def log_message(self, format: str, *args: Any) -> None:
        return


for _method in ("GET", "POST"):
    setattr(Provider, f"do_{_method}", Provider.answer)


@contextmanager
def serving() -> Iterator[int]:
    """The port of a provider on loopback."""
    Provider.seen, Provider.encoded = [], {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()
