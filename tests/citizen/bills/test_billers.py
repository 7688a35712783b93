"""Billers are files: those shipped are sound, what is wrong in one is named, and a new one needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.citizen.bills.catalogue import SHIPPED, read, shipped
from chalicelib.citizen.bills.definition import BillerDefinition
from chalicelib.citizen.bills.linting import problems, problems_together
from chalicelib.citizen.bills.service import Bills
from chalicelib.shared import thai_qr
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import NationalId
from scripts.check_billers import main
from tests.citizen.bills.town import Town
from tests.citizen.portal import SOMCHAI

RAW: dict[str, Any] = json.loads((SHIPPED / "pea.json").read_text(encoding="utf-8"))


def changed(change: Callable[[dict[str, Any]], object]) -> BillerDefinition:
    """The electricity authority with a slip in its file."""
    raw = json.loads(json.dumps(RAW))
    change(raw)
    return BillerDefinition.model_validate_json(json.dumps(raw))


def test_the_shipped_billers_may_be_shipped() -> None:
    found = list(shipped())
    assert [biller.id for biller in found] == ["mea", "mwa", "pea", "pwa"]
    assert [each for biller in found for each in problems(biller)] == []
    assert problems_together(found) == []
    assert main(SHIPPED) == 0


def test_every_claim_of_a_shipped_biller_says_where_it_comes_from() -> None:
    for biller in shipped():
        assert biller.biller_id.value.startswith("99") and len(biller.biller_id.value) == 15
        assert not biller.customer_number.is_verified, "nobody compared it with a paper bill"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda raw: raw["customer_number"].update(pattern="^[0-9"), "/customer_number/pattern"),
        (lambda raw: raw["customer_number"].update(pattern="[0-9]{12}"), "/customer_number/pattern"),
        (lambda raw: raw["customer_number"].update(pattern="^[0-9]+$"), "/customer_number/pattern"),
        (lambda raw: raw["customer_number"].update(example="12"), "/customer_number/example"),
        (lambda raw: raw["inquiry"].update(service="TH/SOE/MEA/billing/bill"), "/inquiry/service"),
        (lambda raw: raw["inquiry"]["send"].update(pid="pid"), "/inquiry/send"),
        (lambda raw: raw["account"]["send"].pop("pid"), "/account/send"),
        (lambda raw: raw["paid"]["send"].pop("sequence"), "/paid/send"),
        (lambda raw: raw["paid"]["send"].update(other="bill_no"), "/paid/send"),
        (lambda raw: raw["dispute"].update(states={"received": "received"}), "/dispute/states"),
        (lambda raw: raw["dispute"].update(ask={"text": "text"}), "/dispute/ask"),
        (lambda raw: raw["biller_id"].update(value="099400016550100"), "/biller_id"),
        (lambda raw: raw["biller_id"].update(source="the bank"), "/biller_id/source"),
        (lambda raw: raw["reminder_days"].update(values=[1, 5]), "/reminder_days"),
        (lambda raw: raw["dispute_reasons"].append(raw["dispute_reasons"][0]), "/dispute_reasons"),
    ],
)
def test_a_slip_in_a_file_is_named(change: Callable[[dict[str, Any]], object], named: str) -> None:
    assert any(named in each for each in problems(changed(change)))


def test_two_billers_may_not_share_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin = {**RAW, "id": "pea-two"}
    for raw in (RAW, twin):
        (tmp_path / f"{raw['id']}.json").write_text(json.dumps(raw), encoding="utf-8")
    assert main(tmp_path) == 1
    assert "/biller_id is another biller's" in capsys.readouterr().out
    (tmp_path / "pea.json").write_text("{}", encoding="utf-8")
    assert main(tmp_path) == 1


def test_everybody_may_see_where_the_number_stands_on_the_bill(town: Town) -> None:
    answer = town.client.get("/citizen/v1/billers")
    (pea,) = (item for item in answer.json["items"] if item["id"] == "pea")
    assert pea["number_example"] == "020012345678" and pea["number_where"]["th"]
    assert not pea["number_verified"] and not pea["takes_parts"]


def test_a_new_biller_is_one_file(town: Town, tmp_path: Path) -> None:
    """A water works with words of its own, which also takes a bill in parts."""
    service = "TH/LOCAL/LAEMNGOP/water"
    raw = json.loads((SHIPPED / "mwa.json").read_text(encoding="utf-8"))
    raw |= {
        "id": "laemngop-water",
        "agency": "TH/LOCAL/LAEMNGOP",
        "names": {"th": "ประปาเทศบาลแหลมงอบ", "en": "Laem Ngop Water Works"},
    }
    raw["biller_id"]["value"] = "999900000009901"
    raw["part_payments"]["value"] = True
    raw["customer_number"] |= {"pattern": "^LN[0-9]{4}$", "example": "LN0001"}
    for question in ("inquiry", "account", "paid", "dispute"):
        raw[question]["service"] = f"{service}/{question}"
    raw["inquiry"] |= {
        "send": {"house": "customer_no"},
        "select": {"bills": "/owed/list", "number": "/no", "amount": "/baht", "due": "/until", "period": "/for"},
    }
    (tmp_path / "laemngop.json").write_text(json.dumps(raw), encoding="utf-8")
    billers = read(tmp_path)
    assert [each for biller in billers for each in problems(biller)] == []

    asked = list[Any]()

    def inquiry(path: str, body: Any) -> Any:
        asked.append(body)
        return {"owed": {"list": [{"no": "7", "baht": "80.00", "until": "2026-12-01", "for": "พ.ย."}]}}

    town.gdx.answering[f"{service}/inquiry"] = inquiry
    bills = Bills(town.citizen.hall, town.citizen.inbox, town.citizen.wallet, billers)
    caller = Caller("citizen", id=town.keyring.pseudonym(SOMCHAI), name="สมชาย", pid=NationalId(SOMCHAI))
    (bill,) = bills.desk.look_up(caller, "laemngop-water", "LN0001")
    assert asked == [{"house": "LN0001"}]
    live = bills.desk.qr(Once("k", "f", new_token()), caller, bill.id)
    shown = thai_qr.parse(live.qr)
    assert (shown.biller, shown.amount, shown.ref1) == ("999900000009901", 8000, live.ref1)
