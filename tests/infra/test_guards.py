"""Policies of keys, buckets and queues in the template: who is let in, by what, and who is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib.citizen.inbox.attachments import READ_FOR
from chalicelib.citizen.own_data.rules import LINK_LIVES as COPY_LIVES
from chalicelib.gdx.documents.service import FORM_LIVES, LINK_LIVES
from chalicelib.opendata.intake.sending import FORM_LIVES as UPLOAD_LIVES
from chalicelib.opendata.tables.sql.service import READABLE_LONG
from infra.provision import PLATFORMS, load_template
from infra.rights.granted import granted
from infra.stages import ENVIRONMENTS, Stage, stages

TEMPLATE = load_template()
SIGNED = (READ_FOR, COPY_LIVES, FORM_LIVES, LINK_LIVES, UPLOAD_LIVES, READABLE_LONG)
"""Seconds for which addresses that the rooms sign hold."""
USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:Sign", "kms:CreateGrant")


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: each.properties for name, each in TEMPLATE.resources.items() if each.type == kind}


def guards(statement: Any, *environments: str) -> list[str]:
    """The patterns of roles that a statement names, in an environment; all four platforms together last."""
    said = statement["Condition"]
    (names,) = (part["aws:PrincipalArn"] for name, part in said.items() if name in ("ArnLike", "ArnNotLike"))
    together, apart = names[0]["Fn::If"][1:]
    chosen = together if "together" in environments else apart
    text = [chosen["Fn::Sub"], names[1]["Fn::Sub"]]
    values = {"${Environment}": environments[0], "${OperatorRole}": "klang-operator"}
    for name, value in values.items():
        text = [each.replace(name, value) for each in text]
    return text


def lets_in(patterns: list[str], role: str) -> bool:
    return any(fnmatchcase(f"arn:aws:iam::123456789012:role/{role}", each) for each in patterns)


def statements(properties: dict[str, Any], name: str) -> dict[str, Any]:
    return {each["Sid"]: each for each in properties[name]["Statement"]}


def platform_of(name: str) -> str:
    return next(platform for platform in PLATFORMS if name.startswith(platform.title()))


def apart() -> Iterator[Stage]:
    yield from (stage for stage in stages().values() if not stage.environment.together)


KEYS = of_type("AWS::KMS::Key")
BUCKETS = of_type("AWS::S3::Bucket")
QUEUES = of_type("AWS::SQS::Queue")


@pytest.mark.parametrize("name", KEYS)
def test_who_administers_a_key_may_not_use_it_and_nobody_else_but_the_platform_may(name: str) -> None:
    found = statements(KEYS[name], "KeyPolicy")
    administration = found.pop("AdministrationWithoutUse")
    assert not [use for use in USE if any(fnmatchcase(use, pattern) for pattern in administration["Action"])]
    assert "kms:PutKeyPolicy" in administration["Action"]  # KMS refuses a policy that nobody could change
    for statement in found.values():
        assert "kms:*" not in statement["Action"]
        if statement["Sid"] != "ThroughDynamoDbAndS3":
            assert not lets_in(guards(statement, "prod"), "an-administrator")
            assert lets_in(guards(statement, "prod"), "klang-operator")
    assert KEYS[name]["PendingWindowInDays"] == 30
    assert KEYS[name].get("EnableKeyRotation", False) is (KEYS[name]["KeyUsage"] == "ENCRYPT_DECRYPT")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_keys_and_contents_let_in_the_functions_of_their_platform_and_no_others(platform: str) -> None:
    own = [
        *(statements(KEYS[f"{platform.title()}{kind}Key"], "KeyPolicy").get(sid) for kind, sid in (
            ("Data", "RoomSecretByThePlatform"), ("Signing", "SignaturesByThePlatform"),
        )),
        *(
            statements(policy, "PolicyDocument").get("ContentsForThePlatformOnly")
            for name, policy in of_type("AWS::S3::BucketPolicy").items()
            if platform_of(name) == platform
        ),
    ]  # fmt: skip
    for statement in filter(None, own):
        for stage in apart():
            patterns = guards(statement, stage.environment.name)
            for function in stage.functions:
                assert lets_in(patterns, stage.role_name(function)) is (platform in stage.platforms)
        (dev,) = (each for each in ENVIRONMENTS if each.together)
        (together,) = dev.stages()
        assert all(
            lets_in(guards(statement, "dev", "together"), together.role_name(each)) for each in together.functions
        )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_signing_key_signs_where_a_function_signs_and_as_our_code_asks_for_it(platform: str) -> None:
    signs = any(
        "kms:Sign" in granted(platform, function).get("key/signing", ())
        for function in stages()[f"prod-{platform}"].functions
    )
    found = statements(KEYS[f"{platform.title()}SigningKey"], "KeyPolicy")
    assert ("SignaturesByThePlatform" in found) is signs
    if signs:
        said = found["SignaturesByThePlatform"]["Condition"]["StringEquals"]
        assert said == {"kms:SigningAlgorithm": "ECDSA_SHA_256"}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_closed_to_the_public_to_plain_http_to_other_keys_and_to_old_addresses(name: str) -> None:
    assert all(BUCKETS[name]["PublicAccessBlockConfiguration"].values())
    policy = of_type("AWS::S3::BucketPolicy")[f"{name}Policy"]
    found = statements(policy, "PolicyDocument")
    assert policy["Bucket"] == {"Ref": name}
    assert {each["Effect"] for each in found.values()} == {"Deny"}
    assert found["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    # present at all: a negated comparison would also hold for a request that names none
    assert found["OnlyTheBucketsOwnKey"]["Condition"] == {"Null": {"s3:x-amz-server-side-encryption": "false"}}
    oldest = found["NoOldSignatures"]["Condition"]["NumericGreaterThan"]["s3:signatureAge"]
    assert max(SIGNED) * 1000 < oldest <= max(SIGNED) * 1000 + 60_000
    # what is published is read by whoever was let in by IAM; all else by the platform
    assert ("ContentsForThePlatformOnly" in found) is (platform_of(name) != "opendata")


def test_nothing_is_taken_away_from_the_log() -> None:
    found = statements(of_type("AWS::S3::BucketPolicy")["GdxLogBucketPolicy"], "PolicyDocument")
    taken = found["NothingIsTakenAway"]
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"} <= set(taken["Action"])
    assert "Condition" not in taken


def test_every_queue_wants_tls_and_who_is_let_in_is_named_with_account_and_source() -> None:
    guarded: list[str] = []
    for policy in of_type("AWS::SQS::QueuePolicy").values():
        guarded += [queue["Ref"] for queue in policy["Queues"]]
        text = json.dumps(policy)
        assert '"aws:SecureTransport": "false"' in text
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.get("Effect") == "Allow":
                said = statement["Condition"]
                assert said["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
                assert "aws:SourceArn" in said["ArnEquals"]
                assert set(statement["Principal"]) == {"Service"} and statement["Action"] == "sqs:SendMessage"
    assert sorted(guarded) == sorted(QUEUES)
