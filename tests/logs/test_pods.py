"""Where the nodes of a workflow cannot be read, its pods say which logs there are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.golden import ABSENT, DATA
from tui.logs.pods import best_target, runs_since, target_of, targets_of
from tui.ports.pods import ContainerState, Pod
from tui.sources import pods as core

RECORDED = DATA / "kube" / "workflows"


def container(name: str, code: int | None = None, **more: Any) -> ContainerState:
    state = "running" if code is None else "terminated"
    return ContainerState(name, state, exit_code=code, **more)


def pod(name: str, phase: str, *containers: ContainerState, **more: Any) -> Pod:
    return Pod(name, "argo", phase, containers=containers, **more)


def test_a_pod_says_of_which_step_it_is_and_how_that_ended() -> None:
    target = target_of(
        pod(
            "wf-work-1",
            "Succeeded",
            container("init", 0, is_init=True),
            container("wait", 0),
            container("main", 0),
            node_id="wf-1",
            step="wf[0].work",
            started_at="2026-01-01T00:00:00Z",
        )
    )
    assert (target.pod, target.container) == ("wf-work-1", "main")
    assert (target.node.id, target.node.title, target.node.phase) == ("wf-1", "work", "Succeeded")
    assert target.has_begun


@pytest.mark.parametrize(
    ("containers", "wanted", "phase"),
    [
        ([container("main", 1), container("wait", 0)], "main", "Failed"),
        ([container("main", 0), container("side", 3)], "side", "Failed"),
        ([container("main", 0), container("side", 143)], "main", "Succeeded"),
        ([container("main", 137), container("side", 143)], "main", "Failed"),
        ([container("init", 64, is_init=True), container("main")], "init", "Failed"),
        ([container("main", 1), container("prep", 2, is_init=True)], "prep", "Failed"),
        ([container("wait", 64), container("main", 0)], "wait", "Failed"),
        ([container("wait", 0), container("a", 0), container("b", 1)], "b", "Failed"),
        ([container("wait", 0), container("a", 0), container("b", 0)], "a", "Failed"),
        ([], "main", "Failed"),
    ],
)
def test_of_a_pod_that_failed_the_container_is_read_that_made_it_fail(
    containers: list[ContainerState], wanted: str, phase: str
) -> None:
    target = target_of(pod("p", "Failed", *containers))
    assert (target.container, target.node.phase) == (wanted, phase)


def test_of_several_pods_the_one_that_failed_is_read_first_else_the_one_that_runs() -> None:
    runs = pod("runs", "Running", container("main"), started_at="2026-01-01T00:00:01Z")
    done = pod("done", "Succeeded", container("main", 0), started_at="2026-01-01T00:00:02Z")
    broke = pod("broke", "Failed", container("main", 1), started_at="2026-01-01T00:00:00Z")
    for pods, wanted in (([runs, done, broke], "broke"), ([runs, done], "runs"), ([done], "done")):
        best = best_target(pods)
        assert best is not None and best.pod == wanted
    assert best_target([]) is None


def test_steps_are_called_as_where_nodes_are_known() -> None:
    one = pod("wf-a-1", "Running", node_id="wf-1", step="wf[0].a", started_at="2")
    two = pod("wf-b-2", "Running", node_id="wf-2", step="wf[0].b", started_at="1")
    assert [target.pod for target in targets_of([one, two])] == ["wf-b-2", "wf-a-1"]
    for name in ("wf-1", "wf[0].a", "a", "wf-a-1"):
        assert [target.pod for target in targets_of([one, two], name)] == ["wf-a-1"]
    assert targets_of([one, two], "nope") == []
    assert [target.container for target in targets_of([one], "", "wait")] == ["wait"]


@pytest.mark.skipif(not RECORDED.is_dir(), reason=ABSENT)
@pytest.mark.parametrize(
    ("kind", "container", "phase"),
    [
        ("sidecar-init", "main", "Succeeded"),
        ("artifact-missing", "init", "Failed"),
        ("output-missing", "wait", "Failed"),
        ("start-error", "main", "Failed"),
        ("retry", "main", "Failed"),
    ],
)
def test_recorded_pods_say_what_their_nodes_say(kind: str, container: str, phase: str) -> None:
    found, _ = core.pods((RECORDED / kind / "pods.json").read_bytes())
    best = best_target(found)
    assert best is not None
    assert (best.container, best.node.phase) == (container, phase)
    assert best.node.name.startswith(best.node.id.partition("-")[0])


def state(policy: str = "OnFailure", phase: str = "Running", restarts: int = 0, **now: Any) -> Any:
    """A pod with one container in this state."""
    one = {"name": "main", "state": now, "restartCount": restarts}
    status = {"phase": phase, "containerStatuses": [one]}
    return {"spec": {"restartPolicy": policy}, "status": status, "metadata": {"name": "p"}}


def crashed(**now: Any) -> Any:
    """The same, of one that has ended once, which does not count as a start again yet."""
    pod = state(**now)
    pod["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"exitCode": 1}}
    return pod


BEGUN = {"startedAt": "2026-03-17T06:29:00Z"}


@pytest.mark.parametrize(
    ("pod", "found"),
    [
        (state(running=BEGUN), 1773728940 * 10**9),
        (state(running={}), ""),
        (state(terminated={"exitCode": 0}), ""),
        (state(terminated={"exitCode": 1}), "will be started again"),
        (state("Never", terminated={"exitCode": 1}), ""),
        (state("Always", terminated={"exitCode": 0}), "will be started again"),
        (state("Always", "Failed", terminated={"exitCode": 1}), ""),
        (state(restarts=2, waiting={"reason": "CrashLoopBackOff"}), "again: CrashLoopBackOff"),
        (state(restarts=2, waiting={}), "again: nothing says why"),
        (state(waiting={"reason": "PodInitializing"}), ""),
        (crashed(waiting={"reason": "CrashLoopBackOff"}), "again: CrashLoopBackOff"),
        ({**state(terminated={"exitCode": 1}), "metadata": {"deletionTimestamp": "now"}}, ""),
        ({"status": {"containerStatuses": "odd"}}, ""),
        (None, ""),
    ],
)
def test_a_container_that_runs_on_or_will_is_told_from_one_that_is_over(
    pod: Any, found: int | str
) -> None:
    said = runs_since(pod, "main")
    assert said == found if isinstance(found, int) or not found else str(said).endswith(found)


@pytest.mark.parametrize(
    ("pods", "own", "code", "found"),
    [
        ("Never", "Always", 0, "will be started again"),
        ("Never", None, 1, ""),
        ("Always", None, 1, "will be started again"),
        ("Always", None, 0, ""),
    ],
)
def test_init_containers_have_a_policy_of_their_own(
    pods: str, own: str | None, code: int, found: str
) -> None:
    told = {"name": "main", "state": {"terminated": {"exitCode": code}}}
    pod = {
        "spec": {"restartPolicy": pods, "initContainers": [{"name": "main", "restartPolicy": own}]},
        "status": {"phase": "Running", "initContainerStatuses": [told]},
    }
    assert runs_since(pod, "main") == found
