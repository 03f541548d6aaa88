"""One object of any kind: what there is to know about it, a pane at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.getters import query_one
from textual.message import Message

from tui.actions import called
from tui.actions.base import On
from tui.actions.verdict import Subject
from tui.bindings import add_bindings, bind
from tui.commands import Command
from tui.context import AppContext
from tui.domain.identity import ObjectKey, Target
from tui.domain.links import Link
from tui.errors import SourceError
from tui.kinds.base import Kind
from tui.messages import RunAction, ShowProof
from tui.panes.text_pane import SearchedPane
from tui.ports.collections import WatchEvent
from tui.ports.connection import offered
from tui.ports.objects import Watches, Whole
from tui.screens.bindings import action_bindings, hints, kind_bindings, lacks, pane_bindings
from tui.screens.commands import action_commands, objects_called, pane_commands
from tui.screens.copies import copies_of, yaml_of
from tui.screens.headings import heading_of_object
from tui.screens.pane_tabs import PaneTabs
from tui.state.watched import DELETED, WatchedObject
from tui.view import View
from tui.widgets.header import HeaderLine
from tui.widgets.status_line import StatusLine


class ObjectScreen(View[None]):
    """The panes of an object, live."""

    ACTS_ON: ClassVar[tuple[On, ...]] = ("object",)

    head = query_one("#head", HeaderLine)
    pane_tabs = query_one(PaneTabs)

    @dataclass
    class Arrived(Message):
        """Events of this object came."""

        events: Sequence[WatchEvent[Whole[Any]]]

    @dataclass
    class WatchEnded(Message):
        """The watch ended for good."""

        error: SourceError

    def __init__(
        self,
        context: AppContext,
        kind: Kind[Any, Any],
        key: ObjectKey,
        uid: str = "",
        *,
        pane: str = "",
    ) -> None:
        super().__init__()
        self.title = self.noun = kind.noun
        self.context = context
        self.kind = kind
        self._watched: WatchedObject[Any] = WatchedObject(key, uid)
        self._ascii = context.settings.ascii
        self._wanted_pane = pane
        add_bindings(
            self,
            (
                *pane_bindings(kind),
                *action_bindings(kind.id, *self.ACTS_ON),
                *kind_bindings(),
                bind("copy", "copy", "Copy name", group="workflow"),
                bind("unwind", "back", "Back", group="workflow", shown=True),
            ),
        )

    def compose(self) -> ComposeResult:
        """Header, panes, status, hints."""
        yield HeaderLine(id="head", ascii=self._ascii)
        yield PaneTabs(self.context.at(self.key.connection), self.kind)
        yield StatusLine(ascii=self._ascii, grows=True)
        yield hints(self.context, self, self.kind.id)

    async def on_mount(self) -> None:
        """Show that it is read, then watch."""
        self._end_listening = self.context.lists.listen(
            self.kind, lambda changes: self._show_head()
        )
        self._show_head()
        self.context.ask_rights(self.key.namespace, connection=self.key.connection)
        connection = self.context.connection(self.key.connection)
        if connection is not None:
            self._watched.watch(
                offered(connection, Watches),
                self.kind,
                asyncio.get_running_loop(),
                arrived=lambda events: self.post_message(self.Arrived(events)),
                failed=lambda error: self.post_message(self.WatchEnded(error)),
            )
        await self.pane_tabs.bring(self._wanted_pane or self._first_pane)
        self.pane_tabs.take_focus()

    @property
    def pane_with_keys(self) -> str:
        """The pane in front, where it has the focus."""
        return self.pane_tabs.front if self.pane_tabs.holds_focus else ""

    @property
    def _first_pane(self) -> str:
        """The pane that says why, if somebody will ask; else the first of the others."""
        row = self.context.lists.of(self.kind).known.get(self.key)
        is_asked = row is not None and self.kind.is_problem(row.value)
        specs = self.pane_tabs.specs
        return next((spec.id for spec in specs if spec.is_answer == is_asked), specs[0].id)

    @on(ShowProof)
    async def show_proof(self, message: ShowProof) -> None:
        """To where a sentence comes from."""
        message.stop()
        await self.pane_tabs.bring(message.pane)
        if isinstance(pane := self.pane_tabs.pane, SearchedPane):
            pane.find_when_there(message.pattern)

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self._end_listening()
        self._watched.unwatch()

    # --- what the cluster tells ------------------------------------------------------------

    @property
    def key(self) -> ObjectKey:
        """Which object this is."""
        return self._watched.key

    @property
    def object(self) -> Any:
        """The object as it was last; None until it is read."""
        return self._watched.object

    @on(Arrived)
    def take(self, message: Arrived) -> None:
        """A beat's worth of news."""
        self.call_after_refresh(self.hint_anew)
        before, was_over = self._watched.last, self._watched.over
        self._watched.take(message.events, self.context.now())
        self.pane_tabs.stand_still(self._watched.stands_still)
        last = self._watched.last
        if last is not None and last is not before:
            self.pane_tabs.show(last.object, None, last.raw)
        elif why := self._watched.why_unread:
            self.pane_tabs.show_unread(why)
        if self._watched.over == DELETED != was_over:
            self.refresh_bindings()
            self.context.say(f"{self.key.name} was deleted; this is how it was last", "warning")
        self._show_head()

    @on(WatchEnded)
    def watch_ended(self, message: WatchEnded) -> None:
        """It cannot be watched: say why, keep what is shown."""
        self._watched.fail(message.error)
        self.pane_tabs.show_unread(str(message.error))
        self.context.say(str(message.error), "error")
        self._show_head()

    def why_nothing(self, meaning: str) -> str:
        """What such an object does not have, or cannot have done to it."""
        if meaning in ("zoom", "border.more", "border.less"):
            return "the panes have all the room"
        return lacks(self.kind, meaning)

    def try_again(self) -> None:
        """Do not wait for the next try while the connection is broken."""
        if self._watched.try_again(self.context.now()):
            self._show_head()

    def rights_known(self) -> None:
        """Header and hints tell what may be done to it."""
        self.refresh_bindings()
        self._show_head()

    def tick(self, now: datetime) -> None:
        """A second went by; not for one that is no more."""
        if self._watched.stands_still is None:
            self.pane_tabs.tick(now)
            if self._watched.is_stale:
                self._show_head()

    def on_screen_resume(self) -> None:
        """In front again: ages are those of now, not of when it was covered, and so are rights."""
        self.tick(self.context.now())
        self.rights_known()

    def heading_changed(self) -> None:
        """Whether it is recorded, or what time is played."""
        self._show_head()

    def _show_head(self) -> None:
        watched = self._watched
        now = watched.stands_still or self.context.now()
        row = self.context.lists.of(self.kind).known.get(watched.key)
        item = watched.object or (row.value if row is not None else None)
        about = self.kind.about(item, now) if item is not None else []
        doing = [piece for piece in about if piece[1] != "muted"]
        heading = heading_of_object(
            self.context,
            watched.key,
            doing,
            watched.standings,
            watched.over,
            made=[piece for piece in about if piece[1] == "muted"],
        )
        self.head.show(*heading)

    # --- what is meant here ----------------------------------------------------------------

    @property
    def place(self) -> str:
        """This object, and the pane that is in front."""
        key = self.key
        first = self.pane_tabs.specs[0].id
        pane = self.pane_tabs.front if self.pane_tabs.front != first else ""
        context = self.context.context_of(key)
        return str(Link(context, key.namespace, key.name, kind=key.kind, pane=pane))

    def copies(self) -> Iterable[tuple[str, str | Sequence[str]]]:
        """Its names, commands that show it, and its YAML."""
        context = self.context.context_of(self.key)
        pages = self.context.for_place(self.key.connection).pages
        uid = self._watched.uid
        yield from copies_of(self.kind, self.key, uid, context=context, pages=pages)
        last = self._watched.last
        if last is not None and (text := yaml_of(last.raw)):
            yield "YAML", text

    def actions(self) -> Iterable[Command]:
        """What can be done to it."""
        return action_commands(self, self.kind.id, self.context.conditions)

    def commands(self) -> Iterable[Command]:
        """What can be done to it, and its panes."""
        yield from self.actions()
        yield from pane_commands(self.kind, partial(self.call_later, self.action_pane))
        yield from self.pane_tabs.commands()

    def places(self, text: str) -> Iterable[Command]:
        """The listed objects that are called like a text."""
        return objects_called(self.context, text, self.post_message)

    def subjects(self, on: On) -> tuple[Subject, ...]:
        """This object."""
        if on != "object":
            return ()
        is_gone = not self._watched.is_there
        return (Subject(Target(self.key, self._watched.uid), self.object, is_gone),)

    @property
    def has_subject(self) -> bool:
        """Not once it was deleted."""
        return self._watched.is_there

    def action_act(self, id: str) -> None:
        """Do something to this object."""
        subjects = self.subjects(called(id, (self.kind.id,))[0].on)
        if subjects:
            self.post_message(RunAction(id, subjects))

    # --- keys ------------------------------------------------------------------------------

    async def action_pane(self, name: str) -> None:
        """Open a pane."""
        await self.pane_tabs.bring(name)
        self.pane_tabs.take_focus()

    async def action_next_pane(self, step: int) -> None:
        """The next tab."""
        await self.pane_tabs.turn(step)
        self.pane_tabs.take_focus()

    def action_scroll_pane(self, direction: int) -> None:
        """Scroll the pane."""
        self.pane_tabs.scroll_text(direction)

    def action_copy(self) -> None:
        """Send the name to the clipboard of the terminal."""
        self.context.copy(self.key.name)

    def action_back(self) -> None:
        """Esc: back to the list; what was said before goes in any case."""
        self.context.say("")
        self.dismiss()
