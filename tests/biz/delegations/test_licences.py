"""An agent does with the grantor's licences what they may, and with nobody else's anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..procedures.sample import SIGN, SignTown
from ..town import ANONG, COMPANY, MALEE, SOMCHAI
from .deeds import command, held


@pytest.fixture
def town(tmp_path: Path) -> SignTown:
    """A town in which every procedure is on offer."""
    return SignTown(tmp_path)


@pytest.mark.parametrize("procedure", ["amend", "cancel", "replace"])
def test_the_licence_is_the_grantors(town: SignTown, procedure: str) -> None:
    no, deed = town.sign(), held(town, services=[SIGN])
    case = town.case(town.begin(procedure, no, SOMCHAI, delegation=deed))
    assert case.base is not None and case.base.licence == no
    assert case.owner == town.licence(no).owner == town.keyring.pseudonym(MALEE)


def test_an_amendment_by_an_agent_to_its_end(town: SignTown) -> None:
    no, deed = town.sign(), held(town, services=[SIGN])
    case = town.begin("amend", no, SOMCHAI, delegation=deed)
    town.patch(case, {"words": "ชา"}, SOMCHAI)
    newer = town.carried(case, SOMCHAI)
    assert newer != no
    assert (town.licence(newer).owner, town.licence(newer).pid) == (town.keyring.pseudonym(MALEE), MALEE)
    assert town.ok(SOMCHAI, "GET", f"/applications/{case}/credentials")["licence_no"] == newer
    assert town.call(SOMCHAI, "GET", f"/licences/{newer}").status in (403, 404), "beyond the case the licence is hers"


def test_other_peoples_licences_and_the_agents_own_are_out_of_reach(town: SignTown) -> None:
    own, other, deed = town.sign(SOMCHAI), town.sign(ANONG), held(town, services=[SIGN])
    for no in (own, other):
        body = {"procedure": "amend", "licence": no, "delegation": deed}
        assert town.call(SOMCHAI, "POST", "/applications", json=body).status == 404


def test_a_companys_licence_needs_the_companys_power(town: SignTown) -> None:
    no = town.sign(juristic_id=COMPANY)
    personal, companys = held(town, services="all"), held(town, services="all", juristic_id=COMPANY)
    body = {"procedure": "amend", "licence": no}
    assert town.call(SOMCHAI, "POST", "/applications", json={**body, "delegation": personal}).status == 422
    asked = len(town.neighbours.asked)
    case = town.case(town.begin("amend", no, SOMCHAI, delegation=companys))
    assert (case.juristic_id, case.owner) == (COMPANY, town.keyring.pseudonym(MALEE))
    assert len(town.neighbours.asked) == asked + 1, "whether she still directs it"


def test_it_costs_one_read_more(town: SignTown) -> None:
    no, deed = town.sign(), held(town, services=[SIGN])
    body = {"procedure": "amend", "licence": no, "delegation": deed}
    town.memory.requests.clear()
    first = town.call(SOMCHAI, "POST", "/applications", json=body, headers={"Idempotency-Key": "count"})
    assert town.memory.requests == ["get_many", "get_many", "write"]
    again = town.call(SOMCHAI, "POST", "/applications", json=body, headers={"Idempotency-Key": "count"})
    assert (first.status, again.json) == (201, first.json)
    command(town, MALEE, deed, "revoke")
    assert town.call(SOMCHAI, "POST", "/applications", json=body).status == 409
