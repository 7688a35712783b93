"""Names of users and the shape of tokens, without any table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.rules import Rejected, faults_of_name
from chalicelib.opendata.users import rules
from chalicelib.opendata.users.model import ApiToken, User
from chalicelib.shared.identity import Caller
from tests.support.tokens import NOW

ID = "0123456789abcdef0123456789abcdef"
SECRET = "s" * 43
TOKEN = ApiToken(ID, "somebody", "a machine", rules.digest_of(SECRET), NOW.isoformat())


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        (Caller("officer", "abcdefghijklmnop", agency="TH/LOCAL/LAEMNGOP"), "laemngop-abcdefghij"),
        (Caller("citizen", "abcdefghijklmnop", name="สมชาย ใจดี"), "user-abcdefghij"),
        (Caller("system", "TH/CENTRAL/DGA/biz", agency="TH/CENTRAL/DGA"), "th-central-dga-biz"),
    ],
)
def test_a_login_name_tells_the_agency_and_nobodys_name(caller: Caller, name: str) -> None:
    assert rules.name_of(caller) == name
    assert faults_of_name(name) == []


@given(st.text(max_size=120))
def test_only_our_own_text_is_a_token(text: str) -> None:
    assert rules.taken_apart(text) is None
    assert rules.taken_apart(rules.token_text(ID, SECRET)) == (ID, SECRET)


@given(st.text(alphabet="0123456789abcdefghijklmnopqrstuvwxyz_-", min_size=43, max_size=43))
def test_no_other_secret_holds(secret: str) -> None:
    assert rules.holds(TOKEN, secret, NOW) is (secret == SECRET)


def test_a_token_holds_until_its_end_and_not_at_it() -> None:
    ending = replace(TOKEN, expires=(NOW + timedelta(days=1)).isoformat())
    assert rules.holds(ending, SECRET, NOW)
    assert not rules.holds(ending, SECRET, NOW + timedelta(days=1))


def test_a_use_is_noted_once_an_hour() -> None:
    assert rules.wants_touch(TOKEN, NOW)
    used = replace(TOKEN, last_access=NOW.isoformat())
    assert not rules.wants_touch(used, NOW + timedelta(minutes=59))
    assert rules.wants_touch(used, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("given", "seconds"),
    [({}, None), ({"expires_in": 3}, 3 * 86_400), ({"expires_in": "2", "unit": 60}, 120), ({"unit": 60}, None)],
)
def test_a_life_is_counted_in_units(given: dict[str, object], seconds: int | None) -> None:
    ends = None if seconds is None else (NOW + timedelta(seconds=seconds)).isoformat(timespec="microseconds")
    assert rules.expiry(given, NOW) == ends


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": -1}, "expires_in"),
        ({"expires_in": True}, "expires_in"),
        ({"expires_in": "๑"}, "expires_in"),
        ({"expires_in": 10**13}, "expires_in"),
        ({"expires_in": 10**11}, "expires_in"),
        ({"expires_in": 1, "unit": "x"}, "unit"),
    ],
)
def test_a_life_that_is_none_is_refused(given: dict[str, object], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        rules.expiry(given, NOW)
    assert list(refused.value.messages) == [field]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fullname": 1}, "fullname"),
        ({"fullname": "x" * 201}, "fullname"),
        ({"about": "\x00"}, "about"),
        ({"image_url": "javascript:alert(1)"}, "image_url"),
        ({"email": "nobody"}, "email"),
        ({"email": ["a@b.example"]}, "email"),
    ],
)
def test_what_is_wrong_with_a_user_is_said_at_its_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        rules.edited(User("u", "user-u", NOW.isoformat()), given, whole=False)
    assert list(refused.value.messages) == [field]


def test_a_patch_keeps_and_an_update_empties() -> None:
    user = User("u", "user-u", NOW.isoformat(), fullname="A", about="B")
    assert rules.edited(user, {"about": " C "}, whole=False).user == replace(user, about="C")
    assert rules.edited(user, {"about": "C"}, whole=True).user == replace(user, fullname="", about="C")


@pytest.mark.parametrize(
    ("agency", "roles", "fields"),
    [
        (None, None, set()),
        ("TH/LOCAL/LAEMNGOP", ["publisher"], set()),
        ("TH/LOCAL/LAEMNGOP", None, {"roles"}),
        ("TH/LOCAL/LAEMNGOP", ["operator"], {"roles"}),
        ("laemngop", ["editor"], {"agency"}),
        (None, ["editor"], {"agency"}),
    ],
)
def test_a_service_user_is_posted_whole_and_never_as_the_operator(
    agency: object, roles: object, fields: set[str]
) -> None:
    assert set(rules.posting_faults(agency, roles)) == fields
