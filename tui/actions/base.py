"""Actions and their plans (house.md 3.4).

An action is data: an id, a key, words, when it is refused, which choices it offers. Its `plan` is
pure: from a manifest and choices to an operation and a description. The operations port of the
connection knows how the operation is carried out on a cluster or a server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, Protocol

from tui.domain.identity import Target
from tui.domain.programs import Program
from tui.domain.rights import Right
from tui.domain.workflow import WORKFLOW_RESOURCE, Manifest, WorkflowRef
from tui.errors import PlanError
from tui.ports.exec import Exec
from tui.ports.identity import Caller
from tui.ports.operations import Delete, Operation, Operations

ChoiceKind = Literal["flag", "text", "parameters", "artifacts", "one_of"]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that a dialog asks for before the plan is made."""

    name: str
    label: str
    kind: ChoiceKind = "flag"
    default: Any = None
    options: tuple[str, ...] = ()
    help: str = ""
    of_step: bool = False
    """Whether it is asked only where the cursor is on a step (`Context.target.node`)."""
    of_cluster: bool = False
    """Whether it means nothing for what only an archive has."""
    of_one: bool = False
    """Whether it is asked only where the action is done to one: several cannot have one name."""


@dataclass(frozen=True, slots=True)
class Context:
    """Facts from outside that a pure plan needs."""

    now: datetime
    target: Target | None = None
    """The part that was chosen, for actions on a node, a pod or an artifact."""
    suffix: str = ""
    """Random characters for generated names, where a plan must know the name beforehand."""
    instance_id: str = ""
    is_saved: bool = False
    """The object comes from a file, so it does not matter which controller it belongs to."""
    zone: tzinfo | None = UTC
    """The local zone, for times that Argo writes in it; None for that of the C library."""
    pod_names: str = "v2"
    """`POD_NAMES` of our process: which pod name format an unmarked workflow has."""
    caller: Caller | None = None
    """Who acts; None where that is not known."""
    by_server: bool = False
    """An Argo Server carries it out, and not calls of ours to the Kubernetes API."""
    namespace: str = ""
    """Where that is done which says no namespace itself; "" where that is not known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A description of what would be done, and the operation that does it."""

    action: str
    """The action's id."""
    title: str
    """`Retry nightly-etl-x7k2p`."""
    lines: tuple[str, ...]
    """What to read before confirming: what runs again, what is kept, what is lost."""
    operation: Operation | None
    """None if there is nothing to do."""
    command: str = ""
    """The `argo` command line that does the same."""
    result: Manifest | None = None
    """The resulting object, if the plan makes one."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What `argo-tui plan -o json` prints besides the calls (deleted, reset, …)."""
    ref: WorkflowRef | None = None
    """The workflow that is changed; None if the plan only creates a new one."""
    sentence: str = ""
    """`3 steps run again, 30 kept, 3 pods deleted`: all of `lines` in a few words; "" where those
    are few words themselves."""
    tree: Callable[[], Sequence[str]] | None = None
    """Makes the lines of the step tree with what becomes of each step; None where nothing does."""
    here: tuple[str, ...] = ()
    """What it means for just this object, a line each, few enough to stand below the sentence; part
    of `lines`, too."""
    warnings: tuple[str, ...] = ()
    """Warnings about input that Argo accepts although it is probably a mistake."""
    logs_lost: int = 0
    """How many of the pods that it deletes have a log that nobody keeps; the sentence says nothing
    of them."""
    losses: tuple[str, ...] = ()
    """Those of `lines` that tell of what goes and nobody can have back."""

    @property
    def loses(self) -> bool:
        """Whether anything goes that nobody can have back."""
        return bool(self.logs_lost or self.losses)


def deletes_target(plan: Plan) -> bool:
    """Whether the object itself goes by this, and not only something of it."""
    made = plan.operation
    return made is not None and any(
        isinstance(change, Delete) and change.key == made.target.key for change in made.changes
    )


def only_checks(plan: Plan) -> bool:
    """Whether the cluster is only asked if it would take this, and keeps nothing of it."""
    changes = plan.operation.changes if plan.operation is not None else ()
    return bool(changes) and all(getattr(change, "dry_run", False) for change in changes)


@dataclass(frozen=True, slots=True)
class Meant:
    """What was probably meant, where a plan does something else or cannot be made."""

    label: str
    """What the button says."""
    why: str
    """A sentence."""
    choices: Mapping[str, Any]
    """The choices to set."""


Choices = Mapping[str, Any]
"""Choice name → value; parameters are a tuple of `NAME=VALUE` texts."""


def no_plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
    """That of an action which is a session on the terminal."""
    raise PlanError("this is a session on a terminal: there is no plan of it")


def _said_nothing(answer: Manifest) -> str:
    return "Done"


On = Literal["object", "node", "pod", "artifact", "kind"]
"""What of an object an action is done to; `kind` is for those that need no object yet."""

