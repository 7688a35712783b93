"""The judgement of refresh tokens, devices and networks, alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.model import Person
from chalicelib.citizen.sessions import rules
from chalicelib.citizen.sessions.model import GRACE, IDLE, MOST_REPEATS, WHOLE, Session
from tests.citizen.sessions.provider import LAPTOP, PHONE
from tests.support.keys import local_keyring
from tests.support.tokens import NOW

MAC = local_keyring().mac


def session(**changes: Any) -> Session:
    good: dict[str, Any] = {
        "id": "a" * 32,
        "person": Person("b" * 26),
        "provider": "one",
        "device": "android",
        "since": NOW,
        "ends": NOW + WHOLE,
        "generation": 5,
        "turned": NOW,
        "who": "",
    }
    return Session(**{**good, **changes})


class TestRules:
    """The judgement alone."""

    @pytest.mark.parametrize(
        ("generation", "later", "changes", "verdict"),
        [
            (5, timedelta(0), {}, "turn"),
            (5, IDLE - timedelta(seconds=1), {}, "turn"),
            (5, IDLE, {}, "ended"),
            (5, timedelta(0), {"ends": NOW}, "ended"),
            (5, timedelta(0), {"state": "ended"}, "ended"),
            (4, timedelta(0), {"state": "reused"}, "ended"),
            (6, timedelta(0), {}, "ended"),
            (4, timedelta(0), {}, "repeat"),
            (4, GRACE, {}, "repeat"),
            (4, GRACE + timedelta(seconds=1), {}, "reused"),
            (4, timedelta(0), {"device": "ios"}, "reused"),
            (4, timedelta(0), {"repeats": MOST_REPEATS - 1}, "repeat"),
            (4, timedelta(0), {"repeats": MOST_REPEATS}, "reused"),
            (3, timedelta(0), {}, "reused"),
            (1, timedelta(0), {}, "reused"),
        ],
    )
    def test_judgement(self, generation: int, later: timedelta, changes: dict[str, Any], verdict: str) -> None:
        assert rules.judged(session(**changes), generation, "android", NOW + later, None) == verdict

    def test_what_began_before_everything_was_ended_is_over(self) -> None:
        assert rules.judged(session(), 5, "android", NOW, NOW) == "ended"
        assert rules.judged(session(), 5, "android", NOW, NOW - timedelta(seconds=1)) == "turn"

    @given(st.integers(1, 999_999_999))
    def test_a_token_reads_back(self, generation: int) -> None:
        read = rules.read(MAC, rules.refresh_token(MAC, session(generation=generation)))
        assert read == rules.Refresh(Person("b" * 26), "a" * 32, generation)

    @given(st.text(max_size=120))
    def test_other_texts_are_none(self, text: str) -> None:
        assert rules.read(MAC, text) is None

    @settings(max_examples=60)
    @given(st.lists(st.tuples(st.sampled_from(["newest", "before", "old"]), st.integers(0, 90)), max_size=15))
    def test_once_an_old_token_was_used_none_holds(self, steps: list[tuple[str, int]]) -> None:
        """Whatever the order: a session that was reused stays dead; else exactly the newest token holds."""
        kept, now, dead = session(generation=1), NOW, False
        for which, seconds in steps:
            now += timedelta(seconds=seconds)
            number = kept.generation - {"newest": 0, "before": 1, "old": 2}[which]
            verdict = rules.judged(kept, number, "android", now, None)
            assert verdict == "ended" if dead else verdict != "ended"
            if verdict == "turn":
                kept = rules.turned(kept, now)
            elif verdict == "repeat":
                kept = rules.repeated(kept, now)
            elif verdict == "reused":
                kept, dead = session(state="reused", generation=kept.generation), True

    @pytest.mark.parametrize(
        ("agent", "device"),
        [
            (PHONE["user-agent"], "android"),
            (LAPTOP["user-agent"], "windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X)", "ios"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1)", "mac"),
            ("Mozilla/5.0 (X11; Linux x86_64)", "linux"),
            ("curl/8.9", "other"),
            ("", "other"),
        ],
    )
    def test_devices(self, agent: str, device: str) -> None:
        assert rules.device_of(agent) == device
