"""May a running case go over to a newer version of its service? Pure.

A case stays with the version under which it was opened. It may be moved when that costs its applicant nothing: what was
answered and given is still enough, the fee is not higher, the term not longer, the licence not shorter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.shared.errors import Fault
from chalicelib.shared.expressions import BadExpression
from chalicelib.shared.workdays import thai_date

from ..cases import changes
from . import computed, fees, forms, procedures
from .model import Validity

if TYPE_CHECKING:  # cases stand on definitions; only this file looks back at them
    from ..cases.rules import Book
    from ..model import Case


def moved(case: Case, new: Book) -> Case:
    """The case under the newer version, before its due day is set anew.

    What is computed is worked out anew, in the licence's answers as in the applicant's: so what differs between the two
    is only what the applicant asked for.
    """
    answers, base = computed.worked_out(new.definition, case.answers), case.base
    if base is not None and new.rule is not None and new.rule.form is None:
        base = base.model_copy(update={"answers": computed.worked_out(new.definition, base.answers)})
    return case.model_copy(update={"service_version": new.definition.version, "answers": answers, "base": base})


def hindrances(case: Case, old: Book, new: Book, due: dt.date | None, now: dt.datetime) -> list[Fault]:
    """Every reason for which the case may not be moved; empty when it may.

    Args:
        case: a case that was filed.
        old: the book that it is judged by.
        new: the one that it would be judged by.
        due: the legal due day that it would have then.
        now: when it is looked at.
    """
    return [
        *_workflow(case, old, new),
        *_given(case, new),
        *_procedure(case, old, new, thai_date(now)),
        *_worse(case, old, new, due, thai_date(now)),
    ]


def _workflow(case: Case, old: Book, new: Book) -> Iterator[Fault]:
    here, there = old.state(case), new.definition.workflow.states.get(case.state)
    if there is None or there.turn != here.turn:
        yield Fault(
            "/state", "ฉบับใหม่ไม่มีสถานะปัจจุบันของคำขอ", "The newer version has no such state, or it is another's turn."
        )
    if case.done_by.keys() - new.definition.workflow.actions.keys():
        yield Fault(
            "/done_by",
            "ฉบับใหม่ไม่มีขั้นตอนที่ทำไปแล้ว",
            "The newer version lacks a step that was done; who did it would be lost.",
        )
    if new.law.id != old.law.id:
        yield Fault("/law_pack", "คำขออยู่ภายใต้กฎหมายฉบับเดิม", "The application stays under the law of its day.")


def _given(case: Case, new: Book) -> Iterator[Fault]:
    """What the applicant gave must be enough: nobody is asked again."""
    if case.applicant not in new.definition.applicants:
        yield Fault("/applicant", "ฉบับใหม่ไม่รับผู้ยื่นประเภทนี้", "The newer version is not for this kind of applicant.")
    answers = computed.worked_out(new.definition, case.answers)
    yield from forms.judge(new.definition, answers)
    for needed in forms.needed_documents(
        new.definition, case.applicant, answers, procedures.changed(new.rule, case.base, answers)
    ):
        if needed.mode == "upload" and case.accepted(needed.code) is None:
            name = needed.name
            yield Fault(f"/documents/{needed.code}", f"ต้องมี “{name.th}” เพิ่ม", f"'{name.en}' would have to be attached.")
    for rule in new.definition.prefill:
        if rule.lock and rule.applicant in (None, case.applicant) and rule.pointer not in case.sources:
            yield Fault(
                f"/answers{rule.pointer}",
                "ฉบับใหม่ต้องดึงข้อมูลนี้จากทะเบียนของรัฐ",
                "The newer version takes this from a state register, which was not asked.",
            )


def _procedure(case: Case, old: Book, new: Book, today: dt.date) -> Iterator[Fault]:
    """What is to be done with a licence must be the same: the same questions, and a renewal that begins no earlier."""
    if case.base is None or old.rule is None or new.rule is None:
        return
    where = f"/procedures/{case.procedure}"
    if (old.rule.form is None) != (new.rule.form is None):
        yield Fault(where, "ฉบับใหม่ใช้แบบคำขออื่น", "The newer version asks other questions.")
    there = moved(case, new)
    for fault in changes.outside(there, new, there.answers):
        name = forms.label(new.definition, fault.pointer)
        yield Fault(
            f"/answers{fault.pointer}",
            f"ฉบับใหม่ไม่ให้แก้ไข “{name.th}”",
            f"The newer version does not let '{name.en}' be changed.",
        )
    runs = case.procedure == "renew" and today <= case.base.valid_until
    if runs and (old.rule.begins, new.rule.begins) == ("after", "now"):
        yield Fault(where + "/begins", "ใบอนุญาตใหม่จะสิ้นอายุเร็วขึ้น", "The renewed licence would begin, and end, earlier.")


def _worse(case: Case, old: Book, new: Book, due: dt.date | None, today: dt.date) -> Iterator[Fault]:
    answers = computed.worked_out(new.definition, case.answers)
    try:
        before = fees.quote(old.definition, case.answers, today, case.base).total_satang
        after = fees.quote(new.definition, answers, today, case.base).total_satang
    except BadExpression:
        yield Fault("/fees", "คำนวณค่าธรรมเนียมไม่ได้", "The fee cannot be worked out under both versions.")
    else:
        if after > before:
            yield Fault("/fees", "ค่าธรรมเนียมจะสูงขึ้น", f"The fee would be higher: {fees.baht(after)} baht.")
    if case.due is not None and (due is None or due > case.due):
        yield Fault("/sla", "กำหนดเวลาพิจารณาจะช้าลง", "The legal due day would be later.")
    given_anew = case.procedure in ("new", "renew")  # the others keep the licence's last day
    if given_anew and _days(new.definition.credential.validity) < _days(old.definition.credential.validity):
        yield Fault("/credential/validity", "ใบอนุญาตจะมีอายุสั้นลง", "The licence would be valid for a shorter time.")


def _days(validity: Validity) -> int:
    if validity.ends == "never":
        return 366 * 10_000
    return validity.years * 366 + validity.days
