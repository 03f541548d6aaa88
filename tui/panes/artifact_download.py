"""Downloading artifacts: asking for a path, fetching on a thread, and one line that shows progress.

Downloads run one after the other, each complete or not at all. They go on while the user looks at
other things, and end with the pane."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.artifacts.saving import (
    SafeTree,
    current_folder,
    proposed_path,
    safe_name,
    typed_file,
    typed_path,
)
from tui.bugs import caught
from tui.domain.bars import progress_bar
from tui.domain.location import Location
from tui.domain.preview import size_text
from tui.keys import hint
from tui.panes.artifact_list import Item
from tui.ports.threads import CancelToken
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine

UPDATE_INTERVAL = 0.25
"""Seconds between two updates of the progress line: more often would only cost bytes."""

BAR_WIDTH = 12
"""Cells of the progress bar."""


@dataclass(slots=True)
class Download:
    """One download: what is fetched, the file it goes to, and its progress."""

    item: Item
    location: Location
    target: Path
    overwrite: bool
    position: str = ""
    """`2 of 3` where there are several."""
    stop: CancelToken = field(default_factory=CancelToken)
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    total: int | None = None
    _begun: float = 0.0
    _told: float = -1.0

    def update(self, done: int, total: int | None) -> bool:
        """Record the progress in bytes; true when the progress line is due for an update."""
        now = self.clock()
        if self._told < 0:
            self._begun = now
        self.done, self.total = done, total
        if self._told >= 0 and now - self._told < UPDATE_INTERVAL and done != total:
            return False
        self._told = now
        return True

    def line(self, *, ascii: bool) -> str:
        """`downloading train/model  ███▌     62%  13.1 MB/s  eta 6s`."""
        what = f"{self.position}: {self.item.title}" if self.position else self.item.title
        parts = [f"downloading {what}"]
        if self.total:
            bar = progress_bar(self.done, self.total, BAR_WIDTH, ascii=ascii)
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
    """The path that is proposed for a download: a file, or a folder for several items."""
    if len(items) == 1:
        return str(proposed_path(items[0].file_name))
    return f"{current_folder()}{os.sep}"


def targets(items: Sequence[Item], text: str) -> list[Path] | str:
    """The file for each item, by the path that was typed; or what is wrong with that path."""
    if not text.strip():
        return f"a path is needed; {hint('field.cancel')} saves nothing"
    try:
        if len(items) == 1:
            return [typed_file(text, items[0].file_name)]
        folder = typed_path(text)
    except StoreError as error:
        return str(error)
    if not os.path.isdir(folder):
        return f"there is no folder {folder}; several artifacts need one"
    often = Counter(item.file_name for item in items)
    tree = SafeTree()
    return [
        folder / tree.path(safe_name(_called(item, is_alone=often[item.file_name] == 1)))
        for item in items
    ]


def _called(item: Item, *, is_alone: bool) -> str:
    """The file name, with the step's name in front where several items have the same one."""
    return item.file_name if is_alone else f"{item.artifact.step}-{item.file_name}"


