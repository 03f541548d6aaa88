"""The artifacts of a step or of a whole workflow: what there is, what is in it, and fetching it.

Everything that asks a store runs on thread workers and comes back as a message; a message about
something that is no longer shown is dropped by its number. The list itself is made from the
workflow alone, so it is there at once, and sizes follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.worker import Worker, WorkerState, get_current_worker

from tui.artifacts import Stores
from tui.artifacts.base import Listing, StoreError
from tui.artifacts.repository import find_repository
from tui.domain.artifact import NodeArtifact, artifacts_of_workflow, artifacts_within
from tui.domain.location import Location, S3Location, Wired
from tui.domain.node import Node
from tui.domain.workflow import Workflow
from tui.panes.artifact_items import Fact, Item, columns, entries_of, folder_line, summary
from tui.panes.artifact_reading import Measured, Reading
from tui.panes.artifact_saving import Saving
from tui.panes.base import Pane, Tools
from tui.widgets.rows import Rows
from tui.widgets.status_line import StatusLine

WIDE = 110
"""Cells from which on the preview stands beside the list."""

NONE = "no artifacts here"


class ArtifactRows(Rows[Item]):
    """The list; Left goes back out of a folder, since its columns fit without panning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "back", "Back", show=False, id="artifacts.back"),
    ]

    class Back(Message):
        """Out of the folder."""

    def action_back(self) -> None:
        """Tell the pane."""
        self.post_message(self.Back())


