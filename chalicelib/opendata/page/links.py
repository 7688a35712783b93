"""Addresses of the pages: relative to the site's root, in a stable form, with the language where it was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .words import Language


class Links:
    """Makes addresses.

    Args:
        site: public address of the catalogue.
        chosen: the language that the address of this page names, or None where the browser's was taken.
    """

    def __init__(self, site: str, chosen: Language | None) -> None:
        self.site = site.rstrip("/")
        self.root = urlsplit(self.site).path.rstrip("/")
        self.chosen = chosen

    def to(self, *path: str, query: Iterable[tuple[str, str]] = (), language: Language | None = None) -> str:
        """An address from the root of the host; parts of the path are quoted here."""
        chosen = language or self.chosen
        pairs = [(name, value) for name, value in query if name != "lang"]
        if chosen:
            pairs.append(("lang", chosen))
        return self._with(f"{self.root}/{_path(path)}", pairs)

    def full(self, *path: str, query: Iterable[tuple[str, str]] = (), language: Language | None = None) -> str:
        """A whole address, with a language only where one is named here."""
        pairs = [(name, value) for name, value in query if name != "lang"]
        if language:
            pairs.append(("lang", language))
        return self._with(f"{self.site}/{_path(path)}", pairs)

    def action(self, name: str, **given: str) -> str:
        """The whole address of an action of the API."""
        return self._with(f"{self.site}/api/3/action/{name}", list(given.items()))

    @staticmethod
    def _with(address: str, pairs: Sequence[tuple[str, str]]) -> str:
        return f"{address}?{urlencode(pairs, quote_via=quote)}" if pairs else address


def _path(parts: Sequence[str]) -> str:
    return "/".join(quote(part, safe="") for part in parts)


def pairs(query: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """A query as pairs, sorted by name, the values of a name in their order."""
    return [(name, str(value)) for name in sorted(query) for value in query[name]]
