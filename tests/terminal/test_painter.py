"""The bytes of a frame."""

from __future__ import annotations

import os
import pty
import termios

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tests.support.emulator import Emulator, differences
from tui.terminal.driver import returns_on_line_feed
from tui.terminal.looks import PLAIN, Looks, change
from tui.terminal.painter import Abilities, Painter
from tui.terminal.picture import Picture

LOOKS = Looks(ColorSystem.TRUECOLOR)
Words = list[tuple[str, str]]


def lay(picture: Picture, y: int, *words: tuple[str, str]) -> None:
    segments = [Segment(text, Style.parse(style)) for text, style in words]
    picture.lay(y, 0, picture.width, segments, LOOKS)


def painted(abilities: Abilities | None = None, *frames: tuple[Words, ...]) -> list[str]:
    """What is written for each of these frames of 20 columns."""
    height = max(len(frame) for frame in frames)
    picture, painter = Picture(20, height), Painter(abilities)
    written = []
    for frame in frames:
        for y, words in enumerate(frame):
            lay(picture, y, *words)
        written.append(painter.paint(picture))
    return written


def test_an_equal_frame_writes_nothing() -> None:
    first, second = painted(None, ([("abc", "red")],), ([("abc", "red")],))
    assert first
    assert second == ""


def test_one_changed_cell_writes_one_cell() -> None:
    _, second = painted(None, ([("step 1 of 9", "")],), ([("step 2 of 9", "")],))
    assert second == "\x1b[6G2"


def test_a_blank_tail_is_erased_with_its_own_background() -> None:
    (first,) = painted(None, ([("ab", "on blue"), (" " * 18, "on blue")],))
    assert first == "\x1b[H\x1b[0;44mab\x1b[K"


def test_where_erasing_leaves_no_colour_blanks_are_written() -> None:
    poor = Abilities(erase_colour=False)
    (coloured,) = painted(poor, ([(" " * 20, "on blue")],))
    (plain,) = painted(poor, ([(" " * 20, "")],))
    assert coloured == "\x1b[H\x1b[0;44m" + " " * 20
    assert plain == "\x1b[H\x1b[m\x1b[K"


def log(first: int, last: int) -> tuple[Words, ...]:
    lines: list[Words] = [
        [(f"{number**9 * 7919 % 10**9:>9} {number}", "")] for number in range(first, last)
    ]
    return ([("the head", "bold")], *lines, [("the end", "bold")])


def test_lines_that_moved_up_or_down_are_moved_and_only_the_new_one_is_written() -> None:
    able = Abilities(scroll=True)
    _, up, down = painted(able, log(0, 9), log(1, 10), log(0, 9))
    assert up == "\x1b[2;10r\x1b[10H\n\x1b[r\x1b[10H\x1b[m982852391 9\x1b[K"
    assert down == "\x1b[2;10r\x1b[2H\x1bM\x1b[r\x1b[2H        0 0\x1b[K"


def test_lines_are_not_moved_where_that_saves_nothing_or_is_not_known_to_work() -> None:
    for able, after in ((Abilities(), log(1, 10)), (Abilities(scroll=True), log(8, 17))):
        _, written = painted(able, log(0, 9), after)
        assert written and "r" not in written


def test_what_moved_looks_as_what_is_written_anew() -> None:
    able = Abilities(scroll=True)
    for steps in ((1, 2, 3), (4, 0, 9), (2, 2, 30), (8, 1, 6)):
        frames = [log(step, step + 12) for step in steps]
        moved, anew = Emulator(20, 14), Emulator(20, 14)
        moved.feed("".join(painted(able, *frames)))
        anew.feed(painted(None, frames[-1])[0])
        assert differences(moved, anew) == []


def test_underlined_blanks_are_written_because_they_are_seen() -> None:
    (first,) = painted(None, ([("a" + " " * 19, "underline")],))
    assert first.endswith(" " * 19)


