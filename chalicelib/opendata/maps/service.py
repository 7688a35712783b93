"""Where the rows of a table lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import NotFound

from ..charts.rows import Rows
from ..recognition.reports import Reports
from ..rules import Rejected
from ..tables.source import Source
from . import features
from .features import Box, Page, Place

PREVIEWED = 400
"""Rows that a preview shows."""
PREVIEW_BYTES = 300_000


class Maps:
    """Tells tables as features."""

    def __init__(self, rows: Rows, reports: Reports) -> None:
        self._rows = rows
        self._reports = reports

    def place(self, source: Source) -> Place | None:
        """Where a table has its geometry; None where it has none."""
        return features.place_of(source.table.shown, self._reports.recognised(source.table))

    def bbox(self, source: Source) -> list[float] | None:
        """West, south, east, north of a table as its file has it; None where nothing of it lies on the map."""
        found: list[float] | None = self._reports.recognised(source.table).get("bbox")
        return found

    def page(self, source: Source, *, box: Box | None, limit: int, after: int) -> Page:
        """Rows as features, in the order of the table.

        Raises:
            NotFound: the table has nothing on the map.
        """
        place = self.place(source)
        if place is None:
            raise NotFound("ตารางนี้ไม่มีคอลัมน์พิกัดหรือรูปร่างบนแผนที่", "This table has no column of coordinates or shapes.")
        with self._rows.open(source) as (connection, relation):
            return features.page(
                connection, relation, source.table.shown, place, box=box, limit=min(limit, features.MOST), after=after
            )

    def preview(self, source: Source) -> list[Mapping[str, Any]]:
        """Geometries of the first rows that have one, as many as a picture can bear."""
        if self.place(source) is None:
            return []
        found: list[Mapping[str, Any]] = []
        room = PREVIEW_BYTES
        for feature in self.page(source, box=None, limit=PREVIEWED, after=0).features:
            room -= len(json.dumps(feature["geometry"]))
            if room < 0 and found:
                break
            found.append(feature["geometry"])
        return found


def box_of(text: str | None) -> Box | None:
    """The box that an address names: `west,south,east,north`, degrees.

    Raises:
        Rejected: it is none.
    """
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Rejected({"bbox": ["Must be west,south,east,north in degrees, e.g. 97.3,5.6,105.7,20.5"]}) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Rejected({"bbox": ["Must be west,south,east,north in degrees, e.g. 97.3,5.6,105.7,20.5"]})
    return west, south, east, north
