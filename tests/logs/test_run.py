"""The logs of a run are opened in the order their steps began, and no more than are looked at."""

from __future__ import annotations

from typing import Any

from tests.support.logs_pane import RUN, Written, line, pod, running
from tests.support.waiting import wait_until
from tui.domain import decode
from tui.domain.logtargets import LogTarget
from tui.domain.node import Node
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
