"""The palette: type what to do, whatever its key is.

Its entries are made from what there is (actions, panes, columns, workflows), so a new action, pane
or column is in it by itself, and what cannot be done just now says why. It is a small box over the
screen as it is: nothing behind it is dimmed, nothing in it moves, and a letter costs the lines that
differ after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.fuzzy import Matcher
from textual.getters import query_one
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from tui.actions import actions_of
from tui.actions.verdict import Denied, verdict
from tui.bindings import bind
from tui.columns import Column
from tui.domain.workflow import WORKFLOW
from tui.keys import KEYS, hint
from tui.messages import GiveSource, OpenWorkflow
from tui.panes import PANES
from tui.screens.workflow import WorkflowScreen
from tui.screens.workflows import WorkflowsScreen
from tui.widgets.cells import plain
from tui.widgets.header import HeaderLine
from tui.widgets.query_bar import QueryInput
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table

MOST_WORKFLOWS = 50
"""Workflows offered for what is typed; whoever wants more filters the list."""
REMEMBERED = 5
IN_WORDS = 0.01
"""The score of an entry that has what is typed only in its explanation."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette."""

    name: str
    run: Callable[[], object]
    help: str = ""
    key: str = ""
    is_refused: bool = False
    """Whether `help` says why it cannot be done just now."""


def entries(screen: Screen[Any]) -> Iterator[Entry]:
    """Everything that can be done on a screen, in the order it is offered."""
    if isinstance(screen, WorkflowsScreen | WorkflowScreen):
        yield from _actions(screen)
    if isinstance(screen, WorkflowScreen):
        for pane in PANES:
            open_pane = partial(screen.call_later, screen.action_pane, pane.id)
            yield Entry(f"Show {pane.title}", open_pane, "open this pane", hint(pane.binding_id))
    if isinstance(screen, WorkflowsScreen):
        yield from _of_list(screen)
    app = screen.app
    for name, binding, action, words in (
        ("Keys", "help", "help", "which key does what here"),
        ("Repaint", "refresh", "repaint", "write the whole screen; try a broken connection now"),
        ("Header", "header", "toggle_header", "with or without the header line"),
        ("Back", "back", "leave", "back; at the root, ask once"),
    ):
        yield Entry(name, partial(app.run_action, action), words, hint(binding))
    yield Entry("Quit", partial(app.exit, 0), "leave argo-tui at once, without asking", ":q")


def _actions(screen: WorkflowsScreen | WorkflowScreen) -> Iterator[Entry]:
    """What can be done to what the cursor is on, or to what is marked."""
    for action in actions_of(WORKFLOW, *screen.ACTS_ON):
        subjects = screen.subjects(action.on) or (None,)
        answers = [verdict(action, subject, screen.desk.conditions) for subject in subjects]
        denied = [answer for answer in answers if isinstance(answer, Denied)]
        refused = len(denied) == len(answers)
        yield Entry(
            action.label,
            partial(screen.action_act, action.id),
            denied[0].why if refused else action.help,
            hint(action.binding_id) if action.binding_id in KEYS else "",
            refused,
        )


def _of_list(screen: WorkflowsScreen) -> Iterator[Entry]:
    yield Entry("Filter", screen.action_filter, "name, phase:failed, label:k=v …", hint("filter"))
    yield Entry(
        "Problems only", screen.action_problems, "failed workflows, or all again", hint("problems")
    )
    yield Entry("All namespaces", screen.action_namespaces, "or back to one", hint("namespaces"))
    yield Entry("Sort by newest", partial(screen.sort_by, ""), "as the list begins")
    for column in screen.arrangement.columns:
        if column.order is not None and column.title:
            sort = partial(screen.sort_by, column.id)
            yield Entry(
                f"Sort by {column.title}", sort, f"{hint('sort.reverse')} reverses the order"
            )
    if screen.desk.can_demo:
        demo = partial(screen.post_message, GiveSource(demo=True))
        yield Entry("Demo cluster", demo, "leave this cluster alone, look around in a built-in one")


def workflows(screen: Screen[Any], text: str) -> Iterator[Entry]:
    """The workflows that have a text in their name, newest knowledge first."""
    if not text or not isinstance(screen, WorkflowsScreen | WorkflowScreen):
        return
    sought, live = text.casefold(), screen.desk.live
    for ref in live:
        if sought in ref.name.casefold():
            go = partial(screen.post_message, OpenWorkflow(ref))
            phase = live[ref].phase or "Pending"
            yield Entry(f"Go to {ref.name}", go, f"workflow in {ref.namespace}, {phase}")


