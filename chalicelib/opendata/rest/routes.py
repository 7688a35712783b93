"""`/opendata/v1/datasets/{id}`: one dataset, whole, and its history.

A dataset is the package that CKAN's `package_show` answers. Its `ETag` is its revision, the same as there; a change
must send it back as `If-Match`.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from pydantic import Field

from chalicelib.shared.errors import Fault, Malformed, PreconditionNeeded, UnsupportedMedia
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.journal import Replayed
from chalicelib.shared.json_text import parse_json
from chalicelib.shared.web import Call, Incoming, Outgoing, Reply, Room

from .. import views
from ..access import STAFF_ROLES
from ..actions import http
from ..actions.answers import LIMIT, kept
from ..packages import Shown
from ..service import Catalogue
from . import history

WRITERS = (CITIZEN, officer(*sorted(STAFF_ROLES)))
READERS = (PUBLIC, *WRITERS)
PATH = "/opendata/v1/datasets/{id}"
_CHANGES = ("application/json", "application/merge-patch+json")


class Listing(Incoming):
    """How much of the history, and from where."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=500, description="`next` of the page before")


class VersionView(Outgoing):
    """One version of a dataset; it never changes."""

    id: str
    at: str
    activity: str = Field(description="CKAN's activity type, e.g. `changed package`")
    resource: str | None = Field(description="Id of the resource that was changed alone")
    public: bool = Field(description="Whether everybody could see the dataset afterwards")
    by: str | None = Field(description="Pseudonym of who did it; told to the dataset's organisation alone")
    diff: dict[str, Any] = Field(description="By field: [before, after]; in `resources`, the same by resource")


class VersionList(Outgoing):
    """A page of a dataset's history, the latest first."""

    items: list[VersionView]
    next: str | None


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""

    @room.get(PATH, allow=READERS, credentials=http.credentials, summary="A dataset with its resources")
    def read(call: Call) -> Reply:
        shown = catalogue.packages.shown(call.caller, unquote(call.params["id"]))
        return _reply(catalogue, call, shown)

    @room.patch(
        PATH,
        allow=WRITERS,
        raw=True,
        limit=LIMIT,
        summary="Change a dataset by JSON Merge Patch (RFC 7396); needs If-Match with its ETag",
    )
    def patch(call: Call) -> Reply:
        return write(call, whole=False)

    @room.put(
        PATH,
        allow=WRITERS,
        raw=True,
        limit=LIMIT,
        summary="Replace a dataset; needs If-Match with its ETag",
    )
    def replace(call: Call) -> Reply:
        return write(call, whole=True)

    def write(call: Call, *, whole: bool) -> Reply:
        revision = _revision(call)
        given = _object(call)
        asked = unquote(call.params["id"])
        editing = catalogue.editing
        try:
            if whole:
                shown = editing.update(call.caller, call.once, {**given, "id": asked}, revision)
            else:
                shown = editing.merge(call.caller, call.once, asked, given, revision)
        except Replayed as before:
            shown = catalogue.packages.shown(call.caller, (before.answer or {})["id"])
        catalogue.users.meet(call.caller)
        return _reply(catalogue, call, shown)

    @room.get(
        f"{PATH}/versions",
        allow=READERS,
        query=Listing,
        answer=VersionList,
        summary="The history of a dataset: what was different, when; to its organisation also by whom",
    )
    def versions(call: Call) -> Reply:
        asked: Listing = call.query
        package, organization = catalogue.packages.find(call.caller, unquote(call.params["id"]))
        member = catalogue.access.capacity(call.caller, organization) is not None
        cursors, scope = catalogue.parts.cursors, ("versions", package.id, member)
        found, after = catalogue.store.versions(package.id, limit=asked.limit, after=cursors.read(asked.cursor, scope))
        items = [
            VersionView(
                id=each.id,
                at=f"{views.naive(each.at)}Z",
                activity=each.activity,
                resource=None if each.subject == package.id else each.subject,
                public=each.public,
                by=each.by if member else None,
                diff=history.difference(each, member=member),
            )
            for each in found
            if member or history.is_told(each)
        ]
        return Reply(VersionList(items=items, next=cursors.make(after, scope)))


def _reply(catalogue: Catalogue, call: Call, shown: Shown) -> Reply:
    package, organization, themes = shown
    there = [theme for theme in themes if theme.state == "active"]
    view = views.package_view(package, organization, there, catalogue.site)
    body = json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode()
    if call.request.method == "GET" and call.caller.kind == "public":
        return kept(call, body, package.changed, media_type="application/json")
    return Reply(body, headers={"ETag": f'"{package.changed}"'}, media_type="application/json")


def _revision(call: Call) -> str | None:
    if "if-match" not in call.headers:
        raise PreconditionNeeded(
            "โปรดส่ง If-Match ตามค่า ETag ที่อ่านได้ล่าสุด",
            "Send If-Match with the ETag that you read.",
            [Fault("header:If-Match", "ต้องระบุ", "Mandatory here.")],
        )
    return http.revision_of(call.headers["if-match"])


def _object(call: Call) -> dict[str, Any]:
    if call.headers.get("content-type", _CHANGES[0]).split(";")[0].strip().lower() not in _CHANGES:
        raise UnsupportedMedia("โปรดส่งข้อมูลเป็น application/json", "Send application/json.")
    parsed = parse_json(call.raw)
    if not isinstance(parsed, dict):
        raise Malformed("ต้องเป็นออบเจกต์ JSON", "It must be a JSON object.")
    return parsed
