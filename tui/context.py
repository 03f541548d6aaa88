"""The app context: what screens and panes know of the app, and may ask it to do.

Screens are given this instead of the app, so that one can be shown alone in a test. It is made of
parts that know nothing of each other: settings, the connection, the lists that are watched, actions
under way, the terminal, and where words are said. What is to be done to an object is told by
messages.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from tui.actions.base import Context
from tui.actions.verdict import Conditions
from tui.errors import SourceError, TuiError
from tui.ports.collections import Scope
from tui.ports.connection import Connection
from tui.ports.health import Health
from tui.ports.rights import MOST_REQUESTS, Wanted
from tui.settings import PlaceSettings, Settings
from tui.state.lists import WatchedLists
from tui.state.pending import Pending

SUFFIX_LETTERS = string.ascii_lowercase + string.digits


AskRights = Callable[[str, Sequence[Wanted], int, bool], object]
"""Asks what may be done in a namespace: see `AppContext.ask_rights`."""


class Words(Protocol):
    """Where sentences for a person go."""

    @property
    def trouble(self) -> TuiError | None:
        """Why there is no list at all; None while there is hope."""

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front."""


class Terminal(Protocol):
    """What a screen may ask of the terminal."""

    def copy(self, text: str) -> None:
        """Send a text to its clipboard."""

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait."""

    def seen_anew(self, screen: Any) -> None:
        """The screen asks something else now: nothing typed before it is shown is an answer."""

    def may_confirm(self, screen: Any) -> bool:
        """Whether what was typed last can be an answer to the question on this screen."""


class AppContext:
    """The app, as screens and panes know it."""

    def __init__(
        self,
        settings: Settings,
        lists: WatchedLists,
        *,
        words: Words,
        terminal: Terminal,
        watch_scope: Callable[[Scope], object],
        ask_rights: AskRights = lambda namespace, wanted, most, anew: None,
        has_demo: bool = False,
    ) -> None:
        """`watch_scope` watches other namespaces, once it is known that something of them can be
        read; `ask_rights` asks what may be done in a namespace; `has_demo` tells whether there is a
        demo."""
        self.settings = settings
        self.lists = lists
        self.pending = Pending()
        """Actions under way."""
        self.source: Connection | None = None
        """Where objects come from; None until connected."""
        self.is_demo = settings.demo
        """Whether the demo is what is shown."""
        self.has_demo = has_demo
        self._words = words
        self._terminal = terminal
        self._watch_scope = watch_scope
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
    def conditions(self) -> Conditions:
        """What decides whether an action may be done, besides its subject."""
        return Conditions(self.source, read_only=self.is_read_only)

    def conditions_in(self, namespace: str) -> Conditions:
        """The same, where what has no subject would be done in this namespace."""
        return replace(self.conditions, namespace=namespace)

    @property
    def here(self) -> PlaceSettings:
        """What the settings say of the cluster that is shown."""
        if self.source is None or not self.source.place.is_live:
            return PlaceSettings()
        return self.settings.for_place(self.source.place.label)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing may be changed, whoever is logged in."""
        return self.settings.read_only or self.here.read_only

    @property
    def trouble(self) -> TuiError | None:
        """Why there is no list at all; None while there is hope."""
        return self._words.trouble

    @property
    def request_trouble(self) -> SourceError | None:
        """Why the last request to the server failed, whatever an open watch says; None while
        requests are answered."""
        health = self.source.port(Health) if self.source is not None else None
        return health.trouble if health is not None else None

    def now(self) -> datetime:
        """The time everything is shown at."""
        return self.settings.now()

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

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""
        self._terminal.copy(text)

    def watch_scope(self, scope: Scope) -> None:
        """Watch other namespaces, once it is known that something of them can be read."""
        self._watch_scope(scope)

    def ask_rights(
        self,
        namespace: str,
        wanted: Sequence[Wanted] = (),
        *,
        most: int = MOST_REQUESTS,
        anew: bool = False,
    ) -> None:
        """Ask, beside the loop, what may be done in a namespace, unless that is known.

        `wanted` is what is about to matter, nothing for whatever actions need; `most` is how many
        requests it may take; `anew` asks in any case. Screens hear of the answer by `rights_known`.
        """
        if self.source is not None and namespace and not self.is_read_only:
            self._ask_rights(namespace, wanted, most, anew)

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait."""
        self._terminal.hold_frames(seconds)

    def seen_anew(self, screen: Any) -> None:
        """The screen asks something else now: nothing typed before it is shown is an answer."""
        self._terminal.seen_anew(screen)

    def may_confirm(self, screen: Any) -> bool:
        """Whether what was typed last can be an answer to the question on this screen."""
        return self._terminal.may_confirm(screen)
