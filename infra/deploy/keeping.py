"""The stage's bucket of deployments: where releases and Chalice's record are kept."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from infra import provision
from infra.deploy.releases import Releases
from infra.provision.roads import put

if TYPE_CHECKING:
    from boto3.session import Session

    from infra.stages import Stage

TEMPLATE = Path(__file__).with_name("keeping.yaml")


def bucket_name(stage: Stage) -> str:
    """Of the bucket of deployments."""
    return f"klang-{stage.name}-deployments-{stage.environment.bucket_suffix}"


def releases_of(stage: Stage, session: Session) -> Releases:
    """The releases of a stage; the bucket may not be there yet."""
    return Releases(session.client("s3"), bucket_name(stage))


def ready(stage: Stage, session: Session) -> Releases:
    """The same, with the bucket in place.

    Raises:
        ProvisionError: CloudFormation refused.
    """
    parameters = {"Stage": stage.name, "BucketSuffix": stage.environment.bucket_suffix}
    stack, change_set = f"klang-{stage.name}-deployments", time.strftime("klang-%Y%m%d%H%M%S")
    put(provision.load_template(TEMPLATE), parameters, stack, session, change_set=change_set)
    return releases_of(stage, session)
