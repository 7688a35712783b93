"""Real catalogue records, read from files of other people's, as packages that a CKAN client sends.

    *.jsonl, *.jsonl.gz   one record a line: id, title, organization, category, tags, notes, fields[], url
    *.csv                 category, title, url
    *.json                the answer of a CKAN: {"results": [package, ...]}

The files are never copied. What the national standard asks for and they do not say is filled with its words for "not
known"; tags are cleaned as CKAN itself would ask for.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Package = dict[str, Any]
UNKNOWN: Mapping[str, Any] = {
    "data_type": "ข้อมูลประเภทอื่นๆ",
    "data_type_other": "ไม่ทราบ",
    "maintainer": "ไม่ทราบ",
    "maintainer_email": "unknown@catalogue.example",
    "notes": "-",
    "objective": ["อื่นๆ"],
    "objective_other": "ไม่ทราบ",
    "update_frequency_unit": "ไม่ทราบ",
    "geo_coverage": "ไม่มี",
    "data_source": "ไม่ทราบ",
    "data_format": ["CSV"],
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "notspecified",
}
"""What is said where the record says nothing."""
MAX_TEXT = 20_000


def records(folder: Path, owner: str) -> Iterator[Package]:
    """The packages of all files of a folder that this knows how to read, for the organisation `owner`."""
    for path in sorted(folder.iterdir()):
        found = next((read for ending, read in READERS.items() if path.name.endswith(ending)), None)
        if found is not None:
            for number, package in enumerate(found(path)):
                package["name"] = _name(package.get("name") or f"{path.name.split('.')[0]}-{number}")
                yield {**UNKNOWN, "owner_org": owner, "private": False, **package}


def _portal(path: Path) -> Iterator[Package]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            extras = {name: str(record[name]) for name in ("organization", "category", "issued") if record.get(name)}
            yield _given(
                {
                    "name": f"{record['organization']}-{record['id']}",
                    "title": record["title"],
                    "notes": record.get("notes"),
                    "url": record.get("url"),
                    "tags": _tags(record.get("tags") or []),
                    "extras": _extras(extras),
                    "resources": [
                        {
                            "name": record["title"],
                            "description": record.get("category") or "",
                            "url": record.get("url") or "",
                            "format": "CSV",
                            "fields": record.get("fields") or [],
                        }
                    ],
                }
            )


def _titles(path: Path) -> Iterator[Package]:
    with path.open(encoding="utf-8", newline="") as rows:
        for record in csv.DictReader(rows):
            yield _given(
                {
                    "title": record["title"],
                    "url": record["url"],
                    "tags": _tags([record["category"]]),
                    "extras": _extras({"category": record["category"]}),
                    "resources": [{"name": record["title"], "url": record["url"], "format": "HTML"}],
                }
            )


def _export(path: Path) -> Iterator[Package]:
    for record in json.loads(path.read_text(encoding="utf-8"))["results"]:
        names = ("title", "notes", "author", "author_email", "maintainer", "maintainer_email", "url", "version")
        kept = {name: record.get(name) for name in names}
        groups = {"groups": ", ".join(record.get("groups") or [])}
        yield _given(
            {
                **kept,
                "name": record["name"],
                "license_id": record.get("license_id"),
                "tags": _tags(record.get("tags") or []),
                "extras": _extras({**groups, **record["extras"]}),
                "resources": [{"name": record["title"], "url": (record.get("url") or "").strip(), "format": "HTML"}],
            }
        )


READERS: Mapping[str, Callable[[Path], Iterator[Package]]] = {
    ".jsonl": _portal,
    ".jsonl.gz": _portal,
    ".csv": _titles,
    ".json": _export,
}


def _given(package: Package) -> Package:
    """Without what is empty, so that what is not known is said; without what no catalogue takes."""
    from chalicelib.opendata.standard.fields import is_email, license_of

    kept = {name: value for name, value in package.items() if value not in (None, "")}
    if not is_email(kept.get("maintainer_email")):
        kept.pop("maintainer_email", None)
    if license_of(kept.get("license_id")) is None:
        kept.pop("license_id", None)
    if not kept.get("tags"):
        kept["tags"] = [{"name": "catalogue"}]
    return {name: value[:MAX_TEXT] if isinstance(value, str) else value for name, value in kept.items()}


def _tags(words: list[str]) -> list[dict[str, str]]:
    clean = (re.sub(r"[^\w\u0E00-\u0E7F \-.]+", " ", word).strip()[:100] for word in words)
    return [{"name": word} for word in sorted({word for word in clean if len(word) >= 2})]


def _extras(values: Mapping[str, Any]) -> list[dict[str, str]]:
    from chalicelib.opendata.rules import CORE_TEXTS
    from chalicelib.opendata.standard.fields import fields

    known = fields() | set(CORE_TEXTS)
    keys = {name: name if name not in known else f"source_{name}" for name in values}
    return [{"key": keys[name], "value": str(values[name])} for name in sorted(values, key=lambda name: keys[name])]


def _name(text: str) -> str:
    plain = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:100]
    return plain if len(plain) >= 2 else f"{plain}-x"
