"""Tables as files: CKAN's `/datastore/dump/{id}`, lasting addresses by form, Table Schema and Data Package.

The answers lead to short-lived addresses of the bucket, where ranges of bytes can be read: a browser with DuckDB-WASM
asks a table's Parquet file for no more than a question needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..actions import http
from ..actions.answers import kept
from ..service import Catalogue
from ..tables.addressed import TableAsked, found
from ..tables.source import Source
from .describing import table_schema
from .forms import Form
from .service import Asker, wanted_form

ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))
SOON = 20
"""Seconds after which a large file may be there."""


class Dump(TableAsked):
    """How CKAN's dump is wanted, and of which rows: the words of `datastore_search`."""

    format: str = "csv"
    bom: bool = False
    safe: bool = False
    filters: str | None = None
    q: str | None = None
    distinct: str | None = None
    plain: str | None = None
    language: str | None = None
    fields: str | None = None
    sort: str | None = None
    limit: str | None = None
    offset: str | None = None


_CHOICE = ("filters", "q", "distinct", "plain", "language", "fields", "sort", "limit", "offset")


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    exports = catalogue.exports

    def led(call: Call, source: Source, form: Form, given: Mapping[str, str] | None = None) -> Reply:
        file = exports.get(Asker(call.caller, call.request.address), source, form, given)
        if file is None:
            told = {
                "detail_th": "กำลังจัดทำไฟล์ขนาดใหญ่ โปรดเรียกที่อยู่นี้อีกครั้ง",
                "detail_en": "A large file is being made; ask for this address again.",
            }
            return Reply(told, status=202, headers={"Retry-After": str(SOON)})
        # not while it is made: whoever waits asks many times, and takes it once
        catalogue.counters.count(source.resource.package_id, "downloads")
        if file.content is None:
            return Reply(None, headers={"Location": file.url, "Cache-Control": "no-store"})
        name = quote(file.file_name, safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Reply(file.content, status=200, media_type=form.media_type, headers=headers)

    @room.get(
        "/datastore/dump/{id}",
        allow=ALLOW,
        credentials=http.credentials,
        query=Dump,
        status=302,
        summary="A table as CKAN dumps it, or some of its rows: csv, tsv, json, xml, jsonl, parquet (redirect, or the "
        "file itself; 202 while a large one is made)",
    )
    def dump(call: Call) -> Reply:
        asked: Dump = call.query
        name = asked.format.lower()
        form = wanted_form(name, safe=asked.safe, bom=asked.bom, numbered=name != "parquet")
        given = {each: value for each in _CHOICE if (value := getattr(asked, each)) not in (None, "")}
        return led(call, found(catalogue, call), form, given)

    @room.get(
        "/opendata/v1/resources/{id}/exports/{name}",
        allow=ALLOW,
        credentials=http.credentials,
        query=TableAsked,
        status=302,
        summary="A table as a file of a lasting address: data.csv, data-safe.csv, data.tsv, data.jsonl, data.json, "
        "data.xml, data.parquet (redirect; 202 while it is made), schema.json",
    )
    def export(call: Call) -> Reply:
        name = unquote(call.params["name"])
        source = found(catalogue, call)
        if name == "schema.json":
            return _described(call, table_schema(source.table), source)
        stem, _, ending = name.rpartition(".")
        if stem not in ("data", "data-safe"):
            raise NotFound("ไม่พบไฟล์รูปแบบนี้", "There is no such file; data.csv, data.parquet and others are.")
        return led(call, source, wanted_form(ending, safe=stem == "data-safe"))

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
