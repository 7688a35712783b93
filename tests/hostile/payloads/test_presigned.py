"""Presigned addresses in wrong hands: each place that gives one away, and everything that it does not allow.

What is checked is what S3 checks (`infra/local/emulator/presign`): an emulator alone would store all of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import pytest
import requests

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.objects import Part, UploadForm
from tests.support.cloud import REGION, moto_cloud

CONTENT = b"%PDF-1.7 evidence"
OTHER = b"%PDF-1.7 EVIDENCE"
FORMS = {
    "biz-documents": "quarantine/case/1",
    "opendata": "uploads/1",
    "citizen-documents": "attachments/1",
}
"""Where people post files to: by bucket, a key that its room chooses."""
PARTS = {"opendata": "uploads/2", "gdx-documents": "orders/2"}


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.session.Session]:
    with moto_cloud() as made:
        yield made


def objects(session: boto3.session.Session, purpose: str) -> S3Objects:
    clients = Clients(REGION, session)
    bucket = f"klang-test-{purpose}-local"
    return S3Objects(lambda: clients.s3, bucket, patient=lambda: clients.patient_s3)


def sha(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def standing(session: boto3.session.Session) -> dict[str, list[str]]:
    """Every object of the account, by bucket."""
    s3 = session.client("s3")
    return {
        bucket["Name"]: [each["Key"] for each in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])]
        for bucket in s3.list_buckets()["Buckets"]
    }


@dataclass
class Post:
    """A form as it will be sent."""

    url: str
    fields: dict[str, str]
    content: bytes = CONTENT


Bend = Callable[[Post], object]


def sets(name: str, value: str) -> Bend:
    return lambda post: post.fields.update({name: value})


def lacks(name: str) -> Bend:
    return lambda post: post.fields.pop(name)


def sends(content: bytes) -> Bend:
    return lambda post: setattr(post, "content", content)


def both(*bends: Bend) -> Bend:
    def bend(post: Post) -> None:
        for each in bends:
            each(post)

    return bend


def own_policy(**changes: Any) -> Bend:
    """A policy of one's own under the signature of the given one."""

    def bend(post: Post) -> None:
        policy = json.loads(base64.b64decode(post.fields["policy"]))
        post.fields["policy"] = base64.b64encode(json.dumps({**policy, **changes}).encode()).decode()

    return bend


def to_bucket(name: str) -> Bend:
    return lambda post: setattr(post, "url", f"https://klang-test-{name}-local.s3.{REGION}.amazonaws.com/")


POSTS: Mapping[str, Bend] = {
    "larger": sends(CONTENT + b"x"),
    "smaller": sends(CONTENT[:-1]),
    "empty": sends(b""),
    "other bytes of the same size": sends(OTHER),
    "other bytes with their own checksum": both(sends(OTHER), sets("x-amz-checksum-sha256", sha(OTHER))),
    "no checksum": lacks("x-amz-checksum-sha256"),
    "another algorithm": sets("x-amz-checksum-algorithm", "CRC32"),
    "another key": sets("key", "case/1/reviewed"),
    "the key of reviewed evidence": sets("key", "case/01/document-1"),
    "a key beside it": sets("key", "quarantine/case/1/../../../case/1"),
    "a key with its folder only": sets("key", "quarantine/case/1/"),
    "a key with another file's name": sets("key", "${filename}"),
    "an escaped key": sets("key", "quarantine%2Fcase%2F1"),
    "a key in another case": sets("key", "QUARANTINE/CASE/1"),
    "the key of published data": sets("key", "files/sha256/00/0"),
    "no key": lacks("key"),
    "a page of the web": sets("Content-Type", "text/html"),
    "a drawing with scripts": sets("Content-Type", "image/svg+xml"),
    "a type with a charset": sets("Content-Type", "application/pdf; charset=utf-7"),
    "no type": lacks("Content-Type"),
    "readable by everybody": sets("acl", "public-read"),
    "owned by another": sets("x-amz-grant-full-control", 'id="1"'),
    "leads elsewhere": sets("x-amz-website-redirect-location", "https://evil.example/"),
    "a redirect after it": sets("success_action_redirect", "https://evil.example/"),
    "another status": sets("success_action_status", "201"),
    "data about it": sets("x-amz-meta-reviewed", "yes"),
    "tags": sets("tagging", "<Tagging><TagSet/></Tagging>"),
    "shown in a page": sets("Content-Disposition", "inline"),
    "kept encoded": sets("Content-Encoding", "gzip"),
    "another class": sets("x-amz-storage-class", "GLACIER"),
    "locked for ever": sets("x-amz-object-lock-mode", "COMPLIANCE"),
    "another key of KMS": sets("x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:x:0:key/0"),
    "no policy": lacks("policy"),
    "no signature": lacks("x-amz-signature"),
    "a signature of zeros": sets("x-amz-signature", "0" * 64),
    "somebody else's credential": sets("x-amz-credential", "AKIAEVIL/20261130/ap-southeast-1/s3/aws4_request"),
    "another region's credential": lambda post: sets(
        "x-amz-credential", post.fields["x-amz-credential"].replace(REGION, "us-east-1")
    )(post),
    "a policy without conditions": own_policy(conditions=[]),
    "a policy that never ends": own_policy(expiration="2999-01-01T00:00:00Z"),
    "a policy that is none": sets("policy", "e30="),
}  # fmt: skip


