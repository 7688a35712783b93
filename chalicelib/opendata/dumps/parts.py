"""The parts of a dump: what a chunk of datasets becomes in each format, and how parts become one object.

Parts are members of gzip files, and such members may stand one after another in one file (RFC 1952 §2.2), so joining
is copying. Nothing of the size of the catalogue is ever in memory: at most one part and `PIECE` bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.shared.objects import Objects, Part

from ..model import Group, Package
from ..views import package_view
from .rules import COLUMNS, csv_lines, row
from .store import File

PIECE = 8 * 1024 * 1024
"""Bytes of a piece of an upload; S3 takes at most 10,000 pieces, and none below 5 MiB but the last."""
MEMORY = "200MB"

Described = tuple[Package, Group, Sequence[Group]]


def written(found: Sequence[Described], site: str) -> Mapping[str, bytes]:
    """A chunk in each format, by the name of the part."""
    views = [package_view(package, organization, groups, site) for package, organization, groups in found]
    rows = [row(view, site) for view in views]
    return {
        "jsonl": packed("".join(map(_line, views))),
        "csv": packed(csv_lines(rows)),
        "nq": packed("".join(_quads(found, site))),
        "rows": packed("".join(map(_line, rows))),
    }


def packed(text: str) -> bytes:
    """A member of a gzip file; the same text always gives the same bytes."""
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _quads(found: Sequence[Described], site: str) -> Iterator[str]:
    """Each dataset in a graph of its own, so that a store of triples can replace it; terms in the catalogue's."""
    from rdflib import URIRef
    from rdflib.namespace import RDF

    from ..dcat.graph import Describer
    from ..dcat.vocabulary import DCAT, new_graph

    catalogue, terms = URIRef(f"{site}/catalog"), new_graph()
    for package, organization, groups in found:
        graph = new_graph()
        node = Describer(graph, site, terms).dataset(package, organization, groups)
        terms.add((catalogue, DCAT.dataset, node))
        yield from quads(graph, str(node))
    terms.add((catalogue, RDF.type, DCAT.Catalog))
    yield from quads(terms, str(catalogue))


def quads(graph: Any, name: str) -> Iterator[str]:
    """A graph as N-Quads, sorted."""
    lines = graph.serialize(format="nt11").splitlines()
    return (f"{line.removesuffix(' .')} <{name}> .\n" for line in sorted(lines) if line)


def joined(objects: Objects, key: str, media_type: str, pieces: Iterable[bytes]) -> File:
    """Writes pieces one after another as one object."""
    digest, size, waiting = hashlib.sha256(), 0, bytearray()
    upload, sent = "", list[Part]()
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        waiting += piece
        while len(waiting) > PIECE:
            upload = upload or objects.start_upload(key, media_type=media_type)
            sent.append(objects.send_part(key, upload, len(sent) + 1, bytes(waiting[:PIECE])))
            del waiting[:PIECE]
    if not upload:
        objects.put(key, bytes(waiting), media_type=media_type)
    else:
        sent.append(objects.send_part(key, upload, len(sent) + 1, bytes(waiting)))
        objects.finish_upload(key, upload, sent)
    return File(key, size, digest.hexdigest())


def parquet(pieces: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """The rows of all parts as one Parquet file, made in `folder` (as large as the parts) and given in pieces."""
    import duckdb

    source, target = folder / "rows.jsonl.gz", folder / "catalogue.parquet"
    with source.open("wb") as file:
        file.write(packed(""))  # without any dataset it is a file still
        for piece in pieces:
            file.write(piece)
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": 1,
        "temp_directory": str(folder / "spill"),
    }
    with duckdb.connect(config=config) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_json(?, format='newline_delimited', compression='gzip', columns={{{columns}}}))"  # noqa: S608 - our own names
            f" TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
            [str(source)],
        )
    with target.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
