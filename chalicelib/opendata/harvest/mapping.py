"""From what a source tells of a dataset to what we keep of it.

Nothing is refused that can be kept: a word outside the standard's lists becomes `อื่นๆ` with the word beside it, a tag
that cannot be one is left out, and each of these is said in `Mapped.notes`. Texts are kept as they are; whoever shows
them escapes them.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass

from .. import rules
from ..standard import fields as standard
from ..standard.fields import Messages
from . import words
from .model import Record, Source, thing_id

VERSION = 1
"""Of the mapping: one more makes every dataset be mapped again."""
MAX_RESOURCES = 5_000
MAX_TAGS = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_IN_TAGS = re.compile(r"[^\w\u0E00-\u0E7F \-.]+")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]+")
_OWN = frozenset({"owner_org", "tags", "tag_string", "extras", "license_id", "url"})


@dataclass(frozen=True)
class Link:
    """A resource: its id there (or what tells it from the others), its fields and where it leads."""

    remote: str
    fields: Mapping[str, Any]
    url: str


@dataclass(frozen=True)
class Mapped:
    """A dataset as it will be kept.

    Attributes:
        names: what it may be called, the best first.
        missing: messages by field that stand against publishing it.
        notes: messages by field of what was mended or left out.
    """

    names: tuple[str, ...]
    fields: Mapping[str, Any]
    links: tuple[Link, ...]
    organization: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[Mapping[str, str], ...] = ()
    missing: Messages = field(default_factory=dict)
    notes: Messages = field(default_factory=dict)


def fingerprint(record: Record, source: Source) -> str:
    """What must be different for a dataset to be written again."""
    told = {"content": record.content, "skip": record.skip, "options": source.options, "mapping": VERSION}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def unwanted(record: Record, source: Source) -> str:
    """Why a record is left out (`words.REASONS`), or ""."""
    if record.skip:
        return record.skip
    if not record.id or len(record.id) > 1_000 or _CONTROL.search(record.id):
        return "no_id"
    consent = rules.flag(_lifted(record.content).get("allow_harvest", ""))
    if consent is False or (source.consent == "explicit" and consent is not True):
        return "consent"
    return ""


def mapped(record: Record, source: Source, organization_title: str) -> Mapped:
    """A record in the terms of the room.

    Args:
        record: one that is wanted.
        source: its options decide what fills gaps.
        organization_title: of the organisation that receives it, for `with_defaults`.
    """
    content = _lifted(record.content)
    notes: Messages = {}
    given: dict[str, Any] = {}
    for name in sorted((standard.fields() | set(rules.CORE_TEXTS)) - _OWN):
        value = _cleaned(content.get(name), name, notes)
        if value not in (None, "", []):
            given[name] = value
    given["title"] = given.get("title") or str(content.get("name") or record.id)[:200]
    links = _links(content, notes)
    _described(content, given, links)
    given["tags"] = _tags(content, notes)
    given["extras"] = _extras(content, notes)
    if not rules.faults_of_link(content.get("url")):
        given["url"] = content["url"]
    _within_lists(given, notes)
    if source.publish == "with_defaults":
        _filled(given, source, organization_title)
    fields, wrong = rules.dataset_fields(given)
    for name, texts in wrong.items():
        notes[name] = [*notes.get(name, []), *texts]
    missing = standard.faults_of_publishing({**fields, "owner_org": source.organization})
    return Mapped(
        names=_names(content, record.id, source),
        fields=fields,
        links=links,
        organization=_stub(content.get("organization")),
        groups=tuple(_stub(each) for each in _list(content.get("groups")) if _stub(each).get("name")),
        missing=missing,
        notes=notes,
    )


def _lifted(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with the standard's fields at the top, where older catalogues keep them in extras."""
    lifted = dict(content)
    for extra in _pairs(content):
        if extra["key"] in standard.fields() and not lifted.get(extra["key"]):
            lifted[extra["key"]] = extra["value"]
    return lifted


def _pairs(content: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"key": each["key"], "value": each["value"]}
        for each in _list(content.get("extras"))
        if isinstance(each, Mapping) and isinstance(each.get("key"), str) and isinstance(each.get("value"), str)
    ]


