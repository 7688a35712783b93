"""The part of the strictness layer that looks at S3: presigned URLs, presigned POSTs, declared digests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import unquote, urlsplit

from infra.local.emulator.presign import Refusal, Request, check_digests, check_post, check_url, is_presigned


def refuse_upload(request: Any, environ: Mapping[str, str], now: float) -> Any:
    """S3's refusal of a request that carries no X-Amz-Target, or None when it is in order or not for S3.

    The secret is read from the environment at the time of use, for `mock_aws` replaces the credentials there.
    """
    url = urlsplit(request.url)
    host = url.netloc
    if ".s3." not in f".{host}" and not host.startswith("s3"):
        return None
    headers = {_text(name).lower(): _text(value) for name, value in request.headers.items()}
    moment = datetime.fromtimestamp(now, UTC)

    def secret_of(access_key: str) -> str | None:
        return environ["AWS_SECRET_ACCESS_KEY"] if access_key == environ["AWS_ACCESS_KEY_ID"] else None

    refused: Refusal | None = None
    if is_presigned(url.query):
        signed = Request(request.method, unquote(url.path), url.query, {"host": host, **headers})
        refused = check_url(signed, secret_of, moment)
    elif request.method == "POST" and headers.get("content-type", "").startswith("multipart/form-data"):
        fields, file = _form(headers["content-type"], _body(request))
        refused = check_post(fields, file, _bucket(host, url.path), secret_of, moment)
    elif "authorization" not in headers:
        refused = Refusal("AccessDenied")  # whoever signs nothing has no right in any bucket of ours
    if refused is None and headers.get("x-amz-acl", "private").startswith(("public-", "authenticated-")):
        refused = Refusal("AccessDenied")  # BlockPublicAcls, which every bucket of ours has
    if refused is None and request.method == "PUT" and _declares_digest(headers):
        refused = check_digests(headers, _body(request))
    if refused is None:
        return None
    body = f"<Error><Code>{refused.code}</Code><Message>{refused.code}</Message></Error>"
    return refused.status, {"content-type": "application/xml"}, body


def _declares_digest(headers: Mapping[str, str]) -> bool:
    # A chunked body carries its checksum in the trailer; botocore made it, and moto unpacks it.
    return headers.get("content-encoding", "") != "aws-chunked"


def _bucket(host: str, path: str) -> str:
    label, _, rest = host.partition(".s3.")
    return label if rest else path.strip("/").split("/")[0]


def _body(request: Any) -> bytes:
    body = request.body
    if hasattr(body, "read"):
        start = body.tell()
        content: bytes = body.read()
        body.seek(start)
        return content
    return body.encode() if isinstance(body, str) else body or b""


def _form(content_type: str, body: bytes) -> tuple[dict[str, str], bytes]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    fields, file = {}, b""
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content: Any = part.get_payload(decode=True)
        if name == "file":
            file = content
        else:
            fields[name] = content.decode()
    return fields, file


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
