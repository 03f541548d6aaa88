"""WorkflowTaskResults: what the executor of a pod tells the controller (argo.md 1.1, 1.7).

There is one for each pod, named as its node, from the start of its `wait` container to the end of
the workflow: the controller takes them over and, when all is over, deletes them. A deleted workflow
takes those it owns with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.demo.engine.run import LABEL
from tui.demo.refusals import ApiError
from tui.demo.resources import WORKFLOW_TASK_RESULTS, WORKFLOWS
from tui.demo.store import Store

if TYPE_CHECKING:
    from tui.demo.engine.run import Run
    from tui.demo.engine.simpod import SimPod


class TaskResults:
    """Writes and removes the task results of the cluster."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def report(self, pod: SimPod, *, completed: bool) -> None:
        """What is known now: progress and, once it is `completed`, all outputs."""
        metadata = pod.obj["metadata"]
        name = str(metadata["annotations"][f"{LABEL}node-id"])
        found = self._store.find(WORKFLOW_TASK_RESULTS, pod.namespace, name)
        told: dict[str, Any] = {}
        if pod.outputs:
            told["outputs"] = pod.outputs
        if pod.progress:
            told["progress"] = pod.progress
        owner = metadata["ownerReferences"][0]
        labels = {
            f"{LABEL}workflow": str(owner["name"]),
            f"{LABEL}report-outputs-completed": "true" if completed else "false",
        }
        try:
            if found is None:
                workflow = self._store.record(WORKFLOWS, pod.namespace, str(owner["name"]))
                if workflow.uid != owner["uid"]:
                    return  # the pod outlives its own by a moment
                kept = ("apiVersion", "kind", "name", "uid")
                made = {
                    "name": name,
                    "namespace": pod.namespace,
                    "labels": labels,
                    "ownerReferences": [{key: owner[key] for key in kept}],
                }
                self._store.create(WORKFLOW_TASK_RESULTS, {"metadata": made, **told})
                return
            found["metadata"] |= {"labels": labels}
            self._store.update(WORKFLOW_TASK_RESULTS, {**found, **told})
        except ApiError:
            return  # the workflow is being deleted, and what it owns with it

    def forget(self, run: Run) -> None:
        """The workflow is over, and knows them all."""
        for record in self._store.records(WORKFLOW_TASK_RESULTS, run.namespace):
            if record.labels.get(f"{LABEL}workflow") == run.name:
                self._store.delete(WORKFLOW_TASK_RESULTS, run.namespace, record.name)
