"""When frames are painted: counted, on a clock that stands still or goes as it is told."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot
from textual.widgets import Static

from tests.support.driver import driver_of, run_script
from tui.terminal.app import TerminalApp
from tui.terminal.capabilities import Capabilities
from tui.terminal.output import CellDiff
from tui.terminal.pace import ANSWERING, APART, AWAY, BEHIND, SETTLING, Pace

BEAT = 0.1
FRAME = 250
"""Bytes of a frame that moves a cursor."""


def painted_at(*moments: float) -> Pace:
    """Ten frames a second, after these."""
    pace = Pace(10)
    for moment in moments:
        assert pace.wait(moment) == 0
        pace.painted(moment, FRAME)
    return pace


def pressed(pace: Pace, now: float) -> None:
    """A key that is dealt with at once."""
    pace.typed(now)
    pace.settled(now, more=False)


# When a frame may be painted


def test_news_after_a_rest_are_painted_at_once_and_then_once_a_beat() -> None:
    pace = painted_at(5.0)
    assert pace.wait(5.03) == pytest.approx(0.07)
    assert pace.wait(5.1) == pytest.approx(0)


def test_a_key_waits_for_no_beat() -> None:
    pace = painted_at(5.0)
    pressed(pace, 5.01)
    assert pace.wait(5.01) == 0


def test_a_frame_waits_until_the_key_is_dealt_with_but_not_for_long() -> None:
    pace = painted_at(5.0)
    pace.typed(5.01)
    assert pace.wait(5.012) == pytest.approx(SETTLING - 0.002)
    assert pace.wait(5.01 + SETTLING) == pytest.approx(0)
    pace.settled(5.013, more=False)
    assert pace.wait(5.013) == 0


def test_a_key_has_one_frame_ahead_of_the_beat() -> None:
    pace = painted_at(5.0)
    pressed(pace, 5.01)
    pace.painted(5.01, FRAME)
    assert pace.wait(5.02) == pytest.approx(BEAT - 0.01), "news after it have the usual distance"


def test_answers_to_a_burst_of_keys_keep_a_small_distance() -> None:
    pace = Pace(10)
    pressed(pace, 5.0)
    pace.painted(5.0, FRAME)
    pressed(pace, 5.004)
    assert pace.wait(5.004) == pytest.approx(APART - 0.004)


def test_a_key_that_changed_nothing_does_not_hasten_later_news() -> None:
    pace = Pace(1)
    pace.painted(5.0, FRAME)
    pressed(pace, 5.0)
    assert pace.wait(5.0 + ANSWERING) == pytest.approx(1 - ANSWERING)


def test_keys_that_come_together_are_answered_after_the_last_of_them() -> None:
    pace = painted_at(5.0)
    pace.typed(5.01)
    pace.painted(5.01 + SETTLING, FRAME)
    for number in range(3):
        now = 5.03 + number / 1000
        pace.settled(now, more=True)
        pace.typed(now)
        assert pace.wait(now) == pytest.approx(5.01 + SETTLING + BEHIND - now)
    pace.settled(5.04, more=False)
    assert pace.wait(5.04) == 0


def test_news_after_the_last_of_many_keys_have_the_usual_distance() -> None:
    pace = painted_at(5.0)
    pace.typed(5.01)
    pace.settled(5.02, more=True)
    pace.typed(5.02)
    pace.settled(5.03, more=False)
    pace.painted(5.03, FRAME)
    assert pace.wait(5.04) == pytest.approx(BEAT - 0.01)


def test_what_is_held_back_waits_though_a_key_was_pressed() -> None:
    pace = Pace(10)
    pace.hold(6.0)
    pressed(pace, 5.0)
    assert pace.wait(5.0) == pytest.approx(1.0)


def test_ahead_of_the_beat_no_more_than_so_many_bytes_are_written() -> None:
    pace = Pace(8, ahead=600)
    painted = []
    for number in range(16):
        now = 5.0 + number / 64
        pressed(pace, now)
        if pace.wait(now) == 0:
            pace.painted(now, FRAME)
            painted.append(number)
    assert painted == [0, 1, 2, 8, 9, 10], "three steps of a cursor a beat, and not a fourth"


def test_a_page_that_filled_the_beat_has_the_next_key_wait_for_the_next() -> None:
    pace = Pace(10, ahead=600)
    pressed(pace, 5.0)
    pace.painted(5.0, 2_000)
    pressed(pace, 5.03)
    assert pace.wait(5.03) == pytest.approx(0.07)


def test_without_the_focus_news_are_painted_slowly_and_never_stop() -> None:
    pace = painted_at(5.0)
    pace.is_away = True
    assert pace.wait(5.1) == pytest.approx(AWAY - 0.1)
    assert pace.wait(5.0 + AWAY) == pytest.approx(0)
    pace.is_away = False
    assert pace.wait(5.1) == pytest.approx(0), "with the focus the usual beat is back"


# How many are painted


class Keyed(TerminalApp):
    """A line that a key changes, and one for news."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "step", "Step"), ("n", "nothing", "Nothing")]
    steps = 0

    def __init__(self) -> None:
        super().__init__(Capabilities(), diff=True, say=lambda text, severity: None)

    def compose(self) -> ComposeResult:
        yield Static("step 0", id="step")
        yield Static("count 0", id="news")

    def action_step(self) -> None:
        self.steps += 1
        self.query_one("#step", Static).update(f"step {self.steps}")

    def action_nothing(self) -> None:
        """A key that shows nothing."""

    async def tell(self, pilot: Pilot[None], count: int) -> None:
        """So many changes, each drawn by Textual."""
        for number in range(count):
            self.query_one("#news", Static).update(f"count {number + 1}")
            await drawn(pilot)


