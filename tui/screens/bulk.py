"""An action on several while it is done: a line for each as it ends, a key that stops the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.message import Message

from tui.bindings import bind
from tui.columns import Column
from tui.context import AppContext
from tui.domain.text import clean
from tui.keys import hint
from tui.state.bulk import Bulk
from tui.state.waits import Wait
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.header import HeaderLine
from tui.widgets.table import Table


class BulkRow(NamedTuple):
    """A line."""

    number: int
    name: str
    said: str
    style: str
    sign: str


class BulkScreen(ModalView[None]):
    """Who leaves it does not end what it shows: that goes on, and its end is told."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("bulk.stop", "stop", "Stop the rest"),
        bind("bulk.leave", "leave", "Leave it to go on"),
        bind("take-back", "take_back", "Take back"),
    ]

    rows = query_one(Table)

    class Changed(Message):
        """One more is over."""

        def can_replace(self, message: Message) -> bool:
            return type(message) is type(self)

    def __init__(
        self,
        context: AppContext,
        bulk: Bulk,
        *,
        take_back: Callable[[], object],
        wait: Wait | None = None,
    ) -> None:
        """`wait` is what it waits for before it begins; `take_back` ends that, and this box."""
        super().__init__()
        self.context = context
        self.bulk = bulk
        self.wait = wait
        self._take_back = take_back
        self._is_stopping = False

    def compose(self) -> ComposeResult:
        """Title, how far it is, a line for each."""
        plain = self.context.ascii
        with Box(id="jobs", width=100, ascii=plain):
            yield HeaderLine(id="bulk-far", ascii=plain)
            yield Table[BulkRow](
                _columns(),
                key=lambda row: row.number,
                placeholder="nothing has ended yet",
                ascii=plain,
                header=False,
                markable=False,
            )

    def on_mount(self) -> None:
        """Follow it."""
        self._end_listening = self.context.jobs.listen(lambda: self.post_message(self.Changed()))
        self._show()
        self.rows.focus()

    def on_unmount(self) -> None:
        """Follow nothing any more."""
        self._end_listening()

    def on_bulk_screen_changed(self) -> None:
        """Show it as it is now."""
        self.show_standing()

    def tick(self, now: datetime) -> None:
        """The seconds before it begins go by."""
        if self._waits:
            self._show()

    def show_standing(self) -> None:
        """Show it as it is now, while it is on the screen."""
        if self.is_attached and self.query(Table):
            self._show()

    @property
    def _waits(self) -> bool:
        return self.bulk.job is None and not self.bulk.is_over

    def _show(self) -> None:
        bulk = self.bulk
        stop = f"{hint('bulk.stop')} "
        if bulk.is_over:
            keys = f"{stop}closes"
            far = bulk.words
        elif self._waits:
            left = self.context.waits.seconds_left(self.wait) if self.wait is not None else 0
            keys = f"{hint('take-back')} takes it back  {hint('bulk.leave')} leaves this"
            far = f"sent in {left} s"
        else:
            keys = f"{stop}stops what has not begun  {hint('bulk.leave')} leaves this"
            far = bulk.words
            if self._is_stopping:
                far += "; what is under way is finished"
        self.query_one(Box).show_title(clean(bulk.title))
        self.query_one(Box).show_keys(keys)
        look = "warning" if bulk.failed or bulk.not_begun else ""
        self.query_one("#bulk-far", HeaderLine).show([(f" {far}", look)])
        at_end = self.rows.cursor >= len(self.rows.items) - 1
        self.rows.replace(_rows(bulk, ascii=self.context.ascii))
        if at_end and self.rows.items:
            self.rows.move_to_line(len(self.rows.items) - 1)

    # --- keys --------------------------------------------------------------------------------

    def action_stop(self) -> None:
        """Begin no other; once all of it is over, close."""
        if self.bulk.is_over:
            self.dismiss(None)
        elif self._waits:
            self.action_take_back()
        elif self.bulk.job is not None:
            self._is_stopping = True
            self.context.jobs.stop(self.bulk.job)
            self._show()

    def action_leave(self) -> None:
        """It goes on behind; `:jobs` shows it."""
        self.dismiss(None)

    def action_take_back(self) -> None:
        """While it waits: do nothing of it."""
        if self._waits:
            self._take_back()

    def interrupt(self) -> None:
        """ctrl-C is no answer here: it stops what has not begun."""
        self.action_stop()


def _rows(bulk: Bulk, *, ascii: bool) -> list[BulkRow]:
    bad, good = ("x", "+") if ascii else ("✖", "✔")
    lines = [("", sentence, False) for sentence in bulk.left_out]
    lines += [(each.name, each.said, each.error is None) for each in bulk.ended]
    return [
        BulkRow(
            number,
            clean(name),
            clean(said),
            "phase-succeeded" if is_done else "problem",
            good if is_done else bad,
        )
        for number, (name, said, is_done) in enumerate(lines)
    ]


def _columns() -> tuple[Column[BulkRow], ...]:
    return (
        Column(
            id="sign",
            title="",
            text=lambda row, now: row.sign,
            width=1,
            style=lambda row: row.style,
        ),
        Column(
            id="name",
            title="",
            text=lambda row, now: row.name,
            width=28,
            least=12,
            cut="middle",
        ),
        Column(id="said", title="", text=lambda row, now: row.said, width=20, grow=1),
    )
