"""A deployed function calls another by the API of Lambda: the deployed adapter, against what a rehearsal answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from boto3.session import Session
from botocore.config import Config

from chalicelib.shared.aws.functions import LambdaFunctions
from chalicelib.shared.errors import Unavailable
from infra.local.gateway import FunctionFailed, FunctionTimedOut
from infra.local.wsgi import serve
from infra.rehearsal.front import Front
from infra.rehearsal.invocations import BEGINNING, invocations


class Pool:
    """Functions as a rehearsal runs them."""

    def call(self, name: str, event: Any) -> Any:
        if name.endswith("slow"):
            raise FunctionTimedOut("no answer within 1 s")
        if name.endswith("bad"):
            raise FunctionFailed("ValueError")
        return {"name": name, "event": event}


@pytest.fixture(scope="module")
def functions() -> Iterator[LambdaFunctions]:
    front = Front()
    front.mount(BEGINNING, invocations(cast(Any, Pool())))
    server = serve(front, port=0, threads=2)
    session = Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="ap-southeast-1")
    client = session.client(
        "lambda", endpoint_url=server.address, config=Config(retries={"total_max_attempts": 1}, read_timeout=10)
    )
    yield LambdaFunctions(lambda _: client, "klang-rehearsal-opendata")
    server.stop()


def test_the_answer_comes_back(functions: LambdaFunctions) -> None:
    told = functions.call("opendata_sql", {"sql": "ก"}, patience=5.0)
    assert told == {"name": "klang-rehearsal-opendata-opendata_sql", "event": {"sql": "ก"}}


@pytest.mark.parametrize("name", ["bad", "slow"])
def test_a_function_that_fails_is_one_that_may_be_asked_again(name: str, functions: LambdaFunctions) -> None:
    with pytest.raises(Unavailable):
        functions.call(name, {}, patience=5.0)
