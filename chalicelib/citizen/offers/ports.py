"""What the offers need of others, given to them where the room is put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import field
from typing import Protocol

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import NationalId, Text

from ..model import Person
from .model import Candidate, Look, RightWords, Sex, Watched


class Rights(Protocol):
    """The definitions of rights, and the look whether somebody has one."""

    def watched(self, on: dt.date) -> Sequence[Watched]:
        """What is worth a look, by the definitions in force."""
        ...

    def words(self, right: str, on: dt.date) -> RightWords | None:
        """How a right is called and explained; None where no definition is in force any more."""
        ...

    def possible(self, watched: Watched, candidate: Candidate, on: dt.date) -> bool:
        """Whether what is known of somebody leaves the right possible; asks nobody."""
        ...

    def look(self, watched: Watched, candidate: Candidate, on: dt.date, case: str) -> Look:
        """Asks the registers what the law lets be asked without the person's consent, and judges.

        Args:
            on: the day for which is judged.
            case: stands in the exchange's log, so that the person sees what it was asked for.

        Raises:
            Refusal (UpstreamFailed, Unavailable, TooMany): a register is away; nothing is known.
        """
        ...


@dataclass(frozen=True)
class Turning:
    """Somebody who becomes so old on a day, as the civil register says.

    Attributes:
        province: code (TIS 1099) or name of the province where they are registered.
        parents: national ids, the mother first; for a child.
    """

    pid: NationalId = field(repr=False)
    born: dt.date = field(repr=False)
    sex: Sex
    province: str
    parents: tuple[NationalId, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class TurningPage:
    """Some of them, and where to go on; `next` is None at the end."""

    people: tuple[Turning, ...] = field(repr=False)
    next: str | None


class People(Protocol):
    """The civil register, asked who becomes so old."""

    def turning(self, age: int, first: dt.date, last: dt.date, cursor: str | None) -> TurningPage:
        """A page of those whose birthday lies in these days; the same cursor goes on at the same person.

        Raises:
            Refusal: the register is away.
        """
        ...


class Figures(Protocol):
    """The open-data catalogue, as far as the room's own figures go."""

    def publish(self, name: str, content: str) -> None:
        """Puts a CSV file into the dataset of the room's figures; the same file again changes nothing.

        Raises:
            Refusal: the catalogue does not take it now.
        """
        ...


class Tells(Protocol):
    """The inbox, as far as offers go."""

    def __call__(self, person: Person, *, id: str, title: Text, body: Text, source: str) -> None:
        """Tells a person once, however often the same id comes."""
        ...


class ReportedPerson(Protocol):
    """Of which group somebody is, as far as the agency says."""

    @property
    def province(self) -> str | None: ...
    @property
    def birth_date(self) -> dt.date | None: ...
    @property
    def sex(self) -> str | None: ...


class Report(Protocol):
    """What an agency sends (`views.NewReport`)."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def time(self) -> dt.datetime: ...
    @property
    def pid(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def person(self) -> ReportedPerson: ...
