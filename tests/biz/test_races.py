"""Two people at once: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.shared.storage import Item, Key
from tests.support.memory import MemoryTable

from .town import AGENCY, ANONG, BUNDIT, MALEE, Town


class Interrupted(MemoryTable):
    """A table in which something else happens right after somebody has read a case or a licence."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] | None = None

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.pk.startswith(("CASE#", "LIC#")) for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


@pytest.fixture
def table() -> Interrupted:
    """The interrupted table."""
    return Interrupted()


@pytest.fixture
def racing(table: Interrupted) -> Town:
    """A town on it."""
    return Town(table=table)


def test_of_two_deciding_officers_one_wins(racing: Town, table: Interrupted) -> None:
    case = racing.filed()
    racing.inspected(case)
    table.meanwhile = lambda: racing.act(BUNDIT, case, "approve")
    why = {"reasons": {"th": "ไม่ผ่าน", "en": "No."}}
    lost = racing.call(BUNDIT, "POST", f"/applications/{case}/actions/refuse", json=why)
    assert (lost.status, lost.json["type"].rpartition("/")[2]) == (412, "stale")
    assert racing.ok(MALEE, "GET", f"/applications/{case}")["state"] == "payment"


def test_withdrawing_while_an_officer_returns(racing: Town, table: Interrupted) -> None:
    case = racing.filed()
    body = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}
    table.meanwhile = lambda: racing.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    assert racing.call(ANONG, "POST", f"/applications/{case}/deficiencies", json=body).status == 412
    assert racing.ok(MALEE, "GET", f"/applications/{case}")["state"] == "withdrawn"


def test_two_payments_at_once_give_one_licence_and_one_entry(racing: Town, table: Interrupted) -> None:
    case = racing.approved()
    racing.ok(MALEE, "POST", f"/applications/{case}/payments")
    ref1, ref2 = payments.references(CaseId(case), 1)
    notice = {"ref1": ref1, "ref2": ref2, "amount": "200.00", "paid_at": racing.at.isoformat()}
    inner: list[str] = []

    def other() -> None:
        inner.append(racing.callback({**notice, "transaction": "BANK-FIRST"}).json["status"])

    table.meanwhile = other
    outer = racing.callback({**notice, "transaction": "BANK-SECOND"}).json["status"]
    assert (inner, outer) == (["booked"], "kept")
    events = racing.journal.history(f"CASE#{case}")
    assert [event.type for event in events].count("biz.licence.issued") == 1
    entries, _ = racing.biz.counter.ledger.store.queue(AGENCY, None, False, None, 9)
    assert [money.kind for money in entries] == ["already_paid"]


def test_the_same_payment_twice_at_once_is_booked_once(racing: Town, table: Interrupted) -> None:
    case = racing.approved()
    racing.ok(MALEE, "POST", f"/applications/{case}/payments")
    ref1, ref2 = payments.references(CaseId(case), 1)
    notice = {
        "transaction": "BANK-ONE",
        "ref1": ref1,
        "ref2": ref2,
        "amount": "200.00",
        "paid_at": racing.at.isoformat(),
    }
    inner: list[str] = []
    table.meanwhile = lambda: inner.append(racing.callback(notice).json["status"])
    outer = racing.callback(notice).json["status"]
    assert (inner, outer) == (["booked"], "duplicate")
    assert racing.biz.counter.ledger.store.queue(AGENCY, None, False, None, 9)[0] == []


def test_an_upload_is_checked_although_the_applicant_types_on(racing: Town, table: Interrupted) -> None:
    case = racing.open()
    etag = racing.call(MALEE, "GET", f"/applications/{case}").headers["etag"]
    assert etag == '"v1"'

    def types_on() -> None:
        table.meanwhile = None
        racing.patch(case, {"declaration": True})

    original = racing.post_form

    def post_then_race(made: object, content: bytes) -> None:
        original(made, content)
        table.meanwhile = types_on

    racing.post_form = post_then_race  # type: ignore[method-assign] # the moment between arrival and check
    racing.send(case, "site_map")
    view = racing.ok(MALEE, "GET", f"/applications/{case}")
    assert view["answers"] == {"declaration": True}
    assert [document["status"] for document in view["documents"]] == ["accepted"]


def test_of_two_who_revoke_a_licence_one_is_told_that_it_has_changed(racing: Town, table: Interrupted) -> None:
    _, no = racing.licensed()
    why = {"reasons": {"th": "ผิดเงื่อนไข", "en": "Against the conditions."}}
    table.meanwhile = lambda: racing.ok(BUNDIT, "POST", f"/licences/{no}/revoke", json=why)
    lost = racing.call(ANONG, "POST", f"/licences/{no}/suspend", json=why)
    assert (lost.status, lost.json["type"].rpartition("/")[2]) == (412, "stale")
    assert racing.ok(ANONG, "GET", f"/licences/{no}")["status"] == "revoked"
