"""A whole rehearsal: local cloud up, platforms deployed, one address answering; and all of it down again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from infra import provision
from infra.local.emulator import Emulator
from infra.local.emulator import start as start_emulator
from infra.local.gateway import Gateway
from infra.local.pump import Depth, Pump
from infra.local.session import LocalSession
from infra.local.surroundings import logins
from infra.local.wsgi import Server, serve
from infra.package.deploy import delete, deploy
from infra.package.tools import CACHE, PROJECT, RUNTIME, prepared_python
from infra.package.workshop import Workshop, lay_out
from infra.provision.parameters import EMULATED_MAIL
from infra.rehearsal.cloud import DeployedEvents, api_of, functions_of
from infra.rehearsal.front import Front
from infra.rehearsal.invocations import BEGINNING, invocations
from infra.rehearsal.pool import Function, Pool
from infra.stages import API_STAGE, PLATFORMS, REGION, Environment, Issuer, Stage

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ENVIRONMENT = "rehearsal"
BUCKET_SUFFIX = "local"
ISSUER_PATH = "/local/oidc"
"""Where the test OpenID provider answers, if the caller mounts one under `/local`; no package holds it."""

Part = TypeVar("Part")
Mount = Callable[[str], Mapping[str, "WSGIApplication"]]


class RehearsalFailed(Exception):
    """It was used in the wrong order."""


class Rehearsal:
    """Platform stages in a local cloud; a context manager, or `start` and `stop`.

    Args:
        platforms: which stages to deploy; each becomes a stage `rehearsal-<platform>` of its own.
        mount: makes applications of this process from the front address, by first part of the path.
        port: of the front address; 0 takes a free one.
        project: where `app.py`, `chalicelib/` and `requirements.txt` are.
        speed: how many times faster than real time schedules come round.
    """

    def __init__(
        self,
        platforms: Iterable[str] = PLATFORMS,
        *,
        mount: Mount | None = None,
        port: int = 0,
        project: Path = PROJECT,
        speed: float = 1.0,
    ) -> None:
        self._platforms = tuple(platforms)
        self._mount = mount
        self._port = port
        self._project = project
        self._speed = speed
        self._folder: Path | None = None
        self._emulator: Emulator | None = None
        self._server: Server | None = None
        self._pump: Pump | None = None
        self._pool: Pool | None = None
        self._front = Front()
        self._workshops: dict[str, Workshop] = {}
        self._functions: dict[str, dict[str, Function]] = {}
        self._gateways: dict[str, Gateway] = {}

    def start(self) -> Self:
        """Brings everything up; on a failure whatever is already up is taken down again.

        Raises:
            NoPython, ChaliceFailed: see `infra.package`.
            EmulatorError, OSError: the emulator or the port.
        """
        try:
            self._bring_up()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Takes everything down and removes what it wrote; a second call does nothing."""
        if self._pump is not None:
            self._pump.stop(timeout=5)
        if self._server is not None:
            self._server.stop()
        if self._pool is not None:
            self._pool.stop()
        if self._emulator is not None:
            self._emulator.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._pump, self._server, self._pool, self._emulator, self._folder = None, None, None, None, None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """The front address, e.g. `http://127.0.0.1:8000`."""
        return _up(self._server).address

    @property
    def endpoint(self) -> str:
        """The emulator's address (AWS_ENDPOINT_URL)."""
        return _up(self._emulator).endpoint

    @property
    def session(self) -> LocalSession:
        """A boto3 session of the local cloud."""
        return LocalSession(self.endpoint, REGION)

    @property
    def pool(self) -> Pool:
        """The sandboxes: how often they were called, and their logs."""
        return _up(self._pool)

    @property
    def front(self) -> Front:
        """The application behind the front address; more can be mounted on it."""
        return self._front

    def depths(self) -> dict[str, Depth]:
        """How full the queues are, by name."""
        return self._pump.depths() if self._pump else {}

    def workshop(self, platform: str) -> Workshop:
        """Where a platform's stage was laid out."""
        return self._workshops[platform]

    def functions(self, platform: str) -> Mapping[str, Function]:
        """The deployed functions of a platform."""
        return self._functions[platform]

    def gateway(self, platform: str) -> Gateway:
        """The API of a platform alone, without the front address."""
        return self._gateways[platform]

    def deploy(self, platform: str) -> None:
        """Deploys a platform's stage, again if it is there already; its new code serves the next call.

        Raises:
            ChaliceFailed: the deploy did not end well.
            NotAsDeployed: the cloud has something else than what was sent.
        """
        stage = self._stage(platform)
        workshop = lay_out(stage, _up(self._folder) / stage.name, [stage.environment], self._project)
        api = deploy(workshop, stage.name, self.session, self._nothing_else())
        self._workshops[platform] = workshop
        self._functions[platform] = functions_of(self.session, stage, workshop)
        handler, pool = stage.function_name("api_handler"), self.pool
        self._gateways[platform] = Gateway(
            api_of(self.session, api, workshop), lambda event: pool.call(handler, event), API_STAGE, api
        )

    def delete(self, platform: str) -> None:
        """Deletes a platform's stage; its paths answer 404 from then on.

        Raises:
            ChaliceFailed: something is left.
        """
        delete(self._workshops[platform], self._stage(platform).name, self._nothing_else())
        del self._gateways[platform], self._functions[platform]
        self.connect()

    def connect(self) -> None:
        """Lets the front, the queues and the schedules reach what is deployed now."""
        functions = {name: function for group in self._functions.values() for name, function in group.items()}
        if self._pump is not None:
            self._pump.stop(timeout=40)
        self.pool.update(functions)
        self._pump = Pump(DeployedEvents(self.session, functions, self.pool), self.session, self._speed)
        self._pump.start()
        self._front.serve({platform: self._gateways[platform] for platform in PLATFORMS if platform in self._gateways})

    def _bring_up(self) -> None:
        python = prepared_python(RUNTIME)
        CACHE.mkdir(exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="rehearsal-", dir=CACHE))
        self._emulator = start_emulator("moto")
        self._server = serve(self._front, port=self._port, threads=32)
        for beginning, application in (self._mount(self.address) if self._mount else {}).items():
            self._front.mount(beginning, application)
        self._pool = Pool(python, self._folder, {**self._credentials(), "AWS_ENDPOINT_URL_LAMBDA": self.address})
        self._front.mount(BEGINNING, invocations(self._pool))
        self._provision()
        for platform in self._platforms:
            self.deploy(platform)
        self.connect()

    def _provision(self) -> None:
        # all tables and keys, whatever is deployed: the exchange's directory holds every platform's public key
        parameters = provision.parameters_for(ENVIRONMENT, suffix=BUCKET_SUFFIX, origins=[self.address])
        provision.apply(provision.load_template(), parameters, self.session)

    def _stage(self, platform: str) -> Stage:
        issuer = f"{self.address}{ISSUER_PATH}"
        environment = Environment(
            name=ENVIRONMENT,
            addresses=dict.fromkeys(PLATFORMS, self.address),
            bucket_suffix=BUCKET_SUFFIX,
            issuers=(Issuer(issuer, f"{issuer}/jwks.json"),),
            mail_domain=EMULATED_MAIL,
            logins=tuple(logins(self.address)),
            egress_networks=("127.0.0.0/8",),
        )
        return next(stage for stage in environment.stages() if stage.platforms == (platform,))

    def _credentials(self) -> dict[str, str]:
        """Variables with which a process reaches the local cloud and no other."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def _nothing_else(self) -> dict[str, str | None]:
        """The same for Chalice, which would also listen to a developer's own settings."""
        return {**self._credentials(), "AWS_PROFILE": None, "AWS_DEFAULT_PROFILE": None, "AWS_SESSION_TOKEN": None}


def _up(part: Part | None) -> Part:
    if part is None:
        raise RehearsalFailed("the rehearsal has not been started")
    return part
