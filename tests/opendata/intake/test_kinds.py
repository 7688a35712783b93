"""The bytes decide what a file is, not what somebody wrote beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from chalicelib.opendata.intake import kinds
from chalicelib.opendata.tables.ingest.model import Built, BuiltTable
from tests.opendata.portal import Portal, notification

TABLE = "n,ตำบล\n1,แหลมงอบ\n".encode()
PDF = b"%PDF-1.7\n1 0 obj\n"
LINES = "บรรทัดหนึ่ง\nบรรทัดสอง\n".encode()


@pytest.mark.parametrize(
    ("content", "named", "table", "format"),
    [
        (TABLE, {"file_name": "ก.csv"}, True, "CSV"),
        (TABLE, {"file_name": "ก.csv", "format": "PDF"}, True, "PDF"),
        (TABLE, {"file_name": "ก.dat"}, True, None),
        (TABLE, {"file_name": "ก"}, True, None),
        (PDF, {"file_name": "คู่มือ.pdf"}, False, "PDF"),
        (PDF, {"file_name": "คู่มือ.pdf", "format": "CSV"}, False, "CSV"),
        (PDF, {"file_name": "คู่มือ.bin"}, False, "PDF"),
        (LINES, {"file_name": "อ่านก่อน.txt"}, False, "TXT"),
        (b"\x89PNG\r\n\x1a\n....", {"file_name": "แผนที่.png"}, False, "PNG"),
        (b"\x00\x01\x02garbage", {"file_name": "ข้อมูล.bin"}, False, None),
    ],
)
def test_what_becomes_of_a_file(
    portal: Portal, content: bytes, named: dict[str, Any], table: bool, format: str | None
) -> None:
    portal.organization()
    file = portal.table_of(portal.dataset()["id"], content, **named)
    shown = portal.result(portal.ask("resource_show", portal.publisher, id=file))
    assert (shown["ingest"]["state"], shown["datastore_active"]) == ("done", table)
    assert format is None or shown["format"] == format
    location = portal.client.get(shown["url"].removeprefix("https://data.klang.test")).headers["location"]
    assert unquote(location).endswith(f"filename*=UTF-8''{named['file_name']}")


@pytest.mark.parametrize(
    ("content", "name"),
    [(PDF, "ก.csv"), (b"PK\x03\x04 not a zip", "ก.xlsx"), (b"\x00\x01", "ก.parquet"), (LINES[:5], "ก.csv")],
)
def test_what_is_announced_as_a_table_and_is_none_fails_and_the_last_good_version_stays(
    portal: Portal, content: bytes, name: str
) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    file = portal.table_of(package, TABLE, file_name="ก.csv")
    portal.table_of(package, content, file_name=name, resource=file)
    shown = portal.result(portal.ask("resource_show", portal.publisher, id=file))
    assert shown["ingest"]["state"] == "failed" and shown["ingest"]["message_th"] and shown["ingest"]["message_en"]
    assert portal.result(portal.act("datastore_search", resource_id=file))["records"][0]["ตำบล"] == "แหลมงอบ"
    assert unquote(shown["url"]).endswith("/download/ก.csv")


def test_a_file_with_more_rows_than_one_function_serves_is_kept_as_it_is(portal: Portal) -> None:
    def build(source: Path, scratch: Path, *_: Any, **__: Any) -> Built:
        rows = scratch / "data.parquet"
        rows.write_bytes(b"PAR1")
        columns = tuple({"id": each, "type": "int8", "filled": 1} for each in "ab")
        return Built((BuiltTable("", rows, columns, kinds.MAX_ROWS + 1, {}, {}),))

    portal.catalogue.build = build
    portal.organization()
    file = portal.table_of(portal.dataset()["id"], TABLE)
    shown = portal.result(portal.ask("resource_show", portal.publisher, id=file))
    assert (shown["ingest"]["state"], shown["datastore_active"]) == ("done", False)
    (note,) = shown["ingest"]["report"]["notes"]
    assert note["code"] == "many_rows" and note["th"] and "split" in note["en"]


def test_a_file_too_large_for_a_table_is_only_hashed_and_kept(portal: Portal) -> None:
    """Announced as larger than a table may be: not one byte of it is laid on the disk."""
    portal.organization()
    package = portal.dataset()["id"]
    upload = {
        "file_name": "ใหญ่.csv",
        "size": kinds.MAX_TABLE + 1,
        "sha256": "0" * 64,
        "media_type": "text/csv",
        "part_size": 100_000_000,
        "parts": ["0" * 64] * 21,
    }
    made = portal.result(portal.act("resource_create", portal.publisher, package_id=package, upload=upload))
    asked: list[Path | None] = []
    real = portal.objects.fetch

    def fetch(key: str, to: Path | None = None) -> Any:
        asked.append(to)
        found = real(key)
        return type(found)(kinds.MAX_TABLE + 1, "0" * 64)

    portal.objects.put(f"uploads/{made['id']}/1", b"stands for it", media_type="text/csv")
    setattr(portal.objects, "fetch", fetch)  # noqa: B010 - two gigabytes that nobody has to make
    portal.catalogue.uploads.take_message(notification(f"uploads/{made['id']}/1"))
    shown = portal.result(portal.ask("resource_show", portal.publisher, id=made["id"]))
    assert asked == [None]
    assert (shown["ingest"]["state"], shown["datastore_active"]) == ("done", False)
    assert shown["ingest"]["report"]["notes"][0]["code"] == "too_large"
