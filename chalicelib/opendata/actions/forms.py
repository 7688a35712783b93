"""What an action is asked, read from a request: query string, JSON object, or a form with or without files.

Which of them counts is CKAN's order: a form before the query string, the query string (for actions that only read)
before JSON.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

from chalicelib.shared.errors import Malformed
from chalicelib.shared.journal import Once
from chalicelib.shared.json_text import parse_json
from chalicelib.shared.web import Request

MAX_FIELDS = 1_000
File = tuple[str, str, bytes]
"""Name, media type and bytes of a file in a form."""


def read(request: Request, *, reads: bool) -> tuple[dict[str, Any], dict[str, File]]:
    """The parameters and the files, by their names.

    Args:
        reads: whether the action changes nothing; only such a one may be asked by the query string.

    Raises:
        Malformed.
    """
    query = _plain(request.query)
    if request.method == "GET":
        return query, {}
    media = request.headers.get("content-type", "application/json")
    kind = media.split(";")[0].strip().lower()
    form: dict[str, Any] = {}
    files: dict[str, File] = {}
    if kind == "multipart/form-data" and request.body:
        form, files = _multipart(request.body, media)
    elif kind == "application/x-www-form-urlencoded" and not request.body.lstrip().startswith(b"{"):
        form = _urlencoded(request.body)
    if len(form) == 1 and not files and next(iter(form.values())) in ("", "1"):
        # JSON sent as if it were a form: it stands where the one name should be
        return _object(next(iter(form)).encode()), {}
    if form or files:
        return form, files
    if query and reads:
        return query, {}
    return (_object(request.body), {}) if request.body.strip() and kind != "multipart/form-data" else ({}, {})


def attempt(request: Request, once: Once, given: Mapping[str, Any], files: Mapping[str, File]) -> Once:
    """The attempt, known again by what a form holds: each sending of the same form makes up another boundary."""
    if not once.claimed or not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return once
    held = {name: [file[0], file[1], hashlib.sha256(file[2]).hexdigest()] for name, file in files.items()}
    text = json.dumps([given, held], sort_keys=True, ensure_ascii=False)
    return replace(once, fingerprint=hashlib.sha256(text.encode()).hexdigest())


def _plain(several: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else list(values) for name, values in several.items()}


def _object(body: bytes) -> dict[str, Any]:
    parsed = parse_json(body)
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Malformed("มีอักขระที่ไม่ใช่ Unicode", "It holds half a surrogate pair.") from None
    if not isinstance(parsed, Mapping):
        raise Malformed("ต้องเป็นออบเจกต์ JSON", "Request data JSON decoded, but it needs to be a dictionary.")
    return dict(parsed)


def _urlencoded(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode()
        # what is percent-encoded must be UTF-8 too
        return _plain(parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS))
    except ValueError:
        raise _unreadable() from None


def _multipart(body: bytes, media: str) -> tuple[dict[str, Any], dict[str, File]]:
    from multipart import MultipartError, MultipartParser, parse_options_header

    boundary = parse_options_header(media)[1].get("boundary", "")
    texts: dict[str, list[str]] = {}
    files: dict[str, File] = {}
    size = len(body)
    try:
        parser = MultipartParser(
            io.BytesIO(body), boundary, size, part_limit=MAX_FIELDS, memory_limit=size + 1, spool_limit=size + 1
        )
        for part in parser:
            name = part.filename or _extended_name(part.headers.get("Content-Disposition", ""))
            if name is not None:
                if name:  # a browser sends an empty part where no file was chosen
                    files[part.name or ""] = (_decoded(name), part.content_type or "", part.raw)
            else:
                texts.setdefault(part.name or "", []).append(part.raw.decode())
    except (MultipartError, ValueError, LookupError):
        raise _unreadable() from None
    return _plain(texts), files


def _extended_name(disposition: str) -> str | None:
    """The name of a file given as `filename*` (RFC 8187), which RFC 7578 forbids and some clients send."""
    from email.message import Message

    header = Message()
    header["Content-Disposition"] = disposition
    return header.get_filename()


def _decoded(name: str) -> str:
    """A file's name without the percent-encoding that RFC 7578 §4.2 allows, and without folders."""
    try:
        plain = unquote(name, errors="strict") if "%" in name else name
    except ValueError:
        plain = name
    return plain.replace("\\", "/").rsplit("/", 1)[-1]


def _unreadable() -> Malformed:
    return Malformed("อ่านแบบฟอร์มไม่ได้", "The form cannot be read.")
