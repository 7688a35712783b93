"""What a vocabulary may be; messages and their places are CKAN's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..rules import Rejected
from ..standard import fields as standard

MAX_TAGS = 2_000
"""Tags of one vocabulary: it is one item of the table."""
# a name is also the name of a search field, vocab_{name}
_NAME = re.compile(r"[\w\u0E00-\u0E7F.\-]{2,100}")


def checked_name(value: Any) -> str:
    """The name of a vocabulary.

    Raises:
        Rejected.
    """
    if value in (None, ""):
        raise Rejected({"name": ["Missing value"]})
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Rejected({"name": ["Must be 2 to 100 letters, digits or these symbols: -_."]})
    return value


def checked_tags(value: Any) -> tuple[str, ...]:
    """The names of tags, given as names or as {name}.

    Raises:
        Rejected.
    """
    if value in (None, ""):
        return ()
    if not isinstance(value, list) or len(value) > MAX_TAGS:
        raise Rejected({"tags": [f"Must be a list of at most {MAX_TAGS} tags"]})
    tags = (each.get("name") if isinstance(each, Mapping) else each for each in value)
    return tuple(sorted({checked_tag(each, "tags") for each in tags}))


def checked_tag(value: Any, field: str = "name") -> str:
    """The name of one tag.

    Raises:
        Rejected: at `field`.
    """
    if value in (None, ""):
        raise Rejected({field: ["Missing value"]})
    if not isinstance(value, str):
        raise Rejected({field: ["Must be a Unicode string value"]})
    if faults := standard.faults_of_tags([value]):
        raise Rejected({field: faults})
    return value
