"""XML as text: built as a tree, so that no title can end an element, and without the characters that XML forbids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything but `Char` of XML 1.0, section 2.2."""


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def add(parent: Element, tag: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> Element:
    """A child element with a text."""
    child = SubElement(parent, tag, {name: clean(value) for name, value in (attributes or {}).items()})
    if text is not None:
        child.text = clean(text)
    return child


def written(root: Element) -> bytes:
    """The document in UTF-8."""
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
