"""The logs of a run are opened in the order their steps began, and no more than are looked at."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.support.logs_pane import RUN, Written, line, pod, running
from tests.support.waiting import wait_until
from tui.domain import decode
from tui.domain.logtargets import MOST_COMING, LogTarget, begun_pods
from tui.domain.node import Node, NodeId
from tui.domain.overview import prepare
from tui.domain.podname import fnv1a, pod_name
from tui.domain.workflow import Workflow
from tui.logs.follower import LogFollower
from tui.logs.reader import LogReader
from tui.logs.run import AT_ONCE, MOST_READ, RunLogs


class Unread(LogFollower):
    """A follower that is only told what to read."""

    def __init__(self) -> None:
        workflow = decode.from_manifest(running("api"))
        super().__init__(LogReader(Written(), workflow), lambda: None)
        self.begun: list[str] = []

    def begin(self, target: LogTarget, *, is_followed: bool) -> int:
        self.begun.append(target.pod)
        return len(self.begun) - 1


def target(number: int, phase: str = "Succeeded") -> LogTarget:
    began = f"2026-03-17T06:{number // 60:02}:{number % 60:02}Z"
    fields: dict[str, Any] = {"id": f"n-{number}", "name": f"w.{number}", "type": "Pod"}
    return LogTarget(Node(**fields, phase=phase, started_at=began), f"pod-{number}")


def test_the_oldest_are_opened_first_and_so_many_at_a_time() -> None:
    follower = Unread()
    logs = RunLogs(follower, decode.from_manifest(running("api")), now=lambda: 0.0)
    logs.want(target(number) for number in reversed(range(100)))
    assert follower.begun == [f"pod-{number}" for number in range(AT_ONCE)]
    assert logs.count == 100 and logs.skipped == 0
    logs.want(target(number) for number in range(100))
    assert logs.count == 100, "each once"


def test_of_thousands_those_that_failed_or_run_and_the_last_are_read() -> None:
    follower = Unread()
    logs = RunLogs(follower, decode.from_manifest(running("api")), now=lambda: 0.0)
    phases = {7: "Failed", 11: "Running"}
    logs.want(target(number, phases.get(number, "Succeeded")) for number in range(3000))
    assert logs.count == MOST_READ and logs.skipped == 3000 - MOST_READ
    assert follower.begun[:3] == ["pod-7", "pod-11", f"pod-{3000 - MOST_READ + 2}"]
    assert len(logs.nodes) == 3000, "the others are not counted again"


def wide(steps: int, version: int = 1, **phases: str) -> Workflow:
    """A run of so many steps, of which those named have another phase."""
    nodes = {
        f"n-{number}": {
            "id": f"n-{number}",
            "name": f"wide.part({number})",
            "type": "Pod",
            "templateName": "work",
            "phase": phases.get(f"n_{number}", "Succeeded"),
            "startedAt": f"2026-03-17T06:{number // 60:02}:{number % 60:02}Z",
        }
        for number in range(steps)
    }
    templates = [{"name": "work", "container": {}, "sidecars": [{"name": "proxy"}]}]
    metadata = {"name": "wide", "namespace": "argo", "uid": "u", "resourceVersion": str(version)}
    status = {"phase": "Running", "nodes": nodes}
    return decode.from_manifest(
        {"metadata": metadata, "spec": {"templates": templates}, "status": status}
    )


def name_in(workflow: Workflow, number: int) -> str:
    return pod_name(workflow, workflow.nodes[NodeId(f"n-{number}")])


def test_of_a_run_of_thousands_only_the_pods_that_are_read_cost_a_name() -> None:
    follower, workflow = Unread(), wide(3000, n_7="Failed", n_11="Running", n_12="Pending")
    logs = RunLogs(follower, workflow, now=lambda: 0.0)
    before = fnv1a.cache_info().misses
    logs.want_begun(None, "v2")
    assert fnv1a.cache_info().misses - before <= MOST_READ
    assert logs.count == MOST_READ and logs.skipped == 2999 - MOST_READ
    first = [name_in(workflow, number) for number in (7, 11, 3000 - MOST_READ + 2)]
    assert follower.begun[:3] == first
    assert len(logs.nodes) == 2999, "the others are not counted again"


def test_of_a_later_version_only_the_pods_that_have_begun_since_are_wanted() -> None:
    first, second, third = (
        wide(100, 1, n_7="Pending"),
        wide(100, 2, n_7="Pending", n_8="Failed"),
        wide(100, 3),
    )
    prepare(first, None)
    prepare(second, first)
    prepare(third, second)
    assert begun_pods(second, None) is begun_pods(first, None), "nothing is compared on the loop"
    logs = RunLogs(Unread(), first, now=lambda: 0.0)
    counts = []
    for logs.workflow in (first, second, third):
        logs.want_begun(None, "v2")
        counts.append((logs.count, len(logs.nodes)))
    assert counts == [(99, 99), (99, 99), (100, 100)]


def test_logs_that_are_not_read_count_each_container_that_was_chosen() -> None:
    logs = RunLogs(Unread(), wide(1000), now=lambda: 0.0)
    logs.want_begun(None, "v2", frozenset(("main", "proxy")))
    assert (logs.count, logs.skipped) == (MOST_READ, 2000 - MOST_READ)


def test_what_the_agent_does_is_one_log() -> None:
    workflow = wide(1000)
    for key, node in workflow.nodes.items():
        workflow.nodes[key] = replace(node, type="HTTP")
    logs = RunLogs(Unread(), workflow, now=lambda: 0.0)
    logs.want_begun(None, "v2")
    assert (logs.count, logs.skipped) == (1, 0)


def test_lines_of_several_logs_come_by_time() -> None:
    source = Written()
    workflow = decode.from_manifest(running("api", "web"))
    follower = LogFollower(LogReader(source, workflow), lambda: None)
    logs = RunLogs(follower, workflow)
    nodes = [node for node in workflow.nodes.values() if node.type == "Pod"]
    logs.want(LogTarget(node, pod(node.title, RUN)) for node in nodes)
    source.pipe(pod("web")).put(line(1, "one") + line(3, "three"))
    source.pipe(pod("api")).put(line(2, "two"))
    for name in ("api", "web"):
        source.pipe(pod(name)).put(None)
    found: list[bytes] = []

    def is_over() -> bool:
        blocks, _ = logs.take()
        found.extend(block.line(i) for block in blocks for i in range(len(block)))
        return logs.is_over

    wait_until(is_over)
    assert found == [b"one", b"two", b"three"]
    follower.end()


def test_of_hundreds_of_pods_that_have_not_begun_the_logs_of_a_few_are_asked_for() -> None:
    coming = {f"n_{number}": "Pending" for number in range(300)}
    later = coming | {"n_0": "Running", "n_1": "Succeeded"}
    follower = Unread()
    logs = RunLogs(follower, wide(301, 1, **coming), now=lambda: 0.0)
    logs.want_begun(None, "v2")
    asked = [name_in(logs.workflow, number) for number in (300, *range(MOST_COMING))]
    assert follower.begun == asked, "what has begun comes first"
    assert logs.count == 1, "the others are told of when they have lines, or have begun"
    logs.workflow = wide(301, 2, **later)
    logs.want_begun(None, "v2")
    more = [name_in(logs.workflow, number) for number in (MOST_COMING, MOST_COMING + 1)]
    assert follower.begun == [*asked, *more], "none twice, and as many as may be"
    assert logs.count == 3
    saved = Unread()
    RunLogs(saved, wide(301, 1, **coming), awaits=False).want_begun(None, "v2")
    assert saved.begun == [asked[0]]


def test_a_log_that_was_asked_for_before_its_step_had_begun_joins_in_and_holds_up_nothing() -> None:
    source = Written()
    workflow = decode.from_manifest(running("api", "web"))
    for key, node in workflow.nodes.items():
        if node.title == "web":
            workflow.nodes[key] = replace(node, phase="Pending")
    follower = LogFollower(LogReader(source, workflow), lambda: None)
    moments = [0.0]
    logs = RunLogs(follower, workflow, now=lambda: moments[0])
    logs.want_begun(None, "v2")
    source.pipe(pod("api")).put(line(1, "one"))
    got: list[bytes] = []

    def lines() -> list[bytes]:
        got.extend(block.line(at) for block in logs.take()[0] for at in range(len(block)))
        return got

    wait_until(lambda: lines() == [b"one"])
    assert logs.count == 1
    source.pipe(pod("web")).put(line(2, "two"))
    source.pipe(pod("api")).put(None)
    wait_until(lambda: lines() == [b"one", b"two"])
    assert logs.count == 2 and not logs.is_over
    source.pipe(pod("web")).put(None)
    workflow.nodes.update(
        (key, replace(node, phase="Succeeded")) for key, node in workflow.nodes.items()
    )
    wait_until(lambda: lines() and logs.is_over)
    follower.end()


def test_what_the_agent_does_is_followed_though_its_steps_are_pending_or_over() -> None:
    source = Written()
    workflow = decode.from_manifest(running("api", "web"))
    for phase in ("Pending", "Succeeded"):
        for key, node in workflow.nodes.items():
            if node.type != "Steps":
                workflow.nodes[key] = replace(node, type="HTTP", phase=phase)
        follower = LogFollower(LogReader(source, workflow), lambda: None)
        logs = RunLogs(follower, replace(workflow))
        logs.want_begun(None, "v2")
        wait_until(lambda: [each.follow for each in source.reading] == [True])
        follower.end()
        wait_until(lambda: not source.reading)
