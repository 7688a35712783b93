"""What goes in and out of the mini-apps' routes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from . import rules
from .grants import Launch, Seen
from .model import FACTS, Fact, MiniApp, Registration, Wanted


class WantedFact(Incoming):
    """A fact that a mini-app asks for."""

    name: Fact
    purpose: Text = Field(description="What for, as the person will read it")


class DescribeMiniApp(Incoming):
    """A mini-app as its agency describes it."""

    name: Text
    about: Text = Field(description="What one can do with it, in plain words")
    category: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="E.g. family, health, tax, transport")
    start_url: str = Field(min_length=9, max_length=1_000, description="Where it opens (https)")
    origin: str = Field(min_length=9, max_length=200, description="Its origin (https, no path)")
    wants: tuple[WantedFact, ...] = Field(max_length=len(FACTS))

    def app(self) -> MiniApp:
        """As it is kept."""
        return MiniApp.model_validate(self.model_dump())


class StopMiniApp(Incoming):
    """Why a mini-app is taken out, as people will read it."""

    reason: Text


class MiniAppVersion(Outgoing):
    """What a change of the register comes to."""

    id: str
    state: Literal["waiting", "live", "stopped"]
    waiting: bool = Field(description="Whether a description waits for approval")
    version: int


class RegisteredMiniApp(Outgoing):
    """A mini-app as its system and operators see it."""

    id: str
    system: str
    state: Literal["waiting", "live", "stopped"]
    live: MiniApp | None = Field(description="What people use")
    waiting: MiniApp | None = Field(description="What waits for approval")
    stopped: Text | None

    @classmethod
    def of(cls, there: Registration) -> RegisteredMiniApp:
        """The view of a registration."""
        state: Literal["waiting", "live", "stopped"] = "live" if there.live is not None else "waiting"
        return cls(
            id=there.id,
            system=there.system,
            state="stopped" if there.stopped is not None else state,
            live=there.live,
            waiting=there.waiting,
            stopped=there.stopped,
        )


class RegisteredMiniApps(Outgoing):
    """Some registrations."""

    items: list[RegisteredMiniApp]


class AskedFact(Outgoing):
    """A fact that a mini-app asks for, and whether the person grants it."""

    name: Fact
    purpose: Text
    granted: bool = Field(description="False until the person says otherwise")

    @classmethod
    def of(cls, wanted: Wanted, granted: bool) -> AskedFact:
        """The view of one."""
        return cls(name=wanted.name, purpose=wanted.purpose, granted=granted)


class MiniAppForMe(Outgoing):
    """A mini-app as a person sees it."""

    id: str
    name: Text
    about: Text
    agency: str
    origin: str
    open: bool = Field(description="False when it was stopped")
    stopped: Text | None
    state: Literal["never", "granted", "withdrawn"]
    asks: list[AskedFact] = Field(description="What it asks for now; `userId`, its own name for me, it always gets")
    given_at: str | None
    withdrawn_at: str | None

    @classmethod
    def of(cls, seen: Seen) -> MiniAppForMe:
        """The view of a mini-app for one person."""
        there, grant = seen.registration, seen.grant
        shown = seen.app or there.live
        if shown is None:
            raise AssertionError("nobody can have seen what was never live")
        facts = set(rules.standing(shown, grant))
        return cls(
            id=there.id,
            name=shown.name,
            about=shown.about,
            agency=there.agency,
            origin=shown.origin,
            open=seen.app is not None,
            stopped=there.stopped,
            state="never" if grant is None else "granted" if grant.stands else "withdrawn",
            asks=[AskedFact.of(each, each.name in facts) for each in shown.wants],
            given_at=None if grant is None else grant.given_at,
            withdrawn_at=None if grant is None else grant.withdrawn_at,
        )


class MyMiniApps(Outgoing):
    """The mini-apps that a person ever let know something."""

    items: list[MiniAppForMe]


class GrantFacts(Incoming):
    """What a mini-app may know from now on: these and no others."""

    facts: tuple[Fact, ...] = Field(max_length=len(FACTS), description="Of those it asks for; may be empty")


class Launched(Outgoing):
    """A mini-app opened, or the choice that comes before."""

    ready: bool = Field(description="False: grant something first (even nothing) with PUT .../grant, then launch again")
    url: str | None = Field(description="Opens the mini-app once", repr=False)
    expires: str | None = Field(description="Until when (ISO 8601, UTC)")
    app: MiniAppForMe

    @classmethod
    def of(cls, launch: Launch) -> Launched:
        """The view of a launch."""
        ends = None if launch.ends is None else launch.ends.isoformat(timespec="seconds")
        return cls(ready=launch.url is not None, url=launch.url, expires=ends, app=MiniAppForMe.of(launch.seen))
