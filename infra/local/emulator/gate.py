"""WSGI middleware that checks presigned URLs, presigned POSTs and digests: moto 5.2.5 checks none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from werkzeug.formparser import parse_form_data

from infra.local.emulator.presign import Refusal, Request, check_digests, check_post, check_url, is_presigned
from infra.local.emulator.presign.signature import SecretOf

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def _now() -> datetime:
    return datetime.now(UTC)


class PresignGate:
    """Stands before an S3 emulator; `secret_of` knows the keys that may have signed."""

    def __init__(self, inner: Application, secret_of: SecretOf, now: Callable[[], datetime] = _now) -> None:
        self._inner, self._secret_of, self._now = inner, secret_of, now

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        refused = self._refusal(environ)
        if refused is None:
            return self._inner(environ, start_response)
        body = f"<Error><Code>{refused.code}</Code><Message>{refused.code}</Message></Error>".encode()
        headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
        start_response(f"{refused.status} {refused.code}", headers)
        return [body]

    def _refusal(self, environ: dict[str, Any]) -> Refusal | None:
        method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
        headers = _headers(environ)
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if is_presigned(query):
            refused = check_url(Request(method, path, query, headers), self._secret_of, self._now())
            if refused is not None:
                return refused
        elif method == "POST" and headers.get("content-type", "").startswith("multipart/form-data"):
            raw = _body(environ)
            _, form, files = parse_form_data({**environ, "wsgi.input": io.BytesIO(raw)})
            file = files["file"].read() if "file" in files else form.get("file", "").encode()
            bucket = path.strip("/").split("/")[0]
            return check_post(form.to_dict(), file, bucket, self._secret_of, self._now())
        plain = headers.get("content-encoding") != "aws-chunked"
        if method == "PUT" and plain and {"content-md5", "x-amz-checksum-sha256"} & headers.keys():
            return check_digests(headers, _body(environ))
        return None


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _body(environ: dict[str, Any]) -> bytes:
    """The body, put back so that the emulator can read it again."""
    raw: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(raw)
    return raw
