"""What the state already holds is not asked for again: an earlier document stands in a later case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.definitions import lint

from ..samples import food
from ..town import ANONG, COMPANY, MALEE, SOMCHAI, Town, arrival, pointers
from .files import a_pdf, a_png


def attach(town: Town, into: str, offer: Any, pid: str = MALEE, **changes: Any) -> Any:
    body = {"code": "site_map", "case": offer["case"], "document": offer["document"], **changes}
    return town.call(pid, "POST", f"/applications/{into}/documents/held", json=body)


def view(town: Town, case: str, pid: str = MALEE) -> Any:
    return town.ok(pid, "GET", f"/applications/{case}")


def checked(town: Town, case: str, document: str) -> None:
    """What S3 does when the copy is made: it tells of it."""
    town.biz.on_upload(arrival(f"quarantine/{case}/{document}"))


def test_a_held_document_is_offered_and_stands_without_a_new_upload(town: Town) -> None:
    first = town.filed()
    case = town.open()
    [offer] = view(town, case)["held"]
    assert (offer["case"], offer["for_code"], offer["file_name"]) == (first, "site_map", "แผนที่.pdf")
    town.pass_time(minutes=1)
    answer = attach(town, case, offer)
    assert (answer.status, answer.json["status"], answer.json["edition"]) == (201, "waiting", 1)
    document = answer.json["id"]
    assert view(town, case)["held"] == []
    checked(town, case, document)
    [shown] = view(town, case)["documents"]
    assert (shown["status"], shown["sha256"]) == ("accepted", offer["sha256"])
    source = {name: offer[name] for name in ("case", "document", "service", "sent_at")}
    assert shown["origin"] == source
    kept = town.bucket.kept
    assert kept[f"case/{case}/{document}"] == kept[f"case/{first}/{offer['document']}"]
    assert f"quarantine/{case}/{document}" not in kept


def test_officers_see_where_it_came_from_and_are_offered_nothing(town: Town) -> None:
    town.send(town.open(), "site_map", a_pdf(b"an older map"))
    case = town.draft()
    [offer] = view(town, case)["held"]
    document = attach(town, case, offer).json["id"]
    checked(town, case, document)
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    shown = view(town, case, ANONG)
    assert shown["documents"][-1]["origin"]["case"] == offer["case"]
    assert shown["held"] == []
    assert view(town, case)["held"] == []  # it is not the applicant's turn


def test_a_command_and_an_offer_cost_what_they_may(town: Town) -> None:
    town.filed()
    case = town.open()
    town.memory.requests.clear()
    [offer] = view(town, case)["held"]
    assert town.memory.requests == ["get_many", "query"]
    town.memory.requests.clear()
    assert attach(town, case, offer).status == 201
    assert town.memory.requests == ["get_many", "write"]


def test_nothing_of_anybody_else_is_held(town: Town) -> None:
    offer = _offer_of(town, town.filed())
    theirs = town.open(SOMCHAI)
    assert view(town, theirs, SOMCHAI)["held"] == []
    assert attach(town, theirs, offer, SOMCHAI).status == 404
    assert attach(town, theirs, offer).status == 404
    mine = town.open()
    for changes in ({"case": "nobody"}, {"document": "nothing"}, {"case": mine}):
        assert attach(town, mine, offer, **changes).status == 404
    assert view(town, mine)["documents"] == []


def test_a_companys_document_is_not_a_persons(town: Town) -> None:
    case = town.draft(juristic_id=COMPANY)
    own = town.open()
    assert view(town, own)["held"] == []
    assert attach(town, own, _offer_of(town, case)).status == 404
    [offer] = view(town, town.open(juristic_id=COMPANY))["held"]
    assert offer["case"] == case


def test_a_refused_document_is_not_held(town: Town) -> None:
    case = town.open()
    document = town.send(case, "site_map", b"%PDF-1.7 rubbish")
    other = town.open()
    assert view(town, other)["held"] == []
    assert attach(town, other, {"case": case, "document": document}).status == 404


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"code": "identity"}, 422, ["/code"]),
        ({"code": "horoscope"}, 422, ["/code"]),
        ({"document": ""}, 404, []),
        ({"case": "x" * 65}, 422, ["/case"]),
        ({"name": "x"}, 422, ["/name"]),
    ],
)
def test_a_bad_wish_is_refused_at_the_field(town: Town, changes: dict[str, str], status: int, where: list[str]) -> None:
    offer = _offer_of(town, town.filed())
    answer = attach(town, town.open(), offer, **changes)
    assert answer.status == status
    assert not where or pointers(answer) == where


def test_what_is_not_the_applicants_turn_is_refused(town: Town) -> None:
    offer, case = _offer_of(town, town.filed()), town.filed()
    assert attach(town, case, offer).status == 409


def test_a_repeat_is_the_same_document_and_makes_a_lost_copy_again(town: Town) -> None:
    offer, case = _offer_of(town, town.filed()), town.open()
    body = {"code": "site_map", "case": offer["case"], "document": offer["document"]}
    given: dict[str, Any] = {"json": body, "headers": {"Idempotency-Key": "held-1"}}
    path = f"/applications/{case}/documents/held"
    first = town.ok(MALEE, "POST", path, **given)
    del town.bucket.kept[f"quarantine/{case}/{first['id']}"]  # as if the process had died before the copy
    again = town.ok(MALEE, "POST", path, **given)
    assert again == first
    checked(town, case, first["id"])
    assert [one["status"] for one in view(town, case)["documents"]] == ["accepted"]
    assert town.ok(MALEE, "POST", path, **given)["status"] == "accepted"
    assert f"quarantine/{case}/{first['id']}" not in town.bucket.kept


def test_equal_files_are_offered_once_and_only_the_newest_few(town: Town) -> None:
    for number in range(7):
        case = town.open()
        town.send(case, "site_map", a_pdf(b"map %d" % (number % 6)))
        town.pass_time(minutes=1)
    held = view(town, town.open())["held"]
    assert len(held) == 5
    assert held[0]["case"] == case
    assert len({one["sha256"] for one in held}) == 5
    assert [one["sent_at"] for one in held] == sorted((one["sent_at"] for one in held), reverse=True)


def test_a_declared_equivalent_counts_and_a_wrong_kind_does_not(tmp_path: Path) -> None:
    """A service asks for `premises_plan`, which a site map proves; but only as PDF and up to 1 MB."""
    other = food()
    other["id"] = "sample-plan-service"
    for rule in other["documents"]:
        if rule["code"] == "site_map":
            rule |= {"code": "premises_plan", "satisfied_by": ["site_map"], "types": ["application/pdf"], "max_mb": 1}
    for sample in other["tests"]:
        if "documents" in sample:
            sample["documents"] = ["premises_plan" if code == "site_map" else code for code in sample["documents"]]
    (tmp_path / "sample-plan-service.json").write_text(json.dumps(other, ensure_ascii=False), encoding="utf-8")
    town = Town(tmp_path)
    first = town.open()
    plan = town.send(first, "site_map")
    town.send(first, "site_map", a_png(), media="image/png")
    case = town.open(service="sample-plan-service")
    [offer] = view(town, case)["held"]
    assert (offer["document"], offer["code"], offer["for_code"]) == (plan, "site_map", "premises_plan")
    answer = attach(town, case, offer, code="premises_plan")
    assert answer.status == 201, answer.text
    picture = [one["id"] for one in view(town, first)["documents"]][1]
    assert pointers(attach(town, case, {**offer, "document": picture}, code="premises_plan")) == ["/document"]


def test_only_what_is_uploaded_can_be_spared() -> None:
    other = food()
    place = next(at for at, rule in enumerate(other["documents"]) if rule["mode"] != "upload")
    other["documents"][place]["satisfied_by"] = ["site_map"]
    _, found = lint.examine(other)
    assert [problem.pointer for problem in found] == [f"/documents/{place}/satisfied_by"]


def test_what_is_kept_for_later_names_nobody_in_the_clear(town: Town) -> None:
    town.send(town.open(), "site_map")
    [row] = town.memory.query(f"HELD#{town.keyring.pseudonym(MALEE)}", limit=10).items
    assert "แผนที่" not in json.dumps(row.data, ensure_ascii=False)
    assert MALEE not in json.dumps([row.key.pk, row.data])


def _offer_of(town: Town, case: str) -> Any:
    found = town.biz.store.find_case(case).documents[0]
    return {"case": case, "document": found.id}
