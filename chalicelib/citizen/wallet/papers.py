"""What an SD-JWT VC says to its holder.

The wallet does not judge a credential: it came through the exchange from its issuer, and whoever it is shown to checks
the signature. It only has to be one, and readable.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from chalicelib.shared.credentials import NotDisclosable, SdJwt, disclosable_names, present
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid

_TECHNICAL = frozenset({"_sd", "_sd_alg", "iss", "vct", "iat", "nbf", "exp", "status", "cnf"})


@dataclass(frozen=True)
class Content:
    """A credential opened.

    Attributes:
        not_before, expires: its own dates.
        listed: whether its issuer keeps a list by which it can be revoked or suspended.
        claims: all claims about the holder, hidden ones too.
        disclosable: names of those that the holder may show or withhold.
    """

    issuer: str
    vct: str
    issued_at: str | None
    expires_at: str | None
    not_before: datetime | None
    expires: datetime | None
    listed: bool
    claims: Mapping[str, Any] = field(repr=False)
    disclosable: tuple[str, ...] = ()


def opened(credential: str) -> Content:
    """The content of a credential with all its disclosures.

    Raises:
        Invalid: it is none.
    """
    try:
        names = disclosable_names(SdJwt(credential))
        token, *disclosures = credential.rstrip("~").split("~")
        payload = json.loads(_decoded(token.split(".")[1]))
        hidden = {name: value for _, name, value in (json.loads(_decoded(part)) for part in disclosures)}
        issuer, vct = payload["iss"], payload["vct"]
        if not isinstance(issuer, str) or not isinstance(vct, str):
            raise TypeError("iss and vct are texts")
        return Content(
            issuer=issuer,
            vct=vct,
            issued_at=_text(_moment(payload.get("iat"))),
            expires_at=_text(_moment(payload.get("exp"))),
            not_before=_moment(payload.get("nbf")),
            expires=_moment(payload.get("exp")),
            listed="status" in payload,
            claims=about_the_holder({**payload, **hidden}),
            disclosable=names,
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        raise Invalid(
            "เอกสารรับรองไม่อยู่ในรูป SD-JWT VC",
            "The credential is not a readable SD-JWT VC.",
            [Fault("/credential", "ต้องเป็น SD-JWT VC", "Must be an SD-JWT VC with its disclosures.")],
        ) from None


def shown(credential: str, claims: Collection[str]) -> str:
    """The credential with only these of its disclosable claims.

    Raises:
        Invalid: it has no such claim to show.
    """
    try:
        return present(SdJwt(credential), claims)
    except NotDisclosable:
        raise Invalid(
            "เอกสารนี้ไม่มีข้อมูลที่เลือก",
            "The credential has no such claim to show.",
            [Fault("/claims", "เลือกได้เฉพาะรายการใน disclosable", "Choose among `disclosable`.")],
        ) from None


def _decoded(text: str) -> bytes:
    from jwt.utils import base64url_decode

    return base64url_decode(text)


def about_the_holder(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims without those that only machines need."""
    return {name: value for name, value in claims.items() if name not in _TECHNICAL}


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(int(value), UTC)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