def test_the_style_is_carried_from_span_to_span_and_from_frame_to_frame() -> None:
    first, second = painted(
        None,
        ([("aaaaaaaaaaaaaaaaaaaa", "red")],),
        ([("baaaaaaaaaaaaaaaaaab", "red")],),
    )
    assert first.count("m") == 1
    assert second == "\rb\x1b[20Gb"


def test_characters_are_repeated_only_where_that_is_known() -> None:
    line = ([("─" * 20, "")],)
    assert painted(None, line) == ["\x1b[H\x1b[m" + "─" * 20]
    assert painted(Abilities(repeat=True), line) == ["\x1b[H\x1b[m─\x1b[19b"]


def test_blanks_before_a_word_are_written_with_its_pen() -> None:
    bar: Words = [("   ", "red"), ("───", "green"), ("12m", "red")]
    (first,) = painted(None, (bar, bar))
    row = "\x1b[{}32m   ───\x1b[31m12m\x1b[K"
    assert first == "\x1b[H" + row.format("0;") + "\r\n" + row.format("")
    (other,) = painted(None, ([("   ", "red on blue"), *bar[1:]],))
    assert other == "\x1b[H\x1b[0;31;44m   \x1b[0;32m───\x1b[31m12m\x1b[K"


def test_blanks_between_signs_of_one_look_are_erased_at_once() -> None:
    picture, painter, emulator = Picture(42, 1), Painter(), Emulator(42, 1)
    lay(picture, 0, ("x" * 42, ""))
    emulator.feed(painter.paint(picture).encode())
    lay(picture, 0, ("|", "red"), (" " * 15, ""), ("|", "red"), (" " * 22, ""), ("xxx", ""))
    written = painter.paint(picture)
    assert written == "\r\x1b[31m|\x1b[38X\x1b[17G|"
    emulator.feed(written.encode())
    assert emulator.text()[0] == "|" + " " * 15 + "|" + " " * 22 + "xxx"


def test_a_wide_character_is_written_whole() -> None:
    _, second = painted(None, ([("漢字 ab", "")],), ([("x字漢ab", "")],))
    screen = Emulator(20, 1)
    screen.feed("漢字 ab\r" + second)
    assert screen.text() == ["x字漢ab"]


def test_what_follows_a_wide_character_that_became_another_stands_where_it_should() -> None:
    first, second = painted(None, ([("漢aaaaaaa1", "")],), ([("字aaaaaaa2", "")],))
    screen = Emulator(20, 1)
    screen.feed(first + second)
    assert screen.text() == ["字aaaaaaa2"]


def test_after_a_doubt_everything_is_written_again() -> None:
    picture, painter = Picture(20, 2), Painter()
    lay(picture, 0, ("one", "bold"))
    first = painter.paint(picture)
    assert painter.paint(picture) == ""
    painter.forget()
    assert painter.paint(picture) == first


def test_no_control_character_passes_whatever_a_widget_drew() -> None:
    (first,) = painted(None, ([("a\x1b]52;c;AAAA\x07b\x9b2Jc\x00\u202ed\te\r\n", "")],))
    screen = Emulator(20, 1)
    assert "\x1b]52" not in first
    assert not set(first) & {"\x07", "\x9b", "\x00", "\u202e", "\t"}
    screen.feed(first)
    assert screen.text() == ["a]52;c;AAAAb2Jcde"]


def test_the_shortest_way_from_one_look_to_another_is_taken() -> None:
    bold_red = LOOKS.of(Style.parse("bold red"))
    red = LOOKS.of(Style.parse("red"))
    assert change(bold_red, red) == "\x1b[22m"
    assert change(red, bold_red) == "\x1b[1m"
    assert change(bold_red, PLAIN) == "\x1b[m"
    assert change(None, red) == "\x1b[0;31m"
    dim_bold = LOOKS.of(Style.parse("bold dim red on #102030"))
    assert change(dim_bold, LOOKS.of(Style.parse("dim red on #102030"))) == "\x1b[22;2m"


def test_styles_that_differ_in_what_no_terminal_shows_are_one_look() -> None:
    clickable = Style.parse("red") + Style.from_meta({"@click": "x"})
    assert LOOKS.of(clickable) is LOOKS.of(Style.parse("red"))
    assert LOOKS.of(Style.parse("default on default")) is PLAIN


