"""An application: its owner and several officers move it at the same time, and it comes to one end, once."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.biz.life.model import INTAKE
from tests.biz.town import ANONG, BUNDIT, MALEE, SOMCHAI

from ..flow import Command, Parts, Violation
from ..stage import Stage
from .biz import WHY, BizFlow, Process, Seeded

OWNERS = {"draft": SOMCHAI, "checking": MALEE, "deciding": MALEE}
MOVES = {
    "draft": ("patch", "submit", "submit", "withdraw", "accept", "claim", "return"),
    "checking": ("claim", "release", "return", "submit", "accept", "accept", "withdraw", "inspect", "patch"),
    "deciding": ("approve", "approve", "refuse", "withdraw", "claim", "bill", "explain"),
}
"""What people try with each application, fitting or not."""


class Case(BizFlow):
    """Two applicants with three applications between them, and three officers."""

    name = "case"
    wanted = ("draft", "checking", "deciding")

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.seen: dict[str, int] = dict(stage.seeded.version)

    def draw(self, random: Random) -> Command[Process]:
        seeded: Seeded = self.stage.seeded
        which = random.choice(sorted(seeded.cases))
        case, what, number = seeded.cases[which], random.choice(MOVES[which]), random.randint(1, 3)
        if random.random() < 0.12:
            return Command(f"look at {which}", lambda process: self._looks(process, which))
        if what == "patch":
            return self._patches(which, number)
        owner = what in ("submit", "withdraw", "bill")
        who = OWNERS[which] if owner else random.choice((ANONG, BUNDIT, INTAKE))
        method, path, body = request(what)
        key = f"{which}-{what}-{who[-3:]}-{number}"
        return self.asks(key, who, what, case, method=method, path=f"/applications/{case}{path}", json=body)

    def _looks(self, process: Process, which: str) -> None:
        """The owner reads, to act upon it later."""
        case = self.stage.seeded.cases[which]
        answer = self.call(process, who=OWNERS[which], method="GET", path=f"/applications/{case}")
        self.seen[case] = int(answer.headers["etag"].strip('"v'))

    def _patches(self, which: str, number: int) -> Command[Process]:
        """The owner changes the answers upon the version that they saw last."""
        case = self.stage.seeded.cases[which]

        def act(process: Process) -> None:
            version = self.seen[case]
            key = f"{which}-patch-{number}-{version}"
            command = self.asks(
                key,
                OWNERS[which],
                "patch",
                case,
                method="PATCH",
                path=f"/applications/{case}/answers",
                json={"width": 200 + number},
                headers={"If-Match": f'"v{version}"'},
            )
            command.run(process)
            answer = self.asked[key].answer
            if answer is not None and int(answer["version"]) != version + 1:
                self.noticed.append(Violation("STALE", f"version {version} was taken for the last"))

        return Command(f"patch {which} {number}", act)


def request(what: str) -> tuple[str, str, Any]:
    """Method, end of the path and body of a command."""
    match what:
        case "submit" | "withdraw" | "claim":
            return "POST", f"/{what}", None
        case "release":
            return "DELETE", "/claim", None
        case "bill":
            return "POST", "/payments", None
        case "return":
            return "POST", "/deficiencies", {"items": [{"pointer": "/words", **WHY}]}
        case "inspect":
            return "POST", "/inspections", {"findings": [{"code": "stands", "passed": True}]}
        case "explain":
            return "POST", "/letters", {"reasons": WHY}
        case "refuse":
            return "POST", "/actions/refuse", {"reasons": WHY}
    return "POST", f"/actions/{what}", {}
