"""AWS::Logs::QueryDefinition by the CloudWatch Logs API (PutQueryDefinition creates, and replaces by its id)."""

from __future__ import annotations

from typing import Any

from infra.provision.resources.base import Cloud, Made
from infra.provision.shapes import ANY

QUERY = {"Name": ANY, "QueryString": ANY, "LogGroupNames": ANY}


def query(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the query, or replace one with another text."""
    client, name = cloud.client("logs"), properties["Name"]
    wanted = {"name": name, "queryString": properties["QueryString"], "logGroupNames": properties["LogGroupNames"]}
    listed = client.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    found = next((each for each in listed if each["name"] == name), None)
    if found is not None and all(found.get(key) == value for key, value in wanted.items()):
        return Made(ref=found["queryDefinitionId"])
    there = {} if found is None else {"queryDefinitionId": found["queryDefinitionId"]}
    made = client.put_query_definition(**wanted, **there)
    return Made(ref=made["queryDefinitionId"], changes=("created" if found is None else "replaced",))
