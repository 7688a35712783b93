"""CKAN's Action API: each action by its name, and how it speaks over HTTP.

Importing this package enters all actions into `registry.ACTIONS`.
"""

from . import (
    activity,
    datastore,
    followers,
    governance,
    groups,
    harvest,
    intake,
    members,
    packages,
    resources,
    search,
    site,
    sql,
    tags,
    users,
    writing,
)

__all__ = [
    "activity",
    "datastore",
    "followers",
    "governance",
    "groups",
    "harvest",
    "intake",
    "members",
    "packages",
    "resources",
    "search",
    "site",
    "sql",
    "tags",
    "users",
    "writing",
]
