"""The package of a stage for Terraform: Chalice's own document, and what it leaves undone beside it.

    chalice.tf.json         functions, roles, API, mappings, schedules (`chalice package --pkg-format terraform`)
    klang.tf.json           data and alarms as CloudFormation stacks of the very templates that `make deploy` uses (one
                            truth), log groups, throttling, the region
    klang_override.tf.json  merged over Chalice's resources by Terraform itself ("Override Files"): traces, room on the
                            disk, names of schedules that no other stage has, queues before their mappings

Chalice 1.34 cannot write log groups for Terraform, so they are left out of its configuration and stand in ours. No
Terraform was at hand: what is checked is that every reference leads to something and every override meets its resource.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra import provision, stages, watching
from infra.functions import disk
from infra.package.template import BURST, RATE
from infra.stages import API_STAGE, Stage

Document = dict[str, Any]

_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_NAMED = re.compile(
    r"(?<![\w.-])(data\.)?((?:aws|null)_[a-z0-9_]+)\.([A-Za-z0-9_-]+)|(?<![\w.-])local\.([A-Za-z0-9_-]+)"
)


class BadTerraform(Exception):
    """Terraform would refuse the package; the message names the first thing that leads nowhere."""


def without_logs(config: Path, stage: str) -> None:
    """Takes out of a laid-out configuration what Chalice cannot write for Terraform."""
    document = json.loads(config.read_text("utf-8"))
    del document["stages"][stage]["log_retention_in_days"]
    config.write_text(json.dumps(document, indent=2), encoding="utf-8")


def write(stage: Stage, folder: Path) -> None:
    """Writes our two documents and the templates beside Chalice's, and checks the whole.

    Raises:
        BadTerraform: a reference leads nowhere, or an override meets nothing.
    """
    templates = {"data": provision.load_template().text}
    names = {"data": provision.stack_name(stage.environment.name, stage.platforms)}
    for platform in stage.platforms:
        templates[f"watching-{platform}"] = watching.template(stage, platform).text
        names[f"watching-{platform}"] = watching.stack_name(stage, platform)
    for name, text in templates.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    chalice = folder / "chalice.tf.json"
    chalice.write_text(escaped(chalice.read_text("utf-8")), encoding="utf-8")
    over = overrides(stage, json.loads((folder / "chalice.tf.json").read_text("utf-8")))
    for file, document in (("klang.tf.json", additions(stage, names)), ("klang_override.tf.json", over)):
        (folder / file).write_text(json.dumps(document, indent=1), encoding="utf-8")
    check(folder)


def escaped(text: str) -> str:
    """A document in which IAM's own variables, e.g. `${aws:PrincipalAccount}`, are none of Terraform's ("Strings and
    Templates", escape sequences).
    """
    return re.sub(r"(?<!\$)\$\{aws:", "$${aws:", text)


def additions(stage: Stage, stacks: dict[str, str]) -> Document:
    """`klang.tf.json`; `stacks`: names of the CloudFormation stacks, by the name of their template."""
    environment = stage.environment
    parameters = provision.parameters_for(
        environment.name,
        suffix=environment.bucket_suffix,
        origins=sorted(set(environment.addresses.values())),
        platforms=stage.platforms,
        mail_domain=environment.mail_domain,
        operator_role=environment.operator_role,
    )
    topic = {"AlarmTopicArn": environment.alarm_topic}
    throttling = {"throttling_rate_limit": RATE, "throttling_burst_limit": BURST, "metrics_enabled": True}
    return {
        "provider": {"aws": {"region": stages.REGION}},
        "resource": {
            "aws_cloudformation_stack": {
                name: {
                    "name": stack,
                    "template_body": f'${{file("${{path.module}}/{name}.json")}}',
                    "parameters": parameters if name == "data" else topic,
                }
                for name, stack in stacks.items()
            },
            "aws_cloudwatch_log_group": {
                handler: {
                    "name": f"/aws/lambda/{stage.function_name(handler)}",
                    "retention_in_days": stages.LOG_DAYS,
                }
                for handler in ("api_handler", *stage.handlers)
            },
            "aws_api_gateway_method_settings": {
                "all": {
                    "rest_api_id": "${aws_api_gateway_rest_api.rest_api.id}",
                    "stage_name": API_STAGE,
                    "method_path": "*/*",
                    "settings": throttling,
                    "depends_on": ["aws_api_gateway_deployment.rest_api"],
                }
            },
        },
    }


def overrides(stage: Stage, chalice: Document) -> Document:
    """`klang_override.tf.json`, over Chalice's document."""
    functions = {
        handler: {
            "tracing_config": {"mode": "Active"},
            "ephemeral_storage": {"size": disk(handler)},
            "depends_on": [f"aws_cloudwatch_log_group.{handler}"],
        }
        for handler in ("api_handler", *stage.handlers)
    }
    made: Document = chalice["resource"]
    hears = {
        name: {"depends_on": ["aws_cloudformation_stack.data"]} for name in made["aws_lambda_event_source_mapping"]
    }
    # Chalice calls a schedule after its function alone, which another stage of the account has, too
    rules = {name: {"name": f"klang-{stage.name}-{name}"} for name in made.get("aws_cloudwatch_event_rule", {})}
    return {
        # room on the disk came with 4.8
        "terraform": {"required_providers": {"aws": {"version": ">= 4.8, < 5"}}},
        "resource": {
            "aws_lambda_function": functions,
            "aws_lambda_event_source_mapping": hears,
            "aws_cloudwatch_event_rule": rules,
        },
    }


def check(folder: Path) -> None:
    """See `write`."""
    chalice, ours, over = (
        json.loads((folder / name).read_text("utf-8"))
        for name in ("chalice.tf.json", "klang.tf.json", "klang_override.tf.json")
    )
    for kind, entries in over["resource"].items():
        for name in entries:
            if name not in chalice["resource"].get(kind, {}):
                raise BadTerraform(f"{kind}.{name} is overridden, and Chalice makes none")
    there = {(kind, name) for each in (chalice, ours) for kind, named in each["resource"].items() for name in named}
    data = {(kind, name) for kind, named in chalice.get("data", {}).items() for name in named}
    local = set(chalice.get("locals", {}))
    for document in (chalice, ours, over):
        for text in _texts(document):
            for is_data, kind, name, variable in _named(text):
                known = variable in local if variable else (kind, name) in (data if is_data else there)
                if not known:
                    raise BadTerraform(f"nothing is {is_data}{kind or 'local'}.{name or variable}")


def _named(text: str) -> Iterator[tuple[str, str, str, str]]:
    for inside in _REFERENCE.findall(text):
        yield from _NAMED.findall(inside)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            # names alone, without `${}`: "Each element is a reference" (Terraform, "JSON Configuration Syntax")
            yield from (f"${{{one}}}" for one in each) if name == "depends_on" else _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
