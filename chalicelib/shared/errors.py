"""Refusals: every reason for which Klang declines a request, as one small family.

A rule, a service or a store raises a `Refusal`; only the edge turns it into HTTP (`shared/problems.py` holds the
one table of statuses). The texts are for the person who must mend the request, so both languages are mandatory
and neither may contain a value that the caller sent: a national id in an error is a leak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from .dataclass import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input.

    Attributes:
        pointer: JSON Pointer (RFC 6901) into the body, or `header:Name`, `query:name`, `path:name`.
        th: what is wrong and how to mend it, in Thai.
        en: the same in English.
    """

    pointer: str
    th: str
    en: str


class Refusal(Exception):
    """Base of all refusals.

    `slug` is the stable last part of the problem type; `about` is what the refusal points at when it has no faults of
    its own (see `Fault.pointer`), "" for the request as a whole. `members` are what a client may act upon, beside the
    texts, in the problem document (RFC 9457 s.3.2); `challenge` is what WWW-Authenticate says with a 401 or 403.
    """

    slug = "refused"
    about = ""
    title_th = "คำขอถูกปฏิเสธ"
    title_en = "The request was refused"
    members: Mapping[str, str] = {}
    challenge = 'Bearer realm="klang"'

    def __init__(self, th: str, en: str, faults: Sequence[Fault] = (), retry_after: int | None = None) -> None:
        super().__init__(en)
        self.th = th
        self.en = en
        self.faults = tuple(faults)
        self.retry_after = retry_after


class Malformed(Refusal):
    """The request cannot be read at all: not JSON, not UTF-8, a broken header."""

    slug, title_th, title_en = "malformed", "อ่านคำขอไม่ได้", "The request cannot be read"


class Unauthenticated(Refusal):
    """No token, or one that does not hold."""

    about = "header:Authorization"
    slug, title_th, title_en = "unauthenticated", "ต้องยืนยันตัวตน", "Authentication is needed"

    def of_a_token(self) -> Self:
        """The same where a token came that does not hold (RFC 6750 s.3.1: `invalid_token`)."""
        self.challenge = f'{Refusal.challenge}, error="invalid_token"'
        return self


class NotAllowed(Refusal):
    """The caller is known and may not do this."""

    about = "header:Authorization"
    slug, title_th, title_en = "not-allowed", "ไม่มีสิทธิ์ทำรายการนี้", "You may not do this"
    challenge = 'Bearer realm="klang", error="insufficient_scope"'


class AssuranceTooLow(Refusal):
    """The login is real but weaker than the service asks for: a step-up is needed (RFC 9470)."""

    about = "header:Authorization"
    slug, title_th, title_en = "assurance-too-low", "ต้องยืนยันตัวตนในระดับที่สูงขึ้น", "A stronger login is needed"
    challenge = 'Bearer realm="klang", error="insufficient_user_authentication"'

    def wanting(self, required: str, present: str) -> Self:
        """The same, telling the client what is missing.

        Args:
            required: identity assurance level that is needed; `acr_values` of the challenge.
            present: that of the login.
        """
        self.members = {"required_ial": required, "ial": present}
        described = "A login with a higher identity assurance level is needed"
        self.challenge = f'{AssuranceTooLow.challenge}, error_description="{described}", acr_values="{required}"'
        return self


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it; the two look the same."""

    slug, title_th, title_en = "not-found", "ไม่พบข้อมูล", "Not found"


class WrongState(Refusal):
    """The thing exists, but this cannot be done to it now."""

    slug, title_th, title_en = (
        "wrong-state",
        "ยังทำรายการนี้ไม่ได้ในสถานะปัจจุบัน",
        "Not possible in the present state",
    )


class AlreadyThere(Refusal):
    """Something with this name or number exists."""

    slug, title_th, title_en = "already-there", "มีข้อมูลนี้อยู่แล้ว", "It is already there"


class Stale(Refusal):
    """Somebody changed the thing since the caller read it."""

    about = "header:If-Match"
    slug, title_th, title_en = "stale", "ข้อมูลถูกแก้ไขไปแล้ว", "It has changed since you read it"


class PreconditionNeeded(Refusal):
    """A change without If-Match, where a lost update would harm."""

    about = "header:If-Match"
    slug, title_th, title_en = "precondition-needed", "ต้องระบุ If-Match", "If-Match is needed"


class TooLarge(Refusal):
    """The body is over the limit of this route."""

    slug, title_th, title_en = "too-large", "ข้อมูลใหญ่เกินกำหนด", "The body is too large"


class UnsupportedMedia(Refusal):
    """A content type this route does not read."""

    about = "header:Content-Type"
    slug, title_th, title_en = "unsupported-media", "ไม่รองรับชนิดข้อมูลนี้", "This media type is not supported"


class Invalid(Refusal):
    """The request reads well but its content breaks a rule; `faults` point at each place."""

    slug, title_th, title_en = "invalid", "ข้อมูลไม่ถูกต้อง", "The content is not valid"


class KeyReused(Refusal):
    """The same Idempotency-Key came with another request (draft-ietf-httpapi-idempotency-key-header §2.7)."""

    about = "header:Idempotency-Key"
    slug, title_th, title_en = (
        "idempotency-key-reused",
        "Idempotency-Key ถูกใช้กับคำขออื่นแล้ว",
        "The Idempotency-Key belongs to another request",
    )


class TooMany(Refusal):
    """A quota or rate is used up; `retry_after` says when to come back, `limits` are headers about the rate."""

    limits: Mapping[str, str] = {}
    slug, title_th, title_en = "too-many-requests", "เรียกใช้เกินโควตา", "Too many requests"


class UpstreamFailed(Refusal):
    """Another system that had to answer did not, or answered nonsense."""

    slug, title_th, title_en = "upstream-failed", "ระบบปลายทางขัดข้อง", "Another system failed"


class Unavailable(Refusal):
    """Klang itself cannot do it just now; nothing was done and the caller may repeat."""

    slug, title_th, title_en = "unavailable", "ระบบไม่พร้อมให้บริการชั่วคราว", "Temporarily unavailable"


def not_found(what_th: str, what_en: str) -> NotFound:
    """The one wording of a 404, so that 'absent' and 'not yours' cannot be told apart."""
    return NotFound(f"ไม่พบ{what_th}", f"No such {what_en}.")
