"""The Why pane: why a workflow or a step failed, what it waits for, or where its time goes.

What the workflow alone tells is shown at once, then what was read around it (`tui.inquiry`). Both
are worked out on a thread, of large runs, too. While it is not over it is asked again every few
seconds, and as soon as what it hangs on changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from tui.bindings import bind
from tui.bugs import caught
from tui.domain.highlight import Highlighter, Span
from tui.domain.history import Past, successes_before
from tui.domain.identity import ObjectKey
from tui.domain.node import Node, NodeId
from tui.domain.reason import reasons_of
from tui.domain.why.finding import WORKFLOW as OBJECT
from tui.domain.why.finding import Answer, EventAt, FieldAt, Finding, LogAt, Verdict
from tui.domain.why.words import LABEL, further, label_of, sign_of
from tui.domain.workflow import WORKFLOW, ListedWorkflow, Workflow
from tui.errors import Stopped
from tui.inquiry import MOST_EARLIER, EarlierRuns, Inquiry
from tui.keys import KEYS, hint
from tui.messages import GoToStep, OpenObject, ShowProof
from tui.panes.base import PaneContext
from tui.panes.text_pane import TextPane
from tui.ports.threads import CancelToken
from tui.widgets.pointed_text import PointedText
from tui.widgets.query_bar import QueryBar

AGAIN = 10
"""Seconds between two questions about a workflow that is not over."""
LONGEST_FOUND = 80
"""Characters of a value that are looked for where a sentence comes from."""


MARKS = ("! ", "? ", "  ")
"""How lines with a label begin."""


def spans(line: str) -> list[Span]:
    """The sign of a line, and its label."""
    if line[:2] in MARKS:
        token = {"!": "problem", "?": "muted"}.get(line[0], "key")
        return [(0, min(len(line), LABEL + 2), token)]
    return [(0, len(line), "heading")]


class WhyPane(TextPane):
    """Sentences; Enter goes where one comes from."""

    HIGHLIGHTER: ClassVar[Highlighter | None] = staticmethod(spans)
    WRAPS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("open", "go", "Where from", group="text", shown=True),
    ]

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._of: tuple[Workflow, str, bytes] | None = None
        self._asked: tuple[object, ...] = ()
        """What was asked about last: the object, the step, and what it hung on then."""
        self._seconds = 0
        self._stop = CancelToken()
        self._past: Past | None = None
        self._earlier: tuple[object, EarlierRuns] | None = None
        """What is learned of earlier runs, and of which, for which workflow."""
        self._compared: object = None
        """Which run was compared with which, the last time it was asked."""
        self._answer: Answer | None = None
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

    # --- what is asked ---------------------------------------------------------------------

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Ask about a workflow or a step, if that hangs on something else than before."""
        is_whole = node is None or node.id == workflow.metadata.name
        focus = "" if node is None or is_whole else str(node.id)
        self._of = (workflow, focus, raw)
        asked = (workflow.ref, focus, self._state_of(workflow, node))
        if asked != self._asked:
            is_other = asked[:2] != self._asked[:2]
            self._asked = asked
            self._ask(is_other=is_other)

    def show_past(self, past: Past | None) -> None:
        """Which runs went before, as far as that is known; they are read when that is asked."""
        self._past = past
        if self._of is not None and self._learned_from(self._of[0]) != self._compared:
            self._ask(is_other=False)  # there is more to learn from

    def _earlier_of(self, workflow: Workflow) -> EarlierRuns | None:
        """What is learned of the runs before one, once; None where none are known."""
        of, found = self._learned_from(workflow), self._successes(workflow)
        self._compared = of
        if not found:
            return None
        if self._earlier is None or self._earlier[0] != of:
            self._earlier = of, EarlierRuns(WORKFLOW, lambda: found)
        return self._earlier[1]

    def _successes(self, workflow: Workflow) -> list[ListedWorkflow]:
        runs = self._past.runs if self._past is not None else ()
        return successes_before(workflow, runs, MOST_EARLIER)

    def _learned_from(self, workflow: Workflow) -> object:
        """Which runs it is compared with, and which it is."""
        return workflow.ref, [each.metadata.uid for each in self._successes(workflow)]

    def _state_of(self, workflow: Workflow, node: Node | None) -> object:
        """What an answer depends on most: another one of it is asked about at once."""
        nodes = workflow.nodes
        hangs = tuple((key, nodes[key].message) for key in reasons_of(workflow)[:5])
        own = (node.phase, node.message) if node is not None else ()
        return workflow.phase, workflow.status.message, workflow.spec.suspend, hangs, own

    def _ask(self, *, is_other: bool) -> None:
        if self._of is None:
            return
        self._seconds = 0
        self._stop.set()
        self._stop = CancelToken()
        source = self.context.source
        if source is None:
            return
        workflow, focus, raw = self._of
        inquiry = Inquiry(
            source,
            workflow,
            raw,
            now=self.context.now(),
            focus=focus,
            pod_names=self.context.pod_names,
            stop=self._stop,
            earlier=self._earlier_of(workflow),
        )
        self._read(inquiry, self._stop, (workflow.ref, focus), is_other)

    # Textual describes a worker by the text of its arguments: of a large run, megabytes.
    @work(thread=True, group="why", description="asking why")
    def _read(self, inquiry: Inquiry, stop: CancelToken, subject: object, is_other: bool) -> None:
        try:
            if is_other:
                first = inquiry.at_once()
                self.app.call_from_thread(self._have, stop, subject, first, False)
            answer = inquiry.answer()
        except Stopped:
            return
        except Exception as error:
            why = str(caught(error, "asking why"))
            self.app.call_from_thread(self._failed, stop, subject, why)
        else:
            self.app.call_from_thread(self._have, stop, subject, answer, True)

    def _failed(self, stop: CancelToken, subject: object, why: str) -> None:
        if not stop.is_set:
            self._told = []
            self.put(subject, why)

    def _have(self, stop: CancelToken, subject: object, answer: Answer, is_all: bool) -> None:
        if stop.is_set:
            return
        self._answer = answer
        lines: list[tuple[str, Finding | None]] = []
        sign = sign_of(answer, ascii=self.context.ascii)
        lines.append((f"{sign} {answer.headline}{self._hint(answer.cause)}", answer.cause))
        for each in further(answer):
            words = " ".join(each.text.split("\n"))
            lines.append((f"{label_of(each)} {words}{self._hint(each)}", each))
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

    def _hint(self, finding: Finding | None) -> str:
        """The key that could help, in brackets."""
        if finding is None or not finding.key or finding.key not in KEYS:
            return ""
        return f" ({hint(finding.key)})"

    def tick(self, now: datetime) -> None:
        """Ask again about what is not over."""
        self._seconds += 1
        if self._of is None or self._seconds < AGAIN:
            return
        verdict = self._answer.verdict if self._answer is not None else None
        if verdict in (None, Verdict.WAITS, Verdict.SLOW, Verdict.RUNS):
            self._ask(is_other=False)

    def leave(self) -> None:
        """Nobody looks: read nothing more, and ask anew when somebody does again."""
        self._stop.set()
        self._asked = ()

    def on_unmount(self) -> None:
        """Nothing of ours goes on."""
        self._stop.set()

    # --- going there -----------------------------------------------------------------------

    @property
    def told(self) -> Sequence[Finding | None]:
        """What each line says; None for lines that say nothing of their own."""
        return self._told

    def action_go(self) -> None:
        """Enter: where the sentence under the cursor comes from."""
        at = self.query_one(PointedText).cursor
        finding = self._told[at] if at < len(self._told) else None
        if finding is None or self._of is None:
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
        if self._of is None:
            return
        workflow, focus, _ = self._of
        shown = [at for at in finding.at if not isinstance(at, FieldAt) or at.kind == OBJECT]
        pointer = (shown or finding.at)[0]
        if isinstance(pointer, LogAt):
            found = re.escape(_first_line(pointer.quote))
            self.post_message(ShowProof("logs", found, pointer.node))
        elif isinstance(pointer, EventAt):
            found = re.escape(_first_line(pointer.quote))
            self.post_message(ShowProof("events", found, finding.step))
        elif not shown:
            # No pane shows other objects: what stands there is said.
            told = [f"{at.where}: {at.quote}" for at in finding.at]
            self.context.say("; ".join(told))
        elif pointer.node in workflow.nodes and pointer.node != (focus or self._step):
            self.post_message(GoToStep(NodeId(pointer.node)))
        else:
            name, found = str(pointer.path[-1]), _findable(pointer.quote)
            pattern = found if name.isdigit() else rf"{re.escape(name)}: (?:['\"]?{found}|[|>])"
            self.post_message(ShowProof("manifest", pattern, pointer.node))

    @property
    def _step(self) -> str:
        return self._answer.step if self._answer is not None else ""


def _findable(quote: str) -> str:
    """A pattern that finds a value in a text that may write it with quotes, or over lines."""
    line = _first_line(quote)
    start = re.split(r"['\"\\]", line)[0].rstrip()
    return re.escape(start if len(start) > 3 else line)


def _first_line(quote: str) -> str:
    return quote.strip().partition("\n")[0][:LONGEST_FOUND].rstrip()
