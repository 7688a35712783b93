"""How the answer looks on the wire."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..recognition import codes
from .model import Entry, Meeting
from .service import Answer, Joinable


class JoinsAsked(Incoming):
    """How many, and of which version."""

    limit: int = Field(default=20, ge=1, le=50)
    version: str | None = Field(default=None, max_length=40, description="Number of a version of the table")
    as_of: str | None = Field(default=None, max_length=40, description="A date or time: the version of then")


class JoinKeyView(Outgoing):
    """A column by which others may be joined."""

    column: str
    means: str = Field(description="What it was recognised as, e.g. `province_name`")
    title_th: str
    title_en: str
    distinct: int = Field(description="How many different values it has; 0 where they were not counted")


class JoinOnView(Outgoing):
    """Two columns that hold the same things."""

    column: str = Field(description="Of the table that was asked for")
    means: str
    other: str = Field(description="Of the table that it can be joined with")
    other_means: str
    share: float = Field(description="Of the different values of `column`, the part that is also in `other`: 0 to 1")
    exact: bool = Field(description="Whether the share was counted; otherwise it is estimated")


class JoinView(Outgoing):
    """A table that can be joined with."""

    dataset: str = Field(description="Name of the dataset")
    dataset_title: str
    resource: str
    resource_name: str
    table: str = Field(description="Address of the table, for `resource_id` and SQL")
    rows: int
    share: float = Field(description="Of the columns' shares, the smallest")
    on: list[JoinOnView]
    sql: str = Field(description="Ready for `datastore_search_sql`")


class JoinsView(Outgoing):
    """What a table can be joined with."""

    table: str
    version: int
    keys: list[JoinKeyView]
    joins: list[JoinView]
    more: bool = Field(description="Whether there are others that are not told here")


def view(answer: Answer) -> JoinsView:
    """The whole answer."""
    return JoinsView(
        table=answer.source.asked,
        version=answer.source.file.number,
        keys=[_key(each) for each in answer.mine],
        joins=[_join(each) for each in answer.found],
        more=answer.more,
    )


def _key(entry: Entry) -> JoinKeyView:
    th, en = codes.TITLES[entry.means]
    return JoinKeyView(
        column=entry.column, means=entry.means, title_th=th, title_en=en, distinct=len(entry.values) or entry.distinct
    )


def _join(each: Joinable) -> JoinView:
    fields = each.package.dataset.fields
    return JoinView(
        dataset=each.package.dataset.name,
        dataset_title=str(fields.get("title") or each.package.dataset.name),
        resource=each.resource.id,
        resource_name=str(each.resource.fields.get("name") or each.resource.file_name),
        table=each.address,
        rows=each.table.rows,
        share=each.match.share,
        on=[_on(meeting) for meeting in each.match.meetings],
        sql=each.query,
    )


def _on(meeting: Meeting) -> JoinOnView:
    return JoinOnView(
        column=meeting.mine.column,
        means=meeting.mine.means,
        other=meeting.theirs.column,
        other_means=meeting.theirs.means,
        share=meeting.share,
        exact=meeting.exact,
    )
