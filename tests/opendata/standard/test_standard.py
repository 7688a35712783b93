"""The standard itself: its lists, what it asks of a dataset, and the shapes in which others read it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.standard import fields, scheming
from chalicelib.opendata.standard.checks import ce_year, is_date, shortcomings
from tests.opendata.portal import METADATA

WHOLE: dict[str, Any] = {**METADATA, "owner_org": "laemngop", "name": "food-licences", "tags": ["น้ำ"]}
del WHOLE["tag_string"]


def errors(**changes: Any) -> list[str]:
    return [each.field for each in shortcomings({**WHOLE, **changes}) if not each.warning]


def warnings(**changes: Any) -> list[str]:
    return [each.field for each in shortcomings({**WHOLE, **changes}) if each.warning]


def test_the_code_lists_hold_what_the_standard_says() -> None:
    standard = fields.standard()
    assert len(standard["mandatory"]) == 14
    assert {name: len(choice["values"]) for name, choice in standard["choices"].items()} == {
        "data_type": 5, "objective": 14, "update_frequency_unit": 13, "geo_coverage": 14, "data_format": 20,
        "data_category": 5, "data_classification": 5, "disclosure": 5, "data_language": 14, "data_support": 7,
        "data_collect": 13, "disaggregate": 14, "unit_of_multiplier": 15, "geographic_data_set": 13,
        "equivalent_scale": 6,
    }  # fmt: skip
    assert len({found["id"] for found in fields.licenses()}) == len(fields.licenses())
    thai = {found["id"] for found in fields.licenses()}
    assert {"อื่นๆ", "Open Data Common", "Creative Commons Attribution No-Derivs", "cc-by", "odc-by"} <= thai


def test_every_field_speaks_both_languages() -> None:
    for each in (*fields.thai_standard().fields, *fields.thai_standard().resource_fields):
        assert each.th and each.en and set(each.types) <= set(fields.thai_standard().types)
        assert bool(each.help_th) == bool(each.help_en)


def test_a_dataset_that_has_everything_lacks_nothing() -> None:
    assert shortcomings(WHOLE, [{"name": "ใบอนุญาต"}]) == []


@pytest.mark.parametrize("name", fields.standard()["mandatory"])
def test_each_mandatory_field_is_asked_for_by_its_name(name: str) -> None:
    nothing: tuple[Any, ...] = ("", None, [])
    for empty in nothing:
        assert errors(**{name: empty}) == [name]
    (found,) = [each for each in shortcomings({**WHOLE, name: ""}) if not each.warning]
    assert (found.message, found.pointer) == ("Missing value", f"/{name}")
    assert found.th.startswith("โปรดระบุ") and found.en.endswith("give a value.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"objective": ["อื่นๆ"]}, "objective_other"),
        ({"geo_coverage": "อื่นๆ"}, "geo_coverage_other"),
        ({"license_id": "อื่นๆ"}, "license_id_other"),
        ({"data_format": ["CSV", "อื่นๆ"]}, "data_format_other"),
        ({"data_type": "ข้อมูลประเภทอื่นๆ"}, "data_type_other"),
    ],
)
def test_other_asks_what_it_is(changes: dict[str, Any], field: str) -> None:
    assert errors(**changes) == [field]
    assert errors(**changes, **{field: "แบบเฉพาะ"}) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"data_category": "ข้อมูลส่วนบุคคล"}, "data_category"),
        ({"data_classification": "ลับ"}, "data_classification"),
        ({"disclosure": "secret"}, "disclosure"),
        ({"maintainer_email": "ไม่ใช่อีเมล"}, "maintainer_email"),
        ({"created_date": "31/01/2569"}, "created_date"),
        ({"created_date": "2026-02-30"}, "created_date"),
        ({"last_updated_date": "วันนี้"}, "last_updated_date"),
        ({"data_type": "ข้อมูลสถิติ", "first_year_of_data": "25"}, "first_year_of_data"),
        (
            {"data_type": "ข้อมูลสถิติ", "first_year_of_data": "2569", "last_year_of_data": "2025"},
            "last_year_of_data",
        ),
    ],
)
def test_what_may_not_be_published_is_named(changes: dict[str, Any], field: str) -> None:
    assert errors(**changes) == [field]


@pytest.mark.parametrize("value", ["public", "", None])
def test_an_open_dataset_may_say_so_or_not(value: str | None) -> None:
    assert errors(disclosure=value, data_classification="เปิดเผย") == []


def test_a_box_is_whole_and_in_order() -> None:
    gis = {"data_type": "ข้อมูลภูมิสารสนเทศเชิงพื้นที่"}
    box = {"west_bound_longitude": "102.4", "east_bound_longitude": "102.6"}
    box |= {"south_bound_longitude": "12.1", "north_bound_longitude": "12.3"}
    assert errors(**gis, **box) == []
    assert errors(**gis, west_bound_longitude="102.4") != []
    assert errors(**gis, **{**box, "west_bound_longitude": "103"}) == ["west_bound_longitude"]
    assert errors(**gis, **{**box, "north_bound_longitude": "95"}) == ["north_bound_longitude"]
    assert errors(**gis, **{**box, "east_bound_longitude": "nan"}) == ["east_bound_longitude"]


def test_advice_does_not_stand_in_the_way() -> None:
    assert warnings(update_frequency_interval="") == ["update_frequency_interval"]
    assert warnings(update_frequency_interval="", update_frequency_unit="ไม่ทราบ") == []
    assert warnings(name="n" * 71) == ["name"]
    assert warnings(disaggregate=["เพศ"]) == ["disaggregate"]
    assert warnings(url="มีเว็บ") == ["url"]
    assert errors(name="n" * 71, disaggregate=["เพศ"], url="มีเว็บ") == []


def test_a_resource_needs_a_name() -> None:
    assert [each.pointer for each in shortcomings(WHOLE, [{"name": "ก"}, {}])] == ["/resources/1/name"]


def test_years_of_both_eras_compare() -> None:
    assert [ce_year(year) for year in ("2026", "2569", "2400", "1900")] == [2026, 2026, 1857, 1900]


@given(st.text(max_size=30))
def test_no_text_breaks_the_check_of_a_date(text: str) -> None:
    assert is_date(text) in (True, False)


@given(st.dictionaries(st.sampled_from(sorted(fields.fields())), st.text(max_size=12) | st.lists(st.text(max_size=8))))
def test_whatever_is_written_is_judged_and_never_repeated(changes: dict[str, Any]) -> None:
    secret = "กขคง-SECRET"
    found = shortcomings({**WHOLE, **changes, "created_date": secret, "maintainer_email": secret})
    assert found
    assert all(secret not in text for each in found for text in (each.message, each.th, each.en))
    fields.faults_of_choices({**WHOLE, **changes})


def test_lists_are_heeded_in_drafts_too() -> None:
    assert fields.faults_of_choices({"data_support": "ใครก็ได้"}).keys() == {"data_support"}
    assert fields.faults_of_choices({"high_value_dataset": "yes"}).keys() == {"high_value_dataset"}
    assert fields.faults_of_choices({"data_type": ["ข้อมูลระเบียน"]}) == {"data_type": ["Only one value is allowed"]}
    assert fields.faults_of_choices({"high_value_dataset": "True", "data_support": ""}) == {}
    assert fields.faults_of_resource_choices({"resource_data_collect": "ดาว"}).keys() == {"resource_data_collect"}
    assert fields.as_kept("high_value_dataset", True) == "True"
    assert fields.as_kept("title", True) is True


def test_forms_find_every_field_in_schemings_shape() -> None:
    schema = scheming.dataset_schema()
    names = [each["field_name"] for each in schema["dataset_fields"]]
    assert len(set(names)) == len(names)
    assert {each["field_name"] for each in schema["dataset_fields"] if each.get("required")} == {
        "tag_string" if name == "tags" else name for name in fields.standard()["mandatory"]
    }
    assert set(names) == fields.fields() | {"name", "owner_org", "tag_string"}
    for each in schema["dataset_fields"]:
        assert {"th", "en"} <= each["label"].keys()
    formats = next(each for each in schema["dataset_fields"] if each["field_name"] == "data_format")
    assert {"value": "XLS", "label": "XLS/XLSX"} in formats["choices"]


def test_the_json_schema_says_yes_to_what_may_be_published() -> None:
    schema = scheming.json_schema("https://data.klang.test")
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    good = {**WHOLE, "tags": [{"name": "น้ำ"}], "resources": [{"name": "ก", "resource_private": ""}]}
    assert list(judge.iter_errors(good)) == []
    for name in fields.standard()["mandatory"]:
        assert not judge.is_valid({key: value for key, value in good.items() if key != name}), name
    for wrong in ({"objective": ["อื่นๆ"]}, {"data_category": "ข้อมูลส่วนบุคคล"}, {"created_date": "1/2/2569"}):
        assert not judge.is_valid({**good, **wrong}), wrong
    assert judge.is_valid({**good, "objective": ["อื่นๆ"], "objective_other": "แผนตำบล", "created_date": ""})
