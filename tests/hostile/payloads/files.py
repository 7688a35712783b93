"""Hostile files by entrance, each with its expected fate: what it is refused for, or how it is taken and harmless.

Those that the parts themselves already try (`tests/biz/documents`, `tests/opendata/ingest`) are collected here; what
they lack is added. Every file is made by code.
"""

from __future__ import annotations

import gzip
import io
import json
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.biz.documents.examination import MAGIC
from tests.biz.documents.files import a_pdf, a_png, stream
from tests.biz.documents.test_examination import HOSTILE_PDFS, PDF_TYPE, PICTURES, PNG_TYPE
from tests.opendata.importing.test_excel import BILLION, GOOD
from tests.opendata.importing.test_excel import sheet as excel_sheet
from tests.opendata.importing.workbooks import PART, with_part
from tests.opendata.ingest.files import ods, ods_row, zipped
from tests.opendata.ingest.test_hostile import HOSTILE as TABLES

TAKEN = "taken"
"""It comes in, and does nothing: a link is read as a text, a claim is not believed, what follows a PDF's end is never
served as anything but a PDF (its `Content-Type` is the announced one, and it is opened as a download)."""
KILLED = "killed by signal"
"""The reader falls over it; in the product that is a cage's process, and the file is refused."""


class HostileFile(NamedTuple):
    """A file for one of `trial.ENTRANCES`, and its fate: words that its refusal holds, `TAKEN` or `KILLED`.

    `kind` is what it is announced as, where the entrance asks: a media type, or a kind of source.
    """

    entrance: str
    name: str
    make: Callable[[], bytes]
    fate: str
    kind: str = ""


def _zip(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def _link() -> bytes:
    """A symbolic link to somebody's passwords, as Unix writes one into a ZIP."""
    info = zipfile.ZipInfo("a.csv")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return _zip((info, b"/etc/passwd"))


def _tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("../../etc/cron.d/x")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"a,b\n"))
    return packed.getvalue()


def _gz(times: int, content: bytes = b"a,b\n1,2\n") -> bytes:
    for _ in range(times):
        content = gzip.compress(content)
    return content


def _overlapping() -> bytes:
    """A directory whose entries all are the same bytes of the archive (David Fifield's kind of bomb)."""
    whole = bytearray(_zip(("a.csv", bytes(1 << 20))))
    with zipfile.ZipFile(io.BytesIO(bytes(whole))) as archive:
        start = archive.start_dir
    entry = bytes(whole[start : whole.rfind(b"PK\x05\x06")])
    many = 90
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, many, many, len(entry) * many, start, 0)
    return bytes(whole[:start]) + entry * many + end


def _huge_claim() -> bytes:
    """A ZIP64 entry that claims 2^63 bytes."""
    whole = _zip(("a.csv", b"a,b\n1,2\n"))
    at = whole.rfind(b"PK\x01\x02")
    entry = bytearray(whole[at : whole.rfind(b"PK\x05\x06")])
    entry[20:28] = b"\xff" * 8
    extra = struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63)
    entry[30:32] = struct.pack("<H", len(extra))
    directory = bytes(entry) + extra
    return whole[:at] + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), at, 0)


def _deep(times: int) -> bytes:
    content = b"a,b\n1,2\n"
    for number in range(times):
        content = zipped({f"{number}.zip": content})
    return content


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_JS = b"GIF89a/*\x00\x00*/=1;alert(1)//"
XXE = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
LOOP = a_pdf().replace(b"trailer\n<<", b"trailer\n<< /Prev 9 ")
DTD = '<!DOCTYPE rdf:RDF [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd">%x;]>'
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


