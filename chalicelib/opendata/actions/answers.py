"""Answers that are kept by whoever asked, and those that are long."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace

from chalicelib.shared.errors import TooLarge
from chalicelib.shared.web import Call, Reply

LIMIT = 4_400_000
"""Bytes of a request or an answer: Lambda takes and gives 6 MiB at once, and API Gateway has bodies in base64."""
PACK_FROM = 256 * 1024
"""Bytes from which an answer is compressed."""


def kept(call: Call, body: bytes, revision: str | None, *, media_type: str, tag: str | None = None) -> Reply:
    """What everybody may read, to be kept and asked for again: a write is seen by the very next request.

    Args:
        revision: of the package in it, with which its ETag begins.
        tag: the ETag, where it is known otherwise.
    """
    if tag is None:
        digest = hashlib.sha256(body).hexdigest()[:16]
        tag = f'"{digest}"' if revision is None else f'"{revision}.{digest}"'
    headers = {"ETag": tag, "Cache-Control": "public, no-cache", "Vary": "Authorization, X-CKAN-API-Key"}
    if tag in known(call):
        return Reply(None, status=304, headers=headers)
    return Reply(body, headers=headers, media_type=media_type)


def known(call: Call) -> frozenset[str]:
    """The ETags of what the caller has."""
    return frozenset(each.strip().removeprefix("W/") for each in call.headers.get("if-none-match", "").split(","))


def packed(call: Call, reply: Reply) -> Reply:
    """A long answer compressed, for whoever takes that: a thousand datasets would not fit into what Lambda answers.

    Raises:
        TooLarge: it does not fit even so.
    """
    body, headers = reply.body, dict(reply.headers)
    if not isinstance(body, bytes) or len(body) < PACK_FROM:
        return reply
    if takes_gzip(call.headers.get("accept-encoding", "")):
        body = gzip.compress(body, 5, mtime=0)  # no time in it: the same answer has the same bytes
        headers["Content-Encoding"] = "gzip"
    headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Accept-Encoding"]))
    if len(body) > LIMIT:
        raise TooLarge(
            "คำตอบใหญ่เกินไป โปรดขอครั้งละน้อยลง (rows หรือ limit)",
            "The answer is too large; ask for less at once (rows or limit), or accept gzip.",
        )
    return replace(reply, body=body, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lets gzip pass (RFC 9110 §12.5.3)."""
    weights: dict[str, str] = {}
    for each in accepted.lower().split(","):
        coding, _, weight = "".join(each.split()).partition(";q=")
        weights[coding] = weight
    found = weights.get("gzip", weights.get("*"))
    return (found is not None and found.strip("0.") != "") or found == ""
