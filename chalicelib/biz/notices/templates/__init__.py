"""The words of notices: `{event}.{version}.json` in this directory, one file for each version of each kind.

A notice names the version it was written with, so a version that was ever used stays and a change is a new file. Both
languages of every text are mandatory. Words are Jinja2 in a sandbox, plain text, and lint (`lint.py`) holds them to
single values and `{% if value %}`: a template can show what it is given and nothing else.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.thai import Language, Text

from ..model import Channel

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SHIPPED = Path(__file__).parent
_FILE = re.compile(r"([a-z][a-z_]{1,30})\.([1-9][0-9]{0,3})\.json")


class Part(BaseModel):
    """Base: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Letter(Part):
    """A subject and a body."""

    subject: Text
    body: Text


class Template(Part):
    """The words of one kind of notice, for each channel."""

    id: str
    version: int
    legal: bool = Field(description="Whether it has legal effect: then it comes to the inbox whatever was chosen")
    urgent: bool = Field(description="Whether a term hangs on it: then an SMS may come at night")
    app: Letter | None = None
    email: Letter | None = None
    sms: Text | None = None

    def texts(self, channel: Channel) -> dict[str, Text]:
        """The texts of a channel by name; empty where the kind does not go that way."""
        match channel:
            case "sms":
                return {} if self.sms is None else {"body": self.sms}
            case "email" | "app":
                letter = self.email if channel == "email" else self.app
                return {} if letter is None else {"subject": letter.subject, "body": letter.body}


class BadTemplates(Exception):
    """The words may not be used; `problems` says why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Templates:
    """The words by kind and version."""

    def __init__(self, templates: list[Template]) -> None:
        self._by_id: dict[str, dict[int, Template]] = {}
        for template in templates:
            self._by_id.setdefault(template.id, {})[template.version] = template

    @classmethod
    def read(cls, directory: Path = SHIPPED) -> Templates:
        """All files of a directory, linted.

        Raises:
            BadTemplates: with every problem found.
        """
        from ..lint import problems

        found, wrong = list[Template](), list[str]()
        for path in sorted(directory.glob("*.json")):
            named = _FILE.fullmatch(path.name)
            template = Template.model_validate_json(path.read_bytes())
            if named is None or (named[1], int(named[2])) != (template.id, template.version):
                wrong.append(f"{path.name}: must be called {template.id}.{template.version}.json")
            wrong += problems(template)
            found.append(template)
        if wrong:
            raise BadTemplates(wrong)
        return cls(found)

    def current(self, id: str) -> Template:
        """The newest words of a kind; those of `step` where a kind has none of its own."""
        versions = self._by_id.get(id) or self._by_id["step"]
        return versions[max(versions)]

    def version(self, id: str, version: int) -> Template | None:
        """The words as they were in a version."""
        return self._by_id.get(id, {}).get(version)

    def all(self) -> list[Template]:
        """Every version of every kind."""
        return [template for versions in self._by_id.values() for template in versions.values()]


@functools.cache
def shipped() -> Templates:
    """The words of this directory, read once in a process."""
    return Templates.read()


@functools.cache
def sandbox() -> SandboxedEnvironment:
    """Where words are filled in: no code, no attribute of a value, an unknown value is an error."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # plain text for e-mail, SMS and the inbox, which shows it as text: there is no markup to escape
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def filled(text: Text, language: Language, values: Mapping[str, str]) -> str:
    """A text of a template with its values."""
    return sandbox().from_string(text.pick(language)).render(values)