def matching(offered: Sequence[Entry], text: str) -> list[Entry]:
    """The entries that are meant by a text, the likeliest first; all of them for none."""
    if not text:
        return list(offered)
    matcher, sought = Matcher(text), text.casefold()
    scored = []
    for entry in offered:
        score = matcher.match(entry.name)
        if text in (entry.key, entry.key.removeprefix(":")):
            score += 100.0
        elif not score and sought in entry.help.casefold():
            score = IN_WORDS
        if score > 0:
            # ":q" is a habit, and means the program, not the screen.
            scored.append((score + entry.key.startswith(":"), entry))
    return [entry for _, entry in sorted(scored, key=lambda pair: -pair[0])]


def columns(ascii: bool) -> tuple[Column[Entry], ...]:
    """What it is called, what it does or why not, its key."""
    return (
        Column(id="name", title="", text=lambda e, _: e.name, width=22, grow=1, cut="middle"),
        Column(
            id="help",
            title="",
            text=lambda e, _: plain(f"- {e.help}" if e.is_refused else e.help, ascii),
            width=28,
            grow=3,
            style=lambda e: "warning" if e.is_refused else "muted",
            drop=1,
        ),
        Column(id="key", title="", text=lambda e, _: e.key, width=6, align="right"),
    )


class Palette(ModalScreen[None]):
    """A line to type into, and what it may mean."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("palette.down", "move('down')", "Down"),
        bind("palette.up", "move('up')", "Up"),
        bind("palette.page-down", "move('page_down')", "Page down"),
        bind("palette.page-up", "move('page_up')", "Page up"),
        bind("palette.complete", "complete", "Complete"),
        bind("palette.close", "dismiss", "Close"),
    ]

    line = query_one(QueryInput)
    found = query_one(Table)
    foot = query_one("#palette-foot", HeaderLine)

    def __init__(self, below: Screen[Any], recent: list[str], *, ascii: bool) -> None:
        super().__init__()
        self._below = below
        self._recent = recent
        """Names of what was run last, the latest first; kept by the app."""
        self._ascii = ascii
        ranks = {name: rank for rank, name in enumerate(recent)}
        offered = list(entries(below))
        self._offered = sorted(offered, key=lambda entry: ranks.get(entry.name, REMEMBERED))

    def compose(self) -> ComposeResult:
        """The line, what it means, and how much that is."""
        with Vertical(id="palette"):
            with Horizontal(id="palette-line"):
                yield StatusLine(ascii=self._ascii, id="palette-prompt")
                yield QueryInput(placeholder="what to do, or the name of a workflow")
            yield Table[Entry](
                columns(self._ascii),
                key=lambda entry: entry.name,
                header=False,
                markable=False,
                ascii=self._ascii,
                placeholder="nothing here is called like that",
            )
            yield HeaderLine(id="palette-foot", ascii=self._ascii)

    def on_mount(self) -> None:
        """Everything, before somebody types."""
        self.query_one("#palette-prompt", StatusLine).say(">")
        self.found.can_focus = False
        self.line.focus()
        self._show("")

    def _show(self, text: str) -> None:
        more = islice(workflows(self._below, text), MOST_WORKFLOWS)
        found = [*matching(self._offered, text), *more]
        self.found.replace(found)
        self.found.move_to_line(0)
        complete = f"{hint('palette.complete')} completes"
        self.foot.show(
            [(f"{hint('palette.run')} runs  {complete}  {hint('palette.close')} closes", "muted")],
            [(f"{len(found)} of {max(len(found), len(self._offered))}", "muted")],
        )

    @on(Input.Changed)
    def narrow(self, message: Input.Changed) -> None:
        """Every letter counts."""
        message.stop()
        self._show(message.value.strip())

    @on(Input.Submitted)
    @on(Table.Chosen)
    def run_current(self) -> None:
        """Close it, and do what the cursor is on."""
        entry = self.found.current
        if not isinstance(entry, Entry):
            return
        self._recent[:] = [entry.name, *(n for n in self._recent if n != entry.name)][:REMEMBERED]
        self.dismiss()
        self.app.call_later(entry.run)

    def action_move(self, how: str) -> None:
        """Move in the list, the focus staying in the line."""
        getattr(self.found, f"action_{how}")()

    def action_complete(self) -> None:
        """Write out what the cursor is on."""
        if isinstance(entry := self.found.current, Entry):
            self.line.value = entry.name.removeprefix("Go to ")
            self.line.cursor_position = len(self.line.value)