def test_a_link_is_opened_and_closed() -> None:
    linked = Style.parse("link https://example.org")
    (first,) = painted(None, ([("go", str(linked)), ("!", "")],))
    assert "https://example.org\x1b\\go\x1b]8;;\x1b\\!" in first


def test_the_cursor_is_left_where_it_belongs() -> None:
    picture, painter = Picture(20, 2), Painter()
    screen = Emulator(20, 2)
    screen.feed(painter.paint(picture, (3, 1)))
    assert (screen.cursor.x, screen.cursor.y) == (3, 1)
    assert painter.paint(picture, (3, 1)) == ""


def test_random_looking_pictures_arrive_in_an_emulator_as_laid() -> None:
    picture, painter = Picture(30, 6), Painter(Abilities(repeat=True))
    screen, fresh = Emulator(30, 6), Emulator(30, 6)
    screen.feed("\x1b[?7l")
    fresh.feed("\x1b[?7l")
    words = ["漢字", "e\u0301", "──────────", "plain", "               ", "\U0001f600"]
    styles = ["", "red", "bold on blue", "reverse", "underline", "on #101010"]
    for turn in range(40):
        for y in range(6):
            runs = [(words[(turn * 7 + y * i) % 6], styles[(turn + i * y) % 6]) for i in range(4)]
            lay(picture, y, *runs)
        screen.feed(painter.paint(picture))
        other = Painter()
        picture.dirty.update(range(6))
        fresh.feed(other.paint(picture))
        assert differences(screen, fresh) == []


def test_a_terminal_that_draws_joined_characters_too_wide_shows_the_rest_right() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    picture, painter = Picture(20, 1), Painter()
    screen = Emulator(20, 1, naive=True)
    screen.feed("\x1b[?7l")
    for words in ("abcdefghijklmnop", f"ab{family}efghijklmnop", f"ab{family}eXghijklmnop"):
        lay(picture, 0, (words, ""))
        screen.feed(painter.paint(picture))
    assert screen.text()[0].endswith("eXghijklmnop")
    assert screen.text()[0].startswith("ab")


def test_joined_characters_are_written_before_what_is_after_them_in_whatever_colour() -> None:
    family = "\U0001f469\u200d\U0001f469"
    words: Words = [("a1", "#102030"), (family, "#405060"), ("b2", "#102030"), ("c3", "#405060")]
    (written,) = painted(None, (words * 2,), ())[:1]
    screen = Emulator(20, 1, naive=True)
    screen.feed("\x1b[?7l" + written)
    assert screen.text()[0].count("b2c3") == 2


def test_colours_are_written_one_after_another_where_that_is_shorter() -> None:
    words: Words = [("a1", "#102030"), ("b2", "#405060")] * 5
    (together,) = painted(None, (words,), (words,))[:1]
    assert together.count("\x1b[0;38") + together.count("\x1b[38") == 2
    screen, plain = Emulator(20, 1), Emulator(20, 1)
    screen.feed(together)
    plain.feed("\x1b[38;2;16;32;48ma1\x1b[38;2;64;80;96mb2" * 5)
    assert differences(screen, plain) == []


def test_the_next_line_costs_no_return_where_the_system_adds_one() -> None:
    ours, theirs = pty.openpty()
    try:
        mode = termios.tcgetattr(theirs)
        for flags, adds in ((termios.OPOST | termios.ONLCR, True), (termios.ONLCR, False)):
            mode[1] = flags
            termios.tcsetattr(theirs, termios.TCSANOW, mode)
            assert returns_on_line_feed(theirs) is adds
    finally:
        os.close(ours)
        os.close(theirs)
    picture, painter = Picture(20, 2), Painter()
    painter.brush.down = "\n"
    for y in range(2):
        lay(picture, y, ("a" * 20, ""))
    assert painter.paint(picture) == f"\x1b[H\x1b[m{'a' * 20}\n{'a' * 20}"
