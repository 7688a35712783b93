"""Who may do what to an agreement in which state.

The states and the moves of the parties are those of the Dataspace Protocol 2025-1 (Contract Negotiation Protocol,
states and transitions); SUSPENDED, and what the operators and the exchange do, are added.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...shared.errors import WrongState
from ..model import AgreementState
from .model import OPEN, Act, Negotiation, Party

_S = AgreementState
_Moves = Mapping[tuple[AgreementState, Party], Mapping[Act, AgreementState]]

TALKS: _Moves = {
    (_S.REQUESTED, Party.PROVIDER): {Act.OFFER: _S.OFFERED, Act.AGREE: _S.AGREED},
    (_S.OFFERED, Party.CONSUMER): {Act.OFFER: _S.REQUESTED, Act.ACCEPT: _S.ACCEPTED},
    (_S.ACCEPTED, Party.PROVIDER): {Act.AGREE: _S.AGREED},
    (_S.AGREED, Party.CONSUMER): {Act.VERIFY: _S.VERIFIED},
    (_S.VERIFIED, Party.PROVIDER): {Act.FINALIZE: _S.FINALIZED},
}
"""What a party may do while the two are talking; besides, each and the operators may terminate."""

_PARTIES = (Party.CONSUMER, Party.PROVIDER)
_NAMES = {
    Party.CONSUMER: ("ผู้ขอข้อมูล", "the consumer"),
    Party.PROVIDER: ("ผู้ให้ข้อมูล", "the provider"),
    Party.OPERATOR: ("ผู้ดูแลศูนย์แลกเปลี่ยน", "an operator of the exchange"),
    Party.EXCHANGE: ("ศูนย์แลกเปลี่ยน", "the exchange"),
}


def opening(party: Party) -> AgreementState:
    """Where a negotiation stands after its first word: a consumer requests, a provider offers."""
    return _S.REQUESTED if party is Party.CONSUMER else _S.OFFERED


def moves(negotiation: Negotiation, party: Party) -> dict[Act, AgreementState]:
    """What a party may do now, and where that leads.

    What the law orders the parties can neither suspend nor end; the operators can. A suspension is lifted by whoever
    made it. One by the exchange is lifted by the provider that restores its description, or by an operator; that the
    description really fits again is checked besides (`fitting.faults`).
    """
    state = negotiation.state
    if state in OPEN:
        if party is Party.EXCHANGE:
            return {}
        return {**TALKS.get((state, party), {}), Act.TERMINATE: _S.TERMINATED}
    if state is _S.TERMINATED:
        return {}
    free = party is Party.OPERATOR or (party in _PARTIES and negotiation.agreement.order == "agreed")
    found = {Act.TERMINATE: _S.TERMINATED} if free else {}
    if state is _S.FINALIZED and (free or party is Party.EXCHANGE):
        found[Act.SUSPEND] = _S.SUSPENDED
    if state is _S.SUSPENDED and _may_resume(negotiation, party):
        found[Act.RESUME] = _S.FINALIZED
    return found


def moved(negotiation: Negotiation, act: Act, party: Party) -> AgreementState:
    """The state after an act.

    Raises:
        WrongState: the party may not do this now; the texts say what is possible, and who must act.
    """
    possible = moves(negotiation, party)
    if act not in possible:
        raise WrongState(*_instead(negotiation, act, party))
    return possible[act]


def _may_resume(negotiation: Negotiation, party: Party) -> bool:
    if negotiation.suspended_by is Party.EXCHANGE:
        return party in (Party.PROVIDER, Party.OPERATOR)
    return party is negotiation.suspended_by


def _instead(negotiation: Negotiation, act: Act, party: Party) -> tuple[str, str]:
    th = [f"ข้อตกลงอยู่ในสถานะ {negotiation.state} จึง {act} โดย{_NAMES[party][0]}ไม่ได้"]
    en = [f"It is {negotiation.state}: {_NAMES[party][1]} cannot {act} it now."]
    for each in (Party.CONSUMER, Party.PROVIDER, Party.OPERATOR):
        possible = sorted(moves(negotiation, each))
        if possible:
            th.append(f"{_NAMES[each][0]}ทำได้: {', '.join(possible)}")
            en.append(f"Possible for {_NAMES[each][1]}: {', '.join(possible)}.")
    if len(en) == 1:
        th.append("ข้อตกลงสิ้นสุดแล้ว โปรดเริ่มการเจรจาใหม่")
        en.append("It has ended; begin a new negotiation.")
    return " · ".join(th), " ".join(en)
