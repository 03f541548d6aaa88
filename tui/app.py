"""Wiring: source → inbox → state → signal → screens, and plans → writes.

The app knows nothing of workflows beyond that. It is painted before anything heavy is imported:
the source is opened on a thread once the first frame is there.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import string
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from textual import on, work
from textual.app import App, ScreenStackError
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.signal import Signal

from tui.actions.base import Context
from tui.domain.changes import ChangeSet
from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.errands import Errands
from tui.errors import TuiError
from tui.feed import Feed
from tui.messages import (
    ActionFailed,
    ActionFinished,
    GiveSource,
    OpenWorkflow,
    RunAction,
)
from tui.palette import Palette
from tui.resources import styles
from tui.screens.confirm import LeaveScreen
from tui.screens.help import HelpScreen
from tui.screens.problem import ProblemScreen
from tui.screens.small import TooSmallScreen, is_too_small
from tui.screens.workflow import WorkflowScreen
from tui.screens.workflows import WorkflowsScreen
from tui.session import Session, fits, save, take
from tui.settings import Settings
from tui.sources import scope_of
from tui.sources.base import ListEvent, Live, Scope, Source
from tui.state.pending import Pending
from tui.state.workflows import LiveWorkflows
from tui.terminal.capabilities import Capabilities
from tui.terminal.clipboard import send
from tui.terminal.driver import SteadyDriver
from tui.terminal.hangup import HangUp
from tui.terminal.output import CellDiffMixin
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine

Connect = Callable[[bool], Source]
"""Opens the source, or the demo's if true; called on a thread; raises TuiError."""

STYLE_FILES = (
    "tokens.tcss",
    "app.tcss",
    "workflows.tcss",
    "workflow.tcss",
    "dialogs.tcss",
    "pane_artifacts.tcss",
)
SUFFIX_LETTERS = string.ascii_lowercase + string.digits
SHORT = 60
"""Characters up to which a copied text is called by itself."""
TWICE_WITHIN = 2.0
"""Seconds within which a second ctrl-C leaves."""


