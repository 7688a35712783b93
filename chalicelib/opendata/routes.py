"""The room's addresses: CKAN's Action API and the stable download addresses of files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode

from chalicelib.shared.errors import Malformed, Refusal, Unauthenticated, UnsupportedMedia
from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.identity import CITIZEN, NOBODY, PUBLIC, Allow, Caller, officer
from chalicelib.shared.json_text import parse_json
from chalicelib.shared.web import Admits, Call, Reply, Request, Response, Room

from . import actions as actions  # enters the actions
from .access import STAFF_ROLES
from .actions import dialect
from .actions.registry import ACTIONS, Asked, perform
from .changefeed import routes as changefeed
from .service import Catalogue
from .webhooks import routes as webhooks

ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))
NEEDS_POST = "JSON Error: Invalid request. Please use POST method for your request"


class CkanGate:
    """CKAN's way of knowing a caller: the token raw or after `Bearer`; one that does not hold is no token."""

    def __init__(self, gate: Admits) -> None:
        self._gate = gate

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller; on a public route, nobody where the token does not hold."""
        token = (authorization or "").strip()
        if token and not token.lower().startswith("bearer "):
            token = f"Bearer {token}"
        try:
            return self._gate.admit(token or None, allow)
        except Unauthenticated:
            if all(rule.kind != "public" for rule in allow):
                raise
            return NOBODY


def routes(catalogue: Catalogue, gate: Admits) -> Room:
    """The room behind a gate."""
    room = Room("opendata", CkanGate(SignedGate(gate)))

    def say_no(refused: Refusal | None, language: str, request_id: str, request: Request) -> Response:
        return dialect.refusal(catalogue.site, "", refused)

    def act(call: Call) -> Reply:
        name = unquote(call.params["name"])
        try:
            action = ACTIONS.get(name)
            if action is None:
                return _bare(dialect.bad_request(f"Action name not known: {_plain(name)}"))
            if action.writes and call.request.method != "POST":
                return _bare(dialect.bad_request(NEEDS_POST))
            given = _given(call)
            result = perform(name, Asked(catalogue, call.caller, call.once, given))
        except Refusal as refused:
            return _bare(dialect.refusal(catalogue.site, name, refused))
        if name == "datastore_search":
            result["_links"] = _links(call, result)
        return Reply(dialect.success(catalogue.site, name, result), media_type=dialect.MEDIA_TYPE)

    for prefix in ("/api/3/action", "/api/action"):
        room.get(
            f"{prefix}/{{name}}",
            allow=ALLOW,
            dialect=say_no,
            summary="CKAN Action API: an action that only reads",
        )(act)
        room.post(f"{prefix}/{{name}}", allow=ALLOW, dialect=say_no, raw=True, summary="CKAN Action API: any action")(
            act
        )

    @room.get(
        "/dataset/{id}/resource/{rid}/download/{name}",
        allow=ALLOW,
        status=302,
        summary="The file of a resource under its own name (redirect to a short-lived address)",
    )
    def download(call: Call) -> Reply:
        url = catalogue.resources.download(call.caller, call.params["id"], call.params["rid"])
        return Reply(None, headers={"Location": url})

    changefeed.hang(room, catalogue)
    webhooks.hang(room, catalogue)
    return room


def _bare(response: Response) -> Reply:
    return Reply(
        response.body,
        status=response.status,
        headers={"Content-Type": dialect.MEDIA_TYPE, **response.headers},
    )


def _given(call: Call) -> Mapping[str, Any]:
    """The parameters of an action: query string, JSON object, or form.

    Raises:
        Malformed, UnsupportedMedia.
    """
    if call.request.method == "GET":
        return {name: values[0] if len(values) == 1 else list(values) for name, values in call.request.query.items()}
    media = call.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if not call.raw:
        return {}
    if media == "application/x-www-form-urlencoded" and not call.raw.lstrip().startswith(b"{"):
        try:
            form = parse_qs(call.raw.decode("utf-8"), keep_blank_values=True, max_num_fields=500)
        except ValueError:
            raise Malformed("อ่านแบบฟอร์มไม่ได้", "The form cannot be read.") from None
        return {name: values[0] if len(values) == 1 else values for name, values in form.items()}
    if media == "multipart/form-data":
        raise UnsupportedMedia(
            "โปรดอัปโหลดไฟล์ผ่านแบบฟอร์มที่ resource_create ให้ไว้",
            "Send files by the form that resource_create answers (upload: {file_name, size, sha256, media_type}).",
        )
    parsed = parse_json(call.raw)
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Malformed("มีอักขระที่ไม่ใช่ Unicode", "It holds half a surrogate pair.") from None
    if not isinstance(parsed, Mapping):
        raise Malformed("ต้องเป็นออบเจกต์ JSON", "Request data JSON decoded, but it needs to be a dictionary.")
    return parsed


def _plain(name: str) -> str:
    return "".join(letter for letter in name[:60] if letter.isalnum() or letter in "_-.")


def _links(call: Call, result: Mapping[str, Any]) -> dict[str, str]:
    """Relative addresses of the first, next and previous page; next is always there, as in CKAN."""
    path = call.request.path
    query = [(name, value) for name, value in parse_qsl(call.request.query_string) if name != "offset"]
    offset, limit = int(result.get("offset", 0)), int(result["limit"])

    def at(place: int | None) -> str:
        full = query if place is None else [*query, ("offset", str(place))]
        return f"{path}?{urlencode(full)}" if full else path

    links = {"start": at(None), "next": at(offset + limit)}
    if offset - limit > 0:
        links["prev"] = at(offset - limit)
    return links
