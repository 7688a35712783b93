"""The outbox: a command, its event, the consumer's effect, the claim of its key and a quota are one thing, once.

The pattern for other flows: a tiny room of cases that take notes, over the real journal, DynamoDB and SQS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from chalicelib.shared.errors import KeyReused, Stale, TooMany
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import CLAIM_LIVES, Event, Head, Journal, Once, Replayed
from chalicelib.shared.storage import Change, Count, Create, Item, Json, Key, Table, Update

from ..flow import Command, Flow, Parts, Violation
from ..judging import chains, histories
from ..stage import Stage

QUEUE = "biz-events"
CASES = ("1", "2")
KEYS = "abcd"
PERMITS = 3
"""Notes that one case may take."""


@dataclass(frozen=True)
class Process:
    """The room's code, just started."""

    table: Table
    journal: Journal


class Outbox(Flow[Process]):
    """Citizens note things in cases; a consumer counts the notes of each case."""

    name = "outbox"
    rooms: ClassVar = ("biz",)

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.tried: set[tuple[str, str]] = set()
        self.began: dict[tuple[str, str], datetime] = {}
        self.late: set[tuple[str, str]] = set()
        self.refused: set[tuple[str, str]] = set()
        self.answers: dict[tuple[str, str], Json] = {}
        self.read: dict[str, Item] = {}

    def start(self) -> Process:
        table = self.given.table(self.stage.table("biz"))
        post = self.given.post(self.stage.post())
        return Process(table, self.given.journal(table, post, ids=self.stage.ids, clock=self.stage.clock))

    # -- what people do --------------------------------------------------------------------------

    def draw(self, random: Random) -> Command[Process]:
        case, key = random.choice(CASES), random.choice(KEYS)
        match random.choices(("note", "look", "late", "other"), (8, 2, 2, 1))[0]:
            case "look":
                return Command(f"look at {case}", lambda process: self._looks(process, case))
            case "late" if case in self.read:
                there = self.read[case]
                return Command(f"late note in {case}", lambda process: self._is_late(process, case, there))
            case "other":
                return Command(f"another note as {key}", lambda process: self._reuses(process, case, key))
        return Command(f"note {case}{key}", lambda process: self._notes(process, case, key))

    def _notes(self, process: Process, case: str, key: str) -> None:
        """Takes a note; whoever had no answer repeats it with the same key."""
        began = self.began.setdefault((case, key), self.stage.now)
        if self.stage.now - began > timedelta(seconds=CLAIM_LIVES - 3600):
            return  # nobody is promised anything for a repeat after that
        self.tried.add((case, key))
        try:
            answer = self._written(process, Once(f"{case}#{key}", "same", new_token()), case, key)
        except Replayed as again:
            answer = again.answer or {}
        except TooMany:
            self.refused.add((case, key))
            return
        before = self.answers.setdefault((case, key), answer)
        if before != answer:
            self.noticed.append(Violation("DOUBLED", f"one key, two answers: {before}, {answer}"))

    def _looks(self, process: Process, case: str) -> None:
        """Reads a case, to act upon it later."""
        there = process.table.get(_case(case))
        if there is not None:
            self.read[case] = there

    def _is_late(self, process: Process, case: str, there: Item) -> None:
        """Acts upon a version that was read before."""
        key = self.stage.ids()
        once = Once(f"{case}#{key}", "same", new_token())
        self.late.add((case, key))
        try:
            answer = self._written(process, once, case, key, there)
        except (Stale, TooMany):
            self.late.discard((case, key))  # refused is refused, even if the answer to a first attempt was lost
            return
        self.answers[case, key] = answer
        if answer["seq"] != there.data["head"]["seq"] + 1:
            self.noticed.append(Violation("STALE", f"version {there.version} was taken for the last"))

    def _reuses(self, process: Process, case: str, key: str) -> None:
        """Sends something else under a key that was used."""
        long_ago = self.stage.now - timedelta(seconds=CLAIM_LIVES - 3600)
        if (case, key) not in self.answers or self.began.get((case, key), self.stage.now) < long_ago:
            return
        try:
            self._written(process, Once(f"{case}#{key}", "other", new_token()), case, f"other {key}")
        except KeyReused:
            return
        self.noticed.append(Violation("DOUBLED", "a key was taken for another request"))

    def _written(self, process: Process, once: Once, case: str, key: str, there: Item | None = None) -> Json:
        where = _case(case)
        there = there or process.journal.read(once, where).get(where)
        before = Head(**there.data["head"]) if there else Head()
        event, head = process.journal.happened(
            before, subject=where.pk, type="biz.case.noted", by="citizen:x", data={"key": key}, queue=QUEUE
        )
        data = {"head": asdict(head)}
        change: Change = Update(there.next(data)) if there else Create(Item(where, data))
        answer = {"seq": event.seq}
        process.journal.commit(once, [change, Count(_permits(case), 1, PERMITS)], [(where.pk, event)], answer)
        return answer

    # -- what functions do -----------------------------------------------------------------------

    def hear(self, process: Process, queue: str, body: str) -> None:
        def count(event: Event) -> None:
            process.journal.commit(Once.of_event(event.id, "count"), [Count(Key("TALLY", event.subject), 1, 10**6)])

        process.journal.carry(body, count)

    def sweep(self, process: Process) -> None:
        process.journal.sweep(self.stage.now)

    def finish(self, process: Process) -> None:
        """Clients repeat what they had no answer to."""
        for case, key in sorted(self.tried - self.answers.keys() - self.refused):
            self._notes(process, case, key)

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Process) -> Iterator[Violation]:
        rows = self.stage.rows("biz")
        counts = {row.key: int(row.data["count"]) for row in rows if "count" in row.data}
        found = histories(rows)
        yield from chains(rows)
        for case in CASES:
            events = found.get(_case(case).pk, [])
            keys = Counter(str(event.data["key"]) for event in events)
            acknowledged = {key for of, key in self.answers if of == case}
            tried = {key for of, key in self.tried | self.late if of == case}
            if acknowledged - set(keys):
                yield Violation("LOST", f"case {case}: {sorted(acknowledged - set(keys))}")
            if any(number > 1 for number in keys.values()):
                yield Violation("DOUBLED", f"case {case}: {keys}")
            if not set(keys) <= tried:
                yield Violation("STALE", f"case {case}: {sorted(set(keys) - tried)} was refused and done")
            if counts.get(Key("TALLY", _case(case).pk), 0) != len(events):
                yield Violation("LOST", f"case {case}: the consumer counted otherwise than {len(events)}")
            if counts.get(_permits(case), 0) != len(events) or len(events) > PERMITS:
                yield Violation("HALF", f"case {case}: the quota counted otherwise than {len(events)}")


def _case(name: str) -> Key:
    return Key(f"CASE#{name}", "CASE")


def _permits(case: str) -> Key:
    return Key(f"PERMITS#{case}", "1")
