"""What changed while an application was considered: suspended, revoked, run out, renewed; and who was faster."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.biz.town import MALEE
from tests.support.memory import MemoryTable

from .looking import WHY, chains_are_whole
from .sample import CLERK, TRAT, SignTown


@pytest.mark.parametrize("procedure", ["renew", "amend", "replace"])
@pytest.mark.parametrize("change", ["suspend", "revoke"])
def test_what_was_suspended_or_revoked_meanwhile_is_not_carried_out(
    town: SignTown, procedure: str, change: str
) -> None:
    old = town.sign()
    town.on("2027-10-01")
    case = town.begin(procedure, old)
    answers: dict[str, dict[str, Any]] = {"renew": {"width": 3}, "amend": {"words": "ชา"}, "replace": {"loss": "หาย"}}
    town.patch(case, answers[procedure])
    town.file(case)
    town.ok(CLERK, "POST", f"/licences/{old}/{change}", json=WHY)
    refused = town.call(CLERK, "POST", f"/applications/{case}/actions/approve", json={})
    assert refused.status == 409 and old in refused.text
    assert ("suspended" if change == "suspend" else "revoked") in refused.text
    assert town.case(case).state == "deciding", "nothing half-done"
    town.act(CLERK, case, "refuse", **WHY)
    assert not town.case(case).holds_licence


def test_a_fee_that_comes_after_a_revocation_waits_for_an_officer(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    case = town.begin("renew", old)
    town.file(case)
    town.act(CLERK, case, "approve")
    town.ok(CLERK, "POST", f"/licences/{old}/suspend", json=WHY)
    assert town.settle(case) == "kept"
    (money,), _ = town.biz.counter.ledger.store.queue(TRAT, "licence_changed", False, None, 9)
    assert (money.satang, money.case) == (1100, case)
    assert (town.case(case).state, town.case(case).payment) == ("payment", None)
    town.biz.sweep(town.now() + dt.timedelta(minutes=2))
    town.run_queue()
    assert any("nothing could be issued" in body for body in town.neighbours.bodies(MALEE))
    town.ok(CLERK, "POST", f"/licences/{old}/reinstate", json=WHY)
    assert town.settle(case) == "booked", "and money that comes when it is valid again is booked"


def test_an_amendment_of_what_ran_out_meanwhile_is_not_carried_out(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-11-24")
    case = town.begin("amend", old)
    town.patch(case, {"words": "ชา"})
    town.file(case)
    town.on("2027-11-25")
    refused = town.call(CLERK, "POST", f"/applications/{case}/actions/approve", json={})
    assert refused.status == 409 and "24 November 2027" in refused.text


class Interrupted(MemoryTable):
    """A table in which something happens right after somebody has read a licence."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Any = None

    def get_many(self, keys: Any) -> Any:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.pk.startswith("LIC#") and key.sk == "META" for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


@pytest.fixture
def table() -> Interrupted:
    """The interrupted table."""
    return Interrupted()


@pytest.fixture
def racing(tmp_path: Path, table: Interrupted) -> SignTown:
    """A town on it."""
    return SignTown(tmp_path, table=table)


@pytest.mark.parametrize("change", ["suspend", "revoke"])
@pytest.mark.parametrize("procedure", ["amend", "cancel"])
def test_an_officer_who_revokes_in_between_wins(
    racing: SignTown, table: Interrupted, procedure: str, change: str
) -> None:
    old = racing.sign()
    case = racing.begin(procedure, old)
    racing.patch(case, {"words": "ชา"} if procedure == "amend" else {"reason": "เลิก"})
    racing.file(case)
    move = {"amend": "approve", "cancel": "accept"}[procedure]
    table.meanwhile = lambda: racing.ok(CLERK, "POST", f"/licences/{old}/{change}", json=WHY)
    lost = racing.call(CLERK, "POST", f"/applications/{case}/actions/{move}", json={})
    assert (lost.status, lost.json["type"].rpartition("/")[2]) == (412, "stale")
    assert racing.licence(old).status == {"suspend": "suspended", "revoke": "revoked"}[change]
    assert racing.case(case).licence is None and racing.licence(old).replaced_by is None


def test_an_officer_who_revokes_too_late_is_told(racing: SignTown, table: Interrupted) -> None:
    old = racing.sign()
    case = racing.begin("amend", old)
    racing.patch(case, {"words": "ชา"})
    racing.file(case)
    table.meanwhile = lambda: racing.act(CLERK, case, "approve")
    assert racing.call(CLERK, "POST", f"/licences/{old}/revoke", json=WHY).status == 412
    assert racing.licence(old).status == "replaced"


def test_two_payments_of_a_renewal_at_once_give_one_licence(racing: SignTown, table: Interrupted) -> None:
    old = racing.sign()
    racing.on("2027-10-01")
    case = racing.begin("renew", old)
    racing.file(case)
    racing.act(CLERK, case, "approve")
    inner: list[str] = []
    table.meanwhile = lambda: inner.append(racing.settle(case))
    outer = racing.settle(case)
    assert (inner, outer) == (["booked"], "kept")
    new = racing.case(case).licence
    assert new is not None and racing.licence(old).replaced_by == new
    assert [event.type for event in racing.journal.history(f"CASE#{case}")].count("biz.licence.issued") == 1
    assert [event.type for event in racing.journal.history(f"LIC#{old}")].count("biz.licence.renewed") == 1


def test_a_deciding_officer_and_a_reminder_do_not_lose_each_other(racing: SignTown, table: Interrupted) -> None:
    old = racing.sign()
    racing.on("2027-10-25")
    case = racing.begin("renew", old)
    racing.file(case)
    racing.act(CLERK, case, "approve")
    table.meanwhile = lambda: racing.biz.keeper.sweep(racing.now())
    assert racing.settle(case) == "booked", "the bank's word is taken up again after the reminder"
    assert chains_are_whole(racing, old)
    assert racing.licence(old).look_at is None


def test_carrying_out_is_two_reads_and_one_transaction(town: SignTown) -> None:
    old = town.sign()
    case = town.begin("amend", old)
    town.patch(case, {"words": "ชา"})
    town.file(case)
    town.memory.requests.clear()
    town.act(CLERK, case, "approve")
    assert town.memory.requests == ["get_many", "get_many", "write"]
    town.on("2027-10-01")
    new = str(town.case(case).licence)
    renewal = town.begin("renew", new)
    town.file(renewal)
    town.call(CLERK, "GET", "/queue")  # the gate knows the officer from here on
    town.memory.requests.clear()
    town.act(CLERK, renewal, "approve")
    assert town.memory.requests == ["get_many", "get_many", "write"], "looked at before a fee is asked for"
    bill = town.ok(MALEE, "POST", f"/applications/{renewal}/payments")
    town.memory.requests.clear()
    notice = {"transaction": "COUNT-0001", "amount": bill["amount_baht"], "paid_at": town.at.isoformat()}
    answer = town.callback({**notice, "ref1": bill["ref1"], "ref2": bill["ref2"]})
    assert answer.json == {"status": "booked"}
    assert town.memory.requests == ["get", "get_many", "get_many", "write"]
