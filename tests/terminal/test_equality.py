"""After whatever happens, the terminal shows what Textual would paint: characters and styles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tests.support.driver import as_textual_paints, driver_of, run_script
from tests.support.emulator import differences
from tui.terminal.capabilities import Capabilities
from tui.terminal.output import CellDiffMixin
from tui.terminal.pace import Pace
from tui.terminal.painter import Abilities

PIECES = (
    "plain words ",
    "日本語",
    "漢",
    "e\u0301",
    "a\u0323\u0302",
    "─────────────────────",
    "├─╮│╰",
    "                       ",
    "\U0001f600",
    "\U0001f469\u200d\U0001f4bb",
    "\u2764\ufe0f",
    "한글",
    "x",
    "■●○✓✗",
)
LOOKS = ("", "bold", "dim", "italic", "underline", "reverse", "strike", "on red", "black on green")
text_runs = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from(LOOKS)), min_size=0, max_size=7
)
Runs = list[tuple[str, str]]

steps = st.one_of(
    st.tuples(st.just("line"), st.integers(0, 11), text_runs),
    st.tuples(st.just("line"), st.integers(0, 11), text_runs),
    st.tuples(st.just("roll"), st.integers(-7, 7)),
    st.tuples(st.just("keys"), st.lists(st.sampled_from(["tab", "a", "漢", "left", "backspace"]))),
    st.tuples(st.just("resize"), st.integers(8, 60), st.integers(3, 20)),
    st.tuples(st.just("dialog"), text_runs),
    st.tuples(st.just("veil"), text_runs),
    st.tuples(st.just("screen"), text_runs),
    st.tuples(st.just("close")),
    st.tuples(st.just("side"), st.booleans()),
    st.tuples(st.just("repaint")),
    st.tuples(st.just("focus"), st.booleans()),
    st.tuples(st.just("jam"), st.booleans()),
    st.tuples(st.just("foreign")),
)


def content(runs: Iterable[tuple[str, str]]) -> Content:
    return Content.assemble(*[(text, look) if look else text for text, look in runs])


class Dialog(ModalScreen[None]):
    CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog.-veil { background: $background 60%; }
    Dialog Vertical { width: 24; height: 6; border: round $primary; background: $surface; }
    """

    def __init__(self, runs: Runs, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.runs = runs

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(content(self.runs))
            yield Input()


class Other(Screen[None]):
    def __init__(self, runs: Runs) -> None:
        super().__init__()
        self.runs = runs

    def compose(self) -> ComposeResult:
        yield Static(content(self.runs))


class Changing(CellDiffMixin, App[None]):
    """Lines that change, a side pane that comes and goes, an input."""

    CSS = """
    .line { height: 1; }
    #side { width: 9; border-left: solid $primary; background: $panel; display: none; }
    #side.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False
    rolled = 0

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical():
                for number in range(12):
                    yield Static(f"line {number}", classes="line", id=f"line-{number}")
                yield Input(id="input")
            yield Static("side 漢字 pane " * 8, id="side")

    def roll(self, rows: int) -> None:
        """All lines move by so many; what comes in at the edge is new."""
        texts = [f"{PIECES[n % len(PIECES)]} entry {n}" for n in range(60)]
        self.rolled = (self.rolled + rows) % 40
        for number in range(12):
            line = self.screen_stack[0].query_one(f"#line-{number}", Static)
            line.update(texts[self.rolled + number])


def changing(*, frames: int = 100_000, abilities: Abilities | None = None) -> Changing:
    app = Changing()
    app.use_terminal(Capabilities())
    assert app.cell_diff is not None
    app.cell_diff.pace = Pace(frames)
    if abilities is not None:
        app.cell_diff.painter.brush.abilities = abilities
    return app


async def settled(pilot: Pilot[Any]) -> None:
    """Until nothing is left to lay out or to paint."""
    app = pilot.app
    for _ in range(50):
        await pilot.pause()
        screen = app.screen
        if not (
            screen._dirty_widgets
            or screen._layout_required
            or screen._repaint_required
            or screen._compositor._dirty_regions
            or app._resize_event
            or app._resize_alarm  # type: ignore[attr-defined]
        ):
            return
    raise AssertionError("the app does not come to rest")


async def act(pilot: Pilot[Any], step: tuple[Any, ...]) -> None:
    app = pilot.app
    assert isinstance(app, Changing)
    driver = driver_of(app)
    match step:
        case ("line", number, runs):
            base = app.screen_stack[0]
            base.query_one(f"#line-{number}", Static).update(content(runs))
        case ("roll", rows):
            app.roll(rows)
        case ("keys", keys):
            await pilot.press(*keys)
        case ("resize", columns, rows):
            driver.resize(columns, rows)
        case ("dialog", runs):
            await app.push_screen(Dialog(runs))
        case ("veil", runs):
            await app.push_screen(Dialog(runs, classes="-veil"))
        case ("screen", runs):
            await app.push_screen(Other(runs))
        case ("close",):
            if len(app.screen_stack) > 1:
                await app.pop_screen()
        case ("side", is_open):
            app.screen_stack[0].query_one("#side").set_class(is_open, "-open")
        case ("repaint",):
            app.repaint_terminal()
        case ("focus", focused):
            app.app_focus = focused
        case ("jam", True):
            driver.jam()
        case ("jam", False):
            driver.drain()
        case ("foreign",):
            driver.write("\x1b[2J\x1b[1;1H\x1b[0;31mfrom somewhere else")
            app.repaint_terminal()


def check(script: list[tuple[Any, ...]], app: Changing) -> None:
    wrong: list[str] = []

    async def run(pilot: Pilot[Any]) -> None:
        driver = driver_of(app)
        await settled(pilot)
        for number, step in enumerate([("start",), *script]):
            await act(pilot, step)
            await settled(pilot)
            if not driver.backlog and app.app_focus:
                found = differences(driver.emulator, as_textual_paints(app))
                wrong.extend(f"after step {number} {step}: {line}" for line in found)
            if wrong:
                break
        app.exit()

    run_script(app, run, (50, 14))
    assert app.cell_diff is not None, app.terminal_notes
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "abilities",
    [
        Abilities(scroll=True),
        Abilities(),
        Abilities(repeat=True),
        Abilities(erase_colour=False, scroll=True),
    ],
    ids=["usual", "does not scroll", "repeats", "erases without colour"],
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(script=st.lists(steps, min_size=1, max_size=8))
def test_after_every_step_the_terminal_shows_what_textual_would_paint(
    abilities: Abilities, script: list[tuple[Any, ...]]
) -> None:
    check(script, changing(abilities=abilities))


@pytest.mark.parametrize("cluster", ["❤️", "漢", "👩‍🚀", "e\u0301"])
@pytest.mark.parametrize("before", ["plain words", "plain words ", "plain words  "])
def test_a_cluster_cut_by_the_edge_of_a_dialog_moves_nothing(before: str, cluster: str) -> None:
    line = ("line", 5, [(before, ""), (cluster, "")])
    check([("side", True), ("dialog", []), line, ("repaint",), ("close",)], changing())
    check([line, ("side", True), ("dialog", []), ("resize", 51, 14)], changing())


def test_lines_that_move_are_moved_by_the_terminal() -> None:
    app = changing(abilities=Abilities(scroll=True))
    check([("roll", 1), ("roll", 3), ("roll", -2), ("side", True), ("roll", 2)], app)
    check(
        [("roll", 7), ("dialog", [("漢", "")]), ("roll", -5), ("close",), ("roll", 1)], changing()
    )


def test_a_wide_character_over_half_of_another_and_back() -> None:
    check(
        [
            ("line", 0, [("漢字漢字", "")]),
            ("line", 0, [("x漢字漢", "bold")]),
            ("line", 0, [("漢字漢字", "")]),
            ("line", 0, [("\U0001f469\u200d\U0001f4bb漢e\u0301x", "")]),
            ("line", 0, [("\u2764\ufe0f漢x", "on red")]),
            ("line", 0, [("ab", "")]),
        ],
        changing(),
    )


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "textual-light"])
def test_other_themes_are_painted_as_textual_paints_them(theme: str) -> None:
    app = changing()
    app.theme = theme
    check(
        [
            ("line", 2, [("plain", "bold"), ("漢字", "on red"), ("      ", "underline")]),
            ("dialog", [("words", "reverse")]),
            ("keys", ["a", "b"]),
            ("line", 2, []),
            ("close",),
            ("side", True),
            ("veil", []),
            ("close",),
        ],
        app,
    )


def test_without_colours_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    check([("line", 2, [("x", "black on green"), ("y", "bold")]), ("veil", [])], changing())


def test_what_piles_up_behind_a_slow_terminal_is_painted_as_one_latest_frame() -> None:
    app = changing()
    frames: list[int] = []

    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        driver = driver_of(app)
        driver.jam()
        written = len(driver.written)
        for number in range(20):
            app.query_one("#line-3", Static).update(f"count {number}")
            await settled(pilot)
        frames.append(len(driver.written) - written)
        driver.drain()
        await settled(pilot)
        frames.append(len(driver.written) - written)
        assert differences(driver.emulator, as_textual_paints(app)) == []
        assert driver.emulator.shows("count 19")
        app.exit()

    run_script(app, run)
    assert frames == [0, 1]


def test_what_is_seen_without_focus_is_painted_and_all_of_it_when_the_focus_is_back() -> None:
    app = changing()

    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        driver = driver_of(app)
        app.app_focus = False
        await settled(pilot)
        app.query_one("#line-3", Static).update("while away")
        while not driver.emulator.shows("while away"):
            await pilot.pause()
        app.query_one("#line-4", Static).update("and more")
        app.app_focus = True
        await settled(pilot)
        assert driver.emulator.shows("and more")
        assert differences(driver.emulator, as_textual_paints(app)) == []
        app.exit()

    run_script(app, run)


@pytest.mark.parametrize("heard", [False, True], ids=["unheard", "heard"])
def test_away_from_a_size_and_back_to_it_leaves_no_hole(heard: bool) -> None:
    app = changing(frames=20)

    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        driver = driver_of(app)
        if heard:
            driver.resize(30, 9)
        else:
            driver.emulator.resize(lines=9, columns=30)
        driver.resize(80, 24)
        await settled(pilot)
        assert app.cell_diff is not None
        while app.cell_diff._pending:
            await pilot.pause()
        assert differences(driver.emulator, as_textual_paints(app)) == []
        app.exit()

    run_script(app, run)


def test_a_burst_of_resizes_is_laid_out_a_few_times_and_ends_right() -> None:
    app = changing(frames=20)
    laid: list[object] = []

    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        driver = driver_of(app)
        app.screen.screen_layout_refresh_signal.subscribe(app, laid.append, immediate=True)
        for number in range(50):
            driver.resize(40 + number % 13, 10 + number % 7)
        await settled(pilot)
        driver.resize(61, 17)
        await settled(pilot)
        while driver.emulator.columns != app.size.width or app.screen.size.width != 61:
            await pilot.pause()
        await settled(pilot)
        assert app.cell_diff is not None
        while app.cell_diff._pending:
            await pilot.pause()
        assert differences(driver.emulator, as_textual_paints(app)) == []
        app.exit()

    run_script(app, run)
    assert len(laid) <= 12
