"""`/opendata/v1/import`: the template, and a workbook in."""

from __future__ import annotations

from urllib.parse import quote

from chalicelib.shared.errors import UnsupportedMedia
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from ..standard.workbook import MAX_BYTES, MEDIA_TYPE
from .views import Report, Wish

FILE_NAME = "แม่แบบชุดข้อมูล.xlsx"


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/opendata/v1/import",
        allow=[PUBLIC],
        media=MEDIA_TYPE,
        summary="The Excel template for many datasets, with the standard's lists",
    )
    def template(_: Call) -> Reply:
        from ..standard.template import template as workbook

        headers = {
            "Content-Disposition": f"attachment; filename=\"datasets.xlsx\"; filename*=UTF-8''{quote(FILE_NAME)}",
            "Cache-Control": "public, max-age=3600",
        }
        return Reply(workbook(), headers=headers, media_type=MEDIA_TYPE)

    @room.post(
        "/opendata/v1/import",
        allow=(CITIZEN, officer(*sorted(STAFF_ROLES))),
        query=Wish,
        raw=True,
        limit=MAX_BYTES,
        answer=Report,
        summary="Check a filled-in template cell by cell, or enter its datasets as drafts; safe to repeat",
    )
    def take(call: Call) -> Report:
        media = call.headers.get("content-type", "").split(";")[0].strip().lower()
        if media not in (MEDIA_TYPE, "application/octet-stream"):
            raise UnsupportedMedia(
                "โปรดส่งไฟล์ .xlsx เป็นเนื้อหาของคำขอ", f"Send the .xlsx file as the body ({MEDIA_TYPE})."
            )
        asked: Wish = call.query
        return Report.of(*catalogue.publishing.importing.run(call.caller, asked.organization, call.raw, asked.mode))
