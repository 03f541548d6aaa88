"""The logs pane of a pod, shown on a screen of its own.

It is the pane of a workflow whose steps nobody tells, which goes by the pods that are left: this
one, of which all is known already.
"""

from __future__ import annotations

from typing import Any

from tui.domain.node import Node
from tui.domain.workflow import Metadata, Status, Workflow
from tui.kinds.pods import ContainerStatus, Pod, step_of, workflow_of
from tui.panes.logs import LogsPane
from tui.ports import pods as ports


class PodLogsPane(LogsPane):
    """The logs of the containers of one pod."""

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Show the log of a pod; of its program first, or of what failed."""
        pod: Pod = item
        metadata = pod.metadata
        # The name is that of the workflow: an archived log is found by it.
        self._pod = ports_pod(pod)
        super().show(
            Workflow(
                metadata=Metadata(
                    name=workflow_of(pod) or metadata.name,
                    namespace=metadata.namespace,
                    resource_version=metadata.resource_version,
                ),
                status=Status(phase=pod.status.phase, offload_node_status_version=metadata.uid),
            ),
            None,
            raw,
        )

    def _ask_for_pods(self, workflow: Workflow) -> None:
        """Nobody has to be asked."""
        about = (workflow.ref, workflow.version)
        if about != self._pods_of:
            self._pods_of = about
            self.post_message(self.PodsRead(workflow.ref, (self._pod,)))


def ports_pod(pod: Pod) -> ports.Pod:
    """A pod as logs are read by it."""
    status, spec = pod.status, pod.spec
    known = {
        each.name: each for each in (*status.init_container_statuses, *status.container_statuses)
    }
    init = {each.name for each in spec.init_containers}
    asked = [each.name for each in (*spec.init_containers, *spec.containers)]
    return ports.Pod(
        name=pod.metadata.name,
        namespace=pod.metadata.namespace,
        phase=status.phase,
        step=step_of(pod),
        node_name=spec.node_name,
        message=status.message or "",
        started_at=status.start_time,
        containers=tuple(_container(name, known.get(name), is_init=name in init) for name in asked),
    )


def _container(name: str, known: ContainerStatus | None, *, is_init: bool) -> ports.ContainerState:
    state = known.state if known is not None else None
    if known is None or state is None:
        return ports.ContainerState(name, "", is_init=is_init)
    ended = state.terminated
    told = ended or state.waiting
    word = "terminated" if ended else "running" if state.running else "waiting"
    return ports.ContainerState(
        name,
        word,
        reason=(told.reason if told else "") or "",
        message=(told.message if told else "") or "",
        exit_code=ended.exit_code if ended else None,
        restarts=known.restart_count,
        is_init=is_init,
        has_previous=known.restart_count > 0,
    )
