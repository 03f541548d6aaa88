"""Which key does what here, made from the bindings that are alive, so it cannot be stale.

Beside them what the status line said lately, with all its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.dom import DOMNode

from tui.bindings import bind, group_of
from tui.columns import compact
from tui.domain.highlight import Span
from tui.domain.lines import TextLines
from tui.domain.query import Fields
from tui.keys import hint, key_name
from tui.screens.legend import filter_words, narrow_words, signs, tokens
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import padded, plain, printable, width_of, wrapped
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import SEVERITIES
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

GROUPS = (
    ("recording", "the recording"),
    ("workflow", "act on the {noun}"),
    ("pane", "open"),
    ("tree", "tree"),
    ("graph", "graph"),
    ("step", "step"),
    ("list", "list"),
    ("preview", "preview"),
    ("logs", "log"),
    ("artifacts", "artifacts"),
    ("manifest", "YAML"),
    ("text", "text"),
    ("app", "everywhere"),
)
"""Group of a binding → heading; the order of the screen."""


OF_ALL = frozenset({"", "list", "workflow", "pane", "app"})
"""Groups that stand in their place whatever has the focus."""
MARKING = frozenset({"mark", "mark.range", "mark.all", "take-back"})
"""Ids of what marks and takes marks away."""
TWO_COLUMNS = 100
"""Cells of the screen from which on there are two columns."""
BETWEEN = 3
"""Cells between them."""
KEYS_WIDE = 10
"""Cells before the words of a key; those that take more stand above their words."""
SIGNS_WIDE = 13
"""The same before those of a sign, or of an example."""
EDGE = 2
"""Cells at the right that are kept free: a text may have marks there."""


class Notice(NamedTuple):
    """A sentence that the status line said."""

    at: datetime
    text: str
    severity: str


def _row(first: str, words: str, cells: int, wide: int = KEYS_WIDE) -> list[str]:
    """Words beside a key, going on below themselves where there is not room."""
    told = wrapped(words, cells - wide - 1) if cells else [words]
    beside = [f"{'':{wide}} {more}" for more in told]
    if width_of(first) > wide:
        return [first, *beside]  # many keys, whose words begin where those of others do
    return [f"{first:<{wide}} {told[0] if told else ''}", *beside[1:]]


def notice_lines(notices: Sequence[Notice], now: datetime, cells: int, *, ascii: bool) -> list[str]:
    """What was said lately, the last of it first."""
    if not notices:
        return []
    lines = ["SAID LATELY"]
    for notice in reversed(notices):
        _, sign, ascii_sign = SEVERITIES.get(notice.severity, SEVERITIES["information"])
        said = (ascii_sign if ascii else sign) + plain(printable(notice.text), ascii)
        lines += _row(f"  {compact((now - notice.at).total_seconds())} ago", said, cells)
    return [*lines, ""]


def idle_keys(node: object) -> frozenset[str]:
    """Ids of bindings of a widget whose keys only say there that they do nothing."""
    if isinstance(node, Table):
        return frozenset() if node.is_markable else MARKING
    return getattr(node, "idle_keys", frozenset())


def help_lines(
    bindings: Iterable[ActiveBinding], sought: str = "", cells: int = 0, *, noun: str = "workflow"
) -> list[str]:
    """A line or more a key, under the heading of what it is about; `noun` is what is acted on."""
    lines = [line for each in key_sections(bindings, sought, cells, noun=noun) for line in each]
    return lines or ["nothing here is called like that"]


def key_sections(
    bindings: Iterable[ActiveBinding],
    sought: str = "",
    cells: int = 0,
    *,
    noun: str = "workflow",
    ascii: bool = False,
) -> list[list[str]]:
    """The same, the lines of each heading by themselves."""
    bindings = list(bindings)
    groups = keys_of(bindings, ascii=ascii)
    sections: list[list[str]] = []
    groups_there = set(groups)
    first = groups_of_focus(bindings)
    for name, heading in sorted(GROUPS, key=lambda each: each[0] not in first):
        if name == "list" and "tree" in groups_there:
            heading = "move"  # what is left of the keys of lists there
        rows = [
            line
            for words, keys in groups.pop(name, {}).items()
            if sought.casefold() in f"{' '.join(keys)} {words}".casefold()
            for line in _row(f"  {' '.join(keys)}", words, cells)
        ]
        if rows:
            sections.append([heading.format(noun=noun).upper(), *rows, ""])
    return sections


def groups_of_focus(bindings: Iterable[ActiveBinding]) -> frozenset[str]:
    """The groups of what has the focus, and of what that is in, the screen left aside: whoever asks
    for help in a log asks about the log. Of a list it is what its rows are that is asked about."""
    inner = (each.binding for each in bindings if _is_within(each.node))
    return frozenset(map(group_of, inner)) - OF_ALL


def _is_within(node: DOMNode) -> bool:
    """Whether it is part of a screen: a screen is in the app alone, and the app in nothing."""
    return node.parent is not None and node.parent.parent is not None


def keys_of(
    bindings: Iterable[ActiveBinding], *, ascii: bool = False
) -> dict[str, dict[str, list[str]]]:
    """By heading and words, the keys."""
    groups: dict[str, dict[str, list[str]]] = {}
    for active in bindings:
        binding = active.binding
        if not binding.id or binding.system or binding.id in idle_keys(active.node):
            continue
        key = key_name(binding.key)
        words = plain(": ".join(filter(None, (binding.description, active.tooltip))), ascii)
        keys = groups.setdefault(group_of(binding), {}).setdefault(words, [])
        if key not in keys:
            keys.append(key)
            keys.sort(key=len)  # the one that is quickly typed before those of habit
    return groups


def word_section(
    heading: str, rows: Iterable[tuple[str, str]], sought: str = "", cells: int = 0
) -> list[str]:
    """Signs or examples and what they mean, as far as they have what is sought."""
    found = [
        line
        for sign, words in rows
        if sought.casefold() in f"{sign} {words}".casefold()
        for line in _row(f"  {sign}", words, cells, SIGNS_WIDE)
    ]
    return [heading, *found, ""] if found else []


def in_columns(sections: Sequence[Sequence[str]], cells: int) -> list[str]:
    """Sections in two columns of so many cells, the first as long as it has to be."""
    half = (sum(map(len, sections)) + 1) // 2
    left: list[str] = []
    right: list[str] = []
    for section in sections:
        (right if right or len(left) + len(section) // 2 > half else left).extend(section)
    told = []
    for i in range(max(len(left), len(right))):
        first = left[i] if i < len(left) else ""
        second = right[i] if i < len(right) else ""
        told.append(f"{padded(first, cells)}{' ' * BETWEEN}{second}".rstrip())
    return told


class HelpScreen(ModalView[None]):
    """The keys of the screen below, with a search."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "dismiss", "Close"),
        bind("back", "dismiss", "Close"),
        bind("help", "dismiss", "Close"),
        bind("filter", "search", "Search"),
    ]

    def __init__(
        self,
        bindings: Iterable[ActiveBinding],
        *,
        title: str,
        noun: str = "workflow",
        ascii: bool,
        notices: Iterable[Notice] = (),
        notices_first: bool = False,
        now: datetime | None = None,
        topics: Sequence[str] = (),
        fields: Fields | None = None,
    ) -> None:
        """`topics` is what the signs below are about, `fields` what a filter can test there."""
        super().__init__()
        self._topics = topics
        self._fields = fields
        self._keys = list(bindings)
        self._notices = list(notices)
        self._notices_first = notices_first
        self._now = now
        self._sought = ""
        self._lines: list[str] = []
        self._keys_told: frozenset[str] = frozenset()
        """What stands before words, as it is drawn."""
        self._column = 0
        """Cells of a column; 0 where there is one."""
        self._signs = tokens(ascii=ascii)
        self._heading = title
        self._noun = noun
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """Title, lines, search."""
        with Box(id="help", width=170, ascii=self._ascii):
            yield QueryBar(ascii=self._ascii, placeholder="type to search")
            yield TextView(wrap=True, ascii=self._ascii, highlighter=self._spans)

    def _spans(self, line: str) -> list[Span]:
        """Headings, and the keys and signs before words, in each column."""
        begins = (0, self._column + BETWEEN) if self._column else (0,)
        found: list[Span] = []
        for begin in begins:
            end = begins[1] - BETWEEN if len(begins) > 1 and not begin else len(line)
            part = line[begin:end]
            if part[:1].strip() and part.rstrip() == part.rstrip().upper():
                found.append((begin, begin + len(part.rstrip()), "rule"))
                continue
            fronts = (part.rstrip(), part[:KEYS_WIDE].rstrip(), part[:SIGNS_WIDE].rstrip())
            front = next((each for each in fronts if each in self._keys_told), "")
            if front:
                # A letter may be a key and a sign: words stand further from a sign.
                is_sign = not part[KEYS_WIDE : SIGNS_WIDE + 1].strip()
                sign = self._signs.get(front.strip()) if is_sign else None
                found.append((begin, begin + len(front), sign or "heading"))
        return found

    def on_mount(self) -> None:
        """All of them, to begin with."""
        self._tell_place()
        self._show("")
        self.query_one(TextView).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Words are broken where the lines end, and there is room for two columns or not."""
        self.call_after_refresh(self._show, self._sought)

    def _show(self, sought: str) -> None:
        self._sought = sought
        view = self.query_one(TextView)
        cells = max(0, view.size.width - EDGE)
        is_wide = self.size.width >= TWO_COLUMNS
        column = (cells - BETWEEN) // 2 if is_wide else cells
        sections = key_sections(self._keys, sought, column, noun=self._noun, ascii=self._ascii)
        told = {" ".join(keys) for group in keys_of(self._keys).values() for keys in group.values()}
        tables = [("SIGNS", list(signs(self._topics, ascii=self._ascii)) if self._topics else [])]
        if any(each.binding.id == "narrow" for each in self._keys):
            tables.append((f"ONLY SOME LINES ({hint('narrow')})", list(narrow_words())))
        tables.append(("FILTER", list(filter_words(self._fields)) if self._fields else []))
        for heading, rows in tables:
            sections.append(word_section(heading, rows, sought, column))
            told |= {sign for sign, _ in rows}
        self._keys_told = frozenset(f"  {each}" for each in told)
        sections = [section for section in sections if section]
        self._column = column if is_wide else 0
        words = in_columns(sections, column) if is_wide else [x for each in sections for x in each]
        parts = [words or ["nothing here is called like that"]]
        if self._now is not None and not sought:
            said = notice_lines(self._notices, self._now, cells, ascii=self._ascii)
            parts.insert(0 if self._notices_first else 1, said)
        lines = [line for part in parts for line in part]
        if lines != self._lines:
            self._lines = lines
            view.show(TextLines("\n".join(lines)))

    def _tell_place(self) -> None:
        position = self.query_one(TextView).position
        self.query_one(Box).show_title(f"Keys: {self._heading}", position)
        self.query_one(Box).show_keys(f"{hint('filter')} search  {hint('unwind')} closes")

    @on(TextView.Moved)
    def tell_position(self, message: TextView.Moved) -> None:
        """Where in it one is."""
        message.stop()
        self._tell_place()

    def action_search(self) -> None:
        """Type what to look for."""
        self.query_one(QueryBar).open("")

    @on(QueryBar.Edited)
    def narrow(self, message: QueryBar.Edited) -> None:
        """Only what matches."""
        self._show(message.text)

    @on(QueryBar.Submitted)
    def keep(self) -> None:
        """Back to the lines."""
        self.query_one(TextView).focus()

    @on(QueryBar.Cancelled)
    def drop(self) -> None:
        """Everything again."""
        self._show("")
        self.query_one(TextView).focus()

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)
