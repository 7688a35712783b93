"""What signs, hotels and registrations claim, and who said it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from .shipped import raw

SERVICES = ["commercial-registration", "signboard-tax", "hotel-licence"]


def claims(part: Any) -> Iterator[dict[str, Any]]:
    """Every value that says where it comes from."""
    if isinstance(part, dict):
        if "source" in part and "verified" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from claims(each)


@pytest.mark.parametrize("id", SERVICES)
def test_only_what_an_authoritys_page_states_is_called_verified(id: str) -> None:
    marked = [claim for claim in claims(raw(id)) if claim["verified"] == "page"]
    assert marked
    for claim in marked:
        assert re.search(r"\b[a-z]+\.go\.th\b", claim["source"]), claim["source"]
    assert not [claim for claim in claims(raw(id)) if claim["verified"] == "gazette"], "nobody read the gazette"


@pytest.mark.parametrize("id", SERVICES)
def test_general_knowledge_is_never_called_verified(id: str) -> None:
    known = [claim for claim in claims(raw(id)) if claim["source"].startswith("general knowledge")]
    assert known and {claim["verified"] for claim in known} == {"no"}
