"""Three hundred national ids in every place where something can be sent to us, and in no place where it may stay.

Own data that is answered to whoever sent it is no leak; every other place is searched: log lines and metrics (standard
output), what libraries log, every write to DynamoDB (keys and values), S3 (keys and bodies), SQS and KMS, what is
public afterwards, and temporary files.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.redaction import redact
from demo.story import STEPS
from demo.world import World
from infra.local.pump import sqs_event
from tests.hostile.payloads.hearing import Foreign, Heard, Writes
from tests.hostile.payloads.marked import IDS, MANY, Supply, finds, written
from tests.hostile.payloads.planting import Description, Operation
from tests.support.cloud import REGION
from tests.support.town import AGENCIES, town

pytestmark = pytest.mark.slow

WHO = (
    ("assistant", "assistant-jintana"),
    ("publisher", "publisher-laemngop"),
    ("operator", "operator-dga"),
    ("officer", "officer-anong"),
    ("citizen", "malee"),
    ("system", "laemngop-office"),
)
"""Who asks where, by the first word that the description of an operation holds."""


@dataclass
class Sinks:
    """What came out."""

    output: io.StringIO = field(default_factory=io.StringIO)
    foreign: Foreign = field(default_factory=Foreign)
    written: list[str] = field(default_factory=list)
    public: dict[str, bytes] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    taken: int = 0
    refused: int = 0
    used: int = 0
    failed: int = 0


@pytest.fixture(scope="module")
def sinks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sinks]:
    """A town after everybody has written ids everywhere."""
    found, before = Sinks(), tempfile.tempdir
    tempfile.tempdir = str(tmp_path_factory.mktemp("scratch"))
    house = logging.getLogger("klang")
    streams = [(each, each.stream) for each in house.handlers if isinstance(each, logging.StreamHandler)]
    for handler, _ in streams:
        handler.setStream(found.output)
    logging.getLogger().addHandler(found.foreign)
    try:
        with redirect_stdout(found.output), town(Heard) as here:
            assert isinstance(here, Heard)
            _everything(here, found)
        found.files = [each for each in Path(tempfile.tempdir).rglob("*") if each.is_file()]
    finally:
        logging.getLogger().removeHandler(found.foreign)
        known = dict(streams)
        for each in house.handlers:
            if isinstance(each, logging.StreamHandler):
                each.setStream(known.get(each, sys.__stdout__))
        tempfile.tempdir = before
    yield found


def _everything(here: Heard, found: Sinks) -> None:
    supply = Supply()
    people = Writes(here, supply)
    world = World(people)
    here.heard.clear()
    for step in STEPS:
        step.play(world)
    found.taken, found.refused = people.taken, people.refused
    known = {"id": str(world.known["case"]), "no": str(world.known["licence"]), "rid": str(world.known["resource"])}
    description = Description()
    tokens = {who: world.person(who).token for _, who in WHO}
    for operation in description.operations:
        for planted in description.planted(operation, supply, known):
            headers = dict(planted.headers)
            if (who := _asker(operation)) is not None:
                headers["authorization"] = f"Bearer {tokens[who]}"
            if planted.body is not None:
                headers["content-type"] = "application/json"
            found.statuses[here.ask(operation.method, planted.path, headers, planted.body)[0]] += 1
    _in_tokens(here, supply, found)
    _in_messages(here, supply)
    _in_a_providers_answers(here, world, supply)
    here.settle()
    found.written, found.used, found.failed = list(here.leaks()), supply.used, len(here.failures)
    for operation in description.operations:
        if operation.method == "GET" and "public" in operation.callers and "{" not in operation.path:
            found.public[operation.path] = here.ask("GET", operation.path, {"accept": "*/*"}, None)[2]
    for path in ("/dataset?q=", "/api/3/action/package_search?q=", "/biz/v1/licences?q="):
        found.public[path] = here.ask("GET", path + IDS[0][:9], {"accept": "*/*"}, None)[2].replace(
            IDS[0][:9].encode(), b""
        )


def _asker(operation: Operation) -> str | None:
    return next((who for word, who in WHO if word in operation.callers), None)


def _in_tokens(here: Heard, supply: Supply, found: Sinks) -> None:
    """Claims and headers of tokens that nobody signed."""
    for typ in ("at+jwt", "JWT", "dpop+jwt"):
        head = {"alg": "ES256", "typ": typ, "kid": supply.plain(), "jku": f"https://x.example/{supply.plain()}"}
        claims = {"iss": supply.next(), "sub": supply.plain(), "pid": supply.plain(), "aud": [supply.next()]}
        parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (head, claims)]
        for scheme in ("Bearer", "DPoP", supply.plain()):
            headers = {"authorization": f"{scheme} {'.'.join(parts)}.{parts[1]}"}
            for path in ("/biz/v1/applications", "/citizen/v1/me/home", "/gdx/v1/exchanges"):
                found.statuses[here.ask("GET", path, headers, None)[0]] += 1


def _in_messages(here: Heard, supply: Supply) -> None:
    """Messages that nobody of ours sent: each of the queues gets some that are none of its."""
    for source in here._sources[0]:
        for body in (
            supply.next(),
            json.dumps({"id": supply.plain(), "Records": [{"s3": {"object": {"key": supply.plain()}}}]}),
        ):
            message = {
                "MessageId": "1",
                "ReceiptHandle": "1",
                "Body": body,
                "MD5OfBody": "",
            }
            here._run(source, sqs_event([message], "arn:aws:sqs:x:0:q", REGION), 0)


def _in_a_providers_answers(here: Heard, world: World, supply: Supply) -> None:
    """A provider that answers ids where none belong: in headers, errors, and what is no JSON."""

    def odd(environ: Any, start: Any) -> Any:
        status = ("500 Oops", "422 No", "200 OK", "302 Found")[supply.used % 4]
        start(
            status,
            [("Content-Type", "application/json"), ("Location", f"/{supply.plain()}"), ("X-Note", supply.plain())],
        )
        return [json.dumps({"title": supply.plain(), "detail": supply.next(), supply.plain(): supply.next()}).encode()]

    here.moves_in(AGENCIES[0], odd)
    body = json.dumps({"pid": supply.plain()}).encode()
    headers = {
        "x-road-client": "TH/LOCAL/LAEMNGOP/office",
        "content-type": "application/json",
        "authorization": f"Bearer {world.person('laemngop-office').token}",
    }
    for _ in range(8):
        here.ask("POST", "/r1/TH/CENTRAL/DOPA/civil/person/lookup", headers, body)


def test_ids_were_planted_everywhere(sinks: Sinks) -> None:
    assert len(set(IDS)) == MANY == 300 and sinks.used > 10 * MANY
    assert sinks.taken >= 5 and sinks.refused >= 10, "some texts take an id, some refuse it"
    assert sum(sinks.statuses.values()) > 1_000
    assert (
        sinks.statuses[200] > 50
        and sinks.statuses[422] > 100
        and sinks.statuses[400] > 100
        and sinks.statuses[404] > 50
    )
    assert sinks.failed > 0, "messages that are none fail, and their failure is told"


def test_no_line_of_a_log_or_metric_holds_an_id(sinks: Sinks) -> None:
    lines = sinks.output.getvalue().splitlines()
    assert len(lines) > 100
    assert [line for line in lines if finds(line)] == []


def test_no_library_logs_an_id(sinks: Sinks) -> None:
    assert [line for line in sinks.foreign.lines if finds(line)] == []


def test_no_write_to_a_table_bucket_or_queue_holds_an_id(sinks: Sinks) -> None:
    assert Counter(sinks.written) == {}


def test_nothing_public_holds_an_id(sinks: Sinks) -> None:
    assert len(sinks.public) > 20
    assert [path for path, body in sinks.public.items() if finds(body)] == []


def test_no_temporary_file_holds_an_id(sinks: Sinks) -> None:
    assert [each.name for each in sinks.files if finds(each.read_bytes()) or finds(each.name)] == []


@pytest.mark.parametrize("number", range(40))
def test_the_search_would_find_each_of_them(number: int) -> None:
    text = written(number)
    for around in ("{}", '{{"a":"{}"}}', "https://x.example/{}/y", "ก{}ข"):
        assert finds(around.format(text)), text
    assert not finds(redact(f"a {text} b"))
