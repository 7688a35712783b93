"""A town for the rights of callers: people in every relation to an organisation, and things to try their rights on."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.opendata.people import national_id, officer, operator
from tests.opendata.portal import AGENCY, METADATA, Portal, notification

Given = dict[str, Any]
ROLES = ("anonymous", "citizen", "other", "member", "editor", "steward", "admin", "publisher", "operator")
"""`other` publishes for another agency; member, editor and admin are entered; steward and publisher are posted."""
ENTERED = ("member", "editor", "admin")


class Town:
    """People by their role at `laemngop`, and fresh things of it or of another organisation."""

    def __init__(self, folder: Path) -> None:
        self.portal = portal = Portal(folder)
        self._numbers = itertools.count(1)
        self.logins: dict[str, str | None] = {
            "anonymous": None,
            "citizen": portal.reader,
            "other": portal.other,
            **{role: portal.issuers.person(national_id(200000000000 + n)) for n, role in enumerate(ENTERED)},
            "steward": officer(portal, national_id(200000000010), AGENCY, "steward"),
            "publisher": portal.publisher,
            "operator": operator(portal),
        }
        self.names = {role: self.did("user_show", role)["name"] for role in ROLES if role != "anonymous"}
        self.organization_id = portal.organization()
        self.did("organization_create", "other", name="other")
        for role in ENTERED:
            self.did("organization_member_create", "publisher", id="laemngop", username=self.names[role], role=role)

    def did(self, action: str, who: str, /, **given: Any) -> Any:
        """The result of an action that this one may do."""
        return self.portal.result(self.portal.act(action, self.logins[who], **given))

    def name(self) -> str:
        """A name that nothing has."""
        return f"fresh-{next(self._numbers)}"

    def owner(self, org: str) -> str:
        """Who publishes for an organisation."""
        return "publisher" if org == "laemngop" else "other"

    def dataset(self, org: str, *steps: str, public: bool = False) -> Given:
        """A fresh dataset that has taken these steps."""
        given = {**METADATA, "name": self.name(), "owner_org": org, "private": not public}
        made: Given = self.did("package_create", self.owner(org), **given)
        for step in steps:
            self.did(step, self.owner(org), id=made["id"])
        return made

    def resource(self, org: str) -> Given:
        """A link of a fresh dataset."""
        package = self.dataset(org)["id"]
        made: Given = self.did("resource_create", self.owner(org), package_id=package, url="https://a.example/x")
        return made

    def written(self, org: str) -> str:
        """A fresh table that is written by the API, with one row."""
        made = self.did(
            "datastore_create",
            self.owner(org),
            resource={"package_id": self.dataset(org)["id"], "name": "x"},
            fields=[{"id": "k", "type": "text"}],
            primary_key=["k"],
            records=[{"k": "a"}],
        )
        return str(made["resource_id"])

    def uploaded(self, org: str) -> str:
        """A fresh table of a file."""
        content = b"k\na\n"
        digest = hashlib.sha256(content).hexdigest()
        upload = {"file_name": "k.csv", "size": len(content), "sha256": digest, "media_type": "text/csv"}
        made = self.did("resource_create", self.owner(org), package_id=self.dataset(org)["id"], upload=upload)
        key = made["upload"]["fields"]["key"]
        self.portal.objects.arrive(key, content)
        self.portal.catalogue.uploads.take_message(notification(key))
        return str(made["id"])

    def group(self, kind: str, org: str) -> str:
        """A fresh organisation or theme; of `laemngop`'s people, or with `other` as its admin."""
        made = str(self.did(f"{kind}_create", "operator", name=self.name())["id"])
        people = {role: role for role in ENTERED} if org == "laemngop" else {"other": "admin"}
        for who, role in people.items():
            self.did(f"{kind}_member_create", "operator", id=made, username=self.names[who], role=role)
        return made

    def user(self) -> str:
        """A fresh service user."""
        return str(self.did("user_create", "operator", name=self.name())["id"])


Make = Callable[[Town, str, str], Given]
"""What an action is asked with: by (town, organisation, role)."""


def _id(town: Town, org: str, role: str) -> Given:
    return {"id": town.dataset(org)["id"]}


def _waiting(*steps: str) -> Make:
    return lambda town, org, role: {"id": town.dataset(org, *steps)["id"], "reason": "เหตุผล"}


def _bulk(town: Town, org: str, role: str) -> Given:
    return {"datasets": [town.dataset(org)["id"]], "org_id": org}


