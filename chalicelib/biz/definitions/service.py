"""Agencies build services: a draft beside the live version, publishing by a second person, retiring.

Only the agency whose the service is, or the operator, writes; a draft does not exist for anybody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from chalicelib.shared.errors import Fault, Invalid, NotAllowed, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json

from ..office import Office
from . import bounds, lint, views
from .model import ServiceDefinition
from .problems import Problem
from .shelf import Shelf
from .store import Definitions, News, Published, Standing, Work, standing_key, work_key

OPERATOR = "operator"
HISTORY = 100
MAX_EDITORS = 50
_ID = re.compile(r"[a-z][a-z0-9-]{1,62}")


class Workshop:
    """Where services are written.

    Args:
        office: the room's tools.
        shelf: the services on offer.
        store: drafts and published versions.
    """

    def __init__(self, office: Office, shelf: Shelf, store: Definitions) -> None:
        self._office = office
        self._shelf = shelf
        self._store = store

    def try_out(self, caller: Caller, service: str, agency: str | None, raw: Any) -> views.Verdict:
        """Everything that stands against publishing this definition; nothing is kept."""
        item = self._office.parts.table.get(standing_key(service))
        standing = self._shelf.standing(service, self._store.standing(item))
        return views.verdict(self._examined(raw, service, self._whose(caller, service, agency), standing)[1])

    def show(self, caller: Caller, service: str, agency: str | None) -> views.DraftView:
        """An agency's draft with its problems and history; raises NotFound where it never worked on that service."""
        whose = self._whose(caller, service, agency)
        found = self._office.parts.journal.read(None, work_key(whose, service), standing_key(service))
        work = self._store.work(found.get(work_key(whose, service)))
        if not work.version:
            raise _no_draft()
        standing = self._shelf.standing(service, self._store.standing(found.get(standing_key(service))))
        problems = [] if work.text is None else self._examined(json.loads(work.text), service, whose, standing)[1]
        return views.draft_view(service, whose, work, problems, self._store.history(whose, service, HISTORY))

    def write(
        self, once: Once, caller: Caller, service: str, agency: str | None, raw: Any, if_match: int | None
    ) -> views.DraftCard:
        """Keep a draft, with whatever problems it has: the first one without If-Match, later ones with it.

        Raises:
            NotAllowed: the service is another agency's.
            Stale: the draft is another version by now, or there is one and If-Match is missing.
            Invalid: it is too large to be kept.
        """
        too_large = bounds.problems(raw)
        if too_large:
            raise _unfit("ฉบับร่างนี้เก็บไม่ได้", "The draft cannot be kept.", too_large)
        whose, work, standing = self._begin(once, caller, service, agency)
        _unchanged(work, if_match)
        text = bounds.canonical(raw)
        editors = tuple(dict.fromkeys([*work.editors, caller.id]))
        if len(editors) > MAX_EDITORS:
            raise NotAllowed("มีผู้แก้ไขฉบับร่างนี้มากเกินไป", "Too many people have edited this draft; discard it.")
        changed = work.model_copy(update={"text": text, "editors": editors, "edited_at": self._office.now()})
        card = views.draft_card(service, whose, _next(changed), self._examined(raw, service, whose, standing)[1])
        self._save(once, caller, service, whose, changed, "drafted", {"sha256": card.sha256}, as_json(card))
        return card

    def discard(self, once: Once, caller: Caller, service: str, agency: str | None, if_match: int | None) -> None:
        """Throw the draft away; what is published stays. Raises NotFound, Stale."""
        whose, work, _ = self._begin(once, caller, service, agency)
        if work.text is None:
            raise _no_draft()
        _unchanged(work, if_match)
        empty = work.model_copy(update={"text": None, "editors": (), "edited_at": None})
        self._save(once, caller, service, whose, empty, "discarded", {}, {})

    def publish(
        self, once: Once, caller: Caller, service: str, agency: str | None, if_match: int | None
    ) -> views.PublishedView:
        """Publish the draft as the next version, for good. By somebody who did not write on it (four eyes).

        Raises:
            NotFound: there is no draft.
            Stale: the draft is another version by now.
            NotAllowed: the caller wrote on it, or the service is another agency's.
            Invalid: with every problem of the draft.
        """
        whose, work, standing = self._begin(once, caller, service, agency)
        if work.text is None:
            raise _no_draft()
        _unchanged(work, if_match)
        if caller.id in work.editors:
            raise NotAllowed(
                "ผู้ที่แก้ไขฉบับร่างเผยแพร่เองไม่ได้ ต้องเป็นเจ้าหน้าที่อีกคนหนึ่ง",
                "Whoever wrote on a draft may not publish it; another officer must.",
            )
        definition, problems = self._examined(json.loads(work.text), service, whose, standing)
        if definition is None or problems:
            raise _unfit("ฉบับร่างยังเผยแพร่ไม่ได้", "The draft may not be published yet; see errors.", problems)
        now = self._office.now()
        published = Published(
            service=service,
            version=definition.version,
            text=work.text,
            sha256=views.digest(work.text),
            published_at=now,
            effective_from=definition.effective_from,
            effective_to=definition.effective_to,
        )
        view = views.PublishedView(agency=whose, **published.model_dump(include=set(views.PublishedView.model_fields)))
        news = News(
            service=service,
            agency=whose,
            version=published.version,
            effective_from=published.effective_from,
            effective_to=published.effective_to,
        )
        more = [
            self._store.new_version(published),
            self._store.changed_standing(service, standing.model_copy(update={"latest": published.version})),
            self._store.announced(news, now, once.token),
        ]
        empty = work.model_copy(update={"text": None, "editors": (), "edited_at": None})
        told = {"version": published.version, "sha256": published.sha256}
        self._save(once, caller, service, whose, empty, "published", told, as_json(view), more)
        self._shelf.ask_again()
        return view

    def retire(
        self, once: Once, caller: Caller, service: str, agency: str | None, body: views.RetireBody
    ) -> views.RetiredView:
        """Open no new applications from a day on; running ones go on. A later version may be published.

        Raises:
            NotFound: nothing of that service was published.
            Invalid: the day has passed.
        """
        whose, work, standing = self._begin(once, caller, service, agency)
        if not standing.latest:
            raise not_found("บริการนี้", "service")
        if body.retire_from < self._office.today():
            text = ("วันนี้ผ่านไปแล้ว ระบุวันนี้หรือวันถัดไป", "The day has passed; say today or later.")
            raise Invalid(*text, [Fault("/retire_from", *text)])
        view = views.RetiredView(service=service, agency=whose, retired_from=body.retire_from, upto=standing.latest)
        why = Text(th=body.th, en=body.en)
        update = {"retired_from": view.retired_from, "retired_upto": view.upto, "retired_why": why}
        retired = standing.model_copy(update=update)
        news = News(service=service, agency=whose, version=view.upto, retired_from=view.retired_from)
        more = [
            self._store.changed_standing(service, retired),
            self._store.announced(news, self._office.now(), once.token),
        ]
        told = {"upto": view.upto, "from": view.retired_from.isoformat()}
        self._save(once, caller, service, whose, work, "retired", told, as_json(view), more)
        self._shelf.ask_again()
        return view

    # --- within

    def _whose(self, caller: Caller, service: str, agency: str | None) -> str:
        """The agency for which the caller acts; another's does not exist for an officer."""
        if _ID.fullmatch(service) is None:
            raise not_found("บริการนี้", "service")
        own = caller.agency or ""
        if agency is None or agency == own:
            return own
        if OPERATOR not in caller.roles:
            raise _no_draft()
        return agency

    def _begin(self, once: Once, caller: Caller, service: str, agency: str | None) -> tuple[str, Work, Standing]:
        """What every change must know, in one request."""
        whose = self._whose(caller, service, agency)
        keys = (work_key(whose, service), standing_key(service))
        found = self._office.parts.journal.read(once, *keys)
        standing = self._shelf.standing(service, self._store.standing(found.get(keys[1])))
        if standing.latest and standing.agency != whose:
            raise NotAllowed("บริการนี้เป็นของหน่วยงานอื่น", "The service belongs to another agency.")
        return whose, self._store.work(found.get(keys[0])), standing.model_copy(update={"agency": whose})

    def _examined(
        self, raw: Any, service: str, agency: str, standing: Standing
    ) -> tuple[ServiceDefinition | None, list[Problem]]:
        """A definition with everything against it: lint, and what this room alone knows."""
        definition, found = lint.examine(raw)
        if definition is None:
            return None, found
        if definition.id != service:
            found = [*found, Problem("/id", f"must be '{service}', as in the address")]
        if definition.agency != agency:
            found = [*found, Problem("/agency", f"must be '{agency}', whose draft this is")]
        if definition.version != standing.latest + 1:
            found = [*found, Problem("/version", f"must be {standing.latest + 1}, the next version")]
        if not self._shelf.has_law(definition.law_pack):
            found = [*found, Problem("/law_pack", f"there is no law pack '{definition.law_pack}'")]
        return definition, found

    def _save(
        self,
        once: Once,
        caller: Caller,
        service: str,
        agency: str,
        work: Work,
        type: str,
        data: dict[str, Any],
        answer: dict[str, Any],
        more: Sequence[Change] = (),
    ) -> None:
        """Writes the work with its event, in one transaction."""
        journal, key = self._office.parts.journal, work_key(agency, service)
        event, head = journal.happened(
            work.head, subject=service, type=f"biz.service.{type}", by=caller.label, data={"agency": agency, **data}
        )
        change = self._store.changed_work(agency, service, work.model_copy(update={"head": head}))
        journal.commit(once, [change, *more], [(key.pk, event)], answer)


def _next(work: Work) -> Work:
    return work.model_copy(update={"version": work.version + 1})


def _unchanged(work: Work, if_match: int | None) -> None:
    if (if_match is None and work.text is not None) or if_match not in (None, work.version):
        raise Stale(
            "ฉบับร่างถูกแก้ไขไปแล้ว โปรดอ่านฉบับล่าสุดก่อนและส่ง If-Match",
            "The draft is another one than you read; read it and send its ETag as If-Match.",
        )


def _unfit(th: str, en: str, problems: Sequence[Problem]) -> Invalid:
    return Invalid(th, en, [problem.fault() for problem in problems])


def _no_draft() -> Exception:
    return not_found("ฉบับร่าง", "draft")
