"""Who belongs where, who follows whom, who writes: the part of the catalogue that is about people."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass

from .querying import Querying

if TYPE_CHECKING:
    from .activity.service import Activities
    from .activity.store import ActivityStore
    from .followers.notices import Notices
    from .followers.service import Followers
    from .followers.store import FollowStore
    from .groups.members import Members
    from .groups.renaming import Renaming
    from .groups.service import Groups
    from .model import Kind
    from .participation.service import Participation
    from .publishing import Publishing
    from .users.service import Users
    from .users.store import UserStore
    from .users.tokens import ApiTokens
    from .webhooks.service import Webhooks


@dataclass
class Belonging(Querying):
    """Querying, with everything that is about people."""

    @cached_property
    def participation(self) -> Participation:
        """What people made of datasets and say of them."""
        from .participation.service import Participation

        parts = self.parts
        return Participation(
            parts.table,
            parts.journal,
            parts.cursors,
            self.packages,
            self.store,
            self.access,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def webhooks(self) -> Webhooks:
        """Telling followers of changes."""
        from .webhooks.service import Webhooks

        parts = self.parts
        return Webhooks(
            parts.table,
            parts.journal,
            parts.cursors,
            parts.keyring,
            parts.http,
            lambda dataset: self.store.package(dataset),
            site=self.site,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def publishing(self) -> Publishing:
        """The way of datasets to the public, and what people ask for."""
        from .publishing import Publishing

        return Publishing(self.parts, self.store, self.access, self.gate, self.packages, self.editing, self.reading)

    @cached_property
    def members(self) -> Members:
        """Who belongs to organisations and themes."""
        from .groups.members import Members

        parts = self.parts
        return Members(
            parts.table, parts.journal, self.store, self.packages, self.access, ids=parts.ids, clock=parts.clock
        )

    @cached_property
    def organizations(self) -> Groups:
        """Agencies that publish."""
        return self._groups_of("organization")

    @cached_property
    def themes(self) -> Groups:
        """What datasets are about."""
        return self._groups_of("group")

    @cached_property
    def follows(self) -> FollowStore:
        """Who follows what, as it is kept."""
        from .followers.store import FollowStore

        return FollowStore(self.parts.table, self.parts.journal, clock=self.parts.clock)

    @cached_property
    def followers(self) -> Followers:
        """Following datasets, organisations, themes and users."""
        from .followers.service import Followers

        return Followers(self.follows, self.store, self.packages, self.reading, self.users, self.access)

    @cached_property
    def activity_store(self) -> ActivityStore:
        """What happened, by organisation, theme and user."""
        from .activity.store import ActivityStore

        return ActivityStore(self.parts.table)

    @cached_property
    def activities(self) -> Activities:
        """Activity streams."""
        from .activity.service import Activities

        return Activities(
            self.activity_store,
            self.store,
            self.log,
            self.packages,
            self.access,
            self.users,
            site=self.site,
        )

    @cached_property
    def notices(self) -> Notices:
        """What is new of what somebody follows."""
        from .followers.notices import Notices

        parts = self.parts
        return Notices(parts.table, parts.journal, self.follows, self.activities, clock=parts.clock)

    @cached_property
    def renaming(self) -> Renaming:
        """Tells search of groups that are shown differently."""
        from .groups.renaming import Renaming

        return Renaming(self.parts.table, self.reading, ids=self.parts.ids, clock=self.parts.clock)

    def _groups_of(self, kind: Kind) -> Groups:
        from .followers.service import Counts
        from .groups.belongings import Belongings
        from .groups.service import Groups

        return Groups(
            kind,
            self.store,
            self.groups,
            Belongings(self.members, self.users, self.reading, self.access),
            self.reading,
            self.access,
            Counts(self.follows, kind),
            ids=self.parts.ids,
            clock=self.parts.clock,
        )

    @cached_property
    def user_store(self) -> UserStore:
        """Users and API tokens as they are kept."""
        from .users.store import UserStore

        return UserStore(self.parts.table, self.parts.journal, clock=self.parts.clock)

    @cached_property
    def users(self) -> Users:
        """People and machines that write."""
        from .users.service import Users

        parts = self.parts
        return Users(self.user_store, self.access, self.reading, parts.keyring, ids=parts.ids, clock=parts.clock)

    @cached_property
    def tokens(self) -> ApiTokens:
        """API tokens."""
        from .users.tokens import ApiTokens

        return ApiTokens(self.user_store, self.users, clock=self.parts.clock)