async def drawn(pilot: Pilot[None]) -> None:
    """Until Textual has handed over what changed, and no key is under way."""
    app = pilot.app
    assert isinstance(app, Keyed)
    for _ in range(100):
        await pilot.pause()
        if not app.screen._dirty_widgets and app._turn is None:
            return
    raise AssertionError("the app does not come to rest")


def begun(app: Keyed, *, ahead: float = float("inf")) -> CellDiff:
    """The clock stands still but for `later`, just after a frame: the next beat never comes."""
    diff = app.cell_diff
    assert diff is not None
    later(diff, 5.0)
    diff.pace = Pace(1, ahead=ahead)
    diff.pace.painted(5.0, 0)
    diff.frames = 0
    return diff


def later(diff: CellDiff, now: float) -> None:
    """The clock goes on."""
    diff.clock = lambda: now


def test_a_key_is_answered_by_one_frame_while_news_wait_for_the_beat() -> None:
    app = Keyed()

    async def run(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        diff, screen = begun(app), driver_of(app).emulator
        await app.tell(pilot, 20)
        assert diff.frames == 0 and screen.shows("count 0")
        for number in range(1, 4):
            later(diff, 5.0 + number * 0.02)
            await pilot.press("j")
            await drawn(pilot)
            assert diff.frames == number
            assert screen.shows(f"step {number}")
        assert screen.shows("count 20"), "they are in the same frame"
        await app.tell(pilot, 20)
        assert diff.frames == 3
        app.exit()

    run_script(app, run, (40, 6))


def test_keys_in_one_packet_are_answered_by_one_frame() -> None:
    app = Keyed()

    async def run(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        diff, screen = begun(app), driver_of(app).emulator
        for _ in range(10):
            app.simulate_key("j")
        await drawn(pilot)
        assert screen.shows("step 10")
        assert diff.frames == 1
        app.exit()

    run_script(app, run, (40, 6))


def test_while_the_line_is_full_a_key_waits_and_one_frame_answers_all_of_them() -> None:
    app = Keyed()

    async def run(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        diff, driver = begun(app), driver_of(app)
        driver.jam()
        for _ in range(5):
            await pilot.press("j")
            await drawn(pilot)
        assert diff.frames == 0
        driver.drain()
        await drawn(pilot)
        assert diff.frames == 1 and driver.emulator.shows("step 5")
        app.exit()

    run_script(app, run, (40, 6))


def test_a_key_held_down_paints_no_more_than_its_bytes_ahead_of_the_beat() -> None:
    app = Keyed()

    async def run(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        diff = begun(app, ahead=1)
        for number in range(5):
            later(diff, 5.0 + number * 0.02)
            await pilot.press("j")
            await drawn(pilot)
        assert diff.frames == 1, "the first is ahead of the beat, the others come with it"
        app.exit()

    run_script(app, run, (40, 6))


def test_what_the_cluster_tells_gives_way_to_the_keys_under_way() -> None:
    app = Keyed()
    told: list[tuple[int, int]] = []

    async def run(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        app.give_way(lambda: told.append((0, app.steps)))
        assert told == [(0, 0)], "at once, as no key is under way"
        app.simulate_key("j")
        app.simulate_key("j")
        await pilot.pause(0)
        app.give_way(lambda: told.append((1, app.steps)))
        app.give_way(lambda: told.append((2, app.steps)))
        await drawn(pilot)
        assert told == [(0, 0), (1, 2), (2, 2)], "in their order, after the keys"
        app.exit()

    run_script(app, run, (40, 6))


def test_without_the_focus_the_latest_picture_is_painted_at_each_slow_beat() -> None:
    app = Keyed()

    async def run(pilot: Pilot[None]) -> None:
        await drawn(pilot)
        diff, screen = begun(app), driver_of(app).emulator
        diff.pace = Pace(20)
        diff.pace.painted(5.0, 0)
        app.app_focus = False
        await app.tell(pilot, 3)
        later(diff, 5.0 + AWAY / 2)
        await app.tell(pilot, 5)
        assert diff.frames == 0 and screen.shows("count 0")
        later(diff, 5.0 + AWAY)
        await app.tell(pilot, 8)
        assert diff.frames == 1 and screen.shows("count 1"), "the others wait for the next beat"
        later(diff, 5.1 + AWAY)
        app.app_focus = True
        await drawn(pilot)
        assert diff.frames == 2 and screen.shows("count 8"), "with the focus it is due"
        app.exit()

    run_script(app, run, (40, 6))
