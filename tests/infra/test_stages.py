"""The table of stages: what is committed is what it says, and no stage may touch another platform's things."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import VARIABLES, Settings
from infra import stages
from infra.policies import SIZE_LIMIT, WITHOUT_ARN
from infra.rights.granted import API
from infra.stages import ENVIRONMENTS, PLATFORMS, Environment, Issuer, MalwareScanner

ALL = stages.stages()
APART = [name for name, stage in ALL.items() if len(stage.platforms) == 1]


FILES = stages.files()
EACH = [(name, function) for name, stage in ALL.items() for function in stage.functions]


def _policy(stage: str, function: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILES[ALL[stage].policy_file(function)])
    return document


def test_committed_files_are_generated() -> None:
    assert stages.differences(stages.PROJECT / ".chalice") == []


def test_check_tells_changed_missing_and_left_over_files(tmp_path: Path) -> None:
    stages.write(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "policies/dev/gdx_seal.json").unlink()
    (tmp_path / "policies/dev/old.json").write_text("{}")
    assert stages.differences(tmp_path) == ["config.json", "policies/dev/gdx_seal.json", "policies/dev/old.json"]


def test_writing_again_removes_policies_of_stages_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "policies/gone").mkdir(parents=True)
    (tmp_path / "policies/gone/old.json").write_text("{}")
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


@pytest.mark.parametrize("name", ALL)
def test_each_function_has_a_policy_of_its_own(name: str) -> None:
    stage = ALL[name]
    config = stage.config()
    named = {function: entry["iam_policy_file"] for function, entry in config["lambda_functions"].items()}
    assert named == {function: f"policies/{name}/{function}.json" for function in stage.functions}
    # one that is not in the table finds no file, and is not deployed
    assert "iam_policy_file" not in config and f"policy-{name}.json" not in FILES


def test_no_policy_is_wide_open_and_what_has_no_arn_has_a_reason() -> None:
    wide: set[tuple[str, ...]] = set()
    for name, function in EACH:
        for statement in _policy(name, function)["Statement"]:
            actions = tuple(statement["Action"])
            assert not [action for action in actions if "*" in action or action == "dynamodb:Scan"]
            if statement.get("NotResource", ["arn:aws:sns:*:*:*"]) != ["arn:aws:sns:*:*:*"]:
                raise AssertionError(f"{name} {function} may do {actions} to too much")
            if "*" in statement.get("Resource", ["*"]):
                wide.add(actions)
    attached = replace(ENVIRONMENTS[-1], scanner=MalwareScanner("clamd.internal:3310", ("subnet-1",), ("sg-1",)))
    (biz,) = (stage for stage in attached.stages() if stage.platforms == ("biz",))
    wide |= {tuple(each["Action"]) for each in biz.policy("biz_uploads")["Statement"] if each["Resource"] == ["*"]}
    assert wide == set(WITHOUT_ARN)


@pytest.mark.parametrize(("name", "function"), EACH)
def test_resources_are_of_this_region_and_account(name: str, function: str) -> None:
    for statement in _policy(name, function)["Statement"]:
        for arn in statement.get("Resource", []):
            if arn == "*":
                continue
            _, partition, service, region, account, _ = arn.split(":", 5)
            assert (partition, region) == ("aws", "" if service == "s3" else stages.REGION)
            assert account == ("" if service == "s3" else "*")
            if service not in ("logs", "ses"):  # these do not tell conditions whose the resource is
                own = statement["Condition"]["StringEquals"]["aws:ResourceAccount"]
                assert own == "${aws:PrincipalAccount}"
        if any(arn.endswith(":key/*") for arn in statement.get("Resource", [])):
            aliases = statement["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
            assert aliases and all(alias.startswith(f"alias/klang-{ALL[name].environment.name}-") for alias in aliases)


@pytest.mark.parametrize(("name", "function"), EACH)
def test_a_policy_fits_into_a_role_and_its_statements_have_names_of_their_own(name: str, function: str) -> None:
    document = _policy(name, function)
    assert len("".join(json.dumps(document).split())) <= SIZE_LIMIT
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert len(set(sids)) == len(sids) and all(sid.isalnum() for sid in sids)


@pytest.mark.parametrize("name", [name for name, stage in ALL.items() if "opendata" in stage.platforms])
def test_what_runs_the_words_of_strangers_may_write_its_own_log_and_nothing_else(name: str) -> None:
    stage = ALL[name]
    given = {
        action: entry["Resource"] for entry in _policy(name, "opendata_sql")["Statement"] for action in entry["Action"]
    }
    own = f"/aws/lambda/{stage.function_name('opendata_sql')}"
    assert given.keys() == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
    assert all(resource.split("log-group:")[1].startswith(own) for resource in given["logs:PutLogEvents"])
    (call,) = [each for each in _policy(name, API)["Statement"] if "lambda:InvokeFunction" in each["Action"]]
    assert call["Resource"] == [f"arn:aws:lambda:{stages.REGION}:*:function:{stage.function_name('opendata_sql')}"]


@pytest.mark.parametrize("name", APART)
def test_a_platform_reaches_nothing_of_the_others(name: str) -> None:
    stage = ALL[name]
    own = f"klang-{stage.environment.name}-{stage.platforms[0]}"
    others = [f"klang-{stage.environment.name}-{platform}" for platform in PLATFORMS if platform != stage.platforms[0]]
    for function in stage.functions:
        text = FILES[stage.policy_file(function)].replace(f"/aws/lambda/klang-{name}", "")
        assert not [other for other in others if other in text]
    tables = {
        resource
        for entry in _policy(name, API)["Statement"]
        for resource in entry.get("Resource", [])
        if ":dynamodb:" in resource
    }
    assert {table.split(":table/")[1].split("/")[0] for table in tables} == {own}


def test_writes_are_allowed_in_transactions_only() -> None:
    for name, function in EACH:
        for statement in _policy(name, function)["Statement"]:
            if {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"} & set(statement["Action"]):
                inside = statement["Condition"]["ForAnyValue:StringEquals"]["dynamodb:EnclosingOperation"]
                assert inside == ["TransactWriteItems"]


@pytest.mark.parametrize("together", [True, False])
def test_where_there_is_a_scanner_only_the_check_of_uploads_stands_in_its_network(together: bool) -> None:
    scanner = MalwareScanner("clamd.internal:3310", ("subnet-1", "subnet-2"), ("sg-1",))
    environment = replace(ENVIRONMENTS[-1], together=together, scanner=scanner)
    for stage in environment.stages():
        functions = stage.config()["lambda_functions"]
        inside = {name: entry for name, entry in functions.items() if "subnet_ids" in entry}
        network = [
            (function, entry)
            for function in stage.functions
            for entry in stage.policy(function)["Statement"]
            if entry["Sid"].startswith("Network")
        ]
        assert Settings.from_env(stage.variables() | {"AWS_REGION": stages.REGION}).clamd == scanner.address
        if "biz" not in stage.platforms:
            assert (inside, network) == ({}, [])
            continue
        assert list(inside) == ["biz_uploads"]
        assert inside["biz_uploads"]["subnet_ids"] == ["subnet-1", "subnet-2"]
        assert inside["biz_uploads"]["security_group_ids"] == ["sg-1"]
        assert {function for function, _ in network} == {"biz_uploads"}
        (_, allowed), (_, denied) = network
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
