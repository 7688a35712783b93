"""A few calls that show whether what was deployed is well: it answers, reads, refuses, and is the new code."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.deploy.limits import mappings

if TYPE_CHECKING:
    from boto3.session import Session

READ: Mapping[str, str] = {
    "gdx": "/.well-known/jwks.json",
    "opendata": "/api/3/action/package_list",
    "biz": "/biz/v1/services",
    "citizen": "/citizen/v1/jwks.json",
}
"""A public read of each platform that asks its table or its keys."""

REFUSED: Mapping[str, str] = {
    "gdx": "/gdx/v1/agreements",
    "opendata": "/opendata/v1/webhooks",
    "biz": "/biz/v1/applications",
    "citizen": "/citizen/v1/me",
}
"""A path of each platform that nobody may read without a token."""

PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: nothing did."""

    status: int
    content: Any


Ask = Callable[[str], Answer]


def ask(address: str) -> Answer:
    """One GET."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as response:
            return Answer(response.status, json.load(response))
    except urllib.error.HTTPError as refused:
        try:
            return Answer(refused.code, json.load(refused))
        except ValueError:
            return Answer(refused.code, None)
    except (OSError, ValueError):
        return Answer(0, None)


def answers(address: str, platforms: Iterable[str], ask: Ask = ask) -> list[str]:
    """What is wrong at an address; empty: nothing.

    Args:
        address: where the stage's API begins.
        platforms: which must be open there.
        ask: makes the calls.
    """
    wrong = []
    health = ask(f"{address}/health")
    told = health.content if isinstance(health.content, dict) else {}
    if health.status != 200 or told.get("status") != "ok" or not set(platforms) <= set(told.get("platforms", ())):
        wrong.append(f"{address}/health answers {health.status} and does not say that {', '.join(platforms)} are well")
    described = ask(f"{address}/openapi.json")
    if described.status != 200 or not (described.content or {}).get("paths"):
        wrong.append(f"{address}/openapi.json answers {described.status}")
    for platform in platforms:
        read, refused = ask(address + READ[platform]), ask(address + REFUSED[platform])
        if read.status != 200:
            wrong.append(f"{address}{READ[platform]} answers {read.status} instead of 200")
        if refused.status not in (401, 403):
            wrong.append(f"{address}{REFUSED[platform]} answers {refused.status} to a caller without a token")
    if ask(f"{address}/nowhere").status != 404:
        wrong.append(f"{address}/nowhere is not 404: the gateway's own answers are missing")
    return wrong


def runs(session: Session, functions: Iterable[str], code_sha256: str) -> list[str]:
    """Which functions (ARNs) run other code than this, or do not hear their queues."""
    client, wrong = session.client("lambda"), []
    for arn in functions:
        name = arn.rpartition(":")[2]
        if client.get_function_configuration(FunctionName=arn)["CodeSha256"] != code_sha256:
            wrong.append(f"{name} runs other code than this release")
        still = [each["EventSourceArn"] for each in mappings(session, arn) if each["State"].startswith("Disabl")]
        wrong += [f"{name} does not hear {queue.rpartition(':')[2]}: its mapping is switched off" for queue in still]
    return wrong
