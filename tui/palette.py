"""The palette's entries, made from what there is: actions, panes, columns, namespaces.

Nothing is listed by hand, so a new action, pane or column is in the palette by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from textual import work
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.css.query import NoMatches

from tui.actions import ACTIONS
from tui.domain.text import clean
from tui.panes import PANES
from tui.screens.workflow import WorkflowScreen
from tui.screens.workflows import WorkflowsScreen


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette."""

    name: str
    run: Callable[[], object]
    help: str = ""


class Entries(Provider):
    """Everything that can be done on the screen in front."""

    def entries(self) -> Iterator[Entry]:
        """All of them, in the order they are offered."""
        screen = self.screen
        if isinstance(screen, WorkflowsScreen | WorkflowScreen):
            for action in ACTIONS:
                yield Entry(
                    f"{action.label} ({action.key})",
                    partial(screen.action_act, action.id),
                    action.help,
                )
        if isinstance(screen, WorkflowScreen):
            for pane in PANES:
                yield Entry(
                    f"Show {pane.title} ({pane.key})",
                    partial(screen.call_later, screen.action_pane, pane.id),
                    "open this pane",
                )
        if isinstance(screen, WorkflowsScreen):
            yield from self._list_entries(screen)
        for name, action_name, words in (
            ("Keys (?)", "help", "which key does what here"),
            (
                "Repaint (ctrl-R)",
                "repaint",
                "write the whole screen again; try a broken connection now",
            ),
            ("Quit (q)", "leave", "leave argo-tui"),
        ):
            yield Entry(name, partial(self.app.call_later, self.app.run_action, action_name), words)

    @staticmethod
    def _list_entries(screen: WorkflowsScreen) -> Iterator[Entry]:
        yield Entry("Filter (/)", screen.action_filter, "name, phase:failed, label:k=v …")
        yield Entry("Problems only (!)", screen.action_problems, "failed workflows, or all again")
        yield Entry("All namespaces (0)", screen.action_namespaces, "or back to one")
        yield Entry("Sort by newest", lambda: screen.sort_by(""), "as the list begins")
        for column in screen.columns:
            if column.order is not None and column.title:
                yield Entry(
                    f"Sort by {column.title}",
                    partial(screen.sort_by, column.id),
                    "o reverses the order",
                )

    async def discover(self) -> Hits:
        """Everything, before somebody types."""
        for entry in self.entries():
            yield DiscoveryHit(Content(clean(entry.name)), entry.run, help=entry.help)

    async def search(self, query: str) -> Hits:
        """What is called like it."""
        matcher = self.matcher(query)
        for entry in self.entries():
            score = matcher.match(entry.name)
            if score > 0:
                yield Hit(score, matcher.highlight(entry.name), entry.run, help=entry.help)


class Palette(CommandPalette):
    """Textual's palette, which two quick keys must not end the program through."""

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        # Left before it found its own list, it has nothing to fill.
        with suppress(NoMatches):
            await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]

    def _action_command_list(self, action: str) -> None:
        # A list that is not laid out yet has no lines to move by.
        with suppress(KeyError):
            super()._action_command_list(action)
