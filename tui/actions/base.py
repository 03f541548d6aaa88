"""What an action and its plan are (house.md 3.4).

An action is data: an id, a key, words, when it is refused, which choices it offers. Its `plan` is
pure: from a manifest and choices to the exact writes and a description. `perform` sends the writes
of a plan, in order, each once.

Nothing is ever sent a second time here: after a conflict or a lost answer a person decides, on a
plan that is made anew from the object as it is then. The error says how far the plan had come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

from tui.domain.workflow import ListedWorkflow, Manifest, WorkflowRef
from tui.domain.writes import Write
from tui.errors import Conflict, SourceError, Unreachable
from tui.ports.connection import Capabilities, Source

ChoiceKind = Literal["flag", "text", "parameters", "one_of"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a dialog asks before the plan is made."""

    name: str
    label: str
    kind: ChoiceKind = "flag"
    default: Any = None
    options: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a pure plan cannot know by itself."""

    now: datetime
    suffix: str = ""
    """Random characters for generated names, where a plan must know the name beforehand."""
    instance_id: str = ""
    is_saved: bool = False
    """The object comes from a file, so it does not matter which controller it belongs to."""
    zone: tzinfo | None = UTC
    """The local zone, for times that Argo writes in it; None for that of the C library."""
    pod_names: str = "v2"
    """`POD_NAMES` of our process: which pod name format an unmarked workflow has."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Who acts, as `workflows.argoproj.io/actor`, `…/actor-email` and
    `…/actor-preferred-username`; empty when our identity is not known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, in words and in API calls."""

    action: str
    """The action's id."""
    title: str
    """`Retry nightly-etl-x7k2p`."""
    lines: tuple[str, ...]
    """What a person should read before saying yes: what re-runs, what is kept, what is lost."""
    writes: tuple[Write, ...]
    command: str = ""
    """The `argo` command line that does the same."""
    result: Manifest | None = None
    """The object as it will be, where the plan makes one."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What `argo-tui plan -o json` prints besides the writes (deleted, reset, …)."""
    ref: WorkflowRef | None = None
    """The workflow that is acted on; None where a plan only makes a new one."""
    warnings: tuple[str, ...] = ()
    """What Argo would take, though it is hardly meant."""
    half_way: str = ""
    """What to know and do when only some of the writes were done."""


Choices = Mapping[str, Any]
"""Choice name → value; parameters are a tuple of `NAME=VALUE` texts."""


def _said_nothing(answer: Manifest) -> str:
    return "Done"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done to a workflow."""

    id: str
    """`workflow.retry`; what bindings and the palette call it."""
    key: str
    label: str
    """`Retry`: one or two words for footers and menus."""
    help: str
    """A sentence for `?` and the palette."""
    refusal: Callable[[ListedWorkflow, Capabilities], str | None]
    """Why it cannot be done to this one just now, as a sentence; None if it can."""
    plan: Callable[[Manifest, Choices, Context], Plan]
    """Raises PlanError in Argo's words."""
    choices: tuple[Choice, ...] = ()
    is_destructive: bool = False
    """Cancel has the focus, and the words say what is lost."""
    said: Callable[[Manifest], str] = _said_nothing
    """`Resubmitted as nightly-etl-9xk2`: what came of it, from the last answer's object."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    said: str
    """`Resubmitted as nightly-etl-9xk2`."""
    manifest: Manifest | None = None


def perform(plan: Plan, source: Source, said: Callable[[Manifest], str]) -> Outcome:
    """Send the plan's writes in order, each once; the first error ends it.

    Raises: SourceError of the first write that failed, its hint telling what was done before.
    """
    answer: Manifest = {}
    for done, write in enumerate(plan.writes):
        try:
            answer = source.perform(write)
        except SourceError as error:
            error.hint = "; ".join(filter(None, (error.hint, _how_far(plan, done, error))))
            raise
    return Outcome(plan, said(_named(answer, plan)), answer)


def _is_rehearsal(write: Write) -> bool:
    return ("dryRun", "All") in write.query


def _how_far(plan: Plan, done: int, error: SourceError) -> str:
    """Which writes were done before the one that failed, and what that means."""
    failed = plan.writes[done]
    before = [write for write in plan.writes[:done] if not _is_rehearsal(write)]
    real = sum(not _is_rehearsal(write) for write in plan.writes)
    told = []
    if before:
        names = ", ".join(write.purpose or write.method for write in before[:3])
        more = f" and {len(before) - 3} more" if len(before) > 3 else ""
        told.append(f"{len(before)} of {real} writes were done already: {names}{more}")
    if isinstance(error, Unreachable) and not _is_rehearsal(failed):
        told.append(
            f"whether “{failed.purpose or failed.method}” arrived is not known: look before "
            "doing it again"
        )
    elif before and plan.half_way:
        told.append(plan.half_way)
    elif isinstance(error, Conflict) and not before and failed.method != "POST":
        told.append("it was changed meanwhile and nothing was done: look at it and try again")
    return "; ".join(told)


def _named(answer: Manifest, plan: Plan) -> Manifest:
    """The answer, or the plan's workflow where the answer names none (a deletion's status)."""
    if plan.ref is None or (answer.get("metadata") or {}).get("name"):
        return answer
    return {"metadata": {"name": plan.ref.name, "namespace": plan.ref.namespace}}
