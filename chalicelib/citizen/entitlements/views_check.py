"""What is shown of a check, and what comes in for one."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from .judging import Step, Used
from .model import EntitlementDefinition
from .service import Checked, Payment, Payments
from .store import Kept
from .views import AmountView, LawView, QuestionView, SourceView


class CheckWish(Incoming):
    """A check; the registers are asked what they know, the person only what nobody else knows."""

    answers: dict[str, Any] = Field(
        default_factory=dict,
        max_length=50,
        description="By the codes of the right's questions: true or false, a number, a code, a date",
    )
    subject: str | None = Field(
        default=None, max_length=20, description="National id of the child that it is about", repr=False
    )


class UsedView(Outgoing):
    """A value that a step looked at."""

    code: str
    name: Text
    value: Text | None = Field(description="Null: known, and not for showing")
    from_: str = Field(
        serialization_alias="from", description="A service of the exchange, `answer` (you), `law`, or `computed`"
    )
    source: SourceView | None = Field(description="Of a value of the law, where it comes from")

    @classmethod
    def of(cls, used: Used) -> UsedView:
        """The view of one."""
        row = used.row
        source = None if row is None else SourceView.of(row)
        return cls(code=used.code, name=used.name, value=used.value, from_=used.source, source=source)


class StepView(Outgoing):
    """One step of the judgement."""

    rule: str
    text: Text
    outcome: Literal["holds", "passed", "decides", "unknown"]
    used: list[UsedView]
    legal: LawView

    @classmethod
    def of(cls, step: Step) -> StepView:
        """The view of one."""
        return cls(
            rule=step.rule,
            text=step.text,
            outcome=step.outcome,
            used=[UsedView.of(used) for used in step.used],
            legal=LawView.of(step.legal),
        )


class ReceiptView(Outgoing):
    """A register that was asked; the receipt can be looked up in the access log."""

    service: str
    because: Text
    receipt: str
    at: str


class WaitingView(Outgoing):
    """A register whose answer is missing."""

    service: str
    reason: Literal["away", "quota", "no_agreement", "unusable", "consent"]
    retry_after: int | None = Field(description="Seconds; null where trying again does not help by itself")


class ConsentWanted(Outgoing):
    """The consent that is needed first; give or refuse it at `/citizen/v1/me/consents/{id}`."""

    id: str
    service: str
    fields: list[Text]
    ends: dt.datetime = Field(serialization_alias="until")
    mode: Literal["once"]
    data_life_days: int = Field(description="How long the portal keeps what it gets: not at all")
    ial: str


class CheckView(Outgoing):
    """What a check told."""

    id: str
    at: str
    entitlement: str
    version: int
    name: Text
    status: Literal["entitled", "not_entitled", "unknown", "already", "consent_needed"]
    headline: Text
    advice: Text | None
    amount: AmountView | None
    steps: list[StepView]
    questions: list[QuestionView] = Field(description="What only you can say, and is still open")
    waiting_for: list[WaitingView]
    consent: ConsentWanted | None
    asked: list[ReceiptView]
    not_asked: list[Text]
    apply: str | None = Field(description="The service by which it can be applied for here, if entitled")

    @classmethod
    def of(cls, checked: Checked) -> CheckView:
        """The view of one."""
        definition, gathered = checked.definition, checked.gathered
        judgement = gathered.judgement
        entitled = checked.status == "entitled"
        return cls(
            id=checked.id,
            at=checked.at,
            entitlement=definition.id,
            version=definition.version,
            name=definition.name,
            status=checked.status,
            headline=CONSENT_NEEDED if checked.asking is not None else judgement.headline,
            advice=judgement.advice,
            amount=AmountView.of(definition, judgement.amount) if judgement.amount is not None else None,
            steps=[StepView.of(step) for step in judgement.steps],
            questions=[QuestionView.of(code, question) for code, question in checked.questions.items()],
            waiting_for=[
                WaitingView(service=each.service, reason=each.reason, retry_after=each.retry_after)
                for each in gathered.waiting
            ],
            consent=_wanted(checked),
            asked=[
                ReceiptView(
                    service=each.service,
                    because=definition.inputs[each.input].because,
                    receipt=each.receipt,
                    at=each.at,
                )
                for each in gathered.receipts
            ],
            not_asked=list(definition.not_asked),
            apply=definition.apply.service if entitled and definition.apply is not None else None,
        )


CONSENT_NEEDED = Text(
    th="ต้องได้รับความยินยอมจากคุณก่อน ยังไม่มีการขอข้อมูลใด",
    en="Your consent is needed first. Nothing has been asked for yet.",
)


class OutcomeView(Outgoing):
    """The last outcome of a right, as it was kept: no fact about you is."""

    entitlement: str
    version: int
    name: Text
    check: str
    at: str
    result: Literal["entitled", "not_entitled", "unknown", "already"]
    rule: str | None
    amount: AmountView | None
    child: str | None = Field(description="The child's number with only its last digits")
    asked: list[str] = Field(description="Receipts of the exchanges, to be looked up in the access log")
    waited_for: list[str]

    @classmethod
    def of(cls, definition: EntitlementDefinition, kept: Kept) -> OutcomeView:
        """The view of one."""
        content: Any = kept.content
        amount = content["amount"]
        return cls(
            entitlement=kept.right,
            version=content["version"],
            name=definition.name,
            check=content["check"],
            at=content["at"],
            result=content["result"],
            rule=content["rule"],
            amount=None if amount is None else AmountView.of(definition, amount),
            child=content["child"],
            asked=[receipt for _, receipt, _ in content["receipts"]],
            waited_for=content["waiting"],
        )


class OutcomesView(Outgoing):
    """My last outcomes, newest first."""

    items: list[OutcomeView]


class PaymentView(Outgoing):
    """One payment."""

    month: str
    amount: str = Field(description="Baht")
    state: str
    words: Text
    about: str | None = Field(description="For whom, where it is for a child")

    @classmethod
    def of(cls, payment: Payment) -> PaymentView:
        """The view of one."""
        return cls(
            month=payment.month, amount=payment.amount, state=payment.state, words=payment.words, about=payment.about
        )


class RightPayments(Outgoing):
    """What was paid and will be, as the paying agency's register tells it now."""

    items: list[PaymentView]
    receipt: str | None
    at: str | None
    waiting_for: WaitingView | None

    @classmethod
    def of(cls, payments: Payments) -> RightPayments:
        """The view of them."""
        away = payments.waiting
        return cls(
            items=[PaymentView.of(each) for each in payments.items],
            receipt=payments.receipt,
            at=payments.at,
            waiting_for=None
            if away is None
            else WaitingView(service=away.service, reason=away.reason, retry_after=away.retry_after),
        )


def _wanted(checked: Checked) -> ConsentWanted | None:
    asking, terms = checked.asking, checked.definition.consent
    if asking is None or terms is None:
        return None
    source = checked.definition.inputs[checked.gathered.consent_for[0]]
    names = {fact.pointer: fact.name for fact in source.facts.values()}
    return ConsentWanted(
        id=asking.id,
        service=source.service,
        fields=[names[field] for field in terms.fields],
        ends=asking.ends,
        mode="once",
        data_life_days=0,
        ial=terms.ial,
    )
