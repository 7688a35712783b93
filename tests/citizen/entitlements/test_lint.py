"""What is shipped is well, and each kind of mistake is told by its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.citizen.entitlements import lint
from chalicelib.citizen.entitlements.catalogue import SHIPPED, Catalogue
from chalicelib.citizen.entitlements.model import EntitlementDefinition
from scripts import check_entitlements

NEWBORN = json.loads((SHIPPED / "newborn-grant.json").read_text(encoding="utf-8"))
CREDIT = json.loads((SHIPPED / "credit-bureau.json").read_text(encoding="utf-8"))


def test_everything_that_is_shipped_is_well() -> None:
    files = sorted(SHIPPED.glob("*.json"))
    assert [file.stem for file in files] == [
        "credit-bureau",
        "disability-allowance",
        "health-cover",
        "newborn-grant",
        "old-age-allowance",
        "social-security",
    ]
    assert list(check_entitlements.problems(files)) == []


def rule(document: Any, id: str) -> Any:
    return next(each for each in document["rules"] if each["id"] == id)


def put(*path: Any, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def of_rule(id: str, /, **changes: Any) -> Callable[[Any], None]:
    return lambda document: rule(document, id).update(changes)


def gap(document: Any) -> None:
    document["parameters"]["monthly"]["rows"][0]["to"] = "2016-08-31"


def no_test_of_age(document: Any) -> None:
    document["tests"] = [each for each in document["tests"] if each.get("rule") != "age"]


def no_exact_limit(document: Any) -> None:
    document["tests"] = [
        each for each in document["tests"] if "limit" not in each["name"] and "told by" not in each["name"]
    ]


def swapped(document: Any) -> None:
    document["derived"] = {"first": {**document["derived"]["income_per_person"]}, **document["derived"]}


MISTAKES: list[tuple[str, Callable[[Any], None], str]] = [
    ("a wrong sample", put("tests", 0, "result", value="not_entitled"), "/tests/0 (a newborn of a household under"),
    ("a wrong amount", put("tests", 0, "amount", value="700"), "comes to entitled / entitled / 600"),
    ("a fact in a sample that no register tells", put("tests", 0, "facts", "chidl", value=1), "'chidl' is no fact"),
    ("a sample's answer to no question", put("tests", 14, "answers", "why", value=1), "'why' is no question"),
    ("a value of the wrong kind", put("tests", 0, "facts", "child_born", value="soon"), "'child_born' is no date"),
    ("a rule that no test reaches", no_test_of_age, "/rules/age: no test reaches it"),
    ("a bound that no test meets", no_exact_limit, "/parameters/income_limit: no test meets this bound exactly"),
    ("an unknown fact", of_rule("institution", when={"fact": "in_institutoin"}), "/rules/institution/when: 'in_inst"),
    ("an unknown parameter", of_rule("age", when={">": [1, {"rate": "no_table"}]}), "'no_table' is no parameter"),
    ("an unknown operation", of_rule("age", when={"older": [1, 2]}), "there is no operation 'older' here"),
    ("a look into answers", of_rule("age", when={"var": "/x"}), "there is no operation 'var' here"),
    ("two operations in one", of_rule("age", when={">": [1, 2], "<": [1, 2]}), "(an operation has exactly one name)"),
    ("a derived fact before what it is made of", swapped, "/derived/first: 'income' is no fact that is known by then"),
    ("no last word", of_rule("entitled", when={"fact": "is_parent"}), "decides in all other cases"),
    ("a rule behind which none is reached", of_rule("parent", when=True), "/rules/parent: no rule after it is ever"),
    ("two rules of one name", of_rule("alive", id="parent"), "/rules/parent: 2 rules have this id"),
    ("a gap between rows", gap, "/parameters/monthly: gap or overlap before 2016-10-01"),
    ("a value that begins too late", put("effective_from", value="2010-01-01"), "no value from 2010-01-01 on"),
    (
        "a value that ends too soon",
        put("parameters", "until_age", "rows", 0, "to", value="2026-12-31"),
        "no value after",
    ),
    ("a placeholder for nothing", of_rule("age", text={"th": "อายุ {agee}", "en": "{agee}"}), "'{agee}' is no fact"),
    (
        "a placeholder elsewhere",
        put("summary", value={"th": "{monthly} บาท", "en": "baht"}),
        "only in rules and advice",
    ),
    ("a hidden value shown", of_rule("age", text={"th": "บ้าน {own_house}", "en": "house"}), "is not for showing"),
    ("no Thai", put("name", value={"th": "Grant", "en": "Grant"}), "/name/th: no Thai text"),
    ("Thai in English", put("name", value={"th": "เงิน", "en": "เงิน"}), "/name/en: Thai text"),
    ("no service", put("inputs", "care", "service", value="TH/CENTRAL/DCY"), "/inputs/care/service"),
    (
        "a question about nobody",
        put("inputs", "care", "request", value={"pid": "1"}),
        "/inputs/care/request: asks about",
    ),
    ("a placeholder in a question", put("inputs", "care", "request", value={"pid": "$mother"}), "stands for nothing"),
    ("about no child", put("subject", value="self"), "/subject: '$subject' is asked about exactly where"),
    (
        "known of nobody",
        put("inputs", "care", "absent", value={"grants": "none"}),
        "'grants' is no fact of this register",
    ),
    (
        "hangs on itself",
        put("inputs", "care", "needed_if", value={"fact": "in_institution"}),
        "hangs on its own answer",
    ),
    (
        "asked for nothing",
        of_rule("institution", when={"==": [1, 2]}),
        "'in_institution' is asked for and used by nothing",
    ),
    (
        "a choice without choices",
        put("asks", "lives_with_child", "kind", value="choice"),
        "/asks/lives_with_child/choices",
    ),
    ("bounds turned round", put("asks", "said_members", "least", value=51), "/asks/said_members: least is above most"),
    ("one name, two things", put("asks", "members", value=NEWBORN["asks"]["said_members"]), "'members' names 2 things"),
    ("an offer by an unknown fact", put("triggers", 0, "facts", value=["age"]), "/triggers/0: 'age' is no fact"),
    ("an age counted from nothing", put("triggers", 0, value={"age": 3}), "an age is counted from a birth date"),
    ("a form filled by an unknown fact", put("apply", "prefill", value={"/x": "weight"}), "/apply/prefill: 'weight'"),
    ("a consent that nothing needs", put("consent", value=CREDIT["consent"]), "/consent: it is there exactly where"),
]


@pytest.mark.parametrize(("change", "expected"), [each[1:] for each in MISTAKES], ids=[each[0] for each in MISTAKES])
def test_each_mistake_is_told(change: Callable[[Any], None], expected: str) -> None:
    document = copy.deepcopy(NEWBORN)
    change(document)
    found = lint.problems(EntitlementDefinition.model_validate(document))
    assert [problem for problem in found if expected in problem], found


def test_a_no_without_any_knowledge_is_told() -> None:
    document = copy.deepcopy(NEWBORN)
    document["rules"] = [rule(document, "entitled")]
    assert "/rules: with nothing known it tells 'entitled'" in lint.problems(
        EntitlementDefinition.model_validate(document)
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("keep", value="result"), "/keep: what a consent opens is not kept"),
        (put("consent", "fields", value=["/score"]), "/consent/fields: ask for what /inputs/report reads"),
        (lambda document: document.pop("consent"), "/consent: it is there exactly where"),
    ],
)
def test_what_is_wrong_with_a_consent_is_told(change: Callable[[Any], None], expected: str) -> None:
    document = copy.deepcopy(CREDIT)
    change(document)
    found = lint.problems(EntitlementDefinition.model_validate(document))
    assert [problem for problem in found if expected in problem], found


def test_a_trigger_is_an_event_or_an_age() -> None:
    document = copy.deepcopy(NEWBORN)
    document["triggers"] = [{"event": "birth-registered", "age": 3}]
    with pytest.raises(ValueError, match="an event or an age"):
        EntitlementDefinition.model_validate(document)


def test_one_version_stands_once() -> None:
    definition = EntitlementDefinition.model_validate(NEWBORN)
    with pytest.raises(ValueError, match="version 1 is there twice"):
        Catalogue([definition, definition])


def test_the_command_tells_files_and_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*names: str) -> tuple[int, str]:
        return check_entitlements.main(names), capsys.readouterr().out

    assert run() == (0, "6 rights are well\n")
    assert run(str(tmp_path)) == (2, "no such file\n")
    (tmp_path / "other.json").write_text(json.dumps({**NEWBORN, "colour": "red"}), encoding="utf-8")
    code, told = run(str(tmp_path))
    assert code == 1 and "other.json: /colour" in told
    (tmp_path / "other.json").write_text(json.dumps(NEWBORN), encoding="utf-8")
    assert "named after the right" in run(str(tmp_path / "other.json"))[1]
