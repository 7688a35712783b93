"""Small HTTP applications of the laptop stack: functions by method and path, and refusals as problem+json.

They speak the same errors as the platforms (`chalicelib.shared.errors`), so a client meets one dialect
everywhere.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

from pydantic import BaseModel, ValidationError

from chalicelib.shared.errors import Malformed, NotFound, Refusal
from chalicelib.shared.ids import new_id
from chalicelib.shared.problems import MEDIA_TYPE, invalid_body, problem, unexpected
from chalicelib.shared.web import parse_json, where
from infra.local.gateway import read_request, send
from infra.local.gateway_event import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("klang.local")

Handler = Callable[[HttpRequest], HttpAnswer]
Wanted = TypeVar("Wanted", bound=BaseModel)

NO_STORE = ("Cache-Control", "no-store")


def json_answer(body: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> HttpAnswer:
    """A JSON answer that nobody may cache."""
    content = json.dumps(body, ensure_ascii=False).encode()
    return HttpAnswer(status, (("Content-Type", "application/json"), NO_STORE, *headers), content)


def html_answer(body: str, status: int = 200) -> HttpAnswer:
    """An HTML page that runs no script and may not be framed."""
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        NO_STORE,
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
    )
    return HttpAnswer(status, headers, body.encode())


def read_body(request: HttpRequest, model: type[Wanted]) -> Wanted:
    """The JSON body as a model. Raises `Malformed` or `Invalid`, as the platforms do."""
    parsed = parse_json(request.body)
    try:
        return model.model_validate_json(json.dumps(parsed))
    except ValidationError as error:
        raise invalid_body(error) from None


def read_form(text: str) -> dict[str, str]:
    """Fields of a query string or a posted form.

    Raises:
        Malformed: a field stands twice (OAuth forbids it: RFC 6749 section 3.1), or there are far too many.
    """
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Malformed("อ่านแบบฟอร์มไม่ได้", "The form cannot be read.") from None
    if any(len(values) > 1 for values in fields.values()):
        raise Malformed("มีพารามิเตอร์ซ้ำ", "A parameter stands twice.")
    return {name: values[0] for name, values in fields.items()}


def form_of(request: HttpRequest) -> dict[str, str]:
    """The fields of a posted form. Raises `Malformed`."""
    try:
        return read_form(request.body.decode("ascii"))
    except UnicodeDecodeError:
        raise Malformed("อ่านแบบฟอร์มไม่ได้", "The form cannot be read.") from None


class Paths:
    """A WSGI application of fixed paths.

    Args:
        handlers: functions by (method, path).
        under: more functions by the beginning of the path, e.g. `/local/oidc/`.
    """

    def __init__(self, handlers: Mapping[tuple[str, str], Handler], under: Mapping[str, Handler] | None = None) -> None:
        self._handlers = dict(handlers)
        self._under = dict(under or {})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry (PEP 3333)."""
        return send(self.answer(read_request(environ)), environ, start_response)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Serves one request; a refusal becomes a problem, anything unforeseen a 500 without details."""
        english = (request.header("Accept-Language") or "").lower().startswith("en")
        language, instance = "en" if english else "th", new_id()
        retry_after: int | None = None
        try:
            return self._find(request)(request)
        except Refusal as refusal:
            document, retry_after = problem(refusal, language=language, instance=instance), refusal.retry_after
        except Exception as error:  # one request must not take the server down
            log.error("unforeseen error", extra={"error": where(error), "request_id": instance})
            document = unexpected(language=language, instance=instance)
        content = json.dumps(document, ensure_ascii=False).encode()
        headers = [("Content-Type", MEDIA_TYPE), NO_STORE]
        if retry_after is not None:
            headers.append(("Retry-After", str(retry_after)))
        return HttpAnswer(document["status"], tuple(headers), content)

    def _find(self, request: HttpRequest) -> Handler:
        method = "GET" if request.method == "HEAD" else request.method
        if found := self._handlers.get((method, request.raw_path)):
            return found
        for beginning, handler in self._under.items():
            if request.raw_path.startswith(beginning):
                return handler
        allowed = sorted(known for known, path in self._handlers if path == request.raw_path)
        if allowed:
            return lambda _: HttpAnswer(405, (("Allow", ", ".join(allowed)), NO_STORE), b"")
        raise NotFound("ไม่พบหน้านี้", "There is nothing at this path.")
