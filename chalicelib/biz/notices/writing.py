"""A notice in words, for one channel and language, and the row that proves them. Pure."""

from __future__ import annotations

import hashlib

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Language

from . import sms
from .lint import SERVICE_IN_SMS
from .model import Channel, Notice, Proof, Step
from .templates import Template, filled

LANGUAGES: tuple[Language, ...] = ("th", "en")


@dataclass(frozen=True)
class Words:
    """What is said on one way."""

    subject: str
    body: str

    @property
    def print(self) -> str:
        """SHA-256, for the proof."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()


def words_of(
    notice: Notice, template: Template, portal: str, channel: Channel, language: Language, code: str = ""
) -> Words:
    """What a notice says there."""
    service = " ".join(notice.subject.pick(language).split())
    values = {
        "service": _cut(service, SERVICE_IN_SMS) if channel == "sms" else service,
        "words": notice.words.pick(language),
        "reference": notice.reference,
        "agency": notice.agency_name.pick(language),
        "portal": portal,
        "code": code,
    }
    texts = {name: filled(text, language, values) for name, text in template.texts(channel).items()}
    return Words(texts.get("subject", ""), texts["body"])


def proof_of(
    notice: Notice,
    template: Template,
    channel: Channel,
    language: Language,
    words: Words,
    address: str | None,
    step: Step,
) -> Proof:
    """The proof of one way, with its first step."""
    return Proof(
        about=notice.about,
        event=notice.event,
        template=notice.template,
        channel=channel,
        template_version=template.version,
        language=language,
        legal=template.legal,
        owner=notice.owner,
        agency=notice.agency,
        reference=notice.reference,
        subject=notice.subject,
        content=words.print,
        address=address,
        segments=sms.size(words.body).segments if channel == "sms" else None,
        steps=(step,),
    )


def tags_of(proof: Proof) -> dict[str, str]:
    """What SES gives back with each word about this e-mail: the key of the proof."""
    return {"about": proof.about, "event": proof.event, "template": proof.template}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
