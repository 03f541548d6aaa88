"""The lists that are watched: one session a kind, each made of the feeds of one place.

A feed is a connection and the scope of its objects; a place has one feed, or several where several
clusters are shown in one list. What was listed before other namespaces are asked for stays until
something of those is known to be readable, so that asking for what one may not see costs nothing.
A whole place can be parked: it is watched on, without being shown, while another one is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from tui.domain.changes import ChangeSet
from tui.domain.identity import ObjectKey, Part, Row
from tui.errors import SourceError
from tui.ports.collections import Collections, Readable, Scope, Stood, Unreadable, WatchEvent
from tui.state.inbox import Loop
from tui.state.watch import WatchSession

AnyKind = Readable[Any, Any]
AnySession = WatchSession[Any]
Listener = Callable[[ChangeSet[Any]], object]
FOR_GOOD = 86_400.0
"""Seconds until the next try that are told of a feed which ended, and is not tried again."""


class Feed(NamedTuple):
    """What one connection contributes to every list."""

    collections: Collections
    scope: Scope


@dataclass(slots=True)
class _Place:
    """What is watched in one place: the feeds, and a session for each kind by its id."""

    feeds: tuple[Feed, ...] = ()
    sessions: dict[str, AnySession] = field(default_factory=dict)

    def end(self) -> None:
        for session in self.sessions.values():
            session.end()

    def holds(self, session: AnySession) -> bool:
        return any(each is session for each in self.sessions.values())


class WatchedLists:
    """Sessions by the id of their kind."""

    def __init__(
        self,
        arrived: Callable[[AnySession, Sequence[WatchEvent[Any]]], object],
        failed: Callable[[AnySession, SourceError], object],
    ) -> None:
        """`arrived` is called on the loop with what came of a session, for `take`; `failed` on the
        thread of a session that ended."""
        self._arrived = arrived
        self._failed = failed
        self._loop: Loop | None = None
        self._kinds: dict[str, AnyKind] = {}
        self._place = _Place()
        self._parked: _Place | None = None
        self._listeners: dict[str, list[Listener]] = {}
        self._trial: _Trial | None = None

    # --- what is watched -------------------------------------------------------------------

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """Of which connections and scopes every list is made; empty until connected."""
        return self._place.feeds

    @property
    def scope(self) -> Scope:
        """What is listed: of several feeds, the namespaces of all of them."""
        return merged(feed.scope for feed in self.feeds)

    def watch(self, feeds: Iterable[Feed], loop: Loop) -> None:
        """Watch these from now on; what was known of this place is forgotten."""
        self._end_trial()
        self._place.end()
        self._loop = loop
        self._place = _Place(tuple(feeds))
        self._place.sessions = {name: self._begun(kind) for name, kind in self._kinds.items()}

    def of(self, kind: AnyKind) -> AnySession:
        """The list of a kind; watched from now on if it was not."""
        session = self._place.sessions.get(kind.id)
        if session is None:
            self._kinds[kind.id] = kind
            session = self._place.sessions[kind.id] = self._begun(kind)
        return session

    def as_told(self) -> Iterator[tuple[Part, Scope, list[Row[Any]]]]:
        """What the parts of the lists that are shown have told, as it is known now."""
        for name, session in self._place.sessions.items():
            for feed in self.feeds:
                scope = narrowed(feed.scope, self._kinds[name])
                for part in feed.collections.parts(self._kinds[name], scope):
                    rows = [
                        row
                        for key, row in session.known.items()
                        if key.connection == part.connection
                        and part.namespace in ("", key.namespace)
                        and part.origin in row.origins
                    ]
                    if part in session.known.whole_parts:
                        yield part, scope, rows

    # --- another place ---------------------------------------------------------------------

    def park(self) -> None:
        """Show nothing until `watch` or `unpark`; what is watched now is watched on, unseen."""
        self._end_trial()
        self.end_parked()
        self._parked, self._place = self._place, _Place()

    def unpark(self) -> None:
        """Show what was parked, in place of what is watched now."""
        if self._parked is None:
            return
        self._end_trial()
        self._place.end()
        self._place, self._parked = self._parked, None
        for name, kind in self._kinds.items():
            if name not in self._place.sessions:
                self._place.sessions[name] = self._begun(kind)

    def end_parked(self) -> None:
        """Forget what was parked."""
        if self._parked is not None:
            self._parked.end()
            self._parked = None

    # --- what is watched here --------------------------------------------------------------

    def shows(self, session: AnySession) -> bool:
        """Whether a session is of what is shown, neither parked nor tried nor over."""
        return self._place.holds(session)

    def has(self, kind: AnyKind) -> bool:
        """Whether the list of a kind is watched."""
        return kind.id in self._place.sessions

    def drop_unheard(self, kind: AnyKind) -> None:
        """Watch the list of this kind no more, if nobody listens to it."""
        if self._listeners.get(kind.id):
            return
        self._kinds.pop(kind.id, None)
        for place in (self._place, self._parked):
            session = place.sessions.pop(kind.id, None) if place is not None else None
            if session is not None:
                session.end()

    def try_feeds(
        self,
        feeds: Sequence[Feed],
        *,
        adopted: Callable[[], object],
        refused: Callable[[SourceError], object],
    ) -> None:
        """Watch other namespaces once something of them could be read; until then nothing
        changes."""
        self._end_trial()
        if not self._kinds:
            return
        kind = next(each for each in reversed(self._kinds.values()) if each.resource.namespaced)
        place = _Place(tuple(feeds))
        session = place.sessions[kind.id] = self._begun(kind, place.feeds)
        self._trial = _Trial(place, session, adopted, refused)

    @property
    def is_trying(self) -> bool:
        """Whether other namespaces are tried."""
        return self._trial is not None

    def end_trial(self) -> bool:
        """Try other namespaces no more; false if none were tried."""
        was_trying = self.is_trying
        self._end_trial()
        return was_trying

    def _end_trial(self) -> None:
        if self._trial is not None:
            self._trial.place.end()
            self._trial = None

    def end(self) -> None:
        """Watch nothing; what is known stays."""
        self._place.end()
        self._end_trial()
        self.end_parked()

    def try_again(self, now: datetime) -> None:
        """Do not wait for the next try of what is broken: it is now."""
        for session in self._place.sessions.values():
            session.try_again(now)

    # --- what arrives ----------------------------------------------------------------------

    def take(self, session: AnySession, events: Sequence[WatchEvent[Any]], now: datetime) -> None:
        """Take in what arrived for a session, and tell those who listen to its kind."""
        if self._trial is not None and session is self._trial.session:
            session.take(events, now)
            self._judge(self._trial)
            return
        if self._parked is not None and self._parked.holds(session):
            session.take(events, now)
            return
        kind = self._kind_of(session)
        if kind is None:
            return  # mail of a session that was ended while it was on its way
        changes = session.take(events, now)
        if changes:
            self._tell(kind, changes)

    def draw_again(self, keys: Iterable[ObjectKey]) -> None:
        """What is shown with these objects, an action under way for example, is different now."""
        wanted = tuple(keys)
        for kind in {key.kind for key in wanted} & set(self._place.sessions):
            known = self._place.sessions[kind].known
            self._tell(kind, known.as_changed(key for key in wanted if key.kind == kind))

    def listen(self, kind: AnyKind, listener: Listener) -> Callable[[], None]:
        """Call this with every change of the list of a kind; returns how to end that."""
        listeners = self._listeners.setdefault(kind.id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None

    # --- inside ----------------------------------------------------------------------------

    def _begun(self, kind: AnyKind, feeds: tuple[Feed, ...] | None = None) -> AnySession:
        """A session of these feeds, else of those that are watched; one of none stays empty."""
        feeds, loop = self._place.feeds if feeds is None else feeds, self._loop
        if not feeds or loop is None:
            return WatchSession()
        feeds = tuple(Feed(each.collections, narrowed(each.scope, kind)) for each in feeds)
        parts = [each.collections.parts(kind, each.scope) for each in feeds]
        session: AnySession = WatchSession(
            f"watch {kind.id}",
            [part for of in parts for part in of],
            renewed=kind.renewed,
            kept=kind.kept,
        )

        def fail(of: Sequence[Part], error: SourceError) -> None:
            if len(feeds) == 1:
                self._failed(session, error)
            else:  # the other clusters are shown on
                for part in of:
                    session.tell(Stood(part, Unreadable(error, FOR_GOOD)))

        for (collections, scope), of in zip(feeds, parts, strict=True):
            session.begin(
                partial(collections.watch, kind, scope),
                loop,
                arrived=lambda events: self._arrived(session, events),
                failed=partial(fail, of),
            )
        return session

    def _judge(self, trial: _Trial) -> None:
        """Whether what arrived is enough to go there, or not to."""
        session = trial.session
        error = session.standings.error
        if session.known.whole_parts or len(session.known) or session.standings.is_live:
            self._trial = None
            self._place.end()
            self._place = trial.place
            for name, kind in self._kinds.items():
                if name not in self._place.sessions:
                    self._place.sessions[name] = self._begun(kind)
            trial.adopted()
        elif error is not None:
            self._end_trial()
            trial.refused(error)

    def _kind_of(self, session: AnySession) -> str | None:
        sessions = self._place.sessions
        return next((name for name, each in sessions.items() if each is session), None)

    def _tell(self, kind: str, changes: ChangeSet[Any]) -> None:
        for listener in list(self._listeners.get(kind, ())):
            listener(changes)


@dataclass(slots=True)
class _Trial:
    """Namespaces that may turn out not to be readable."""

    place: _Place
    session: AnySession
    adopted: Callable[[], object]
    refused: Callable[[SourceError], object]


def merged(scopes: Iterable[Scope]) -> Scope:
    """The scope that shows what each of these shows."""
    found = list(scopes)
    if not found:
        return Scope(("default",))
    names = dict.fromkeys(name for scope in found for name in scope.namespaces)
    is_all = any(not scope.namespaces for scope in found)
    return replace(found[0], namespaces=() if is_all else tuple(names))


def narrowed(scope: Scope, kind: AnyKind) -> Scope:
    """What of a scope a kind lists."""
    if not kind.selector:
        return scope
    return replace(
        scope, label_selector=",".join(filter(None, (scope.label_selector, kind.selector)))
    )
