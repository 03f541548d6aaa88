"""What is right and wrong with the set-up, told as the checks are done.

The report is that of `argo-tui doctor`, but for what only the terminal itself can answer: while the
app draws, its answers would come between the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tui.bindings import bind
from tui.context import AppContext
from tui.doctor import CHECKS, Case, Finding, examine
from tui.doctor.report import about, lines, summary
from tui.domain.highlight import report_spans
from tui.domain.lines import TextLines
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain
from tui.widgets.text_view import TextView

EDGE = 2
"""Cells at the right that are kept free: a text may have marks there."""


class DoctorScreen(ModalView[None]):
    """The report, a line or more for each check."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "dismiss", "Close"),
        bind("back", "dismiss", "Close"),
    ]

    @dataclass
    class Found(Message):
        """A check found something; None where all are done."""

        number: int
        """Of the examination."""
        finding: Finding | None

    def __init__(self, context: AppContext, case: Callable[[], Case]) -> None:
        """`case` is what there is to look at, each time that it is looked at."""
        super().__init__()
        self.context = context
        self._case = case
        self._number = 0
        self._findings: list[Finding] = []
        self._is_over = False

    def compose(self) -> ComposeResult:
        """Title and lines."""
        with Box(id="help", width=92, ascii=self.context.ascii):
            yield TextView(wrap=False, ascii=self.context.ascii, highlighter=report_spans)

    def on_mount(self) -> None:
        """Begin to look."""
        keys = f"{hint('refresh')} looks again  {hint('unwind')} closes"
        self.query_one(Box).show_title("Doctor")
        self.query_one(Box).show_keys(keys)
        self.query_one(TextView).focus()
        self.try_again()

    def on_resize(self, event: events.Resize) -> None:
        """Lines are broken where they end."""
        self.call_after_refresh(self._show)

    def try_again(self) -> None:
        """Look at everything anew."""
        self._number += 1
        self._findings, self._is_over = [], False
        self._show()
        self._examine(self._number, self._case())

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    @work(thread=True, group="doctor")
    def _examine(self, number: int, case: Case) -> None:
        for finding in examine(case, CHECKS):
            self.post_message(self.Found(number, finding))
        self.post_message(self.Found(number, None))

    @on(Found)
    def take(self, message: Found) -> None:
        """One more is known; what an examination before this one found is told no more."""
        if message.number != self._number:
            return
        if message.finding is None:
            self._is_over = True
        else:
            self._findings.append(message.finding)
        self._show()

    def _show(self) -> None:
        view = self.query_one(TextView)
        told = [plain(line, self.context.ascii) for line in self._told(view.size.width - EDGE)]
        view.show(TextLines("\n".join(told)))

    def _told(self, cells: int) -> Iterator[str]:
        yield about()
        yield ""
        before = ""
        for finding in self._findings:
            yield from lines(finding, before, cells=cells, ascii=self.context.ascii)
            before = finding.check
        yield ""
        yield summary(self._findings) if self._is_over else "looking …"
