"""Pure rules of licences: standing, what the calendar brings, the slip, the words of the register."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.definitions import lint
from chalicelib.biz.licences import due, issuance, rules, words
from chalicelib.biz.licences.due import Due
from chalicelib.biz.licences.issuance import SLIP_LENGTH, SLIP_VCT
from chalicelib.biz.licences.model import NO_END, Licence, LicenceNo, LicenceStatus
from chalicelib.biz.licences.rules import Standing
from chalicelib.biz.noun import CaseId
from chalicelib.shared import credentials
from chalicelib.shared.credentials import StatusReference
from chalicelib.shared.errors import Invalid, WrongState
from chalicelib.shared.thai import Text
from tests.shared.credential_keys import LocalKey

from ..samples import definition

KEY = LocalKey()
WHY = Text(th="เหตุผล", en="Because.")
FIRST, LAST = dt.date(2026, 11, 25), dt.date(2027, 11, 24)
NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
REMINDERS = (60, 30, 7)


def licence(**changes: Any) -> Licence:
    """A licence for a year."""
    made = Licence(
        no=LicenceNo("FE-2569-AAAA-BBBB-CCCC"),
        service="food",
        service_version=1,
        agency="TH/LOCAL/LAEMNGOP",
        case=CaseId("1"),
        owner="somebody",
        issued_on=FIRST,
        valid_until=LAST,
        list_id="food-2026",
        index=7,
        public={},
        pid="3990100001013",
        claims={},
        credential="",
    )
    return made.model_copy(update=changes)


def at(day: dt.date) -> dt.datetime:
    """Ten o'clock in Thailand."""
    return dt.datetime.combine(day, dt.time(3), dt.UTC)


def day(number: int) -> dt.date:
    """The n-th day of the licence, from 0."""
    return FIRST + dt.timedelta(days=number)


class TestStanding:
    def test_a_licence_is_valid_from_its_first_to_its_last_day_and_expired_from_the_next(self) -> None:
        for on in (FIRST, LAST):
            assert rules.standing(licence(), on) == Standing("valid", FIRST, LAST)
        after = LAST + dt.timedelta(days=1)
        assert rules.standing(licence(), after) == Standing("expired", after, None)

    def test_a_suspension_ends_with_its_last_day_without_anybody_doing_anything(self) -> None:
        suspended = rules.changed(licence(), "suspended", WHY, at(day(10)), day(24))
        assert rules.standing(suspended, day(10)) == Standing("suspended", day(10), day(24))
        assert rules.standing(suspended, day(24)).status == "suspended"
        assert rules.standing(suspended, day(25)) == Standing("valid", day(25), LAST)

    def test_a_suspension_without_an_end_lasts_until_it_is_lifted(self) -> None:
        suspended = rules.changed(licence(), "suspended", WHY, at(day(10)))
        assert rules.standing(suspended, day(300)) == Standing("suspended", day(10), None)
        lifted = rules.changed(suspended, "valid", WHY, at(day(301)))
        assert rules.standing(lifted, day(301)) == Standing("valid", day(301), LAST)

    def test_revoked_stays_revoked_after_its_time_and_suspended_becomes_expired(self) -> None:
        revoked = rules.changed(licence(), "revoked", WHY, at(day(10)))
        assert rules.standing(revoked, day(900)) == Standing("revoked", day(10), None)
        suspended = rules.changed(licence(), "suspended", WHY, at(day(10)))
        assert rules.standing(suspended, day(900)).status == "expired"

    @pytest.mark.parametrize(
        ("before", "after"),
        [("valid", "valid"), ("suspended", "suspended"), ("revoked", "valid"), ("revoked", "suspended")],
    )
    def test_changes_that_no_state_allows(self, before: LicenceStatus, after: LicenceStatus) -> None:
        there = licence() if before == "valid" else rules.changed(licence(), before, WHY, NOW)
        with pytest.raises(WrongState):
            rules.changed(there, after, WHY, NOW)

    def test_a_suspension_may_not_end_before_it_begins(self) -> None:
        with pytest.raises(Invalid) as refused:
            rules.changed(licence(), "suspended", WHY, at(day(10)), day(9))
        assert [fault.pointer for fault in refused.value.faults] == ["/until"]
        assert rules.changed(licence(), "suspended", WHY, at(day(10)), day(10)).status == "suspended"


