"""The artifacts pane: the artifacts of a step or a workflow, a preview, and downloads.

Requests to stores run on thread workers and post messages; an answer for a preview that is no
longer wanted is dropped by its number. The list is made from the workflow alone, so it is shown at
once; sizes follow.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import ClassVar, NamedTuple

from textual import events, on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.worker import Worker, WorkerState

from tui.artifacts import Stores, title_of
from tui.artifacts.base import Can, FolderListing, Link, Reason, StoreError
from tui.artifacts.copying import LINK, LINK_SECONDS, Way, ways
from tui.artifacts.items import Fact, Item
from tui.artifacts.served import served
from tui.bindings import bind
from tui.bugs import caught
from tui.commands import Command, alone
from tui.domain.artifact import artifacts_of_workflow, artifacts_within
from tui.domain.hidden import without_secrets
from tui.domain.identity import Target
from tui.domain.lines import LineModel
from tui.domain.location import Location
from tui.domain.node import Node
from tui.domain.workflow import OFFLOADED, Workflow
from tui.keys import hint
from tui.menu import Choice, Menu, lettered
from tui.panes.artifact_download import ArtifactDownloads
from tui.panes.artifact_list import EMPTY, ArtifactRows, Totals
from tui.panes.artifact_lookup import ArtifactLookup, Measured, OwnCredentials, Unknown
from tui.panes.artifact_preview import ArtifactPreview
from tui.panes.base import Pane, PaneContext
from tui.panes.pager import page_through
from tui.ports.secrets import reader_of
from tui.ports.stores import StoreAnswers, reached_from
from tui.ports.threads import forget
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table

WIDE = 110
"""Cells from which on the preview stands beside the list."""

LOCAL_REASONS: frozenset[Reason] = frozenset(("exists", "disk", "stopped"))
"""Reasons of failed downloads that lie on this machine and say nothing about the store."""

MANY = 500
"""Number of steps or rows above which work on all of them is done less often, or on a thread."""

PLACE = "place"
"""The way that leads here again, not to the artifact elsewhere."""

OWN = "own-credentials"
"""The command that uses credentials of this machine."""

SLOW = 3
"""Seconds without an answer of a store after which it is said that one waits for it."""

FACT_INTERVALS = (0.1, 1.0)
"""Seconds for which answers of stores are gathered before they are shown; the second for MANY."""


LONGEST_TOLD = 60
"""Characters of what is copied of several that a menu tells."""


class FoundArtifacts(NamedTuple):
    """The artifacts of a step or of a whole workflow."""

    workflow: Workflow
    node: Node | None
    items: list[Item]
    totals: Totals
    unknown: Unknown


class ArtifactSplit(Container):
    """A split view of the list and the preview.

    Both stand side by side where there is room. On a narrow screen the list has all rows until
    something is opened; then they stand one above the other. What was opened has most of the room,
    with a few rows of the list to go on from.
    """

    def __init__(self, rows: ArtifactRows, preview: ArtifactPreview) -> None:
        super().__init__(id="artifact-body")
        self._rows = rows
        self._preview = preview

    def compose(self) -> ComposeResult:
        """List and preview."""
        yield self._rows
        yield self._preview

    def on_resize(self, event: events.Resize) -> None:
        """Put the two side by side where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")

    def open_preview(self) -> None:
        """Make room for the preview: what somebody opened has most of it."""
        self.add_class("-read", "-large")
        self.remove_class("-hides-preview")

    @property
    def is_preview_open(self) -> bool:
        """Whether a preview is shown."""
        return self.has_class("-read")

    @property
    def hides_preview(self) -> bool:
        """Whether the list has the room of a preview beside it."""
        return self.has_class("-hides-preview")

    def show_preview(self, *, on: bool) -> None:
        """Leave room for a preview, or give all of it to the list."""
        if on or self.has_class("-wide"):
            self.set_class(not on, "-hides-preview")
        else:
            self.close_preview()

    def close_preview(self) -> None:
        """Clear the preview and give its room to the list."""
        self._preview.clear()
        self.remove_class("-read", "-large")

    def give_room_back(self) -> bool:
        """Close a preview that takes rows from the list, and make one beside it smaller; true if
        it did."""
        if self.has_class("-wide"):
            was_large = self.has_class("-large")
            self.remove_class("-large")
            return was_large
        if not self.is_preview_open:
            return False
        self.close_preview()
        return True


