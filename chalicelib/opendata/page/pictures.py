"""The chart and the map of a table as pictures of their own, to be shown or linked to elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from chalicelib.shared.errors import NotFound
from chalicelib.shared.web import Call, Reply, Room

from ..actions import http
from ..charts.service import Asked
from ..rest.routes import READERS
from ..tables.addressed import TableAsked, found
from .drawn import chart_of, map_of, places_of
from .showing import fresh, language_of

if TYPE_CHECKING:
    from ..service import Catalogue
    from ..tables.source import Source
    from .drawn import Drawn

MEDIA = "image/svg+xml"
STYLE = (
    ".chart{font-family:'Noto Sans Thai','Leelawadee UI',Thonburi,sans-serif}"
    ".chart text{fill:#16242c;font-size:13px;text-anchor:middle}.chart .axis.y text{text-anchor:end}"
    ".chart .background{fill:#fff}.chart .line,.chart .guide{fill:none;stroke:#d5dcdb;stroke-width:1}"
    ".chart .series .line{stroke:#1b7a92;stroke-width:2.5}.chart .rect,.chart .dot{fill:#1b7a92}.chart .dot{r:3.5px}"
    ".chart .horizontalbar-graph .axis.x,.chart .horizontalbar-graph .guide{display:none}"
    ".chart .text-overlay text{text-anchor:start}"
)
"""As the pages style charts by day."""


class PictureAsked(TableAsked):
    """What a picture tells."""

    value: str | None = Field(default=None, max_length=200, description="The column that is told; `-` counts rows")
    by: str | None = Field(default=None, max_length=200, description="The column that it is told by")
    how: Literal["sum", "mean"] | None = None
    lang: Literal["th", "en"] | None = None

    @property
    def asked(self) -> Asked:
        """For the charts."""
        return Asked(self.value or "", self.by or "", self.how or "")


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/opendata/v1/resources/{id}/chart.svg",
        allow=READERS,
        credentials=http.credentials,
        query=PictureAsked,
        media=MEDIA,
        summary="A chart of a table over all of its rows",
    )
    def chart(call: Call) -> Reply:
        asked: PictureAsked = call.query
        source = found(catalogue, call)
        points = catalogue.insight.charts.chart(source, asked.asked)
        if points is None:
            raise NotFound("ตารางนี้ไม่มีสิ่งที่ควรวาดเป็นแผนภูมิ", "There is nothing in this table that a chart would tell.")
        return _reply(call, source, chart_of(points, language_of(call.request)[0]))

    @room.get(
        "/opendata/v1/resources/{id}/map.svg",
        allow=READERS,
        credentials=http.credentials,
        query=PictureAsked,
        media=MEDIA,
        summary="A table on the map: a number by province in colours, else its points and shapes",
    )
    def land(call: Call) -> Reply:
        asked: PictureAsked = call.query
        source = found(catalogue, call)
        words = language_of(call.request)[0]
        points = catalogue.insight.charts.map(source, asked.asked)
        if points is not None:
            return _reply(call, source, map_of(points, words))
        places = catalogue.insight.maps.preview(source)
        if not places:
            raise NotFound("ตารางนี้ไม่มีสิ่งที่แสดงบนแผนที่ได้", "There is nothing in this table that can be shown on a map.")
        return _reply(call, source, places_of(places, source.table.rows, words))


def _reply(call: Call, source: Source, drawn: Drawn) -> Reply:
    svg = drawn.svg
    if "xmlns=" not in svg[:200]:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    if 'class="chart"' in svg[:400]:
        start = svg.index(">") + 1
        svg = f"{svg[:start]}<style>{STYLE}</style>{svg[start:]}"
    headers = {**_security(), "Vary": "Accept-Language, Authorization"}
    if not source.public:
        headers["Cache-Control"] = "private, no-store"
    return fresh(call.request, svg.encode(), MEDIA, headers)


@cache
def _security() -> Mapping[str, str]:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors *",
        "X-Content-Type-Options": "nosniff",
    }
