"""Findings and marks in words, in both languages; the words stand with the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..page.words import Words
from .marks import Mark
from .model import Finding


def said(finding: Finding, words: Words) -> str:
    """What to mend, naming the fields, files, columns and rows."""
    return words(f"q_{finding.key}", **shown(finding.values, words))


def shown(values: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The values of a finding as they go into its words."""
    told = dict(values)
    if "fields" in told:
        told["fields"] = ", ".join(words(f"f_{name}") for name in told["fields"])
    for name in ("files", "columns"):
        if name in told:
            told[name] = ", ".join(map(str, told[name]))
    if "at" in told:
        told["at"] = ", ".join(f"{row:,}" for row in told["at"]) or "-"
    for name in ("rows", "count"):
        if isinstance(told.get(name), int):
            told[name] = f"{told[name]:,}"
    return told


def of_mark(mark: Mark, words: Words) -> str:
    """What is asked for, or why it is given."""
    return words(f"mark_{mark.key}")
