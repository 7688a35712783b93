"""The file that a person gets: a ZIP with the data, its description, and a page to read first."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.storage import Json
from chalicelib.shared.thai import Text

from . import words

EPOCH = (1980, 1, 1, 0, 0, 0)
"""A fixed time of all files in the archive: the same content is the same bytes, however often it is packed."""


def packed(made_at: str, parts: Mapping[str, tuple[Text, Any]]) -> bytes:
    """The archive.

    Args:
        made_at: ISO 8601, UTC.
        parts: name -> (title, everything of it as JSON types).
    """
    data: Json = {"made_at": made_at, "parts": {name: content for name, (_, content) in parts.items()}}
    titles = {name: title for name, (title, _) in parts.items()}
    files = {
        "README.txt": readme(titles),
        "data.json": json.dumps(data, ensure_ascii=False, indent=1),
        "schema.json": json.dumps(schema(titles), ensure_ascii=False, indent=1),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def readme(titles: Mapping[str, Text]) -> str:
    """What to read first, in both languages."""
    thai = "\n".join(f"  {name}: {title.th}" for name, title in titles.items())
    english = "\n".join(f"  {name}: {title.en}" for name, title in titles.items())
    return f"{words.README.th}\n\n{thai}\n\n----\n\n{words.README.en}\n\n{english}\n"


def schema(titles: Mapping[str, Text]) -> Json:
    """JSON Schema (2020-12) of `data.json`; what lies in a part is the part's own."""
    parts = {name: {"title": title.en, "description": title.th} for name, title in titles.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["made_at", "parts"],
        "properties": {
            "made_at": {"type": "string", "format": "date-time"},
            "parts": {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False},
        },
    }
