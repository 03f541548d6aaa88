"""One download under way: what a thread tells of it, as one line of text."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui.artifacts.saving import SafeTree, safe_name
from tui.domain.bars import progress_bar
from tui.domain.location import Location
from tui.domain.preview import size_text
from tui.keys import hint
from tui.panes.artifact_items import Item
from tui.ports.threads import CancelToken

BEAT = 0.25
"""Seconds between two tellings: a bar that moves faster only costs bytes."""

BAR = 12
"""Cells of the bar."""


@dataclass(slots=True)
class Download:
    """What is fetched, whereto, and how far it is."""

    item: Item
    location: Location
    target: Path
    overwrite: bool
    place: str = ""
    """`2 of 3` where there are several."""
    stop: CancelToken = field(default_factory=CancelToken)
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    total: int | None = None
    _begun: float = 0.0
    _told: float = -1.0

    def is_news(self, done: int, total: int | None) -> bool:
        """Take in how far it is; whether enough time went by to say so."""
        now = self.clock()
        if self._told < 0:
            self._begun = now
        self.done, self.total = done, total
        if self._told >= 0 and now - self._told < BEAT and done != total:
            return False
        self._told = now
        return True

    def line(self, *, ascii: bool) -> str:
        """`downloading train/model  ███▌     62%  13.1 MB/s  eta 6s`."""
        what = f"{self.place}: {self.item.title}" if self.place else self.item.title
        parts = [f"downloading {what}"]
        if self.total:
            bar = progress_bar(self.done, self.total, BAR, ascii=ascii)
            parts += [bar, f"{self.done * 100 // self.total}%"]
        parts.append(size_text(self.done))
        passed = self.clock() - self._begun
        if passed >= 1 and self.done:
            rate = self.done / passed
            parts.append(f"{size_text(int(rate))}/s")
            if self.total and self.total > self.done:
                parts.append(f"eta {int((self.total - self.done) / rate) + 1}s")
        return "  ".join([*parts, f"{hint('unwind')} stops"])


def proposed(items: Sequence[Item]) -> str:
    """Where a download goes unless one types something else; several go into a folder."""
    try:
        here = Path.cwd()
    except OSError:
        # Somebody removed the folder that we were started in.
        here = Path.home()
    return str(here / safe_name(items[0].file_name)) if len(items) == 1 else f"{here}{os.sep}"


def _no_path() -> str:
    return f"a path is needed; {hint('field.cancel')} saves nothing"


def targets(items: Sequence[Item], text: str) -> list[Path] | str:
    """Where each of them goes, by what somebody typed; or what is wrong with that."""
    if not text.strip():
        return _no_path()
    try:
        return _targets(items, text)
    except (OSError, RuntimeError, ValueError) as error:
        # Too long a name, the home of nobody, a byte that no path has.
        return f"that is no path to save to: {getattr(error, 'strerror', None) or error}"


def _targets(items: Sequence[Item], text: str) -> list[Path] | str:
    if "\0" in text:
        raise ValueError("it has a null byte")
    if len(items) == 1:
        target = chosen(text, items[0].file_name)
        return [target] if target is not None else _no_path()
    folder = Path(text.strip()).expanduser()
    if not folder.is_dir():
        return f"there is no folder {folder}; several artifacts need one"
    often = Counter(item.file_name for item in items)
    tree = SafeTree()
    return [
        folder / tree.path(safe_name(_called(item, is_alone=often[item.file_name] == 1)))
        for item in items
    ]


def _called(item: Item, *, is_alone: bool) -> str:
    """Two steps may have made a file of the same name: then the step is told, too."""
    return item.file_name if is_alone else f"{item.artifact.step}-{item.file_name}"


def chosen(text: str, name: str) -> Path | None:
    """The file that somebody meant: in a folder that is there under its own name; None if blank."""
    if not text.strip():
        return None
    path = Path(text.strip()).expanduser()
    return path / safe_name(name) if path.is_dir() or text.endswith("/") else path
