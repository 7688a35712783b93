"""Planted defects: a soak that finds nothing proves nothing unless it finds these.

Each is another part in the place of a sound one; the product itself is not touched. Parts that spoil any flow are in
`spoilt.py`, those that know a room beside its flows (`flows/*_defects.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from . import spoilt
from .flow import Flow, Parts
from .flows import gdx_defects as careless
from .flows.agreement import Agreement
from .flows.consent import Consent
from .flows.exchange import Exchange
from .flows.gdx import GdxParts
from .flows.outbox import Outbox
from .life import live
from .stage import Stage

WITHIN = 1000
"""Lives within which every defect must be seen."""


@dataclass(frozen=True)
class Defect:
    """One mistake that somebody could make.

    Attributes:
        name: what is wrong, in a few words.
        flow: who must notice it.
        parts: the flow's, with the defect among them.
        seed: the first that sees it, as far as is known: where the tests begin to look.
    """

    name: str
    flow: type[Flow[Any]]
    parts: Parts
    seed: int = 0


DEFECTS: tuple[Defect, ...] = (
    Defect("no sweeper", Outbox, Parts(sweeps=False)),
    Defect("a transaction split in two", Outbox, Parts(table=spoilt.InTwo)),
    Defect("no condition on the version", Outbox, Parts(table=spoilt.Overwrites)),
    Defect("an event without its outbox row", Outbox, Parts(table=spoilt.without("OUT#"))),
    Defect("no claim of the caller's key", Outbox, Parts(table=spoilt.without("ONCE#1", "ONCE#2"))),
    Defect("a claim without the answer", Outbox, Parts(table=spoilt.bent(spoilt.claims_without_answer))),
    Defect("an effect that no event id claims", Outbox, Parts(table=spoilt.without("ONCE#count"))),
    Defect("acknowledged before the commit", Outbox, Parts(table=spoilt.Hopes)),
    Defect("a chain with a link left out", Outbox, Parts(journal=spoilt.SkipsALink)),
    Defect("a quota without an end", Outbox, Parts(table=spoilt.bent(spoilt.unlimited))),
    Defect("a record split from its counters", Exchange, GdxParts(table=spoilt.InTwo)),
    Defect("a quota that counts twice", Exchange, GdxParts(table=spoilt.bent(spoilt.counted_twice))),
    Defect("handed out though not recorded", Exchange, GdxParts(table=spoilt.Hopes)),
    Defect("an answer that was never put", Exchange, GdxParts(objects=careless.LosesAnswers)),
    Defect("an answer under a lease that is over", Exchange, GdxParts(room=careless.any_lease)),
    Defect("a receiver who was away is not told", Exchange, GdxParts(room=careless.tells_once)),
    Defect("a step upon any revision", Agreement, GdxParts(room=careless.any_revision)),
    Defect("two signers overwrite each other", Agreement, GdxParts(table=spoilt.Overwrites)),
    Defect("suspended for the parties only", Agreement, GdxParts(table=careless.OnlyTheNegotiation)),
    Defect("a consent that is not looked at again", Consent, GdxParts(table=careless.ForgetsUse)),
    Defect("a consent judged by an eventual read", Consent, GdxParts(table=careless.EventualConsent)),
    Defect("withdrawn before the commit", Consent, GdxParts(table=spoilt.Hopes)),
)
"""All of them, each for the flow that must see it."""


def lives_until_seen(stage: Stage, defect: Defect, first_seed: int = 0) -> int | None:
    """How many lives it took, from this seed on, until a promise was broken; None if it went unseen."""
    for lives in range(1, WITHIN + 1):
        if live(stage, defect.flow, Random(first_seed + lives - 1), defect.parts).violations:
            return lives
    return None
