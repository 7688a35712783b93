"""The one refusal of a login that does not hold, and of a refresh token: neither tells which check failed."""

from __future__ import annotations

from chalicelib.shared.errors import Unauthenticated


class LoginRefused(Unauthenticated):
    """What came back from the provider does not belong to this login, or does not hold."""

    about = ""
    slug, title_th, title_en = "login-refused", "เข้าสู่ระบบไม่สำเร็จ", "The login did not succeed"


class SessionEnded(Unauthenticated):
    """The refresh token does not hold, or no longer."""

    about = "/refresh_token"
    slug, title_th, title_en = "session-ended", "หมดเวลาการเข้าสู่ระบบ", "The session has ended"


def refused() -> LoginRefused:
    """Every doubt about a login."""
    return LoginRefused("เข้าสู่ระบบไม่สำเร็จ โปรดเริ่มเข้าสู่ระบบใหม่", "The login did not succeed; begin again.")


def ended() -> SessionEnded:
    """Every doubt about a refresh token."""
    return SessionEnded("การเข้าสู่ระบบสิ้นสุดแล้ว โปรดเข้าสู่ระบบใหม่", "The session has ended; log in again.")
