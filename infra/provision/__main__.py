"""`python -m infra.provision apply|deploy|outputs --env dev ...`: see `--help`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.provision.apply import apply
from infra.provision.deploy import deploy, outputs
from infra.provision.errors import ProvisionError
from infra.provision.parameters import OPERATOR_ROLE, PLATFORMS, parameters_for, stack_name
from infra.provision.template import TEMPLATE, load_template


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def parser() -> argparse.ArgumentParser:
    """How it is typed."""
    root = argparse.ArgumentParser(
        prog="python -m infra.provision",
        description="Puts infra/template.yaml in place: `apply` by boto3 on an emulator (AWS_ENDPOINT_URL), "
        "`deploy` by CloudFormation in AWS; `outputs` shows what a deployed stack answers.",
    )
    root.add_argument("command", choices=("apply", "deploy", "outputs"))
    root.add_argument("--env", required=True, help="stage name, part of every name (KLANG_ENV)")
    root.add_argument("--platforms", type=_list, default=list(PLATFORMS), help="comma list, default: all four")
    root.add_argument("--suffix", default="local", help="bucket suffix (BUCKET_SUFFIX); `local` means an emulator")
    root.add_argument("--origins", type=_list, default=["http://127.0.0.1:8000"], help="web origins that may upload")
    root.add_argument("--mail-domain", help="domain of the From address of notices (MAIL_FROM)")
    root.add_argument("--operator-role", default=OPERATOR_ROLE, help="IAM role in which operators work")
    root.add_argument("--region", default="ap-southeast-1")
    root.add_argument("--template", type=Path, default=TEMPLATE)
    root.add_argument("--out", type=Path, help="write the outputs to this JSON file instead of printing them")
    return root


def run(argv: list[str]) -> dict[str, str]:
    """Do what the command line says and answer the outputs. Raises `ProvisionError`."""
    options = parser().parse_args(argv)
    session = boto3.session.Session(region_name=options.region)
    stack = stack_name(options.env, options.platforms)
    if options.command == "outputs":
        return _written(outputs(stack, session), options.out)
    if options.command == "deploy" and options.suffix == "local":
        raise ProvisionError(
            "deploy needs --suffix: bucket names are unique in the world, and `local` means an emulator"
        )
    parameters = parameters_for(
        options.env,
        suffix=options.suffix,
        origins=options.origins,
        platforms=options.platforms,
        mail_domain=options.mail_domain,
        operator_role=options.operator_role,
    )
    template = load_template(options.template)
    if options.command == "apply":
        outcome = apply(template, parameters, session)
        for name, changes in outcome.changes.items():
            print(f"{name}: {', '.join(changes)}", file=sys.stderr)
        return _written(outcome.outputs, options.out)
    deployed = deploy(template, parameters, stack, session, change_set=f"klang-{time.strftime('%Y%m%d-%H%M%S')}")
    return _written(deployed.outputs, options.out)


def _written(found: dict[str, str], out: Path | None) -> dict[str, str]:
    text = json.dumps(found, indent=2, sort_keys=True) + "\n"
    if out is None:
        print(text, end="")
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    return found


def main() -> int:
    """Exit status 0, or 1 with the reason on stderr."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        run(sys.argv[1:])
    except (ProvisionError, ClientError, BotoCoreError) as error:
        print(f"provision: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
