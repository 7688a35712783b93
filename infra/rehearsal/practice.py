"""An environment to practise in: stages `rehearsal-<platform>` in a local cloud that runs what is deployed there.

`make practice` starts the cloud, `build/practice.env` tells a shell how to reach it (KLANG_PRACTICE is the address of
its front, AWS_ENDPOINT_URL that of its AWS); then the operator's own commands work there as in AWS.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from infra.local.surroundings import logins
from infra.provision.parameters import EMULATED_MAIL
from infra.stages import PLATFORMS, PROJECT, Environment, Issuer, Stage, stages

NAME = "rehearsal"
"""The platforms know it as a laptop's: there addresses may be plain HTTP."""
VARIABLE = "KLANG_PRACTICE"
ISSUER_PATH = "/local/oidc"


def environment(address: str, name: str = NAME) -> Environment:
    """An environment whose platforms all answer at the front of a local cloud."""
    issuer = f"{address}{ISSUER_PATH}"
    return Environment(
        name=name,
        addresses=dict.fromkeys(PLATFORMS, address),
        bucket_suffix="local",
        issuers=(Issuer(issuer, f"{issuer}/jwks.json"),),
        mail_domain=EMULATED_MAIL,
        logins=tuple(logins(address)),
        egress_networks=("127.0.0.0/8",),
    )


def records(stage: Stage) -> Path:
    """Where Chalice's record of a stage to practise in lies on this machine; a new cloud begins without one."""
    return PROJECT / "build" / stage.name / "deployed"


def known(variables: Mapping[str, str] | None = None) -> dict[str, Stage]:
    """All stages that there are; those to practise in only while a local cloud is named."""
    address = (os.environ if variables is None else variables).get(VARIABLE)
    return stages() | (stages([environment(address)]) if address else {})
