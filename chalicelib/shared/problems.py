"""Refusals as `application/problem+json` (RFC 9457), in Thai or English; the one table of HTTP statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import errors
from .errors import Fault, Invalid, Refusal

if TYPE_CHECKING:
    from pydantic import ValidationError

TYPE_BASE = "https://klang.example/problems/"
MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[Refusal], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.AssuranceTooLow: 401,  # RFC 9470 s.3
    errors.NotFound: 404,
    errors.WrongState: 409,
    errors.AlreadyThere: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Invalid: 422,
    errors.KeyReused: 422,
    errors.PreconditionNeeded: 428,
    errors.TooMany: 429,
    errors.UpstreamFailed: 502,
    errors.Unavailable: 503,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal (of its nearest known ancestor)."""
    for kind in type(refusal).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 400


def headers_of(refusal: Refusal, status: int) -> dict[str, str]:
    """What every dialect's answer says beside its body: how to be let in, when to come again, how often one may ask."""
    found: dict[str, str] = {}
    if status in (401, 403):  # RFC 9110 s.11.6.1, RFC 6750 s.3
        found["WWW-Authenticate"] = refusal.challenge
    if isinstance(refusal, errors.TooMany):
        found |= refusal.limits
    if refusal.retry_after is not None:
        found["Retry-After"] = str(refusal.retry_after)
    return found


def problem(refusal: Refusal, *, language: str, instance: str) -> dict[str, Any]:
    """The problem document; `instance` is the request id, which also stands in the log."""
    thai = language != "en"
    body: dict[str, Any] = {
        "type": TYPE_BASE + refusal.slug,
        "title": refusal.title_th if thai else refusal.title_en,
        "status": status_of(refusal),
        "detail": refusal.th if thai else refusal.en,
        "instance": f"urn:klang:request:{instance}",
    }
    body.update(refusal.members)
    # at least one entry, so that every refusal says in both languages what is wrong and where
    faults = refusal.faults or (Fault(refusal.about, refusal.th, refusal.en),)
    body["errors"] = [{"pointer": fault.pointer, "message_th": fault.th, "message_en": fault.en} for fault in faults]
    return body


def unexpected(*, language: str, instance: str) -> dict[str, Any]:
    """The document for an error nobody foresaw: it says nothing but the request id."""
    return {
        "type": TYPE_BASE + "internal",
        "title": "เกิดข้อผิดพลาดภายในระบบ" if language != "en" else "Something went wrong on our side",
        "status": 500,
        "detail": (
            "ระบบบันทึกข้อผิดพลาดไว้แล้ว โปรดแจ้งหมายเลขคำขอนี้เมื่อติดต่อเจ้าหน้าที่"
            if language != "en"
            else "It has been recorded. Quote this request id when you ask for help."
        ),
        "instance": f"urn:klang:request:{instance}",
    }


_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("ต้องระบุข้อมูลนี้", "This field is mandatory."),
    "extra_forbidden": ("ไม่รู้จักข้อมูลนี้ โปรดลบออก", "This field is not known here; remove it."),
    "string_type": ("ต้องเป็นข้อความ", "Must be a text."),
    "int_type": ("ต้องเป็นจำนวนเต็ม", "Must be a whole number."),
    "int_parsing": ("ต้องเป็นจำนวนเต็ม", "Must be a whole number."),
    "int_from_float": ("ต้องเป็นจำนวนเต็ม", "Must be a whole number."),
    "float_type": ("ต้องเป็นตัวเลข", "Must be a number."),
    "float_parsing": ("ต้องเป็นตัวเลข", "Must be a number."),
    "decimal_type": ("ต้องเป็นตัวเลข", "Must be a number."),
    "decimal_parsing": ("ต้องเป็นตัวเลข", "Must be a number."),
    "bool_parsing": ("ต้องเป็น true หรือ false", "Must be true or false."),
    "date_type": ("ต้องเป็นวันที่ ค.ศ. รูปแบบ 2026-12-31", "Must be a date like 2026-12-31."),
    "date_parsing": ("ต้องเป็นวันที่ ค.ศ. รูปแบบ 2026-12-31", "Must be a date like 2026-12-31."),
    "date_from_datetime_parsing": ("ต้องเป็นวันที่ ค.ศ. รูปแบบ 2026-12-31", "Must be a date like 2026-12-31."),
    "bool_type": ("ต้องเป็น true หรือ false", "Must be true or false."),
    "list_type": ("ต้องเป็นรายการ", "Must be a list."),
    "tuple_type": ("ต้องเป็นรายการ", "Must be a list."),
    "dict_type": ("ต้องเป็นออบเจกต์", "Must be an object."),
    "model_type": ("ต้องเป็นออบเจกต์", "Must be an object."),
    "model_attributes_type": ("ต้องเป็นออบเจกต์", "Must be an object."),
    "literal_error": ("ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: {expected}", "Must be one of: {expected}."),
    "enum": ("ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: {expected}", "Must be one of: {expected}."),
    "string_too_long": ("ยาวได้ไม่เกิน {max_length} ตัวอักษร", "At most {max_length} characters."),
    "string_too_short": ("ต้องมีอย่างน้อย {min_length} ตัวอักษร", "At least {min_length} characters."),
    "string_pattern_mismatch": ("รูปแบบไม่ถูกต้อง ต้องตรงกับ {pattern}", "Must match the pattern {pattern}."),
    "too_long": ("มีได้ไม่เกิน {max_length} รายการ", "At most {max_length} entries."),
    "too_short": ("ต้องมีอย่างน้อย {min_length} รายการ", "At least {min_length} entries."),
    "greater_than": ("ต้องมากกว่า {gt}", "Must be more than {gt}."),
    "greater_than_equal": ("ต้องไม่น้อยกว่า {ge}", "Must be {ge} or more."),
    "less_than": ("ต้องน้อยกว่า {lt}", "Must be less than {lt}."),
    "less_than_equal": ("ต้องไม่เกิน {le}", "Must be {le} or less."),
}
"""What pydantic's findings mean, in both languages; the words in braces are the finding's own limits."""


def invalid_body(error: ValidationError, where: str = "") -> Invalid:
    """Pydantic's findings as one refusal; never repeats what the caller sent.

    Args:
        error: the findings.
        where: prefix of the pointers: "" for a body, `query:` for the query string.
    """
    findings = error.errors(include_url=False, include_input=False, include_context=True)
    inner = {finding["loc"][:depth] for finding in findings for depth in range(len(finding["loc"]))}
    faults = []
    for finding in findings:
        if finding["type"] == "too_short" and finding["loc"] in inner:
            continue  # only because an entry is wrong, which is said already
        path = "".join(f"/{_escape(part)}" for part in finding["loc"])
        faults.append(Fault(f"{where}{path.lstrip('/') if where else path}", *_words(finding)))
    return Invalid("ข้อมูลที่ส่งมาไม่ถูกต้อง โปรดแก้ไขตามรายการ", "Some of the content is not valid; see errors.", faults)


def _escape(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _words(finding: Any) -> tuple[str, str]:
    kind, context = finding["type"], finding.get("ctx", {})
    if kind in _WORDS:
        th, en = _WORDS[kind]
        return th.format(**context), en.format(**context)
    if kind == "value_error" and isinstance(context.get("error"), Bilingual):
        return context["error"].th, context["error"].en
    return "ค่าไม่ถูกต้อง", f"Not a valid value ({kind.replace('_', ' ')})."


class Bilingual(ValueError):
    """Raised by a validator of an incoming model that has something precise to say in both languages."""

    def __init__(self, th: str, en: str) -> None:
        super().__init__(en)
        self.th = th
        self.en = en
