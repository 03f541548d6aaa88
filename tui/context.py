"""The app context: what screens and panes know of the app, and may ask it to do.

Screens are given this instead of the app, so that one can be shown alone in a test. It is made of
parts that know nothing of each other: settings, the connection, the lists that are watched, actions
under way, the terminal, and where words are said. What is to be done to an object is told by
messages.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from tui.actions.base import Context
from tui.actions.verdict import Conditions
from tui.bugs import caught
from tui.domain.identity import ObjectKey
from tui.domain.prices import Prices
from tui.errors import SourceError, TuiError
from tui.ports.connection import Connection
from tui.ports.health import Health
from tui.ports.jobs import Jobs
from tui.ports.playback import Playback
from tui.ports.reading import FilesRead
from tui.ports.rights import MOST_REQUESTS, Wanted
from tui.ports.terminal import TERMINAL
from tui.settings import PlaceSettings, Settings
from tui.state.audit import Audit
from tui.state.jobs import JobList
from tui.state.lists import WatchedLists
from tui.state.past_runs import PastRuns
from tui.state.pending import Pending
from tui.state.samples import SampleStore
from tui.state.waits import Waits

SUFFIX_LETTERS = string.ascii_lowercase + string.digits


AskRights = Callable[[Connection, str, Sequence[Wanted], int, bool], object]
"""Asks what may be done in a namespace: see `AppContext.ask_rights`."""


class Words(Protocol):
    """Where sentences for a person go."""

    @property
    def trouble(self) -> TuiError | None:
        """Why there is no list at all; None while there is hope."""

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front."""

    def unsay(self, text: str) -> None:
        """Take this sentence away wherever it still stands."""


