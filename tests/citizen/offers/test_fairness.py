"""The day's figures and the report: what is published is what happened, and a day's work is done once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections import Counter
from typing import Any

import pytest

from chalicelib.citizen.offers.fairness import months_until
from chalicelib.citizen.offers.files import COLUMNS, DICTIONARY
from chalicelib.citizen.offers.model import BANDS, FIGURES, Figure, Group, Offer
from chalicelib.citizen.offers.store import counted, recounted, summed
from chalicelib.citizen.offers.tables import COUNTS
from chalicelib.shared.errors import NotFound, UpstreamFailed
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change
from tests.citizen.offers.test_offers import caller, once
from tests.citizen.offers.town import PENSION, MadeUpPeople, OfferTown, pid, somebody
from tests.citizen.portal import MALEE

FILE = "rights-2026-11-pension.csv"
STATE: dict[Figure, Any] = {"waiting": "open", **{name: name for name in FIGURES if name != "waiting"}}


def published(town: OfferTown, name: str = FILE) -> dict[tuple[str, str, str], dict[str, str]]:
    """The rows of a published file by province, sex and band; columns by their English names."""
    rows = list(csv.reader(io.StringIO(town.portal.figures.files[name])))
    names = [header.partition(" ")[0] for header in rows[0]]
    assert names == [column.name for column in COLUMNS]
    found = [dict(zip(names, row, strict=True)) for row in rows[1:]]
    return {(row["province"], row["sex"], row["age_band"]): row for row in found}


def simulated(town: OfferTown, people: int) -> Counter[tuple[Group, Figure]]:
    """People in all states, counted as offers are; what a plain model says of them."""
    chance, model = random.Random(6), Counter[tuple[Group, Figure]]()
    changes: list[Change] = []
    for number in range(people):
        province = chance.choice(["10", "10", "10", "10", "23", "50", "90", "-"])
        # a few people over ninety in one province only: they must not be seen
        band = chance.choice(BANDS[5:7]) if number % 4000 else BANDS[7]
        group = Group(province, band, chance.choice(("F", "M")))
        end = chance.choice(FIGURES)
        offer = Offer(f"{number:032d}", "pension", "age-60", group, "2026-11-26T03:00:00Z", dt.date(2027, 5, 1))
        changes.append(counted(offer, "waiting", 1))
        changes += recounted(offer, Offer(**{**offer.__dict__, "state": STATE[end]}))
        model[group, end] += 1
    changes = summed(changes)
    for start in range(0, len(changes), 100):
        town.portal.memory.write(changes[start : start + 100], new_token())
    return model


def test_twenty_thousand_people_are_told_of_exactly() -> None:
    town = OfferTown(PENSION)
    model = simulated(town, 20_000)
    town.offering.fairness.publish("2026-11")
    rows = published(town)

    def really(place: tuple[str, str, str]) -> dict[str, int]:
        province, sex, band = place
        figures = Counter[str]()
        for (group, figure), count in model.items():
            if province in ("", group.province) and sex in ("", group.sex) and band in ("", group.band):
                figures[figure] += count
        told = figures["waiting"] + figures["taken_up"] + figures["refused"] + figures["lapsed"]
        return {
            "eligible": sum(figures.values()),
            "told": told,
            "waiting": figures["waiting"],
            "took_up": figures["taken_up"],
            "refused": figures["refused"],
            "lapsed": figures["lapsed"],
            "untold": figures["untold"],
            "alone": figures["alone"],
            "missed": figures["untold"] + figures["lapsed"],
        }

    open_rows = {place: row for place, row in rows.items() if "row" not in row["hidden"].split()}
    for place, row in open_rows.items():
        assert {name: int(row[name]) for name in COUNTS} == really(place), place
    assert open_rows["", "", ""]["eligible"] == "20000" and len(open_rows) > 10
    for place, row in rows.items():
        if "row" in row["hidden"].split():
            assert all(row[name] == "" for name in COUNTS)
        elif any(0 < count < 5 for count in really(place).values()):
            raise AssertionError(f"{place} tells a small count")
    _, (report,) = town.offering.fairness.report(None)
    whole = really(("", "", ""))
    assert report["whole"]["share_told"] == round(100 * whole["told"] / whole["eligible"], 1)
    shares = {sex: really(("", sex, "")) for sex in ("F", "M")}
    points = [100 * each["told"] / each["eligible"] for each in shares.values()]
    assert report["gaps"]["sex"]["points"] == round(max(points) - min(points), 1)
    assert {each["code"] for each in report["by"]["province"]} == {"10", "23", "50", "90", "-"}


def test_a_run_with_all_that_people_do_is_told_of_as_it_was() -> None:
    town = OfferTown(PENSION, people=MadeUpPeople(*(somebody(number) for number in range(60))))
    town.people.size = 50
    town.offers.wish(once(), caller(town, pid(0)), False, [])
    town.runs.run(town.portal.now)
    town.pass_time(days=1)
    town.runs.run(town.portal.now)
    for number in range(1, 21):
        town.offers.taken_up(town.person(pid(number)), "pension", "2026-11-27T03:00:00Z")
    for number in range(21, 31):
        me = caller(town, pid(number))
        town.offers.refuse(once(), me, town.offers.all_of(town.person(pid(number)))[0].id, "this")
    for number in range(60, 69):
        town.offers.taken_up(town.person(pid(number)), "pension", "2026-11-27T03:00:00Z")
    town.offering.fairness.publish("2026-11")
    whole = published(town)["", "", ""]
    # one person of 69 was not told, as she wished: that alone would be seen, so the row says nothing
    assert whole["hidden"].split() == ["row"]
    for number in range(69, 73):
        town.offers.wish(once(), caller(town, pid(number)), False, [])
    town.people.all += [somebody(number, dt.date(1966, 11, 27)) for number in range(69, 73)]
    town.pass_time(days=1)
    town.runs.run(town.portal.now)
    town.offering.fairness.publish("2026-11")
    whole = published(town)["", "", ""]
    counts = {name: int(whole[name]) for name in COUNTS}
    assert counts == {
        "eligible": 73, "told": 59, "waiting": 29, "took_up": 20, "refused": 10,
        "lapsed": 0, "untold": 5, "alone": 9, "missed": 5,
    }  # fmt: skip


def test_the_figures_go_out_once_a_day_and_only_what_changed() -> None:
    town = OfferTown(PENSION, people=MadeUpPeople(*map(somebody, range(40))))
    town.people.size = 40
    town.minute()
    assert town.portal.figures.sent == []
    town.pass_time(days=1)
    for _ in range(20):
        town.minute()
    assert sorted(town.portal.figures.sent) == sorted([DICTIONARY, FILE])
    town.pass_time(days=1)
    for _ in range(20):
        town.minute()
    assert len(town.portal.figures.sent) == 2, "nothing changed"
    town.offers.taken_up(town.person(pid(1)), "pension", "2026-11-27T03:00:00Z")
    town.pass_time(days=1)
    for _ in range(20):
        town.minute()
    assert town.portal.figures.sent[2:] == [FILE]


def test_a_catalogue_that_is_away_is_asked_again_after_a_pause() -> None:
    town = OfferTown(PENSION, people=MadeUpPeople(*map(somebody, range(40))))
    town.minute()
    town.portal.figures.refuses = UpstreamFailed("ไม่ตอบ", "away", retry_after=60)
    town.pass_time(days=1)
    for _ in range(14):
        town.minute()
    assert town.portal.figures.sent == []
    with pytest.raises(NotFound):
        town.offering.fairness.report(None)
    town.portal.figures.refuses = None
    for _ in range(30):
        town.minute()
    assert FILE in town.portal.figures.sent
    month, parts = town.offering.fairness.report(None)
    assert (month, [part["right"] for part in parts]) == ("2026-11", ["pension"])
    assert town.offering.fairness.report("2026-11") == (month, parts)
    for wrong in ("2026-10", "1999-01"):
        with pytest.raises(NotFound):
            town.offering.fairness.report(wrong)


def test_no_person_stands_in_the_counters() -> None:
    town = OfferTown(PENSION)
    town.offers.taken_up(town.person(MALEE), "pension", "2026-11-27T03:00:00Z")
    rows = [(key, item) for key, (item, _) in town.portal.memory._items.items() if key.pk.startswith("OFFER-COUNT#")]
    assert [(key.sk, item.data["count"]) for key, item in rows] == [("pension#-#-#-#alone", 1)]


def test_the_dictionary_names_every_column() -> None:
    town = OfferTown(PENSION)
    simulated(town, 200)
    town.offering.fairness.publish("2026-11")
    rows = list(csv.reader(io.StringIO(town.portal.figures.files[DICTIONARY])))
    assert [row[0] for row in rows[1:]] == [column.header for column in COLUMNS]
    assert all(all(row) for row in rows)


def test_the_months_that_move() -> None:
    assert months_until(dt.date(2026, 11, 30))[::12] == ["2026-11", "2025-11"]
    assert len(months_until(dt.date(2026, 1, 1))) == 13 and months_until(dt.date(2026, 1, 1))[:2] == [
        "2026-01",
        "2025-12",
    ]
