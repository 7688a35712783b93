"""What each choice of a form is called, and that pages and papers of a licence say it so."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.biz.definitions import lint, lint_schema
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.licences.facts import plain
from chalicelib.shared.thai import Text

from ..samples import small, text
from ..town import FOOD, START, Town

NAMES = {"brass": text("ทองเหลือง", "Brass"), "wood": text("ไม้", "Wood")}
COULD_NAME = "must name exactly the texts of the schema's enum"


def service(schema: dict[str, Any], choices: dict[str, Any]) -> dict[str, Any]:
    """The small definition with a question that has choices."""
    made = small()
    made["form"]["schema"]["properties"]["made_of"] = schema
    made["form"]["steps"][0]["fields"].append("/made_of")
    made["form"]["hints"]["/made_of"] = {"label": text(), "choices": choices}
    return made


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "enum": ["brass", "wood"]},
        {"enum": ["wood", "brass", 3, None]},
        {"type": "array", "maxItems": 2, "items": {"type": "string", "enum": ["wood", "brass"]}},
    ],
)
def test_choices_are_named_all(schema: dict[str, Any]) -> None:
    assert lint.examine(service(schema, NAMES))[1] == []


@pytest.mark.parametrize(
    ("schema", "choices"),
    [
        ({"type": "string", "enum": ["brass", "wood", "glass"]}, NAMES),
        ({"type": "string", "enum": ["brass"]}, NAMES),
        ({"type": "string", "maxLength": 9}, NAMES),
        ({"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 9}}, NAMES),
    ],
)
def test_a_name_too_few_or_too_many_is_told(schema: dict[str, Any], choices: dict[str, Any]) -> None:
    told = [str(problem) for problem in lint.examine(service(schema, choices))[1]]
    assert told == [f"/form/hints/~1made_of/choices: {COULD_NAME}"]


def test_a_name_is_there_in_both_languages() -> None:
    wrong = service({"type": "string", "enum": ["brass", "wood"]}, NAMES | {"wood": text("wood", "Wood")})
    assert [str(problem) for problem in lint.examine(wrong)[1]] == [
        "/form/hints/~1made_of/choices/wood/th: has no Thai letter"
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("brass", "ทองเหลือง (Brass)"),
        ("glass", "glass"),
        (["wood", "brass"], "ไม้ (Wood), ทองเหลือง (Brass)"),
        (True, "ใช่ (yes)"),
        (3, "3"),
    ],
)
def test_a_value_is_shown_by_its_name(value: Any, shown: str) -> None:
    assert plain(value, {name: Text(**words) for name, words in NAMES.items()}) == shown


def test_the_page_of_a_licence_calls_the_kind_of_place_by_its_name(town: Town) -> None:
    _, no = town.licensed()
    page = town.call(None, "GET", f"/verify/{no}", headers={"Accept": "text/html"}).text
    assert "ร้านอาหาร (Restaurant)" in page
    form = town.ok(None, "GET", f"/services/{FOOD}")["form"]
    assert form["hints"]["/establishment/kind"]["choices"]["cafe"] == {"th": "ร้านเครื่องดื่ม", "en": "Café"}


@pytest.mark.parametrize("service", shipped().live(START.date()), ids=lambda service: service.id)
def test_every_choice_of_a_shipped_service_has_a_name(service: ServiceDefinition) -> None:
    for form in (service.form, *(rule.form for rule in service.procedures.values() if rule.form is not None)):
        for pointer, schema in lint_schema.properties(form.schema_):
            if schema.get("enum"):
                assert form.hints[pointer].choices.keys() == set(schema["enum"]), pointer
