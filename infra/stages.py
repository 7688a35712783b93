"""Stages: ONE table of environments x platforms, and what Chalice needs to deploy each of them.

`python -m infra.stages` writes `.chalice/config.json` and one `.chalice/policy-<stage>.json` per stage;
`--check` only compares, and fails when a committed file differs. Nothing in `.chalice/` is written by hand.

A stage is one API, one Lambda behind it and its event Lambdas. `dev` opens all four platforms in one; every other
environment gives each platform a stage of its own, so that a platform's functions can reach its own table, files,
queues and keys and nobody else's (see `infra.policies`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.policies import bare_policy, policy

APP_NAME = "klang"
REGION = "ap-southeast-1"
API_STAGE = "api"
PLATFORMS = ("gdx", "opendata", "biz", "citizen")
PROJECT = Path(__file__).resolve().parent.parent
FUNCTION_NAME_LIMIT = 64
"""Lambda refuses a longer FunctionName."""

API_MEMORY, API_TIMEOUT = 1024, 29
"""29 s is where API Gateway gives up; a Lambda that works longer works for nobody."""

LOG_DAYS = 90
"""Computer-Related Crime Act B.E. 2550, section 26: traffic data are kept at least ninety days."""

EVENT_TIMEOUT = 30
"""A sixth of the queues' visibility timeout (180 s), as AWS advises, so a retry never overtakes a run."""


DISK = 512
"""MB in /tmp that Lambda gives by itself."""


@dataclass(frozen=True)
class Handler:
    """A function of `app.py`: memory in MB, timeout in seconds, a ceiling of parallel runs or none, MB in /tmp.

    `bare`: it runs what strangers wrote, so its role may do nothing but write its log and traces.

    Chalice knows no size of /tmp: `infra.package` sets it where it is not Lambda's own.
    """

    memory: int
    timeout: int
    concurrency: int | None = None
    disk: int = DISK
    bare: bool = False


HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "gdx": {
        "gdx_exchanges": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "gdx_events": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "gdx_sweep": Handler(memory=512, timeout=50, concurrency=1),
        "gdx_seal": Handler(memory=512, timeout=50, concurrency=1),
    },
    "opendata": {
        # a file of 2 GB lies on its disk several times; the queue hides a message for 5400 s
        "opendata_uploads": Handler(memory=3008, timeout=900, disk=10_240),
        "opendata_events": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "opendata_harvest": Handler(memory=1024, timeout=EVENT_TIMEOUT),
        "opendata_jobs": Handler(memory=3008, timeout=420),  # its queue hides a message for 2520 s
        "opendata_links": Handler(memory=1024, timeout=300, disk=2_560),  # its queue hides a message for 1800 s
        "opendata_sql": Handler(memory=3008, timeout=360, concurrency=20, disk=4096, bare=True),
        "opendata_sweep": Handler(memory=512, timeout=50, concurrency=1),
        "opendata_publish": Handler(memory=3008, timeout=50, concurrency=1),
    },
    "biz": {
        "biz_events": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "biz_uploads": Handler(memory=1536, timeout=EVENT_TIMEOUT),  # a file of 50 MB, and its look in 768 MB apart
        "biz_feedback": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "biz_deliveries": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "biz_sweep": Handler(memory=512, timeout=50, concurrency=1),
    },
    "citizen": {
        "citizen_events": Handler(memory=512, timeout=EVENT_TIMEOUT),
        "citizen_sweep": Handler(memory=512, timeout=50, concurrency=1),
    },
}
"""Functions beside the API, by platform. What runs each minute runs alone and ends before the next begins."""


def disk(function: str) -> int:
    """MB in /tmp of a function of `app.py`."""
    return next((entries[function].disk for entries in HANDLERS.values() if function in entries), DISK)


@dataclass(frozen=True)
class Issuer:
    """A trusted OpenID provider of people, as `chalicelib.settings.Issuer` reads it."""

    iss: str
    jwks_uri: str
    audience: str = APP_NAME


@dataclass(frozen=True)
class MalwareScanner:
    """A ClamAV daemon in a network of the account.

    Attributes:
        address: `host:port` of clamd.
        subnets: ids of the subnets in which `biz_uploads` stands, so that it reaches the daemon.
        security_groups: ids of its security groups. The daemon lets nobody else in: its protocol knows no login.
    """

    address: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True)
