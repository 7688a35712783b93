"""What checkov objects to is mended or argued, and no argument outlives its objection."""

from __future__ import annotations

import json

import pytest

from scripts.check_cloud import ARGUED, About, Objection, found, judged


def argued(about: About) -> list[Objection]:
    return [Objection(rule, each.resources[0]) for rule, each in ARGUED.items() if about in each.about]


TEMPLATE, COPIES, PACKAGE = argued("data"), argued("copies"), argued("package")


def report(*failed: Objection, passed: int = 1, unread: int = 0) -> str:
    checks = [{"check_id": rule, "resource": resource} for rule, resource in failed]
    return json.dumps({"summary": {"passed": passed, "parsing_errors": unread}, "results": {"failed_checks": checks}})


@pytest.mark.parametrize(("objections", "about"), [(TEMPLATE, "data"), (COPIES, "copies"), (PACKAGE, "package")])
def test_what_is_argued_passes_and_each_argument_is_needed(objections: list[Objection], about: About) -> None:
    assert judged(objections, about) == []
    for missing in objections:
        rest = [each for each in objections if each != missing]
        assert judged(rest, about) == [f"{missing.rule} is argued, and nothing objects any more"]


def test_a_rule_is_argued_for_its_resources_and_its_kind_of_file_only() -> None:
    topic = Objection("CKV_AWS_26", "AWS::SNS::Topic.AnotherTopic")
    assert judged([*TEMPLATE, topic], "data") == ["CKV_AWS_26: AWS::SNS::Topic.AnotherTopic"]
    assert judged([*PACKAGE, TEMPLATE[0]], "package") == [f"{TEMPLATE[0].rule}: {TEMPLATE[0].resource}"]
    new = Objection("CKV_AWS_111", "AWS::IAM::Role.ApiHandlerRole")
    assert judged([*PACKAGE, new], "package") == ["CKV_AWS_111: AWS::IAM::Role.ApiHandlerRole"]


def test_each_argument_says_why() -> None:
    assert all(len(each.reason.split()) >= 8 for each in ARGUED.values())


def test_a_report_is_read() -> None:
    assert found(report(TEMPLATE[0], PACKAGE[0])) == [TEMPLATE[0], PACKAGE[0]]
    assert found(report()) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", report(passed=0), report(unread=1)])
def test_a_report_that_tells_nothing_is_no_good_report(text: str) -> None:
    with pytest.raises(RuntimeError):
        found(text)
