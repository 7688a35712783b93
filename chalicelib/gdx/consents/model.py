"""What a consent is."""

from __future__ import annotations

from enum import StrEnum


class ConsentState(StrEnum):
    """Where a consent stands.

    REQUESTED and GIVEN are open; REFUSED, WITHDRAWN, EXPIRED and USED are ends, after which a system may ask anew.
    """

    REQUESTED = "REQUESTED"
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"
    USED = "USED"


class Mode(StrEnum):
    """How often a consent may be used."""

    ONCE = "once"
    REPEATED = "repeated"
