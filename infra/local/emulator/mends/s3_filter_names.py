"""Bucket notification filters named `Prefix` and `Suffix` (needed by moto 5.2.5).

S3 takes the names in any case and Chalice sends them capitalised; moto asserts lower case and answers 500.
"""

from __future__ import annotations

import re
from typing import Any

from moto.s3.responses import S3Response

_NAME = re.compile(r"<Name>(Prefix|Suffix)</Name>")


def install() -> None:
    """Lower the names before moto parses the document."""
    original = S3Response._notification_config_from_body

    def lowered(self: S3Response) -> dict[str, Any]:
        body: Any = self.body
        text = body.decode() if isinstance(body, bytes) else body
        self.body = _NAME.sub(lambda match: f"<Name>{match[1].lower()}</Name>", text)
        return original(self)

    S3Response._notification_config_from_body = lowered  # type: ignore[method-assign] # the mend