def _cleaned(value: Any, name: str, notes: Messages) -> Any:
    """A text or list of texts without what no text may hold, cut where it is too long."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        value = str(value)
    if isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            notes[name] = ["Left out: not a text"]
            return None
        return [_text(each, name, notes) for each in value if each.strip()]
    if value is None:
        return None
    if not isinstance(value, str):
        notes[name] = ["Left out: not a text"]
        return None
    return _text(value, name, notes)


def _text(text: str, name: str, notes: Messages) -> str:
    plain = _CONTROL.sub("", text)
    if len(plain) > rules.MAX_TEXT:
        notes[name] = [f"Cut at {rules.MAX_TEXT} characters"]
        plain = plain[: rules.MAX_TEXT]
    return plain.strip()


def _described(content: Mapping[str, Any], given: dict[str, Any], links: tuple[Link, ...]) -> None:
    """Licence, frequency and formats, in the words of the standard."""
    for text in (content.get("license_id"), content.get("license"), content.get("license_url")):
        found = words.license_id(text) if isinstance(text, str) else None
        if found and "license_id" not in given:
            given["license_id"] = found
    if "license_id" not in given and (content.get("license_id") or content.get("license")):
        given["license_id"] = standard.OTHER
        given.setdefault("license_id_other", str(content.get("license_id") or content.get("license"))[:500])
    rate = words.frequency(str(content.get("frequency") or ""))
    if rate and "update_frequency_unit" not in given:
        given["update_frequency_unit"], interval = rate
        given.setdefault("update_frequency_interval", str(interval))
    formats = [words.data_format(str(link.fields.get("format", ""))) for link in links]
    if "data_format" not in given and any(formats):
        given["data_format"] = sorted({each for each in formats if each})


def _tags(content: Mapping[str, Any], notes: Messages) -> list[str]:
    told = content.get("tags") or content.get("tag_string") or []
    texts = [told] if isinstance(told, str) else [each for each in _list(told) if isinstance(each, str)]
    kept: dict[str, None] = {}
    for text in (part for each in texts for part in each.split(",")):
        plain = " ".join(_NOT_IN_TAGS.sub(" ", unicodedata.normalize("NFC", text)).split())[:100].strip()
        if not standard.faults_of_tags([plain]):
            kept[plain] = None
        elif text.strip():
            notes["tags"] = ["Some tags were left out: a tag has 2 to 100 letters, digits, blanks or -_."]
    return list(kept)[:MAX_TAGS]


def _extras(content: Mapping[str, Any], notes: Messages) -> list[dict[str, str]]:
    kept: dict[str, str] = {}
    for extra in _pairs(content):
        key, value = _text(extra["key"], "extras", notes)[:200], _text(extra["value"], "extras", notes)
        if key and key not in standard.fields() and key not in rules.CORE_TEXTS:
            kept.setdefault(key, value)
    return [{"key": key, "value": value} for key, value in kept.items()]


def _within_lists(given: dict[str, Any], notes: Messages) -> None:
    """A word that is in no list becomes `อื่นๆ`, and the word stands beside it."""
    for each in standard.thai_standard().fields:
        value = given.get(each.name)
        if not each.choices or value in (None, "", []) or each.name == "license_id":
            continue
        told = value if isinstance(value, list) else [value]
        if len(told) > 1 and not each.multiple:
            notes[each.name] = ["Only the first value was taken"]
            told = told[:1]
        strange = [part for part in told if part not in each.choices]
        kept = [part for part in told if part in each.choices]
        if strange and each.other:
            kept = list(dict.fromkeys([*kept, each.other]))
            given.setdefault(f"{each.name}_other", ", ".join(strange)[:500])
            notes[each.name] = ["A word that is not in the list was kept beside it"]
        elif strange:
            notes[each.name] = ["A word that is not in the list was left out"]
        if not kept:
            del given[each.name]
        else:
            given[each.name] = kept if each.multiple else kept[0]
    for name, faults in standard.faults_of_choices(given).items():
        notes.setdefault(name, faults)
        given.pop(name, None)


def _filled(given: dict[str, Any], source: Source, organization_title: str) -> None:
    """The source's defaults, then the standard's words for what nobody knows."""
    unknown: dict[str, Any] = {
        "data_type": standard.OTHER_TYPE,
        "data_type_other": words.UNKNOWN,
        "maintainer": given.get("author") or organization_title,
        "notes": given["title"],
        "objective": [words.UNKNOWN],
        "update_frequency_unit": words.UNKNOWN,
        "geo_coverage": words.UNKNOWN,
        "data_source": organization_title,
        "data_format": [words.UNKNOWN],
        "data_category": standard.standard()["publishable_categories"][0],
        "license_id": words.LICENSE_UNKNOWN,
        "tags": ["ไม่ระบุ"],
    }
    for name, value in {**unknown, **source.defaults}.items():
        if given.get(name) in (None, "", []):
            given[name] = value
    if given["data_type"] != standard.OTHER_TYPE and given.get("data_type_other") == words.UNKNOWN:
        del given["data_type_other"]


def _links(content: Mapping[str, Any], notes: Messages) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    told = _list(content.get("resources"))
    for each in told[:MAX_RESOURCES]:
        if not isinstance(each, Mapping):
            continue
        url = each.get("url")
        if rules.faults_of_link(url):
            notes["resources"] = ["Resources without a good address were left out"]
            continue
        given = {name: _cleaned(value, "resources", notes) for name, value in each.items()}
        given["name"] = given.get("name") or str(url).rstrip("/").rsplit("/", 1)[-1][:200] or "resource"
        given = {name: value for name, value in given.items() if value not in (None, "", [])}
        fields, wrong = rules.resource_fields(given)
        if wrong:
            notes["resources"] = ["Some fields of resources were left out"]
        remote = each.get("id")
        key = remote if isinstance(remote, str) and remote else f"{url}\n{fields.get('name', '')}"
        found.setdefault(key, Link(key, fields, str(url)))
    if len(told) > MAX_RESOURCES:
        notes["resources"] = [f"Only the first {MAX_RESOURCES} were taken"]
    return tuple(found.values())


def _names(content: Mapping[str, Any], remote: str, source: Source) -> tuple[str, ...]:
    """Its name there, and one that nobody else has; where it has none, one from its title that nobody else has."""
    own = thing_id(f"{source.id}\n{remote}")[:8]
    told = content.get("name")
    plain = _as_name(told if isinstance(told, str) else "")
    if plain and not rules.faults_of_name(plain):
        return (plain, f"{plain[:91]}-{own}")
    return (f"{_as_name(str(content.get('title') or ''))[:91] or 'dataset'}-{own}",)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _as_name(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_NAMES.sub("-", ascii_only).strip("-")[:100]


def _stub(group: Any) -> dict[str, str]:
    if not isinstance(group, Mapping):
        return {}
    found = {name: str(group.get(name) or "") for name in ("name", "title", "description", "image_url")}
    return {**found, "name": _as_name(found["name"])}
