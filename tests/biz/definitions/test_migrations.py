"""Running cases go over to a newer version only where that costs their applicants nothing; else they stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.biz.cases.rules import Book
from chalicelib.biz.definitions import migration
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.storage import Page
from tests.support.memory import MemoryTable

from ..samples import text
from ..town import ANONG, BUNDIT, MALEE, SOMCHAI, Town
from .test_workshop import SIGN, TRAT, enlist, published, sign

PATH = f"/services/{SIGN}/migrations"
MAP = {
    "code": "map",
    "name": text("แผนที่", "Map"),
    "mode": "upload",
    "types": ["image/png"],
    "source": "t",
    "verified": "no",
}
PREFILL = {
    "pointer": "/words", "service": "TH/CENTRAL/DOPA/civil/person", "path": "/lookup", "request": {"pid": "$pid"},
    "select": "/first_name_th", "lock": True, "purpose": text(), "legal_basis": "test",
}  # fmt: skip


@pytest.fixture
def signing(town: Town) -> Town:
    published(town, sign())
    return town


def filed(town: Town, who: str = MALEE, width: int = 2) -> str:
    case = town.open(who, SIGN)
    town.patch(case, {"words": "ครัวกลาง", "width": width}, who)
    town.ok(who, "POST", f"/applications/{case}/submit")
    return case


def run(town: Town, version: int = 2, query: str = "", who: str = BUNDIT) -> Any:
    return town.ok(who, "POST", f"{PATH}{query}", json={"version": version})


def renamed(old: str, new: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda raw: dict(json.loads(json.dumps(raw).replace(f'"{old}"', f'"{new}"')))


def changed(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda _: sign(2, **changes)


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        (changed(), []),
        (changed(sla__days=5), []),
        (changed(tables__per_metre__1__value="4", tests__0__fee="8"), []),
        (changed(credential__validity__years=3), []),
        (changed(sla__days=9), ["/sla"]),
        (changed(tables__per_metre__1__value="6", tests__0__fee="12"), ["/fees"]),
        (changed(credential__validity__years=1), ["/credential/validity"]),
        (changed(documents=[MAP]), ["/documents/map"]),
        (changed(prefill=[PREFILL]), ["/answers/words"]),
        (changed(applicants=["juristic"]), ["/applicant"]),
        (
            changed(form__schema__properties__width__minimum=3, tests__0__answers__width=3, tests__0__fee="16.50"),
            ["/answers/width"],
        ),
        (renamed("deciding", "judging"), ["/state"]),
        (renamed("submit", "hand_in"), ["/done_by"]),
        (changed(sla__days=9, documents=[MAP]), ["/documents/map", "/sla"]),
    ],
)
def test_a_case_may_move_when_nothing_gets_worse(
    signing: Town, change: Callable[[dict[str, Any]], dict[str, Any]], pointers: list[str]
) -> None:
    case = filed(signing)
    published(signing, change(sign(2)))
    (told,) = run(signing)["items"]
    assert [reason["pointer"] for reason in told["reasons"]] == pointers
    assert (told["case"], told["from_version"], told["may_move"], told["moved"]) == (case, 1, not pointers, False)
    (done,) = run(signing, query="?dry_run=false")["items"]
    assert done["moved"] is not bool(pointers)
    shown = signing.ok(MALEE, "GET", f"/applications/{case}")
    assert shown["service_version"] == (1 if pointers else 2)
    signing.act(BUNDIT, case, "approve")  # and on it goes, under either


def test_what_was_moved_says_so_in_its_history_and_is_due_sooner(signing: Town) -> None:
    case = filed(signing)
    before = signing.ok(MALEE, "GET", f"/applications/{case}")["due"]
    published(signing, sign(2, sla__days=5))
    run(signing, query="?dry_run=false")
    after = signing.ok(MALEE, "GET", f"/applications/{case}")["due"]
    assert after < before
    events = signing.journal.history(f"CASE#{case}")
    assert chain_is_whole(events)
    assert (events[-1].type, events[-1].data["from_version"], events[-1].data["to_version"]) == (
        "biz.application.migrated", 1, 2,
    )  # fmt: skip
    timeline = signing.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"]
    assert timeline[-1]["name"]["en"] == "Moved to a newer version of the service"
    assert run(signing)["items"] == []


def test_cases_are_looked_at_page_by_page_and_moved_one_by_one(signing: Town) -> None:
    cases = [filed(signing) for _ in range(3)]
    draft = signing.open(MALEE, SIGN)
    signing.filed()  # of another service
    published(signing, sign(2))
    run(signing)  # both versions are known to the process from here on
    seen, cursor = [], ""
    while True:
        signing.memory.requests.clear()
        page = run(signing, query=f"?dry_run=false&limit=2{cursor}")
        writes = sum(item["moved"] for item in page["items"])
        assert signing.memory.requests == ["query", *["write"] * writes]
        seen += [item["case"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(cases)
    assert signing.ok(MALEE, "GET", f"/applications/{draft}")["service_version"] == 1


def test_only_the_agency_moves_its_cases_and_nobody_their_own(signing: Town) -> None:
    enlist(signing, SOMCHAI, TRAT, "approver")
    filed(signing, ANONG)
    published(signing, sign(2))
    assert signing.call(SOMCHAI, "POST", PATH, json={"version": 2}).status == 403
    assert signing.call(MALEE, "POST", PATH, json={"version": 2}).status == 403
    assert signing.call(BUNDIT, "POST", PATH, json={"version": 3}).status == 404
    (own,) = run(signing, who=ANONG, query="?dry_run=false")["items"]
    assert (own["moved"], own["reasons"][0]["message_en"]) == (
        False,
        "An officer may not act on their own application.",
    )
    (moved,) = run(signing, query="?dry_run=false")["items"]
    assert moved["moved"]


def test_nothing_moves_to_a_version_that_is_not_in_force_yet(signing: Town) -> None:
    filed(signing)
    published(signing, sign(2, effective_from="2026-12-01"))
    assert signing.call(BUNDIT, "POST", PATH, json={"version": 2}).status == 409
    signing.pass_time(days=6)
    assert run(signing)["items"][0]["may_move"]


class Meddling(MemoryTable):
    """A table where something happens right after the queue was read."""

    meddle: Callable[[], object] | None = None

    def query(self, pk: str, *, index: str | None = None, **given: Any) -> Page:
        page = super().query(pk, index=index, **given)
        if index == "by_queue" and self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            meddle()
        return page


def test_a_case_that_changes_meanwhile_stays_and_is_told() -> None:
    table = Meddling()
    town = Town(table=table)
    published(town, sign())
    case = filed(town)
    published(town, sign(2))
    table.meddle = lambda: town.ok(ANONG, "POST", f"/applications/{case}/claim")
    (told,) = run(town, query="?dry_run=false")["items"]
    assert (told["moved"], told["reasons"][0]["message_en"]) == (False, "The application changed meanwhile; try again.")
    assert town.ok(MALEE, "GET", f"/applications/{case}")["service_version"] == 1
    assert run(town, query="?dry_run=false")["items"][0]["moved"]


def test_a_case_stays_under_the_act_of_its_day(signing: Town) -> None:
    case = signing.biz.store.find_case(filed(signing))
    book = signing.biz.office.book(case)
    successor = Book(book.definition, book.law.model_copy(update={"id": "lfa-2570"}), book.calendar)
    found = migration.hindrances(case, book, successor, case.due, signing.now())
    assert [fault.pointer for fault in found] == ["/law_pack"]
