"""Where the app is, and how it gets elsewhere and back: contexts, namespaces, kinds.

Going to another cluster shows that place at once, empty until it answers, so that no key pressed
meanwhile can mean an object of the cluster one has left. The place one came from is parked: its
lists are watched on, unseen, until the new one has told something; until then giving up brings it
back as it was. Other namespaces of the same connections are tried beside what is shown, which stays
until something of them can be read.

Each attempt has a number. What belongs to another attempt than the one under way, be it a
connection that took its time to open, is closed and forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tui.context import AppContext
from tui.errors import SourceError
from tui.kinds.registry import KINDS
from tui.ports.collections import Collections, Scope
from tui.ports.connection import Connection, Place, offered
from tui.screens.stack import ScreenStack
from tui.settings import Settings
from tui.sources import scope_of
from tui.state.lists import Feed, merged

WORTH_SAYING = 0.5
"""Seconds after which it is said that other namespaces are still being read."""
FAVOURITES = 9
"""As many as there are keys for them."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place that one can be at."""

    contexts: tuple[str, ...] = ()
    """Names of contexts; empty for whatever the command line leads to."""
    namespaces: tuple[str, ...] | None = None
    """Empty for all of them; None for those that the contexts and the settings name."""
    kind: str = ""
    """Id of the kind that is listed; "" for the first."""
    is_demo: bool = False

    def is_same_place(self, other: Location) -> bool:
        """Whether both are of the same connections."""
        return (self.contexts, self.is_demo) == (other.contexts, other.is_demo)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get to a location."""

    number: int
    location: Location


class Navigator:
    """Where one is, where one was, and what is tried just now."""

    def __init__(
        self,
        context: AppContext,
        views: ScreenStack,
        *,
        open: Callable[[Attempt], object],
        show_kind: Callable[[str], object],
        after: Callable[[float, Callable[[], None]], object],
        leaving: Callable[[], object],
        arrived: Callable[[], object] = lambda: None,
        is_none: Callable[[str, str], bool] = lambda connection, namespace: False,
    ) -> None:
        """`open` opens the connections of an attempt on a thread and has `opened` or `not_opened`
        called on the loop; `show_kind` shows the list of a kind; `after` calls back after so many
        seconds; `leaving` is called while the place is still shown that is left for others, and
        `arrived` when one is somewhere; `is_none` tells whether a connection is known to have no
        such namespace."""
        self._context = context
        self._views = views
        self._open = open
        self._show_kind = show_kind
        self._after = after
        self._leaving = leaving
        self._arrived = arrived
        self._is_none = is_none
        self._number = 0
        self._trials = 0
        self.attempt: Attempt | None = None
        """What is tried; None once it has answered."""
        self.here: Location | None = None
        """The last location that answered; None before the first."""
        self._last: Location | None = None
        """The one before that."""
        self._parked: Mapping[str, Connection] = {}
        """The connections of `here` while another place is tried."""
        self._used: dict[str, list[str]] = {}
        """By context, the namespaces that were listed, in the order of their first use."""

    # --- what is known -----------------------------------------------------------------------

    @property
    def wanted(self) -> str:
        """What is being gone to, in words; "" while nothing is, or only what one begins with."""
        return _words(self.attempt.location) if self.attempt is not None else ""

    @property
    def way_back(self) -> str:
        """Where giving up what is tried leads, in words; "" where nothing is tried."""
        return ",".join(self._parked)

    @property
    def used_namespaces(self) -> Sequence[str]:
        """Those that were listed in the contexts that are shown, in the order of first use; not
        what was mistyped."""
        used = (
            name
            for each in self._context.connections
            for name in self._used.get(each, ())
            if not self._is_none(each, name)
        )
        return tuple(dict.fromkeys(used))

    @property
    def is_named(self) -> bool:
        """Whether the contexts that are shown were named: the current one may be another."""
        place = self._place
        named = place.contexts if place is not None else ()
        return bool(named or self._context.settings.context) and self._context.is_live

    @property
    def contexts_shown(self) -> Sequence[str]:
        """The contexts of the kubeconfig that are shown, or gone to."""
        place = self._place
        if place is None or place.is_demo or (self._ids and not self._context.is_live):
            return ()
        return self._ids or place.contexts

    @property
    def favourites(self) -> Sequence[str]:
        """Namespaces for the keys 1 to 9: those of the settings, else those that were used."""
        settings = (self._context.for_place(each) for each in self._context.connections)
        chosen = dict.fromkeys(name for each in settings for name in each.favourites)
        return (tuple(chosen) or tuple(self.used_namespaces))[:FAVOURITES]

    @property
    def stands_at(self) -> Location | None:
        """The last location that answered, with the list that is in front; None before one has."""
        kind = self._views.listed_kind or next(iter(KINDS)).id
        return replace(self.here, kind=kind) if self.here is not None else None

    # --- going -------------------------------------------------------------------------------

    def go(self, location: Location) -> None:
        """Go to a location; one with the same connections is reached without opening any."""
        now = self._place
        if now is not None and self._context.is_connected and now.is_same_place(location):
            self._go_within(location)
        else:
            self.begin(location)

    def go_to_kind(self, kind: str, namespaces: tuple[str, ...] | None = None) -> None:
        """To the list of a kind, of these namespaces if any are named; `()` is all of them."""
        before = self._place
        if before is not None and self._context.is_connected:
            wanted = before.namespaces if namespaces is None else namespaces
            self.go(replace(before, kind=kind, namespaces=wanted))
            return
        self._bring(kind)
        if self.attempt is not None:
            self.attempt = replace(self.attempt, location=replace(self.attempt.location, kind=kind))

    def go_to_namespaces(self, namespaces: tuple[str, ...] | None) -> None:
        """List other namespaces, () for all, None for those that the contexts name, once it is
        known that something of them can be read."""
        if self._place is not None:
            self.go(replace(self._place, namespaces=namespaces))

    def go_to_contexts(self, names: tuple[str, ...]) -> None:
        """Go to other clusters, or, within those that are shown, to their own namespaces."""
        now = self._place or Location()
        is_here = self._context.is_connected and self._context.is_live and names == self._ids
        if is_here and not now.is_demo:
            self.go_to_namespaces(None)
        else:
            self.begin(Location(names, kind=now.kind))

    def go_to_demo(self) -> None:
        """To the built-in demo cluster."""
        self.begin(Location(is_demo=True))

    def try_again(self) -> None:
        """Open anew what is tried, or what is shown."""
        self.begin(self._place or Location())

    def go_back(self) -> None:
        """To where one was before, and from there back again; else give up what is tried."""
        if self.give_up():
            return
        if self._last is None:
            self._context.say("there is no place to go back to yet")
        else:
            self.go(self._last)

    def give_up(self) -> bool:
        """Stay where one was before what is tried now; false if nothing is tried."""
        if self._context.lists.end_trial():
            self._context.say("the list stays as it is")
            return True
        if self.attempt is None or not self._parked or self.here is None:
            return False
        self._drop()
        self.attempt = None
        self._context.connections, self._parked = self._parked, {}
        self._context.is_demo = self._is_demo(self.here)
        self._context.lists.unpark()
        self._show(self.here)
        self._context.say(f"still on {self._context.place_label}")
        return True

    def begin(self, location: Location) -> None:
        """Open the connections of a location, and show it while they are tried."""
        if self.attempt is None and self.here is not None:
            self._leaving()
        lists, self.here = self._context.lists, self._at_last()
        if self.attempt is None and self.here is not None:
            self._parked = self._context.connections
            lists.park()
        else:
            self._drop()
        self._context.connections = {}
        self._number += 1
        self.attempt = Attempt(self._number, location)
        self._show(location)
        self._open(self.attempt)

    # --- what comes of it --------------------------------------------------------------------

    def opened(self, number: int, connections: Iterable[Connection]) -> bool:
        """The connections of an attempt are there; false, and they are closed, if nobody wants
        them any more."""
        found = {each.id: each for each in connections}
        if self.attempt is None or self.attempt.number != number:
            _close(found.values())
            return False
        self._context.connections = found
        self._context.is_demo = self._is_demo(self.attempt.location)
        self._watch(self.attempt.location)
        return True

    def not_opened(self, number: int) -> bool:
        """The connections of an attempt cannot be opened; false if nobody wants them any more.

        Where one came from somewhere, one is back there.
        """
        if self.attempt is None or self.attempt.number != number:
            return False
        self.give_up()
        return True

    def answered(self) -> None:
        """Something of what is watched has been read: one is there."""
        if self.attempt is None or not self._context.is_connected:
            return
        location, self.attempt = self.attempt.location, None
        self._context.lists.end_parked()
        _close(self._parked.values())
        self._parked = {}
        self._arrive(location)

    def close(self) -> None:
        """Let go of every connection."""
        _close([*self._open_connections, *self._parked.values()])

    # --- inside ------------------------------------------------------------------------------

    @property
    def _place(self) -> Location | None:
        """What is shown, whether it has answered or not."""
        return self.attempt.location if self.attempt is not None else self._at_last()

    def _at_last(self) -> Location | None:
        """The last location that answered, with the list that is in front there now."""
        if self.here is None or self.attempt is not None:
            return self.here
        return replace(self.here, kind=self._views.listed_kind)

    @property
    def _ids(self) -> tuple[str, ...]:
        return tuple(self._context.connections)

    @property
    def _open_connections(self) -> list[Connection]:
        return list(self._context.connections.values())

    def _is_demo(self, location: Location) -> bool:
        return location.is_demo or self._context.settings.demo

    def _drop(self) -> None:
        """Let go of what is tried."""
        _close(self._open_connections)

    def _show(self, location: Location) -> None:
        """Show the list of a location, with what is known of it."""
        self._bring(location.kind)
        self._views.scope_changed()

    def _bring(self, kind: str) -> None:
        """The list of a kind, with nothing over it."""
        self._views.leave_place()
        if (kind or next(iter(KINDS)).id) != self._views.listed_kind:
            self._show_kind(kind)

    def _watch(self, location: Location) -> None:
        self._context.lists.watch(self._feeds(location), asyncio.get_running_loop())
        self._views.scope_changed()

    def _go_within(self, location: Location) -> None:
        """To other namespaces, or another kind, of what is connected."""
        lists, self.here = self._context.lists, self._at_last()
        feeds = self._feeds(location)
        is_same = [feed.scope for feed in feeds] == [feed.scope for feed in lists.feeds]
        self._bring(location.kind)
        if not is_same:
            self._views.back_to_list()
            location = replace(location, kind=self._views.listed_kind)
        if is_same:
            lists.end_trial()
            self._stand(location)
        elif lists.of(next(iter(KINDS))).is_whole:
            lists.try_feeds(
                feeds,
                adopted=lambda: self._adopted(location),
                refused=lambda error: self._refused(error),
            )
            self._trials += 1
            self._after(WORTH_SAYING, partial(self._say_trying, self._trials, feeds))
        else:
            lists.watch(feeds, asyncio.get_running_loop())
            self._stand(location)
            self._views.scope_changed()

    def _say_trying(self, number: int, feeds: Sequence[Feed]) -> None:
        if number == self._trials and self._context.lists.is_trying:
            names = merged(feed.scope for feed in feeds).namespaces or ("all namespaces",)
            self._context.say(f"reading {', '.join(names)} …")

    def _adopted(self, location: Location) -> None:
        self._stand(location)
        self._views.scope_changed()

    def _refused(self, error: SourceError) -> None:
        self._context.say(f"the list stays as it is: {error}", "warning")

    def _stand(self, location: Location) -> None:
        """This is where one is from now on, or what is tried from now on."""
        if self.attempt is not None:
            self.attempt = replace(self.attempt, location=location)
        else:
            self._arrive(location)

    def _arrive(self, location: Location) -> None:
        if self.here is not None and self.here != location:
            self._last = self.here
        self.here = location
        for name, feed in zip(self._context.connections, self._context.lists.feeds, strict=True):
            used = self._used.setdefault(name, [])
            used.extend(each for each in feed.scope.namespaces if each not in used)
        self._views.arrived()
        self._arrived()

    def _feeds(self, location: Location) -> list[Feed]:
        return [
            Feed(offered(each, Collections), self._scope(location, each.place))
            for each in self._open_connections
        ]

    def _scope(self, location: Location, place: Place) -> Scope:
        settings = replace(self._context.settings, all_namespaces=False)
        if location.is_demo:
            settings = Settings()
        elif location.contexts:
            settings = replace(settings, namespace="")
        scope = scope_of(settings, place)
        if location.namespaces is None or not place.is_live:
            return scope
        return replace(scope, namespaces=location.namespaces)


def _words(location: Location) -> str:
    """A location in a sentence; "" for whatever the command line leads to."""
    if location.is_demo:
        return "the demo cluster"
    return ", ".join(location.contexts)


def _close(connections: Iterable[Connection]) -> None:
    for each in connections:
        each.close()
