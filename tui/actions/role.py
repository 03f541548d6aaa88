"""The roles that README.md recommends, a part a function, so that all who tell of rights agree.

The Role in README.md is written from these parts, and a test compares the two. `:rights` and
`argo-tui auth can-i` tell by them what an account can do, and which part it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple

from tui.actions import ACTIONS, Action
from tui.actions.shell import SHELL
from tui.domain.rights import Permissions, Right
from tui.domain.workflow import WORKFLOW_RESOURCE

ARGO = WORKFLOW_RESOURCE.group
KnownIn = Callable[[str], Permissions]
"""What is known to be allowed in a namespace; "" for what is in none."""


class Answer(Enum):
    """Whether something can be done."""

    YES = "yes"
    PARTLY = "partly"
    """Some of it, or to some objects."""
    NO = "no"
    UNKNOWN = "unknown"


class Part(NamedTuple):
    """A function, and the rights that it needs."""

    id: str
    """What `argo-tui auth can-i` calls it."""
    title: str
    """The comment in the Role of README.md."""
    rights: tuple[Right, ...]

    @property
    def changes(self) -> bool:
        """Whether it is for those who operate workflows, and not only look at them."""
        return any(not right.is_reading for right in self.rights)

    @property
    def of_cluster(self) -> bool:
        """Whether it is about what is in no namespace, so that it needs a ClusterRole."""
        return any(right.of_cluster for right in self.rights)

    @property
    def yaml(self) -> tuple[str, ...]:
        """The rules of a role that give these rights and no others, as lines of YAML."""
        verbs: dict[tuple[str, str], list[str]] = {}
        for right in self.rights:
            verbs.setdefault((right.group, right.path), []).append(right.verb)
        alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for (group, path), some in verbs.items():
            alike.setdefault((group, tuple(some)), []).append(path)
        return tuple(
            line
            for (group, some), paths in alike.items()
            for line in (
                f"  - apiGroups: {_list([group])}",
                f"    resources: {_list(paths)}",
                f"    verbs: {_list(some)}",
            )
        )


def _list(words: Iterable[str]) -> str:
    quoted = (word or '""' for word in dict.fromkeys(words))
    return f"[{', '.join(quoted)}]"


def _part(
    id: str, title: str, group: str, resources: str, verbs: str, *, of_cluster: bool = False
) -> Part:
    """A part of one rule: each of the verbs on each of the resources."""
    rights = []
    for path in resources.split():
        plural, _, subresource = path.partition("/")
        rights += [Right(verb, group, plural, subresource, of_cluster) for verb in verbs.split()]
    return Part(id, title, tuple(rights))


PARTS: tuple[Part, ...] = (
    _part(
        "workflows",
        "Seeing workflows, live. This part is needed.",
        ARGO,
        "workflows",
        "get list watch",
    ),
    _part(
        "templates",
        "Templates and cron workflows; the values that parameters can have.",
        ARGO,
        "workflowtemplates cronworkflows",
        "get list watch",
    ),
    _part("logs", "Logs of pods that are still there.", "", "pods/log", "get"),
    _part(
        "pods",
        "The containers of a pod; logs of workflows whose steps are in Argo's database.",
        "",
        "pods",
        "list",
    ),
    _part("events", "The events pane.", "", "events", "list"),
    _part(
        "metrics",
        "CPU and memory of the steps that run (if the cluster has a metrics server).",
        "metrics.k8s.io",
        "pods",
        "list",
    ),
    _part(
        "artifacts",
        "Artifacts and archived logs: the keys of the artifact store. This reads every secret of "
        "the namespace; name the one you mean with resourceNames.",
        "",
        "secrets",
        "get",
    ),
    _part(
        "repositories",
        "An artifact repository that the workflow only names (Argo before 3.1, or not begun yet).",
        "",
        "configmaps",
        "get",
    ),
    _part("retry", "Retry, suspend, resume.", ARGO, "workflows", "update"),
    _part(
        "retry-pods", "Retry deletes the pods of the steps that run again.", "", "pods", "delete"
    ),
    _part("stop", "Stop, terminate.", ARGO, "workflows", "patch"),
    _part("resubmit", "Resubmit.", ARGO, "workflows", "create"),
    _part("delete", "Delete.", ARGO, "workflows", "delete"),
    _part("cron", "Suspend and resume cron workflows.", ARGO, "cronworkflows", "patch"),
    _part(
        "definitions",
        "Create, edit and delete templates and cron workflows.",
        ARGO,
        "workflowtemplates cronworkflows",
        "create update delete",
    ),
    Part(
        "shell",
        "A shell in a pod. `get` is for where there is no kubectl.",
        (*SHELL.rights, *SHELL.sometimes),
    ),
)
"""The Role, in its order."""

CLUSTER_PARTS: tuple[Part, ...] = (
    _part(
        "cluster-templates",
        "Cluster workflow templates.",
        ARGO,
        "clusterworkflowtemplates",
        "get list watch",
        of_cluster=True,
    ),
    _part(
        "namespaces", "The names of namespaces, for :ns.", "", "namespaces", "list", of_cluster=True
    ),
)
"""The ClusterRole."""


class Function(NamedTuple):
    """Something that the program does, and whether this account can."""

    id: str
    title: str
    answer: Answer
    lacks: tuple[Right, ...]
    """The rights that are known to lack."""

    @property
    def words(self) -> str:
        """What it is called in sentences: `retry`, `suspend cron`, `cluster templates`."""
        action = next((each for each in ACTIONS if called(each) == self.id), None)
        if action is None:
            return self.id.replace("-", " ")
        of = action.id.partition(".")[0].replace("-", " ").replace("node", "step")
        label = action.label[:1].lower() + action.label[1:]
        return label if of == "workflow" or of in label else f"{label} {of}"


def functions(known: KnownIn, namespace: str) -> tuple[Function, ...]:
    """What can be looked at, then what can be done: in a namespace, by what is known."""
    seeing = (part for part in (*PARTS, *CLUSTER_PARTS) if not part.changes)
    looked = (_function(each.id, each.title, each.rights, (), known, namespace) for each in seeing)
    done = (
        _function(
            called(action),
            action.help,
            action.rights,
            action.sometimes,
            known,
            namespace,
        )
        for action in ACTIONS
    )
    return (*looked, *done)


def called(action: Action) -> str:
    """What `argo-tui auth can-i` calls an action: `retry`, `cron-suspend`."""
    return action.id.removeprefix("workflow.").replace(".", "-")


def _function(
    id: str,
    title: str,
    rights: tuple[Right, ...],
    sometimes: tuple[Right, ...],
    known: KnownIn,
    namespace: str,
) -> Function:
    answers = {right: _allowed(right, known, namespace) for right in (*rights, *sometimes)}
    needed = [right for right in rights if answers[right] is Answer.NO]
    if needed:
        return Function(id, title, Answer.NO, tuple(needed))
    lacks = tuple(right for right in sometimes if answers[right] is Answer.NO)
    if any(answers[right] is Answer.UNKNOWN for right in rights):
        return Function(id, title, Answer.UNKNOWN, ())
    is_partly = lacks or Answer.PARTLY in answers.values()
    return Function(id, title, Answer.PARTLY if is_partly else Answer.YES, lacks)


def _allowed(right: Right, known: KnownIn, namespace: str) -> Answer:
    found = known(namespace)
    if right.of_cluster and found.allows(right) is not False:
        # Rules of a namespace say for sure only what is nowhere allowed.
        if _holds_everywhere(right, found, known("")):
            return Answer.YES
        found = known("")
    in_general = found.allows(right)
    if in_general is None:
        return Answer.UNKNOWN
    if in_general:
        return Answer.YES
    return Answer.PARTLY if found.allows(right, None) else Answer.NO


def _holds_everywhere(right: Right, here: Permissions, everywhere: Permissions) -> bool:
    """Whether a rule gives it of which another verb was seen to hold in the whole cluster: one
    question a resource is enough then."""
    seen = [
        other
        for (other, _), allowed in everywhere.answers.items()
        if allowed and (other.group, other.path) == (right.group, right.path)
    ]
    return any(
        rule.covers(right) and any(rule.covers(other) for other in seen) for rule in here.rules
    )


def missing(known: KnownIn, namespace: str) -> tuple[Part, ...]:
    """The parts of the roles that the account is known to lack something of."""
    return tuple(
        part
        for part in (*PARTS, *CLUSTER_PARTS)
        if any(_allowed(right, known, namespace) is Answer.NO for right in part.rights)
    )


def all_rights(parts: Iterable[Part] = (*PARTS, *CLUSTER_PARTS)) -> tuple[Right, ...]:
    """The rights of parts, each once."""
    return tuple(dict.fromkeys(right for part in parts for right in part.rights))
