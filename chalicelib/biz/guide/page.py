"""The guide as a page: a form that needs no script, and the answer below it. Its state is its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.shared.errors import Fault
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Reply

from ..manual.content import MODES
from ..pages.sheet import Sheet
from ..pages.wording import WORDS
from . import answers as reading
from .rules import Asked
from .service import PATH
from .views import Guided, QuestionLine
from .vocabulary import OWNER_KIND


def page(
    said: Guided,
    asked: Mapping[str, Asked],
    given: Mapping[str, Any],
    faults: Mapping[str, Fault],
    sheet: Sheet,
    *,
    unknown: bool,
) -> Reply:
    """The page.

    Args:
        said: what can be said by the answers.
        asked: all questions.
        given: the answers that were taken.
        faults: of those that were not, by question.
        sheet: the page in the making.
        unknown: whether the address holds answers to no question of today.
    """
    kept = [(name, reading.to_address(asked[name].question, value)) for name, value in given.items()]
    lines = [line for group in said.questions for line in group.questions]
    return sheet.reply(
        "guide.html",
        WORDS["guide"],
        status=422 if faults else 200,
        said=said,
        path=PATH,
        kept=[*kept, *([("lang", sheet.named)] if sheet.named else [])],
        without=lambda question: sheet.link(PATH, [pair for pair in kept if pair[0] != question]),
        errors={name: Text(th=fault.th, en=fault.en) for name, fault in faults.items()},
        shown={line.question for line in lines},
        unknown=unknown,
        deciding=any(line.decides for line in lines),
        options=_options,
        names={service.service: service.name for service in said.needed},
        texts={name: one.question.text for name, one in asked.items()},
        applicant=given.get(OWNER_KIND),
        modes=MODES,
    )


def _options(line: QuestionLine) -> Iterator[tuple[str, Text]]:
    """What can be chosen, with what it is called."""
    if line.kind == "yes_no":
        yield "yes", reading.YES
        yield "no", reading.NO
    yield from ((choice.value, choice.label) for choice in line.choices)
    if line.kind == "choices":
        yield reading.NONE, reading.NONE_OF_THEM
