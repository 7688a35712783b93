"""The consent as signed by the exchange: a JWT that both sides keep and anyone can check with the exchange's keys.

It shows what was consented to and by which login, not that it still stands: withdrawing does not change a signature.
What counts for an exchange is the row in the table.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from ...shared.jose import base64url, sign_jwt
from ...shared.keyring import Keyring
from ..evidence import Voice
from .model import Act, Consent
from .store import terms_json

TYPE = "gdx-consent+jwt"


def signed(voice: Voice, keyring: Keyring, consent: Consent, act: Act) -> str:
    """The artefact of a consent given by an act.

    Claims: `sub` names the person for this consumer only (a pairwise pseudonym, OpenID Connect Core section 8.1), `acr`
    and `auth_time` tell the login, `act_token` is the hash of the access token that was used, `terms` the hash of the
    words that were shown.
    """
    terms = consent.terms
    claims: dict[str, Any] = {
        "jti": consent.id,
        "sub": keyring.pseudonym(f"consent\n{consent.consumer}\n{consent.subject}"),
        "client": str(consent.consumer),
        "service": str(consent.service),
        "agreement": consent.agreement,
        "agreement_version": consent.agreement_version,
        "purposes": [purpose.code for purpose in terms.purposes],
        "fields": [named.code for named in terms.fields],
        "mode": terms.mode.value,
        "data_life_days": terms.data_life_days,
        "terms": terms_hash(consent),
        "iat": int((consent.decided_at or consent.asked_at).timestamp()),
        "nbf": int(terms.starts.timestamp()),
        "exp": int(terms.ends.timestamp()),
        "acr": act.ial,
        "act_issuer": act.issuer,
        "act_token": act.token,
        "act_iat": act.issued_at,
    }
    if act.auth_time is not None:
        claims["auth_time"] = act.auth_time
    return sign_jwt(claims, voice, TYPE)


def terms_hash(consent: Consent) -> str:
    """SHA-256 over the canonical JSON of the terms as they were shown, base64url."""
    text = json.dumps(terms_json(consent.terms), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return base64url(hashlib.sha256(text.encode()).digest())


def act_of(authorization: str, ial: str) -> Act:
    """The act behind a request that the gate has let in; its token holds, so it is only read here."""
    token = authorization.partition(" ")[2]
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    auth_time = claims.get("auth_time")
    return Act(
        token=base64url(hashlib.sha256(token.encode()).digest()),
        issuer=str(claims["iss"]),
        issued_at=int(claims["iat"]),
        ial=ial,
        auth_time=auth_time if isinstance(auth_time, int) and not isinstance(auth_time, bool) else None,
    )
