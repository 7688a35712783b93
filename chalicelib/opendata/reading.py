"""What people read of the catalogue: packages as CKAN shows them, one or a page of search results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.shared.identity import Caller

from . import views
from .access import Access
from .model import Group, Package
from .packages import Packages
from .search.cards import Cards
from .search.following import Following
from .search.model import Engine, Found, Question
from .store import Store

Json = dict[str, Any]


class Reading:
    """Shows packages.

    Attributes:
        site: public address, as CKAN's `site_url`.
        engine: the search engine.
    """

    def __init__(self, store: Store, packages: Packages, access: Access, following: Following, *, site: str) -> None:
        self._store = store
        self._packages = packages
        self._access = access
        self._following = following
        self._cards = Cards(store.table)
        self.engine: Engine = following
        self.site = site

    def package(self, caller: Caller, id_or_name: object) -> Json:
        """One dataset with its resources.

        Raises:
            NotFound, Rejected.
        """
        package, organization = self._packages.find(caller, id_or_name, missing="name_or_id")
        return views.package_view(package, organization, self._packages.themes(package), self.site)

    def search(self, caller: Caller, question: Question) -> tuple[Found, list[Json]]:
        """A search and its page of packages; `question.labels` are replaced by the caller's where it asks for more."""
        found = self.engine.search(question)
        return found, self.pages(found.ids)

    def pages(self, ids: Sequence[str]) -> list[Json]:
        """Packages as CKAN shows them, in this order; those that are gone meanwhile are left out."""
        return [
            views.package_view(package, organization, themes, self.site)
            for package, organization, themes in self.packages(ids)
        ]

    def packages(self, ids: Iterable[str]) -> list[tuple[Package, Group, list[Group]]]:
        """Packages with their organisation and themes, in this order; for whoever has checked who may see them."""
        groups = self._following.groups(refresh=False)
        found: list[tuple[Package, Group, list[Group]]] = []
        wanted = list(ids)
        cards = self._cards.read(self._following.settled(wanted))
        for each in wanted:
            package = cards.get(each) or self._store.package(each)
            organization = None if package is None else groups.get(package.dataset.owner_org)
            if package is not None and organization is not None:
                themes = [groups[one] for one in package.dataset.groups if one in groups]
                themes = [theme for theme in themes if theme.state == "active"]
                found.append((package, organization, themes))
        return found

    def groups(self) -> Iterable[Group]:
        """All organisations and themes that are there."""
        return [group for group in self._following.groups().values() if group.state == "active"]

    def labels(self, caller: Caller) -> tuple[str, ...]:
        """The labels of what the caller may see."""
        return self._access.labels(caller)
