"""What a dataset says of itself, wherever its publisher wrote it: fields of the standard, or CKAN's extras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..model import Group, Package
from . import codes, terms


def said(package: Package) -> Mapping[str, Any]:
    """Fields and extras by name; a field of the standard counts before an extra of the same name."""
    fields = package.dataset.fields
    extras = {extra["key"]: extra["value"] for extra in fields.get("extras", [])}
    return {**extras, **{name: value for name, value in fields.items() if value not in (None, "", [])}}


def is_true(given: object) -> bool:
    """The Thai form's booleans are the texts `True` and `False`."""
    return str(given or "").strip().lower() == "true"


def in_languages(mapping: Mapping[str, Any], name: str, fallback: str = "") -> list[tuple[str, str | None]]:
    """A text and its translations, each with its language: `title` and `title_th`, `title_en`."""
    found: dict[str | None, str] = {}
    main = terms.text(mapping.get(name)) or terms.text(fallback)
    if main:
        found[terms.language_of(main)] = main
    for language in ("th", "en"):
        translated = terms.text(mapping.get(f"{name}_{language}"))
        if translated:
            found[language] = translated
    return [(written, language) for language, written in found.items()]


def of_group(group: Group, name: str) -> list[tuple[str, str | None]]:
    """Title or description of an organisation or theme in the languages that it is written in."""
    extras = {extra["key"]: extra["value"] for extra in group.extras}
    return in_languages({**extras, name: group.title if name == "title" else group.description}, name)


def words(package: Package, groups: Iterable[Group]) -> list[str]:
    """What tells of a dataset's subject: names and titles of its groups, its tags, its title."""
    fields = package.dataset.fields
    tags = [*fields.get("tags", []), *(tag for _, tag in package.dataset.vocabulary_tags)]
    return [*(f"{group.name} {group.title}" for group in groups), *tags, str(fields.get("title") or "")]


def high_value(mapping: Mapping[str, Any]) -> bool:
    """Whether the publisher marked the dataset as high-value."""
    return is_true(mapping.get("high_value_dataset"))


def languages(mapping: Mapping[str, Any]) -> list[str]:
    """EU codes of the languages of the data."""
    return codes.languages(mapping.get("data_language"))
