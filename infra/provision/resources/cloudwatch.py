"""AWS::CloudWatch alarms and dashboards by the CloudWatch API (Put... creates and replaces)."""

from __future__ import annotations

from typing import Any

from infra.provision.resources.base import Cloud, Made, covers
from infra.provision.shapes import ANY

ALARM = {
    "AlarmName": ANY,
    "AlarmDescription": ANY,
    "Namespace": ANY,
    "MetricName": ANY,
    "Dimensions": ANY,
    "Statistic": ANY,
    "ExtendedStatistic": ANY,
    "Metrics": ANY,
    "Period": ANY,
    "EvaluationPeriods": ANY,
    "DatapointsToAlarm": ANY,
    "ComparisonOperator": ANY,
    "Threshold": ANY,
    "TreatMissingData": ANY,
}
COMPOSITE = {"AlarmName": ANY, "AlarmDescription": ANY, "AlarmRule": ANY, "AlarmActions": ANY, "OKActions": ANY}
DASHBOARD = {"DashboardName": ANY, "DashboardBody": ANY}


def alarm(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the alarm, or replace one that differs."""
    client = cloud.client("cloudwatch")
    return _put(client, properties, "MetricAlarms", "MetricAlarm", client.put_metric_alarm)


def composite(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the alarm over alarms, or replace one that differs."""
    client = cloud.client("cloudwatch")
    return _put(client, properties, "CompositeAlarms", "CompositeAlarm", client.put_composite_alarm)


def _put(client: Any, properties: dict[str, Any], listed: str, kind: str, put: Any) -> Made:
    name = properties["AlarmName"]
    found = client.describe_alarms(AlarmNames=[name], AlarmTypes=[kind])[listed]
    if found and covers(found[0], properties):
        return Made(ref=name, attributes={"Arn": found[0]["AlarmArn"]})
    put(**properties)
    made = client.describe_alarms(AlarmNames=[name], AlarmTypes=[kind])[listed][0]
    return Made(ref=name, attributes={"Arn": made["AlarmArn"]}, changes=("replaced" if found else "created",))


def dashboard(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the dashboard, or replace one with another body."""
    client, name = cloud.client("cloudwatch"), properties["DashboardName"]
    listed = {each["DashboardName"] for each in client.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]}
    if name in listed and client.get_dashboard(DashboardName=name)["DashboardBody"] == properties["DashboardBody"]:
        return Made(ref=name)
    client.put_dashboard(**properties)
    return Made(ref=name, changes=("replaced" if name in listed else "created",))
