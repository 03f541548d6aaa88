"""Which attempts of a step that was tried again count, and which log of it is read."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import json
from msgspec.structs import replace

from tests.support.golden import ABSENT, DATA
from tui.domain import decode
from tui.domain.attempts import Superseded, attempts, superseded
from tui.domain.forest import first_problem, rows
from tui.domain.logtargets import LogTarget, best_target, log_targets
from tui.domain.node import NodeId
from tui.domain.reason import failed, why
from tui.domain.workflow import Workflow

RECORDED = DATA / "kube" / "workflows"


def node(name: str, phase: str = "Succeeded", kind: str = "Pod", **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "displayName": name, "type": kind, "phase": phase, **more}


def attempt(number: int, phase: str, kind: str = "Pod", **more: Any) -> dict[str, Any]:
    flag = {"retried": True}
    at = f"2026-01-01T00:00:0{number}Z"
    return node(f"job({number})", phase, kind, nodeFlag=flag, startedAt=at, **more)


def job(*inside: dict[str, Any], phase: str = "Running") -> Workflow:
    """A workflow that is one step with a retry strategy."""
    own = [each["id"] for each in inside if not each.get("boundaryID")]
    nodes = {each["id"]: each for each in (node("job", phase, "Retry", children=own), *inside)}
    status = {"phase": phase, "nodes": nodes}
    return decode.from_manifest({"metadata": {"name": "job"}, "status": status})


def read(workflow: Workflow, step: str = "") -> str:
    """The step whose log is read, of a step or of the whole."""
    at = next((each for each in workflow.nodes.values() if each.name == step), None)
    target = best_target(workflow, at)
    return target.node.name if target is not None else ""


def opens_on(workflow: Workflow) -> str | None:
    return first_problem(workflow, rows(workflow))


FIRST = attempt(0, "Failed", message="main: Error (exit code 1)")


def test_while_the_next_attempt_runs_its_log_is_read_and_the_failed_one_is_no_problem() -> None:
    workflow = job(FIRST, attempt(1, "Running"))
    assert read(workflow) == read(workflow, "job") == "job(1)"
    assert read(workflow, "job(0)") == "job(0)", "who goes there reads it"
    assert opens_on(workflow) is None
    assert failed(workflow.nodes) == []
    assert why(workflow.nodes, is_over=False) == ""


def test_once_an_attempt_succeeded_its_log_is_read() -> None:
    workflow = job(FIRST, attempt(1, "Failed"), attempt(2, "Succeeded"), phase="Succeeded")
    assert read(workflow) == read(workflow, "job") == "job(2)"
    assert opens_on(workflow) is None


def test_where_all_attempts_failed_the_last_one_is_read_and_opened_on() -> None:
    workflow = job(FIRST, attempt(1, "Failed"), phase="Failed")
    assert read(workflow) == read(workflow, "job") == opens_on(workflow) == "job(1)"
    assert failed(workflow.nodes) == ["job(1)"]


def test_an_attempt_that_has_not_begun_is_waited_for() -> None:
    assert read(job(FIRST, attempt(1, "Pending")), "job") == "job(1)"


def test_the_order_of_attempts_is_that_of_their_numbers_whatever_the_children_say() -> None:
    workflow = job(attempt(10, "Running"), attempt(9, "Failed"), attempt(2, "Failed"))
    assert attempts(workflow.nodes, workflow.nodes[NodeId("job")]) == [
        "job(2)",
        "job(9)",
        "job(10)",
    ]
    assert superseded(workflow.nodes) == {"job(2)", "job(9)"}


@pytest.mark.parametrize("hook", ["job.onExit", "job.hooks.told", "job(1).onExit"])
def test_a_hook_is_no_attempt_and_its_log_is_not_that_of_the_step(hook: str) -> None:
    late = node(hook, "Succeeded", startedAt="2026-01-01T00:01:00Z")
    workflow = job(FIRST, attempt(1, "Failed"), late, phase="Failed")
    assert superseded(workflow.nodes) == {"job(0)"}
    assert read(workflow, "job") == "job(1)"


def test_what_ran_inside_an_attempt_that_was_tried_again_is_no_problem_either() -> None:
    inner = node("job(0).deep", "Failed", "DAG", boundaryID="job(0)")
    pod = node("job(0).deep.step", "Failed", boundaryID="job(0).deep", message="exit code 1")
    now = node("job(1).deep", "Running", boundaryID="job(1)", startedAt="2026-01-01T00:00:05Z")
    workflow = job(attempt(0, "Failed", "Steps"), attempt(1, "Running", "Steps"), inner, pod, now)
    gone = Superseded(workflow.nodes)
    assert {name for name in workflow.nodes if name in gone} == {
        "job(0)",
        "job(0).deep",
        "job(0).deep.step",
    }
    assert read(workflow) == read(workflow, "job") == "job(1).deep"
    assert read(workflow, "job(0)") == "job(0).deep.step"
    assert opens_on(workflow) is None
    assert failed(workflow.nodes) == []


def test_a_circle_of_boundaries_is_inside_of_nothing() -> None:
    x = node("x", "Failed", boundaryID="y")
    y = node("y", "Failed", boundaryID="x")
    workflow = job(FIRST, attempt(1, "Running"), x, y)
    assert "x" not in Superseded(workflow.nodes)


def told(workflow: Workflow) -> LogTarget:
    target = best_target(workflow)
    assert target is not None
    return target


@pytest.mark.parametrize(
    ("message", "container"),
    [
        ("main: Error (exit code 1)", "main"),
        ("proxy: Error (exit code 3)", "proxy"),
        ("init: Error (exit code 64): artifact x failed to load: no such key", "init"),
        ("wait: Error (exit code 64): open /tmp/none.tgz: no such file", "wait"),
        ("side-car: OOMKilled (exit code 137)", "side-car"),
        ("OOMKilled (exit code 137)", "main"),
        ("Pod was evicted: too much memory", "main"),
        ("", "main"),
    ],
)
def test_of_a_pod_that_failed_the_container_is_read_that_made_it_fail(
    message: str, container: str
) -> None:
    assert told(job(attempt(0, "Failed", message=message))).container == container
    assert told(job(attempt(0, "Succeeded", message=message))).container == "main"


def test_of_a_container_set_the_container_is_read_that_failed() -> None:
    def inner(name: str, phase: str) -> dict[str, Any]:
        more = {"displayName": name, "boundaryID": "job(0)"}
        return {**node(f"job(0).{name}", phase, "Container"), **more}

    pod = attempt(0, "Failed", message="main: Error (exit code 1)")
    assert told(job(pod, inner("a", "Succeeded"), inner("b", "Failed"))).container == "b"
    assert told(job(attempt(0, "Running"), inner("a", "Running"), inner("b", ""))).container == "a"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"phase": "Succeeded", "memoizationStatus": {"hit": True, "cacheName": "c"}},
            "it never ran: its outputs are from the cache c, so there is no log",
        ),
        ({"phase": "Pending", "message": "Unschedulable"}, "not begun yet (Unschedulable)"),
        ({"phase": ""}, "not begun yet (Pending)"),
        ({"phase": "Omitted", "message": "x"}, "it was omitted (x), so there is no log"),
        ({"phase": "Running"}, ""),
    ],
)
def test_where_there_is_no_log_it_is_said_why(more: dict[str, Any], said: str) -> None:
    assert told(job({**attempt(0, ""), **more})).why_none == said


@pytest.mark.skipif(not RECORDED.is_dir(), reason=ABSENT)
@pytest.mark.parametrize(
    ("kind", "read_of_whole", "container"),
    [
        ("retry", "retry-fhv48(2)", "main"),
        ("retry-exhausted", "retry-exhausted-vxs6t[1].after(1)", "main"),
        ("artifact-missing", "artifact-missing", "init"),
        ("output-missing", "output-missing", "wait"),
        ("start-error", "start-error-5nwm4", "main"),
    ],
)
def test_of_recorded_runs_the_log_is_read_that_tells_most(
    kind: str, read_of_whole: str, container: str
) -> None:
    raw = (RECORDED / kind / "workflow.json").read_bytes()
    workflow = decode.from_manifest(json.decode(raw))
    target = told(workflow)
    assert (target.node.name, target.container) == (read_of_whole, container)
    is_over_well = workflow.phase == "Succeeded"
    assert failed(workflow.nodes)[:1] == ([] if is_over_well else [target.node.id])
    assert opens_on(workflow) == (None if is_over_well else target.node.id)


@pytest.mark.skipif(not RECORDED.is_dir(), reason=ABSENT)
def test_a_recorded_hit_of_a_cache_says_that_it_never_ran() -> None:
    raw = (RECORDED / "memoize" / "workflow.json").read_bytes()
    workflow = decode.from_manifest(json.decode(raw))
    hit = next(
        n for n in workflow.nodes.values() if n.memoization_status and n.memoization_status.hit
    )
    target = best_target(workflow, hit)
    assert target is not None
    assert "from the cache sv1-memo" in target.why_none


class Counted(dict[Any, Any]):
    """Nodes that count how often somebody goes through all of them."""

    passes = 0

    def values(self) -> Any:
        self.passes += 1
        return super().values()

    def items(self) -> Any:
        self.passes += 1
        return super().items()


@pytest.mark.parametrize("pods", [100, 1000])
def test_the_log_of_a_wide_run_is_found_in_as_many_passes_as_of_a_narrow_one(pods: int) -> None:
    workflow = job(*(node(f"job.part({i})", "Running", boundaryID="job") for i in range(pods)))
    assert workflow.status.nodes is not None
    nodes = Counted(workflow.status.nodes)
    counted = replace(workflow, status=replace(workflow.status, nodes=nodes))
    assert best_target(counted) is not None
    assert nodes.passes <= 4
    nodes.passes = 0
    assert len(log_targets(counted)) == pods
    assert nodes.passes <= 4
