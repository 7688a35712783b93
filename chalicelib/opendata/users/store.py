"""Where users and API tokens lie.

    USER#{id}         / USER          the user                  by_organization: USERS, {agency}#{id}
    NAME#user#{name}  / NAME          uniqueness of names
    USER#{id}         / TOKEN#{jti}   that the user has this token
    TOKEN#{jti}       / TOKEN         the token, by which it is known; gone when it is revoked, its events stay

What else belongs to a user lies in the same partition: memberships (`MEMBER#`), what is followed (`FOLLOW#`), notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from chalicelib.shared.errors import AlreadyThere, Unavailable
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove, Require, Table, Update, WriteRefused, every

from ..rows import name_key, staff_key
from ..rules import Rejected
from .model import ApiToken, User

KEPT_AFTER_EXPIRY = 7 * 24 * 3600
"""Seconds for which an expired token still stands in its user's list."""


def user_key(id: str) -> Key:
    """Where a user lies."""
    return Key(f"USER#{id}", "USER")


def token_key(id: str) -> Key:
    """Where a token lies."""
    return Key(f"TOKEN#{id}", "TOKEN")


def pointer_key(user: str, id: str) -> Key:
    """Where it is written that a user has a token."""
    return Key(f"USER#{user}", f"TOKEN#{id}")


class UserStore:
    """Reads and writes users and tokens."""

    def __init__(self, table: Table, journal: Journal, *, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock

    def find(self, id_or_name: str) -> User | None:
        """A user by id or name."""
        by_id, by_name = user_key(id_or_name), name_key("user", id_or_name)
        found = self._table.get_many([by_id, by_name])
        item = found.get(by_id)
        if item is None and by_name in found:
            item = self._table.get(user_key(found[by_name].data["id"]))
        return None if item is None else user_of(item)

    def many(self, ids: Iterable[str]) -> dict[str, User]:
        """Those that exist among these, by id; one request for each hundred."""
        wanted = [user_key(each) for each in dict.fromkeys(ids) if each]
        found: dict[str, User] = {}
        for start in range(0, len(wanted), 100):
            items = self._table.get_many(wanted[start : start + 100]).values()
            found |= {user.id: user for user in map(user_of, items)}
        return found

    def posted(self, user: str) -> tuple[User | None, Mapping[str, object] | None]:
        """A user and their posting, in one request."""
        found = self._table.get_many([user_key(user), staff_key(user)])
        item, staff = found.get(user_key(user)), found.get(staff_key(user))
        return None if item is None else user_of(item), None if staff is None else staff.data

    def postings(self, users: Sequence[str]) -> dict[str, Mapping[str, object]]:
        """The postings of these users, by id; one request for each hundred."""
        found: dict[str, Mapping[str, object]] = {}
        for start in range(0, len(users), 100):
            keys = {staff_key(each): each for each in users[start : start + 100]}
            found |= {keys[key]: item.data for key, item in self._table.get_many(list(keys)).items()}
        return found

    def all(self, agency: str | None = None) -> Iterable[User]:
        """All users, or those of an agency, as the index knew them a moment ago."""
        for item in every(self._table, "USERS", index="by_organization", prefix="" if agency is None else f"{agency}#"):
            yield user_of(item)

    def heed(self, once: Once) -> None:
        """Looks whether this very command was done before, where what it leaves would look like a fault to it.

        Raises:
            Replayed, KeyReused.
        """
        if once.claimed:
            self._journal.read(once)

    def save(self, once: Once, before: User | None, after: User, by: str, more: Sequence[Write] = ()) -> User:
        """Writes a new or changed user.

        Raises:
            Rejected: the name is taken.
            Stale: somebody was faster.
        """
        version = 1 if before is None else before.version + 1
        what = "created" if before is None else "deleted" if after.state == "deleted" else "changed"
        event, head = self._journal.happened(
            Head(*after.chain), subject=after.id, type=f"opendata.user.{what}", by=by, data={"name": after.name}
        )
        after = replace(after, chain=(head.seq, head.hash), version=version)
        item = Item(
            user_key(after.id),
            asdict(after),
            version,
            {"by_organization": Key("USERS", f"{after.agency or '~'}#{after.id}")},
        )
        rows: list[Write] = [Create(item) if before is None else Update(item), *more]
        if before is None:
            rows.append(Create(Item(name_key("user", after.name), {"id": after.id})))
        try:
            self._journal.commit(once, rows, [(item.key.pk, event)], {"id": after.id})
        except AlreadyThere:
            raise Rejected({"name": ["That login name is not available."]}) from None
        return after

    # -- tokens

    def token(self, id: str) -> ApiToken | None:
        """A token that was not revoked."""
        item = self._table.get(token_key(id))
        return None if item is None else _token_of(item)

    def tokens_of(self, user: str) -> list[ApiToken]:
        """A user's tokens, the oldest first; at most a hundred."""
        page = self._table.query(f"USER#{user}", prefix="TOKEN#", limit=100)
        ids = [item.key.sk.removeprefix("TOKEN#") for item in page.items]
        found = self._table.get_many([token_key(each) for each in ids]) if ids else {}
        return sorted(map(_token_of, found.values()), key=lambda each: (each.created, each.id))

    def add_token(self, once: Once, token: ApiToken, by: str) -> None:
        """Keeps a new token, and who made it.

        Raises:
            Replayed: by this very request already; the secret is not shown again.
        """
        event, head = self._of_token(token, "made", by)
        token = replace(token, chain=(head.seq, head.hash))
        rows: list[Write] = [
            Require(user_key(token.user)),
            Create(Item(token_key(token.id), asdict(token), expires=_ends(token))),
            Create(Item(pointer_key(token.user, token.id), {"name": token.name}, expires=_ends(token))),
        ]
        self._journal.commit(once, rows, [(token_key(token.id).pk, event)], {"id": token.id})

    def revoke(self, once: Once, token: ApiToken, by: str) -> None:
        """Takes a token away: the next call with it is a stranger's. Who made and revoked it stays.

        Raises:
            Stale: somebody revoked it just now.
        """
        event, _ = self._of_token(token, "revoked", by)
        rows = [Remove(token_key(token.id)), Remove(pointer_key(token.user, token.id))]
        self._journal.commit(once, rows, [(token_key(token.id).pk, event)])

    def _of_token(self, token: ApiToken, what: str, by: str) -> tuple[Event, Head]:
        data = {"user": token.user, "expires": token.expires}
        return self._journal.happened(
            Head(*token.chain), subject=token.id, type=f"opendata.token.{what}", by=by, data=data
        )

    def touch(self, token: ApiToken) -> None:
        """Notes the last access; where somebody else did, or revoked the token, nothing is written."""
        touched = replace(token, last_access=self._clock().isoformat(timespec="microseconds"))
        item = Item(token_key(token.id), asdict(touched), token.version + 1, expires=_ends(token))
        try:
            self._table.write([Update(item)], new_token())
        except (WriteRefused, Unavailable):
            return


def user_of(item: Item) -> User:
    """A user as it lies there."""
    return User(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})


def _token_of(item: Item) -> ApiToken:
    return ApiToken(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})


def _ends(token: ApiToken) -> int | None:
    return None if token.expires is None else int(datetime.fromisoformat(token.expires).timestamp()) + KEPT_AFTER_EXPIRY
