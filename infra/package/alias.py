"""The API's function behind an alias, where an environment keeps it warm or lets new code in little by little.

Chalice's API calls a function's newest code (`$LATEST`). Provisioned concurrency and CodeDeploy's shifting of calls
belong to a version that an alias names, so that both need the API, and the right to call, to lead through the alias.
Chalice has no setting for either; the package for CloudFormation is changed here, `chalice deploy` cannot do it
(decision 63). SAM knows the words: `AutoPublishAlias`, `ProvisionedConcurrencyConfig`, `DeploymentPreference`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.stages import Stage
from infra.watching.model import full_name

ALIAS = "live"
FUNCTION = "APIHandler"
"""Chalice's name of the function behind the API, in its template."""

CALLED = f"functions/${{{FUNCTION}.Arn}}/invocations"
"""How a route of Chalice's template names what it calls, at the end of a text for `Fn::Sub`."""

WATCHED = ("answers-failing", "functions-failing")
"""Alarms that bring the earlier code back while calls are shifted, each of the stage's platforms."""


class BadAlias(Exception):
    """What the environment asks for cannot be had."""


def wanted(stage: Stage) -> bool:
    """Whether the API of a stage leads through an alias."""
    return bool(stage.warm or stage.environment.canary)


def merge_template(stage: Stage) -> dict[str, Any]:
    """What to merge into the resources of Chalice's template.

    Raises:
        BadAlias: more are kept warm than the function may have.
    """
    if not wanted(stage):
        return {}
    function: dict[str, Any] = {"AutoPublishAlias": ALIAS}
    if stage.warm:
        if stage.kept and stage.warm > stage.kept:
            raise BadAlias(
                f"{stage.name}: {stage.warm} are kept warm, and the function may have {stage.kept} (`reserved`)"
            )
        function["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": stage.warm}
    if stage.environment.canary:
        alarms = [
            full_name(stage.environment.name, f"{platform}-{name}") for platform in stage.platforms for name in WATCHED
        ]
        function["DeploymentPreference"] = {"Type": stage.environment.canary, "Alarms": alarms}
    permission = {"FunctionName": {"Ref": f"{FUNCTION}.Alias"}}
    return {FUNCTION: {"Properties": function}, f"{FUNCTION}InvokePermission": {"Properties": permission}}


def lead_through(template: Path) -> int:
    """Makes every route of a finished template call the alias; returns how many there are.

    Raises:
        BadAlias: no route calls the function as Chalice used to write it.
    """
    routes = 0

    def changed(document: dict[str, Any]) -> dict[str, Any]:
        nonlocal routes
        text = document.get("Fn::Sub")
        if not isinstance(text, str) or not text.endswith(CALLED):
            return document
        routes += 1
        through = text.removesuffix(CALLED) + "functions/${Alias}/invocations"
        return {"Fn::Sub": [through, {"Alias": {"Ref": f"{FUNCTION}.Alias"}}]}

    led = json.loads(template.read_text(encoding="utf-8"), object_hook=changed)
    if not routes:
        raise BadAlias(f"{template}: no route calls {CALLED}")
    template.write_text(json.dumps(led, indent=2), encoding="utf-8")
    return routes
