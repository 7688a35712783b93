"""The words of notices: what is shipped passes lint, and lint refuses what must not be sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.notices import sms
from chalicelib.biz.notices.letters import _TEMPLATES as USED
from chalicelib.biz.notices.lint import LONGEST, MOST_SEGMENTS, problems
from chalicelib.biz.notices.templates import SHIPPED, BadTemplates, Template, Templates, filled, shipped
from chalicelib.shared.thai import Text

GOOD: dict[str, Any] = {
    "id": "step",
    "version": 1,
    "legal": False,
    "urgent": False,
    "sms": {
        "th": "เรื่อง {{ service }} {{ reference }} {{ portal }}",
        "en": "About {{ service }} {{ reference }} {{ portal }}",
    },
}


def words(**changes: Any) -> Template:
    return Template.model_validate({**GOOD, **changes})


def pair(th: str, en: str) -> dict[str, str]:
    return {"th": th, "en": en}


def mail(th: str, en: str) -> dict[str, Any]:
    return {"subject": pair("เรื่อง", "About"), "body": pair(th, en)}


def test_what_is_shipped_is_right_and_every_step_has_words() -> None:
    assert [problem for template in shipped().all() for problem in problems(template)] == []
    besides = {"step", "code", "address_lost", "agent", "delegation"}
    assert {*besides, *USED.values()} == {template.id for template in shipped().all()}
    assert len(shipped().all()) == len(list(SHIPPED.glob("*.json")))


@pytest.mark.parametrize("template", shipped().all(), ids=lambda template: template.id)
def test_an_sms_names_nothing_of_the_person_and_stays_short(template: Template) -> None:
    if template.sms is None:
        return
    for language in ("th", "en"):
        said = filled(template.sms, language, {name: "ก" * length for name, length in LONGEST.items()})
        assert sms.size(said).segments <= MOST_SEGMENTS


def test_a_kind_without_words_of_its_own_has_those_of_a_step() -> None:
    assert shipped().current("something_new").id == "step"
    assert shipped().current("returned").id == "returned"


def test_the_newest_version_is_used_and_old_ones_are_kept(tmp_path: Path) -> None:
    for version in (1, 2, 10):
        (tmp_path / f"step.{version}.json").write_text(json.dumps({**GOOD, "version": version}))
    found = Templates.read(tmp_path)
    assert found.current("step").version == 10
    assert [getattr(found.version("step", number), "version", None) for number in (1, 2, 3)] == [1, 2, None]


def test_a_file_is_called_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "other.1.json").write_text(json.dumps(GOOD))
    with pytest.raises(BadTemplates, match=r"must be called step\.1\.json"):
        Templates.read(tmp_path)


@pytest.mark.parametrize("missing", ["th", "en"])
def test_one_language_alone_is_no_text(missing: str) -> None:
    half = {name: value for name, value in GOOD["sms"].items() if name != missing}
    with pytest.raises(ValueError, match=missing):
        words(sms=half)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sms": None}, "has no words at all"),
        ({"sms": pair("เรื่อง {{ pid }}", "About {{ pid }}")}, "pid is not known here"),
        ({"sms": pair("{{ words }} ก", "{{ words }} a")}, "words is not known here"),
        ({"sms": pair("ก {{ service }} {{ reference }}", "a {{ service }} {{ reference }}")}, "must name portal"),
        ({"sms": pair("ก" * 130 + GOOD["sms"]["th"], GOOD["sms"]["en"])}, "may take 5 messages"),
        ({"sms": pair(GOOD["sms"]["en"], GOOD["sms"]["en"])}, "th: is not in that language"),
        ({"sms": pair(GOOD["sms"]["th"], GOOD["sms"]["th"])}, "en: is not in that language"),
        ({"email": mail("ก {{ service }}", "a")}, "different values: service"),
        ({"email": mail("ก https://x.example/?t=1", "a")}, "names an address of its own"),
        ({"email": mail("ก {{ service", "a")}, "cannot be read"),
        ({"email": mail("ก {{ service.__class__ }}", "a {{ service.__class__ }}")}, "getattr is more than showing"),
        ({"email": mail("ก {% for x in service %}{{ x }}{% endfor %}", "a {{ service }}")}, "for is more than"),
        ({"email": mail("ก {{ service|upper }}", "a {{ service }}")}, "filter is more than"),
        ({"email": mail("ก {{ range(10**9) }}", "a")}, "call is more than"),
        ({"email": mail("ก {% include 'x' %}", "a")}, "include is more than"),
        ({"email": {"subject": pair("ก\nBcc: x", "a"), "body": pair("ก", "a")}}, "a subject is one line"),
    ],
)  # fmt: skip
def test_lint_refuses(changes: dict[str, Any], expected: str) -> None:
    found = problems(words(**changes))
    assert any(expected in problem for problem in found), found


def test_values_are_shown_as_they_are_and_never_run() -> None:
    text = Text(th="{{ service }}", en="{{ service }}")
    assert filled(text, "th", {"service": "{{ 7*7 }} <b>"}) == "{{ 7*7 }} <b>"
