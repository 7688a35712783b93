"""A stage answers at the root of its own domain, however often it is deployed and whichever API is its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from boto3.session import Session

from infra.deploy import domain
from infra.stages import API_STAGE, ENVIRONMENTS, REGION, Stage
from tests.support.cloud import empty_cloud

CERTIFICATE = f"arn:aws:acm:{REGION}:123456789012:certificate/11111111-2222-3333-4444-555555555555"
HOST = "gdx.klang.example"


@pytest.fixture
def session() -> Iterator[Session]:
    with empty_cloud() as session:
        yield session


@pytest.fixture
def stage() -> Stage:
    """One platform with a certificate for its address."""
    environment = replace(
        next(each for each in ENVIRONMENTS if each.name == "prod"),
        addresses={"gdx": f"https://{HOST}"},
        certificates={"gdx": CERTIFICATE},
    )
    return Stage("prod-gdx", environment, ("gdx",))


def api_of(client: Any) -> str:
    """An API with a deployed stage."""
    api = str(client.create_rest_api(name="klang")["id"])
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    client.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    client.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    client.create_deployment(restApiId=api, stageName=API_STAGE)
    return api


def mappings(client: Any) -> list[tuple[str, str, str]]:
    items = client.get_base_path_mappings(domainName=HOST)["items"]
    return [(each["basePath"], each["restApiId"], each["stage"]) for each in items]


def test_the_root_of_the_domain_is_the_stage_however_often_it_is_deployed(session: Session, stage: Stage) -> None:
    client = session.client("apigateway")
    api = api_of(client)
    target = domain.answer_at(stage, session, api)
    assert domain.answer_at(stage, session, api) == target, "a second deployment changes nothing"
    made = client.get_domain_name(domainName=HOST)
    assert (made["regionalCertificateArn"], made["securityPolicy"]) == (CERTIFICATE, "TLS_1_2")
    assert mappings(client) == [(domain.ROOT, api, API_STAGE)]


def test_an_api_that_was_made_anew_takes_the_place_of_the_old_one(session: Session, stage: Stage) -> None:
    client = session.client("apigateway")
    domain.answer_at(stage, session, api_of(client))
    new = api_of(client)
    domain.answer_at(stage, session, new)
    assert mappings(client) == [(domain.ROOT, new, API_STAGE)]


def test_the_address_at_execute_api_is_closed(session: Session) -> None:
    client = session.client("apigateway")
    api = api_of(client)
    domain.close_the_other(session, api, closed=True)
    assert client.get_rest_api(restApiId=api)["disableExecuteApiEndpoint"] is True
