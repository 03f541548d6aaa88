"""What a terminal sends, as keys and pastes: nothing within a paste is ever a key.

Textual's parser takes an Escape within a pasted text for the begin of a key, and what follows it
for keys: a pasted text could delete a workflow. Here a paste is cut out of the input before the
parser sees any of it, from its begin mark to its end mark, whatever it holds and wherever reads cut
it. A paste from a terminal that marks none is known by its amount: nobody types so much at once.

On a slow line Escape and the key after it come together, which is what terminals send for that key
with Alt, too. Hardly a key with Alt means anything, and Escape is typed all day: those two are two
keys, unless the one with Alt has a meaning of its own. Sequences that begin with Escape, of keys
and of answers, go to the parser as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from textual import events
from textual.message import Message

from tui.bugs import caught
from tui.keys import KEYS, each
from tui.terminal.textual_private import close_parser, new_parser

ESCAPE = "\x1b"
PASTE_BEGIN = "\x1b[200~"
PASTE_END = "\x1b[201~"

MOST_PASTED = 10_000
"""Characters of a paste that are taken: no field of ours has a use for more."""
MODIFIERS = frozenset(
    f"{side}_{name}"
    for side in ("left", "right")
    for name in ("shift", "control", "alt", "super", "hyper", "meta")
) | {"iso_level3_shift", "iso_level5_shift"}
"""Keys that only say what another is held down with, as some terminals report them."""
TYPED_AT_ONCE = 128
"""Different keys in one packet from which on it is a paste without marks."""
REPEATED_AT_ONCE = 256
"""Times that a key held down is taken out of one packet."""
SEQUENCES = frozenset("[OP]_\\")
"""What follows an Escape in sequences: of keys, in answers, and at the end of those."""
OF_FIELDS = frozenset("\x7f\x08")
"""What deletes a word in a field with Alt."""
PASTE_PAUSE = 0.25
"""Seconds without input after which a paste without marks has ended."""
STALLED = 3.0
"""Seconds without input within a paste after which a person is told why no key does anything."""
MARK_PAUSE = 1.0
"""Seconds in which a begun mark may be completed, where reads cut it."""


class Key(events.Key):
    """A key, and whether it came alone: those of a paste come together."""

    def __init__(self, key: str, character: str | None, *, alone: bool) -> None:
        super().__init__(key, character)
        self.alone = alone

    def copy(self) -> Key:
        """Another event for the same key."""
        return Key(self.key, self.character, alone=self.alone)


class PasteRefused(Message):
    """A paste that was too long to be taken."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        """Its characters."""


class PasteStalled(Message):
    """A paste that has begun does not go on, and until its end nothing is a key."""


class _Paste:
    """A paste under way, of which no more is kept than would be taken."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def add(self, text: str) -> None:
        self._size += len(text)
        if self._size <= MOST_PASTED:
            self._parts.append(text)
        else:
            self._parts.clear()

    def whole(self) -> Message:
        """What to tell the app once it has ended."""
        if self._size > MOST_PASTED:
            return PasteRefused(self._size)
        return events.Paste("".join(self._parts).replace("\x00", ""))


