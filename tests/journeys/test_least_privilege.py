"""Each platform may do what it must, and no more: the story under the policies that the deployed functions get."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse

import pytest

import chalicelib
from chalicelib.opendata.tables.writing.compaction import AT_MINUTE
from demo.story import STEPS
from demo.story_opendata import act
from demo.story_tables import NAME as BUDGET
from demo.world import NotAsItShouldBe, World
from infra.policies import ABORT_UPLOAD, BELONGINGS, COUNT, LIST_PARTS, READ_TOGETHER, REMOVE, REQUIRE
from infra.stages import PLATFORMS
from tests.biz.linked.hotel import ANSWERS, definition
from tests.biz.linked.hotel import SERVICE as LINKED
from tests.journeys.visitors import visitor
from tests.support.apart import Apart, apart, stage_policy
from tests.support.iam import allows
from tests.support.town import ADDRESS, InProcess

pytestmark = pytest.mark.slow

A_GOOD_ONE = {**definition()["tests"][0], "documents": []}
"""A test case of a service whose documents were left out."""

BY_LAMBDA_ITSELF = {
    "logs:CreateLogStream": "the runtime writes what a function prints",
    "logs:PutLogEvents": "the runtime writes what a function prints",
    "xray:PutTelemetryRecords": "the runtime reports traces",
    "xray:PutTraceSegments": "the runtime reports traces",
}
BY_THE_MAPPING = {
    "sqs:DeleteMessage": "the event source mapping takes messages in the role's name",
    "sqs:GetQueueAttributes": "the event source mapping takes messages in the role's name",
    "sqs:ReceiveMessage": "the event source mapping takes messages in the role's name",
}
SECRET_MADE = {"kms:GenerateDataKey": "the first to come makes the room's secret; here the seed came first"}
TELLS_404 = {"s3:ListBucket": "without it S3 says 403 for an object that is not there, and moto makes no difference"}

BESIDE_THE_STORY: Mapping[str, Mapping[str, str]] = {
    "gdx": BY_LAMBDA_ITSELF
    | BY_THE_MAPPING
    | SECRET_MADE
    | TELLS_404
    | {REMOVE: "an operator takes a mapping of the old gateway's paths away"}
    | {ABORT_UPLOAD: "a document that its owner gives up", LIST_PARTS: "a document of several parts"},
    "opendata": BY_LAMBDA_ITSELF
    | BY_THE_MAPPING
    | SECRET_MADE
    | {"s3:DeleteObject": "bytes that nobody uses any more, and old snapshots of the search index"}
    | {ABORT_UPLOAD: "a file that its owner gives up", LIST_PARTS: "a file, or a night's dump, of several parts"},
    "biz": BY_LAMBDA_ITSELF
    | BY_THE_MAPPING
    | SECRET_MADE
    | TELLS_404
    | {REMOVE: "a suspended licence that is reinstated loses its mark"}
    | {
        "ses:SendEmail": "nobody in the story chose e-mail",
        "sns:Publish": "nobody in the story chose SMS",
        COUNT: "e-mail and SMS of a day are counted",
        REQUIRE: "a hand-over or a note stands only while the colleague's posting or the case does",
    },
    "citizen": BY_LAMBDA_ITSELF
    | BY_THE_MAPPING
    | SECRET_MADE
    | TELLS_404
    | {
        "ses:SendEmail": "nobody in the story chose e-mail",
        "sns:Publish": "nobody in the story chose SMS",
        REQUIRE: "what somebody does for another stands only while their mandate does",
    },
}
"""What the story does not use, and why it is granted all the same."""


@pytest.fixture(scope="module")
def played() -> Iterator[Apart]:
    with apart() as here:
        world = World(InProcess(here))
        for step in STEPS:
            step.play(world)
        _harvest_somebody(world)
        _ask_for_long_work(world)
        here.moves_in("http://127.0.0.1:8104", _takes)
        _link_somebody(world)
        here.settle()  # whoever sweeps finds the link planned
        here.sweep_at(AT_MINUTE)
        here.settle()
        yield here


def _harvest_somebody(world: World) -> None:
    """A publisher harvests a CKAN that answers: Klang itself."""
    publisher, sources = visitor(world, "publisher-laemngop"), "/opendata/v1/harvest/sources"
    given = {"kind": "ckan", "title": "กรมน้ำ", "url": ADDRESS, "organization": "laemngop"}
    made = publisher.ask("POST", sources, given)
    assert made.status == 201, made.json
    started = publisher.ask("POST", f"{sources}/{made.json['id']}/runs", {})
    assert started.status == 202, started.json


def _ask_for_long_work(world: World) -> None:
    """A publisher has a file read otherwise, compares two versions and has a link mirrored: a queue for each."""
    publisher, table = visitor(world, "publisher-laemngop"), world.known["budget"]
    otherwise = {"options": {"types": {"รายการ": "text"}}}
    again = publisher.ask("POST", f"/opendata/v1/resources/{table}/ingest", otherwise)
    assert again.status == 202, again.json
    compared = {"kind": "diff", "given": {"resource": table, "from": 1, "to": 2}}
    asked = publisher.ask("POST", "/opendata/v1/jobs", compared)
    assert asked.status == 202, asked.json
    link = {"package_id": BUDGET, "name": "สถานี", "url": "https://stations.example/list.csv", "mirror": True}
    act(world.person("publisher-laemngop"), "resource_create", link)


def _takes(_: Any, start: StartResponse) -> list[bytes]:
    """An office's system that takes whatever it is told."""
    start("200 OK", [])
    return []


