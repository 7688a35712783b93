"""What officers send beside the moves of a workflow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chalicelib.shared.problems import Bilingual
from chalicelib.shared.web import Incoming

from ..asked import PageQuery, Words

Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class ReasonsBody(Incoming):
    """Why the decision is late, for the applicant to read."""

    reasons: Words


class QueueQuery(PageQuery):
    """A page of the agency's work."""

    show: Literal["all", "mine", "overdue"] = Field(default="all", description="mine: what the caller has taken")
    state: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] | None = Field(
        default=None, description="Open cases in this state, also those that wait for the applicant; not with `show`"
    )

    @model_validator(mode="after")
    def _one_question(self) -> QueueQuery:
        if self.state is not None and self.show != "all":
            raise Bilingual("ใช้ state หรือ show อย่างใดอย่างหนึ่ง", "Use either `state` or `show`.")
        return self


class AssignBody(Incoming):
    """To whom a case is given."""

    officer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,100}$", description="Id from the list of officers")]


class NoteBody(Incoming):
    """A note for colleagues."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class FiguresQuery(PageQuery):
    """Which month's decisions, and which page of officers."""

    month: Month | None = Field(default=None, description="`yyyy-mm`; absent: this month")


class LettersQuery(Incoming):
    """How decision letters are wanted."""

    format: Literal["json", "html"] | None = Field(
        default=None, description="html: the newest one as a page; absent: as the Accept header says"
    )


class MonthQuery(PageQuery):
    """A page of one month of the overseer's mailbox."""

    month: Month | None = Field(default=None, description="`yyyy-mm`; absent: this month")
