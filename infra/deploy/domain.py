"""The platform's own address: a custom domain whose root is the stage.

API Gateway answers below `/api`; clients of X-Road and CKAN need the root of a domain, and tokens name `BASE_URL`
exactly. Each step may be repeated; an API that was made anew is mapped again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from infra.stages import API_STAGE

if TYPE_CHECKING:
    from boto3.session import Session

    from infra.stages import Stage

ROOT = "(none)"
"""API Gateway's word for no base path."""


def certificate(stage: Stage) -> str:
    """ARN of the stage's certificate, or ""."""
    return stage.environment.certificates.get(stage.platforms[0], "")


def host(stage: Stage) -> str:
    """The domain of the stage's address."""
    return urlsplit(stage.environment.addresses[stage.platforms[0]]).hostname or ""


def answer_at(stage: Stage, session: Session, api: str) -> str:
    """Puts the API at the root of its own domain; returns the name at which a CNAME must point.

    Raises:
        ClientError: ACM or API Gateway refuses, e.g. the certificate is of another region.
    """
    client, domain = session.client("apigateway"), host(stage)
    try:
        there = client.get_domain_name(domainName=domain)
        mappings = client.get_base_path_mappings(domainName=domain).get("items", ())
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        there = client.create_domain_name(
            domainName=domain,
            regionalCertificateArn=certificate(stage),
            securityPolicy="TLS_1_2",
            endpointConfiguration={"types": ["REGIONAL"]},
        )
        mappings = ()
    at_root = next((each for each in mappings if each["basePath"] == ROOT), None)
    if at_root is None:
        client.create_base_path_mapping(domainName=domain, basePath=ROOT, restApiId=api, stage=API_STAGE)
    elif at_root["restApiId"] != api:
        changes = [("/restapiId", api), ("/stage", API_STAGE)]
        client.update_base_path_mapping(
            domainName=domain,
            basePath=ROOT,
            patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in changes],
        )
    return str(there.get("regionalDomainName", domain))


def close_the_other(session: Session, api: str, *, closed: bool) -> None:
    """Switches the API's address at `execute-api` off or on (after each deployment: an import opens it)."""
    session.client("apigateway").update_rest_api(
        restApiId=api,
        patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": str(closed).lower()}],
    )
