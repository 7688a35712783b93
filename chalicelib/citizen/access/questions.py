"""Questions to agencies about what they did with a person's data, and the clock that runs for the answer.

asked -> answered; on the way the agency is reminded a week before the last day, and after it the operators see it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, field, replace

from chalicelib.shared.cursors import Scope
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, NotFound, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.relay import Own
from chalicelib.shared.storage import Json
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json
from chalicelib.shared.workdays import thai_date

from .. import activity
from ..hall import Hall, Told, person_of
from ..holdings import Holding, partition, take_away
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from ..model import SELF, Person
from . import letters, rules
from .model import Kind, OwnReceipt, Question
from .ports import Receipts
from .store import BY_OWNER, QuestionPage, Store, question_from, question_key, questions_pk, why_key

SOURCE = "TH/CENTRAL/DGA"


@dataclass(frozen=True)
class Shown:
    """A question unsealed, for the two who may read it.

    Attributes:
        about: the exchange that it is about: names of both sides, purpose, law, fields, case; nothing else of it.
        text: the person's words.
        answer: the agency's words.
    """

    question: Question
    about: Json = field(repr=False)
    text: str = field(repr=False)
    answer: Text | None = field(repr=False)


class Questions:
    """Takes questions and answers.

    Args:
        hall: the room's tools.
        receipts: single exchanges with their evidence; a question needs one of the person's own.
        inbox: tells the person of each step.
    """

    def __init__(self, hall: Hall, receipts: Receipts, inbox: Inbox) -> None:
        self._hall = hall
        self._receipts = receipts
        self._inbox = inbox
        self._store = Store(hall.parts.table)
        hall.hear("citizen.question.", self.tell)
        hall.sweeps.append(self.sweep)
        title = Text(th="คำถามถึงหน่วยงาน", en="Questions to agencies")
        hall.holdings["questions"] = Holding(title, export=self.export, erase=self.erase)

    # -- the person ------------------------------------------------------------------------------

    def ask(self, own: Own, caller: Caller, receipt: str, kind: Kind, text: str, once: Once) -> Shown:
        """Asks about one exchange: the agency that got the data, or for a correction the one that keeps it.

        Raises:
            NotFound: no such exchange about this person.
            AlreadyThere: a question about it is open. TooMany: the day's number is used up.
            Replayed, KeyReused: see `Journal.read`.
        """
        person, hall = person_of(caller), self._hall
        if hall.parts.journal.read(once, why_key(person, receipt[:100])):
            raise _open_already()
        about = self._receipts.one(own, receipt)
        now = hall.now()
        question = Question(
            id=hall.parts.ids(),
            person=person,
            receipt=about.receipt,
            kind=kind,
            to=rules.addressee(kind, about.consumer, about.service),
            asked_at=now.isoformat(timespec="milliseconds"),
            due=rules.due_day(thai_date(now)),
            content="",
        )
        told = _about(about)
        words = json.dumps([told, text], ensure_ascii=False)
        question = replace(question, content=hall.parts.keyring.seal(words, _context(question, "question")))
        shown = Shown(question, told, text, None)
        data: Json = {"kind": kind, "to": question.to}
        events, head = hall.happened(Head(), [Told("question.asked", data)], subject=question.id, by=caller.label)
        question = replace(question, chain=(head.seq, head.hash))
        line = activity.line(
            person, at=events[0].at, id=question.id, what="question.asked", caller=caller, detail={"to": question.to}
        )
        try:
            hall.save(
                once,
                [*self._store.asked(question, thai_date(now)), line],
                events,
                pk=question_key(question.id).pk,
                answer={"id": question.id},
            )
        except AlreadyThere:
            raise _open_already() from None
        return replace(shown, question=question)

    def mine(self, person: Person, cursor: str | None, limit: int) -> tuple[list[Shown], str | None]:
        """A person's questions, newest first.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope = ("questions", person)
        page = self._store.of_person(person, self._hall.parts.cursors.read(cursor, scope), limit)
        return self._page(page, scope)

    def of_person(self, person: Person, id: str) -> Shown:
        """One of a person's questions; raises NotFound."""
        question = self._found(id)
        if question.person != person:
            raise _absent()
        return self._shown(question)

    # -- the agency ------------------------------------------------------------------------------

    def waiting(self, member: str, cursor: str | None, limit: int) -> tuple[list[Shown], str | None]:
        """What an agency has to answer, the most urgent first.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope = ("questions-to", member)
        page = self._store.of_member(member, self._hall.parts.cursors.read(cursor, scope), limit)
        return self._page(page, scope)

    def of_member(self, member: str, id: str) -> Shown:
        """One question to an agency, answered or not; raises NotFound."""
        question = self._found(id)
        if question.to != member:
            raise _absent()
        return self._shown(question)

    def answer(self, caller: Caller, id: str, text: Text, once: Once) -> Shown:
        """The agency answers, once; late is better than never.

        Raises:
            NotFound, WrongState. Stale: something happened to it at this very moment.
            Replayed, KeyReused: see `Journal.read`.
        """
        place = question_key(id)
        there = self._hall.parts.journal.read(once, place).get(place) if _is_id(id) else None
        question = None if there is None else question_from(there)
        if question is None or question.to != caller.agency:
            raise _absent()
        rules.may_answer(question)
        now = self._hall.now()
        late = thai_date(now) > question.due
        events, head = self._hall.happened(
            Head(*question.chain), [Told("question.answered", {"late": late})], subject=id, by=caller.label
        )
        words = json.dumps(text.model_dump(), ensure_ascii=False)
        after = replace(
            question,
            state="answered",
            answered_at=now.isoformat(timespec="milliseconds"),
            answered_by=caller.id,
            answer=self._hall.parts.keyring.seal(words, _context(question, "answer")),
            chain=(head.seq, head.hash),
            version=question.version + 1,
        )
        line = activity.line(
            question.person,
            at=events[0].at,
            id=f"{id}-answer",
            what="question.answered",
            caller=caller,
            detail={"by": caller.id},
        )
        changes = [*self._store.answered(after), line]
        self._hall.save(once, changes, events, pk=question_key(id).pk, answer={"id": id})
        return self._shown(after)

    # -- the operators, the clock, the letters ---------------------------------------------------

    def overdue(self, cursor: str | None, limit: int) -> tuple[list[Question], str | None]:
        """What nobody answered in time; raises Malformed."""
        page = self._store.overdue(self._hall.parts.cursors.read(cursor, ("questions-overdue",)), limit)
        return list(page.items), self._hall.parts.cursors.make(page.after, ("questions-overdue",))

    def sweep(self, now: dt.datetime) -> None:
        """Reminds and escalates what is due."""
        today = thai_date(now)
        for question in list(self._store.due(today)):
            after, taken = rules.stepped(question, today)
            told = [Told(f"question.{step}", {"to": question.to}) for step in taken]
            events, head = self._hall.happened(Head(*question.chain), told, subject=question.id, by="clock")
            after = replace(after, chain=(head.seq, head.hash), version=question.version + 1)
            changes = self._store.changed(after, became_overdue="overdue" in taken)
            once = Once(new_id(), "", new_token(), claimed=False)
            try:
                self._hall.save(once, changes, events, pk=question_key(question.id).pk)
            except Stale:
                continue  # it was answered at this very moment: the next minute looks again

    def tell(self, event: Event) -> None:
        """Tells the person what happened to their question (listener of `citizen.question.`)."""
        question = self._store.question(event.subject)
        if question is None:
            return  # the person had everything erased meanwhile
        step = event.type.rsplit(".", 1)[-1]
        title, body = letters.told(step, question)
        message = NewMessage(
            id=f"question-{question.id}-{step}",
            category="data",
            title=title,
            body=body,
            case=question.id,
            source=SOURCE,
        )
        self._inbox.tell(question.person, message, sender=SELF)

    # -- the copy of everything, and its end -----------------------------------------------------

    def export(self, person: Person) -> list[Json]:
        """All of a person's questions with their answers."""
        found, after = list[Json](), None
        while True:
            page = self._store.of_person(person, after, 100)
            for question in page.items:
                shown = self._shown(question)
                plain = {n: v for n, v in asdict(question).items() if n in ("id", "receipt", "kind", "to", "asked_at")}
                more = {"due": question.due.isoformat(), "state": question.state, "answered_at": question.answered_at}
                words = {"about": shown.about, "text": shown.text, "answer": as_json(shown.answer)}
                found.append({**plain, **more, **words})
            after = page.after
            if after is None:
                return found

    def erase(self, person: Person) -> None:
        """Takes questions and answers away, open ones too; an agency that looks finds them no more."""
        table = self._hall.parts.table
        for key in partition(table, questions_pk(person), index=BY_OWNER):
            question = self._store.question(key.pk.removeprefix("QUESTION#"))
            history = [each for each in partition(table, key.pk) if each != key]
            take_away(table, history)
            take_away(table, [key] if question is None else self._store.keys(question))
        take_away(table, partition(table, questions_pk(person)))

    def _found(self, id: str) -> Question:
        question = self._store.question(id) if _is_id(id) else None
        if question is None:
            raise _absent()
        return question

    def _page(self, page: QuestionPage, scope: Scope) -> tuple[list[Shown], str | None]:
        return [self._shown(each) for each in page.items], self._hall.parts.cursors.make(page.after, scope)

    def _shown(self, question: Question) -> Shown:
        unseal = self._hall.parts.keyring.unseal
        about, text = json.loads(unseal(question.content, _context(question, "question")))
        answer = None
        if question.answer is not None:
            answer = Text(**json.loads(unseal(question.answer, _context(question, "answer"))))
        return Shown(question, about, text, answer)


def _is_id(text: str) -> bool:
    return 8 <= len(text) <= 64 and text.isascii()


def _about(own: OwnReceipt) -> Json:
    names = ("at", "consumer", "service", "case", "agreement", "consent")
    texts = ("consumer", "service", "purpose", "legal_basis")
    told: Json = {name: getattr(own, name) for name in names}
    words = {f"{name}_words": {"th": getattr(own, f"{name}_th"), "en": getattr(own, f"{name}_en")} for name in texts}
    return {**told, **words, "fields": list(own.fields)}


def _context(question: Question, what: str) -> str:
    return f"{what}/{question.person}/{question.id}"


def _absent() -> NotFound:
    return not_found("คำถาม", "question")


def _open_already() -> AlreadyThere:
    return AlreadyThere(
        "ท่านถามเรื่องการใช้ข้อมูลครั้งนี้ไว้แล้วและยังไม่ได้รับคำตอบ โปรดรอคำตอบก่อน",
        "A question about this exchange is open already; wait for its answer first.",
    )
