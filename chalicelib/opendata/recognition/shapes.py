"""Where the rows of a table lie on the map: points of two columns or one, and shapes as GeoJSON or well-known text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import codes
from .rules import Found, point

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 500
_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*Z?\s*(\(.*\))\s*", re.IGNORECASE | re.DOTALL
)
_NUMBERS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_POSITION = re.compile(r"[-0-9.eE+]+(?:\s+[-0-9.eE+]+)+")
_ALONE = re.compile(r"\(\s*(\[[^\[\]]*\])\s*\)(?=\s*[,)])")
_TYPES = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}

Geometry = dict[str, Any]


def geometry(text: str) -> Geometry | None:
    """A GeoJSON geometry from its text, from well-known text, or from a feature; None where it is none."""
    if text.lstrip().startswith("{"):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            return None
        given = given.get("geometry") if given.get("type") == "Feature" else given
        known = isinstance(given, dict) and given.get("type") in {
            *_TYPES.values(),
            *(f"Multi{each}" for each in _TYPES.values()),
        }
        return {"type": given["type"], "coordinates": given.get("coordinates")} if known and _whole(given) else None
    found = _WKT.fullmatch(text)
    return None if found is None else _of_wkt(bool(found[1]), found[2].upper(), found[3])


def _whole(given: Mapping[str, Any]) -> bool:
    try:
        return any(True for _ in positions(given.get("coordinates")))
    except (TypeError, ValueError, RecursionError):
        return False


def _of_wkt(multi: bool, kind: str, body: str) -> Geometry | None:
    """Well-known text differs from GeoJSON's arrays in its brackets only, and in positions without any."""
    try:
        coordinates = json.loads(_bracketed(body, single=multi and kind == "POINT"))
    except (ValueError, RecursionError):
        return None
    shape = _TYPES[kind]
    if shape == "Point" and not multi:
        coordinates = coordinates[0]
    made = {"type": f"Multi{shape}" if multi else shape, "coordinates": coordinates}
    return made if _whole(made) else None


def _bracketed(body: str, *, single: bool) -> str:
    spaced = _POSITION.sub(lambda found: f"[{','.join(_NUMBERS.findall(found[0])[:2])}]", body)
    if single:
        # each position of a multipoint may stand in brackets of its own
        spaced = _ALONE.sub(r"\1", spaced)
    return spaced.replace("(", "[").replace(")", "]")


def positions(coordinates: Any) -> Iterator[tuple[float, float]]:
    """All positions of a geometry's coordinates, however deep.

    Raises:
        TypeError, ValueError: they are none.
    """
    if isinstance(coordinates, Sequence) and not isinstance(coordinates, str) and coordinates:
        if isinstance(coordinates[0], int | float):
            yield float(coordinates[0]), float(coordinates[1])
        else:
            for each in coordinates:
                yield from positions(each)


def bbox_of(found: Iterable[tuple[float, float]]) -> list[float] | None:
    """West, south, east, north."""
    west, south, east, north = 181.0, 91.0, -181.0, -91.0
    for longitude, latitude in found:
        west, east = min(west, longitude), max(east, longitude)
        south, north = min(south, latitude), max(north, latitude)
    plausible = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return [west, south, east, north] if plausible else None


def bbox(
    connection: DuckDBPyConnection, relation: str, found: Mapping[str, Found], pairs: Sequence[Mapping[str, str]]
) -> list[float] | None:
    """The box around all that a table puts on the map: its first pair of columns, else its first column of points or
    shapes. Rows at 0, 0 lie nowhere: that is what an empty form becomes."""
    if pairs:
        north, east = (f'"{pairs[0][each].replace(chr(34), chr(34) * 2)}"' for each in ("latitude", "longitude"))
        row = connection.execute(
            f"SELECT min({east}), min({north}), max({east}), max({north}) FROM {relation}"  # noqa: S608 - names are quoted
            f" WHERE {north} IS NOT NULL AND {east} IS NOT NULL AND ({north} <> 0 OR {east} <> 0)"
        ).fetchone()
        return [float(value) for value in row] if row and row[0] is not None else None
    name = next((name for name, each in found.items() if each.means in (codes.GEOMETRY, codes.POINT)), None)
    return None if name is None else bbox_of(_all(connection, relation, name, found[name].means))


def _all(connection: DuckDBPyConnection, relation: str, name: str, means: str) -> Iterator[tuple[float, float]]:
    column = f'"{name.replace(chr(34), chr(34) * 2)}"'
    cursor = connection.execute(f"SELECT {column} FROM {relation} WHERE {column} IS NOT NULL")  # noqa: S608 - names are quoted
    while rows := cursor.fetchmany(AT_ONCE):
        for (text,) in rows:
            if means == codes.POINT:
                if there := point(text):
                    yield there
            elif shape := geometry(text):
                yield from positions(shape["coordinates"])
