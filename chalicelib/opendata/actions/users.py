"""Actions on users and their API tokens."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chalicelib.shared.journal import Replayed

from ..rules import Rejected
from .registry import Asked, done, paging, reads, writes


@reads
def user_show(asked: Asked) -> Any:
    """Show a user by id or name, yourself where neither is given; include_datasets adds the public datasets."""
    return asked.catalogue.users.show(asked.caller, asked.given)


@reads
def user_list(asked: Asked) -> Any:
    """List users (q, all_fields, limit, offset). For the operator of the platform."""
    limit, offset = paging(asked.given)
    return asked.catalogue.users.listing(asked.caller, asked.given, limit=limit, offset=offset)


@reads
def user_autocomplete(asked: Asked) -> Any:
    """Find users of your agency by a part of their name: q, limit (20)."""
    limit, _ = paging(asked.given)
    most = 20 if limit is None else min(limit, 100)
    return asked.catalogue.users.autocomplete(asked.caller, asked.given.get("q"), most)


@writes
def user_create(asked: Asked) -> Any:
    """Enter a service user, the account of an agency's machine: name, fullname, about, email.

    With agency and roles (publisher, steward, editor) it is posted there. Passwords are neither needed nor kept: make
    an API token for it. For the operator of the platform; people need no entry, they log in.
    """
    users = asked.catalogue.users
    made = done(lambda: users.create(asked.caller, asked.once, asked.given))
    return users.show(asked.caller, {"id": made})


@writes
def user_update(asked: Asked) -> Any:
    """Change a user of yours: fullname, about, image_url, email. What is not given is emptied."""
    users = asked.catalogue.users
    made = done(lambda: users.edit(asked.caller, asked.once, asked.given, whole=True))
    return users.show(asked.caller, {"id": made})


@writes
def user_patch(asked: Asked) -> Any:
    """Change the given fields of a user of yours and leave all others as they are."""
    users = asked.catalogue.users
    made = done(lambda: users.edit(asked.caller, asked.once, asked.given, whole=False))
    return users.show(asked.caller, {"id": made})


@writes
def user_delete(asked: Asked) -> Any:
    """Delete a user: the tokens of theirs no longer hold. For the operator of the platform."""
    with suppress(Replayed):
        asked.catalogue.users.delete(asked.caller, asked.once, asked.given.get("id"))


@writes
def api_token_create(asked: Asked) -> Any:
    """Make an API token: user, name, and if it shall end expires_in (days, or times unit in seconds).

    The token is shown once. Send it as the header Authorization (or X-CKAN-API-Key).
    """
    try:
        return {"token": asked.catalogue.tokens.create(asked.caller, asked.once, asked.given)}
    except Replayed:
        raise Rejected(
            {"__before": ["This request made a token before, which is not shown again; revoke it and ask anew"]}
        ) from None


@reads
def api_token_list(asked: Asked) -> Any:
    """List the API tokens of a user of yours (user_id), without their secrets."""
    return asked.catalogue.tokens.list(asked.caller, asked.given)


@writes
def api_token_revoke(asked: Asked) -> Any:
    """End an API token at once: token, or its jti."""
    with suppress(Replayed):
        asked.catalogue.tokens.revoke(asked.caller, asked.once, asked.given)
