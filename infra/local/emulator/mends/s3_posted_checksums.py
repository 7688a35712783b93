"""Checksums of objects that came by a form (needed by moto 5.2.5).

S3 compares the form's `x-amz-checksum-sha256` with the file, and tells it again at HEAD; moto does neither, so that
nobody could see whether the file that arrived is the one that was announced. Source: S3 API Reference, "POST Object".
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from moto.s3.responses import S3Response

FIELD = "x-amz-checksum-sha256"
_BAD_DIGEST = "<Error><Code>BadDigest</Code><Message>The SHA256 you specified did not match.</Message></Error>"


def install() -> None:
    """Compare and keep the checksum of a posted file."""
    original = S3Response._bucket_response_post

    def posting(self: S3Response, request: Any, bucket_name: str) -> Any:
        given = self.form_data.get(FIELD)
        content: Any = self.body
        if given is not None:
            real = base64.b64encode(hashlib.sha256(content).digest()).decode()
            if given != real:
                return 400, {"content-type": "application/xml"}, _BAD_DIGEST
        answer = original(self, request, bucket_name)
        if given is not None and answer[0] < 400:
            key: Any = self.backend.get_object(bucket_name, self.querystring["key"][0])
            key.checksum_algorithm, key.checksum_value = "SHA256", given
        return answer

    S3Response._bucket_response_post = posting  # type: ignore[method-assign]
