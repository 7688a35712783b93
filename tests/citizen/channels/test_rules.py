"""Which ways a message goes."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.citizen.channels import rules, words
from chalicelib.citizen.channels.model import ADDRESSES, Address, Wishes
from chalicelib.citizen.inbox.model import Category
from chalicelib.shared.contacts import Contact, quiet
from chalicelib.shared.errors import Invalid
from chalicelib.shared.thai import Text

CATEGORIES: list[Category] = ["application", "payment", "licence", "entitlement", "data", "notice"]
DAY = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
CHOICE = st.dictionaries(st.sampled_from(CATEGORIES), st.lists(st.sampled_from(ADDRESSES), max_size=3).map(tuple))
CONTACT = st.one_of(
    st.none(),
    st.builds(
        Contact,
        value=st.just("x"),
        address=st.just("p"),
        verified_at=st.sampled_from([None, DAY]),
        spoilt=st.sampled_from([None, "refused"]),
    ),
)


@given(
    CHOICE,
    CONTACT,
    CONTACT,
    st.sampled_from(CATEGORIES),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC)),
)
def test_nothing_goes_where_it_was_not_chosen_or_cannot_be_used(
    choice: dict[Category, tuple[Address, ...]],
    email: Contact | None,
    sms: Contact | None,
    category: Category,
    now: dt.datetime,
) -> None:
    wishes = Wishes(owner="p", by_category=choice, email=email, sms=sms)
    ways = rules.ways(wishes, category, now)
    found = {way: when for way, _, when in ways}
    assert set(found) <= set(choice.get(category, ()))
    for way, contact in (("email", email), ("sms", sms)):
        usable = contact is not None and contact.verified_at is not None and contact.spoilt is None
        assert (way in found) == (way in choice.get(category, ()) and usable)
    assert all(contact is wishes.contact(way) for way, contact, _ in ways)
    for way, when in found.items():
        assert when == ("later" if quiet(now) and way != "email" else "go")
    assert rules.ways(None, category, now) == []


@given(CHOICE, st.booleans(), st.booleans())
def test_a_choice_is_kept_in_order_or_refused_for_what_is_not_there(
    choice: dict[Category, tuple[Address, ...]], email: bool, phone: bool
) -> None:
    there = {way for way, given_ in (("email", email), ("sms", phone)) if given_}
    wanted = {way for picked in choice.values() for way in picked}
    try:
        kept = rules.chosen(choice, email=email, phone=phone)
    except Invalid as refused:
        assert wanted - there
        assert {fault.pointer.rpartition("/")[2] for fault in refused.faults} == {
            category for category, picked in choice.items() if set(picked) - there
        }
    else:
        assert wanted <= there
        assert {category: set(picked) for category, picked in kept.items()} == {
            category: set(picked) for category, picked in choice.items() if picked
        }
        assert all(picked == tuple(way for way in ADDRESSES if way in picked) for picked in kept.values())


def test_what_is_said_names_the_sender_and_never_more_than_a_line_of_it() -> None:
    said = words.call(Text(th="เทศบาล\nแหลมงอบ" + "ก" * 100, en="Laem Ngop\r\nMunicipality" + "x" * 100), "https://p")
    assert "\n" not in said.th + said.en and "\r" not in said.en
    assert "เทศบาล แหลมงอบ" in said.th and said.en.endswith("https://p") and len(said.en) < 140
    assert "หน่วยงานของรัฐ" in words.call(None, "https://p").th
