"""What may not be published, and in what words it is told; hostile definitions are refused in bounded time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.biz.definitions import lint
from chalicelib.biz.definitions.catalogue import SHIPPED, Catalogue, Unpublishable, read_definition
from chalicelib.biz.definitions.model import ServiceDefinition

from ..samples import definition, food, small, text

STATE = {"name": text(), "turn": "agency"}


def told(**changes: Any) -> list[str]:
    return [str(problem) for problem in lint.problems(definition(**changes))]


def test_the_small_definition_is_clean() -> None:
    assert told() == []


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_every_shipped_definition_may_be_published(path: Path) -> None:
    assert read_definition(path).id == path.stem.split(".")[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # workflow
        ({"workflow__states__limbo": STATE}, "/workflow/states/limbo: cannot be reached"),
        ({"workflow__actions__approve__to": "nirvana"}, "there is no state 'nirvana'"),
        ({"workflow__actions__approve__roles": ["mayor"]}, "unknown role 'mayor'"),
        ({"workflow__initial": "start"}, "there is no state 'start'"),
        ({"workflow__states__done__turn": "agency"}, "/workflow/states/done: is a dead end"),
        ({"workflow__states__deciding__turn": "nobody"}, "is an end (turn: nobody), yet 'approve' leaves it"),
        ({"workflow__actions__approve__notice": None}, "the applicant must be told"),
        ({"workflow__actions__approve__clock": "resume"}, "cannot resume a clock that is running"),
        ({"workflow__actions__approve__clock": "none"}, "the case ends while the clock is running"),
        ({"workflow__actions__refuse__clock": "none"}, "the clock must stop"),
        ({"workflow__actions__refuse__to": "payment"}, "a refusal must end the case"),
        ({"workflow__actions__pay__roles": ["approver"]}, "only the system can say that it was paid"),
        ({"workflow__actions__approve__effects": ["issue"]}, "'fee' and 'paid' come together"),
        ({"workflow__actions__submit__roles": ["intake"]}, "only the applicant can file"),
        ({"workflow__actions__approve__not_by_same": ["nod"]}, "there is no action 'nod'"),
        ({"workflow__actions__approve__effects": ["inspection", "fee"]}, "an inspection needs a checklist"),
        ({"workflow__actions__refuse__effects": ["refusal", "fee"]}, "two actions with the effect 'fee' leave it"),
        ({"workflow__actions__withdraw__effects": []}, "an applicant's action needs the effect"),
        ({"workflow__actions__approve__roles": ["system"]}, "only an officer can do this"),
        ({"workflow__actions__pay__effects": ["issue"]}, "nothing would ever do this"),
        ({"workflow__actions__submit__effects": ["file", "issue"]}, "an applicant cannot issue a licence"),
        ({"workflow__actions__withdraw__effects": ["file"]}, "no action has the effect 'withdraw'"),
        # texts
        ({"name": text("Signboard", "Signboard")}, "/name/th: has no Thai letter"),
        ({"name": text("ป้าย", "ป้าย")}, "/name/en: has no English letter"),
        # form
        ({"form__steps__0__fields": ["/words"]}, "the field /width is on no step"),
        ({"form__steps__0__fields": ["/words", "/width", "/height"]}, "/height is no field of the schema"),
        ({"form__steps__0__fields": ["/words", "/width", "/width"]}, "/width is asked twice"),
        ({"form__hints": {"/words": {"label": text()}}}, "/width has no label"),
        # schema
        ({"form__schema__properties__words__pattern": r"^\d+$"}, "'\\d' also matches Thai digits"),
        ({"form__schema__properties__words__pattern": r"^\w+$"}, "differs between engines"),
        ({"form__schema__properties__words__pattern": "[0-9]+"}, "must be anchored"),
        ({"form__schema__properties__words__pattern": "^(a+)+$"}, "can take forever"),
        ({"form__schema__properties__words__pattern": "^(a|a)*$"}, "can take forever"),
        ({"form__schema__properties__words__pattern": "^((ab)*c)*$"}, "can take forever"),
        ({"form__schema__properties__words__pattern": "^(.*,){20}$"}, "can take forever"),
        ({"form__schema__properties__words__pattern": "^(((a?)))*$"}, "can take forever"),
        ({"form__schema__properties__words__pattern": "^(?:[+*]|b){2,}$"}, "can take forever"),
        ({"form__schema__properties__words__pattern": "^.*.*.*.*x$"}, "so many repeats can take forever"),
        ({"form__schema__properties__words__pattern": r"^(a)\1$"}, "back reference"),
        ({"form__schema__properties__words__pattern": "^(?=a)a$"}, "look-around"),
        ({"form__schema__properties__words__pattern": "^(a$"}, "not a regular expression"),
        ({"form__schema__properties__words__$ref": "https://evil.example/s.json"}, "$ref leads outside"),
        ({"form__schema__properties__words__$ref": "other.json"}, "$ref leads outside"),
        ({"form__schema__properties__words__$ref": "#/$defs/none"}, "leads nowhere"),
        ({"form__schema__properties__words__$ref": "#"}, "$ref leads outside"),
        ({"form__schema__properties__words__$dynamicRef": "#x"}, "keyword '$dynamicRef' is not supported"),
        ({"form__schema__properties__words__format": "email"}, "format 'email' is not checked"),
        ({"form__schema__properties__words__maxLength": ...}, "a text needs maxLength"),
        ({"form__schema__properties__words": {"type": "array"}}, "a list needs maxItems"),
        ({"form__schema__additionalProperties": True}, "needs additionalProperties: false"),
        ({"form__schema__properties__width__minimum": "one"}, "of JSON Schema 2020-12 broken"),
        ({"form__hints__/words__visible_if": {"pattern": r"^\d$"}}, "/form/hints/~1words/visible_if/pattern"),
        # money
        ({"fees__0__expr": {"rate": "nowhere"}}, "there is no table 'nowhere'"),
        ({"fees__0__expr": {"power": [2, 3]}}, "unknown operation 'power'"),
        ({"fees__0__expr": {"+": [{"var": "/depth"}, {"rate": "per_metre"}]}}, "/depth is no field of the schema"),
        ({"fees__0__expr": 5}, "/tables/per_metre: no fee uses it"),
        ({"fees": []}, "a service with fees needs an action"),
        ({"tables__per_metre__0__to": "2026-06-30"}, "two rows hold on 2026-01-01"),
        ({"tables__per_metre__0__to": "2019-01-01"}, "ends before it begins"),
        # licence
        ({"credential__claims": {"words": "/nothing"}}, "/nothing is no field of the schema"),
        ({"credential__public": ["owner"]}, "'owner' is no claim"),
        ({"credential__sd": ["words"]}, "cannot be both withheld (sd) and public"),
        ({"credential__validity__years": 0}, "must hold for some time"),
        ({"credential__validity__ends": "never"}, "has neither years nor days"),
        (
            {"credential__validity": {"ends": "never", "reminders": [30], "source": "x", "verified": "no"}},
            "nobody is reminded",
        ),
        (
            {"credential__validity": {"ends": "year_end", "days": 3, "source": "x", "verified": "no"}},
            "what ends with a year has no days",
        ),
        # own tests
        ({"tests__0__fee": "12"}, "costs 11.00, not 12"),
        ({"tests__0__valid": False}, "should be invalid, but is valid"),
        ({"tests__1__valid": True}, "should be valid, but: /width 'Width' is missing."),
        ({"tests__1__faults": ["/colour"]}, "there should be a fault at /colour"),
        ({"tests__0__documents": ["map"]}, "asks to upload nothing"),
        ({"tests__0__on": "2019-01-01"}, "the fee cannot be computed"),
    ],
)
def test_a_flaw_is_told_precisely(changes: dict[str, Any], expected: str) -> None:
    assert expected in "\n".join(told(**changes))


def test_a_circle_without_an_exit_is_told() -> None:
    workflow = small()["workflow"]
    for code, (start, end) in {
        "there": ("draft", "limbo"),
        "back": ("limbo", "purgatory"),
        "on": ("purgatory", "limbo"),
    }.items():
        workflow["actions"][code] = {
            "name": text(),
            "from": [start],
            "to": end,
            "roles": ["intake"],
            "notice": text(),
        }
    workflow["states"] |= {"limbo": STATE, "purgatory": STATE}
    assert "/workflow/states/limbo: no end can be reached from it" in told(workflow=workflow)


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([{"code": "map", "mode": "upload"}], "an upload needs types"),
        ([{"code": "map", "mode": "upload", "types": ["text/html"]}], "'text/html' cannot be checked"),
        ([{"code": "map", "mode": "exchange", "types": ["image/png"]}], "only an upload has types"),
        ([{"code": "map", "mode": "present"}, {"code": "map", "mode": "present"}], "the code is used twice"),
        ([{"code": "map", "mode": "present", "when": {"$ref": "file:///etc/passwd"}}], "$ref leads outside"),
    ],
)
def test_flaws_of_documents(documents: list[dict[str, Any]], expected: str) -> None:
    rules = [{"name": text(), "source": "test", "verified": "no", **rule} for rule in documents]
    assert expected in "\n".join(told(documents=rules))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pointer": "/nowhere"}, "/nowhere is no field of the schema"),
        ({"service": "TH/CENTRAL/DOPA"}, "is not TH/class/member/subsystem/service"),
        ({"request": {"pid": "$secret"}}, "'$secret' is unknown"),
        ({"request": {"id": "$juristic_id"}}, "known only with applicant: juristic"),
    ],
)
def test_flaws_of_prefill(changes: dict[str, Any], expected: str) -> None:
    rule = {
        "pointer": "/words",
        "service": "TH/CENTRAL/DOPA/civil/person",
        "path": "/lookup",
        "request": {"pid": "$pid"},
        "select": "/name",
        "lock": True,
        "purpose": text(),
        "legal_basis": "test",
    }
    assert told(prefill=[rule]) == []
    assert expected in "\n".join(told(prefill=[{**rule, **changes}]))


@pytest.mark.parametrize("name", ["name__en", "sla__source", "workflow__states__done__name", "credential__validity"])
def test_what_is_mandatory_is_mandatory(name: str) -> None:
    with pytest.raises(ValidationError):
        definition(**{name: ...})


@pytest.mark.parametrize(
    "pattern", ["^[0-9]{5}$", "^0[0-9]{8,9}$", "^([+*])+$", "^(?:ab)+$", "^[a-z]+(-[a-z])*$", r"^\.+$"]
)
def test_plain_patterns_are_welcome(pattern: str) -> None:
    tests = [{"name": "n", "on": "2026-11-25", "answers": {}, "valid": False}]
    told_of_pattern = told(form__schema__properties__words__pattern=pattern, tests=tests)
    assert told_of_pattern == ["/tests: at least one case must be valid"]


def test_mutual_references_are_a_cycle() -> None:
    schema = small()["form"]["schema"]
    schema["$defs"] = {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
    assert any("leads back to itself" in problem for problem in told(form__schema=schema))


def test_the_catalogue_refuses_a_bad_file_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(json.dumps(small(workflow__initial="start")))
    with pytest.raises(Unpublishable, match=r"bad\.json cannot be published") as refused:
        Catalogue.read(tmp_path)
    assert refused.value.problems == ("/workflow/initial: there is no state 'start'",)


@pytest.mark.parametrize(
    ("content", "words"), [("{", "not JSON"), ("[]", "valid dictionary"), ("{}", "Field required")]
)
def test_the_catalogue_refuses_what_is_no_definition(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(Unpublishable, match=words):
        Catalogue.read(tmp_path)


def test_versions_live_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(small()))
    (tmp_path / "two.json").write_text(json.dumps(small(version=2, effective_from="2026-12-01")))
    catalogue = Catalogue.read(tmp_path)
    import datetime as dt

    assert catalogue.current("signboard-permit", dt.date(2026, 11, 25)).version == 1
    assert catalogue.current("signboard-permit", dt.date(2026, 12, 1)).version == 2
    assert catalogue.version("signboard-permit", 1).version == 1
    (tmp_path / "three.json").write_text(json.dumps(small()))
    with pytest.raises(Unpublishable, match="version 1 is published already"):
        Catalogue.read(tmp_path)


def test_a_law_pack_must_exist(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(small(law_pack="lfa-9999")))
    with pytest.raises(Unpublishable, match="no law pack 'lfa-9999'"):
        Catalogue.read(tmp_path)


def test_every_value_of_the_food_licence_names_its_source() -> None:
    made = ServiceDefinition.model_validate(food())
    rows = [row for rows in made.tables.values() for row in rows]
    for value in (*made.legal_basis, *made.documents, *rows, made.sla, made.credential.validity, made.manual.appeal):
        assert value.source
    assert made.sla.days == 30
    assert made.sla.is_verified
    assert not made.manual.appeal.is_verified
