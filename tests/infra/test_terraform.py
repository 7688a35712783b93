"""The package for Terraform: Chalice's part and ours fit together, and what would lead nowhere is found."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra import stages
from infra.package.build import UnknownStage, build_terraform
from infra.package.terraform import BadTerraform, check, escaped
from tests.infra import small_project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terraform")
    # the table's own functions: overrides are written for all of them
    project = small_project.write(folder / "project")
    source = project / "app.py"
    seal = source.read_text("utf-8").replace("def gdx_sweep", "def gdx_seal").partition("@app.schedule")[2]
    source.write_text(f"{source.read_text('utf-8')}\n\n@app.schedule{seal}", encoding="utf-8")
    return build_terraform("prod-gdx", folder / "out", project=project)


def _read(package: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package / name).read_text("utf-8"))["resource"]
    return found


def test_data_and_alarms_are_the_very_templates_that_a_deployment_uses(package: Path) -> None:
    stacks = _read(package, "klang.tf.json")["aws_cloudformation_stack"]
    assert {stack["name"] for stack in stacks.values()} >= {"klang-prod-gdx"}
    for stack in stacks.values():
        (file,) = re.findall(r"path.module}/([a-z-]+\.json)", stack["template_body"])
        template = json.loads((package / file).read_text("utf-8"))
        assert set(stack["parameters"]) <= set(template["Parameters"])
    assert "GdxTable" in json.loads((package / "data.json").read_text("utf-8"))["Resources"]


def test_each_function_has_its_log_its_traces_and_its_room(package: Path) -> None:
    functions = _read(package, "chalice.tf.json")["aws_lambda_function"]
    logs = _read(package, "klang.tf.json")["aws_cloudwatch_log_group"]
    over = _read(package, "klang_override.tf.json")
    assert set(over["aws_lambda_function"]) == set(functions) == set(logs)
    assert {f"/aws/lambda/{each['function_name']}" for each in functions.values()} == {
        each["name"] for each in logs.values()
    }
    assert {each["retention_in_days"] for each in logs.values()} == {stages.LOG_DAYS}
    assert {each["tracing_config"]["mode"] for each in over["aws_lambda_function"].values()} == {"Active"}
    # two stages of one account would have schedules of one name
    assert all("prod-gdx" in rule["name"] for rule in over["aws_cloudwatch_event_rule"].values())


@pytest.mark.parametrize(
    ("file", "change", "wrong"),
    [
        ("klang.tf.json", ("aws_api_gateway_rest_api.rest_api", "aws_api_gateway_rest_api.other"), "rest_api.other"),
        ("klang_override.tf.json", ("aws_cloudwatch_log_group.api_handler", "aws_cloudwatch_log_group.x"), "group.x"),
        ("klang_override.tf.json", ('"gdx_sweep-event"', '"sweep"'), "event_rule.sweep"),
    ],
)
def test_what_leads_nowhere_is_found(package: Path, file: str, change: tuple[str, str], wrong: str) -> None:
    before = (package / file).read_text("utf-8")
    assert change[0] in before
    try:
        (package / file).write_text(before.replace(*change), encoding="utf-8")
        with pytest.raises(BadTerraform, match=wrong):
            check(package)
    finally:
        (package / file).write_text(before, encoding="utf-8")


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownStage):
        build_terraform("prod-nothing", tmp_path)


def test_variables_of_iam_are_not_terraform_s(package: Path) -> None:
    policies = (package / "chalice.tf.json").read_text("utf-8")
    assert "$${aws:PrincipalAccount}" in policies and not re.search(r"(?<!\$)\$\{aws:", policies)
    once = escaped('{"a": "${aws:PrincipalAccount}", "b": "${local.region}"}')
    assert once == '{"a": "$${aws:PrincipalAccount}", "b": "${local.region}"}' == escaped(once)
