"""What a terminal sends becomes keys and pastes, and nothing of a paste is ever a key."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from tests.support.waiting import wait_until
from tui.keys import KEYS
from tui.terminal.typed import (
    MARK_PAUSE,
    MOST_PASTED,
    PASTE_BEGIN,
    PASTE_END,
    PASTE_PAUSE,
    REPEATED_AT_ONCE,
    STALLED,
    TYPED_AT_ONCE,
    Key,
    PasteRefused,
    PasteStalled,
    TypedInput,
)


class Clock:
    """A time that goes on only when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def typed(*packets: str, clock: Clock | None = None, pause: float = 0.0) -> list[Message]:
    """The events of packets, with so many seconds after each."""
    clock = clock or Clock()
    reader = TypedInput(clock=clock)
    found: list[Message] = []
    for packet in packets:
        found += reader.feed(packet)
        clock.now += pause
        found += reader.tick()
    clock.now += 10
    found += reader.tick()
    return [event for event in found if not isinstance(event, PasteStalled)]


def taken(reader: TypedInput, found: list[Message]) -> list[Message]:
    """What was found, with what is due now."""
    found += reader.tick()
    return found


def keys(found: Iterable[Message]) -> list[str]:
    return [event.key for event in found if isinstance(event, events.Key)]


def pastes(found: Iterable[Message]) -> list[str]:
    return [event.text for event in found if isinstance(event, events.Paste)]


HOSTILE = st.sampled_from(
    [
        "\x1b",
        "\x1b[",
        "\x1b[A",
        "\x1bOP",
        "\x1b[2",
        "\x1b[200~",
        "\x1b[201",
        "\x1b[20",
        "\x1b[1;5D",
        "\x1b[115;5u",
        "\x1b[<0;1;1M",
        "\x1b[?2026;2$y",
        "\x1b]52;c;AAAA\x07",
        "\x1b[I",
        "\x13",
        "\x03",
        "\r",
        "\n",
        "\x00",
        "D",
        "y",
        "q",
        "~",
        "é",
        "日本",
        "\ufffd",
    ]
)
PASTED = st.lists(HOSTILE | st.text(max_size=6), max_size=30).map("".join)


def in_pieces(text: str, cuts: Sequence[int]) -> list[str]:
    """The text as reads may cut it."""
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in itertools.pairwise(places)]


@settings(max_examples=400, deadline=None)
@given(PASTED, st.lists(st.integers(0, 500), max_size=40), st.sampled_from([0.0, 0.05, 0.5]))
def test_nothing_within_a_paste_is_a_key(text: str, cuts: list[int], pause: float) -> None:
    text = text.replace(PASTE_END, "")
    if not (PASTE_BEGIN + text + PASTE_END).endswith(text + PASTE_END):
        return
    if (text + PASTE_END).find(PASTE_END) != len(text):
        return  # the end mark came about at the seam
    whole = PASTE_BEGIN + text + PASTE_END
    found = typed(*in_pieces(whole, cuts), pause=pause)
    # Within the begin mark a line may be so slow that its Escape was the key already.
    assert [key for key in keys(found) if key != "escape" or not pause] == []
    assert pastes(found) == [text.replace("\x00", "")]
    assert len(found) == len(pastes(found)) + len(keys(found))


@given(PASTED, st.lists(st.integers(0, 500), max_size=40))
def test_keys_around_a_paste_are_keys(text: str, cuts: list[int]) -> None:
    text = text.replace("\x1b", "")
    whole = "a" + PASTE_BEGIN + text + PASTE_END + "b\x1b[A"
    found = typed(*in_pieces(whole, cuts))
    assert keys(found) == ["a", "b", "up"]
    assert pastes(found) == [text.replace("\x00", "")]


def test_a_begin_mark_within_a_paste_is_text() -> None:
    found = typed(PASTE_BEGIN + "one" + PASTE_BEGIN + "D" + PASTE_END)
    assert pastes(found) == [f"one{PASTE_BEGIN}D"]
    assert keys(found) == []


@pytest.mark.parametrize("packet", ["\x1b[A", "\x1b[1;5D", "\x1bOP", "\x1b[24~", "\x1b[2~", "\x1b"])
def test_keys_that_begin_like_a_mark_are_keys_wherever_reads_cut_them(packet: str) -> None:
    whole = keys(typed(packet))
    for at in range(1, len(packet)):
        assert keys(typed(packet[:at], packet[at:])) == whole


def test_a_lone_escape_is_the_key_at_the_time_the_parser_takes_it_for_one() -> None:
    assert keys(typed("\x1b")) in ([], ["escape"])  # by the clock of the parser, which is real


