"""Wiring: source → inbox → state → signal → screens, and plans → writes.

The app knows nothing of workflows beyond that. It is painted before anything heavy is imported.
Where a source is opened (`connect`) is a thread, begun once the first frame is there; the list of a
cluster was asked for before Textual was imported (`cli.py`), and is taken over then.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.console import RenderableType
from textual import events, on, work
from textual.actions import ActionParseResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Input

from tui.action_runner import ActionRunner, own_commands
from tui.bindings import bind
from tui.bugs import caught
from tui.commands import (
    Command,
    alone,
    among,
    namespace_of,
    namespaces_like,
    namespaces_of,
    one_of,
)
from tui.context import AppContext
from tui.destinations import Destinations
from tui.domain import decode
from tui.domain.identity import Depth, ObjectKey, Target
from tui.domain.incident import SUFFIX
from tui.domain.lineage import origins_of, runs_alike
from tui.domain.links import HOW, WORDS, Link, readings
from tui.domain.node import ERROR, FAILED
from tui.domain.workflow import WORKFLOW, ListedWorkflow
from tui.errors import Bug, Missing, NoCluster, SettingsError, TuiError
from tui.history import History, Visit
from tui.keys import KEYS, hint, key_name
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.menu import Choice, Menu, lettered
from tui.messages import (
    ActionFailed,
    ActionFinished,
    AskToken,
    GiveSource,
    GoBack,
    OpenObject,
    OpenOneOf,
    RunAction,
    Said,
    TypeCommand,
)
from tui.navigator import Attempt, Location, Navigator
from tui.palette import Palette
from tui.ports.collections import Collections, Scope, WatchEvent
from tui.ports.connection import Connection, offered
from tui.ports.contexts import Contexts
from tui.ports.health import Health
from tui.ports.identity import Identity
from tui.ports.jobs import JobStanding
from tui.ports.login import TokenLogin
from tui.ports.objects import Objects, Watches
from tui.ports.operations import Create
from tui.ports.playback import Playback
from tui.ports.reading import FilesRead
from tui.ports.rights import Rights
from tui.ports.terminal import TERMINAL
from tui.recording.writing import Recorder
from tui.resources import styles
from tui.screens.audit import AuditScreen
from tui.screens.bindings import bring_keys
from tui.screens.bodies import pane_named, screen_of
from tui.screens.commands import action_menu, bound_commands, key_of
from tui.screens.headings import first_of, part_named
from tui.screens.jobs import JobsScreen
from tui.screens.list import ListScreen
from tui.screens.rights import RightsScreen
from tui.screens.stack import ScreenStack
from tui.session import Session, is_for, last_place, place_file, restore, save
from tui.settings import SETTINGS_FILE, Settings, config_file
from tui.state.ends import MOST, Ends
from tui.state.lists import WatchedLists
from tui.state.watch import WatchSession
from tui.tape import Tape, ended
from tui.terminal.app import TerminalApp
from tui.terminal.capabilities import Capabilities
from tui.terminal.environment import ANSI_THEMES
from tui.terminal.threads import Threads
from tui.themes import CLEARER, NAMES, THEMES, about
from tui.view import BlankView, View

if TYPE_CHECKING:
    from tui.places import Found

Connect = Callable[[bool], Connection]
"""Opens the source, or the demo's if true; called on a thread; raises TuiError."""

LONG = 200
"""Characters from which on a text to copy is called by its size in the menu."""
SHORT = 60
"""Characters up to which lines are told beside each other there."""
CHECK_EVERY = 10
"""Seconds between two questions whether requests are answered again, where the last one failed."""

STYLE_FILES = (
    "tokens.tcss",
    "app.tcss",
    "list.tcss",
    "workflow.tcss",
    "dialogs.tcss",
    "pane_artifacts.tcss",
)


OURS = {
    **{name: replace(BUILTIN_THEMES[name], **changes) for name, changes in CLEARER.items()},
    **{theme.id: Theme(**theme.as_textual()) for theme in THEMES},
}
"""Our themes, as Textual has them, and those of its own of which we change something."""


class PlaceWanted(NamedTuple):
    """A place that somebody wants to see, and which attempt to connect leads there."""

    text: str
    pane: str = ""
    attempt: int = 0
    """0 for the first."""


