"""What agencies' systems send."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, field_validator

from chalicelib.shared.problems import Bilingual
from chalicelib.shared.web import Incoming

from ..asked import Words
from ..cases.bodies import FindingBody
from ..definitions.link import MAX_URL, address_fault
from ..model import AgencyLicence

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{2})?$", description="Baht, as text")]


class LicenceBody(Incoming):
    """A licence that the agency issued itself."""

    number: Annotated[str, Field(min_length=1, max_length=100)]
    issued_on: dt.date
    valid_until: dt.date | None = Field(default=None, description="Last day; absent: it has none")
    url: Annotated[str, Field(max_length=MAX_URL)] | None = Field(
        default=None, description="Where the agency lets anybody verify it; https"
    )

    @field_validator("url")
    @classmethod
    def _is_good(cls, value: str | None) -> str | None:
        if value is not None and (address_fault(value) is not None or not value.startswith("https:")):
            raise Bilingual("ต้องเป็นที่อยู่ https ที่ไม่มี query", "Must be an https address without a query.")
        return value

    @field_validator("valid_until")
    @classmethod
    def _is_later(cls, value: dt.date | None, info: Any) -> dt.date | None:
        begins = info.data.get("issued_on")
        if value is not None and begins is not None and value < begins:
            raise Bilingual("ต้องไม่ก่อนวันออกใบอนุญาต", "May not be before the day of issue.")
        return value

    def licence(self) -> AgencyLicence:
        """As the room keeps it."""
        return AgencyLicence(**self.model_dump())


class MoveBody(Incoming):
    """A move of the workflow: an acceptance, a decision with its reasons and its fee, a licence."""

    action: Code
    reasons: Words | None = Field(default=None, description="A refusal needs them (LFA 2558 s.7)")
    fee: Annotated[dict[Code, Amount], Field(max_length=50)] | None = Field(
        default=None, description="By the code of the fee; where the formulas are exact: the same, or absent"
    )
    licence: LicenceBody | None = None


class FindingsBody(Incoming):
    """The report of an inspection that the agency made; its photographs stay with the agency."""

    findings: Annotated[tuple[FindingBody, ...], Field(min_length=1, max_length=100)]
    summary: Annotated[str, Field(max_length=4000)] = ""


class FilingBody(Incoming):
    """What a person filed at the agency's own site."""

    answers: dict[str, Any]
    filed_at: dt.datetime | None = Field(default=None, description="When they filed it there; absent: now")

    @field_validator("filed_at")
    @classmethod
    def _has_a_zone(cls, value: dt.datetime | None) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise Bilingual("ระบุเขตเวลาด้วย", "Say the time zone.")
        return value


class AssertionBody(Incoming):
    """What a person brought along."""

    assertion: Annotated[str, Field(min_length=1, max_length=4000)]
