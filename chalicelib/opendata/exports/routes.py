"""Tables as files: CKAN's `/datastore/dump/{id}`, lasting addresses by form, Table Schema and Data Package.

The answers lead to short-lived addresses of the bucket, where ranges of bytes can be read: a browser with DuckDB-WASM
asks a table's Parquet file for no more than a question needs.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Incoming, Reply, Room

from ..access import STAFF_ROLES
from ..actions import http
from ..actions.answers import kept
from ..service import Catalogue
from ..tables.source import Source
from .describing import table_schema
from .forms import Form
from .service import wanted_form

ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))
SOON = 20
"""Seconds after which a large file may be there."""


class Which(Incoming):
    """Which table of which version."""

    version: int | None = None
    as_of: str | None = None
    table: str | None = None


class Dump(Which):
    """How CKAN's dump is wanted."""

    format: str = "csv"
    bom: bool = False
    safe: bool = False


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    exports = catalogue.exports

    def found(call: Call, id: str) -> Source:
        asked: Which = call.query
        address = f"{id}/{asked.table}" if asked.table else id
        return catalogue.sources.find(call.caller, address, version=asked.version, as_of=asked.as_of)

    def led(source: Source, form: Form) -> Reply:
        url = exports.ready(source, form)
        catalogue.counters.count(source.resource.package_id, "downloads")
        if url is None:
            told = {
                "detail_th": "กำลังจัดทำไฟล์ขนาดใหญ่ โปรดเรียกที่อยู่นี้อีกครั้ง",
                "detail_en": "A large file is being made; ask for this address again.",
            }
            return Reply(told, status=202, headers={"Retry-After": str(SOON)})
        return Reply(None, headers={"Location": url, "Cache-Control": "no-store"})

    @room.get(
        "/datastore/dump/{id}",
        allow=ALLOW,
        credentials=http.credentials,
        query=Dump,
        status=302,
        summary="A whole table as CKAN dumps it: csv, tsv, json, xml, jsonl, parquet (redirect; 202 while it is made)",
    )
    def dump(call: Call) -> Reply:
        asked: Dump = call.query
        form = wanted_form(asked.format.lower(), safe=asked.safe, bom=asked.bom, numbered=asked.format != "parquet")
        return led(found(call, unquote(call.params["id"])), form)

    @room.get(
        "/opendata/v1/resources/{id}/exports/{name}",
        allow=ALLOW,
        credentials=http.credentials,
        query=Which,
        status=302,
        summary="A table as a file of a lasting address: data.csv, data-safe.csv, data.tsv, data.jsonl, data.json, "
        "data.xml, data.parquet (redirect; 202 while it is made), schema.json",
    )
    def export(call: Call) -> Reply:
        name = unquote(call.params["name"])
        source = found(call, unquote(call.params["id"]))
        if name == "schema.json":
            return _described(call, table_schema(source.table), source)
        stem, _, ending = name.rpartition(".")
        if stem not in ("data", "data-safe"):
            raise NotFound("ไม่พบไฟล์รูปแบบนี้", "There is no such file; data.csv, data.parquet and others are.")
        return led(source, wanted_form(ending, safe=stem == "data-safe"))

    @room.get(
        "/opendata/v1/datasets/{id}/datapackage.json",
        allow=ALLOW,
        credentials=http.credentials,
        summary="A dataset as a Data Package: its tables as clean CSV with their schemas, its other files as they are",
    )
    def package(call: Call) -> Reply:
        described, revision = exports.data_package(call.caller, unquote(call.params["id"]))
        body = _bytes(described)
        if call.caller.kind == "public":
            return kept(call, body, revision, media_type="application/json")
        return Reply(body, media_type="application/json")


def _described(call: Call, told: Any, source: Source) -> Reply:
    if source.public and call.caller.kind == "public":
        return Reply(_bytes(told), status=200, media_type="application/json", headers={"Cache-Control": "no-cache"})
    return Reply(_bytes(told), status=200, media_type="application/json")


def _bytes(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=2).encode()
