"""The stages of the tests' environment, and from what functions asked AWS for to rights by logical names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.rights.granted import Rights
from infra.stages import PLATFORMS, Environment, Issuer, Stage
from tests.support.cloud import ENVIRONMENT, ORIGIN, SUFFIX
from tests.support.iam import Use

PREFIX = f"klang-{ENVIRONMENT}-"
HERE = Environment(
    name=ENVIRONMENT,
    addresses=dict.fromkeys(PLATFORMS, ORIGIN),
    bucket_suffix=SUFFIX,
    issuers=(Issuer(ORIGIN, f"{ORIGIN}/jwks.json"),),
    mail_domain="mail.klang.example",
)
STAGES: Mapping[str, Stage] = {stage.platforms[0]: stage for stage in HERE.stages()}
"""By platform."""


def policy_of(platform: str, function: str) -> Mapping[str, Any]:
    """The policy with which a function of this environment would be deployed."""
    return STAGES[platform].policy(function)


def logical(platform: str, use: Use) -> str:
    """The logical name (`infra.rights.granted`) of what a platform's function used.

    Raises:
        ValueError: it is nothing of this platform's.
    """
    if use.resource == "phone-number":
        return "phone"
    _, _, service, _, _, what = use.resource.split(":", 5)
    own = f"{PREFIX}{platform}"
    match service, what.split("/"):
        case "dynamodb", ["table", name] if name == own:
            return "table"
        case "dynamodb", ["table", name, "index", index] if name == own:
            return f"index/{index}"
        case "s3", [bucket, *key] if bucket.startswith(own) and bucket.endswith(f"-{SUFFIX}"):
            purpose = bucket.removeprefix(PREFIX).removesuffix(f"-{SUFFIX}")
            return f"objects/{purpose}/{_place(key)}" if key else f"bucket/{purpose}"
        case "sqs", [name] if name.startswith(f"{own}-"):
            return f"queue/{name.removeprefix(PREFIX)}"
        case "kms", ["alias", name] if name.startswith(f"{own}-"):
            return f"key/{name.removeprefix(own + '-')}"
        case "lambda", [name] if name.startswith(f"function:{own}-"):
            return f"function/{name.removeprefix(f'function:{own}-')}"
        case "ses", ["identity" | "configuration-set", _]:
            return "mail"
    raise ValueError(f"{use.action} on {use.resource} is nothing of {platform}")


def _place(key: list[str]) -> str:
    """The beginning of an object's key, or the whole of one that lies in no folder."""
    return f"{key[0]}/" if len(key) > 1 else key[0]


def rights_of(platform: str, uses: Iterable[Use]) -> Rights:
    """What was used: actions by logical name."""
    found: dict[str, set[str]] = {}
    for use in uses:
        found.setdefault(logical(platform, use), set()).add(use.action)
    return {name: frozenset(found[name]) for name in sorted(found)}