class Environment:
    """One environment in one AWS account.

    Attributes:
        name: `KLANG_ENV`; part of every name in the cloud.
        addresses: the public address of each platform (all equal where they share one stage or one domain).
        bucket_suffix: makes bucket names unique in the world.
        issuers: who logs people in.
        mail_domain: the domain in whose name e-mail goes out (`MailDomain` of the template).
        egress_networks: private networks that calls to providers may enter; empty in production.
        together: one stage with all platforms, instead of one stage per platform.
        alarm_topic: ARN of the SNS topic that hears the alarms; empty: they are only shown.
        xroad_spelling: the X-Road release whose spelling of error types the exchange speaks: `7.8`, or `7.7` while
            members have clients that match the older names.
        scanner: the malware scanner of applicants' documents; without one they are marked as not scanned.
        logins: at which providers the Citizen Portal logs people in (`docs/how-to/log-in-with-openid.md`).
        certificates: ARN of the ACM certificate of each platform's address; where one is named, a deployment puts the
            API at the root of that address.
        own_address_only: closes the address at `execute-api` once the platform's own answers.
    """

    name: str
    addresses: Mapping[str, str]
    bucket_suffix: str
    issuers: tuple[Issuer, ...]
    mail_domain: str
    egress_networks: tuple[str, ...] = ()
    together: bool = False
    alarm_topic: str = ""
    xroad_spelling: str = "7.8"
    scanner: MalwareScanner | None = None
    logins: tuple[Mapping[str, Any], ...] = ()
    certificates: Mapping[str, str] = field(default_factory=dict)
    own_address_only: bool = False

    def stages(self) -> tuple[Stage, ...]:
        """The stages of this environment."""
        if self.together:
            return (Stage(self.name, self, PLATFORMS),)
        return tuple(Stage(f"{self.name}-{platform}", self, (platform,)) for platform in PLATFORMS)


@dataclass(frozen=True)
class Stage:
    """What one `chalice deploy --stage NAME` brings up."""

    name: str
    environment: Environment
    platforms: tuple[str, ...]

    @property
    def handlers(self) -> dict[str, Handler]:
        """The event functions of this stage's platforms."""
        return {name: entry for platform in self.platforms for name, entry in HANDLERS[platform].items()}

    @property
    def policy_file(self) -> str:
        """Name of this stage's policy file in `.chalice/`."""
        return f"policy-{self.name}.json"

    @property
    def bare(self) -> tuple[str, ...]:
        """Functions whose role may do nothing, by the name that Lambda knows them by."""
        return tuple(self.function_name(name) for name, entry in self.handlers.items() if entry.bare)

    def function_name(self, handler: str) -> str:
        """The Lambda FunctionName that Chalice gives a handler (the HTTP one has no suffix)."""
        return f"{APP_NAME}-{self.name}" + ("" if handler == "api_handler" else f"-{handler}")

    def variables(self) -> dict[str, str]:
        """The environment variables: exactly the fields of `chalicelib/settings.py`."""
        environment = self.environment
        issuers = [{"iss": i.iss, "jwks_uri": i.jwks_uri, "audience": i.audience} for i in environment.issuers]
        return {
            "KLANG_ENV": environment.name,
            "PLATFORMS": ",".join(self.platforms),
            "BASE_URL": environment.addresses[self.platforms[0]],
            "GDX_URL": environment.addresses["gdx"],
            "BIZ_URL": environment.addresses["biz"],
            "CITIZEN_URL": environment.addresses["citizen"],
            "BUCKET_SUFFIX": environment.bucket_suffix,
            "ISSUERS": json.dumps(issuers),
            "LOGINS": json.dumps(list(environment.logins) if "citizen" in self.platforms else [], ensure_ascii=False),
            "EGRESS_NETWORKS": ",".join(environment.egress_networks),
            "XROAD_SPELLING": environment.xroad_spelling,
            "MAIL_FROM": f"notices@{environment.mail_domain}",
            "CLAMD": environment.scanner.address if environment.scanner else "",
            "FUNCTIONS": self.function_name("api_handler"),
        }

    def config(self) -> dict[str, Any]:
        """This stage's part of `.chalice/config.json`.

        PLATFORMS stands at stage level only: Chalice merges a function's own variables over it, and a function
        that saw other platforms than the API would be deployed dead.

        Tracing is off here, for Chalice's switch also traces the API, and such a trace holds the whole address: what an
        existing client of the Thai gateway sends there is a secret and a citizen's number. The functions' own traces
        hold no address; `infra.package` switches them on.
        """
        return {
            "api_gateway_stage": API_STAGE,
            "api_gateway_endpoint_type": "REGIONAL",
            "autogen_policy": False,
            "iam_policy_file": self.policy_file,
            "environment_variables": self.variables(),
            "lambda_memory_size": API_MEMORY,
            "lambda_timeout": API_TIMEOUT,
            "log_retention_in_days": LOG_DAYS,
            "xray": False,
            "lambda_functions": {
                name: _function(entry) | self._network(name) | self._role(entry)
                for name, entry in self.handlers.items()
            },
        }

    @property
    def attached(self) -> tuple[str, ...]:
        """The functions that stand in a network of the account, by the name that Lambda knows them by."""
        return tuple(self.function_name(name) for name in self.handlers if self._network(name))

    def _role(self, entry: Handler) -> dict[str, Any]:
        return {"iam_policy_file": f"policy-{self.name}-bare.json"} if entry.bare else {}

    def _network(self, handler: str) -> dict[str, Any]:
        scanner = self.environment.scanner
        if scanner is None or handler != "biz_uploads":
            return {}
        return {"subnet_ids": list(scanner.subnets), "security_group_ids": list(scanner.security_groups)}


