"""On the program's own screens the terminal shows what Textual would paint, whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from tests.cost.real_app import Cluster, Timed, big, log_line, made, workflow
from tests.support.driver import as_textual_paints, driver_of, run_script
from tests.support.emulator import Emulator, differences
from tests.support.processes import inside_tmux
from tests.support.pty import Pty, run_python
from tests.support.waiting import until
from tui.terminal.capabilities import Capabilities
from tui.terminal.pace import Pace

APP = Path(__file__).parents[1] / "cost" / "real_app.py"
KEYS = (
    *("j", "k", "down", "up", "pagedown", "pageup", "home", "end", "ctrl+d", "ctrl+u", "left"),
    *("right", "enter", "escape", "escape", "tab", "z", "l", "d", "y", "i", "E", "o", "n", "e"),
    *("slash", "exclamation_mark", "question_mark", "colon", "space", "w", "t", "F", "ctrl+e"),
    *("X", "R", "D", "x", "a", "f", "greater_than_sign", "right_parenthesis", "ctrl+r"),
)
"""What is pressed; none of them leaves the program or writes to the cluster."""

steps = st.one_of(
    st.tuples(st.just("keys"), st.lists(st.sampled_from(KEYS), min_size=1, max_size=6)),
    st.tuples(st.just("keys"), st.lists(st.sampled_from(KEYS), min_size=1, max_size=6)),
    st.tuples(st.just("row"), st.integers(1, 60), st.integers(0, 480)),
    st.tuples(st.just("step"), st.sampled_from(["", "漢字を待つ", "e\u0301t", "x" * 90])),
    st.tuples(st.just("log"), st.integers(1, 30)),
    st.tuples(st.just("second")),
    st.tuples(st.just("resize"), st.integers(60, 130), st.integers(12, 44)),
    st.tuples(st.just("jam"), st.booleans()),
)
Script = list[tuple[Any, ...]]


async def settled(pilot: Pilot[Any]) -> None:
    """Until nothing is left to lay out or to paint, and no thread is at it either."""
    app = pilot.app
    calm = 0

    def is_calm() -> bool:
        nonlocal calm
        screen = app.screen
        is_busy = (
            screen._dirty_widgets
            or screen._layout_required
            or screen._repaint_required
            or screen._compositor._dirty_regions
            or app._resize_event
            or app._resize_alarm  # type: ignore[attr-defined]
        )
        calm = 0 if is_busy else calm + 1
        return calm > 5

    await pilot.pause()
    await until(is_calm)


async def act(pilot: Pilot[Any], cluster: Cluster, app: Timed, step: tuple[Any, ...]) -> None:
    driver = driver_of(app)
    match step:
        case ("keys", keys):
            await pilot.press(*keys)
        case ("row", number, done):
            cluster.put(workflow(number, done))
        case ("step", message):
            cluster.put(big(message, 2))
        case ("log", count):
            for number in range(count):
                cluster.said.put(log_line(300 + number))
        case ("second",):
            app.second()
        case ("resize", columns, rows):
            driver.resize(columns, rows)
        case ("jam", True):
            driver.jam()
        case ("jam", False):
            driver.drain()


def check(script: Script, size: tuple[int, int]) -> None:
    """Whether after each step both screens look the same."""
    cluster = Cluster()
    app = made(cluster, Capabilities(scroll=True))
    assert app.cell_diff is not None
    app.cell_diff.pace = Pace(100_000)
    wrong: list[str] = []

    async def run(pilot: Pilot[Any]) -> None:
        driver = driver_of(app)
        await until(lambda: driver.emulator.shows("nightly-etl-0003"))
        for step in [("start",), *script]:
            await act(pilot, cluster, app, step)
            await settled(pilot)
            if driver.backlog:
                continue

            def differing() -> list[str]:
                return differences(driver.emulator, as_textual_paints(app))

            found = differing()
            if found:
                # A thread may just have told the app of something: only what stays is wrong.
                await settled(pilot)
                found = differing()
            wrong.extend(f"after {step}: {line}" for line in found)
            if wrong:
                break
        app.exit()

    run_script(app, run, size)
    assert app.cell_diff is not None, app.terminal_notes
    assert not wrong, "\n".join(wrong)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(script=st.lists(steps, min_size=1, max_size=9))
def test_after_every_step_the_terminal_shows_what_textual_would_paint(script: Script) -> None:
    check(script, (100, 24))


def test_a_walk_through_all_screens() -> None:
    walk = ("j", "enter", "j", "l", "z", "F", "k", "k", "end", "z", "y", "tab", "escape", "escape")
    script: Script = [("keys", [key]) for key in walk]
    script[5:5] = [("log", 25), ("second",), ("resize", 80, 24), ("log", 3), ("step", "漢字")]
    check(script, (120, 40))


def test_a_quiet_list_is_neither_painted_nor_laid_out_each_second() -> None:
    app = made(Cluster(), Capabilities())
    drawn: list[object] = []

    async def run(pilot: Pilot[Any]) -> None:
        driver = driver_of(app)
        await until(lambda: driver.emulator.shows("nightly-etl-0003"))
        await pilot.press("G")
        await settled(pilot)
        # What stands below the list about the row under the cursor follows when that rests.
        await until(lambda: not driver.emulator.shows("Running"))
        app.screen.screen_layout_refresh_signal.subscribe(app, drawn.append, immediate=True)
        app.second()
        await settled(pilot)
        written = len(driver.written)
        for _ in range(20):
            app.second()
            assert not app.screen._dirty_widgets, "nothing is even marked"
            await settled(pilot)
        drawn.extend(driver.written[written:])
        app.exit()

    run_script(app, run, (100, 24))
    assert drawn == []


def test_one_timer_runs_while_nothing_happens() -> None:
    app = made(Cluster(), Capabilities())

    async def run(pilot: Pilot[Any]) -> None:
        driver = driver_of(app)
        await until(lambda: driver.emulator.shows("nightly-etl-0003"))
        await settled(pilot)

        def running() -> list[float]:
            widgets = [app, app.screen, *app.screen.query("*")]
            timers = [timer for widget in widgets for timer in widget._timers]
            waiting = (each for each in timers if each._task and not each._task.done())
            return [each._interval for each in waiting if each._active.is_set()]

        await until(lambda: running() == [1.0])
        app.exit()

    run_script(app, run, (100, 24))


# Through a real tmux

SCRIPT = (
    *("j", "pagedown", "pagedown", "k", "G", "g", "!", "!", "X", "escape", "enter", "j", "j"),
    *("l", "z", "k", "k", "F", "z", "y", "?", "escape", ":", "r", "e", "down", "escape", "ctrl+r"),
)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """The command of a tmux server of its own, ended after the test."""
    file = tmp_path / "tmux.conf"
    file.write_text("set -g status off\nset -s escape-time 0\nset -g focus-events on\n")
    server = ["tmux", "-L", f"argo-tui-app-{os.getpid()}", "-f", str(file)]
    yield server
    subprocess.run([*server, "kill-server"], capture_output=True)


def shown_after_each_key(tmux: list[str], home: Path, *options: str) -> list[Emulator]:
    """What the client of tmux shows after each key; with a home in which nothing is remembered."""
    command = [*tmux, "-u", "new-session", *run_python(APP, "-", *options)]
    shown: list[Emulator] = []
    env = {"HOME": str(home), "XDG_STATE_HOME": str(home)}
    with Pty(command, columns=100, rows=30, env=env) as terminal:
        terminal.wait_for("nightly-etl-0003")
        terminal.others = inside_tmux(tmux)
        terminal.quiet(still=0.4)
        for key in SCRIPT:
            # What is written goes by tmux, so stillness has to be longer.
            terminal.step(key, still=0.4)
            replay = Emulator(100, 30)
            replay.feed(terminal.data)
            shown.append(replay)
    subprocess.run([*tmux, "kill-server"], capture_output=True)
    return shown


@pytest.mark.pty
@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux on this machine")
def test_in_tmux_every_key_ends_with_the_same_screen_as_without_the_diff(
    tmux: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours = shown_after_each_key(tmux, tmp_path_factory.mktemp("ours"))
    stock = shown_after_each_key(tmux, tmp_path_factory.mktemp("stock"), "--no-diff")
    for key, one, other in zip(SCRIPT, ours, stock, strict=True):
        assert differences(one, other) == [], key
