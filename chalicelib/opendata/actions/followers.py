"""Actions around following datasets, organisations, groups and users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..followers.store import KINDS, Followed
from .registry import Asked, reads, writes


def _of(asked: Asked) -> Any:
    return asked.given.get("id")


def _follow(asked: Asked, kind: Followed) -> Any:
    return asked.catalogue.followers.follow(asked.caller, asked.once, kind, _of(asked))


def _unfollow(asked: Asked, kind: Followed) -> None:
    asked.catalogue.followers.unfollow(asked.caller, asked.once, kind, _of(asked))


def _am_following(asked: Asked, kind: Followed) -> bool:
    return asked.catalogue.followers.am_following(asked.caller, kind, _of(asked))


def _follower_count(asked: Asked, kind: Followed) -> int:
    return asked.catalogue.followers.follower_count(asked.caller, kind, _of(asked))


def _follower_list(asked: Asked, kind: Followed) -> Any:
    return asked.catalogue.followers.follower_list(asked.caller, kind, _of(asked))


def _followee_count(asked: Asked, kinds: Sequence[Followed]) -> int:
    return asked.catalogue.followers.followee_count(asked.caller, kinds, _of(asked))


def _followees(asked: Asked, kinds: Sequence[Followed]) -> Any:
    words = asked.given.get("q")
    found = asked.catalogue.followers.followees(
        asked.caller, kinds, _of(asked), words if isinstance(words, str) else ""
    )
    return found if kinds is KINDS else [each["dict"] for each in found]


@writes
def follow_dataset(asked: Asked) -> Any:
    """Follow a dataset: id. Its changes then stand in dashboard_activity_list."""
    return _follow(asked, "dataset")


@writes
def follow_organization(asked: Asked) -> Any:
    """Follow an organization: id."""
    return _follow(asked, "organization")


@writes
def follow_group(asked: Asked) -> Any:
    """Follow a group: id. CKAN follows organizations by this action too."""
    return _follow(asked, "group")


@writes
def follow_user(asked: Asked) -> Any:
    """Follow a user: id."""
    return _follow(asked, "user")


@writes
def unfollow_dataset(asked: Asked) -> Any:
    """Cease to follow a dataset: id."""
    _unfollow(asked, "dataset")


@writes
def unfollow_organization(asked: Asked) -> Any:
    """Cease to follow an organization: id."""
    _unfollow(asked, "organization")


@writes
def unfollow_group(asked: Asked) -> Any:
    """Cease to follow a group: id."""
    _unfollow(asked, "group")


@writes
def unfollow_user(asked: Asked) -> Any:
    """Cease to follow a user: id."""
    _unfollow(asked, "user")


@reads
def am_following_dataset(asked: Asked) -> Any:
    """Whether you follow a dataset: id."""
    return _am_following(asked, "dataset")


@reads
def am_following_organization(asked: Asked) -> Any:
    """Whether you follow an organization: id."""
    return _am_following(asked, "organization")


@reads
def am_following_group(asked: Asked) -> Any:
    """Whether you follow a group: id."""
    return _am_following(asked, "group")


@reads
def am_following_user(asked: Asked) -> Any:
    """Whether you follow a user: id."""
    return _am_following(asked, "user")


@reads
def dataset_follower_count(asked: Asked) -> Any:
    """How many follow a dataset: id."""
    return _follower_count(asked, "dataset")


@reads
def organization_follower_count(asked: Asked) -> Any:
    """How many follow an organization: id."""
    return _follower_count(asked, "organization")


@reads
def group_follower_count(asked: Asked) -> Any:
    """How many follow a group: id."""
    return _follower_count(asked, "group")


@reads
def user_follower_count(asked: Asked) -> Any:
    """How many follow a user: id."""
    return _follower_count(asked, "user")


@reads
def dataset_follower_list(asked: Asked) -> Any:
    """Who follows a dataset: id. For the operator."""
    return _follower_list(asked, "dataset")


@reads
def organization_follower_list(asked: Asked) -> Any:
    """Who follows an organization: id. For the operator."""
    return _follower_list(asked, "organization")


@reads
def group_follower_list(asked: Asked) -> Any:
    """Who follows a group: id. For the operator."""
    return _follower_list(asked, "group")


@reads
def user_follower_list(asked: Asked) -> Any:
    """Who follows a user: id. For that user and the operator."""
    return _follower_list(asked, "user")


@reads
def followee_list(asked: Asked) -> Any:
    """What you follow, of all kinds: id (you), q (a part of the name)."""
    return _followees(asked, KINDS)


@reads
def dataset_followee_list(asked: Asked) -> Any:
    """The datasets that you follow: id (you)."""
    return _followees(asked, ("dataset",))


@reads
def organization_followee_list(asked: Asked) -> Any:
    """The organizations that you follow: id (you)."""
    return _followees(asked, ("organization",))


@reads
def group_followee_list(asked: Asked) -> Any:
    """The groups that you follow: id (you)."""
    return _followees(asked, ("group",))


@reads
def user_followee_list(asked: Asked) -> Any:
    """The users whom you follow: id (you)."""
    return _followees(asked, ("user",))


@reads
def followee_count(asked: Asked) -> Any:
    """How many things you follow: id (you)."""
    return _followee_count(asked, KINDS)


@reads
def dataset_followee_count(asked: Asked) -> Any:
    """How many datasets you follow: id (you)."""
    return _followee_count(asked, ("dataset",))


@reads
def organization_followee_count(asked: Asked) -> Any:
    """How many organizations you follow: id (you)."""
    return _followee_count(asked, ("organization",))


@reads
def group_followee_count(asked: Asked) -> Any:
    """How many groups you follow: id (you)."""
    return _followee_count(asked, ("group",))


@reads
def user_followee_count(asked: Asked) -> Any:
    """How many users you follow: id (you)."""
    return _followee_count(asked, ("user",))
