"""What callers send about licences."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.web import Incoming

from ..asked import PageQuery, Words


class StatusBody(Incoming):
    """A change of a licence's status; the reasons go to the holder, not to the public."""

    reasons: Words
    until: dt.date | None = Field(
        default=None, description="Last day of a suspension; it then ends by itself. Absent: until it is lifted"
    )


class LicencesQuery(PageQuery):
    """A question to the public register: one of no, q, agency (q and agency narrow each other)."""

    no: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(default=None, description="Whole number")
    q: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Beginnings of words of the business's name or place"
    )
    agency: Annotated[str, Field(max_length=120)] | None = Field(default=None, description="Who issued it")
    status: Literal["valid", "not_yet_valid", "expired", "suspended", "revoked", "replaced", "cancelled"] | None = None


class VerifyQuery(Incoming):
    """How the answer is wanted."""

    format: Literal["json", "html", "pdf"] | None = Field(
        default=None, description="Absent: as the Accept header says. pdf: the paper, for who has the token of its QR"
    )
    lang: Literal["th", "en"] | None = Field(default=None, description="Of the page; absent: as Accept-Language says")
