"""What stands at every road to the public: no write shows a file in which something was found and not decided upon."""

from __future__ import annotations

from ..model import File, Package, Resource
from . import rules
from .model import Hold
from .store import Overrides


class Guard:
    """Says no, or nothing.

    What it reads beside the package (overrides) is only ever written together with the dataset. So a write that it let
    pass is refused by the store if an override was given or taken back meanwhile.
    """

    def __init__(self, overrides: Overrides) -> None:
        self._overrides = overrides

    def check(self, before: Package | None, after: Package, *, texts: bool = True) -> None:
        """A write of a package, before it is written; at most one request, and none where nothing was found.

        Args:
            texts: whether the texts of the dataset are looked at too; those of another catalogue are its own.

        Raises:
            PersonalData: a file that it would show holds personal data.
            Rejected: so does a text.
        """
        if texts:
            rules.check_texts(before, after)
        shown = [(place, each) for place, each in rules.newly_shown(before, after) if rules.uncovered(each.file, ())]
        if not shown:
            return
        given = self._overrides.of(each.id for _, each in shown)
        found = {place: left for place, each in shown if (left := rules.uncovered(each.file, given[each.id]))}
        if found:
            raise rules.PersonalData(found, len(after.resources))

    def verdict(self, package: Package, resource: Resource, file: File) -> Hold | None:
        """Why a new version of a file must not be shown yet, or None (`intake.holding.Holds`)."""
        if not package.dataset.public or not rules.uncovered(file, ()):
            return None
        left = rules.uncovered(file, self._overrides.of([resource.id])[resource.id])
        return rules.hold(left) if left else None
