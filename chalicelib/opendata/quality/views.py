"""The JSON of quality."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..page.words import Words
from . import marks
from .marks import Mark
from .model import Dimension, Finding
from .saying import of_mark, said
from .service import Overview, Report
from .store import Kept

TH, EN = Words("th"), Words("en")


class QualityFindingView(Outgoing):
    """Something to mend, or to know."""

    key: str
    th: str
    en: str
    points: float = Field(description="How many points of 100 it gives back")
    about: dict[str, Any] = Field(description="Fields, files, columns, and numbers of the first rows (`at`)")

    @classmethod
    def of(cls, finding: Finding) -> QualityFindingView:
        """The view of one."""
        points = round(finding.points, 2)
        about = dict(finding.values)
        return cls(key=finding.key, th=said(finding, TH), en=said(finding, EN), points=points, about=about)


class DimensionView(Outgoing):
    """One of the five dimensions."""

    name: Literal["metadata", "timeliness", "access", "machine", "validity"]
    th: str
    en: str
    weight: int
    measured: float = Field(description="Points that could be measured")
    points: float
    findings: list[QualityFindingView]

    @classmethod
    def of(cls, found: Dimension) -> DimensionView:
        """The view of one."""
        return cls(
            name=found.name,
            th=TH(f"dim_{found.name}"),
            en=EN(f"dim_{found.name}"),
            weight=found.weight,
            measured=found.measured,
            points=round(found.points, 2),
            findings=[QualityFindingView.of(each) for each in found.findings],
        )


class MarkView(Outgoing):
    """Something that is asked for, and whether it is there."""

    key: str
    given: bool
    th: str
    en: str

    @classmethod
    def of(cls, mark: Mark) -> MarkView:
        """The view of one."""
        return cls(key=mark.key, given=mark.given, th=of_mark(mark, TH), en=of_mark(mark, EN))


class QualityView(Outgoing):
    """How good a dataset is."""

    dataset: str
    name: str
    at: str
    score: int = Field(description="0 to 100, of what could be measured")
    grade: str | None = Field(description="A to E; null where too little could be measured")
    measured: float
    dimensions: list[DimensionView]
    stars: int = Field(description="Of five; a star counts only with all before it")
    star_marks: list[MarkView]
    high_value: list[MarkView] = Field(description="What is asked of a high-value dataset")

    @classmethod
    def of(cls, report: Report) -> QualityView:
        """The view of one."""
        found = report.quality
        return cls(
            dataset=report.package.id,
            name=report.package.dataset.name,
            at=report.at.isoformat(timespec="seconds"),
            score=found.score,
            grade=found.grade,
            measured=found.measured,
            dimensions=[DimensionView.of(each) for each in found.dimensions],
            stars=marks.count(report.stars),
            star_marks=[MarkView.of(each) for each in report.stars],
            high_value=[MarkView.of(each) for each in report.high_value],
        )


class KeptGrade(Outgoing):
    """A grade as it was."""

    dataset: str
    name: str
    title: str
    day: str
    score: int
    grade: str | None
    stars: int
    points: dict[str, list[float]] = Field(description="By dimension: given and measured")

    @classmethod
    def of(cls, kept: Kept) -> KeptGrade:
        """The view of one."""
        return cls(
            dataset=kept.dataset,
            name=kept.name,
            title=kept.title,
            day=kept.day,
            score=kept.score,
            grade=kept.grade or None,
            stars=kept.stars,
            points={name: list(pair) for name, pair in kept.points.items()},
        )


class QualityListing(Incoming):
    """Which page."""

    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)


class QualityHistory(Outgoing):
    """The grades of a dataset on the days on which they changed, the latest first."""

    dataset: str
    items: list[KeptGrade]
    next: str | None


class OrganizationQuality(Outgoing):
    """How an organisation's public datasets stand."""

    organization: str
    title: str
    counted: int = Field(description="Datasets that the figures are made of")
    whole: bool = Field(description="False where there are more: then the figures are of the worst ones")
    average: float | None
    grades: dict[str, int] = Field(description="How many have each grade; `none` where too little could be measured")
    items: list[KeptGrade] = Field(description="The worst first")
    next: str | None

    @classmethod
    def of(cls, found: Overview) -> OrganizationQuality:
        """The view of one."""
        return cls(
            organization=found.organization.name,
            title=found.organization.title,
            counted=found.counted,
            whole=found.whole,
            average=found.average,
            grades={grade or "none": count for grade, count in sorted(found.grades.items())},
            items=[KeptGrade.of(each) for each in found.worst],
            next=found.next,
        )
