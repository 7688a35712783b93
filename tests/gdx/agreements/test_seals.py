"""What stands is proven by its signatures, and by nothing less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.gdx.agreements.model import Negotiation, Party, Seal
from chalicelib.gdx.agreements.seals import countersigned, holds, party_seal, proven
from chalicelib.gdx.agreements.terms import terms_text
from chalicelib.gdx.evidence import Voice
from tests.gdx.agreements.parties import signature
from tests.gdx.agreements.test_rules import AGREEMENT
from tests.gdx.exchange import BASE
from tests.support.keys import LocalSigner, local_keyring
from tests.support.tokens import NOW

CONSUMER, PROVIDER, OTHER = LocalSigner(), LocalSigner(), LocalSigner()
VOICE = Voice(local_keyring(), BASE)


def party(signer: LocalSigner, terms: str) -> Seal:
    return party_seal(signature(signer, terms), terms, {"keys": [dict(signer.public_jwk)]}, NOW)


def signed(order: str = "agreed") -> Negotiation:
    agreement = replace(AGREEMENT, order=order)
    terms = terms_text(agreement)
    seals = (
        {Party.CONSUMER: party(CONSUMER, terms), Party.PROVIDER: party(PROVIDER, terms)} if order == "agreed" else {}
    )
    made = Negotiation(agreement, terms, Party.CONSUMER, "", "", seals=seals)
    return replace(made, seals={**seals, Party.EXCHANGE: countersigned(VOICE, made, NOW)})


def without(name: Party) -> Callable[[Negotiation], Negotiation]:
    return lambda made: replace(made, seals={each: seal for each, seal in made.seals.items() if each is not name})


def other(name: Party) -> Callable[[Negotiation], Negotiation]:
    return lambda made: replace(made, seals={**made.seals, name: party(OTHER, made.terms)})


def test_three_signatures_prove_what_was_agreed_and_one_what_was_ordered() -> None:
    assert proven(signed(), NOW) and proven(signed("ordered"), NOW)
    assert all(holds(signed(), each, NOW) for each in (Party.CONSUMER, Party.PROVIDER, Party.EXCHANGE))


@pytest.mark.parametrize(
    "change",
    [
        without(Party.CONSUMER),
        without(Party.PROVIDER),
        without(Party.EXCHANGE),
        # each by itself a good signature, but not the one that the exchange countersigned
        other(Party.CONSUMER),
        other(Party.PROVIDER),
        other(Party.EXCHANGE),
        lambda made: replace(made, terms=made.terms.replace(":10,", ":11,")),
        lambda made: replace(made, agreement=replace(made.agreement, version=2)),
        lambda made: replace(made, agreement=replace(made.agreement, id="a2")),
        lambda made: replace(made, agreement=replace(made.agreement, order="ordered")),
        lambda made: replace(
            made, seals={**made.seals, Party.CONSUMER: replace(made.seals[Party.CONSUMER], payload=made.terms)}
        ),
        lambda made: replace(
            made, seals={**made.seals, Party.CONSUMER: replace(made.seals[Party.CONSUMER], jwk=dict(OTHER.public_jwk))}
        ),
        lambda made: replace(made, seals={**made.seals, Party.PROVIDER: made.seals[Party.EXCHANGE]}),
        lambda made: replace(made, seals={**made.seals, Party.PROVIDER: replace(made.seals[Party.PROVIDER], jws="x")}),
    ],
)
def test_anything_less_does_not(change: Callable[[Negotiation], Negotiation]) -> None:
    assert not proven(change(signed()), NOW)
