"""What goes in and out of `/opendata/v1/jobs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from .model import Job


class NewJob(Incoming):
    """What is to be done."""

    kind: str = Field(min_length=1, max_length=40, description="E.g. `sql`")
    given: dict[str, Any] = Field(description="What the kind of job asks for; of `sql`: sql, format, as_of")


class JobResultView(Outgoing):
    """What a job made."""

    url: str = Field(description="Short-lived, to be used at once; ask again for a new one")
    download: str = Field(description="Lasts as long as the job: redirects to such an address")
    file_name: str
    media_type: str
    facts: Mapping[str, Any] = Field(description="Rows, bytes, which versions were read, as its kind tells it")


class JobProblemView(Outgoing):
    """Why a job failed."""

    code: str
    message_th: str
    message_en: str


class JobView(Outgoing):
    """A job as whoever asked for it sees it."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed"]
    asked_at: str
    started_at: str | None
    ended_at: str | None
    result: JobResultView | None
    problem: JobProblemView | None

    @classmethod
    def of(cls, job: Job, site: str, url: str | None) -> JobView:
        """The view; `url` is the address of the result where there is one."""
        result = None
        if job.result is not None and url is not None:
            result = JobResultView(
                url=url,
                download=f"{site}/opendata/v1/jobs/{job.id}/result",
                file_name=job.result.file_name,
                media_type=job.result.media_type,
                facts=job.result.facts,
            )
        problem = None
        if job.problem is not None:
            problem = JobProblemView(code=job.problem.slug, message_th=job.problem.th, message_en=job.problem.en)
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            asked_at=job.asked,
            started_at=job.started or None,
            ended_at=job.ended or None,
            result=result,
            problem=problem,
        )
