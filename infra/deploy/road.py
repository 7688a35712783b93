"""The road of a deployment: data, Chalice's part and what it leaves undone, a try; and back if it is not well."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from infra import stages
from infra.deploy import domain, smoke
from infra.deploy.keeping import ready, releases_of
from infra.deploy.limits import mappings
from infra.deploy.releases import LIBRARIES, NoRelease, Release, Releases
from infra.package.deploy import delete, deploy, deployed, provide
from infra.package.tools import PACKAGING, PROJECT, Tools, prepared_python
from infra.package.workshop import ChaliceFailed, Workshop, lay_out
from infra.provision.roads import emulated
from infra.stages import API_STAGE, REGION, Environment, Stage

if TYPE_CHECKING:
    from boto3.session import Session


class NotWell(Exception):
    """What was deployed is not well; the message says why, and what runs now."""


@dataclass(frozen=True)
class Site:
    """Where a stage is deployed from, and to.

    Attributes:
        stage: the stage.
        session: the operator's own.
        records: the folder of Chalice's records.
        folder: where it is built.
        environments: the table that the configuration is generated from.
        project: where `app.py`, `chalicelib/` and `requirements.txt` are.
        variables: more variables for the Chalice command, e.g. AWS_ENDPOINT_URL; None takes one away.
        say: tells how it goes.
        ask: makes the calls that try what was deployed.
        clock: tells the time (aware, UTC).
    """

    stage: Stage
    session: Session
    records: Path
    folder: Path
    environments: Iterable[Environment] = stages.ENVIRONMENTS
    project: Path = PROJECT
    variables: Mapping[str, str | None] | None = None
    say: Callable[[str], None] = print
    ask: smoke.Ask = smoke.ask
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def record(self) -> Path:
        """Chalice's record of this stage."""
        return self.records / f"{self.stage.name}.json"


def bring_up(site: Site) -> Release:
    """Deploys the stage as it is in the project; if it is not well, the release before it is put back.

    Raises:
        NotWell: with what runs now.
        ProvisionError: the data could not be put in place; nothing else was touched.
        ChaliceFailed: nothing was there to go back to.
    """
    releases = ready(site.stage, site.session)
    releases.fetch_record(site.record)
    for action, resource in provide(site.stage, site.session):
        site.say(f"  {action} {resource}")
    workshop = _laid_out(site)
    try:
        return _put_up(site, releases, workshop, "")
    except (ChaliceFailed, NotWell, ClientError, BotoCoreError) as failed:
        if not releases.well():
            raise
        site.say(f"{failed}\ngoing back ...")
        back = _put_back(site, releases, releases.chosen(releases.well()[0]))
        raise NotWell(f"{site.stage.name} was not well and is again what it was: {back.id}") from failed


def roll_back(site: Site, id: str | None = None) -> Release:
    """Brings an earlier release back, by default the one before; the one that ran is forgotten.

    Raises:
        NoRelease: there is none, or none of this name.
        NotWell, ChaliceFailed: it could not be brought back as it was.
    """
    releases = releases_of(site.stage, site.session)
    releases.fetch_record(site.record)
    chosen = releases.chosen(id)
    left = releases.well()[0]
    back = _put_back(site, releases, chosen)
    if left != back.id:
        releases.forget(left)
    return back


def take_down(site: Site) -> None:
    """Deletes API, functions, role, mappings and schedules; data, logs and releases stay.

    Raises:
        NoRelease: nothing tells what is deployed.
        ChaliceFailed: something is left; delete again.
    """
    releases = releases_of(site.stage, site.session)
    if not releases.fetch_record(site.record) and not site.record.exists():
        raise NoRelease("nothing is deleted: there is no record of what is deployed")
    workshop = _laid_out(site)
    try:
        delete(workshop, site.stage.name, site.variables)
    finally:
        releases.keep_record(site.record)


