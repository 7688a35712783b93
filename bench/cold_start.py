"""How long the first answer of a new function takes, with the real package of each platform.

    python -m bench.cold_start          writes bench/STARTING.md

Each start runs the unzipped package of a stage under AWS's own runtime client (`awslambdaric`) against a Runtime API of
this process, as `infra.rehearsal` does; what is timed is everything from the new process to the first answer, which
reads DynamoDB: an emulator in a process of its own, over plain HTTP, the same for all. In turns with it start the least
that Chalice can be and FastAPI with the same routes (`cold_rivals.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from bench import cold_rivals
from bench.cold_page import Started, page
from chalicelib.opendata.actions.registry import Asked, perform
from chalicelib.settings import Settings
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.wiring import open_house
from infra import provision, stages
from infra.local.emulator import start as start_emulator
from infra.local.gateway import Api
from infra.local.gateway_event import HttpRequest, proxy_event
from infra.local.session import LocalSession
from infra.package.build import Package, build
from infra.package.tools import CACHE, PROJECT, RUNTIME, prepared_python
from infra.provision.roads import put
from infra.rehearsal.sandbox import Sandbox
from infra.stages import PLATFORMS, REGION, Stage

RESULTS = Path(__file__).with_name("STARTING.md")
WARM = 120
SUFFIX = "local"
"""Buckets of this name take plain HTTP, which is all that an emulator speaks."""
LAMBDA = "arn:aws:apigateway:ap-southeast-1:lambda:path/2015-03-31/functions/arn:aws:lambda:ap-southeast-1:1"
FIRST = {
    "gdx": "/gdx/v1/members",
    "biz": "/biz/v1/licences?agency=TH/CENTRAL/DOA&limit=1",
    "citizen": "/citizen/v1/appointments/offices",
    "opendata": "/api/3/action/package_search?q=health",
}
"""What is asked first of each platform: a public route that reads DynamoDB; of open data, a search of its index."""


DATASET: Mapping[str, Any] = {
    "data_type": "ข้อมูลระเบียน",
    "maintainer": "กองสาธารณสุข",
    "maintainer_email": "health@agency.example",
    "tag_string": "health",
    "notes": "Figures of health",
    "objective": ["เพื่อการให้บริการประชาชน"],
    "update_frequency_unit": "เดือน",
    "update_frequency_interval": "1",
    "geo_coverage": "ตำบล",
    "data_source": "ระบบศูนย์กลางการขออนุญาต",
    "data_format": ["CSV"],
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "Open Data Common",
}
"""What the national standard asks of every dataset."""


@dataclass(frozen=True)
class Way:
    """One thing to start: a folder with `app.py`, the event that it answers, and the one that costs it nothing."""

    folder: Path
    variables: Mapping[str, str]
    first: Any
    idle: Any = None


@dataclass
class Measured:
    """What was measured of one way, in seconds."""

    wall: list[float] = field(default_factory=list)
    pace: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)


def started(way: Way, python: Path, log: Path, warm: int) -> tuple[float, float, float, list[float], list[float]]:
    """Starts a process, asks it once, and then `warm` times more each question.

    Returns:
        Seconds to the first answer, seconds of a fixed piece of work beside it, CPU seconds until then, CPU seconds of
        each further answer, and of each answer that costs nothing.

    Raises:
        RuntimeError: it answered anything but 200.
    """
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        **way.variables,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": "start",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_GROUP_NAME": "start",
        "AWS_LAMBDA_LOG_STREAM_NAME": "start",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "LAMBDA_TASK_ROOT": str(way.folder),
        "PYTHONPATH": str(way.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "_HANDLER": "app.app",
    }
    pace = _pace()
    began = time.perf_counter()
    sandbox = Sandbox([str(python), "-m", "awslambdaric", "app.app"], way.folder, environment, "arn:start", log)
    try:
        answer = sandbox.call(way.first, 30)
        wall = time.perf_counter() - began
        if answer["statusCode"] != 200:
            raise RuntimeError(f"{way.folder.name} answered {answer['statusCode']}: {answer['body'][:300]}")
        cpu, pace = sandbox.cpu, (pace + _pace()) / 2
        return wall, pace, cpu, _warm(sandbox, way.first, warm), _warm(sandbox, way.idle, warm if way.idle else 0)
    finally:
        sandbox.stop()


def _warm(sandbox: Sandbox, event: Any, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        before = sandbox.cpu
        sandbox.call(event, 30)
        taken.append(sandbox.cpu - before)
    return taken


def measured(ways: Mapping[str, Way], rounds: int, warm: int, say: Callable[[str], None]) -> dict[str, Measured]:
    """All ways in turns; the order turns by one with every round, and the first round is not counted."""
    python, names = prepared_python(RUNTIME), list(ways)
    taken = {name: Measured() for name in names}
    with tempfile.TemporaryDirectory() as logs:
        for number in range(rounds + 1):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                wall, pace, cpu, again, idle = started(ways[name], python, Path(logs, name.replace(" ", "-")), warm)
                if number:
                    each = taken[name]
                    each.wall.append(wall)
                    each.pace.append(pace)
                    each.cpu.append(cpu)
                    each.warm += again[10:]
                    each.idle += idle[10:]
            say(f"round {number} of {rounds}")
    return taken


def _pace() -> float:
    """Seconds of a fixed piece of work, of a kind that starts are made of."""
    text = "\n".join(f"def f{number}(self, a, b={number}): return [self.c, a, b]" for number in range(100))
    began = time.perf_counter()
    for _ in range(15):
        compile(text, "pace", "exec")
    return time.perf_counter() - began


def event_of(document: Mapping[str, Any], address: str) -> Any:
    """The event that API Gateway makes of a GET, for the API of this definition."""
    api = Api.from_swagger(document)
    path, _, query = address.partition("?")
    found = api.find("GET", path)
    if found is None:
        raise LookupError(address)
    headers = (("Host", "klang.example"), ("Accept", "application/json"))
    return proxy_event(
        HttpRequest("GET", path, query, headers, b"", "127.0.0.1"), found[0], "api", "start", api.binary_types
    )


def plain_event(path: str) -> Any:
    """The same for an API of one path."""
    integration = {"uri": f"{LAMBDA}:function:f/invocations", "type": "aws_proxy"}
    document = {"paths": {path: {"get": {"x-amazon-apigateway-integration": integration}}}}
    return event_of(document, path)


@contextmanager
def cloud() -> Iterator[str]:
    """The emulator with the tables, keys, queues and buckets of all four platforms, and a small catalogue."""
    with start_emulator("moto") as emulator:
        session = LocalSession(emulator.endpoint, REGION)
        for platform in PLATFORMS:
            stage = stages.stages()[f"prod-{platform}"]
            parameters = provision.parameters_for(
                stage.environment.name,
                suffix=SUFFIX,
                origins=sorted(set(stage.environment.addresses.values())),
                platforms=stage.platforms,
            )
            name = provision.stack_name(stage.environment.name, stage.platforms)
            put(provision.load_template(), parameters, name, session, change_set="start")
        _catalogue(stages.stages()["prod-opendata"], session)
        yield emulator.endpoint


def _catalogue(stage: Stage, session: LocalSession) -> None:
    """Twenty datasets and a published index of them."""
    house = open_house(Settings.from_env(_variables(stage)), session=session)
    steward = Caller("officer", "bench", "bench", "TH/CENTRAL/DGA", frozenset({"operator", "publisher", "steward"}))

    def act(name: str, given: dict[str, Any]) -> None:
        once = Once(new_id(), "", new_token(), claimed=False)
        perform(name, Asked(house.opendata, steward, once, given))

    import chalicelib.opendata.actions  # noqa: F401 - enters the actions

    act("organization_create", {"name": "bench", "title": "Bench"})
    for number in range(20):
        own = {"name": f"health-{number}", "title": f"Health {number}", "owner_org": "bench"}
        act("package_create", {**DATASET, **own})
    house.opendata.publisher.run()


def _variables(stage: Stage) -> dict[str, str]:
    return {**stage.variables(), "BUCKET_SUFFIX": SUFFIX, "AWS_DEFAULT_REGION": REGION}


def packages(folder: Path) -> dict[str, Package]:
    """The packages of all four platforms, built as they are deployed."""
    return {platform: build(f"prod-{platform}", folder / platform) for platform in PLATFORMS}


def ways_of(built: Mapping[str, Package], folder: Path, endpoint: str) -> dict[str, Way]:
    """Klang's four packages, each with its rival, and the floor."""
    aws = {"AWS_ENDPOINT_URL": endpoint}
    document = json.loads((PROJECT / "docs/openapi.json").read_text("utf-8"))
    ways: dict[str, Way] = {}
    for platform, package in built.items():
        stage, root = stages.stages()[f"prod-{platform}"], folder / f"klang-{platform}"
        with ZipFile(package.archive) as archive:
            archive.extractall(root)
        template = json.loads(package.template.read_text("utf-8"))
        definition = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
        variables = {**_variables(stage), **aws}
        ways[f"Klang {platform}"] = Way(
            root, variables, event_of(definition, FIRST[platform]), event_of(definition, "/health")
        )
        table = f"klang-prod-{platform}"
        if "floor" not in ways:
            ways["floor"] = Way(cold_rivals.floor(folder / "floor", table, root / "chalice"), aws, plain_event("/item"))
        part = cold_rivals.of_platform(document, definition["paths"])
        rival = cold_rivals.fastapi(folder / f"fastapi-{platform}", table, part)
        ways[f"FastAPI {platform}"] = Way(rival, aws, plain_event("/item"))
    return ways


def main() -> None:
    """Writes the file and prints it."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold_start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=12, help="starts of each; fewer are quicker and less certain")
    parser.add_argument("--to", type=Path, default=RESULTS, help="file to write")
    given = parser.parse_args()
    before = os.getloadavg()[0]
    CACHE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="starts-", dir=CACHE))
    try:
        built = packages(folder / "packages")
        with cloud() as endpoint:
            ways = ways_of(built, folder, endpoint)
            taken = measured(ways, given.rounds, WARM, lambda text: print(text, flush=True))
        sizes = {platform: (package.zipped, package.unzipped) for platform, package in built.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    shown = {
        name: Started(
            each.wall,
            each.pace,
            each.cpu,
            statistics.median(each.warm),
            statistics.median(each.idle) if each.idle else None,
        )
        for name, each in taken.items()
    }
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    text = page(shown, sizes, at=at, loads=(before, os.getloadavg()[0]), rounds=given.rounds, first=FIRST)
    given.to.write_text(text, encoding="utf-8")
    print(f"\n{text}\nwritten to {given.to}")


if __name__ == "__main__":
    main()
