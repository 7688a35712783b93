"""All that an agency, or an operator for it, does to be on the exchange; one object for the routes."""

from __future__ import annotations

from datetime import timedelta

from ...shared.parts import Parts
from ...shared.signing_keys import SigningKeys
from ..directory import Directory
from ..directory.keys import Keys
from ..evidence import Voice
from ..services.fetching import Fetching
from .doctor import Doctor
from .invitations import Invitations
from .systems import Systems

OVERLAP = timedelta(days=7)
"""How long a key stays published after its successor came: far longer than anything that others check at once."""


class Onboarding:
    """Invitations, systems, keys, the doctor, and the exchange's own keys.

    Args:
        parts: the room's common parts.
        directory: who is there.
        voice: signs for the exchange.
        myself: the exchange as a member of itself.
    """

    def __init__(self, parts: Parts, directory: Directory, voice: Voice, myself: str) -> None:
        audience, clock = voice.issuer, parts.clock
        self.invitations = Invitations(
            directory, parts.table, parts.journal, parts.keyring, audience=audience, clock=clock, ids=parts.ids
        )
        self.systems = Systems(directory)
        self.keys = Keys(parts.table, directory.change_subsystem, audience, clock)
        self.fetching = Fetching(directory, parts.http, voice, myself, clock=clock, ids=parts.ids)
        self.doctor = Doctor(directory, self.fetching, parts.table, clock)
        self.signing = SigningKeys(parts.table, lambda: voice.signer, clock, OVERLAP)
