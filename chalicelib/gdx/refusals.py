"""Why the exchange refuses: X-Road's error families with the spelling of X-Road 7.8 (2026-02-02).

`code` is the X-Road type; over `/gdx/v1` the same refusal is a problem+json of the class it is built on. Prefixes:
`client.` the caller, `server.clientproxy.` the consumer's side, `server.serverproxy.` the provider's side. A message
never holds a value of the request.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..shared.errors import (
    Fault,
    Invalid,
    KeyReused,
    Malformed,
    NotAllowed,
    NotFound,
    Refusal,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UpstreamFailed,
    WrongState,
)


class AccessDenied(NotAllowed):
    """No agreement lets this client do this."""

    code = "server.serverproxy.access_denied"


class PurposeNotAgreed(AccessDenied):
    """The agreement exists, but not for this purpose."""


class ConsentNeeded(NotAllowed):
    """The agreement lets data about a person go only with that person's consent, and none holds (Klang's own)."""

    code = "server.serverproxy.consent_needed"


class PreviewNeeded(NotAllowed):
    """The agreement lets the person see the values first, which only `POST /gdx/v1/prefill` does (Klang's own).

    Named after the PreviewRequired of the EU Once-Only Technical System.
    """

    code = "server.serverproxy.preview_needed"


class PredicateNotAgreed(AccessDenied):
    """The agreement has no such verify-only question, or is for such questions only."""


class InvalidClientIdentifier(NotAllowed):
    """X-Road-Client is missing, unreadable, or not the client of the access token."""

    code = "server.clientproxy.invalid_client_identifier"


class InvalidSecurityServer(NotAllowed):
    """X-Road-Security-Server names another server than the one that the provider is behind."""

    code = "server.clientproxy.invalid_security_server"


class UnknownMember(NotFound):
    """The member or subsystem is not registered here."""

    code = "server.clientproxy.unknown_member"


class UnknownService(NotFound):
    """The subsystem has no such service."""

    code = "server.serverproxy.unknown_service"


class NotDescribed(NotFound):
    """`getOpenAPI` has nothing to show. X-Road's clients match the type and the beginning of the message."""

    code = "server.serverproxy.internal_error"


class ServiceDisabled(Unavailable):
    """The provider switched the service off; its notice is in the message."""

    code = "server.serverproxy.service_disabled"


class InvalidRequest(Malformed):
    """The request line, path or a header breaks the protocol."""

    code = "client.invalid_request"


class InvalidBody(Invalid):
    """The body is not what this exchange needs (e.g. the subject is missing)."""

    code = "client.bad_request"


class ServiceMissingUrl(UpstreamFailed):
    """The provider registered no address."""

    code = "server.serverproxy.service_missing_url"


class NetworkError(UpstreamFailed):
    """The provider cannot be reached, or does not answer in its time."""

    code = "server.serverproxy.network_error"


class InconsistentResponse(UpstreamFailed):
    """The provider's answer breaks the provider's own description."""

    code = "server.serverproxy.inconsistent_response"


class QuotaExceeded(TooMany):
    """The agreement's daily quota is used up (Klang's own; X-Road has no quotas)."""

    code = "server.serverproxy.quota_exceeded"


class LoggingFailed(Unavailable):
    """The exchange could not be recorded; without a record nothing is handed out."""

    code = "server.serverproxy.logging_failed"


_FAMILIES: tuple[tuple[type[Refusal], str], ...] = (
    (Unauthenticated, "server.clientproxy.ssl_authentication_failed"),
    (NotAllowed, "server.serverproxy.access_denied"),
    (NotFound, "server.serverproxy.unknown_service"),
    (TooMany, "server.serverproxy.quota_exceeded"),
    (TooLarge, "client.bad_request"),
    (Malformed, "client.bad_request"),
    (Invalid, "client.bad_request"),
    (KeyReused, "client.bad_request"),
    (WrongState, "client.bad_request"),
    (UpstreamFailed, "server.serverproxy.service_failed"),
)


INTERNAL_ERROR = "server.clientproxy.internal_error"
"""What nobody foresaw."""

XROAD_TYPES = frozenset(
    {INTERNAL_ERROR}
    | {name for _, name in _FAMILIES}
    | {str(found.code) for found in list(globals().values()) if isinstance(found, type) and hasattr(found, "code")}
)
"""Every type that a refusal on `/r1` may have."""


def xroad_type(refusal: Refusal) -> str:
    """The X-Road error type of any refusal."""
    code = getattr(refusal, "code", None)
    if isinstance(code, str):
        return code
    for family, name in _FAMILIES:
        if isinstance(refusal, family):
            return name
    return INTERNAL_ERROR


def xroad_status(refusal: Refusal) -> int:
    """The HTTP status of a refusal on `/r1`.

    X-Road answers 500 for `server.` and 400 for everything else. Two of Klang's refusals have no place there and keep
    the status that HTTP clients act upon: 401 (RFC 6750, fetch a new token) and 429 (come back later).
    """
    if isinstance(refusal, Unauthenticated):
        return 401
    if isinstance(refusal, TooMany):
        return 429
    return 500 if xroad_type(refusal).startswith("server.") else 400


def invalid_request(th: str, en: str, faults: Sequence[Fault] = ()) -> InvalidRequest:
    """A protocol error of the caller."""
    return InvalidRequest(th, en, faults)


def access_denied() -> AccessDenied:
    """The one wording of a denial: what exists behind it is not told."""
    return AccessDenied("ไม่มีข้อตกลงแลกเปลี่ยนข้อมูลที่อนุญาตคำขอนี้", "No agreement in force allows this request: access denied.")


def unknown_service() -> UnknownService:
    """There is no such service."""
    return UnknownService("ไม่พบบริการนี้ในศูนย์แลกเปลี่ยนข้อมูล", "No such service is registered on this exchange.")


def unknown_member() -> UnknownMember:
    """There is no such member or subsystem."""
    return UnknownMember("ไม่พบหน่วยงานหรือระบบนี้ในศูนย์แลกเปลี่ยนข้อมูล", "No such member or subsystem is registered.")