class ArtifactsPane(Pane):
    """A list of artifacts, a preview of one of them, and a line for downloads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "download", "Download", id="artifacts.download"),
        Binding("c", "copy_key", "Copy key", id="artifacts.copy-key"),
        Binding("J", "scroll_preview(1)", "Preview down", show=False, id="artifacts.preview-down"),
        Binding("K", "scroll_preview(-1)", "Preview up", show=False, id="artifacts.preview-up"),
        Binding("escape", "stop", "Stop", show=False, id="artifacts.stop"),
    ]

    @dataclass
    class RepositoryFound(Message):
        """The artifact repository that the workflow only names, or that there is none."""

        uid: str
        repository: Wired | None

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._workflow: Workflow | None = None
        self._node: Node | None = None
        self._known: tuple[str, str, str] | None = None
        self._taken: tuple[str, str] | None = None
        self._is_due = False
        self._artifacts: tuple[NodeArtifact, ...] = ()
        self._facts: dict[Location, Fact] = {}
        self._repositories: dict[str, Wired | None] = {}
        self._folders: list[tuple[Item, Listing]] = []
        """The folders that are open, one in the other."""
        self._stores = Stores(self._secret)
        self._reading = Reading(self._stores, ascii=tools.ascii)
        self._saving = Saving(self._stores, ascii=tools.ascii)

    def compose(self) -> ComposeResult:
        """A head, the list, what is read, and where downloads are asked for and told."""
        plain = self.tools.ascii
        yield StatusLine(ascii=plain, id="artifact-head")
        with Container(id="artifact-body"):
            yield ArtifactRows(
                columns(ascii=plain),
                key=lambda item: item.key,
                placeholder=NONE,
                ascii=plain,
                markable=False,
                now=self.tools.now(),
                id="artifact-rows",
            )
            yield self._reading
        yield self._saving

    def on_mount(self) -> None:
        """Show what was asked for before there was anything to show it on."""
        if self._workflow is not None:
            self._take_in()

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self._stores.close()

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where there is room."""
        self.query_one("#artifact-body").set_class(event.size.width >= WIDE, "-wide")

    def focus(self, scroll_visible: bool = True) -> ArtifactsPane:
        """Keys go to the list."""
        self._rows.focus(scroll_visible)
        return self

    # --- what is shown ---------------------------------------------------------------------

    @property
    def _rows(self) -> ArtifactRows:
        return self.query_one(ArtifactRows)

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the artifacts of this; only remembered here, and taken in once a frame."""
        known = (workflow.metadata.uid, workflow.version, node.id if node else "")
        if known == self._known and workflow is self._workflow:
            return
        self._known = known
        self._workflow, self._node = workflow, node
        if self.is_mounted and not self._is_due:
            self._is_due = True
            self.call_after_refresh(self._take_in)

    def _take_in(self) -> None:
        """Read the artifacts out of the workflow, and ask for what it does not tell."""
        self._is_due = False
        workflow, node = self._workflow, self._node
        if workflow is None:
            return
        uid = workflow.metadata.uid
        about = (uid, node.id if node else "")
        if about != self._taken:
            self._taken = about
            # What failed is tried again when one comes back to it, and only then.
            errors = [place for place, f in self._facts.items() if isinstance(f, StoreError)]
            for place in errors:
                del self._facts[place]
            self._folders.clear()
            self._reading.clear()
        repository = self._repositories.get(uid)
        if node is None:
            found = artifacts_of_workflow(workflow, repository)
        else:
            found = artifacts_within(workflow, node, repository)
        self._artifacts = found
        if uid not in self._repositories and any(a.key and a.location is None for a in found):
            self._repositories[uid] = None
            self._look_up_repository(workflow)
        self._fill()
        self._ask_sizes()

    def _fill(self) -> None:
        """Put the list, or the open folder, on the screen."""
        self._rows.replace(self._items())
        self._rows.placeholder = "this folder is empty" if self._folders else NONE
        self._tell_head()

    def _items(self) -> list[Item]:
        if self._folders:
            return entries_of(*self._folders[-1])
        return [
            Item(artifact, artifact.location, self._facts.get(artifact.location))
            if artifact.location is not None
            else Item(artifact, None)
            for artifact in self._artifacts
        ]

    def _tell_head(self) -> None:
        text = folder_line(*self._folders[-1]) if self._folders else summary(self._rows.items)
        self.query_one("#artifact-head", StatusLine).say(text)

    def _say(self, text: str, severity: str = "information") -> None:
        self._saving.say(text, severity)

    # --- asking stores, on threads -----------------------------------------------------------

    def _secret(self, namespace: str, name: str, key: str) -> bytes:
        source = self.tools.source
        if source is None:
            raise StoreError("not connected to a cluster", reason="credentials")
        return source.secret_value(namespace, name, key)

    def _ask_sizes(self) -> None:
        wanted = dict.fromkeys(
            artifact.location
            for artifact in self._artifacts
            if artifact.location is not None
            and not artifact.deleted
            and artifact.location not in self._facts
        )
        if wanted:
            self._measure(tuple(wanted))

    @work(thread=True, group="artifact-sizes", exclusive=True, exit_on_error=False)
    def _measure(self, wanted: tuple[Location, ...]) -> None:
        """Ask for each what is there; a store that is not there at all is asked only once."""
        worker = get_current_worker()
        broken: dict[str, StoreError] = {}
        for location in wanted:
            if worker.is_cancelled:
                return
            place = location.endpoint if isinstance(location, S3Location) else location.url
            fact: Fact = broken.get(place)
            if fact is None:
                try:
                    fact = self._stores.store(location).stat(location)
                except StoreError as error:
                    fact = error
                    if error.reason in ("unreachable", "credentials"):
                        broken[place] = error
            self.post_message(Measured(location, fact))

    @on(Measured)
    def take_size(self, message: Measured) -> None:
        """Show the size of what was asked."""
        message.stop()
        self._facts[message.location] = message.fact
        if self._folders:
            return
        for index, item in enumerate(self._rows.items):
            if item.location == message.location:
                self._rows.update_item(index, replace(item, fact=message.fact))
        self._tell_head()

    @work(thread=True, group="artifact-repository", exit_on_error=False)
    def _look_up_repository(self, workflow: Workflow) -> None:
        source = self.tools.source
        found = find_repository(workflow, source.config_map) if source else None
        self.post_message(self.RepositoryFound(workflow.metadata.uid, found))

    @on(RepositoryFound)
    def take_repository(self, message: RepositoryFound) -> None:
        """Now keys may have places."""
        message.stop()
        self._repositories[message.uid] = message.repository
        if message.repository is not None:
            self._take_in()

    # --- opening ---------------------------------------------------------------------------

    @on(Rows.Chosen, "#artifact-rows")
    def open_item(self, message: Rows.Chosen) -> None:
        """Enter: preview a file, go into a folder."""
        message.stop()
        item = self._rows.current
        if item is None:
            return
        if item.why_not or item.location is None:
            self._say(item.why_not, "warning")
            return
        self._say(f"reading {item.title}")
        self._reading.open(item)

    @on(Reading.Opened)
    def take_opened(self, message: Reading.Opened) -> None:
        """What was asked for is on the screen, or is a folder, or cannot be had."""
        message.stop()
        if isinstance(message.found, StoreError):
            self._say(str(message.found), "error")
            return
        self._say("")
        if isinstance(message.found, Listing):
            self._folders.append((message.item, message.found))
            self._fill()
            self._rows.move_to_line(0)

    @on(ArtifactRows.Back)
    def leave_folder(self, message: ArtifactRows.Back) -> None:
        """Left: to where this folder is listed."""
        message.stop()
        if not self._folders:
            return
        self._reading.forget()
        item, _ = self._folders.pop()
        self._fill()
        self._rows.move_to(item.key)

    def action_scroll_preview(self, direction: int) -> None:
        """Move the preview without leaving the list."""
        self._reading.scroll_half(direction)

    def action_copy_key(self) -> None:
        """The address of what the cursor is on, to the clipboard."""
        item = self._rows.current
        if item is None:
            return
        text = (item.location.url or item.location.key) if item.location else item.artifact.key
        if not text:
            self._say(f"{item.artifact.name} has no key", "warning")
            return
        self.tools.copy(text)
        self._say(f"copied {text}")

    def action_download(self) -> None:
        """Ask for a path."""
        item = self._rows.current
        if item is not None:
            self._saving.ask(item)

    @on(Saving.Asked)
    def return_focus(self, message: Saving.Asked) -> None:
        """The path is typed, or not wanted: keys go to the list again."""
        message.stop()
        self._rows.focus()

    def action_stop(self) -> None:
        """Esc: stop the download, else leave the folder, else it is not for us."""
        if self._saving.stop():
            return
        if self._folders:
            self._rows.action_back()
            return
        raise SkipAction

    # --- what must not be lost ------------------------------------------------------------------

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """A worker that ended with an error nobody expected says so instead of vanishing."""
        if message.state is WorkerState.ERROR:
            self._say(f"that failed: {message.worker.error!r}", "error")
