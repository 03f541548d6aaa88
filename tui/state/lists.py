"""The lists that are watched: one session a kind, all of one source and one scope.

What was listed before a scope is changed stays until the other scope is known to be readable, so
that asking for what one may not see costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tui.domain.changes import ChangeSet
from tui.domain.identity import ObjectKey
from tui.errors import SourceError
from tui.ports.collections import Collections, Readable, Scope, WatchEvent
from tui.state.inbox import Loop
from tui.state.watch import WatchSession

AnyKind = Readable[Any, Any]
AnySession = WatchSession[Any]
Listener = Callable[[ChangeSet[Any]], object]


class WatchedLists:
    """Sessions by the id of their kind."""

    def __init__(
        self,
        arrived: Callable[[AnySession, Sequence[WatchEvent[Any]]], object],
        failed: Callable[[AnySession, SourceError], object],
    ) -> None:
        """`arrived` is called on the loop with what came of a session, for `take`; `failed` on the
        thread of a session that ended."""
        self.source: Collections | None = None
        self.scope = Scope(("default",))
        self._arrived = arrived
        self._failed = failed
        self._loop: Loop | None = None
        self._kinds: dict[str, AnyKind] = {}
        self._sessions: dict[str, AnySession] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._trial: _Trial | None = None

    # --- what is watched -------------------------------------------------------------------

    def watch(self, source: Collections, scope: Scope, loop: Loop) -> None:
        """Watch this from now on; what was known is forgotten."""
        self.end()
        self.source, self.scope, self._loop = source, scope, loop
        self._sessions = {name: self._begun(kind, scope) for name, kind in self._kinds.items()}

    def of(self, kind: AnyKind) -> AnySession:
        """The list of a kind; watched from now on if it was not."""
        session = self._sessions.get(kind.id)
        if session is None:
            self._kinds[kind.id] = kind
            session = WatchSession() if self.source is None else self._begun(kind, self.scope)
            self._sessions[kind.id] = session
        return session

    def has(self, kind: AnyKind) -> bool:
        """Whether the list of a kind is watched."""
        return kind.id in self._sessions

    def drop_unheard(self, kind: AnyKind) -> None:
        """Watch the list of this kind no more, if nobody listens to it."""
        if self._listeners.get(kind.id):
            return
        self._kinds.pop(kind.id, None)
        session = self._sessions.pop(kind.id, None)
        if session is not None:
            session.end()

    def try_scope(
        self,
        scope: Scope,
        *,
        adopted: Callable[[], object],
        refused: Callable[[SourceError], object],
    ) -> None:
        """Watch another scope once something of it could be read; until then nothing changes."""
        if self._trial is not None:
            self._trial.session.end()
            self._trial = None
        if not self._kinds:
            return
        kind = next(each for each in reversed(self._kinds.values()) if each.resource.namespaced)
        self._trial = _Trial(scope, kind, self._begun(kind, scope), adopted, refused)

    def end(self) -> None:
        """Watch nothing; what is known stays."""
        for session in self._sessions.values():
            session.end()
        if self._trial is not None:
            self._trial.session.end()
            self._trial = None

    def try_again(self, now: datetime) -> None:
        """Do not wait for the next try of what is broken: it is now."""
        for session in self._sessions.values():
            session.try_again(now)

    # --- what arrives ----------------------------------------------------------------------

    def take(self, session: AnySession, events: Sequence[WatchEvent[Any]], now: datetime) -> None:
        """Take in what arrived for a session, and tell those who listen to its kind."""
        if self._trial is not None and session is self._trial.session:
            session.take(events, now)
            self._judge(self._trial)
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
        for kind in {key.kind for key in wanted} & set(self._sessions):
            known = self._sessions[kind].known
            self._tell(kind, known.as_changed(key for key in wanted if key.kind == kind))

    def listen(self, kind: AnyKind, listener: Listener) -> Callable[[], None]:
        """Call this with every change of the list of a kind; returns how to end that."""
        listeners = self._listeners.setdefault(kind.id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None

    # --- inside ----------------------------------------------------------------------------

    def _begun(self, kind: AnyKind, scope: Scope) -> AnySession:
        source, loop = self.source, self._loop
        if kind.selector:
            both = ",".join(filter(None, (scope.label_selector, kind.selector)))
            scope = replace(scope, label_selector=both)
        assert source is not None and loop is not None, "only begun once there is a source"
        parts = source.parts(kind, scope)
        session: AnySession = WatchSession(f"watch {kind.id}", parts, renewed=kind.renewed)
        session.begin(
            lambda sink, stop: source.watch(kind, scope, sink, stop),
            loop,
            arrived=lambda events: self._arrived(session, events),
            failed=lambda error: self._failed(session, error),
        )
        return session

    def _judge(self, trial: _Trial) -> None:
        """Whether what arrived is enough to go there, or not to."""
        session = trial.session
        error = session.standings.error
        if session.known.whole_parts or len(session.known) or session.standings.is_live:
            self._trial = None
            for other in self._sessions.values():
                other.end()
            self.scope = trial.scope
            self._sessions = {
                name: session if kind is trial.kind else self._begun(kind, trial.scope)
                for name, kind in self._kinds.items()
            }
            trial.adopted()
        elif error is not None:
            self._trial = None
            session.end()
            trial.refused(error)

    def _kind_of(self, session: AnySession) -> str | None:
        return next((name for name, each in self._sessions.items() if each is session), None)

    def _tell(self, kind: str, changes: ChangeSet[Any]) -> None:
        for listener in list(self._listeners.get(kind, ())):
            listener(changes)


class _Trial:
    """A scope that may turn out not to be readable."""

    def __init__(
        self,
        scope: Scope,
        kind: AnyKind,
        session: AnySession,
        adopted: Callable[[], object],
        refused: Callable[[SourceError], object],
    ) -> None:
        self.scope = scope
        self.kind = kind
        self.session = session
        self.adopted = adopted
        self.refused = refused
