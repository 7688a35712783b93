"""What a consent allows now, and what using it changes: decided from values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, AssuranceTooLow, Fault, TooMany, WrongState
from ...shared.storage import Change, Item, Require, Update
from ..ids import ServiceId
from ..model import Agreement
from ..refusals import ConsentNeeded
from .model import Consent, ConsentState, Mode

_OPEN = (ConsentState.REQUESTED, ConsentState.GIVEN)
_STEPS = (
    (ConsentState.REQUESTED, ConsentState.GIVEN),
    (ConsentState.REQUESTED, ConsentState.REFUSED),
    (ConsentState.GIVEN, ConsentState.WITHDRAWN),
)


def state_at(consent: Mapping[str, Any], now: datetime) -> ConsentState:
    """Where a consent stands at a time: one that was asked for or given ends by itself at its `until`."""
    state = ConsentState(consent["state"])
    if state in _OPEN and now >= datetime.fromisoformat(consent["until"]):
        return ConsentState.EXPIRED
    return state


def permitted(
    consent: Mapping[str, Any] | None,
    purpose: str,
    fields: Sequence[str],
    now: datetime,
    exchange: str | None = None,
    agreement: str | None = None,
) -> tuple[str, ...]:
    """The fields that may go out under a person's consent.

    Args:
        consent: content of the row at `store.consent_key`, or None where there is none.
        purpose: code of the purpose of this exchange.
        fields: the agreement's fields; none where the answer is only yes or no.
        now: the time.
        exchange: id of an exchange that was recorded already and is repeated: it may use up what it has used up.
        agreement: id of the agreement; a consent that was given under another one does not serve it. None where that
            was decided before.

    Raises:
        ConsentNeeded: nobody gave it, it does not hold now, not for this purpose, or for none of these fields. One
            wording for all, so that a system does not learn what a person did.
    """
    if consent is not None and agreement not in (None, consent["agreement"]):
        raise consent_needed()
    if consent is None or purpose not in consent["purposes"] or not _holds(consent, now, exchange):
        raise consent_needed()
    wanted = consent["fields"]
    allowed = tuple(fields) if wanted is None else tuple(field for field in fields if field in wanted)
    if fields and not allowed:
        raise consent_needed()
    return allowed


def used(item: Item, exchange: str, now: datetime) -> Change:
    """What belongs in the transaction that records an exchange under this consent.

    A consent for once is used up; one for repeated use must still be what was read, so that a withdrawal that came
    between wins.

    Args:
        item: the consent's row as it was read.
        exchange: id of the exchange.
        now: the time.
    """
    if item.data["mode"] == Mode.ONCE and item.data["state"] == ConsentState.GIVEN:
        done = {"by": exchange, "at": now.isoformat(timespec="milliseconds")}
        return Update(item.next({**item.data, "state": ConsentState.USED.value, "used": done}))
    return Require(item.key, item.version)


def consent_needed() -> ConsentNeeded:
    """The refusal: what to do, and nothing about what the person did."""
    return ConsentNeeded(
        "ต้องได้รับความยินยอมจากเจ้าของข้อมูลก่อน โปรดขอความยินยอมที่ POST /gdx/v1/consents",
        "The person's consent is needed first; ask for it at POST /gdx/v1/consents.",
    )


def _holds(consent: Mapping[str, Any], now: datetime, exchange: str | None) -> bool:
    if not datetime.fromisoformat(consent["from"]) <= now < datetime.fromisoformat(consent["until"]):
        return False
    state = ConsentState(consent["state"])
    if state is ConsentState.USED:
        return exchange is not None and consent["used"]["by"] == exchange
    return state is ConsentState.GIVEN


MAX_SPAN = timedelta(days=366)
"""The longest that one consent may hold; afterwards the person is asked again."""
MAX_AHEAD = timedelta(days=90)
"""How far ahead it may begin."""
ASK_AGAIN = timedelta(hours=24)
"""A person who refused is left alone for so long."""
LEVELS = ("2.1", "2.2", "2.3", "3")
"""Identity assurance levels at which a consent may be given (ETDA recommendation 19-2566), weakest first."""


@dataclass(frozen=True)
class Asked:
    """What a system asks a person to allow.

    Attributes:
        fields: JSON Pointers of the agreement; None for all of them.
        starts: None for at once.
        ial: the weakest login with which it may be given.
    """

    service: ServiceId
    purposes: tuple[str, ...]
    fields: tuple[str, ...] | None
    starts: datetime | None
    ends: datetime
    mode: Mode
    data_life_days: int
    ial: str = LEVELS[0]


def faults_of(asked: Asked, agreement: Agreement, now: datetime) -> list[Fault]:
    """What of a question the agreement or the bounds do not allow."""
    faults = []
    open_purposes = {purpose.code for purpose in agreement.purposes if not purpose.sealed_days}
    for at, purpose in enumerate(asked.purposes):
        if purpose not in open_purposes:
            faults.append(Fault(f"/purposes/{at}", "ไม่อยู่ในข้อตกลง", "Not one of the agreement's purposes."))
    for at, named in enumerate(asked.fields or ()):
        if named not in agreement.fields:
            faults.append(Fault(f"/fields/{at}", "ไม่อยู่ในข้อตกลง", "Not one of the agreement's fields."))
    starts = asked.starts or now
    if not now - timedelta(minutes=5) <= starts <= now + MAX_AHEAD:
        faults.append(Fault("/from", "ต้องเริ่มภายใน 90 วันนับจากนี้", "Must begin within 90 days from now."))
    if not max(starts, now) < asked.ends <= starts + MAX_SPAN:
        faults.append(Fault("/until", "ต้องสิ้นสุดภายใน 366 วันนับแต่วันเริ่ม", "Must end within 366 days of its begin."))
    kept = agreement.retention_days
    if kept is not None and asked.data_life_days > kept:
        faults.append(
            Fault("/data_life_days", f"ข้อตกลงให้เก็บได้ไม่เกิน {kept} วัน", f"The agreement allows {kept} days at most.")
        )
    return faults


def same_question(there: Consent, asked: Asked, agreement: Agreement) -> bool:
    """True when an open request asks for exactly this."""
    terms = there.terms
    return (
        {purpose.code for purpose in terms.purposes} == set(asked.purposes)
        and {named.code for named in terms.fields} == set(agreement.fields if asked.fields is None else asked.fields)
        and (asked.starts is None or terms.starts == asked.starts)
        and (terms.ends, terms.mode, terms.data_life_days, terms.ial)
        == (asked.ends, asked.mode, asked.data_life_days, asked.ial)
    )


def may_ask(there: Consent, state: ConsentState, now: datetime) -> None:
    """Whether a system may ask a person anew, after the consent that is there.

    Raises:
        AlreadyThere: a request is open or a consent holds.
        TooMany: the person refused a moment ago.
    """
    if state in _OPEN:
        raise AlreadyThere(
            "มีคำขอที่รอคำตอบหรือความยินยอมที่ยังใช้ได้อยู่แล้ว หากต้องการเงื่อนไขอื่นให้ยกเลิกรายการเดิมก่อน",
            "A request is open or a consent holds already; to ask for other terms, give that one up first.",
        )
    refused = there.decided_at if state is ConsentState.REFUSED else None
    if refused is not None and now - refused < ASK_AGAIN:
        raise TooMany(
            "เจ้าของข้อมูลปฏิเสธคำขอไปแล้ว โปรดอย่าขอซ้ำภายใน 24 ชั่วโมง",
            "The person has refused; do not ask again within 24 hours.",
            retry_after=int((ASK_AGAIN - (now - refused)).total_seconds()) + 1,
        )


def may_become(state: ConsentState, wanted: ConsentState) -> None:
    """Whether a person can bring a consent from one state to another.

    Raises:
        WrongState.
    """
    if (state, wanted) not in _STEPS:
        raise WrongState(
            "ทำรายการนี้กับความยินยอมในสถานะปัจจุบันไม่ได้ โปรดอ่านรายการล่าสุด",
            "This cannot be done to a consent in its present state; read it again.",
            [Fault("/state", f"สถานะปัจจุบันคือ {state.value}", f"It is {state.value}.")],
        )


def strong_enough(ial: str, needed: str) -> None:
    """Whether a login is strong enough to give this consent.

    Raises:
        AssuranceTooLow.
    """
    if ial not in LEVELS or LEVELS.index(ial) < LEVELS.index(needed):
        raise AssuranceTooLow(
            f"การให้ความยินยอมนี้ต้องยืนยันตัวตนระดับ IAL {needed} ขึ้นไป",
            f"Giving this consent needs a login with identity assurance level {needed} or higher.",
        ).wanting(needed, ial)
