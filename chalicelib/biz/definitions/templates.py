"""Templates that an agency writes into a definition: a small, harmless part of Jinja2.

A template is data from outside, so it may hold only text, `{{ name }}`, `{{ answers.field.of.the.form }}` and, over
those, `{% if %}`. No loops, calls, filters, includes or arithmetic: its size bounds what it costs and how long it gets.
It runs in the sandbox all the same, values are escaped, and of the markup only the plainest survives (`nh3`).
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers

from .problems import Problem

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

NAMES = frozenset({"agency", "service", "case", "applicant", "date", "reasons", "fee"})
"""What a letter may speak of beside `answers`; `reasons` is empty in an approval, `fee` where none is due."""
MAX_PLACES = 30
MAX_VALUE = 2000
"""Characters of one value; longer ones are cut."""
_TAGS = {"p", "br", "strong", "em", "h2", "h3", "ul", "ol", "li", "blockquote", "table", "tbody", "tr", "th", "td"}


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # an answer that was not given is simply not printed: a decision must not fail over a letter
    made = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=ChainableUndefined, finalize=lambda value: str(value)[:MAX_VALUE]
    )
    made.globals.clear()
    return made


def problems(source: str, where: str, fields: Collection[str]) -> Iterator[Problem]:
    """Everything that a template may not hold.

    Args:
        source: the template.
        where: JSON Pointer of it within the definition.
        fields: pointers of the form's fields.
    """
    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = _environment().parse(source)
    except (TemplateSyntaxError, RecursionError):
        yield Problem(where, "is no template: see that every '{{' and '{%' is closed")
        return
    allowed = (
        nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.If, nodes.Not, nodes.And,
        nodes.Or, nodes.Compare, nodes.Operand,
    )  # fmt: skip
    places = 0
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, allowed):
            yield Problem(where, "may hold only text, {{ names }} and {% if %}")
            return
        places += isinstance(node, nodes.Name)
    if places > MAX_PLACES:
        yield Problem(where, f"names more than {MAX_PLACES} values")
    for name in sorted(set(_named(tree)) - {f"answers{pointer}" for pointer in fields} - NAMES):
        yield Problem(where, f"'{name}' is no value of a letter; use {', '.join(sorted(NAMES))} or a field of the form")


def _named(tree: Any) -> Iterator[str]:
    """What a template asks for: a plain name, or `answers` and the pointer of a field."""
    from jinja2 import nodes

    inner = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    for node in tree.find_all((nodes.Name, nodes.Getattr)):
        if id(node) in inner:
            continue
        path: list[str | int] = []
        while isinstance(node, nodes.Getattr):
            path.insert(0, node.attr)
            node = node.node
        name = getattr(node, "name", "")
        yield name + pointers.join(path) if path else name


def render(source: str, values: Mapping[str, Any]) -> str:
    """The text of a template without problems, as HTML that can do no harm."""
    import nh3

    written = _environment().from_string(source).render(values)
    return nh3.clean(written, tags=_TAGS, attributes={})