class TestCalendar:
    def test_each_reminder_the_end_and_then_nothing(self) -> None:
        looks, on = [], FIRST
        while (following := due.next_look(licence(), REMINDERS, on)) is not None:
            looks.append(following)
            on = following
        assert looks == [dt.date(2027, 9, 25), dt.date(2027, 10, 25), dt.date(2027, 11, 17), dt.date(2027, 11, 25)]

    def test_a_reminder_tells_how_many_days_are_left(self) -> None:
        waiting = licence(look_at=dt.date(2027, 9, 25))
        assert due.due(waiting, REMINDERS, dt.date(2027, 9, 24)) == Due()
        assert due.due(waiting, REMINDERS, dt.date(2027, 9, 25)) == Due(days_left=60)

    def test_after_a_long_silence_one_letter_is_enough(self) -> None:
        waiting = licence(look_at=dt.date(2027, 9, 25))
        assert due.due(waiting, REMINDERS, dt.date(2027, 11, 20)) == Due(days_left=4)
        assert due.due(waiting, REMINDERS, dt.date(2027, 12, 1)) == Due(expired=True)

    def test_nothing_is_told_of_a_revoked_licence(self) -> None:
        revoked = rules.changed(licence(), "revoked", WHY, NOW)
        assert due.next_look(revoked, REMINDERS, FIRST) is None

    def test_the_end_of_a_suspension_is_a_day_of_looking(self) -> None:
        suspended = rules.changed(licence(), "suspended", WHY, at(day(10)), day(24))
        look = due.next_look(suspended, REMINDERS, day(10))
        assert look == day(25)
        assert due.due(suspended.model_copy(update={"look_at": look}), REMINDERS, day(25)) == Due(lifted=True)

    def test_what_never_ends_is_valid_without_a_last_day_and_nobody_is_reminded(self) -> None:
        endless = licence(valid_until=NO_END)
        for on in (FIRST, dt.date(2999, 1, 1), NO_END):
            assert rules.standing(endless, on) == Standing("valid", FIRST, None)
            assert due.next_look(endless, REMINDERS, on) is None
        suspended = rules.changed(endless, "suspended", WHY, at(day(10)), day(24))
        assert due.next_look(suspended, REMINDERS, day(10)) == day(25)
        looked_at = suspended.model_copy(update={"look_at": day(25)})
        assert due.due(looked_at, REMINDERS, day(25)) == Due(lifted=True)

    @given(
        validity=st.integers(1, 800),
        reminders=st.lists(st.integers(1, 365), max_size=6, unique=True),
        gaps=st.lists(st.integers(1, 90), max_size=60),
    )
    def test_however_seldom_one_looks_everything_is_told_at_most_once_and_the_end_exactly_once(
        self, validity: int, reminders: list[int], gaps: list[int]
    ) -> None:
        last = FIRST + dt.timedelta(days=validity - 1)
        there, today = licence(valid_until=last), FIRST
        there = there.model_copy(update={"look_at": due.next_look(there, reminders, FIRST)})
        ends, told = 0, list[int]()
        for gap in [*gaps, 2000]:
            today += dt.timedelta(days=gap)
            come = due.due(there, reminders, today)
            ends += come.expired
            if come.days_left is not None:
                assert come.days_left >= 0 and today <= last
                told.append(come.days_left)
            there = there.model_copy(update={"look_at": due.next_look(there, reminders, today)})
        assert ends == 1
        assert told == sorted(set(told), reverse=True) and len(told) <= len(reminders)
        assert there.look_at is None


@pytest.mark.parametrize(
    ("reminders", "expected"),
    [
        ([30, 7], ""),
        ([], ""),
        ([7, 30], "the earliest reminder first"),
        ([7, 7], "none twice"),
        ([0], "from 1 to 365 days"),
        ([366], "from 1 to 365 days"),
        ([400, 30], "400 days before the end the licence does not exist yet"),
    ],
)
def test_reminders_that_a_definition_may_name(reminders: list[int], expected: str) -> None:
    bent = definition(credential__validity__years=1, credential__validity__reminders=reminders)
    found = [str(problem) for problem in lint.problems(bent)]
    assert all("/credential/validity/reminders" in problem for problem in found)
    assert (expected in " ".join(found)) if expected else found == []


