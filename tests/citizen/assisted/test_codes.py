"""A one-time code to a confirmed telephone or e-mail: for who has no login at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from chalicelib.shared.storage import Item, Key
from tests.citizen.assisted.counter import Counter
from tests.citizen.portal import MALEE, Portal
from tests.support.memory import MemoryTable

CHANNELS = "/citizen/v1/me/channels"
ME = "/citizen/v1/me"


def with_telephone(counter: Counter) -> None:
    """Malee confirms a telephone number."""
    choice = {"language": "th", "by_category": {}, "phone": "0812345678"}
    client = counter.portal.client
    assert client.put(CHANNELS, token=counter.malee, json=choice).status == 200
    digits = newest_code(counter)
    assert client.post(f"{CHANNELS}/sms/confirm", token=counter.malee, json={"code": digits}).status == 200


def newest_code(counter: Counter) -> str:
    """The digits of the newest SMS."""
    found = re.search(r"\b[0-9]{6}\b", counter.portal.outbox.texts[-1][1])
    assert found is not None
    return found[0]


def test_the_code_that_the_person_reads_begins_the_visit(counter: Counter) -> None:
    with_telephone(counter)
    visit = counter.open().json["id"]
    assert counter.desk(visit, "code").status == 202
    counter.portal.pump()
    begun = counter.desk(visit, "confirm", {"code": newest_code(counter)})
    assert begun.status == 200 and begun.json["status"] == "open" and begun.json["how"] == "code"
    token = counter.acting(visit)
    me = counter.portal.client.get(ME, token=token)
    assert me.status == 200 and me.json["ial"] == "1.1", "a code proves less than a login"
    opened = next(line for line in counter.log() if line["what"] == "assistance.opened")
    assert opened["by"]["actor"].startswith("officer:TH/LOCAL/LAEMNGOP/")


def test_without_a_telephone_nothing_is_sent_and_the_officer_cannot_tell(counter: Counter) -> None:
    answers = []
    for telephone in (False, True):
        if telephone:
            with_telephone(counter)
        sent = len(counter.portal.outbox.texts)
        visit = counter.open().json["id"]
        asked = counter.desk(visit, "code")
        counter.portal.pump()
        assert len(counter.portal.outbox.texts) == sent + telephone
        wrong = counter.desk(visit, "confirm", {"code": "000000"})
        answers.append((asked.status, asked.json, wrong.status, wrong.json["detail"], wrong.json["errors"]))
    assert answers[0] == answers[1]


def test_few_codes_few_tries(counter: Counter) -> None:
    visit = counter.open().json["id"]
    assert [counter.desk(visit, "code").status for _ in range(4)] == [202, 202, 202, 409]
    assert [counter.desk(visit, "confirm", {"code": "000000"}).status for _ in range(6)] == [422] * 5 + [409]


def test_an_event_that_comes_twice_sends_once_and_a_new_code_replaces_the_old(counter: Counter) -> None:
    with_telephone(counter)
    visit = counter.open().json["id"]
    counter.desk(visit, "code")
    event = counter.portal.parts.journal.history(f"VISIT#{visit}")[-1]
    counter.portal.pump()
    first, sent = newest_code(counter), len(counter.portal.outbox.texts)
    counter.portal.citizen.hall.heard(event)
    assert len(counter.portal.outbox.texts) == sent
    counter.desk(visit, "code")
    counter.portal.pump()
    second = newest_code(counter)
    if first != second:
        assert counter.desk(visit, "confirm", {"code": first}).status == 422
    assert counter.desk(visit, "confirm", {"code": second}).status == 200


def test_the_code_stands_nowhere(counter: Counter) -> None:
    with_telephone(counter)
    visit = counter.open().json["id"]
    counter.desk(visit, "code")
    counter.portal.pump()
    digits = newest_code(counter)
    person = counter.portal.keyring.pseudonym(MALEE)
    for partition in (f"VISIT#{visit}", f"LOG#{person}"):
        for item in counter.portal.table.query(partition).items:
            assert f'"{digits}"' not in str(item.data) and f"'{digits}'" not in str(item.data)


class Overtaken(MemoryTable):
    """A table whose next reader is overtaken by somebody."""

    def __init__(self) -> None:
        super().__init__()
        self.overtaking: list[Callable[[], None]] = []

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        while self.overtaking:
            self.overtaking.pop()()
        return found


def test_a_code_that_is_made_while_another_is_entered_costs_no_try() -> None:
    table = Overtaken()
    counter = Counter(Portal(table=table))
    visit = counter.open().json
    counter.desk(visit["id"], "code")
    table.overtaking.append(counter.portal.pump)
    done = counter.person(visit["id"], "confirm", {"code": visit["desk_code"]})
    assert done.status == 200 and not table.overtaking, done.text
