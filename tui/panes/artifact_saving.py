"""Saving an artifact: a path is asked for, and one line tells how far it is.

One download at a time; it goes on while one looks at other things, and ends with the pane.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.panes.artifact_download import Download, chosen, proposed
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
        """The download is over."""

        download: Download
        error: StoreError | None

    def __init__(self, stores: Stores, *, ascii: bool) -> None:
        super().__init__()
        self._stores = stores
        self._ascii = ascii
        self._item: Item | None = None
        """What a path is asked for."""
        self._replaceable = ""
        """The path that is replaced if it is given again."""
        self._download: Download | None = None

    def compose(self) -> ComposeResult:
        """The path, and the line that tells."""
        yield QueryBar(prompt=">", ascii=self._ascii, id="artifact-path")
        yield StatusLine(ascii=self._ascii, id="artifact-status")

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self.stop()

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the last line; a download's own comes back with its next beat."""
        self.query_one("#artifact-status", StatusLine).say(text, severity)

    def stop(self) -> bool:
        """Stop the download; false if there is none."""
        if self._download is None:
            return False
        self._download.stop.set()
        return True

    def ask(self, item: Item) -> None:
        """Ask where to save an item."""
        if self._download is not None:
            self.say("a download is under way; Esc stops it", "warning")
        elif item.why_not:
            self.say(item.why_not, "warning")
        else:
            self._item = item
            self._replaceable = ""
            self.say(f"save {item.title} as; Enter saves, Esc does not")
            self.query_one(QueryBar).open(proposed(item.file_name))

    @on(QueryBar.Submitted)
    def begin(self, message: QueryBar.Submitted) -> None:
        """Enter: fetch it on a thread."""
        message.stop()
        item = self._item
        if item is None or item.location is None:
            return
        target = chosen(message.text, item.file_name)
        if target is None:
            self.say("a path is needed; Esc saves nothing", "warning")
            self.query_one(QueryBar).open()
            return
        overwrite = str(target) == self._replaceable
        self._end_asking()
        self._download = Download(item, item.location, target, overwrite)
        self.say(f"downloading {item.title}  Esc stops")
        self._fetch(self._download)

    @on(QueryBar.Cancelled)
    def forget(self, message: QueryBar.Cancelled) -> None:
        """Esc: it was not meant."""
        message.stop()
        self._end_asking()
        self.say("")

    @on(QueryBar.Changed)
    def keep_typing(self, message: QueryBar.Changed) -> None:
        """Nobody else need know what is typed here."""
        message.stop()

    def _end_asking(self) -> None:
        self._item = None
        self.query_one(QueryBar).text = ""
        self.post_message(self.Asked())
        # It hides only once it has lost the focus.
        self.call_after_refresh(self._hide_path)

    def _hide_path(self) -> None:
        if self._item is None:
            self.query_one(QueryBar).close()

    @work(thread=True, group="artifact-download", exit_on_error=False)
    def _fetch(self, download: Download) -> None:
        def tell(done: int, total: int | None) -> None:
            if download.is_news(done, total):
                self.post_message(self.Progressed(download))

        error: StoreError | None = None
        try:
            self._stores.store(download.location).download(
                download.location,
                download.target,
                tell,
                download.stop,
                overwrite=download.overwrite,
            )
        except StoreError as failed:
            error = failed
        self.post_message(self.Ended(download, error))

    @on(Progressed)
    def tell_progress(self, message: Progressed) -> None:
        """One line of text, a few times a second."""
        message.stop()
        if message.download is self._download:
            self.say(message.download.line(ascii=self._ascii))

    @on(Ended)
    def end(self, message: Ended) -> None:
        """Say how it went; a file that is in the way may be replaced by a second Enter."""
        message.stop()
        self._download = None
        download, error = message.download, message.error
        if error is None:
            self.say(f"saved {download.target}")
        elif error.reason == "exists" and not download.target.is_dir():
            self._item = download.item
            self._replaceable = str(download.target)
            self.say(f"{error.what}: Enter replaces it, Esc does not", "warning")
            self.query_one(QueryBar).open(str(download.target))
        else:
            self.say(str(error), "warning" if error.reason == "stopped" else "error")

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """A bug in a download must not look like one that never ends."""
        if message.state is WorkerState.ERROR:
            self._download = None
            self.say(f"the download failed: {message.worker.error!r}", "error")
