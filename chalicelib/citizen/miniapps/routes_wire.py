"""`/ws/dga/czp/{environment}/v1/core/...`: the calls of existing mini-apps, in their own dialect.

The routes are public to the edge, because these clients know no access token of ours: the wire itself asks the exchange
about key and token before anything else. `environment` is `uat` or `prod` in the addresses that exist; here it chooses
nothing, for each environment of Klang has an address of its own.
"""

from __future__ import annotations

import re
from typing import Any

from chalicelib.shared.errors import Fault, Invalid, NotFound
from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.json_text import parse_json
from chalicelib.shared.problems import status_of
from chalicelib.shared.web import Call, Reply, Room

from ..service import Citizen
from .dialect import JSON, dialect, success
from .model import APP_PATTERN
from .wire import names_in_lower_case

CORE = "/ws/dga/czp/{environment}/v1/core"
ENVIRONMENTS = frozenset({"uat", "prod"})
LIMIT = 1024 * 1024


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    wire = citizen.miniapps.wire
    said = dialect(citizen.hall.now)

    @room.post(
        f"{CORE}/shield/data/deproc",
        allow=[PUBLIC],
        raw=True,
        limit=16 * 1024,
        dialect=said,
        summary="Who opened a mini-app, for its mToken, once (the wire of existing mini-apps)",
    )
    def deproc(call: Call) -> Reply:
        system = _system(call)
        return _said(wire.deproc(system, names_in_lower_case(parse_json(call.raw))))

    @room.post(
        f"{CORE}/notification/push",
        allow=[PUBLIC],
        raw=True,
        limit=LIMIT,
        dialect=said,
        summary="Messages of a mini-app to people who let it write to them (the wire of existing mini-apps)",
    )
    def push(call: Call) -> Reply:
        system = _system(call)
        sent = wire.push(system, names_in_lower_case(parse_json(call.raw)))
        not_sent = [
            {"at": f"/data/{number}", "messageCode": _code(refusal), "message_th": refusal.th, "message_en": refusal.en}
            for number, refusal in sent.not_sent
        ]
        return _said(sent.ids, {"notSent": not_sent})

    def _system(call: Call) -> str:
        if call.params["environment"] not in ENVIRONMENTS:
            raise NotFound("ไม่พบ API นี้", "No such API.")
        return wire.system(call.headers)

    def _said(result: Any, more: dict[str, Any] | None = None) -> Reply:
        return Reply(success(result, citizen.hall.now().timestamp(), more), media_type=JSON)


def _code(refusal: Any) -> int:
    status = status_of(refusal)
    return 400 if status == 422 else status


def app_id(call: Call) -> str:
    """The AppId of an address.

    Raises:
        Invalid: it can be none.
    """
    found = call.params["id"]
    if re.fullmatch(APP_PATTERN, found) is None:
        raise Invalid(
            "รหัสมินิแอปไม่ถูกต้อง",
            "This can be no AppId.",
            [Fault("path:id", "อักษร ตัวเลข . _ - ยาว 3 ถึง 64 ตัว", "Letters, digits and . _ -, 3 to 64 of them.")],
        )
    return found
