"""The Thai national metadata standard: which fields a published dataset must have and which words they may use.

The lists are data (`data/metadata.json`, `data/licenses.json`). A draft (a private dataset) may be incomplete; the
whole standard is asked for when the dataset is made public. Messages are those of CKAN's validators, because its
clients show them, and never repeat what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"
# local part and domain, no blanks: the HTML5 rule that CKAN uses, shortened
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
# CKAN's own \w refuses Thai vowels above and below the line, so most Thai words could not be tags
_TAG = re.compile(r"[\w\u0E00-\u0E7F \-.]{2,100}")

Messages = dict[str, list[str]]


@cache
def standard() -> Mapping[str, Any]:
    """The standard as data."""
    loaded: Mapping[str, Any] = json.loads((_DATA / "metadata.json").read_text(encoding="utf-8"))
    return loaded


@cache
def licenses() -> Sequence[Mapping[str, Any]]:
    """The licence register, in the shape of CKAN's `license_list`."""
    loaded: Sequence[Mapping[str, Any]] = json.loads((_DATA / "licenses.json").read_text(encoding="utf-8"))
    return loaded


def license_of(license_id: object) -> Mapping[str, Any] | None:
    """The licence with this id, or None."""
    return next((found for found in licenses() if found["id"] == license_id), None)


def fields() -> frozenset[str]:
    """All fields of the standard that stand at the top level of a dataset."""
    found = standard()
    return frozenset([*found["mandatory"], *found["choices"], *found["optional"]]) - {"owner_org", "tags"}


def faults_of_tags(tags: Sequence[str]) -> list[str]:
    """CKAN's messages for tags that are too short, too long or hold other characters."""
    bad = [tag for tag in tags if not _TAG.fullmatch(tag)]
    return ["Tag must be 2 to 100 letters, digits, blanks or these symbols: -_."] if bad else []


def faults_of_choices(dataset: Mapping[str, Any]) -> Messages:
    """Messages for values that are given but not in their list; asked of drafts too, so that lists stay clean."""
    messages: Messages = {}
    for name, choice in standard()["choices"].items():
        value = dataset.get(name)
        if value in (None, "", []):
            continue
        values = value if isinstance(value, list) else [value]
        if isinstance(value, list) and not choice["multiple"]:
            messages[name] = ["Only one value is allowed"]
        elif not all(part in choice["values"] for part in values):
            messages[name] = [f"Value must be one of {json.dumps(choice['values'], ensure_ascii=False)}"]
    license_id = dataset.get("license_id")
    if license_id not in (None, "") and license_of(license_id) is None:
        known = json.dumps([found["id"] for found in licenses()], ensure_ascii=False)
        messages["license_id"] = [f"Value must be one of {known}"]
    interval = dataset.get("update_frequency_interval")
    if interval not in (None, "") and not re.fullmatch(r"[1-9][0-9]{0,3}", str(interval)):
        messages["update_frequency_interval"] = ["Must be a natural number"]
    email = dataset.get("maintainer_email")
    if email not in (None, "") and not (isinstance(email, str) and _EMAIL.fullmatch(email)):
        messages["maintainer_email"] = ["Email is not a valid format"]
    return messages


def faults_of_publishing(dataset: Mapping[str, Any]) -> Messages:
    """Messages for what a dataset lacks before everybody may see it."""
    messages: Messages = {}
    for name in standard()["mandatory"]:
        if dataset.get(name) in (None, "", []):
            messages["tag_string" if name == "tags" else name] = ["Missing value"]
    category = dataset.get("data_category")
    if category and category not in standard()["publishable_categories"]:
        messages["data_category"] = ["Only public data (ข้อมูลสาธารณะ) can be published"]
    return messages