def form(session: boto3.session.Session, purpose: str, expires_in: int = 900) -> UploadForm:
    given = {"media_type": "application/pdf", "size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
    return objects(session, purpose).upload_form(FORMS[purpose], expires_in=expires_in, **given)  # type: ignore[arg-type]  # a mapping's values


def send(post: Post) -> int:
    return requests.post(post.url, data=post.fields, files={"file": ("f", post.content)}, timeout=5).status_code


@pytest.mark.parametrize("purpose", FORMS)
def test_a_post_that_was_bent_is_refused(session: boto3.session.Session, purpose: str) -> None:
    before = standing(session)
    for name, bend in {**POSTS, "another bucket": to_bucket("gdx-log"), "the site": to_bucket("opendata-x")}.items():
        made = form(session, purpose)
        post = Post(made.url, dict(made.fields))
        bend(post)
        assert send(post) in (400, 403, 404, 405), name
    late = form(session, purpose, expires_in=-1)
    assert send(Post(late.url, dict(late.fields))) == 403
    assert standing(session) == before, "nothing lies anywhere"
    made = form(session, purpose)
    assert send(Post(made.url, dict(made.fields))) == 204, "and the very form is good"
    there = f"{made.url.rstrip('/')}/{FORMS[purpose]}"
    assert requests.get(there, timeout=5).status_code == 403, "nobody reads it without a right"
    for method in ("PUT", "DELETE"):
        assert requests.request(method, there, data=b"x", timeout=5).status_code == 403, method


def bent(url: str, **changes: str | None) -> str:
    """The address with other parameters."""
    parts = urlsplit(url)
    query = {name: value for name, value in {**dict(parse_qsl(parts.query)), **changes}.items() if value is not None}
    return parts._replace(query=urlencode(query)).geturl()


@pytest.mark.parametrize("purpose", PARTS)
def test_a_part_that_was_bent_is_refused(session: boto3.session.Session, purpose: str) -> None:
    there, key = objects(session, purpose), PARTS[purpose]
    upload = there.start_upload(key, media_type="application/pdf")
    part = Part(1, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    made = there.part_form(key, upload, part)
    good: dict[str, Any] = {"url": made.url, "data": CONTENT, "headers": dict(made.headers)}
    bad: dict[str, dict[str, Any]] = {
        "another number": {"url": bent(made.url, partNumber="2")},
        "number nought": {"url": bent(made.url, partNumber="0")},
        "another upload": {"url": bent(made.url, uploadId="x")},
        "no upload: the object itself": {"url": bent(made.url, uploadId=None, partNumber=None)},
        "another key": {"url": made.url.replace(key, "files/1")},
        "a longer life": {"url": bent(made.url, **{"X-Amz-Expires": "604800"})},
        "no signature": {"url": bent(made.url, **{"X-Amz-Signature": None})},
        "another day": {"url": bent(made.url, **{"X-Amz-Date": "20300101T000000Z"})},
        "fewer signed headers": {"url": bent(made.url, **{"X-Amz-SignedHeaders": "host"})},
        "more of it": {"data": CONTENT + b"x"},
        "less of it": {"data": CONTENT[:-1]},
        "other bytes": {"data": OTHER},
        "other bytes with their checksum": {"data": OTHER, "headers": {"x-amz-checksum-sha256": sha(OTHER)}},
        "no checksum": {"headers": {}},
        "a copy of another object": {"headers": {**made.headers, "x-amz-copy-source": "klang-test-gdx-log-local/1"}},
    }
    for name, change in bad.items():
        assert requests.put(**{**good, **change}, timeout=5).status_code in (400, 403, 404), name
    for method in ("GET", "POST", "DELETE"):
        assert requests.request(method, timeout=5, **good).status_code in (400, 403, 405), method
    late = there.part_form(key, upload, part, expires_in=-1)
    assert requests.put(**{**good, "url": late.url}, timeout=5).status_code == 403
    assert there.uploaded(key, upload) == {} and there.head(key) is None
    assert requests.put(**good, timeout=5).status_code == 200
    assert there.finish_upload(key, upload, [part])
    assert requests.put(**good, timeout=5).status_code == 404, "the upload is over: nothing is written over it"
    assert there.read(key) == CONTENT


def test_an_address_for_a_result_writes_that_result_alone(session: boto3.session.Session) -> None:
    there = objects(session, "opendata")
    url = there.put_url("results/1/1.csv", media_type="text/csv")
    good = {"content-type": "text/csv"}
    bad: dict[str, tuple[str, dict[str, str]]] = {
        "another type": (url, {"content-type": "text/html"}),
        "another key": (url.replace("results/1/1.csv", "files/1"), good),
        "a longer life": (bent(url, **{"X-Amz-Expires": "604800"}), good),
        "readable by everybody": (bent(url, **{"x-amz-acl": "public-read"}), good),
        "no signature": (bent(url, **{"X-Amz-Signature": None}), good),
        "late": (there.put_url("results/1/1.csv", media_type="text/csv", expires_in=-1), good),
    }
    for name, (address, headers) in bad.items():
        assert requests.put(address, data=b"a\n1\n", headers=headers, timeout=5).status_code == 403, name
    assert there.head("results/1/1.csv") is None and there.head("files/1") is None
    for method in ("GET", "DELETE", "POST"):
        assert requests.request(method, url, headers=good, timeout=5).status_code == 403, method


def test_an_address_to_read_reads_that_object_alone(session: boto3.session.Session) -> None:
    there = objects(session, "biz-documents")
    there.put("case/9/a", CONTENT, media_type="application/pdf")
    there.put("case/8/b", OTHER, media_type="application/pdf")
    url = there.download_url("case/9/a", file_name="ก.pdf")
    bad = {
        "another object": url.replace("case/9/a", "case/8/b"),
        "the list of all": url.replace("/case/9/a", "/"),
        "a longer life": bent(url, **{"X-Amz-Expires": "604800"}),
        "shown in a page": bent(url, **{"response-content-disposition": "inline"}),
        "as a page": bent(url, **{"response-content-type": "text/html"}),
        "another version": bent(url, versionId="1"),
        "without a signature": bent(url, **{"X-Amz-Signature": None}),
        "late": there.download_url("case/9/a", expires_in=-1),
    }
    for name, address in bad.items():
        assert requests.get(address, timeout=5).status_code == 403, name
    assert requests.put(url, data=b"x", timeout=5).status_code == 403
    assert requests.get(url, timeout=5).content == CONTENT


def test_there_is_no_other_place_that_lets_somebody_write() -> None:
    from tests.house.source import files, name_of

    words = (".upload_form(", ".part_form(", ".put_url(", "generate_presigned")
    found = {name_of(each) for each in files("chalicelib") if any(word in each.read_text("utf-8") for word in words)}
    assert found == {
        "chalicelib/shared/aws/objects.py",
        "chalicelib/biz/documents/uploads.py",
        "chalicelib/opendata/intake/sending.py",
        "chalicelib/citizen/inbox/attachments.py",
        "chalicelib/gdx/documents/service.py",
        "chalicelib/opendata/tables/sql/service.py",
    }
