"""What goes in and out of the routes beside the lines of the log: filters, one exchange with its proof, questions."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from chalicelib.shared.problems import Bilingual
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..paging import Paging
from . import explaining
from .checking import Checked
from .model import OwnReceipt
from .questions import Shown
from .rules import ANSWER_WITHIN, LONGEST, Wanted
from .views import UsageLine


def _not_too_long(text: Text) -> Text:
    if max(len(text.th), len(text.en)) > 2 * LONGEST:
        raise Bilingual(f"แต่ละภาษายาวได้ไม่เกิน {2 * LONGEST} ตัวอักษร", f"At most {2 * LONGEST} letters in each language.")
    return text


LongText = Annotated[Text, AfterValidator(_not_too_long)]


class LogQuery(Paging):
    """Which lines of the access log."""

    agency: str | None = Field(default=None, max_length=120, description="Who asked: a member, or one of its systems")
    service: str | None = Field(default=None, max_length=160, description="What was asked: a service, or its agency")
    first: dt.date | None = Field(default=None, alias="from", description="First day (Thailand)")
    last: dt.date | None = Field(default=None, alias="to", description="Last day (Thailand)")

    def wanted(self) -> Wanted:
        """As the rules know it."""
        return Wanted(self.agency, self.service, self.first, self.last)


class LogProof(Outgoing):
    """The proof that an exchange stands in the exchange's log, and what the portal's own check of it showed."""

    verified: Literal["verified", "pending", "failed"]
    words: Text
    index: int | None = Field(description="Place in the log; null until it is sealed")
    tree_size: int | None = Field(description="Entries of the log by the checkpoint")
    checkpoint: str | None = Field(description="The log's signed checkpoint (C2SP tlog-checkpoint)")
    proof: str | None = Field(description="C2SP tlog-proof; keep it with `entry` to check it offline, without us")
    entry: str = Field(description="What stands in the log")
    recorded: str = Field(description="What was recorded; the entry itself, but for an access that was hidden a while")
    cover_salt: str | None = Field(description="SHA-256(cover_salt || recorded) is `sealed` of such an entry")
    promise: str = Field(description="JWT (typ gdx-receipt+jwt) that the exchange signed at once")
    log_key: str = Field(description="Verifier key of the log")
    verifier: str = Field(description="Where to get the program that checks it offline")


class AccessView(UsageLine):
    """One exchange about this person, explained and proven."""

    explained: Text
    agreement: str
    case: str | None = Field(description="The agency's own case number")
    consent: str | None = Field(description="Your consent under which it happened; null where the law was the basis")
    proof: LogProof

    @classmethod
    def of(cls, own: OwnReceipt, found: Checked) -> AccessView:
        """The view of one."""
        proof = LogProof(
            verified=found.outcome,
            words=explaining.proof_words(found),
            index=own.index,
            tree_size=found.size,
            checkpoint=found.checkpoint,
            proof=own.proof,
            entry=own.entry,
            recorded=own.leaf_text,
            cover_salt=own.cover_salt,
            promise=own.promise,
            log_key=own.log_key,
            verifier="/gdx/v1/log/verifier.py",
        )
        line = {name: getattr(own, name) for name in UsageLine.model_fields}
        more = {"agreement": own.agreement, "case": own.case, "consent": own.consent}
        return cls(**line, **more, explained=explaining.explained(own), proof=proof)


class DeedView(Outgoing):
    """Something that was done in this person's name here."""

    at: str
    what: str
    words: Text
    by: dict[str, Any] = Field(description="Who did it, and for another by which mandate")
    myself: bool = Field(description="Whether it was the person themself")
    detail: dict[str, Any]


class Deeds(Outgoing):
    """A page of deeds, newest first."""

    items: list[DeedView]
    next: str | None


class AskWhy(Incoming):
    """A question about one exchange."""

    kind: Literal["why", "correct", "object"] = Field(
        default="why",
        description="why: why was my data used (PDPA s.30); correct: please correct it (s.36), which goes to the "
        "agency that keeps it; object: I object to it (s.32)",
    )
    text: str = Field(min_length=3, max_length=LONGEST, description="In your own words; only that agency reads it")

    @field_validator("text")
    @classmethod
    def _words(cls, text: str) -> str:
        if len(text.strip()) < 3:
            raise Bilingual("โปรดเขียนคำถาม", "Write a question.")
        return text.strip()


class GiveAnswer(Incoming):
    """An agency's answer, in both languages and plain words."""

    answer: LongText


class QuestionView(Outgoing):
    """A question to an agency, for the person who asked and for that agency."""

    id: str
    receipt: str
    kind: Literal["why", "correct", "object"]
    to: str = Field(description="The agency that must answer")
    state: Literal["asked", "answered"]
    asked_at: str
    due: dt.date = Field(description="Last day for the answer (Thailand)")
    due_source: str = Field(description="Where that term comes from")
    due_verified: str = Field(description="How far that was checked; no: not compared with the law's text")
    reminded: bool
    overdue: bool
    about: dict[str, Any] = Field(description="The exchange: who, what for, by which law, which fields, whose case")
    text: str
    answered_at: str | None
    answer: Text | None

    @classmethod
    def of(cls, shown: Shown) -> QuestionView:
        """The view of one."""
        asked = shown.question
        return cls(
            id=asked.id,
            receipt=asked.receipt,
            kind=asked.kind,
            to=asked.to,
            state=asked.state,
            asked_at=asked.asked_at,
            due=asked.due,
            due_source=ANSWER_WITHIN.source,
            due_verified=ANSWER_WITHIN.verified,
            reminded=asked.reminded,
            overdue=asked.overdue,
            about=shown.about,
            text=shown.text,
            answered_at=asked.answered_at,
            answer=shown.answer,
        )


class QuestionList(Outgoing):
    """A page of questions."""

    items: list[QuestionView]
    next: str | None


class OverdueQuestion(Outgoing):
    """A question that nobody answered in time: without the person, and without their words."""

    id: str
    to: str
    kind: Literal["why", "correct", "object"]
    asked_at: str
    due: dt.date


class OverdueQuestions(Outgoing):
    """A page of them, the oldest first."""

    items: list[OverdueQuestion]
    next: str | None
