"""A link that the agency's system could not live with, or that would let it do more than its part, is not published."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.biz.definitions import lint
from chalicelib.biz.definitions.link import address_fault, origin

from .hotel import KEY, OTHER_KEY, client, definition, elsewhere

Bend = Callable[[dict[str, Any]], Any]
PUBLIC = client.public_jwk(KEY, "hotel-1")


def told(raw: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.en) for problem in lint.examine(raw)[1]]


@pytest.mark.parametrize(
    "raw",
    [
        definition(),
        elsewhere(),
        definition({"fee": "at_most"}),
        definition({"keys": [PUBLIC, client.public_jwk(OTHER_KEY, "hotel-2")]}),
        definition({"deliver_to": "http://10.1.2.3:8080/in"}),
    ],
    ids=["receive", "hand over", "at most", "two keys", "a private network"],
)
def test_a_good_link_is_good(raw: dict[str, Any]) -> None:
    assert told(raw) == []


def link(**changes: Any) -> Bend:
    return lambda raw: raw["link"].update(changes)


def key(**changes: Any) -> Bend:
    return lambda raw: raw["link"]["keys"][0].update(changes)


def action(code: str, **changes: Any) -> Bend:
    return lambda raw: raw["workflow"]["actions"][code].update(changes)


@pytest.mark.parametrize(
    ("bend", "where", "what"),
    [
        (link(mode="push"), "/link/mode", "Input should be"),
        (link(keys=[]), "/link/keys", "at least 1"),
        (link(keys=[PUBLIC] * 5), "/link/keys", "at most 4"),
        (link(keys=[PUBLIC, PUBLIC]), "/link/keys/0/kid", "twice"),
        (link(password="x"), "/link/password", "not permitted"),
        (key(d="secret"), "/link/keys/0/d", "not permitted"),
        (key(kty="RSA"), "/link/keys/0/kty", "Input should be"),
        (key(crv="P-384"), "/link/keys/0/crv", "Input should be"),
        (key(alg="none"), "/link/keys/0/alg", "Input should be"),
        (key(x="A" * 43), "/link/keys/0", "no point"),
        (key(y=PUBLIC["x"]), "/link/keys/0", "no point"),
        (key(x="short"), "/link/keys/0/x", "pattern"),
        (key(kid="a b"), "/link/keys/0/kid", "pattern"),
        (link(deliver_to="http://hotel.go.th/in"), "/link/deliver_to", "https"),
        (link(deliver_to="https://user:pw@hotel.go.th/in"), "/link/deliver_to", "plain address"),
        (link(deliver_to="https://hotel.go.th/in?x=1"), "/link/deliver_to", "no query"),
        (link(deliver_to="https://localhost/in"), "/link/deliver_to", "host name"),
        (link(hand_over_to="https://hotel.go.th/x"), "/link/hand_over_to", "hand_over"),
        (link(mode="hand_over"), "/link/hand_over_to", "hand_over"),
        (link(licence="agency"), "/workflow/actions/pay", "licensed"),
        (lambda raw: raw.pop("link"), "/workflow/actions/accept", "needs a link"),
        (action("accept", roles=["intake"]), "/workflow/actions/accept", "by its system"),
        (action("accept", roles=["linked", "intake"]), "/workflow/actions/accept", "by its system"),
        (action("approve", not_by_same=["accept"]), "/workflow/actions/approve", "four eyes"),
        (action("submit", roles=["linked"]), "/workflow/actions/submit", "only the applicant can file"),
        (action("withdraw", roles=["linked"]), "/workflow/actions/withdraw", "only the applicant can withdraw"),
        (action("pay", roles=["linked"]), "/workflow/actions/pay", "only the system can say"),
        (action("pay", effects=["paid", "licensed"]), "/workflow/actions/pay", "licensed"),
        (
            lambda raw: raw.update(checklist=[{"code": "exit", "text": {"th": "ก", "en": "a"}, "photo": True}]),
            "/checklist/0/photo",
            "photographs",
        ),
        (lambda raw: raw["link"].update(fee="at_most") or raw.update(fees=[]), "/link/fee", "no formula"),
    ],
)
def test_a_bad_one_is_told_with_its_place(bend: Bend, where: str, what: str) -> None:
    raw = definition()
    bend(raw)
    assert any(pointer == where and what in words for pointer, words in told(raw)), told(raw)


def upload(raw: dict[str, Any]) -> None:
    raw["documents"] = copy.deepcopy(definition()["documents"])


@pytest.mark.parametrize(
    ("bend", "where"),
    [
        (link(hand_over_to=None), "/link/hand_over_to"),
        (link(hand_over_to="https://10.0.0.1.nip/x?y"), "/link/hand_over_to"),
        (action("submit", roles=["applicant"]), "/workflow/actions/submit"),
        (action("license", roles=["system"]), "/workflow/actions/license"),
        (link(licence="here"), "/workflow/actions/license"),
        (upload, "/documents/0/mode"),
        (lambda raw: raw["form"]["hints"]["/hotel/rooms"].update(computed=1), "/form/hints/~1hotel~1rooms"),
    ],
)
def test_what_is_filled_in_elsewhere_asks_nothing_here(bend: Bend, where: str) -> None:
    raw = elsewhere()
    bend(raw)
    assert where in [pointer for pointer, _ in told(raw)], told(raw)


@pytest.mark.parametrize(("licence", "where"), [("agency", "/procedures/renew"), ("here", "/procedures/renew/form")])
def test_what_is_about_a_licence_is_filled_in_where_the_licence_is_known(licence: str, where: str) -> None:
    raw = elsewhere({"licence": licence})
    words = {"th": "ต่ออายุ", "en": "Renew"}
    raw["procedures"] = {"renew": {"name": words, "summary": words, "source": "x", "verified": "no"}}
    assert where in [pointer for pointer, _ in told(raw)]


@pytest.mark.parametrize("changes", [{"fee": "at_most"}, {"licence": "agency"}])
def test_silence_fixes_no_fee_and_issues_no_licence_of_the_agencys(changes: dict[str, str]) -> None:
    raw = elsewhere() if "licence" in changes else definition(changes)
    said = {"text": {"th": "ก", "en": "a"}, "source": "x", "verified": "no"}
    raw["deemed_approval"] = {**said, "action": "approve"}
    assert "/deemed_approval" in [pointer for pointer, _ in told(raw)]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hotel.go.th/x", "https://", "https:///x", "//hotel.go.th/x", "https://hotel/x", "https://hotel.local/x",
        "https://a.internal/", "https://x.test/", "https://127.1/x", "http://8.8.8.8/x", "https://2130706433/x",
        "https://0x7f.0.0.1/x", "https://hotel.go.th:0/x", "https://hotel.go.th:99999/x", "https://hotel.go.th/#x",
        "https://hotel.go.th\\@evil.example/", "https://hotel.go.th /x", "https://โรงแรม.ไทย/", "https://-a.go.th/",
        "https://a..go.th/", "javascript:alert(1)", "https://[::1/x", "https://hotel.go.th/\n",
        "https://" + "a" * 64 + ".th/",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert address_fault(url) is not None


@pytest.mark.parametrize(
    ("url", "whose"),
    [
        ("https://hotel.laemngop.go.th/klang", "https://hotel.laemngop.go.th"),
        ("https://HOTEL.go.th:8443/a/b", "https://hotel.go.th:8443"),
        ("https://xn--12cg1cxchd0a2gzc1c5d5a.th/", "https://xn--12cg1cxchd0a2gzc1c5d5a.th"),
        ("http://10.0.0.5/x", "http://10.0.0.5"),
        ("http://[fd00::1]:8080/x", "http://[fd00::1]:8080"),
        ("https://203.150.1.1/x", "https://203.150.1.1"),
    ],
)
def test_a_good_address_and_whose_it_is(url: str, whose: str) -> None:
    assert (address_fault(url), origin(url)) == (None, whose)
