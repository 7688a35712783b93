"""Lambda's Invoke for the functions of a rehearsal: what one deployed function calls another with.

The emulator keeps functions and runs none; this answers in its place, on the front address, at the path of the Lambda
API ("Invoke" in the AWS Lambda API reference).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from infra.local.gateway import FunctionFailed, FunctionTimedOut, read_request, send
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.rehearsal.pool import Pool

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BEGINNING = "/2015-03-31"
_INVOKE = re.compile(rf"{BEGINNING}/functions/([^/]+)/invocations")


def invocations(pool: Pool) -> WSGIApplication:
    """The application; to be mounted at `BEGINNING`."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return send(_answer(pool, read_request(environ)), environ, start_response)

    return application


def _answer(pool: Pool, request: HttpRequest) -> HttpAnswer:
    found = _INVOKE.fullmatch(request.raw_path)
    if found is None or request.method != "POST":
        return _json(404, {"Message": "no such operation here"})
    try:
        return _json(200, pool.call(unquote(found[1]), json.loads(request.body or b"null")))
    except (FunctionFailed, FunctionTimedOut) as failed:
        # as Lambda does: the call was made, and its function failed
        return _json(200, {"errorType": type(failed).__name__}, ("X-Amz-Function-Error", "Unhandled"))


def _json(status: int, body: object, *headers: tuple[str, str]) -> HttpAnswer:
    return HttpAnswer(status, (("Content-Type", "application/json"), *headers), json.dumps(body).encode())
