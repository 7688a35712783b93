"""AWS::CloudWatch::Alarm by the CloudWatch API (PutMetricAlarm creates and replaces)."""

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
    "Period": ANY,
    "EvaluationPeriods": ANY,
    "ComparisonOperator": ANY,
    "Threshold": ANY,
    "TreatMissingData": ANY,
    "AlarmActions": ANY,
}


def alarm(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the alarm, or replace one that differs."""
    client, name = cloud.client("cloudwatch"), properties["AlarmName"]
    found = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if found and covers(found[0], properties):
        return Made(ref=name, attributes={"Arn": found[0]["AlarmArn"]})
    client.put_metric_alarm(**properties)
    made = client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    return Made(ref=name, attributes={"Arn": made["AlarmArn"]}, changes=("replaced" if found else "created",))
