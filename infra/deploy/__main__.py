"""The command line."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import stages
from infra.deploy import doctor
from infra.deploy.keeping import releases_of
from infra.deploy.record import Unfound, find_record
from infra.deploy.releases import NoRelease
from infra.deploy.road import NotWell, Site, bring_up, roll_back, take_down
from infra.package.python import NoPython
from infra.package.tools import PROJECT
from infra.package.workshop import ChaliceFailed
from infra.provision import ProvisionError
from infra.rehearsal import practice

RECORDS = PROJECT / ".chalice/deployed"
REASONS = (
    *(NotWell, NoRelease, Unfound, ProvisionError, NoPython, ChaliceFailed, ClientError, BotoCoreError),
    subprocess.CalledProcessError,  # pip or Python said why already
)
COMMANDS = {
    "up": "examine, deploy and try the stage; if it is not well, go back",
    "doctor": "only examine",
    "rollback": "bring the release before back, or the one named by --to",
    "releases": "list what can be brought back",
    "find-record": "write Chalice's record anew from what is deployed",
    "delete": "remove API and functions; data, logs and releases stay",
}


def main(arguments: list[str] | None = None, records: Path = RECORDS) -> int:
    """Exit status 0, or 1 with a plain reason on stderr."""
    options = parser().parse_args(arguments)
    there = practice.known()
    if options.stage not in there:
        print(f"no stage {options.stage}; there are: {', '.join(there)}", file=sys.stderr)
        return 1
    stage = there[options.stage]
    session = boto3.session.Session(region_name=stages.REGION)
    own = stage.environment in stages.ENVIRONMENTS
    table = stages.ENVIRONMENTS if own else (stage.environment,)
    site = Site(stage, session, records if own else practice.records(stage), PROJECT / "build" / stage.name, table)
    try:
        return _done(options, site)
    except REASONS as reason:
        print(reason, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """How it is typed."""
    root = argparse.ArgumentParser(
        prog="python -m infra.deploy",
        description="Deploy a stage to AWS, and back.",
        epilog="\n".join(f"{name:12} {what}" for name, what in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("stage", help="e.g. dev or prod-gdx")
    root.add_argument("command", nargs="?", choices=COMMANDS, default="up")
    root.add_argument("--to", help="id of a release (rollback)")
    root.add_argument("--anyway", action="store_true", help="deploy although the doctor objects (up)")
    return root


def _done(options: argparse.Namespace, site: Site) -> int:
    name = site.stage.name
    match options.command:
        case "doctor" | "up":
            found = doctor.examine(doctor.Patient(site.stage, site.session, site.records))
            print(doctor.told(found))
            ill = any(finding.verdict == "fail" for finding in found)
            if options.command == "doctor" or (ill and not options.anyway):
                return int(ill)
            print(f"{name} is up: {bring_up(site).id}")
        case "rollback":
            print(f"{name} is again: {roll_back(site, options.to).id}")
        case "releases":
            well = releases_of(site.stage, site.session).well()
            for release in releases_of(site.stage, site.session).kept():
                state = "runs" if well[:1] == [release.id] else "was well" if release.id in well else "was not well"
                print(f"{release.id}  {state:12} {release.commit[:12]}")
        case "find-record":
            print(f"{find_record(site.stage, site.session, site.record)} resources are in the record again")
        case _:
            take_down(site)
            print(f"deleted {name}; its data stay")
    return 0


if __name__ == "__main__":
    sys.exit(main())
