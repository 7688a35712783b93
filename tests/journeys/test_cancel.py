"""A restaurant closes and gives its licence back, over real HTTP."""

from __future__ import annotations

import pytest

from demo.world import World
from infra.local.stack import Stack
from tests.journeys.licensed import (
    BUNDIT,
    MALEE,
    PORTAL,
    act,
    answer,
    begin,
    letters,
    licensed,
    on_the_list,
    papers,
    shown,
    submit,
)
from tests.journeys.passing_time import today

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world with a licensed restaurant."""
    return licensed(stack)


def test_a_licence_is_given_back(world: World) -> None:
    licence, malee = world.known["licence"], world.person(MALEE)
    credential = papers(world, world.known["case"])["licence"]
    assert on_the_list(world, credential) == 0

    # a form of its own, which begins empty; changed her mind once
    case = begin(world, "cancel", licence)
    assert malee.get(f"{PORTAL}/{case}").json["answers"] == {}
    closing = {
        "closing": {"reason": "closed", "on": today(world).isoformat()},
        "contact": {"phone": "0800000001", "by_agent": False},
        "declaration": True,
    }
    answer(world, case, closing)
    submit(world, case)
    malee.post(f"{PORTAL}/{case}/withdraw")
    assert shown(world, licence)["status"] == "valid"

    # withdrawn is free again: this time for good
    case = begin(world, "cancel", licence)
    answer(world, case, closing)
    submit(world, case)
    done = act(world, BUNDIT, case, "approve")
    assert (done["state"], done["licence"], done["about"]) == ("cancelled", None, licence)

    # everybody sees it at once
    card = shown(world, licence)
    assert (card["status"], card["procedures"]) == ("cancelled", [])
    assert on_the_list(world, credential) == 1
    page = world.public(f"/biz/v1/verify/{licence}?lang=th", accept="text/html").body.decode()
    assert "ยกเลิกแล้ว" in page
    malee.post(PORTAL, {"procedure": "amend", "licence": licence}, expect=409)
    malee.get(f"{PORTAL}/{case}/credentials", expect=404)

    # the case ends with its letter and a message
    letter = malee.get(f"{PORTAL}/{case}/letters", accept="text/html").body.decode()
    assert f"อนุญาตให้ยกเลิกใบอนุญาตเลขที่ {licence} ตามคำขอ" in letter
    world.until("the message", lambda: any("ended" in each for each in letters(world, case)))
    names = [line["type"].rpartition(".")[2] for line in malee.get(f"{PORTAL}/{case}/timeline").json["items"]]
    assert names[-1] == "cancelled"
