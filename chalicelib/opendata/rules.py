"""What may be written and who may see it. Messages and their places are CKAN's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from chalicelib.shared.errors import Fault, Invalid

from .model import Dataset
from .standard import fields as metadata
from .standard.fields import Messages

MAX_FILE = 100 * 1024 * 1024
"""Bytes of one upload: the ingest reads the file into memory of one Lambda."""

MEDIA_TYPES = frozenset(
    {
        "text/csv",
        "text/plain",
        "text/tab-separated-values",
        "application/csv",
        "application/json",
        "application/geo+json",
        "application/pdf",
        "application/zip",
        "application/octet-stream",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
TABLES = frozenset({"CSV", "TSV", "TXT"})
"""Formats of which the ingest makes a table."""

CORE_TEXTS = (
    "title",
    "notes",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "url",
    "version",
    "license_id",
)
RESOURCE_TEXTS = ("name", "description", "format", "mimetype", "resource_type")
MAX_TEXT = 20_000
MAX_METADATA = 200_000
"""Bytes of one dataset's metadata: an item of the table holds 400 kB, and a version is kept beside it."""

MAX_ID = 100

_NAME = re.compile(r"[a-z0-9_-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FORMAT = re.compile(r"[^\x00-\x1f]{0,100}")


class Rejected(Invalid):
    """CKAN's Validation Error: messages by field."""

    def __init__(self, messages: Mapping[str, Sequence[str]]) -> None:
        super().__init__(
            "ข้อมูลไม่ถูกต้อง โปรดแก้ไขตามรายการ",
            "Validation Error",
            [Fault(f"/{name}", text, text) for name, texts in messages.items() for text in texts],
        )
        self.messages = {name: list(texts) for name, texts in messages.items()}


def faults_of_name(name: object) -> list[str]:
    """CKAN's `name_validator`."""
    if name in (None, ""):
        return ["Missing value"]
    if not isinstance(name, str):
        return ["Names must be strings"]
    if name in ("new", "edit", "search"):
        return ["That name cannot be used"]
    if len(name) < 2:
        return ["Must be at least 2 characters long"]
    if len(name) > 100:
        return ["Name must be a maximum of 100 characters long"]
    if not _NAME.fullmatch(name):
        return ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]
    return []


def dataset_fields(given: Mapping[str, Any]) -> tuple[dict[str, Any], Messages]:
    """The descriptive fields of a dataset, normalised, and what is wrong with them.

    Names that the room does not know are left out without a word, as CKAN does at the top level of a package.
    """
    known = metadata.fields() | set(CORE_TEXTS)
    fields: dict[str, Any] = {}
    messages: Messages = {}
    for name in sorted(known & given.keys()):
        value = metadata.as_kept(name, given[name])
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float | list):
            messages[name] = ["Must be a string or a list of strings"]
        elif isinstance(value, list) and not all(isinstance(part, str) for part in value):
            messages[name] = ["Must be a list of strings"]
        elif faults := faults_of_text(value):
            messages[name] = faults
        else:
            fields[name] = value if isinstance(value, list) else str(value)
    messages |= _tags(given, fields) | _extras(given, fields)
    for name, choice in metadata.standard()["choices"].items():
        if choice["multiple"] and isinstance(fields.get(name), str) and fields[name]:
            fields[name] = [fields[name]]
    messages |= {name: found for name, found in metadata.faults_of_choices(fields).items() if name not in messages}
    return fields, messages


def faults_of_text(value: str | int | float | list[str]) -> list[str]:
    """Messages for a text that is too long or holds control characters."""
    text = "".join(value) if isinstance(value, list) else str(value)
    if len(text) > MAX_TEXT:
        return [f"Must be at most {MAX_TEXT} characters long"]
    if _CONTROL.search(text):
        return ["Must not contain control characters"]
    return []


def _tags(given: Mapping[str, Any], fields: dict[str, Any]) -> Messages:
    tags: list[Any]
    if "tag_string" in given and isinstance(given["tag_string"], str):
        tags = [tag.strip() for tag in given["tag_string"].split(",") if tag.strip()]
    elif "tags" in given and isinstance(given["tags"], list):
        tags = [tag.get("name") if isinstance(tag, Mapping) else tag for tag in given["tags"]]
    elif "tags" in given or "tag_string" in given:
        return {"tags": ["Must be a list of tags"]}
    else:
        return {}
    if not all(isinstance(tag, str) for tag in tags):
        return {"tags": ["Missing value"]}
    faults = metadata.faults_of_tags(tags)
    if faults:
        return {"tags": faults}
    fields["tags"] = sorted(set(tags))
    return {}


