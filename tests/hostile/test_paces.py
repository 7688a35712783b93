"""What can be guessed or costs much has a pace: every public operation that takes something in, or says why not."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.gdx_request import SIGNED
from tests.hostile.shapes import DOCUMENT
from tests.house.the_app import HOUSE, ROUTES

UNPACED: Mapping[str, str] = {
    "POST /api/3/action/{name}": "reads the catalogue; tokens have 256 bits, and who writes is known",
    "POST /api/action/{name}": "reads the catalogue; tokens have 256 bits, and who writes is known",
    "POST /biz/v1/guide": "computes over shipped files alone, no request of the store",
    "POST /biz/v1/payments/callbacks/{provider}": "opens by the bank's HMAC over the bytes",
    "PUT /biz/v1/payments/providers/{provider}/{day}": "opens by the bank's HMAC over the bytes",
    "POST /citizen/v1/payments/callbacks/{provider}": "opens by the bank's HMAC over the bytes",
    "PUT /citizen/v1/payments/providers/{provider}/{day}": "opens by the bank's HMAC over the bytes",
    "POST /gdx/v1/log/cosignatures": "opens by a witness's signature",
    "POST /ws/{agency}/{path+}": "key and token of more than 120 bits each; the agreement's quotas",
    "POST /ws/dga/czp/{environment}/v1/core/notification/push": "consumer key and token; ten messages a day",
    "POST /ws/dga/czp/{environment}/v1/core/shield/data/deproc": "consumer key and token; the mToken has 256 bits",
}  # fmt: skip
"""Public operations that take something in and are not counted, each with what stands there instead."""
GUESSABLE = (
    "GET /biz/v1/verify/{token}", "GET /biz/v1/payments/receipts/{token}", "GET /citizen/v1/shares/{code}",
    "GET /ws/auth/validate",
)  # fmt: skip
"""Public look-ups by something that somebody holds."""


def test_every_public_operation_that_takes_something_in_is_counted_or_says_why_not() -> None:
    taking = {
        name
        for name, (_, route) in ROUTES.items()
        if route.writes and any(rule.kind == "public" for rule in route.allow)
    }
    vouched = {name for name in taking if ROUTES[name][1].vouched is not None or SIGNED in ROUTES[name][1].allow}
    paced = {name for name in taking if ROUTES[name][1].pace is not None}
    assert taking - vouched - paced == set(UNPACED)
    assert [name for name in GUESSABLE if ROUTES[name][1].pace is None] == []


def test_what_is_counted_is_counted_in_the_table_of_its_room_and_described() -> None:
    for room, route in ROUTES.values():
        if route.pace is None:
            continue
        assert room.paces is not None and HOUSE.rooms[room.name] is room
        described = DOCUMENT["paths"][route.path.replace("+}", "}")][route.method.lower()]["responses"]["429"]
        assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= described["headers"].keys()
        assert str(route.pace.most) in described["description"]


def test_one_name_is_one_pace() -> None:
    paces = {route.pace for _, route in ROUTES.values() if route.pace is not None}
    assert len({pace.name for pace in paces}) == len(paces) >= 10
