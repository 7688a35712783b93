"""What the doctor says, in both languages: each finding with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from .model import Finding

_REASONS: tuple[tuple[str, str, str], ...] = (
    (
        "the name does not resolve",
        "ตรวจสอบระเบียน DNS ของชื่อเครื่องในที่อยู่ (endpoint)",
        "Look at the DNS record of the endpoint's host name.",
    ),
    (
        "the address is not allowed",
        "ที่อยู่ต้องเป็น https บนอินเทอร์เน็ตสาธารณะ หรืออยู่ในเครือข่ายที่ศูนย์แลกเปลี่ยนเชื่อมต่อไว้",
        "Use https and a name that resolves to public addresses only, or lie in a network joined to the exchange.",
    ),
    (
        "SSLError",
        "ตรวจสอบใบรับรอง TLS: ชื่อตรง ยังไม่หมดอายุ และส่งใบรับรองคั่นกลางครบ",
        "Look at the TLS certificate: right name, not expired, intermediates sent.",
    ),
    (
        "Timeout",
        "เปิดไฟร์วอลล์ให้ศูนย์แลกเปลี่ยนเข้าถึงได้ และตรวจว่าระบบตอบภายใน 3 วินาที",
        "Let the exchange through the firewall, and see that the system answers within 3 seconds.",
    ),
)
_OTHERWISE = (
    "ตรวจสอบว่าระบบเปิดอยู่และรับการเชื่อมต่อที่ที่อยู่นี้",
    "See that the system runs and takes connections at this address.",
)

_VERIFY = (
    "ตรวจลายเซ็นของศูนย์แลกเปลี่ยนในทุกคำขอ: typ=gdx-request+jwt, aud=ระบบของท่าน, service, htm, body_sha256 "
    "(ดู docs/how-to/join-as-an-agency.md)"
)
_VERIFY_EN = (
    "Check the exchange's signature on every request: typ=gdx-request+jwt, aud=your system, service, htm, body_sha256 "
    "(docs/how-to/join-as-an-agency.md)."
)


def _ok(identifier: str, th: str, en: str) -> Finding:
    return Finding(identifier, "ok", th, en)


def _warn(identifier: str, th: str, en: str, mend_th: str, mend_en: str) -> Finding:
    return Finding(identifier, "warn", th, en, mend_th, mend_en)


def _fail(identifier: str, th: str, en: str, mend_th: str, mend_en: str) -> Finding:
    return Finding(identifier, "fail", th, en, mend_th, mend_en)


def _for(reason: str) -> tuple[str, str]:
    return next(((th, en) for sign, th, en in _REASONS if sign in reason), _OTHERWISE)


# -- the system itself ---------------------------------------------------------------------------------


def active(is_active: bool) -> Finding:
    """Whether the system is switched on in the directory."""
    if is_active:
        return _ok("active", "ระบบเปิดใช้อยู่", "The system is active.")
    return _fail(
        "active",
        "ระบบถูกปิดไว้ในทะเบียน",
        "The system is withdrawn in the directory.",
        "ตั้ง active เป็น true",
        "Set `active` to true.",
    )


def keys(count: int, *, lasting: bool) -> Finding:
    """Whether it has keys that hold, and for how long."""
    mend = ("เพิ่มกุญแจใหม่ที่ POST /gdx/v1/keys", "Add a new key at POST /gdx/v1/keys.")
    if not count:
        return _fail("keys", "ไม่มีกุญแจที่ใช้ได้ จึงขอโทเคนไม่ได้", "No key holds: it cannot get a token.", *mend)
    if not lasting:
        return _warn("keys", "กุญแจทุกดอกจะหมดอายุใน 30 วัน", "Every key ends within 30 days.", *mend)
    return _ok("keys", f"มีกุญแจที่ใช้ได้ {count} ดอก", f"{count} key(s) hold; tokens can be had with them.")


# -- its endpoint --------------------------------------------------------------------------------------


def no_endpoint(*, offers: bool) -> Finding:
    """There is nothing to call."""
    if not offers:
        return _ok("endpoint", "ระบบนี้เป็นผู้ขอข้อมูลอย่างเดียว", "This system only asks; nothing to call.")
    return _fail(
        "endpoint",
        "มีบริการแต่ยังไม่มีที่อยู่ (endpoint)",
        "It offers services but has no endpoint.",
        "ตั้ง endpoint หรือใช้การรับแบบ pull",
        "Set an endpoint, or let it pull.",
    )


def unreachable(reason: str) -> Finding:
    """Nothing answers there."""
    return _fail("endpoint", f"ติดต่อไม่ได้ ({reason})", f"It cannot be reached ({reason}).", *_for(reason))


def reached(took: timedelta, *, slow: timedelta) -> Finding:
    """Something answers there, in this time."""
    seconds = f"{took.total_seconds():.1f}"
    if took > slow:
        return _warn(
            "endpoint",
            f"ตอบใน {seconds} วินาที",
            f"It answers in {seconds} s.",
            "ตรวจหาสาเหตุที่ช้า",
            "Find out what is slow.",
        )
    return _ok("endpoint", f"ตอบใน {seconds} วินาที", f"It answers in {seconds} s.")


def encryption(secure: bool) -> Finding:
    """Whether the way there is encrypted."""
    if secure:
        return _ok("tls", "เข้ารหัสและใบรับรองถูกต้อง", "Encrypted; the certificate holds.")
    return _warn(
        "tls",
        "ไม่เข้ารหัส ใช้ได้เฉพาะในเครือข่ายที่เชื่อมต่อกับศูนย์แลกเปลี่ยน",
        "Not encrypted; possible only within a network that the exchange is joined to.",
        "ใช้ https",
        "Use https.",
    )


def redirect(redirected: bool) -> Finding:
    """Whether it sends callers elsewhere."""
    if not redirected:
        return _ok("redirect", "ไม่มีการเปลี่ยนเส้นทาง", "It does not redirect.")
    return _fail(
        "redirect",
        "ระบบเปลี่ยนเส้นทาง (3xx) ซึ่งศูนย์แลกเปลี่ยนไม่ตาม",
        "It redirects (3xx), which the exchange does not follow.",
        "ตั้ง endpoint เป็นที่อยู่ปลายทางโดยตรง",
        "Set the endpoint to where it redirects to.",
    )


def no_date() -> Finding:
    """Its clock cannot be read."""
    return _warn(
        "clock",
        "คำตอบไม่มีส่วนหัว Date จึงตรวจนาฬิกาไม่ได้",
        "Its answers carry no Date header, so its clock cannot be read.",
        "ให้เซิร์ฟเวอร์ส่งส่วนหัว Date (RFC 9110 §6.6.1)",
        "Let the server send Date (RFC 9110 §6.6.1).",
    )


def clock(off: int, *, warn: int, fail: int) -> Finding:
    """How far its clock is off, in seconds."""
    if off <= warn:
        return _ok("clock", "นาฬิกาตรง", "The clock is right.")
    say = _fail if off > fail else _warn
    return say(
        "clock",
        f"นาฬิกาคลาดเคลื่อน {off} วินาที",
        f"The clock is off by {off} s; signed requests live for 60 s.",
        "ตั้งเวลาด้วย NTP เช่น time.navy.mi.th",
        "Set it by NTP, e.g. time.navy.mi.th.",
    )


def no_time(code: str) -> Finding:
    """There was no time left to try a service."""
    return _warn(
        f"time:{code}",
        "หมดเวลาตรวจก่อนถึงบริการนี้",
        "The time was up before this service was tried.",
        "แก้สิ่งที่ช้าก่อน แล้วตรวจใหม่",
        "Mend what is slow, then ask again.",
    )


# -- descriptions --------------------------------------------------------------------------------------


def no_source(code: str) -> Finding:
    """The description was handed in, so it can only drift."""
    return _warn(
        f"description:{code}",
        "ลงทะเบียนคำอธิบายด้วยการส่งเอกสาร จึงเทียบกับระบบจริงไม่ได้",
        "The description was handed in as a document, so it cannot be compared with the system.",
        'เปิดเผย /openapi.json ที่ระบบ แล้วลงทะเบียนด้วย "from"',
        'Serve it at the endpoint, e.g. /openapi.json, and register with "from".',
    )


def no_description(code: str, th: str, en: str) -> Finding:
    """The description cannot be had."""
    return _fail(
        f"description:{code}",
        f"ดึงคำอธิบายบริการไม่ได้: {th}",
        f"The description cannot be fetched: {en}",
        "แก้ให้ระบบให้บริการเอกสารที่ตำแหน่งซึ่งลงทะเบียนไว้",
        "Serve it where it was registered from.",
    )


def description(code: str, *, same: bool) -> Finding:
    """Whether the system describes itself as registered."""
    if same:
        return _ok(f"description:{code}", "ตรงกับที่ลงทะเบียน", "It is described as registered.")
    return _fail(
        f"description:{code}",
        "คำอธิบายที่ระบบไม่ตรงกับที่ลงทะเบียน",
        "The system describes itself otherwise than registered.",
        "ลงทะเบียนใหม่ที่ POST /gdx/v1/services (ลองด้วย dry_run=true ก่อน)",
        "Register it again at POST /gdx/v1/services (with dry_run=true first).",
    )


# -- probes --------------------------------------------------------------------------------------------


def no_probe(code: str) -> Finding:
    """Nothing may be tried."""
    return _warn(
        f"probe:{code}",
        "ไม่มีรายการสำหรับทดลองเรียก",
        "No operation is there to be tried.",
        'เพิ่ม "x-gdx-probe": true ที่รายการ GET ซึ่งไม่มีพารามิเตอร์และไม่เกี่ยวกับบุคคล',
        'Mark a GET without parameters that is about nobody with "x-gdx-probe": true.',
    )


def probe_unreachable(code: str, reason: str) -> Finding:
    """The probe got no answer."""
    return _fail(f"probe:{code}", f"ทดลองเรียกไม่ได้ ({reason})", f"The probe got no answer ({reason}).", *_for(reason))


def probe_status(code: str, status: int) -> Finding:
    """The probe was refused."""
    return _fail(
        f"probe:{code}",
        f"การทดลองเรียกได้สถานะ {status}",
        f"The probe was answered {status}.",
        "ตรวจว่าระบบรับลายเซ็นของศูนย์แลกเปลี่ยน และรายการนี้ตอบ 2xx",
        "See that the system takes the exchange's signature and that this operation answers 2xx.",
    )


def probe_misfits(code: str, th: str, en: str) -> Finding:
    """The probe's answer breaks the description."""
    return _fail(
        f"probe:{code}",
        f"คำตอบไม่ตรงกับคำอธิบาย: {th}",
        f"The answer does not fit the description: {en}",
        "แก้คำตอบหรือคำอธิบายให้ตรงกัน",
        "Make the answer and the description agree.",
    )


