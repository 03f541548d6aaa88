"""An object of a store as a file that can be sought in, read in as few requests as may be."""

from __future__ import annotations

import io
from collections import OrderedDict

from tui.artifacts.base import Store, StoreError
from tui.domain.location import Location

FIRST = 64 << 10
"""Bytes of the smallest request: what one looks into has its index at the end, or at the beginning.
"""
LARGEST = 4 << 20
"""Bytes of the largest request; where one reads on and on, each is twice the one before."""
KEPT = 16
"""Requests whose answers are kept."""


class RangeFile(io.RawIOBase):
    """Reads ranges of an object; what was read is kept for a while.

    Raises StoreError where the store does, and where more than `most` bytes are asked of it.
    """

    def __init__(self, store: Store, location: Location, size: int, *, most: int) -> None:
        super().__init__()
        self._store = store
        self._location = location
        self._size = size
        self._most = most
        self._at = 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._expected = -1
        """Where the next request begins if one reads on."""
        self._step = FIRST
        self.asked = 0
        """Bytes that were asked of the store so far."""

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere; nothing is read yet."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As much as is at hand from here."""
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        data = self._block(wanted)[:wanted]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _block(self, wanted: int) -> bytes:
        """What is kept, or read now, from here on."""
        for start, data in self._kept.items():
            if start <= self._at < start + len(data):
                self._kept.move_to_end(start)
                return data[self._at - start :]
        self._step = min(self._step * 2, LARGEST) if self._at == self._expected else FIRST
        length = min(max(self._step, wanted), LARGEST, self._size - self._at)
        if self.asked + length > self._most:
            raise StoreError("it is too large to look into", hint="download it", reason="failed")
        data = self._store.read(self._location, self._at, length)
        self.asked += len(data)
        if not data:
            raise StoreError(f"{self._location.key} ended too early", hint="try again")
        self._expected = self._at + len(data)
        self._kept[self._at] = data
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return data
