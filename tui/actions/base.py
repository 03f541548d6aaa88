"""What an action and its plan are (house.md 3.4).

An action is data: an id that keymaps use, a key, words, when it is refused, which choices it
offers. Its `plan` is pure: from a manifest and choices to the exact writes and a description.
`perform` sends the writes of a plan, in order, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tui.domain.workflow import ListedWorkflow, Manifest
from tui.domain.writes import Write
from tui.sources.base import Capabilities, Source

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
    pod_names: str = "v2"
    """`POD_NAMES` of our process: which pod name format an unmarked workflow has."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels that say who acts; empty when our identity is not known."""


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


Choices = Mapping[str, Any]
"""Choice name → value; parameters are a tuple of `NAME=VALUE` texts."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done to a workflow."""

    id: str
    """`workflow.retry`; what keymaps and the palette call it."""
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
    bulk: bool = True
    """Whether it may be done to several marked workflows at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    said: str
    """`Resubmitted as nightly-etl-9xk2`."""
    manifest: Manifest | None = None


def perform(plan: Plan, source: Source, said: Callable[[Manifest], str]) -> Outcome:
    """Send the plan's writes in order, each once; the first error ends it.

    Raises: SourceError of the first write that failed; earlier writes stay done.
    """
    answer: Manifest = {}
    for write in plan.writes:
        answer = source.perform(write)
    return Outcome(plan, said(answer), answer)
