"""What was changed in this session, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from tui.bindings import bind
from tui.context import AppContext
from tui.domain.highlight import report_spans
from tui.domain.lines import TextLines
from tui.domain.text import clean
from tui.keys import hint
from tui.kinds.registry import KINDS
from tui.state.audit import Entry
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain, rows_of
from tui.widgets.text_view import TextView

EDGE = 2
"""Cells at the right that are kept free: a text may have marks there."""
NOTHING = "Nothing was changed in this session."


class AuditScreen(ModalView[None]):
    """The changes of the session, each with its command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "dismiss", "Close"),
        bind("back", "dismiss", "Close"),
    ]

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        """Title and lines."""
        with Box(id="help", width=92, ascii=self.context.ascii):
            yield TextView(wrap=True, ascii=self.context.ascii, highlighter=report_spans)

    def on_mount(self) -> None:
        """What there is."""
        self.query_one(Box).show_title("Changes of this session")
        self.query_one(Box).show_keys(f"{hint('refresh')} reads anew  {hint('unwind')} closes")
        self.try_again()
        self.query_one(TextView).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Lines are broken anew."""
        self.call_after_refresh(self.try_again)

    def try_again(self) -> None:
        """Show what there is by now."""
        view = self.query_one(TextView)
        lines = [plain(clean(line), self.context.ascii) for line in self._lines()]
        view.show(TextLines("\n".join(lines)))
        self.query_one(Box).fit(rows_of(lines, view.size.width - EDGE))

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    def _lines(self) -> Iterator[str]:
        audit = self.context.audit
        if audit.file:
            wrong = f" ({audit.trouble})" if audit.trouble else ""
            yield f"also in {audit.file}{wrong}"
            yield ""
        entries = audit.entries
        if not entries:
            yield NOTHING
        for entry in reversed(entries):
            yield from _told(entry)
            yield ""


def _told(entry: Entry) -> Iterator[str]:
    noun = KINDS[entry.kind].noun if entry.kind in KINDS else entry.kind
    where = " ".join(
        filter(None, (entry.namespace and f"in {entry.namespace}", f"on {entry.context}"))
    )
    yield f"{'✔' if entry.is_done else '✖'} {entry.at}  {entry.what}"
    yield f"    {noun} {entry.name} {where}{f' as {entry.who}' if entry.who else ''}"
    yield f"    {entry.result}"
    if entry.command:
        yield f"    $ {entry.command}"
