"""Acting for somebody: what a power of attorney opens, and what stays closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from chalicelib.biz.model import Act
from chalicelib.shared.storage import Item, Key
from tests.support.memory import MemoryTable

from ..town import AGENCY, ANONG, BUNDIT, COMPANY, FOOD, MALEE, SOMCHAI, THANA, Town, pointers
from .deeds import ALL_ACTS, command, drafted, given, held, opened, opening, show

FILE = {"code": "site_map", "file_name": "m.pdf", "media_type": "application/pdf", "size": 9, "sha256": "0" * 64}


def view(town: Town, case: str, who: str = MALEE) -> Any:
    return town.ok(who, "GET", f"/applications/{case}")


def only(*acts: Act) -> list[str]:
    return list(acts)


def test_the_applicant_is_who_gave_the_power(town: Town) -> None:
    deed = held(town)
    case = drafted(town, deed)
    town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    assert [each["id"] for each in town.ok(MALEE, "GET", "/applications")["items"]] == [case]
    assert town.ok(SOMCHAI, "GET", "/applications")["items"] == []
    kept = town.biz.store.find_case(case)
    assert (kept.owner, kept.pid) == (town.keyring.pseudonym(MALEE), MALEE)
    # the registers are asked about the applicant
    assert "มาลี" in json.dumps(kept.answers["operator"], ensure_ascii=False)
    assert [agent.id for agent in kept.agents] == [town.keyring.pseudonym(SOMCHAI)]
    seen = view(town, case, ANONG)
    assert seen["by_agent"] and [(one["name"], one["delegation"]) for one in seen["agents"]] == [("สมชาย ใจดี", deed)]
    [queued] = town.ok(ANONG, "GET", "/queue")["items"]
    assert queued["by_agent"]


def test_the_whole_way_by_an_agent_and_what_the_grantor_sees_of_it(town: Town) -> None:
    deed = held(town)
    case = drafted(town, deed)
    town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    town.inspected(case)
    town.act(BUNDIT, case, "approve")
    bill = town.ok(SOMCHAI, "POST", f"/applications/{case}/payments")
    notice = {"transaction": "BANK-2026-000001", "paid_at": town.at.isoformat(), "amount": bill["amount_baht"]}
    refs = {"ref1": bill["ref1"], "ref2": bill["ref2"]}
    assert town.callback({**notice, **refs}).json == {"status": "booked"}
    assert town.ok(SOMCHAI, "GET", f"/applications/{case}/payments")
    assert town.ok(SOMCHAI, "GET", f"/applications/{case}/credentials")["licence"]
    done = [each["what"].removeprefix("biz.") for each in show(town, deed)["done"]]
    assert done == [
        "payment.billed",
        "application.submitted",
        "document.announced",
        "application.changed",
        "application.prefilled",
        "application.opened",
    ]
    assert {each["case"] for each in show(town, deed)["done"]} == {case}
    by = [line["by"] for line in town.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"]]
    assert by.count("agent") == 6 and "applicant" not in by and "officer" in by


def test_the_owner_goes_on_and_the_timeline_tells_them_apart(town: Town) -> None:
    case = drafted(town, held(town))
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    lines = town.ok(ANONG, "GET", f"/applications/{case}/timeline")["items"]
    assert {(line["type"].removeprefix("biz.application."), line["by"]) for line in lines} >= {
        ("opened", "agent"),
        ("submitted", "applicant"),
    }


def test_an_agent_may_go_on_with_what_the_owner_began(town: Town) -> None:
    case = town.draft()
    assert town.call(SOMCHAI, "GET", f"/applications/{case}").status == 404
    deed = held(town, acts=only("file"))
    assert [action["action"] for action in view(town, case, SOMCHAI)["actions"]] == ["submit"]
    town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    assert [each["id"] for each in town.ok(SOMCHAI, "GET", f"/applications?delegation={deed}")["items"]] == [case]


COMMANDS: dict[str, tuple[str, str, Any, Act]] = {
    "prefill": ("POST", "/prefill", None, "fill"),
    "answer": ("PATCH", "/answers", {"declaration": True}, "fill"),
    "announce": ("POST", "/documents", FILE, "fill"),
    "submit": ("POST", "/submit", None, "file"),
    "withdraw": ("POST", "/withdraw", None, "withdraw"),
    "pay": ("POST", "/payments", None, "pay"),
    "credentials": ("GET", "/credentials", None, "receive"),
    "attach": ("POST", "/documents/held", {"code": "site_map", "case": "1" * 32, "document": "1" * 32}, "reuse"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_needs_its_act(town: Town, name: str) -> None:
    method, path, body, act = COMMANDS[name]
    case = town.draft()
    sent: dict[str, Any] = {} if body is None else {"json": body}
    if method == "PATCH":
        sent["headers"] = {"If-Match": '"v1"'}
    held(town, acts=[each for each in ALL_ACTS if each != act])
    refused = town.call(SOMCHAI, method, f"/applications/{case}{path}", **sent)
    assert refused.status == 403, refused.text
    assert town.call(ANONG, method, f"/applications/{case}{path}", **sent).status == 404
    held(town, acts=only(act))
    assert town.call(SOMCHAI, method, f"/applications/{case}{path}", **sent).status not in (403,)
    assert view(town, case, SOMCHAI)["id"] == case, "whoever may do anything may look"


@pytest.mark.parametrize(
    "path", ["", "/timeline", "/clock", "/notices", "/documents/{document}", "/quote", "/payments"]
)
def test_what_may_be_read(town: Town, path: str) -> None:
    case = town.draft()
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    document = view(town, case)["documents"][0]["id"]
    where = f"/applications/{case}{path.format(document=document)}"
    absent = town.call(SOMCHAI, "GET", "/applications/" + "0" * 32 + path.format(document=document))
    before = town.call(SOMCHAI, "GET", where)
    assert (before.status, before.json["detail"]) == (404, absent.json["detail"])
    deed = held(town)
    assert town.call(SOMCHAI, "GET", where).status == 200
    command(town, MALEE, deed, "revoke")
    assert town.call(SOMCHAI, "GET", where).status == 404


def test_a_power_opens_nothing_that_it_does_not_name(town: Town) -> None:
    assert opening(town, held(town, acts=only("file"))).status == 403
    deed = held(town)
    assert opening(town, deed, ANONG).status == opening(town, "0" * 32, SOMCHAI).status == 404
    assert opening(town, deed, MALEE).status == 404, "one's own power is for the other"
    company = opening(town, deed, applicant={"kind": "juristic", "juristic_id": COMPANY})
    assert (company.status, pointers(company)) == (422, ["/applicant"])
    assert town.ok(MALEE, "GET", "/applications")["items"] == []


def test_a_directors_power_for_the_company_is_none_for_themself_nor_the_other_way(town: Town) -> None:
    own, company = town.draft(), town.open(juristic_id=COMPANY)
    deed = held(town, juristic_id=COMPANY)
    assert town.call(SOMCHAI, "GET", f"/applications/{own}").status == 404
    assert view(town, company, SOMCHAI)["id"] == company
    case = opened(town, deed)
    kept = town.biz.store.find_case(case)
    assert (kept.applicant, kept.juristic_id, kept.owner) == ("juristic", COMPANY, town.keyring.pseudonym(MALEE))
    assert kept.related == (town.keyring.pseudonym(MALEE),), "the register is asked about the grantor at each opening"
    personal = held(town, to=ANONG)
    assert town.call(ANONG, "GET", f"/applications/{company}").status == 404
    assert opening(town, personal, ANONG, applicant={"kind": "juristic", "juristic_id": COMPANY}).status == 422


def test_nothing_else_of_the_grantor_is_seen(town: Town) -> None:
    earlier = town.filed()
    deed = held(town, acts=only("fill", "file"))
    case = opened(town, deed)
    assert [each["id"] for each in town.ok(SOMCHAI, "GET", f"/applications?delegation={deed}")["items"]] == [case]
    assert view(town, case, SOMCHAI)["held"] == []
    [offer] = view(town, case)["held"]
    assert offer["case"] == earlier
    wish = {"code": "site_map", "case": earlier, "document": offer["document"]}
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/documents/held", json=wish).status == 403


def test_earlier_documents_only_where_the_power_says_so(town: Town) -> None:
    earlier = town.filed()
    case = opened(town, held(town))
    [offer] = view(town, case, SOMCHAI)["held"]
    assert offer["case"] == earlier
    wish = {"code": "site_map", "case": earlier, "document": offer["document"]}
    assert town.ok(SOMCHAI, "POST", f"/applications/{case}/documents/held", json=wish)["origin"]["case"] == earlier
    own = town.filed(SOMCHAI)
    mine = town.biz.store.find_case(own).documents[0].id
    stolen = {"code": "site_map", "case": own, "document": mine}
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/documents/held", json=stolen).status == 404


def test_a_document_sent_by_an_agent_is_held_for_the_owner(town: Town) -> None:
    case = drafted(town, held(town))
    assert [one.case for one in town.biz.store.held_by(town.keyring.pseudonym(MALEE))] == [case]
    assert town.biz.store.held_by(town.keyring.pseudonym(SOMCHAI)) == []


def test_an_officer_who_acts_or_acted_for_the_applicant_may_not_act_for_the_agency(town: Town) -> None:
    deed = held(town, to=ANONG)
    case = drafted(town, deed, ANONG)
    town.ok(ANONG, "POST", f"/applications/{case}/submit")
    assert view(town, case, ANONG)["by_agent"], "as the agent they may look"
    for method, path, body in (("POST", "/claim", None), ("POST", "/actions/accept", {})):
        sent: dict[str, Any] = {} if body is None else {"json": body}
        assert town.call(ANONG, method, f"/applications/{case}{path}", **sent).status == 403
    command(town, ANONG, deed, "resign")
    assert town.call(ANONG, "POST", f"/applications/{case}/claim").status == 403
    assert town.call(ANONG, "GET", f"/applications/{case}").status == 404
    town.ok(BUNDIT, "POST", f"/applications/{case}/claim")


def test_an_officer_does_not_act_on_what_they_gave_a_power_for(town: Town) -> None:
    case = drafted(town, held(town, by=ANONG))
    town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    assert town.call(ANONG, "POST", f"/applications/{case}/claim").status == 403


def test_the_owner_is_told_and_the_agent_of_what_concerns_them(town: Town) -> None:
    case = drafted(town, held(town))
    payer = held(town, to=THANA, acts=only("pay"))
    town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    town.post.sent.clear()
    town.neighbours.letters.clear()
    missing = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    town.run_queue()
    assert sorted(pid for pid, _ in town.neighbours.letters.values()) == sorted([MALEE, SOMCHAI])
    assert "as the applicant's agent" in town.neighbours.bodies(SOMCHAI)[0]
    proofs = {proof["to"]: proof for proof in town.ok(ANONG, "GET", f"/applications/{case}/notices")["items"]}
    assert (proofs["applicant"]["template"], proofs["agent"]["template"]) == ("returned", "agent")
    own = town.ok(SOMCHAI, "GET", f"/applications/{case}/notices")["items"]
    assert [proof["to"] for proof in own] == ["agent"], "by which ways the applicant is told is hers to know"
    assert show(town, payer)["done"] == [], "who never acted on it is told nothing"


def test_after_the_end_an_agent_is_told_nothing_more(town: Town) -> None:
    deed = held(town)
    case = drafted(town, deed)
    town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    command(town, MALEE, deed, "revoke")
    town.run_queue()
    town.neighbours.letters.clear()
    town.act(ANONG, case, "accept")
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    town.run_queue()
    assert {pid for pid, _ in town.neighbours.letters.values()} == {MALEE}


def test_after_its_last_day_it_opens_nothing(town: Town) -> None:
    deed = held(town, until="2026-11-26")
    case = drafted(town, deed)
    town.pass_time(days=1, hours=13, minutes=59)
    assert view(town, case, SOMCHAI)["id"] == case, "its last day ends at midnight in Thailand"
    town.pass_time(minutes=1)
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/submit").status == 404
    assert opening(town, deed).status == 409
    assert town.call(SOMCHAI, "GET", f"/applications?delegation={deed}").status == 409
    assert [each["id"] for each in town.ok(MALEE, "GET", f"/applications?delegation={deed}")["items"]] == [case]
    assert show(town, deed, SOMCHAI)["status"] == "expired"


@pytest.mark.parametrize(("who", "name"), [(MALEE, "revoke"), (SOMCHAI, "resign")])
def test_the_very_next_command_after_its_end_is_refused(town: Town, who: str, name: str) -> None:
    deed = held(town)
    case = drafted(town, deed)
    command(town, who, deed, name)
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/submit").status == 404
    assert town.call(SOMCHAI, "GET", f"/applications/{case}").status == 404
    town.ok(MALEE, "POST", f"/applications/{case}/submit")


def test_an_offer_opens_nothing_before_it_is_accepted(town: Town) -> None:
    case, deed = town.draft(), given(town)
    assert opening(town, deed).status == 409
    assert town.call(SOMCHAI, "GET", f"/applications/{case}").status == 404


def test_one_power_cannot_stand_in_for_another_that_was_revoked(town: Town) -> None:
    """Two between the same people: what ends with one is not in the other."""
    case = town.draft()
    wide, narrow = held(town), held(town, acts=only("fill"))
    command(town, MALEE, wide, "revoke")
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/submit").status == 403
    town.ok(SOMCHAI, "POST", f"/applications/{case}/prefill")
    assert [each["what"] for each in show(town, narrow)["done"]] == ["biz.application.prefilled"]


class Interrupted(MemoryTable):
    """A table in which something else happens right after somebody has looked up their powers."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] | None = None

    def query(self, pk: str, **asked: Any) -> Any:
        found = super().query(pk, **asked)
        if pk.startswith("POWER#"):
            self._now()
        return found

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        if any(key.pk.startswith("DEL#") for key in keys):
            self._now()
        return found

    def _now(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()


@pytest.mark.parametrize("name", ["prefill", "answer", "announce", "submit", "withdraw"])
def test_no_command_takes_effect_once_the_revocation_was_answered(name: str) -> None:
    """The agent had looked up the power and found it good; then it is revoked, and answered; then the agent writes."""
    table = Interrupted()
    town = Town(table=table)
    deed = held(town)
    case = drafted(town, deed)
    if name == "withdraw":
        town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")
    version = view(town, case)["version"]
    before = town.biz.store.find_case(case)
    method, path, body, _ = COMMANDS[name]
    sent: dict[str, Any] = {} if body is None else {"json": body}
    sent["headers"] = {"If-Match": f'"v{version}"'} if method == "PATCH" else {}
    table.meanwhile = lambda: command(town, MALEE, deed, "revoke")
    answer = town.call(SOMCHAI, method, f"/applications/{case}{path}", **sent)
    assert table.meanwhile is None and answer.status == 412, answer.text
    assert town.biz.store.find_case(case) == before
    assert town.call(SOMCHAI, method, f"/applications/{case}{path}", **sent).status == 404


def test_no_case_is_opened_once_the_revocation_was_answered() -> None:
    table = Interrupted()
    town = Town(table=table)
    deed = held(town)
    table.meanwhile = lambda: command(town, MALEE, deed, "revoke")
    assert opening(town, deed).status == 412
    assert town.ok(MALEE, "GET", "/applications")["items"] == []


def test_acceptance_and_revocation_at_once_end_in_one_of_them() -> None:
    table = Interrupted()
    town = Town(table=table)
    deed = given(town)
    table.meanwhile = lambda: command(town, MALEE, deed, "revoke")
    assert town.call(SOMCHAI, "POST", f"/delegations/{deed}/accept").status == 412
    assert show(town, deed)["status"] == "revoked"
    assert town.biz.office.delegations.powers(town.keyring.pseudonym(MALEE), town.keyring.pseudonym(SOMCHAI)) == []


def test_requests_of_an_agent_are_one_more_than_the_owners(town: Town) -> None:
    deed = held(town)
    town.call(ANONG, "GET", "/queue")
    headers = {"Idempotency-Key": "count"}
    town.memory.requests.clear()
    body = {"service": FOOD, "delegation": deed}
    case = town.ok(SOMCHAI, "POST", "/applications", json=body, headers=headers)["id"]
    assert town.memory.requests == ["get_many", "write"], "the power is read with the claim"
    town.memory.requests.clear()
    town.ok(SOMCHAI, "POST", f"/applications/{case}/prefill", headers=headers)
    assert town.memory.requests == ["get_many", "query", "write"]
    town.memory.requests.clear()
    town.ok(MALEE, "POST", f"/applications/{case}/prefill", headers=headers)
    assert town.memory.requests == ["get_many", "write"]


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_of_a_power_costs_the_same_however_long_it_is(town: Town, count: int) -> None:
    deed = held(town)
    cases = [opened(town, deed) for _ in range(count)]
    town.memory.requests.clear()
    page = town.ok(SOMCHAI, "GET", f"/applications?delegation={deed}&limit=5")
    assert town.memory.requests == ["get", "query", "get_many"]
    assert [each["id"] for each in page["items"]] == cases[::-1][:5]
    if count > 5:
        rest = town.ok(SOMCHAI, "GET", f"/applications?delegation={deed}&limit=5&cursor={page['next']}")
        assert [each["id"] for each in rest["items"]] == cases[::-1][5:10]
        assert town.call(MALEE, "GET", f"/applications?cursor={page['next']}").status == 400
    assert town.call(ANONG, "GET", f"/applications?delegation={deed}").status == 404


def test_who_acted_is_sealed_and_history_names_pseudonyms(town: Town) -> None:
    case = drafted(town, held(town))
    rows = {str(item.key): dict(item.data) for item, _ in town.memory._items.values() if case in str(item.key)}
    kept = json.dumps(rows, ensure_ascii=False, default=str)
    assert "agents" not in kept and "สมชาย" not in kept and SOMCHAI not in kept and MALEE not in kept
    assert AGENCY in kept
