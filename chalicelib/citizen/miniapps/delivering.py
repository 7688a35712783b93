"""Brings messages of mini-apps into inboxes: what is due now by the queue, what was set for later by the sweep."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from chalicelib.shared.errors import Stale
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Once

from ..hall import Hall
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from . import rules, store
from .model import Push
from .store import Store
from .wire import push_context


class Delivering:
    """Delivers each message once.

    Args:
        hall: the room's tools.
        shelf: mini-apps, grants and messages.
        inbox: where they go.
    """

    def __init__(self, hall: Hall, shelf: Store, inbox: Inbox) -> None:
        self._hall = hall
        self._store = shelf
        self._inbox = inbox

    def on_event(self, event: Event) -> None:
        """A message was taken that is due at once."""
        self.deliver(event.subject)

    def sweep(self, now: dt.datetime) -> None:
        """Delivers what was set for a time that has come."""
        for each in self._store.due(now):
            self.deliver(each)

    def deliver(self, id: str) -> None:
        """Delivers a message, unless it was, or the person took back their leave meanwhile."""
        push = self._store.push(id)
        if push is None or push.state != "waiting" or push.words is None:
            return
        registration, grant = self._store.of_person(push.person, push.app)
        app = None if registration is None else registration.open
        if registration is None or app is None or "notification" not in rules.standing(app, grant):
            self._finish(replace(push, state="dropped"))
            return
        words = json.loads(self._hall.parts.keyring.unseal(push.words, push_context(id)))
        message = NewMessage(
            id=id,
            category="notice",
            title=app.name,
            body=rules.both(words),
            source=registration.agency,
            source_name=app.name,
        )
        self._inbox.tell(push.person, message, sender=registration.system)
        self._finish(replace(push, state="sent"))

    def _finish(self, push: Push) -> None:
        try:
            attempt = Once(new_id(), "", new_token(), claimed=False)
            self._hall.parts.journal.commit(attempt, [store.done(push, self._hall.now())])
        except Stale:
            return  # another worker brought the same message, which the inbox keeps once
