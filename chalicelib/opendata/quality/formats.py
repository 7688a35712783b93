"""What a machine can do with a format."""

from __future__ import annotations

from ..model import Resource

OPEN_TABLES = frozenset(
    {"CSV", "TSV", "JSON", "JSONL", "NDJSON", "GEOJSON", "XML", "GML", "KML", "RDF", "TTL", "JSON-LD", "N3", "NT",
     "PARQUET", "GPKG", "API", "TXT", "ODS", "WFS", "SPARQL"}
)  # fmt: skip
OWNED_TABLES = frozenset({"XLS", "XLSX", "SHP", "SHAPEFILE", "MDB", "ACCDB", "DBF", "SAV", "ZIP"})
FOR_EYES = frozenset({"HTML", "DOC", "DOCX", "PDF", "PPT", "PPTX"})
LINKED = frozenset({"RDF", "TTL", "JSON-LD", "N3", "NT", "SPARQL"})
SERVICES = frozenset({"API", "WFS", "SPARQL", "WMS"})
FORMAT_POINTS: tuple[tuple[frozenset[str], float], ...] = ((OPEN_TABLES, 20), (OWNED_TABLES, 14), (FOR_EYES, 4))


def format_of(resource: Resource) -> str:
    """The format as its owner says it, in capitals."""
    return str(resource.fields.get("format") or "").strip().upper().lstrip(".")


def has_table(resource: Resource) -> bool:
    """Whether its rows are here, typed, behind an API."""
    return resource.file is not None and resource.file.table is not None


def format_points(resource: Resource) -> float:
    """Points of a resource for its format, of 20; a table that was made here is open whatever it was made of."""
    if has_table(resource):
        return 20.0
    return next((points for formats, points in FORMAT_POINTS if format_of(resource) in formats), 0.0)
