"""Stages: ONE table of environments x platforms, and what Chalice needs to deploy each of them.

`python -m infra.stages` writes `.chalice/config.json` and one `.chalice/policies/<stage>/<function>.json` per function;
`--check` only compares, and fails when a committed file differs. Nothing in `.chalice/` is written by hand.

A stage is one API, one Lambda behind it and its event Lambdas, each with a role of its own that may do what its code
calls and no more (`infra.rights`, `infra.policies`). `dev` opens all four platforms in one; every other environment
gives each platform a stage of its own, so that a platform's functions can reach its own table, files, queues and keys
and nobody else's.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.functions import HANDLERS, Handler
from infra.policies import Place, policy
from infra.rights.granted import API, Rights, granted

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
        operator_role: name of the IAM role in which operators work (`docs/how-to/deploy.md`), with its path and perhaps
            `*` (`OperatorRole` of the template).
        xroad_spelling: the X-Road release whose spelling of error types the exchange speaks: `7.8`, or `7.7` while
            members have clients that match the older names.
        scanner: the malware scanner of applicants' documents; without one they are marked as not scanned.
        logins: at which providers the Citizen Portal logs people in (`docs/how-to/log-in-with-openid.md`).
        certificates: ARN of the ACM certificate of each platform's address; where one is named, a deployment puts the
            API at the root of that address.
        own_address_only: closes the address at `execute-api` once the platform's own answers.
        reserved: Lambdas that each platform's API keeps for itself, and can have at most, so that a flood at one does
            not take those of the others (`docs/how-to/in-a-crisis.md`); where all platforms share a stage, their sum.
        provisioned: Lambdas that each platform's API keeps started, whether or not somebody asks (provisioned
            concurrency); in CloudFormation packages only (`infra/package/alias.py`), and paid for by the hour.
        canary: how calls move to new code: a deployment preference of SAM, e.g. `Canary10Percent5Minutes`; in
            CloudFormation packages only. Empty: all at once.
    """

    name: str
    addresses: Mapping[str, str]
    bucket_suffix: str
    issuers: tuple[Issuer, ...]
    mail_domain: str
    egress_networks: tuple[str, ...] = ()
    together: bool = False
    alarm_topic: str = ""
    operator_role: str = "klang-operator"
    xroad_spelling: str = "7.8"
    scanner: MalwareScanner | None = None
    logins: tuple[Mapping[str, Any], ...] = ()
    certificates: Mapping[str, str] = field(default_factory=dict)
    own_address_only: bool = False
    reserved: Mapping[str, int] = field(default_factory=dict)
    provisioned: Mapping[str, int] = field(default_factory=dict)
    canary: str = ""

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
    def functions(self) -> tuple[str, ...]:
        """All functions of this stage, the one behind the API first."""
        return (API, *self.handlers)

    def policy_file(self, function: str) -> str:
        """The file in `.chalice/` that holds the policy of a function."""
        return f"policies/{self.name}/{function}.json"

    def policy(self, function: str) -> dict[str, Any]:
        """The IAM policy of a function."""
        environment = self.environment
        place = Place(environment.name, REGION, environment.bucket_suffix, self.function_name(API))
        entry = self.handlers.get(function)
        return policy(
            place,
            self.function_name(function),
            {platform: self._rights(platform, function) for platform in self.platforms},
            polls=None if entry is None else entry.queue,
            attached=bool(self._network(function)),
        )

    def _rights(self, platform: str, function: str) -> Rights:
        """What a function may do to a platform's things.

        Where several platforms are open in one process a neighbour is not asked through its API but in the same
        process: what it does there is then done by whichever function asks. Functions that have no right at all, for
        they run what strangers wrote, ask nobody.
        """
        own = next((name for name in PLATFORMS if function in HANDLERS[name]), platform)
        if platform == own:
            return granted(platform, function)
        return granted(platform, API) if granted(own, function) else {}

    def function_name(self, handler: str) -> str:
        """The Lambda FunctionName that Chalice gives a handler (the HTTP one has no suffix)."""
        return f"{APP_NAME}-{self.name}" + ("" if handler == API else f"-{handler}")

    def role_name(self, handler: str) -> str:
        """The name of the IAM role that Chalice gives a handler; keys and buckets know roles by it."""
        return f"{APP_NAME}-{self.name}-{handler}"

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
            "FUNCTIONS": self.function_name(API),
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
            "environment_variables": self.variables(),
            "lambda_memory_size": API_MEMORY,
            "lambda_timeout": API_TIMEOUT,
            "log_retention_in_days": LOG_DAYS,
            "xray": False,
            "lambda_functions": {
                name: self._settings(name) | {"iam_policy_file": self.policy_file(name)} for name in self.functions
            },
        }

    def _settings(self, function: str) -> dict[str, Any]:
        entry = self.handlers.get(function)
        if entry is not None:
            return _function(entry) | self._network(function)
        kept = self.kept
        return {"reserved_concurrency": kept} if kept else {}

    @property
    def kept(self) -> int:
        """Lambdas that the API of this stage keeps for itself; 0 is none."""
        return sum(self.environment.reserved.get(platform, 0) for platform in self.platforms)

    @property
    def warm(self) -> int:
        """Lambdas that the API of this stage keeps started; 0 is none."""
        return sum(self.environment.provisioned.get(platform, 0) for platform in self.platforms)

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
        for handler in stage.functions:
            if len(stage.function_name(handler)) >= FUNCTION_NAME_LIMIT:
                raise ValueError(f"function name too long for Lambda: {stage.function_name(handler)}")
    config = {
        "version": "2.0",
        "app_name": APP_NAME,
        "stages": {name: stage.config() for name, stage in chosen.items()},
    }
    texts = {"config.json": _text(config)}
    for stage in chosen.values():
        texts |= {stage.policy_file(function): _text(stage.policy(function)) for function in stage.functions}
    return texts


def write(folder: Path, environments: Iterable[Environment] = ENVIRONMENTS) -> None:
    """Writes the generated files into a project's `.chalice` folder and removes policies of what is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = files(environments)
    for stale in _policies(folder) - texts.keys():
        (folder / stale).unlink()
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def differences(folder: Path) -> list[str]:
    """The names of files in `folder` that are not what the table says: changed, missing or left over."""
    texts = files()
    present = _policies(folder) | ({"config.json"} if (folder / "config.json").exists() else set())
    changed = {name for name in present & texts.keys() if (folder / name).read_text("utf-8") != texts[name]}
    return sorted((present ^ texts.keys()) | changed)


def _policies(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("policies/*/*.json")}


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