def _documents() -> list[HostileFile]:
    """What applicants attach."""
    found = [
        HostileFile("document", f"pdf: {name}", _made(content), reason, PDF_TYPE)
        for name, (content, reason) in HOSTILE_PDFS.items()
    ]
    found += [
        HostileFile("document", name, _made(content), finding.reason, media)
        for name, (media, content, finding) in PICTURES.items()
        if finding.reason
    ]
    for media in MAGIC:
        for name, content in (
            ("svg", SVG),
            ("html", HTML),
            ("gif and script", GIF_JS),
            ("zip", _zip(("a", b"b"))),
            ("xml with entities", XXE),
            ("nothing", b""),
            ("utf-16 page", HTML.decode().encode("utf-16-le")),
        ):
            found.append(HostileFile("document", f"{media}: {name}", _made(content), "not_its_type", media))
    huge = a_pdf(b"x", stream(b"", b"/Subtype /Image /Width 9999999 /Height 9999999"))
    found += [
        HostileFile("document", "pdf: a table that is its own past", _made(LOOP), TAKEN, PDF_TYPE),
        HostileFile("document", "pdf: a page of the web behind", _made(a_pdf() + HTML), TAKEN, PDF_TYPE),
        HostileFile("document", "pdf: a huge picture of no depth", _made(huge), "pixels", PDF_TYPE),
        HostileFile("document", "png: a page behind", _made(a_png() + HTML), "two_files", PNG_TYPE),
    ]
    return found


def _tables() -> list[HostileFile]:
    """What publishers upload."""
    found = [HostileFile("table", name, make, words) for name, (make, words) in TABLES.items()]
    csv = b"a,b\n1,2\n"
    return [
        *found,
        HostileFile("table", "zip slip", lambda: _zip(("../../../etc/cron.d/a.csv", csv)), TAKEN),
        HostileFile("table", "zip with an absolute name", lambda: _zip(("/etc/passwd.csv", csv)), TAKEN),
        HostileFile("table", "zip with a windows name", lambda: _zip(("C:\\Windows\\a.csv", csv)), TAKEN),
        HostileFile("table", "zip with a symbolic link", _link, TAKEN),
        HostileFile("table", "zip whose entries overlap", _overlapping, ""),
        HostileFile("table", "zip64 that claims all bytes there are", _huge_claim, TAKEN),
        HostileFile(
            "table", "a thousand small files", lambda: _zip(*((f"{n}.csv", csv) for n in range(1_000))), "100 files"
        ),
        HostileFile("table", "twenty archives in one another", lambda: _deep(20), "within the archive"),
        HostileFile("table", "gz of gz", lambda: _gz(2), ""),
        HostileFile("table", "tar", _tar, ""),
        HostileFile("table", "tar in gz", lambda: gzip.compress(_tar()), ""),
        HostileFile("table", "svg", lambda: SVG, ""),
        HostileFile("table", "gif and script", lambda: GIF_JS, ""),
        HostileFile("table", "pdf", lambda: a_pdf(), "PDF"),
        HostileFile("table", "entities in xml", lambda: XXE, ""),
        HostileFile("table", "utf-16 without a mark", lambda: "a,b\nก,2\n".encode("utf-16-le"), TAKEN),
        HostileFile("table", "formula cells stay texts", lambda: b"a,b\n=cmd|'/C calc'!A0,@SUM(1)\n+1,-2\n", TAKEN),
        HostileFile("table", "a name of a column that is sql", lambda: b'"a""; DROP TABLE x; --",b\n1,2\n', TAKEN),
        HostileFile("table", "a number of a million digits", lambda: b'[{"a": ' + b"9" * 1_000_000 + b"}]", KILLED),
        HostileFile("table", "a name twice", lambda: b'[{"a": 1, "a": 2}]', TAKEN),
        HostileFile("table", "not a number", lambda: b'[{"a": NaN}, {"a": Infinity}]', ""),
        HostileFile("table", "lines of nothing", lambda: b"\n" * 3_000_000, ""),
        HostileFile("table", "quotes of nothing", lambda: b'"' * 3_000_000, ""),
        HostileFile("table", "ods of a million empty rows", lambda: ods(ods_row([""] * 3, repeated=1_048_576)), ""),
    ]


