"""POST policies of browser uploads. Source: S3 API Reference, "Creating a POST Policy"."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from infra.local.emulator.presign.signature import Refusal, SecretOf, check_digests, signature

# Fields that a policy need not mention.
_UNCONDITIONAL = {"policy", "x-amz-signature", "file"}


def check_post(
    fields: Mapping[str, str], file: bytes, bucket: str, secret_of: SecretOf, now: datetime
) -> Refusal | None:
    """Why S3 would refuse this form, or None. `fields` are all but the file; names are compared in lower
    case.
    """
    form = {name.lower(): value for name, value in fields.items()}
    try:
        access_key, *scope = form["x-amz-credential"].split("/")
        policy = json.loads(base64.b64decode(form["policy"], validate=True))
        expires = datetime.fromisoformat(policy["expiration"])
        conditions = list(_conditions(policy["conditions"]))
    except (KeyError, ValueError, TypeError):
        return Refusal("AccessDenied")
    secret = secret_of(access_key)
    if secret is None:
        return Refusal("InvalidAccessKeyId")
    if not hmac.compare_digest(signature(secret, scope, form["policy"]), form.get("x-amz-signature", "")):
        return Refusal("SignatureDoesNotMatch")
    if now > expires:
        return Refusal("AccessDenied")
    return _unmet(conditions, {**form, "bucket": bucket}, len(file)) or check_digests(form, file)


def _conditions(raw: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    for condition in raw:
        if isinstance(condition, dict):
            yield from (("eq", f"${name}", value) for name, value in condition.items())
        else:
            operator, first, second = condition
            yield operator.lower(), first, second


def _unmet(conditions: list[tuple[str, Any, Any]], form: Mapping[str, str], size: int) -> Refusal | None:
    covered = {*_UNCONDITIONAL, "bucket"}
    for operator, first, second in conditions:
        if operator == "content-length-range":
            if size > int(second):
                return Refusal("EntityTooLarge", 400)
            if size < int(first):
                return Refusal("EntityTooSmall", 400)
            continue
        name = first.removeprefix("$").lower()
        covered.add(name)
        value = form.get(name, "")
        met = value.startswith(second) if operator == "starts-with" else operator == "eq" and value == second
        if not met:
            return Refusal("AccessDenied")
    if any(name not in covered and not name.startswith("x-ignore-") for name in form):
        return Refusal("AccessDenied")
    return None
