"""What the doctor says of a system's services, in both languages: each finding with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from .advice import fail, mending, ok, warn
from .model import Finding

_VERIFY = (
    "ตรวจลายเซ็นของศูนย์แลกเปลี่ยนในทุกคำขอ: typ=gdx-request+jwt, aud=ระบบของท่าน, service, htm, body_sha256 "
    "(ดู docs/how-to/join-as-an-agency.md)"
)
_VERIFY_EN = (
    "Check the exchange's signature on every request: typ=gdx-request+jwt, aud=your system, service, htm, body_sha256 "
    "(docs/how-to/join-as-an-agency.md)."
)


def no_time(code: str) -> Finding:
    """There was no time left to try a service."""
    return warn(
        f"time:{code}",
        "หมดเวลาตรวจก่อนถึงบริการนี้",
        "The time was up before this service was tried.",
        "แก้สิ่งที่ช้าก่อน แล้วตรวจใหม่",
        "Mend what is slow, then ask again.",
    )


# -- descriptions --------------------------------------------------------------------------------------


def no_source(code: str) -> Finding:
    """The description was handed in, so it can only drift."""
    return warn(
        f"description:{code}",
        "ลงทะเบียนคำอธิบายด้วยการส่งเอกสาร จึงเทียบกับระบบจริงไม่ได้",
        "The description was handed in as a document, so it cannot be compared with the system.",
        'เปิดเผย /openapi.json ที่ระบบ แล้วลงทะเบียนด้วย "from"',
        'Serve it at the endpoint, e.g. /openapi.json, and register with "from".',
    )


def no_description(code: str, th: str, en: str) -> Finding:
    """The description cannot be had."""
    return fail(
        f"description:{code}",
        f"ดึงคำอธิบายบริการไม่ได้: {th}",
        f"The description cannot be fetched: {en}",
        "แก้ให้ระบบให้บริการเอกสารที่ตำแหน่งซึ่งลงทะเบียนไว้",
        "Serve it where it was registered from.",
    )


def description(code: str, *, same: bool) -> Finding:
    """Whether the system describes itself as registered."""
    if same:
        return ok(f"description:{code}", "ตรงกับที่ลงทะเบียน", "It is described as registered.")
    return fail(
        f"description:{code}",
        "คำอธิบายที่ระบบไม่ตรงกับที่ลงทะเบียน",
        "The system describes itself otherwise than registered.",
        "ลงทะเบียนใหม่ที่ POST /gdx/v1/services (ลองด้วย dry_run=true ก่อน)",
        "Register it again at POST /gdx/v1/services (with dry_run=true first).",
    )


# -- probes --------------------------------------------------------------------------------------------


def no_probe(code: str) -> Finding:
    """Nothing may be tried."""
    return warn(
        f"probe:{code}",
        "ไม่มีรายการสำหรับทดลองเรียก",
        "No operation is there to be tried.",
        'เพิ่ม "x-gdx-probe": true ที่รายการ GET ซึ่งไม่มีพารามิเตอร์และไม่เกี่ยวกับบุคคล',
        'Mark a GET without parameters that is about nobody with "x-gdx-probe": true.',
    )


def probe_unreachable(code: str, reason: str) -> Finding:
    """The probe got no answer."""
    return fail(f"probe:{code}", f"ทดลองเรียกไม่ได้ ({reason})", f"The probe got no answer ({reason}).", *mending(reason))


def probe_status(code: str, status: int) -> Finding:
    """The probe was refused."""
    return fail(
        f"probe:{code}",
        f"การทดลองเรียกได้สถานะ {status}",
        f"The probe was answered {status}.",
        "ตรวจว่าระบบรับลายเซ็นของศูนย์แลกเปลี่ยน และรายการนี้ตอบ 2xx",
        "See that the system takes the exchange's signature and that this operation answers 2xx.",
    )


def probe_misfits(code: str, th: str, en: str) -> Finding:
    """The probe's answer breaks the description."""
    return fail(
        f"probe:{code}",
        f"คำตอบไม่ตรงกับคำอธิบาย: {th}",
        f"The answer does not fit the description: {en}",
        "แก้คำตอบหรือคำอธิบายให้ตรงกัน",
        "Make the answer and the description agree.",
    )


def probe_fits(code: str) -> Finding:
    """The probe went well."""
    return ok(f"probe:{code}", "ทดลองเรียกสำเร็จ", "The probe was answered as described.")


# -- signatures ----------------------------------------------------------------------------------------

_TRIES = {
    "unsigned": ("ไม่มีลายเซ็น", "without a signature"),
    "forged": ("ลายเซ็นปลอม", "with a forged signature"),
    "misdirected": ("ลายเซ็นสำหรับระบบอื่น", "with a signature for another system"),
}


def signature_unreachable(code: str, reason: str) -> Finding:
    """It could not be tried."""
    return fail(f"signature:{code}", f"ทดลองไม่ได้ ({reason})", f"It could not be tried ({reason}).", *mending(reason))


def signature(code: str, statuses: Mapping[str, int]) -> Finding:
    """Whether requests were refused that are not from the exchange, or not for this system."""
    believed = [name for name, status in statuses.items() if 200 <= status < 300]
    if believed:
        th = ", ".join(_TRIES[name][0] for name in believed)
        en = ", ".join(_TRIES[name][1] for name in believed)
        return fail(
            f"signature:{code}",
            f"ระบบตอบคำขอที่ศูนย์แลกเปลี่ยนไม่ได้รับรอง ({th}): ใครก็เรียกได้",
            f"It answers requests {en}: anybody can call it.",
            _VERIFY,
            _VERIFY_EN,
        )
    unclear = sorted({status for status in statuses.values() if status not in (401, 403)})
    if unclear:
        told = ", ".join(map(str, unclear))
        return warn(
            f"signature:{code}",
            f"ไม่ชัดเจนว่าระบบตรวจลายเซ็น (สถานะ {told})",
            f"It is not clear that it checks signatures (status {told}).",
            "ตอบ 401 ก่อนตรวจสิ่งอื่น",
            "Answer 401 before looking at anything else.",
        )
    return ok(f"signature:{code}", "ปฏิเสธคำขอที่ไม่ได้มาจากศูนย์แลกเปลี่ยน", "It refuses what is not from the exchange.")
