"""Who and what belongs to an organisation or theme, as far as the caller may know."""

from __future__ import annotations

from chalicelib.shared.identity import Caller

from ..access import Access, is_operator
from ..model import Group
from ..reading import Reading
from ..search.model import PUBLIC, Exact, Question
from ..users.service import Users
from ..users.views import Json, user_view
from .members import Members

MOST_PACKAGES = 1_000
MOST_IDS = 10_000
_RANKS = ["", "member", "editor", "admin"]


class Belongings:
    """Reads people and datasets of groups."""

    def __init__(self, members: Members, users: Users, reading: Reading, access: Access) -> None:
        self._members = members
        self._users = users
        self._reading = reading
        self._access = access

    def people(self, caller: Caller, group: Group) -> dict[str, str]:
        """Capacities by user: by posting and by entry; empty for outsiders."""
        if self._access.capacity(caller, group) is None:
            return {}
        found: dict[str, str] = {user.id: capacity for user, capacity in self._users.posted_at(group)}
        for member in self._members.users(group):
            found[member.object] = max(found.get(member.object, ""), member.capacity, key=_RANKS.index)
        return found

    def users_view(self, caller: Caller, group: Group) -> list[Json]:
        """The same as CKAN shows people; those who were deleted are left out."""
        capacities = self.people(caller, group)
        found = self._users.many(capacities)
        return [
            {**user_view(found[each]), "capacity": capacity}
            for each, capacity in capacities.items()
            if each in found and found[each].state == "active"
        ]

    def packages(self, caller: Caller, group: Group, limit: int) -> list[Json]:
        """The datasets of a group that the caller may see, the latest change first."""
        question = Question(
            filters=(self._of(group), Exact("state", "active")),
            labels=self._labels(caller),
            sort=(("metadata_modified", True),),
            rows=min(limit, MOST_PACKAGES),
        )
        return self._reading.search(caller, question)[1]

    def package_ids(self, caller: Caller, group: Group) -> tuple[str, ...]:
        """Ids of the datasets of a group that the caller may see."""
        filters = (self._of(group), Exact("state", "active"))
        question = Question(filters=filters, labels=self._labels(caller), sort=(("id", False),), rows=MOST_IDS)
        return self._reading.engine.search(question).ids

    def _labels(self, caller: Caller) -> tuple[str, ...]:
        if not is_operator(caller):
            return self._access.labels(caller)
        return (PUBLIC, *(f"org-{group.id}" for group in self._reading.groups() if group.kind == "organization"))

    @staticmethod
    def _of(group: Group) -> Exact:
        return Exact("owner_org", group.id) if group.kind == "organization" else Exact("group_ids", group.id)
