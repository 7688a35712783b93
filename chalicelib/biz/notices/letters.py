"""What the applicant is told and given: the consumer of biz-events.

It may run twice, late or out of order. Letters and papers carry the id of the event behind them, and the neighbours
keep one per id.
"""

from __future__ import annotations

from chalicelib.shared.errors import not_found
from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text, format_date

from ..definitions.model import ServiceDefinition
from ..delegations import telling as delegations
from ..licences import telling
from ..licences.model import Licence
from ..model import Case
from ..office import Office
from ..officers.store import Papers
from ..payments import telling as payments
from ..ports import Paper, Wallet
from .contacts import GIVEN
from .model import Notice
from .service import Notices

_REFUSED = Text(
    th="ไฟล์ที่ท่านแนบไม่ผ่านการตรวจ โปรดเปิดคำขอเพื่อดูเหตุผลและส่งใหม่",
    en="A file that you attached was not accepted; open the application to see why and send it again.",
)
_OVERDUE = Text(
    th="หน่วยงานพิจารณาคำขอของท่านเกินกำหนดเวลาตามกฎหมาย หน่วยงานต้องแจ้งเหตุผลเป็นหนังสือทุก 7 วันและรายงานต่อ ก.พ.ร.",
    en="The agency is past the legal time limit; it owes you written reasons every 7 days and must report to OPDC.",
)
_HELD_BACK = Text(
    th="คำขอนี้รอใบอนุญาตอื่นในชุดเดียวกัน แต่คำขอใบอนุญาตนั้นไม่ได้รับอนุญาตหรือถูกถอน จึงยังไม่ได้ยื่นและยังเป็นร่าง "
    "ท่านเริ่มคำขอใบอนุญาตนั้นใหม่ หรือถอนคำขอนี้ได้",
    en="This application waited for another licence of its bundle, which was refused or withdrawn. It was not filed "
    "and stays a draft: begin that other application anew, or withdraw this one.",
)
_LEFT_INCOMPLETE = Text(
    th="ได้รับใบอนุญาตที่คำขอนี้รอแล้ว แต่คำขอยังไม่ครบถ้วนจึงยังไม่ได้ยื่น โปรดเปิดคำขอเพื่อกรอกให้ครบแล้วยื่น",
    en="The licence that this application waited for is there, but something is missing, so it was not filed; open it, "
    "complete it and file it.",
)
_WORDS = {
    "held_back": _HELD_BACK,
    "left_incomplete": _LEFT_INCOMPLETE,
    "refused": _REFUSED,
    "overdue": _OVERDUE,
    "reversed": payments.OWED_AGAIN,
    "settled": payments.PAID_AGAIN,
}
_TEMPLATES = {
    "biz.application.submitted": "submitted",
    "biz.application.returned": "returned",
    "biz.application.approved": "approved",
    "biz.application.refused": "refused",
    "biz.application.withdrawn": "withdrawn",
    "biz.application.paid": "paid",
    "biz.application.overdue": "overdue",
    "biz.application.explained": "explained",
    "biz.document.refused": "document_refused",
    "biz.licence.suspended": "suspended",
    "biz.licence.revoked": "revoked",
    "biz.licence.reinstated": "reinstated",
    "biz.licence.expiring": "expiring",
    "biz.licence.expired": "expired",
}
"""The words of e-mail and SMS for what has words of its own; the inbox is told what the definition says."""
_RECEIPT = Text(th="ใบเสร็จรับเงินค่าธรรมเนียม", en="Receipt for the fee")


class Letters:
    """Tells people what happened to their cases and hands them their papers."""

    def __init__(self, office: Office, notices: Notices, wallet: Wallet) -> None:
        self._office = office
        self._notices = notices
        self._wallet = wallet
        self._papers = Papers(office.parts.table, office.parts.keyring)

    def heard(self, event: Event) -> None:
        """Act on one event; raises when a neighbour did not surely take it, so that the queue delivers again."""
        name = event.type.rpartition(".")[2]
        if event.type == GIVEN:
            self._notices.send_code(event.id, event.subject, event.data["channel"], event.data["address"])
            return
        if name in telling.HEARD and event.type.startswith("biz.licence."):
            licence = self._office.store.find_licence(event.subject)
            definition = self._office.catalogue.version(licence.service, licence.service_version)
            words = telling.letter(name, licence, telling.renewal_of(licence, self._office.live(licence.service)))
            self._send(event, licence, definition, definition.credential.name, words)
            return
        about_money = event.type.startswith("biz.money.")
        case = self._office.store.find_case(str(event.data["case"]) if about_money else event.subject)
        definition = self._office.book(case).definition
        if about_money:
            self._send(event, case, definition, definition.name, payments.words(event))
            return
        if event.type == "biz.payment.settled":
            self._hand_receipt(event, case)
        if event.type == "biz.licence.issued":
            self._hand_over(event, case)
            return
        if event.type == "biz.application.cancelled":
            self._hand_receipt(event, case)
            return
        if name == "explained":
            self._send(event, case, definition, definition.name, self._reasons(event))
            return
        action = definition.workflow.actions.get(str(event.data.get("action")))
        text = action.notice if action is not None else _WORDS.get(name)
        if text is not None:
            self._send(event, case, definition, definition.name, text)

    def _send(
        self, event: Event, about: Case | Licence, definition: ServiceDefinition, subject: Text, words: Text
    ) -> None:
        notice = Notice(
            event=event.id,
            template=_TEMPLATES.get(event.type, "step"),
            about=about.id if isinstance(about, Case) else about.case,
            reference=about.id if isinstance(about, Case) else event.subject,
            owner=about.owner,
            pid=about.pid,
            agency=about.agency,
            agency_name=definition.agency_name,
            at=event.at,
            subject=subject,
            words=words,
        )
        told = [notice]
        if isinstance(about, Case):
            office = self._office
            told += delegations.for_agents(office.delegations, about, event.type, notice, office.today())
        delegations.all_told(self._notices, told)

    def _reasons(self, event: Event) -> Text:
        reasons = self._papers.reasons_number(event.subject, int(event.data["number"]))
        if reasons is None:
            raise not_found("เหตุแห่งความล่าช้า", "reasons")
        day = Text(th=format_date(reasons.next_by, "th"), en=format_date(reasons.next_by, "en"))
        return Text(
            th=f"คำขอของท่านเกินกำหนดเวลา หน่วยงานแจ้งเหตุแห่งความล่าช้าเป็นหนังสือดังนี้: {reasons.text.th} "
            f"(สำเนาถึงสำนักงาน ก.พ.ร. หากยังพิจารณาไม่เสร็จ หน่วยงานต้องแจ้งอีกภายในวันที่ {day.th})",
            en=f"Your application is past its time limit. The agency's written reasons: {reasons.text.en} "
            f"(Copy to OPDC. If it is not decided by then, the agency owes you reasons again by {day.en}.)",
        )

    def _hand_over(self, event: Event, case: Case) -> None:
        licence = self._office.store.find_licence(str(event.data["licence"]))
        definition = self._office.catalogue.version(licence.service, licence.service_version)
        self._wallet.keep(
            licence.pid,
            Paper(f"{event.id}-licence", "licence", definition.credential.name, licence.credential, licence.agency),
        )
        self._hand_receipt(event, case)

    def _hand_receipt(self, event: Event, case: Case) -> None:
        if case.receipt is not None:
            self._wallet.keep(case.pid, Paper(f"{event.id}-receipt", "receipt", _RECEIPT, case.receipt, case.agency))
