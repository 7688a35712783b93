"""What the doctor says of a system, in both languages: each finding with what to do about it."""

from __future__ import annotations

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


def ok(identifier: str, th: str, en: str) -> Finding:
    """Nothing to mend."""
    return Finding(identifier, "ok", th, en)


def warn(identifier: str, th: str, en: str, mend_th: str, mend_en: str) -> Finding:
    """It works, and could be better."""
    return Finding(identifier, "warn", th, en, mend_th, mend_en)


def fail(identifier: str, th: str, en: str, mend_th: str, mend_en: str) -> Finding:
    """It does not work."""
    return Finding(identifier, "fail", th, en, mend_th, mend_en)


def mending(reason: str) -> tuple[str, str]:
    """What to do where nothing is reached for this reason (Thai, English)."""
    return next(((th, en) for sign, th, en in _REASONS if sign in reason), _OTHERWISE)


# -- the system itself ---------------------------------------------------------------------------------


def active(is_active: bool) -> Finding:
    """Whether the system is switched on in the directory."""
    if is_active:
        return ok("active", "ระบบเปิดใช้อยู่", "The system is active.")
    return fail(
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
        return fail("keys", "ไม่มีกุญแจที่ใช้ได้ จึงขอโทเคนไม่ได้", "No key holds: it cannot get a token.", *mend)
    if not lasting:
        return warn("keys", "กุญแจทุกดอกจะหมดอายุใน 30 วัน", "Every key ends within 30 days.", *mend)
    return ok("keys", f"มีกุญแจที่ใช้ได้ {count} ดอก", f"{count} key(s) hold; tokens can be had with them.")


# -- its endpoint --------------------------------------------------------------------------------------


def no_endpoint(*, offers: bool) -> Finding:
    """There is nothing to call."""
    if not offers:
        return ok("endpoint", "ระบบนี้เป็นผู้ขอข้อมูลอย่างเดียว", "This system only asks; nothing to call.")
    return fail(
        "endpoint",
        "มีบริการแต่ยังไม่มีที่อยู่ (endpoint)",
        "It offers services but has no endpoint.",
        "ตั้ง endpoint หรือใช้การรับแบบ pull",
        "Set an endpoint, or let it pull.",
    )


def unreachable(reason: str) -> Finding:
    """Nothing answers there."""
    return fail("endpoint", f"ติดต่อไม่ได้ ({reason})", f"It cannot be reached ({reason}).", *mending(reason))


def reached(took: timedelta, *, slow: timedelta) -> Finding:
    """Something answers there, in this time."""
    seconds = f"{took.total_seconds():.1f}"
    if took > slow:
        return warn(
            "endpoint",
            f"ตอบใน {seconds} วินาที",
            f"It answers in {seconds} s.",
            "ตรวจหาสาเหตุที่ช้า",
            "Find out what is slow.",
        )
    return ok("endpoint", f"ตอบใน {seconds} วินาที", f"It answers in {seconds} s.")


def encryption(secure: bool) -> Finding:
    """Whether the way there is encrypted."""
    if secure:
        return ok("tls", "เข้ารหัสและใบรับรองถูกต้อง", "Encrypted; the certificate holds.")
    return warn(
        "tls",
        "ไม่เข้ารหัส ใช้ได้เฉพาะในเครือข่ายที่เชื่อมต่อกับศูนย์แลกเปลี่ยน",
        "Not encrypted; possible only within a network that the exchange is joined to.",
        "ใช้ https",
        "Use https.",
    )


def redirect(redirected: bool) -> Finding:
    """Whether it sends callers elsewhere."""
    if not redirected:
        return ok("redirect", "ไม่มีการเปลี่ยนเส้นทาง", "It does not redirect.")
    return fail(
        "redirect",
        "ระบบเปลี่ยนเส้นทาง (3xx) ซึ่งศูนย์แลกเปลี่ยนไม่ตาม",
        "It redirects (3xx), which the exchange does not follow.",
        "ตั้ง endpoint เป็นที่อยู่ปลายทางโดยตรง",
        "Set the endpoint to where it redirects to.",
    )


def no_date() -> Finding:
    """Its clock cannot be read."""
    return warn(
        "clock",
        "คำตอบไม่มีส่วนหัว Date จึงตรวจนาฬิกาไม่ได้",
        "Its answers carry no Date header, so its clock cannot be read.",
        "ให้เซิร์ฟเวอร์ส่งส่วนหัว Date (RFC 9110 §6.6.1)",
        "Let the server send Date (RFC 9110 §6.6.1).",
    )


def clock(off: int, *, little: int, most: int) -> Finding:
    """How far its clock is off, in seconds."""
    if off <= little:
        return ok("clock", "นาฬิกาตรง", "The clock is right.")
    say = fail if off > most else warn
    return say(
        "clock",
        f"นาฬิกาคลาดเคลื่อน {off} วินาที",
        f"The clock is off by {off} s; signed requests live for 60 s.",
        "ตั้งเวลาด้วย NTP เช่น time.navy.mi.th",
        "Set it by NTP, e.g. time.navy.mi.th.",
    )
