"""Going through a text to what one looks for: hits of a search, and lines that tell of errors."""

from __future__ import annotations

import asyncio
import re
from array import array
from collections.abc import Callable
from functools import partial
from itertools import count
from time import process_time

from textual.message import Message

from tests.support.waiting import until
from tests.support.widgets import Alone, blocks, book_of, numbered, screen_of
from tui.domain.lines import Levels, TextLines
from tui.messages import Said
from tui.widgets.finder import LONGEST_SLICE, SLICE, Finder
from tui.widgets.text_view import TextView


class Saying(Alone):
    """Keeps what is said to the person at the keys."""

    def __init__(self, widget: TextView) -> None:
        super().__init__(widget)
        self.told: list[str] = []

    def on_said(self, message: Said) -> None:
        self.told.append(message.text)


def is_at(widget: TextView, line: int) -> bool:
    """Whether the search for errors went to this line last."""
    return widget.trouble.hit == line


async def test_a_search_goes_to_hits_and_round() -> None:
    heard: list[Message] = []
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 10), message_hook=heard.append) as pilot:
        widget.show(numbered(5000))
        widget.find("line \\d*77$")
        await until(lambda: widget.finder.is_done)
        assert widget.finder.hit == 77
        await pilot.press("n")
        assert widget.finder.hit == 177
        await pilot.press("N", "N")
        assert widget.finder.hit == 4977
        await pilot.press("n")
        assert widget.finder.hit == 77
        await pilot.pause()
        last = [m for m in heard if isinstance(m, TextView.SearchMoved)][-1]
        assert (last.rank, last.count, last.is_done) == (1, 50, True)


async def test_a_search_from_the_end_of_a_log_goes_to_the_last_hit() -> None:
    widget = TextView(follow=True)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(numbered(5000))
        widget.find("line \\d*77$")
        await until(lambda: widget.finder.hit is not None)
        assert widget.finder.hit == 4977
        await pilot.press("n")
        await until(lambda: widget.finder.is_done)
        assert widget.finder.hit == 77, "there is none after the last, so it goes round"


async def test_the_last_error_of_a_log_that_was_just_opened_is_the_last() -> None:
    lines = [f"line {i}" for i in range(5000)]
    for at in (10, 4000, 4995):
        lines[at] = f"ERROR number {at}"
    widget = TextView(follow=True, levels=True)
    async with Alone(widget).run_test(size=(40, 10)):
        widget.show(TextLines("\n".join(lines)))
        for wanted in (4995, 4000, 10):
            widget.action_error(-1)
            await until(partial(is_at, widget, wanted))


async def test_hits_are_seen_without_colours_and_gone_when_the_search_ends() -> None:
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 5)):
        widget.show(TextLines("an \x1b[31mer\x1b[0mror here\nnothing"))
        widget.find("error")
        await until(lambda: widget.finder.is_done)
        turned = [s.text for s in widget.render_line(0) if s.style and s.style.reverse]
        assert "".join(turned) == "error"
        widget.find("")
        assert not [s for s in widget.render_line(0) if s.style and s.style.reverse]


async def test_a_search_finds_lines_that_come_later() -> None:
    book = book_of("one", "two")
    widget = TextView()
    async with Alone(widget).run_test(size=(40, 5)):
        widget.show(book)
        widget.find("three")
        await until(lambda: widget.finder.is_done)
        assert widget.finder.count == 0
        widget.lines_appended(*book.append(blocks(b"three\n")))
        await until(lambda: widget.finder.count == 1)


async def test_lines_that_tell_of_trouble_are_marked_and_can_be_gone_to() -> None:
    lines = [f"line {i}" for i in range(60)]
    lines[20] = "ERROR no such table"
    lines[21] = "WARN slow"
    lines[50] = "Error: exit status 1 " + "x" * 60
    widget = TextView(levels=True)
    async with Alone(widget).run_test(size=(40, 10)) as pilot:
        widget.show(TextLines("\n".join(lines)))
        await pilot.press("}")
        await until(lambda: widget.trouble.hit == 20)
        marks = {line[:5]: line[-2] for line in screen_of(widget)}
        assert (marks["ERROR"], marks["WARN "], marks["line "]) == ("◄", "◂", " ")
        await pilot.press("}")
        await until(lambda: widget.trouble.hit == 21)
        await pilot.press("}")
        await until(lambda: widget.trouble.hit == 50)
        await pilot.press("{", "{")
        assert widget.trouble.hit == 20
        await pilot.press("{")
        assert widget.trouble.hit == 50
        await pilot.press("w")
        assert [line[-1] for line in screen_of(widget) if line.startswith("Error")] == ["◄"]


