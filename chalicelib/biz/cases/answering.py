"""Answers as they change: what an applicant writes and what registers say. Pure but for the question to a register."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.errors import Fault, Invalid

from ..definitions import computed, forms
from ..definitions.model import Prefill
from ..model import Case, Provenance
from ..ports import Extract
from . import changes, rules
from .rules import Book

MAX_ANSWERS = 64 * 1024

Ask = Callable[[Prefill, dict[str, str]], Extract]
"""Asks a register what a rule says, with this body."""


def answered(case: Case, book: Book, patch: Mapping[str, Any]) -> Case:
    """The case with its answers changed by a merge patch (RFC 7396), what is computed worked out anew.

    Raises:
        WrongState: it is not the applicant's turn.
        Invalid: a verified or computed value would be overwritten, the procedure does not ask for it, or the answers
            grow too large.
    """
    rules.must_be_applicants_turn(case, book)
    definition = book.definition
    given = pointers.merge(computed.without(definition, case.answers), dict(patch))
    answers = computed.worked_out(definition, given)
    contradicted = computed.contradicted(definition, given, answers, "")
    if contradicted:
        raise Invalid("ข้อมูลที่ระบบคำนวณแก้ไขไม่ได้", "Computed answers cannot be changed.", contradicted)
    must_be_small(answers)
    locked = {pointer for pointer, source in case.sources.items() if source.locked}
    faults = forms.overwritten(locked, case.answers, answers)
    if faults:
        raise Invalid("แก้ไขข้อมูลที่ยืนยันแล้วไม่ได้", "Verified values cannot be changed.", faults)
    not_asked = changes.outside(case, book, answers)
    if not_asked:
        raise Invalid("คำขอนี้แก้ไขข้อมูลดังกล่าวไม่ได้", "This procedure does not change that.", not_asked)
    kept = {
        pointer: source
        for pointer, source in case.sources.items()
        if pointers.find(answers, pointer) == pointers.find(case.answers, pointer)
    }
    return case.model_copy(update={"answers": answers, "sources": kept})


def must_be_small(answers: Any) -> None:
    """Raises Invalid for answers that are together larger than a case may hold."""
    if len(json.dumps(answers, ensure_ascii=False).encode()) > MAX_ANSWERS:
        text = (
            f"คำตอบรวมกันต้องไม่เกิน {MAX_ANSWERS // 1024} กิโลไบต์",
            f"The answers may be at most {MAX_ANSWERS // 1024} kB.",
        )
        raise Invalid(*text, [Fault("", *text)])


def prefilled(case: Case, book: Book, ask: Ask) -> tuple[Case, list[str]]:
    """The case with what the state knows, each value with its source; and the receipts of what was asked.

    One question per register. What the applicant wrote stands, unless the register's word is final.

    Raises:
        WrongState: it is not the applicant's turn.
        UpstreamFailed: a register does not answer.
    """
    rules.must_be_applicants_turn(case, book)
    answers, sources = dict(case.answers), dict(case.sources)
    asked: dict[str, Extract] = {}
    for rule in book.definition.prefill:
        if rule.applicant not in (None, case.applicant):
            continue
        body = {name: _filled(value, case) for name, value in rule.request.items()}
        question = json.dumps([rule.service, rule.path, body], sort_keys=True)
        if question not in asked:
            asked[question] = ask(rule, body)
        value = pointers.find(asked[question].record, rule.select)
        if value is pointers.MISSING or value is None:
            continue
        if not rule.lock and pointers.find(answers, rule.pointer) is not pointers.MISSING:
            continue
        answers = pointers.put(answers, rule.pointer, value)
        sources[rule.pointer] = Provenance(
            service=rule.service, receipt=asked[question].receipt, at=asked[question].at, locked=rule.lock
        )
    answers = computed.worked_out(book.definition, answers)
    receipts = sorted({extract.receipt for extract in asked.values()})
    return case.model_copy(update={"answers": answers, "sources": sources}), receipts


def _filled(value: str, case: Case) -> str:
    return {"$pid": case.pid, "$juristic_id": case.juristic_id or ""}.get(value, value)
