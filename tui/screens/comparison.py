"""Two runs beside each other: what is different in parameters, times, steps, images, results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tui.bindings import bind
from tui.bugs import caught
from tui.context import AppContext
from tui.domain import decode
from tui.domain.comparing import compare, nothing_before
from tui.domain.highlight import Span
from tui.domain.identity import ObjectKey, Target
from tui.domain.lines import TextLines
from tui.domain.report_compare import lines_of
from tui.domain.workflow import Workflow
from tui.errors import TuiError
from tui.keys import hint
from tui.kinds.workflows import WORKFLOWS
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.ports.runs import success_before
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain
from tui.widgets.text_view import TextView

_SIDE = re.compile(r"\s*([-+]) ")
_LONGER = re.compile(r"(?:→|->) \S+(  [-+].*)$")
TOKENS = {"-": "problem", "+": "phase-succeeded"}


def spans_of(line: str) -> list[Span]:
    """What a line of the report is drawn in: the sign of its side, times that grew, headings."""
    side = _SIDE.match(line)
    if side is not None:
        return [(side.start(1), len(line), TOKENS[side[1]])]
    longer = _LONGER.search(line)
    if longer is not None:
        token = "warning" if longer[1].startswith("  +") else "phase-succeeded"
        return [(longer.start(1), len(line), token)]
    return [(0, len(line), "heading")] if line and not line.startswith(" ") else []


class CompareScreen(ModalView[None]):
    """The report; `=` on two marked runs, or on one beside the last that succeeded before it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "dismiss", "Close"),
        bind("back", "dismiss", "Close"),
    ]

    @dataclass
    class Read(Message):
        """Both runs were read and compared, or could not be."""

        lines: Sequence[str]
        error: TuiError | None = None

    def __init__(self, context: AppContext, keys: Sequence[ObjectKey]) -> None:
        """`keys` are one run or two, of one connection or of two."""
        super().__init__()
        self.context = context
        self._keys = tuple(keys)

    @property
    def key(self) -> ObjectKey:
        """The run that was compared last."""
        return self._keys[-1]

    def compose(self) -> ComposeResult:
        """Title and lines."""
        with Box(id="help", width=92, ascii=self.context.ascii):
            yield TextView(
                highlighter=spans_of,
                ascii=self.context.ascii,
                placeholder="reading both runs …",
            )

    def on_mount(self) -> None:
        """Read both."""
        keys = f"{hint('refresh')} reads anew  {hint('unwind')} closes"
        self.query_one(Box).show_title("Compare")
        self.query_one(Box).show_keys(keys)
        self.query_one(TextView).focus()
        self.try_again()

    def try_again(self) -> None:
        """Read both runs as they are now."""
        self._read()

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    @work(thread=True, group="compare", exclusive=True)
    def _read(self) -> None:
        try:
            before, after = self._both()
            found = compare(before, after, self.context.now())
            lines = [line.text for line in lines_of(found, whole=True)]
            self.post_message(self.Read(lines))
        except Exception as error:
            self.post_message(self.Read((), caught(error, "comparing two runs")))

    def _both(self) -> tuple[Workflow, Workflow]:
        """The earlier one first. Raises: TuiError."""
        runs = [self._whole(key) for key in self._keys]
        if len(runs) == 2:
            runs.sort(key=lambda run: run.metadata.creation_timestamp or "")
            return runs[0], runs[1]
        (after,) = runs
        source = self._source(self.key)
        found = success_before(source, WORKFLOWS, after, self.context.lists.scope)
        if found is None:
            raise nothing_before(after)
        metadata = found.metadata
        return self._whole(self.key._replace(name=metadata.name)), after

    def _source(self, key: ObjectKey) -> Connection:
        source = self.context.connection_of(key)
        if source is None:
            raise TuiError(f"{key.connection} is shown no more")
        return source

    def _whole(self, key: ObjectKey) -> Workflow:
        manifest = offered(self._source(key), Objects).get(Target(key))
        return decode.from_manifest(decode.unpacked_manifest(manifest))

    @on(Read)
    def show(self, message: Read) -> None:
        """The report, or why there is none."""
        view = self.query_one(TextView)
        if message.error is not None:
            message.lines = [message.error.what, message.error.hint]
        lines = [plain(line, self.context.ascii) for line in message.lines]
        view.show(TextLines("\n".join(lines)))
        self.query_one(Box).fit(len(lines))