class ArgoApp(CellDiffMixin, App[int]):
    """argo-tui."""

    TITLE = "argo-tui"
    CSS_PATH: ClassVar[list[Any]] = [styles() / name for name in STYLE_FILES]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", key_display="?", id="app.help"),
        Binding(
            "colon", "command_palette", "command", key_display=":", show=False, id="app.command"
        ),
        Binding("ctrl+p", "command_palette", "palette", show=False, id="app.palette"),
        Binding("ctrl+r", "repaint", "Repaint", show=False, id="app.repaint"),
        Binding("q", "leave", "Back", show=False, id="app.back"),
        # Textual's own would quit without asking.
        Binding("ctrl+q", "leave", "Back", show=False, system=True),
        Binding("ctrl+c", "interrupt", "Cancel", show=False, priority=True, id="app.cancel"),
        Binding("ctrl+e", "toggle_header", "Header", show=False, id="app.header"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend"),
    ]

    @dataclass
    class Connected(Message):
        """A source was opened."""

        source: Source
        is_demo: bool

    @dataclass
    class NotConnected(Message):
        """No source could be opened, or its watch cannot go on."""

        error: TuiError

    @dataclass
    class Arrived(Message):
        """A beat's worth of news of the list."""

        batch: Sequence[ListEvent]
        live: LiveWorkflows
        """What it is news of: mail of an earlier watch may still be under way."""

    def __init__(
        self,
        settings: Settings,
        connect: Connect,
        *,
        capabilities: Capabilities | None = None,
        can_demo: bool = True,
    ) -> None:
        super().__init__()
        self.capabilities = capabilities or Capabilities()
        self.settings = replace(settings, ascii=settings.ascii or self.capabilities.ascii)
        self.set_class(self.settings.ascii, "-ascii")
        self.trouble: TuiError | None = None
        self.pending = Pending()
        self.feed = Feed(
            lambda batch: self.post_message(self.Arrived(batch, self.live)),
            lambda error: self.post_message(self.NotConnected(error)),
        )
        self.workflows_changed: Signal[ChangeSet] = Signal(self, "workflows changed")
        self.errands = Errands(self, self, self._tell_pending)
        self._connect_to = connect
        self._can_demo = can_demo
        self._interrupted = float("-inf")
        self._is_begun = False
        self._recent: list[str] = []
        self._hang_up: HangUp | None = None
        self.use_terminal(self.capabilities, diff=not settings.no_diff)

    # --- what screens and panes may ask (screens.desk.Desk, panes.base.Tools) ----------------

    @property
    def source(self) -> Source | None:
        """Where workflows come from; None until connected."""
        return self.feed.source

    @property
    def scope(self) -> Scope:
        """Which workflows are watched."""
        return self.feed.scope

    @property
    def live(self) -> LiveWorkflows:
        """The workflows as of the last beat."""
        return self.feed.live

    @property
    def retry_at(self) -> datetime | None:
        """When a broken connection is tried again."""
        return self.feed.retry_at

    @property
    def stale_since(self) -> datetime | None:
        """When the connection broke."""
        return self.feed.stale_since

    @property
    def ascii(self) -> bool:
        """Letters and plain lines instead of symbols."""
        return self.settings.ascii

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows."""
        return self.settings.pod_names

    def now(self) -> datetime:
        """The time everything is shown at."""
        return self.settings.now()

    def context(self) -> Context:
        """What plans need to know besides the workflow."""
        return Context(
            now=self.now(),
            suffix="".join(secrets.choice(SUFFIX_LETTERS) for _ in range(5)),
            instance_id=self.settings.instance_id,
            zone=self.settings.zone,
            pod_names=self.settings.pod_names,
        )

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front that has one."""
        for screen in reversed(self.screen_stack):
            for line in screen.query(StatusLine):
                if line.id is None:
                    line.say(text, severity)
                    return

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""
        sent = send(
            text, what=text if len(text) < SHORT else "", multiplexer=self.capabilities.multiplexer
        )
        if sent.ok and self._driver is not None:
            self._driver.write(sent.sequence)
        self.say(sent.message, "information" if sent.ok else "warning")

    # --- beginning and ending ----------------------------------------------------------------

    def on_mount(self) -> None:
        """Paint first; everything heavy comes after."""
        if self.capabilities.ansi_theme and not os.environ.get("TEXTUAL_THEME"):
            self.theme = "ansi-dark"
        self._hang_up = HangUp([self._remember, self._let_go], lambda: self.exit(return_code=129))
        if sys.platform != "win32" and not self.is_headless:
            self._hang_up.listen(asyncio.get_running_loop())
            self._listen_for_the_end(self._hang_up)
        self.push_screen(WorkflowsScreen(self))
        self._is_begun = True
        self._check_size(*self.size)
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self.connect)

    def _listen_for_the_end(self, hang_up: HangUp) -> None:
        """Under another program the signal may never reach us; the end of our input does."""
        loop = asyncio.get_running_loop()
        if isinstance(self._driver, SteadyDriver):
            self._driver.lost = lambda: hang_up.soon(loop)

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self._let_go()

    def _let_go(self) -> None:
        self.feed.close()

    def _remember(self) -> None:
        """The terminal hung up: the next start goes on from here."""
        if self.source is None or not self.source.capabilities.is_live:
            return
        before = Session(self.source.place.label, self.scope.namespaces)
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowsScreen | WorkflowScreen):
                before = screen.remembered(before)
        save(before)

    def _go_on(self) -> None:
        """Where the last terminal hung up, if that was on the same cluster."""
        if self.source is None or not self.source.capabilities.is_live or self.is_headless:
            return
        before = take(time.time())
        is_asked = self.settings.namespace or self.settings.all_namespaces
        asked = self.scope.namespaces if is_asked else None
        if before is None or not fits(before, self.source.place.label, asked):
            return
        self.watch_scope(replace(self.scope, namespaces=before.namespaces))
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowsScreen):
                screen.go_on(before)
        if before.name:
            self._show_workflow(WorkflowRef(before.namespace, before.name), before.pane)
        self.say("going on from where the terminal hung up")

    def _fatal_error(self) -> None:
        # Textual prints local variables with a crash, and ours hold bearer tokens.
        from rich.traceback import Traceback

        self.bell()
        self.panic(Traceback(show_locals=False, width=None))

    def _tick(self) -> None:
        if not self.app_focus or not self.is_running:
            return
        try:
            screen = self.screen
        except ScreenStackError:
            return
        tick = getattr(screen, "tick", None)
        if tick is not None and screen.is_mounted:
            tick(self.now())

    # --- the source --------------------------------------------------------------------------

    @work(thread=True, group="connect", exclusive=True)
    def connect(self, demo: bool = False) -> None:
        """Open the source, with all that is imported for it, beside the loop."""
        try:
            source = self._connect_to(demo)
        except TuiError as error:
            self.post_message(self.NotConnected(error))
        else:
            self.post_message(self.Connected(source, demo))

    @on(GiveSource)
    def connect_again(self, message: GiveSource) -> None:
        """From the problem screen: try again, or the demo."""
        self.trouble = None
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.say("connecting …")
        self.connect(message.demo)

    @on(Connected)
    def connected(self, message: Connected) -> None:
        """Watch what the settings ask for."""
        settings = Settings() if message.is_demo else self.settings
        self._watch(message.source, scope_of(settings, message.source.place))
        self._say_troubles()
        self._open_only_file()
        if not (message.is_demo or self.settings.demo):
            self._go_on()

    def _say_troubles(self) -> None:
        """What could not be read among saved files that could."""
        troubles = getattr(self.source, "troubles", ())
        more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
        self.say(f"{troubles[0]}{more}" if troubles else "", "warning")

    def _open_only_file(self) -> None:
        """One saved workflow is opened at once."""
        if self.source is None or self.source.capabilities.is_live:
            return
        found = self.source.list_all(self.scope)
        # What is wrong with other files is told on the list, so that is shown then.
        if len(found) == 1 and not getattr(self.source, "troubles", ()):
            self._show_workflow(found[0].ref)

    def watch_scope(self, scope: Scope) -> None:
        """Watch other workflows from now on."""
        if self.source is not None:
            self._watch(self.source, scope)

    def _watch(self, source: Source, scope: Scope) -> None:
        self.feed.watch(source, scope, asyncio.get_running_loop())
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowsScreen):
                screen.scope_changed()

    @on(Arrived)
    def take(self, message: Arrived) -> None:
        """One writer of what is known: the source."""
        if message.live is not self.live:
            return
        changes = self.feed.take(message.batch, self.now())
        if self.feed.trouble is not None:
            self._show_trouble(self.feed.trouble)
        elif isinstance(self.live.connection, Live):
            self._end_trouble()
        if changes:
            self.workflows_changed.publish(changes)

    @on(NotConnected)
    def not_connected(self, message: NotConnected) -> None:
        """A screen that says what is wrong and what to do."""
        self._show_trouble(message.error)

    def _show_trouble(self, error: TuiError) -> None:
        self.trouble = error
        if isinstance(self.screen, ProblemScreen):
            if str(self.screen.error) == str(error):
                return
            self.pop_screen()
        self.push_screen(ProblemScreen(error, can_demo=self._can_demo, ascii=self.ascii))

    def _end_trouble(self) -> None:
        self.trouble = None
        if isinstance(self.screen, ProblemScreen):
            self.pop_screen()

    # --- screens -----------------------------------------------------------------------------

    @on(OpenWorkflow)
    def open_workflow(self, message: OpenWorkflow) -> None:
        """A workflow on a screen of its own."""
        self._show_workflow(message.ref, message.pane)

    def _show_workflow(self, ref: WorkflowRef, pane: str = "") -> None:
        if isinstance(self.screen, TooSmallScreen):
            self.pop_screen()
        self.push_screen(WorkflowScreen(self, ref, pane=pane))
        self._check_size(*self.size)

    def on_resize(self, event: Any) -> None:
        """Below 60x12 say so, and nothing else."""
        self._check_size(event.size.width, event.size.height)

    def _check_size(self, width: int, height: int) -> None:
        is_said = any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack)
        if is_too_small(width, height):
            if not is_said and self._is_begun:
                self.push_screen(TooSmallScreen())
        elif isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    def action_help(self) -> None:
        """Which key does what here."""
        title = "workflow list" if isinstance(self.screen, WorkflowsScreen) else "workflow"
        bindings = list(self.screen.active_bindings.values())
        self.push_screen(HelpScreen(bindings, title=title, ascii=self.ascii))

    def action_command_palette(self) -> None:
        """Type what to do."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(self.screen, self._recent, ascii=self.ascii))

    def action_repaint(self) -> None:
        """Write the whole screen again; try a broken connection again now."""
        self.repaint_terminal()
        self.feed.try_again(self.now())
        self._tick()
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowScreen):
                screen.try_again()

    def action_toggle_header(self) -> None:
        """With or without the header line."""
        self.screen.toggle_class("-no-header")

    @work(exclusive=True, group="leave")
    async def action_leave(self) -> None:
        """Back; at the root, ask once."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif await self.push_screen_wait(LeaveScreen()):
            self.exit(0)

    def action_interrupt(self) -> None:
        """ctrl-C: close what is open; twice within two seconds, leave."""
        now = asyncio.get_running_loop().time()
        if now - self._interrupted < TWICE_WITHIN:
            self.exit(return_code=130)
            return
        self._interrupted = now
        screen: Screen[Any] = self.screen
        if isinstance(screen, ModalScreen) and not isinstance(screen, TooSmallScreen):
            screen.dismiss(None)
        else:
            bar = next((bar for bar in screen.query(QueryBar) if bar.query("Input:focus")), None)
            if bar is not None:
                bar.action_cancel()
        self.say("ctrl-C again leaves argo-tui")

    # --- actions -----------------------------------------------------------------------------

    def _known(self, ref: WorkflowRef) -> ListedWorkflow | None:
        screen = self.screen
        if isinstance(screen, WorkflowScreen) and screen.ref == ref:
            return screen.known
        return self.live.named(ref.namespace, ref.name)

    @on(RunAction)
    def run_action_on(self, message: RunAction) -> None:
        """Refuse with a sentence, or ask, then do."""
        self.errands.begin(message.action, [(ref, self._known(ref)) for ref in message.refs])

    def _tell_pending(self, refs: Sequence[WorkflowRef]) -> None:
        known = tuple(ref for ref in refs if ref in self.live)
        self.workflows_changed.publish(ChangeSet(changed=known))

    @on(ActionFinished)
    def finished(self, message: ActionFinished) -> None:
        """The result itself comes by the watch."""
        self.say(message.outcome.said)

    @on(ActionFailed)
    def failed(self, message: ActionFailed) -> None:
        """What was not done, and why."""
        self.say(f"{message.plan.title}: {message.error}", "error")


def run(settings: Settings, connect: Connect, capabilities: Capabilities) -> int:
    """Run the app in this terminal; returns the exit code."""
    app = ArgoApp(settings, connect, capabilities=capabilities)
    app.run(mouse=settings.mouse)
    return app.return_code or 0
