"""Texts that are signed, indexed, logged or shown as they are take no national id in any spelling."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.biz.definitions import forms
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.licences.words import words_of
from chalicelib.gdx.agreements.bodies import Wording
from chalicelib.gdx.prefill.views import PostPrefill
from chalicelib.gdx.views import Name
from chalicelib.opendata import files
from chalicelib.opendata.groups import rules as groups
from chalicelib.opendata.model import Group, GroupId
from chalicelib.opendata.personal import HOLDS_ID
from chalicelib.opendata.rules import Rejected
from tests.biz.samples import food
from tests.opendata.portal import METADATA, Portal
from tests.support.spellings import encoded, spellings

PID = "1101700207030"
WRITTEN = [*spellings(PID).values(), *encoded(PID).values()]
SOME = WRITTEN[::4]


@pytest.mark.parametrize("pid", WRITTEN)
def test_what_two_agencies_sign_names_nobody(pid: str) -> None:
    with pytest.raises(ValidationError, match="national id"):
        Wording(th=f"เพื่อตรวจสอบ {pid}", en="To check")
    with pytest.raises(ValidationError, match="national id"):
        TypeAdapter(Name).validate_python(f"ระบบ {pid}")
    assert Wording(th="เพื่อตรวจสอบ 0105569000017", en="To check").en == "To check"


@pytest.mark.parametrize("pid", SOME)
def test_the_name_of_a_form_names_nobody(pid: str) -> None:
    given: dict[str, Any] = {"subject": {"pid": PID}, "requirements": ["address"]}
    assert PostPrefill.model_validate({**given, "form": "คำขอ"}).form == "คำขอ"
    with pytest.raises(ValidationError, match="national id"):
        PostPrefill.model_validate({**given, "form": f"คำขอ {pid}"})


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize("pid", SOME)
def test_an_organisation_tells_nobodys_number(field: str, pid: str) -> None:
    group = Group(GroupId("1"), "organization", "laemngop", "แหลมงอบ", "", "", "2026-11-30")
    given = {"name": "laemngop", "title": "แหลมงอบ"}
    assert groups.edited(group, given, [], whole=True, operator=True).title == "แหลมงอบ"
    with pytest.raises(Rejected) as refused:
        groups.edited(group, {**given, field: f"แหลมงอบ {pid}"}, [], whole=True, operator=True)
    assert refused.value.messages == {field: [HOLDS_ID]}


@pytest.mark.parametrize("pid", [each for each in WRITTEN if not {"/", "\\"} & set(each)])
def test_a_file_is_not_called_by_somebodys_number(pid: str) -> None:
    given = {"size": 1, "sha256": "0" * 64, "file_name": f"{pid}.csv", "media_type": "text/csv"}
    assert any(fault.startswith("file_name") for fault in files.faults_of_upload(given))
    assert files.faults_of_upload({**given, "file_name": "งบประมาณ.csv"}) == []
    assert files.safe_file_name(f"ของ {pid}.csv") == "file.csv"
    assert files.safe_file_name("งบประมาณ 2569.csv") == "งบประมาณ 2569.csv"


@pytest.mark.parametrize("pid", SOME)
def test_what_the_public_register_shows_names_nobody(pid: str) -> None:
    definition = ServiceDefinition.model_validate(food())
    rule = definition.credential
    pointer = rule.claims[rule.public[0]]
    answers: dict[str, Any] = {}
    place = answers
    *way, last = pointer.split("/")[1:]
    for step in way:
        place = place.setdefault(step, {})
    place[last] = f"ร้าน {pid}"
    assert [fault.pointer for fault in forms.told_to_all(definition, answers)] == [f"/answers{pointer}"]
    place[last] = "ร้าน 24 ชั่วโมง"
    assert forms.told_to_all(definition, answers) == []


@pytest.mark.parametrize("pid", SOME)
def test_no_word_of_the_register_is_a_number_of_somebody(pid: str) -> None:
    assert words_of({"name": f"ครัว {pid}", "place": "แหลมงอบ"}) == ("แหลมงอบ",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", f"รายชื่อ {PID}"),
        ("maintainer", f"สมชาย {WRITTEN[2]}"),
        ("maintainer_email", f"{PID}@mail.example"),
        ("tags", [{"name": f"น้ำ {PID}"}]),
        ("extras", [{"key": "contact", "value": WRITTEN[-1]}]),
        ("notes", WRITTEN[16]),
    ],
)
def test_no_field_of_a_public_dataset_tells_a_national_id(portal: Portal, field: str, value: object) -> None:
    portal.organization()
    given = {"name": "water", "owner_org": "laemngop", "private": False, **METADATA, field: value}
    given.pop("tag_string" if field == "tags" else "", None)
    refused = portal.act("package_create", portal.publisher, **given)
    assert refused.status == 409 and field in refused.json["error"], refused.text
    assert PID not in refused.text
