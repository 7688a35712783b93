"""CKAN's JSON shapes of users and tokens."""

from __future__ import annotations

from typing import Any

from ..views import naive
from .model import ApiToken, User

Json = dict[str, Any]


def user_view(user: User, *, operates: bool = False, packages: int | None = None) -> Json:
    """A user as everybody sees them: no address, no name that a citizen did not write."""
    view: Json = {
        "about": user.about or None,
        "activity_streams_email_notifications": False,
        "created": naive(user.created),
        "display_name": user.display_name,
        "fullname": user.fullname or None,
        "id": user.id,
        "image_display_url": user.image_url or None,
        "image_url": user.image_url or None,
        "name": user.name,
        "state": user.state,
        "sysadmin": operates,
    }
    return view if packages is None else {**view, "number_created_packages": packages}


def token_view(token: ApiToken) -> Json:
    """A token without its secret."""
    return {
        "created_at": naive(token.created),
        "expires_at": None if token.expires is None else naive(token.expires),
        "id": token.id,
        "last_access": None if token.last_access is None else naive(token.last_access),
        "name": token.name,
        "user_id": token.user,
    }