def test_the_usual_reminders_do_not_forbid_a_short_licence() -> None:
    assert lint.problems(definition(credential__validity__years=0, credential__validity__days=5)) == []


class TestSlip:
    def slip(self, public: dict[str, Any]) -> str:
        """A slip with these public claims."""
        return issuance.slip_of(
            LicenceNo("FE-2569-AAAA-BBBB-CCCC"),
            definition(),
            public,
            signer=KEY,
            now=NOW,
            expires_at=NOW + dt.timedelta(days=365),
            status=StatusReference(uri="https://biz.klang.test/biz/v1/status-lists/food-2026", idx=7),
        )

    def test_it_says_what_the_register_says(self) -> None:
        found = credentials.verify(self.slip({"name": "ครัวกลาง", "seats": 80}), KEY.jwks, now=NOW, vct=SLIP_VCT)
        assert (found.claims["name"], found.claims["seats"]) == ("ครัวกลาง", 80)
        assert found.claims["agency_name"] == "เทศบาลเมืองตราด"
        assert found.status is not None and found.status.idx == 7

    @settings(max_examples=40)
    @given(st.lists(st.text(st.characters(min_codepoint=0xE01, max_codepoint=0xE2E), max_size=120), max_size=12))
    def test_however_much_is_public_it_fits_a_qr_and_verifies(self, texts: list[str]) -> None:
        public = {f"claim_{number}": text for number, text in enumerate(texts)}
        made = self.slip(public)
        found = credentials.verify(made, KEY.jwks, now=NOW, vct=SLIP_VCT)
        assert len(made) <= SLIP_LENGTH
        kept = [name for name in public if name in found.claims]
        assert kept == list(public)[: len(kept)], "claims go from the end"
        assert json.dumps({name: found.claims[name] for name in kept}) == json.dumps({n: public[n] for n in kept})

    def test_a_key_signs_it_once_however_many_trials_it_takes(self) -> None:
        signed = list[bytes]()

        class Counting(LocalKey):
            def sign(self, message: bytes) -> bytes:
                signed.append(message)
                return super().sign(message)

        issuance.slip_of(
            LicenceNo("FE-2569-AAAA-BBBB-CCCC"),
            definition(),
            {f"claim_{number}": "ก" * 100 for number in range(10)},
            signer=Counting(),
            now=NOW,
            expires_at=NOW,
            status=StatusReference(uri="https://biz.klang.test/list", idx=1),
        )
        assert len(signed) == 1


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ครัวกลาง แหลมงอบ", ["ครัวกลาง", "แหลมงอบ"]),
            ("บริษัท ครัวกลาง จำกัด (มหาชน)", ["ครัวกลาง"]),
            ("Mae's KITCHEN, Co., Ltd.", ["mae", "kitchen"]),
            ("ก ข", []),
            ("แหลมงอบ-แหลมงอบ", ["แหลมงอบ"]),
            ("", []),
        ],
    )
    def test_words_of_a_text(self, text: str, expected: list[str]) -> None:
        assert words.words(text) == expected

    def test_two_spellings_of_sara_am_and_what_is_not_seen_make_no_difference(self) -> None:
        assert words.words("น้ำพริก") == words.words("น\u0e49\u0e4d\u0e32พริก") == words.words("น้ำ\u200bพริก")

    def test_of_claims_only_texts_are_words_and_no_more_than_are_kept(self) -> None:
        assert words.words_of({"name": "ครัว กลาง", "seats": 80, "open": True}) == ("ครัว", "กลาง")
        assert len(words.words_of({"name": " ".join(f"word{number}" for number in range(50))})) == words.MOST

    @given(st.text(max_size=60))
    def test_a_text_is_found_by_the_beginning_of_each_of_its_words(self, text: str) -> None:
        known = words.words_of({"name": text})
        for word in known:
            for length in range(words.LEAST, len(word) + 1):
                assert words.fits(known, words.words(word[:length])), (word, length)
