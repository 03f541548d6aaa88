"""Messages that travel further than one widget and its parent.

Facts are in the past tense, requests in the imperative. Only values travel: who receives a message
never has to ask the sender anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.message import Message

from tui.actions.base import Outcome, Plan
from tui.actions.verdict import Subject
from tui.domain.identity import ObjectKey, Target
from tui.domain.lineage import Origin
from tui.domain.node import NodeId
from tui.domain.workflow import WorkflowRef
from tui.errors import TuiError

Severity = Literal["information", "warning", "error"]


@dataclass
class OpenObject(Message):
    """Show this object on a screen of its own."""

    key: ObjectKey
    uid: str = ""
    """The object of that name that is meant; "" for whichever has it now."""
    pane: str = ""
    """Which pane to start with; "" for the one that fits its phase."""


@dataclass
class OpenOneOf(Message):
    """Show an object on a screen of its own; of several, that which somebody chooses."""

    title: str
    """The title of the question."""
    beside: ObjectKey
    """An object of the same connection."""
    found: tuple[Origin, ...]


@dataclass
class GoToStep(Message):
    """Put the cursor of the tree on this step."""

    step: NodeId


@dataclass
class RoomWanted(Message):
    """Give the panes all the room, for one of them shows two things; or no longer."""

    is_wanted: bool


@dataclass
class ShowProof(Message):
    """Show where a sentence comes from: a pane of a step, and what is found in it."""

    pane: str
    pattern: str
    step: str = ""
    """The id of the step; "" for the whole workflow."""


@dataclass
class RunAction(Message):
    """Ask about, then do, an action to these subjects."""

    action: str
    """The id of an action, or of what a key means."""
    subjects: tuple[Subject, ...]
    path: str = ""
    """The file whose manifests are meant, where somebody named one."""


@dataclass
class TypeCommand(Message):
    """Have a command line finished that begins like this."""

    text: str


@dataclass
class ActionFinished(Message):
    """A plan was carried out."""

    target: Target
    outcome: Outcome
    asked_at: object = None
    """Where somebody stood who asked for it, as `ActionRunner` was told."""


@dataclass
class ActionFailed(Message):
    """A plan was not carried out, or not to its end."""

    ref: WorkflowRef
    plan: Plan
    error: TuiError


@dataclass
class Said(Message):
    """Something for the status line."""

    text: str
    severity: Severity = "information"


@dataclass
class GiveSource(Message):
    """Connect again: to where the settings say, or to the built-in demo cluster."""

    demo: bool = False


@dataclass
class AskToken(Message):
    """Somebody has a token for the server that does not take ours."""


@dataclass
class GoBack(Message):
    """Go back to the place that was shown before."""
