"""What may be announced, and what its owner may want to be assumed of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata import announcing, files
from chalicelib.opendata.intake import kinds
from chalicelib.opendata.intake.sending import pieces
from chalicelib.opendata.model import DatasetId, File, Resource, ResourceId, Upload

SHA = "a" * 64
FILE = {"file_name": "จังหวัด.csv", "size": 10, "sha256": SHA, "media_type": "text/csv"}
MIB = 1024**2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": True}, "size"),
        ({"size": "10"}, "size"),
        ({"size": files.MAX_FILE + 1}, "size"),
        ({"size": files.MAX_AT_ONCE + 1}, "parts"),
        ({"size": 12 * MIB, "part_size": 5 * MIB, "parts": [SHA] * 2}, "parts"),
        ({"size": 12 * MIB, "part_size": 5 * MIB, "parts": [SHA] * 4}, "parts"),
        ({"size": 12 * MIB, "part_size": 5 * MIB, "parts": [SHA, SHA, "x"]}, "parts"),
        ({"size": 12 * MIB, "part_size": 5 * MIB, "parts": SHA}, "parts"),
        ({"size": 12 * MIB, "part_size": 5 * MIB}, "parts"),
        ({"size": 12 * MIB, "parts": [SHA]}, "part_size"),
        ({"size": 12 * MIB, "part_size": MIB, "parts": [SHA] * 12}, "part_size"),
        ({"size": 5_000_000_000, "part_size": 5 * MIB, "parts": [SHA] * 954}, "part_size"),
        ({"sha256": SHA.upper()}, "sha256"),
        ({"file_name": "../x"}, "file_name"),
        ({"file_name": "\u202ecsv.exe"}, "file_name"),
        ({"media_type": "text/html"}, "media_type"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], field: str) -> None:
    faults = files.faults_of_upload({**FILE, **changes})
    assert [fault.split(":")[0] for fault in faults] == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"size": files.MAX_AT_ONCE},
        {"size": 12 * MIB, "part_size": 5 * MIB, "parts": [SHA] * 3},
        {"size": files.MAX_FILE, "part_size": 32 * MIB, "parts": [SHA] * 150},
        {"media_type": "application/vnd.apache.parquet"},
        {"media_type": "application/gzip", "file_name": "ข้อมูล.csv.gz"},
    ],
)
def test_what_may_be_announced(changes: dict[str, Any]) -> None:
    assert files.faults_of_upload({**FILE, **changes}) == []


@given(st.integers(1, files.MAX_FILE), st.integers(files.SMALLEST_PART, files.LARGEST_PART))
def test_the_parts_of_a_file_are_all_of_it(size: int, part_size: int) -> None:
    wanted = -(-size // part_size)
    parts = pieces(Upload(1, "k", "a.csv", "text/csv", size, SHA, part_size=part_size, parts=(SHA,) * wanted))
    assert sum(part.size for part in parts) == size
    assert all(part.size == part_size for part in parts[:-1]) and 1 <= parts[-1].size <= part_size
    assert [part.number for part in parts] == list(range(1, wanted + 1))


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (None, None),
        ({}, None),
        ({"state": "done", "report": {}}, None),
        ({"options": {}}, {}),
        ({"options": {"encoding": "TIS-620"}}, {"encoding": "cp874"}),
        ({"options": {"plain": True}}, {"plain": True}),
        ({"options": {"plain": False, "header": 3}}, {"header": 3}),
    ],
)
def test_options_are_kept_as_they_are_meant(given_: object, kept: object) -> None:
    messages: dict[str, list[Any]] = {}
    assert announcing.options(given_, messages) == kept
    assert not messages


@pytest.mark.parametrize(
    ("options", "word"),
    [([], "object"), ({"plain": "yes"}, "plain"), ({"encoding": "klingon"}, "encoding"), ({"secret": 1}, "Unknown")],
)
def test_options_that_do_not_fit_are_refused_without_repeating_them(options: object, word: str) -> None:
    messages: dict[str, list[Any]] = {}
    assert announcing.options({"options": options}, messages) is None
    assert word in messages["ingest"][0] and "klingon" not in messages["ingest"][0] and "secret" not in str(messages)


def resource(**changes: Any) -> Resource:
    return Resource(ResourceId("r1"), DatasetId("d1"), {}, "then", "then", uploads=3, **changes)


UPLOAD = Upload(3, "uploads/r1/3", "a.csv", "text/csv", 1, SHA, options={"header": 2})
VERSION = File(2, "a.csv", "text/csv", 1, "b" * 64, "files/sha256/bb/" + "b" * 64, "then")


def test_what_failed_is_read_again_rather_than_what_is_current() -> None:
    again = announcing.again(resource(file=VERSION, failed=UPLOAD), {}, "now").upload
    assert again is not None
    assert (again.number, again.key, again.sha256, again.kind) == (4, "uploads/r1/3", SHA, "upload")


def test_a_version_is_read_again_from_where_it_is_kept() -> None:
    made = announcing.again(resource(file=VERSION), {"header": 1}, "now")
    assert made.upload is not None and made.uploads == 4
    assert (made.upload.key, made.upload.kind, made.upload.options) == (VERSION.original, "rerun", {"header": 1})
    assert announcing.is_there(made, resource(file=VERSION))
    assert not announcing.is_there(made, made)


def test_the_options_of_a_file_that_is_awaited_are_changed_in_place() -> None:
    waiting = resource(upload=UPLOAD)
    changed = announcing.with_options(waiting, {}, "now").upload
    assert changed is not None and (changed.number, changed.options) == (3, {})
    assert announcing.with_options(waiting, {"header": 2}, "now") is waiting
    with pytest.raises(LookupError):
        announcing.again(waiting, {}, "now")
    with pytest.raises(LookupError):
        announcing.again(resource(), {}, "now")


@pytest.mark.parametrize(
    ("name", "media_type", "claims"),
    [
        ("a.csv", "application/octet-stream", True),
        ("a.CSV.GZ", "application/gzip", True),
        ("จังหวัด.xlsx", "application/octet-stream", True),
        ("จังหวัด", "text/csv", True),
        ("a.pdf", "text/csv", False),
        ("README.txt", "text/plain", False),
        ("a.xls", "application/vnd.ms-excel", False),
        ("a.json", "application/json", False),
    ],
)
def test_what_is_expected_to_be_a_table(name: str, media_type: str, claims: bool) -> None:
    assert kinds.claims_a_table(name, media_type) is claims


@pytest.mark.parametrize(
    ("head", "found"),
    [(b"%PDF-1.7", "PDF"), (b"\xff\xd8\xff\xe0", "JPEG"), (b"a,b\n", ""), (b"PK\x03\x04", ""), (b"", "")],
)
def test_what_can_never_be_a_table(head: bytes, found: str) -> None:
    assert kinds.never_a_table(head) == found
