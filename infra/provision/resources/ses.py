"""AWS::SES::EmailIdentity and AWS::SES::ConfigurationSet by the SES API v2, the event destination by its first API."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from infra.provision.resources.base import Cloud, Made, code_of
from infra.provision.shapes import ANY

IDENTITY = {"EmailIdentity": ANY}
CONFIGURATION_SET = {"Name": ANY}
EVENT_DESTINATION = {
    "ConfigurationSetName": ANY,
    "EventDestination": {
        "Name": ANY,
        "Enabled": ANY,
        "MatchingEventTypes": ANY,
        "SnsDestination": {"TopicARN": ANY},
    },
}

_MISSING = {"NotFoundException", "ConfigurationSetDoesNotExist"}


def identity(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the identity; that its domain's owner agrees is shown by DNS records, not here."""
    client, name = cloud.client("sesv2"), properties["EmailIdentity"]
    if _is_there(lambda: client.get_email_identity(EmailIdentity=name)):
        return Made(ref=name)
    client.create_email_identity(EmailIdentity=name)
    return Made(ref=name, changes=("created",))


def configuration_set(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the configuration set."""
    client, name = cloud.client("sesv2"), properties["Name"]
    if _is_there(lambda: client.get_configuration_set(ConfigurationSetName=name)):
        return Made(ref=name)
    client.create_configuration_set(ConfigurationSetName=name)
    return Made(ref=name, changes=("created",))


def event_destination(cloud: Cloud, logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the event destination."""
    client, wanted = cloud.client("ses"), properties["EventDestination"]
    named = {"ConfigurationSetName": properties["ConfigurationSetName"]}
    found = client.describe_configuration_set(**named, ConfigurationSetAttributeNames=["eventDestinations"])
    if any(each and each.get("Name") == wanted["Name"] for each in found.get("EventDestinations") or []):
        return Made(ref=logical_id)
    destination = {name: value for name, value in wanted.items() if name != "SnsDestination"}
    destination["SNSDestination"] = wanted["SnsDestination"]
    client.create_configuration_set_event_destination(**named, EventDestination=destination)
    return Made(ref=logical_id, changes=("created",))


def _is_there(ask: Any) -> bool:
    try:
        ask()
    except ClientError as error:
        if code_of(error) in _MISSING:
            return False
        raise
    return True