def probe_fits(code: str) -> Finding:
    """The probe went well."""
    return _ok(f"probe:{code}", "ทดลองเรียกสำเร็จ", "The probe was answered as described.")


# -- signatures ----------------------------------------------------------------------------------------

_TRIES = {
    "unsigned": ("ไม่มีลายเซ็น", "without a signature"),
    "forged": ("ลายเซ็นปลอม", "with a forged signature"),
    "misdirected": ("ลายเซ็นสำหรับระบบอื่น", "with a signature for another system"),
}


def signature_unreachable(code: str, reason: str) -> Finding:
    """It could not be tried."""
    return _fail(f"signature:{code}", f"ทดลองไม่ได้ ({reason})", f"It could not be tried ({reason}).", *_for(reason))


def signature(code: str, statuses: Mapping[str, int]) -> Finding:
    """Whether requests were refused that are not from the exchange, or not for this system."""
    believed = [name for name, status in statuses.items() if 200 <= status < 300]
    if believed:
        th = ", ".join(_TRIES[name][0] for name in believed)
        en = ", ".join(_TRIES[name][1] for name in believed)
        return _fail(
            f"signature:{code}",
            f"ระบบตอบคำขอที่ศูนย์แลกเปลี่ยนไม่ได้รับรอง ({th}): ใครก็เรียกได้",
            f"It answers requests {en}: anybody can call it.",
            _VERIFY,
            _VERIFY_EN,
        )
    unclear = sorted({status for status in statuses.values() if status not in (401, 403)})
    if unclear:
        told = ", ".join(map(str, unclear))
        return _warn(
            f"signature:{code}",
            f"ไม่ชัดเจนว่าระบบตรวจลายเซ็น (สถานะ {told})",
            f"It is not clear that it checks signatures (status {told}).",
            "ตอบ 401 ก่อนตรวจสิ่งอื่น",
            "Answer 401 before looking at anything else.",
        )
    return _ok(f"signature:{code}", "ปฏิเสธคำขอที่ไม่ได้มาจากศูนย์แลกเปลี่ยน", "It refuses what is not from the exchange.")