class ArgoApp(TerminalApp):
    """argo-tui."""

    TITLE = "argo-tui"
    CSS_PATH: ClassVar[list[Any]] = [styles() / name for name in STYLE_FILES]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        bind(
            "actions",
            "actions",
            "Actions",
            group="app",
            shown=True,
            tooltip="A menu of what can be done.",
        ),
        bind(
            "command",
            "command_palette",
            "Command",
            group="app",
            shown=True,
            tooltip="Type what to do, or where to go.",
        ),
        bind(
            "help",
            "help",
            "Help",
            group="app",
            shown=True,
            tooltip="What keys, signs and filters mean here.",
        ),
        # Of priority, so that a dialog, the palette and help do not keep it from here.
        bind(
            "refresh",
            "read_anew",
            "Read anew",
            group="app",
            priority=True,
            tooltip="Do not wait for the next try.",
        ),
        bind(
            "repaint",
            "repaint",
            "Repaint",
            group="app",
            priority=True,
            tooltip="Write the whole screen again.",
        ),
        # ctrl-Q, too: Textual's own would quit without asking.
        bind("back", "leave", "Back", group="app"),
        bind(
            "cancel",
            "interrupt",
            "Cancel",
            group="app",
            priority=True,
            tooltip="Close what is open; twice leaves.",
        ),
        bind(
            "header", "toggle_header", "Header", group="app", tooltip="Show or hide the first line."
        ),
        bind(
            "to-the-shell",
            "suspend_process",
            "To the shell",
            group="app",
            tooltip="Stop the program; fg comes back to it.",
        ),
        bind(
            "last-place",
            "last_place",
            "Last place",
            group="app",
            tooltip="Where one was before, and back.",
        ),
        bind("history.back", "history(-1)", "Back in the history", group="app"),
        bind("history.forward", "history(1)", "Forward in the history", group="app"),
        bind(
            "copy.menu",
            "copy_menu",
            "Copy …",
            group="app",
            tooltip="A menu of names, commands and links.",
        ),
        bind(
            "aliases",
            "aliases",
            "Commands",
            group="app",
            tooltip="All that can be typed, with its short names.",
        ),
        # Of priority, so that it means this wherever the focus is; only while something waits.
        bind("take-back", "take_back", "Take back", group="app", priority=True),
        # While a recording is played, wherever the focus is, but where something is typed.
        bind("play.pause", "play_pause", "Pause", group="recording", shown=True, priority=True),
        bind("play.pause", "play_on", "Go on", group="recording", shown=True, priority=True),
        bind("play.faster", "play_faster", "Faster", group="recording", priority=True),
        bind("play.slower", "play_slower", "Slower", group="recording", priority=True),
        bind("play.to-time", "play_to_time", "To a time", group="recording", priority=True),
        bind(
            "tell-end",
            "tell_end",
            "Tell me its end",
            group="workflow",
            tooltip="Ring when it is over.",
        ),
        bind(
            "compare",
            "compare",
            "Compare",
            group="workflow",
            tooltip="Two marked runs, or one with the last that succeeded.",
        ),
        bind("pane.runs", "runs_alike", "Runs of its template", group="workflow"),
        bind("origin", "origin", "What made it", group="workflow"),
        bind(
            "write",
            "write_file",
            "Write to a file",
            group="app",
            tooltip="What is shown, as text.",
        ),
    ]

    @dataclass
    class Connected(Message):
        """What an attempt to go somewhere needs was opened."""

        attempt: int
        connections: tuple[Connection, ...]

    @dataclass
    class Ended(Message):
        """One ended whose end somebody wanted to be told."""

        target: Target
        said: str

    @dataclass
    class NotConnected(Message):
        """What an attempt to go somewhere needs cannot be opened, or a watch cannot go on."""

        error: TuiError
        attempt: int | None = None
        """None for what is shown, whichever attempt that was."""
        session: WatchSession[Any] | None = None
        """The watch that ended."""

    @dataclass
    class JobEnded(Message):
        """Work in the background is over, and nobody else tells of it."""

        standing: JobStanding

    @dataclass
    class RecordingBroke(Message):
        """What is recorded cannot be written any more."""

        why: str

    @dataclass
    class Arrived(Message):
        """A beat's worth of news of a list."""

        session: WatchSession[Any]
        """What it is news of: mail of an earlier watch may still be under way."""
        events: Sequence[WatchEvent[Any]]

    def __init__(
        self,
        settings: Settings,
        connect: Connect,
        *,
        capabilities: Capabilities | None = None,
        can_demo: bool = True,
        contexts: Contexts | None = None,
        reading: FilesRead | None = None,
    ) -> None:
        """`contexts` are the clusters that one can go to; None where there are none. `reading` is
        how far the files are read that `connect` opens."""
        found = capabilities or Capabilities()
        super().__init__(found, diff=not settings.no_diff, say=self.say)
        bring_keys()
        settings = replace(settings, ascii=settings.ascii or found.ascii)
        self.set_class(settings.ascii, "-ascii")
        self.views = ScreenStack(
            self,
            now=lambda: self.context.now(),
            ascii=settings.ascii,
            at_stake=lambda: self.context.jobs.at_stake,
        )
        self.context = AppContext(
            settings,
            WatchedLists(
                lambda session, events: self.give_way(
                    lambda: self.post_message(self.Arrived(session, events))
                ),
                lambda session, error: self.post_message(self.NotConnected(error, session=session)),
            ),
            words=self.views,
            terminal=self.terminal,
            ask_rights=lambda *asked: self.runner.ask_rights(*asked),
            has_demo=can_demo,
            reading=reading,
        )
        self.lists = self.context.lists
        self.runner = ActionRunner(
            self,
            self.context,
            self.lists.draw_again,
            self.views.rights_known,
            count_down=self.views.count_down,
            done_to=self.views.done_to,
            standing=self._standing,
        )
        self._how_played: tuple[bool, bool] | bool = False
        """Of what is played, whether it is paused and over, as the hints say it."""
        self.tape = Tape(
            self.context,
            broke=lambda why: self.post_message(self.RecordingBroke(why)),
            jumped=self._show_anew,
            changed=self._tape_changed,
            finish=self._finish_recording,
            say_aside=self.views.say_aside,
        )
        self._connect_to = connect
        self._contexts = contexts
        self.navigator = Navigator(
            self.context,
            self.views,
            open=self.open_connections,
            show_kind=self._bring_kind,
            after=self.set_timer,
            leaving=self._leave_place,
            arrived=self._arrived_somewhere,
            is_none=lambda *asked: self.destinations.has_no_namespace(*asked),
        )
        self.history = History()
        self._going_to: Visit | None = None
        """What of the history is gone to, while its place has not answered."""
        self.context.elsewhere = self.navigator
        self.ends = Ends(lambda target, said: self.post_message(self.Ended(target, said)))
        self.destinations = Destinations(self, self.context, self.navigator, contexts)
        self.context.jobs.on_end = lambda standing: self.post_message(self.JobEnded(standing))
        self._place_wanted: PlaceWanted | None = None
        """The place that is opened once its connection is there."""
        if settings.opens:
            self._place_wanted = PlaceWanted(settings.opens, settings.opens_pane)
        self.farewell: tuple[str, ...] = ()
        """What is said in the terminal once the screens are gone."""
        self._recent: list[str] = []
        self._ticks = 0
        self.takes_keys = False
        self._has_acted = False
        """Whether the key that was pressed last has done something."""
        self._is_checking = False
        """Whether a thread asks just now if requests are answered again."""

    @property
    def exit_code(self) -> int:
        """Not 0 either where somebody left a screen that only said what is wrong."""
        return self.return_code or (1 if self.views.trouble is not None else 0)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's themes and ours.

        Not registered, because Textual uses TEXTUAL_THEME before an app can register any.
        """
        return {**super().available_themes, **OURS}

    @property
    def source(self) -> Connection | None:
        """Where objects come from, the first of several; None until connected."""
        return next(iter(self.context.connections.values()), None)

    def get_default_screen(self) -> BlankView:
        """What is below all others."""
        return BlankView(id="_default")

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front that has one."""
        self.views.say(text, severity)

    def unsay(self, text: str) -> None:
        """Take this sentence away wherever it still stands."""
        self.views.unsay(text)

    @on(Said)
    def say_for(self, message: Said) -> None:
        """What a widget has to say."""
        self.say(message.text, message.severity)

    # --- beginning and ending ----------------------------------------------------------------

    def on_mount(self) -> None:
        """Paint first; everything heavy comes after."""
        asyncio.get_running_loop().set_default_executor(Threads(self.runner.finish))
        self.terminal.use_colours(self.context.settings.theme)
        self.begin_tidying()
        TERMINAL.step_aside_by(self.terminal.step_aside)
        self.terminal.heed_hang_up([self._remember, self._let_go])
        self.views.begin(ListScreen(self.context, WORKFLOWS))
        if self.context.settings.record:
            self._record()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._say_notes)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.navigator.begin(self._first_location())
        # Not before: showing a place closes what is open over the last one.
        self.takes_keys = True

    def _record(self) -> None:
        """As the command line asks for it; what was heard before there is a cluster, too."""
        try:
            self.tape.begin(self.context.settings.record)
        except TuiError as error:
            self.call_after_refresh(self.say, str(error), "error")

    @work(thread=True, group="record", description="ending a recording")
    def _finish_recording(self, recorder: Recorder) -> None:
        """Have what waits written, beside the loop."""
        self.call_from_thread(self.say, ended(recorder))

    @on(RecordingBroke)
    def recording_broke(self, message: RecordingBroke) -> None:
        """Say why; nothing else depends on it."""
        self.tape.broken()
        self.say(message.why, "error")

    def _first_location(self) -> Location:
        settings = self.context.settings
        namespaces: tuple[str, ...] | None = () if settings.all_namespaces else None
        if settings.contexts and settings.namespace:
            namespaces = namespaces_of(settings.namespace)
        return Location(settings.contexts, namespaces)

    def _say_notes(self) -> None:
        """Tell what is otherwise than it should be, with this Textual and with the settings."""
        for text in self._notes:
            self.say(text, "warning")

    @property
    def _notes(self) -> list[str]:
        faults = self.context.settings.file_faults
        settings = f"settings, {first_of(faults)}; argo-tui config check" if faults else ""
        return [*self.terminal_notes, *([settings] if settings else [])]

    def _tick(self) -> None:
        self._ticks += 1
        is_due = self._ticks % CHECK_EVERY == 0 and not self._is_checking
        if is_due and self.context.request_trouble is not None:
            self._is_checking = True
            self._check_health()
        if self.is_running:
            self.views.tick()
            self.runner.tick()
            self.tape.tick()

    @work(thread=True, group="health")
    def _check_health(self) -> None:
        """Find out whether requests are answered again."""
        try:
            for connection in list(self.context.connections.values()):
                health = connection.port(Health)
                if health is not None and health.trouble is not None:
                    health.check()
        finally:
            self._is_checking = False

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self.end_tidying()
        self._let_go()

    def _let_go(self) -> None:
        # Before the watches end: how it was last is how it stays in the recording.
        recorded = self.tape.end()
        self.farewell += (recorded,) if recorded else ()
        self.farewell += self.runner.give_up("since you left before its time")
        self.farewell += self.context.jobs.end()
        self.ends.end()
        self.lists.end()
        self.navigator.close()

    def _remember(self, file: Callable[[str], Path | None] = lambda place: None) -> None:
        """The next start on this cluster goes on from here.

        `file` names the file for a cluster; None is that of a hang-up.
        """
        # A demo cluster is never the same again, and somebody's real one may be remembered.
        if self.context.is_demo or not self.context.is_live:
            return
        if len({feed.scope.namespaces for feed in self.lists.feeds}) > 1:
            return  # each cluster is shown with its own, and a session remembers the same for all
        label = self.context.place_label
        session = Session(
            label, self.lists.scope.namespaces, tree_columns=self.context.tree_columns
        )
        save(self.views.remembered(session), file(label))

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave; where the settings ask for it, the next start goes on from here."""
        self._remember_place()
        super().exit(result, return_code, message)

    def _leave_place(self) -> None:
        """Another place is gone to."""
        self.runner.leave_place()
        self._remember_place()

    def _remember_place(self) -> None:
        """This place is left: where the settings ask for it, coming back goes on from here."""
        if self.context.settings.remember_place:
            # What cannot be written is not worth keeping somebody who wants to leave.
            with contextlib.suppress(OSError):
                self._remember(place_file)

    def _go_on(self) -> None:
        """Where the last terminal hung up, or was left, if that was on the same cluster."""
        if self.context.is_demo or not self.context.is_live:
            return
        label = self.context.place_label
        before = restore(time.time(), label)
        said = "going on from where the terminal hung up"
        if before is None and self.context.settings.remember_place:
            before, said = last_place(label), "going on from where you were the last time"
        is_asked = self.context.settings.namespace or self.context.settings.all_namespaces
        asked = self.lists.scope.namespaces if is_asked else None
        if before is not None and is_for(before, asked):
            self._go_on_from(before, said)

    def _come_back(self) -> None:
        """To where one was on this cluster the last time, where the settings ask for it."""
        if not self.context.settings.remember_place or self.context.is_demo:
            return
        before = last_place(self.context.place_label)
        if before is not None:
            self._go_on_from(before, "going on from where you were the last time")

    def _go_on_from(self, before: Session, said: str) -> None:
        self.navigator.go_to_namespaces(before.namespaces)
        self.context.tree_columns.update(before.tree_columns)
        self.views.go_on(before)
        if before.name:
            self._open(self._key_of(before.namespace, before.name), pane=before.pane)
        self.say(said)

    # --- the source --------------------------------------------------------------------------

    @work(thread=True, group="connect")
    def open_connections(self, attempt: Attempt) -> None:
        """Open what an attempt needs, with all that is imported for it, beside the loop."""
        opened: list[Connection] = []
        try:
            for open_one in self._openers(attempt.location):
                found = open_one()
                playback = None if found.place.is_live else found.port(Playback)
                if playback is not None:
                    playback.go_to(playback.begins)
                    opened.extend(playback.connections)
                else:
                    opened.append(self.tape.ear.heard(found))
        except Exception as error:
            for connection in opened:
                connection.close()
            self.post_message(self.NotConnected(caught(error, "connecting"), attempt.number))
        else:
            self.post_message(self.Connected(attempt.number, tuple(opened)))

    def _openers(self, location: Location) -> Iterator[Callable[[], Connection]]:
        if location.is_demo or not location.contexts:
            yield partial(self._connect_to, location.is_demo)
        for name in location.contexts:
            if self._contexts is None:
                raise SettingsError("there are no contexts to go to")
            yield partial(self._contexts.open, name)

    @on(GiveSource)
    def connect_again(self, message: GiveSource) -> None:
        """From a screen with nothing to show: try again, or the demo."""
        self.say("connecting …")
        if message.demo:
            self.navigator.go_to_demo()
        else:
            self.navigator.try_again()

    @on(GoBack)
    def action_last_place(self) -> None:
        """Back to the last place, and from there here again; while one goes somewhere, stay."""
        self.navigator.go_back()

    @on(Connected)
    def connected(self, message: Connected) -> None:
        """Watch what was asked for, unless something else was meanwhile."""
        if not self.navigator.opened(message.attempt, message.connections):
            return
        self.screen.refresh_bindings()  # what can be done here is known now
        troubles = [str(each) for source in message.connections for each in source.troubles]
        not_sent = [self.runner.not_sent] if self.runner.not_sent else []
        self.say(first_of([*troubles, *not_sent]), "warning")
        self.runner.not_sent = ""
        self._open_only_file()
        wanted, self._place_wanted = self._place_wanted, None
        if wanted is not None and wanted.attempt in (0, message.attempt):
            self._find_place(wanted)
        elif self.navigator.here is None:
            self._go_on()
        else:
            self._come_back()
        if not troubles:
            self.call_after_refresh(self._say_notes)  # on the screen that was opened, if one was

    def _open_only_file(self) -> None:
        """One saved workflow is opened at once."""
        if self.source is None or self.source.place.is_live or self.tape.playback is not None:
            return
        found = offered(self.source, Collections).read_all(WORKFLOWS, self.lists.scope)
        # What is wrong with other files is told on the list, so that is shown then.
        if len(found) == 1 and not self.source.troubles:
            metadata = found[0].metadata
            self._open(self._key_of(metadata.namespace, metadata.name), metadata.uid)

    def _key_of(self, namespace: str, name: str) -> ObjectKey:
        return ObjectKey(next(iter(self.context.connections)), WORKFLOWS.id, namespace, name)

    @on(Arrived)
    def take(self, message: Arrived) -> None:
        """One writer of what is known: the source."""
        before = message.session.standings.unreadable
        self.lists.take(message.session, message.events, self.context.now())
        if self.lists.shows(message.session) and message.session.has_answered:
            self.navigator.answered()
        session = self.lists.of(WORKFLOWS)
        if message.session is not session:
            return
        for stood in session.standings.values():
            if isinstance(stood.error, Bug):
                self.say(str(stood.error), "error")
        if session.trouble is None:
            for part, error in session.standings.unreadable.items():
                if part not in before:
                    self.say(f"{part_named(part, session.standings)}: {error}", "warning")
        if session.trouble is not None:
            self._show_trouble(session.trouble)
        elif session.standings.is_partly_live:
            self.views.end_trouble()

    @on(NotConnected)
    def not_connected(self, message: NotConnected) -> None:
        """Say what is wrong: back where one came from, else on a screen of its own."""
        if message.session is not None and not self.lists.shows(message.session):
            return  # the watch of a place that one has left
        if message.attempt is not None and not self.navigator.not_opened(message.attempt):
            return  # somebody has gone elsewhere meanwhile
        if message.attempt is not None and self.context.is_connected:
            self.say(str(message.error), "error")
        else:
            self._show_trouble(message.error)

    def _show_trouble(self, error: TuiError) -> None:
        self.views.show_trouble(
            error,
            can_demo=self.context.has_demo,
            way_back=self.navigator.way_back,
            can_go=self.destinations.has_contexts,
            takes_token=self.source is not None and self.source.port(TokenLogin) is not None,
        )

    @on(AskToken)
    def ask_token(self) -> None:
        """Have a token typed or pasted, and try again with it."""
        login = self.source.port(TokenLogin) if self.source is not None else None
        if self.source is None or login is None:
            self.say("no server here takes a token")
            return
        from tui.screens.token import TokenScreen

        def given(is_given: bool | None) -> None:
            if is_given:
                # Not by connecting again: who had the token would be forgotten with it.
                self.say("logging in …")
                self.lists.try_again(self.context.now())
                self._tick()
                for view in self.views.views:
                    if view.trouble is None:
                        view.try_again()

        screen = TokenScreen(login, self.source.place.label, ascii=self.context.ascii)
        self.push_screen(screen, given)

    @on(JobEnded)
    def say_end_of_job(self, message: JobEnded) -> None:
        """How something ended that was begun on a screen which is gone."""
        tasks = message.standing.tasks
        failed = [task for task in tasks if task.phase != "done"]
        if failed:
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            self.say(f"{failed[0].title}: {failed[0].said}{more}", "error")
        elif len(tasks) == 1:
            self.say(tasks[0].said)
        else:
            self.say(f"{message.standing.what}: {len(tasks)} done")

    # --- screens -----------------------------------------------------------------------------

    @on(OpenObject)
    def open_object(self, message: OpenObject) -> None:
        """An object on a screen of its own."""
        self._open(message.key, message.uid, message.pane)

    def _open(
        self, key: ObjectKey, uid: str = "", pane: str = "", *, step: str = "", spot: str = ""
    ) -> View[Any]:
        screen = screen_of(self.context, key, uid, pane=pane, step=step, spot=spot)
        self.views.bring(screen)
        location = self.navigator.stands_at
        if location is not None:
            self.history.visit(Visit(location, key, uid, pane))
        return screen

    def _show_anew(self) -> None:
        """Another time is played: what is shown of an object is read anew, as it was then."""
        view = self.views.in_use
        key = view.key if view is not None else None
        if view is None or key is None or view.listed:
            return
        pane = view.remembered(Session("", ())).pane
        step = readings(view.place, self.context.connections)[0].step if view.place else ""
        self.views.back_to_list()
        self.views.bring(screen_of(self.context, key, pane=pane, step=step))

    # --- places ------------------------------------------------------------------------------

    def _open_place(self, text: str) -> None:
        """Go to what a text of a place means, if need be on another cluster."""
        self._find_place(PlaceWanted(text))

    def _find_place(self, wanted: PlaceWanted) -> None:
        view = self.views.in_use
        source = self.context.connection(view.connection if view is not None else "")
        source = source or self.source
        if source is None:
            self._place_wanted = wanted
            return
        self.say(f"looking for {wanted.text} …")
        self._look_for(wanted, source, tuple(self.context.connections), self.lists.scope)

    @work(thread=True, group="place", exclusive=True, description="looking for a place")
    def _look_for(
        self, wanted: PlaceWanted, source: Connection, shown: Sequence[str], scope: Scope
    ) -> None:
        """Find it on what is shown, or say on which cluster it may be."""
        from tui.places import find

        try:
            links = readings(wanted.text, self._known_contexts(shown))
            here = [each for each in links if each.context in ("", *shown)]
            there = next((each for each in links if each.context not in ("", *shown)), None)
            if there is not None and (not here or links[0] is there):
                self.call_from_thread(self._go_for, wanted, there)
            elif here[0].is_list:
                self.call_from_thread(self._show_list, here[0])
            else:
                named = self.context.connection(here[0].context) if here[0].context else None
                try:
                    found = find(named or source, here, scope, self.context.settings.pod_names)
                except Missing:
                    if there is None:
                        raise
                    self.call_from_thread(self._go_for, wanted, there)
                else:
                    self.call_from_thread(self._show_found, found, wanted.pane)
        except Exception as error:
            self.call_from_thread(self.say, str(caught(error, "looking for a place")), "error")

    def _known_contexts(self, shown: Sequence[str]) -> Sequence[str]:
        """The contexts that a place may name; reads the kubeconfig."""
        names = list(shown)
        if self._contexts is not None:
            with contextlib.suppress(TuiError):
                names += [each.name for each in self._contexts.entries()]
        return tuple(dict.fromkeys(names))

    def _go_for(self, wanted: PlaceWanted, link: Link) -> None:
        """To the cluster that a place is on, and there to it."""
        self.navigator.go(Location((link.context,)))
        if self.navigator.attempt is not None:
            self._place_wanted = PlaceWanted(
                str(replace(link, context="")), wanted.pane, self.navigator.attempt.number
            )

    def _show_found(self, found: Found, pane: str) -> None:
        link = found.link
        if link.host and not link.context and self.source is not None:
            where = f"on {self.source.place.label}, whether or not that is {link.host}"
            found = replace(found, said="; ".join(filter(None, (found.said, where))))
        wanted = pane or link.pane
        there = pane_named(found.key, wanted)
        self.say("")
        screen = self._open(
            found.key, found.uid, there, step=found.node, spot=link.spot if there else ""
        )
        # What is not what somebody may think it is stays there for a while, like what is missing.
        told, is_wrong = found.problem or found.said, bool(found.problem or link.host)
        is_wrong = is_wrong or bool(found.key.incarnation)
        if wanted and not there:
            told, is_wrong = f"{KINDS[found.key.kind].nouns} have no pane {wanted}", True
        if told:
            # On its own line, once it has one.
            severity = "warning" if is_wrong else "information"
            screen.call_after_refresh(self.say, told, severity)

    def _show_list(self, link: Link) -> None:
        if link.kind not in KINDS:
            self.say(f"there is no kind {link.kind}", "warning")
            return
        self.navigator.go_to_kind(link.kind, namespaces_of(link.namespace))
        view = self.views.in_use
        if view is not None and view.listed == link.kind:
            view.leave_only(link.query)

    # --- history -----------------------------------------------------------------------------

    @property
    def _visited(self) -> Visit | None:
        """What is looked at."""
        location, view = self.navigator.stands_at, self.views.in_use
        if location is None or view is None:
            return None
        pane = view.remembered(Session("", ())).pane if view.key is not None else ""
        return Visit(location, view.key, pane=pane)

    def _arrived_somewhere(self) -> None:
        location, wanted = self.navigator.stands_at, self._going_to
        self._going_to = None
        if location is None:
            return
        if wanted is not None and wanted.location == location:
            self._look_at(wanted)
        else:
            self.history.visit(Visit(location))

    def action_history(self, by: int) -> None:
        """To what was looked at before (-1) or after (1)."""
        here = self._visited
        if here is None:
            self.say("there is nothing to go back to yet")
            return
        self.history.leave(here)
        visit = self.history.step(by, here)
        if visit is None:
            self.say("there is nothing further " + ("back" if by < 0 else "forward"))
        elif visit.location == here.location:
            self.views.leave_place()
            self._look_at(visit)
        else:
            self._going_to = visit
            self.navigator.go(visit.location)

    def _look_at(self, visit: Visit) -> None:
        if visit.key is not None:
            self.views.bring(screen_of(self.context, visit.key, visit.uid, pane=visit.pane))

    def action_show_kind(self, kind: str) -> None:
        """The list of a kind, by its id."""
        self.show_kind(KINDS[kind])

    def show_kind(self, kind: Kind[Any, Any], namespaces: str = "") -> None:
        """The list of a kind; of these namespaces, as `:ns` takes them, if any are named."""
        query = self._of_those_here(kind)
        self.navigator.go_to_kind(kind.id, namespaces_of(namespaces) if namespaces else None)
        view = self.views.in_use
        if query and view is not None and view.listed == kind.id:
            view.leave_only(query)

    def _of_those_here(self, kind: Kind[Any, Any]) -> str:
        """The filter that leaves what belongs to what the cursor is on, or to what is marked."""
        view, part_of = self.views.in_use, kind.part_of
        here = view.targets() if view is not None and part_of is not None else ()
        names = [each.key.name for each in here if part_of and each.key.kind == part_of.kind]
        return f"{part_of.field}:{'|'.join(names)}" if part_of is not None and names else ""

    def _bring_kind(self, kind: str) -> None:
        self.views.back_to_first()
        if kind and kind != next(iter(KINDS)).id:
            self.views.bring(ListScreen(self.context, KINDS[kind]))

    def on_resize(self, event: events.Resize) -> None:
        """Where there is no room, say so."""
        self.views.check_size(event.size.width, event.size.height)

    def action_help(self) -> None:
        """Which key does what here."""
        self.views.help()

    def action_actions(self) -> None:
        """A menu of what can be done to what the cursor is on, or to what is marked."""
        view = self.views.front
        if view is None or not view.ACTS_ON:
            self.say("there is nothing here to do something to")
            return
        menu, commands = action_menu(view, ascii=self.context.ascii)

        def take(title: str | None) -> None:
            if title is not None:
                self.call_later(commands[title].run, "")

        self.push_screen(menu, take)

    def action_copy_menu(self) -> None:
        """A menu of what can be copied of what the cursor is on, or of what is marked."""
        view = self.views.front
        copies: dict[str, str | Sequence[str]] = dict(view.copies()) if view is not None else {}
        if view is not None and view.place:
            copies = {"Place": view.place, **copies}
        if not copies:
            self.say("there is nothing here to copy")
            return
        choices = lettered(
            Choice(title, title, help=_size_of(text)) for title, text in copies.items()
        )

        def take(title: str | None) -> None:
            text = copies[title] if title is not None else ""
            if title is not None and isinstance(text, str):
                self.context.copy(text)
            elif title is not None:
                self.context.copy_lines(text, title)

        self.push_screen(Menu("Copy", choices, ascii=self.context.ascii), take)

    def action_toggle_header(self) -> None:
        """With or without the header line."""
        self.views.toggle_header()

    def action_write_file(self) -> None:
        """All of the text or list with the focus, into a file: asks which."""
        text = self.terminal.text_to_read(everything=True)
        if text is not None:
            from tui.screens.save import SaveScreen

            screen = SaveScreen(self.context, text.lines, text.file_name, whole=text.whole)
            self.push_screen(screen, lambda told: self.say(told) if told else None)

    def on_key(self, event: events.Key) -> None:
        """No field and no widget has taken it: a binding may, which is seen when it is through."""
        self._has_acted = False
        self.call_later(self._say_unknown, event)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Whether an action was there to be run."""
        line = self.views.status_line
        told = line.told if line is not None else 0
        has_acted = await super().run_action(action, default_namespace, namespaces)
        self._has_acted = self._has_acted or has_acted
        if has_acted and line is not None and line.is_attached and line.told == told:
            line.key_acted()
        return has_acted

    def _say_unknown(self, event: events.Key) -> None:
        view = self.views.front
        if self._has_acted or view is None:
            return
        is_plain = event.is_printable and event.character and "+" not in event.key.rstrip("+")
        came = view.heed_stray_letter() if is_plain else ""
        key = event.character if is_plain else key_name(event.key)
        known = view.active_bindings.values()
        has_help = any(active.binding.id == "help" and active.enabled for active in known)
        ending = f", {hint('help')} for keys" if has_help else ""
        why = view.why_nothing(KEYS.meaning(event.key)) or "nothing here"
        self.views.answer(f"{key}: {why}{f'; {came}' if came else ending}")

    @work(exclusive=True, group="leave")
    async def action_leave(self) -> None:
        """Back; at the root, ask once."""
        await self.views.leave()

    async def action_quit(self) -> None:
        """Leave, from where there is nothing to go back to."""
        self._leave_at_once()

    @work(exclusive=True, group="leave")
    async def _leave_at_once(self) -> None:
        await self.views.leave_at_once()

    def action_interrupt(self) -> None:
        """ctrl-C: close what is open; twice within two seconds, leave."""
        self.views.interrupt()

    # --- commands ----------------------------------------------------------------------------

    def action_command_palette(self) -> None:
        """Type what to do."""
        self._open_palette(by_name=False)

    def action_aliases(self) -> None:
        """What can be typed after a colon, with all names it has."""
        self._open_palette(by_name=True)

    @on(TypeCommand)
    def finish_line(self, message: TypeCommand) -> None:
        """Have a line finished that something has begun."""
        self._open_palette(by_name=False, begun=message.text)

    def _open_palette(self, *, by_name: bool, begun: str = "") -> None:
        view = self.views.front
        if view is None or view.is_modal:
            return
        commands = [*view.commands(), *self._commands()]
        if not by_name:
            commands += bound_commands(view, commands)
        palette = Palette(
            commands,
            view.places,
            self._recent,
            by_name=by_name,
            begun=begun,
            ascii=self.context.ascii,
        )
        self.push_screen(palette)
        self.destinations.read(palette.show_offered)

    def _commands(self) -> Iterator[Command]:
        """What works on every screen."""
        yield from self.destinations.commands()
        for kind in KINDS:
            yield Command(
                kind.nouns.capitalize(),
                partial(self.show_kind, kind),
                names=(kind.id, *kind.names),
                argument="a namespace, several with commas, or all" if kind.follows_scope else "",
                complete=lambda typed: namespaces_like(self.destinations.known_namespaces, typed),
                check=namespaces_of,
                help=f"the list of {kind.nouns}{of_what(kind)}",
                key=key_of(kind.binding_id),
            )
        yield Command(
            "Open",
            self._open_place,
            names=("open",),
            argument="a place, as C copies it, or a link of Argo's pages",
            is_needed=True,
            complete=self._places_like,
            check=readings,
            help=f"go to {HOW}",
        )
        yield Command(
            "Theme",
            self._use_theme,
            names=("theme",),
            argument="a theme",
            is_needed=True,
            complete=lambda typed: among(NAMES, typed),
            check=one_of(lambda: NAMES, "theme"),
            help=f"other colours; these are {self.current_theme.name}",
            explain=about,
        )
        if self.source is not None and self.source.port(Rights) is not None:
            yield Command(
                "Rights",
                self._show_rights,
                names=("rights",),
                argument="a namespace",
                complete=lambda typed: among(self.destinations.known_namespaces, typed),
                check=namespace_of,
                help="what this account may do, and which rights it lacks",
            )
        if self.source is not None and self.source.port(TokenLogin) is not None:
            yield Command(
                "Token",
                alone(self.ask_token),
                names=("token",),
                help="log in to the Argo Server with another token; it is shown nowhere",
            )
        if self.source is not None and self.source.port(Identity) is not None:
            yield Command(
                "Who am I",
                alone(self._tell_who),
                names=("whoami",),
                help="who this account is, and whether what it logs in with is good",
            )
        yield Command(
            "Save the run",
            self._save_run,
            names=("save",),
            argument=f"a file that ends with {SUFFIX}; its name without",
            help="the run with its logs, pods, events and small artifacts, to be opened anywhere",
        )
        yield from self.tape.commands()
        yield Command(
            "Doctor",
            alone(self._show_doctor),
            names=("doctor",),
            help="what is right and wrong with terminal, login, cluster, rights and stores",
        )
        if self.context.can_demo:
            yield Command(
                "Demo cluster",
                alone(partial(self.post_message, GiveSource(demo=True))),
                names=("demo",),
                help="leave this cluster alone, look around in a built-in one",
            )
        for title, names, binding, action, words in (
            ("Keys", ("help", "keys"), "help", "help", "which key does what here"),
            ("Actions", ("actions",), "actions", "actions", "what can be done here, as a menu"),
            (
                "Compare",
                ("compare", "diff"),
                "compare",
                "compare",
                "two marked runs, or one beside the last that succeeded",
            ),
            (
                "Runs of its template",
                ("alike",),
                "pane.runs",
                "runs_alike",
                "the runs of what made the workflow, in the list",
            ),
            (
                "What made it",
                ("origin", "parent"),
                "origin",
                "origin",
                "the template, cron workflow or parent of the workflow",
            ),
            ("Copy", ("copy",), "copy.menu", "copy_menu", "names, commands or YAML, as a menu"),
            (
                "Commands",
                ("aliases",),
                "aliases",
                "aliases",
                "what can be typed, with all its names",
            ),
            (
                "Read anew",
                ("refresh",),
                "refresh",
                "read_anew",
                "try a broken connection now, and write the whole screen",
            ),
            ("Repaint", ("repaint",), "repaint", "repaint", "write the whole screen again"),
            ("Header", ("header",), "header", "toggle_header", "with or without the header line"),
            ("Back", ("back",), "back", "leave", "back; at the root, ask once"),
            ("Back in the history", (), "history.back", "history(-1)", "what was looked at before"),
            ("Forward in the history", (), "history.forward", "history(1)", "and after"),
        ):
            yield Command(
                title,
                alone(partial(self.run_action, action)),
                names=names,
                help=words,
                key=hint(binding),
            )
        yield Command(
            "Show plainly",
            alone(self.action_show_plainly),
            names=("plain",),
            help="the text on the screen, or what was just copied, to select it by hand",
        )
        yield Command(
            "Audit",
            alone(lambda: self.push_screen(AuditScreen(self.context))),
            names=("audit", "changes"),
            help="what was changed in this session: when, where, what, and what came of it",
        )
        yield Command(
            "Jobs",
            alone(lambda: self.push_screen(JobsScreen(self.context))),
            names=("jobs", "downloads"),
            help="what goes on in the background, such as downloads; ends it",
        )
        yield Command(
            "Quit",
            alone(self._leave_at_once),
            names=("q", "quit"),
            help="leave argo-tui at once; asks only where a download or the like would end",
        )

    def _places_like(self, typed: str) -> list[str]:
        """The workflows in the list, by namespace and name."""
        known = self.lists.of(WORKFLOWS).known
        names = (f"{key.namespace}/{key.name}" for key in known)
        return [*[each for each in WORDS if each.startswith(typed)], *among(names, typed)]

    def _use_theme(self, name: str) -> None:
        name = name.casefold()
        self.theme = name
        if self.terminal.capabilities.few_colours and name not in ANSI_THEMES:
            named = " and ".join(ANSI_THEMES)
            self.say(f"this terminal has sixteen colours or none: {named} are made for it")
        else:
            self.say(f'{name}; a line theme = "{name}" in {SETTINGS_FILE} keeps it')

    @work(thread=True, group="whoami", exclusive=True)
    def _tell_who(self) -> None:
        """Of where the view in front is, else of the first connection."""
        view = self.views.in_use
        source = self.context.connection(view.connection if view is not None else "") or self.source
        identity = source.port(Identity) if source is not None else None
        if source is None or identity is None:
            return
        try:
            identity.prove()
            caller = identity.caller()
        except Exception as error:
            told, severity = str(caught(error, "asking who we are")), "warning"
        else:
            severity = "information"
            told = f"{source.place.label} does not say who you are"
            if caller is not None:
                known = (f"{name.lower()} {value}" for name, value in list(caller.told())[1:])
                told = f"you are {caller.subject}" + "".join(f", {each}" for each in known)
        self.call_from_thread(self.say, told, severity)

    def _show_rights(self, namespace: str) -> None:
        """Of a namespace, else of the one that keys act in, else of the first that is listed."""
        view = self.views.in_use
        where = view.connection if view is not None else ""
        source = self.context.connection(where) or self.source
        if source is not None:
            listed = [*self.lists.scope.namespaces, source.place.namespace.partition(",")[0]]
            here = namespace or (view.namespace if view is not None else "") or listed[0]
            self.push_screen(RightsScreen(self.context, source, here))

    def _save_run(self, file: str) -> None:
        """The run that the cursor is on, into a file."""
        view = self.views.in_use
        here = view.targets() if view is not None else ()
        targets = [each for each in here if each.key.kind == WORKFLOW]
        if len(targets) != 1:
            self.say("one run is saved at a time, and the cursor is on none or several", "warning")
            return
        path = Path(file or f"{targets[0].key.name}{SUFFIX}").expanduser()
        if not path.name.endswith(SUFFIX):
            self.say(f"the name of the file has to end with {SUFFIX}", "warning")
            return
        self.say(f"saving {targets[0].key.name} …")
        self._write_run(targets[0], path)

    @work(thread=True, group="save")
    def _write_run(self, target: Target, path: Path) -> None:
        from tui.incident import Saving  # not needed for anything else

        try:
            source = self.context.connection_of(target.key)
            if source is None:
                raise NoCluster("nothing is connected")
            manifest = offered(source, Objects).get(target)
            ref = decode.from_manifest(manifest).ref
            saving = Saving(
                source,
                manifest,
                now=self.context.now(),
                pod_names=self.context.pod_names,
                samples=self.call_from_thread(self.context.samples.copy_of, source.id, ref),
                known=self.call_from_thread(self._listed_on, source.id),
            )
            contents = saving.write(path)
        except Exception as error:
            self.call_from_thread(self.say, str(caught(error, "saving a run")), "error")
            return
        lacks = len(contents.lacks) + len(contents.why_not)
        told = f"{path} is written"
        if contents.hidden:
            told += f", {len(contents.hidden)} values that look like secrets left out"
        if lacks:
            told += f"; {lacks} parts could not be had, and the file says why"
        self.call_from_thread(self.say, told)

    def _listed_on(self, connection: str) -> tuple[ListedWorkflow, ...]:
        """The runs that the list has of a connection."""
        rows = self.lists.of(WORKFLOWS).known.values()
        return tuple(each.value for each in rows if each.key.connection == connection)

    def _show_doctor(self) -> None:
        """Of where the view in front is, else of the first connection."""
        # What it looks at is not needed for anything else.
        from tui.doctor import Case
        from tui.screens.doctor import DoctorScreen

        view = self.views.in_use
        where, trouble = (view.connection, view.trouble) if view is not None else ("", None)
        nowhere = trouble or NoCluster("nothing is connected")
        size, terminal = self.size, self.terminal.capabilities
        config = config_file(os.environ)

        def case() -> Case:
            return Case(
                terminal=replace(terminal, columns=size.width, rows=size.height),
                probed=None,
                config=config if os.path.lexists(config) else "",
                faults=self.context.settings.file_faults,
                connection=self.context.connection(where) or self.source or nowhere,
                namespaces=self.lists.scope.namespaces,
                now=datetime.now(UTC),
            )

        self.push_screen(DoctorScreen(self.context, case))

    def action_repaint(self) -> None:
        """Write the whole screen again."""
        self.repaint_terminal()

    def action_read_anew(self) -> None:
        """Try what could not be read again now, and write the whole screen again."""
        self.repaint_terminal()
        self.lists.try_again(self.context.now())
        self._tick()
        self.views.try_again()

    # --- actions -----------------------------------------------------------------------------

    @on(RunAction)
    def run_action_on(self, message: RunAction) -> None:
        """Refuse with a sentence, or ask, then do."""
        self.runner.begin(message.action, message.subjects, message.path)

    def action_compare(self) -> None:
        """The two runs that are marked, or one beside the last of its template that succeeded."""
        from tui.screens.comparison import CompareScreen  # not needed for anything else

        view = self.views.in_use
        here = view.targets() if view is not None else ()
        keys = [each.key for each in here if each.key.kind == WORKFLOW]
        if not keys:
            self.say("the cursor is on no workflow that could be compared", "warning")
        elif len(keys) > 2:
            self.say(f"two runs are compared, and {len(keys)} are marked", "warning")
        else:
            self.push_screen(CompareScreen(self.context, keys))

    def _run_here(self) -> tuple[ObjectKey, ListedWorkflow] | None:
        """The workflow that the cursor is on; None, and it is said, where it is on none."""
        view = self.views.in_use
        here = view.subjects("object") if view is not None else ()
        here = tuple(each for each in here if each.target.key.kind == WORKFLOW)
        row = self.lists.of(WORKFLOWS).known.get(here[0].target.key) if len(here) == 1 else None
        if len(here) != 1 or not isinstance(here[0].known, ListedWorkflow):
            what = f"{len(here)} are marked" if len(here) > 1 else "the cursor is on no workflow"
            self.say(what, "warning")
        elif row is not None and row.depth < Depth.SUMMARY and row.value is here[0].known:
            self.say("its labels are not read yet", "warning")
        else:
            return here[0].target.key, here[0].known
        return None

    def action_runs_alike(self) -> None:
        """The list, with the runs of what made the workflow that the cursor is on."""
        found = self._run_here()
        if found is None:
            return
        key, workflow = found
        query = runs_alike(workflow)
        if not query:
            self.say(f"nothing tells of more runs like {key.name}")
            return
        namespaces = self.lists.scope.namespaces
        if len(namespaces) != 1:
            query = f"ns:/^{re.escape(key.namespace)}$/ {query}"
        is_listed = not namespaces or key.namespace in namespaces
        self.navigator.go_to_kind(WORKFLOW, None if is_listed else (key.namespace,))
        view = self.views.in_use
        if view is not None and view.listed == WORKFLOW:
            view.leave_only(query)

    def action_origin(self) -> None:
        """What made the workflow that the cursor is on; where several things did, it asks."""
        found = self._run_here()
        if found is None:
            return
        key, workflow = found
        origins = origins_of(workflow)
        if origins:
            self.post_message(OpenOneOf(f"What made {key.name}", key, origins))
        else:
            self.say(f"no label or owner of {key.name} says what made it")

    @on(OpenOneOf)
    def open_one_of(self, message: OpenOneOf) -> None:
        """The only one, or a menu."""

        def opened(at: str | None) -> None:
            if at is not None:
                kind, namespace, name, _ = message.found[int(at)]
                self._open(ObjectKey(message.beside.connection, kind, namespace, name))

        if len(message.found) == 1:
            opened("0")
            return
        choices = lettered(
            Choice(str(at), each.name, help=each.what) for at, each in enumerate(message.found)
        )
        self.push_screen(Menu(message.title, choices, ascii=self.context.ascii), opened)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Taking back is a key only while something waits, and never one that is typed."""
        if action == "take_back":
            return self.runner.can_take_back and not isinstance(self.focused, Input)
        if action.startswith("play_"):
            view = self.views.front
            is_typing = isinstance(self.focused, Input) or view is None or view.is_modal
            playback = self.tape.playback
            if is_typing or playback is None:
                return False
            if action in ("play_pause", "play_on"):
                return playback.is_paused == (action == "play_on")
            return True
        return super().check_action(action, parameters)

    def _tape_changed(self) -> None:
        """Headers say something else of what is recorded or played; its key may be another's."""
        self.views.heading_changed()
        playback = self.tape.playback
        how = playback is not None and (playback.is_paused, playback.is_over)
        if how != self._how_played:
            self._how_played = how
            self.screen.refresh_bindings()

    def action_play_pause(self) -> None:
        """While a recording is played: it stands still, or says that it has ended."""
        self.tape.pause()

    def action_play_on(self) -> None:
        """While a recording stands still: it goes on."""
        self.tape.pause()

    def action_play_faster(self) -> None:
        """While a recording is played: the next higher speed."""
        self.tape.hurry(1)

    def action_play_slower(self) -> None:
        """While a recording is played: the next lower speed."""
        self.tape.hurry(-1)

    def action_play_to_time(self) -> None:
        """While a recording is played: go to another time of it, which is typed."""
        self._open_palette(by_name=False, begun="time ")

    def action_take_back(self) -> None:
        """Take back the delete that waits."""
        self.runner.take_back()

    def action_tell_end(self) -> None:
        """Tell the end of what the cursor is on, or of what is marked; again: no more."""
        view = self.views.in_use
        here = view.targets() if view is not None else ()
        targets = [each for each in here if each.key.kind == WORKFLOW]
        if not targets:
            self.say("the cursor is on no workflow whose end could be told", "warning")
            return
        asked, dropped, refused = 0, 0, 0
        for target in targets:
            connection = self.context.connection_of(target.key)
            if connection is None or connection.port(Watches) is None:
                refused += 1
                continue
            answer = self.ends.toggle(connection, KINDS[WORKFLOW], target)
            asked, dropped = asked + (answer is True), dropped + (answer is False)
            refused += answer is None
        names = targets[0].key.name if len(targets) == 1 else f"{len(targets)} workflows"
        if refused:
            self.say(f"{refused} of these cannot be watched (at most {MOST} at a time)", "warning")
        elif asked:
            self.say(
                f"the end of {names} will be told, wherever you are; {hint('tell-end')} again: not"
            )
        else:
            self.say(f"the end of {names} is not told any more")

    @on(Ended)
    def tell_end(self, message: Ended) -> None:
        """Bell, notice and status line."""
        said = f"{message.target.key.name} {message.said}"
        failed = message.said in (FAILED, ERROR)
        self.say(said, "error" if failed else "information")
        self.terminal.tell(said)

    @on(ActionFinished)
    def finished(self, message: ActionFinished) -> None:
        """The result itself comes by the watch; who had a new run made is taken to it."""
        outcome, key = message.outcome, message.target.key
        operation = outcome.plan.operation
        made = [
            change
            for change in (operation.changes if operation is not None else ())
            if isinstance(change, Create) and change.key.kind == WORKFLOW and not change.dry_run
        ]
        meta = (outcome.manifest or {}).get("metadata") or {}
        standing = self._standing()
        is_still_here = standing is not None and message.asked_at == standing
        is_still_here = is_still_here and self.views.front is self.views.in_use
        if not made or not meta.get("name") or not is_still_here:
            self.say(outcome.said)
            return
        new = key._replace(
            kind=WORKFLOW,
            namespace=str(meta.get("namespace") or made[-1].key.namespace),
            name=str(meta["name"]),
            incarnation="",
        )
        screen = screen_of(self.context, new, str(meta.get("uid") or ""))
        self.views.bring(screen)
        # On its own line, once it has one.
        screen.call_after_refresh(
            self.say, f"{outcome.said}, which is this one; {hint('unwind')} goes back"
        )

    def _standing(self) -> tuple[View[Any], tuple[ObjectKey, ...]] | None:
        """The screen one is on just now, boxes over it left aside, and what keys would act on."""
        view = self.views.in_use
        if view is None or not view.children:
            return None  # not there yet, or gone already
        return view, tuple(target.key for target in view.targets())

    @on(ActionFailed)
    def failed(self, message: ActionFailed) -> None:
        """What was not done, and why."""
        self.say(f"{message.plan.title}: {message.error}", "error")


def _size_of(text: str | Sequence[str]) -> str:
    """What a menu tells of a text to copy: a short one itself, of another how long it is."""
    if not isinstance(text, str):
        together = ", ".join(text[:LONG])
        return together if len(together) < SHORT else f"{len(text):,} lines"
    return text if len(text) < LONG else f"{len(text):,} characters"


def of_what(kind: Kind[Any, Any]) -> str:
    """What the list of a kind begins with; "" for all there is."""
    if kind.part_of is None:
        return ""
    return f" of what the cursor is on, or is marked; {hint('unwind')} shows all"


def run(
    settings: Settings,
    connect: Connect,
    capabilities: Capabilities,
    contexts: Contexts,
    reading: FilesRead,
) -> int:
    """Run the app in this terminal; returns the exit code."""
    with own_commands(settings), TERMINAL.drawn_on():
        app = ArgoApp(
            settings, connect, capabilities=capabilities, contexts=contexts, reading=reading
        )
        app.run(mouse=settings.mouse)
    for line in app.farewell:
        with contextlib.suppress(OSError):  # nobody is there any more to read it
            print(f"argo-tui: {line}", file=sys.stderr)
    return app.exit_code
