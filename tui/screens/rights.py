"""What this account can do in a namespace, what it lacks for the rest, and whom to show that.

The parts are those of the Role in README.md (`actions/role.py`), so what lacks can be handed to an
administrator as the rules that are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tui.actions import ACTIONS
from tui.actions.role import (
    CLUSTER_PARTS,
    PARTS,
    Answer,
    Function,
    Part,
    all_rights,
    called,
    functions,
    missing,
)
from tui.bindings import bind
from tui.bugs import caught
from tui.context import AppContext
from tui.domain.highlight import report_spans
from tui.domain.lines import TextLines
from tui.domain.rights import words_of
from tui.keys import KEYS, hint
from tui.ports.connection import Connection, offered
from tui.ports.identity import caller_of
from tui.ports.rights import MOST_REQUESTS, Rights, Wanted
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain, printable
from tui.widgets.text_view import TextView

MARKS = {Answer.YES: "✔", Answer.PARTLY: "◐", Answer.NO: "✖", Answer.UNKNOWN: "?"}
INDENT = 4
EDGE = 2
"""Cells at the right that are kept free: a text may have marks there."""
LEAST_WIDE = 40


class RightsScreen(ModalView[None]):
    """The functions of the program, each with whether this account has the rights for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("unwind", "dismiss", "Close"),
        bind("back", "dismiss", "Close"),
    ]

    @dataclass
    class Learned(Message):
        """The cluster answered."""

        caller: str
        trouble: str

    def __init__(self, context: AppContext, source: Connection, namespace: str) -> None:
        super().__init__()
        self.context = context
        self._source = source
        self._rights = offered(source, Rights)
        self._where = namespace
        self._learned: RightsScreen.Learned | None = None
        self._lines: list[str] = []

    def compose(self) -> ComposeResult:
        """Title and lines."""
        with Box(id="help", width=92, ascii=self.context.ascii):
            yield TextView(wrap=True, ascii=self.context.ascii, highlighter=report_spans)

    def on_mount(self) -> None:
        """What is known at once, then what the cluster answers."""
        keys = f"{hint('refresh')} asks again  {hint('unwind')} closes"
        several = len(self.context.connections) > 1
        of = f" of {self._source.place.label}" if several else ""
        self.query_one(Box).show_title(f"Rights in {self._where}{of}")
        self.query_one(Box).show_keys(keys)
        self._show()
        self.query_one(TextView).focus()
        self._learn(anew=False)

    def on_resize(self, event: events.Resize) -> None:
        """Words are broken where the lines end."""
        self.call_after_refresh(self._show)

    def try_again(self) -> None:
        """Ask the cluster again."""
        self._learn(anew=True)

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    # --- what is asked ---------------------------------------------------------------------

    @work(thread=True, group="rights", exclusive=True)
    def _learn(self, *, anew: bool) -> None:
        """The rules of the namespace, and what they leave open; with who we are, these are no more
        requests than a screen may cost."""
        trouble = ""
        try:
            here = [Wanted(right) for right in all_rights(PARTS)]
            found = self._rights.learn(self._where, here, anew=anew, most=MOST_REQUESTS - 1)
            if found.is_complete:
                of_cluster = [
                    Wanted(right)
                    for right in all_rights(CLUSTER_PARTS)
                    if right.verb == "list" and found.allows(right) is not False
                ]
                self._rights.learn("", of_cluster, anew=anew, most=MOST_REQUESTS - 2)
            trouble = found.trouble
        except Exception as error:
            trouble = str(caught(error, "asking for rights"))
        caller = caller_of(self._source)
        self.post_message(self.Learned(caller.subject if caller is not None else "", trouble))

    @on(Learned)
    def take(self, message: Learned) -> None:
        """Now it is known."""
        self._learned = message
        self._show()

    # --- what is shown ---------------------------------------------------------------------

    def _show(self) -> None:
        view = self.query_one(TextView)
        lines = [
            plain(printable(line), self.context.ascii)
            for line in self._told(max(LEAST_WIDE, view.size.width - EDGE))
        ]
        if lines != self._lines:
            self._lines = lines
            view.show(TextLines("\n".join(lines)))

    def _told(self, cells: int) -> Iterator[str]:
        known, where = self._rights.known, self._where
        learned = self._learned
        who = (learned.caller if learned is not None else "") or self._source.place.user
        yield f"account: {who or 'not known'}"
        if learned is None:
            yield "asking the cluster …"
        elif learned.trouble:
            yield from _wrapped(f"not all is known: {learned.trouble}", cells, 0)
        yield ""
        every = functions(known, where)
        changing = {called(action) for action in ACTIONS}
        yield "LOOK"
        yield from _table([each for each in every if each.id not in changing], cells)
        yield ""
        yield "ACT"
        yield from _table([each for each in every if each.id in changing], cells)
        yield ""
        yield from _role(missing(known, where), where, cells)


def _table(found: Sequence[Function], cells: int) -> Iterator[str]:
    """A function a line, and below it what lacks."""
    keys = {
        called(action): hint(action.binding_id) for action in ACTIONS if action.binding_id in KEYS
    }
    for each in found:
        key = f" ({keys[each.id]})" if each.id in keys else ""
        about = each.title.partition(". ")[0].removesuffix(".")
        first, *rest = _wrapped(f"{each.id}{key}: {about}", cells - INDENT, 0)
        yield f"  {MARKS[each.answer]} {first}"
        yield from (f"{'':{INDENT}}{line}" for line in rest)
        if each.lacks:
            some = "for some it " if each.answer is Answer.PARTLY else ""
            yield from _wrapped(f"{some}needs {words_of(each.lacks)}", cells, INDENT + 2)


def _role(lacking: Sequence[Part], namespace: str, cells: int) -> Iterator[str]:
    """Which role lacks, and its missing rules, to be handed on."""
    yield "ROLES"
    for who, parts in (
        ("viewer", tuple(part for part in PARTS if not part.changes)),
        ("operator", PARTS),
    ):
        lack = [part for part in parts if part in lacking]
        told = f"lacks {len(lack)} of {len(parts)} parts" if lack else "nothing is known to lack"
        yield f"  {who}: {told}"
    if not lacking:
        return
    yield ""
    yield from _wrapped(
        "What lacks of the roles in README.md (Rights), for whoever administers the cluster:",
        cells,
        0,
    )
    for kind, parts in (
        (f"Role argo-tui in {namespace}", PARTS),
        ("ClusterRole", CLUSTER_PARTS),
    ):
        rules = [part for part in parts if part in lacking]
        if rules:
            yield ""
            yield f"# {kind}"
            yield "rules:"
            yield from _rules(rules, cells)


def _rules(parts: Iterable[Part], cells: int) -> Iterator[str]:
    for part in parts:
        yield from wrap(part.title, cells, initial_indent="  # ", subsequent_indent="  # ")
        yield from part.yaml


def _wrapped(text: str, cells: int, indent: int) -> list[str]:
    lead = " " * indent
    return wrap(text, cells, initial_indent=lead, subsequent_indent=lead)
