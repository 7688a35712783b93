"""Actions by which an agency's catalogue asks how its datasets stand with the national one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from chalicelib.shared.errors import NotFound

from ..harvest.states import WORDS
from ..rules import Rejected
from .registry import Asked, reads

MAX_ASKED = 500


@reads
def gdcatalog_published_state(asked: Asked) -> Any:
    """How a published dataset of an agency's catalogue stands: site_url (its host) and package (id or name there)."""
    return _state(asked, published=True)


@reads
def gdcatalog_nonpublish_state(asked: Asked) -> Any:
    """How a dataset of an agency's catalogue stands that is not published yet: site_url (its host) and package."""
    return _state(asked, published=False)


def _state(asked: Asked, *, published: bool) -> dict[str, Any]:
    messages: dict[str, list[str]] = {}
    given: dict[str, str] = {}
    for name in ("site_url", "package"):
        value = asked.given.get(name)
        if not value:
            messages[name] = ["Missing value"]
        elif not isinstance(value, str) or len(value) > MAX_ASKED or not value.isprintable():
            messages[name] = ["Must be a Unicode string value"]
        else:
            given[name] = value
    if messages:
        raise Rejected(messages)
    catalogue = asked.catalogue
    found = catalogue.harvest.states.of(given["site_url"], given["package"])
    if found is None or found.published != published:
        raise NotFound("ไม่พบชุดข้อมูลในสถานะนี้", "Not found")
    said = WORDS[found.state]
    return {
        "state": found.state,
        "state_th": said.th,
        "state_en": said.en,
        "name": found.name,
        "url": f"{catalogue.site}/dataset/{quote(found.name)}" if found.name else "",
    }
