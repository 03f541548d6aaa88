"""The status line, the hints and the query bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tests.support.widgets import Alone, painting, screen_of
from tui.keys import key_name
from tui.widgets.header import WHOLE, HeaderLine
from tui.widgets.hints import Hints
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import SECONDS_SHOWN, StatusLine
from tui.widgets.table import Table


async def test_a_message_stays_and_says_how_bad_it_is_without_colours() -> None:
    widget = StatusLine()
    async with Alone(widget).run_test(size=(40, 3)) as pilot:
        widget.say("Submitted etl-x7k2p")
        assert screen_of(widget) == [" Submitted etl-x7k2p".ljust(40)]
        widget.say("not allowed to delete workflows", "error")
        assert screen_of(widget)[0].startswith(" ✖ not allowed")
        await pilot.pause()
        with painting(widget) as painted:
            widget.say("not allowed to delete workflows", "error")
        assert painted.cells == 0
        widget.clear()
        assert not screen_of(widget)[0].strip()


async def test_a_long_message_takes_the_rows_it_needs_and_gives_them_back() -> None:
    widget = StatusLine(grows=True)
    async with Alone(widget).run_test(size=(20, 6)) as pilot:
        for text, rows in (
            ("short", 1),
            ("not allowed to delete workflows here", 3),
            ("Deleted one-run-a1b2c", 2),
            ("", 1),
        ):
            widget.say(text, "warning")
            await pilot.pause()
            assert widget.size.height == rows
            shown = " ".join(" ".join(screen_of(widget)).split())
            assert shown == f"▲ {text}" if text else not shown
            assert not widget.is_cut


async def test_what_does_not_even_fit_then_says_where_it_can_be_read() -> None:
    widget = StatusLine(grows=True)
    async with Alone(widget).run_test(size=(40, 6)) as pilot:
        widget.say("word " * 60, "error")
        await pilot.pause()
        assert widget.is_cut and widget.size.height == 3
        assert screen_of(widget)[2].rstrip().endswith("… (? tells all of it)")
        await pilot.resize_terminal(120, 6)
        await pilot.pause()
        assert not widget.is_cut


@pytest.mark.parametrize(("severity", "seconds"), SECONDS_SHOWN.items())
async def test_a_message_goes_when_it_is_old_and_what_is_bad_stays_longer(
    severity: str, seconds: int
) -> None:
    widget = StatusLine()
    async with Alone(widget).run_test(size=(40, 3)):
        widget.say("times: relative", severity)
        for _ in range(seconds - 1):
            widget.tick()
        assert widget.text
        widget.say("times: local", severity)
        widget.tick()
        assert widget.text, "a new one begins anew"
        for _ in range(seconds):
            widget.tick()
        assert not widget.text
    assert SECONDS_SHOWN["information"] < SECONDS_SHOWN["warning"] < SECONDS_SHOWN["error"]


async def test_without_utf8_the_sign_is_a_letter() -> None:
    widget = StatusLine(ascii=True)
    async with Alone(widget).run_test(size=(20, 3)):
        widget.say("x" * 40, "warning")
        assert screen_of(widget)[0] == " ! " + "x" * 16 + "~"


async def test_a_header_shortens_what_may_be_shortened_and_nothing_else() -> None:
    widget = HeaderLine()
    left = [
        (" ", ""),
        ("prod / ", "muted"),
        ("a-long-name-of-a-workflow", "heading"),
        ("  Failed", ""),
    ]
    right = [("stale 2s", "warning"), (": the server is busy", "warning")]
    shrinks = [(5, 0), (2, 10), (1, WHOLE), (2, 4)]
    async with Alone(widget).run_test(size=(70, 2)) as pilot:
        widget.show(left, right, shrinks)
        for width, shown in (
            (70, " prod / a-long-name-of-a-workflow  Failed stale 2s: the server is busy"),
            (60, " prod / a-long-name-of-a-workflow  Failed stale 2s: the ser…"),
            (55, " prod / a-long-name-of-a-workflow  Failed      stale 2s"),
            (40, " prod / a-long-…orkflow  Failed stale 2s"),
            (32, " a-lon…flow  Failed    stale 2s"),
            (24, " a-l…ow  Failed stale 2s"),
        ):
            await pilot.resize_terminal(width, 2)
            await pilot.pause()
            row = screen_of(widget)[0]
            assert len(row) == width
            assert row.split() == shown.split(), row


class Keyed(Alone):
    """An app with keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "logs", "Logs"),
        Binding("slash", "filter", "Filter"),
        Binding("x", "hidden", "Hidden", show=False),
        Binding("r", "retry", "Retry", id="workflow.retry"),
        Binding("question_mark", "show_help", "Help"),
    ]

    def action_logs(self) -> None: ...
    def action_filter(self) -> None: ...
    def action_hidden(self) -> None: ...
    def action_retry(self) -> None: ...
    def action_show_help(self) -> None: ...

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "logs"


