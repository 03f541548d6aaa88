"""What is read whole beside a list of Tables: what, in which order, how often, and when not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec import structs

from tests.state.test_inbox import PART, HandLoop, key
from tests.state.test_tables import read, told
from tests.support.runs import NOW
from tests.support.waiting import wait_until
from tui.domain.identity import Depth, ObjectKey, Row
from tui.domain.table import TableRow
from tui.domain.workflow import ListedWorkflow
from tui.errors import Busy, Refused, SourceError, Unreachable
from tui.kinds.workflows import WORKFLOWS, newest, renewed
from tui.ports.collections import Changed, Filled, LeftOut, Page, Scope, Sink, WatchEvent
from tui.ports.threads import CancelToken
from tui.state.filling import (
    AT_ONCE,
    BACKGROUND,
    BY_PAGES,
    FAR_EVERY,
    NEAR_EVERY,
    PACE,
    PAGES_EVERY,
    Filling,
    Fillings,
)
from tui.state.watch import WatchSession

SCOPE = Scope(("argo",))
URGENCIES = {"Running": 0, "Pending": 1, "Failed": 2}


class FakeTables:
    """Answers what a test wants; each question is one entry of `asked`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """The names of a question, or `everything`."""
        self.error: SourceError | None = None
        self.bad = ""
        """An object, or all of a namespace, of which reading fails by `error`."""
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.gone: set[str] = set()
        self.pages: list[list[Row[ListedWorkflow]]] = []
        self.selected: dict[str, frozenset[ObjectKey]] = {}
        self.stops: list[CancelToken] = []

    def read_table(
        self, kind: Any, scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[TableRow, ...]:
        return ()

    def fill(
        self,
        kind: Any,
        keys: Sequence[ObjectKey],
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        self.asked.append(" ".join(each.name for each in keys))
        self.stops.append(stop)
        self._wait(stop)
        for each in keys:
            if self.error is not None and self.bad in ("", each.name, each.namespace):
                raise self.error
            if each.name not in self.gone:
                sink(Filled(PART, (read(each.name),), since))

    def fill_all(
        self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken, *, since: int = 0
    ) -> None:
        self.asked.append("everything")
        self.stops.append(stop)
        for page in self.pages:
            self._wait(stop)
            if stop.is_set:
                return
            sink(Filled(PART, tuple(page), since))
        if self.error is not None:
            raise self.error

    def matching(self, kind: Any, scope: Scope, stop: CancelToken) -> frozenset[ObjectKey]:
        self.asked.append(scope.label_selector)
        self._wait(stop)
        if self.error is not None:
            raise self.error
        return self.selected.get(scope.label_selector, frozenset())

    def _wait(self, stop: CancelToken) -> None:
        while not self.goes_on.wait(0.005) and not stop.is_set:
            pass


class Bench:
    """A list of Tables with what is read beside it, on a loop that a test turns."""

    def __init__(self, *rows: Row[ListedWorkflow]) -> None:
        self.loop = HandLoop()
        self.tables = FakeTables()
        self.said: list[str] = []
        self.session: WatchSession[ListedWorkflow] = WatchSession("a", [PART], renewed=renewed)
        self.session.begin(
            lambda sink, stop: None, self.loop, arrived=self.take, failed=lambda error: None
        )
        self.session.take([Page(PART, rows, True, True)], NOW)
        self.filling: Filling[ListedWorkflow] = Filling(
            self.session,
            self.tables,
            WORKFLOWS,
            SCOPE,
            self.loop,
            connection=PART.connection,
            urgency=lambda value: URGENCIES.get(value.phase),
            newest=newest,
            said=lambda error: self.said.append(error.what),
            went_on=lambda: None,
        )

    @property
    def asked(self) -> list[str]:
        """The questions since this was asked last."""
        asked, self.tables.asked = self.tables.asked, []
        return asked

    def take(self, events: Sequence[WatchEvent[ListedWorkflow]]) -> None:
        """This arrives."""
        self.filling.take(self.session.take(events, NOW))

    def look(self, *names: str) -> None:
        """These are on the screen."""
        self.filling.look([key(name) for name in names])

    def answered(self) -> None:
        """Wait for the answer to what was asked last, and take it in."""
        seen = len(self.tables.stops)
        wait_until(lambda: self._is_answered(seen))

    def _is_answered(self, seen: int) -> bool:
        self.loop.turn()
        return self.filling._question is None or len(self.tables.stops) > seen

    def until(self, condition: Callable[[], object]) -> None:
        """Turn the loop until something is so."""

        def turned() -> object:
            self.loop.turn()
            return condition()

        wait_until(turned)

    def rest(self, seconds: float = 0.0, step: float = 0.05) -> None:
        """Let so much time go by, all answers arriving meanwhile."""
        passed = 0.0
        while True:
            wait_until(lambda: not self._is_busy())
            if passed >= seconds:
                return
            self.loop.turn(step)
            passed += step

    def _is_busy(self) -> bool:
        self.loop.turn()
        filling = self.filling
        return any(each is not None for each in (filling._question, filling._pages))


def rows(count: int, phase: str = "Succeeded", name: str = "w") -> list[Row[ListedWorkflow]]:
    return [told(f"{name}{i:03}", phase) for i in range(count)]


def test_what_is_on_the_screen_is_read_first_so_many_at_once() -> None:
    bench = Bench(*rows(20))
    bench.look(*(f"w{i:03}" for i in range(3, 13)))
    bench.rest(1)
    assert bench.asked == ["w003 w004 w005 w006 w007 w008 w009 w010", "w011 w012"]
    assert AT_ONCE == 8
    assert bench.session.known.unread == 10


def test_a_list_at_rest_asks_nothing() -> None:
    bench = Bench(*rows(20))
    bench.look("w000")
    bench.rest(1)
    assert bench.asked == ["w000"]
    bench.rest(60, step=1)
    assert not bench.asked and not bench.loop.later, "there is not even a timer"


def test_who_scrolls_fast_waits_for_nothing_that_was_left() -> None:
    bench = Bench(*rows(300))
    bench.tables.goes_on.clear()
    for top in range(0, 300, 30):
        bench.look(*(f"w{i:03}" for i in range(top, top + 30)))
    stops = bench.tables.stops
    wait_until(lambda: len(stops) == 10)
    assert [stop.is_set for stop in stops] == [True] * 9 + [False]
    bench.tables.goes_on.set()
    bench.rest(1)
    assert len(bench.asked) == 10 + 3, "only the last screen is read to its end"


def test_a_row_that_changes_all_the_time_is_read_once_a_second() -> None:
    bench = Bench(told("a"))
    bench.look("a")
    for _ in range(90):  # 25 changes a second, for 3.6 seconds
        bench.take([Changed(PART, told("a"))])
        bench.rest(0.04, step=0.04)
    assert len(bench.asked) == 4
    bench.rest(2)
    assert len(bench.asked) == 1, "and once more, after the last of them"


def test_rows_that_change_all_the_time_keep_nobody_from_the_others() -> None:
    bench = Bench(*rows(16, "Running", "busy"), told("calm", "Running"))
    bench.look(*(f"busy{i:03}" for i in range(16)), "calm")
    for _ in range(6):
        bench.take([Changed(PART, row) for row in rows(16, "Running", "busy")])
        bench.tables.goes_on.clear()
        bench.loop.turn(NEAR_EVERY)
        bench.tables.goes_on.set()
        bench.answered()
    assert any("calm" in each.split() for each in bench.asked)


def test_what_is_unfinished_is_read_in_the_background_then_what_failed_newest_first() -> None:
    bench = Bench(
        told("old-failed", "Failed", "9h"),
        told("new-failed", "Failed", "20m"),
        told("done", "Succeeded", "1m"),
        told("running", "Running", "30m"),
        told("younger", "Running", "3m"),
    )
    bench.filling.go_on()
    bench.rest(2)
    assert bench.asked == ["younger running new-failed old-failed"]


def test_the_background_waits_between_its_questions_and_for_what_comes_into_sight() -> None:
    bench = Bench(*rows(20, "Failed", "f"), *rows(4))
    bench.filling.go_on()
    bench.answered()
    assert len(bench.asked) == 1
    bench.loop.turn(PACE / 2)
    assert not bench.asked
    bench.look("w000")
    bench.rest()
    assert bench.asked == ["w000"]
    bench.rest(2 * PACE)
    assert len(bench.asked) == 2


def test_the_background_has_a_bound() -> None:
    bench = Bench(*rows(BACKGROUND + 100, "Failed"))
    bench.filling.go_on()
    bench.rest(BACKGROUND / AT_ONCE * PACE + 5, step=PACE)
    assert sum(len(each.split()) for each in bench.asked) == BACKGROUND
    bench.look("w000")
    bench.rest(1)
    assert bench.asked == ["w000"], "what is looked at is read all the same"


def test_what_was_read_and_changed_is_read_again_away_from_the_screen_but_seldom() -> None:
    bench = Bench(told("a", "Succeeded"), told("b", "Succeeded"))
    bench.look("a")
    bench.rest(1)
    bench.look("b")
    bench.rest(1)
    assert bench.asked == ["a", "b"]
    for _ in range(20):
        bench.take([Changed(PART, told("a", "Succeeded"))])
        bench.rest(1, step=0.5)
    assert len(bench.asked) <= 20 / FAR_EVERY + 1
    bench.rest(FAR_EVERY)
    assert not bench.session.known.due


def test_what_is_gone_is_not_asked_for_again_and_again() -> None:
    bench = Bench(told("a"))
    bench.tables.gone = {"a"}
    bench.look("a")
    bench.rest(30, step=0.5)
    assert bench.asked == ["a"]


def test_a_refusal_is_said_once_and_not_tried_again_until_somebody_wants_it() -> None:
    bench = Bench(*rows(20, "Failed"))
    bench.tables.error = Refused("not allowed to get workflows in argo")
    bench.look("w000", "w001")
    bench.rest(60, step=1)
    assert len(bench.asked) == 1
    assert bench.said == ["not allowed to get workflows in argo"]
    bench.take([Changed(PART, told("w000", "Failed"))])
    bench.rest(60, step=1)
    assert not bench.asked and len(bench.said) == 1
    bench.tables.error = None
    bench.filling.try_again()
    bench.rest(1)
    assert bench.asked[0] == "w000 w001"


@pytest.mark.parametrize(
    ("error", "waits"),
    [(Busy("slow down", status=429, retry_after=7), 7.0), (Unreachable("broken"), 1.0)],
)
def test_a_server_that_fails_is_left_alone_for_as_long_as_it_asks(
    error: SourceError, waits: float
) -> None:
    bench = Bench(*rows(20, "Failed"))
    bench.tables.error = error
    bench.look("w000")
    bench.answered()
    assert bench.asked == ["w000"]
    bench.rest(waits - 0.1)
    assert not bench.asked
    bench.rest(0.2)
    assert len(bench.asked) == 1
    bench.rest(60, step=0.5)
    assert len(bench.asked) < 12, "and ever less often where it does not say"
    assert not bench.said, "the header says that requests fail"


def test_one_object_that_cannot_be_read_keeps_nobody_from_the_others() -> None:
    bench = Bench(*rows(20))
    bench.tables.error, bench.tables.bad = Busy("internal error", status=500), "w000"
    bench.look(*(f"w{i:03}" for i in range(20)))
    bench.rest(20)
    assert bench.session.known.unread <= 8
    bench.rest(60, step=0.5)
    assert bench.session.known.unread == 1


def test_everything_is_read_by_pages_and_what_comes_meanwhile_one_by_one() -> None:
    bench = Bench(*rows(BY_PAGES))
    bench.tables.pages = [[read(f"w{i:03}", "Succeeded") for i in range(BY_PAGES)]]
    bench.tables.goes_on.clear()
    bench.filling.read_all()
    assert bench.filling.is_reading_all
    bench.take([Changed(PART, told("n", "Succeeded")), Changed(PART, told("w001", "Succeeded"))])
    bench.tables.goes_on.set()
    bench.rest(5)
    assert bench.asked[0] == "everything"
    assert not bench.session.known.due and not bench.filling.is_reading_all
    bench.take([Changed(PART, told("later", "Succeeded"))])
    bench.rest(5)
    assert "later" in bench.asked[-1].split(), "what comes is wanted as well"


def test_a_busy_cluster_does_not_make_everything_be_read_again_and_again() -> None:
    bench = Bench(*rows(BY_PAGES))
    bench.tables.pages = [[read(f"w{i:03}", "Succeeded") for i in range(BY_PAGES)]]
    bench.filling.read_all()
    bench.rest(1)
    assert bench.asked == ["everything"]
    for _ in range(10):
        bench.take([Changed(PART, row) for row in rows(BY_PAGES)])
        bench.rest(1, step=PACE)
    asked = bench.asked
    assert "everything" not in asked and len(asked) <= 10 / PACE + 1
    bench.rest(PAGES_EVERY, step=1)
    bench.take([Changed(PART, row) for row in rows(BY_PAGES)])
    bench.rest(1)
    assert "everything" in bench.asked


def test_few_objects_are_not_worth_a_page() -> None:
    bench = Bench(*rows(BY_PAGES - 1))
    bench.filling.read_all()
    bench.rest(20)
    asked = bench.asked
    assert "everything" not in asked and bench.session.known.unread == 0


def test_reading_everything_can_be_stopped_and_then_asks_nothing_more() -> None:
    bench = Bench(*rows(BY_PAGES))
    bench.tables.pages = [[read("w000", "Succeeded")], [read("w001", "Succeeded")]]
    bench.tables.goes_on.clear()
    bench.filling.read_all()
    wait_until(lambda: bench.tables.stops)
    assert bench.filling.read_no_more()
    assert bench.tables.stops[0].is_set and not bench.filling.is_reading_all
    assert not bench.filling.read_no_more(), "there is nothing to stop any more"
    bench.rest(5)
    assert bench.asked == ["everything"]


def test_reading_everything_is_tried_again_where_the_server_failed() -> None:
    bench = Bench(*rows(BY_PAGES))
    bench.tables.error = Busy("slow down", status=429, retry_after=5)
    bench.filling.read_all()
    bench.until(lambda: bench.said)
    bench.loop.turn(4.9)
    assert bench.asked == ["everything"]
    bench.tables.error = None
    bench.tables.pages = [[read(f"w{i:03}", "Succeeded") for i in range(BY_PAGES)]]
    bench.loop.turn(0.2)
    bench.rest(1)
    assert bench.asked == ["everything"] and not bench.session.known.due
    assert bench.said == ["slow down"]


def test_a_server_selects_by_labels_and_only_what_it_does_not_know_is_read() -> None:
    bench = Bench(*rows(200))
    bench.tables.selected = {"team=qa": frozenset({key("w007")})}
    bench.filling.select(["team=qa"])
    assert bench.filling.is_asking
    bench.until(lambda: not bench.filling.is_asking)
    assert bench.filling.selected == {"team=qa": {key("w007")}}
    bench.take([Changed(PART, told("new", "Succeeded"))])
    bench.rest(2)
    assert bench.asked == ["team=qa", "new"]


def test_where_a_server_selects_nothing_everything_is_read() -> None:
    bench = Bench(*rows(200))
    bench.filling.select(["team=qa"])
    bench.until(lambda: not bench.filling.is_asking)
    bench.rest(1)
    assert bench.asked == ["team=qa", "everything"]


def test_each_connection_of_a_list_reads_its_own_rows_and_waits_for_its_own_server() -> None:
    bench = Bench(*rows(4))
    other = FakeTables()
    other.error = Unreachable("broken")
    there = Row(key("t")._replace(connection="there"), "", "", frozenset(), told("t").value)
    part = PART._replace(connection="there")
    far = structs.replace(there, depth=Depth.TABLE)
    bench.session.take([Page(part, (far,), True, True)], NOW)
    second: Filling[ListedWorkflow] = Filling(
        bench.session,
        other,
        WORKFLOWS,
        SCOPE,
        bench.loop,
        connection="there",
        urgency=lambda value: None,
        newest=newest,
        said=lambda error: None,
        went_on=lambda: None,
    )
    both = Fillings([bench.filling, second])
    both.look([key("w000"), far.key])
    bench.rest(0.5)
    wait_until(lambda: other.asked == ["t"])
    both.look([key("w001"), far.key])
    bench.rest(0.2)
    assert bench.asked == ["w000", "w001"] and other.asked == ["t"]
    both.end()


def test_a_list_that_is_closed_asks_nothing_more() -> None:
    bench = Bench(*rows(20, "Failed"))
    bench.tables.goes_on.clear()
    bench.look("w000")
    wait_until(lambda: bench.tables.stops)
    bench.filling.end()
    assert bench.tables.stops[0].is_set
    for call in (bench.filling.go_on, bench.filling.read_all, bench.filling.try_again):
        call()
    bench.rest(5)
    assert bench.asked == ["w000"]
