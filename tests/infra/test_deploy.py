"""`make deploy` and back against the emulator: data, releases, the try, rollback, the record, delete."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra import stages
from infra.deploy import __main__ as command
from infra.deploy.doctor import Finding, Patient, examine
from infra.deploy.keeping import bucket_name, releases_of
from infra.deploy.record import Unfound, find_record
from infra.deploy.releases import NoRelease
from infra.deploy.road import NotWell, Site, bring_up, roll_back, take_down
from infra.deploy.smoke import Answer
from infra.functions import DISK
from infra.local.emulator import start
from infra.local.session import LocalSession
from infra.package.workshop import ChaliceFailed, lay_out
from infra.rehearsal.practice import environment
from tests.infra import small_project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

STAGE = stages.stages()["prod-gdx"]
PRACTICE = environment("http://127.0.0.1:1")
HTTP = "klang-rehearsal-gdx"


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with start("moto") as emulator:
        yield LocalSession(emulator.endpoint, stages.REGION)


def _well(address: str) -> Answer:
    """A stage that is well."""
    path = address.removeprefix(PRACTICE.addresses["gdx"])
    known: dict[str, Answer] = {
        "/health": Answer(200, {"status": "ok", "platforms": ["gdx"]}),
        "/openapi.json": Answer(200, {"paths": {"/": {}}}),
        "/gdx/v1/agreements": Answer(401, None),
        "/.well-known/jwks.json": Answer(200, {"keys": []}),
    }
    return known.get(path, Answer(404, None))


def _ill_at_first() -> Callable[[str], Answer]:
    """A stage that is ill when it is tried first, and well afterwards."""
    asked: list[str] = []

    def ask(address: str) -> Answer:
        asked.append(address)
        return Answer(500, None) if asked.count(address) == 1 else _well(address)

    return ask


@pytest.fixture(scope="module")
def site(session: LocalSession, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    variables = {"AWS_ENDPOINT_URL": session.endpoint, "AWS_EC2_METADATA_DISABLED": "true"}
    variables |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    return Site(
        stage=stages.stages([PRACTICE])["rehearsal-gdx"],
        session=session,
        records=folder / "deployed",
        folder=folder / "build",
        environments=[PRACTICE],
        project=small_project.write(folder / "project"),
        variables=variables,
        say=lambda _: None,
        ask=_well,
    )


def _code(site: Site) -> str:
    """SHA-256 of what the HTTP function runs."""
    return str(site.session.client("lambda").get_function_configuration(FunctionName=HTTP)["CodeSha256"])


def _said(site: Site, about: str) -> list[Finding]:
    """What the doctor says of one thing."""
    found = examine(Patient(site.stage, site.session, site.records))
    return [each for each in found if about in each.what]


def test_a_stage_is_deployed_upgraded_found_ill_put_back_rolled_back_and_deleted(site: Site) -> None:
    session, releases = site.session, releases_of(site.stage, site.session)
    assert _said(site, "nothing is deployed yet")
    traced: list[tuple[str, str, int]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        if "TracingConfig" in params:
            size = params["EphemeralStorage"]["Size"]
            traced.append((params["FunctionName"], params["TracingConfig"]["Mode"], size))

    session.events.register("provide-client-params.lambda.UpdateFunctionConfiguration", note)
    first, code = bring_up(site), ""
    code = _code(site)
    record = json.loads(site.record.read_text("utf-8"))["resources"]
    (api,) = [entry["rest_api_id"] for entry in record if entry["resource_type"] == "rest_api"]
    functions = session.client("lambda").list_functions()["Functions"]
    # what was asked for: moto takes the change and keeps nothing of it
    assert sorted(traced) == sorted((each["FunctionArn"], "Active", DISK) for each in functions)
    stage = session.client("apigateway").get_stage(restApiId=api, stageName=stages.API_STAGE)
    # a trace of the API would hold the whole address, in which existing clients of the gateway send secrets
    assert stage["tracingEnabled"] is False
    groups = session.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {stages.LOG_DAYS}
    # a function may write to its own group only, and may not make it
    assert {f"/aws/lambda/{each['FunctionName']}" for each in functions} <= {each["logGroupName"] for each in groups}

    # an upgrade, on another machine that never saw the record
    site.record.unlink()
    queue = session.client("sqs").get_queue_attributes(QueueUrl=_queue(session), AttributeNames=["QueueArn"])
    session.client("lambda").create_event_source_mapping(  # what a deployment that died leaves
        FunctionName=f"{HTTP}-gdx_events", EventSourceArn=queue["Attributes"]["QueueArn"], BatchSize=1
    )
    small_project.write(site.project, "second")
    second = bring_up(site)
    upgraded = _code(site)
    assert upgraded != code
    assert [each["id"] for each in session.client("apigateway").get_rest_apis()["items"]] == [api]
    assert len(session.client("lambda").list_event_source_mappings()["EventSourceMappings"]) == 2
    assert releases.well() == [second.id, first.id]

    # a third that is not well is put back by itself
    small_project.write(site.project, "third")
    with pytest.raises(NotWell, match=f"again what it was: {second.id}"):
        bring_up(replace(site, ask=_ill_at_first()))
    assert _code(site) == upgraded
    (site.project / "app.py").write_text("raise RuntimeError('broken app')\n", encoding="utf-8")
    with pytest.raises(NotWell, match="again what it was"):
        bring_up(site)
    assert (releases.well(), _code(site)) == ([second.id, first.id], upgraded)

    # and the second by hand
    assert roll_back(site).id == first.id
    assert (releases.well(), _code(site)) == ([first.id], code)
    with pytest.raises(NoRelease, match="no release before"):
        roll_back(site)
    with pytest.raises(NoRelease, match="kept are"):
        roll_back(site, "nonsense")

    _lose_the_record(site)
    small_project.write(site.project, "fourth")
    take_down(site)
    assert session.client("lambda").list_functions()["Functions"] == []
    assert session.client("apigateway").get_rest_apis()["items"] == []
    assert session.client("dynamodb").list_tables()["TableNames"] == ["klang-rehearsal-gdx"]
    assert json.loads(site.record.read_text("utf-8"))["resources"] == []
    with pytest.raises(Unfound, match="nothing of rehearsal-gdx"):
        find_record(site.stage, session, site.record)


def _queue(session: Any) -> str:
    url: str = session.client("sqs").get_queue_url(QueueName="klang-rehearsal-gdx-events")["QueueUrl"]
    return url


def _lose_the_record(site: Site) -> None:
    """Everywhere; the doctor notices, and it is found again, word by word."""
    before = json.loads(site.record.read_text("utf-8"))["resources"]
    site.record.unlink()
    site.session.client("s3").delete_object(Bucket=bucket_name(site.stage), Key="record.json")
    (noticed,) = _said(site, "no record of it")
    assert noticed.verdict == "fail" and "find-record" in noticed.do
    assert find_record(site.stage, site.session, site.record) == len(before)
    found = json.loads(site.record.read_text("utf-8"))["resources"]
    assert sorted(map(str, map(sorted, map(dict.items, found)))) == sorted(
        map(str, map(sorted, map(dict.items, before)))
    )
    assert _said(site, "record tells what is deployed")[0].verdict == "ok"


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


def test_an_unknown_stage_is_refused_before_anything_happens(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["prod-nothing"]) == 1
    assert "there are: dev, uat-gdx" in capsys.readouterr().err


def test_nothing_is_deleted_where_nothing_tells_what_is_deployed(site: Site, tmp_path: Path) -> None:
    uat = stages.stages()["uat-gdx"]
    with pytest.raises(NoRelease, match="nothing is deleted"):
        take_down(replace(site, stage=uat, records=tmp_path))
