"""Letting fewer in at the door in a crisis: readers and newcomers wait, so that cases and money go on.

API Gateway does it, with a token bucket for each method of the stage (Developer Guide, "Throttle requests to your REST
APIs"): whoever is over it gets 429 before a Lambda is taken. A deployment leaves these throttles as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from infra.deploy.record import Unfound, api_of
from infra.stages import API_STAGE, stages

from .command import LOCAL, Asked, Command, NotDone

if TYPE_CHECKING:
    from boto3.session import Session

KEPT = ("/health", "/status", "/.well-known/", "/openapi.json")
"""What may be read whatever happens: whether the platform is up, and the keys by which everything else is checked."""

SIGN_INS = frozenset({("POST", "/citizen/v1/login")})
"""Where people begin to sign in. What they begin they may end: no later step is throttled."""

PATCHES = 80
"""Patch operations in one call; API Gateway's own limit is not documented, so a call stays small."""


def kind_of(method: str, path: str) -> str | None:
    """`read`, `sign-in`, or None for what is never shed: commands, and what the others rest on."""
    if (method, path) in SIGN_INS:
        return "sign-in"
    if method == "GET" and not any(path == kept or path.startswith(kept) for kept in KEPT):
        return "read"
    return None


def operations(methods: Iterator[tuple[str, str]], rates: Mapping[str, float | None]) -> list[dict[str, str]]:
    """Patch operations of a stage that give every method of a kind its rate, or take it away again.

    Args:
        methods: method and path of all that the API has.
        rates: requests a second and method by kind; None takes the throttle away; a kind that is not there stays.
    """
    made: list[dict[str, str]] = []
    for method, path in methods:
        kind = kind_of(method, path)
        if kind is None or kind not in rates:
            continue
        # "/" stands as "~1" in a JSON pointer (RFC 6901, section 3)
        place = f"/{path.replace('~', '~0').replace('/', '~1')}/{method}"
        rate = rates[kind]
        if rate is None:
            made.append({"op": "remove", "path": place})
        else:
            burst = str(max(1, round(rate)))
            made.append({"op": "replace", "path": f"{place}/throttling/rateLimit", "value": str(rate)})
            made.append({"op": "replace", "path": f"{place}/throttling/burstLimit", "value": burst})
    return made


def shed(session: Session, stage: str, rates: Mapping[str, float | None]) -> int:
    """Throttles the stage's methods by kind; how many there are.

    Raises:
        NotDone: the stage has no API in this account, or nothing was asked for.
    """
    if not rates:
        raise NotDone("say what: --reads N, --sign-ins N, or `let-in`")
    if any(rate is not None and rate <= 0 for rate in rates.values()):
        raise NotDone("a rate is above 0; 1 lets one a second in")
    gateway = session.client("apigateway")
    try:
        api = api_of(stages()[stage], session)
    except Unfound as unfound:
        raise NotDone(str(unfound)) from None
    wanted = operations(_methods(gateway, api), rates)
    if all(rate is None for rate in rates.values()):
        wanted = [each for each in wanted if _is_set(gateway, api, each["path"])]
    for start in range(0, len(wanted), PATCHES):
        gateway.update_stage(restApiId=api, stageName=API_STAGE, patchOperations=wanted[start : start + PATCHES])
    return len({each["path"].split("/throttling/")[0] for each in wanted})


def _methods(gateway: Any, api: str) -> Iterator[tuple[str, str]]:
    for page in gateway.get_paginator("get_resources").paginate(restApiId=api):
        for resource in page["items"]:
            for method in resource.get("resourceMethods", ()):
                yield method, resource["path"]


def _is_set(gateway: Any, api: str, place: str) -> bool:
    """Whether a method has settings of its own; to remove what is not there is an error."""
    settings = gateway.get_stage(restApiId=api, stageName=API_STAGE).get("methodSettings", {})
    return place.removeprefix("/") in settings


def _shed(asked: Asked) -> dict[str, int]:
    given = {"read": asked.options.reads, "sign-in": asked.options.sign_ins}
    return {"throttled": shed(*_where(asked), {kind: rate for kind, rate in given.items() if rate is not None})}


def _let_in(asked: Asked) -> dict[str, int]:
    return {"let_in": shed(*_where(asked), {"read": None, "sign-in": None})}


def _where(asked: Asked) -> tuple[Session, str]:
    if asked.options.stage == LOCAL:
        raise NotDone("the laptop has no API Gateway: try it on a stage that is deployed")
    import boto3

    return asked.session or boto3.session.Session(region_name=asked.house.settings.region), asked.options.stage


_RATE = {"type": float, "metavar": "N"}

COMMANDS = (
    Command(
        "shed",
        "let fewer in at the door: readers and newcomers, a second and method; commands go on",
        _shed,
        options={
            "--reads": {**_RATE, "help": "readers let in by each method"},
            "--sign-ins": {**_RATE, "help": "people let in who begin to sign in"},
        },
    ),
    Command("let-in", "let everybody in again", _let_in),
)
