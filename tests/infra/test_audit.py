"""An audit that could not be made never looks like one that found nothing."""

from __future__ import annotations

import json

import pytest

from scripts.audit import FAULTY, KNOWN, NOT_AUDITED, NotAudited, Pins, audited, faults, judged, locked, main

FAULT = "PYSEC-2019-217"


def entry(name: str, version: str, *ids: str) -> dict[str, object]:
    return {"name": name, "version": version, "vulns": [{"id": each, "fix_versions": []} for each in ids]}


def report(*entries: dict[str, object]) -> str:
    return json.dumps({"dependencies": entries, "fixes": []})


class Source:
    """Knows the fault of `KNOWN`, and those that it is told."""

    def __init__(self, known: bool = True, unknown: str = "", **faulty: str) -> None:
        self.known, self.unknown, self.faulty = known, unknown, faulty

    def __call__(self, pins: Pins) -> str:
        faulty = {**self.faulty, **({"jinja2": FAULT} if self.known and pins == KNOWN else {})}
        return report(*(self._entry(name, version, faulty) for name, version in pins.items()))

    def _entry(self, name: str, version: str, faulty: Pins) -> dict[str, object]:
        if name == self.unknown:
            return {"name": name, "skip_reason": "Dependency not found"}
        return entry(name, version, *([faulty[name]] if name in faulty else []))


def test_a_report_is_read() -> None:
    text = report(entry("a", "1", "PYSEC-2", "PYSEC-1"), entry("b", "2"))
    assert faults(text, {"a": "1", "b": "2"}) == [("a 1", "PYSEC-1"), ("a 1", "PYSEC-2")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        report(),
        report(entry("a", "2")),
        report({"name": "a", "skip_reason": "Dependency not found on PyPI and could not be audited: a (1)"}),
    ],
)
def test_a_report_that_does_not_tell_of_a_library_is_none(text: str) -> None:
    with pytest.raises(NotAudited):
        faults(text, {"a": "1"})


def test_all_locks_are_looked_up() -> None:
    assert audited(locked(), Source()) == []
    assert set(audited(locked(), Source(chalice="PYSEC-9"))) == {
        (f"chalice {locked()['requirements.lock']['chalice']}", "PYSEC-9")
    }
    with pytest.raises(NotAudited, match="not looked up: checkov"):
        audited(locked(), Source(unknown="checkov"))


def test_a_source_that_knows_nothing_is_not_believed() -> None:
    with pytest.raises(NotAudited, match="does not even know"):
        audited(locked(), Source(known=False))
    with pytest.raises(NotAudited, match="jinja2"):
        audited(locked(), Source(unknown="jinja2"))


def test_a_fault_is_mended_or_argued_and_no_argument_outlives_it() -> None:
    found = [("a 1", "PYSEC-1"), ("a 1", "PYSEC-1")]
    assert judged(found, {}) == ["a 1: PYSEC-1"]
    assert judged(found, {"PYSEC-1": "we call nothing of it"}) == []
    assert judged([], {"PYSEC-1": "we call nothing of it"}) == ["PYSEC-1 is argued, and no library has it any more"]


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        (Source(), 0, "locks looked up at pypi"),
        (Source(chalice="PYSEC-9"), FAULTY, "PYSEC-9"),
        (Source(known=False), NOT_AUDITED, "NOT AUDITED"),
        (Source(unknown="chalice"), NOT_AUDITED, "NOT AUDITED. not looked up: chalice"),
    ],
)
def test_the_three_ends_can_be_told_apart(
    source: Source, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], source) == code
    said = capsys.readouterr()
    assert told in said.out + said.err
