"""Fewer are let in at the door: readers and newcomers, by API Gateway's own throttles, and nobody who has begun."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.operate.__main__ import run
from infra.operate.command import NotDone
from infra.operate.shedding import PATCHES, kind_of, operations
from infra.stages import API_STAGE, REGION, stages
from tests.support.cloud import local_cloud

if TYPE_CHECKING:
    from boto3.session import Session

STAGE = "prod-citizen"
METHODS = (
    ("GET", "/health"),
    ("GET", "/citizen/v1/me/home"),
    ("GET", "/citizen/v1/me/inbox"),
    ("POST", "/citizen/v1/login"),
    ("POST", "/citizen/v1/sessions"),
    ("POST", "/citizen/v1/me/applications"),
)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/citizen/v1/me/home", "read"),
        ("GET", "/r1/{instance}", "read"),
        ("GET", "/health", None),
        ("GET", "/status", None),
        ("GET", "/.well-known/jwks.json", None),
        ("POST", "/citizen/v1/login", "sign-in"),
        ("POST", "/citizen/v1/sessions", None),
        ("POST", "/citizen/v1/sessions/refresh", None),
        ("POST", "/oauth2/token", None),
        ("DELETE", "/biz/v1/applications/{id}", None),
    ],
)
def test_who_waits_and_who_does_not(method: str, path: str, kind: str | None) -> None:
    assert kind_of(method, path) == kind


def test_a_path_is_one_step_of_a_pointer() -> None:
    made = operations(iter([("GET", "/citizen/v1/me/home")]), {"read": 2.5})
    assert [(each["path"], each["value"]) for each in made] == [
        ("/~1citizen~1v1~1me~1home/GET/throttling/rateLimit", "2.5"),
        ("/~1citizen~1v1~1me~1home/GET/throttling/burstLimit", "2"),
    ]


@pytest.fixture
def deployed() -> Iterator[Session]:
    """A stage's function and API as a deployment leaves them."""
    with local_cloud() as session:
        gateway, functions = session.client("apigateway"), session.client("lambda")
        trust = '{"Version": "2012-10-17", "Statement": []}'
        role = session.client("iam").create_role(RoleName="api", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        api = gateway.create_rest_api(name="klang")["id"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", "app = None")
        name = stages()[STAGE].function_name("api_handler")
        functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.app", Code={"ZipFile": packed.getvalue()}
        )
        functions.add_permission(
            FunctionName=name,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:123456789012:{api}/*",
        )
        for method, path in METHODS:
            place = _resource(gateway, api, path)
            gateway.put_method(restApiId=api, resourceId=place, httpMethod=method, authorizationType="NONE")
            gateway.put_integration(restApiId=api, resourceId=place, httpMethod=method, type="MOCK")
        gateway.create_deployment(restApiId=api, stageName=API_STAGE)
        yield session


def _resource(gateway: Any, api: str, path: str) -> str:
    there = {each["path"]: str(each["id"]) for each in gateway.get_resources(restApiId=api, limit=500)["items"]}
    at = "/"
    for step in path.strip("/").split("/"):
        below = f"{at.rstrip('/')}/{step}"
        if below not in there:
            made = gateway.create_resource(restApiId=api, parentId=there[at], pathPart=step)
            there[below] = str(made["id"])
        at = below
    return there[at]


def settings(session: Session) -> dict[str, float]:
    """Requests a second by method, where the stage says any."""
    gateway = session.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    said = gateway.get_stage(restApiId=api["id"], stageName=API_STAGE).get("methodSettings", {})
    return {place: each["throttlingRateLimit"] for place, each in said.items() if "throttlingRateLimit" in each}


def test_readers_and_newcomers_are_throttled_and_let_in_again(deployed: Session) -> None:
    assert run([STAGE, "shed", "--reads", "60", "--sign-ins", "30"], deployed) == {"throttled": 3}
    told = {place.split("/")[-2].rpartition("~1")[2]: rate for place, rate in settings(deployed).items()}
    assert told == {"home": 60.0, "inbox": 60.0, "login": 30.0}
    assert run([STAGE, "shed", "--reads", "5"], deployed) == {"throttled": 2}
    assert sorted(settings(deployed).values()) == [5.0, 5.0, 30.0], "what is not named stays"
    assert run([STAGE, "let-in"], deployed) == {"let_in": 3}
    assert settings(deployed) == {}
    assert run([STAGE, "let-in"], deployed) == {"let_in": 0}


def test_a_throttle_of_the_whole_stage_stays(deployed: Session) -> None:
    gateway = deployed.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    whole = [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "500"}]
    gateway.update_stage(restApiId=api["id"], stageName=API_STAGE, patchOperations=whole)
    run([STAGE, "shed", "--reads", "5"], deployed)
    run([STAGE, "let-in"], deployed)
    assert settings(deployed) == {"*/*": 500.0}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([STAGE, "shed"], "say what"),
        ([STAGE, "shed", "--reads", "0"], "above 0"),
        (["local", "shed", "--reads", "5", "--room", "citizen"], "no API Gateway"),
        (["prod-gdx", "shed", "--reads", "5"], "nothing of prod-gdx is deployed"),
    ],
)
def test_what_cannot_be_meant_is_said(deployed: Session, asked: list[str], why: str) -> None:
    with pytest.raises(NotDone, match=why):
        run(asked, deployed)


def test_a_platform_may_keep_lambdas_for_itself() -> None:
    stage = stages()[STAGE]
    assert "reserved_concurrency" not in stage.config()["lambda_functions"]["api_handler"]
    apart = replace(stage, environment=replace(stage.environment, reserved={"citizen": 400, "gdx": 250}))
    assert apart.kept == 400
    assert apart.config()["lambda_functions"]["api_handler"]["reserved_concurrency"] == 400
    together = replace(apart, platforms=("gdx", "citizen"))
    assert together.kept == 650
    assert PATCHES % 2 == 0, "a method's two operations go together"