class ArtifactDownloads(Vertical):
    """The last lines of the artifacts pane: the path field, and a status line for downloads."""

    DEFAULT_CSS = "ArtifactDownloads { height: auto; }"

    class PathClosed(Message):
        """The path field was closed, with or without a path."""

    @dataclass
    class Progressed(Message):
        """A download has made progress."""

        download: Download

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ArtifactDownloads.Progressed)

    @dataclass
    class Ended(Message):
        """The downloads have ended; each with its error, or None."""

        results: list[tuple[Download, StoreError | None]]

    @dataclass
    class Failed(Message):
        """Items that could not be downloaded, and why."""

        failed: list[tuple[Item, StoreError]]

    def __init__(self, stores: Stores, *, ascii: bool) -> None:
        super().__init__()
        self._stores = stores
        self._ascii = ascii
        self._items: tuple[Item, ...] = ()
        """The items that a path is asked for."""
        self._replaceable = ""
        """The path for which files existed already; submitting it again replaces them."""
        self._in_the_way: list[Path] = []
        self._downloads: list[Download] = []

    def compose(self) -> ComposeResult:
        """The path field and the status line."""
        yield QueryBar(prompt=">", ascii=self._ascii, id="artifact-path")
        yield StatusLine(ascii=self._ascii, grows=True, id="artifact-status")

    def on_unmount(self) -> None:
        """Stop the downloads."""
        self.stop()

    def say(self, text: str, severity: str = "information") -> None:
        """Show a sentence on the status line, until a download next updates its progress."""
        self.query_one("#artifact-status", StatusLine).say(text, severity)

    def stop(self) -> bool:
        """Stop the downloads; false if there are none."""
        for download in self._downloads:
            download.stop.set()
        return bool(self._downloads)

    def ask(self, items: Sequence[Item]) -> None:
        """Ask where to save an item, or several."""
        readable = tuple(item for item in items if not item.why_not)
        left_out = len(items) - len(readable)
        why = next((item.why_not for item in items if item.why_not), "")
        if self._downloads:
            self.say(f"a download is under way; {hint('unwind')} stops it", "warning")
        elif not readable:
            self.say(why, "warning")
        else:
            what, preposition = f"{len(readable)} artifacts", "into"
            if len(readable) == 1:
                what, preposition = readable[0].title, "as"
            more = f" ({left_out} left out: {why})" if left_out else ""
            self.say(
                f"save {what} {preposition}; {hint('field.submit')} saves, "
                f"{hint('field.cancel')} cancels{more}"
            )
            self._open_path(readable, proposed(readable))

    def _open_path(self, items: Sequence[Item], text: str, in_the_way: Sequence[Path] = ()) -> None:
        self._items = tuple(items)
        self._in_the_way = list(in_the_way)
        self._replaceable = text if in_the_way else ""
        self.query_one(QueryBar).open(text)

    @on(QueryBar.Submitted)
    def begin(self, message: QueryBar.Submitted) -> None:
        """A path was submitted: download to it on a thread."""
        message.stop()
        overwrite = bool(self._in_the_way) and message.text == self._replaceable
        found = self._in_the_way if overwrite else targets(self._items, message.text)
        if isinstance(found, str):
            self.say(found, "warning")
            self.query_one(QueryBar).open()
            return
        several = len(found) > 1
        self._downloads = [
            Download(
                item,
                item.location,
                target,
                overwrite,
                position=f"{number} of {len(found)}" if several else "",
            )
            for number, (item, target) in enumerate(zip(self._items, found, strict=True), start=1)
            if item.location is not None
        ]
        self._close_path()
        if self._downloads:
            self.say(f"{self._downloads[0].line(ascii=self._ascii)}")
            self._fetch(self._downloads)

    @on(QueryBar.Cancelled)
    def cancel_path(self, message: QueryBar.Cancelled) -> None:
        """Esc: close the path field without saving."""
        message.stop()
        self._close_path()
        self.say("")

    @on(QueryBar.Edited)
    def keep_typing(self, message: QueryBar.Edited) -> None:
        """Typing a path concerns no other widget, so the message stops here."""
        message.stop()

    def _close_path(self) -> None:
        self._items = ()
        self.query_one(QueryBar).text = ""
        self.post_message(self.PathClosed())
        # A widget that has the focus cannot be hidden, so wait until it has lost it.
        self.call_after_refresh(self._hide_path)

    def _hide_path(self) -> None:
        if not self._items:
            self.query_one(QueryBar).close()

    @work(thread=True, group="artifact-download", exit_on_error=False, description="downloading")
    def _fetch(self, downloads: list[Download]) -> None:
        results: list[tuple[Download, StoreError | None]] = []
        for download in downloads:
            error = self._fetch_one(download)
            results.append((download, error))
            if error is not None and error.reason == "stopped":
                break
        self.post_message(self.Ended(results))

    def _fetch_one(self, download: Download) -> StoreError | None:
        def tell(done: int, total: int | None) -> None:
            if download.update(done, total):
                self.post_message(self.Progressed(download))

        try:
            self._stores.store(download.location).download(
                download.location,
                download.target,
                tell,
                download.stop,
                overwrite=download.overwrite,
            )
        except StoreError as error:
            return error
        return None

    @on(Progressed)
    def tell_progress(self, message: Progressed) -> None:
        """Show the progress line."""
        message.stop()
        if any(message.download is download for download in self._downloads):
            self.say(message.download.line(ascii=self._ascii))

    @on(Ended)
    def end(self, message: Ended) -> None:
        """Show the outcome; existing files are replaced if the same path is submitted again."""
        message.stop()
        self._downloads = []
        results = message.results
        failed = [(download, error) for download, error in results if error is not None]
        if failed:
            self.post_message(self.Failed([(each.item, error) for each, error in failed]))
        said, severity = outcome(results)
        self.say(said, severity)
        in_the_way = [
            download
            for download, error in failed
            if error.reason == "exists" and not download.target.is_dir()
        ]
        if in_the_way and len(in_the_way) == len(failed):
            paths = [download.target for download in in_the_way]
            is_one = len(paths) == 1
            self.say(
                f"{said}: {hint('field.submit')} replaces {'it' if is_one else 'them'}, "
                f"{hint('field.cancel')} cancels",
                "warning",
            )
            text = str(paths[0]) if is_one else f"{paths[0].parent}{os.sep}"
            self._open_path([download.item for download in in_the_way], text, paths)

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """Show a bug in a download; otherwise it looks like a download that never ends."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self._downloads = []
            self.say(str(caught(message.worker.error, "downloading")), "error")


def outcome(results: Sequence[tuple[Download, StoreError | None]]) -> tuple[str, str]:
    """The outcome of downloads, as a sentence and its severity."""
    failed = [(download, error) for download, error in results if error is not None]
    if not failed:
        first = results[0][0]
        if len(results) == 1:
            return f"saved {first.target}", "information"
        return f"saved {len(results)} artifacts into {first.target.parent}", "information"
    download, error = failed[0]
    said = error.what if error.reason == "exists" else str(error)
    severity = "warning" if error.reason in ("stopped", "exists") else "error"
    if len(results) == 1:
        return said, severity
    saved = len(results) - len(failed)
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"{saved} saved, {len(failed)} not: {download.item.title}: {said}{more}", severity
