"""What the rooms need of one another, given to them: adapters from an asking room's Protocol to the neighbour.

`...ThroughGdx` ask by way of the exchange, as any member does; `...ToCitizen` hand over directly where both rooms are
open in one process. Both carry the sender's own id, so that a repeat is recognised on the other side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .shared.errors import UpstreamFailed
from .shared.gdx_client import Gdx
from .shared.storage import Json
from .shared.thai import Text

if TYPE_CHECKING:  # else a platform alone would load another's code
    from .biz.ports import Extract, Letter, Paper, Running
    from .citizen.entitlements.ports import Asking
    from .citizen.miniapps.ports import Holder
    from .citizen.service import Citizen
    from .gdx.notices import ConsentNews, Notice
    from .gdx.service import Service as Exchange
    from .opendata.service import Catalogue

BIZ = "TH/CENTRAL/DGA/biz"
GDX = "TH/CENTRAL/DGA/gdx"
INBOX = "TH/CENTRAL/DGA/citizen/inbox"
WALLET = "TH/CENTRAL/DGA/citizen/wallet"
CASES = "TH/CENTRAL/DGA/citizen/cases"
FIGURES = "TH/CENTRAL/DGA/opendata/figures"
FOR_AN_APPLICATION = "licence-application"
FOR_A_NOTICE = "service-notice"
CONSUMERS = "TH/CENTRAL/DGA/gdx/consumers"
FOR_A_MINI_APP = "miniapp-call"
FOR_OPEN_DATA = "open-figures"
OPENED_AT_ONCE = 100


class RegistersThroughGdx:
    """`biz.ports.Registers`: state registers behind the exchange.

    The agreement, not the asker, says which law allows it; the purpose in words stands in the definition's manual.
    """

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def ask(
        self, service: str, path: str, body: Json, *, pid: str, purpose: Text, legal_basis: str, reference: str
    ) -> Extract:
        answer = self._gdx.ask(service, "POST", path, body, FOR_AN_APPLICATION, case=reference)
        if not isinstance(answer.value, dict):
            raise UpstreamFailed("ทะเบียนของรัฐตอบไม่ถูกต้อง", "The state register did not answer with a record.")
        from .biz.ports import Extract

        return Extract(record=answer.value, receipt=answer.receipt, at=datetime.fromisoformat(answer.at))


def message_of(letter: Letter) -> Json:
    """A letter of the Biz Portal as a message for the inbox."""
    return {
        "id": letter.id,
        "category": "application",
        "title": letter.subject.model_dump(),
        "body": letter.body.model_dump(),
        "case": letter.about,
        "source": letter.agency,
        "source_name": None if letter.agency_name is None else letter.agency_name.model_dump(),
        "legal": letter.legal,
    }


def credential_of(paper: Paper) -> Json:
    """A paper of the Biz Portal as a credential for the wallet."""
    return {"id": paper.id, "credential": paper.credential, "kind": paper.kind}


def running_of(running: Running) -> Json:
    """How a case of the Biz Portal stands, for the home page."""
    texts = {name: getattr(running, name).model_dump() for name in ("name", "agency_name", "state")}
    plain = {name: getattr(running, name) for name in ("id", "version", "service", "agency", "turn", "filed")}
    return {**plain, **texts, "due": None if running.due is None else running.due.isoformat()}


class MailboxThroughGdx:
    """`biz.ports.Mailbox` by the exchange."""

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def deliver(self, pid: str, letter: Letter) -> None:
        body: Json = {"pid": pid, **message_of(letter)}
        self._gdx.ask(INBOX, "POST", "/messages", body, FOR_A_NOTICE, case=letter.about, once=letter.id)

    def opened(self, pid: str, letters: Sequence[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(letters), OPENED_AT_ONCE):
            body: Json = {"pid": pid, "ids": list(letters[start : start + OPENED_AT_ONCE])}
            answer = self._gdx.ask(INBOX, "POST", "/messages/opened", body, FOR_A_NOTICE)
            if not isinstance(answer.value, dict):
                raise UpstreamFailed("กล่องข้อความตอบไม่ถูกต้อง", "The inbox did not answer with a list.")
            found |= {str(each["id"]): str(each["opened_at"]) for each in answer.value.get("opened", [])}
        return found


class WalletThroughGdx:
    """`biz.ports.Wallet` by the exchange."""

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def keep(self, pid: str, paper: Paper) -> None:
        body: Json = {"pid": pid, **credential_of(paper)}
        self._gdx.ask(WALLET, "POST", "/credentials", body, FOR_A_NOTICE, once=f"{paper.id}-{paper.kind}")


class HomeThroughGdx:
    """`biz.ports.Home` by the exchange."""

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def show(self, pid: str, running: Running) -> None:
        body: Json = {"pid": pid, **running_of(running)}
        once = f"{running.id}-{running.version}"
        self._gdx.ask(CASES, "POST", "/cases", body, FOR_A_NOTICE, case=running.id, once=once)


class ConsumersThroughGdx:
    """`citizen.miniapps.ports.Consumers` by the exchange."""

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def holder(self, consumer_key: str, token: str) -> Holder:
        """See `Consumers.holder`; neither key nor token is in the exchange's record, which holds digests."""
        body: Json = {"consumer_key": consumer_key, "token": token}
        answer = self._gdx.ask(CONSUMERS, "POST", "/find", body, FOR_A_MINI_APP)
        return _holder(answer.value)


