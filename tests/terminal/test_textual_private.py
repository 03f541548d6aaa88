"""A Textual that is not as we know it is painted by Textual itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import Vertical
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Static

from tests.support.driver import as_textual_paints, driver_of, run_script
from tests.support.emulator import differences
from tests.support.waiting import until
from tui.terminal import textual_private
from tui.terminal.capabilities import Capabilities
from tui.terminal.output import CellDiffMixin

ROOT = Path(__file__).resolve().parents[2]


class Small(CellDiffMixin, App[None]):
    def compose(self) -> ComposeResult:
        yield Static("hello", id="words")


class Family(Vertical):
    """A widget that asks for its child when it is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = 0

    def compose(self) -> ComposeResult:
        yield Static("child", id="child")

    def look(self) -> None:
        self.looked += 1
        self.query_one("#child")

    class Said(Message):
        """What a child of it says."""

    def on_family_said(self) -> None:
        self.look()


class Foreign(CellDiffMixin):
    """An app of some other Textual: it has nothing that we use."""

    @property
    def _app(self) -> Any:
        return self


def test_all_is_known_of_this_textual() -> None:
    assert textual_private.missing(Small()) == []
    assert textual_private.missing_of_bindings(Small()) == []
    assert textual_private.missing_of_callbacks(Small()) == []
    assert textual_private.missing_of_layout() == []
    assert textual_private.missing_of_driver() == []


