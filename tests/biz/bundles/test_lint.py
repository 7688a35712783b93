"""Every bundle that leads nowhere is refused, with the place and the reason; hostile ones in bounded steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.bundles import lint
from chalicelib.biz.bundles.catalogue import SHIPPED, Offers, newest, read_bundle
from chalicelib.biz.definitions.catalogue import Unpublishable, shipped
from chalicelib.biz.definitions.problems import MAX_PROBLEMS

from .restaurant import ALCOHOL, FOOD, SHOP, SIGN, SMALL_FOOD, raw

Bend = Callable[[dict[str, Any]], Any]
SERVICES = newest(shipped())


def told(bent: Any) -> list[str]:
    """What stands against a bundle."""
    return [str(problem) for problem in lint.examine(bent, SERVICES)[1]]


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_shipped_may_be_offered_and_passes_its_own_tests(path: Path) -> None:
    assert read_bundle(path, shipped()).id == path.stem


def feed(bundle: dict[str, Any], **changes: Any) -> None:
    """Bends the first feed."""
    bundle["members"][SHOP]["feeds"][0].update(changes)


def form(bundle: dict[str, Any]) -> dict[str, Any]:
    """The properties of the shared form."""
    properties: dict[str, Any] = bundle["form"]["schema"]["properties"]
    return properties


BENT: list[tuple[str, Bend, str]] = [
    (
        "an unknown service",
        lambda b: b["members"][SIGN].update(service="no-such"),
        "/members/signboard_tax/service: there is no service 'no-such'",
    ),
    (
        "a service twice",
        lambda b: b["members"][SIGN].update(service="alcohol-retail-licence"),
        "is named by more than one member",
    ),
    (
        "a stranger to wait for",
        lambda b: b["members"][SHOP].update(after=["nobody"]),
        "/members/commercial_registration/after/0: there is no member 'nobody'",
    ),
    (
        "waiting twice for one",
        lambda b: b["members"][SHOP].update(after=[FOOD, FOOD, SMALL_FOOD]),
        "names a member twice",
    ),
    (
        "waiting for oneself",
        lambda b: b["members"][SIGN].update(after=[SIGN]),
        "they wait for each other: signboard_tax -> signboard_tax",
    ),
    (
        "a circle",
        lambda b: (b["members"][FOOD].update(after=[SIGN]), b["members"][SIGN].update(after=[SHOP])),
        "they wait for each other: food_licence -> signboard_tax -> commercial_registration -> food_licence",
    ),
    (
        "a feed to nowhere",
        lambda b: feed(b, to="/business/no_such"),
        "/feeds/0: /business/no_such is no field of 'commercial-registration'",
    ),
    ("a feed of nothing", lambda b: feed(b, claim="no_such"), "has no claim 'no_such'"),
    ("a feed from a stranger", lambda b: feed(b, **{"from": "nobody"}), "there is no member 'nobody'"),
    (
        "a feed from whom it does not wait for",
        lambda b: feed(b, **{"from": SIGN}),
        "'signboard_tax' is not waited for: put it into 'after'",
    ),
    (
        "a feed of another type",
        lambda b: feed(b, to="/business/capital_baht"),
        "may not fit /business/capital_baht: string there, number here",
    ),
    (
        "a feed of a text too long",
        lambda b: feed(b, claim="establishment_name"),
        "may not fit /business/permit_no: maxLength is 60 here and 120 there",
    ),
    ("a feed into a list", lambda b: feed(b, to="/activities/*/name"), "is no field of"),
    ("a feed over a register", lambda b: feed(b, to="/operator/first_name_th"), "comes from a state register"),
    ("a feed beside a question", lambda b: feed(b, to="/establishment/name_en"), "is also a shared question"),
    (
        "a shared question to nowhere",
        lambda b: b["shares"]["/in_market"].update({SIGN: "/nowhere"}),
        "/shares/~1in_market/signboard_tax: /nowhere is no field of 'signboard-tax'",
    ),
    (
        "a shared question to a stranger",
        lambda b: b["shares"]["/in_market"].update(nobody="/x"),
        "there is no member 'nobody'",
    ),
    (
        "an unknown shared question",
        lambda b: b["shares"].update({"/no_such": {FOOD: "/establishment/seats"}}),
        "/no_such is no field of the shared form",
    ),
    (
        "one field filled twice",
        lambda b: b["shares"].update({"/registered": {ALCOHOL: "/alcohol/vat_registered"}}),
        "/alcohol/vat_registered of 'alcohol_licence' is filled twice",
    ),
    (
        "a part and the whole of it",
        lambda b: b["shares"].update({"/registered": {ALCOHOL: "/contact/by_agent"}}),
        "is filled twice",
    ),
    (
        "types that never meet",
        lambda b: form(b).update(area_m2={"type": "string", "maxLength": 9}),
        "no answer suits both: string there, number here",
    ),
    (
        "choices that never meet",
        lambda b: form(b).update(alcohol_litres={"enum": ["a", "b"]}),
        "none of the choices is one here",
    ),
    (
        "ranges that never meet",
        lambda b: form(b)["area_m2"].update(exclusiveMinimum=100000, maximum=200000),
        "exclusiveMinimum 100000 on one side, maximum 100000 on the other",
    ),
    (
        "a must that the other does not know",
        lambda b: form(b)["contact"].update(
            required=["phone", "fax"],
            properties={**form(b)["contact"]["properties"], "fax": {"type": "string", "maxLength": 9}},
        ),
        "'fax' is a must on one side and unknown on the other",
    ),
    (
        "a computed goal",
        lambda b: b["shares"].update({"/registered": {SIGN: "/sign_count"}}),
        "is computed by 'signboard-tax'",
    ),
    ("a share that goes nowhere", lambda b: b["shares"].update({"/registered": {}}), "goes nowhere"),
    (
        "a question for nobody",
        lambda b: b["shares"].pop("/premises/moo"),
        "/premises/moo is asked, but no member uses it",
    ),
    (
        "a question on no page",
        lambda b: b["form"]["steps"][0]["fields"].remove("/in_market"),
        "the field /in_market is on no step",
    ),
    (
        "a computed question",
        lambda b: b["form"]["hints"]["/area_m2"].update(computed={"var": "/in_market"}),
        "only a member computes answers",
    ),
    (
        "a member never needed",
        lambda b: [t.update(members=[m for m in t["members"] if m != SIGN]) for t in b["tests"]],
        "/members/signboard_tax: no test needs it",
    ),
    ("no applicants in common", lambda b: b.update(applicants=["ghost"]), "/applicants/0"),
    (
        "a document of nobody",
        lambda b: b["documents"]["site_map"]["members"].update(nobody="x"),
        "there is no member 'nobody'",
    ),
    (
        "a document that is no upload",
        lambda b: b["documents"]["site_map"]["members"].update({SIGN: "identity"}),
        "'identity' is no upload of 'signboard-tax'",
    ),
    (
        "a document shared twice",
        lambda b: b["documents"].update(
            again={"name": {"th": "ก", "en": "a"}, "members": {FOOD: "site_map", SIGN: "sign_photo"}}
        ),
        "the document 'site_map' of 'food_licence' is shared twice",
    ),
    ("one language", lambda b: b["name"].update(th="Open"), "/name/th: has no Thai letter"),
    (
        "a test with other members",
        lambda b: b["tests"][0].update(members=[FOOD, SIGN]),
        "needs food_licence, commercial_registration, signboard_tax, alcohol_licence",
    ),
    ("a test with another fee", lambda b: b["tests"][1].update(fee="151.00"), "costs 150.00, not 151.00"),
    ("a test that should fail", lambda b: b["tests"][1].update(valid=False), "should be invalid, but is valid"),
    ("a test without a must", lambda b: b["tests"][1]["answers"].pop("contact"), "/contact 'contact' is missing"),
    (
        "a fault that is none",
        lambda b: b["tests"][4].update(faults=["/area_m2"]),
        "there should be a fault at /area_m2",
    ),
    (
        "own answers of a member not needed",
        lambda b: b["tests"][1]["own"].update({SIGN: {}}),
        "'signboard_tax' is not needed, so it asks nothing",
    ),
    (
        "a dangerous pattern",
        lambda b: form(b)["premises"]["properties"]["moo"].update(pattern="(a+)+$", maxLength=5000),
        "/form/schema",
    ),
    (
        "a reference to outside",
        lambda b: form(b).update(area_m2={"$ref": "https://example.org/x"}),
        "$ref leads outside",
    ),
    (
        "an open object",
        lambda b: form(b)["contact"].pop("additionalProperties"),
        "an object needs additionalProperties: false",
    ),
    ("a misspelt name", lambda b: b.update(memebrs={}), "/memebrs"),
    ("too many members", lambda b: b["members"].update({f"m{n}": b["members"][SIGN] for n in range(8)}), "/members"),
]


@pytest.mark.parametrize(
    ("bend", "expected"), [(bend, said) for _, bend, said in BENT], ids=[name for name, _, _ in BENT]
)
def test_a_bent_bundle_is_refused_precisely(bend: Bend, expected: str) -> None:
    bent = raw()
    bend(bent)
    found = told(bent)
    assert any(expected in each for each in found), "\n".join(found)


def test_a_file_names_itself_and_every_reason(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(Unpublishable, match=r"broken\.json.*\nnot JSON"):
        Offers(()).and_of(shipped(), tmp_path)


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(raw()), encoding="utf-8")
    with pytest.raises(Unpublishable, match="version 1 is there already"):
        Offers(()).and_of(shipped(), tmp_path)


def wide(bundle: dict[str, Any]) -> None:
    """Thousands of conditions and shares."""
    bundle["shares"] = {f"/p{n}": {FOOD: f"/q{n}"} for n in range(5000)}


def deep(bundle: dict[str, Any]) -> None:
    """A condition nested beyond every bound."""
    inner: dict[str, Any] = {"type": "object"}
    for _ in range(60):
        inner = {"not": inner}
    bundle["members"][SIGN]["when"] = inner


def exploding(bundle: dict[str, Any]) -> None:
    """References that double at each step."""
    parts = {f"p{n}": {"allOf": [{"$ref": f"#/$defs/p{n + 1}"}] * 2} for n in range(30)}
    bundle["members"][SIGN]["when"] = {"$ref": "#/$defs/p0", "$defs": {**parts, "p30": {"type": "object"}}}


@pytest.mark.parametrize("bend", [wide, deep, exploding])
def test_a_hostile_bundle_is_refused_without_being_run(bend: Bend) -> None:
    bent, asked = raw(), list[str]()
    bend(bent)
    _, found = lint.examine(bent, lambda service: asked.append(service))
    assert 0 < len(found) <= MAX_PROBLEMS
    assert asked == [], "it was refused by its size, before any service was looked at"


@settings(max_examples=25, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*raw(), "x"]), inner, max_size=6),
        max_leaves=20,
    )
)
def test_whatever_json_it_is_given_lint_answers(junk: Any) -> None:
    assert lint.examine(junk, SERVICES)[1]
    bent = raw()
    bent.update(junk if isinstance(junk, dict) else {"members": junk})
    lint.examine(bent, SERVICES)
