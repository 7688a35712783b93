"""What a mini-app is, and what a person lets it know."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import Annotated, Literal, get_args

from pydantic import Field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text

from ..model import Noun, Person

Fact = Literal[
    "citizenId", "firstName", "middleName", "lastName", "dateOfBirthString", "mobile", "email", "notification"
]
"""What a mini-app may ask for, by the names of the wire; `notification` is leave to send messages. `userId` is always
given: it says nothing of the person, and no two mini-apps get the same."""

FACTS: tuple[Fact, ...] = get_args(Fact)

APP_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"
"""An AppId as existing mini-apps have it (often a UUID)."""


class Wanted(Noun):
    """A fact that a mini-app asks for."""

    name: Fact
    purpose: Text = Field(description="What for, as the person will read it")


class MiniApp(Noun):
    """A mini-app as its agency describes it."""

    name: Text
    about: Text = Field(description="What one can do with it, in plain words")
    category: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="E.g. family, health, tax, transport")
    start_url: str = Field(max_length=1_000, description="Where it opens: https")
    origin: str = Field(max_length=200, description="Where its own calls come from: https, no path")
    wants: tuple[Wanted, ...] = Field(max_length=len(FACTS), description="Facts it asks for; none is given unasked")


@dataclass(frozen=True)
class Registration:
    """A mini-app in the register.

    Attributes:
        id: its AppId.
        system: the system that registered it, and the only one whose key opens its tokens.
        live: what people use, once an operator approved it.
        waiting: what waits for approval.
        stopped: why nobody may use it any more, or None.
    """

    id: str
    system: str
    live: MiniApp | None = None
    waiting: MiniApp | None = None
    stopped: Text | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def agency(self) -> str:
        """The member whose system it is."""
        return self.system.rsplit("/", 1)[0]

    @property
    def open(self) -> MiniApp | None:
        """What people can use now."""
        return None if self.stopped is not None else self.live


@dataclass(frozen=True)
class Grant:
    """What one person lets one mini-app know.

    Attributes:
        user: the person's name in this mini-app (`userId`).
        facts: those given; empty after a withdrawal.
        terms: for each of them the mark of the purpose that the person read: a grant is for that purpose alone.
        given_at, withdrawn_at: ISO 8601, UTC.
    """

    app: str
    person: Person
    user: str
    facts: tuple[Fact, ...]
    terms: dict[str, str]
    given_at: str
    withdrawn_at: str | None = None
    version: int = 1

    @property
    def stands(self) -> bool:
        """Whether it holds now."""
        return self.withdrawn_at is None


@dataclass(frozen=True)
class Ticket:
    """A launch: what an mToken stands for. It opens once, within two minutes.

    Attributes:
        place: under which the token lies; not the token.
        grant: version of the grant at the launch; a grant that changed since opens nothing.
        pid: sealed.
    """

    place: str
    app: str
    person: Person
    grant: int
    ends: dt.datetime
    pid: str = field(repr=False)


PushState = Literal["waiting", "sent", "dropped"]


@dataclass(frozen=True)
class Push:
    """A message of a mini-app to a person; `words` are sealed and gone when it is sent."""

    id: str
    app: str
    person: Person
    due: dt.datetime
    words: str | None = field(repr=False)
    state: PushState = "waiting"
    version: int = 1


AppId = Annotated[str, Field(pattern=APP_PATTERN)]
