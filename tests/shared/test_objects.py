"""What a bucket promises, proved on the one in memory and on S3; and S3's presigned forms over real HTTP."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from boto3.session import Session
from botocore.exceptions import ClientError

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.objects import Content, Objects, Part, PartForm, Piece, UploadForm
from tests.support.cloud import REGION, empty_cloud, local_cloud, provision
from tests.support.memory_objects import PART_AT_LEAST, MemoryObjects

BUCKET = "klang-test-biz-documents-local"
FILE = "%PDF-1.7 เอกสาร".encode()


class ObjectsContract:
    """Every test works under a prefix of its own."""

    @pytest.fixture
    def key(self) -> str:
        """A key nobody else uses."""
        return f"documents/{secrets.token_hex(8)}/แบบฟอร์ม 1.pdf"

    def test_what_is_absent(self, objects: Objects, key: str) -> None:
        assert objects.head(key) is None
        with pytest.raises(NotFound):
            objects.read(key)
        objects.delete(key)

    def test_what_was_put_can_be_read(self, objects: Objects, key: str) -> None:
        assert objects.put(key, FILE, media_type="application/pdf")
        assert objects.read(key) == FILE
        stored = objects.head(key)
        assert stored is not None
        assert (stored.size, stored.media_type) == (len(FILE), "application/pdf")
        assert stored.etag and '"' not in stored.etag
        objects.delete(key)
        assert objects.head(key) is None

    @pytest.mark.parametrize(("body", "limit"), [(FILE, 4), (FILE, 4096), (b"", None), (b"", 10), (b"x", 1)])
    def test_a_limited_read_gives_the_beginning(
        self, objects: Objects, key: str, body: bytes, limit: int | None
    ) -> None:
        objects.put(key, body, media_type="application/pdf")
        assert objects.read(key, limit=limit) == body[:limit]

    @pytest.mark.parametrize(
        ("start", "length", "body", "first"),
        [
            (None, 4, b"6789", 6),
            (None, 99, b"0123456789", 0),
            (0, 1, b"0", 0),
            (3, 2, b"34", 3),
            (8, 99, b"89", 8),
        ],
    )
    def test_a_range_tells_where_it_lies_and_of_what(
        self, objects: Objects, key: str, start: int | None, length: int, body: bytes, first: int
    ) -> None:
        objects.put(key, b"0123456789", media_type="text/plain")
        stored = objects.head(key)
        assert stored is not None
        assert objects.read_range(key, length, start=start) == Piece(body, first, 10, stored.etag)
        assert objects.read_range(key, length, start=start, if_match=stored.etag).body == body

    def test_a_range_of_what_is_not_there(self, objects: Objects, key: str) -> None:
        with pytest.raises(NotFound):
            objects.read_range(key, 1)
        objects.put(key, b"012", media_type="text/plain")
        assert objects.read_range(key, 5, start=3) == Piece(b"", 3, 0, "")
        objects.put(key, b"", media_type="text/plain")
        assert objects.read_range(key, 5).body == b""

    def test_a_range_of_a_replaced_object_is_refused(self, objects: Objects, key: str) -> None:
        objects.put(key, b"012", media_type="text/plain")
        before = objects.read_range(key, 1).etag
        objects.put(key, b"abc", media_type="text/plain")
        with pytest.raises(Stale):
            objects.read_range(key, 1, start=1, if_match=before)

    def test_a_put_replaces_unless_it_must_be_new(self, objects: Objects, key: str) -> None:
        assert objects.put(key, b"1", media_type="text/plain", only_if_new=True)
        assert not objects.put(key, b"2", media_type="text/plain", only_if_new=True)
        assert objects.read(key) == b"1"
        assert objects.put(key, b"3", media_type="text/plain")
        assert objects.read(key) == b"3"

    def test_a_put_can_ask_that_nobody_was_faster(self, objects: Objects, key: str) -> None:
        assert not objects.put(key, b"0", media_type="text/plain", if_match="0" * 32), "nothing is there to match"
        objects.put(key, b"1", media_type="text/plain")
        seen = objects.head(key)
        assert seen is not None
        assert objects.put(key, b"2", media_type="text/plain", if_match=seen.etag)
        assert not objects.put(key, b"3", media_type="text/plain", if_match=seen.etag)
        assert objects.read(key) == b"2"

    def test_a_file_of_the_disk_is_stored_and_fetched_again(self, objects: Objects, key: str, tmp_path: Path) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(FILE)
        assert objects.store(key, source, media_type="application/pdf")
        stored = objects.head(key)
        assert stored is not None and (stored.size, stored.media_type) == (len(FILE), "application/pdf")
        content = Content(len(FILE), hashlib.sha256(FILE).hexdigest())
        assert objects.fetch(key, target) == objects.fetch(key) == content
        assert target.read_bytes() == FILE
        source.write_bytes(b"other")
        assert not objects.store(key, source, media_type="application/pdf", only_if_new=True)
        assert objects.fetch(key, target) == content, "what stands there stays"
        with pytest.raises(NotFound):
            objects.fetch(f"{key}.none", target)

    def test_an_empty_file_is_a_file(self, objects: Objects, key: str, tmp_path: Path) -> None:
        (tmp_path / "empty").touch()
        assert objects.store(key, tmp_path / "empty", media_type="text/plain")
        assert objects.fetch(key) == Content(0, hashlib.sha256().hexdigest())

    def test_keys_are_told_in_order_by_how_they_begin(self, objects: Objects, key: str) -> None:
        for name in ("b", "a", "a/c"):
            objects.put(f"{key}/{name}", b"x", media_type="text/plain")
        assert list(objects.keys(f"{key}/a")) == [f"{key}/a", f"{key}/a/c"]
        assert list(objects.keys(f"{key}/z")) == []

    def test_a_copy_of_nothing_is_told(self, objects: Objects, key: str) -> None:
        with pytest.raises(NotFound):
            objects.copy(key, f"{key}.copy")
        assert objects.head(f"{key}.copy") is None

    def test_a_copy_keeps_its_type(self, objects: Objects, key: str) -> None:
        objects.put(key, FILE, media_type="application/pdf")
        objects.copy(key, f"{key}.copy")
        assert objects.read(f"{key}.copy") == FILE
        stored = objects.head(f"{key}.copy")
        assert stored is not None and stored.media_type == "application/pdf"

    def test_an_address_to_read_names_the_file(self, objects: Objects, key: str) -> None:
        objects.put(key, FILE, media_type="application/pdf")
        address = objects.download_url(key, file_name="ใบอนุญาต 1.pdf", expires_in=60)
        assert "filename*=UTF-8''ใบอนุญาต 1.pdf" in unquote(unquote(address))


Send = Callable[[PartForm, bytes, Mapping[str, str] | None], int]
"""Sends a body to a part's address, with the form's headers or others; gives the HTTP status."""

PIECES = (b"a" * PART_AT_LEAST, b"b" * PART_AT_LEAST, "ท้าย".encode())
PARTS = tuple(Part(at, len(piece), hashlib.sha256(piece).hexdigest()) for at, piece in enumerate(PIECES, start=1))
COMPOSITE = hashlib.sha256(b"".join(hashlib.sha256(piece).digest() for piece in PIECES)).hexdigest()


class UploadsContract:
    """What an upload in parts promises."""

    @pytest.fixture
    def key(self) -> str:
        """A key nobody else uses."""
        return f"documents/{secrets.token_hex(8)}"

    def test_an_object_is_made_of_its_parts_in_their_order(self, objects: Objects, send: Send, key: str) -> None:
        upload = objects.start_upload(key, media_type="application/pdf")
        for part, piece in reversed(list(zip(PARTS, PIECES, strict=True))):
            assert send(objects.part_form(key, upload, part), piece, None) == 200
        assert objects.uploaded(key, upload) == {part.number: part.size for part in PARTS}
        assert objects.head(key) is None
        assert objects.finish_upload(key, upload, PARTS)
        stored = objects.head(key)
        assert stored is not None and stored.size == sum(map(len, PIECES)) and stored.media_type == "application/pdf"
        assert stored.sha256 is None and stored.composite == COMPOSITE
        assert objects.read(key, limit=3) == b"aaa"
        # it is over: a repeat finds no upload and harms nothing
        assert objects.uploaded(key, upload) is None and not objects.finish_upload(key, upload, PARTS)
        objects.drop_upload(key, upload)
        assert objects.head(key) is not None

    def test_a_part_s_address_takes_just_that_part(self, objects: Objects, send: Send, key: str) -> None:
        upload = objects.start_upload(key, media_type="application/pdf")
        form = objects.part_form(key, upload, PARTS[0])
        assert send(form, PIECES[1], None) >= 400
        assert send(form, PIECES[0] + b"x", None) >= 400
        assert send(form, PIECES[0][:-1], None) >= 400
        assert send(form, PIECES[1], objects.part_form(key, upload, PARTS[1]).headers) >= 400
        assert send(form, PIECES[0], {}) >= 400
        assert objects.uploaded(key, upload) == {}
        assert send(form, PIECES[0], None) == send(form, PIECES[0], None) == 200
        assert objects.uploaded(key, upload) == {1: PARTS[0].size}

    def test_a_dropped_upload_takes_nothing_more(self, objects: Objects, send: Send, key: str) -> None:
        upload = objects.start_upload(key, media_type="application/pdf")
        form = objects.part_form(key, upload, PARTS[2])
        assert send(form, PIECES[2], None) == 200
        for _ in range(2):
            objects.drop_upload(key, upload)
        assert objects.uploaded(key, upload) is None and objects.head(key) is None
        assert send(form, PIECES[2], None) >= 400

    def test_parts_of_our_own_are_sent_at_once(self, objects: Objects, key: str) -> None:
        upload = objects.start_upload(key, media_type="text/plain")
        objects.send_part(key, upload, 1, b"not this")
        sent = [objects.send_part(key, upload, number, piece) for number, piece in enumerate(PIECES, start=1)]
        assert sent == list(PARTS) and objects.finish_upload(key, upload, sent)
        stored = objects.head(key)
        assert stored is not None and stored.composite == COMPOSITE and stored.size == sum(map(len, PIECES))

    def test_one_part_may_be_small(self, objects: Objects, send: Send, key: str) -> None:
        upload = objects.start_upload(key, media_type="text/plain")
        part = Part(1, 1, hashlib.sha256(b"x").hexdigest())
        assert send(objects.part_form(key, upload, part), b"x", None) == 200
        assert objects.finish_upload(key, upload, [part]) and objects.read(key) == b"x"


class TestUploadsInMemory(UploadsContract):
    """The double."""

    @pytest.fixture
    def objects(self) -> MemoryObjects:
        """A fresh one."""
        return MemoryObjects()

    @pytest.fixture
    def send(self, objects: MemoryObjects) -> Send:
        """As S3 judges it."""
        return objects.part_arrives


class TestUploads(UploadsContract):
    """Presigned parts, where what S3 checks is checked: in moto behind the strict layer, whatever EMULATOR says."""

    @pytest.fixture
    def objects(self, strict_objects: S3Objects) -> S3Objects:
        """One for all tests."""
        return strict_objects

    @pytest.fixture
    def send(self) -> Send:
        """Over HTTP."""

        def put(form: PartForm, body: bytes, headers: Mapping[str, str] | None = None) -> int:
            sent = dict(form.headers if headers is None else headers)
            return requests.put(form.url, data=body, headers=sent, timeout=20).status_code

        return put

    def test_a_part_s_address_ends(self, objects: S3Objects, send: Send, key: str) -> None:
        upload = objects.start_upload(key, media_type="text/plain")
        assert send(objects.part_form(key, upload, PARTS[2], expires_in=-1), PIECES[2], None) == 403


class TestMemoryObjects(ObjectsContract):
    """The double."""

    @pytest.fixture
    def objects(self) -> MemoryObjects:
        """A fresh one."""
        return MemoryObjects()


class TestS3Objects(ObjectsContract):
    """The bucket that `infra/template.yaml` makes for Biz."""

    @pytest.fixture
    def objects(self, s3_objects: S3Objects) -> S3Objects:
        """One for all tests."""
        return s3_objects

    def test_a_large_file_goes_in_parts(self, objects: S3Objects, key: str, tmp_path: Path) -> None:
        objects = S3Objects(objects._client, BUCKET, piece=PART_AT_LEAST)
        large = tmp_path / "large"
        large.write_bytes(b"".join(PIECES))
        assert objects.store(key, large, media_type="text/plain", only_if_new=True)
        assert objects.fetch(key) == Content(sum(map(len, PIECES)), hashlib.sha256(b"".join(PIECES)).hexdigest())
        stored = objects.head(key)
        assert stored is not None and stored.composite == COMPOSITE
        assert not objects.store(key, large, media_type="text/plain", only_if_new=True)

    def test_an_address_reads_one_object_for_a_while(self, objects: S3Objects, key: str) -> None:
        objects.put(key, FILE, media_type="application/pdf")
        address = objects.download_url(key, file_name="ใบ.pdf", expires_in=60)
        assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["60"]
        answer = requests.get(address, timeout=5)
        assert (answer.status_code, answer.content) == (200, FILE)
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert requests.get(address.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"), timeout=5).status_code == 403

    def test_what_this_room_may_not_touch_is_no_absence(self, objects: S3Objects, key: str) -> None:
        """An error of S3 other than 'absent' passes through: it must not look like a missing file."""
        elsewhere = S3Objects(objects._client, "klang-test-no-such-bucket")
        for attempt in (
            lambda: elsewhere.read(key),
            lambda: elsewhere.put(key, FILE, media_type="text/plain"),
            lambda: elsewhere.put(key, FILE, media_type="text/plain", only_if_new=True),
            lambda: elsewhere.put(key, FILE, media_type="text/plain", if_match="0" * 32),
        ):
            with pytest.raises(ClientError):
                attempt()


class TestForms:
    """Presigned forms, where what S3 checks is checked: in moto behind the strict layer, whatever EMULATOR says."""

    @pytest.fixture
    def objects(self, strict_objects: S3Objects) -> S3Objects:
        """One for all tests."""
        return strict_objects

    @pytest.fixture
    def key(self) -> str:
        """A key nobody else uses."""
        return f"quarantine/{secrets.token_hex(8)}/แบบฟอร์ม 1.pdf"

    def form(self, objects: S3Objects, key: str, body: bytes = FILE, **changes: Any) -> UploadForm:
        """A form for this file, or for one that differs."""
        declared = {"media_type": "application/pdf", "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        return objects.upload_form(key, **{**declared, **changes})

    def test_a_form_takes_just_the_file_it_was_made_for(self, objects: S3Objects, key: str) -> None:
        form = self.form(objects, key)
        assert post(form, FILE) in (200, 204)
        stored = objects.head(key)
        assert stored is not None
        assert (stored.size, stored.media_type) == (len(FILE), "application/pdf")
        assert stored.sha256 in (None, hashlib.sha256(FILE).hexdigest())
        assert objects.read(key) == FILE

    def test_a_form_refuses_every_other_file(self, objects: S3Objects, key: str) -> None:
        form = self.form(objects, key)
        other = FILE[:-1] + b"!"
        assert post(form, FILE + b"x") >= 400
        assert post(form, FILE[:-1]) >= 400
        assert post(form, other) >= 400
        assert objects.head(key) is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("key", "documents/elsewhere.pdf"),
            ("Content-Type", "text/html"),
            ("x-amz-checksum-sha256", "A" * 43 + "="),
            ("x-amz-checksum-algorithm", "CRC32"),
            ("policy", "e30="),
        ],
    )
    def test_a_form_refuses_a_changed_field(self, objects: S3Objects, key: str, field: str, value: str) -> None:
        form = self.form(objects, key)
        assert field in form.fields
        assert post(UploadForm(form.url, {**form.fields, field: value}, 1), FILE) >= 400
        assert objects.head(key) is None

    def test_a_form_ends(self, objects: S3Objects, key: str) -> None:
        assert post(self.form(objects, key, expires_in=-1), FILE) >= 400
        assert objects.head(key) is None


def post(form: UploadForm, body: bytes) -> int:
    """What S3 answers to a browser that sends the form."""
    return requests.post(form.url, data=dict(form.fields), files={"file": ("x.pdf", body)}, timeout=5).status_code


def bucket_of(session: Session) -> S3Objects:
    """The bucket of Biz in an account."""
    clients = Clients(REGION, session)
    return S3Objects(lambda: clients.s3, BUCKET)


@pytest.fixture(scope="module")
def s3_objects() -> Iterator[S3Objects]:
    """The bucket of Biz in the chosen emulator."""
    with local_cloud(["biz"]) as session:
        yield bucket_of(session)


@pytest.fixture(scope="module")
def strict_objects() -> Iterator[S3Objects]:
    """The bucket of Biz in moto."""
    with empty_cloud() as session:
        provision(session, ["biz"])
        yield bucket_of(session)
