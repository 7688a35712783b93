"""Rows of a table as GeoJSON features: a bounded number, in the order of the table, wholly or within a box.

Rows with two columns of coordinates are found by the engine. Shapes that stand in one column are read in their order,
so many of them at once at most; where the reading stopped, the next page goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from ..recognition import codes
from ..recognition.look import quoted
from ..recognition.rules import point
from ..recognition.shapes import bbox_of, geometry, positions
from ..tables.ingest.values import as_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 1_000
"""Features of one answer."""
READ = 20_000
"""Rows with shapes that one answer reads."""
BYTES = 4_000_000
"""About how large an answer may become: Lambda's own limit is 6 MB."""
_AT_ONCE = 200

Box = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True)
class Place:
    """Where a table has its geometry.

    Attributes:
        latitude, longitude: two columns, or
        shape: one, and what it was recognised as (`means`).
    """

    latitude: str = ""
    longitude: str = ""
    shape: str = ""
    means: str = ""

    @property
    def columns(self) -> frozenset[str]:
        """Columns that need not be told as properties."""
        return frozenset({self.latitude, self.longitude, self.shape} - {""})


@dataclass(frozen=True)
class Page:
    """Some features, and the `_id` after which the next ones come; None at the end."""

    features: list[dict[str, Any]]
    after: int | None


def place_of(columns: Sequence[Mapping[str, Any]], recognised: Mapping[str, Any]) -> Place | None:
    """Where a table has its geometry; None where it has none."""
    names = {column["id"] for column in columns}
    for pair in recognised.get("points", ()):
        if {pair["latitude"], pair["longitude"]} <= names:
            return Place(latitude=pair["latitude"], longitude=pair["longitude"])
    for column in columns:
        if column.get("means") in (codes.GEOMETRY, codes.POINT):
            return Place(shape=column["id"], means=column["means"])
    return None


def page(
    connection: DuckDBPyConnection,
    relation: str,
    columns: Sequence[Mapping[str, Any]],
    place: Place,
    *,
    box: Box | None,
    limit: int,
    after: int,
) -> Page:
    """The next features after a row.

    Args:
        relation: rows with their `_id`, as SQL behind FROM.
        columns: those that are told as properties; the geometry's own are left out.
    """
    told = [column["id"] for column in columns if column["id"] not in place.columns]
    where, values = _where(place, box)
    most = READ if place.shape else limit + 1
    # first only numbers, from the columns that say where a row lies; then all columns of those few rows
    ids = [
        int(row[0])
        for row in connection.execute(
            f"SELECT _id FROM {relation} WHERE _id > ? AND {where} ORDER BY _id LIMIT ?",  # noqa: S608 - names are quoted, values bound
            [after, *values, most],
        ).fetchall()
    ]
    found: list[dict[str, Any]] = []
    size = 0
    for number, record in _records(connection, relation, [*sorted(place.columns), *told], ids):
        feature = _feature(number, record, place, told, box)
        if feature is None:
            continue
        size += len(str(feature))
        if len(found) == limit or (size > BYTES and found):
            return Page(found, int(found[-1]["id"]))
        found.append(feature)
    return Page(found, ids[-1] if place.shape and len(ids) == READ else None)


def _records(
    connection: DuckDBPyConnection, relation: str, names: Sequence[str], ids: Sequence[int]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    chosen = ", ".join(["_id", *map(quoted, names)])
    for begin in range(0, len(ids), _AT_ONCE):
        part = ids[begin : begin + _AT_ONCE]
        dense = part[-1] - part[0] + 1 == len(part)
        where = f"BETWEEN {part[0]} AND {part[-1]}" if dense else f"IN ({', '.join(map(str, part))})"
        rows = connection.execute(f"SELECT {chosen} FROM {relation} WHERE _id {where}").fetchall()  # noqa: S608 - names are quoted, numbers are ours
        for row in sorted(rows, key=lambda each: int(each[0])):
            yield int(row[0]), dict(zip(names, row[1:], strict=True))


def _where(place: Place, box: Box | None) -> tuple[str, list[float]]:
    if place.shape:
        return f"{quoted(place.shape)} IS NOT NULL", []
    north, east = quoted(place.latitude), quoted(place.longitude)
    there = f"{north} IS NOT NULL AND {east} IS NOT NULL AND ({north} <> 0 OR {east} <> 0)"
    if box is None:
        return there, []
    return f"{there} AND {east} BETWEEN ? AND ? AND {north} BETWEEN ? AND ?", [box[0], box[2], box[1], box[3]]


def _feature(
    number: int, record: Mapping[str, Any], place: Place, told: Sequence[str], box: Box | None
) -> dict[str, Any] | None:
    shape = _geometry(record, place)
    if shape is None or (box is not None and place.shape and not _within(shape, box)):
        return None
    return {
        "type": "Feature",
        "id": number,
        "geometry": shape,
        "properties": {name: as_json(record[name]) for name in told},
    }


def _geometry(record: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
    if not place.shape:
        return {"type": "Point", "coordinates": [float(record[place.longitude]), float(record[place.latitude])]}
    text = str(record[place.shape])
    if place.means == codes.POINT:
        there = point(text)
        return None if there is None else {"type": "Point", "coordinates": list(there)}
    return geometry(text)


def _within(shape: Mapping[str, Any], box: Box) -> bool:
    own = bbox_of(positions(shape["coordinates"]))
    return own is not None and own[0] <= box[2] and own[2] >= box[0] and own[1] <= box[3] and own[3] >= box[1]