def _laid_out(site: Site) -> Workshop:
    """A workshop with nothing of an earlier one in it, least of all a way to another record."""
    folder = site.folder / "deploy"
    shutil.rmtree(folder, ignore_errors=True)
    return lay_out(site.stage, folder, site.environments, site.project, site.records)


def _put_back(site: Site, releases: Releases, release: Release) -> Release:
    folder = site.folder / "rollback"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    releases.unpack(release, folder)
    (folder / ".chalice/deployed").symlink_to(site.records.resolve(), target_is_directory=True)
    return _put_up(site, releases, Workshop(folder, prepared_python(_tools(folder))), release.id)


def _tools(folder: Path) -> Tools:
    """What Chalice reads a release's `app.py` with: the libraries of that release."""
    return Tools(PACKAGING.name, folder / LIBRARIES)


def _put_up(site: Site, releases: Releases, workshop: Workshop, id: str) -> Release:
    """Deploys a workshop, keeps it as a release, and tries it; `id` is that of a release that is put back."""
    stage, session = site.stage, site.session
    try:
        api = deploy(workshop, stage.name, session, site.variables)
    finally:
        releases.keep_record(site.record)
    for stray in strays(workshop, stage.name, session):
        site.say(f"  removed a second mapping of {stray}")
    names = [
        each["lambda_arn"] for each in deployed(workshop, stage.name) if each["resource_type"] == "lambda_function"
    ]
    code = session.client("lambda").get_function_configuration(FunctionName=names[0])["CodeSha256"]
    archive = workshop.archive(code).relative_to(workshop.folder).as_posix()
    release = Release(id or _name(site, code), _commit(site.project), code, archive)
    if not id:
        releases.keep(release, workshop)
    wrong = smoke.runs(session, names, code)
    for address in _addresses(site, api):
        wrong += smoke.answers(address, stage.platforms, site.ask)
    if wrong:
        raise NotWell("\n".join(wrong))
    if domain.certificate(stage) and stage.environment.own_address_only:
        domain.close_the_other(session, api, closed=True)
    releases.mark_well(release.id)
    return release


def _addresses(site: Site, api: str) -> list[str]:
    """Where the stage must answer: its own domain, if it has one and that leads here, and API Gateway's address."""
    stage, own = site.stage, site.stage.environment.addresses[site.stage.platforms[0]]
    if emulated(site.session):
        return [own]
    found = [f"https://{api}.execute-api.{REGION}.amazonaws.com/{API_STAGE}"]
    if not domain.certificate(stage):
        return found
    target = domain.answer_at(stage, site.session, api)
    if site.ask(f"{own}/health").status == 0:
        site.say(f"{own} does not lead here yet: point a CNAME of {domain.host(stage)} at {target}")
        return found
    return [own] if stage.environment.own_address_only else [own, *found]


def strays(workshop: Workshop, stage: str, session: Session) -> list[str]:
    """Removes mappings of queues that Chalice's record does not tell of: a deployment that died left them.

    Each message would be carried twice. Returns the queues' names.
    """
    client, entries = session.client("lambda"), deployed(workshop, stage)
    known = {entry["event_uuid"] for entry in entries if entry["resource_type"] == "sqs_event"}
    removed = []
    for entry in entries:
        if entry["resource_type"] == "lambda_function":
            for mapping in mappings(session, entry["lambda_arn"]):
                if mapping["UUID"] not in known:
                    client.delete_event_source_mapping(UUID=mapping["UUID"])
                    removed.append(mapping["EventSourceArn"].rpartition(":")[2])
    return removed


def _name(site: Site, code_sha256: str) -> str:
    short = hashlib.sha256(base64.b64decode(code_sha256)).hexdigest()[:8]
    return f"{site.clock():%Y%m%dT%H%M%S}-{short}"


def _commit(project: Path) -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True)  # noqa: S607 - no git: no name
    return done.stdout.strip()


__all__ = ["NoRelease", "NotWell", "Site", "bring_up", "roll_back", "strays", "take_down"]
