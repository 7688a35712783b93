"""The applier: refuses what it does not know, changes nothing twice, brings in what the template got."""

import json
from pathlib import Path

import pytest

from infra.provision import TEMPLATE, apply, parameters_for
from infra.provision.__main__ import run
from infra.provision.errors import CannotChange, ProvisionError, TemplateError, UnknownProperty, UnknownType
from infra.provision.template import Template, parse_template
from tests.support.cloud import empty_cloud, local_cloud, provision

PARAMETERS = parameters_for("test", suffix="local", origins=["http://127.0.0.1:8000"])
INDEX_KEYS = "[{AttributeName: new_pk, KeyType: HASH}, {AttributeName: new_sk, KeyType: RANGE}]"


def edited(old: str, new: str) -> Template:
    text = TEMPLATE.read_text(encoding="utf-8")
    assert old in text
    return parse_template(text.replace(old, new, 1))


def test_a_second_run_changes_nothing() -> None:
    with empty_cloud() as session:
        first, second = provision(session), provision(session)
    assert first.changes
    assert second.changes == {}
    assert second.outputs == first.outputs


@pytest.mark.parametrize(
    ("old", "new", "error", "named"),
    [
        (
            "AWS::SQS::QueuePolicy",
            "AWS::SQS::QueueInlinePolicy",
            UnknownType,
            "GdxQueuesPolicy",
        ),
        ("BillingMode:", "TableClass:", UnknownProperty, r"GdxTable.Properties.TableClass"),
        ("ExpirationInDays:", "ExpirationDate:", UnknownProperty, r"Rules\[1\].ExpirationDate"),
        ("!Ref GdxDataKey}", "!Ref NoSuchKey}", TemplateError, "NoSuchKey"),
        ("!GetAtt GdxDataKey.Arn", "!GetAtt GdxDataKey.Name", TemplateError, "GdxDataKey.Name"),
        ("!Ref AllowedOrigins", '!Split [",", x]', TemplateError, "Fn::Split"),
        ("Condition: Gdx\n", "Condition: NoSuch\n", TemplateError, "NoSuch"),
        ("PAY_PER_REQUEST\n", "PAY_PER_REQUEST\n      DependsOn: x\n", UnknownProperty, "DependsOn"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(old: str, new: str, error: type[ProvisionError], named: str) -> None:
    with empty_cloud() as session, pytest.raises(error, match=named):
        apply(edited(old, new), PARAMETERS, session)


def test_unknown_properties_are_found_before_anything_is_made() -> None:
    with empty_cloud() as session:
        with pytest.raises(UnknownProperty):
            apply(edited("VisibilityTimeout:", "Unit:"), PARAMETERS, session)
        assert session.client("dynamodb").list_tables()["TableNames"] == []


def test_a_new_index_is_added_and_items_stay() -> None:
    template = edited(
        "        - IndexName: open\n",
        f"        - IndexName: new\n          KeySchema: {INDEX_KEYS}\n"
        "          Projection: {ProjectionType: ALL}\n        - IndexName: open\n",
    )
    attributes = template.resources["GdxTable"].properties["AttributeDefinitions"]
    attributes += [{"AttributeName": name, "AttributeType": "S"} for name in ("new_pk", "new_sk")]
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    with local_cloud() as session:
        dynamodb = session.client("dynamodb")
        dynamodb.put_item(TableName="klang-test-gdx", Item=item)
        outcome = apply(template, PARAMETERS, session)
        again = apply(template, PARAMETERS, session)
        kept = dynamodb.get_item(TableName="klang-test-gdx", Key=item)["Item"]
    assert outcome.changes == {"GdxTable": ("index new added",)}
    assert again.changes == {}
    assert kept == item


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("VisibilityTimeout: 180", "VisibilityTimeout: 240", {"GdxExchangesQueue": ("VisibilityTimeout",)}),
        ("MaxAge: 3600", "MaxAge: 60", {"GdxDocumentsBucket": ("CorsConfiguration",)}),
        ("Sid: ThroughDynamoDbAndS3", "Sid: Through", {"GdxDataKey": ("policy",)}),
    ],
)
def test_a_changed_setting_is_brought_in(old: str, new: str, changed: dict[str, tuple[str, ...]]) -> None:
    with local_cloud() as session:
        outcome = apply(edited(old, new), PARAMETERS, session)
        again = apply(edited(old, new), PARAMETERS, session)
    assert outcome.changes == changed
    assert again.changes == {}


def test_another_key_schema_is_refused() -> None:
    schema = "KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]"
    template = edited(schema, "KeySchema: [{AttributeName: pk, KeyType: HASH}]")
    with local_cloud() as session, pytest.raises(CannotChange, match="GdxTable"):
        apply(template, PARAMETERS, session)


def test_a_cycle_is_named() -> None:
    template = edited('QueueName: !Sub "klang-${Environment}-gdx-exchanges-dlq"', "QueueName: !Ref GdxExchangesQueue")
    with empty_cloud() as session, pytest.raises(TemplateError, match="cycle"):
        apply(template, PARAMETERS, session)


def test_the_command_writes_the_outputs(tmp_path: Path) -> None:
    out = tmp_path / "outputs.json"
    with empty_cloud():
        run(["apply", "--env", "test", "--platforms", "citizen", "--out", str(out)])
    assert json.loads(out.read_text(encoding="utf-8"))["CitizenTable"] == "klang-test-citizen"


def test_deploying_with_the_emulators_suffix_is_refused() -> None:
    with pytest.raises(ProvisionError, match="--suffix"):
        run(["deploy", "--env", "test"])