async def test_hints_are_the_bindings_that_are_alive() -> None:
    widget = Hints()
    app = Keyed(widget)
    async with app.run_test(size=(80, 3)) as pilot:
        await pilot.pause()
        assert "/ Filter" in widget.text and "? Help" in widget.text
        assert "Hidden" not in widget.text and "Logs" not in widget.text
        app.set_keymap({"workflow.retry": "ctrl+t"})
        app.screen.refresh_bindings()
        await pilot.pause()
        assert "ctrl-t Retry" in widget.text


async def test_keys_that_would_only_be_refused_are_no_hints() -> None:
    widget = Hints(hides=lambda binding: binding.action == "filter")
    async with Keyed(widget).run_test(size=(80, 3)) as pilot:
        await pilot.pause()
        assert "Filter" not in widget.text and "Retry" in widget.text


async def test_when_it_is_narrow_help_is_the_last_hint_to_go() -> None:
    widget = Hints()
    async with Keyed(widget).run_test(size=(20, 3)) as pilot:
        await pilot.pause()
        shown = screen_of(widget)[0]
        assert "? Help" in shown and "Retry" not in shown


async def test_what_cannot_be_done_makes_room_for_what_can() -> None:
    widget = Hints(dims=lambda binding: binding.action == "filter")
    async with Keyed(widget).run_test(size=(21, 3)) as pilot:
        await pilot.pause()
        assert screen_of(widget)[0].rstrip() == " r Retry  ? Help"
        assert "(/ Filter)" in widget.text
        await pilot.resize_terminal(32, 3)
        await pilot.pause()
        assert screen_of(widget)[0].rstrip() == " (/ Filter)  r Retry  ? Help"


def test_keys_have_short_names() -> None:
    assert [key_name(key) for key in ("slash", "ctrl+d", "G", "escape", "ctrl+slash")] == [
        "/",
        "ctrl-d",
        "G",
        "Esc",
        "ctrl-/",
    ]


class Asking(Alone):
    """A bar above a list, as screens have them."""

    def compose(self) -> ComposeResult:
        yield QueryBar(id="query")
        yield Table[str]((), key=lambda item: item)


def texts(heard: list[Message], kind: type[Message]) -> list[str]:
    return [message.text for message in heard if type(message) is kind]  # type: ignore[attr-defined]


async def test_every_letter_is_told_and_enter_keeps_them() -> None:
    heard: list[Message] = []
    app = Asking()
    async with app.run_test(size=(60, 6), message_hook=heard.append) as pilot:
        bar = app.query_one(QueryBar)
        assert not bar.is_open
        bar.open()
        await pilot.press("j", "k", "enter")
        await pilot.pause()
        assert texts(heard, QueryBar.Edited)[-1] == "jk"
        assert "jk" in texts(heard, QueryBar.Submitted)
        assert bar.is_open, "a filter that is on stays to be seen"


async def test_escape_takes_back_what_was_typed() -> None:
    heard: list[Message] = []
    app = Asking()
    async with app.run_test(size=(60, 6), message_hook=heard.append) as pilot:
        bar = app.query_one(QueryBar)
        bar.text = "old"
        bar.open()
        await pilot.press("x", "escape")
        await pilot.pause()
        assert bar.text == "old"
        assert texts(heard, QueryBar.Cancelled)[-1] == "old"
        bar.text = ""
        bar.open()
        await pilot.press("x", "escape")
        assert not bar.is_open


async def test_what_was_asked_before_comes_back() -> None:
    app = Asking()
    async with app.run_test(size=(60, 6)) as pilot:
        bar = app.query_one(QueryBar)
        for word in ("one", "two"):
            bar.open("")
            await pilot.press(*word, "enter")
        bar.open("")
        await pilot.press("up", "up")
        assert bar.text == "one"
        await pilot.press("down", "down")
        assert bar.text == ""


async def test_the_cursor_of_the_bar_never_blinks() -> None:
    app = Asking()
    async with app.run_test(size=(60, 6)):
        assert app.query_one(Input).cursor_blink is False


def test_looks(snap_compare: Callable[..., bool]) -> None:
    class Screenful(Keyed):
        def compose(self) -> ComposeResult:
            bar = QueryBar(id="query")
            yield bar
            yield Table[str]((), key=lambda item: item, placeholder="none match")
            yield StatusLine()
            yield Hints()

        def on_mount(self) -> None:
            bar = self.query_one(QueryBar)
            bar.open("phase:fail")
            bar.problem = "no such phase [fail]"
            self.query_one(StatusLine).say("3 workflows deleted", "warning")

    assert snap_compare(Screenful(), terminal_size=(80, 12))
