"""The terms as text: what two parties sign must be the same bytes for both, today and in ten years.

The text is canonical JSON as RFC 8785 (JCS) defines it: names sorted, no blanks, UTF-8, only what must be escaped is
escaped. The terms hold no fractions and their names are ASCII, and for such values Python's own writer with sorted
names gives exactly that form.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from ...shared.storage import Json
from ..model import Agreement

MAX_TERMS = 32 * 1024
"""Bytes of the canonical text; with it a signature stays within what a token may be (`jose.MAX_LENGTH`)."""


def terms_json(agreement: Agreement) -> Json:
    """All that is agreed, by the names of the API; states and signatures are no part of it."""
    return {
        "agreement": agreement.id,
        "version": agreement.version,
        "order": agreement.order,
        "consumer": str(agreement.consumer),
        "service": str(agreement.service),
        "endpoints": [{"method": endpoint.method, "path": endpoint.path} for endpoint in agreement.endpoints],
        "fields": list(agreement.fields),
        "predicates": [
            {
                "code": predicate.code,
                "compares": [
                    {"answer": each.answer, "claim": each.claim, "how": each.how} for each in predicate.compares
                ],
            }
            for predicate in agreement.predicates
        ],
        "purposes": [
            {"code": purpose.code, "th": purpose.th, "en": purpose.en, "sealed_days": purpose.sealed_days}
            for purpose in agreement.purposes
        ],
        "legal_basis": {"th": agreement.legal_basis[0], "en": agreement.legal_basis[1]},
        "valid_from": agreement.valid_from.isoformat(),
        "valid_until": agreement.valid_until.isoformat(),
        "daily_quota": agreement.daily_quota,
        "rate_per_minute": agreement.rate_per_minute,
        "daily_bytes": agreement.daily_bytes,
        "retention_days": agreement.retention_days,
        "consent": agreement.consent,
        "preview": agreement.preview,
        "document_hash": agreement.document_hash,
    }


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of values without fractions, whose names are ASCII."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def terms_text(agreement: Agreement) -> str:
    """The text that the parties sign."""
    return canonical(terms_json(agreement)).decode()


def digest(text: str) -> str:
    """SHA-256 of a text, base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
