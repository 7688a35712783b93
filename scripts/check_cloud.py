"""`python -m scripts.check_cloud [sam.json ...]`: what checkov objects to in the templates, and in such packages.

Each objection is mended or argued in `ARGUED`; an argument that nothing objects to any more fails as well. Nothing is
sent anywhere: no platform key is given, and policies are not fetched.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from infra.package.tools import Tools, prepared_python
from infra.provision import TEMPLATE

COPIES = TEMPLATE.with_name("backup.yaml")
About = Literal["data", "copies", "package"]
CHECKOV = Tools("checkov", Path(__file__).parents[1] / "infra/package/requirements-checkov.lock")


class Objection(NamedTuple):
    """What checkov does not like: its rule, and the resource as `TYPE.NAME`."""

    rule: str
    resource: str


@dataclass(frozen=True)
class Argued:
    """Why a rule is not followed.

    Attributes:
        reason: why.
        resources: beginnings of the resources for which that is so.
        about: which files are objected to: `data` (infra/template.yaml), `copies` (infra/backup.yaml), or `package`.
    """

    reason: str
    resources: tuple[str, ...]
    about: tuple[About, ...] = ("data",)


ARGUED: Mapping[str, Argued] = {
    "CKV_AWS_18": Argued(
        "a log of who fetched which object names people; our API decides who may fetch, and logs that without names",
        ("AWS::S3::Bucket.",),
    ),
    "CKV_AWS_26": Argued(
        "what passes is what became of an e-mail by its id, kept in an encrypted queue at once; SES cannot publish to a"
        " topic under a key of ours without a right on it",
        ("AWS::SNS::Topic.BizFeedbackTopic",),
    ),
    "CKV_AWS_27": Argued(
        "encrypted by SQS's own key (SqsManagedSseEnabled), which the rule does not know: messages hold ids and no"
        " contents, and S3 and SNS can send without a right on a key",
        ("AWS::SQS::Queue.",),
    ),
    "CKV_AWS_33": Argued(
        "everybody of this account, through DynamoDB and S3 only (copies: AWS Backup), as the services' own keys have"
        " it: who may read the table is decided there",
        (*(f"AWS::KMS::Key.{room}DataKey" for room in ("Gdx", "Opendata", "Biz", "Citizen")), "AWS::KMS::Key.VaultKey"),
        about=("data", "copies"),
    ),
    "CKV_AWS_73": Argued(
        "a trace of the API holds whole addresses, and those of the old gateway hold a secret and a citizen's number",
        ("AWS::Serverless::Api.RestAPI",),
        about=("package",),
    ),
    "CKV_AWS_76": Argued(
        "the functions log each request by its route, without addresses; the gateway's log would hold them",
        ("AWS::Serverless::Api.RestAPI",),
        about=("package",),
    ),
    "CKV_AWS_115": Argued(
        "a reservation takes from all others: only what must not run twice, or what strangers can start, has one",
        ("AWS::Serverless::Function.",),
        about=("package",),
    ),
    "CKV_AWS_116": Argued(
        "messages that fail have the dead-letter queues of their queues; what runs each minute comes again",
        ("AWS::Serverless::Function.",),
        about=("package",),
    ),
    "CKV_AWS_117": Argued(
        "nothing that they reach stands in a network of ours; addresses outside are judged before they are called",
        ("AWS::Serverless::Function.",),
        about=("package",),
    ),
    "CKV_AWS_120": Argued(
        "answers are people's own or must be new; what may be kept says so to caches outside",
        ("AWS::Serverless::Api.RestAPI",),
        about=("package",),
    ),
    "CKV_AWS_158": Argued(
        "encrypted by CloudWatch's own key; logs hold no personal data, which a test shows",
        ("AWS::Logs::LogGroup.",),
        about=("package",),
    ),
    "CKV_AWS_173": Argued(
        "the variables are addresses and names, no secret among them",
        ("AWS::Serverless::Function.",),
        about=("package",),
    ),
}
"""By rule."""


def judged(objections: Iterable[Objection], about: About) -> list[str]:
    """What is wrong: objections without an argument, and arguments without an objection."""
    argued = {rule: each for rule, each in ARGUED.items() if about in each.about}
    wrong, needed = [], set()
    for rule, resource in objections:
        if rule in argued and resource.startswith(argued[rule].resources):
            needed.add(rule)
        else:
            wrong.append(f"{rule}: {resource}")
    return sorted(wrong) + [
        f"{rule} is argued, and nothing objects any more" for rule in sorted(argued.keys() - needed)
    ]


def objections(template: Path, python: Path) -> list[Objection]:
    """What checkov objects to in a template.

    Raises:
        RuntimeError: it did not read the template to its end.
    """
    command = [str(python), "-m", "checkov.main", "-f", str(template), "--framework", "cloudformation", "--quiet"]
    away = {"BC_API_KEY", "PRISMA_API_URL"}
    done = subprocess.run(  # noqa: S603 -- our own interpreter, a path of the repository or of who calls this
        [*command, "--compact", "--skip-download", "-o", "json"],
        env={name: value for name, value in os.environ.items() if name not in away},
        capture_output=True,
        text=True,
        check=False,
    )
    return found(done.stdout, done.stderr)


def found(report: str, errors: str = "") -> list[Objection]:
    """The objections of a report in JSON.

    Raises:
        RuntimeError: it is none, or something in the template could not be read.
    """
    try:
        told = json.loads(report)
        if told["summary"]["parsing_errors"] or not told["summary"]["passed"]:
            raise RuntimeError(f"checkov could not read the template: {told['summary']}")
        return [Objection(each["check_id"], each["resource"]) for each in told["results"]["failed_checks"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RuntimeError(f"checkov gave no report: {report[-500:]}{errors[-500:]}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m scripts.check_cloud", description="Read templates with checkov.")
    parser.add_argument("packages", nargs="*", type=Path, help="sam.json of packages (make package)")
    options = parser.parse_args(arguments)
    python, failed = prepared_python(CHECKOV), False
    files: list[tuple[Path, About]] = [(TEMPLATE, "data"), (COPIES, "copies")]
    for template, about in (*files, *((each, "package") for each in options.packages)):
        wrong = judged(objections(template, python), about)
        for each in wrong:
            print(f"{template}: {each}", file=sys.stderr)
        failed = failed or bool(wrong)
        print(f"{template}: {'not ' if wrong else ''}as it should be (checkov)")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
