"""The life of agreements between two systems as a state machine, held against a plain model.

The model knows states as words and who may do what as a table; it knows nothing of items, versions or signatures. Each
step may meet a twin (another step with the same revision that gets in between reading and writing) or a fault (the
write is lost before or after its effect, and the step is repeated with its key).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.gdx.agreements import store
from chalicelib.gdx.agreements.actors import Actor
from chalicelib.gdx.agreements.bodies import Terms
from chalicelib.gdx.agreements.ledger import Ledger
from chalicelib.gdx.agreements.model import Act
from chalicelib.gdx.agreements.seals import proven
from chalicelib.gdx.agreements.standing import Standing
from chalicelib.gdx.agreements.talks import Talks
from chalicelib.gdx.agreements.views import NegotiationView
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.refusals import AccessDenied
from chalicelib.gdx.store import agreement_key, service_key
from chalicelib.shared.errors import AlreadyThere, Invalid, Refusal, Stale, Unavailable, WrongState
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once, Replayed, chain_is_whole
from chalicelib.shared.storage import Change, Key
from tests.gdx.agreements.parties import PROVIDER, TERMS, signature
from tests.gdx.agreements.plain_life import PARTIES, TALKING, Expected, Known
from tests.gdx.exchange import OFFICE, PERSON, Exchange, FailingTable
from tests.support.keys import LocalSigner

LAW = "laemngop-person"
WHY = ("เหตุผล", "A reason")
NAMES = {"first": ["/first_name_th"], "both": ["/first_name_th", "/last_name_th"]}
quotas = st.integers(100_001, 100_002)


class Weather(FailingTable):
    """A table on which a write can be lost, before or after its effect, and on which others can be quicker."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: str | None = None
        self.meanwhile: Callable[[], None] | None = None

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.meanwhile is not None:
            before, self.meanwhile = self.meanwhile, None
            before()
        fault, self.fault = self.fault, None
        if fault == "drop":
            raise Unavailable("ระบบไม่ว่าง", "The write was lost.")
        super().write(changes, token)
        if fault == "lost":
            raise Unavailable("ระบบไม่ว่าง", "The answer was lost.")


