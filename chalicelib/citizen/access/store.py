"""How questions lie in the room's table, and the log's key as the portal keeps it.

QUESTION#{id}           / 1                  a question   by_owner: QUESTIONS#{person}, asked_at#id
                                                          by_due: QUESTIONS-DUE#{shard}, day#id
QUESTION#{id}           / EVT#...            its history
WHY#{person}            / {receipt}          its open question
TO#{member}             / {due}#{id}         what an agency has to answer, the most urgent first
QUESTIONS-OVERDUE       / {due}#{id}         what nobody answered in time, for the operators
QUESTIONS#{person}      / {day}              how many were asked in a day
LOGKEY                  / {name of the log}  its verifier key, as it was when the portal first saw it
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update, WriteRefused

from ..model import Person
from . import rules
from .model import Question

BY_OWNER, BY_DUE = "by_owner", "by_due"
OVERDUE = "QUESTIONS-OVERDUE"
SHARDS = 4
AT_ONCE = 100
A_WEEK = 7 * 24 * 3600


@dataclass(frozen=True)
class QuestionPage:
    """Some questions, and `after` for the next page."""

    items: tuple[Question, ...]
    after: str | None


class Store:
    """Reads questions, and makes the changes that a command writes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def question(self, id: str) -> Question | None:
        """One question."""
        found = self._table.get(question_key(id))
        return None if found is None else question_from(found)

    def of_person(self, person: Person, after: str | None, limit: int) -> QuestionPage:
        """A person's questions, newest first."""
        page = self._table.query(questions_pk(person), index=BY_OWNER, after=after, limit=limit, newest_first=True)
        return QuestionPage(tuple(question_from(item) for item in page.items), page.after)

    def of_member(self, member: str, after: str | None, limit: int) -> QuestionPage:
        """What an agency has to answer, the most urgent first; two requests."""
        return self._listed(f"TO#{member}", after, limit)

    def overdue(self, after: str | None, limit: int) -> QuestionPage:
        """What nobody answered in time, the oldest first; two requests."""
        return self._listed(OVERDUE, after, limit)

    def due(self, today: dt.date) -> Iterator[Question]:
        """Those with which the clock has something to do by now."""
        for shard in range(SHARDS):
            for item in self._table.query(f"QUESTIONS-DUE#{shard}", index=BY_DUE, limit=AT_ONCE).items:
                if item.indexes[BY_DUE].sk[:10] > today.isoformat():
                    break
                yield question_from(item)

    def asked(self, question: Question, today: dt.date) -> list[Change]:
        """What a new question writes."""
        return [
            Create(_item(question)),
            Create(Item(why_key(question.person, question.receipt), {"question": question.id})),
            Create(Item(_todo(question), {})),
            Count(Key(questions_pk(question.person), today.isoformat()), 1, rules.A_DAY, _noon(today) + A_WEEK),
        ]

    def changed(self, question: Question, *, became_overdue: bool = False) -> list[Change]:
        """What a question writes after a step of the clock."""
        late = [Create(Item(_late(question), {}))] if became_overdue else []
        return [Update(_item(question)), *late]

    def answered(self, question: Question) -> list[Change]:
        """What a question writes that was answered: it leaves all lists of things to do."""
        return [
            Update(_item(question)),
            Remove(why_key(question.person, question.receipt)),
            Remove(_todo(question)),
            Remove(_late(question)),
        ]

    def keys(self, question: Question) -> list[Key]:
        """Where a question lies, its history aside."""
        places = (question_key(question.id), why_key(question.person, question.receipt))
        return [*places, _todo(question), _late(question)]

    def kept_log_key(self, vkey: str) -> str:
        """The log's key as it was when the portal first saw a log of this name; from now on this one, if it is new."""
        key = Key("LOGKEY", vkey.partition("+")[0][:200] or "-")
        found = self._table.get(key)
        if found is None:
            try:
                self._table.write([Create(Item(key, {"vkey": vkey}))], new_token())
            except WriteRefused:
                found = self._table.get(key)
        return vkey if found is None else str(found.data["vkey"])

    def _listed(self, pk: str, after: str | None, limit: int) -> QuestionPage:
        page = self._table.query(pk, after=after, limit=limit)
        wanted = [question_key(item.key.sk.partition("#")[2]) for item in page.items]
        found = self._table.get_many(wanted) if wanted else {}
        return QuestionPage(tuple(question_from(found[key]) for key in wanted if key in found), page.after)


def question_key(id: str) -> Key:
    """Where a question lies."""
    return Key(f"QUESTION#{id}", "1")


def questions_pk(person: Person) -> str:
    """The partition of a person's questions: in the index, and of what they asked in a day."""
    return f"QUESTIONS#{person}"


def why_key(person: Person, receipt: str) -> Key:
    """Where the open question about an exchange stands."""
    return Key(f"WHY#{person}", receipt)


def _todo(question: Question) -> Key:
    return Key(f"TO#{question.to}", f"{question.due.isoformat()}#{question.id}")


def _late(question: Question) -> Key:
    return Key(OVERDUE, f"{question.due.isoformat()}#{question.id}")


def _noon(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(12), dt.UTC).timestamp())


def _item(question: Question) -> Item:
    indexes = {BY_OWNER: Key(questions_pk(question.person), f"{question.asked_at}#{question.id}")}
    coming = rules.next_step(question)
    if coming is not None:
        shard = zlib.crc32(question.id.encode()) % SHARDS
        indexes[BY_DUE] = Key(f"QUESTIONS-DUE#{shard}", f"{coming[0].isoformat()}#{question.id}")
    data: dict[str, Any] = {name: value for name, value in asdict(question).items() if name != "version"}
    return Item(question_key(question.id), {**data, "due": question.due.isoformat()}, question.version, indexes)


def question_from(item: Item) -> Question:
    """A question as read."""
    given = {**item.data, "due": dt.date.fromisoformat(item.data["due"]), "chain": tuple(item.data["chain"])}
    return Question(**given, version=item.version)
