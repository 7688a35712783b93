"""Which ways a notice goes, addresses and their codes, and what proofs come to."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.notices import rules
from chalicelib.biz.notices.model import Channel, Preferences, Proof, Status, Step
from chalicelib.shared import contacts
from chalicelib.shared.contacts import Contact
from chalicelib.shared.errors import WrongState
from chalicelib.shared.thai import Text

DAY = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
"""10:00 in Thailand."""
NIGHT = dt.datetime(2026, 11, 25, 15, 0, tzinfo=dt.UTC)
"""22:00 in Thailand."""


def contact(*, verified: bool = True, spoilt: str | None = None) -> Contact:
    return Contact(value="a@example.com", address="p", verified_at=DAY if verified else None, spoilt=spoilt)


def wants(*channels: Channel, email: Contact | None = None, sms: Contact | None = None) -> Preferences:
    return Preferences(owner="o", pid="x", channels=channels, email=email, sms=sms)


def proof(*steps: Step) -> Proof:
    return Proof(
        about="c",
        event="e",
        template="step",
        channel="email",
        template_version=1,
        language="th",
        legal=False,
        owner="o",
        agency="a",
        reference="c",
        subject=Text(th="ก", en="a"),
        content="0",
        steps=steps or (Step(status="queued", at=DAY),),
    )


@pytest.mark.parametrize(
    ("preferences", "legal", "expected"),
    [
        (None, False, ["app"]),
        (wants("app"), False, ["app"]),
        (wants("app", "email", "sms", email=contact(), sms=contact()), False, ["app", "email", "sms"]),
        (wants("email", email=contact()), False, ["email"]),
        (wants("email", email=contact()), True, ["app", "email"]),
        (wants("email", email=contact(verified=False)), False, ["app"]),
        (wants("email", email=contact(spoilt="bounced")), False, ["app"]),
        (wants("sms", "email", sms=contact(), email=contact(spoilt="bounced")), False, ["sms"]),
        (wants("app", sms=contact()), True, ["app"]),
        (wants(), False, ["app"]),
    ],
)
def test_ways(preferences: Preferences | None, legal: bool, expected: list[str]) -> None:
    assert rules.ways(preferences, legal=legal, urgent=False, now=DAY) == [(each, "go") for each in expected]


def test_an_sms_waits_for_the_morning_unless_a_term_hangs_on_it() -> None:
    both = wants("sms", "email", sms=contact(), email=contact())
    assert rules.ways(both, legal=False, urgent=False, now=NIGHT) == [("email", "go"), ("sms", "later")]
    assert rules.ways(both, legal=False, urgent=True, now=NIGHT) == [("email", "go"), ("sms", "go")]


@pytest.mark.parametrize(("hour", "minute", "expected"), [(20, 59, False), (21, 0, True), (6, 59, True), (7, 0, False)])
def test_night_is_thai(hour: int, minute: int, expected: bool) -> None:
    bangkok = dt.timezone(dt.timedelta(hours=7))
    assert contacts.quiet(dt.datetime(2026, 11, 25, hour, minute, tzinfo=bangkok).astimezone(dt.UTC)) is expected


@given(st.sampled_from([True, False]), st.sets(st.sampled_from(["app", "email", "sms"])), st.booleans(), st.booleans())
def test_nobody_is_left_without_a_way_and_the_law_always_has_the_inbox(
    legal: bool, channels: set[Channel], verified: bool, spoilt: bool
) -> None:
    one = contact(verified=verified, spoilt="bounced" if spoilt else None)
    found = dict(rules.ways(wants(*channels, email=one, sms=one), legal=legal, urgent=True, now=DAY))
    assert found
    assert not legal or "app" in found
    assert set(found) <= channels | {"app"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.com", "a@example.com"),
        (" First.Last+x@Example.CO.TH ", "First.Last+x@example.co.th"),
        ("a@b", None),
        ("a@-b.com", None),
        (".a@b.com", None),
        ("a..b@b.com", None),
        ("a@b.com, c@d.com", None),
        ("a@b.com\nBcc: c@d.com", None),
        ("มาลี@example.com", None),
        ("a" * 65 + "@b.com", None),
    ],
)
def test_addresses_of_mail(text: str, expected: str | None) -> None:
    assert contacts.email_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0812345678", "+66812345678"),
        ("+66 81-234 5678", "+66812345678"),
        ("0612345678", "+66612345678"),
        ("021234567", None),
        ("0712345678", None),
        ("+1 202 555 0100", None),
        ("๐๘๑๒๓๔๕๖๗๘", None),
        ("08123456789", None),
    ],
)
def test_numbers(text: str, expected: str | None) -> None:
    assert contacts.phone_of(text) == expected


def test_an_address_that_works_stays_and_any_other_must_be_confirmed() -> None:
    works = contact()
    assert contacts.given(works, "a@example.com", "p", "111111", NIGHT) is works
    for before in (None, contact(verified=False), contact(spoilt="bounced"), works.model_copy(update={"address": "q"})):
        after = contacts.given(before, "a@example.com", "p", "111111", NIGHT)
        assert after is not None
        assert (after.usable, after.code, after.code_until) == (False, "111111", NIGHT + contacts.CODE_LIVES)
    assert contacts.given(works, None, "", "111111", NIGHT) is None


def test_a_code_holds_for_its_time_and_five_tries() -> None:
    waits = contacts.given(None, "a@example.com", "p", "111111", DAY)
    right, done = contacts.confirmed(waits, "111111", DAY + contacts.CODE_LIVES)
    assert (done, right.usable, right.code) == (True, True, None)
    with pytest.raises(WrongState):
        contacts.confirmed(waits, "111111", DAY + contacts.CODE_LIVES + dt.timedelta(seconds=1))
    for number in range(contacts.MOST_TRIES):
        waits, done = contacts.confirmed(waits, "222222", DAY)
        assert (done, waits.tries) == (False, number + 1)
    with pytest.raises(WrongState):
        contacts.confirmed(waits, "111111", DAY)
    for nothing in (None, contact()):
        with pytest.raises(WrongState):
            contacts.confirmed(nothing, "111111", DAY)


STEPS: tuple[Status, ...] = ("queued", "not_taken", "sent", "delivered", "complained")


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS)))
def test_what_a_proof_comes_to_does_not_depend_on_the_order(order: tuple[Status, ...]) -> None:
    found = proof()
    for status in order * 2:  # and each is told twice
        found = rules.told(found, Step(status=status, at=DAY)) or found
    assert len(found.steps) == len(STEPS)
    assert rules.standing(found) == "complained"


@pytest.mark.parametrize(
    ("steps", "after", "expected"),
    [
        (["queued"], 0, "wait"),
        (["queued"], 5, "lost"),
        (["queued", "not_taken"], 0, "send"),
        (["queued", "not_taken", "queued"], 0, "wait"),
        (["queued", "not_taken", "queued"], 5, "lost"),
        (["queued", "unclear"], 5, "done"),
        (["queued", "sent"], 5, "done"),
        (["skipped"], 5, "done"),
    ],
)
def test_what_may_be_done_with_a_claim(steps: list[Status], after: int, expected: str) -> None:
    # a minute apart only in order: the age counts from the last
    told = proof(*(Step(status=status, at=DAY, code=str(number)) for number, status in enumerate(steps)))
    assert rules.may_send(told, DAY + dt.timedelta(minutes=after)) == expected
