"""The Why pane: why a workflow or a step failed, what it waits for, or where its time goes.

What the workflow alone tells is shown at once, then what was read around it (`tui.inquiry`). Both
are worked out on a thread, of large runs, too. While it is not over it is asked again every few
seconds, and as soon as what it hangs on changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import work

from tui.bugs import caught
from tui.domain.history import Past
from tui.domain.node import Node, NodeId
from tui.domain.reason import reasons_of
from tui.domain.samples import RunSamples
from tui.domain.why.finding import WORKFLOW as OBJECT
from tui.domain.why.finding import Answer, FieldAt, Verdict
from tui.domain.workflow import WORKFLOW, Workflow
from tui.errors import Stopped
from tui.inquiry import EarlierRuns, Inquiry, Learned
from tui.messages import GoToStep
from tui.panes.answer_pane import AnswerPane
from tui.panes.base import PaneContext
from tui.ports.threads import CancelToken

AGAIN = 10
"""Seconds between two questions about a workflow that is not over."""


class WhyPane(AnswerPane):
    """Why a workflow, or a step, is as it is."""

    OBJECT = OBJECT

    def __init__(self, context: PaneContext) -> None:
        super().__init__(context)
        self._of: tuple[Workflow, str, bytes] | None = None
        self._asked: tuple[object, ...] = ()
        """What was asked about last: the object, the step, and what it hung on then."""
        self._seconds = 0
        self._stop = CancelToken()
        self._past: Past | None = None
        self._samples: RunSamples | None = None
        own = Learned(WORKFLOW)
        self._learned: Callable[[], Learned] = lambda: own
        self._compared: EarlierRuns | None = None
        """What it was compared with, the last time it was asked."""

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
        if self._of is not None and self._earlier_of(self._of[0]) is not self._compared:
            self._ask(is_other=False)  # there is more to learn from

    def share(self, learned: Callable[[], Learned]) -> None:
        """Others ask about earlier runs, too: what they read is not read again."""
        self._learned = learned

    def show_samples(self, samples: RunSamples) -> None:
        """What its pods were measured to use, for the next question."""
        self._samples = samples

    def _earlier_of(self, workflow: Workflow) -> EarlierRuns | None:
        """What is learned of the runs before one, once; None where none are known."""
        return self._learned().of(workflow, self._past)

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
        self._compared = self._earlier_of(workflow)
        inquiry = Inquiry(
            source,
            workflow,
            raw,
            now=self.context.now(),
            focus=focus,
            pod_names=self.context.pod_names,
            stop=self._stop,
            earlier=self._compared,
            peaks=self._samples.memory_peaks() if self._samples is not None else None,
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
            self.tell_failure(subject, why)

    def _have(self, stop: CancelToken, subject: object, answer: Answer, is_all: bool) -> None:
        if not stop.is_set:
            self.tell(subject, answer, is_all=is_all)

    def tick(self, now: datetime) -> None:
        """Ask again about what is not over."""
        self._seconds += 1
        if self._of is None or self._seconds < AGAIN:
            return
        verdict = self.answer.verdict if self.answer is not None else None
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

    def go_to_field(self, pointer: FieldAt) -> None:
        """To the step that tells it, from where it is not shown; else to the value."""
        if self._of is None:
            return
        workflow, focus, _ = self._of
        step = self.answer.step if self.answer is not None else ""
        if pointer.node in workflow.nodes and pointer.node != (focus or step):
            self.post_message(GoToStep(NodeId(pointer.node)))
        else:
            super().go_to_field(pointer)
