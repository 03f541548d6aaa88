"""The base of panes that answer why: sentences, and where each comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui.bindings import bind
from tui.domain.highlight import Highlighter, Span
from tui.domain.identity import ObjectKey
from tui.domain.why.finding import Answer, EventAt, FieldAt, Finding, LogAt, SampleAt, Verdict
from tui.domain.why.words import LABEL, SIGNS, further, label_of, sign_of
from tui.domain.workflow import WORKFLOW
from tui.keys import hint
from tui.messages import OpenObject, ShowProof
from tui.panes.base import PaneContext
from tui.panes.text_pane import TextPane
from tui.widgets.pointed_text import PointedText
from tui.widgets.query_bar import QueryBar

LONGEST_FOUND = 80
"""Characters of a value that are looked for where a sentence comes from."""
MARKS = ("! ", "? ", "  ")
"""How lines with a label begin."""


def spans(line: str) -> list[Span]:
    """The sign of a line, and its label."""
    if line[:2] in MARKS:
        token = {"!": "problem", "?": "muted"}.get(line[0], "key")
        # The name of a step may be longer than other labels, and is one all the same.
        end = min(len(line), LABEL + 2)
        if line[LABEL + 1 : end].strip() and (runs_on := line.find(" ", end)) >= 0:
            end = runs_on
        return [(0, end, token)]
    return [(0, len(line), "heading")]


class AnswerPane(TextPane):
    """Sentences; Enter goes where one comes from."""

    HIGHLIGHTER: ClassVar[Highlighter | None] = staticmethod(spans)
    WRAPS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("open", "go", "Where from", group="text", shown=True),
    ]

    OBJECT: ClassVar[str]
    """The kind, as pointers call it, of the object whose manifest a pane shows."""

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self.answer: Answer | None = None
        """What is told; None before anything is."""
        self._told: list[Finding | None] = []
        """What each line says."""

    def compose(self) -> ComposeResult:
        """The sentences and the search bar."""
        yield PointedText(
            highlighter=type(self).HIGHLIGHTER,
            wrap=True,
            by_words=True,
            hangs=lambda line: LABEL + 3 if line[:2] in MARKS else 2,
            ascii=self.context.ascii,
            placeholder="looking …" if not self.context.ascii else "looking ...",
        )
        yield QueryBar(ascii=self.context.ascii)

    def tell(self, subject: object, answer: Answer, *, is_all: bool = True) -> None:
        """Show an answer; the cursor stays where it is while the subject is the same."""
        self.answer = answer
        lines: list[tuple[str, Finding | None]] = []
        sign = sign_of(answer, ascii=self.context.ascii)
        lines.append((f"{sign} {answer.headline}", answer.cause))
        if helps := _helps(answer.cause):
            # In brackets behind the headline it would often stand alone in a row.
            lines.append((f"  {HELPS:<{LABEL}} {helps}", answer.cause))
        for each in further(answer):
            words = " ".join(each.text.split("\n"))
            lines.append((f"{label_of(each)} {words}{_hint(each)}", each))
        if not is_all:
            lines.append(("  looking further", None))
        self._told = [finding for _, finding in lines]
        text = "\n".join(line.replace("\n", " ") for line, _ in lines)
        is_same = subject == self._subject
        self.put(subject, text)
        pointed = self.query_one(PointedText)
        if is_same:
            pointed.lines_changed()
        else:
            pointed.point(0)

    def tell_failure(self, subject: object, why: str) -> None:
        """Show why there is no answer."""
        self._told = []
        self.put(subject, why)

    @property
    def told(self) -> Sequence[Finding | None]:
        """What each line says; None for lines that say nothing of their own."""
        return self._told

    def is_wrong(self, line: str) -> bool:
        """Whether it is a sentence of a problem, or says that all of it failed."""
        answer = self.answer
        failed = answer is not None and answer.verdict is Verdict.FAILED
        signs = ("! ", f"{SIGNS[Verdict.FAILED][self.context.ascii]} ") if failed else ("! ",)
        return line.startswith(signs)

    def action_go(self) -> None:
        """Enter: where the sentence under the cursor comes from."""
        pointed = self.query_one(PointedText)
        at = self.number_of(pointed.cursor) if len(pointed.text) else len(self._told)
        finding = self._told[at] if at < len(self._told) else None
        if finding is None:
            self.context.say("this sentence comes from nowhere else")
            return
        if finding.opens:
            namespace, _, name = finding.opens.partition("/")
            connection = self.context.source.id if self.context.source is not None else ""
            self.post_message(OpenObject(ObjectKey(connection, WORKFLOW, namespace, name)))
            return
        if not finding.at:
            self.context.say("this is what is not known: there is nowhere to go to")
            return
        self._go_to(finding)

    def _go_to(self, finding: Finding) -> None:
        shown = [at for at in finding.at if not isinstance(at, FieldAt) or at.kind == self.OBJECT]
        pointer = (shown or finding.at)[0]
        if isinstance(pointer, LogAt):
            found = re.escape(_first_line(pointer.quote))
            self.post_message(ShowProof("logs", found, pointer.node))
        elif isinstance(pointer, SampleAt):
            found = rf"{pointer.resource} .*{re.escape(pointer.quote)}"
            self.post_message(ShowProof("summary", found, finding.step))
        elif isinstance(pointer, EventAt):
            found = re.escape(_first_line(pointer.quote))
            self.post_message(ShowProof("events", found, finding.step))
        elif not shown:
            # No pane shows other objects: what stands there is said.
            told = [f"{at.where}: {at.quote}" for at in finding.at]
            self.context.say("; ".join(told))
        else:
            self.go_to_field(pointer)

    def go_to_field(self, pointer: FieldAt) -> None:
        """To a value in the manifest."""
        name, found = str(pointer.path[-1]), _findable(pointer.quote)
        pattern = found if name.isdigit() else rf"{re.escape(name)}: (?:['\"]?{found}|[|>])"
        self.post_message(ShowProof("manifest", pattern, pointer.node))


WOULD = {
    "act.new-run": "resubmits",
    "act.retry": "retries",
    "act.suspend": "resumes",
    "open": "goes there",
    "pane.logs": "shows its log",
}
"""By binding id, what a key that could help does."""


HELPS = "what helps"
"""The label of the key that could help."""


def _helps(finding: Finding | None) -> str:
    """The key that could help and what it does; not broken over two rows."""
    if finding is None or finding.key not in WOULD:
        return ""
    return f"{hint(finding.key)}\N{NO-BREAK SPACE}{WOULD[finding.key]}"


def _hint(finding: Finding | None) -> str:
    """The same in brackets."""
    helps = _helps(finding)
    return f" ({helps})" if helps else ""


def _findable(quote: str) -> str:
    """A pattern that finds a value in a text that may write it with quotes, or over lines."""
    line = _first_line(quote)
    start = re.split(r"['\"\\]", line)[0].rstrip()
    return re.escape(start if len(start) > 3 else line)


def _first_line(quote: str) -> str:
    return quote.strip().partition("\n")[0][:LONGEST_FOUND].rstrip()
