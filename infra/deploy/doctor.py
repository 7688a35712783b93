"""What stands in the way of a deployment, said before anything is touched.

Each check looks at one thing and says what to do. `fail` stops a deployment, `warn` does not; what could not be looked
at (a right that is missing, an emulator that does not know) is a warning, never an "ok".
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from infra import stages
from infra.deploy import limits
from infra.deploy.keeping import bucket_name, releases_of
from infra.package.python import NoPython, find
from infra.provision.parameters import stack_name
from infra.provision.roads import emulated

if TYPE_CHECKING:
    from boto3.session import Session

    from infra.stages import Stage

MOST_SKEW = 60.0
"""Seconds; AWS refuses signatures that are five minutes off."""

Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do about it ("" when nothing)."""

    verdict: Verdict
    what: str
    do: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined.

    Attributes:
        stage: the stage that is to be deployed.
        session: the operator's own.
        records: where Chalice's record lies on this machine.
        now: the time here.
    """

    stage: Stage
    session: Session
    records: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


Check = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient) -> list[Finding]:
    """Everything that was found. Without credentials nothing in AWS is looked at."""
    found = [finding for check in AT_HOME for finding in _looked(check, patient)]
    account = list(_looked(_account, patient))
    if any(finding.verdict == "fail" for finding in account):
        return found + account
    return found + account + [finding for check in IN_THE_CLOUD for finding in _looked(check, patient)]


def _looked(check: Check, patient: Patient) -> Iterator[Finding]:
    try:
        yield from check(patient)
    except (ClientError, BotoCoreError) as error:
        name = check.__name__.strip("_").replace("_", " ")
        yield Finding("warn", f"{name}: could not be looked at ({error})", "look yourself, or get the right to read it")


def _python(patient: Patient) -> Iterator[Finding]:
    try:
        found = find()
    except NoPython as reason:
        yield Finding("fail", "no Python that can build packages for Lambda", str(reason))
    else:
        yield Finding("ok", f"packages are built by Python {found.version} ({found.path})")


def _generated(patient: Patient) -> Iterator[Finding]:
    wrong = stages.differences(stages.PROJECT / ".chalice")
    if wrong:
        yield Finding("fail", f"not what infra/stages.py says: {', '.join(wrong)}", "run `make docs`, read, commit")
    else:
        yield Finding("ok", "configuration and policies are in step with infra/stages.py")


def _source(patient: Patient) -> Iterator[Finding]:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=stages.PROJECT, capture_output=True, text=True)  # noqa: S607 - the operator's own git; its absence is a finding
    if done.returncode:
        yield Finding("warn", "this is no git repository: a release will not say what it was made of")
    elif done.stdout.strip():
        yield Finding("warn", "files here are in no commit, and would be deployed", "commit them first")
    else:
        yield Finding("ok", "everything here is committed")


def _placeholders(patient: Patient) -> Iterator[Finding]:
    environment = patient.stage.environment
    said = [*environment.addresses.values(), environment.mail_domain, *(each.iss for each in environment.issuers)]
    empty = sorted({each for each in said if each.endswith(".example")})
    if empty and not emulated(patient.session):
        yield Finding("fail", f"still an example: {', '.join(empty)}", "put your own into infra/stages.py, `make docs`")
    else:
        yield Finding("ok", f"addresses: {', '.join(sorted(set(environment.addresses.values())))}")
    if not environment.issuers:
        yield Finding("fail", "nobody can log in: no issuer", "put one into infra/stages.py")


def _issuers(patient: Patient) -> Iterator[Finding]:
    for issuer in patient.stage.environment.issuers:
        try:
            with urllib.request.urlopen(issuer.jwks_uri, timeout=10) as response:
                keys = len(json.load(response)["keys"])
        except (OSError, ValueError, KeyError, TypeError):
            what = f"{issuer.jwks_uri} gives no keys"
            yield Finding("fail", what, "nobody could log in; is the address right, is the provider up?")
        else:
            yield Finding("ok", f"{issuer.iss} publishes {keys} key(s)")


def _account(patient: Patient) -> Iterator[Finding]:
    try:
        answer = patient.session.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        yield Finding("fail", f"no AWS credentials that work: {error}", "export AWS_PROFILE=..., or log in again")
        return
    where = " (an emulator)" if emulated(patient.session) else ""
    yield Finding("ok", f"account {answer['Account']}, region {patient.session.region_name}{where}")
    if patient.session.region_name != stages.REGION:
        yield Finding("fail", f"the stage lives in {stages.REGION}", "use a session of that region")
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    skew = abs((parsedate_to_datetime(date) - patient.now()).total_seconds()) if date else 0.0
    if skew > MOST_SKEW:
        yield Finding("fail", f"the clock here is {skew:.0f} s off", "set it by NTP; AWS refuses old signatures")


def _buckets(patient: Patient) -> Iterator[Finding]:
    s3, account = patient.session.client("s3"), patient.session.client("sts").get_caller_identity()["Account"]
    suffix, environment = patient.stage.environment.bucket_suffix, patient.stage.environment.name
    names = [f"klang-{environment}-{each}-{suffix}" for each in limits.buckets(patient.stage.platforms)]
    taken = []
    for name in [bucket_name(patient.stage), *names]:
        try:
            s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                taken.append(name)
    if taken:
        yield Finding("fail", f"buckets of somebody else: {', '.join(taken)}", "choose another bucket_suffix")
    else:
        yield Finding("ok", "bucket names are free or ours")


def _topic(patient: Patient) -> Iterator[Finding]:
    topic = patient.stage.environment.alarm_topic
    if not topic:
        what = "alarms are only shown: nobody is told"
        yield Finding("warn", what, "make an SNS topic, put its ARN into infra/stages.py as alarm_topic")
        return
    try:
        patient.session.client("sns").get_topic_attributes(TopicArn=topic)
    except ClientError as error:
        yield Finding("fail", f"{topic}: {error.response['Error']['Code']}", "is the ARN right, is it this region?")
    else:
        yield Finding("ok", f"alarms go to {topic}")


def _mail(patient: Patient) -> Iterator[Finding]:
    domain = patient.stage.environment.mail_domain
    if not {"biz", "citizen"} & set(patient.stage.platforms):
        return
    try:
        found = patient.session.client("sesv2").get_email_identity(EmailIdentity=domain)
    except ClientError:
        what = f"SES does not know {domain} yet"
        yield Finding("warn", what, "it is made by the first deployment; then enter its DNS records, or no e-mail goes")
        return
    if found.get("VerifiedForSendingStatus"):
        yield Finding("ok", f"SES sends for {domain}")
    else:
        yield Finding("warn", f"SES does not send for {domain} yet", "enter the DNS records that SES shows for it")


def _quotas(patient: Patient) -> Iterator[Finding]:
    stage, session = patient.stage, patient.session
    needed = limits.api_resources(stage.platforms)
    allowed = limits.quota(session, "apigateway", "Resources per API")
    if allowed is None:
        yield Finding("warn", f"the API needs {needed} resources; how many are allowed is not known here")
    elif allowed < needed:
        do = "ask for more (Service Quotas, API Gateway, `Resources per API`), or deploy the platforms one by one"
        yield Finding("fail", f"the API needs {needed} resources and may have {allowed:.0f}", do)
    else:
        yield Finding("ok", f"the API needs {needed} of {allowed:.0f} resources")
    reserved, settings = limits.reserved(stage), limits.concurrency(session)
    if settings is None:
        yield Finding("warn", f"{reserved} parallel runs are reserved; how many the account has is not known here")
    elif settings < reserved + limits.UNRESERVED:
        do = "ask for more (Service Quotas, Lambda, `Concurrent executions`)"
        yield Finding("fail", f"{reserved} parallel runs are reserved, the account has {settings}", do)
    else:
        yield Finding("ok", f"{reserved} parallel runs are reserved of {settings}")


def _record(patient: Patient) -> Iterator[Finding]:
    stage, path = patient.stage, patient.records / f"{patient.stage.name}.json"
    kept = releases_of(stage, patient.session).record()
    content = kept if kept is not None else path.read_bytes() if path.exists() else None
    function = stage.function_name("api_handler")
    if content is None:
        if limits.exists(patient.session, function):
            what, do = f"{function} is there, and no record of it", f"`python -m infra.deploy {stage.name} find-record`"
            yield Finding("fail", f"{what}: a deployment would make a second API", do)
        else:
            yield Finding("ok", "nothing is deployed yet")
        return
    lost = limits.missing(patient.session, json.loads(content)["resources"])
    if lost:
        do = f"`python -m infra.deploy {stage.name} find-record` writes it anew from what is there"
        yield Finding("fail", f"in Chalice's record, but not there: {', '.join(lost)}", do)
    else:
        yield Finding("ok", "Chalice's record tells what is deployed")


def _drift(patient: Patient) -> Iterator[Finding]:
    if emulated(patient.session):
        yield Finding("warn", "drift of the data stack is not looked at: emulators know none")
        return
    client, stack = patient.session.client("cloudformation"), stack_name_of(patient.stage)
    drifted = limits.drifted(client, stack)
    if drifted is None:
        yield Finding("ok", f"{stack} is not there yet")
    elif drifted:
        do = "somebody changed it by hand: put the change into infra/template.yaml, or take it back"
        yield Finding("warn", f"{stack} is not as its template says: {', '.join(drifted)}", do)
    else:
        yield Finding("ok", f"{stack} is as its template says")


def stack_name_of(stage: Stage) -> str:
    """Of the stage's data."""
    return stack_name(stage.environment.name, stage.platforms)


AT_HOME: tuple[Check, ...] = (_python, _generated, _source, _placeholders, _issuers)
IN_THE_CLOUD: tuple[Check, ...] = (_buckets, _topic, _mail, _quotas, _record, _drift)


def told(findings: list[Finding]) -> str:
    """The findings as lines for a terminal."""
    lines: list[Any] = []
    for finding in findings:
        lines.append(f"{finding.verdict:<5} {finding.what}")
        if finding.do:
            lines.append(f"      -> {finding.do}")
    return "\n".join(lines)
