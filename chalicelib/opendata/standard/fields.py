"""The Thai national metadata standard as data: its fields, their lists of words, and the licences.

The lists stand in `data/metadata.json` and `data/licenses.json`; a value is kept exactly as it is written there. What a
dataset lacks before everybody may see it is said by `checks.py`. Messages here are those of CKAN's validators, because
its clients show them, and never repeat what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

_DATA = Path(__file__).parent / "data"
# local part and domain, no blanks: the HTML5 rule that CKAN uses, shortened
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
# CKAN's own \w refuses Thai vowels above and below the line, so most Thai words could not be tags
_TAG = re.compile(r"[\w\u0E00-\u0E7F \-.]{2,100}")

OTHER = "อื่นๆ"
"""The last word of many lists; its choice asks for `<field>_other`, which says what it is."""
OTHER_TYPE = "ข้อมูลประเภทอื่นๆ"
"""The same in the list of types."""

Messages = dict[str, list[str]]
Kind = Literal[
    "text",
    "markdown",
    "choice",
    "boolean",
    "date",
    "year",
    "natural",
    "longitude",
    "latitude",
    "email",
    "url",
    "tags",
    "license",
    "organization",
]


@dataclass(frozen=True)
class Field:
    """One field of the standard.

    Attributes:
        name: CKAN's, at the top level of a dataset or resource.
        th, en: label.
        kind: what its value is. A boolean is the text `True` or `False`, as in the catalogues of the agencies.
        types: letters of the types of dataset that have it (`Standard.types`).
        mandatory: of a dataset that everybody may see.
        values: of a choice.
        multiple: whether several of them may be chosen; the value is then a list.
        labels: how a value is shown where that is not the value itself.
        help_th, help_en: for whoever fills it in.
    """

    name: str
    th: str
    en: str
    kind: Kind
    types: str
    mandatory: bool = False
    values: tuple[str, ...] = ()
    multiple: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    help_th: str = ""
    help_en: str = ""

    @property
    def other(self) -> str:
        """The value that asks for `<name>_other`, "" where the list has none."""
        found = {OTHER, OTHER_TYPE} & set(self.choices)
        return found.pop() if found else ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may be chosen."""
        return tuple(each["id"] for each in licenses()) if self.kind == "license" else self.values


@dataclass(frozen=True)
class Standard:
    """The whole standard.

    Attributes:
        types: the types of dataset by their letter.
        fields, resource_fields: in the order of the form.
        publishable: by field, the values with which a dataset may be published; an empty one does not hinder.
    """

    types: Mapping[str, str]
    fields: tuple[Field, ...]
    resource_fields: tuple[Field, ...]
    publishable: Mapping[str, Sequence[str]]


@cache
def thai_standard() -> Standard:
    """The standard."""
    loaded = json.loads((_DATA / "metadata.json").read_text(encoding="utf-8"))
    return Standard(
        types=loaded["types"],
        fields=tuple(map(_field, loaded["fields"])),
        resource_fields=tuple(map(_field, loaded["resource_fields"])),
        publishable=loaded["publishable"],
    )


def _field(data: Mapping[str, Any]) -> Field:
    return Field(**{**data, "values": tuple(data.get("values", ()))})


@cache
def standard() -> Mapping[str, Any]:
    """The standard in short: the names that are mandatory and optional, and `choices` with values and multiple."""
    every = thai_standard().fields
    return {
        "mandatory": [each.name for each in every if each.mandatory],
        "choices": {
            each.name: {"multiple": each.multiple, "values": list(each.values)}
            for each in every
            if each.kind == "choice"
        },
        "optional": sorted(fields() - {each.name for each in every if each.mandatory}),
        "publishable_categories": list(thai_standard().publishable["data_category"]),
    }


@cache
def fields() -> frozenset[str]:
    """All fields of the standard that stand at the top level of a dataset."""
    every = thai_standard().fields
    others = {f"{each.name}_other" for each in every if each.other}
    return frozenset({each.name for each in every} | others) - {"owner_org", "tags"}


