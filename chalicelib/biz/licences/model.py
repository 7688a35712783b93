"""The nouns of the register: a licence, and what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NewType

from pydantic import Field

from chalicelib.shared.journal import Head
from chalicelib.shared.thai import Text

from ..noun import ApplicantKind, CaseId, Noun

LicenceNo = NewType("LicenceNo", str)

NO_END = dt.date.max
"""Last day of what never ends; shown as no day at all."""

LicenceStatus = Literal["valid", "suspended", "revoked", "replaced", "cancelled"]
"""`replaced` by a newer document of the same permission, `cancelled` at its holder's wish; both are the end of it."""


class StatusChange(Noun):
    """A licence suspended, reinstated or revoked: when, why, and until which day a suspension lasts."""

    at: dt.datetime
    status: LicenceStatus
    reasons: Text
    until: dt.date | None = Field(default=None, description="Last day of a suspension; None: until it is lifted")


class Licence(Noun):
    """A permission that was given."""

    no: LicenceNo
    version: int = 1
    service: str
    service_version: int
    agency: str
    case: CaseId
    owner: str
    applicant: ApplicantKind = "person"
    juristic_id: str | None = None
    issued_on: dt.date
    valid_from: dt.date | None = Field(default=None, description="First day; None: the day on which it was issued")
    valid_until: dt.date
    replaces: str | None = Field(default=None, description="The licence that this one renews, amends or replaces")
    replaced_by: str | None = Field(default=None, description="The licence that renews, amends or replaces this one")
    status: LicenceStatus = "valid"
    list_id: str
    index: int
    public: dict[str, Any]
    look_at: dt.date | None = Field(default=None, description="Day on which the sweep has something to tell or to lift")
    head: Head = Head()

    pid: str = Field(repr=False)
    claims: dict[str, Any] = Field(repr=False)
    answers: dict[str, Any] = Field(default_factory=dict, repr=False, description="What it was given for")
    credential: str = Field(repr=False)
    slip: str = Field(default="", repr=False, description="Small credential that fits a QR and verifies offline")
    changes: tuple[StatusChange, ...] = Field(default=(), repr=False, description="Oldest first")

    @property
    def last_day(self) -> dt.date | None:
        """The last day of validity, or None where no end is set."""
        return None if self.valid_until == NO_END else self.valid_until
