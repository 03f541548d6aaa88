"""How far the reading of files is, for who waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


class FilesRead:
    """Counts files while one thread reads them and another shows the count."""

    def __init__(self) -> None:
        self.done = 0
        """Files that were read."""
        self.total = 0
        """Files that are to be read; 0 before that is known."""

    def counted(self, names: Sequence[str]) -> Iterable[str]:
        """The names of files one after another, counted as they are taken."""
        self.done, self.total = 0, len(names)
        return self._each(names)

    def _each(self, names: Sequence[str]) -> Iterator[str]:
        for self.done, name in enumerate(names):
            yield name
        self.done = len(names)