def _workbooks() -> list[HostileFile]:
    """What is imported from a workbook."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    made: dict[str, tuple[Callable[[], bytes], str]] = {
        "entities that double": (lambda: with_part(GOOD, PART, BILLION), "document type"),
        "an entity that is a file": (lambda: with_part(GOOD, PART, XXE), "document type"),
        "a bomb in a picture": (lambda: with_part(GOOD, "xl/media/a.bin", bytes(80 << 20)), "too large"),
        "a far cell": (lambda: with_part(GOOD, PART, excel_sheet(far)), "3000 rows"),
        "a page of the web": (lambda: HTML, "no readable"),
        "half of it": (lambda: GOOD[: len(GOOD) // 2], "no readable"),
        "an archive of archives": (lambda: _deep(5), ""),
        "overlapping entries": (_overlapping, ""),
    }
    return [HostileFile("workbook", name, make, words) for name, (make, words) in made.items()]


def _sources() -> list[HostileFile]:
    """What a harvested source answers."""
    made: dict[str, tuple[str, str, bytes]] = {
        "rdf: a file for an entity": ("application/rdf+xml", "xml", XXE),
        "rdf: a document type elsewhere": ("application/rdf+xml", "xml", f'<?xml version="1.0"?>{DTD}{RDF}'.encode()),
        "rdf: in utf-16": ("application/rdf+xml", "xml", f'<?xml version="1.0"?>{DTD}{RDF}'.encode("utf-16")),
        "rdf: ten thousand deep": ("application/rdf+xml", TAKEN, b"<a>" * 10_000 + b"</a>" * 10_000),
        "turtle: ten thousand deep": (
            "text/turtle",
            "",
            b"<a> <b> " + b"[ <b> " * 10_000 + b"1" + b" ]" * 10_000 + b" .",
        ),
        "turtle: lists without end": ("text/turtle", "", b"<a> <b> " + b"(" * 20_000),
        "json-ld: a context elsewhere": ("application/ld+json", "context", b'{"@context": "http://127.0.0.1/c"}'),
        "json-ld: a hundred thousand deep": ("application/ld+json", "json", b"[" * 100_000),
        "data.json: a number of 5000 digits": ("data_json", "json", b'{"dataset": [' + b"9" * 5_000 + b"]}"),
        "ckan: not a number": ("ckan", "json", b'{"success": true, "result": NaN}'),
        "a gif": ("", "", GIF_JS),
    }
    return [HostileFile("source", name, _made(body), words, kind) for name, (kind, words, body) in made.items()]


def _descriptions() -> list[HostileFile]:
    """Descriptions of services (OpenAPI) and definitions of licences, as JSON."""

    def api(schema: Any) -> bytes:
        answer = {"200": {"description": "x", "content": {"application/json": {"schema": schema}}}}
        return json.dumps({"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"responses": answer}}}}).encode()

    made: dict[str, tuple[bytes, str]] = {
        "a reference elsewhere": (api({"$ref": "http://127.0.0.1/s.json"}), "within the document"),
        "a reference to a file": (api({"$ref": "file:///etc/passwd"}), "within the document"),
        "a reference beside it": (api({"$ref": "other.json#/x"}), "within the document"),
        "a dynamic reference elsewhere": (api({"$dynamicRef": "http://127.0.0.1/s.json"}), "within the document"),
        "too large": (api({"description": "x" * 300_000}), "200 kB"),
        "no schema at all": (api({"type": "no such"}), "invalid JSON Schema"),
        "no operation": (b'{"openapi": "3.1.0", "paths": {}}', "no operation"),
        "another version": (b'{"openapi": "2.0"}', "OpenAPI 3.0"),
    }  # fmt: skip
    return [HostileFile("description", name, _made(body), words) for name, (body, words) in made.items()]


def _made(content: bytes) -> Callable[[], bytes]:
    return lambda: content


FILES = [*_documents(), *_tables(), *_workbooks(), *_sources(), *_descriptions()]
