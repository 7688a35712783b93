"""What a consent allows, and what using it changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.gdx.consents.model import ConsentState
from chalicelib.gdx.consents.rules import permitted, state_at, used
from chalicelib.gdx.refusals import ConsentNeeded, xroad_type
from chalicelib.shared.storage import Item, Key, Require, Update
from tests.support.tokens import NOW

FIELDS = ("/score", "/as_of", "/accounts")


def consent(**changes: Any) -> dict[str, Any]:
    """A consent that holds."""
    good = {
        "id": "c1",
        "agreement": "a1",
        "state": "GIVEN",
        "purposes": ["loan"],
        "fields": ["/score", "/as_of"],
        "from": NOW.isoformat(),
        "until": (NOW + timedelta(days=1)).isoformat(),
        "mode": "repeated",
        "used": None,
    }
    return {**good, **changes}


def test_what_both_the_agreement_and_the_person_allow_goes_out() -> None:
    assert permitted(consent(), "loan", FIELDS, NOW) == ("/score", "/as_of")
    assert permitted(consent(fields=None), "loan", FIELDS, NOW) == FIELDS
    assert permitted(consent(fields=["/score", "/gone"]), "loan", FIELDS, NOW) == ("/score",)
    assert permitted(consent(), "loan", (), NOW) == ()


@pytest.mark.parametrize(
    "given",
    [
        None,
        consent(state="REQUESTED"),
        consent(state="WITHDRAWN"),
        consent(state="REFUSED"),
        consent(state="USED", used={"by": "another", "at": NOW.isoformat()}),
        consent(purposes=["marketing"]),
        consent(fields=["/something-else"]),
        consent(until=NOW.isoformat()),
        consent(**{"from": (NOW + timedelta(seconds=1)).isoformat()}),
    ],
)
def test_whatever_is_missing_is_refused_with_one_wording(given: dict[str, Any] | None) -> None:
    with pytest.raises(ConsentNeeded) as refused:
        permitted(given, "loan", FIELDS, NOW, "this")
    assert xroad_type(refused.value) == "server.serverproxy.consent_needed"
    with pytest.raises(ConsentNeeded) as other:
        permitted(None, "loan", FIELDS, NOW)
    assert (refused.value.th, refused.value.en) == (other.value.th, other.value.en)


def test_a_consent_serves_the_agreement_under_which_it_was_given() -> None:
    assert permitted(consent(), "loan", FIELDS, NOW, None, "a1") == ("/score", "/as_of")
    with pytest.raises(ConsentNeeded):
        permitted(consent(), "loan", FIELDS, NOW, None, "a2")


def test_a_consent_for_once_is_used_up_and_serves_the_repeat_of_its_exchange_only() -> None:
    item = Item(Key("CONSENT#p", "a#b"), consent(mode="once"), version=2)
    change = used(item, "x1", NOW)
    assert isinstance(change, Update) and change.item.version == 3
    after = change.item.data
    assert state_at(after, NOW) is ConsentState.USED
    assert permitted(after, "loan", FIELDS, NOW, "x1") == ("/score", "/as_of")
    with pytest.raises(ConsentNeeded):
        permitted(after, "loan", FIELDS, NOW, "x2")
    with pytest.raises(ConsentNeeded):
        permitted(after, "loan", FIELDS, NOW)


def test_a_consent_for_repeated_use_must_still_stand_when_the_exchange_is_recorded() -> None:
    item = Item(Key("CONSENT#p", "a#b"), consent(), version=7)
    assert used(item, "x1", NOW) == Require(item.key, 7)


def test_an_open_consent_ends_by_itself_and_a_closed_one_stays_as_it_ended() -> None:
    late = NOW + timedelta(days=2)
    for state in ("REQUESTED", "GIVEN"):
        assert state_at(consent(state=state), NOW) == state
        assert state_at(consent(state=state), late) is ConsentState.EXPIRED
    for state in ("REFUSED", "WITHDRAWN", "USED"):
        assert state_at(consent(state=state), late) == state
