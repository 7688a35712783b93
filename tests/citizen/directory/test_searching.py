"""Search: Thai without spaces, slips, words that mean the same, and files that hold what they should."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.definitions.catalogue import shipped as services
from chalicelib.citizen.directory.life_events import shipped_events
from chalicelib.citizen.directory.model import Service
from chalicelib.citizen.directory.searching import Index, shipped_words
from chalicelib.shared.thai import Text
from chalicelib.shared.thai_fold import fold


def service(id: str, th: str, en: str, about: str = "", words: tuple[str, ...] = ()) -> Service:
    kept = Text(th=about or th, en=en)
    return Service(
        id=id,
        kind="link",
        name=Text(th=th, en=en),
        about=kept,
        agency="TH/X/Y",
        category="x",
        words=words,
        url="https://x",
    )


LIST = [
    service("old", "เบี้ยยังชีพผู้สูงอายุ", "Old-age allowance"),
    service("power", "การไฟฟ้าส่วนภูมิภาค", "Provincial Electricity Authority", "จ่ายค่าไฟฟ้าด้วย QR"),
    service("water", "การประปาส่วนภูมิภาค", "Provincial Waterworks Authority", "จ่ายค่าน้ำประปาด้วย QR"),
    service("food", "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร", "Food establishment licence"),
    service("newborn", "เงินอุดหนุนเพื่อการเลี้ยงดูเด็กแรกเกิด", "Child support grant"),
    service("driver", "ใบอนุญาตขับรถ", "Driving licence"),
]
INDEX = Index(LIST, shipped_words())


def found(asked: str) -> list[str]:
    return [LIST[each.place].id for each in INDEX.find(asked)]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("คนแก่", "old"),
        ("เบี้ยคนแก่", "old"),
        ("ผู้สูงอายุ", "old"),
        ("ผู้สงอายุ", "old"),
        ("elderly", "old"),
        ("ค่าไฟ", "power"),
        ("ไฟ", "power"),
        ("การไฟฟา", "power"),
        ("electricity", "power"),
        ("electrisity", "power"),
        ("electr", "power"),
        ("ค่านํ้า", "water"),
        ("น้ำ", "water"),
        ("Waterworks", "water"),
        ("ร้านอาหาร", "food"),
        ("สถานที่จำหน่ายอาหาร", "food"),
        ("food licence", "food"),
        ("เด็กแรกเกิด", "newborn"),
        ("มีลูก", "newborn"),
        ("baby", "newborn"),
        ("ใบขับขี่", "driver"),
        ("ใบอนุญาตขับรถ", "driver"),
    ],
)
def test_the_wanted_stands_first(asked: str, first: str) -> None:
    assert found(asked)[:1] == [first]


@pytest.mark.parametrize("asked", ["", " ", "ๆ", "!!!", "zzzzzz", "ฮฮฮฮฮ", "ฝ้าเพดานสีม่วง", "7777777"])
def test_nothing_is_made_up(asked: str) -> None:
    assert found(asked) == []


def test_a_licence_to_drive_is_not_a_licence_for_food() -> None:
    assert found("driving licence")[0] == "driver" and found("food licence")[0] == "food"
    assert "old" not in found("licence")


@settings(max_examples=60)
@given(st.text(max_size=100))
def test_whatever_is_asked_is_answered(asked: str) -> None:
    scores = [each.score for each in INDEX.find(asked)]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@given(st.sampled_from(LIST))
def test_everything_is_found_by_its_own_name(wanted: Service) -> None:
    assert found(wanted.name.th)[0] == wanted.id
    assert found(wanted.name.en)[0] == wanted.id


def test_words_that_mean_the_same_stand_in_one_group_only() -> None:
    words = [fold(word) for group in shipped_words() for word in group.words]
    assert len(words) == len(set(words))


def test_every_life_event_leads_to_something_that_is_shipped() -> None:
    ids = [event.id for event in shipped_events()]
    assert len(ids) == len(set(ids)) and {"born", "lost-job", "turned-60", "moved", "opened-a-shop"} <= set(ids)
    kinds = {each.split(":")[0] for event in shipped_events() for each in event.services}
    assert kinds <= {"entitlement", "bill", "licence", "miniapp", "link", "appointment"}
    licences = {
        each.removeprefix("licence:")
        for event in shipped_events()
        for each in event.services
        if each.startswith("licence:")
    }
    assert licences <= set(services().ids())
