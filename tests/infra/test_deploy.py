"""`make deploy` against the emulator: data by CloudFormation, the record of what is where, deploy and delete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from infra import stages
from infra.local.emulator import start
from infra.local.in_process import in_process
from infra.local.session import LocalSession
from infra.local.wsgi import serve
from infra.package import deploy as command
from infra.package.deploy import answers, api_id, delete, deploy, deployed, provide
from infra.package.workshop import ChaliceFailed, lay_out
from tests.infra import small_project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

STAGE = stages.stages()["prod-gdx"]


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with start("moto") as emulator:
        yield LocalSession(emulator.endpoint, stages.REGION)


def _variables(session: LocalSession) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
    return {"AWS_ENDPOINT_URL": session.endpoint, **keys}


def test_deploy_again_from_a_fresh_workshop_uses_the_kept_record(session: LocalSession, tmp_path: Path) -> None:
    assert ("Add", "GdxTable") in provide(STAGE, session)
    traced: list[tuple[str, str]] = []
    disks: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        if "TracingConfig" in params:
            traced.append((params["FunctionName"], params["TracingConfig"]["Mode"]))
            disks.append(params["EphemeralStorage"]["Size"])

    session.events.register("provide-client-params.lambda.UpdateFunctionConfiguration", note)
    project = small_project.write(tmp_path / "project")
    records = tmp_path / "deployed"
    first = lay_out(STAGE, tmp_path / "first", project=project, deployed=records)
    api = deploy(first, STAGE.name, session, _variables(session))
    assert (records / "prod-gdx.json").exists()

    second = lay_out(STAGE, tmp_path / "second", project=project, deployed=records)
    assert deploy(second, STAGE.name, session, _variables(session)) == api
    assert len(session.client("apigateway").get_rest_apis()["items"]) == 1
    kinds = [entry["resource_type"] for entry in deployed(second, STAGE.name)]
    assert kinds.count("lambda_function") == 4
    assert kinds.count("sqs_event") == 2

    # a trace of the API would hold the whole address, in which existing clients of the gateway send secrets
    stage = session.client("apigateway").get_stage(restApiId=api, stageName=stages.API_STAGE)
    assert stage["tracingEnabled"] is False
    functions = session.client("lambda").list_functions()["Functions"]
    # what was asked for: moto takes the change and keeps nothing of it
    assert set(disks) == {stages.DISK}
    assert sorted(traced[-4:]) == sorted((each["FunctionArn"], "Active") for each in functions)

    groups = session.client("logs").describe_log_groups()["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {stages.LOG_DAYS}
    # a function may write to its own group only, and may not make it
    names = {group["logGroupName"] for group in groups}
    functions = session.client("lambda").list_functions()["Functions"]
    assert {f"/aws/lambda/{function['FunctionName']}" for function in functions} <= names

    delete(second, STAGE.name, _variables(session))
    assert deployed(second, STAGE.name) == []
    with pytest.raises(LookupError, match="no REST API"):
        api_id(second, STAGE.name)
    assert session.client("lambda").list_functions()["Functions"] == []
    assert session.client("dynamodb").list_tables()["TableNames"] == ["klang-prod-gdx"]


def test_a_deploy_that_fails_says_what_chalice_said(tmp_path: Path) -> None:
    project = small_project.write(tmp_path / "project")
    (project / "app.py").write_text("raise RuntimeError('broken app')\n")
    workshop = lay_out(STAGE, tmp_path / "workshop", project=project)
    with pytest.raises(ChaliceFailed, match="broken app"):
        workshop.chalice("deploy", "--stage", STAGE.name)


def test_a_developers_shell_does_not_lend_variables_to_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORMS", "biz")
    project = small_project.write(tmp_path / "project")
    (project / "app.py").write_text("import os\nraise RuntimeError('sees ' + os.environ['PLATFORMS'])\n")
    workshop = lay_out(STAGE, tmp_path / "workshop", project=project)
    with pytest.raises(ChaliceFailed, match="sees gdx"):
        workshop.chalice("deploy", "--stage", STAGE.name)


def test_an_api_is_up_only_if_it_opens_the_platforms() -> None:
    app = Chalice("health", configure_logs=False)

    @app.route("/health")
    def health() -> dict[str, object]:
        return {"status": "ok", "platforms": ["gdx"]}

    with serve(in_process(app)) as server:
        assert answers(server.address, ("gdx",))
        assert not answers(server.address, ("biz",))
    assert not answers(server.address, ("gdx",))


def test_an_unknown_stage_is_refused_before_anything_happens(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["prod-nothing"]) == 1
    assert "there are: dev, uat-gdx" in capsys.readouterr().err


def test_a_lost_record_is_told_before_anything_is_taken_for_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["uat-gdx", "--delete"], records=tmp_path) == 1
    assert "nothing is deleted" in capsys.readouterr().err
