"""The public register: found by number, by words, by agency; nobody's name, and one page of an index per question."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.biz.licences import words

from ..town import BUNDIT, MALEE, Town, pointers

WHY = {"reasons": {"th": "เหตุผล", "en": "Because."}}
AGENCY = "TH/LOCAL/LAEMNGOP"


def ask(town: Town, **query: Any) -> Any:
    """A question to the register."""
    text = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())
    return town.ok(None, "GET", f"/licences?{text}")


def numbers(found: Any) -> list[str]:
    """The licences of an answer."""
    return [item["no"] for item in found["items"]]


def named(town: Town, name: str, number: int = 0) -> str:
    """A licence of an establishment of that name."""
    case = town.filed()
    stored = town.biz.store.find_case(case)
    establishment = {**stored.answers["establishment"], "name_th": name}
    changed = stored.model_copy(update={"answers": {**stored.answers, "establishment": establishment}})
    town.memory.write([town.biz.store.changed_case(changed, "agency")], f"name-{name}-{number}")
    town.inspected(case)
    town.act(BUNDIT, case, "approve")
    assert town.pay(case, transaction=f"BANK-{case}").json == {"status": "booked"}
    return str(town.ok(MALEE, "GET", f"/applications/{case}")["licence"])


def test_a_number_finds_its_licence_as_people_write_it(town: Town) -> None:
    _, no = town.licensed()
    for written in (no, no.lower(), f" {no} "):
        assert numbers(ask(town, no=written)) == [no]
    assert ask(town, no="FE-2569-AAAA-BBBB-CCCC") == {"items": [], "next": None}


def test_words_of_name_and_place_find_it_by_their_beginning(town: Town) -> None:
    first, second = named(town, "ครัวคุณยาย ริมทะเล"), named(town, "Café Laem Ngop")
    for question, expected in (
        ("ครัว", {first}),
        ("ริมทะเล ครัว", {first}),
        ("ริม ตราด", {first}),
        ("CAFÉ", {second}),
        ("แหลมงอบ", {first, second}),
        ("ตราด", {first, second}),
        ("ครัว laem", set()),
        ("คุณยาย", set()),  # a Thai word within a word: the register says so
        ("ภูเก็ต", set()),
    ):
        assert set(numbers(ask(town, q=question))) == expected, question
    assert len(numbers(ask(town, q="แหลม"))) == 2, "two words of one licence that fit show it once"


def test_agency_and_status_narrow_and_no_page_is_lost(town: Town) -> None:
    made = [named(town, f"ร้านที่ {number}", number) for number in range(5)]
    town.ok(BUNDIT, "POST", f"/licences/{made[1]}/suspend", json=WHY)
    town.ok(BUNDIT, "POST", f"/licences/{made[3]}/revoke", json=WHY)
    for by in ({"q": "ร้านที่"}, {"agency": AGENCY}, {"q": "ร้านที่", "agency": AGENCY}):
        for status, expected in (
            ("suspended", {made[1]}),
            ("revoked", {made[3]}),
            ("valid", {made[0], made[2], made[4]}),
            ("expired", set()),
        ):
            found, cursor, asked = set[str](), "", 0
            while True:
                page = ask(town, **by, status=status, limit=2, **({"cursor": cursor} if cursor else {}))
                found |= set(numbers(page))
                cursor, asked = page["next"], asked + 1
                if cursor is None:
                    break
            assert (found, asked <= 4) == (expected, True), (by, status)
    assert numbers(ask(town, q="ร้านที่", agency="TH/LOCAL/TRAT")) == []


def test_it_names_no_person(town: Town) -> None:
    _, no = town.licensed()
    for by in ({"no": no}, {"q": "ครัว"}, {"agency": AGENCY}):
        text = str(ask(town, **by))
        assert no in text
        for private in ("มาลี", "ศรีสมุทร", "3990100001013", "house_no", "operator"):
            assert private not in text
    assert numbers(ask(town, q="มาลี")) == [], "a person's name is no word of the register"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "query:q"),
        ("q=%E0%B8%81", "query:q"),
        ("q=%20-%20", "query:q"),
        (f"q={'x' * 101}", "query:q"),
        ("no=", "query:no"),
        ("agency=A&status=lost", "query:status"),
        ("agency=A&limit=0", "query:limit"),
        ("agency=A&owner=malee", "query:owner"),
    ],
)
def test_a_question_that_leads_nowhere_is_told_what_to_mend(town: Town, query: str, pointer: str) -> None:
    answer = town.call(None, "GET", f"/licences?{query}")
    assert (answer.status, pointers(answer)) == (422, [pointer])
    assert answer.json["errors"][0]["message_th"] != answer.json["errors"][0]["message_en"]
    assert "malee" not in answer.text and "xxxx" not in answer.text


def test_a_cursor_belongs_to_its_question(town: Town) -> None:
    for number in range(3):
        named(town, f"ร้านที่ {number}", number)
    cursor = ask(town, q="ร้านที่", limit=1)["next"]
    assert cursor is not None
    for other in ("q=%E0%B8%95%E0%B8%A3%E0%B8%B2%E0%B8%94", f"agency={quote(AGENCY, safe='')}"):
        assert town.call(None, "GET", f"/licences?{other}&limit=1&cursor={cursor}").status == 400


@pytest.mark.parametrize("count", [1, 7])
def test_a_question_costs_the_same_however_many_licences_there_are(town: Town, count: int) -> None:
    made = [named(town, f"ร้านที่ {number}", number) for number in range(count)]
    for by, expected in (
        ({"no": made[0]}, ["get"]),
        ({"agency": AGENCY}, ["query"]),
        ({"q": "ร้านที่ ตราด"}, ["query", "get_many"]),
        ({"q": "ภูเก็ต"}, ["query"]),
    ):
        town.memory.requests.clear()
        ask(town, **by, limit=5)
        assert town.memory.requests == expected, by


def test_a_name_of_many_words_adds_a_bounded_number_of_rows(town: Town) -> None:
    no = named(town, " ".join(f"คำที่{number}" for number in range(25)))
    licence = town.biz.store.find_licence(no)
    assert len(words.words_of(licence.public)) == words.MOST
    assert numbers(ask(town, q="คำที่0")) == [no]