@pytest.mark.parametrize(
    ("packet", "meant"),
    [
        ("\x1bq", ["escape", "q"]),
        ("\x1bX", ["escape", "X"]),
        ("\x1b/etl\r", ["escape", "slash", "e", "t", "l", "enter"]),
        ("\x1b\x1bq", ["escape", "escape", "q"]),
        ("\x1bj\x1bk", ["escape", "j", "escape", "k"]),
        ("\x1b1", ["escape", "1"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b\x01", ["escape", "ctrl+a"]),
        ("\x1bq\x1b[A", ["escape", "q", "up"]),
        ("\x1b[B\x1bOPq", ["down", "f1", "q"]),
        ("\x1b[1;3D", ["alt+left"]),
        ("\x1b\x7f", ["ctrl+w"]),
    ],
)
@pytest.mark.parametrize("is_cut", [False, True])
def test_escape_and_a_key_that_come_together_are_two_keys(
    packet: str, meant: list[str], is_cut: bool
) -> None:
    packets = [packet[:1], packet[1:]] if is_cut else [packet]
    assert keys(typed(*packets)) == meant


@pytest.mark.parametrize("sign", ["[", "O", "P", "]", "_"])
def test_escape_and_what_could_begin_a_sequence_are_two_keys_when_none_comes(sign: str) -> None:
    reader = TypedInput(clock=(clock := Clock()))
    found = reader.feed(f"\x1b{sign}")
    assert keys(found) == []
    clock.now += MARK_PAUSE * 2
    wait_until(lambda: bool(taken(reader, found)) and len(keys(found)) == 2)
    assert [each.character for each in found if isinstance(each, events.Key)] == ["\x1b", sign]
    assert keys(reader.feed("q")) == ["q"]


def test_a_sequence_that_a_slow_line_cuts_after_its_escape_is_one_key() -> None:
    for sequence in ("\x1b[A", "\x1bOP", "\x1b[15~"):
        whole = keys(typed(sequence))
        assert len(whole) == 1
        for at in range(1, len(sequence)):
            assert keys(typed(sequence[:at], sequence[at:])) == whole


def test_a_key_with_alt_that_the_settings_give_a_meaning_is_one_key() -> None:
    before = KEYS["wide"]
    KEYS.remap({"wide": "alt+w"})
    try:
        reader = TypedInput()
        found = reader.feed("\x1bw")
        wait_until(lambda: keys(taken(reader, found)))
        assert keys(found) == ["alt+w"]
        assert keys(reader.feed("\x1bq")) == ["escape", "q"]
    finally:
        KEYS.remap({"wide": before})


def test_a_mark_that_does_not_go_on_becomes_the_keys_it_is() -> None:
    clock = Clock()
    reader = TypedInput(clock=clock)
    assert reader.feed("\x1b[20") == []
    clock.now += MARK_PAUSE / 2
    assert reader.tick() == []
    clock.now += MARK_PAUSE
    reader.tick()
    assert keys(reader.feed("~")) == ["f9"]


def test_a_paste_that_does_not_end_is_told_of_once_and_stays_no_key() -> None:
    clock = Clock()
    reader = TypedInput(clock=clock)
    assert reader.feed(PASTE_BEGIN + "D") == []
    for expected in ([], [PasteStalled], []):
        clock.now += STALLED * 0.6
        assert [type(event) for event in reader.tick()] == expected
    assert reader.feed("\x13") == []
    assert pastes(reader.feed(PASTE_END)) == ["D\x13"]


def test_one_key_in_a_packet_came_alone_and_two_did_not() -> None:
    assert [event.alone for event in typed("D", "\x13") if isinstance(event, Key)] == [True, True]
    assert [event.alone for event in typed("D\x13") if isinstance(event, Key)] == [False, False]


@pytest.mark.parametrize(
    "packet", ["\x13\x1b", "\x13\x1b[1", PASTE_BEGIN + PASTE_END + "\x13", "\x1b[A\x13"]
)
def test_a_key_beside_anything_else_did_not_come_alone(packet: str) -> None:
    found = [event for event in typed(packet) if isinstance(event, Key) and event.key == "ctrl+s"]
    assert [event.alone for event in found] == [False]


def test_a_key_beside_the_report_of_the_focus_came_alone() -> None:
    (key,) = [event for event in typed("\x1b[I\x13") if isinstance(event, Key)]
    assert key.alone


def test_a_paste_of_the_most_is_taken_and_one_character_more_is_refused() -> None:
    most = "x" * MOST_PASTED
    assert pastes(typed(PASTE_BEGIN + most + PASTE_END)) == [most]
    found = typed(PASTE_BEGIN, *in_pieces(most + "x", range(0, MOST_PASTED, 4096)), PASTE_END)
    assert [type(event) for event in found] == [PasteRefused]
    assert [event.size for event in found if isinstance(event, PasteRefused)] == [MOST_PASTED + 1]


def test_so_much_at_once_is_a_paste_though_nothing_marks_it() -> None:
    text = "D\x13 it goes on\r" * 40
    found = typed(*in_pieces(text, range(0, len(text), 200)), "D", "\x13", pause=0.01)
    assert keys(found) == []
    assert pastes(found) == [text + "D\x13"]


def test_after_a_paste_without_marks_keys_are_keys_again() -> None:
    clock = Clock()
    reader = TypedInput(clock=clock)
    assert reader.feed("ab" * TYPED_AT_ONCE) == []
    clock.now += PASTE_PAUSE * 2
    assert pastes(reader.tick()) == ["ab" * TYPED_AT_ONCE]
    assert keys(reader.feed("j")) == ["j"]


def test_a_paste_with_marks_after_one_without_is_one_of_its_own() -> None:
    found = typed("ab" * TYPED_AT_ONCE, "\x1b", "[200~\x1b[Ac\x1b[201~")
    assert pastes(found) == ["\x1b[Ac", "ab" * TYPED_AT_ONCE]
    assert keys(found) == []


def test_a_key_held_down_while_the_line_stood_still_is_that_key_so_often() -> None:
    assert keys(typed("\x1b[B" * 200)) == ["down"] * 200
    assert keys(typed("j" * 4000)) == ["j"] * REPEATED_AT_ONCE
