"""The standard in other people's shapes: ckanext-scheming's, which forms and harvesters read, and JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .fields import Field, thai_standard

Json = dict[str, Any]
DATASET = "dataset"
"""The one type of dataset (CKAN's `type`) that has a schema."""

_PRESETS: Mapping[str, str] = {
    "title": "title",
    "name": "dataset_slug",
    "organization": "dataset_organization",
    "tags": "tag_string_autocomplete",
    "markdown": "markdown",
    "date": "date",
    "choice": "select",
    "license": "select",
    "boolean": "select",
}
_BOOLEAN = {"True": ("ใช่", "Yes"), "False": ("ไม่ใช่", "No")}


@cache
def dataset_schema() -> Json:
    """What `scheming_dataset_schema_show` answers."""
    name: Json = {"field_name": "name", "label": {"th": "ชื่อในที่อยู่", "en": "URL"}, "preset": "dataset_slug"}
    fields: list[Json] = []
    for each in thai_standard().fields:
        fields += _scheming(each)
        if each.name == "title":
            fields.append(name)
    resource_fields: list[Json] = [{"field_name": "url", "label": {"th": "ไฟล์หรือลิงก์", "en": "URL"}}]
    for each in thai_standard().resource_fields:
        resource_fields += _scheming(each)
    return {
        "scheming_version": 2,
        "dataset_type": DATASET,
        "about": "Thai GD-Catalog metadata standard",
        "about_url": "https://gdhelppage.nso.go.th",
        "dataset_fields": fields,
        "resource_fields": resource_fields,
    }


def _scheming(field: Field) -> list[Json]:
    """A field, and after it the one that says what อื่นๆ is."""
    shown: Json = {
        "field_name": "tag_string" if field.kind == "tags" else field.name,
        "label": {"th": field.th, "en": field.en},
        "required": field.mandatory,
        "form_data_type": [thai_standard().types[letter] for letter in field.types],
    }
    preset = "multiple_select" if field.multiple else _PRESETS.get(field.name) or _PRESETS.get(field.kind)
    if preset:
        shown["preset"] = preset
    if field.help_th:
        shown["help_text"] = {"th": field.help_th, "en": field.help_en}
    if field.kind == "boolean":
        shown["choices"] = [{"value": value, "label": {"th": th, "en": en}} for value, (th, en) in _BOOLEAN.items()]
    elif field.choices:
        shown["choices"] = [{"value": value, "label": field.labels.get(value, value)} for value in field.choices]
    if not field.other:
        return [shown]
    return [
        shown,
        {
            "field_name": f"{field.name}_other",
            "label": {"th": f"{field.th} (อื่นๆ)", "en": f"{field.en} (other)"},
            "required": False,
            "form_data_type": shown["form_data_type"],
        },
    ]


@cache
def json_schema(site: str) -> Json:
    """A dataset that may be published, as JSON Schema (draft 2020-12).

    It says what every dataset of the standard must be; rules over several fields (years, the box) are `checks.py`'s.

    Args:
        site: public address of the catalogue, for `$id`.
    """
    every = thai_standard().fields
    properties: Json = {
        "name": {"type": "string", "pattern": "^[a-z0-9_-]{2,100}$", "title": "ชื่อในที่อยู่"},
        "private": {"type": "boolean"},
        "resources": {"type": "array", "items": _resource()},
    }
    conditions: list[Json] = []
    for each in every:
        properties[each.name] = _property(each)
        conditions += _when_other(each)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{site}/opendata/v1/standard",
        "title": "ชุดข้อมูลตามมาตรฐานบัญชีข้อมูลภาครัฐ (Thai government dataset)",
        "type": "object",
        "properties": {**properties, **_others(every)},
        "required": ["name", *(each.name for each in every if each.mandatory)],
        "allOf": conditions,
    }


def _resource() -> Json:
    every = thai_standard().resource_fields
    return {
        "type": "object",
        "properties": {**{each.name: _property(each) for each in every}, **_others(every)},
        "required": [each.name for each in every if each.mandatory],
    }


def _others(every: tuple[Field, ...]) -> Json:
    return {f"{each.name}_other": {"type": "string", "title": f"{each.th} (อื่นๆ)"} for each in every if each.other}


def _when_other(field: Field) -> list[Json]:
    if not field.other:
        return []
    chosen: Json = {"contains": {"const": field.other}} if field.multiple else {"const": field.other}
    other = f"{field.name}_other"
    return [
        {
            "if": {"properties": {field.name: chosen}, "required": [field.name]},
            "then": {"properties": {other: {"minLength": 1}}, "required": [other]},
        }
    ]


def _property(field: Field) -> Json:
    """One field as a property; texts that are optional may be empty, as the agencies' catalogues have them."""
    described: Json = {"title": field.th, "description": field.help_en or field.en}
    empty = [] if field.mandatory else [""]
    publishable = thai_standard().publishable.get(field.name)
    values = [*(publishable or field.choices), *empty]
    if field.kind == "tags":
        tag = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
        return {**described, "type": "array", "minItems": 1, "items": tag}
    if field.kind == "boolean":
        return {**described, "enum": ["True", "False", *empty]}
    if field.multiple:
        items = {"type": "array", "items": {"enum": list(field.choices)}, "uniqueItems": True}
        return {**described, **items, **({"minItems": 1} if field.mandatory else {})}
    if field.choices:
        return {**described, "enum": values}
    patterns = {
        "natural": "^[1-9][0-9]{0,3}$",
        "year": "^[0-9]{4}$",
        "date": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ][0-9:.]+)?)?)?$",
        "longitude": "^-?[0-9]{1,3}(\\.[0-9]{1,12})?$",
        "latitude": "^-?[0-9]{1,2}(\\.[0-9]{1,12})?$",
    }
    shape: Json = {**described, "type": "string"}
    if field.kind in patterns:
        shape["pattern"] = patterns[field.kind] if field.mandatory else f"^$|{patterns[field.kind]}"
    elif field.kind == "email":
        shape["format"] = "email"
    if field.mandatory:
        shape["minLength"] = 1
    return shape
