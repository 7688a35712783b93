"""What S3 checks on presigned URLs and presigned POSTs, as functions of the request; emulators check nothing
of it (moto 5.2.5).
"""

from infra.local.emulator.presign.post_policy import check_post
from infra.local.emulator.presign.signature import Refusal, Request, check_digests, check_url, is_presigned

__all__ = ["Refusal", "Request", "check_digests", "check_post", "check_url", "is_presigned"]