class Terminal(Protocol):
    """What a screen may ask of the terminal."""

    def copy(self, text: str) -> None:
        """Send a text to its clipboard, as one line."""

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        """Send lines to its clipboard; `what` names them."""

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait."""

    def seen_anew(self, screen: Any) -> None:
        """The screen asks something else now: nothing typed before it is shown is an answer."""

    def may_confirm(self, screen: Any) -> bool:
        """Whether what was typed last can be an answer to the question on this screen."""

    def may_answer(self, screen: Any) -> bool:
        """The same, of a question by which nothing is lost."""

    def is_amid_letters(self) -> bool:
        """Whether the key that was typed last is one of a word."""

    @property
    def is_at_keys(self) -> bool:
        """Whether a key is under way, or others wait for it."""

    def run_plainly(
        self, command: Sequence[str], run: Callable[[], int], *, waits: bool = False
    ) -> int:
        """The exit code of a program that has the plain terminal, which the app has left.

        What it raises is raised. With `waits` somebody says when they have read what it printed.
        """


class Elsewhere(Protocol):
    """How one goes to other namespaces and clusters, and back."""

    @property
    def wanted(self) -> str:
        """What is being gone to, in words; "" while nothing is."""

    @property
    def way_back(self) -> str:
        """Where giving up what is tried leads, in words; "" where nothing is tried."""

    @property
    def is_named(self) -> bool:
        """Whether the contexts that are shown were named: the current one may be another."""

    @property
    def favourites(self) -> Sequence[str]:
        """Namespaces for the keys 1 to 9, as they are typed: `argo`, or `argo,data`."""

    def go_to_namespaces(self, namespaces: tuple[str, ...] | None) -> None:
        """List other namespaces, () for all, None for those that the contexts name, once it is
        known that something of them can be read."""

    def give_up(self) -> bool:
        """Stay where one was before what is tried now; false if nothing is tried."""


class NowhereElse:
    """There is one place only: what a screen alone in a test gets."""

    wanted = ""
    way_back = ""
    is_named = False
    favourites: Sequence[str] = ()

    def go_to_namespaces(self, namespaces: tuple[str, ...] | None) -> None:
        """Nothing else can be listed."""

    def give_up(self) -> bool:
        """Nothing is tried."""
        return False


IN_CLUSTER = "in-cluster"
"""What the place is called that a pod finds by itself, without a kubeconfig."""


class AppContext:
    """The app, as screens and panes know it."""

    def __init__(
        self,
        settings: Settings,
        lists: WatchedLists,
        *,
        words: Words,
        terminal: Terminal,
        ask_rights: AskRights = lambda connection, namespace, wanted, most, anew: None,
        has_demo: bool = False,
        reading: FilesRead | None = None,
    ) -> None:
        """`ask_rights` asks what may be done in a namespace; `has_demo` tells whether there is a
        demo; `reading` is how far saved workflows are read."""
        self.settings = settings
        self.lists = lists
        self.jobs = JobList(caught)
        """Work in the background: downloads."""
        self.audit = Audit(settings.audit_file)
        """What was changed in this session."""
        self.samples = SampleStore()
        """What pods were measured to use."""
        self.pending = Pending()
        """Actions under way."""
        self.tree_columns: dict[str, bool] = {}
        """Ids of columns of step trees → whether somebody wants them, or does not; of all runs."""
        self.past_runs = PastRuns()
        """What archives know of the runs of templates."""
        self.waits = Waits()
        """What was answered with yes, and can be taken back for some seconds."""
        self.connections: Mapping[str, Connection] = {}
        """The connections of the lists by their ids; empty until connected."""
        self.elsewhere: Elsewhere = NowhereElse()
        """What is being gone to, and how one goes elsewhere."""
        self.is_demo = settings.demo
        """Whether the demo is what is shown."""
        self.has_demo = has_demo
        self.reading = reading or FilesRead()
        """How far saved workflows are read."""
        self.recording = ""
        """The file that is recorded into; "" while nothing is."""
        self._words = words
        self._terminal = terminal
        self._ask_rights = ask_rights

    # --- what is known -----------------------------------------------------------------------

    @property
    def can_demo(self) -> bool:
        """Whether the built-in demo cluster could be shown instead."""
        return self.has_demo and not self.is_demo

    @property
    def ascii(self) -> bool:
        """Letters and plain lines instead of symbols."""
        return self.settings.ascii

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows (argo.md 3)."""
        return self.settings.pod_names

    @property
    def prices(self) -> Prices:
        """What resources cost; nothing where the settings have no prices."""
        return Prices(**self.settings.prices)

    @property
    def is_connected(self) -> bool:
        """Whether there is anything to ask for objects."""
        return bool(self.connections)

    @property
    def is_live(self) -> bool:
        """Whether what is shown goes on by itself; what was saved in files does not."""
        return any(each.place.is_live for each in self.connections.values())

    @property
    def playback(self) -> Playback | None:
        """What is played, where that is what is shown; None where it is not."""
        if self.is_live:
            return None
        found = (each.port(Playback) for each in self.connections.values())
        return next((each for each in found if each is not None), None)

    @property
    def place_label(self) -> str:
        """What the connections are called in a header: `prod`, `prod,staging`."""
        return ",".join(each.place.label for each in self.connections.values())

    def connection(self, id: str) -> Connection | None:
        """The connection of a key that names it; None where it is shown no more, or not yet."""
        return self.connections.get(id)

    def connection_of(self, key: ObjectKey) -> Connection | None:
        """Where an object is; the first connection for a key that names none."""
        return self.connection(key.connection or next(iter(self.connections), ""))

    def context_of(self, key: ObjectKey) -> str:
        """The context of the kubeconfig that a command about an object names; "" where there is
        none."""
        connection = self.connection(key.connection)
        if connection is None or self.is_demo:
            return ""
        place = connection.place
        is_named = place.is_live and not place.is_server and place.label != IN_CLUSTER
        return place.label if is_named else ""

    def where(self, key: ObjectKey) -> str:
        """Where an object is, as the end of a sentence: ` in argo`, ` in argo on prod` where
        several clusters are shown, "" for one without a namespace on the only one."""
        namespace = f" in {key.namespace}" if key.namespace else ""
        return f"{namespace} on {key.connection}" if len(self.connections) > 1 else namespace

    def at(self, id: str) -> ConnectionContext:
        """This context as the panes of an object of a connection know it."""
        return ConnectionContext(self, self.connection(id))

    @property
    def conditions(self) -> Conditions:
        """What decides whether an action may be done, besides its subject."""
        each = [self._conditions_at(connection) for connection in self.connections.values()]
        if not each:
            return Conditions(None, read_only=self.settings.read_only)
        others = dict(zip(self.connections, each, strict=True)) if len(each) > 1 else {}
        return replace(each[0], others=others)

    def _conditions_at(self, connection: Connection) -> Conditions:
        return Conditions(connection, read_only=self.is_read_only_at(connection.id))

    def is_read_only_at(self, id: str) -> bool:
        """Whether nothing may be changed through a connection, whoever is logged in."""
        return self.settings.read_only or self.for_place(id).read_only

    def connection_id_of(self, key: ObjectKey) -> str:
        """The id of the connection an object is at; "" where that is shown no more."""
        connection = self.connection_of(key)
        return connection.id if connection is not None else ""

    def place_called(self, id: str) -> str:
        """What the place of a connection is called, as a context is; "" for none."""
        connection = self.connection(id)
        return connection.place.label if connection is not None else ""

    def is_protected(self, id: str) -> bool:
        """Whether the name of this context is typed before anything is changed there."""
        connection = self.connection(id)
        if connection is None or not connection.place.is_live:
            return False
        return self.settings.is_protected(connection.place.label)

    def for_place(self, id: str) -> PlaceSettings:
        """What the settings say of the cluster of a connection."""
        connection = self.connection(id)
        if connection is None or not connection.place.is_live:
            return PlaceSettings()
        return self.settings.for_place(connection.place.label)

    def conditions_in(self, namespace: str, connection: str = "") -> Conditions:
        """The same, where what has no subject would be done in this namespace.

        Where a connection is named, what holds there, and at no other.
        """
        named = self.connection(connection)
        conditions = self.conditions if named is None else self._conditions_at(named)
        return replace(conditions, namespace=namespace)

    @property
    def trouble(self) -> TuiError | None:
        """Why there is no list at all; None while there is hope."""
        return self._words.trouble

    @property
    def request_trouble(self) -> SourceError | None:
        """Why the last request to a server failed, whatever an open watch says; None while
        requests are answered."""
        return self.request_trouble_at(self.connections)

    def request_trouble_at(self, ids: Iterable[str]) -> SourceError | None:
        """The same of some connections: what is wrong with one says nothing of another."""
        found = (self.connections.get(each) for each in ids)
        checked = (one.port(Health) for one in found if one is not None)
        return next((each.trouble for each in checked if each is not None and each.trouble), None)

    def now(self) -> datetime:
        """The time everything is shown at: of a recording, its own, unless one is fixed."""
        playback = self.playback if self.settings.fixed_now is None else None
        return playback.now() if playback is not None else self.settings.now()

    def plan_context(self) -> Context:
        """What plans need to know besides the object."""
        return Context(
            now=self.now(),
            suffix="".join(secrets.choice(SUFFIX_LETTERS) for _ in range(5)),
            instance_id=self.settings.instance_id,
            zone=self.settings.zone,
            pod_names=self.settings.pod_names,
        )

    # --- what may be asked -------------------------------------------------------------------

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front."""
        self._words.say(text, severity)

    def unsay(self, text: str) -> None:
        """Take a sentence away that is not so any more, wherever it still stands."""
        self._words.unsay(text)

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""
        self._terminal.copy(text)

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        """Send lines to the clipboard of the terminal; `what` names them, as `3 names`."""
        self._terminal.copy_lines(lines, what)

    def ask_rights(
        self,
        namespace: str,
        wanted: Sequence[Wanted] = (),
        *,
        connection: str = "",
        most: int = MOST_REQUESTS,
        anew: bool = False,
    ) -> None:
        """Ask, beside the loop, what may be done in a namespace, unless that is known.

        `wanted` is what is about to matter, nothing for whatever actions need; `most` is how many
        requests it may take; `anew` asks in any case. `connection` is the first if it is not named.
        Screens hear of the answer by `rights_known`.
        """
        asked = self.connection(connection or next(iter(self.connections), ""))
        if asked is not None and namespace and not self.is_read_only_at(asked.id):
            self._ask_rights(asked, namespace, wanted, most, anew)

    def run_on_terminal(
        self, command: Sequence[str], run: Callable[[], int], *, waits: bool = False
    ) -> int:
        """The exit code of a program that gets the terminal, once nobody else has it; of a thread.

        `command` is its argument vector, which is told. With `waits` somebody says when they have
        read what it printed. Raises: SourceError where the app cannot step aside, and what the
        program raises.
        """
        return TERMINAL.lend(lambda: self._terminal.run_plainly(command, run, waits=waits))

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait."""
        self._terminal.hold_frames(seconds)

    def seen_anew(self, screen: Any) -> None:
        """The screen asks something else now: nothing typed before it is shown is an answer."""
        self._terminal.seen_anew(screen)

    def may_confirm(self, screen: Any) -> bool:
        """Whether what was typed last can be an answer to the question on this screen."""
        return self._terminal.may_confirm(screen)

    def may_answer(self, screen: Any) -> bool:
        """The same, of a question by which nothing is lost."""
        return self._terminal.may_answer(screen)

    def is_amid_letters(self) -> bool:
        """Whether the key that was typed last is one of a word."""
        return self._terminal.is_amid_letters()

    @property
    def is_at_keys(self) -> bool:
        """Whether a key is under way, or others wait for it: what follows the cursor waits, too."""
        return self._terminal.is_at_keys


class ConnectionContext:
    """What the panes of one object know of the app: its own connection, whatever else is shown.

    An object keeps the connection it was opened with: one that is looked at while the lists go to
    another cluster is never read from that one.
    """

    def __init__(self, context: AppContext, source: Connection | None) -> None:
        self._context = context
        self.source = source
        """Where its pods, logs and events come from; None where it is shown no more."""

    @property
    def ascii(self) -> bool:
        """Whether to use ASCII characters only."""
        return self._context.ascii

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows (argo.md 3)."""
        return self._context.pod_names

    @property
    def prices(self) -> Prices:
        """What resources cost; nothing where the settings have no prices."""
        return self._context.prices

    @property
    def jobs(self) -> Jobs:
        """Work that outlives the screen it was begun on."""
        return self._context.jobs

    def now(self) -> datetime:
        """The current time."""
        return self._context.now()

    def say(self, text: str, severity: str = "information") -> None:
        """Show a sentence on the status line."""
        self._context.say(text, severity)

    def copy(self, text: str) -> None:
        """Copy a text to the clipboard of the terminal."""
        self._context.copy(text)

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        """Copy lines to the clipboard of the terminal; `what` names them, as `3 names`."""
        self._context.copy_lines(lines, what)
