"""Text from a cluster that means harm, or is only odd, through every widget of ours.

What reaches a strip is what reaches the terminal, so strips are what is looked at: no control
character, no escape, nothing that turns the direction of text, exactly as wide as the screen. And
nothing of it is ever markup, so nothing of it can end the app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import category

import pytest
from rich.cells import cell_len
from textual.events import Paste
from textual.widgets import Input

from tests.support.widgets import Alone
from tui.columns import workflow_columns
from tui.domain.highlight import json_spans, yaml_spans
from tui.domain.lines import TextLines
from tui.domain.logs import blocks_of
from tui.domain.node import FAILED, Node, NodeId
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata, Status, Workflow
from tui.logs.book import LogBook
from tui.widgets.hints import Hint, Hints
from tui.widgets.line_view import LineView
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine
from tui.widgets.step_tree import StepTree
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)

PAYLOADS = {
    "markup": "[/x][bold]a[@click=app.quit]b[/] [ERROR] wf[0](0:key:val)",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07after",
    "title": "\x1b]0;owned\x1b\\after",
    "clear": "a\x1b[2J\x1b[Hb",
    "unfinished": "a\x1b[",
    "string-without-end": "a\x1bPq#0;2;0;0;0",
    "c1": "a\x9b31mb\x85c\x90d",
    "bell": "\x07\x08\x00\x7f",
    "bidi": "safe\u202egnp.exe\u2066x",
    "zero-width": "a\u200bb\u200dc\ufeffd\u00ade",
    "newlines": "one\ntwo\r\nthree\x0b\x0cfour\u2028five\u2029six",
    "tabs": "a\tb\tc",
    "wide": "日本語" * 60,
    "half-wide": "a" + "日" * 200,
    "combining": "e\u0301" * 200,
    "only-marks": "\u0301" * 50,
    "surrogate": "a\ud800b",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 ✈️",
    "private": "\ue000\U000f0000\U00011d99",
    "colours": "\x1b[31mred\x1b[0;5;8mhidden\x1b[38;2;1;2;3;4mx\x1b[999m\x1b[38;5mend",
    "long": "x" * 100_000,
    "empty": "",
}
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable_only(widget: LineView) -> None:
    width = widget.size.width
    for y in range(widget.size.height):
        strip = widget.render_line(y)
        text = strip.text
        assert not {category(c) for c in text} & FORBIDDEN, repr(text)
        assert cell_len(text) == strip.cell_length == width, repr(text)


def list_of(text: str) -> LineView:
    widget: Table[ListedWorkflow] = Table(
        workflow_columns(namespaces=True), key=lambda w: w.ref, placeholder=text, now=NOON
    )
    metadata = Metadata(name=text, namespace=text, creation_timestamp=text)
    status = ListedStatus(phase=text, message=text, progress=text, started_at=text)
    widget.replace([ListedWorkflow(metadata=metadata, status=status)] * 3)
    return widget


def empty_list_of(text: str) -> LineView:
    return Table[ListedWorkflow]((*workflow_columns(),), key=lambda w: w.ref, placeholder=text)


def tree_of(text: str) -> LineView:
    widget = StepTree(now=NOON)
    root = Node(id=NodeId("wf"), name="wf", type="DAG", phase=text, display_name=text)
    child = Node(
        id=NodeId(text or "x"),
        name=text,
        type="Pod",
        phase=FAILED,
        display_name=text,
        template_name=text,
        boundary_id=NodeId("wf"),
        message=text,
        started_at=text,
    )
    status = Status(nodes={root.id: root, child.id: child})
    widget.show(Workflow(metadata=Metadata(name="wf"), status=status))
    return widget


def log_of(text: str) -> LineView:
    book = LogBook(times="utc", clock=lambda: NOON)
    book.append(blocks_of([text.encode("utf-8", "surrogatepass"), b"\n\xff\xfe\xc3\n"]))
    widget = TextView(levels=True)
    widget.show(book)
    return widget


def wrapped_log_of(text: str) -> LineView:
    widget = TextView(wrap=True)
    widget.show(TextLines(text))
    widget.find("a")
    return widget


def yaml_of(text: str) -> LineView:
    widget = TextView(highlighter=yaml_spans)
    widget.show(TextLines(f"{text}: '{text}' # {text}"))
    return widget


def json_of(text: str) -> LineView:
    widget = TextView(highlighter=json_spans, placeholder=text)
    widget.show(TextLines(f'{{"{text}": "{text}"}}'))
    return widget


def status_of(text: str) -> LineView:
    widget = StatusLine()
    widget.say(text, "error")
    return widget


def hints_of(text: str) -> LineView:
    widget = Hints()
    widget.show([Hint(text, text, True), Hint("q", text)])
    return widget


@dataclass(frozen=True)
class Sink:
    """A way for text to get on the screen."""

    make: Callable[[str], LineView]


SINKS = {
    made.__name__.removesuffix("_of"): Sink(made)
    for made in (
        list_of,
        empty_list_of,
        tree_of,
        log_of,
        wrapped_log_of,
        yaml_of,
        json_of,
        status_of,
        hints_of,
    )
}


@pytest.mark.parametrize("sink", SINKS.values(), ids=SINKS.keys())
async def test_only_printable_text_of_the_right_width_reaches_the_screen(sink: Sink) -> None:
    app = Alone()
    async with app.run_test(size=(61, 9)) as pilot:
        for name, text in PAYLOADS.items():
            widget = sink.make(text)
            await app.mount(widget)
            widget.focus()
            for action in ("down", "pan_right", "last", "wide", "wrap", "up", "mark"):
                if hasattr(widget, f"action_{action}"):
                    await widget.run_action(action)
            await pilot.pause()
            printable_only(widget)
            assert app.is_running, name
            await widget.remove()


async def test_a_paste_into_the_query_bar_leaves_its_escapes_outside() -> None:
    bar = QueryBar(id="query")
    app = Alone(bar)
    async with app.run_test(size=(60, 5)) as pilot:
        for text in PAYLOADS.values():
            bar.open("")
            bar.query_one(Input).post_message(Paste(text[:500]))
            await pilot.pause()
            assert not {category(c) for c in bar.text} & FORBIDDEN
        bar.text = "\x1b]0;x\x07[/x]"
        bar.problem = "[/x]\x1b[2J"
        await pilot.pause()
        assert "\x1b" not in bar.text
