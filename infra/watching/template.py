"""A stage's alarms, dashboards and log queries as one CloudFormation document for each platform."""

from __future__ import annotations

import json
from typing import Any

from infra.provision.template import Template, template_of
from infra.stages import Stage
from infra.watching.alarms import alarms_of
from infra.watching.dashboards import dashboards_of
from infra.watching.queries import QUERIES

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"


def document(stage: Stage, platform: str) -> dict[str, Any]:
    """The whole document; its only parameter is the SNS topic that hears the composite alarm."""
    environment = stage.environment.name
    alarms, composite = alarms_of(stage, platform)
    resources: dict[str, Any] = {
        logical(alarm.name): {"Type": ALARM, "Properties": alarm.properties(environment)} for alarm in alarms
    }
    calls = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    resources[logical(composite.name)] = {
        "Type": COMPOSITE,
        "DependsOn": [logical(name) for name in composite.alarms],
        "Properties": composite.properties(environment) | {"AlarmActions": calls, "OKActions": calls},
    }
    for name, body in dashboards_of(stage, platform).items():
        resources[logical(f"dashboard-{name}")] = {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": name, "DashboardBody": {"Fn::Sub": _text(body)}},
        }
    for query in QUERIES:
        resources[logical(f"query-{query.name}")] = {
            "Type": "AWS::Logs::QueryDefinition",
            "Properties": query.properties(stage, platform),
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Klang, what watches {platform} of {stage.name}: keeps nothing, may be made again at any time.",
        "Parameters": {
            "AlarmTopicArn": {
                "Type": "String",
                "Description": "SNS topic that hears the alarms; empty = alarms are only shown.",
                "Default": "",
            }
        },
        "Conditions": {"HasAlarmTopic": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopicArn"}, ""]}]}},
        "Resources": resources,
    }


def template(stage: Stage, platform: str) -> Template:
    """The document as `infra.provision` puts it in place."""
    return template_of(document(stage, platform))


def stack_name(stage: Stage, platform: str) -> str:
    """The name of the stack in AWS."""
    return f"klang-{stage.environment.name}-{platform}-watching"


def logical(name: str) -> str:
    """A logical id: `gdx-events-old` -> `GdxEventsOld`."""
    return "".join(part.title() for part in name.split("-"))


def _text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
