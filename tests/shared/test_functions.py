"""Lambda functions of the same stage: what is sent, what is answered, and how every failure is the same one."""

from __future__ import annotations

import io
import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.shared.aws.functions import LambdaFunctions
from chalicelib.shared.errors import Unavailable


class Client:
    """Lambda as the adapter calls it."""

    def __init__(self, payload: bytes = b"{}", error: Exception | None = None, **told: Any) -> None:
        self.asked: list[dict[str, Any]] = []
        self.payload = payload
        self.error = error
        self.told = told

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        return {"Payload": io.BytesIO(self.payload), "StatusCode": 200, **self.told}


def functions(client: Client, waits: list[float] | None = None) -> LambdaFunctions:
    def given(patience: float) -> Any:
        if waits is not None:
            waits.append(patience)
        return cast(Any, client)

    return LambdaFunctions(given, "klang-prod-opendata")


def test_a_function_is_called_for_its_answer() -> None:
    client, waits = Client(json.dumps({"ok": "ใช่"}).encode()), list[float]()
    assert functions(client, waits).call("opendata_sql", {"sql": "ก"}, patience=25.0) == {"ok": "ใช่"}
    (asked,) = client.asked
    assert asked["FunctionName"] == "klang-prod-opendata-opendata_sql"
    assert json.loads(asked["Payload"]) == {"sql": "ก"}
    assert waits == [25.0]


@pytest.mark.parametrize(
    "client",
    [
        Client(error=ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")),
        Client(error=ReadTimeoutError(endpoint_url="https://lambda")),
        Client(b'{"errorMessage": "a value of somebody"}', FunctionError="Unhandled"),
        Client(b"nonsense"),
        Client(b"[1]"),
        Client(b""),
    ],
)
def test_every_failure_is_one_that_may_pass(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable) as refused:
        functions(client).call("opendata_sql", {}, patience=1.0)
    assert refused.value.retry_after == 5
    assert "somebody" not in caplog.text + refused.value.en
