"""A local cloud that runs whatever is deployed into it: `make practice`, for operators who want to practise.

The rehearsal deploys by itself; here the operator does, with the very commands and pages that are for AWS. What runs is
what the cloud has: functions by the Lambda API, code and the API's definition from the stage's bucket of deployments,
queues and schedules as far as they are switched on. Looked at with each request and each second.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from chalicelib.shared.egress import GuardedHttp
from chalicelib.shared.ids import utc_now
from infra.deploy.keeping import releases_of
from infra.local.alarms.watcher import Watcher
from infra.local.calls import Calls
from infra.local.emulator import start as start_emulator
from infra.local.exchange_check import exchange_check
from infra.local.gateway import Api, Gateway, gateway_answer, send
from infra.local.pump import Depth, Pump
from infra.local.session import LocalSession
from infra.local.surroundings import LOOPBACK, Surroundings
from infra.local.wsgi import serve
from infra.package.deploy import api_in
from infra.package.tools import CACHE, RUNTIME, prepared_python
from infra.package.workshop import Workshop
from infra.rehearsal.cloud import DeployedEvents, functions_of
from infra.rehearsal.front import Front
from infra.rehearsal.invocations import BEGINNING, invocations
from infra.rehearsal.pool import Function, Pool
from infra.rehearsal.practice import environment, records
from infra.stages import API_STAGE, REGION, Stage, stages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Following:
    """The cloud, its front, and people and agencies around it; a context manager.

    Args:
        port: of the front address; 0 takes a free one.
        speed: how many times faster than real time schedules and retries come round.
    """

    def __init__(self, port: int = 0, speed: float = 1.0) -> None:
        self._port = port
        self._speed = speed
        self._open = ExitStack()
        self._front = Front()
        self._lock = threading.Lock()
        self._seen: dict[str, Any] = {}
        self._pump: Pump | None = None
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        python = prepared_python(RUNTIME)
        CACHE.mkdir(exist_ok=True)
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="practice-", dir=CACHE)))
        emulator = start_emulator("moto")
        self._open.callback(emulator.stop)
        self.session = LocalSession(emulator.endpoint, REGION)
        server = serve(self._looking, port=self._port, threads=32)
        self._open.callback(server.stop)
        self.address, self.endpoint = server.address, emulator.endpoint
        calls, check = Calls(), exchange_check(self.address, GuardedHttp([LOOPBACK]), utc_now)
        surroundings = Surroundings(self.address, check, calls, self.depths)
        surroundings.start()
        self._open.callback(surroundings.stop)
        self._front.mount("/local", surroundings.paths)
        self.pool = Pool(python, self._folder, {**self._credentials(), "AWS_ENDPOINT_URL_LAMBDA": self.address})
        self._open.callback(self.pool.stop)
        self._front.mount(BEGINNING, invocations(self.pool))
        self._open.callback(self._still)
        self.watcher = Watcher(self.session, utc_now, self.depths)
        self._open.callback(self.watcher.stop)
        self.watcher.start()
        self._stages = stages([environment(self.address)]).values()
        for stage in self._stages:
            shutil.rmtree(records(stage), ignore_errors=True)  # of a cloud before this one
        threading.Thread(target=self._follow, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            self._open.close()

    def variables(self) -> dict[str, str]:
        """What a shell must know to work here."""
        return {
            "KLANG_PRACTICE": self.address,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
        }

    def depths(self) -> Mapping[str, Depth]:
        """How full the queues are."""
        return self._pump.depths() if self._pump else {}

    def look(self) -> None:
        """Runs what the cloud has now, if that changed."""
        with self._lock:
            if self._ended.is_set():
                return
            there = {stage.name: self._state(stage) for stage in self._stages}
            if there != self._seen:
                with suppress(FileNotFoundError):  # some functions are new already: the deployment is not over
                    self._take_over(there)
                    self._seen = there

    def _looking(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(("/local", BEGINNING)):
            self.look()
            if self._closed(environ["PATH_INFO"]):
                return send(gateway_answer("THROTTLED", 429), environ, start_response)
        application: WSGIApplication = self._front
        return application(environ, start_response)

    def _closed(self, path: str) -> bool:
        owner = self._front.owner(path)
        return any(state["closed"] for name, state in self._seen.items() if owner and name.endswith(f"-{owner}"))

    def _follow(self) -> None:
        read: dict[Path, int] = {}
        while not self._ended.wait(1.0):
            self.look()
            for log in (self._folder / "logs").glob("*.log"):
                text = log.read_bytes()
                whole = text.rfind(b"\n") + 1  # the last line may still be being written
                for line in text[read.get(log, 0) : whole].decode(errors="replace").splitlines():
                    self.watcher.hear_line(line)
                read[log] = whole

    def _state(self, stage: Stage) -> dict[str, Any]:
        """What tells whether something about a stage changed."""
        client, found = self.session.client("lambda"), dict[str, Any](closed=False)
        try:
            function = client.get_function_configuration(FunctionName=stage.function_name("api_handler"))
        except ClientError:
            return found
        code = function["CodeSha256"]
        if releases_of(stage, self.session).running(code) is None:
            return dict(self._seen.get(stage.name, found))  # it is being deployed this very moment
        mappings = client.list_event_source_mappings()["EventSourceMappings"]
        rules = self.session.client("events").list_rules(NamePrefix=f"klang-{stage.name}")["Rules"]
        found["code"] = code
        found["queues"] = sorted((each["UUID"], each["State"]) for each in mappings)
        found["rules"] = sorted((each["Name"], each["State"]) for each in rules)
        found["closed"] = self._throttled(stage)
        return found

    def _throttled(self, stage: Stage) -> bool:
        record = releases_of(stage, self.session).record()
        try:
            api = api_in(json.loads(record or b"{}").get("resources", ()))
            told = self.session.client("apigateway").get_stage(restApiId=api, stageName=API_STAGE)
        except (ClientError, LookupError):
            return False  # it is being made or deleted this very moment
        return bool(told.get("methodSettings", {}).get("*/*", {}).get("throttlingBurstLimit", 1) == 0)

    def _take_over(self, there: Mapping[str, Any]) -> None:
        functions: dict[str, Function] = {}
        gateways: dict[str, Gateway] = {}
        for stage in self._stages:
            if "code" in there[stage.name]:
                workshop = self._workshop(stage, there[stage.name]["code"])
                functions |= functions_of(self.session, stage, workshop)
                gateways[stage.platforms[0]] = self._gateway(stage, workshop)
        self._still()
        self.pool.update(functions)
        self._front.serve(gateways)
        if functions:
            events = DeployedEvents(self.session, functions, self.pool)
            self._pump = Pump(events, self.session, self._speed, self.watcher.hear_run)
            self._pump.start()

    def _workshop(self, stage: Stage, code: str) -> Workshop:
        releases = releases_of(stage, self.session)
        release = releases.running(code)
        if release is None:
            raise LookupError(f"no release of {stage.name} has this code")
        folder = self._folder / release.id
        if not folder.exists():
            folder.mkdir()
            releases.unpack(release, folder)
        return Workshop(folder, Path())

    def _gateway(self, stage: Stage, workshop: Workshop) -> Gateway:
        handler, pool = stage.function_name("api_handler"), self.pool
        api = Api.from_swagger(json.loads(workshop.api_definition.read_text("utf-8")))
        return Gateway(api, lambda event: pool.call(handler, event), API_STAGE, stage.name)

    def _still(self) -> None:
        if self._pump is not None:
            self._pump.stop(timeout=5)
            self._pump = None

    def _credentials(self) -> dict[str, str]:
        return {
            **{name: value for name, value in self.variables().items() if name.startswith("AWS_")},
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
