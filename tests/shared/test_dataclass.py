"""Dataclasses that are made late: the same as Python's own in all but when."""

from __future__ import annotations

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, asdict, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

import pytest
from pydantic import TypeAdapter

from chalicelib.shared.dataclass import dataclass


def made(cls: type) -> bool:
    """Whether Python has written its functions for a class."""
    return "__match_args__" in vars(cls)


@pytest.fixture(params=["alone", "beside another thread"])
def company(request: pytest.FixtureRequest) -> Iterator[None]:
    """A process that may be of one thread, and one that is of several."""
    over = threading.Event()
    other = threading.Thread(target=over.wait, daemon=True)
    if request.param != "alone":
        other.start()
    yield
    over.set()
    if request.param != "alone":
        other.join()


def shapes() -> tuple[Any, Any]:
    """A class with an heir."""

    @dataclass(frozen=True)
    class Shape:
        name: str
        sides: int = 3
        tags: list[str] = field(default_factory=list)

        def __post_init__(self) -> None:
            if self.sides < 0:
                raise ValueError("sides")

        @cached_property
        def loud(self) -> str:
            return self.name.upper()

    @dataclass(frozen=True, order=True)
    class Coloured(Shape):
        colour: str = field(default="red", kw_only=True)

    return Shape, Coloured


def test_nothing_is_made_before_the_first_object(company: None) -> None:
    shape, coloured = shapes()
    assert not made(shape) and not made(coloured)
    coloured("a")
    assert made(shape) and made(coloured)
    once = vars(shape)["__init__"]
    shape("b"), coloured("c")
    assert vars(shape)["__init__"] is once


@pytest.mark.parametrize("ask", [fields, is_dataclass, lambda shape: TypeAdapter(shape).validate_python({"name": "a"})])
def test_whoever_asks_for_the_fields_gets_them(company: None, ask: Callable[[Any], Any]) -> None:
    shape, _ = shapes()
    assert ask(shape)
    assert made(shape)
    assert [each.name for each in fields(shape)] == ["name", "sides", "tags"]


def test_an_object_is_as_python_makes_it(company: None) -> None:
    shape, coloured = shapes()
    one = shape("a", tags=["x"])
    assert (one, repr(one)) == (shape("a", 3, ["x"]), f"{shape.__qualname__}(name='a', sides=3, tags=['x'])")
    assert asdict(replace(one, sides=4)) == {"name": "a", "sides": 4, "tags": ["x"]}
    assert shape("a").tags is not shape("a").tags
    assert hash(replace(one, tags=())) == hash(shape("a", tags=()))
    assert one.loud == "A"
    assert coloured("a", colour="blue") < coloured("b")
    assert coloured("a") != shape("a")
    assert shape.__match_args__ == ("name", "sides", "tags")
    with pytest.raises(FrozenInstanceError):
        one.name = "b"
    with pytest.raises(TypeError, match="unexpected keyword"):
        shape("a", colour="red")
    with pytest.raises(ValueError, match="sides"):
        shape("a", -1)


@pytest.mark.parametrize("ask", [repr, hash, lambda one: one == one], ids=["shown", "hashed", "compared"])
def test_what_compares_hashes_and_shows_is_made_when_one_is_asked_for(ask: Callable[[Any], Any], company: None) -> None:
    shape, coloured = shapes()
    one = shape("a", tags=())
    waiting = vars(shape)["__eq__"]
    ask(one)
    assert vars(shape)["__eq__"] is not waiting
    named = vars(shape)["__eq__"], vars(shape)["__hash__"], vars(shape)["__repr__"]
    again = shape("a", 3, ())
    assert (one == again, hash(one) == hash(again), repr(one) == repr(again)) == (True, True, True)
    assert (vars(shape)["__eq__"], vars(shape)["__hash__"], vars(shape)["__repr__"]) == named
    assert one != coloured("a", tags=()) and one != "a" and one.__eq__("a") is NotImplemented


def test_what_is_not_to_be_shown_or_compared_is_not(company: None) -> None:
    @dataclass(frozen=True)
    class Person:
        id: str
        name: str = field(repr=False, compare=False)

    one, other = Person("p1", "Somchai"), Person("p1", name="Somying")
    assert repr(one).endswith("Person(id='p1')") and one == other and hash(one) == hash(other)


def test_what_may_change_has_no_hash_and_what_says_how_it_compares_is_heard() -> None:
    @dataclass
    class Open:
        name: str

    @dataclass
    class Own:
        name: str

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    @dataclass(frozen=True, eq=False)
    class One:
        name: str

    for unhashable in (Open("a"), Own("a")):
        with pytest.raises(TypeError, match="unhashable"):
            hash(unhashable)
    assert Open("a") == Open("a") != Open("b") and repr(Open("a")).endswith("Open(name='a')")
    assert Own("a") == Own("b") and repr(Own("a")) == "own"
    assert One("a") != One("a") and hash(One("a"))


def test_the_first_object_may_be_one_of_a_class_that_is_none_itself(company: None) -> None:
    shape, _ = shapes()

    class Plain(shape):  # type: ignore[misc, valid-type]  # as `shapes` gives it
        def __init__(self) -> None:
            super().__init__("plain", 7)

    assert (Plain().name, Plain().sides) == ("plain", 7)


def test_classes_with_slots_or_an_init_of_their_own_are_made_at_once() -> None:
    @dataclass(frozen=True, slots=True)
    class Slotted:
        name: str

    @dataclass
    class Own:
        name: str

        def __init__(self) -> None:
            self.name = "own"

    assert made(Slotted) and made(Own)
    assert (Slotted("a").name, Own()) == ("a", Own())


def test_an_abstract_class_stays_one(company: None) -> None:
    @dataclass
    class Asks(ABC):
        name: str

        @abstractmethod
        def answer(self) -> str: ...

    @dataclass
    class Answers(Asks):
        def answer(self) -> str:
            return self.name

    with pytest.raises(TypeError, match="abstract"):
        Asks("a")  # type: ignore[abstract]  # that it may not be is the point
    assert Answers("a").answer() == "a"


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns all the time."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_many_threads_may_make_the_first_object_at_once(restless: None) -> None:
    """None of them ever sees the class half made."""
    failed: list[BaseException] = []
    for _ in range(40):
        shape, coloured = shapes()
        together = threading.Barrier(6)

        def first(shape: Any = shape, coloured: Any = coloured, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                assert coloured("a", colour="blue").loud == shape("a").loud == "A"
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=first) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert failed == []


def test_a_field_may_be_called_self() -> None:
    @dataclass(frozen=True)
    class Link:
        self: str
        cls: str = "page"

    assert (Link(self="a").self, Link("b", cls="c").self, Link(self="d").cls) == ("a", "b", "page")
