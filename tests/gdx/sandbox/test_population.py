"""The people and companies of the sandbox fit together, and can be nobody."""

from __future__ import annotations

from datetime import date

from chalicelib.gdx.sandbox import behaviours, companies, people
from chalicelib.gdx.sandbox.numbers import COMPANIES, PEOPLE, is_sandbox_company, is_sandbox_person
from chalicelib.shared.thai import is_juristic_id, is_national_id

TODAY = date(2026, 11, 25)


def age(born: date, at: date) -> float:
    return (at - born).days / 365.25


def test_ten_thousand_people_have_valid_ids_of_their_own() -> None:
    everybody = [people.person(number) for number in range(PEOPLE)]
    assert len({who.pid for who in everybody}) == 10_000
    assert all(is_national_id(who.pid) and is_sandbox_person(who.pid) for who in everybody)
    assert all(people.found(who.pid) == who for who in everybody)
    # 1: reported in time since 1984; 3: in the register on 31 May 1984
    assert all((who.pid[0] == "3") == (who.born <= date(1984, 5, 31)) for who in everybody)
    assert all(date(1948, 1, 1) < who.born < date(2024, 1, 1) for who in everybody)


def test_households_fit_together() -> None:
    sizes = set()
    for start in range(0, PEOPLE, people.BLOCK):
        for who in map(people.person, range(start, start + people.BLOCK)):
            home = people.household(who.household)
            assert who in home
            sizes.add(len(home))
            records = [people.record(each, TODAY) for each in home]
            assert len({str(record["address"]) for record in records}) == 1
            assert len({record["house_registration_no"] for record in records}) == 1
            if who.parents is None:
                continue
            father, mother = map(people.person, who.parents)
            assert (father.sex, mother.sex, father.role, mother.role) == ("M", "F", "head", "spouse")
            assert age(mother.born, who.born) >= 20 and age(father.born, who.born) >= 18
            record = people.record(who, TODAY)
            assert record["father_name_th"] == f"{father.first_name[0]} {father.last_name[0]}"
            assert record["mother_name_th"] == f"{mother.first_name[0]} {mother.last_name[0]}"
            assert who.last_name == father.last_name
    assert sizes == {1, 2, 3, 4, 5}


def test_a_record_is_the_same_each_time_and_marked_as_a_test() -> None:
    people.person.cache_clear()
    before = [people.record(people.person(number), TODAY) for number in range(0, PEOPLE, 97)]
    people.person.cache_clear()
    assert before == [people.record(people.person(number), TODAY) for number in range(0, PEOPLE, 97)]
    assert all(record["last_name_th"].endswith("ทดสอบ") for record in before)
    # pinned: agencies write these into their own tests
    assert (before[0]["pid"], before[0]["birth_date"]) == (people.person(0).pid, people.person(0).born.isoformat())
    assert people.person(0).pid == "3980100000009"


def test_titles_go_by_age() -> None:
    child = next(who for who in map(people.person, range(PEOPLE)) if age(who.born, TODAY) < 14 and who.sex == "F")
    assert people.record(child, TODAY)["title_th"] == "เด็กหญิง"
    assert people.record(child, date(2060, 1, 1))["title_th"] == "นางสาว"


def test_a_thousand_companies_are_directed_by_living_adults() -> None:
    every = [companies.company(number) for number in range(COMPANIES)]
    assert len({which.juristic_id for which in every}) == 1_000
    for which in every:
        assert is_juristic_id(which.juristic_id) and is_sandbox_company(which.juristic_id)
        assert companies.found(which.juristic_id) == which
        record = companies.record(which, TODAY)
        assert 1 <= len(record["directors"]) == len({director["pid"] for director in record["directors"]})
        for director in record["directors"]:
            who = people.found(director["pid"])
            assert who is not None and not people.is_dead(who)
            assert age(who.born, which.registered) >= 20
            assert director["name"] == f"{who.first_name[0]} {who.last_name[0]}"
        assert which.registered <= TODAY
        assert record["juristic_id"][4:7] == f"{(which.registered.year + 543) % 1000:03}"
    assert {companies.record(which, TODAY)["status"] for which in every} == {"active", "dissolved"}


def test_adults_are_all_heads_and_spouses() -> None:
    told = [people.adult(at) for at in people.adults()]
    expected = {who.pid for who in map(people.person, range(PEOPLE)) if who.role in ("head", "spouse")}
    assert len(told) == len(expected) and {who.pid for who in told} == expected


def test_some_people_are_dead_and_the_last_ten_misbehave() -> None:
    assert any(people.is_dead(people.person(number)) for number in range(PEOPLE))
    names = [behaviours.of(number, PEOPLE).name for number in behaviours.numbers(PEOPLE)]
    assert len(set(names)) == 10 and "ordinary" not in names
    assert behaviours.of(PEOPLE - 11, PEOPLE) is behaviours.ORDINARY


def test_an_altered_id_is_nobodys() -> None:
    pid = people.person(5).pid
    assert people.found(("3" if pid[0] == "1" else "1") + pid[1:]) is None
    assert people.found("3990100001013") is None
    assert companies.found("0105569999981") is None
