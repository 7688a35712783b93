"""What an offer is, whom the figures count, and what people wish not to hear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Literal, NamedTuple

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import NationalId, Text

UNKNOWN: Literal["-"] = "-"
"""In a group: not known."""

Band = Literal["0-5", "6-17", "18-29", "30-44", "45-59", "60-69", "70-79", "80+", "-"]
BANDS: tuple[Band, ...] = ("0-5", "6-17", "18-29", "30-44", "45-59", "60-69", "70-79", "80+", "-")
Sex = Literal["F", "M", "-"]
SEXES: tuple[Sex, ...] = ("F", "M", "-")


class Group(NamedTuple):
    """Whom the figures count together: province (TIS 1099 or "-"), age band and sex."""

    province: str = UNKNOWN
    band: Band = UNKNOWN
    sex: Sex = UNKNOWN


NOBODY_KNOWS = Group()

State = Literal["open", "later", "refused", "taken_up", "lapsed", "untold", "alone"]
"""open: told, and nothing done yet. later: put off by the person. lapsed: its time is over. untold: not told, because
the person asked not to be. alone: never told, and applied all the same."""

Figure = Literal["waiting", "refused", "taken_up", "lapsed", "untold", "alone"]
FIGURES: tuple[Figure, ...] = ("waiting", "refused", "taken_up", "lapsed", "untold", "alone")
"""In which of these an offer is counted: always exactly one."""

RUNNING: frozenset[State] = frozenset({"open", "later"})


class Step(NamedTuple):
    """One step of the judgement, by its code in the definition; no value of a person."""

    rule: str
    held: bool


class Receipt(NamedTuple):
    """One question that was asked about the person: of which service, and the exchange's receipt."""

    service: str
    receipt: str
    at: str


@dataclass(frozen=True)
class Look:
    """What came of looking whether a person has a right.

    Attributes:
        outcome: `likely`: entitled as far as registers can tell. `already`: the person has it. `no`: neither.
        amount: what it comes to, a decimal number as text, where that is known.
        open_questions: codes of what only the person can say.
    """

    outcome: Literal["likely", "already", "no"]
    group: Group
    amount: str | None = None
    steps: tuple[Step, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    open_questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watched:
    """When a right is worth a look: after an event, or when somebody becomes so old.

    Attributes:
        before_days: how long before the birthday.
        parents: whether the one to be told is a parent of whom it is about.
    """

    right: str
    event: str | None = None
    age: int | None = None
    before_days: int = 0
    parents: bool = False


@dataclass(frozen=True)
class Candidate:
    """Somebody who may have a right.

    Attributes:
        pid: who would be told.
        subject: the child that it is about, if it is not themself.
        born: their birth date (the child's where there is one), if whoever named them told it.
        group: as far as it is known.
    """

    pid: NationalId = field(repr=False)
    subject: NationalId | None = field(default=None, repr=False)
    born: dt.date | None = field(default=None, repr=False)
    group: Group = NOBODY_KNOWS


@dataclass(frozen=True)
class Offer:
    """A right that a person was told of (or would have been).

    Attributes:
        id: of the room, made of person, right and occasion, and of nothing that could be guessed back.
        right: the definition's id.
        reason: what brought it: an event's type, or `age-60`.
        at: when it was found (ISO 8601, UTC); its month is the month in which it is counted.
        until: the day (Thailand) until which the portal reminds of it.
        taken_at: when the person applied, as the application says; a repeat is known by it.
        amount, steps, receipts, open_questions: of the look.
    """

    id: str
    right: str
    reason: str
    group: Group
    at: str
    until: dt.date
    state: State = "open"
    taken_at: str | None = None
    amount: str | None = None
    steps: tuple[Step, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    open_questions: tuple[str, ...] = ()
    card: int = 1
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def running(self) -> bool:
        """Whether it still stands."""
        return self.state in RUNNING

    @property
    def figure(self) -> Figure:
        """Where it is counted."""
        return "waiting" if self.state == "open" or self.state == "later" else self.state


@dataclass(frozen=True)
class Wishes:
    """What a person wishes to hear.

    Attributes:
        tell: whether they want to be told of rights at all.
        never: rights of which they do not want to hear again.
        version: of the row, 0 where there is none.
    """

    tell: bool = True
    never: frozenset[str] = frozenset()
    version: int = 0

    def welcome(self, right: str) -> bool:
        """Whether the person may be told of this right."""
        return self.tell and right not in self.never


@dataclass(frozen=True)
class RightWords:
    """How a right is called and explained; of its definition.

    Attributes:
        unit: of the amount, e.g. baht a month.
        held, passed: the steps' words by code, where the rule held and where it did not; never with a person's value.
        questions: what only the person can say, by code.
        how: how to apply.
        legal: the law.
    """

    name: Text
    summary: Text
    agency: Text
    unit: Text | None
    held: Mapping[str, Text]
    passed: Mapping[str, Text]
    questions: Mapping[str, Text]
    how: Text
    legal: tuple[Text, ...]
