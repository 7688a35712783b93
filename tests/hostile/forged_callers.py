"""Tokens that are signed by a trusted key and still name nobody: they hold as tokens, and the gate must refuse them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.forgeries import PID, forgeries
from tests.support.tokens import Issuers

Case = tuple[str, str]

NUMBERS: tuple[Any, ...] = (
    None, "", "1101700207031", "110170020703", "11017002070300", "1-1017-00207-03-0",
    "๑๑๐๑๗๐๐๒๐๗๐๓๐", "1101700207030\n", " 1101700207030", "110170020703O", 1101700207030, ["1101700207030"],
    {"pid": "1101700207030"}, True, "TH/LOCAL/LAEMNGOP/office",
)  # fmt: skip
"""What is no national id."""
CLIENTS: tuple[Any, ...] = (
    None, "", "office", "TH/LOCAL/LAEMNGOP", "TH/LOCAL/LAEMNGOP/office/x", "TH.LOCAL.LAEMNGOP.office", 7,
    ["TH/LOCAL/LAEMNGOP/office"], {"id": "TH/LOCAL/LAEMNGOP/office"}, True,
)  # fmt: skip
"""What is no name of a system."""
ACTS: tuple[Any, ...] = (
    {}, {"sub": ""}, {"sub": None}, {"sub": 7}, {"sub": ["citizen:x"]}, [], "citizen:x", True,
    {"act": {"sub": "citizen:x"}},
)  # fmt: skip
"""What names nobody who acts (RFC 8693 s.4.1)."""
UNREADABLE: tuple[Any, ...] = (None, ["bills"], 7, {"bills": True}, True)
"""Scopes and mandates that are none."""


def nobodies(issuers: Issuers) -> Iterator[Case]:
    """Signed tokens of nobody, by name."""
    people, systems, portal = issuers.people, issuers.systems, issuers.portal
    for number in NUMBERS:
        yield f"a person with pid {number!r}", people.token(pid=number, ial="2.3")
    for client in CLIENTS:
        yield f"a system with client_id {client!r}", systems.token(client_id=client)
    yield "a system that says it is a person", systems.token(pid=PID, ial="2.3")
    yield "a person who says they are a system", people.token(client_id="TH/LOCAL/LAEMNGOP/office")
    good = {"pid": PID, "ial": "2.3", "scope": "bills", "mandate": "m"}
    yield "a provider that says somebody acts", people.token(**good, act={"sub": "citizen:x"})
    yield "a provider that says an operator acts", people.token(**good, act={"sub": "officer:operator"})
    for act in ACTS:
        yield f"act {act!r}", portal.token(**good, act=act)
    for name in ("scope", "mandate"):
        for value in UNREADABLE:
            yield f"acting with {name} {value!r}", portal.token(**{**good, "act": {"sub": "citizen:x"}, name: value})


def everything(issuers: Issuers) -> dict[str, str]:
    """All tokens that open nothing, by name."""
    return {**dict(forgeries(issuers)), **dict(nobodies(issuers))}


SCHEMES = (
    "Basic eDp4",
    "Bearer",
    "Bearer ",
    "bearer  x",
    "Token {}",
    "{}",
    "DPoP {}",
    "Bearer {}, Bearer {}",
    "Bearer {} x",
)
"""Authorization headers around a token that holds, and that are no bearer token (RFC 6750 s.2.1)."""
