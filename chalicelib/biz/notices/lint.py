"""What the words of a notice must hold to before anybody is sent them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.shared.thai import Language, Text

from . import sms
from .model import CHANNELS, Channel
from .templates import Template, filled, sandbox

ALLOWED: dict[Channel, frozenset[str]] = {
    "app": frozenset({"service", "words", "reference", "agency"}),
    "email": frozenset({"service", "words", "reference", "agency", "portal", "code"}),
    # an SMS lies open on a locked screen: what it is about and what to do, nothing of the person
    "sms": frozenset({"service", "reference", "portal", "code"}),
}
SERVICE_IN_SMS = 40
"""A longer name is cut in an SMS."""
LONGEST = {"service": SERVICE_IN_SMS, "reference": 32, "portal": 60, "code": 6}
"""The longest that a value may be in an SMS, for the count of its segments."""
MOST_SEGMENTS = 4
_LANGUAGES: tuple[Language, ...] = ("th", "en")
_THAI = re.compile(r"[\u0e01-\u0e5b]")
_LINK = re.compile(r"https?:|www\.|://", re.IGNORECASE)


def problems(template: Template) -> list[str]:
    """Everything wrong with a template, one line each; nothing for one that may be used."""
    found = [] if any(template.texts(channel) for channel in CHANNELS) else [f"{_name(template)}: has no words at all"]
    for channel in CHANNELS:
        for part, text in template.texts(channel).items():
            place = f"{_name(template)} {channel}/{part}"
            found += [f"{place}: {problem}" for problem in _of_text(channel, part, text)]
    if template.sms is not None and not found:
        found += [f"{_name(template)} sms: {problem}" for problem in _of_sms(template.sms)]
    return found


def _of_text(channel: Channel, part: str, text: Text) -> Iterator[str]:
    used = {}
    for language in _LANGUAGES:
        words = text.pick(language)
        thai = _THAI.search(words) is not None
        # what is nothing but values is the same in both languages
        if thai if language == "en" else not thai and _words_of_its_own(words):
            yield f"{language}: is not in that language"
        if _LINK.search(words):
            yield f"{language}: names an address of its own; only the portal's may be named"
        if part == "subject" and "\n" in words:
            yield f"{language}: a subject is one line"
        names, wrong = _values(words)
        yield from (f"{language}: {problem}" for problem in wrong)
        yield from (f"{language}: {name} is not known here" for name in sorted(names - ALLOWED[channel]))
        used[language] = names
    if used["th"] != used["en"]:
        yield f"the two languages show different values: {', '.join(sorted(used['th'] ^ used['en']))}"


def _words_of_its_own(words: str) -> bool:
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\W|[0-9]", "", words) != ""


def _values(words: str) -> tuple[set[str], list[str]]:
    """The values that a text shows, and what it does besides, which is not allowed."""
    from jinja2 import TemplateSyntaxError, meta, nodes

    try:
        parsed = sandbox().parse(words)
    except TemplateSyntaxError as error:
        return set(), [f"cannot be read: line {error.lineno}"]
    wrong = []
    for node in parsed.find_all(nodes.Node):
        plain = isinstance(node, nodes.Output | nodes.TemplateData | nodes.Name)
        if not plain and not (isinstance(node, nodes.If) and isinstance(node.test, nodes.Name)):
            wrong.append(f"{type(node).__name__.lower()} is more than showing a value")
    return meta.find_undeclared_variables(parsed), wrong


def _of_sms(text: Text) -> Iterator[str]:
    for language in _LANGUAGES:
        names, _ = _values(text.pick(language))
        if "code" not in names:
            yield from (
                f"{language}: must name {name}" for name in ("service", "reference", "portal") if name not in names
            )
        # a Thai letter for every letter of a value: the widest that it can be
        longest = filled(text, language, {name: "ก" * length for name, length in LONGEST.items()})
        taken = sms.size(longest).segments
        if taken > MOST_SEGMENTS:
            yield f"{language}: may take {taken} messages; {MOST_SEGMENTS} at most"


def _name(template: Template) -> str:
    return f"{template.id}.{template.version}"
