"""Decision letters: written once from a template when a case is decided, and frozen with it.

The frame is the platform's: who, to whom, when, and for a refusal always the reasons and how to appeal (LFA 2558 s.7,
Administrative Procedure Act s.37 and s.40; section numbers unverified). What stands between is the definition's own
template, or the default here.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.workdays import thai_date

from ..cases.rules import Book
from ..definitions import templates
from ..definitions.parts import LetterKind
from ..model import Case
from ..noun import Noun, Procedure

if TYPE_CHECKING:
    from jinja2 import Template

LANGUAGES: tuple[Language, ...] = ("th", "en")
_FRAME = Path(__file__).parent / "templates" / "letter.html"
_DEFAULTS: dict[LetterKind, Text] = {
    "approval": Text(
        th="<p>ตามที่ท่านได้ยื่นคำขอ “{{ service }}” เลขที่ {{ case }} ไว้นั้น {{ agency }}พิจารณาแล้ว อนุญาตตามคำขอ</p>"
        "{% if fee %}<p>โปรดชำระค่าธรรมเนียม {{ fee }} บาท แล้วท่านจะได้รับใบอนุญาตอิเล็กทรอนิกส์</p>{% endif %}",
        en="<p>{{ agency }} has considered your application '{{ service }}', no. {{ case }}, and approves it.</p>"
        "{% if fee %}<p>Please pay the fee of {{ fee }} baht; the electronic licence follows.</p>{% endif %}",
    ),
    "refusal": Text(
        th="<p>ตามที่ท่านได้ยื่นคำขอ “{{ service }}” เลขที่ {{ case }} ไว้นั้น {{ agency }}พิจารณาแล้ว ไม่อนุญาตตามคำขอ</p>",
        en="<p>{{ agency }} has considered your application '{{ service }}', no. {{ case }}, and refuses it.</p>",
    ),
}
_PROCEDURES: dict[Procedure, Text] = {
    "renew": Text(th="ให้ต่ออายุใบอนุญาตเลขที่ {{ licence }}", en="the renewal of licence {{ licence }}"),
    "amend": Text(
        th="ให้แก้ไขเปลี่ยนแปลงใบอนุญาตเลขที่ {{ licence }} ตามคำขอ",
        en="the changes of licence {{ licence }} that you asked for",
    ),
    "cancel": Text(th="ให้ยกเลิกใบอนุญาตเลขที่ {{ licence }} ตามคำขอ", en="the cancellation of licence {{ licence }}"),
    "replace": Text(th="ให้ออกใบแทนใบอนุญาตเลขที่ {{ licence }}", en="a new copy of licence {{ licence }}"),
}
_AFTERWARDS = Text(th="ท่านจะได้รับใบอนุญาตฉบับใหม่ทางอิเล็กทรอนิกส์", en="the new electronic licence follows")
_AND_THEN: dict[Procedure, Text] = {
    "cancel": Text(th="ใบอนุญาตจะสิ้นผล", en="the licence ends when that is paid"),
}

_APPROVED = Text(
    th="<p>ตามที่ท่านได้ยื่นคำขอ “{{ service }}” เลขที่ {{ case }} ไว้นั้น {{ agency }}พิจารณาแล้ว อนุญาตWHAT</p>"
    "{% if fee %}<p>โปรดชำระค่าธรรมเนียม {{ fee }} บาท แล้วTHEN</p>{% endif %}",
    en="<p>{{ agency }} has considered your application '{{ service }}', no. {{ case }}, and approves WHAT.</p>"
    "{% if fee %}<p>Please pay the fee of {{ fee }} baht; THEN.</p>{% endif %}",
)
_REFUSED = Text(
    th="<p>ตามที่ท่านได้ยื่นคำขอ “{{ service }}” เลขที่ {{ case }} ไว้นั้น {{ agency }}พิจารณาแล้ว ไม่อนุญาตWHAT "
    "ใบอนุญาตฉบับดังกล่าวยังคงเดิม</p>",
    en="<p>{{ agency }} has considered your application '{{ service }}', no. {{ case }}, and refuses WHAT. "
    "That licence stays as it is.</p>",
)


def default(kind: LetterKind, procedure: Procedure, language: Language) -> str:
    """The words of a decision for which the definition has none of its own."""
    if procedure == "new":
        return _DEFAULTS[kind].pick(language)
    what, then = _PROCEDURES[procedure].pick(language), _AND_THEN.get(procedure, _AFTERWARDS).pick(language)
    frame = (_REFUSED if kind == "refusal" else _APPROVED).pick(language)
    return frame.replace("WHAT", what).replace("THEN", then)


_TITLES: dict[LetterKind, Text] = {
    "approval": Text(th="หนังสือแจ้งผลการพิจารณา: อนุญาต", en="Decision: approved"),
    "refusal": Text(th="หนังสือแจ้งผลการพิจารณา: ไม่อนุญาต", en="Decision: refused"),
}


class DecisionLetter(Noun):
    """A letter in one language, as it was written on the day of the decision."""

    id: str = Field(description="The same for both languages")
    kind: LetterKind
    language: Literal["th", "en"]
    at: dt.datetime
    sha256: str
    html: str


def written(
    case: Case, book: Book, kind: LetterKind, id: str, now: dt.datetime
) -> tuple[DecisionLetter, DecisionLetter]:
    """The letter of a decision, in Thai and in English."""
    thai, english = (_written(case, book, kind, id, now, language) for language in LANGUAGES)
    return thai, english


def _written(case: Case, book: Book, kind: LetterKind, id: str, now: dt.datetime, language: Language) -> DecisionLetter:
    definition = book.definition
    own = definition.letters.get(kind)
    source = default(kind, case.procedure, language) if own is None else own.pick(language)
    decision = case.decision if kind == "refusal" else None
    values: dict[str, Any] = {
        "agency": definition.agency_name.pick(language),
        "service": definition.name.pick(language),
        "case": case.id,
        "licence": "" if case.base is None else case.base.licence,
        "applicant": case.applicant_name,
        "date": format_date(thai_date(now), language),
        "reasons": "" if decision is None else decision.reasons.pick(language),
        "fee": case.quote.total_baht if case.quote is not None and case.quote.total_satang else "",
        "answers": case.answers,
    }
    html = _frame().render(
        **{name: value for name, value in values.items() if name not in ("answers", "licence")},
        language=language,
        title=_TITLES[kind].pick(language),
        body=_safe(templates.render(source, values)),
        appeal="" if decision is None else decision.appeal.pick(language),
        law=book.law.name.pick(language),
    )
    digest = hashlib.sha256(html.encode()).hexdigest()
    return DecisionLetter(id=id, kind=kind, language=language, at=now, sha256=digest, html=html)


@functools.cache
def _frame() -> Template:
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string(_FRAME.read_text(encoding="utf-8"))


def _safe(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - cleaned by templates.render


def policy(html: str) -> str:
    """The Content-Security-Policy of a letter: its one style and nothing else."""
    style = re.search("<style>(.*?)</style>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
