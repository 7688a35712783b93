"""Policy files are enforced: deny by default, by resource, through transactions."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.cloud import local_cloud
from tests.support.iam import Use, allows, enforce

POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:Query"],
            "Resource": "arn:aws:dynamodb:*:*:table/klang-test-gdx*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::klang-test-gdx-documents-local/in/*",
        },
    ],
}


def put(room: str) -> Any:
    return {"Put": {"TableName": f"klang-test-{room}", "Item": {"pk": {"S": "p"}, "sk": {"S": "s"}}}}


def put_of(room: str, *context: tuple[str, str]) -> Use:
    told = frozenset(context) or frozenset({("dynamodb:EnclosingOperation", "TransactWriteItems")})
    return Use("dynamodb:PutItem", f"arn:aws:dynamodb:*:*:table/klang-test-{room}", told)


def test_enforcement() -> None:
    with local_cloud(["gdx", "biz"]) as session:
        asked = enforce(session, POLICY)
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        dynamodb.transact_write_items(TransactItems=[put("gdx")])
        with pytest.raises(ClientError, match="klang-test-biz"):
            dynamodb.transact_write_items(TransactItems=[put("gdx"), put("biz")])
        with pytest.raises(ClientError, match="dynamodb:DeleteItem"):
            dynamodb.delete_item(TableName="klang-test-gdx", Key=put("gdx")["Put"]["Item"])
        s3.put_object(Bucket="klang-test-gdx-documents-local", Key="in/a", Body=b"")
        with pytest.raises(ClientError, match="s3:PutObject"):
            s3.put_object(Bucket="klang-test-gdx-documents-local", Key="out/a", Body=b"")
        assert s3.generate_presigned_post("klang-test-gdx-documents-local", "in/b")["fields"]["key"] == "in/b"
        with pytest.raises(ClientError, match="s3:PutObject"):
            s3.generate_presigned_post("klang-test-gdx-documents-local", "out/b")
        with pytest.raises(ClientError, match="s3:CreateBucket"):
            s3.create_bucket(Bucket="klang-test-mine")
    assert put_of("biz") in asked


def test_deny_wins_and_a_condition_is_not_guessed() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    use = Use("s3:PutObject", "arn:aws:s3:::klang-test-gdx-documents-local/in/a")
    assert allows(POLICY, use)
    assert not allows({"Statement": [*POLICY["Statement"], deny]}, use)
    for effect in ("Allow", "Deny"):
        unknown = {**deny, "Effect": effect, "Condition": {"StringEquals": {"aws:UserAgent": "x"}}}
        with pytest.raises(ValueError, match="aws:UserAgent is not supported"):
            allows({"Statement": [unknown]}, use)


@pytest.mark.parametrize(
    ("key", "wanted", "said", "holds"),
    [
        ("dynamodb:EnclosingOperation", ["TransactWriteItems"], "TransactWriteItems", True),
        ("dynamodb:EnclosingOperation", ["TransactWriteItems"], "BatchWriteItem", False),
        ("kms:SigningAlgorithm", "ECDSA_SHA_256", "ECDSA_SHA_256", True),
        ("kms:SigningAlgorithm", "ECDSA_SHA_256", "RSASSA_PSS_SHA_256", False),
        ("kms:EncryptionContext:klang", "room-secret", "another", False),
    ],
)
def test_a_condition_holds_by_what_the_call_says(key: str, wanted: str | list[str], said: str, holds: bool) -> None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {key: wanted}}}
    assert allows({"Statement": [allow]}, put_of("gdx", (key, said))) is holds
    assert not allows({"Statement": [allow]}, put_of("gdx", ("aws:other", said)))


def test_a_key_called_by_its_alias_is_the_key_with_that_alias() -> None:
    allow = {"Effect": "Allow", "Action": "kms:Sign", "Resource": "arn:aws:kms:*:*:key/*"}
    own = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/klang-test-gdx-signing"}}
    mine, theirs = (f"arn:aws:kms:*:*:alias/klang-test-{room}-signing" for room in ("gdx", "biz"))
    assert allows({"Statement": [{**allow, "Condition": own}]}, Use("kms:Sign", mine))
    assert not allows({"Statement": [{**allow, "Condition": own}]}, Use("kms:Sign", theirs))
    assert allows({"Statement": [allow]}, Use("kms:Sign", theirs))
    # naming the alias as the resource grants nothing
    assert not allows({"Statement": [{**allow, "Resource": mine}]}, Use("kms:Sign", mine))
