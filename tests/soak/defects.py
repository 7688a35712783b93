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
from .flows import biz_defects as hasty
from .flows import citizen_defects as forgetful
from .flows import gdx_defects as careless
from .flows import licence_defects as divided
from .flows import opendata_defects as shelved
from .flows.agreement import Agreement
from .flows.bill import BillFlow
from .flows.biz import BizParts
from .flows.case import Case
from .flows.citizen import CitizenParts
from .flows.consent import Consent
from .flows.dataset import Dataset
from .flows.exchange import Exchange
from .flows.gdx import GdxParts
from .flows.licence import LicenceFlow
from .flows.opendata import OpenDataParts
from .flows.outbox import Outbox
from .flows.payment import Payment
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
    Defect("no condition on the version", Outbox, Parts(table=spoilt.Overwrites), 7),
    Defect("an event without its outbox row", Outbox, Parts(table=spoilt.without("OUT#"))),
    Defect("no claim of the caller's key", Outbox, Parts(table=spoilt.without("ONCE#1", "ONCE#2")), 1),
    Defect("a claim without the answer", Outbox, Parts(table=spoilt.bent(spoilt.claims_without_answer)), 1),
    Defect("an effect that no event id claims", Outbox, Parts(table=spoilt.without("ONCE#count")), 40),
    Defect("acknowledged before the commit", Outbox, Parts(table=spoilt.Hopes), 6),
    Defect("a chain with a link left out", Outbox, Parts(journal=spoilt.SkipsALink), 7),
    Defect("a quota without an end", Outbox, Parts(table=spoilt.bent(spoilt.unlimited)), 32),
    Defect("a record split from its counters", Exchange, GdxParts(table=spoilt.InTwo), 2),
    Defect("a quota that counts twice", Exchange, GdxParts(table=spoilt.bent(spoilt.counted_twice))),
    Defect("handed out though not recorded", Exchange, GdxParts(table=spoilt.Hopes), 23),
    Defect("an answer that was never put", Exchange, GdxParts(objects=careless.LosesAnswers), 5),
    Defect("an answer under a lease that is over", Exchange, GdxParts(room=careless.any_lease), 5),
    Defect("a receiver who was away is not told", Exchange, GdxParts(room=careless.tells_once), 5),
    Defect("a step upon any revision", Agreement, GdxParts(room=careless.any_revision), 31),
    Defect("two signers overwrite each other", Agreement, GdxParts(table=spoilt.Overwrites), 24),
    Defect("suspended for the parties only", Agreement, GdxParts(table=careless.OnlyTheNegotiation), 6),
    Defect("a consent that is not looked at again", Consent, GdxParts(table=careless.ForgetsUse), 17),
    Defect("a consent judged by an eventual read", Consent, GdxParts(table=careless.EventualConsent), 17),
    Defect("withdrawn before the commit", Consent, GdxParts(table=spoilt.Hopes), 6),
    Defect("a move of which nobody is told", Case, BizParts(table=spoilt.without("OUT#"))),
    Defect("two officers overwrite each other", Case, BizParts(table=spoilt.Overwrites), seed=48),
    Defect("a licence for less than the fee", Payment, BizParts(room=hasty.generous)),
    Defect("money that was taken back still counts", Payment, BizParts(room=hasty.deaf)),
    Defect("a fee without its receipt", Payment, BizParts(table=hasty.no_receipt)),
    Defect("a licence that its application does not hold", LicenceFlow, BizParts(table=divided.not_held)),
    Defect("a successor of which the old licence does not know", LicenceFlow, BizParts(table=divided.Unknowing)),
    Defect("a licence taken as it was when it was filed about", LicenceFlow, BizParts(room=divided.as_it_was)),
    Defect("a status that verifiers are not told", LicenceFlow, BizParts(table=divided.not_listed)),
    Defect("an end that each sweep tells", LicenceFlow, BizParts(table=divided.TellsAgain)),
    Defect("one bill that two people pay", BillFlow, CitizenParts(table=forgetful.settled_by_anybody), 2),
    Defect("a bill paid without its receipt", BillFlow, CitizenParts(table=forgetful.no_receipt), 2),
    Defect("a bank that is believed without its signature", BillFlow, CitizenParts(room=forgetful.trusting), 4),
    Defect("a QR over what was asked for once", BillFlow, CitizenParts(room=forgetful.remembers), 108),
    Defect("a biller who was away is not told", BillFlow, CitizenParts(room=forgetful.tells_once), 5),
    Defect("a letter for each time that an event is heard", BillFlow, CitizenParts(room=forgetful.repeats)),
    Defect("a change that search is not told of", Dataset, OpenDataParts(table=shelved.not_in_the_log)),
    Defect("a purge that only hides", Dataset, OpenDataParts(room=shelved.buries_only), 4),
    Defect("a version that uses nobody's bytes", Dataset, OpenDataParts(table=shelved.nobodys_bytes)),
)
"""All of them, each for the flow that must see it."""


def lives_until_seen(stage: Stage, defect: Defect, first_seed: int = 0) -> int | None:
    """How many lives it took, from this seed on, until a promise was broken; None if it went unseen."""
    for lives in range(1, WITHIN + 1):
        if live(stage, defect.flow, Random(first_seed + lives - 1), defect.parts).violations:
            return lives
    return None
