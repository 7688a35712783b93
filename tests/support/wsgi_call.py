"""One request to a WSGI application, without a server."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from tests.support.cloud import ORIGIN

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def call_wsgi(
    app: WSGIApplication, method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, dict[str, str], bytes]:
    """One request to a WSGI application (PEP 3333); header names of the answer in lower case."""
    raw, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1"),
        "REQUEST_URI": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body or b"")),
        "HTTP_HOST": ORIGIN.partition("//")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    said: dict[str, Any] = {}

    def start_response(status: str, answered: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[..., object]:
        said.update(status=int(status.split()[0]), headers={name.lower(): value for name, value in answered})
        return lambda _: None

    content = b"".join(app(environ, start_response))
    return said["status"], said["headers"], content