class Told(Static):
    """A widget that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__("new")
        self.events: list[str] = []

    def on_resize(self, event: events.Resize) -> None:
        self.events.append(f"resize {event.size.width}x{event.size.height}")

    def on_show(self) -> None:
        self.events.append("show")


async def test_a_new_widget_is_told_its_size_whoever_asked_where_it_is_before() -> None:
    app = Small()
    async with app.run_test(size=(40, 10)) as pilot:
        app.use_terminal(Capabilities())
        for asks in (False, True):
            new = Told()
            await app.screen.mount(new)
            if asks:
                # Drawing what changed between two layouts, as is done after a key, and a question.
                compositor = app.screen._compositor
                compositor.update_widgets({new})
                assert compositor.find_widget(new).region.size == (40, 1)
            await pilot.pause()
            assert new.events == ["resize 40x1", "show"], asks


def test_without_what_our_driver_needs_textuals_own_is_taken_with_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("textual._parser.Parser.tick")
    app = Small()
    assert app.get_driver_class() is LinuxDriver
    (note,) = app.terminal_notes
    assert "XTermParser.tick()" in note


@pytest.mark.parametrize(
    "name", ["textual._xterm_parser", "textual._parser", "textual._compositor"]
)
def test_a_textual_without_a_private_module_is_no_reason_not_to_start(name: str) -> None:
    check = (
        "import tui.terminal.typed, tui.terminal.output, tui.terminal.textual_private as private\n"
    )
    hide = f"import textual.app, sys; sys.modules[{name!r}] = None\n"
    shown = "print(private.missing_of_driver(), private.missing(textual.app.App))"
    done = subprocess.run(
        [sys.executable, "-c", hide + check + shown], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


def test_a_drawn_line_has_only_the_tables_that_were_asked_for() -> None:
    textual_private.make_tables_of_strips_late()
    textual_private.make_tables_of_strips_late()
    strip = Strip([Segment("abc"), Segment("def")], 6)
    assert tables_of(strip) == []
    part = strip.crop(1, 4)
    assert part.text == "bcd"
    assert strip.crop(1, 4) is part, "what was made is remembered"
    assert tables_of(strip) == ["_crop_cache"]
    assert [part.text for part in strip.divide([2, 6])] == ["ab", "cdef"]
    assert [segment.style for segment in strip.apply_style(Style(bold=True))] == [
        Style(bold=True)
    ] * 2
    assert strip.adjust_cell_length(8).text == "abcdef  "
    assert strip.crop_extend(3, 9, None).text == "def   "
    assert strip.apply_offsets(1, 2).text == "abcdef"
    assert strip.cell_length == 6
    assert Strip([Segment("abc")]).cell_length == 3
    assert strip == Strip([Segment("abc"), Segment("def")])
    assert not hasattr(strip, "no_such_table")
    assert textual_private.missing_of_strips() == []


def tables_of(strip: Strip) -> list[str]:
    """What a line remembers, without asking for it by its name: that would make it."""
    tables = [name for name in Strip.__slots__ if name.endswith("_cache")]
    return [name for name in tables if name != "_render_cache" and _is_filled(strip, name)]


def _is_filled(strip: Strip, name: str) -> bool:
    slot: Any = vars(Strip)[name]
    try:
        slot.__get__(strip, Strip)
    except AttributeError:
        return False
    return True


def test_an_app_that_lacks_what_we_use_is_left_alone_with_a_note() -> None:
    app = Foreign()
    app.use_terminal(Capabilities())
    assert app.cell_diff is None
    keys, late, painting = app.terminal_notes
    assert keys == "actions and panes have no keys: this Textual has no DOMNode._bindings"
    assert "_pruning" in late
    assert "_batch_count" in painting


def test_updates_of_another_shape_turn_it_off_and_the_screen_is_right_all_the_same() -> None:
    app = Small()
    app.use_terminal(Capabilities())

    class ChopsUpdate(CompositorUpdate):
        """Named as we know it, but made otherwise."""

    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        assert app.cell_diff is not None
        app._display(app.screen, ChopsUpdate())
        assert app.cell_diff is None
        assert "AttributeError" in app.terminal_notes[-1]
        app.query_one("#words", Static).update("still here")
        while not driver_of(app).emulator.shows("still here"):
            await pilot.pause()
        assert differences(driver_of(app).emulator, as_textual_paints(app)) == []
        app.exit()

    run_script(app, run)


def test_without_the_diff_frames_behind_a_slow_terminal_are_left_out_too() -> None:
    app = Small()
    app.use_terminal(Capabilities(), diff=False)

    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        driver = driver_of(app)
        driver.jam()
        written = len(driver.written)
        app.query_one("#words", Static).update("later")
        await pilot.pause()
        assert len(driver.written) == written
        driver.drain()
        while not driver.emulator.shows("later"):
            await pilot.pause()
        app.exit()

    run_script(app, run)


def test_bindings_are_laid_over_those_of_the_class_or_left_where_there_is_no_place_for_them() -> (
    None
):
    app, foreign = Small(), Foreign()
    laid = BindingsMap([Binding("x", "screenshot", id="made-up")])
    for node in (app, foreign):
        textual_private.lay_bindings(node, laid)
    assert [binding.id for binding in app._bindings.get_bindings_for_key("x")] == ["made-up"]
    assert not hasattr(foreign, "_bindings")


@pytest.mark.parametrize(
    "put_off",
    [
        lambda family: family.call_after_refresh(family.look),
        lambda family: family.call_later(partial(family.look)),
        lambda family: family.call_next(family.look),
        lambda family: family.set_timer(0.001, family.look),
        lambda family: family.post_message(Family.Said()),
    ],
    ids=["after a refresh", "later", "next", "by a timer", "a message"],
)
async def test_what_a_widget_put_off_is_not_done_once_it_is_being_removed(
    put_off: Callable[[Family], object],
) -> None:
    app = Small()
    app.use_terminal(Capabilities())
    async with app.run_test() as pilot:
        family, after = Family(), Family()
        await app.mount(family, after)
        gone = family.remove()
        put_off(family)
        put_off(after)
        await gone
        await until(lambda: after.looked == 1)
        await pilot.pause()
    assert family.looked == 0


async def test_an_answer_of_a_thread_for_a_widget_that_goes_is_dropped() -> None:
    app = Small()
    app.use_terminal(Capabilities())
    async with app.run_test():
        family = Family()
        await app.mount(family)
        gone = family.remove()
        await asyncio.to_thread(app.call_from_thread, family.look)
        await gone
    assert family.looked == 0
