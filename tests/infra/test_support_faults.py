"""The fault injector does what each kind says, to the call that was picked and to no other."""

from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.cloud import moto_cloud
from tests.support.faults import KINDS, Crash, Kind, faults

TABLE = "klang-test-gdx"
ONCE = Config(retries={"total_max_attempts": 1})


@pytest.mark.parametrize(
    ("kind", "raised", "effects"),
    [
        ("ok", None, 1),
        ("drop", BotoCoreError, 0),
        ("lost", BotoCoreError, 1),
        ("500", ClientError, 0),
        ("500after", ClientError, 1),
        ("throttle", ClientError, 0),
        ("crash", Crash, 0),
        ("crash_after", Crash, 1),
        ("twice", None, 2),
        ("zombie", BotoCoreError, 0),
    ],
)
def test_each_kind(kind: Kind, raised: type[BaseException] | None, effects: int) -> None:
    assert kind in KINDS
    with moto_cloud(["gdx"]) as session, faults(lambda _service, _operation, _n: kind) as f:
        sqs = session.client("sqs", config=ONCE)
        f.on = False
        url = sqs.get_queue_url(QueueName="klang-test-gdx-events")["QueueUrl"]
        f.on = True
        if raised is None:
            sqs.send_message(QueueUrl=url, MessageBody="m")
        else:
            with pytest.raises(raised):
                sqs.send_message(QueueUrl=url, MessageBody="m")
        f.on = False
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        assert len(received) == effects
        assert f.trace == [("sqs", "SendMessage", kind)]
        assert f.land_zombie() == (kind == "zombie")
        late = sqs.receive_message(QueueUrl=url).get("Messages", [])
        assert len(late) == (1 if kind == "zombie" else 0)


def test_retries_are_counted_and_do_not_sleep() -> None:
    def pick(_service: str, _operation: str, n: int) -> Kind:
        return "500" if n < 2 else "ok"

    with moto_cloud(["gdx"]) as session, faults(pick) as f:
        session.client("dynamodb").describe_table(TableName=TABLE)
    assert [kind for _, _, kind in f.trace] == ["500", "500", "ok"]
    assert len(f.slept) == 2


def test_a_late_object_is_written_whole() -> None:
    bucket = "klang-test-gdx-documents-local"
    with moto_cloud(["gdx"]) as session, faults(lambda _s, _o, _n: "zombie") as f:
        s3 = session.client("s3", config=ONCE)
        with pytest.raises(BotoCoreError):
            s3.put_object(Bucket=bucket, Key="k", Body=b"whole")
        f.on = False
        assert f.pending == 1
        f.land_zombie()
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"whole"


def test_a_file_lands_whole_after_it_was_closed(tmp_path: Path) -> None:
    """With its checksum at its end, as the SDK sends a stream."""
    path, bucket = tmp_path / "rows.csv", "klang-test-gdx-documents-local"
    path.write_bytes(b"a,b\n" * 9000)
    with moto_cloud(["gdx"]) as session, faults(lambda _s, _o, _n: "zombie") as f:
        s3 = session.client("s3", config=ONCE)
        with path.open("rb") as file, pytest.raises(BotoCoreError):
            s3.put_object(Bucket=bucket, Key="k", Body=file)
        f.on = False
        f.land_zombie()
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == path.read_bytes()


def test_an_s3_error_is_read_as_one() -> None:
    with moto_cloud(["gdx"]) as session, faults(lambda _s, _o, _n: "throttle"):
        s3 = session.client("s3", config=ONCE)
        with pytest.raises(ClientError, match="SlowDown"):
            s3.get_object(Bucket="klang-test-gdx-documents-local", Key="k")
