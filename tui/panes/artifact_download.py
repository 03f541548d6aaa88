"""Downloading artifacts: asking for a path, and one line that shows progress.

Each download is a job in the background, complete or not at all; it goes on when the pane is left.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.artifacts import Stores
from tui.artifacts.base import Progress, StoreError
from tui.artifacts.items import Item
from tui.artifacts.saving import (
    SafeTree,
    current_folder,
    proposed_path,
    safe_name,
    typed_file,
    typed_path,
)
from tui.domain.location import Location
from tui.domain.transfers import transfer_words
from tui.keys import hint
from tui.panes.base import PaneContext
from tui.ports.jobs import Job, JobStanding, Task, TaskStanding
from tui.ports.threads import CancelToken
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine

JOBS = "jobs"
"""The command that shows what goes on in the background."""

DOWNLOADING = "downloading"

AT_ONCE = 3
"""Artifacts of one job that are fetched at a time; a large one takes several connections itself."""


@dataclass(frozen=True, slots=True)
class Download:
    """One download: what is fetched, and the file it goes to."""

    item: Item
    location: Location
    target: Path
    overwrite: bool

    def task(self, stores: Stores) -> Task:
        """The download as a task of a job."""

        def run(progress: Progress, stop: CancelToken) -> str:
            stores.store(self.location).download(
                self.location, self.target, progress, stop, overwrite=self.overwrite
            )
            return f"saved {self.target}"

        return Task(self.item.title, run)


def progress_line(job: JobStanding, *, ascii: bool) -> str:
    """`downloading train/model  ███▌     62%  13.1 MB/s  eta 6s  :jobs stops it`."""
    left = [task for task in job.tasks if task.phase in ("waiting", "running")]
    what = left[0].title if left else ""
    if len(left) > 1:
        what += f" and {len(left) - 1} more"
    if len(job.tasks) > 1:
        what += f", {len(job.tasks) - len(left)} of {len(job.tasks)} done"
    words = transfer_words(job.done, job.total, job.rate, job.seconds_left, ascii=ascii)
    return f"{job.what} {what}  {words}  :{JOBS} stops it"


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

    class Progressed(Message):
        """Something has changed in the background."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ArtifactDownloads.Progressed)

    @dataclass
    class Failed(Message):
        """Items that could not be downloaded, and why."""

        failed: list[tuple[Item, StoreError]]

    def __init__(self, stores: Stores, context: PaneContext) -> None:
        super().__init__()
        self._stores = stores
        self.context = context
        self._ascii = context.ascii
        self._items: tuple[Item, ...] = ()
        """The items that a path is asked for."""
        self._replaceable = ""
        """The path for which files existed already; submitting it again replaces them."""
        self._in_the_way: list[Path] = []
        self._mine: dict[int, list[Download]] = {}
        """Our jobs that are not over, or not told as such, by their numbers."""

    def compose(self) -> ComposeResult:
        """The path field and the status line."""
        yield QueryBar(prompt=">", ascii=self._ascii, id="artifact-path")
        yield StatusLine(ascii=self._ascii, grows=True, id="artifact-status")

    def on_mount(self) -> None:
        """Hear of the jobs that are begun here."""
        self._end_listening = self.context.jobs.listen(lambda: self.post_message(self.Progressed()))

    def on_unmount(self) -> None:
        """Downloads go on; the app tells how they end."""
        self._end_listening()
        for number in self._mine:
            self.context.jobs.hand_over(number)
        if self._mine:
            self.context.say(f"{DOWNLOADING} goes on; :{JOBS} shows it")

    def say(self, text: str, severity: str = "information") -> None:
        """Show a sentence on the status line, until it is old or a download has news."""
        self._status_line.say(text, severity)

    def move_on(self) -> None:
        """The artifacts of another step are shown: what was said of those before goes, but errors
        and what is asked for or under way."""
        if not self._items and not self._mine:
            self._status_line.move_on()

    @property
    def _status_line(self) -> StatusLine:
        return self.query_one("#artifact-status", StatusLine)

    @property
    def is_asking(self) -> bool:
        """Whether a path is asked for."""
        return bool(self._items)

    def ask(self, items: Sequence[Item]) -> None:
        """Ask where to save an item, or several."""
        readable = tuple(item for item in items if not item.why_not)
        left_out = len(items) - len(readable)
        why = next((item.why_not for item in items if item.why_not), "")
        if not readable:
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
        downloads = [
            Download(item, item.location, target, overwrite)
            for item, target in zip(self._items, found, strict=True)
            if item.location is not None
        ]
        self._close_path()
        if downloads:
            # Stores of its own: those of the pane are closed with it.
            stores = self._stores.again()
            tasks = [download.task(stores) for download in downloads]
            job = Job(DOWNLOADING, tasks, parallel=AT_ONCE, end=stores.close)
            self._mine[self.context.jobs.start(job)] = downloads
            self._tell_progress()

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

    @on(Progressed)
    def tell_progress(self, message: Progressed) -> None:
        """Show the progress line, or how a download has ended."""
        message.stop()
        self._tell_progress()

    def tick(self) -> None:
        """Speed and time left change also while nothing arrives; what was said long ago goes."""
        if self._mine:
            self._tell_progress()
        elif not self._items:
            self._status_line.tick()

    def _tell_progress(self) -> None:
        for number in sorted(self._mine):
            standing = self.context.jobs.standing(number)
            if standing is None or standing.is_over:
                downloads = self._mine.pop(number)
                if standing is not None:
                    self._end(downloads, standing)
            elif not self._items:
                self.say(progress_line(standing, ascii=self._ascii))

    def _end(self, downloads: Sequence[Download], standing: JobStanding) -> None:
        """Show the outcome; existing files are replaced if the same path is submitted again."""
        results = list(zip(downloads, standing.tasks, strict=True))
        failed = [
            (download, task.error)
            for download, task in results
            if isinstance(task.error, StoreError)
        ]
        if failed:
            self.post_message(self.Failed([(each.item, error) for each, error in failed]))
        said, severity = outcome(results)
        in_the_way = [
            download
            for download, error in failed
            if error.reason == "exists" and not download.target.is_dir()
        ]
        if self._items:
            return  # a path is being typed: what it is for is said beside it
        self.say(said, severity)
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


def outcome(results: Sequence[tuple[Download, TaskStanding]]) -> tuple[str, str]:
    """The outcome of downloads, as a sentence and its severity."""
    failed = [(download, task) for download, task in results if task.phase != "done"]
    if not failed:
        first = results[0][0]
        if len(results) == 1:
            return f"saved {first.target}", "information"
        return f"saved {len(results)} artifacts into {first.target.parent}", "information"
    download, task = failed[0]
    reason = task.error.reason if isinstance(task.error, StoreError) else ""
    said = task.error.what if task.error is not None and reason == "exists" else task.said
    severity = "warning" if task.phase == "stopped" or reason == "exists" else "error"
    if len(results) == 1:
        return said, severity
    saved = len(results) - len(failed)
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"{saved} saved, {len(failed)} not: {download.item.title}: {said}{more}", severity
