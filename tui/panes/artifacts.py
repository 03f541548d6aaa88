"""The artifacts of a step or of a whole workflow: what there is, what is in it, and fetching it.

Everything that asks a store runs on thread workers and comes back as a message; a message about
something that is no longer shown is dropped by its number. The list itself is made from the
workflow alone, so it is there at once, and sizes follow.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores
from tui.artifacts.base import Listing, Reason, StoreError
from tui.bindings import bind
from tui.bugs import caught
from tui.domain.artifact import artifacts_of_workflow, artifacts_within
from tui.domain.hidden import without_secrets
from tui.domain.identity import Target
from tui.domain.location import Location
from tui.domain.node import Node
from tui.domain.workflow import OFFLOADED, Workflow
from tui.keys import hint
from tui.panes.artifact_asking import Asking, Measured, Unknown
from tui.panes.artifact_body import Body
from tui.panes.artifact_items import Fact, Item
from tui.panes.artifact_reading import Reading
from tui.panes.artifact_rows import NONE, ArtifactRows
from tui.panes.artifact_saving import Saving
from tui.panes.base import Pane, PaneContext
from tui.ports.secrets import reader_of
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table

OURS: frozenset[Reason] = frozenset(("exists", "disk", "stopped"))
"""Why a download fails on our side: nothing about what is in the store."""
MANY = 2_000
"""Steps, or rows, past which what takes a look at each of them is done less often or elsewhere."""
FACTS_EVERY = (0.1, 1.0)
"""Seconds for which answers of stores are gathered before they are shown; of many rows."""


class Found(NamedTuple):
    """The artifacts of a step or of a whole workflow."""

    workflow: Workflow
    node: Node | None
    items: list[Item]
    unknown: Unknown


class ArtifactsPane(Pane):
    """A list of artifacts, a preview of one of them, and a line for downloads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("download", "download", "Download", group="artifacts", shown=True),
        bind("filter", "filter", "Filter", group="artifacts", shown=True),
        bind("copy", "copy_key", "Copy key", group="artifacts", shown=True),
        bind("side.down", "scroll_preview(1)", "Preview down", group="artifacts"),
        bind("side.up", "scroll_preview(-1)", "Preview up", group="artifacts"),
        bind("unwind", "stop", "Stop", group="artifacts"),
    ]

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._workflow: Workflow | None = None
        self._node: Node | None = None
        self._known: tuple[str, str, str] | None = None
        self._taken: tuple[str, str] | None = None
        self._is_due = False
        self._news: dict[Location, Fact] = {}
        """What stores said since it was shown last."""
        self._stores = Stores(self._secret)
        self._asking = Asking(self._stores, context)
        self._rows = ArtifactRows(ascii=context.ascii, now=context.now())
        self._reading = Reading(self._stores, ascii=context.ascii)
        self._body = Body(self._rows, self._reading)
        self._saving = Saving(self._stores, ascii=context.ascii)

    def compose(self) -> ComposeResult:
        """A head, the list, what is read, and where downloads are asked for and told."""
        plain = self.context.ascii
        yield StatusLine(ascii=plain, id="artifact-head")
        yield self._body
        yield QueryBar(ascii=plain, id="artifact-filter")
        yield self._saving
        yield self._asking

    def on_mount(self) -> None:
        """Show what was asked for before there was anything to show it on."""
        if self._workflow is not None:
            self._take_in()

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self._stores.close()

    def focus(self, scroll_visible: bool = True) -> ArtifactsPane:
        """Keys go to the list."""
        self._rows.focus(scroll_visible)
        return self

    # --- what is shown ---------------------------------------------------------------------

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
            self._asking.forget_errors()
            self._rows.leave_all()
            self._filter.text = ""
            self._body.close_preview()
        if len(workflow.nodes) > MANY:
            self._find_beside_loop(workflow, node)
        else:
            self._show_found(self._found(workflow, node))

    def _found(self, workflow: Workflow, node: Node | None) -> Found:
        """The artifacts of a step or of the whole, and what is not known of them; on any thread."""
        repository = self._asking.repositories.get(workflow.metadata.uid)
        if node is None:
            artifacts = artifacts_of_workflow(workflow, repository)
        else:
            artifacts = artifacts_within(workflow, node, repository)
        facts = self._asking.facts
        items = [
            Item(artifact, artifact.location, facts.get(artifact.location))
            if artifact.location is not None
            else Item(artifact, None)
            for artifact in artifacts
        ]
        return Found(workflow, node, items, self._asking.unknown(artifacts))

    @work(thread=True, group="artifacts", exclusive=True, description="finding artifacts")
    def _find_beside_loop(self, workflow: Workflow, node: Node | None) -> None:
        """Fifty thousand artifacts take more than a second to find."""
        try:
            found = self._found(workflow, node)
        except Exception as error:
            self.app.call_from_thread(self._say, str(caught(error, "finding artifacts")), "error")
        else:
            self.app.call_from_thread(self._show_found, found)

    def _show_found(self, found: Found) -> None:
        if found.workflow is not self._workflow or found.node is not self._node:
            return  # another step, or a newer version, is being looked at by now
        self._asking.ask(found.workflow, found.unknown)
        self._rows.none = f"no artifacts here: {OFFLOADED}" if found.workflow.is_offloaded else NONE
        self._rows.show_artifacts(found.items)
        self._tell_head()

    def _tell_head(self) -> None:
        self.query_one("#artifact-head", StatusLine).say(self._rows.about)

    def _say(self, text: str, severity: str = "information") -> None:
        self._saving.say(text, severity)

    # --- asking stores, on threads -----------------------------------------------------------

    def _secret(self, namespace: str, name: str, key: str) -> bytes:
        source = self.context.source
        if source is None:
            raise StoreError("not connected to a cluster", reason="credentials")
        return reader_of(source)(namespace, name, key)

    @on(Measured)
    def take_size(self, message: Measured) -> None:
        """Show the size of what was asked."""
        message.stop()
        self._asking.facts[message.location] = message.fact
        if not self._news:
            self.set_timer(FACTS_EVERY[len(self._rows.items) > MANY], self._show_facts)
        self._news[message.location] = message.fact

    def _show_facts(self) -> None:
        """Show what stores said meanwhile: once for many answers, since there may be thousands."""
        news, self._news = self._news, {}
        self._rows.show_facts(news)
        self._tell_head()

    @on(Asking.RepositoryFound)
    def take_repository(self, message: Asking.RepositoryFound) -> None:
        """Now keys may have places."""
        message.stop()
        self._take_in()

    # --- opening ---------------------------------------------------------------------------

    def chosen(self, whole: Target) -> tuple[Target, str] | None:
        """The artifact that the cursor is on."""
        item = self._rows.current
        if item is None:
            return None
        found = item.artifact
        return whole._replace(node=str(found.node_id), artifact=found.name), found.name

    @on(Table.Chosen, "#artifact-rows")
    def open_item(self, message: Table.Chosen) -> None:
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
            self._failed(message.item, message.found)
            self._say(str(message.found), "error")
            return
        self._say("")
        if isinstance(message.found, Listing):
            self._rows.enter(message.item, message.found)
            self._filter.text = ""
            self._tell_head()
        else:
            self._body.make_room()

    def _failed(self, item: Item, error: StoreError) -> None:
        """The row says so, too; a download that was stopped says nothing of what is there."""
        if error.reason in OURS:
            return
        if item.entry is None and item.location is not None:
            self._asking.facts[item.location] = error
        self._rows.show_failure(item, error)
        self._tell_head()

    @on(Saving.Failed)
    def take_failures(self, message: Saving.Failed) -> None:
        """What could not be downloaded is not as its row said."""
        message.stop()
        for item, error in message.failed:
            self._failed(item, error)

    @on(ArtifactRows.Back)
    def leave_folder(self, message: ArtifactRows.Back) -> None:
        """Left: to where this folder is listed."""
        message.stop()
        if self._rows.is_in_folder:
            self._reading.forget()
            self._rows.leave()
            self._filter.text = ""
            self._tell_head()

    # --- narrowing the list ------------------------------------------------------------------

    @property
    def _filter(self) -> QueryBar:
        return self.query_one("#artifact-filter", QueryBar)

    def action_filter(self) -> None:
        """Type what to look for: step, name, type or state."""
        self._filter.open()

    @on(QueryBar.Edited, "#artifact-filter")
    @on(QueryBar.Cancelled, "#artifact-filter")
    def narrow(self, message: QueryBar.Edited | QueryBar.Cancelled) -> None:
        """Narrow the list while one types."""
        message.stop()
        self._rows.narrow(message.text)
        self._tell_head()
        if isinstance(message, QueryBar.Cancelled):
            self._rows.focus()

    @on(QueryBar.Submitted, "#artifact-filter")
    def keep_filter(self, message: QueryBar.Submitted) -> None:
        """Back to the list; the filter stays."""
        message.stop()
        self._rows.focus()

    # --- keys --------------------------------------------------------------------------------

    def action_scroll_preview(self, direction: int) -> None:
        """Move the preview without leaving the list."""
        if not self._body.is_reading:
            self._say(f"nothing to scroll: {hint('open')} shows what is in an artifact")
        self._reading.scroll_half(direction)

    def action_copy_key(self) -> None:
        """The address of what the cursor is on, to the clipboard."""
        item = self._rows.current
        if item is None:
            self._say("no artifact here")
            return
        text = (item.location.url or item.location.key) if item.location else item.artifact.key
        if not text:
            self._say(f"{item.artifact.name} has no key", "warning")
            return
        self.context.copy(text)
        self._say(f"sent {without_secrets(text)}")

    def action_download(self) -> None:
        """Ask where to save what is marked, else what the cursor is on."""
        items = self._rows.picked
        if items:
            self._saving.ask(items)
        else:
            self._say("no artifact here")

    @on(Saving.Asked)
    def return_focus(self, message: Saving.Asked) -> None:
        """The path is typed, or not wanted: keys go to the list again."""
        message.stop()
        self._rows.focus()

    def action_stop(self) -> None:
        """Esc: stop the download, else take back preview, filter, marks or folder, in turn."""
        if self._saving.stop() or self._body.gives_rows_back():
            return
        rows = self._rows
        if rows.sought:
            self._filter.text = ""
            rows.narrow("")
            self._tell_head()
        elif rows.marks:
            rows.action_unmark()
        elif rows.is_in_folder:
            rows.post_message(rows.Back())
        else:
            raise SkipAction

    # --- what must not be lost ------------------------------------------------------------------

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """A worker that ended with an error nobody expected says so instead of vanishing."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self._say(str(caught(message.worker.error, "asking for artifacts")), "error")
