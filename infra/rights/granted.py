"""The rights of each function: `seen.json`, `beside.py` and three rules.

`seen.json` is written by `make rights`, never by hand: the story of `demo/` and a few scenes beside it are played with
each function in a house of its own, and every call to AWS is written down by platform, function and resource. Resources
have logical names, the same in every environment:

- `table`, `index/NAME`: the platform's table and its indexes
- `bucket/PURPOSE`; `objects/PURPOSE/PREFIX/` for the objects whose keys begin so, or `objects/PURPOSE/NAME` for one
- `queue/NAME`, `key/data`, `key/signing`, `function/NAME`
- `mail`, `phone`: e-mail in the platform's name, and text messages to a telephone
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from infra.rights.beside import BESIDE

Rights = Mapping[str, frozenset[str]]
"""Actions by the logical name of the resource."""

FILE = Path(__file__).with_name("seen.json")
API = "api_handler"
"""Chalice's name of the function behind the API."""


@cache
def seen() -> Mapping[str, Mapping[str, Rights]]:
    """What was seen, by platform and function."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        platform: {
            function: {name: frozenset(actions) for name, actions in rights.items()}
            for function, rights in functions.items()
        }
        for platform, functions in content.items()
    }


def beside(platform: str, function: str) -> Rights:
    """What is granted for a reason that stands in `beside.py`."""
    return joined(each.rights() for each in BESIDE[platform] if function in each.functions)


def granted(platform: str, function: str) -> Rights:
    """Everything that a function may do."""
    return ruled(joined([seen()[platform].get(function, {}), beside(platform, function)]))


def joined(several: Iterable[Rights]) -> Rights:
    """All of these together."""
    out: dict[str, frozenset[str]] = {}
    for rights in several:
        for name, actions in rights.items():
            out[name] = out.get(name, frozenset()) | actions
    return out


def ruled(rights: Rights) -> Rights:
    """These, and what they are of no use without.

    - Whoever reads objects lists the bucket: else S3 answers 403 instead of 404 for one that is not there (S3 API
      reference, HeadObject and GetObject).
    - Whoever opens the room's secret may be the first to do so, and makes it and keeps it.
    - Whoever sends to a queue asks for its address first.
    """
    more: list[Rights] = [rights]
    for name, actions in rights.items():
        kind, _, rest = name.partition("/")
        if kind == "objects" and "s3:GetObject" in actions:
            more.append({f"bucket/{rest.partition('/')[0]}": frozenset({"s3:ListBucket"})})
        if "kms:Decrypt" in actions:
            more.append({name: frozenset({"kms:GenerateDataKey"})})
            more.append({"table": frozenset({"dynamodb:GetItem", "dynamodb:PutItem"})})
        if "sqs:SendMessage" in actions:
            more.append({name: frozenset({"sqs:GetQueueUrl"})})
    return joined(more)


def platform_wide(platform: str) -> Rights:
    """What the functions of a platform may do, all together."""
    return joined(granted(platform, function) for function in seen()[platform])


def sends(platform: str) -> frozenset[str]:
    """The queues to which functions of a platform may send."""
    return frozenset(name.removeprefix("queue/") for name in platform_wide(platform) if name.startswith("queue/"))


def buckets(platform: str) -> tuple[str, ...]:
    """The purposes of the buckets that functions of a platform use."""
    used = (name.split("/")[1] for name in platform_wide(platform) if name.startswith(("bucket/", "objects/")))
    return tuple(sorted(set(used)))