def _extras(given: Mapping[str, Any], fields: dict[str, Any]) -> Messages:
    extras = given.get("extras")
    if extras is None:
        return {}
    if not isinstance(extras, list) or not all(
        isinstance(extra, Mapping) and isinstance(extra.get("key"), str) and isinstance(extra.get("value"), str)
        for extra in extras
    ):
        return {"extras": ["Must be a list of {key, value}"]}
    keys = [extra["key"] for extra in extras]
    if len(set(keys)) != len(keys):
        return {"extras": ["There is a schema field with the same name"]}
    if any(faults_of_text([extra["key"], extra["value"]]) for extra in extras):
        return {"extras": ["Must be texts without control characters"]}
    fields["extras"] = [{"key": extra["key"], "value": extra["value"]} for extra in extras]
    return {}


def flag(value: object) -> bool | None:
    """A boolean as CKAN takes it, or None when it is none."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower())


def is_id(value: object) -> TypeGuard[str]:
    """Whether this can be an id or a name at all; what is longer is not even looked up."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable()


def check_size(dataset: Dataset) -> None:
    """Metadata must fit into an item of the table.

    Raises:
        Rejected.
    """
    if len(json.dumps(dataset.fields, ensure_ascii=False).encode()) > MAX_METADATA:
        raise Rejected({"__before": [f"The metadata is larger than {MAX_METADATA} bytes"]})


def check_publishable(dataset: Dataset) -> None:
    """A public dataset must meet the whole standard.

    Raises:
        Rejected.
    """
    if dataset.private:
        return
    missing = metadata.faults_of_publishing({**dataset.fields, "owner_org": dataset.owner_org})
    if missing:
        raise Rejected(missing)


def resource_fields(given: Mapping[str, Any]) -> tuple[dict[str, Any], Messages]:
    """The descriptive fields of a resource and what is wrong with them."""
    fields: dict[str, Any] = {}
    messages: Messages = {}
    for name in RESOURCE_TEXTS:
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            messages[name] = ["Must be a Unicode string value"]
        elif faults := faults_of_text(value):
            messages[name] = faults
        else:
            fields[name] = value.strip()
    if not _FORMAT.fullmatch(fields.get("format", "")):
        messages["format"] = ["Must be a Unicode string value"]
    elif "format" in fields:
        fields["format"] = normal_format(fields["format"])
    return fields, messages


def normal_format(text: str) -> str:
    """CKAN's spelling of a format: `csv`, `.CSV` and `text/csv` are all CSV."""
    plain = text.strip().lower().lstrip(".")
    known = {
        "text/csv": "CSV",
        "text/tab-separated-values": "TSV",
        "application/json": "JSON",
        "application/pdf": "PDF",
    }
    return known.get(plain, plain.upper() if len(plain) <= 8 else text.strip())


def faults_of_link(url: object) -> list[str]:
    """A link resource must lead somewhere on the web: no script, no local file."""
    if not isinstance(url, str) or not url:
        return ["Missing value"]
    try:
        parts = urlsplit(url)
    except ValueError:
        return ["Please provide a valid URL"]
    if parts.scheme not in ("http", "https", "ftp") or not parts.hostname or len(url) > 2_000:
        return ["Please provide a valid URL"]
    return []


def faults_of_upload(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with the announcement of a file."""
    size, sha256, name = given.get("size"), given.get("sha256"), given.get("file_name")
    faults: list[str] = []
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_FILE:
        faults.append(f"size: must be 1 to {MAX_FILE} bytes")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        faults.append("sha256: must be 64 hexadecimal digits in lower case")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= 255 or not file_name_is_safe(name):
        faults.append("file_name: must be a plain file name of at most 255 bytes")
    if not isinstance(given.get("media_type"), str) or given["media_type"] not in MEDIA_TYPES:
        faults.append(f"media_type: must be one of {', '.join(sorted(MEDIA_TYPES))}")
    return faults


def file_name_is_safe(name: str) -> bool:
    """No folders, no control or direction-changing characters; Thai is welcome."""
    return name not in (".", "..") and all(
        letter not in '/\\"' and (letter.isprintable() and not "\u202a" <= letter <= "\u2069") for letter in name
    )
