"""How error types are spelled: X-Road changed it with 7.8.0 (2 February 2026), and clients match the text.

7.8: `server.serverproxy.access_denied`; up to 7.7.1, and still in PR-REST 1.0.4: `Server.ServerProxy.AccessDenied`.
Inside the exchange a type is always spelled as in 7.8; `spelled` is applied where an answer leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Spelling(StrEnum):
    """Which release's names an exchange speaks (setting `XROAD_SPELLING`)."""

    V7_7 = "7.7"
    V7_8 = "7.8"


NAMES: Mapping[str, str] = {
    "client": "Client",
    "server": "Server",
    "clientproxy": "ClientProxy",
    "serverproxy": "ServerProxy",
    "access_denied": "AccessDenied",
    "bad_request": "BadRequest",
    "database_error": "DatabaseError",
    "global_conf_outdated": "OutdatedGlobalConf",
    "inconsistent_response": "InconsistentResponse",
    "internal_error": "InternalError",
    "invalid_client_identifier": "InvalidClientIdentifier",
    "invalid_http_method": "InvalidHttpMethod",
    "invalid_request": "InvalidRequest",
    "invalid_security_server": "InvalidSecurityServer",
    "io_error": "IOError",
    "logging_failed": "LoggingFailed",
    "maintenance_mode": "MaintenanceMode",
    "missing_signature": "MissingSignature",
    "network_error": "NetworkError",
    "service_disabled": "ServiceDisabled",
    "service_failed": "ServiceFailed",
    "service_missing_url": "ServiceMissingUrl",
    "service_type": "ServiceType",
    "ssl_authentication_failed": "SslAuthenticationFailed",
    "timestamping_failed": "TimestampingFailed",
    "unknown_member": "UnknownMember",
    "unknown_service": "UnknownService",
}
"""X-Road's own names: 7.8 -> 7.7."""


def spelled(kind: str, spelling: Spelling) -> str:
    """An error type in a release's spelling.

    Klang's own names (quota, consent) have no 7.7 form in X-Road's code and get the one that its rule would give them.

    Args:
        kind: as in 7.8, its parts separated by dots.
        spelling: which release's names are wanted.
    """
    if spelling is Spelling.V7_8:
        return kind
    return ".".join(NAMES.get(part) or part.title().replace("_", "") for part in kind.split("."))
