"""The JSON of an import's report."""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..model import Group
from ..standard.excel import Remark
from .service import Mode, Told


class Wish(Incoming):
    """Whose datasets they will be, and what is to be done."""

    organization: str = Field(max_length=100, description="Id or name")
    mode: Mode = Field(
        default="check",
        description="check: enter nothing; all: enter all if none is wrong; good: enter those that are not wrong",
    )


class RemarkView(Outgoing):
    """Something about one cell; a note does not stand in the way."""

    cell: str
    field: str
    th: str
    en: str
    note: bool

    @classmethod
    def of(cls, remark: Remark) -> RemarkView:
        """The view of one."""
        return cls(cell=remark.cell, field=remark.field, th=remark.th, en=remark.en, note=remark.note)


class RowView(Outgoing):
    """What became of one row."""

    sheet: str
    row: int
    outcome: str = Field(
        description="ready, wrong, created, there (another dataset has its name), waiting (send the workbook again)"
    )
    id: str | None
    name: str | None = Field(description="Of the dataset, once it is entered")
    missing: list[str] = Field(description="Fields that it lacks before it may be handed in")
    remarks: list[RemarkView]

    @classmethod
    def of(cls, told: Told) -> RowView:
        """The view of one."""
        return cls(
            sheet=told.line.sheet,
            row=told.line.row,
            outcome=told.outcome,
            id=told.id or None,
            name=told.line.name if told.id else None,
            missing=list(told.missing),
            remarks=[RemarkView.of(each) for each in told.line.remarks],
        )


class Report(Outgoing):
    """What became of a workbook."""

    organization: str
    counts: dict[str, int] = Field(description="Rows by outcome")
    rows: list[RowView]

    @classmethod
    def of(cls, organization: Group, told: list[Told]) -> Report:
        """The view of one."""
        counts = dict(Counter(str(each.outcome) for each in told))
        return cls(organization=organization.name, counts=counts, rows=[RowView.of(each) for each in told])
