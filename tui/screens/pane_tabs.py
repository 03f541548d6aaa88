"""The side of an object's screen that shows one pane at a time, and which one that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.getters import query_one
from textual.message import Message

from tui.columns.nodes import Usage
from tui.commands import Command
from tui.domain.history import Past
from tui.domain.node import Node, NodeId
from tui.domain.samples import RunSamples
from tui.keys import hint
from tui.kinds.base import Kind
from tui.panes import PANES, panes_of
from tui.panes.base import READING, Pane, PaneContext, PaneSpec
from tui.view import View
from tui.widgets.cells import rule
from tui.widgets.header import HeaderLine, HeaderPart
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from tui.inquiry import Learned  # no list waits for it

REST = 0.5
"""Seconds after which an object's screen is drawn, and whoever opened it reads."""


def _keys_told(kind: Kind[Any, Any]) -> str:
    tab = f" {hint('tab.previous')} {hint('tab.next')} tab "
    # Without a body beside the panes they have all the room anyway.
    return f"{tab} {hint('zoom')} zoom " if kind.body else tab


class PaneTabs(Vertical):
    """The tabs, and the pane in front; a pane is made when it is first looked at."""

    tabs = query_one("#tabs", HeaderLine)
    place = query_one("#pane", Container)

    def __init__(
        self,
        context: PaneContext,
        kind: Kind[Any, Any],
        specs: tuple[PaneSpec, ...] | None = None,
        *,
        id: str | None = "pane-tabs",
    ) -> None:
        """All panes of the kind, or only those of `specs`."""
        super().__init__(id=id)
        self.context = context
        self._kind = kind
        self.specs = panes_of(kind) if specs is None else specs
        """The panes there are, in the order of their tabs."""
        self._panes: dict[str, Pane] = {}
        self._front = ""
        self._shown: tuple[Any, Node | None, bytes] | None = None
        self._usage: Mapping[str, Usage] = {}
        self._samples: RunSamples | None = None
        self._usage_refused = ""
        self._past: Past | None = None
        self._marked: frozenset[NodeId] = frozenset()
        self._learned: Learned | None = None
        self._unread = ""
        """Why there is nothing that panes could show."""
        self.stands_still: datetime | None = None
        """The time that panes show from now on, for a workflow that is no more."""

    def compose(self) -> ComposeResult:
        """Tabs, and room for a pane."""
        yield HeaderLine(id="tabs", ascii=self.context.ascii)
        yield Container(id="pane")

    class Brought(Message):
        """Another pane is in front."""

    def on_mount(self) -> None:
        """Have the modules of the other panes imported, when this one is there to be read."""
        if not all(spec.is_loaded for spec in self.specs):
            self.set_timer(REST, self._load_others)

    # Which cannot be imported says so where it is opened, as a bug does.
    @work(thread=True, group="pane-modules", exit_on_error=False, description="importing panes")
    def _load_others(self) -> None:
        for spec in self.specs:
            spec.load()

    @property
    def front(self) -> str:
        """The id of the pane in front; "" before the first."""
        return self._front

    @property
    def pane(self) -> Pane | None:
        """The pane in front, once it can be drawn."""
        pane = self._panes.get(self._front)
        return pane if pane is not None and pane.is_mounted else None

    @property
    def file_name(self) -> str:
        """What a file with the text of the pane is called: `<object>[-<step>]-<tab>.txt`."""
        if self._shown is None:
            return ""
        item, node, _ = self._shown
        name = item.metadata.name
        step = "" if node is None or node.id == name else f"-{node.title}"
        return f"{name}{step}-{self._front}.txt"

    def commands(self) -> Iterable[Command]:
        """What the pane in front offers."""
        return self.pane.commands() if self.pane is not None else ()

    @property
    def holds_focus(self) -> bool:
        """Whether keys go to the pane."""
        focused = self.screen.focused
        return focused is not None and self.place in focused.ancestors

    async def bring(self, name: str, about: tuple[Any, Node | None, bytes] | None = None) -> None:
        """Bring a pane to the front, to show what the one before did, or something else."""
        if self._front == name:
            if about is not None:
                self.show(*about)
            return
        if self._front:
            before = self._panes[self._front]
            before.leave()
            before.display = False
        self._front = name
        self._shown = about or self._shown
        self.show_tabs()
        pane = self._panes.get(name)
        if pane is None:
            pane = self._panes[name] = PANES[name].make(self.context, self._kind)
            pane.tell_place = lambda: cast(View[Any], self.screen).place
            await self.place.mount(pane)
        pane.display = True
        if self._unread:
            self._tell_unread()
        self._hand_over()
        self.post_message(self.Brought())

    async def turn(self, step: int) -> None:
        """Bring the next (1) or previous (-1) pane to the front."""
        names = [spec.id for spec in self.specs]
        await self.bring(names[(names.index(self._front) + step) % len(names)])

    def show(
        self,
        item: Any,
        node: Node | None,
        raw: bytes,
        marked: frozenset[NodeId] = frozenset(),
    ) -> None:
        """What the pane in front, and each that comes there, is about; `marked` are the steps that
        are marked in a workflow."""
        self._shown, self._marked = (item, node, raw), marked
        self.show_unread("")
        self._hand_over()

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """What its pods use now, by their names."""
        self._usage = usage
        if self.pane is not None:
            self.pane.show_usage(usage)

    def show_samples(self, samples: RunSamples) -> None:
        """What its pods were measured to use; the same again where there is more of it."""
        self._samples = samples
        if self.pane is not None:
            self.pane.show_samples(samples)

    def show_usage_refused(self, why: str) -> None:
        """Why nobody tells what they use."""
        self._usage_refused = why
        if self.pane is not None:
            self.pane.show_usage_refused(why)

    def learned(self) -> Learned:
        """What is learned of earlier runs, for the panes and whoever else asks."""
        if self._learned is None:
            from tui.inquiry import Learned  # no list waits for it

            self._learned = Learned(self._kind.id)
        return self._learned

    def show_past(self, past: Past | None) -> None:
        """The last runs of what made the workflow."""
        self._past = past
        if self.pane is not None:
            self.pane.show_past(past)

    def show_unread(self, why: str) -> None:
        """Why nothing can be read that panes could show, as long as there is nothing."""
        if why == self._unread or (why and self._shown is not None):
            return
        self._unread = why
        self._tell_unread()

    def _tell_unread(self) -> None:
        if self.pane is not None:
            told = self._unread or READING
            for text in self.pane.query(TextView):
                text.placeholder = told
                text.refresh()
            for rows in self.pane.query(Table):
                rows.placeholder = told

    def _hand_over(self) -> None:
        if self.pane is not None and self._shown is not None:
            self.pane.share(self.learned)
            self.pane.show_past(self._past)
            if self._samples is not None:
                self.pane.show_samples(self._samples)
            self.pane.show_marked(self._marked)
            self.pane.show(*self._shown)
            self.pane.show_usage(self._usage)
            if self._usage_refused:
                self.pane.show_usage_refused(self._usage_refused)
            if self.stands_still is not None:
                self.pane.tick(self.stands_still)
                self.pane.show_gone()

    def stand_still(self, at: datetime | None) -> None:
        """What panes show is no more since then; None where it still is, or is again."""
        was_there, self.stands_still = self.stands_still is None, at
        if self.pane is not None and was_there and at is not None:
            self.pane.show_gone()

    def tick(self, now: datetime) -> None:
        """A second went by."""
        if self.pane is not None:
            self.pane.tick(now)

    def take_focus(self) -> None:
        """Keys go to the pane from now on."""
        pane = self._panes[self._front]
        inner = next((w for w in pane.query("*") if w.focusable and w.display), None)
        if pane.can_focus or inner is None:
            pane.focus()
        else:
            inner.focus()

    def scroll_text(self, direction: int) -> None:
        """Half a page of the pane's text, wherever the focus is."""
        lines = next(iter(self.pane.query(TextView)), None) if self.pane is not None else None
        if lines is not None and direction > 0:
            lines.action_half_down()
        elif lines is not None:
            lines.action_half_up()

    def on_resize(self) -> None:
        """Whether the keys have room beside the tabs is known now."""
        self.call_after_refresh(self.show_tabs)

    @on(TextView.Moved)
    def tell_position(self, message: TextView.Moved) -> None:
        """Where in its text the pane is."""
        message.stop()
        self.show_tabs()

    @property
    def _position(self) -> str:
        pane = self.pane
        if pane is None or pane.tells_position:
            return ""
        lines = next(iter(pane.query(TextView)), None)
        return lines.position if lines is not None else ""

    def show_tabs(self) -> None:
        """The names of the panes on a rule, the one in front underlined; while keys go to the pane
        it is in reverse video, and the rule heavy."""
        has_keys = self.holds_focus
        line = rule(has_keys, ascii=self.context.ascii)
        token = "rule" if has_keys else "guide"
        front = "front" if has_keys else "behind"
        parts: list[HeaderPart] = [(line, token)]
        for spec in self.specs:
            is_front = spec.id == self._front
            parts.append((f" {spec.title} ", front if is_front else "heading" if has_keys else ""))
            parts.append((" ", ""))
        if sum(len(text) for text, _ in parts) > self.tabs.size.width:
            # All names have room without the blanks between them.
            parts = [part for part in parts if part != (" ", "")]
            parts.append((" ", ""))
        parts[-1] = (" ", "")
        room = self.tabs.size.width - sum(len(text) for text, _ in parts) - 1
        position, keys = self._position, _keys_told(self._kind)
        # Where there is not room for all of it, how far down one is matters most.
        offers = (f" {position} ", f" {position.rpartition(' ')[2]} ") if position else (keys,)
        told = next((words for words in offers if len(words) < room), "")
        right = [(told, "muted"), (line, token)] if told else []
        self.tabs.show(parts, right, fill=(line, token))

    def on_descendant_focus(self) -> None:
        """Keys go to the pane now."""
        self.show_tabs()

    def on_descendant_blur(self) -> None:
        """Keys may go elsewhere now."""
        self.call_after_refresh(self.show_tabs)
