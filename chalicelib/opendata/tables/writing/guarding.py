"""Rows are looked at before they are written: nothing that tells who somebody is comes into a public table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...firewall import look, rules
from ...firewall.model import Override, strongest
from ...model import Dataset, Resource
from .delta import Row

Personal = tuple[Mapping[str, Any], ...]


class Guarding:
    """Looks at rows as the firewall looks at files.

    Args:
        overrides: what stewards said of a resource's personal data, by its id.
    """

    def __init__(self, overrides: Callable[[str], Sequence[Override]]) -> None:
        self._overrides = overrides

    def seen(
        self, dataset: Dataset, resource: Resource, columns: Sequence[Mapping[str, Any]], rows: Sequence[Row]
    ) -> Personal | None:
        """What is found in the resource's file with these rows (`File.personal`); None where they add nothing.

        In a private dataset it is only noted, and stands in the way when the dataset becomes public.

        Raises:
            PersonalRecords: the dataset is public, and no steward said that this may be seen.
        """
        file = resource.file
        if not rows or file is None:
            return None
        names = [column["id"] for column in columns]
        found = look.of_records(columns, (dict(zip(names, row, strict=True)) for row in rows))
        if not found:
            return None
        written = replace(file, personal=tuple(each.as_json() for each in found))
        if dataset.public and (left := rules.uncovered(written, self._overrides(resource.id))):
            raise rules.PersonalRecords(left)
        known = rules.findings(file)
        new = [each for each in found if each.where not in {other.where for other in known}]
        return tuple(each.as_json() for each in strongest([*known, *new])) if new else None
