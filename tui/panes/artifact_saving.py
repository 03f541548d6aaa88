"""Saving artifacts: a path is asked for, and one line tells how far it is.

One after the other, each whole or not at all; it goes on while one looks at other things, and ends
with the pane.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.bugs import caught
from tui.keys import hint
from tui.panes.artifact_download import Download, proposed, targets
from tui.panes.artifact_items import Item
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine


class Saving(Vertical):
    """The last lines of the artifacts pane: the path one types, and what happens."""

    DEFAULT_CSS = "Saving { height: auto; }"

    class Asked(Message):
        """The question for a path is over, whatever the answer."""

    @dataclass
    class Progressed(Message):
        """The download got further."""

        download: Download

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Saving.Progressed)

    @dataclass
    class Ended(Message):
        """The downloads are over, each with why it failed, or None."""

        results: list[tuple[Download, StoreError | None]]

    @dataclass
    class Failed(Message):
        """What could not be downloaded, and why."""

        failed: list[tuple[Item, StoreError]]

    def __init__(self, stores: Stores, *, ascii: bool) -> None:
        super().__init__()
        self._stores = stores
        self._ascii = ascii
        self._items: tuple[Item, ...] = ()
        """What a path is asked for."""
        self._replaceable = ""
        """What was typed when files were in the way; typed again, they are replaced."""
        self._in_the_way: list[Path] = []
        self._downloads: list[Download] = []

    def compose(self) -> ComposeResult:
        """The path, and the line that tells."""
        yield QueryBar(prompt=">", ascii=self._ascii, id="artifact-path")
        yield StatusLine(ascii=self._ascii, grows=True, id="artifact-status")

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self.stop()

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the last line; a download's own comes back with its next beat."""
        self.query_one("#artifact-status", StatusLine).say(text, severity)

    def stop(self) -> bool:
        """Stop the downloads; false if there are none."""
        for download in self._downloads:
            download.stop.set()
        return bool(self._downloads)

    def ask(self, items: Sequence[Item]) -> None:
        """Ask where to save an item, or several."""
        able = tuple(item for item in items if not item.why_not)
        left_out = len(items) - len(able)
        why = next((item.why_not for item in items if item.why_not), "")
        if self._downloads:
            self.say(f"a download is under way; {hint('unwind')} stops it", "warning")
        elif not able:
            self.say(why, "warning")
        else:
            what, where = f"{len(able)} artifacts", "into"
            if len(able) == 1:
                what, where = able[0].title, "as"
            more = f" ({left_out} left out: {why})" if left_out else ""
            self.say(
                f"save {what} {where}; {hint('field.submit')} saves, "
                f"{hint('field.cancel')} does not{more}"
            )
            self._begin_asking(able, proposed(able))

    def _begin_asking(
        self, items: Sequence[Item], text: str, in_the_way: Sequence[Path] = ()
    ) -> None:
        self._items = tuple(items)
        self._in_the_way = list(in_the_way)
        self._replaceable = text if in_the_way else ""
        self.query_one(QueryBar).open(text)

    @on(QueryBar.Submitted)
    def begin(self, message: QueryBar.Submitted) -> None:
        """Enter: fetch it on a thread."""
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
                place=f"{number} of {len(found)}" if several else "",
            )
            for number, (item, target) in enumerate(zip(self._items, found, strict=True), start=1)
            if item.location is not None
        ]
        self._end_asking()
        if self._downloads:
            self.say(f"{self._downloads[0].line(ascii=self._ascii)}")
            self._fetch(self._downloads)

    @on(QueryBar.Cancelled)
    def forget(self, message: QueryBar.Cancelled) -> None:
        """Esc: it was not meant."""
        message.stop()
        self._end_asking()
        self.say("")

    @on(QueryBar.Edited)
    def keep_typing(self, message: QueryBar.Edited) -> None:
        """Nobody else need know what is typed here."""
        message.stop()

    def _end_asking(self) -> None:
        self._items = ()
        self.query_one(QueryBar).text = ""
        self.post_message(self.Asked())
        # It hides only once it has lost the focus.
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
            if download.is_news(done, total):
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
        """One line of text, a few times a second."""
        message.stop()
        if any(message.download is download for download in self._downloads):
            self.say(message.download.line(ascii=self._ascii))

    @on(Ended)
    def end(self, message: Ended) -> None:
        """Say how it went; files that are in the way may be replaced by a second Enter."""
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
                f"{hint('field.cancel')} does not",
                "warning",
            )
            text = str(paths[0]) if is_one else f"{paths[0].parent}{os.sep}"
            self._begin_asking([download.item for download in in_the_way], text, paths)

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """A bug in a download must not look like one that never ends."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self._downloads = []
            self.say(str(caught(message.worker.error, "downloading")), "error")


def outcome(results: Sequence[tuple[Download, StoreError | None]]) -> tuple[str, str]:
    """What came of downloads, as a sentence and how grave it is."""
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
