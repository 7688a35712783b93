"""What the actions `user_*` do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.errors import NotAllowed, NotFound, Refusal
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Remove

from .. import rules as names
from ..access import OPERATOR, Access, Capacity, capacity_of_roles, is_operator
from ..model import Group
from ..reading import Reading
from ..rows import staff_key
from ..rules import Rejected
from ..search.model import Exact, Question
from . import rules
from .model import User
from .store import UserStore
from .views import Json, user_view

MOST_LISTED = 1_000


class Users:
    """Users as callers see them.

    A person has a row from their first write on; nobody enters people by hand. The operator enters service users: the
    machines of agencies, which then publish with an API token.
    """

    def __init__(
        self,
        store: UserStore,
        access: Access,
        reading: Reading,
        keyring: Keyring,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._access = access
        self._reading = reading
        self._keyring = keyring
        self._ids = ids
        self._clock = clock
        self._known: dict[str, str | None] = {}

    def arrive(self, caller: Caller) -> User:
        """The caller's own row, made or moved to their present agency where that is needed."""
        user = self._store.find(caller.id)
        if user is None:
            user = self._enter(caller)
        elif caller.kind == "officer" and user.agency != caller.agency:
            moved = replace(user, agency=caller.agency)
            user = self._store.save(self._once(), user, moved, caller.label)
        self._known[caller.id] = caller.agency
        return user

    def meet(self, caller: Caller) -> None:
        """Sees to it that somebody who wrote has a row; no request for whom this process has met before.

        The write is done by then: what goes wrong here is mended by the next one, and no reason to refuse.
        """
        if caller.id and self._known.get(caller.id, "") != caller.agency:
            with suppress(Refusal):
                self.arrive(caller)

    def _enter(self, caller: Caller) -> User:
        agency = caller.agency if caller.kind in ("officer", "system") else None
        user = User(
            id=caller.id,
            name=rules.name_of(caller),
            fullname=caller.name if caller.kind == "officer" else "",
            kind="service" if caller.kind == "system" else "person",
            agency=agency,
            created=self._now(),
        )
        try:
            return self._store.save(self._once(), None, user, caller.label)
        except Rejected:
            there = self._store.find(caller.id)
            if there is not None:
                return there  # they wrote twice at once
            # ten letters of two pseudonyms were the same
            return self._store.save(self._once(), None, replace(user, name=rules.name_of(caller, 26)), caller.label)

    def _once(self) -> Once:
        return Once(self._ids(), "", new_token(), claimed=False)

    # -- reading

    def find(self, id_or_name: object, *, missing: str = "id") -> User:
        """A user by id or name.

        Raises:
            NotFound, Rejected.
        """
        if not id_or_name:
            raise Rejected({missing: ["Missing value"]})
        user = self._store.find(id_or_name) if names.is_id(id_or_name) else None
        if user is None:
            raise NotFound("ไม่พบผู้ใช้", "Not found: User not found")
        return user

    def many(self, ids: Iterable[str]) -> dict[str, User]:
        """Users by id, those that exist."""
        return self._store.many(ids)

    def show(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """One user; without `id` the caller. The address is for the user and the operator.

        Raises:
            NotFound, Rejected.
        """
        asked = given.get("id") or given.get("user_id")
        user = self.arrive(caller) if not asked and caller.id else self.find(asked)
        private = user.id == caller.id or is_operator(caller)
        if user.state == "deleted" and not private:
            raise NotFound("ไม่พบผู้ใช้", "Not found: User not found")
        _, posting = self._store.posted(user.id)
        mine = Question(filters=(Exact("creator_user_id", user.id), Exact("state", "active")), rows=0)
        whole = bool(names.flag(given.get("include_datasets", False)))
        found = self._reading.engine.search(replace(mine, rows=1_000 if whole else 0))
        view = user_view(user, operates=_operates(posting), packages=found.count)
        if whole:
            view["datasets"] = self._reading.pages(found.ids)
        if private:
            view["email"] = self._keyring.unseal(user.email, _context(user)) if user.email else None
            view["agency"] = user.agency
            view["roles"] = _roles(posting)
        return view

    def listing(self, caller: Caller, given: Mapping[str, Any], *, limit: int | None, offset: int) -> list[Any]:
        """Users in the order of their names, whole ones or names; for the operator.

        Raises:
            NotAllowed.
        """
        self._access.must_operate(caller, "user_list")
        words = str(given.get("q") or "").casefold()
        found = [user for user in self._store.all() if user.state == "active" and _matches(user, words)]
        most = MOST_LISTED if limit is None else min(limit, MOST_LISTED)
        page = sorted(found, key=lambda user: user.name)[offset : offset + most]
        if names.flag(given.get("all_fields", True)) is False:
            return [user.name for user in page]
        postings = self._store.postings([user.id for user in page])
        return [user_view(user, operates=_operates(postings.get(user.id))) for user in page]

    def autocomplete(self, caller: Caller, words: object, limit: int) -> list[Json]:
        """Users of the caller's agency (of all, for the operator) whose name holds these words, and the one of
        exactly this name.

        Raises:
            NotAllowed: nobody is logged in.
            Rejected.
        """
        if not caller.id:
            raise NotAllowed("ต้องเข้าสู่ระบบ", "Action user_autocomplete requires an authenticated user")
        if not isinstance(words, str) or not words:
            raise Rejected({"q": ["Missing value"]})
        near: Iterable[User] = ()
        if is_operator(caller):
            near = self._store.all()
        elif caller.agency is not None:
            near = self._store.all(caller.agency)
        exact = self._store.find(words) if names.is_id(words) else None
        found = {user.id: user for user in near if _matches(user, words.casefold())}
        if exact is not None:
            found = {exact.id: exact, **found}
        there = [user for user in found.values() if user.state == "active"]
        ordered = sorted(there, key=lambda user: (user.name != words, user.name))[:limit]
        return [{"id": user.id, "name": user.name, "fullname": user.fullname or None} for user in ordered]

    def posted_at(self, group: Group) -> list[tuple[User, Capacity]]:
        """Users who have a capacity in an organisation by their posting at its agency."""
        if group.agency is None:
            return []
        there = [user for user in self._store.all(group.agency) if user.state == "active"]
        postings = self._store.postings([user.id for user in there])
        found = []
        for user in there:
            posting = postings.get(user.id, {})
            capacity = capacity_of_roles(_roles(posting)) if posting.get("agency") == group.agency else None
            if capacity is not None:
                found.append((user, capacity))
        return found

    # -- writing

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Enters a service user, with a posting where `agency` and `roles` are given; answers its id. For the operator.

        A password is not asked for and not kept: a service user has API tokens.

        Raises:
            NotAllowed, Rejected.
        """
        self._access.must_operate(caller, "user_create")
        messages = {"name": faults} if (faults := names.faults_of_name(given.get("name"))) else {}
        agency, roles = given.get("agency"), given.get("roles")
        messages |= rules.posting_faults(agency, roles)
        if messages:
            raise Rejected(messages)
        blank = User(self._ids(), given["name"], self._now(), "service", agency=str(agency) if agency else None)
        user = self._sealed(rules.edited(blank, given, whole=True))
        posting = {"agency": agency, "roles": sorted(roles or ()), "name": user.display_name}
        more = [Create(Item(staff_key(user.id), posting))] if agency else []
        return self._store.save(once, None, user, caller.label, more).id

    def edit(self, caller: Caller, once: Once, given: Mapping[str, Any], *, whole: bool) -> str:
        """Changes the user's own fullname, about, image_url and email; answers the id.

        Raises:
            NotAllowed: somebody else's, and not the operator.
            NotFound, Rejected, Stale.
        """
        user = self._owned(caller, given.get("id"), "edit")
        return self._store.save(once, user, self._sealed(rules.edited(user, given, whole=whole)), caller.label).id

    def delete(self, caller: Caller, once: Once, asked: object) -> str:
        """Deletes a user: the posting goes, and no token of theirs holds any more. For the operator.

        Raises:
            NotAllowed, NotFound, Rejected, Stale.
        """
        self._access.must_operate(caller, "user_delete")
        user = self.find(asked)
        more = [Remove(staff_key(user.id))] if user.kind == "service" else []
        return self._store.save(once, user, replace(user, state="deleted"), caller.label, more).id

    def _owned(self, caller: Caller, asked: object, what: str) -> User:
        if not asked:
            raise Rejected({"id": ["Missing value"]})
        user = self._store.find(asked) if names.is_id(asked) else None
        if user is None and asked == caller.id:
            user = self.arrive(caller)
        if not is_operator(caller) and (user is None or user.id != caller.id):
            # the same for somebody else and for nobody, so that names cannot be tried
            raise NotAllowed("แก้ไขได้เฉพาะบัญชีของตนเอง", f"User not authorized to {what} this user")
        if user is None:
            raise NotFound("ไม่พบผู้ใช้", "Not found: User was not found.")
        return user

    def _sealed(self, form: rules.Form) -> User:
        user = form.user
        if form.email is None:
            return user
        return replace(user, email=self._keyring.seal(form.email, _context(user)) if form.email else "")

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


def _context(user: User) -> str:
    return f"user/{user.id}"


def _matches(user: User, words: str) -> bool:
    return words in user.name.casefold() or words in user.fullname.casefold()


def _roles(posting: Mapping[str, object] | None) -> list[str]:
    roles = (posting or {}).get("roles")
    return [str(role) for role in roles] if isinstance(roles, list) else []


def _operates(posting: Mapping[str, object] | None) -> bool:
    return OPERATOR in _roles(posting)
