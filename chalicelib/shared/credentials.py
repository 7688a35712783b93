"""E-licences as verifiable credentials: SD-JWT VC (RFC 9901, draft-ietf-oauth-sd-jwt-vc).

A credential is a JWT with the type `dc+sd-jwt` whose sensitive claims are replaced by salted digests; the
holder shows only the disclosures that the verifier needs. The private key stays behind a `Signer` (KMS in the
cloud). Only flat claims can be made disclosable, and no holder key is bound: the e-licences of Klang are
public papers.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NewType

from pydantic import BaseModel, ConfigDict

from chalicelib.shared.jose import (
    MAX_LENGTH,
    Jwks,
    Signer,
    TokenRefused,
    base64url,
    compact_json,
    sign_jwt,
    verify_jwt,
)

SdJwt = NewType("SdJwt", str)
"""A credential with disclosures: `jwt~disclosure~disclosure~`."""

CREDENTIAL_TYPE = "dc+sd-jwt"

# Claims that a verifier must always see (draft-ietf-oauth-sd-jwt-vc, section "Registered JWT Claims").
_NEVER_HIDDEN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "status", "_sd", "_sd_alg", "..."})
_RESERVED = frozenset({"_sd", "_sd_alg", "..."})


class NotDisclosable(ValueError):
    """Raised when a claim cannot be hidden: a verifier must always see it, or it is not there."""


class StatusReference(BaseModel):
    """Where the state of a credential can be looked up (Token Status List)."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    uri: str
    idx: int


class Credential(BaseModel):
    """A verified credential: the claims that its holder chose to show."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    issuer: str
    vct: str
    claims: dict[str, Any]
    disclosed: tuple[str, ...]
    status: StatusReference | None = None


def random_salt() -> str:
    """128 random bits, as RFC 9901 recommends for each disclosure."""
    return secrets.token_urlsafe(16)


def issue(
    claims: Mapping[str, Any],
    disclosable: Collection[str],
    *,
    vct: str,
    signer: Signer,
    issued_at: dt.datetime,
    not_before: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
    status: StatusReference | None = None,
    new_salt: Callable[[], str] = random_salt,
) -> SdJwt:
    """A credential with all its disclosures, for its holder to keep.

    Claims named in `disclosable` are hidden until the holder shows them; personal data belongs there. Raises
    NotDisclosable for a name that is not among the claims or may not be hidden.
    """
    hidden = set(disclosable)
    if hidden & _NEVER_HIDDEN or not hidden <= claims.keys() or claims.keys() & _RESERVED:
        raise NotDisclosable("a claim that may not be hidden, or that is not there")
    disclosures = [base64url(compact_json([new_salt(), name, claims[name]])) for name in claims if name in hidden]
    body = {name: value for name, value in claims.items() if name not in hidden}
    body |= {"vct": vct, "iat": int(issued_at.timestamp())}
    if not_before is not None:
        body["nbf"] = int(not_before.timestamp())
    if expires_at is not None:
        body["exp"] = int(expires_at.timestamp())
    if status is not None:
        body["status"] = {"status_list": status.model_dump()}
    if disclosures:
        # Sorted, so that the order of the digests tells nothing about the order of the claims.
        body |= {"_sd": sorted(_digest(found) for found in disclosures), "_sd_alg": "sha-256"}
    return SdJwt("~".join([sign_jwt(body, signer, CREDENTIAL_TYPE), *disclosures, ""]))


def disclosable_names(credential: SdJwt) -> tuple[str, ...]:
    """The claims that the holder of this credential may show or hide."""
    return tuple(_read_disclosure(found)[0] for found in _split(credential)[1])


def present(credential: SdJwt, names: Collection[str]) -> SdJwt:
    """The same credential showing only those claims; raises NotDisclosable for an unknown name."""
    token, disclosures = _split(credential)
    by_name = {_read_disclosure(found)[0]: found for found in disclosures}
    if not set(names) <= by_name.keys():
        raise NotDisclosable("the credential has no such disclosable claim")
    return SdJwt("~".join([token, *(found for name, found in by_name.items() if name in names), ""]))


def verify(
    presentation: str, jwks: Jwks, *, now: dt.datetime, issuer: str | None = None, vct: str | None = None
) -> Credential:
    """Check a presented credential and open its disclosures; its status is for the caller to look up.

    Raises TokenRefused, also for a disclosure that the issuer did not sign, that is given twice, or that
    would overwrite a claim (RFC 9901 section 7.1).
    """
    token, disclosures = _split(presentation)
    claims = verify_jwt(token, jwks, CREDENTIAL_TYPE, now=now, issuer=issuer)
    if not isinstance(claims.get("vct"), str) or (vct is not None and claims["vct"] != vct):
        raise TokenRefused("vct", "the credential is of another kind")
    if not isinstance(claims.get("iss"), str):
        raise TokenRefused("issuer", "the credential names no issuer")
    status = _status(claims)
    opened = _open(claims, disclosures)
    shown = {name: value for name, value in claims.items() if name not in _RESERVED} | opened
    return Credential(issuer=claims["iss"], vct=claims["vct"], claims=shown, disclosed=tuple(opened), status=status)


def _status(claims: Mapping[str, Any]) -> StatusReference | None:
    if "status" not in claims:
        return None
    try:
        return StatusReference.model_validate(claims["status"]["status_list"])
    except (KeyError, TypeError, ValueError):
        raise TokenRefused("status", "the status reference cannot be read") from None


def _split(credential: str) -> tuple[str, list[str]]:
    if len(credential) > MAX_LENGTH:
        raise TokenRefused("malformed", "the credential is too long")
    token, *disclosures = credential.split("~")
    if not disclosures:
        raise TokenRefused("malformed", "not an SD-JWT")
    if disclosures.pop():
        raise TokenRefused("holder_binding", "a holder key is not supported")
    return token, disclosures


def _read_disclosure(disclosure: str) -> tuple[str, Any]:
    from jwt.utils import base64url_decode

    try:
        _, name, value = json.loads(base64url_decode(disclosure))
    except (ValueError, TypeError):
        raise TokenRefused("disclosure", "a disclosure cannot be read") from None
    if not isinstance(name, str) or name in _NEVER_HIDDEN:
        raise TokenRefused("disclosure", "a disclosure may not carry this claim")
    return name, value


def _open(claims: Mapping[str, Any], disclosures: Iterable[str]) -> dict[str, Any]:
    digests = claims.get("_sd", [])
    if claims.get("_sd_alg", "sha-256") != "sha-256" or not isinstance(digests, list):
        raise TokenRefused("disclosure", "the digests cannot be read")
    opened: dict[str, Any] = {}
    for disclosure in disclosures:
        name, value = _read_disclosure(disclosure)
        if digests.count(_digest(disclosure)) != 1:
            raise TokenRefused("disclosure", "the issuer did not sign this disclosure")
        if name in claims or name in opened:
            raise TokenRefused("disclosure", "a claim is given twice")
        opened[name] = value
    return opened


def _digest(disclosure: str) -> str:
    return base64url(hashlib.sha256(disclosure.encode("ascii")).digest())
