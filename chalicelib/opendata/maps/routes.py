"""`/opendata/v1/resources/{id}/geojson`: rows as features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from pydantic import Field

from chalicelib.shared.web import Call, Reply, Room

from ..actions import http
from ..rest.routes import READERS
from ..tables.addressed import TableAsked, found
from .features import MOST
from .service import box_of

if TYPE_CHECKING:
    from ..service import Catalogue

MEDIA = "application/geo+json"


class FeaturesAsked(TableAsked):
    """Which features."""

    bbox: str | None = Field(
        default=None, max_length=120, description="west,south,east,north in degrees: only what lies there"
    )
    limit: int = Field(default=100, ge=1, le=MOST)
    after: int = Field(default=0, ge=0, description="`_id` of the last row of the page before")


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs this route on the room."""

    @room.get(
        "/opendata/v1/resources/{id}/geojson",
        allow=READERS,
        credentials=http.credentials,
        query=FeaturesAsked,
        media=MEDIA,
        summary="Rows of a table as GeoJSON features, wholly or within a box, page by page",
    )
    def geojson(call: Call) -> Reply:
        asked: FeaturesAsked = call.query
        box = box_of(asked.bbox)
        source = found(catalogue, call)
        maps = catalogue.insight.maps
        page = maps.page(source, box=box, limit=asked.limit, after=asked.after)
        catalogue.counters.count(source.resource.package_id, "queries")
        told: dict[str, Any] = {"type": "FeatureCollection", "features": page.features}
        if (whole := maps.bbox(source)) and not box:
            told["bbox"] = whole
        told["numberReturned"] = len(page.features)
        if page.after is not None:
            given = asked.model_dump(exclude_none=True, exclude={"after"})
            address = f"{catalogue.site}/opendata/v1/resources/{quote(unquote(call.params['id']), safe='')}/geojson"
            told["links"] = [
                {"rel": "next", "type": MEDIA, "href": f"{address}?{urlencode({**given, 'after': page.after})}"}
            ]
        return Reply(told, media_type=MEDIA)