class ConsumersAtGdx:
    """`citizen.miniapps.ports.Consumers` in one process."""

    def __init__(self, gdx: Callable[[], Exchange]) -> None:
        self._gdx = gdx

    def holder(self, consumer_key: str, token: str) -> Holder:
        """See `Consumers.holder`."""
        return _holder(self._gdx().facade.sessions.introspect(consumer_key, token).model_dump())


def _holder(found: Any) -> Holder:
    from .citizen.miniapps.ports import Holder

    if not isinstance(found, dict) or not isinstance(found.get("system"), str | None):
        raise UpstreamFailed("ศูนย์แลกเปลี่ยนข้อมูลตอบไม่ถูกต้อง", "The data exchange answered nonsense.")
    wrong = found.get("wrong")
    return Holder(found.get("system"), wrong if wrong in ("consumer", "token") else None)


class FiguresThroughGdx:
    """`Figures` of a room (`biz.ports`, `citizen.offers.ports`) by the exchange."""

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def publish(self, name: str, content: str) -> None:
        self._gdx.ask(FIGURES, "POST", "/files", {"name": name, "content": content}, FOR_OPEN_DATA)


class FiguresToCatalogue:
    """`Figures` of a room in one process.

    Args:
        member: whose figures they are.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], member: str) -> None:
        self._catalogue = catalogue
        self._member = member

    def publish(self, name: str, content: str) -> None:
        catalogue = self._catalogue()
        catalogue.figures.take(self._member, name, content.encode(), catalogue.parts.clock())


class LettersToCitizen:
    """`biz.ports.Mailbox` in one process."""

    def __init__(self, citizen: Citizen) -> None:
        self._citizen = citizen

    def deliver(self, pid: str, letter: Letter) -> None:
        from .citizen.inbox.model import NewMessage

        self._citizen.inbox.deliver(pid, _as(NewMessage, message_of(letter)), sender=BIZ)

    def opened(self, pid: str, letters: Sequence[str]) -> Mapping[str, str]:
        return self._citizen.inbox.opened(pid, letters, sender=BIZ)


class HomeToCitizen:
    """`biz.ports.Home` in one process."""

    def __init__(self, citizen: Citizen) -> None:
        self._citizen = citizen

    def show(self, pid: str, running: Running) -> None:
        from .citizen.applications.views import ShownCase

        self._citizen.applications.show(pid, ShownCase.model_validate(running_of(running)))


class NoticesToCitizen:
    """`gdx.notices.Notices` in one process.

    Args:
        citizen: gives the Citizen Portal, which itself asks the exchange and so is not there before it.
    """

    def __init__(self, citizen: Callable[[], Citizen]) -> None:
        self._citizen = citizen

    def consent(self, pid: str, news: ConsentNews) -> None:
        from .citizen.consents.views import ConsentNews as Given

        given = Given.model_validate_json(json.dumps({"pid": pid, **news.body()}))
        self._citizen().consents.hear(pid, given.news())

    def tell(self, pid: str, notice: Notice) -> None:
        from .citizen.inbox.model import NewMessage

        self._citizen().inbox.deliver(pid, _as(NewMessage, notice.message()), sender=GDX)


class PapersToCitizen:
    """`biz.ports.Wallet` in one process."""

    def __init__(self, citizen: Citizen) -> None:
        self._citizen = citizen

    def keep(self, pid: str, paper: Paper) -> None:
        from .citizen.wallet.model import NewCredential

        self._citizen.wallet.deliver(pid, _as(NewCredential, credential_of(paper)), sender=BIZ)


class AsksHere:
    """`citizen.entitlements.ports.AsksConsent` in one process.

    Args:
        gdx: gives the exchange.
        client: subsystem id of the asker.
    """

    def __init__(self, gdx: Callable[[], Exchange], client: str) -> None:
        self._gdx = gdx
        self._client = client

    def ask(
        self, pid: str, service: str, *, purposes: Sequence[str], fields: Sequence[str], ends: datetime, ial: str
    ) -> Asking:
        """See `AsksConsent.ask`: the very command behind `POST /gdx/v1/consents`."""
        from .citizen.entitlements.ports import asking_of
        from .gdx.consents.views import PostConsent, for_consumer
        from .gdx.ids import SubsystemId
        from .shared.ids import new_id, new_token
        from .shared.journal import Once

        posted = PostConsent.model_validate(
            {
                "pid": pid,
                "service": service,
                "purposes": list(purposes),
                "fields": list(fields),
                "until": ends,
                "mode": "once",
                "data_life_days": 0,
                "ial": ial,
            }
        )
        once = Once(new_id(), "", new_token(), claimed=False)
        client = SubsystemId.parse(self._client)
        return asking_of(for_consumer(self._gdx().consents.ask(client, pid, posted.asked(), once, for_consumer)))


def _as(model: Any, content: Json) -> Any:
    return model.model_validate(content)
