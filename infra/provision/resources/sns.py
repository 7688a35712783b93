"""AWS::SNS::Topic, AWS::SNS::TopicPolicy and AWS::SNS::Subscription by the SNS API."""

from __future__ import annotations

import json
from typing import Any

from infra.provision.resources.base import Cloud, Made
from infra.provision.shapes import ANY

TOPIC = {"TopicName": ANY}
TOPIC_POLICY = {"Topics": ANY, "PolicyDocument": ANY}
SUBSCRIPTION = {"TopicArn": ANY, "Protocol": ANY, "Endpoint": ANY}


def topic(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the topic (CreateTopic answers the one that is there)."""
    client, name = cloud.client("sns"), properties["TopicName"]
    arn = f"arn:{cloud.partition}:sns:{cloud.region}:{cloud.account}:{name}"
    there = any(
        each["TopicArn"] == arn for page in client.get_paginator("list_topics").paginate() for each in page["Topics"]
    )
    made = client.create_topic(Name=name)["TopicArn"]
    return Made(ref=made, attributes={"TopicArn": made, "TopicName": name}, changes=() if there else ("created",))


def topic_policy(cloud: Cloud, logical_id: str, properties: dict[str, Any]) -> Made:
    """Set the access policy of each topic."""
    client, changes = cloud.client("sns"), list[str]()
    wanted = properties["PolicyDocument"]
    for arn in properties["Topics"]:
        actual = client.get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy")
        if actual is None or json.loads(actual) != wanted:
            client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(wanted))
            changes.append("Policy")
    return Made(ref=logical_id, changes=tuple(changes))


def subscription(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Subscribe the endpoint, unless it is subscribed."""
    client = cloud.client("sns")
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=properties["TopicArn"])
    for page in pages:
        for each in page["Subscriptions"]:
            if (each["Protocol"], each["Endpoint"]) == (properties["Protocol"], properties["Endpoint"]):
                return Made(ref=each["SubscriptionArn"])
    made = client.subscribe(**properties, ReturnSubscriptionArn=True)["SubscriptionArn"]
    return Made(ref=made, changes=("created",))
