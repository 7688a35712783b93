"""Refusals as problem documents: one table, two languages, nothing that the caller sent."""

from __future__ import annotations

import string

import pytest
from pydantic import BaseModel, ValidationError

from chalicelib.shared import errors
from chalicelib.shared.errors import Fault, Invalid, NotFound, Refusal, not_found
from chalicelib.shared.problems import _WORDS, STATUS, invalid_body, problem, status_of, unexpected


def family(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(family(child) for child in kind.__subclasses__()))


OURS = sorted(
    (kind for kind in family(Refusal) if kind.__module__ == errors.__name__ and kind is not Refusal),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", OURS)
def test_every_refusal_has_its_own_status_slug_and_titles(kind: type[Refusal]) -> None:
    assert kind in STATUS
    assert [other for other in OURS if other.slug == kind.slug] == [kind]
    assert set(kind.slug) <= set(string.ascii_lowercase + "-")
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in kind.title_th)
    assert kind.title_en.isascii()
    assert kind.__doc__


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("language", ["th", "en"])
def test_a_problem_is_in_the_language_asked_for(kind: type[Refusal], language: str) -> None:
    refusal = kind("ไทย", "English", [Fault("/a", "ก", "a")])
    document = problem(refusal, language=language, instance="abc")
    assert document == {
        "type": f"https://klang.example/problems/{kind.slug}",
        "title": kind.title_en if language == "en" else kind.title_th,
        "status": STATUS[kind],
        "detail": "English" if language == "en" else "ไทย",
        "instance": "urn:klang:request:abc",
        "errors": [{"pointer": "/a", "message_th": "ก", "message_en": "a"}],
    }


def test_a_refusal_of_a_room_has_the_status_of_its_kind() -> None:
    class NoSuchCase(NotFound):
        pass

    assert status_of(NoSuchCase("ก", "a")) == 404
    assert status_of(Refusal("ก", "a")) == 400


def test_absent_and_not_yours_look_the_same() -> None:
    first, second = not_found("คำขอ", "application"), not_found("คำขอ", "application")
    assert problem(first, language="th", instance="1") == problem(second, language="th", instance="1")


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_unforeseen_says_only_a_request_id(language: str) -> None:
    document = unexpected(language=language, instance="abc")
    assert document["status"] == 500
    assert document["instance"] == "urn:klang:request:abc"


@pytest.mark.parametrize("kind", _WORDS)
def test_words_for_findings_are_in_both_languages(kind: str) -> None:
    th, en = _WORDS[kind]
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in th)
    assert en.isascii() and en.endswith(".")
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (th, en)]
    assert fields[0] == fields[1]


class Part(BaseModel):
    many: list[int]


class Whole(BaseModel):
    parts: dict[str, Part]


def found(data: object) -> Invalid:
    with pytest.raises(ValidationError) as wrong:
        Whole.model_validate(data)
    return invalid_body(wrong.value)


def test_pointers_are_json_pointers() -> None:
    refusal = found({"parts": {"a/b": {"many": [1, "x"]}, "c~d": {}}})
    assert [fault.pointer for fault in refusal.faults] == ["/parts/a~1b/many/1", "/parts/c~0d/many"]


def test_the_value_is_never_repeated() -> None:
    refusal = found({"parts": {"a": {"many": ["1101700207030"]}, "b": "1101700207030"}})
    assert "1101700207030" not in str([refusal.th, refusal.en, refusal.faults[-1]])


@pytest.mark.parametrize(
    ("kind", "pointer"),
    [
        (errors.Unauthenticated, "header:Authorization"),
        (errors.NotAllowed, "header:Authorization"),
        (errors.AssuranceTooLow, "header:Authorization"),
        (errors.Stale, "header:If-Match"),
        (errors.PreconditionNeeded, "header:If-Match"),
        (errors.UnsupportedMedia, "header:Content-Type"),
        (errors.KeyReused, "header:Idempotency-Key"),
        (errors.NotFound, ""),
        (errors.TooLarge, ""),
    ],
)
def test_a_refusal_without_faults_of_its_own_still_points_and_speaks_both_languages(
    kind: type[errors.Refusal], pointer: str
) -> None:
    document = problem(kind("เหตุผล", "The reason."), language="en", instance="x")
    assert document["errors"] == [{"pointer": pointer, "message_th": "เหตุผล", "message_en": "The reason."}]
