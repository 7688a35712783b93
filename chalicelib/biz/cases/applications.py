"""What an applicant does with a case: open, fill, file, withdraw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import AssuranceTooLow, Fault, Invalid, NotAllowed, UpstreamFailed
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json

from ..definitions import computed, forms, pointers
from ..definitions.model import Prefill, ServiceDefinition
from ..definitions.parts import ApplicantKind
from ..model import Case, CaseId, Provenance
from ..office import Office, Told, as_applicant, told_of, unchanged
from ..ports import Extract, Registers
from . import rules, views
from .views import CaseCard

COMPANY_REGISTER = ("TH/CENTRAL/DBD/juristic/company", "/lookup")
"""Where it is asked whether somebody is a director of a company."""

MAX_ANSWERS = 64 * 1024
MAX_DIRECTORS = 200
"""How many directors of a company a case remembers, so that none of them acts on it as an officer."""
_DIRECTOR = Text(th="ตรวจสอบว่าผู้ยื่นเป็นกรรมการของนิติบุคคล", en="To check that the applicant is a director of the company")


class Applications:
    """The applicant's side of the counter."""

    def __init__(self, office: Office, registers: Registers) -> None:
        self._office = office
        self._registers = registers

    def open(self, once: Once, caller: Caller, service: str, kind: ApplicantKind, juristic_id: str | None) -> CaseCard:
        """Open a draft; for a company only its director may (asked of the register through GDX).

        Raises:
            NotFound: no such service today, or no such company.
            NotAllowed: the caller is no director, or the company is not active.
            Invalid: this kind of applicant does not fit the service.
            AssuranceTooLow: the service asks for a stronger login.
        """
        office, now = self._office, self._office.now()
        definition = office.catalogue.current(service, office.today())
        _check_kind(definition, kind, juristic_id)
        _check_login(definition, caller)
        if once.claimed:
            office.parts.journal.read(once)  # before the register is asked: a repeat must not ask again
        case_id, pid = CaseId(office.parts.ids()), _pid(caller)
        related: tuple[str, ...] = ()
        if juristic_id is not None:
            related = self._directors(case_id, pid, juristic_id)
        case = Case(
            id=case_id,
            service=definition.id,
            service_version=definition.version,
            agency=definition.agency,
            owner=caller.id,
            applicant=kind,
            juristic_id=juristic_id,
            related=related,
            state=definition.workflow.initial,
            opened_at=now,
            pid=pid,
            applicant_name=caller.name,
        )
        opened = Told("application.opened", {"to": case.state, "applicant": kind}, heard=False)
        shown = views.card(case, office.book(case))
        office.save(once, case, [opened], by=caller.label, answer=as_json(shown), new=True)
        return shown

    def _directors(self, case: CaseId, pid: str, juristic_id: str) -> tuple[str, ...]:
        """The pseudonyms of the company's directors; raises NotAllowed when the person is none of them."""
        service, path = COMPANY_REGISTER
        found = self._registers.ask(
            service,
            path,
            {"juristic_id": juristic_id},
            pid=pid,
            purpose=_DIRECTOR,
            legal_basis="Electronic Performance Act B.E. 2565 s.12",
            reference=case,
        ).record
        directors = found.get("directors")
        if not isinstance(directors, list):
            raise UpstreamFailed("ทะเบียนนิติบุคคลไม่ได้ตอบรายชื่อกรรมการ", "The company register did not tell the directors.")
        pids = [who["pid"] for who in directors if isinstance(who, dict) and isinstance(who.get("pid"), str)]
        if pid not in pids:
            raise NotAllowed("ท่านไม่ใช่กรรมการของนิติบุคคลนี้", "You are not a director of this company.")
        return tuple(self._office.parts.keyring.pseudonym(each) for each in pids[:MAX_DIRECTORS])

    def prefill(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Fill what the state knows, each value with its source and receipt; one question per register.

        Raises:
            WrongState: it is not the applicant's turn.
            UpstreamFailed: a register does not answer.
        """
        office = self._office
        case = office.own(once, id, caller)
        book = office.book(case)
        rules.must_be_applicants_turn(case, book)
        answers, sources = dict(case.answers), dict(case.sources)
        asked: dict[str, Extract] = {}
        for rule in book.definition.prefill:
            if rule.applicant not in (None, case.applicant):
                continue
            body = {name: _filled(value, case) for name, value in rule.request.items()}
            question = json.dumps([rule.service, rule.path, body], sort_keys=True)
            if question not in asked:
                asked[question] = self._ask(rule, body, case)
            value = pointers.find(asked[question].record, rule.select)
            if value is pointers.MISSING or value is None:
                continue
            if not rule.lock and pointers.find(answers, rule.pointer) is not pointers.MISSING:
                continue  # what the applicant wrote stands, unless the register's word is final
            answers = pointers.put(answers, rule.pointer, value)
            sources[rule.pointer] = Provenance(
                service=rule.service, receipt=asked[question].receipt, at=asked[question].at, locked=rule.lock
            )
        answers = computed.worked_out(book.definition, answers)
        told = Told(
            "application.prefilled",
            {"receipts": sorted({extract.receipt for extract in asked.values()}), "fields": sorted(sources)},
            heard=False,
        )
        return self._saved(once, caller, case.model_copy(update={"answers": answers, "sources": sources}), told)

    def _ask(self, rule: Prefill, body: dict[str, str], case: Case) -> Extract:
        return self._registers.ask(
            rule.service,
            rule.path,
            body,
            pid=case.pid,
            purpose=rule.purpose,
            legal_basis=rule.legal_basis,
            reference=case.id,
        )

    def answer(self, once: Once, caller: Caller, id: str, patch: Mapping[str, Any], if_match: int | None) -> CaseCard:
        """Change answers by a merge patch (RFC 7396).

        Raises:
            Stale: the case is another version by now.
            Invalid: a verified value would be overwritten, or the answers grow too large.
            WrongState: it is not the applicant's turn.
        """
        case = self._office.own(once, id, caller)
        unchanged(case, if_match)
        rules.must_be_applicants_turn(case, self._office.book(case))
        definition = self._office.book(case).definition
        given = pointers.merge(computed.without(definition, case.answers), dict(patch))
        answers = computed.worked_out(definition, given)
        contradicted = computed.contradicted(definition, given, answers, "")
        if contradicted:
            raise Invalid("ข้อมูลที่ระบบคำนวณแก้ไขไม่ได้", "Computed answers cannot be changed.", contradicted)
        if len(json.dumps(answers, ensure_ascii=False).encode()) > MAX_ANSWERS:
            text = (
                f"คำตอบรวมกันต้องไม่เกิน {MAX_ANSWERS // 1024} กิโลไบต์",
                f"The answers may be at most {MAX_ANSWERS // 1024} kB.",
            )
            raise Invalid(*text, [Fault("", *text)])
        locked = {pointer for pointer, source in case.sources.items() if source.locked}
        faults = forms.overwritten(locked, case.answers, answers)
        if faults:
            raise Invalid("แก้ไขข้อมูลที่ยืนยันแล้วไม่ได้", "Verified values cannot be changed.", faults)
        kept = {
            pointer: source
            for pointer, source in case.sources.items()
            if pointers.find(answers, pointer) == pointers.find(case.answers, pointer)
        }
        told = Told("application.changed", {"fields": sorted(patch)[:50]}, heard=False)
        return self._saved(once, caller, case.model_copy(update={"answers": answers, "sources": kept}), told)

    def submit(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """File the case, or file it again after mending; from the legal receipt on the clock runs.

        Raises:
            Invalid: with every fault.
            WrongState: it cannot be filed now.
        """
        case = self._office.own(once, id, caller)
        filed, move = rules.file(case, self._office.book(case), as_applicant(caller), self._office.now())
        return self._saved(once, caller, filed, told_of(move, again=case.received_at is not None))

    def withdraw(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Take the application back; raises WrongState when it has ended."""
        case, office = self._office.own(once, id, caller), self._office
        book = office.book(case)
        code = rules.effect_action(case, book, "withdraw")
        moved, move = rules.move(case, book, code, as_applicant(caller), office.now())
        return self._saved(once, caller, moved, told_of(move))

    def _saved(self, once: Once, caller: Caller, case: Case, told: Told) -> CaseCard:
        shown = views.card(case.model_copy(update={"version": case.version + 1}), self._office.book(case))
        self._office.save(once, case, [told], by=caller.label, answer=as_json(shown))
        return shown


def _pid(caller: Caller) -> str:
    if caller.pid is None:
        raise NotAllowed("เฉพาะบุคคลที่ยืนยันตัวตนแล้ว", "Only a person who logged in may do this.")
    return caller.pid


def _filled(value: str, case: Case) -> str:
    return {"$pid": case.pid, "$juristic_id": case.juristic_id or ""}.get(value, value)


def _check_kind(definition: ServiceDefinition, kind: ApplicantKind, juristic_id: str | None) -> None:
    if kind not in definition.applicants:
        raise _unfit("/applicant/kind", "บริการนี้ไม่รับผู้ยื่นประเภทนี้", "The service is not for this kind of applicant.")
    if (kind == "juristic") != (juristic_id is not None):
        raise _unfit(
            "/applicant/juristic_id",
            "ระบุเลขทะเบียนนิติบุคคลเฉพาะเมื่อยื่นในนามนิติบุคคล",
            "Give the juristic number for a company, and only then.",
        )


def _check_login(definition: ServiceDefinition, caller: Caller) -> None:
    if level(caller.ial) < level(definition.min_ial):
        raise AssuranceTooLow(
            f"บริการนี้ต้องยืนยันตัวตนระดับ IAL {definition.min_ial} ขึ้นไป",
            f"This service needs a login with identity assurance level {definition.min_ial} or higher.",
        )


def level(ial: str) -> tuple[int, ...]:
    """An assurance level for comparing; what is no level is the lowest."""
    parts = ial.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else (0,)


def _unfit(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(th, en, [Fault(pointer, th, en)])