def _function(handler: Handler) -> dict[str, Any]:
    settings: dict[str, Any] = {"lambda_memory_size": handler.memory, "lambda_timeout": handler.timeout}
    if handler.concurrency is not None:
        settings["reserved_concurrency"] = handler.concurrency
    return settings


def _login(environment: str) -> Issuer:
    """The login of an environment under the house's example domain; an operator puts the real one here."""
    host = f"https://login.{environment}.klang.example" if environment != "prod" else "https://login.klang.example"
    return Issuer(iss=host, jwks_uri=f"{host}/jwks.json")


def _logins(environment: str) -> tuple[Mapping[str, Any], ...]:
    """Where people of an environment log in at the portal; an operator puts ThaID and DGA Digital ID here."""
    login = _login(environment)
    own = "https://portal.klang.example" if environment == "prod" else f"https://portal.{environment}.klang.example"
    provider = {
        "id": "login",
        "names": {"th": "เข้าสู่ระบบ", "en": "Log in"},
        "issuer": login.iss,
        "client_id": "klang-portal",
        "algorithm": "ES256",
        "assurance": {"claims": ["acr", "ial"], "values": {"2.3": "2.3"}, "default": "1.1"},
        "redirect_uris": [f"{own}/callback"],
        "source": "an example; docs/how-to/log-in-with-openid.md says how the real ones are entered",
        "verified": "no",
    }
    return (provider,)


ENVIRONMENTS: tuple[Environment, ...] = (
    Environment(
        name="dev",
        addresses=dict.fromkeys(PLATFORMS, "https://dev.klang.example"),
        bucket_suffix="th-dev",
        mail_domain="mail.dev.klang.example",
        issuers=(_login("dev"),),
        logins=_logins("dev"),
        together=True,
    ),
    Environment(
        name="uat",
        addresses={platform: f"https://{platform}.uat.klang.example" for platform in PLATFORMS},
        bucket_suffix="th-uat",
        mail_domain="mail.uat.klang.example",
        issuers=(_login("uat"),),
        logins=_logins("uat"),
    ),
    Environment(
        name="prod",
        addresses={platform: f"https://{platform}.klang.example" for platform in PLATFORMS},
        bucket_suffix="th",
        mail_domain="mail.klang.example",
        issuers=(_login("prod"),),
        logins=_logins("prod"),
    ),
)


def stages(environments: Iterable[Environment] = ENVIRONMENTS) -> dict[str, Stage]:
    """All stages by name."""
    return {stage.name: stage for environment in environments for stage in environment.stages()}


def stage_variables() -> frozenset[str]:
    """Names of all variables that a stage sets; a developer's shell must not lend them to a build."""
    return frozenset(next(iter(stages().values())).variables())


def files(environments: Iterable[Environment] = ENVIRONMENTS) -> dict[str, str]:
    """The generated files of `.chalice/`: name -> text.

    Raises:
        ValueError: a function's name would be longer than Lambda takes.
    """
    chosen = stages(environments)
    for stage in chosen.values():
        for handler in ("api_handler", *stage.handlers):
            if len(stage.function_name(handler)) >= FUNCTION_NAME_LIMIT:
                raise ValueError(f"function name too long for Lambda: {stage.function_name(handler)}")
    config = {
        "version": "2.0",
        "app_name": APP_NAME,
        "stages": {name: stage.config() for name, stage in chosen.items()},
    }
    texts = {"config.json": _text(config)}
    for stage in chosen.values():
        texts[stage.policy_file] = _text(
            policy(
                environment=stage.environment.name,
                platforms=stage.platforms,
                region=REGION,
                functions=stage.function_name("api_handler"),
                bucket_suffix=stage.environment.bucket_suffix,
                attached=stage.attached,
                called=stage.bare,
            )
        )
        if stage.bare:
            texts[f"policy-{stage.name}-bare.json"] = _text(bare_policy(REGION, stage.bare))
    return texts


def write(folder: Path, environments: Iterable[Environment] = ENVIRONMENTS) -> None:
    """Writes the generated files into a project's `.chalice` folder and removes policies of stages now gone."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = files(environments)
    for stale in folder.glob("policy-*.json"):
        if stale.name not in texts:
            stale.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def differences(folder: Path) -> list[str]:
    """The names of files in `folder` that are not what the table says: changed, missing or left over."""
    texts = files()
    present = {path.name for path in [folder / "config.json", *folder.glob("policy-*.json")] if path.exists()}
    changed = {name for name in present & texts.keys() if (folder / name).read_text("utf-8") != texts[name]}
    return sorted((present ^ texts.keys()) | changed)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Command line; 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.stages", description="Write .chalice/ from the table of stages."
    )
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    options = parser.parse_args(arguments)
    folder = PROJECT / ".chalice"
    if not options.check:
        write(folder)
        print(f"{len(files())} files written to {folder}")
        return 0
    wrong = differences(folder)
    for name in wrong:
        print(f".chalice/{name} is not what infra/stages.py says; run: python -m infra.stages", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
