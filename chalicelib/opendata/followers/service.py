"""What the actions around following do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, NotAllowed, NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed

from .. import rules
from ..access import Access, is_operator
from ..groups.views import group_view
from ..model import Group, Kind
from ..packages import Packages
from ..reading import Reading
from ..rules import Rejected, RejectedWhole
from ..store import Store
from ..users.service import Users
from ..users.views import user_view
from ..views import naive
from .store import KINDS, Followed, FollowStore

Json = dict[str, Any]
MOST_LISTED = 200


@dataclass(frozen=True)
class Target:
    """What is followed, as people are told of it."""

    kind: Followed
    id: str
    name: str
    version: int | None = None  # of a dataset, as it was read


class Followers:
    """Follows, counts and lists. Nobody learns what somebody else follows; the operator does."""

    def __init__(
        self, follows: FollowStore, store: Store, packages: Packages, reading: Reading, users: Users, access: Access
    ) -> None:
        self._follows = follows
        self._store = store
        self._packages = packages
        self._reading = reading
        self._users = users
        self._access = access

    def target(self, caller: Caller, kind: Followed, asked: object) -> Target:
        """What is meant by an id or name; what the caller may not see is not there.

        Raises:
            NotFound, Rejected.
        """
        if not asked:
            raise Rejected({"id": ["Missing value"]})
        if kind == "dataset":
            dataset = self._packages.find(caller, asked)[0].dataset
            return Target(kind, dataset.id, dataset.name, dataset.version)
        if kind == "user":
            user = self._users.find(asked)
            if user.state != "active":
                raise NotFound("ไม่พบผู้ใช้", "Not found: User not found")
            return Target(kind, user.id, user.name)
        group = self._group(kind, asked)
        if group is None or group.state != "active":
            raise NotFound("ไม่พบหน่วยงานหรือกลุ่ม", "Not found")
        return Target(group.kind, group.id, group.name)

    def _group(self, kind: Kind, asked: object) -> Group | None:
        if not rules.is_id(asked):
            return None
        found = self._store.group(kind, asked)
        # CKAN has no action of its own for organisations here: its clients send them to `follow_group`
        return self._store.group("organization", asked) if found is None and kind == "group" else found

    def follow(self, caller: Caller, once: Once, kind: Followed, asked: object) -> Json:
        """Begins to follow: {follower_id, object_id, datetime}.

        Raises:
            NotFound, Rejected, TooMany, Stale.
        """
        target = self.target(caller, kind, asked)
        if kind == "user" and target.id == caller.id:
            raise RejectedWhole("You cannot follow yourself")
        self._users.arrive(caller)
        try:
            try:
                at = self._follows.add(once, caller.id, target.kind, target.id, target.version).at
            except Stale:  # somebody changed the dataset at this moment; or purged it, then it is not found now
                target = self.target(caller, kind, asked)
                at = self._follows.add(once, caller.id, target.kind, target.id, target.version).at
        except Replayed as before:
            at = str((before.answer or {})["at"])
        except AlreadyThere:
            raise RejectedWhole(f"You are already following {target.name}") from None
        return {"follower_id": caller.id, "object_id": target.id, "datetime": naive(at)}

    def unfollow(self, caller: Caller, once: Once, kind: Followed, asked: object) -> None:
        """Ceases to follow; also what the caller no longer sees, where it is named by its id.

        Raises:
            NotFound: they do not follow it. Rejected.
        """
        named = str(asked) if asked else ""
        try:
            target = self.target(caller, kind, asked)
        except NotFound:
            target = Target(kind, named, named)
        try:
            self._follows.heed(once)
            if self._follows.follows(caller.id, target.kind, target.id) is None:
                raise NotFound("ไม่ได้ติดตามรายการนี้", "Not found: You are not following it.")
            self._follows.remove(once, caller.id, target.kind, target.id)
        except (Replayed, Stale):
            return  # it is done: by this request before, or by another one just now

    def am_following(self, caller: Caller, kind: Followed, asked: object) -> bool:
        """Whether the caller follows it.

        Raises:
            NotAllowed: nobody is logged in. NotFound, Rejected.
        """
        if not caller.id:
            raise NotAllowed("ต้องเข้าสู่ระบบ", f"Action am_following_{kind} requires an authenticated user")
        target = self.target(caller, kind, asked)
        return self._follows.follows(caller.id, target.kind, target.id) is not None

    def follower_count(self, caller: Caller, kind: Followed, asked: object) -> int:
        """How many follow something that the caller may see.

        Raises:
            NotFound, Rejected.
        """
        target = self.target(caller, kind, asked)
        return self._follows.counts(target.kind, [target.id]).get(target.id, 0)

    def follower_list(self, caller: Caller, kind: Followed, asked: object) -> list[Json]:
        """Who follows something; for the operator, and for a user about themselves.

        Raises:
            NotAllowed, NotFound, Rejected.
        """
        if not is_operator(caller) and (kind != "user" or not self._is_self(caller, asked)):
            raise NotAllowed("เฉพาะผู้ดูแลระบบ", f"Action {kind}_follower_list requires a sysadmin")
        target = self.target(caller, kind, asked)
        page = self._follows.followers(target.kind, target.id, limit=MOST_LISTED)
        found = self._users.many([item.key.sk.removeprefix("BY#") for item in page.items])
        return [user_view(user) for user in found.values() if user.state == "active"]

    def followee_count(self, caller: Caller, kinds: Sequence[Followed], asked: object) -> int:
        """How many things a user follows.

        Raises:
            NotAllowed, NotFound, Rejected.
        """
        return self._follows.tallies(self._own(caller, asked), kinds)

    def followees(self, caller: Caller, kinds: Sequence[Followed], asked: object, words: str = "") -> list[Json]:
        """What a user follows and the caller may see: [{type, display_name, dict}].

        Raises:
            NotAllowed, NotFound, Rejected.
        """
        user = self._own(caller, asked)
        found = self._follows.followed(user, kinds, limit=MOST_LISTED)
        shown: Mapping[Followed, Callable[[Caller, list[str]], list[Json]]] = {
            "dataset": self._datasets,
            "organization": self._groups,
            "group": self._groups,
            "user": self._people,
        }
        entries: list[Json] = []
        for kind in KINDS:
            ids = [follow.object for follow in found if follow.kind == kind]
            for view in shown[kind](caller, ids) if ids else []:
                name = view.get("display_name") or view.get("title") or view["name"]
                entries.append({"type": kind, "display_name": name, "dict": view})
        asked_words = words.casefold()
        return [entry for entry in entries if asked_words in str(entry["display_name"]).casefold()]

    def _datasets(self, caller: Caller, ids: list[str]) -> list[Json]:
        labels = self._access.labels(caller)
        there = self._reading.packages(ids)
        seen = [package.id for package, _, _ in there if self._access.sees(labels, caller, package.dataset)]
        return self._reading.pages(seen)

    def _groups(self, caller: Caller, ids: list[str]) -> list[Json]:
        found = self._store.groups_by_id(ids)
        return [group_view(group, None, None) for group in found.values() if group.state == "active"]

    def _people(self, caller: Caller, ids: list[str]) -> list[Json]:
        return [user_view(user) for user in self._users.many(ids).values() if user.state == "active"]

    def _is_self(self, caller: Caller, asked: object) -> bool:
        return bool(caller.id) and (asked == caller.id or self._users.find(asked).id == caller.id)

    def _own(self, caller: Caller, asked: object) -> str:
        """The user asked for, if that is the caller; anybody for the operator."""
        if not caller.id:
            raise NotAllowed("ต้องเข้าสู่ระบบ", "Not authorized")
        if not asked or asked == caller.id:
            return caller.id
        try:
            user = self._users.find(asked)
        except NotFound:
            if is_operator(caller):
                raise
            raise NotAllowed("ดูได้เฉพาะของตนเอง", "Not authorized") from None
        if user.id != caller.id and not is_operator(caller):
            raise NotAllowed("ดูได้เฉพาะของตนเอง", "Not authorized")
        return user.id


class Counts:
    """Followers of the groups of one kind (`groups.service.Follows`)."""

    def __init__(self, follows: FollowStore, kind: Followed) -> None:
        self._follows = follows
        self._kind: Followed = kind

    def counts(self, ids: Sequence[str]) -> Mapping[str, int]:
        """See `groups.service.Follows`."""
        return self._follows.counts(self._kind, ids)
