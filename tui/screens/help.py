"""Which key does what here, made from the bindings that are alive, so it cannot be stale."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.domain.lines import TextLines
from tui.widgets.header import HeaderLine
from tui.widgets.hints import key_name
from tui.widgets.lines import Lines
from tui.widgets.query_bar import QueryBar

GROUPS = (
    ("workflow", "act on the workflow"),
    ("pane", "open"),
    ("tree", "tree"),
    ("step", "step"),
    ("list", "list"),
    ("logs", "log"),
    ("artifacts", "artifacts"),
    ("manifest", "YAML"),
    ("text", "text"),
    ("app", "everywhere"),
)
"""First part of a binding's id → heading; the order of the screen."""


def help_lines(bindings: Iterable[ActiveBinding], sought: str = "") -> list[str]:
    """One line a key, under the heading of what it is about."""
    groups: dict[str, dict[str, tuple[list[str], str]]] = {}
    for active in bindings:
        binding = active.binding
        if not binding.id or binding.system:
            continue
        key = binding.key_display or key_name(binding.key)
        words = ": ".join(filter(None, (binding.description, active.tooltip)))
        group = groups.setdefault(binding.id.partition(".")[0], {})
        keys, _ = group.setdefault(binding.id, ([], words))
        if key not in keys:
            keys.append(key)
    lines: list[str] = []
    for name, heading in GROUPS:
        rows = [
            f"  {' '.join(keys):<16} {words}"
            for keys, words in groups.pop(name, {}).values()
            if sought.casefold() in f"{' '.join(keys)} {words}".casefold()
        ]
        if rows:
            lines += [heading.upper(), *rows, ""]
    return lines or ["nothing here is called like that"]


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below, with a search."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Close", id="help.close"),
        Binding("slash", "search", "Search", key_display="/", id="help.search"),
    ]

    def __init__(self, bindings: Iterable[ActiveBinding], *, title: str, ascii: bool) -> None:
        super().__init__()
        self._keys = list(bindings)
        self._heading = title
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """Title, lines, search."""
        with Vertical(id="help"):
            yield HeaderLine(id="help-head", ascii=self._ascii)
            yield QueryBar(ascii=self._ascii, placeholder="type to search")
            yield Lines(wrap=True, ascii=self._ascii)

    def on_mount(self) -> None:
        """All of them, to begin with."""
        self.query_one(HeaderLine).show(
            [(f" Keys: {self._heading}", "heading")], [("/ search  Esc closes ", "muted")]
        )
        self._show("")
        self.query_one(Lines).focus()

    def _show(self, sought: str) -> None:
        text = "\n".join(help_lines(self._keys, sought))
        self.query_one(Lines).show(TextLines(text))

    def action_search(self) -> None:
        """Type what to look for."""
        self.query_one(QueryBar).open("")

    @on(QueryBar.Changed)
    def narrow(self, message: QueryBar.Changed) -> None:
        """Only what matches."""
        self._show(message.text)

    @on(QueryBar.Submitted)
    def keep(self) -> None:
        """Back to the lines."""
        self.query_one(Lines).focus()

    @on(QueryBar.Cancelled)
    def drop(self) -> None:
        """Everything again."""
        self._show("")
        self.query_one(Lines).focus()

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)
