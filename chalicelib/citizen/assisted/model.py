"""A visit: an officer helps a person at a counter, from the opening to the end, and to a dispute about it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.journal import Head
from chalicelib.shared.thai import Text

from ..mandates.model import Scope
from ..model import Noun

Status = Literal["waiting", "open", "refused", "lapsed", "ended", "disputed"]
"""`waiting` for the person's confirmation; `lapsed` without one. A visit that was disputed has ended, too."""
How = Literal["login", "code"]
Purpose = Literal["messages", "rights", "bills", "appointments", "papers", "several"]
Ender = Literal["officer", "person", "time"]


class Visit(Noun):
    """One visit. Until the person confirms it, it opens nothing and says nothing of them."""

    id: str
    version: int = 1
    officer: str = Field(description="Pseudonym of the officer")
    agency: str
    person: str = Field(description="Pseudonym of whom they want to help; perhaps of nobody")
    purpose: Purpose
    scopes: tuple[Scope, ...]
    status: Status = "waiting"
    made_at: dt.datetime
    confirm_by: dt.datetime
    confirmed_at: dt.datetime | None = None
    how: How | None = None
    ial: str = Field(default="0", description="Identity assurance of the confirmation")
    ends_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    ended_by: Ender | None = None
    tries: int = Field(default=0, description="Wrong codes so far, of the desk and of the telephone together")
    codes: int = Field(default=0, description="One-time codes asked for")
    code: str | None = Field(default=None, repr=False, description="MAC of the newest one-time code")
    code_event: str | None = Field(default=None, description="The event that made it, so that it is made once")
    disputed_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    head: Head = Head()

    person_pid: str = Field(repr=False)
    person_name: str = Field(default="", repr=False, description="Known once they confirmed by their own login")
    officer_name: str = Field(repr=False)
    dispute: str = Field(default="", repr=False, description="The person's own words")
    answer: Text | None = Field(default=None, repr=False, description="The supervisor's, to the person")

    @property
    def alive(self) -> bool:
        """Whether something may still become of it."""
        return self.status in ("waiting", "open")
