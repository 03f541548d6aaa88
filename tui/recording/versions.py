"""The versions of an object that changes all day, in bounded space.

Of an object that somebody has opened each version is heard, megabytes of them for a run of
thousands of steps. So the first is written whole and each later one as what is new in it beside an
earlier one (`domain/recording.py`); and there is an allowance by time: what comes faster waits, and
of what waits only the last is written. What is kept here to compare with is bounded, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from tui.domain.recording import CHANGED, WHOLE, Bases, changes
from tui.recording.writing import MOST_FRAME, Telling

BURST = 8 << 20
"""Bytes, before packing, that versions of one object may take beyond the first at once …"""
RATE = 2 << 10
"""… and in a second from then on. In a day that is less than 180 MB, a fifth of it when packed."""
MOST_KEPT = 48 << 20
"""Bytes of versions that are kept to compare with; of what was not written for longest none are."""
LARGE = 256 << 10
"""Bytes of an object that is not compared each time that it changes: that takes some time, too."""
COMPARED = 2 << 20
"""Bytes of such an object that are compared in a second."""

Key = tuple[str, ...]


class _Heard(msgspec.Struct):
    """A version that waits."""

    key: Key
    raw: bytes


class _Versions(msgspec.Struct):
    """What is known of one object."""

    bases: Bases
    left: float = BURST
    """Of the allowance."""
    at: float = 0.0
    """When it was that."""
    next: float = 0.0
    """Not before this one is written again."""


class Versions:
    """What is written of objects that change. For the thread that writes alone."""

    def __init__(self, clean: Callable[[bytes], bytes], clock: Callable[[], float]) -> None:
        """`clean` leaves out secrets; `clock` counts seconds, and never goes back."""
        self._clean = clean
        self._clock = clock
        self._known: dict[Key, _Versions] = {}
        """The one that was written last is last."""
        self._waiting: dict[Key, _Heard] = {}
        self.left_out = 0
        """Versions that were not written because a newer one came."""

    def put(self, named: Key, key: Key, raw: bytes) -> Iterator[Telling]:
        """An object changed. `key` is that of its frame, `raw` its JSON."""
        if self._waiting.pop(named, None) is not None:
            self.left_out += 1
        known = self._known.get(named)
        if known is not None and not self._may(known):
            self._waiting[named] = _Heard(key, raw)
            return
        yield self._written(named, key, raw)

    def gone(self, named: Key) -> Iterator[Telling]:
        """An object is gone: what waits is written, and what comes of that name is another one."""
        heard = self._waiting.pop(named, None)
        if heard is not None:
            yield self._written(named, heard.key, heard.raw)
        self._known.pop(named, None)

    def late(self, is_over: bool) -> Iterator[Telling]:
        """What has waited long enough; all of it where the recording is over."""
        for named, heard in list(self._waiting.items()):
            known = self._known.get(named)
            if is_over or known is None or self._may(known):
                del self._waiting[named]
                yield self._written(named, heard.key, heard.raw)

    def _may(self, known: _Versions) -> bool:
        now = self._clock()
        known.left = min(BURST, known.left + (now - known.at) * RATE)
        known.at = now
        return known.left > 0 and now >= known.next

    def _written(self, named: Key, key: Key, raw: bytes) -> Telling:
        body = self._clean(raw)
        known = self._known.pop(named, None)
        if known is None:
            if len(body) <= MOST_FRAME:
                self._known[named] = _Versions(Bases(body), at=self._clock())
                self._forget()
            return Telling(WHOLE, key, body, is_clean=True)
        told = changes(known.bases, body) if len(body) <= MOST_FRAME else None
        now = self._clock()
        known.left -= len(body if told is None else told)
        known.next = now + len(body) / COMPARED if len(body) > LARGE else now
        if told is None:
            known.bases = Bases(body)
        if len(body) <= MOST_FRAME:
            self._known[named] = known
            self._forget()
        return Telling(WHOLE if told is None else CHANGED, key, told or body, is_clean=True)

    def _forget(self) -> None:
        """Keep no more than is allowed; what was written last is kept in any case."""
        kept = sum(each.bases.size for each in self._known.values())
        for named in list(self._known)[:-1]:
            if kept <= MOST_KEPT:
                return
            kept -= self._known.pop(named).bases.size
