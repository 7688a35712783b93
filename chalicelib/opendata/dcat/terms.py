"""What may stand in the graph: addresses that are addresses, texts that XML can hold, and their languages.

Everything here was written by strangers. rdflib escapes literals, but it takes any text for an IRI and only warns, so
an address is checked and encoded before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

MAX_IRI = 2_000
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\W_](?:[\w.-]*[^\W_])?)(?::[0-9]{1,5})?")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_THAI = re.compile(r"[\u0E01-\u0E5B]")
_LATIN = re.compile(r"[A-Za-z]")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_PATH, _QUERY = "/%:@!$&'()*+,;=-._~", "/?%:@!$&'()*+,;=-._~"


def iri(given: object) -> str | None:
    """An address of the web as an IRI with nothing in it that could end it early; None if it is none.

    Blanks, quotes, brackets and all that is not ASCII are percent-encoded (RFC 3986 §2.1), which leaves the address
    the same for every client.
    """
    text = str(given or "").strip()
    if not text or len(text) > MAX_IRI:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https", "ftp") or "@" in parts.netloc or not _HOST.fullmatch(parts.netloc):
        return None
    try:
        path, query, fragment = (
            quote(_whole_percents(part), safe=safe)
            for part, safe in ((parts.path, _PATH), (parts.query, _QUERY), (parts.fragment, _QUERY))
        )
    except UnicodeEncodeError:
        return None
    return urlunsplit((parts.scheme.lower(), parts.netloc, path, query, fragment))


def _whole_percents(text: str) -> str:
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)


def mailto(given: object) -> str | None:
    """An e-mail address as `mailto:` IRI, None if it is none."""
    text = str(given or "").strip()
    return f"mailto:{quote(text, safe='@.+-_')}" if _LOCAL_PART.fullmatch(text) else None


def text(given: object) -> str:
    """A text without the characters that XML 1.0 cannot hold, and without blanks around it."""
    return _NOT_XML.sub("", str(given or "")).strip()


def language_of(written: str) -> str | None:
    """`th` for a text with Thai letters, `en` for one with Latin ones only, None for one with neither.

    A publisher does not say in which language a title is. Thai publishers write Thai or English; English words inside
    a Thai text leave it Thai.
    """
    if _THAI.search(written):
        return "th"
    return "en" if _LATIN.search(written) else None


def box(fields: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a dataset in degrees, None unless all four are there and fit together.

    The Thai form calls all four `_longitude`; CKAN's spatial extension and most catalogues say `_latitude` where they
    mean it. Both are read.
    """
    try:
        west, east = float(fields["west_bound_longitude"]), float(fields["east_bound_longitude"])
        south, north = (
            float(fields.get(f"{side}_bound_latitude") or fields[f"{side}_bound_longitude"])
            for side in ("south", "north")
        )
    except (KeyError, TypeError, ValueError):
        return None
    fits = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if fits else None


def polygon(area: tuple[float, float, float, float]) -> str:
    """A box as WKT, longitude first (OGC 12-063r5)."""
    west, south, east, north = area
    return f"POLYGON(({west:g} {south:g},{east:g} {south:g},{east:g} {north:g},{west:g} {north:g},{west:g} {south:g}))"
