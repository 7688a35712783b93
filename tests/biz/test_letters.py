"""Events reach people exactly once, whatever breaks on the way."""

from __future__ import annotations

import pytest

from .town import MALEE, Town


def test_a_lost_message_is_sent_again_by_the_sweep(town: Town) -> None:
    town.post.deaf = True
    town.filed()
    assert town.post.sent == []
    town.post.deaf = False
    town.pass_time(minutes=2)
    town.biz.sweep(town.at)
    town.run_queue()
    assert town.neighbours.bodies(MALEE) == ["Your application was received and is being checked."]


def test_a_message_that_comes_twice_is_told_once(town: Town) -> None:
    town.filed()
    town.post.sent *= 3
    town.run_queue()
    assert town.neighbours.deliveries == 1


def test_an_inbox_that_is_down_gets_it_later(town: Town) -> None:
    town.filed()
    town.neighbours.broken = True
    body = town.post.sent[0][1]
    with pytest.raises(ConnectionError):
        town.biz.on_event(body)
    assert town.neighbours.letters == {}
    town.neighbours.broken = False
    town.biz.on_event(body)
    town.biz.on_event(body)
    assert (len(town.neighbours.letters), town.neighbours.deliveries) == (1, 1)


def test_the_papers_are_handed_over_once(town: Town) -> None:
    town.licensed()
    sent = list(town.post.sent)
    town.run_queue()
    for _, body in sent:
        town.biz.on_event(body)
    assert len(town.neighbours.papers) == 2
    assert {owner for owner, _ in town.neighbours.papers.values()} == {MALEE}


def test_letters_are_in_both_languages_and_name_the_case_only(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    ((owner, letter),) = town.neighbours.letters.values()
    assert (owner, letter.about, letter.agency) == (MALEE, case, "TH/LOCAL/LAEMNGOP")
    assert letter.body.th == "ได้รับคำขอของท่านแล้ว กำลังตรวจความครบถ้วน"
    assert "มาลี" not in letter.body.th + letter.subject.th
