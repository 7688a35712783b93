"""Sign takes RAW messages up to 4096 bytes, and a wrong signature is an error (needed by moto 5.2.5).

moto hashes a DIGEST again, so that nobody outside could verify it: here DIGEST is refused instead of answered
wrongly. It takes RAW messages of any length, and Verify answers False where KMS raises. Source: KMS API
Reference, `Sign` and `Verify`.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import ValidationException
from moto.kms.responses import KmsResponse

_LONGEST_RAW = 4096


class _InvalidSignature(JsonRESTError):
    code = 400


def _check_message(response: KmsResponse) -> None:
    if response._get_param("MessageType") == "DIGEST":
        raise ValidationException("this emulator would hash a DIGEST again; use MessageType RAW")
    message: Any = response._get_param("Message") or b""
    if len(message) > _LONGEST_RAW:
        raise ValidationException(f"'message' must have length less than or equal to {_LONGEST_RAW}")


def install() -> None:
    """Check what Sign and Verify are given, and what Verify answers."""
    sign, verify = KmsResponse.sign, KmsResponse.verify

    def signing(self: KmsResponse) -> str:
        _check_message(self)
        return sign(self)

    def verifying(self: KmsResponse) -> str:
        _check_message(self)
        answer = verify(self)
        if not json.loads(answer)["SignatureValid"]:
            raise _InvalidSignature("KMSInvalidSignatureException", "")
        return answer

    KmsResponse.sign = signing  # type: ignore[method-assign] # the mend
    KmsResponse.verify = verifying  # type: ignore[method-assign] # the mend