@cache
def resource_fields() -> frozenset[str]:
    """All fields of the standard that stand at the top level of a resource."""
    every = thai_standard().resource_fields
    return frozenset({each.name for each in every} | {f"{each.name}_other" for each in every if each.other})


@cache
def licenses() -> Sequence[Mapping[str, Any]]:
    """The licence register, in the shape of CKAN's `license_list`."""
    loaded: Sequence[Mapping[str, Any]] = json.loads((_DATA / "licenses.json").read_text(encoding="utf-8"))
    return loaded


def license_of(license_id: object) -> Mapping[str, Any] | None:
    """The licence with this id, or None."""
    return next((found for found in licenses() if found["id"] == license_id), None)


def type_letter(dataset: Mapping[str, Any]) -> str:
    """The letter of a dataset's type, "" while it has none."""
    return next((letter for letter, name in thai_standard().types.items() if name == dataset.get("data_type")), "")


def as_kept(name: str, value: Any) -> Any:
    """A value as the standard keeps it: JSON's booleans and numbers become its texts."""
    if isinstance(value, bool) and name in _booleans():
        return str(value)
    return value


@cache
def _booleans() -> frozenset[str]:
    every = (*thai_standard().fields, *thai_standard().resource_fields)
    return frozenset(each.name for each in every if each.kind == "boolean")


def is_email(text: object) -> bool:
    """Whether this is an e-mail address."""
    return isinstance(text, str) and _EMAIL.fullmatch(text) is not None


def faults_of_tags(tags: Sequence[str]) -> list[str]:
    """CKAN's messages for tags that are too short, too long or hold other characters."""
    bad = [tag for tag in tags if not _TAG.fullmatch(tag)]
    return ["Tag must be 2 to 100 letters, digits, blanks or these symbols: -_."] if bad else []


def faults_of_choices(dataset: Mapping[str, Any]) -> Messages:
    """Messages for values that are given but not in their list; asked of drafts too, so that lists stay clean."""
    messages = _outside_the_lists(thai_standard().fields, dataset)
    interval = dataset.get("update_frequency_interval")
    if interval not in (None, "") and not re.fullmatch(r"[1-9][0-9]{0,3}", str(interval)):
        messages["update_frequency_interval"] = ["Must be a natural number"]
    email = dataset.get("maintainer_email")
    if email not in (None, "") and not is_email(email):
        messages["maintainer_email"] = ["Email is not a valid format"]
    return messages


def faults_of_resource_choices(resource: Mapping[str, Any]) -> Messages:
    """The same for a resource."""
    return _outside_the_lists(thai_standard().resource_fields, resource)


def _outside_the_lists(every: Sequence[Field], given: Mapping[str, Any]) -> Messages:
    messages: Messages = {}
    for each in every:
        value = given.get(each.name)
        if value in (None, "", []):
            continue
        values = value if isinstance(value, list) else [value]
        if each.kind == "boolean":
            if not all(part in ("True", "False") for part in values) or isinstance(value, list):
                messages[each.name] = ['Value must be one of ["True", "False"]']
        elif each.choices and isinstance(value, list) and not each.multiple:
            messages[each.name] = ["Only one value is allowed"]
        elif each.choices and not all(part in each.choices for part in values):
            messages[each.name] = [f"Value must be one of {json.dumps(list(each.choices), ensure_ascii=False)}"]
    return messages


def faults_of_publishing(dataset: Mapping[str, Any]) -> Messages:
    """Messages for what a dataset lacks before everybody may see it, in CKAN's words."""
    from .checks import shortcomings

    messages: Messages = {}
    for each in shortcomings(dataset):
        if not each.warning:
            messages.setdefault("tag_string" if each.field == "tags" else each.field, []).append(each.message)
    return messages
