"""Keys: of systems, changed by their agencies, and of the exchange itself; all of them can be read by anyone."""

from __future__ import annotations

from ...shared.errors import Fault, Invalid, WrongState, not_found
from ...shared.identity import PUBLIC
from ...shared.web import Call, Room
from ..ids import SubsystemId
from ..service import Service
from ..views import Registered
from .routes import AGENCIES, OPERATORS, own_system
from .views import KeyList, KeyView, PostKey, RetireKey, RevokeKey, WhichKeys, is_kid


def hang(room: Room, exchange: Service) -> None:
    """Hangs these routes on the room."""
    keys, signing = exchange.onboarding.keys, exchange.onboarding.signing

    @room.get(
        "/gdx/v1/keys",
        allow=[PUBLIC],
        query=WhichKeys,
        answer=KeyList,
        summary="Public keys of a system, present and past, with the time in which each holds",
    )
    def listed(call: Call) -> KeyList:
        asked: WhichKeys = call.query
        records = keys.history(SubsystemId.parse(asked.subsystem))
        return KeyList(items=[KeyView.of(each) for each in records if asked.at is None or each.held(asked.at)])

    @room.post(
        "/gdx/v1/keys",
        allow=AGENCIES,
        body=PostKey,
        answer=Registered,
        summary="Add a key to a system; those before hold on",
    )
    def add(call: Call) -> Registered:
        posted: PostKey = call.body
        identifier = own_system(call, posted.subsystem)
        keys.add(call.once, identifier, posted.jwk, posted.proof, call.caller.label)
        return Registered(id=str(identifier), changed=True)

    @room.post(
        "/gdx/v1/keys/{kid}/retire",
        allow=AGENCIES,
        body=RetireKey,
        answer=Registered,
        summary="Let a key hold until a date and no longer",
    )
    def retire(call: Call) -> Registered:
        posted: RetireKey = call.body
        identifier = own_system(call, posted.subsystem)
        keys.retire(call.once, identifier, _kid(call), posted.until, call.caller.label)
        return Registered(id=str(identifier), changed=True)

    @room.post(
        "/gdx/v1/keys/{kid}/revoke",
        allow=AGENCIES,
        body=RevokeKey,
        answer=Registered,
        summary="Take a key out at once; operators may take out the last one too",
    )
    def revoke(call: Call) -> Registered:
        posted: RevokeKey = call.body
        identifier = own_system(call, posted.subsystem)
        keys.revoke(
            call.once,
            identifier,
            _kid(call),
            posted.reason,
            call.caller.label,
            even_the_last=call.caller.kind == "officer",
        )
        return Registered(id=str(identifier), changed=True)

    @room.get(
        "/gdx/v1/exchange-keys",
        allow=[PUBLIC],
        answer=KeyList,
        summary="Keys by which the exchange ever signed, for receipts of long ago",
    )
    def own(_: Call) -> KeyList:
        return KeyList(items=[KeyView(kid=each["jwk"]["kid"], **each) for each in signing.history()])

    @room.post(
        "/gdx/v1/exchange-keys/{kid}/revoke",
        allow=OPERATORS,
        body=RevokeKey,
        answer=Registered,
        summary="Take belief from a past key of the exchange; the present one must be replaced first",
    )
    def revoke_own(call: Call) -> Registered:
        posted: RevokeKey = call.body
        if posted.subsystem is not None:
            raise Invalid(
                "ระบุระบบไม่ได้ที่นี่",
                "No subsystem here.",
                [Fault("/subsystem", "กุญแจนี้เป็นของศูนย์แลกเปลี่ยนเอง", "The key is the exchange's own.")],
            )
        if not signing.revoke(_kid(call), posted.reason):
            raise WrongState(
                "ไม่ใช่กุญแจเดิมของศูนย์แลกเปลี่ยนที่ยังไม่ถูกเพิกถอน หรือเป็นกุญแจปัจจุบัน",
                "Not a past key of the exchange that still holds; the present one must be replaced first.",
            )
        return Registered(id=_kid(call), changed=True)


def _kid(call: Call) -> str:
    if not is_kid(call.params["kid"]):
        raise not_found("กุญแจ", "key")
    return call.params["kid"]
