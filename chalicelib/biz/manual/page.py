"""The manual as a web page: plain HTML, readable without script or style, by people and by screen readers.

Written with `html.escape` on every text rather than by a template engine: one page does not pay for a dependency.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from chalicelib.shared.thai import Language, Text, format_date

from .content import Manual, Statement

_HEADINGS = {
    "agency": Text(th="หน่วยงานที่ให้บริการ", en="Agency"),
    "legal_basis": Text(th="กฎหมายที่เกี่ยวข้อง", en="Legal basis"),
    "criteria": Text(th="หลักเกณฑ์และเงื่อนไข", en="Rules and conditions"),
    "channels": Text(th="ช่องทางการให้บริการ", en="Where to apply"),
    "steps": Text(th="ขั้นตอน", en="Steps"),
    "time": Text(th="ระยะเวลาดำเนินการ", en="Time"),
    "documents": Text(th="รายการเอกสาร", en="Documents"),
    "fetched": Text(th="ข้อมูลที่ระบบดึงให้ ไม่ต้องกรอกเอง", en="Filled in by the state"),
    "computed": Text(th="ข้อมูลที่ระบบคำนวณให้ ไม่ต้องกรอกเอง", en="Worked out from your answers"),
    "fees": Text(th="ค่าธรรมเนียม", en="Fees"),
    "validity": Text(th="อายุใบอนุญาต", en="Validity"),
    "facts": Text(th="ข้อควรทราบ", en="Good to know"),
    "appeal": Text(th="การอุทธรณ์", en="Appeal"),
}
_UNVERIFIED = Text(th="ยังไม่ได้ตรวจสอบกับต้นฉบับ", en="not verified yet")
_SOURCE = Text(th="ที่มา", en="source")
_SOMETIMES = Text(th="เฉพาะบางกรณี", en="in some cases only")
_SINCE = Text(th="ตั้งแต่", en="since")
_MANUAL = Text(th="คู่มือสำหรับประชาชน", en="Public manual")
_VERSION = Text(th="ฉบับที่", en="Version")
_STYLE = """body{font:1.05rem/1.7 "Sarabun","Noto Sans Thai","Leelawadee UI",Tahoma,sans-serif;max-width:46rem;
margin:2rem auto;padding:0 1rem;color:#1b2733}h1{line-height:1.35}h2{font-size:1.15rem;margin-top:2rem;
border-bottom:1px solid #c5cfd8}.un{background:#fff3cd;border-radius:.3rem;padding:0 .4rem}
small{color:#5a6773}li{margin:.35rem 0}"""


def page(manual: Manual, language: Language) -> str:
    """The whole page in one language."""
    return _Page(manual, language).html()


class _Page:
    def __init__(self, manual: Manual, language: Language) -> None:
        self._manual = manual
        self._language: Language = language

    def html(self) -> str:
        manual = self._manual
        sections = [
            ("agency", [self._p(manual.agency)]),
            ("legal_basis", [self._list(map(self._statement, manual.legal_basis))]),
            ("criteria", [self._list(map(self._statement, manual.criteria))]),
            ("channels", [self._list(map(self._statement, manual.channels))]),
            ("steps", [self._steps(), f"<p>{self._word(manual.law)}</p>"]),
            ("time", [f"<p>{self._statement(manual.time)}</p>"]),
            ("documents", [self._list(self._documents())]),
            ("fetched", [self._list(map(self._word, manual.fetched))]),
            ("computed", [self._list(map(self._word, manual.computed))]),
            ("fees", [self._list(self._rates())]),
            ("validity", [f"<p>{self._statement(manual.validity)}</p>"]),
            ("facts", [self._list(map(self._statement, manual.facts))]),
            ("appeal", [f"<p>{self._statement(manual.appeal)}</p>"]),
        ]
        title = self._word(manual.name)
        body = "\n".join(self._section(name, parts) for name, parts in sections if any(parts))
        return (
            f'<!doctype html>\n<html lang="{self._language}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
            f"<style>{_STYLE}</style></head><body><main><p>{self._word(_MANUAL)}</p><h1>{title}</h1>"
            f"<p>{self._word(manual.summary)}</p>\n{body}\n"
            f"<p><small>{self._word(_VERSION)} {manual.version}</small></p></main></body></html>\n"
        )

    def _section(self, name: str, parts: list[str]) -> str:
        heading = f'<h2 id="{name}">{self._word(_HEADINGS[name])}</h2>'
        return f'<section aria-labelledby="{name}">{heading}{"".join(parts)}</section>'

    def _word(self, text: Text) -> str:
        return escape(text.pick(self._language))

    def _p(self, text: Text) -> str:
        return f"<p>{self._word(text)}</p>"

    def _statement(self, said: Statement) -> str:
        return f"{self._word(said.text)}{self._origin(said)}"

    def _origin(self, said: Statement) -> str:
        mark = "" if said.verified else f' <span class="un">{self._word(_UNVERIFIED)}</span>'
        return f"{mark} <small>({self._word(_SOURCE)}: {escape(said.source)})</small>"

    def _list(self, items: Iterable[str]) -> str:
        lines = "".join(f"<li>{item}</li>" for item in items)
        return f"<ul>{lines}</ul>" if lines else ""

    def _steps(self) -> str:
        lines = (
            f"<li>{self._word(step.name)} <small>({', '.join(map(self._word, step.by))})</small></li>"
            for step in self._manual.steps
        )
        return f"<ol>{''.join(lines)}</ol>"

    def _documents(self) -> Iterable[str]:
        for line in self._manual.documents:
            sometimes = f" ({self._word(_SOMETIMES)})" if line.conditional else ""
            yield f"{self._word(line.text)}{sometimes}: {self._word(line.how)}{self._origin(line)}"

    def _rates(self) -> Iterable[str]:
        for rate in self._manual.rates:
            since = f"{self._word(_SINCE)} {format_date(rate.since, self._language)}"
            amount = Text(th=f"ร้อยละ {rate.baht}", en=f"{rate.baht} per cent") if rate.percent else _baht(rate.baht)
            yield f"{self._word(rate.text)} {self._word(amount)}, {since}{self._origin(rate)}"
        if not self._manual.rates:
            yield from map(self._word, self._manual.fees)


def _baht(amount: str) -> Text:
    return Text(th=f"{amount} บาท", en=f"{amount} baht")
