"""Names of users, what may be written of them, and the shape of API tokens."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import Caller

from .. import rules
from ..access import BY_ROLE
from ..rules import Rejected
from .model import ApiToken, User

PREFIX = "klang_"
"""What every API token begins with, so that one that was published by mistake is recognised (by us and by scanners)."""
TOUCH_AFTER = timedelta(hours=1)
"""How old `last_access` gets before a use of the token is noted again: one write an hour at most, not one a call."""
MAX_TOKENS = 50
"""Of one user."""
MAX_LIFE_DAYS = 3660

_TOKEN = re.compile(r"klang_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")
_AGENCY = re.compile(r"[A-Z]{2}/[A-Z]{2,20}/[A-Za-z0-9-]{1,60}")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,}")


def name_of(caller: Caller, digits: int = 10) -> str:
    """A login name that tells the agency and a part of the pseudonym: stable, unique, of nobody's own name."""
    if caller.kind == "system":
        return _plain(caller.id)[:100]
    agency = "" if caller.agency is None else _plain(caller.agency.rsplit("/", 1)[-1])
    return f"{agency or 'user'}-{_plain(caller.id)[:digits]}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


@dataclass(frozen=True)
class Form:
    """What somebody wrote of a user; `email` still in the clear, None where it was not given."""

    user: User
    email: str | None


def edited(user: User, given: Mapping[str, Any], *, whole: bool) -> Form:
    """The user with what is given; with `whole`, what is not given is emptied.

    Raises:
        Rejected.
    """
    messages: dict[str, list[str]] = {}
    texts = {"fullname": "" if whole else user.fullname, "about": "" if whole else user.about}
    texts["image_url"] = "" if whole else user.image_url
    for name in texts:
        value = given.get(name, texts[name])
        value = "" if value is None else value
        if not isinstance(value, str):
            messages[name] = ["Must be a Unicode string value"]
        elif faults := rules.faults_of_text(value):
            messages[name] = faults
        elif name == "fullname" and len(value) > 200:
            messages[name] = ["Must be at most 200 characters long"]
        elif name == "image_url" and value and (faults := rules.faults_of_link(value)):
            messages[name] = faults
        else:
            texts[name] = value.strip()
    email = given.get("email")
    if email not in (None, "") and not (isinstance(email, str) and _EMAIL.fullmatch(email)):
        messages["email"] = ["Email is not a valid format"]
    if messages:
        raise Rejected(messages)
    form = replace(user, fullname=texts["fullname"], about=texts["about"], image_url=texts["image_url"])
    return Form(form, None if email is None else str(email))


def posting_faults(agency: object, roles: object) -> dict[str, list[str]]:
    """What is wrong with the posting of a service user: the operator's role is given to nobody over the API."""
    if agency in (None, "") and roles in (None, "", []):
        return {}
    messages: dict[str, list[str]] = {}
    if not isinstance(agency, str) or not _AGENCY.fullmatch(agency):
        messages["agency"] = ["Must be a member id such as TH/LOCAL/LAEMNGOP"]
    if not isinstance(roles, list) or not roles or not all(isinstance(each, str) and each in BY_ROLE for each in roles):
        messages["roles"] = [f"Must be a list of: {', '.join(sorted(BY_ROLE))}"]
    return messages


def is_agency(value: object) -> bool:
    """Whether this can be a member id."""
    return isinstance(value, str) and _AGENCY.fullmatch(value) is not None


def token_text(id: str, secret: str) -> str:
    """An API token as its user keeps it."""
    return f"{PREFIX}{id}_{secret}"


def taken_apart(text: object) -> tuple[str, str] | None:
    """Id and secret of an API token, None for anything else."""
    found = _TOKEN.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else (found[1], found[2])


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def holds(token: ApiToken, secret: str, now: datetime) -> bool:
    """Whether the secret is this token's and its time is not over."""
    right = hmac.compare_digest(token.digest, digest_of(secret))
    return right and not expired(token, now)


def expired(token: ApiToken, now: datetime) -> bool:
    """Whether its time is over."""
    return token.expires is not None and datetime.fromisoformat(token.expires) <= now


def wants_touch(token: ApiToken, now: datetime) -> bool:
    """Whether its last access is to be noted."""
    return token.last_access is None or now - datetime.fromisoformat(token.last_access) >= TOUCH_AFTER


def expiry(given: Mapping[str, Any], now: datetime) -> str | None:
    """When a new token ends: `expires_in` times `unit` (seconds; a day where not given), as ckanext-expire_api_token.

    Raises:
        Rejected.
    """
    messages: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    for name, default in (("expires_in", None), ("unit", 86_400)):
        value = given.get(name)
        if value in (None, ""):
            value = default
        if value is None:
            continue
        text = str(value)
        if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) < 1:
            messages[name] = ["Must be a positive integer"]
        else:
            numbers[name] = int(text)
    if not messages and "expires_in" in numbers:
        seconds = numbers["expires_in"] * numbers["unit"]
        if seconds > MAX_LIFE_DAYS * 86_400:
            messages["expires_in"] = [f"Must be at most {MAX_LIFE_DAYS} days"]
        else:
            return (now + timedelta(seconds=seconds)).isoformat(timespec="microseconds")
    if messages:
        raise Rejected(messages)
    return None