class Life(RuleBasedStateMachine):
    """See the module; a mutant makes one of the three with a defect."""

    makes_table: type[Weather] = Weather
    makes_standing: type[Standing] = Standing
    makes_talks: type[Talks] = Talks

    def __init__(self) -> None:
        super().__init__()
        self.table = self.makes_table()
        self.exchange = Exchange(self.table)
        self.exchange.table = self.table
        parts, directory, voice = self.exchange.parts, self.exchange.service.directory, self.exchange.service.voice
        ledger = Ledger(self.table, parts.journal, parts.clock)
        self.standing = self.makes_standing(ledger, directory, voice, parts.clock)
        self.talks = self.makes_talks(ledger, self.standing, directory, voice, clock=parts.clock, ids=parts.ids)
        self.plain = Expected()

    @initialize()
    def end_what_the_seed_ordered(self) -> None:
        item = self.table.get(store.negotiation_key(LAW, 1))
        assert item is not None
        quota = item.data["content"]["daily_quota"]
        self.plain.known.append(Known(f"{LAW}.1", LAW, "FINALIZED", "ordered", "seed", quota))
        self.step(self.plain.known[0], "terminate", "operator")

    # -- what can happen -----------------------------------------------------------------------------

    @rule(by=st.sampled_from(["consumer", "provider"]), names=st.sampled_from(["first", "both"]), quota=quotas)
    def begin(self, by: str, names: str, quota: int) -> None:
        standing = self.plain.standing()
        refusal = self.plain.misfit(names, Invalid)
        if refusal is None and standing is not None:
            latest = [each for each in self.plain.known if each.agreement == standing.agreement][-1]
            if standing.order == "ordered" or latest.state in TALKING:
                refusal = WrongState
        view = self.outcome(lambda: self.talks.open(once(), self.actor(by), self.terms(names, quota)), refusal)
        if view is not None:
            state = "REQUESTED" if by == "consumer" else "OFFERED"
            assert view.state == state and view.agreement == (standing.agreement if standing else view.agreement)
            self.plain.known.append(Known(view.id, view.agreement, state, "agreed", names, quota))

    @precondition(lambda self: self.plain.known)
    @rule(data=st.data(), fault=st.sampled_from([None, None, "drop", "lost"]))
    def act(self, data: st.DataObject, fault: str | None) -> None:
        known = self.some(data)
        self.step(known, *self.some_act(data, known), fault=fault)

    @precondition(lambda self: any(each.state in TALKING for each in self.plain.known))
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """A step in the right direction, or agreements would seldom come about."""
        known = data.draw(st.sampled_from([each for each in self.plain.known if each.state in TALKING]))
        act, party = {
            "REQUESTED": ("agree", "provider"),
            "OFFERED": ("accept", "consumer"),
            "ACCEPTED": ("agree", "provider"),
            "AGREED": ("verify", "consumer"),
            "VERIFIED": ("finalize", "provider"),
        }[known.state]
        self.step(known, act, party)

    @precondition(lambda self: self.plain.known)
    @rule(data=st.data())
    def twins(self, data: st.DataObject) -> None:
        """Two steps upon one revision: whoever writes first wins, the other learns that it is late."""
        known = self.some(data)
        first, second = self.some_act(data, known), self.some_act(data, known)
        before, ran = known.revision, []

        def quicker() -> None:
            ran.append(True)
            self.step(known, *second)

        self.table.meanwhile = quicker
        expected = self.plain.verdict(known, *first)
        try:
            self.perform(known, *first, revision=before)
            done = True
        except (Stale, WrongState, Invalid):
            done = False
        self.table.meanwhile = None
        if expected is not None:
            assert not done and not ran, "a refused step writes nothing"
        elif known.revision != before:
            assert not done, "of two steps upon one revision only one may take effect"
        else:
            assert done
            self.plain.happened(known, *first)

    @precondition(lambda self: any(each.revision > 1 for each in self.plain.known))
    @rule(data=st.data())
    def late(self, data: st.DataObject) -> None:
        """A step upon a revision that is not the last one takes no effect, whatever it is."""
        known = data.draw(st.sampled_from([each for each in self.plain.known if each.revision > 1]))
        self.outcome(lambda: self.perform(known, *self.some_act(data, known), revision=known.revision - 1), Stale)

    @precondition(lambda self: sum(each.state == "VERIFIED" for each in self.plain.known) > 1)
    @rule()
    def rivals(self) -> None:
        """Two negotiations between the same two are finalised at the same moment."""
        one, other = [each for each in self.plain.known if each.state == "VERIFIED"][:2]
        self.table.meanwhile = lambda: self.step(other, "finalize", "provider")
        expected = self.plain.verdict(one, "finalize", "provider")
        try:
            self.perform(one, "finalize", "provider", revision=one.revision)
        except (Stale, AlreadyThere, WrongState):
            self.table.meanwhile = None
            return
        self.table.meanwhile = None
        assert expected is None and other.state == "VERIFIED"
        self.plain.happened(one, "finalize", "provider")

    @rule(quota=quotas)
    def order(self, quota: int) -> None:
        standing = self.plain.standing()
        laws = [each for each in self.plain.known if each.order == "ordered"]
        agreement = Terms.model_validate({**python_terms("first", quota)}).agreement(
            OFFICE, PERSON, identifier=LAW, order="ordered"
        )
        same = (
            standing is not None
            and standing.order == "ordered"
            and (standing.names, standing.quota)
            == (
                "first",
                quota,
            )
        )
        changed = self.standing.order(agreement, "test")
        assert changed is not (same and standing is not None and standing.state == "FINALIZED")
        if same and standing is not None:
            if standing.state == "SUSPENDED":
                self.plain.happened(standing, "resume", "operator")
            return
        self.plain.supersede()
        self.plain.known.append(Known(f"{LAW}.{len(laws) + 1}", LAW, "FINALIZED", "ordered", "first", quota))

    @rule(names=st.sampled_from(["first", "both"]))
    def describe(self, names: str) -> None:
        """The provider's description loses a field, or has it again."""
        if names == self.plain.described:
            return
        directory = self.exchange.service.directory
        directory.forget(store_key())
        service = directory.service(ServiceId.parse(PERSON))
        assert service is not None
        document = copy.deepcopy(dict(service.document))
        properties = document["components"]["schemas"]["Answer"]["properties"]
        required = document["components"]["schemas"]["Answer"]["required"]
        if names == "first":
            del properties["last_name_th"]
            required.remove("last_name_th")
        else:
            properties["last_name_th"] = {"type": "string"}
            required.append("last_name_th")
        self.exchange.service.services.describe(replace(service, document=document), "test")
        self.plain.described = names
        standing = self.plain.standing()
        if standing is not None and standing.state == "FINALIZED" and self.plain.misfit(standing.names, Invalid):
            standing.state, standing.suspended_by = "SUSPENDED", "exchange"
            standing.revision += 1

    @rule(who=st.sampled_from([OFFICE, PROVIDER]))
    def rotate_key(self, who: str) -> None:
        directory = self.exchange.service.directory
        system = directory.subsystem_now(SubsystemId.parse(who))
        assert system is not None
        self.exchange.keys[who] = LocalSigner()
        jwks = {"keys": [dict(self.exchange.keys[who].public_jwk)]}
        directory.register_subsystem(replace(system, jwks=jwks), "test")

    # -- what must always hold -------------------------------------------------------------------------

    @invariant()
    def at_most_one_stands_and_what_passes_is_in_force(self) -> None:
        standing = [each for each in self.plain.known if each.state in ("FINALIZED", "SUSPENDED")]
        assert len(standing) <= 1
        kept = [
            store.negotiation_from(data)
            for data in self.exchange.rows("NEGOTIATION#")
            if OFFICE in str(data["content"])
        ]
        mine = [each for each in kept if str(each.agreement.service) == PERSON]
        assert [each.id for each in mine if each.state in ("FINALIZED", "SUSPENDED")] == [each.id for each in standing]
        pair = self.table.get(agreement_key(SubsystemId.parse(OFFICE), ServiceId.parse(PERSON)))
        assert pair is not None
        for each in mine:
            if each.state in ("FINALIZED", "SUSPENDED"):
                assert proven(each, self.exchange.now), "what stands is signed by all who must"
                content = pair.data["content"]
                assert (content["id"], content["version"]) == (each.agreement.id, each.agreement.version)
                assert content["state"] == each.state
        assert self.passes() is any(each.state == "FINALIZED" for each in standing)

    @invariant()
    def the_model_and_the_table_agree(self) -> None:
        for each in self.plain.known:
            agreement, version = each.id.rsplit(".", 1)
            item = self.table.get(store.negotiation_key(agreement, int(version)))
            assert item is not None and (item.data["content"]["state"], item.version) == (each.state, each.revision)
            assert item.data["content"]["daily_quota"] == each.quota
            events = self.exchange.parts.journal.history(store.history_pk(each.id))
            assert chain_is_whole(events) and len(events) == item.version
            assert events[-1].hash == item.data["head"]["hash"]

    # -- how -------------------------------------------------------------------------------------------

    def actor(self, party: str) -> Actor:
        name = {"consumer": OFFICE, "provider": PROVIDER}.get(party)
        return Actor(f"test:{party}", None if name is None else SubsystemId.parse(name))

    def terms(self, names: str, quota: int) -> Any:
        return Terms.model_validate(python_terms(names, quota)).agreement(OFFICE, PERSON)

    def some(self, data: st.DataObject) -> Known:
        """Mostly one that has not ended."""
        known = self.plain.known[-4:]
        return data.draw(st.sampled_from([each for each in known if each.state != "TERMINATED"] * 4 + known))

    def some_act(self, data: st.DataObject, known: Known) -> tuple[str, str]:
        """Mostly what is possible, or nothing would come about; sometimes anything."""
        every = [(act.value, party) for act in Act for party in PARTIES]
        possible = [each for each in every if self.plain.next_state(known, *each) is not None]
        return data.draw(st.sampled_from(possible * 4 + every))

    def step(self, known: Known, act: str, party: str, fault: str | None = None) -> None:
        key = once()
        self.table.fault = fault
        expected = self.plain.verdict(known, act, party)

        def attempt() -> Any:
            try:
                return self.perform(known, act, party, revision=known.revision, attempt=replace(key, token=new_token()))
            except Unavailable:
                try:
                    again = replace(key, token=new_token())
                    return self.perform(known, act, party, revision=known.revision, attempt=again)
                except Replayed as replayed:
                    return NegotiationView.model_validate_json(json.dumps(replayed.answer))

        view = self.outcome(attempt, expected)
        self.table.fault = None
        if view is not None:
            self.plain.happened(known, act, party)
            assert (view.state, view.revision) == (known.state, known.revision)

    def perform(self, known: Known, act: str, party: str, *, revision: int, attempt: Once | None = None) -> Any:
        used, actor = attempt or once(), self.actor(party)
        if act == "offer":
            return self.talks.offer(used, actor, known.id, revision, self.terms("first", known.quota + 1))
        if act == "accept":
            return self.talks.accept(used, actor, known.id, revision)
        if act in ("agree", "verify"):
            signer = self.exchange.keys[OFFICE if party == "consumer" else PROVIDER]
            agreement, version = known.id.rsplit(".", 1)
            item = self.table.get(store.negotiation_key(agreement, int(version)))
            assert item is not None
            return self.talks.sign(used, actor, known.id, revision, Act(act), signature(signer, item.data["terms"]))
        if act == "finalize":
            return self.talks.finalize(used, actor, known.id, revision)
        return self.talks.turn(used, actor, known.id, revision, Act(act), WHY)

    def outcome(self, work: Callable[[], Any], refusal: type[Refusal] | None) -> Any:
        """What came of it; a refusal must be the expected one."""
        try:
            found = work()
        except Refusal as refused:
            assert refusal is not None and isinstance(refused, refusal), f"unexpected: {refused.en}"
            return None
        assert refusal is None, f"it had to be refused ({refusal})"
        return found

    def passes(self) -> bool:
        try:
            self.exchange.service.exchanges.run(self.exchange.ask(body=b'{"pid":"3990100001013"}'))
        except AccessDenied:
            return False
        return True


def python_terms(names: str, quota: int) -> dict[str, Any]:
    """The terms as a body's model takes them from Python."""
    fixed = {"valid_from": date(2026, 1, 1), "valid_until": date(2027, 12, 31)}
    return {**TERMS, **fixed, "fields": NAMES[names], "predicates": [], "daily_quota": quota}


def once() -> Once:
    """An attempt with a key of its own."""
    return Once(new_id(), "print", new_token())


def store_key() -> Key:
    """Where the service lies."""
    return service_key(ServiceId.parse(PERSON))