class ArtifactsPane(Pane):
    """A list of artifacts, a preview of one of them, and a line for downloads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("write", "download", "Download", group="artifacts", shown=True),
        bind("filter", "filter", "Filter", group="artifacts", shown=True),
        bind("problems", "problems", "Problems", group="artifacts", shown=True),
        bind("problem-after", "problem(1)", "Next missing one", group="artifacts"),
        bind("problem-before", "problem(-1)", "Last missing one", group="artifacts"),
        bind("hide", "logs", "Hide archived logs", group="artifacts"),
        bind("copy", "copy_key", "Copy key", group="artifacts", shown=True),
        bind("copy.menu", "copy_menu", "Copy …", group="artifacts"),
        bind("whole", "toggle_raw", "Pretty or raw", group="artifacts"),
        bind("preview", "preview", "Preview", group="artifacts"),
        bind("pager", "pager", "In a pager", group="artifacts"),
        bind("times", "times", "When they were made", group="artifacts"),
        bind("side.down", "scroll_preview(1)", "Preview down", group="artifacts"),
        bind("side.up", "scroll_preview(-1)", "Preview up", group="artifacts"),
        bind("unwind", "undo", "Back", group="artifacts", shown=True),
    ]

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._workflow: Workflow | None = None
        self._node: Node | None = None
        self._known: tuple[str, str, str] | None = None
        self._subject: tuple[str, str] | None = None
        self._fitted_for: tuple[str, str] | None = None
        self._is_due = False
        self._is_reading_on = False
        """Whether the next page of a folder is being read."""
        self._reading: Item | None = None
        """What is being opened."""
        self._waited = 0
        """Seconds since then."""
        self._own = ""
        """What credentials this machine has, where those of the workflow cannot be read."""
        self._news: dict[Location, Fact] = {}
        """Answers of stores that are not shown yet."""
        self._meanwhile: dict[Location, Fact] = {}
        """Answers since artifacts are being found on a thread, which may not know them."""
        source = context.source
        self._stores = Stores(
            self._secret,
            lambda place: reached_from(source, place),
            answers=source.port(StoreAnswers) if source is not None else None,
        )
        self._lookup = ArtifactLookup(self._stores, context)
        self._rows = ArtifactRows(ascii=context.ascii, now=context.now())
        self._preview = ArtifactPreview(self._stores, ascii=context.ascii)
        self._split = ArtifactSplit(self._rows, self._preview)
        self._downloads = ArtifactDownloads(self._stores, context)

    def compose(self) -> ComposeResult:
        """A heading, the split view, the filter, and the lines for downloads."""
        plain = self.context.ascii
        yield StatusLine(ascii=plain, id="artifact-head")
        yield self._split
        yield QueryBar(ascii=plain, id="artifact-filter")
        yield self._downloads
        yield self._lookup

    def on_mount(self) -> None:
        """Show the workflow that was given before the widgets existed."""
        if self._workflow is not None:
            self._read_workflow()

    def on_unmount(self) -> None:
        """Close the stores."""
        self._stores.close()

    def focus(self, scroll_visible: bool = True) -> ArtifactsPane:
        """Give the focus to the list."""
        self._rows.focus(scroll_visible)
        return self

    # --- what is shown ---------------------------------------------------------------------

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the artifacts of a workflow or a node; several calls within a frame cost one."""
        known = (workflow.metadata.uid, workflow.version, node.id if node else "")
        if known == self._known and workflow is self._workflow:
            return
        self._known = known
        self._workflow, self._node = workflow, node
        if self.is_mounted and not self._is_due:
            self._is_due = True
            self.call_after_refresh(self._read_workflow)

    def _read_workflow(self) -> None:
        """Read the artifacts out of the workflow, and look up what it does not say."""
        self._is_due = False
        workflow, node = self._workflow, self._node
        if workflow is None:
            return
        uid = workflow.metadata.uid
        subject = (uid, node.id if node else "")
        if subject != self._subject:
            self._subject = subject
            self._lookup.forget_errors()
            self._rows.leave_all()
            self._filter.text = ""
            self._split.close_preview()
            self._reading = None
            self._downloads.move_on()
        self._meanwhile = {}
        if len(workflow.nodes) > MANY:
            self._find_on_thread(workflow, node)
        else:
            self._show_found(self._find(workflow, node))

    def _find(self, workflow: Workflow, node: Node | None) -> FoundArtifacts:
        """Find the artifacts of a step or a workflow. May be called on any thread."""
        repository = self._lookup.repositories.get(workflow.metadata.uid)
        if node is None:
            artifacts = artifacts_of_workflow(workflow, repository)
        else:
            artifacts = artifacts_within(workflow, node, repository)
        artifacts = tuple(served(self.context.source, workflow, artifacts))
        facts = self._lookup.facts
        items = [
            Item(artifact, artifact.location, facts.get(artifact.location))
            if artifact.location is not None
            else Item(artifact, None)
            for artifact in artifacts
        ]
        unknown = self._lookup.unknown(artifacts)
        return FoundArtifacts(workflow, node, items, Totals(items), unknown)

    @work(thread=True, group="artifacts", exclusive=True, description="finding artifacts")
    def _find_on_thread(self, workflow: Workflow, node: Node | None) -> None:
        """Finding fifty thousand artifacts takes more than a second."""
        try:
            found = self._find(workflow, node)
        except Exception as error:
            self.app.call_from_thread(self._say, str(caught(error, "finding artifacts")), "error")
        else:
            before = list(self._rows.items)
            self.app.call_from_thread(self._show_found, found)
            forget(before)

    def _show_found(self, found: FoundArtifacts) -> None:
        if found.workflow is not self._workflow or found.node is not self._node:
            return  # the pane shows another step or a newer version by now
        self._lookup.look_up(found.workflow, found.unknown)
        is_offloaded = found.workflow.is_offloaded
        self._rows.empty_text = f"no artifacts here: {OFFLOADED}" if is_offloaded else EMPTY
        self._rows.show_artifacts(found.items, found.totals)
        if self._subject != self._fitted_for:
            # Columns need not be as wide as what was listed of another step.
            self._fitted_for = self._subject
            self._rows.refit()
        self._show_soon(self._meanwhile)
        self._meanwhile = {}
        self._tell_head()

    def _tell_head(self) -> None:
        own = f"   with {self._own}" if self._stores.uses_own_credentials else ""
        self.query_one("#artifact-head", StatusLine).say(f"{self._rows.headline}{own}")

    def _say(self, text: str, severity: str = "information") -> None:
        self._downloads.say(text, severity)

    # --- answers of stores -------------------------------------------------------------------

    def _secret(self, namespace: str, name: str, key: str) -> bytes:
        source = self.context.source
        if source is None:
            raise StoreError("not connected to a cluster", reason="credentials")
        return reader_of(source)(namespace, name, key)

    @on(ArtifactLookup.Answered)
    def show_sizes(self, message: ArtifactLookup.Answered) -> None:
        """Show soon what stores said."""
        message.stop()
        self._keep(self._lookup.take_answers())

    @on(Measured)
    def show_size(self, message: Measured) -> None:
        """Show soon what a store said of what is opened."""
        message.stop()
        self._lookup.facts[message.location] = message.fact
        self._keep({message.location: message.fact})

    def _keep(self, facts: Mapping[Location, Fact]) -> None:
        self._meanwhile.update(facts)
        self._show_soon(facts)

    def _show_soon(self, facts: Mapping[Location, Fact]) -> None:
        if facts and not self._news:
            self.set_timer(FACT_INTERVALS[len(self._rows.items) > MANY], self._show_facts)
        self._news.update(facts)

    def _show_facts(self) -> None:
        """Show the gathered answers of stores at once; of tens of thousands some at a time."""
        if len(self._news) <= MANY or self._rows.moves_by_facts:
            news, self._news = self._news, {}
        else:
            news = dict(islice(self._news.items(), MANY))
            for location in news:
                del self._news[location]
            self.set_timer(FACT_INTERVALS[0], self._show_facts)
        self._rows.show_facts(news)
        self._tell_head()

    @on(OwnCredentials)
    def offer_own_credentials(self, message: OwnCredentials) -> None:
        """Say which credentials of this machine could be used; nobody's are used unasked."""
        message.stop()
        self._own = message.which
        self._say(f"{message.error}; :{OWN} signs with {message.which} instead", "warning")

    def commands(self) -> Iterable[Command]:
        """To use credentials of this machine, where those of the workflow cannot be read."""
        if self._own and not self._stores.uses_own_credentials:
            yield Command(
                "Own credentials",
                alone(self._use_own_credentials),
                names=(OWN,),
                help=f"sign requests for artifacts with {self._own}, until this is closed",
            )

    def _use_own_credentials(self) -> None:
        self._stores.use_own_credentials()
        self._say(f"signing with {self._own}")
        self._lookup.forget_errors()
        self._read_workflow()

    @on(ArtifactLookup.RepositoryFound)
    def use_repository(self, message: ArtifactLookup.RepositoryFound) -> None:
        """With the repository, artifacts that have only a key have locations."""
        message.stop()
        self._read_workflow()

    def tick(self, now: datetime) -> None:
        """A second went by."""
        self._downloads.tick()
        item = self._reading
        self._waited += 1
        if item is not None and self._waited >= SLOW and not self._downloads.is_asking:
            place = title_of(item.location) if item.location is not None else ""
            self._say(
                f"reading {item.title}: no answer{f' of {place}' if place else ''} for "
                f"{self._waited} s; {hint('unwind')} gives up",
                "warning",
            )

    # --- opening ---------------------------------------------------------------------------

    def chosen(self, whole: Target) -> tuple[Target, str] | None:
        """The artifact under the cursor."""
        item = self._rows.current
        if item is None:
            return None
        found = item.artifact
        return whole._replace(node=str(found.node_id), artifact=found.name), found.name

    @on(Table.Chosen, "#artifact-rows")
    def open_item(self, message: Table.Chosen) -> None:
        """Enter: preview a file, or go into a folder."""
        message.stop()
        item = self._rows.current
        if item is None:
            return
        if item.why_not or item.location is None:
            trouble = self._lookup.troubles.get(self._subject[0]) if self._subject else ""
            is_lost = item.location is None and not item.artifact.deleted and trouble
            self._say(f"{item.why_not}: {trouble}" if is_lost else item.why_not, "warning")
            return
        self._say(f"reading {item.title}")
        self._reading, self._waited = item, 0
        self._preview.open(item)

    @on(Table.Marked, "#artifact-rows")
    def tell_marks(self, message: Table.Marked) -> None:
        """Say how many are marked."""
        message.stop()
        self._tell_head()

    @on(ArtifactPreview.Opened)
    def show_opened(self, message: ArtifactPreview.Opened) -> None:
        """Make room for a preview, go into a folder, or show why neither is possible."""
        message.stop()
        self._reading = None
        if isinstance(message.found, StoreError):
            self._show_failure(message.item, message.found)
            self._say(str(message.found), "error")
            return
        self._say("")
        if isinstance(message.found, FolderListing):
            self._rows.enter(message.item, message.found)
            self._filter.text = ""
            self._tell_head()
            self._read_on()
        else:
            self._split.open_preview()

    @on(Table.CursorMoved, "#artifact-rows")
    def read_on(self, message: Table.CursorMoved) -> None:
        """Near the end of a folder, read its next page."""
        message.stop()
        self._read_on()

    def _read_on(self) -> None:
        wanted = self._rows.next_page
        if wanted is not None and not self._is_reading_on:
            self._is_reading_on = True
            self._preview.read_more(*wanted)

    @on(ArtifactPreview.More)
    def show_more(self, message: ArtifactPreview.More) -> None:
        """Show the next page of a folder."""
        message.stop()
        self._is_reading_on = False
        if isinstance(message.found, StoreError):
            self._say(str(message.found), "error")
            return
        self._rows.extend(message.folder, message.found)
        self._tell_head()
        self._read_on()

    def _show_failure(self, item: Item, error: StoreError) -> None:
        """Show a store's error in the row of the item, too."""
        if error.reason in LOCAL_REASONS:
            return
        if item.entry is None and item.location is not None:
            self._lookup.facts[item.location] = error
        self._rows.show_failure(item, error)
        self._tell_head()

    @on(ArtifactDownloads.Failed)
    def show_failures(self, message: ArtifactDownloads.Failed) -> None:
        """Show the errors of downloads in the rows."""
        message.stop()
        for item, error in message.failed:
            self._show_failure(item, error)

    @on(ArtifactRows.Back)
    def leave_folder(self, message: ArtifactRows.Back) -> None:
        """Left: back to the list that the folder is in."""
        message.stop()
        if self._rows.is_in_folder:
            self._preview.forget()
            self._rows.leave()
            self._filter.text = ""
            self._tell_head()

    # --- filter ------------------------------------------------------------------------------

    @property
    def _filter(self) -> QueryBar:
        return self.query_one("#artifact-filter", QueryBar)

    def action_filter(self) -> None:
        """Open the filter, which looks for text in step, name, type and state."""
        self._filter.open()

    @on(QueryBar.Edited, "#artifact-filter")
    @on(QueryBar.Cancelled, "#artifact-filter")
    def narrow(self, message: QueryBar.Edited | QueryBar.Cancelled) -> None:
        """Narrow the list while the filter is typed."""
        message.stop()
        self._rows.narrow(message.text)
        self._tell_head()
        self._read_on()
        if isinstance(message, QueryBar.Cancelled):
            self._rows.focus()

    @on(QueryBar.Submitted, "#artifact-filter")
    def keep_filter(self, message: QueryBar.Submitted) -> None:
        """Enter: keep the filter and go back to the list."""
        message.stop()
        self._rows.focus()

    # --- keys --------------------------------------------------------------------------------

    def action_problems(self) -> None:
        """Only what is missing or cannot be read, or all again."""
        self._rows.problems_only = not self._rows.problems_only
        self._tell_head()

    def action_problem(self, step: int) -> None:
        """To the next (1) or previous (-1) artifact that is missing or cannot be read."""
        if not self._rows.go_to_problem(step):
            self._say("no artifact here is missing")

    def action_logs(self) -> None:
        """Leave archived logs out, or show them among the others again."""
        self._rows.hide_logs(not self._rows.hides_logs)
        self._tell_head()

    def action_scroll_preview(self, direction: int) -> None:
        """Scroll the preview (1 down, -1 up) while the focus stays in the list."""
        if not self._split.is_preview_open:
            self._say(f"nothing to scroll: {hint('open')} shows what is in an artifact")
        self._preview.scroll_half(direction)

    def action_preview(self) -> None:
        """Show what is in the artifact under the cursor, or give its room to the list again."""
        item = self._rows.current
        if self._split.hides_preview:
            self._split.show_preview(on=True)
        elif self._split.is_preview_open or self._split.has_class("-wide"):
            self._split.show_preview(on=False)
            self._rows.focus()
        elif item is not None:
            self._rows.action_choose()
        else:
            self._say("no artifact here")

    def action_pager(self) -> None:
        """Open the preview in $PAGER; the app steps aside for it."""
        lines = self._preview.lines
        if self._split.is_preview_open and len(lines):
            self._page(lines)
        else:
            self._say(f"no text to show: {hint('open')} shows what is in an artifact")

    @work(thread=True, group="pager", exclusive=True, exit_on_error=False)
    def _page(self, lines: LineModel) -> None:
        page_through(self, lines)

    def action_times(self) -> None:
        """Show when each artifact was made, or no longer."""
        self._say("when they were made, in UTC" if self._rows.turn_times() else "no times")

    def action_toggle_raw(self) -> None:
        """Show JSON and tables as they are written, or laid out."""
        why_not = self._preview.toggle_raw()
        if why_not:
            self._say(why_not)

    def action_copy_key(self) -> None:
        """Copy the address of the artifact under the cursor, or of those marked, one a line."""
        items, is_marked = self._rows.picked, bool(self._rows.marks)
        item = items[0] if items else None
        if item is None:
            self._say("no artifact here")
            return
        texts = [text for text in map(_address_of, items) if text]
        if is_marked and texts:
            keyless = len(items) - len(texts)
            count = "1 address" if len(texts) == 1 else f"{len(texts):,} addresses"
            self.context.copy_lines(texts, count)
            self._say(f"sent {count}" + (f"; {keyless:,} more marked have none" if keyless else ""))
            return
        text = "".join(texts[:1])
        if not text:
            self._say(f"{item.artifact.name} has no key", "warning")
            return
        self.context.copy(text)
        self._say(f"sent {without_secrets(text)}")

    def action_copy_menu(self) -> None:
        """Choose what to copy: key, address, link, or a command that does the same."""
        item, workflow = self._rows.current, self._workflow
        if item is None or workflow is None:
            self._say("no artifact here")
            return
        if self._rows.marks:
            self._copy_of_marked(self._rows.picked, workflow)
            return
        found = {way.id: way for way in self._ways(item, workflow)}
        place = self.tell_place()
        if place:
            found = {PLACE: Way(PLACE, "Place", place), **found}
        choices = lettered(
            Choice(way.id, way.title, help=way.text or "good for an hour", refusal=way.refusal)
            for way in found.values()
        )

        def chosen(id: str | None) -> None:
            if id == LINK and item.location is not None:
                self._copy_link(item.location)
            elif id is not None:
                self.context.copy(found[id].text)
                self._say(f"sent {without_secrets(found[id].text)}")

        self.app.push_screen(Menu("Copy", choices, ascii=self.context.ascii), chosen)

    def _ways(self, item: Item, workflow: Workflow) -> Sequence[Way]:
        """What can be copied of one."""
        reached, can = None, frozenset[Can]()
        if item.location is not None:
            reached = self._stores.reached(item.location)
            with contextlib.suppress(StoreError):
                can = self._stores.store(item.location).can
        return ways(item, reached, workflow.ref, can)

    def _copy_of_marked(self, items: Sequence[Item], workflow: Workflow) -> None:
        """Choose what to copy of all that are marked, a line each; for links a store is asked."""
        each = [(item, way) for item in items for way in self._ways(item, workflow)]
        titles = {way.id: way.title for _, way in each}
        links = [(item.location, way.refusal) for item, way in each if way.id == LINK]
        linked = [location for location, refusal in links if location is not None and not refusal]
        texts = {of: [way.text for _, way in each if way.id == of and way.text] for of in titles}

        def choice(of: str) -> Choice:
            if of == LINK and not linked:
                refusal = next((refusal for _, refusal in links if refusal), "")
                return Choice(LINK, titles[LINK], refusal=refusal)
            count = len(linked if of == LINK else texts[of])
            title = f"{titles[of]} of {_some_of(count, len(items))} marked"
            told = "good for an hour" if of == LINK else ", ".join(texts[of])[:LONGEST_TOLD]
            return Choice(of, title, help=told)

        choices = lettered(choice(of) for of in titles if texts[of] or of == LINK)

        def chosen(id: str | None) -> None:
            if id == LINK:
                self._copy_links(linked, len(items))
            elif id is not None:
                title = choice(id).title
                self.context.copy_lines(texts[id], title)
                self._say(f"sent {title}")

        self.app.push_screen(Menu("Copy", choices, ascii=self.context.ascii), chosen)

    @work(thread=True, group="artifact-link", exclusive=True, description="making a link")
    def _copy_link(self, location: Location) -> None:
        """Ask the store for a link, and copy it; on the screen it would be a secret."""
        try:
            link = self._stores.store(location).link(location, LINK_SECONDS)
        except StoreError as error:
            self.app.call_from_thread(self._say, str(error), "error")
            return
        until = f", good until {link.until:%H:%M} UTC" if link.until is not None else ""
        self.app.call_from_thread(self.context.copy, link.url)
        self.app.call_from_thread(self._say, f"sent a link to {location.key}{until}")

    @work(thread=True, group="artifact-link", exclusive=True, description="making links")
    def _copy_links(self, locations: Sequence[Location], marked: int) -> None:
        """Ask the stores for links, and copy them, a line each."""
        links: list[Link] = []
        why = ""
        for location in locations:
            try:
                links.append(self._stores.store(location).link(location, LINK_SECONDS))
            except StoreError as error:
                why = why or str(error)
        if not links:
            self.app.call_from_thread(self._say, why, "error")
            return
        count = "1 link" if len(links) == 1 else f"{len(links):,} links"
        ends = [link.until for link in links if link.until is not None]
        until = f", good until {min(ends):%H:%M} UTC" if ends else ""
        left = marked - len(links)
        rest = f"; {left:,} more marked have none" if left else ""
        told = f"sent {count}{until}{rest}{f': {why}' if why else ''}"
        self.app.call_from_thread(self.context.copy_lines, [link.url for link in links], count)
        self.app.call_from_thread(self._say, told, "warning" if why else "information")

    def action_download(self) -> None:
        """Ask where to save the marked artifacts, or else the one under the cursor."""
        items = self._rows.picked
        if items:
            self._downloads.ask(items)
        else:
            self._say("no artifact here")

    @on(ArtifactDownloads.PathClosed)
    def return_focus(self, message: ArtifactDownloads.PathClosed) -> None:
        """Give the focus back to the list after a path was typed or cancelled."""
        message.stop()
        # A download that fails at once asks again before this is heard.
        if not self._downloads.is_asking:
            self._rows.focus()

    def action_undo(self) -> None:
        """Esc: undo reading, preview, filter, problems only, marks or folder, one at a time."""
        if self._reading is not None:
            self._say(f"gave up reading {self._reading.title}")
            self._reading = None
            self._preview.forget()
            return
        self._say("")
        self.context.say("")
        if self._split.give_room_back():
            return
        rows = self._rows
        if rows.filter:
            self._filter.text = ""
            rows.narrow("")
            self._tell_head()
        elif rows.problems_only:
            rows.problems_only = False
            self._tell_head()
        elif rows.marks:
            rows.action_unmark()
        elif rows.is_in_folder:
            rows.post_message(rows.Back())
        else:
            raise SkipAction

    # --- bugs ----------------------------------------------------------------------------------

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """Show the unexpected error of a worker, which would otherwise end silently."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self._say(str(caught(message.worker.error, "asking for artifacts")), "error")


def _address_of(item: Item) -> str:
    """Where it is; its key where that is all that is known; "" for neither."""
    place = item.location
    return (place.url or place.key) if place is not None else item.artifact.key


def _some_of(count: int, whole: int) -> str:
    return f"{whole:,}" if count == whole else f"{count:,} of {whole:,}"