async def test_a_key_that_finds_nothing_and_one_that_changes_how_it_looks_say_so() -> None:
    widget = TextView()
    app = Saying(widget)
    async with app.run_test(size=(20, 4)) as pilot:
        widget.show(TextLines("all is well"))
        for key in ("n", "N"):
            await pilot.press(key)
            assert app.told.pop() == "nothing to look for yet: / searches"
        for step in (1, -1):
            widget.action_error(step)
            await until(lambda: bool(app.told))
            assert app.told.pop() == "no line of this tells of an error or a warning"
        await pilot.press("w")
        assert app.told.pop() == "long lines go on in the next row"
        await pilot.press("w")
        assert app.told.pop() == "long lines are cut; Left and Right pan"
        widget.show(TextLines("error: it broke"))
        widget.action_error(1)
        await until(lambda: widget.trouble.hit == 0)
        for _ in range(2):
            await until(lambda: bool(app.told))
            assert app.told == ["all errors and warnings are on the screen"]
            app.told.clear()
            widget.action_error(1)


async def test_in_a_text_that_is_no_log_the_keys_to_errors_are_free_for_others() -> None:
    class Around(Alone):
        BINDINGS = [("right_curly_bracket", "events", "")]
        asked = 0

        def action_events(self) -> None:
            self.asked += 1

    for levels, asked in ((False, 1), (True, 0)):
        widget = TextView(levels=levels)
        app = Around(widget)
        async with app.run_test(size=(40, 5)) as pilot:
            widget.show(TextLines("ERROR no such table"))
            await pilot.press("}")
            assert app.asked == asked


async def test_an_expression_that_would_never_end_is_given_up_and_its_text_sought() -> None:
    widget = TextView()
    async with Alone(widget).run_test(size=(60, 10)) as pilot:
        widget.show(TextLines("a" * 64 + "b\n(x|xx)*$ (a|aa)+$ is the text\n"))
        widget.find("(a|aa)+$")
        await pilot.pause()
        await pilot.pause()
        assert "takes too long" in widget.finder.note
        assert widget.finder.hit == 1 and widget.finder.is_done


async def test_while_a_search_goes_on_the_event_loop_turns_between_its_pieces() -> None:
    ticks = count()
    # However fast the machine is, a look at the lines of a slice takes two milliseconds, and five
    # are over after three.
    widget = TextView(levels=True, clock=lambda: next(ticks) / 512)
    lines, piece = 20_000, 3 * SLICE
    async with Alone(widget).run_test(size=(40, 10)):
        widget.show(book_of(*(["ERROR disk"] * lines), room=1 << 24))
        hits, errors = set(), set()

        def turn() -> None:
            hits.add(widget.finder.count)
            errors.add(widget.errors.count)
            if not (widget.finder.is_done and widget.errors.is_done):
                asyncio.get_running_loop().call_soon(turn)

        widget.find("disk")
        turn()
        await until(lambda: widget.finder.is_done and widget.errors.is_done)
        # The first piece is looked at with the key.
        assert hits >= set(range(piece, lines, piece)), "the loop turned after each piece"
        assert errors >= set(range(0, lines, piece))


class Dense(Levels):
    """Levels of lines, each of which takes its time to find out."""

    def hits(self, pattern: re.Pattern[str], low: int, high: int) -> array[int]:
        end = process_time() + LONGEST_SLICE * 2
        while process_time() < end:
            pass
        return super().hits(pattern, low, high)


async def test_what_the_view_looks_for_itself_is_never_begun_anew_for_taking_long() -> None:
    turns: list[Callable[[], None]] = []
    finder = Finder(turns.append, lambda line: None, lambda: None)
    finder.look_for(re.compile("error|warning"), Dense(book_of("ERROR a", "fine", "WARN b")), 0)
    while turns:
        turns.pop(0)()
    assert (finder.count, finder.note) == (2, "")