def _of(kind: str, **more: Any) -> Make:
    return lambda town, org, role: {"id": town.group(kind, org), **more}


def _person(kind: str) -> Make:
    return lambda town, org, role: {"id": town.group(kind, org), "username": town.user(), "role": "editor"}


def _followed(kind: str, org: str, town: Town) -> str:
    if kind == "user":
        return town.user()
    return str(town.dataset(org, public=True)["id"]) if kind == "dataset" else town.group(kind, org)


def _follow(kind: str) -> Make:
    return lambda town, org, role: {"id": _followed(kind, org, town)}


def _unfollow(kind: str) -> Make:
    def made(town: Town, org: str, role: str) -> Given:
        target = _followed(kind, org, town)
        if role != "anonymous":
            town.did(f"follow_{kind}", role, id=target)
        return {"id": target}

    return made


def _own(**more: Any) -> Make:
    return lambda town, org, role: {"id": town.names.get(role, "nobody"), **more}


def _vocabulary(town: Town) -> str:
    return str(town.did("vocabulary_create", "operator", name=town.name(), tags=[{"name": "หนึ่ง"}])["id"])


def _token(town: Town, org: str, role: str) -> Given:
    user = town.names.get(role, town.names["citizen"])
    login = "citizen" if role == "anonymous" else role
    text = town.did("api_token_create", login, user=user, name="t")["token"]
    return {"jti": text.split("_")[1]}


WRITERS = frozenset({"editor", "steward", "admin", "publisher", "operator"})
CHECKERS = WRITERS - {"editor"}
ADMINS = frozenset({"admin", "publisher", "operator"})
BOSS = frozenset({"operator"})
KNOWN = frozenset(ROLES) - {"anonymous"}
NOBODY: frozenset[str] = frozenset()
ENTERED_ADMINS = frozenset({"admin", "operator"})
"""Admins of what no agency stands behind."""

