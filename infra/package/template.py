"""What a CloudFormation package needs beyond Chalice's own template (`chalice package --merge-template`).

- Function names as `chalice deploy` gives them: the policies allow logs under those names only.
- Names of roles as `chalice deploy` gives them: keys and buckets let in roles of those names only.
- Throttling, which Chalice does not know.
- Traces of the functions and not of the API, which Chalice only knows together (see `Stage.config`).
- The room that a function has on its disk, which Chalice does not know.
- Where an environment asks for it, the API's function behind an alias (`alias`).
"""

from __future__ import annotations

from typing import Any

from infra.functions import disk
from infra.package import alias
from infra.stages import Stage

RATE, BURST = 500, 1000
"""Requests per second and in one moment, per stage; beyond it API Gateway answers 429."""


def merge_template(stage: Stage) -> dict[str, Any]:
    """The document to merge into Chalice's SAM template of a stage."""
    throttling = {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": RATE,
        "ThrottlingBurstLimit": BURST,
        "MetricsEnabled": True,
    }
    api = {"MethodSettings": [throttling], "TracingEnabled": False}
    names = {"APIHandler": "api_handler"} | {_resource_name(name): name for name in stage.handlers}
    functions = {
        resource: {
            "Properties": {
                "FunctionName": stage.function_name(handler),
                "Tracing": "Active",
                "EphemeralStorage": {"Size": disk(handler)},
            }
        }
        for resource, handler in names.items()
    }
    # Chalice names a function that does not exist (`ApiHandler`) as the owner of the API's log group.
    log = {"LogGroupName": f"/aws/lambda/{stage.function_name('api_handler')}"}
    roles = {
        _resource_name(f"{function}_role"): {"Properties": {"RoleName": stage.role_name(function)}}
        for function in stage.functions
    }
    resources: dict[str, Any] = {
        "RestAPI": {"Properties": api},
        "ApiHandlerLogGroup": {"Properties": log},
        **functions,
        **roles,
    }
    for resource, more in alias.merge_template(stage).items():
        resources[resource] = {
            "Properties": {**resources.get(resource, {}).get("Properties", {}), **more["Properties"]}
        }
    return {"Resources": resources}


def _resource_name(handler: str) -> str:
    """Chalice's CloudFormation name of a function: `gdx_sweep` -> `GdxSweep`."""
    return "".join(part.title() for part in handler.split("_"))
