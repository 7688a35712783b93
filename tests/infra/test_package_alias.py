"""Where an environment keeps Lambdas started or moves calls little by little, its API leads through an alias."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.package import alias
from infra.package.build import build
from infra.package.template import merge_template
from infra.stages import ENVIRONMENTS, REGION, Stage
from infra.watching.alarms import alarms_of
from tests.infra import small_project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

PROD = next(each for each in ENVIRONMENTS if each.name == "prod")
WARM = replace(PROD, provisioned={"gdx": 20}, canary="Canary10Percent5Minutes")
SEAL = """

@app.schedule(Rate(1, unit=Rate.MINUTES))
def gdx_seal(event):
    pass
"""


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What CloudFormation makes of the package: SAM's own translation of it."""
    project = small_project.write(tmp_path_factory.mktemp("project"))
    with (project / "app.py").open("a", encoding="utf-8") as app:
        app.write(SEAL)
    package = build("prod-gdx", tmp_path_factory.mktemp("out"), [WARM], project)
    template = json.loads(package.template.read_text(encoding="utf-8"))
    # SAM reads a local folder as an object's address only after it was uploaded
    for resource in template["Resources"].values():
        if "CodeUri" in resource["Properties"]:
            resource["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
    session = Session(region_name=REGION)
    sam = Translator({}, Parser(), boto_session=session)
    return dict(sam.translate(template, {})["Resources"])


def _of(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each for name, each in resources.items() if each["Type"] == kind}


def test_lambdas_are_kept_started_under_the_alias(resources: dict[str, Any]) -> None:
    ((name, found),) = _of(resources, "AWS::Lambda::Alias").items()
    assert found["Properties"]["Name"] == alias.ALIAS
    assert found["Properties"]["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 20}
    assert name in json.dumps(_of(resources, "AWS::Lambda::Permission")["APIHandlerInvokePermission"]["Properties"])


def test_every_route_calls_the_alias(resources: dict[str, Any]) -> None:
    (name,) = _of(resources, "AWS::Lambda::Alias")
    (api,) = _of(resources, "AWS::ApiGateway::RestApi").values()
    called = [
        method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for path in api["Properties"]["Body"]["paths"].values()
        for method in path.values()
        if method["x-amazon-apigateway-integration"].get("type") == "aws_proxy"
    ]
    assert len(called) == 4
    assert all(text.endswith("/functions/${Alias}/invocations") for text, _ in called)
    assert [places for _, places in called] == [{"Alias": {"Ref": name}}] * 4


def test_calls_move_little_by_little_and_back_when_an_alarm_rings(resources: dict[str, Any]) -> None:
    (group,) = _of(resources, "AWS::CodeDeploy::DeploymentGroup").values()
    shift, alarms = group["Properties"]["DeploymentConfigName"], group["Properties"]["AlarmConfiguration"]
    assert "Canary10Percent5Minutes" in json.dumps(shift)
    assert [each["Name"] for each in alarms["Alarms"]] == [
        "klang-prod-gdx-answers-failing",
        "klang-prod-gdx-functions-failing",
    ]


def test_the_alarms_that_are_watched_are_there() -> None:
    alarms, _ = alarms_of(Stage("prod-gdx", PROD, ("gdx",)), "gdx")
    assert {f"gdx-{name}" for name in alias.WATCHED} <= {alarm.name for alarm in alarms}


def test_without_a_wish_nothing_changes() -> None:
    stage = Stage("prod-gdx", PROD, ("gdx",))
    assert not alias.wanted(stage) and alias.merge_template(stage) == {}
    assert "APIHandlerInvokePermission" not in merge_template(stage)["Resources"]


def test_no_more_are_kept_warm_than_there_may_be() -> None:
    stage = Stage("prod-gdx", replace(WARM, reserved={"gdx": 10}), ("gdx",))
    with pytest.raises(alias.BadAlias, match="20 are kept warm, and the function may have 10"):
        alias.merge_template(stage)


def test_a_template_that_chalice_writes_otherwise_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sam.json").write_text('{"Resources": {}}')
    with pytest.raises(alias.BadAlias, match="no route calls"):
        alias.lead_through(tmp_path / "sam.json")