class TypedInput:
    """Turns the text that was read into events; `tick` is called often, also without input."""

    def __init__(self, *, debug: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._debug = debug
        self._parser = new_parser(debug)
        self._clock = clock
        self._with_alt = {
            key for keys in KEYS.values() for key in each(keys) if key.startswith("alt+")
        }
        """The keys with Alt that mean something, as settings may have it."""
        self._mark = ""
        """The begin of a begin mark that ended what was read so far."""
        self._has_escape = False
        """Whether the parser holds the Escape of it, and has not taken it for the key."""
        self._begun_key = ""
        """An Escape and what begins a sequence with it, at the end of what was parsed: two keys, if
        nothing more of a sequence comes."""
        self._marked = 0.0
        self._paste: _Paste | None = None
        self._end = ""
        """The begin of an end mark, likewise."""
        self._stalls_at = 0.0
        self._flood: _Paste | None = None
        """A paste without marks."""
        self._flooded = 0.0

    def feed(self, text: str) -> list[Message]:
        """The events that one packet of input makes."""
        found: list[Message] = []
        rest = text
        while rest:
            rest = self._take_paste(rest, found) if self._paste else self._take_keys(rest, found)
        return self._judged(found, is_one_sequence=len(text) == 1 or text.startswith("\x1b"))

    def tick(self) -> list[Message]:
        """The events that are due because nothing more came."""
        now = self._clock()
        if self._paste is not None:
            if now < self._stalls_at:
                return []
            self._stalls_at = float("inf")  # told once, until it goes on
            return [PasteStalled()]
        if len(self._mark) < 2:
            found = self._expired()
            if found:
                # The Escape was taken for the key. The mark may still go on, on a slow line.
                self._has_escape = False
                if self._begun_key:
                    found = self._as_two(self._begun_key)
        elif now - self._marked > MARK_PAUSE:
            rest, self._mark = self._mark, ""
            is_two = self._has_escape and rest == f"{ESCAPE}["
            found = self._as_two(rest) if is_two else self._parsed(rest[1:])
        else:
            found = []
        if self._flood is None:
            return self._judged(found, is_one_sequence=True)
        found = _without_keys(found)
        if now - self._flooded > PASTE_PAUSE:
            found.append(self._flood.whole())
            self._flood = None
        return found

    def _expired(self) -> list[Message]:
        try:
            return list(self._parser.tick())
        except Exception as error:
            caught(error, "reading keys")
            self._parser = new_parser(self._debug)
            return []

    def close(self) -> None:
        """There is no more input."""
        close_parser(self._parser)

    # Pastes with marks

    def _take_paste(self, text: str, found: list[Message]) -> str:
        """Take the text of a paste; returns what follows its end mark."""
        assert self._paste is not None
        self._stalls_at = self._clock() + STALLED
        text = self._end + text
        at = text.find(PASTE_END)
        if at < 0:
            self._end = _begun(text, PASTE_END)
            self._paste.add(text[: len(text) - len(self._end)])
            return ""
        self._paste.add(text[:at])
        found.append(self._paste.whole())
        self._paste, self._end = None, ""
        return text[at + len(PASTE_END) :]

    def _take_keys(self, text: str, found: list[Message]) -> str:
        """Have the text before a paste parsed; returns what follows the begin mark."""
        seen = 1 if self._mark else 0  # the parser has had the Escape of a mark that had begun
        if self._has_escape and self._mark == ESCAPE and self._are_two(text[:1]):
            seen = 0
            self._parser = new_parser(self._debug)
        text = self._mark + text
        at = text.find(PASTE_BEGIN)
        if at < 0:
            begun = _begun(text, PASTE_BEGIN)
            if not (seen and begun == text):
                found += self._parsed(text[seen : len(text) - len(begun)])
                self._has_escape = bool(begun) and self._flood is None
                if self._has_escape:
                    # At once: how long to wait until it is the key, the parser knows.
                    found += self._parsed(begun[:1])
            self._mark, self._marked = begun, self._clock()
            return ""
        # The parser is given an empty paste, which ends whatever sequence it is within.
        empty = PASTE_BEGIN + PASTE_END
        if at or not seen:
            found += self._parsed(text[seen:at])
        else:
            empty = empty[1:] if self._has_escape else ""
        if self._flood is None:
            found += self._parsed(empty)
        self._mark, self._has_escape = "", False
        self._paste = _Paste()
        self._stalls_at = self._clock() + STALLED
        return text[at + len(PASTE_BEGIN) :]

    def _parsed(self, text: str) -> list[Message]:
        if self._flood is not None:
            self._flood.add(text)
            self._flooded = self._clock()
            return []
        found: list[Message] = []
        begin = 0
        for at, sign in enumerate(text):
            if sign == ESCAPE and self._are_two(text[at + 1 : at + 2]):
                found += self._fed(text[begin:at])
                found.append(events.Key("escape", ESCAPE))
                # Whatever sequence had begun before it is over.
                self._parser = new_parser(self._debug)
                begin = at + 1
        found += self._fed(text[begin:])
        last = text[-2:]
        self._begun_key = last if last[:1] == ESCAPE and last[1:] in SEQUENCES else ""
        return found

    def _are_two(self, sign: str) -> bool:
        """Whether an Escape and what came with it are two keys."""
        if not sign or sign in SEQUENCES or sign in OF_FIELDS:
            return False
        return self._with_alt.isdisjoint((f"alt+{sign}", f"alt+shift+{sign.lower()}"))

    def _as_two(self, text: str) -> list[Message]:
        """Escape, and then what came with it, of which no sequence came."""
        self._parser, self._begun_key = new_parser(self._debug), ""
        return [events.Key("escape", ESCAPE), *self._fed(text[1:])]

    def _fed(self, text: str) -> list[Message]:
        """What the parser makes of a text."""
        if not text:
            return []  # it would be told that the input ended
        try:
            found = list(self._parser.feed(text))
        except Exception as error:
            # A sequence that Textual cannot take, as the key of no character: it is left out.
            caught(error, "reading keys")
            self._parser, self._has_escape = new_parser(self._debug), False
            return []
        return [event for event in found if not isinstance(event, events.Paste)]

    # Pastes without marks

    def _judged(self, found: list[Message], *, is_one_sequence: bool) -> list[Message]:
        """The events of a packet, its keys told apart by whether they came together; so many keys
        that nobody typed them become the begin of a paste.
        """
        keys = [event for event in found if isinstance(event, events.Key)]
        if not keys:
            return found
        typed = [event for event in keys if event.key not in MODIFIERS]
        if len(typed) > TYPED_AT_ONCE:
            if len({event.key for event in typed}) > 1:
                self._flood = _Paste()
                self._flood.add("".join(event.character or "" for event in typed))
                self._flooded = self._clock()
                return _without_keys(found)
            dropped = set(map(id, typed[REPEATED_AT_ONCE:]))
            found = [event for event in found if id(event) not in dropped]
        pastes = any(isinstance(event, events.Paste | PasteRefused) for event in found)
        alone = len(typed) == 1 and is_one_sequence and not pastes
        return [
            Key(event.key, event.character, alone=alone) if isinstance(event, events.Key) else event
            for event in found
        ]


def _without_keys(found: Iterable[Message]) -> list[Message]:
    return [event for event in found if not isinstance(event, events.Key)]


def _begun(text: str, mark: str) -> str:
    """The longest end of the text that a mark begins with."""
    for size in range(min(len(mark) - 1, len(text)), 0, -1):
        if text.endswith(mark[:size]):
            return mark[:size]
    return ""
