"""Deploy, redeploy and delete by the real Chalice against the local cloud, and the deployed code really running."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.package.deploy import api_id, deployed
from infra.rehearsal import Rehearsal, RehearsalFailed
from tests.infra import small_project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

QUEUE = "klang-rehearsal-gdx-exchanges"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any


def _call(address: str, method: str, path: str, body: str | None = None) -> Answer:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, body.encode() if body else None, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return Answer(response.status, dict(response.getheaders()), json.loads(content) if content else None)


def _eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _local(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'"only here"']


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_project.write(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def rehearsal(project: Path) -> Iterator[Rehearsal]:
    with Rehearsal(["gdx"], project=project, mount=lambda _: {"/local": _local}, speed=60) as running:
        _give_up_after_two(running)
        _send(running, "poison")  # its attempts take a while; the tests go on meanwhile
        yield running


def _give_up_after_two(rehearsal: Rehearsal) -> None:
    """The template says five, and each attempt hides the message for seconds."""
    sqs = rehearsal.session.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps({**policy, "maxReceiveCount": 2})})


def _send(rehearsal: Rehearsal, body: str) -> None:
    sqs = rehearsal.session.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"], MessageBody=body)


def _log(rehearsal: Rehearsal, handler: str) -> str:
    log = rehearsal.pool.log(f"klang-rehearsal-gdx-{handler}")
    return log.read_text("utf-8") if log.exists() else ""


def test_the_deployed_package_answers_behind_the_front_address(rehearsal: Rehearsal) -> None:
    answer = _call(rehearsal.address, "POST", "/gdx/v1/echo/%E0%B8%81%2Fb", '{"a": "ก"}')
    assert answer.status == 200
    assert answer.body["word"] == "%E0%B8%81%2Fb"
    assert answer.body["body"] == {"a": "ก"}


def test_health_merges_the_platforms(rehearsal: Rehearsal) -> None:
    assert _call(rehearsal.address, "GET", "/health").body == {"status": "ok", "platforms": ["gdx"]}


@pytest.mark.parametrize("path", ["/citizen/v1/me", "/gdx/v1/nothing", "/nothing"])
def test_what_is_not_deployed_is_404_as_a_problem(rehearsal: Rehearsal, path: str) -> None:
    answer = _call(rehearsal.address, "GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_preflights_come_from_the_deployed_definition(rehearsal: Rehearsal) -> None:
    answer = _call(rehearsal.address, "OPTIONS", "/gdx/v1/echo/a")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_function_that_dies_is_502_and_the_next_call_gets_another_process(rehearsal: Rehearsal) -> None:
    assert _call(rehearsal.address, "GET", "/gdx/v1/fall").status == 502
    assert _call(rehearsal.address, "GET", "/health").status == 200


def test_mounted_applications_live_in_this_process_only(rehearsal: Rehearsal) -> None:
    assert _call(rehearsal.address, "GET", "/local/anything").body == "only here"
    paths = json.loads(rehearsal.workshop("gdx").api_definition.read_text("utf-8"))["paths"]
    assert not [path for path in paths if path.startswith("/local")]


def test_messages_reach_the_function_and_leave_the_queue(rehearsal: Rehearsal) -> None:
    _send(rehearsal, "m-1")
    assert _eventually(lambda: "carried m-1" in _log(rehearsal, "gdx_exchanges"))


def test_schedules_come_round(rehearsal: Rehearsal) -> None:
    assert _eventually(lambda: "swept" in _log(rehearsal, "gdx_sweep"))


def test_variables_and_rights_are_those_of_the_stage(rehearsal: Rehearsal) -> None:
    function = rehearsal.functions("gdx")["klang-rehearsal-gdx"]
    assert function.variables["PLATFORMS"] == "gdx"
    assert function.variables["EGRESS_NETWORKS"] == "127.0.0.0/8"
    iam = rehearsal.session.client("iam")
    (name,) = iam.list_role_policies(RoleName="klang-rehearsal-gdx-api_handler")["PolicyNames"]
    text = json.dumps(iam.get_role_policy(RoleName="klang-rehearsal-gdx-api_handler", PolicyName=name))
    assert "table/klang-rehearsal-gdx" in text
    assert not [other for other in ("biz", "opendata", "citizen") if f"klang-rehearsal-{other}" in text]


def test_throttling_is_set_after_the_deploy(rehearsal: Rehearsal) -> None:
    api = api_id(rehearsal.workshop("gdx"), "rehearsal-gdx")
    stage = rehearsal.session.client("apigateway").get_stage(restApiId=api, stageName="api")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 500.0


def test_a_message_that_always_fails_ends_in_the_dead_letter_queue(rehearsal: Rehearsal) -> None:
    sqs = rehearsal.session.client("sqs")
    dead = sqs.get_queue_url(QueueName=f"{QUEUE}-dlq")["QueueUrl"]

    def buried() -> bool:
        names = ["ApproximateNumberOfMessages"]
        found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=names)["Attributes"]
        return bool(int(found[names[0]]))

    assert _eventually(buried, seconds=60)


def test_a_redeploy_keeps_the_api_and_serves_the_new_code_and_a_delete_leaves_only_data(
    rehearsal: Rehearsal, project: Path
) -> None:
    before = api_id(rehearsal.workshop("gdx"), "rehearsal-gdx")
    assert _call(rehearsal.address, "GET", "/gdx/v1/release").body == {"release": "first"}
    small_project.write(project, release="second")
    rehearsal.deploy("gdx")
    rehearsal.connect()
    mappings = rehearsal.session.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert api_id(rehearsal.workshop("gdx"), "rehearsal-gdx") == before
    assert len(mappings) == 2
    assert _call(rehearsal.address, "GET", "/gdx/v1/release").body == {"release": "second"}

    rehearsal.delete("gdx")
    session = rehearsal.session
    assert _call(rehearsal.address, "POST", "/gdx/v1/echo/a", "{}").status == 503
    assert session.client("lambda").list_functions()["Functions"] == []
    assert session.client("apigateway").get_rest_apis()["items"] == []
    assert session.client("events").list_rules()["Rules"] == []
    assert session.client("iam").list_roles()["Roles"] == []
    assert deployed(rehearsal.workshop("gdx"), "rehearsal-gdx") == []
    assert session.client("dynamodb").list_tables()["TableNames"].count("klang-rehearsal-gdx") == 1


def test_stopping_twice_is_once_and_a_stopped_rehearsal_says_so() -> None:
    rehearsal = Rehearsal(["gdx"])
    rehearsal.stop()
    rehearsal.stop()
    with pytest.raises(RehearsalFailed):
        _ = rehearsal.address
