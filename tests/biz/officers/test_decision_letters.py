"""Decision letters: from the default or the definition's own template, in both languages, frozen, harmless."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.cases.rules import Move
from chalicelib.biz.definitions import templates
from chalicelib.biz.definitions.lint import problems
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.officers.letters import policy
from chalicelib.biz.officers.rules import decision_of
from tests.biz.samples import food
from tests.biz.town import ANONG, BUNDIT, MALEE, SOMCHAI, THANA, Town

WHY = {"th": "ครัวไม่ผ่านเกณฑ์ <b>", "en": "The kitchen does not meet the criteria. <b>"}
OWN = {
    "refusal": {
        "th": "<p>ร้าน {{ answers.establishment.name_th }} ไม่ผ่าน</p><script>alert(1)</script>"
        "{{ answers.contact.email }}",
        "en": "<p>{{ answers.establishment.name_th }} did not pass{% if fee %}, fee {{ fee }}{% endif %}.</p>",
    }
}


def decided(town: Town, action: str = "refuse") -> str:
    case = town.filed()
    town.inspected(case)
    town.act(BUNDIT, case, action, **({"reasons": WHY} if action == "refuse" else {}))
    return case


def letters(town: Town, case: str, pid: str = MALEE) -> Any:
    return town.ok(pid, "GET", f"/applications/{case}/letters")["items"]


def with_letters(letters: Any, tmp_path: Path) -> Town:
    definition = food() | {"version": 99, "letters": letters}
    (tmp_path / "own.json").write_text(json.dumps(definition), encoding="utf-8")
    return Town(tmp_path)


def test_a_refusal_is_in_writing_with_reasons_and_how_to_appeal(town: Town) -> None:
    case = decided(town)
    (letter,) = letters(town, case)
    assert letter["kind"] == "refusal"
    assert "ครัวไม่ผ่านเกณฑ์ &lt;b&gt;" in letter["html"]["th"]
    assert "การอุทธรณ์" in letter["html"]["th"]
    name = town.ok(MALEE, "GET", f"/applications/{case}")["applicant_name"]
    assert f"<dd>{name}</dd>" in letter["html"]["th"]
    assert "25 พฤศจิกายน พ.ศ. 2569" in letter["html"]["th"]
    assert "The kitchen does not meet the criteria. &lt;b&gt;" in letter["html"]["en"]
    assert "How to appeal" in letter["html"]["en"]
    assert letters(town, case, ANONG) == [letter]


def test_an_approval_tells_the_fee(town: Town) -> None:
    case = decided(town, "approve")
    (letter,) = letters(town, case)
    assert letter["kind"] == "approval"
    fee = town.ok(MALEE, "GET", f"/applications/{case}")["quote"]["total_baht"]
    assert f"{fee} baht" in letter["html"]["en"]
    assert "How to appeal" not in letter["html"]["en"]


def test_the_history_holds_the_hash_of_what_was_written(town: Town) -> None:
    case = decided(town)
    (letter,) = letters(town, case)
    told = [event for event in town.journal.history(f"CASE#{case}") if event.type == "biz.application.refused"][-1]
    for language, html in letter["html"].items():
        digest = hashlib.sha256(html.encode()).hexdigest()
        assert told.data["letter"][language] == letter["sha256"][language] == digest


def test_a_letter_is_a_page_that_may_do_nothing(town: Town) -> None:
    case = decided(town)
    for language, words in (("th", "ไม่อนุญาต"), ("en", "refused")):
        page = town.call(
            MALEE, "GET", f"/applications/{case}/letters?format=html", headers={"Accept-Language": language}
        )
        assert page.headers["content-type"].startswith("text/html")
        assert words in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"] == policy(page.text)


def test_before_a_decision_there_is_none_and_others_see_nothing(town: Town) -> None:
    case = town.filed()
    assert letters(town, case) == []
    assert town.call(MALEE, "GET", f"/applications/{case}/letters?format=html").status == 404
    decided_case = decided(town)
    assert town.call(SOMCHAI, "GET", f"/applications/{decided_case}/letters").status == 404
    assert town.call(THANA, "GET", f"/applications/{decided_case}/letters").status == 404
    assert town.call(MALEE, "GET", f"/applications/{decided_case}/letters?format=pdf").status == 422


def test_a_definition_may_have_its_own_words_and_they_can_do_no_harm(tmp_path: Path) -> None:
    town = with_letters(OWN, tmp_path)
    (letter,) = letters(town, decided(town))
    name = food()["tests"][0]["answers"]["establishment"]["name_th"]
    assert f"<p>ร้าน {name} ไม่ผ่าน</p>" in letter["html"]["th"]
    assert "alert" not in letter["html"]["th"]
    assert f"<p>{name} did not pass.</p>" in letter["html"]["en"]
    assert "How to appeal" in letter["html"]["en"]


def test_a_letter_stays_as_it_was_written(town: Town) -> None:
    case = decided(town)
    before = letters(town, case)
    town.pass_time(days=400)
    assert letters(town, case) == before
    assert "ครัวไม่ผ่านเกณฑ์" not in str([item.data for item, _ in town.memory._items.values()])


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1000000000 }}",
        "{% for x in answers %}{{ x }}{% endfor %}",
        "{{ answers.__class__ }}",
        "{{ answers['contact'] }}",
        "{{ case.upper() }}",
        "{{ case | upper }}",
        "{% include 'x' %}",
        "{% set x = 1 %}{{ x }}",
        "{% macro m() %}{% endmacro %}",
        "{{ cycler }}",
        "{{ self }}",
        "{{ pid }}",
        "{{ answers.contact.fax }}",
        "{{ case",
        "{% if case %}",
        "{{ case }}" * 31,
        "{% raw %}{{ case }}{% endraw %}{{ 7 ** 9999999 }}",
        "{{ {{ }}",
    ],
)
def test_a_template_that_could_do_more_than_print_is_refused(source: str) -> None:
    definition = copy.deepcopy(food())
    definition["letters"] = {"refusal": {"th": "ไม่อนุญาต", "en": source + " text"}}
    found = problems(ServiceDefinition.model_validate(definition))
    assert any(problem.pointer == "/letters/refusal/en" for problem in found), found


def test_the_own_words_of_the_tests_are_publishable() -> None:
    assert problems(ServiceDefinition.model_validate(food() | {"letters": OWN})) == []


def test_a_value_is_escaped_and_cut() -> None:
    html = templates.render("<p>{{ applicant }}</p>", {"applicant": "<img src=x>" + "ก" * 5000, "answers": {}})
    assert "<img" not in html
    assert len(html) < templates.MAX_VALUE * 2


@pytest.mark.parametrize(
    ("effects", "quoted", "kind"),
    [
        (("refusal",), False, "refusal"),
        (("fee",), False, "approval"),
        (("issue",), False, "approval"),
        (("issue",), True, None),
        (("inspection",), False, None),
        ((), False, None),
    ],
)
def test_a_licence_that_follows_the_paid_fee_was_decided_before(
    town: Town, effects: Any, quoted: bool, kind: str | None
) -> None:
    case = decided(town, "approve") if quoted else town.filed()
    move = Move("a", "b", "c", effects)
    assert decision_of(town.biz.store.find_case(case), move) == kind
