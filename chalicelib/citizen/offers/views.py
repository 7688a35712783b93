"""What is sent and shown of offers, of reports and of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..model import ID_PATTERN, Pid
from . import words
from .files import COUNT_WORDS
from .model import Offer, RightWords, Sex, State, Step, Wishes


class ToldPerson(Incoming):
    """Of which group the person is, for the figures only; kept with the report and no longer."""

    province: str | None = Field(default=None, max_length=80, description="Code (TIS 1099) or name")
    birth_date: dt.date | None = Field(default=None, strict=False)
    sex: Sex | None = None


class NewReport(Incoming):
    """Something that happened to a person, after CloudEvents 1.0: the agency's own id, type and time."""

    id: str = Field(
        pattern=ID_PATTERN, description="The agency's own id; the same id is one report, however often sent"
    )
    type: str = Field(max_length=64, description="What happened, e.g. birth-registered")
    time: AwareDatetime = Field(strict=False, description="When it happened (RFC 3339)")
    pid: Pid
    subject: str | None = Field(default=None, max_length=13, repr=False, description="National id of the child")
    person: ToldPerson = ToldPerson()


class ReportTaken(Outgoing):
    """A report that was taken; a repeat is answered alike."""

    id: str = Field(description="The room's id of it")


class OfferStep(Outgoing):
    """One step of the reasons, without any value of the person."""

    rule: str
    text: Text | None = Field(description="Absent where the definition has changed since")
    held: bool


class OfferReceipt(Outgoing):
    """One question that was asked for it."""

    service: str
    receipt: str = Field(description="The exchange's receipt; it stands in the person's access log")
    at: str


class OfferLine(Outgoing):
    """An offer in a list."""

    id: str
    entitlement: str = Field(description="Id of the right: /entitlements/{entitlement}")
    name: Text | None
    state: State
    made_at: str = Field(description="When the person was told (ISO 8601, UTC)")
    until: dt.date = Field(description="Until when the portal reminds; not the end of the right")
    amount: Text | None = None

    @classmethod
    def of(cls, offer: Offer, right: RightWords | None) -> OfferLine:
        """For its owner."""
        return cls(**_line(offer, right))


def _line(offer: Offer, right: RightWords | None) -> dict[str, Any]:
    return {
        "id": offer.id,
        "entitlement": offer.right,
        "name": None if right is None else right.name,
        "state": offer.state,
        "made_at": offer.at,
        "until": offer.until,
        "amount": None if right is None else words.amount_of(offer, right),
    }


class OffersView(Outgoing):
    """A person's offers, newest first."""

    items: list[OfferLine]


class OfferView(OfferLine):
    """An offer with its reasons."""

    summary: Text | None
    reason: Text = Field(description="Why the portal looked")
    asked: Text = Field(description="What it looked at")
    steps: list[OfferStep]
    open_questions: list[Text] = Field(description="What only the person can say")
    receipts: list[OfferReceipt]
    how_to_apply: Text | None
    legal: list[Text]
    not_again: Text
    why_told: Text

    @classmethod
    def of(cls, offer: Offer, right: RightWords | None) -> OfferView:
        """For its owner."""
        questions: Mapping[str, Text] = {} if right is None else right.questions
        return cls(
            **_line(offer, right),
            summary=None if right is None else right.summary,
            reason=words.reason_of(offer),
            asked=words.asked_of(offer),
            steps=[_step(each, right) for each in offer.steps],
            open_questions=[questions[code] for code in offer.open_questions if code in questions],
            receipts=[OfferReceipt(service=each.service, receipt=each.receipt, at=each.at) for each in offer.receipts],
            how_to_apply=None if right is None else right.how,
            legal=[] if right is None else list(right.legal),
            not_again=words.NOT_AGAIN,
            why_told=words.WHY_WE_TELL,
        )


def _step(step: Step, right: RightWords | None) -> OfferStep:
    words_by_rule: Mapping[str, Text] = {} if right is None else right.held if step.held else right.passed
    return OfferStep(rule=step.rule, text=words_by_rule.get(step.rule), held=step.held)


class RefuseOffer(Incoming):
    """A no."""

    scope: Literal["this", "right"] = Field(
        default="this", description="`this`: this time only; `right`: never tell me of this right again"
    )


class OfferWishes(Incoming):
    """What the person wishes to hear; replaces what they wished before."""

    tell: bool = Field(description="Whether to be told of rights at all")
    never: list[str] = Field(default=[], max_length=200, description="Ids of rights of which they wish to hear no more")


class OfferWishesView(Outgoing):
    """What the person wishes to hear."""

    tell: bool
    never: list[str]
    about: Text = Field(description="Why it is on from the start, and what turning it off means")

    @classmethod
    def of(cls, wishes: Wishes) -> OfferWishesView:
        """For the person."""
        return cls(tell=wishes.tell, never=sorted(wishes.never), about=words.ON_BY_DEFAULT)


class FairnessQuery(Incoming):
    """Which report."""

    month: str | None = Field(default=None, pattern=r"^[0-9]{4}-[0-9]{2}$", description="Else the newest")


class FairnessCounts(Outgoing):
    """Counts of a group; all of them published ones."""

    eligible: int
    told: int
    waiting: int
    took_up: int
    refused: int
    lapsed: int
    untold: int
    alone: int
    missed: int
    share_told: float | None = Field(description="Percent of the eligible")
    share_took_up: float | None = Field(description="Percent of the told")
    share_missed: float | None = Field(description="Percent of the eligible")


class FairnessGroup(Outgoing):
    """One group."""

    code: str = Field(description="`-`: not known")
    name: Text
    counts: FairnessCounts | None = Field(description="Absent where they are not published")


class FairnessGap(Outgoing):
    """The largest gap in the share that was told, in percentage points, among groups that are large enough."""

    most: str
    fewest: str
    points: float


class FairnessOfRight(Outgoing):
    """One right's report."""

    right: str
    name: Text
    whole: FairnessCounts | None
    by: dict[Literal["province", "sex", "age_band"], list[FairnessGroup]]
    gaps: dict[Literal["province", "sex", "age_band"], FairnessGap | None]


HOW_TO_READ = Text(
    th="ทุกตัวเลขมาจากแถวที่เผยแพร่แล้วเท่านั้น แถวที่มีค่า 1 ถึง 4 ถูกปกปิดทั้งแถว รวมทั้งแถวอื่นที่จะทำให้คำนวณค่านั้นได้ "
    "กลุ่มที่มีผู้น่าจะมีสิทธิน้อยกว่า 20 คนไม่นำมาเทียบช่องว่าง ผู้มีสิทธิที่ไม่มีหน่วยงานใดแจ้งและไม่ได้ยื่นขอเองไม่อยู่ในตัวเลข",
    en="Every number comes from published rows alone. A row with a count of 1 to 4 is hidden whole, and so are"
    " rows that would tell such a count. Groups of fewer than 20 eligible people are not compared. People of whom"
    " no agency told, and who never applied, are in none of the figures.",
)


class FairnessView(Outgoing):
    """Who was told of a right, and who was missed."""

    month: str
    how_to_read: Text
    meaning: dict[str, Text] = Field(description="What each count means")
    rights: list[FairnessOfRight]

    @classmethod
    def of(cls, month: str, parts: list[Mapping[str, Any]]) -> FairnessView:
        """Of what was kept when the files were published."""
        return cls(
            month=month,
            how_to_read=HOW_TO_READ,
            meaning={name: Text(th=th, en=en) for name, (_, th, en) in COUNT_WORDS.items()},
            rights=[FairnessOfRight.model_validate(part) for part in parts],
        )
