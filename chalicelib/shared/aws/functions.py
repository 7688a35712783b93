"""Lambda functions of the same stage."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import Unavailable
from ..functions import Json

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

log = logging.getLogger("klang.functions")


class LambdaFunctions:
    """See `shared.functions.Functions` for the promises.

    Args:
        client: Lambda, by how long the longest answer takes in seconds.
        prefix: beginning of the stage's function names.
    """

    def __init__(self, client: Callable[[float], LambdaClient], prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def call(self, name: str, event: Mapping[str, Any], *, patience: float) -> Json:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client(patience).invoke(
                FunctionName=f"{self._prefix}-{name}", Payload=json.dumps(event, ensure_ascii=False).encode()
            )
            told: Any = json.loads(answer["Payload"].read())
        except (BotoCoreError, ClientError, ValueError) as error:
            log.warning("function not answered", extra={"function": name, "error": type(error).__name__})
            raise _busy() from None
        if "FunctionError" in answer or not isinstance(told, dict):
            # its own log tells where it failed; what it answers may hold what a stranger sent
            log.warning("function failed", extra={"function": name})
            raise _busy()
        return told


def _busy() -> Unavailable:
    return Unavailable(
        "ระบบประมวลผลไม่ว่าง โปรดลองใหม่อีกครั้ง", "The function that does this is busy; try again.", retry_after=5
    )
