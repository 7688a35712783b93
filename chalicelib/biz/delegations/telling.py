"""Who is told what: both sides of a power of attorney of every step of it, and agents of the cases they act on.

No name of either side is in these words: they may go out by e-mail and SMS, and whoever is asked to become somebody's
agent reads who asks after they logged in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text

from ..model import Act, Case
from ..notices.model import Notice
from ..notices.service import PORTAL, PORTAL_NAME, Notices
from ..office import Office
from . import rules
from .model import Delegation, Side
from .store import DelegationRows

SUBJECT = Text(th="หนังสือมอบอำนาจ", en="Power of attorney")
_WORDS: Mapping[str, Mapping[Side, Text]] = {
    "offered": {
        "agent": Text(
            th="มีผู้เสนอให้ท่านเป็นผู้รับมอบอำนาจทำรายการแทน โปรดเข้าสู่ระบบเพื่อดูว่าเป็นผู้ใดและให้ทำสิ่งใดแทน แล้วตอบรับหรือปฏิเสธ "
            "หากท่านไม่ตอบรับ จะไม่มีผลใด ๆ",
            en="Somebody wants you to act for them. Log in to read who it is and what you may do, then accept or "
            "decline. Unless you accept, nothing comes of it.",
        ),
        "grantor": Text(
            th="ท่านได้เสนอมอบอำนาจให้ผู้อื่นทำรายการแทน จะมีผลเมื่อผู้รับมอบอำนาจตอบรับ หากท่านไม่ได้ทำรายการนี้ โปรดยกเลิกทันที",
            en="You offered somebody a power of attorney; it holds once they accept. If this was not you, revoke it.",
        ),
    },
    "accepted": {
        "agent": Text(
            th="ท่านตอบรับเป็นผู้รับมอบอำนาจแล้ว ท่านลาออกได้ทุกเมื่อ",
            en="You accepted a power of attorney. You may resign at any time.",
        ),
        "grantor": Text(
            th="ผู้รับมอบอำนาจตอบรับแล้ว และทำรายการแทนท่านได้ตามขอบเขตที่กำหนด ท่านยกเลิกได้ทุกเมื่อ",
            en="Your agent accepted and may act for you within what you allowed. You may revoke it at any time.",
        ),
    },
    "declined": {
        "agent": Text(th="ท่านปฏิเสธการเป็นผู้รับมอบอำนาจแล้ว", en="You declined a power of attorney."),
        "grantor": Text(th="ผู้ที่ท่านเสนอมอบอำนาจให้ปฏิเสธ", en="Whom you wanted as your agent declined."),
    },
    "revoked": {
        "agent": Text(
            th="ผู้มอบอำนาจยกเลิกหนังสือมอบอำนาจแล้ว ท่านทำรายการแทนไม่ได้อีก",
            en="The power of attorney was revoked; you may not act by it any more.",
        ),
        "grantor": Text(
            th="ท่านยกเลิกหนังสือมอบอำนาจแล้ว มีผลทันที", en="You revoked a power of attorney, with effect at once."
        ),
    },
    "resigned": {
        "agent": Text(th="ท่านลาออกจากการเป็นผู้รับมอบอำนาจแล้ว", en="You resigned from a power of attorney."),
        "grantor": Text(
            th="ผู้รับมอบอำนาจลาออกแล้ว คำขอที่ค้างอยู่ท่านดำเนินการต่อเองได้",
            en="Your agent resigned. What is still open is yours to go on with.",
        ),
    },
}
_CONCERNS: Mapping[str, frozenset[Act]] = {
    "biz.application.returned": frozenset({"fill", "file"}),
    "biz.document.refused": frozenset({"fill", "reuse"}),
    "biz.application.approved": frozenset({"file", "pay", "receive"}),
    "biz.application.paid": frozenset({"file", "pay", "receive"}),
    "biz.payment.reversed": frozenset({"pay"}),
    "biz.payment.settled": frozenset({"pay"}),
}
"""Whom a step of a case concerns, by what they may do; of any other step those are told who may file."""


class Telling:
    """Tells both sides of a power of attorney."""

    def __init__(self, office: Office, notices: Notices) -> None:
        self._office = office
        self._notices = notices

    def heard(self, event: Event) -> None:
        """Act on one event of a power of attorney; raises when somebody was not surely told, after trying both."""
        delegation = self._office.delegations.find(event.subject)
        words = _WORDS[event.type.rpartition(".")[2]]
        all_told(self._notices, [_notice(event, delegation, side, text) for side, text in words.items()])


def all_told(notices: Notices, told: Iterable[Notice]) -> None:
    """Tells everybody, then raises the first failure: one person who cannot be told now does not hold up another."""
    failure: Exception | None = None
    for notice in told:
        try:
            notices.tell(notice)
        except Exception as error:  # whatever it is, the others can be told
            failure = failure or error
    if failure is not None:
        raise failure


def _notice(event: Event, delegation: Delegation, side: Side, words: Text) -> Notice:
    agent = side == "agent"
    return Notice(
        event=f"{event.id}-{side}",
        template="delegation",
        about=delegation.id,
        reference=delegation.id,
        owner=delegation.agent if agent else delegation.grantor,
        pid=delegation.agent_pid if agent else delegation.grantor_pid,
        agency=PORTAL,
        agency_name=PORTAL_NAME,
        at=event.at,
        subject=SUBJECT,
        words=words,
    )


def for_agents(rows: DelegationRows, case: Case, type: str, notice: Notice, today: dt.date) -> list[Notice]:
    """The same notice for those who act on the case by a power that still holds, where the step concerns them.

    Args:
        rows: powers of attorney; asked only where somebody acted on the case (one request).
        case: the case.
        type: of the event.
        notice: as its owner is told.
        today: the day in Thailand.
    """
    if not case.agents:
        return []
    acts = _CONCERNS.get(type, frozenset({"file"}))
    found: dict[str, Notice] = {}
    for delegation in rows.find_many(list({agent.delegation for agent in case.agents})):
        if rules.standing(delegation, today) == "accepted" and acts & set(delegation.acts):
            told = {
                "event": f"{notice.event}-{delegation.id}",
                "template": "agent",
                "owner": delegation.agent,
                "pid": delegation.agent_pid,
            }
            found.setdefault(delegation.agent, notice.model_copy(update=told))
    return list(found.values())
