"""Asking what is at many locations: a silent server holds up none of the others."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from tests.support.s3_store import here
from tests.support.waiting import wait_until
from tui.artifacts.base import Stat, StoreError
from tui.artifacts.items import Fact
from tui.artifacts.measuring import AT_ONCE, measure
from tui.domain.location import Location, SecretRef


class Servers:
    """Servers of all kinds, by their names."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: Counter[str] = Counter()
        self._together = threading.Barrier(AT_ONCE)

    def stat(self, location: Location) -> Stat:
        self.asked[location.server] += 1
        if location.server == "silent":
            self.go.wait(20)
        if location.server == "away":
            raise StoreError("no", reason="unreachable")
        if location.server == "refusing":
            raise StoreError("no", reason="login")
        if location.server == "broken":
            raise ZeroDivisionError
        if location.key.startswith("together"):
            self._together.wait(20)
        return Stat(len(location.key))


def test_a_silent_server_holds_up_none_of_the_others() -> None:
    servers, facts = Servers(), dict[Location, Fact]()
    silent = [here("silent", f"{number}") for number in range(20)]
    others = [here("quick", f"{number}") for number in range(30)]
    enough = threading.Event()
    doing = threading.Thread(
        target=measure, args=([*silent, *others], servers.stat, facts.__setitem__, enough.is_set)
    )
    doing.start()
    wait_until(lambda: set(facts) == set(others))
    assert servers.asked["silent"] == 1, "the first answer may hold for the others"
    enough.set()
    doing.join(5)
    assert not doing.is_alive(), "who has enough does not wait for it"
    servers.go.set()


def test_what_cannot_be_used_is_asked_once_and_another_login_by_itself() -> None:
    servers, facts = Servers(), dict[Location, Fact]()
    away = [here("away", f"{number}") for number in range(20)]
    refusing = [here("refusing", f"{number}") for number in range(20)]
    other = here("refusing", "k", secret_key=SecretRef("minio", "wrong"))
    measure([*away, *refusing, other], servers.stat, facts.__setitem__)
    assert len(facts) == 41 and all(isinstance(fact, StoreError) for fact in facts.values())
    assert servers.asked == {"away": 1, "refusing": 2}


def test_several_of_one_server_are_asked_for_at_a_time_once_it_has_answered() -> None:
    servers, facts = Servers(), dict[Location, Fact]()
    wanted = [here("one", "first"), *(here("one", f"together {n}") for n in range(AT_ONCE))]
    measure(wanted, servers.stat, facts.__setitem__)
    assert set(facts) == set(wanted)


def test_nothing_to_ask_for_ends_at_once_and_a_fault_is_raised() -> None:
    servers, facts = Servers(), dict[Location, Fact]()
    measure([], servers.stat, facts.__setitem__)
    assert facts == {}
    with pytest.raises(ZeroDivisionError):
        measure(
            [here("broken", f"{number}") for number in range(20)], servers.stat, facts.__setitem__
        )
