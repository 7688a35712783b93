"""One notice by all its ways, each at most once.

A way is claimed before anything is sent: its proof is created in the state `queued`, together with the count of the
day. What happens then is written into it. A crash in between leaves `queued`; the next consumer sees it, waits until
nobody can have it in hand any more, and writes `unclear`: an SMS or e-mail whose fate is unknown is NOT sent again,
for neither SES nor SNS would know the repeat. The inbox knows repeats by the letter's id, so there delivery is
repeated until it is proven. E-mail heals: SES tells with our own tags what it took, and `unclear` becomes `sent`.

What the provider surely did not take (throttled, a quota) is tried again by the queue; after five tries the message is
in the dead-letter queue of biz-events, with its alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.shared.contacts import Contact
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import NotYet
from chalicelib.shared.messengers import Mail, NotTaken, Outside, Unclear, Undeliverable
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Change, Item, WriteRefused
from chalicelib.shared.storage import key_of as changed_key
from chalicelib.shared.thai import Language, Text

from ..ports import Letter, Mailbox
from . import rules
from .model import CHANNELS, Channel, Notice, Preferences, Proof, Status, Step
from .store import NoticeRows, contact_key, counted, key_of, proof_key
from .templates import Template, Templates
from .writing import LANGUAGES, Words, proof_of, tags_of, words_of

PORTAL = "TH/CENTRAL/DGA"
PORTAL_NAME = Text(th="ระบบอำนวยความสะดวกทางธุรกิจ (Biz Portal)", en="Biz Portal")
_ATTEMPTS = 5


class Notices:
    """Tells people, and keeps the proof.

    Args:
        parts: the room's common parts.
        mailbox: the inbox of the Citizen Portal.
        outside: e-mail and SMS.
        templates: the words; read with the first notice, not when the process starts.
    """

    def __init__(self, parts: Parts, mailbox: Mailbox, outside: Outside, templates: Callable[[], Templates]) -> None:
        self.rows = NoticeRows(parts.table, parts.keyring)
        self._parts = parts
        self._mailbox = mailbox
        self._outside = outside
        self._templates = templates

    def tell(self, notice: Notice) -> None:
        """Tells a notice by every way that the person chose and the law wants; a repeat tells nothing twice.

        One way that fails does not hold up the others.

        Raises:
            NotYet: something waits for the morning, or is in another's hands.
            Exception: what a neighbour or provider refused for now; the queue delivers again.
        """
        template, now = self._templates().current(notice.template), self._parts.clock()
        keys = {
            channel: proof_key(notice.about, notice.event, notice.template, channel)
            for channel in CHANNELS
            if template.texts(channel)
        }
        found = self.rows.table.get_many([contact_key(notice.owner), *keys.values()])
        preferences = self.rows.preferences(found.get(contact_key(notice.owner)))
        later, failure = False, None
        for channel, when in rules.ways(preferences, legal=template.legal, urgent=template.urgent, now=now):
            if channel not in keys:
                continue
            there = self.rows.proof(found.get(keys[channel]))
            if when == "later" and there is None:
                later = True
                continue
            try:
                later |= self._go(notice, template, channel, preferences, there)
            except Exception as error:  # whatever it is, the other ways are open
                failure = failure or error
        if failure is not None:
            raise failure
        if later:
            raise NotYet

    def send_code(self, event: str, owner: str, channel: Channel, address: str) -> None:
        """Sends the code that confirms an address, if it is still the one to be confirmed."""
        item = self.rows.table.get(contact_key(owner))
        preferences = self.rows.preferences(item)
        contact = None if preferences is None else preferences.contact(channel)
        if preferences is None or contact is None or contact.code is None or contact.address != address:
            return
        notice = Notice(
            event=event,
            template="code",
            about=owner,
            reference="-",
            owner=owner,
            pid=preferences.pid,
            agency=PORTAL,
            agency_name=PORTAL_NAME,
            at=self._parts.clock().isoformat(),
            subject=PORTAL_NAME,
            words=PORTAL_NAME,
        )
        there = self.rows.proof(self.rows.table.get(proof_key(owner, event, "code", channel)))
        template = self._templates().current("code")
        if self._send(notice, template, channel, contact, preferences.language, there, code=contact.code):
            raise NotYet

    def hear(self, proof: Proof, step: Step) -> None:
        """Writes down what others tell of a notice; once, however often they tell it."""
        self._add(proof, step, rules.told)

    def _add(self, proof: Proof, step: Step, joined: Callable[[Proof, Step], Proof | None]) -> None:
        """Writes a step into a proof, whoever else writes into it meanwhile."""
        for _ in range(_ATTEMPTS):
            changed = joined(proof, step)
            if changed is None or self._write(self.rows.changed(changed)) is None:
                return
            fresh = self.rows.proof(self.rows.table.get(key_of(proof)))
            if fresh is None:
                return
            proof = fresh
        raise WriteRefused([])

    def spoil(self, proof: Proof, why: str) -> None:
        """Stops using an address that does not work, and tells the person in the inbox, which always does."""
        preferences = None
        for _ in range(_ATTEMPTS):
            preferences = self.rows.find_preferences(proof.owner)
            contact = None if preferences is None else preferences.contact(proof.channel)
            if preferences is None or contact is None or contact.address != proof.address or contact.spoilt is not None:
                break
            marked = contact.model_copy(update={"spoilt": why, "spoilt_at": self._parts.clock(), "code": None})
            if self._write(self.rows.kept(preferences.with_contact(proof.channel, marked), there=True)) is None:
                break
        if preferences is None:
            return
        self.tell(
            Notice(
                event=f"{proof.event}-{proof.channel}",
                template="address_lost",
                about=proof.about,
                reference=proof.reference,
                owner=proof.owner,
                pid=preferences.pid,
                agency=proof.agency,
                agency_name=PORTAL_NAME,
                at=proof.last.at.isoformat(),
                subject=proof.subject,
                words=proof.subject,
            )
        )

    def _record(self, proof: Proof, status: Status, id: str | None = None, code: str | None = None) -> None:
        step = Step(status=status, at=self._parts.clock(), provider_id=id, code=code)
        self._add(proof, step, lambda now, step: now.model_copy(update={"steps": (*now.steps, step)}))

    # --- one way

    def _go(
        self, notice: Notice, template: Template, channel: Channel, preferences: Preferences | None, there: Proof | None
    ) -> bool:
        if channel == "app":
            if there is None:
                self._deliver(notice, template)
            return False
        contact = None if preferences is None else preferences.contact(channel)
        if preferences is None or contact is None:
            return False
        return self._send(notice, template, channel, contact, preferences.language, there)

    def _deliver(self, notice: Notice, template: Template) -> None:
        said = {
            language: words_of(notice, template, self._parts.base_url, "app", language, "") for language in LANGUAGES
        }
        letter = Letter(
            id=notice.event,
            subject=Text(**{language: words.subject for language, words in said.items()}),
            body=Text(**{language: words.body for language, words in said.items()}),
            about=notice.reference,
            agency=notice.agency,
            at=notice.at,
            agency_name=notice.agency_name,
            legal=template.legal,
        )
        self._mailbox.deliver(notice.pid, letter)
        delivered = Step(status="delivered", at=self._parts.clock(), provider_id=letter.id)
        proof = proof_of(notice, template, "app", "th", said["th"], None, delivered)
        self._write(self.rows.new(proof))  # refused: another consumer was faster with the very same

    def _send(
        self,
        notice: Notice,
        template: Template,
        channel: Channel,
        contact: Contact,
        language: Language,
        there: Proof | None,
        code: str = "",
    ) -> bool:
        """Sends one e-mail or SMS; True where it must be looked at again later."""
        now = self._parts.clock()
        words = words_of(notice, template, self._parts.base_url, channel, language, code)
        queued = Step(status="queued", at=now)
        proof = proof_of(notice, template, channel, language, words, contact.address, queued)
        if there is None:
            limit = [] if code else [counted(notice.owner, channel, rules.PER_DAY[channel], now)]
            refused = self._write(self.rows.new(proof), *limit)
            if refused is not None and key_of(proof) not in refused:
                skipped = Step(status="skipped", at=now, code="daily_limit")
                self._write(self.rows.new(proof.model_copy(update={"steps": (skipped,)})))
                return False
            if refused is not None:
                there = self.rows.proof(refused[key_of(proof)])
        if there is not None:
            match rules.may_send(there, now):
                case "done":
                    return False
                case "wait":
                    return True
                case "lost":
                    self._record(there, "unclear", code="claimed_and_never_recorded")
                    return False
                case "send":
                    # the person may have changed address or language since it was refused
                    now_said = {"address": contact.address, "language": language, "content": words.print}
                    proof = there.model_copy(update={**now_said, "steps": (*there.steps, queued)})
                    if self._write(self.rows.changed(proof)) is not None:
                        return True
                    proof = proof.model_copy(update={"version": proof.version + 1})
        self._hand_over(proof, contact, words)
        return False

    def _hand_over(self, proof: Proof, contact: Contact, words: Words) -> None:
        try:
            if proof.channel == "email":
                taken = self._outside.mailer.send(Mail(contact.value, words.subject, words.body, tags_of(proof)))
            else:
                taken = self._outside.texter.text(contact.value, words.body)
        except NotTaken as error:
            self._record(proof, "not_taken", code=error.code)
            raise
        except Undeliverable as error:
            self._record(proof, "failed", code=error.code)
            self.spoil(proof, "refused")
        except Unclear as error:
            self._record(proof, "unclear", code=error.code)
        else:
            self._record(proof, "sent", taken)

    def _write(self, *changes: Change) -> Mapping[object, Item | None] | None:
        """None when it is written, else the keys whose condition failed with what stands there."""
        try:
            self.rows.table.write(changes, new_token())
        except WriteRefused as refused:
            return {changed_key(change): there for change, there in refused.failed}
        return None
