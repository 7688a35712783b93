"""CKAN's Action API over HTTP.

    /api/3/action/{name}, /api/action/{name}   GET for actions that only read, POST for any
    /api, /api/3                               {"version": 3}

A token stands in `Authorization` (raw, or after `Bearer`) or in `X-CKAN-API-Key`. A call with `callback` is a JSONP one
and nobody's. What shows or writes a package answers its revision as `ETag`; a write that sends it back as `If-Match` is
refused with 412 when the package is another one by then. Clients that send no `If-Match` see CKAN as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from chalicelib.shared.errors import Fault, Malformed, Refusal, TooLarge
from chalicelib.shared.identity import NOBODY, PUBLIC, Allow
from chalicelib.shared.web import Call, Reply, Request, Response, Room

from ..service import Catalogue
from . import dialect, forms
from .answers import LIMIT, kept, known, packed, takes_gzip
from .registry import ACTIONS, Asked, Told, perform

SCRIPT = "application/javascript;charset=utf-8"
NEEDS_POST = "JSON Error: Invalid request. Please use POST method for your request"
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,99}(\.[A-Za-z_$][\w$]{0,99}){0,5}", re.ASCII)
_REVISION = re.compile(r'"([0-9A-Za-z_-]{1,64})(?:\.[0-9a-f]{16})?"')


def hang(room: Room, catalogue: Catalogue, allow: Sequence[Allow]) -> None:
    """Hangs the Action API into the room."""

    def say_no(refused: Refusal | None, language: str, request_id: str, request: Request) -> Response:
        if isinstance(refused, TooLarge):
            # of the request: that of the answer is told in place
            refused = TooLarge(
                "คำขอใหญ่เกินไป ไฟล์ใหญ่ให้แจ้งด้วย upload ใน resource_create แล้วส่งตามแบบฟอร์มที่ได้รับ",
                f"A request may be at most {LIMIT} bytes. Announce a larger file by resource_create with upload: "
                "{file_name, size, sha256, media_type} and send it by the form that is answered.",
            )
        return dialect.refusal(catalogue.site, "", refused)

    def act(call: Call) -> Reply:
        name = unquote(call.params["name"])
        try:
            return _answered(catalogue, call, name)
        except Refusal as refused:
            return _bare(dialect.refusal(catalogue.site, name, refused))

    for prefix in ("/api/3/action", "/api/action"):
        promises: dict[str, Any] = {"allow": allow, "dialect": say_no, "credentials": credentials, "limit": LIMIT}
        room.get(f"{prefix}/{{name}}", summary="CKAN Action API: an action that only reads", **promises)(act)
        room.post(f"{prefix}/{{name}}", raw=True, summary="CKAN Action API: any action", **promises)(act)

    def version(call: Call) -> Reply:
        return Reply({"version": 3}, media_type=dialect.MEDIA_TYPE)

    for path in ("/api", "/api/3"):
        room.get(path, allow=[PUBLIC], dialect=say_no, summary="CKAN API: its version")(version)


def credentials(request: Request) -> str | None:
    """The token of a request, None for nobody's."""
    if request.method == "GET" and "callback" in request.query:
        return None
    sent = request.headers.get("authorization", "").strip()
    # another scheme, e.g. Basic of a proxy in between, is no token of ours
    if not sent or (" " in sent and not sent.lower().startswith("bearer ")):
        sent = request.headers.get("x-ckan-api-key", "").strip()
    return sent or None


def revision_of(if_match: str | None) -> str | None:
    """The revision that `If-Match` names, None where any will do.

    Raises:
        Malformed.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    if found is None:
        raise Malformed(
            "If-Match ไม่ถูกต้อง",
            "If-Match is not an ETag of ours.",
            [Fault("header:If-Match", "ใช้ค่า ETag ที่อ่านได้ล่าสุด", "Use the ETag that you read.")],
        )
    return found[1]


def _answered(catalogue: Catalogue, call: Call, name: str) -> Reply:
    action = ACTIONS.get(name)
    if action is None:
        return _bare(dialect.bad_request(f"Action name not known: {_plain(name)}"))
    if action.writes and call.request.method != "POST":
        return _bare(dialect.bad_request(NEEDS_POST))
    given, files = forms.read(call.request, reads=not action.writes)
    caller = call.caller
    callback = given.pop("callback", None)
    if callback is not None:
        caller = NOBODY
        if not isinstance(callback, str) or not _CALLBACK.fullmatch(callback):
            raise Malformed("callback ไม่ถูกต้อง", "callback must be the name of a JavaScript function.")
    once = forms.attempt(call.request, call.once, given, files)
    keeps = call.request.method == "GET" and callback is None and caller.kind == "public"
    asked = Asked(
        catalogue,
        caller,
        once,
        given,
        revision_of(call.headers.get("if-match")),
        files,
        known(call) if keeps else frozenset(),
        takes_gzip(call.headers.get("accept-encoding", "")),
    )
    result = perform(name, asked)
    told = result if isinstance(result, Told) else Told(result)
    if told.tag is not None and told.tag in asked.known:
        return kept(call, b"", None, media_type=dialect.MEDIA_TYPE, tag=told.tag)
    if name == "datastore_search":
        told.result["_links"] = _links(call.request, told.result)
    body = json.dumps(
        dialect.success(catalogue.site, name, told.result), ensure_ascii=False, separators=(",", ":")
    ).encode()
    if call.request.method == "GET" and callback is not None:
        # nosniff: a page that takes it for anything but a script must not get its way
        script = b"%s(%s);" % (callback.encode(), body)
        return packed(call, Reply(script, headers={"X-Content-Type-Options": "nosniff"}, media_type=SCRIPT))
    if keeps:
        return packed(call, kept(call, body, told.revision, media_type=dialect.MEDIA_TYPE, tag=told.tag))
    headers = {} if told.revision is None else {"ETag": f'"{told.revision}"'}
    return packed(call, Reply(body, headers=headers, media_type=dialect.MEDIA_TYPE))


def _bare(response: Response) -> Reply:
    headers = {"Content-Type": dialect.MEDIA_TYPE, **response.headers}
    return Reply(response.body, status=response.status, headers=headers)


def _plain(name: str) -> str:
    return "".join(letter for letter in name[:60] if letter.isalnum() or letter in "_-.")


def _links(request: Request, result: Mapping[str, Any]) -> dict[str, str]:
    """Relative addresses of the first, next and previous page; next is always there, as in CKAN."""
    query = [(name, value) for name, value in parse_qsl(request.query_string) if name != "offset"]
    offset, limit = int(result.get("offset", 0)), int(result["limit"])

    def at(place: int | None) -> str:
        full = query if place is None else [*query, ("offset", str(place))]
        return f"{request.path}?{urlencode(full)}" if full else request.path

    links = {"start": at(None), "next": at(offset + limit)}
    if offset - limit > 0:
        links["prev"] = at(offset - limit)
    return links