ACTIONS: Mapping[str, tuple[frozenset[str], Make]] = {
    "package_create": (WRITERS, lambda town, org, role: {"name": town.name(), "owner_org": org, "private": True}),
    "package_update": (
        WRITERS,
        lambda town, org, role: {**_id(town, org, role), "name": town.name(), "owner_org": org, "private": True},
    ),
    "package_patch": (WRITERS, lambda town, org, role: {"id": town.dataset(org)["id"], "notes": "x"}),
    "package_revise": (
        WRITERS,
        lambda town, org, role: {"match": {"id": town.dataset(org)["id"]}, "update": {"notes": "x"}},
    ),
    "package_delete": (WRITERS, _id),
    "package_resource_reorder": (
        WRITERS,
        lambda town, org, role: {"id": (it := town.resource(org))["package_id"], "order": [it["id"]]},
    ),
    "package_owner_org_update": (
        frozenset({"editor", "admin", "operator"}),
        lambda town, org, role: {"id": town.dataset(org)["id"], "organization_id": town.group("organization", org)},
    ),
    "package_collaborator_create": (NOBODY, _id),
    "package_collaborator_delete": (NOBODY, _id),
    "package_submit": (WRITERS, _id),
    "package_review": (CHECKERS, _waiting("package_submit")),
    "package_reject": (CHECKERS, _waiting("package_submit")),
    "package_withdraw": (WRITERS, _waiting("package_submit")),
    "package_approve": (ADMINS, _waiting("package_submit", "package_review")),
    "package_publish": (ADMINS, _id),
    "package_revoke": (ADMINS, lambda town, org, role: {"id": town.dataset(org, public=True)["id"], "reason": "เหตุผล"}),
    "bulk_update_private": (WRITERS, _bulk),
    "bulk_update_public": (ADMINS, _bulk),
    "bulk_update_delete": (WRITERS, _bulk),
    "dataset_purge": (BOSS, _id),
    "resource_create": (
        WRITERS,
        lambda town, org, role: {"package_id": town.dataset(org)["id"], "url": "https://a.example/x"},
    ),
    "resource_update": (
        WRITERS,
        lambda town, org, role: {"id": town.resource(org)["id"], "url": "https://a.example/y"},
    ),
    "resource_patch": (WRITERS, lambda town, org, role: {"id": town.resource(org)["id"], "name": "y"}),
    "resource_delete": (WRITERS, lambda town, org, role: {"id": town.resource(org)["id"]}),
    "datastore_create": (
        WRITERS,
        lambda town, org, role: {
            "resource": {"package_id": town.dataset(org)["id"], "name": "x"}, "fields": [{"id": "k", "type": "text"}],
        },
    ),
    "datastore_upsert": (
        WRITERS,
        lambda town, org, role: {"resource_id": town.written(org), "records": [{"k": "b"}]},
    ),
    "datastore_delete": (WRITERS, lambda town, org, role: {"resource_id": town.written(org), "filters": {"k": "a"}}),
    "datastore_records_delete": (
        WRITERS,
        lambda town, org, role: {"resource_id": town.written(org), "filters": {"k": "a"}},
    ),
    "datapusher_submit": (WRITERS, lambda town, org, role: {"resource_id": town.uploaded(org)}),
    "xloader_submit": (WRITERS, lambda town, org, role: {"resource_id": town.uploaded(org)}),
    "organization_update": (
        ENTERED_ADMINS,
        lambda town, org, role: {"id": town.group("organization", org), "name": town.name()},
    ),
    "organization_patch": (ENTERED_ADMINS, _of("organization", title="x")),
    "organization_delete": (ENTERED_ADMINS, _of("organization")),
    "organization_purge": (BOSS, _of("organization")),
    "organization_member_create": (ENTERED_ADMINS, _person("organization")),
    "organization_member_delete": (ENTERED_ADMINS, _person("organization")),
    "group_create": (BOSS, lambda town, org, role: {"name": town.name()}),
    "group_update": (
        ENTERED_ADMINS,
        lambda town, org, role: {"id": town.group("group", org), "name": town.name()},
    ),
    "group_patch": (ENTERED_ADMINS, _of("group", title="x")),
    "group_delete": (ENTERED_ADMINS, _of("group")),
    "group_purge": (BOSS, _of("group")),
    "group_member_create": (ENTERED_ADMINS, _person("group")),
    "group_member_delete": (ENTERED_ADMINS, _person("group")),
    "member_create": (
        frozenset({"member", "editor", "admin", "operator"}),
        lambda town, org, role: {
            "id": town.group("group", org), "object": town.dataset(org, public=True)["id"], "object_type": "package",
        },
    ),
    "member_delete": (
        frozenset({"member", "editor", "admin", "operator"}),
        lambda town, org, role: {
            "id": town.group("group", org), "object": town.dataset(org, public=True)["id"], "object_type": "package",
        },
    ),
    "user_create": (BOSS, lambda town, org, role: {"name": town.name()}),
    "user_delete": (BOSS, lambda town, org, role: {"id": town.user()}),
    "user_update": (KNOWN, _own(fullname="ชื่อ")),
    "user_patch": (KNOWN, _own(about="x")),
    "api_token_create": (KNOWN, lambda town, org, role: {"user": town.names.get(role, "x"), "name": "t"}),
    "api_token_revoke": (KNOWN, _token),
    "vocabulary_create": (BOSS, lambda town, org, role: {"name": town.name(), "tags": []}),
    "vocabulary_update": (BOSS, lambda town, org, role: {"id": _vocabulary(town), "name": town.name(), "tags": []}),
    "vocabulary_delete": (BOSS, lambda town, org, role: {"id": _vocabulary(town)}),
    "tag_create": (BOSS, lambda town, org, role: {"name": "สอง", "vocabulary_id": _vocabulary(town)}),
    "tag_delete": (BOSS, lambda town, org, role: {"id": "หนึ่ง", "vocabulary_id": _vocabulary(town)}),
    "dashboard_mark_activities_old": (KNOWN, lambda town, org, role: {}),
    **{f"follow_{kind}": (KNOWN, _follow(kind)) for kind in ("dataset", "organization", "group", "user")},
    **{f"unfollow_{kind}": (KNOWN, _unfollow(kind)) for kind in ("dataset", "organization", "group", "user")},
}  # fmt: skip
"""Who may do each writing action to what is `laemngop`'s, and with what it is asked.

`organization_create` stands aside: whose organisation is made depends on who asks (`tests/opendata/groups`).
"""


def allowed(action: str, role: str, org: str) -> bool:
    """Whether the table lets a role do an action to what is this organisation's."""
    roles, _ = ACTIONS[action]
    if org == "laemngop" or roles in (KNOWN, NOBODY, BOSS):
        return role in roles
    return role == "operator" or (role == "other" and "admin" in roles)
