"""The register: agencies' systems describe their mini-apps, an operator lets them in, either takes them out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.shared.errors import AlreadyThere, Fault, Stale, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.storage import Json
from chalicelib.shared.thai import Text

from ..hall import Hall, Told
from . import rules, store
from .model import MiniApp, Registration
from .store import Store


class Register:
    """What one may do with the register."""

    def __init__(self, hall: Hall, shelf: Store) -> None:
        self._hall = hall
        self._store = shelf

    def describe(self, id: str, app: MiniApp, caller: Caller, once: Once) -> Registration:
        """Enters a mini-app, or a new description of one; it waits for an operator's approval.

        What people use meanwhile stays as it is: no agency can widen by itself what its mini-app asks for.

        Raises:
            Invalid: the description may not stand.
            AlreadyThere: another system has this AppId.
        """
        rules.checked_app(app)
        found = self._hall.parts.journal.read(once, store.app_key(id)).get(store.app_key(id))
        there = None if found is None else store.registration_in(found)
        if there is not None and there.system != caller.id:
            raise AlreadyThere(
                "รหัสมินิแอปนี้มีระบบอื่นใช้แล้ว",
                "Another system has registered this AppId.",
                [Fault("path:id", "เลือกรหัสอื่น", "Choose another one.")],
            )
        if there is not None and app in (there.waiting, there.live if there.waiting is None else None):
            return there
        new = Registration(id, caller.id) if there is None else there
        return self._changed(new, replace(new, waiting=app), "described", caller, once, new=there is None)

    def approve(self, id: str, version: int, caller: Caller, once: Once) -> Registration:
        """Lets people use what waits, as the operator read it.

        Raises:
            NotFound: no such mini-app.
            Stale: it was described anew since it was read.
            WrongState: nothing waits.
        """
        there = self._there(id, once)
        _must_be(there, version)
        if there.waiting is None:
            raise WrongState("ไม่มีคำอธิบายที่รออนุมัติ", "Nothing waits for approval.")
        return self._changed(
            there, replace(there, live=there.waiting, waiting=None, stopped=None), "approved", caller, once
        )

    def stop(self, id: str, version: int, reason: Text, caller: Caller, once: Once) -> Registration:
        """Takes a mini-app out: from now on it opens no more, and learns and sends nothing.

        Raises:
            NotFound: no such mini-app, or not this system's own.
            Stale: it has changed since it was read.
            WrongState: it is stopped already.
        """
        there = self._there(id, once)
        if caller.kind == "system" and there.system != caller.id:
            raise not_found("มินิแอป", "mini-app")
        _must_be(there, version)
        if there.stopped is not None:
            raise WrongState("มินิแอปนี้หยุดให้บริการแล้ว", "It is stopped already.")
        return self._changed(there, replace(there, stopped=reason, waiting=None), "stopped", caller, once)

    def seen(self, id: str, caller: Caller) -> Registration:
        """A registration, for its own system and for operators.

        Raises:
            NotFound.
        """
        there = self._store.registration(id)
        if there is None or (caller.kind == "system" and there.system != caller.id):
            raise not_found("มินิแอป", "mini-app")
        return there

    def of(self, caller: Caller) -> list[Registration]:
        """A system's own, or all of them for operators."""
        found = self._store.registrations()
        return [each for each in found if caller.kind != "system" or each.system == caller.id]

    def open(self) -> Sequence[tuple[Registration, MiniApp]]:
        """What people can use, for the list of services."""
        return [(each, app) for each in self._store.registrations() if (app := each.open) is not None]

    def _there(self, id: str, once: Once) -> Registration:
        found = self._hall.parts.journal.read(once, store.app_key(id)).get(store.app_key(id))
        if found is None:
            raise not_found("มินิแอป", "mini-app")
        return store.registration_in(found)

    def _changed(
        self, there: Registration, after: Registration, what: str, caller: Caller, once: Once, *, new: bool = False
    ) -> Registration:
        told = Told(f"miniapp.{what}", {"system": there.system}, heard=False)
        events, head = self._hall.happened(Head(*there.chain), [told], subject=there.id, by=caller.label)
        after = replace(after, chain=(head.seq, head.hash), version=1 if new else there.version + 1)
        self._hall.save(
            once, [store.written(after, new=new)], events, pk=f"MINIAPP#{there.id}", answer=told_again(after)
        )
        return after


def told_again(there: Registration) -> Json:
    """What a change is answered, the first time and when it is repeated."""
    state = "stopped" if there.stopped is not None else "live" if there.live is not None else "waiting"
    return {"id": there.id, "state": state, "waiting": there.waiting is not None, "version": there.version}


def _must_be(there: Registration, version: int) -> None:
    if there.version != version:
        raise Stale(
            "คำอธิบายมินิแอปถูกแก้ไขแล้ว โปรดอ่านใหม่ก่อนอนุมัติ", "The description has changed since you read it; read it again."
        )
