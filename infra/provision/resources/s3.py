"""AWS::S3::Bucket and AWS::S3::BucketPolicy by the S3 API, one call per aspect of the bucket.

CloudFormation and the S3 API name the same things differently (User Guide "AWS::S3::Bucket" against API
Reference `PutBucket*`); the translations here are pure functions of the properties.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.provision.resources.base import Cloud, Made, code_of, covers
from infra.provision.shapes import ANY

BUCKET = {
    "BucketName": ANY,
    "PublicAccessBlockConfiguration": ANY,
    "OwnershipControls": ANY,
    "VersioningConfiguration": {"Status": ANY},
    "ObjectLockEnabled": ANY,
    "ObjectLockConfiguration": {
        "ObjectLockEnabled": ANY,
        "Rule": {"DefaultRetention": {"Mode": ANY, "Days": ANY, "Years": ANY}},
    },
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "BucketKeyEnabled": ANY,
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": ANY, "KMSMasterKeyID": ANY},
            }
        ]
    },
    "CorsConfiguration": {
        "CorsRules": [
            {
                "Id": ANY,
                "AllowedMethods": ANY,
                "AllowedOrigins": ANY,
                "AllowedHeaders": ANY,
                "ExposedHeaders": ANY,
                "MaxAge": ANY,
            }
        ]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": ANY,
                "Status": ANY,
                "Prefix": ANY,
                "ExpirationInDays": ANY,
                "ExpiredObjectDeleteMarker": ANY,
                "NoncurrentVersionExpiration": {"NoncurrentDays": ANY},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ANY},
            }
        ]
    },
    "NotificationConfiguration": {
        "QueueConfigurations": [
            {"Event": ANY, "Queue": ANY, "Filter": {"S3Key": {"Rules": [{"Name": ANY, "Value": ANY}]}}}
        ]
    },
}
BUCKET_POLICY = {"Bucket": ANY, "PolicyDocument": ANY}

# What S3 answers when an aspect was never set.
_UNSET = {
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "NoSuchBucketPolicy",
}


@dataclass(frozen=True)
class _Aspect:
    """One configuration of a bucket: template property, API method suffix, request argument, answer member,
    translation.
    """

    property: str
    method: str
    argument: str
    member: str | None
    translate: Callable[[Any], dict[str, Any]]


def bucket(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the bucket if it is missing and put every aspect in which it differs."""
    client, name = cloud.client("s3"), properties["BucketName"]
    changes = []
    if not _exists(client, name):
        place = (
            {} if cloud.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
        )
        # Object Lock is a promise of the whole bucket from its first object on
        locked = bool(properties.get("ObjectLockEnabled"))
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked, **place)
        changes.append("created")
    for aspect in _ASPECTS:
        if aspect.property in properties:
            wanted = aspect.translate(properties[aspect.property])
            if changes[:1] == ["created"] or not covers(_actual(client, name, aspect), wanted):
                getattr(client, f"put_{aspect.method}")(Bucket=name, **{aspect.argument: wanted})
                changes.append(aspect.property)
    attributes = {"Arn": f"arn:{cloud.partition}:s3:::{name}"}
    return Made(ref=name, attributes=attributes, changes=tuple(changes))


def bucket_policy(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Put the policy if it differs."""
    client, name, wanted = cloud.client("s3"), properties["Bucket"], properties["PolicyDocument"]
    try:
        actual = json.loads(client.get_bucket_policy(Bucket=name)["Policy"])
    except ClientError as error:
        if code_of(error) not in _UNSET:
            raise
        actual = None
    if actual == wanted:
        return Made(ref=name)
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(wanted, sort_keys=True))
    return Made(ref=name, changes=("policy",))


def _exists(client: Any, name: str) -> bool:
    try:
        client.head_bucket(Bucket=name)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def _actual(client: Any, name: str, aspect: _Aspect) -> Any:
    try:
        answer = getattr(client, f"get_{aspect.method}")(Bucket=name)
    except ClientError as error:
        if code_of(error) in _UNSET:
            return None
        raise
    return answer.get(aspect.member) if aspect.member else answer


def _as_is(value: dict[str, Any]) -> dict[str, Any]:
    return value


def _encryption(value: dict[str, Any]) -> dict[str, Any]:
    def rule(item: dict[str, Any]) -> dict[str, Any]:
        renamed = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
        return {renamed.get(key, key): inner for key, inner in item.items()}

    return {"Rules": [rule(item) for item in value["ServerSideEncryptionConfiguration"]]}


def _cors(value: dict[str, Any]) -> dict[str, Any]:
    renamed = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    return {"CORSRules": [{renamed.get(key, key): item for key, item in rule.items()} for rule in value["CorsRules"]]}


def _lifecycle(value: dict[str, Any]) -> dict[str, Any]:
    def rule(item: dict[str, Any]) -> dict[str, Any]:
        own = ("Id", "Prefix", "ExpirationInDays", "ExpiredObjectDeleteMarker")
        made = {key: inner for key, inner in item.items() if key not in own}
        made |= {"ID": item["Id"], "Filter": {"Prefix": item.get("Prefix", "")}}
        if "ExpirationInDays" in item:
            made["Expiration"] = {"Days": item["ExpirationInDays"]}
        if "ExpiredObjectDeleteMarker" in item:
            made["Expiration"] = {"ExpiredObjectDeleteMarker": item["ExpiredObjectDeleteMarker"]}
        return made

    return {"Rules": [rule(item) for item in value["Rules"]]}


def _notifications(value: dict[str, Any]) -> dict[str, Any]:
    def target(item: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"QueueArn": item["Queue"], "Events": [item["Event"]]}
        if "Filter" in item:
            made["Filter"] = {"Key": {"FilterRules": item["Filter"]["S3Key"]["Rules"]}}
        return made

    return {"QueueConfigurations": [target(item) for item in value["QueueConfigurations"]]}


_ASPECTS = (
    _Aspect(
        "PublicAccessBlockConfiguration",
        "public_access_block",
        "PublicAccessBlockConfiguration",
        "PublicAccessBlockConfiguration",
        _as_is,
    ),
    _Aspect("OwnershipControls", "bucket_ownership_controls", "OwnershipControls", "OwnershipControls", _as_is),
    _Aspect("VersioningConfiguration", "bucket_versioning", "VersioningConfiguration", None, _as_is),
    _Aspect(
        "ObjectLockConfiguration",
        "object_lock_configuration",
        "ObjectLockConfiguration",
        "ObjectLockConfiguration",
        _as_is,
    ),
    _Aspect(
        "BucketEncryption",
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfiguration",
        _encryption,
    ),
    _Aspect("CorsConfiguration", "bucket_cors", "CORSConfiguration", None, _cors),
    _Aspect("LifecycleConfiguration", "bucket_lifecycle_configuration", "LifecycleConfiguration", None, _lifecycle),
    _Aspect(
        "NotificationConfiguration",
        "bucket_notification_configuration",
        "NotificationConfiguration",
        None,
        _notifications,
    ),
)
