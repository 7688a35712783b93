"""The clock of a question, what may be done with one, and which lines of the log are wanted: from values alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal, Protocol

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import WrongState
from chalicelib.shared.sourced import Sourced
from chalicelib.shared.workdays import thai_date

from .model import Kind, Question


class Days(Sourced):
    """A number of calendar days, and where it comes from."""

    days: int


ANSWER_WITHIN = Days(
    days=30,
    source="Personal Data Protection Act B.E. 2562 s.30: without delay, at most 30 days from receiving the request",
    verified="no",
)
"""The law speaks of access to data and of where it came from; taken for corrections and objections too."""
REMIND_BEFORE = Days(days=7, source="our own decision: a week before the last day", verified="design")
A_DAY = 20
"""Questions that one person may ask in a Thai day."""
LONGEST = 2_000
"""Letters of a question; an answer may be twice as long."""

Step = Literal["reminded", "overdue"]


def due_day(asked: dt.date) -> dt.date:
    """The last day for the answer: the day of asking does not count (CCC s.193/3, unverified)."""
    return asked + dt.timedelta(days=ANSWER_WITHIN.days)


def next_step(question: Question) -> tuple[dt.date, Step] | None:
    """What the clock does next with a question, and on which day; None: nothing more."""
    if question.state != "asked" or question.overdue:
        return None
    if not question.reminded:
        return question.due - dt.timedelta(days=REMIND_BEFORE.days), "reminded"
    return question.due + dt.timedelta(days=1), "overdue"


def stepped(question: Question, today: dt.date) -> tuple[Question, list[Step]]:
    """The question after all steps that are due today, and which they were; after a long pause both at once."""
    taken = list[Step]()
    while (coming := next_step(question)) is not None and coming[0] <= today:
        taken.append(coming[1])
        question = replace(question, reminded=True, overdue=coming[1] == "overdue")
    return question, taken


def may_answer(question: Question) -> None:
    """An answer is given once; a late one is taken all the same.

    Raises:
        WrongState.
    """
    if question.state != "asked":
        raise WrongState("คำถามนี้ตอบแล้ว", "This question has been answered.")


def addressee(kind: Kind, consumer: str, service: str) -> str:
    """The member that must answer: who asked for the data, or for a correction who keeps it."""
    return "/".join((service if kind == "correct" else consumer).split("/")[:3])


class LogLine(Protocol):
    """What of a line of the log decides whether it is wanted."""

    @property
    def at(self) -> str:
        """When (ISO 8601)."""
        ...

    @property
    def consumer(self) -> str:
        """The subsystem that asked."""
        ...

    @property
    def service(self) -> str:
        """What it asked."""
        ...


@dataclass(frozen=True)
class Wanted:
    """Which lines of the log are wanted; all where nothing is said.

    Attributes:
        agency: beginning of the asker's id: a member, or one of its systems.
        service: beginning of the service's id.
        first, last: days in Thailand, both included.
    """

    agency: str | None = None
    service: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def everything(self) -> bool:
        """Whether no filter is set."""
        return self == Wanted()

    def fits(self, line: LogLine) -> bool:
        """Whether a line is wanted."""
        day = _day(line)
        return (
            _below(line.consumer, self.agency)
            and _below(line.service, self.service)
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )

    def over(self, line: LogLine) -> bool:
        """Whether the log, newest first, has nothing wanted from this line on."""
        return self.first is not None and _day(line) < self.first


def _below(id: str, beginning: str | None) -> bool:
    return beginning is None or f"{id}/".startswith(f"{beginning.rstrip('/')}/")


def _day(line: LogLine) -> dt.date:
    return thai_date(dt.datetime.fromisoformat(line.at))
