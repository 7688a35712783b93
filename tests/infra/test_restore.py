"""A table and a bucket are put back to what they were, and what was erased stays erased."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.s3.models import s3_backends

from chalicelib.citizen.model import Person
from chalicelib.citizen.own_data.erasures import ERASED, Noted
from chalicelib.opendata.purging import PURGES, Purge
from chalicelib.opendata.rows import dataset_key
from chalicelib.settings import Settings
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.storage import Create, Item, Key, Remove, Update
from chalicelib.wiring import House, open_house
from infra.drill.__main__ import hold
from infra.drill.drill import BEFORE, BETWEEN, drill
from infra.drill.told import told
from infra.local.surroundings import variables
from infra.operate.__main__ import COMMANDS
from infra.operate.command import Asked, NotDone
from infra.operate.queues import depths, purge_dead, redrive
from infra.restore.erased import Erased, since
from infra.restore.tables import Restoring
from tests.support.cloud import ENVIRONMENT, ORIGIN, REGION, local_cloud

ACCOUNT = "123456789012"
TABLE, BUCKET = "klang-test-biz", "klang-test-biz-documents-local"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with local_cloud() as session:
        settings = Settings.from_env({**variables(ENVIRONMENT, ORIGIN), "AWS_REGION": REGION})
        yield open_house(settings, session=session)


def _do(house: House, room: str, command: str, **options: Any) -> Any:
    given = {"begins": "", "remove_new": False, "prefix": "", **options}
    return COMMANDS[command].do(Asked(house, room, argparse.Namespace(command=command, **given), str))


def _now() -> str:
    """Just after what was written last; the emulator stamps writes with its own clock."""
    time.sleep(0.01)
    return datetime.now(UTC).isoformat()


def _rows(house: House, room: str = "biz") -> dict[tuple[str, str], Any]:
    pages = house.clients.dynamodb.get_paginator("scan").paginate(TableName=f"klang-test-{room}")
    return {(row["pk"]["S"], row["sk"]["S"]): row for page in pages for row in page["Items"]}


def _case(house: House, number: str) -> None:
    journal, head = house.parts("biz").journal, Head()
    for step in ("opened", "decided"):
        event, head = journal.happened(head, subject=number, type=f"biz.{step}", by="test", data={}, queue=None)
        journal.commit(Once(f"{number}{step}", "f", new_token()), [], [(f"CASE#{number}", event)])


def test_what_was_changed_and_deleted_comes_back_and_what_is_new_stays_unless_it_shall_not(house: House) -> None:
    table = house.parts("biz").table
    _case(house, "a")
    table.write(
        [Create(Item(Key("PLACE#1", "1"), {"name": "ร้าน"})), Create(Item(Key("PLACE#2", "1"), {}))], new_token()
    )
    table.write([Create(Item(Key("SHORT#1", "1"), {}, expires=1))], new_token())  # its time ran out long ago
    before, at = _rows(house), _now()
    table.write([Update(Item(Key("PLACE#1", "1"), {"name": "damaged"}, 2)), Remove(Key("PLACE#2", "1"))], new_token())
    table.write([Remove(Key("CASE#a", "EVT#000001")), Remove(Key("SHORT#1", "1"))], new_token())
    table.write([Create(Item(Key("PLACE#3", "1"), {}))], new_token())

    told = _do(house, "biz", "restore-table", at=at)
    assert told == {"rows": len(before), "changed": 1, "gone": 2, "new": 1, "ended": 1, "chains_broken": 0}
    with pytest.raises(NotDone, match="there already"):
        _do(house, "biz", "restore-table", at=at)
    assert _do(house, "biz", "put-back", at=at, begins="PLACE#")["gone"] == 1
    assert ("CASE#a", "EVT#000001") not in _rows(house), "only what was asked for"
    _do(house, "biz", "put-back", at=at)
    kept = {key: row for key, row in before.items() if key[0] != "SHORT#1"}
    assert _rows(house) == {**kept, ("PLACE#3", "1"): _rows(house)[("PLACE#3", "1")]}
    _do(house, "biz", "put-back", at=at, remove_new=True)
    assert _rows(house) == kept
    assert _do(house, "biz", "drop-restored")
    with pytest.raises(NotDone):
        _do(house, "biz", "drop-restored")


def test_a_history_that_is_broken_is_not_put_back(house: House) -> None:
    table = house.parts("biz").table
    _case(house, "b")
    table.write([Remove(Key("CASE#b", "EVT#000001"))], new_token())
    at = _now()
    assert _do(house, "biz", "restore-table", at=at)["chains_broken"] == 1
    with pytest.raises(NotDone, match="choose another time"):
        _do(house, "biz", "put-back", at=at)
    _do(house, "biz", "drop-restored")


def test_a_lost_table_is_made_again_with_everything_that_a_backup_leaves_out(house: House) -> None:
    before, dynamodb = _rows(house), house.clients.dynamodb
    with pytest.raises(NotDone, match="is there"):
        _do(house, "biz", "restore-lost-table")
    dynamodb.delete_table(TableName=TABLE)
    with pytest.raises(NotDone, match="is gone"):
        _do(house, "biz", "restore-table", at=_now())
    assert "/backup/" in _do(house, "biz", "restore-lost-table")["restored_from"]
    assert _rows(house) == before
    assert dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]["AttributeName"] == "ttl"
    backups = dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_objects_that_were_overwritten_or_deleted_come_back(house: House) -> None:
    s3 = house.clients.s3
    for name in ("a", "b", "c"):
        s3.put_object(Bucket=BUCKET, Key=f"evidence/{name}", Body=name.encode())
    for name in ("a", "b", "c"):  # S3 tells whole seconds: these were written an hour ago
        (version,) = s3_backends[ACCOUNT]["aws"].buckets[BUCKET].keys.getlist(f"evidence/{name}")
        version.last_modified -= timedelta(hours=1)
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    s3.put_object(Bucket=BUCKET, Key="evidence/a", Body=b"damaged")
    s3.delete_object(Bucket=BUCKET, Key="evidence/b")
    s3.put_object(Bucket=BUCKET, Key="evidence/d", Body=b"d")
    told = _do(house, "biz", "restore-bucket", at=at, bucket="biz-documents", prefix="evidence/")
    assert told == {"back": 2, "same": 1, "newer": 1, "lost": 0, "erased_again": 0}
    found = {name: s3.get_object(Bucket=BUCKET, Key=f"evidence/{name}")["Body"].read() for name in "abcd"}
    assert found == {name: name.encode() for name in "abcd"}
    with pytest.raises(NotDone, match="no bucket of biz"):
        _do(house, "biz", "restore-bucket", at=at, bucket="gdx-log")


def test_a_person_who_was_erased_since_is_erased_again_and_who_came_back_is_left_alone(house: House) -> None:
    table, pseudonym = house.parts("citizen").table, house.parts("citizen").keyring.pseudonym
    gone, back = (Person(pseudonym(pid)) for pid in ("3990100006066", "1101700230708"))
    lines = [Key(f"LOG#{person}", "2026-01-01T00:00:00.000+00:00#1") for person in (gone, back)]
    table.write([Create(Item(key, {"what": "x"})) for key in [*lines, Key("OTHER#1", "1")]], new_token())
    at = _now()
    table.write([Remove(key) for key in [*lines, Key("OTHER#1", "1")]], new_token())
    bucket = "klang-test-citizen-documents-local"
    for number, person in enumerate((gone, back)):
        house.clients.s3.put_object(Bucket=bucket, Key=f"attachments/{number}", Body=b"x")
        note = Noted(person=person, files=[f"attachments/{number}"]).model_dump_json()
        house.clients.s3.put_object(Bucket=bucket, Key=f"{ERASED}{number}", Body=note)
        house.clients.s3.delete_object(Bucket=bucket, Key=f"{ERASED}{number}")  # by the very disaster
    later = Key(f"LOG#{back}", (datetime.now(UTC) + timedelta(seconds=5)).isoformat(timespec="milliseconds"))
    table.write([Create(Item(later, {"what": "new"}))], new_token())
    _do(house, "citizen", "restore-table", at=at)
    # a restore that died before it erased again is begun anew: what it brought back is nobody's return
    Restoring(house.clients.dynamodb, "klang-test-citizen").put_back(house.clock(), remove_new=False)
    told = _do(house, "citizen", "put-back", at=at)
    assert (told["erased_again"], told["erased_but_came_back"]) == (1, 1)
    left = _rows(house, "citizen")
    assert ("OTHER#1", "1") in left and later in left
    assert not [key for key in left if str(gone) in key[0]]
    there = [each["Key"] for each in house.clients.s3.list_objects_v2(Bucket=bucket, Prefix="attachments/")["Contents"]]
    assert there == ["attachments/1"]
    _do(house, "citizen", "drop-restored")


def test_a_purge_is_known_by_its_note_whatever_became_of_the_log_and_of_the_note(house: House) -> None:
    s3, bucket, table = house.clients.s3, house.settings.bucket("opendata"), house.parts("opendata").table
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for dataset, day in (("before", -1), ("after", 1), ("again", 1)):
        note = Purge(dataset=dataset, at=at + timedelta(days=day)).model_dump_json()
        s3.put_object(Bucket=bucket, Key=f"{PURGES}{dataset}", Body=note)
    s3.put_object(Bucket=bucket, Key=f"{PURGES}after", Body=b"damaged")
    s3.delete_object(Bucket=bucket, Key=f"{PURGES}again")
    entered = {"created": (at + timedelta(days=2)).isoformat()}
    table.write([Create(Item(dataset_key("again"), entered))], new_token())
    assert since(house, "opendata", at) == Erased(datasets=("after",), came_back=1)
    s3.put_object(Bucket=bucket, Key=f"{PURGES}unreadable", Body=b"damaged")
    with pytest.raises(NotDone, match="says what was erased, and no version of it can be read"):
        _do(house, "opendata", "restore-bucket", at=at.isoformat(), bucket="opendata")


def _gone_for_good(house: House, purpose: str, prefix: str) -> None:
    """No version is left of what lies under a prefix."""
    bucket = house.settings.bucket(purpose)
    there = house.clients.s3.list_object_versions(Bucket=bucket, Prefix=prefix)
    for each in [*there.get("Versions", ()), *there.get("DeleteMarkers", ())]:
        house.clients.s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])


def _somebody(house: House) -> Person:
    """The person with most lines of activity, in a table without the torn histories that the drill before left."""
    for pk, sk in _rows(house, "citizen"):
        if pk.startswith(("DRILL#", "ERASURE#")):
            house.clients.dynamodb.delete_item(TableName="klang-test-citizen", Key={"pk": {"S": pk}, "sk": {"S": sk}})
    person = Person(house.parts("citizen").keyring.pseudonym("3100600123458"))
    lines = [Key(f"LOG#{person}", f"2026-01-01T00:00:00.000+00:00#{new_token()}") for _ in range(5)]
    house.parts("citizen").table.write([Create(Item(line, {"what": "x"})) for line in lines], new_token())
    return person


def test_a_drill_measures_what_is_lost_and_finds_everything_else_there_again(house: House) -> None:
    person = _somebody(house)
    outcome = drill(house, "citizen")
    assert outcome.problems == [] and outcome.rows >= 8 and outcome.objects >= 3
    assert outcome.erased is not None and outcome.erased[0] >= 5
    for lost in (outcome.lost_rows, outcome.lost_objects):
        assert (lost.of, lost.writes) == (BEFORE + BETWEEN, BETWEEN) and lost.seconds
    assert not [key for key in _rows(house, "citizen") if str(person) in key[0]]
    said = "\n".join(told(outcome))
    assert said.startswith("citizen: passed") and "2 of 5 acknowledged writes lost" in said


def test_a_drill_fails_when_backups_lack_something_or_who_was_erased_is_back(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    _somebody(house)

    def meanwhile() -> None:
        for prefix in ("drill/", ERASED):
            _gone_for_good(house, "citizen-documents", prefix)

    assert hold(house, ["citizen"], meanwhile) == 1
    said = capsys.readouterr().out
    assert said.startswith("citizen: NOT PASSED\n")
    assert re.search(r"WRONG +\d+ objects that are not as they were: \{'citizen-documents': \d+\}\n", said)
    assert re.search(r"WRONG +\d+ rows that were erased are back: \{.*'LOG': 5", said)


@pytest.mark.parametrize("at", ["yesterday", "2026-11-30T09:00:00"])
def test_a_time_without_an_offset_is_not_guessed(house: House, at: str) -> None:
    with pytest.raises(NotDone, match="write 2026"):
        _do(house, "biz", "restore-table", at=at)


def test_what_was_set_aside_is_sent_again_or_thrown_away(house: House) -> None:
    sqs = house.clients.sqs
    dead = sqs.get_queue_url(QueueName="klang-test-biz-deliveries-dlq")["QueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody="m")
    assert depths(house, "biz")["biz-deliveries"] == {"waiting": 0, "in_flight": 0, "dead": 1}
    assert redrive(house, "biz", "biz-deliveries") == {"state": "COMPLETED", "moved": 1}
    assert depths(house, "biz")["biz-deliveries"] == {"waiting": 1, "in_flight": 0, "dead": 0}
    sqs.send_message(QueueUrl=dead, MessageBody="m")
    assert purge_dead(house, "biz", "biz-deliveries") == 1
    assert depths(house, "biz")["biz-deliveries"]["dead"] == 0
    with pytest.raises(NotDone, match="no queue of biz"):
        redrive(house, "biz", "gdx-events")
