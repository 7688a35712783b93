"""A bundle on its way: begun, answered once, filed together, each member by its own agency and clock."""

from __future__ import annotations

from ..town import ANONG, MALEE, SOMCHAI, Town
from .restaurant import (
    ALCOHOL,
    FOOD,
    MUNICIPALITY,
    SHOP,
    SIGN,
    SMALL_FOOD,
    answers,
    approve,
    begin,
    bill,
    case,
    filed,
    fill,
    members,
    patched,
    pay,
    ready,
    refuse,
    run,
    staffed,
    stands,
)


def test_a_restaurant_is_opened(town: Town) -> None:
    id = filed(town)
    assert stands(town, id) == {
        FOOD: "running",
        SMALL_FOOD: "not_needed",
        SHOP: "waits",
        SIGN: "running",
        ALCOHOL: "running",
    }
    view = run(town, id)
    assert set(view["clocks"]) == {FOOD, SIGN, ALCOHOL}
    assert view["quote"]["by_payee"] == {MUNICIPALITY: 55000, "TH/CENTRAL/EXCISE": 33000}
    for code in (FOOD, SIGN, ALCOHOL):
        approve(town, case(town, id, code))
    made = bill(town, id)
    assert made["satang"] == 20000 + 30000 + 33000
    assert pay(town, made).json == {"status": "booked"}
    town.run_queue()
    there = members(town, id)
    assert there[SHOP]["stand"] == "running"
    food = there[FOOD]["licence"]
    shop = town.ok(MALEE, "GET", f"/applications/{there[SHOP]['case']}")
    assert shop["answers"]["business"]["permit_no"] == food
    assert shop["sources"]["/business/permit_no"]["receipt"] == food
    approve(town, there[SHOP]["case"])
    assert pay(town, bill(town, id), "BANK-JOINT-2").json == {"status": "booked"}
    town.run_queue()
    assert {each["stand"] for code, each in members(town, id).items() if code != SMALL_FOOD} == {"licensed"}
