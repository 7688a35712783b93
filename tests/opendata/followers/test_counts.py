"""Whatever people begin and cease to follow: counts, lists and the answer to each of them agree."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.opendata.followers.store import FollowStore
from chalicelib.shared.errors import AlreadyThere, Stale
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Journal, Once, Replayed
from tests.support.memory import MemoryTable

USERS = st.sampled_from([f"user-{number}" for number in range(6)])
OBJECTS = st.sampled_from(["d1", "d2"])
KEYS = st.sampled_from(["k1", "k2", None])


class NoPost:
    """A queue that takes everything."""

    def send(self, queue: str, body: str) -> None:
        return


class Follows(RuleBasedStateMachine):
    """People follow and cease, repeat themselves, and use one key twice."""

    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        table = MemoryTable()
        now = datetime(2026, 11, 25, 3, tzinfo=UTC)
        journal = Journal(table, NoPost(), ids=lambda: f"{next(numbers):032x}", clock=lambda: now)
        self.store = FollowStore(table, journal, clock=lambda: now)
        self.model: set[tuple[str, str]] = set()
        self.done: set[tuple[str, ...]] = set()

    def once(self, what: str, user: str, thing: str, key: str | None) -> Once:
        return Once(f"{what}{user}{thing}{key}", "", new_token(), claimed=key is not None)

    @rule(user=USERS, thing=OBJECTS, key=KEYS)
    def follow(self, user: str, thing: str, key: str | None) -> None:
        try:
            self.store.add(self.once("+", user, thing, key), user, "dataset", thing)
        except Replayed:
            assert key is not None and ("+", user, thing, key) in self.done
        except AlreadyThere:
            assert (user, thing) in self.model
        else:
            assert (user, thing) not in self.model
            self.model.add((user, thing))
            self.done |= {("+", user, thing, key)} if key else set()

    @rule(user=USERS, thing=OBJECTS, key=KEYS)
    def cease(self, user: str, thing: str, key: str | None) -> None:
        try:
            self.store.remove(self.once("-", user, thing, key), user, "dataset", thing)
        except Replayed:
            assert key is not None and ("-", user, thing, key) in self.done
        except Stale:
            assert (user, thing) not in self.model
        else:
            assert (user, thing) in self.model
            self.model.remove((user, thing))
            self.done |= {("-", user, thing, key)} if key else set()

    @invariant()
    def all_agree(self) -> None:
        counts = self.store.counts("dataset", ["d1", "d2"])
        for thing in ("d1", "d2"):
            followers = {user for user, each in self.model if each == thing}
            assert counts.get(thing, 0) == len(followers)
            listed = {item.key.sk.removeprefix("BY#") for item in self.store.followers("dataset", thing).items}
            assert listed == followers
        for user in {user for user, _ in self.model}:
            mine = {each for who, each in self.model if who == user}
            assert self.store.tallies(user, ["dataset"]) == len(mine)
            assert {each.object for each in self.store.followed(user, ["dataset"], limit=10)} == mine


TestFollows = Follows.TestCase
TestFollows.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
