"""What makes a requirement usable, how a question is filled in, and what an answer means: pure."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from ...shared.errors import (
    Fault,
    NotAllowed,
    NotFound,
    Refusal,
    TooMany,
    Unavailable,
    UpstreamFailed,
)
from ..mask import BadPointer, find, steps
from ..model import Agreement, Service
from ..refusals import ConsentNeeded
from ..xroad.paths import matches
from .model import Miss, Requirement, Source

MAX_SOURCES = 5
MAX_VALUES = 40

_WHY: Mapping[str, tuple[str, str]] = {
    "no_agreement": ("ไม่มีข้อตกลงที่อนุญาตให้ขอข้อมูลนี้", "No agreement of yours allows it."),
    "consent_needed": ("ต้องได้รับความยินยอมจากเจ้าของข้อมูลก่อน", "The person's consent is needed first."),
    "not_found": ("หน่วยงานเจ้าของข้อมูลไม่พบข้อมูล", "The provider knows no such thing."),
    "quota": ("ใช้ครบโควตาตามข้อตกลงแล้ว", "The agreement's quota is used up."),
    "provider_away": ("ติดต่อหน่วยงานเจ้าของข้อมูลไม่ได้ในขณะนี้", "The provider does not answer just now."),
    "refused": ("หน่วยงานเจ้าของข้อมูลไม่รับคำขอ", "The provider does not accept the request."),
    "not_tried": ("หมดเวลาก่อนจะได้ถาม โปรดขอรายการนี้อีกครั้ง", "There was no time left to ask; ask for this one again."),
    "preview_impossible": (
        "ข้อตกลงให้เจ้าของข้อมูลดูก่อนส่ง แต่นิติบุคคลดูเองไม่ได้",
        "The agreement wants a preview by the person, which a company cannot make.",
    ),
}


def faults_of(requirement: Requirement, services: Mapping[str, Service | None]) -> list[Fault]:
    """What is wrong with a requirement, for whoever registers it.

    Args:
        services: the services that its sources name, as the directory knows them.
    """
    faults = []
    names = [value.name for value in requirement.values]
    if len(set(names)) != len(names):
        faults.append(Fault("/values", "ชื่อซ้ำกัน", "Two values have one name."))
    for at, source in enumerate(requirement.sources):
        where = f"/sources/{at}"
        service = services.get(str(source.service))
        if service is None:
            faults.append(Fault(f"{where}/service", "ไม่พบบริการนี้", "No such service is registered."))
        elif not _described(service, source):
            faults.append(Fault(f"{where}/path", "คำอธิบายบริการไม่มีรายการนี้", "Its description has no such operation."))
        if not source.values or set(source.values) - set(names):
            faults.append(Fault(f"{where}/values", "ต้องเป็นชื่อที่ประกาศไว้", "Must be names declared in `values`."))
        for name, pointer in source.values.items():
            if not _is_pointer(pointer):
                faults.append(Fault(f"{where}/values/{name}", "ไม่ใช่ JSON Pointer", "Not a JSON Pointer (RFC 6901)."))
        if not _is_pointer(source.subject) or filled(source, "0") is None:
            faults.append(
                Fault(f"{where}/subject", "ต้องชี้ที่ว่างในคำขอ", "Must point at a member of an object of the request.")
            )
    return faults


def filled(source: Source, number: str) -> bytes | None:
    """The request for one person or company: the number assigned at its pointer, nothing spliced into any text.

    None where the pointer leads nowhere.
    """
    body: Any = copy.deepcopy(dict(source.body))
    *way, last = steps(source.subject) or ("",)
    place = body
    for step in way:
        place = place.get(step) if isinstance(place, dict) else None
    if not isinstance(place, dict) or not last:
        return None
    place[last] = number
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def taken(source: Source, body: bytes) -> dict[str, Any] | None:
    """The values in an answer; None when it holds none of them."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    values = {name: find(answer, pointer) for name, pointer in source.values.items()}
    there = {name: value for name, value in values.items() if value is not None}
    return there or None


def missed(service: str, why: str, consent: Mapping[str, Any] | None = None) -> Miss:
    """Why a source gave nothing, in words."""
    return Miss(service, why, *_WHY[why], consent)


def meaning(refusal: Refusal) -> str:
    """Which of the reasons a refusal of the pipeline is."""
    match refusal:
        case ConsentNeeded():
            return "consent_needed"
        case NotAllowed() | NotFound():
            return "no_agreement"
        case TooMany():
            return "quota"
        case UpstreamFailed() | Unavailable():
            return "provider_away"
        case _:
            return "refused"


def status_meaning(status: int) -> str | None:
    """Which of the reasons a provider's own status is; None for a success."""
    if 200 <= status < 300:
        return None
    if status in (404, 410):
        return "not_found"
    return "provider_away" if status >= 500 or status in (408, 429) else "refused"


def consent_to_ask(agreement: Agreement, source: Source, purpose: str | None) -> dict[str, Any]:
    """What a system would ask the person for (`POST /gdx/v1/consents`, without the person and the times)."""
    wanted = list(source.values.values())
    fields = [
        named for named in agreement.fields if any(pointer == named or _below(pointer, named) for pointer in wanted)
    ]
    purposes = [purpose] if purpose is not None else [each.code for each in agreement.purposes]
    return {"service": str(source.service), "purposes": purposes, "fields": fields or list(agreement.fields)}


def _below(pointer: str, named: str) -> bool:
    return pointer.startswith(f"{named}/") or named.startswith(f"{pointer}/")


def _described(service: Service, source: Source) -> bool:
    from ..contract import endpoints

    return any(
        method == source.method and matches(pattern, source.path) for method, pattern in endpoints(service.document)
    )


def _is_pointer(text: str) -> bool:
    try:
        return bool(steps(text))
    except BadPointer:
        return False
