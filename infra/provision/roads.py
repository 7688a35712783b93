"""Which of the two roads a session takes: CloudFormation in AWS, boto3 on an emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra.provision.apply import apply
from infra.provision.deploy import Deployed, deploy
from infra.provision.template import Template

if TYPE_CHECKING:
    from boto3.session import Session


def emulated(session: Session) -> bool:
    """Whether a session speaks to an emulator (AWS_ENDPOINT_URL) instead of AWS."""
    host = urlsplit(session.client("sts").meta.endpoint_url).hostname or ""
    return not host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def put(
    template: Template, parameters: Mapping[str, str], stack: str, session: Session, *, change_set: str
) -> Deployed:
    """Puts a template in place; the emulators' own CloudFormation would leave half of it out.

    Raises:
        ProvisionError: with the reason of whoever refused.
    """
    if not emulated(session):
        return deploy(template, parameters, stack, session, change_set=change_set)
    done = apply(template, parameters, session)
    changes = tuple(("Add" if "created" in made else "Modify", name) for name, made in done.changes.items())
    return Deployed(done.outputs, changes)
