"""Which log the pane shows: the pod of the step or of an earlier attempt, and the container.

A model without widgets and without I/O: it computes the target from the workflow and from what the
user chose. For a workflow whose nodes are in Argo's database, the pods are used instead of nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.attempts import RETRY
from tui.domain.logtargets import (
    WITH_LOGS,
    LogTarget,
    Within,
    attempts_before,
    best_pod,
    best_target,
    failed_container,
)
from tui.domain.node import Node, NodeId
from tui.domain.podname import pod_name
from tui.domain.templates import container_names
from tui.domain.workflow import Workflow
from tui.logs import pods as by_pods
from tui.ports.pods import Pod

GROUPS_OF_LOGS = frozenset({"DAG", "Steps", "StepGroup", "TaskGroup", RETRY})
"""Types of nodes of which all logs inside are shown as one."""


def _is_same(one: LogTarget | None, other: LogTarget | None) -> bool:
    """Whether both are the same log, so that reading can go on; false if one is None."""
    if one is None or other is None:
        return False
    return (one.pod, one.container, one.has_begun) == (other.pod, other.container, other.has_begun)


def _is_unexplained(node: Node) -> bool:
    """Whether a pod failed and neither its node nor the exit code says by which container.

    Before Argo 3.6, messages do not name the container.
    """
    code = node.outputs.exit_code if node.outputs is not None else None
    return node.is_problem and code in (None, "0") and not failed_container(node)


class LogChoice:
    """The step under the cursor, or those that are marked, and what the user chose to read."""

    def __init__(self, pod_names: str) -> None:
        self.target: LogTarget | None = None
        """The log to show; None where there is none."""
        self.workflow: Workflow | None = None
        self.before_restart = False
        """Whether to show the log from before the container's last restart."""
        self._pod_names = pod_names
        self._node: Node | None = None
        self._pods: Sequence[Pod] = ()
        self._chosen = ""
        """The chosen container, which is kept for other steps that have one of that name."""
        self._chosen_in = ""
        """The pod in which it was chosen, which may have it though no template says so."""
        self._marked: frozenset[NodeId] = frozenset()
        """The steps whose logs are wanted wherever the cursor is; none where one alone is marked,
        which is as if the cursor were there."""
        self.is_marked = False
        """Whether what is shown is what is marked, not what the cursor is on."""
        self.scope: str | frozenset[NodeId] | None = None
        """Of which group all logs are shown as one: the id of its node, "" for the whole workflow,
        several ids for what is marked; None where it is the log of one step."""
        self.containers: frozenset[str] = frozenset()
        """The containers whose logs are shown of a group; none for the programs' own."""
        self._attempts_back = 0
        """Number of attempts to go back from the one that belongs to the step."""

    @property
    def is_earlier(self) -> bool:
        """Whether the log is of an earlier attempt than the last."""
        return self.before_restart or self._attempts_back > 0

    @property
    def within(self) -> Within:
        """The same for those who look for pods; None for the whole workflow."""
        return self.scope if isinstance(self.scope, frozenset) else NodeId(self.scope or "") or None

    @property
    def group_called(self) -> str:
        """What all those logs are of, in words."""
        if count := len(self._marked):
            return f"{count:,} marked step{'' if count == 1 else 's'}"
        return self._node.title if self.scope and self._node is not None else "all steps"

    def go_to(
        self, workflow: Workflow, node: Node | None, marked: frozenset[NodeId] = frozenset()
    ) -> bool:
        """Set the workflow and the step, or those that are marked; true if that makes it another
        log."""
        self.is_marked = bool(marked)
        if marked:
            node = workflow.nodes.get(next(iter(marked))) if len(marked) == 1 else None
            marked = frozenset() if node is not None else marked
        if marked != self._marked:
            self.before_restart, self._attempts_back = False, 0
        self._marked = marked
        is_other = self._node is None or (node is not None and node.id != self._node.id)
        if node is not None and node.type == "Container" and is_other:
            # A container that is selected in the tree goes before one that was chosen.
            self._chosen = ""
        if self._node is not None and (node is None or node.id != self._node.id):
            self.before_restart, self._attempts_back = False, 0
        if self.workflow is not None and self.workflow.ref != workflow.ref:
            self._pods = ()
        was_of = self.workflow.ref if self.workflow is not None else None
        self.workflow, self._node = workflow, node
        before, self.target = self.target, self._find_target(workflow)
        scope, self.scope = self.scope, self._find_scope(workflow)
        if self.scope is not None or scope is not None:
            return (scope, was_of) != (self.scope, workflow.ref)
        return not _is_same(before, self.target)

    def _find_scope(self, workflow: Workflow) -> str | frozenset[NodeId] | None:
        """Of which group all logs are to be shown; None for those of one step."""
        node = self._node
        if workflow.is_offloaded or self.target is None:
            return None
        if self.before_restart or self._attempts_back:
            return None
        if self._marked:
            return self._marked
        if node is not None and node.type not in GROUPS_OF_LOGS:
            return None
        is_whole = node is None or node.name == workflow.metadata.name
        if is_whole and node is None and len(workflow.nodes) == 1:
            root = next(iter(workflow.nodes.values()))
            if root.type in WITH_LOGS:
                return None
        return "" if node is None or is_whole else node.id

    @property
    def needs_pods(self) -> bool:
        """Whether only the pods tell what to read.

        So it is of an offloaded workflow, and of a pod that failed though its program did not, and
        whose node does not name the container that did.
        """
        if self.workflow is None:
            return False
        if self.workflow.is_offloaded:
            return True
        return self.target is not None and not self._chosen and _is_unexplained(self.target.node)

    def take_pods(self, pods: Sequence[Pod]) -> bool:
        """These are the pods of the workflow; whether that makes it another log."""
        self._pods = pods
        if self.workflow is None:
            return False
        before, self.target = self.target, self._find_target(self.workflow)
        return not _is_same(before, self.target)

    def take_container(self, name: str) -> bool:
        """Choose a container; true if that makes it another log."""
        if self.target is None or name == self.target.container:
            return False
        self._chosen, self._chosen_in = name, self.target.pod
        self.target = LogTarget(self.target.node, self.target.pod, name)
        return True

    def take_attempt_before(self) -> bool:
        """Go to the attempt before, or from the first one back to the last.

        What a retry strategy made is a pod for each attempt. Else it is what the container said
        before it was started again in its pod. False where this attempt is the only one.
        """
        if self.workflow is None or self.target is None:
            return False
        before = attempts_before(self.workflow, self.target.node)
        if before is None:
            self.before_restart = not self.before_restart
            self.scope = self._find_scope(self.workflow)
            return True
        if not before and not self._attempts_back:
            return False
        self._attempts_back = self._attempts_back + 1 if before else 0
        self.target = self._find_target(self.workflow)
        self.scope = self._find_scope(self.workflow)
        return True

    def _find_target(self, workflow: Workflow) -> LogTarget | None:
        """The log of the step, or of an attempt before it, in the container that was chosen."""
        if workflow.is_offloaded:
            return self._of_pods()
        node = best_pod(workflow, self._marked) if self._marked else self._node
        is_none = self._marked and node is None
        target = None if is_none else best_target(workflow, node, self._pod_names)
        if target is None:
            return None
        if self._attempts_back:
            before = attempts_before(workflow, target.node) or ()
            earlier = before[min(self._attempts_back, len(before)) - 1] if before else target.node
            name = pod_name(workflow, earlier, self._pod_names)
            target = LogTarget(earlier, name, target.container)
        is_in_pod = bool(self._chosen) and self._chosen_in == target.pod
        if is_in_pod or self._chosen in container_names(workflow, target.node):
            return LogTarget(target.node, target.pod, self._chosen)
        if not self._chosen and _is_unexplained(target.node):
            pod = next((pod for pod in self._pods if pod.name == target.pod), None)
            broken = by_pods.failed_container(pod) if pod is not None else None
            if broken is not None:
                return LogTarget(target.node, target.pod, broken.name)
        return target

    def _of_pods(self) -> LogTarget | None:
        target = by_pods.best_target(self._pods)
        if target is None or not self._chosen:
            return target
        names = next(pod.containers for pod in self._pods if pod.name == target.pod)
        if self._chosen not in {container.name for container in names}:
            return target
        return LogTarget(target.node, target.pod, self._chosen)
