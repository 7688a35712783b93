"""A person is sent to the agency's own site and back: an assertion for once, its redemption, what was filed there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared.errors import Fault, Invalid, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.jose import TokenRefused, sign_jwt, verify_jwt
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.web import as_json

from ..cases import rules as cases
from ..cases import views
from ..cases.answering import MAX_ANSWERS
from ..cases.rules import Actor
from ..cases.views import CaseCard
from ..definitions.link import origin
from ..model import Case
from ..office import Office, Told, told_of
from ..roles import LINKED
from ..store import case_key
from . import rules, store
from .model import HandOver, Partner
from .views import SentOver, SystemCase, TakenOver

LATE_CLOCK = dt.timedelta(seconds=10)
"""How much an agency's clock may be ahead of ours."""


class HandingOver:
    """Sends people to agencies' sites.

    Args:
        office: the room's tools.
        partner: gives a linked service, or None.
        subject: names a person to one agency.
        shown: gives a case as its system sees it.
    """

    def __init__(
        self,
        office: Office,
        partner: Callable[[str], Partner | None],
        subject: Callable[[Case, Partner], str],
        shown: Callable[[Case, Partner], SystemCase],
    ) -> None:
        self._office = office
        self._partner = partner
        self._subject = subject
        self._shown = shown

    def begin(self, once: Once, caller: Caller, id: str) -> SentOver:
        """The address that takes the person to the agency's site, good once and for two minutes.

        Raises:
            WrongState: the service is not filled there, or there is nothing to fill now.
        """
        office = self._office
        try:
            case = office.own(once, id, caller)
            partner, to = self._elsewhere(case)
            cases.effect_action(case, office.book(case), "file")
            made = HandOver(
                jti=office.parts.keyring.mac("hand-over", once.key.encode()),
                case=case.id,
                system=partner.system,
                expires_at=office.now() + rules.HAND_OVER_LIVES,
            )
            told = Told("application.sent_over", {}, heard=False)
            answer = {"jti": made.jti, "expires_at": made.expires_at.isoformat()}
            office.save(once, case, [told], by=caller.label, answer=answer, more=[store.new_hand_over(made)])
        except Replayed as done:  # the same assertion, signed anew: none is kept
            case, kept = office.own(None, id, caller), done.answer or {}
            partner, to = self._elsewhere(case)
            made = HandOver(jti=str(kept["jti"]), case=case.id, system=partner.system, expires_at=kept["expires_at"])
        claims = rules.hand_over_claims(made, to, self._subject(case, partner))
        token = sign_jwt(claims, office.signer(), rules.HAND_OVER_TYPE)
        left = max(0, int((made.expires_at - office.now()).total_seconds()))
        return SentOver(url=f"{to}?hand_over={token}", expires_in=left)

    def _elsewhere(self, case: Case) -> tuple[Partner, str]:
        partner = self._partner(case.service)
        if partner is None or partner.link.hand_over_to is None:
            raise WrongState(
                "บริการนี้กรอกแบบคำขอที่นี่ ไม่ใช่ที่เว็บไซต์ของหน่วยงาน",
                "This service is filled in here, not at the agency's own site.",
            )
        return partner, partner.link.hand_over_to

    def redeem(self, once: Once, caller: Caller, partner: Partner, assertion: str) -> TakenOver:
        """Whom the assertion brought, for the system that it was meant for.

        Raises:
            Invalid: it is none of ours, of another system, or too old; the words are always the same.
            WrongState: it was used before, or the case has moved on.
        """
        office = self._office
        try:
            case = self._redeem(once, caller, partner, assertion)
        except Replayed as done:
            case = office.store.find_case(str((done.answer or {})["case"]))
        return TakenOver(
            case=self._shown(case, partner), return_to=f"{office.parts.base_url}/biz/v1/applications/{case.id}"
        )

    def _redeem(self, once: Once, caller: Caller, partner: Partner, assertion: str) -> Case:
        office = self._office
        claims = self._believed(partner, assertion)
        hand_key, key = store.hand_over_key(str(claims["jti"])), case_key(str(claims["case"]))
        found = office.parts.journal.read(once, hand_key, key)
        item = found.get(hand_key)
        made = store.hand_over(item)
        if item is None or made is None or made.system != partner.system:
            raise _doubtful()
        if made.used:
            raise WrongState("ใช้สิทธิ์ส่งต่อนี้ไปแล้ว", "This hand-over was used before; the person must come again.")
        case = office.store.case(found.get(key))
        cases.effect_action(case, office.book(case), "file")
        taken = case.model_copy(update={"taken_over_at": office.now()})
        told = Told("application.taken_over", {}, heard=False)
        more = [store.used_hand_over(item)]
        return office.save(once, taken, [told], by=caller.label, answer={"case": case.id}, more=more)

    def _believed(self, partner: Partner, assertion: str) -> dict[str, Any]:
        office, to = self._office, partner.link.hand_over_to
        if to is None:
            raise _doubtful()
        try:
            return verify_jwt(
                assertion,
                {"keys": [office.parts.keyring.signer.public_jwk]},  # it lives for minutes: the key of now is enough
                rules.HAND_OVER_TYPE,
                now=office.now(),
                issuer=office.issuer,
                audience=origin(to),
            )
        except TokenRefused:
            raise _doubtful() from None

    def filed(
        self,
        once: Once,
        caller: Caller,
        partner: Partner,
        id: str,
        answers: Mapping[str, Any],
        filed_at: dt.datetime | None,
    ) -> CaseCard:
        """What a person filed at the agency's site; the clock runs from then.

        The same law holds as for what is filed here: the form's own rules, the legal receipt, ONE list of deficiencies.

        Raises:
            NotFound: the system never took that person over.
            Invalid: the answers do not fit the form, or the time is none.
            WrongState: it cannot be filed now.
        """
        office, now = self._office, self._office.now()
        case, _ = office.read(once, id)
        if (case.agency, case.service) != (partner.definition.agency, partner.definition.id):
            raise not_found("คำขอ", "application")
        if case.taken_over_at is None:
            raise not_found("คำขอ", "application")
        at = filed_at or now
        if not case.taken_over_at <= at <= now + LATE_CLOCK:
            th, en = "ต้องอยู่ระหว่างเวลาที่รับช่วงต่อกับปัจจุบัน", "Must lie between the hand-over and now."
            raise Invalid(th, en, [Fault("/filed_at", th, en)])
        if len(json.dumps(answers, ensure_ascii=False).encode()) > MAX_ANSWERS:
            th, en = "คำตอบยาวเกินไป", f"The answers may be at most {MAX_ANSWERS // 1024} kB."
            raise Invalid(th, en, [Fault("/answers", th, en)])
        book = office.book(case)
        filled = case.model_copy(update={"answers": dict(answers)})
        moved, move = cases.file(filled, book, Actor(caller.id, frozenset({LINKED})), min(at, now))
        shown = views.card(moved.model_copy(update={"version": case.version + 1}), book)
        told = told_of(move, again=case.received_at is not None)
        office.save(once, moved, [told], by=caller.label, answer=as_json(shown))
        return shown


def _doubtful() -> Invalid:
    th, en = "ใช้สิทธิ์ส่งต่อนี้ไม่ได้หรือหมดอายุแล้ว", "This hand-over is not valid, or no longer."
    return Invalid(th, en, [Fault("/assertion", th, en)])
