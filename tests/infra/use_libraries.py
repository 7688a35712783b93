"""Uses, inside an unzipped package of the catalogue, the libraries that load parts of themselves late.

Run as a script by the Python that Lambda runs, with the package as its path; says nothing when all goes well.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.opendata.dcat.formats import FORMATS
from chalicelib.opendata.dcat.service import serialized
from chalicelib.opendata.search.lucene import parse
from chalicelib.opendata.tables.engine.filesystem import address, filesystem
from chalicelib.shared.measures import Measurement
from chalicelib.shared.watch import Watch, emf_lines

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Held:
    """A ranged object of these bytes."""

    def __init__(self, body: bytes) -> None:
        self._body, self.size = body, len(body)

    def read(self, place: int, length: int) -> bytes:
        return self._body[place : place + length]


def graphs() -> None:
    """Every format that is written, and those that are harvested."""
    import rdflib

    graph = rdflib.Graph().parse(data='<http://a.example/b> <http://purl.org/dc/terms/title> "x" .', format="turtle")
    for each in FORMATS.values():
        assert serialized(graph, each)
    for syntax in ("turtle", "xml", "json-ld"):
        assert len(rdflib.Graph().parse(data=graph.serialize(format=syntax), format=syntax)) == 1


def tables(folder: Path) -> None:
    """A Parquet file of one row, written, and read through our own file system."""
    import duckdb

    connection: Any = duckdb.connect()
    written = folder / "one.parquet"
    connection.execute(f"COPY (SELECT 1 AS a) TO '{written}'")
    held: Any = Held(written.read_bytes())
    connection.register_filesystem(filesystem({address("one"): held}))
    assert connection.execute("SELECT a FROM read_parquet(?)", [address("one")]).fetchall() == [(1,)]


def workbooks_and_charts() -> None:
    """A workbook there and back, a chart, a JSON file as a stream."""
    import ijson
    import openpyxl
    import pygal
    import python_calamine

    kept = io.BytesIO()
    workbook: Any = openpyxl.Workbook()
    workbook.active["A1"] = "ก"
    workbook.save(kept)
    again: Any = openpyxl.load_workbook(io.BytesIO(kept.getvalue()))
    assert again.active["A1"].value == "ก"
    assert python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(kept.getvalue())).sheet_names == ["Sheet"]
    chart = pygal.Line(css=[], js=[], style=pygal.style.Style(label_font_size=13))
    chart.add("", [1, 2])
    assert chart.render()
    assert list(ijson.items(io.BytesIO(b'{"a": [1]}'), "a.item")) == [1]


def the_index() -> None:
    """A document that is found."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("a", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer()
    writer.add_document(tantivy.Document(a="word"))
    writer.commit()
    index.reload()
    assert len(index.searcher().search(index.parse_query("word", ["a"]), 1).hits) == 1


def locks_and_models() -> None:
    """Keys, tokens, and the schema of a model."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from pydantic import TypeAdapter

    key = ec.generate_private_key(ec.SECP256R1())
    assert jwt.decode(jwt.encode({"a": 1}, key, "ES256"), key.public_key(), ["ES256"]) == {"a": 1}
    assert AESGCM(bytes(32)).encrypt(bytes(12), b"a", None)
    assert TypeAdapter(list[int]).json_schema()


def logs() -> None:
    """A line with a traceback through a library that has no source here, a measurement, a tracer."""
    import jwt

    watch = Watch("try", "try", "gdx", traced=lambda: True)
    try:
        jwt.decode("a", "b", ["HS256"])
    except jwt.PyJWTError:
        watch.logger.exception("seen")
    with watch.invocation(None):
        assert watch.tracer is not None
    (line,) = emf_lines([Measurement("OutboxAge", 1, "gdx")], "try")
    assert json.loads(line)["OutboxAge"] == [1.0], line


if __name__ == "__main__":
    import contextlib
    import sys

    graphs()
    tables(Path(sys.argv[1]))
    workbooks_and_charts()
    the_index()
    locks_and_models()
    assert parse('title:"a b" AND (c:[1 TO 2] OR d*)', now=NOW)
    with contextlib.redirect_stdout(io.StringIO()):
        logs()