Consequence = Literal["none", "reversible", "runs", "destroys"]
"""What an action means for the cluster: nothing, something that can be taken back, that something
runs, or that something is lost."""


def on_workflows(*verbs: str) -> tuple[Right, ...]:
    """The rights to these verbs on workflows."""
    return tuple(Right(verb, WORKFLOW_RESOURCE.group, WORKFLOW_RESOURCE.plural) for verb in verbs)


DELETE_PODS = Right("delete", "", "pods")


def _never(known: Any, target: Target) -> None:
    return None


class Doer(Protocol):
    """What is common to the ports that do something."""

    def refusal(self, operation: str, target: Target | None) -> str:
        """Why this connection can never do the operation of this id; "" if it can."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action on objects of some kinds, or on parts of them."""

    id: str
    """`workflow.retry`; what the palette calls it."""
    kinds: frozenset[str]
    """Ids of the kinds whose objects it can be done to."""
    label: str
    """`Retry`: one or two words for footers and menus."""
    help: str
    """A sentence for `?` and the palette."""
    consequence: Consequence
    plan: Callable[[Manifest, Choices, Context], Plan] = no_plan
    """Raises PlanError in Argo's words. `Context.target` says which part is meant; an action on a
    kind is given an empty manifest."""
    session: tuple[str, ...] = ()
    """The argument vector of the program that runs on the terminal, in a container of the chosen
    pod, in place of a plan; () for actions that have a plan."""
    program: Program | None = None
    """The program on this machine that runs in place of a plan; None for actions of ours."""
    draft: Callable[[Manifest, Context], Manifest] | None = None
    """What somebody edits in their editor before the plan is made, which then finds what became of
    it in `choices["new"]`; None where nothing is edited."""
    lints: bool = False
    """Whether it only judges objects as they are, in place of a plan."""
    of_files: bool = False
    """Whether it is done to the manifests of a file that somebody names."""
    on: On = "object"
    refusal: Callable[[Any, Target], str | None] = _never
    """Why it cannot be done just now to an object as it is known, or to its part; None if it can.
    Only `verdict` asks this."""
    yields: Callable[[Any, Target], str | None] = _never
    """Why its key, which others share, means none of it for an object as it is known; None where it
    may. By its name it can be done all the same."""
    form: tuple[Choice, ...] = ()
    """The options to ask for before the plan is made."""
    parameters: Callable[[Manifest, Manifest | None, Target], list[dict[str, Any]]] | None = None
    """What a choice of the kind `parameters` asks for, by the object and what it was made from;
    None for the arguments of the workflow."""
    meant: Callable[[Manifest, Choices, Context], Meant | None] | None = None
    """What was probably meant by these choices, if that is something else; never raises."""
    rights: tuple[Right, ...] = ()
    """The rights that it needs in any case: without one of them it is denied beforehand."""
    sometimes: tuple[Right, ...] = ()
    """Those that it needs besides for some objects and choices; a plan tells which."""
    said: Callable[[Manifest], str] = _said_nothing
    """Makes the result message, `Resubmitted as nightly-etl-9xk2`, from the last response."""
    binding: str = ""
    """The id of what its key means, in `KEYS`, where several actions share one; "" for `id`."""
    key: str = ""
    """A key of its own, where `KEYS` has none for it."""
    also: tuple[str, ...] = ()
    """What people type for it besides the last part of its id."""
    verb: str = ""
    """`Submit`: what a question says in front of what it is done to; "" for the label."""

    @property
    def port(self) -> Callable[..., Doer]:
        """The port of a connection that does it."""
        return Exec if self.session else Operations

    @property
    def binding_id(self) -> str:
        """The id of what its key means."""
        return self.binding or self.id

    @property
    def asks(self) -> str:
        """What a question about it, and its button, begin with."""
        return self.verb or self.label


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a plan that was carried out."""

    plan: Plan
    said: str
    """`Resubmitted as nightly-etl-9xk2`."""
    manifest: Manifest | None = None


def perform(plan: Plan, operations: Operations, said: Callable[[Manifest], str]) -> Outcome:
    """Carry a plan out.

    Raises: SourceError of the first call that failed, its hint telling what was done before.
    """
    if plan.operation is None:
        return Outcome(plan, f"{plan.title}: there was nothing to do", _named({}, plan))
    answer = operations.perform(plan.operation)
    if only_checks(plan):
        return Outcome(plan, f"{plan.title}: the cluster would take it; nothing was made", answer)
    return Outcome(plan, said(_named(answer, plan)), answer)


def _named(answer: Manifest, plan: Plan) -> Manifest:
    """The answer, or the plan's workflow where the answer names none (a deletion's status)."""
    if plan.ref is None or (answer.get("metadata") or {}).get("name"):
        return answer
    return {"metadata": {"name": plan.ref.name, "namespace": plan.ref.namespace}}
