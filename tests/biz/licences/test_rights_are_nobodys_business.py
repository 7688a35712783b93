"""What a person gets from the state stands in no public register: not by number, agency or word."""

from __future__ import annotations

import json

from chalicelib.biz.definitions.lint import problems
from tests.biz.town import MALEE, Town
from tests.biz.walk import Walk

DCY = "TH/CENTRAL/DCY"
DECISION = "ให้สิทธิ"


def given(town: Town) -> str:
    """A decision on a right, given to Malee."""
    service = town.biz.office.catalogue.current("newborn-grant", town.at.date())
    walk = Walk(town, service, juristic=False)
    return walk.licence_of(walk.through("new"))


def test_a_decision_is_found_by_nobody(town: Town) -> None:
    no = given(town)
    for query in (f"no={no}", f"agency={DCY}", "q=ตราด", "q=แก้วมณี"):
        found = town.ok(None, "GET", f"/licences?{query}")
        assert no not in json.dumps(found)
    assert town.call(None, "GET", f"/verify/{no}").status == 404


def test_its_holder_shows_it_by_its_own_code(town: Town) -> None:
    no = given(town)
    token = town.biz.register.token(no)
    assert town.ok(None, "GET", f"/verify/{token}")["no"] == no
    assert town.ok(MALEE, "GET", f"/licences/{no}")["no"] == no


def test_it_is_no_service_for_a_business(town: Town) -> None:
    assert "newborn-grant" not in {each["id"] for each in town.ok(None, "GET", "/services")["items"]}
    assert town.ok(None, "GET", "/services/newborn-grant")["id"] == "newborn-grant"


def test_lint_keeps_its_claims_out_of_the_register(town: Town) -> None:
    service = town.biz.office.catalogue.current("newborn-grant", town.at.date())
    credential = service.credential.model_copy(update={"sd": (), "public": ("province",)})
    found = problems(service.model_copy(update={"credential": credential}))
    assert "/credential/public" in {each.pointer for each in found}
