"""The table of stages: what is committed is what it says, and no stage may touch another platform's things."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.settings import VARIABLES, Settings
from infra import stages
from infra.stages import ENVIRONMENTS, PLATFORMS, Environment, Issuer, MalwareScanner

ALL = stages.stages()
APART = [name for name, stage in ALL.items() if len(stage.platforms) == 1]


def _resources(stage: str) -> list[str]:
    policy = json.loads(stages.files()[f"policy-{stage}.json"])
    return [resource for statement in policy["Statement"] for resource in statement.get("Resource", [])]


def test_committed_files_are_generated() -> None:
    assert stages.differences(stages.PROJECT / ".chalice") == []


def test_check_tells_changed_missing_and_left_over_files(tmp_path: Path) -> None:
    stages.write(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "policy-dev.json").unlink()
    (tmp_path / "policy-old.json").write_text("{}")
    assert stages.differences(tmp_path) == ["config.json", "policy-dev.json", "policy-old.json"]


def test_writing_again_removes_policies_of_stages_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "policy-old.json").write_text("{}")
    stages.write(tmp_path)
    assert stages.differences(tmp_path) == []


def test_stages_are_dev_and_one_per_platform_elsewhere() -> None:
    expected = ["dev", *(f"{env}-{platform}" for env in ("uat", "prod") for platform in PLATFORMS)]
    assert list(ALL) == expected


@pytest.mark.parametrize("name", ALL)
def test_variables_are_the_settings_and_the_settings_accept_them(name: str) -> None:
    variables = ALL[name].variables()
    assert tuple(variables) == VARIABLES
    settings = Settings.from_env(variables | {"AWS_REGION": stages.REGION})
    assert settings.platforms == ALL[name].platforms
    assert not settings.on_laptop
    assert settings.egress_networks == ()


@pytest.mark.parametrize("name", ALL)
def test_platforms_are_said_at_stage_level_only(name: str) -> None:
    functions = ALL[name].config()["lambda_functions"]
    assert not [entry for entry in functions.values() if "environment_variables" in entry]
    assert "api_handler" not in functions


@pytest.mark.parametrize("name", ALL)
def test_no_policy_is_wide_open(name: str) -> None:
    policy = json.loads(stages.files()[f"policy-{name}.json"])
    actions = [action for statement in policy["Statement"] for action in statement["Action"]]
    wide = [action for entry in policy["Statement"] if "*" in entry.get("Resource", []) for action in entry["Action"]]
    assert wide == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    # an SMS goes to a number, which has no ARN: everything but what has one
    others = [(entry["Action"], entry["NotResource"]) for entry in policy["Statement"] if "NotResource" in entry]
    tell = {"biz", "citizen"} & set(ALL[name].platforms)
    assert others == [(["sns:Publish"], ["arn:aws:sns:*:*:*"])] * len(tell)
    assert not [action for action in actions if "*" in action or action == "dynamodb:Scan"]
    for statement in policy["Statement"]:
        if any(resource.endswith(":key/*") for resource in statement.get("Resource", [])):
            assert statement["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"].startswith("alias/klang-")


@pytest.mark.parametrize("name", ALL)
def test_what_runs_the_words_of_strangers_may_write_its_own_log_and_nothing_else(name: str) -> None:
    stage = ALL[name]
    functions = stage.config()["lambda_functions"]
    bare = [each for each, entry in functions.items() if "iam_policy_file" in entry]
    assert bare == (["opendata_sql"] if "opendata" in stage.platforms else [])
    if not bare:
        assert f"policy-{name}-bare.json" not in stages.files()
        return
    policy = json.loads(stages.files()[functions["opendata_sql"]["iam_policy_file"]])
    granted = {action: entry["Resource"] for entry in policy["Statement"] for action in entry["Action"]}
    own = f"/aws/lambda/{stage.function_name('opendata_sql')}"
    assert granted.keys() == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
    assert all(resource.split("log-group:")[1].startswith(own) for resource in granted["logs:PutLogEvents"])
    others = json.loads(stages.files()[stage.policy_file])["Statement"]
    (call,) = [entry for entry in others if "lambda:InvokeFunction" in entry["Action"]]
    function = f"arn:aws:lambda:{stages.REGION}:*:function:{stage.function_name('opendata_sql')}"
    assert call["Resource"] == [function]


@pytest.mark.parametrize("name", APART)
def test_a_platform_reaches_nothing_of_the_others(name: str) -> None:
    stage = ALL[name]
    own = f"klang-{stage.environment.name}-{stage.platforms[0]}"
    others = [f"klang-{stage.environment.name}-{platform}" for platform in PLATFORMS if platform != stage.platforms[0]]
    text = stages.files()[stage.policy_file].replace(f"/aws/lambda/klang-{name}", "")
    assert own in text
    assert not [other for other in others if other in text]
    tables = {resource for resource in _resources(name) if ":dynamodb:" in resource}
    assert {table.split(":table/")[1] for table in tables} == {own, f"{own}/index/*"}


@pytest.mark.parametrize("together", [True, False])
def test_where_there_is_a_scanner_only_the_check_of_uploads_stands_in_its_network(together: bool) -> None:
    scanner = MalwareScanner("clamd.internal:3310", ("subnet-1", "subnet-2"), ("sg-1",))
    environment = replace(ENVIRONMENTS[-1], together=together, scanner=scanner)
    for stage in environment.stages():
        functions = stage.config()["lambda_functions"]
        inside = {name: entry for name, entry in functions.items() if "subnet_ids" in entry}
        policy = json.loads(stages.files([environment])[stage.policy_file])
        network = [entry for entry in policy["Statement"] if entry["Sid"].startswith("Network")]
        assert Settings.from_env(stage.variables() | {"AWS_REGION": stages.REGION}).clamd == scanner.address
        if "biz" not in stage.platforms:
            assert (inside, network) == ({}, [])
            continue
        assert list(inside) == ["biz_uploads"]
        assert inside["biz_uploads"]["subnet_ids"] == ["subnet-1", "subnet-2"]
        assert inside["biz_uploads"]["security_group_ids"] == ["sg-1"]
        allowed, denied = network
        assert (allowed["Effect"], denied["Effect"], allowed["Action"]) == ("Allow", "Deny", denied["Action"])
        named = denied["Condition"]["ArnLike"]["lambda:SourceFunctionArn"]
        assert named == [f"arn:aws:lambda:{stages.REGION}:*:function:{stage.function_name('biz_uploads')}"]


def test_a_function_name_that_lambda_would_refuse_is_refused_here() -> None:
    long = Environment(
        name="a_very_long_name_of_an_environment_of_the_kingdom",
        addresses=dict.fromkeys(PLATFORMS, "https://x.klang.example"),
        bucket_suffix="x",
        issuers=(Issuer("https://i.example", "https://i.example/jwks.json"),),
        mail_domain="mail.klang.example",
    )
    with pytest.raises(ValueError, match="too long"):
        stages.files([long])


def test_an_environment_together_is_one_stage() -> None:
    together = replace(ENVIRONMENTS[-1], together=True)
    assert [stage.name for stage in together.stages()] == ["prod"]
