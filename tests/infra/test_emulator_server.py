"""The served emulators start, hold the whole template, check uploads, stand many connections, and stop."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import requests
from botocore.config import Config

from infra.local.emulator import Emulator, EmulatorError, start
from infra.provision import apply, load_template, parameters_for

PARAMETERS = parameters_for("test", suffix="local", origins=["http://127.0.0.1:8000"])


@pytest.fixture(scope="module", params=["moto", "ministack"])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        with start(request.param) as running:
            environment.setenv("AWS_ENDPOINT_URL", running.endpoint)
            yield running


def session() -> boto3.session.Session:
    return boto3.session.Session(region_name="ap-southeast-1")


def test_the_template_is_applied_and_a_second_time_changes_nothing(emulator: Emulator) -> None:
    first = apply(load_template(), PARAMETERS, session())
    second = apply(load_template(), PARAMETERS, session())
    assert first.outputs["GdxTable"] == "klang-test-gdx"
    assert second.changes == {}, emulator.endpoint


def test_fifty_connections_lose_no_update(emulator: Emulator) -> None:
    apply(load_template(), PARAMETERS, session())
    client = session().client("dynamodb", config=Config(max_pool_connections=50))
    key = {"pk": {"S": "p"}, "sk": {"S": "n"}}

    def add(_: int) -> None:
        client.update_item(
            TableName="klang-test-gdx",
            Key=key,
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(add, range(200)))
    assert client.get_item(TableName="klang-test-gdx", Key=key)["Item"]["n"] == {"N": "200"}, emulator.endpoint
    client.close()


def test_a_changed_presigned_url_is_refused(emulator: Emulator) -> None:
    apply(load_template(), PARAMETERS, session())
    s3 = session().client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    bucket = "klang-test-gdx-documents-local"
    s3.put_object(Bucket=bucket, Key="a", Body=b"whole")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"}, ExpiresIn=60)
    assert requests.get(url, timeout=5).content == b"whole"
    assert requests.get(url.replace("Expires=60", "Expires=99"), timeout=5).status_code == 403, emulator.endpoint
    s3.close()


def test_a_stopped_emulator_is_gone() -> None:
    running = start()
    running.stop()
    running.stop()
    assert running.process.returncode == 0


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(EmulatorError, match="unknown emulator"):
        start("other")
