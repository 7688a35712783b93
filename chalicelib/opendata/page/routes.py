"""The pages' addresses, as CKAN's users know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Room

from . import pictures
from .asked import RequestPages
from .service import Pages
from .showing import MEDIA

if TYPE_CHECKING:
    from ..service import Catalogue


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs the pages on the room, but for `/dataset/{id}`: a dataset has one address for people and machines, and
    whoever hangs it shows `Pages.dataset_page` where HTML is wanted.
    """
    pages, asked = Pages(catalogue), RequestPages(catalogue)
    for path, summary, show in (
        ("/dataset", "The catalogue for people: search with facets", pages.search_page),
        ("/dataset/{id}/resource/{rid}", "A file or link for people, with the rows of its table", pages.resource_page),
        ("/organization", "The organisations that publish, for people", pages.groups_page("organization")),
        ("/organization/{id}", "An organisation and its latest datasets, for people", pages.group_page("organization")),
        ("/group", "The themes, for people", pages.groups_page("group")),
        ("/group/{id}", "A theme and its latest datasets, for people", pages.group_page("group")),
        ("/request", "What people ask to be published, for people", asked.list_page),
        ("/request/{id}", "A request for data and what became of it, for people", asked.page),
    ):
        room.get(path, allow=(PUBLIC,), media=MEDIA, dialect=pages.refusal, summary=summary)(show)
    pictures.hang(room, catalogue)
