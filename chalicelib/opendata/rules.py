"""What may be written and who may see it. Messages and their places are CKAN's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from chalicelib.shared.errors import Fault, Invalid

from . import files
from .model import Dataset
from .standard import fields as metadata
from .words import in_thai

Messages = dict[str, list[Any]]
"""What is wrong, by field, in CKAN's words."""

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
MAX_LINK = 4_000
MAX_THEMES = 50
"""Of one dataset."""
LINKS = frozenset({"http", "https", "ftp", "ftps", "sftp", "s3", "gs"})
"""Schemes of links."""

_NAME = re.compile(r"[a-z0-9_-]*")
_ID = re.compile(r"[A-Za-z0-9_-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FORMAT = re.compile(r"[^\x00-\x1f]{0,100}")


class Rejected(Invalid):
    """CKAN's Validation Error: messages by field; of a list of things (resources), one mapping of messages for each."""

    def __init__(self, messages: Mapping[str, Sequence[Any]]) -> None:
        faults = [Fault(pointer, in_thai(text), text) for pointer, text in _said("", messages)]
        super().__init__("ข้อมูลไม่ถูกต้อง โปรดแก้ไขตามรายการ", "Validation Error", faults)
        self.messages: dict[str, list[Any]] = {name: list(texts) for name, texts in messages.items()}


def _said(pointer: str, messages: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """Each message with the JSON Pointer of its place; CKAN's names for the whole (`__before`) are no place."""
    for name, found in messages.items():
        place = pointer if name.startswith("__") else f"{pointer}/{name}"
        for number, each in enumerate(found):
            if isinstance(each, Mapping):
                yield from _said(f"{place}/{number}", each)
            else:
                yield place, str(each)


class RejectedWhole(Rejected):
    """CKAN's Validation Error of a request as a whole: one text under `message`, no list."""

    def __init__(self, text: str) -> None:
        super().__init__({"message": [text]})
        self.text = text


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
    for name, found in metadata.faults_of_choices(fields).items():
        # which licence a draft names is its own business, as in CKAN; a public dataset has one that is known
        if name != "license_id":
            messages.setdefault(name, found)
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
    if tags:
        fields["tags"] = sorted(set(tags))
    return {}


def _extras(given: Mapping[str, Any], fields: dict[str, Any]) -> Messages:
    extras = given.get("extras")
    if extras is None:
        return {}
    if not isinstance(extras, list) or not all(
        isinstance(extra, Mapping) and isinstance(extra.get("key"), str) for extra in extras
    ):
        return {"extras": ["Must be a list of {key, value}"]}
    wrong = [{} if extra["key"] else {"key": ["Missing value"]} for extra in extras]
    found = {}
    for extra, faults in zip(extras, wrong, strict=True):
        if extra.get("deleted") or ("value" in extra and extra["value"] is None):
            continue
        value = extra.get("value")
        if "value" not in extra:
            faults["value"] = ["Missing value"]
            continue
        if not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False)
        if faults_of_text([extra["key"], value]):
            faults["value"] = ["Must be texts without control characters"]
        elif extra["key"] in metadata.fields() | set(CORE_TEXTS):
            faults["key"] = ["There is a schema field with the same name"]
        elif extra["key"] in found:
            return {"extras_validation": ["Duplicate key"]}
        found[extra["key"]] = value
    if any(wrong):
        return {"extras": wrong}
    if found:
        fields["extras"] = [{"key": key, "value": found[key]} for key in sorted(found)]
    return {}


def flag(value: object) -> bool | None:
    """A boolean as CKAN takes it, or None when it is none."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower())


def is_id(value: object) -> TypeGuard[str]:
    """Whether this can be an id or a name at all; what is longer is not even looked up."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable()


def faults_of_own_id(value: object) -> list[str]:
    """What is wrong with an id that a caller gives to something new."""
    if not isinstance(value, str) or not 7 <= len(value) <= 64:
        return ["Invalid length for an id"]
    return [] if _ID.fullmatch(value) else ["Invalid characters in an id"]


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
    if not dataset.public:
        return
    described = {**dataset.fields, "owner_org": dataset.owner_org}
    missing: Messages = {**metadata.faults_of_choices(described), **metadata.faults_of_publishing(described)}
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
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            messages[name] = ["Must be a Unicode string value"]
        elif faults := faults_of_text(value):
            messages[name] = faults
        else:
            fields[name] = value
    if not _FORMAT.fullmatch(fields.get("format", "")):
        messages["format"] = ["Must be a Unicode string value"]
    elif "format" in fields:
        fields["format"] = files.normal_format(fields["format"])
    return fields, messages


def link(given: object) -> tuple[str, list[str]]:
    """The address of a link as it is kept, and what is wrong with it. None is no fault: CKAN asks for none."""
    if given in (None, ""):
        return "", []
    if not isinstance(given, str):
        return "", ["Must be a Unicode string value"]
    url = given.strip()
    try:
        if url and not urlsplit(url).scheme:
            url = "http://" + url.lstrip("/")  # CKAN's way with `www.example.com`
    except ValueError:
        return "", ["Please provide a valid URL"]
    return url, faults_of_link(url)


def faults_of_link(url: object) -> list[str]:
    """A link resource must lead somewhere on the web: no script, no local file."""
    if not isinstance(url, str) or not url:
        return ["Missing value"]
    try:
        parts = urlsplit(url)
    except ValueError:
        return ["Please provide a valid URL"]
    if parts.scheme not in LINKS or not parts.hostname or len(url) > MAX_LINK or not is_clean(url):
        return ["Please provide a valid URL"]
    return []


def is_clean(value: Any) -> bool:
    """Whether no text in this JSON value holds a control character or half a surrogate pair."""
    match value:
        case str():
            return _CONTROL.search(value) is None
        case Mapping():
            return all(is_clean(name) and is_clean(part) for name, part in value.items())
        case list():
            return all(map(is_clean, value))
        case _:
            return True
