"""How an application begins: what is asked for, with which licence, for whom. Pure."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AssuranceTooLow, Fault, Invalid, NotAllowed, WrongState
from chalicelib.shared.identity import Caller

from ..definitions import computed
from ..definitions.model import ServiceDefinition
from ..definitions.procedures import Base
from ..licences import succession
from ..licences.model import Licence
from ..model import Case
from ..noun import ApplicantKind, CaseId, Procedure


@dataclass(frozen=True)
class Opening:
    """What somebody wants to apply for.

    Attributes:
        service: id of the service; with a licence it may be left out.
        procedure: what is wanted.
        licence: number of the licence that a procedure other than `new` is about.
        kind, juristic_id: for whom; with a licence or a power of attorney they may be left out.
        delegation: the power of attorney by which the caller applies for its grantor.
    """

    service: str | None = None
    procedure: Procedure = "new"
    licence: str | None = None
    kind: ApplicantKind | None = None
    juristic_id: str | None = None
    delegation: str | None = None


@dataclass(frozen=True)
class ForWhom:
    """Who applies: a person for themselves, or for a company."""

    kind: ApplicantKind
    juristic_id: str | None = None


def first_of(opening: Opening) -> tuple[str, ForWhom]:
    """The service and the applicant of a first application.

    Raises:
        Invalid: one of the two is missing, or a licence is named.
    """
    faults = []
    if opening.licence is not None:
        faults.append(Fault("/licence", "คำขอใหม่ไม่ต้องระบุเลขที่ใบอนุญาต", "A new application names no licence."))
    if opening.service is None:
        faults.append(Fault("/service", "โปรดระบุบริการ", "Name the service."))
    if opening.kind is None:
        faults.append(Fault("/applicant", "โปรดระบุผู้ยื่น", "Say for whom you apply."))
    if opening.service is None or opening.kind is None or faults:
        raise Invalid("ข้อมูลสำหรับเปิดคำขอไม่ครบถ้วน", "The application cannot be opened like this.", faults)
    return opening.service, ForWhom(opening.kind, opening.juristic_id)


def of_licence(opening: Opening, licence: Licence) -> ForWhom:
    """The applicant of a procedure that is about a licence: whoever holds it.

    Raises:
        Invalid: the service or the applicant named is another.
    """
    faults = []
    if opening.service not in (None, licence.service):
        faults.append(Fault("/service", "ใบอนุญาตนี้เป็นของบริการอื่น", "The licence is of another service."))
    if opening.kind not in (None, licence.applicant):
        faults.append(
            Fault("/applicant/kind", "ไม่ตรงกับผู้รับใบอนุญาต", "The licence is held by another kind of applicant.")
        )
    if opening.juristic_id not in (None, licence.juristic_id):
        faults.append(Fault("/applicant/juristic_id", "ไม่ตรงกับผู้รับใบอนุญาต", "The licence is not of this company."))
    if faults:
        raise Invalid("ข้อมูลไม่ตรงกับใบอนุญาต", "What was sent does not fit the licence.", faults)
    return ForWhom(licence.applicant, licence.juristic_id)


def must_be_open(licence: Licence, definition: ServiceDefinition, procedure: Procedure, on: dt.date) -> None:
    """Raises Invalid where the service does not offer the procedure, WrongState where the licence does not allow it."""
    if not definition.offers(procedure):
        raise unfit("/procedure", "บริการนี้ไม่เปิดให้ยื่นคำขอประเภทนี้", "The service does not offer this procedure.")
    why = succession.why_not(licence, procedure, definition.procedures[procedure], on)
    if why is not None:
        raise WrongState(why.th, why.en)


def another_is_filed() -> WrongState:
    """Refuses a second application about one licence while the first is being considered."""
    return WrongState(
        "มีคำขออื่นเกี่ยวกับใบอนุญาตนี้อยู่ระหว่างพิจารณา โปรดรอผลหรือถอนคำขอนั้นก่อน",
        "Another application about this licence is being considered; wait for its end, or withdraw it.",
    )


def must_fit(definition: ServiceDefinition, whom: ForWhom, caller: Caller) -> None:
    """Raises Invalid for an applicant whom the service is not for, AssuranceTooLow where the login is too weak."""
    if whom.kind not in definition.applicants:
        raise unfit("/applicant/kind", "บริการนี้ไม่รับผู้ยื่นประเภทนี้", "The service is not for this kind of applicant.")
    if (whom.kind == "juristic") != (whom.juristic_id is not None):
        raise unfit(
            "/applicant/juristic_id",
            "ระบุเลขทะเบียนนิติบุคคลเฉพาะเมื่อยื่นในนามนิติบุคคล",
            "Give the juristic number for a company, and only then.",
        )
    if level(caller.ial) < level(definition.min_ial):
        raise AssuranceTooLow(
            f"บริการนี้ต้องยืนยันตัวตนระดับ IAL {definition.min_ial} ขึ้นไป",
            f"This service needs a login with identity assurance level {definition.min_ial} or higher.",
        ).wanting(definition.min_ial, caller.ial)


def drafted(
    id: CaseId,
    definition: ServiceDefinition,
    caller: Caller,
    whom: ForWhom,
    now: dt.datetime,
    *,
    procedure: Procedure = "new",
    licence: Licence | None = None,
    related: tuple[str, ...] = (),
) -> Case:
    """A fresh draft under that version of the service.

    A procedure that asks the service's own questions again begins with the licence's answers, what is computed worked
    out anew under this version; one with a form of its own begins empty.

    Args:
        id: of the case.
        definition: the whole definition, live today.
        caller: who applies.
        whom: for whom.
        now: when.
        procedure: what is wanted; the service offers it.
        licence: what it is about.
        related: pseudonyms of the company's directors.

    Raises:
        NotAllowed: the caller is no person.
    """
    if caller.pid is None:
        raise NotAllowed("เฉพาะบุคคลที่ยืนยันตัวตนแล้ว", "Only a person who logged in may do this.")
    seen = definition.of(procedure)
    case = Case(
        id=id,
        service=definition.id,
        service_version=definition.version,
        agency=definition.agency,
        owner=caller.id,
        procedure=procedure,
        applicant=whom.kind,
        juristic_id=whom.juristic_id,
        related=related,
        state=seen.workflow.initial,
        opened_at=now,
        pid=caller.pid,
        applicant_name=caller.name,
    )
    if licence is None:
        return case
    answers = computed.worked_out(definition, licence.answers)
    own_form = definition.procedures[procedure].form is not None
    base = Base(licence=licence.no, valid_until=licence.valid_until, answers=answers)
    return case.model_copy(update={"base": base, "answers": {} if own_form else answers})


def level(ial: str) -> tuple[int, ...]:
    """An assurance level for comparing; what is no level is the lowest."""
    parts = ial.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else (0,)


def unfit(pointer: str, th: str, en: str) -> Invalid:
    """Refuses one value."""
    return Invalid(th, en, [Fault(pointer, th, en)])