def _link_somebody(world: World) -> None:
    """An office links its system, and somebody applies."""
    anong, bundit, somchai = (visitor(world, who) for who in ("officer-anong", "officer-bundit", "somchai"))
    path = f"/biz/v1/services/{LINKED}"
    there = {"deliver_to": "http://127.0.0.1:8104/klang"}
    service = definition(there, documents=[], tests=[A_GOOD_ONE, *definition()["tests"][1:]])
    drafted = anong.ask("PUT", f"{path}/draft", service)
    assert drafted.json["problems"] == []
    assert bundit.ask("POST", f"{path}/versions", if_match=drafted.headers["etag"]).status < 300
    opening = {"service": LINKED, "applicant": {"kind": "person"}}
    case = somchai.ask("POST", "/biz/v1/applications", opening)
    path = f"/biz/v1/applications/{case.json['id']}"
    assert somchai.ask("PATCH", f"{path}/answers", ANSWERS, if_match=case.headers["etag"]).status == 200
    assert somchai.ask("POST", f"{path}/submit").status == 200


def _granted(platform: str) -> set[str]:
    return {action for statement in stage_policy(platform)["Statement"] for action in statement["Action"]}


def _used(here: Apart, platform: str) -> set[str]:
    return {action for action, _ in here.asked[platform]}


def test_the_story_passes_and_nobody_asks_for_more_than_is_granted(played: Apart) -> None:
    assert (played.failures, played.dead_letters()) == ([], 0)
    for platform in PLATFORMS:
        refused = [use for use in played.asked[platform] if not allows(stage_policy(platform), use)]
        assert (platform, refused) == (platform, [])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_right_is_used_or_has_a_reason(played: Apart, platform: str) -> None:
    beside, reasons = _granted(platform) - _used(played, platform), set(BESIDE_THE_STORY[platform])
    assert beside == reasons, f"without a reason: {sorted(beside - reasons)}; used: {sorted(reasons - beside)}"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_queue_and_bucket_that_may_be_used_is_used(played: Apart, platform: str) -> None:
    own = BELONGINGS[platform]
    sent = {resource.rpartition(":")[2] for action, resource in played.asked[platform] if action == "sqs:SendMessage"}
    assert sent == {f"klang-test-{queue}" for queue in own.sends}
    stored = {
        resource.rpartition(":::")[2].split("/")[0] for action, resource in played.asked[platform] if "s3" in action
    }
    assert stored == {f"klang-test-{purpose}-local" for purpose in (*own.buckets, *own.logs)}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_rights_on_the_table_are_what_the_room_s_code_does_with_it(platform: str) -> None:
    said = {"Require": REQUIRE, "Remove": REMOVE, "Count": COUNT, "get_many": READ_TOGETHER}
    needed = {said[name] for name in _called(platform) if name in said}
    if "journal.read" in _called(platform):
        needed.add(READ_TOGETHER)
    assert set(BELONGINGS[platform].changes) == needed


def test_one_right_less_is_noticed() -> None:
    policies = {platform: stage_policy(platform) for platform in PLATFORMS}
    policies["gdx"] = _without(policies["gdx"], "kms:Sign")
    with apart(policies) as here, pytest.raises(NotAsItShouldBe, match="no token for laemngop-office"):
        World(InProcess(here)).person("laemngop-office")


def _without(policy: Mapping[str, Any], action: str) -> dict[str, Any]:
    kept = [
        {**statement, "Action": [granted for granted in statement["Action"] if granted != action]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": kept}


def _called(room: str) -> set[str]:
    """Names of everything that a room's code calls; what is called on a journal as `journal.<name>`."""
    names: set[str] = set()
    for path in (Path(chalicelib.__file__).parent / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=name):
                        names.add(name)
                    case ast.Attribute(
                        attr=name, value=ast.Attribute(attr="journal" | "_journal") | ast.Name(id="journal")
                    ):
                        names.add(f"journal.{name}")
                    case ast.Attribute(attr=name):
                        names.add(name)
    return names
