"""What officers send beside the moves of a workflow."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.shared.web import Incoming

from ..cases.bodies import PageQuery, Words


class ReasonsBody(Incoming):
    """Why the decision is late, for the applicant to read."""

    reasons: Words


class MonthQuery(PageQuery):
    """A page of one month of the overseer's mailbox."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] | None = Field(
        default=None, description="`yyyy-mm`; absent: this month"
    )
