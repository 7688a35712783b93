"""The one definition of the cloud: it lints, and it holds every name that the house uses."""

import subprocess
import sys
from pathlib import Path

import pytest
from boto3.session import Session

from infra.provision import PLATFORMS, TEMPLATE, TemplateError, apply, load_template, parameters_for
from infra.stages import stages
from tests.support.cloud import empty_cloud, local_cloud, provision

INDEXES = {
    "gdx": {"open", "by_consumer", "by_agency"},
    "opendata": {"open", "by_organization"},
    "biz": {"open", "by_owner", "by_queue", "by_due", "by_desk", "by_agency"},
    "citizen": {"open", "by_owner", "by_due"},
}
QUEUES = (
    "gdx-exchanges",
    "gdx-events",
    "biz-events",
    "biz-uploads",
    "biz-feedback",
    "biz-deliveries",
    "citizen-events",
    "opendata-events",
    "opendata-harvest",
    "opendata-links",
    "opendata-jobs",
    "opendata-uploads",
)

VISIBILITY = {"opendata-jobs": "2520", "opendata-links": "1800", "opendata-uploads": "5400"}
"""Seconds for which a queue whose function may run longer than 30 s hides a message."""


def test_cfn_lint_finds_nothing() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([lint, TEMPLATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_each_room_has_its_table_and_keys() -> None:
    with local_cloud() as session:
        for room in PLATFORMS:
            _has_its_table_and_keys(room, session)


def _has_its_table_and_keys(room: str, session: Session) -> None:
    dynamodb, kms = session.client("dynamodb"), session.client("kms")
    name = f"klang-test-{room}"
    table = dynamodb.describe_table(TableName=name)["Table"]
    data = kms.describe_key(KeyId=f"alias/klang-test-{room}-data")["KeyMetadata"]
    signing = kms.describe_key(KeyId=f"alias/klang-test-{room}-signing")["KeyMetadata"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == INDEXES[room]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == data["Arn"]
    assert (data["KeySpec"], signing["KeySpec"]) == ("SYMMETRIC_DEFAULT", "ECC_NIST_P256")
    assert (ttl["AttributeName"], ttl["TimeToLiveStatus"]) == ("ttl", "ENABLED")
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_each_queue_has_a_dead_letter_queue() -> None:
    with local_cloud() as session:
        for name in QUEUES:
            _has_a_dead_letter_queue(name, session)


def _has_a_dead_letter_queue(name: str, session: Session) -> None:
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName=f"klang-test-{name}")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == VISIBILITY.get(name, "180")
    assert f"klang-test-{name}-dlq" in attributes["RedrivePolicy"]


ENDS = {
    "uploads/": 7,
    "dump-parts/": 2,
    "dumps/": 30,
    "harvest/": 30,
    "exports/": 30,
    "results/": 4,
    "files/": None,
    "tables/": None,
    "deltas/": None,
    "diffs/": None,
    "search/": None,
}
"""Days after which objects of the open-data bucket expire by themselves; None: the platform deletes them. What has no
rule is kept: `usage/`, published figures."""


def test_what_goes_from_the_open_data_bucket_is_really_gone_a_day_later() -> None:
    with local_cloud(["opendata"]) as session:
        s3 = session.client("s3")
        assert s3.get_bucket_versioning(Bucket="klang-test-opendata-local")["Status"] == "Enabled"
        rules = s3.get_bucket_lifecycle_configuration(Bucket="klang-test-opendata-local")["Rules"]
    found = {rule["Filter"]["Prefix"]: rule for rule in rules if rule.get("Filter", {}).get("Prefix")}
    assert {prefix: rule["Expiration"].get("Days") for prefix, rule in found.items()} == ENDS
    for rule in found.values():
        # a deleted object of a versioned bucket is only hidden until its version expires
        assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
        assert rule["Expiration"].get("Days") or rule["Expiration"]["ExpiredObjectDeleteMarker"]


@pytest.mark.parametrize(
    ("bucket", "key", "queue"),
    [
        ("biz-documents", "quarantine/a", "biz-uploads"),
        ("opendata", "uploads/a", "opendata-uploads"),
    ],
)
def test_an_upload_reaches_its_queue(bucket: str, key: str, queue: str) -> None:
    with local_cloud() as session:
        sqs = session.client("sqs")
        url = sqs.get_queue_url(QueueName=f"klang-test-{queue}")["QueueUrl"]
        sqs.purge_queue(QueueUrl=url)
        session.client("s3").put_object(Bucket=f"klang-test-{bucket}-local", Key=key, Body=b"x")
        session.client("s3").put_object(Bucket=f"klang-test-{bucket}-local", Key="other/a", Body=b"x")
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    assert ["ObjectCreated:Put" in message["Body"] for message in messages] == [True]


@pytest.mark.parametrize("room", PLATFORMS)
def test_one_platform_stands_alone(room: str) -> None:
    with empty_cloud() as session:
        outcome = provision(session, [room])
        tables = session.client("dynamodb").list_tables()["TableNames"]
    assert tables == [f"klang-test-{room}"]
    assert all(name.startswith(room.capitalize()) for name in outcome.outputs)


def test_the_suffix_local_leaves_out_the_tls_policy_that_an_emulator_cannot_judge() -> None:
    template = load_template()
    with empty_cloud() as session:
        parameters = parameters_for("test", suffix="th1", origins=["https://a.example"])
        outcome = apply(template, parameters, session)
    assert "GdxDocumentsBucketPolicy" in outcome.changes


def test_the_operators_role_is_the_same_wherever_nobody_names_another() -> None:
    chosen = {stage.environment.operator_role for stage in stages().values()}
    given = parameters_for("test", suffix="local", origins=["*"])["OperatorRole"]
    assert {given} == chosen == {load_template().parameters["OperatorRole"]["Default"]}


@pytest.mark.parametrize("environment", ["Prod", "p", "prod-1"])
def test_a_parameter_that_cloudformation_would_refuse_is_refused(environment: str) -> None:
    with empty_cloud() as session, pytest.raises(TemplateError, match="Environment"):
        apply(load_template(), parameters_for(environment, suffix="local", origins=["*"]), session)
