"""API tokens: CKAN's way for a machine to publish. What the actions `api_token_*` do, and who a token speaks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from secrets import token_hex, token_urlsafe
from typing import Any

from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from .. import rules as texts
from ..access import is_operator
from ..rules import Rejected
from . import rules
from .model import ApiToken, User
from .service import Users
from .store import UserStore
from .views import Json, token_view


class ApiTokens:
    """Makes, lists and revokes tokens, and knows a caller by one."""

    def __init__(self, store: UserStore, users: Users, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._users = users
        self._clock = clock

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """A new token of the caller's own (the operator: of anybody); the only time that its secret is told.

        Raises:
            Rejected: a name or user is missing, or the user has `MAX_TOKENS`.
            NotAllowed: for somebody else.
            Replayed: this very request made one before.
        """
        name = given.get("name")
        messages = {each: ["Missing value"] for each in ("user", "name") if not given.get(each)}
        if not messages and not isinstance(name, str):
            messages["name"] = ["Must be a Unicode string value"]
        elif not messages and (faults := texts.faults_of_text(str(name)) or _too_long(str(name))):
            messages["name"] = faults
        if messages:
            raise Rejected(messages)
        user = self._user(caller, given["user"], "create api tokens for")
        now = self._clock()
        expires = rules.expiry(given, now)
        if len(self._store.tokens_of(user.id)) >= rules.MAX_TOKENS:
            raise Rejected({"user": [f"At most {rules.MAX_TOKENS} tokens; revoke one first"]})
        # never from the journal's ids: those sort by time and are told to everybody
        jti, secret = token_hex(16), token_urlsafe(32)
        created = now.isoformat(timespec="microseconds")
        token = ApiToken(jti, user.id, str(name), rules.digest_of(secret), created, expires)
        self._store.add_token(once, token, caller.label)
        return rules.token_text(jti, secret)

    def list(self, caller: Caller, given: Mapping[str, Any]) -> list[Json]:
        """The tokens of a user, without their secrets.

        Raises:
            Rejected, NotAllowed.
        """
        asked = given.get("user_id") or given.get("user")
        if not asked:
            raise Rejected({"user_id": ["Missing value"]})
        user = self._user(caller, asked, "view api tokens of")
        return [token_view(token) for token in self._store.tokens_of(user.id)]

    def revoke(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> None:
        """Ends a token, named by itself or by its `jti`; whoever holds a token may end it.

        Raises:
            Rejected: neither is given.
            NotAllowed: another's `jti`, or one that is not there.
        """
        text, jti = given.get("token"), given.get("jti")
        if not text and not jti:
            raise Rejected({"token": ["Missing value"]})
        self._store.heed(once)
        parts = rules.taken_apart(text)
        named = parts[0] if parts is not None else jti
        token = self._store.token(named) if texts.is_id(named) else None
        held = token is not None and parts is not None and rules.holds(token, parts[1], self._clock())
        if token is None or not (held or token.user == caller.id or is_operator(caller)):
            if is_operator(caller):
                raise NotFound("ไม่พบโทเค็น", "Not found")
            raise NotAllowed("ไม่ใช่โทเค็นของบัญชีนี้", "User not authorized to revoke this token")
        self._store.revoke(once, token, caller.label)

    def caller(self, text: str) -> Caller | None:
        """Who a token speaks for: the same caller as the user's login, with what their posting is now. None if the
        token does not hold: unknown, altered, revoked, expired, or its user deleted.

        Two requests; a third once an hour, for `last_access`. A token gives no identity assurance (`ial` 0).
        """
        parts = rules.taken_apart(text)
        token = None if parts is None else self._store.token(parts[0])
        now = self._clock()
        if parts is None or token is None or not rules.holds(token, parts[1], now):
            return None
        user, posting = self._store.posted(token.user)
        if user is None or user.state != "active":
            return None
        if rules.wants_touch(token, now):
            self._store.touch(token)
        if posting is not None:
            agency, roles = str(posting["agency"]), posting["roles"]
            named = str(posting.get("name") or user.display_name)
            held = frozenset(map(str, roles)) if isinstance(roles, list) else frozenset()
            return Caller("officer", user.id, named, agency, held)
        return Caller("system" if user.kind == "service" else "citizen", user.id, user.fullname, user.agency)

    def _user(self, caller: Caller, asked: object, what: str) -> User:
        user = self._store.find(asked) if texts.is_id(asked) else None
        if user is None and asked == caller.id:
            user = self._users.arrive(caller)
        if not is_operator(caller) and (user is None or user.id != caller.id):
            raise NotAllowed("จัดการได้เฉพาะโทเค็นของตนเอง", f"User not authorized to {what} this user")
        if user is None or user.state != "active":
            raise NotFound("ไม่พบผู้ใช้", "Not found: User not found")
        return user


def _too_long(name: str) -> list[str]:
    return ["Must be at most 200 characters long"] if len(name) > 200 else []
