"""What a browser upload (POST form) says of its file belongs to the object from the start (needed by moto 5.2.5).

S3 keeps the form's checksum and media type with the object and tells of the object only then; moto forgets the checksum
and tells its queues before it has noted the media type, so a fast consumer sees an object without either.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from moto.s3 import notifications
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import metadata_from_headers

_posting = threading.local()
_ALGORITHMS = ("SHA256", "SHA1", "CRC32", "CRC32C")


def install() -> None:
    """Note everything first, tell afterwards."""
    post, put = S3Response._bucket_response_post, S3Backend.put_object

    def posted(self: S3Response, request: Any, bucket_name: str) -> Any:
        _posting.form = {name.lower(): value for name, value in (getattr(request, "form", None) or {}).items()}
        try:
            return post(self, request, bucket_name)
        finally:
            _posting.form = None

    def stored(self: S3Backend, bucket_name: str, *args: Any, **options: Any) -> FakeKey:
        form: Mapping[str, str] | None = getattr(_posting, "form", None)
        if form is None:
            return put(self, bucket_name, *args, **options)
        key = put(self, bucket_name, *args, **{**options, "disable_notification": True})
        for algorithm in _ALGORITHMS:
            value = form.get(f"x-amz-checksum-{algorithm.lower()}")
            if value is not None:
                key.checksum_algorithm, key.checksum_value = algorithm, value
        key.set_metadata(metadata_from_headers(dict(form)))
        event = notifications.S3NotificationEvent.OBJECT_CREATED_POST_EVENT
        notifications.send_event(self.account_id, event, self.get_bucket(bucket_name), key)
        return key

    S3Response._bucket_response_post = posted  # type: ignore[method-assign] # the mend
    S3Backend.put_object = stored  # type: ignore[method-assign] # the mend
