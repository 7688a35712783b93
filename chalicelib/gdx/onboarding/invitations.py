"""Invitations: an operator lets an agency register itself, once, with a code that is shown once and kept as a hash.

Redeeming is one transaction: the member (if it is new), its system, the records of its keys, and the invitation that is
used up. Whoever redeems proves the possession of each key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, Fault, Invalid, NotAllowed, WrongState, not_found
from ...shared.ids import new_token
from ...shared.journal import Event, Head, Journal, Once
from ...shared.keyring import Keyring
from ...shared.storage import Change, Create, Item, Json, Require, Table, Update, every
from .. import store as rooms
from ..directory import Directory
from ..directory.keys import must_be_proven, recorded
from ..directory.rules import approved, domain_faults, endpoint_faults, key_faults, refuse
from ..ids import MemberId, SubsystemId
from ..model import Member, Subsystem
from . import store
from .model import Invitation, InvitationState

KEPT = timedelta(days=400)
"""How long an invitation is kept after its end, for the record."""


@dataclass(frozen=True)
class Wish:
    """What an operator invites to; see `Invitation`."""

    member: MemberId
    domains: tuple[str, ...]
    contact: str
    lives: timedelta
    recovers: SubsystemId | None = None


@dataclass(frozen=True)
class Arrival:
    """What an agency says of itself when it redeems.

    Attributes:
        names: of the member (Thai, English); needed where it is new.
        code: of the system, the last part of its id.
        system_names: Thai, English.
        proofs: one proof of possession for each key, in any order.
    """

    names: tuple[str, str] | None
    code: str
    system_names: tuple[str, str]
    endpoint: str | None
    jwks: Mapping[str, Any]
    proofs: Sequence[str]


class Invitations:
    """Invites and lets in.

    Args:
        directory: who is there.
        table, journal, keyring: the room's.
        audience: name of the exchange in proofs.
        clock: tells the time.
        ids: makes ids.
    """

    def __init__(
        self,
        directory: Directory,
        table: Table,
        journal: Journal,
        keyring: Keyring,
        *,
        audience: str,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._directory = directory
        self._table = table
        self._journal = journal
        self._keyring = keyring
        self._audience = audience
        self._clock = clock
        self._ids = ids

    def invite(self, once: Once, wish: Wish, by: str) -> tuple[Invitation, str]:
        """A new invitation and its code, which nobody can read again.

        Raises:
            Invalid: a domain is none, or what is to be recovered is not there or another member's.
            Replayed: with all but the code.
        """
        faults = domain_faults(wish.domains)
        if wish.recovers is not None and (
            wish.recovers.member != wish.member or self._directory.subsystem_now(wish.recovers) is None
        ):
            faults.append(Fault("/recovers", "ไม่ใช่ระบบของหน่วยงานนี้", "Not a system of this member."))
        refuse(faults)
        self._journal.read(once)
        identifier = self._ids()
        code = f"{identifier}.{new_token()}"
        expires_at = (self._clock() + wish.lives).replace(microsecond=0)
        invitation = Invitation(identifier, wish.member, wish.domains, wish.contact, expires_at, recovers=wish.recovers)
        data = store.invitation_json(invitation, _hashed(code), self._sealed(invitation))
        item = Item(
            store.invitation_key(identifier),
            data,
            indexes=store.listed(identifier),
            expires=int((expires_at + KEPT).timestamp()),
        )
        event = self._event(invitation, Head(), "made", by)
        answer = {"id": identifier, "member": str(wish.member), "code": None, "expires_at": data["expires_at"]}
        self._journal.commit(once, [Create(item)], [event], answer)
        return invitation, code

    def all(self) -> list[Invitation]:
        """All invitations, the newest first (through an index: may be a moment old)."""
        found = every(self._table, store.INVITATIONS, index="by_agency")
        return [self._read(item) for item in found][::-1]

    def revoke(self, once: Once, identifier: str, by: str) -> None:
        """Makes a code useless.

        Raises:
            NotFound; WrongState: it was redeemed or revoked; Replayed, KeyReused, Stale.
        """
        key = store.invitation_key(identifier)
        item = self._journal.read(once, key).get(key)
        if item is None:
            raise not_found("คำเชิญ", "invitation")
        invitation = self._read(item)
        if invitation.state is not InvitationState.OPEN:
            raise WrongState("คำเชิญนี้ใช้หรือยกเลิกไปแล้ว", "This invitation was redeemed or revoked before.")
        changed = replace(invitation, state=InvitationState.REVOKED)
        event = self._event(changed, Head(1, self._journal.history(key.pk)[-1].hash), "revoked", by)
        self._journal.commit(once, [self._changed(item, changed)], [event], {"id": identifier, "changed": True})

    def redeem(self, once: Once, code: str, arrival: Arrival) -> Subsystem:
        """Lets an agency in: the member, its system and its keys are there afterwards, or nothing is.

        Raises:
            NotAllowed: the code opens nothing, for whatever reason.
            Invalid: what the agency says of itself does not hold; the code stays good.
            AlreadyThere: the system exists and the invitation is not for its recovery.
            Replayed, KeyReused, Stale.
        """
        identifier = code.partition(".")[0]
        key = store.invitation_key(identifier or "-")
        item = self._journal.read(once, key).get(key)
        if item is None or not hmac.compare_digest(item.data["code"], _hashed(code)):
            raise _no_good()
        invitation = self._read(item)
        if invitation.state is not InvitationState.OPEN or self._clock() >= invitation.expires_at:
            raise _no_good()
        subsystem, changes, events = self._let_in(invitation, arrival)
        changed = replace(invitation, state=InvitationState.REDEEMED, redeemed=subsystem.id)
        event = self._event(changed, Head(1, self._journal.history(key.pk)[-1].hash), "redeemed", _by(subsystem.id))
        answer = {"member": str(invitation.member), "subsystem": str(subsystem.id)}
        self._journal.commit(once, [self._changed(item, changed), *changes], [event, *events], answer)
        self._directory.forget(rooms.member_key(invitation.member), rooms.subsystem_key(subsystem.id))
        return subsystem

    def _let_in(
        self, invitation: Invitation, arrival: Arrival
    ) -> tuple[Subsystem, list[Change], list[tuple[str, Event]]]:
        try:
            identifier = SubsystemId.parse(f"{invitation.member}/{arrival.code}")
        except ValueError:
            raise _unfit([Fault("/subsystem/code", "รหัสระบบไม่ถูกต้อง", "Not a code of a system.")]) from None
        keys = rooms.member_key(invitation.member), rooms.subsystem_key(identifier)
        found = self._table.get_many(keys)
        by = _by(identifier)
        member, changes, events = self._member(invitation, arrival, found.get(keys[0]), by)
        there = found.get(keys[1])
        if there is not None and invitation.recovers != identifier:
            raise AlreadyThere(
                "มีระบบนี้อยู่แล้ว", "This system is registered already.", [Fault("/subsystem/code", "ซ้ำ", "It is taken.")]
            )
        if invitation.recovers not in (None, identifier):
            raise _unfit([Fault("/subsystem/code", "คำเชิญนี้ใช้กู้คืนระบบอื่น", "The invitation recovers another system.")])
        self._check(arrival, member, identifier)
        before = None if there is None else rooms.subsystem_from(keys[1], there.data["content"])
        after = _arrived(identifier, arrival, before)
        change, event = self._directory.entry(keys[1], there, rooms.subsystem_json(after), by)
        old = {"keys": []} if before is None else before.jwks
        records = recorded(self._table, identifier, old, after.jwks, self._clock(), "compromised")
        return after, [*changes, change, *records], [*events, event]

    def _member(
        self, invitation: Invitation, arrival: Arrival, there: Item | None, by: str
    ) -> tuple[Member, list[Change], list[tuple[str, Event]]]:
        key = rooms.member_key(invitation.member)
        if there is not None:
            return rooms.member_from(key, there.data["content"]), [Require(key)], []
        if arrival.names is None:
            raise _unfit([Fault("/member", "ต้องระบุชื่อหน่วยงาน", "Give the agency's names: it is new here.")])
        member = Member(invitation.member, *arrival.names, invitation.domains)
        change, event = self._directory.entry(key, None, rooms.member_json(member), by)
        return member, [change], [event]

    def _check(self, arrival: Arrival, member: Member, identifier: SubsystemId) -> None:
        faults = [*key_faults(arrival.jwks), *endpoint_faults(arrival.endpoint)]
        keys = arrival.jwks.get("keys")
        if not faults and not keys:
            faults.append(Fault("/jwks/keys", "ต้องมีกุญแจอย่างน้อย 1 ดอก", "At least one key is needed."))
        if not faults and arrival.endpoint is not None and not approved(arrival.endpoint, member):
            faults.append(not_approved("/subsystem/endpoint"))
        if not faults and len(arrival.proofs) != len(arrival.jwks["keys"]):
            faults.append(Fault("/proofs", "ต้องมีหลักฐาน 1 ฉบับต่อกุญแจ 1 ดอก", "One proof for each key."))
        if faults:
            raise _unfit(faults)
        for at, (proof, jwk) in enumerate(zip(arrival.proofs, arrival.jwks["keys"], strict=True)):
            must_be_proven(proof, jwk, identifier, self._audience, self._clock(), f"/proofs/{at}")

    def _event(self, invitation: Invitation, head: Head, what: str, by: str) -> tuple[str, Event]:
        data: Json = {
            "member": str(invitation.member),
            "recovers": None if invitation.recovers is None else str(invitation.recovers),
            "redeemed": None if invitation.redeemed is None else str(invitation.redeemed),
        }
        event, _ = self._journal.happened(head, subject=invitation.id, type=f"gdx.invitation.{what}", by=by, data=data)
        return store.invitation_key(invitation.id).pk, event

    def _changed(self, item: Item, invitation: Invitation) -> Change:
        data = store.invitation_json(invitation, item.data["code"], item.data["contact"])
        return Update(item.next(data, expires=item.expires))

    def _sealed(self, invitation: Invitation) -> str:
        return self._keyring.seal(invitation.contact, f"invitation/{invitation.id}")

    def _read(self, item: Item) -> Invitation:
        contact = self._keyring.unseal(item.data["contact"], f"invitation/{item.data['id']}")
        return store.invitation_from(item.data, contact)


def not_approved(where: str) -> Fault:
    """An endpoint that the member may not set by itself."""
    return Fault(
        where,
        "ที่อยู่นี้อยู่นอกโดเมนที่ผู้ดูแลศูนย์แลกเปลี่ยนอนุมัติให้หน่วยงาน (ต้องเป็น https)",
        "Not https within the domains that the exchange's operators approved for the agency; ask them to add it.",
    )


def _arrived(identifier: SubsystemId, arrival: Arrival, before: Subsystem | None) -> Subsystem:
    bare = [
        {name: key[name] for name in ("kty", "crv", "x", "y", "kid", "alg", "use") if name in key}
        for key in arrival.jwks["keys"]
    ]
    th, en = arrival.system_names
    if before is None:
        return Subsystem(identifier, th, en, {"keys": bare}, arrival.endpoint)
    endpoint = before.endpoint if arrival.endpoint is None else arrival.endpoint
    return replace(before, name_th=th, name_en=en, jwks={"keys": bare}, endpoint=endpoint, active=True)


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _by(subsystem: SubsystemId) -> str:
    return f"system:{subsystem}"


def _unfit(faults: Sequence[Fault]) -> Invalid:
    return Invalid(
        "ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ (รหัสเชิญยังใช้ได้)",
        "It cannot be registered; see errors. The code stays good.",
        faults,
    )


def _no_good() -> NotAllowed:
    """One wording for a code that is wrong, used, revoked or expired."""
    return NotAllowed(
        "รหัสเชิญใช้ไม่ได้ (ผิด หมดอายุ ใช้ไปแล้ว หรือถูกยกเลิก) โปรดขอรหัสใหม่จากผู้ดูแลศูนย์แลกเปลี่ยน",
        "The code opens nothing: wrong, expired, used or revoked. Ask the exchange's operators for a new one.",
        [Fault("/code", "รหัสเชิญใช้ไม่ได้", "The code opens nothing.")],
    )
