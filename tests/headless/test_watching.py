"""`argo-tui wait` and `watch`: how workflows end, and what is told until then."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import Said, run
from tests.support.waiting import wait_until
from tui.demo.resources import WORKFLOWS
from tui.headless.watching import fitting, notify

Ask = Callable[..., Said]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(tmp_path) as running:
        yield running
        wait_until(lambda: not running.watching())


@pytest.fixture
def ask(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("TZ", "UTC")
    return lambda *words: run([words[0], "--kubeconfig", str(cluster.kubeconfig), *words[1:]])


def ended(phase: str, **more: Any) -> dict[str, Any]:
    at = "2026-01-15T12:00:00Z"
    return {"phase": phase, "startedAt": at, "finishedAt": at, **more}


@contextmanager
def meanwhile(cluster: Cluster, action: Callable[[], object]) -> Iterator[None]:
    """Something happens in the cluster as soon as somebody watches."""

    def work() -> None:
        wait_until(lambda: cluster.watching() > 0)
        action()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_wait_says_how_each_ended_and_fails_with_one_that_did(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("good", status=ended("Succeeded"))
    cluster.workflow("bad", status=ended("Error"))
    said = ask("wait", "good")
    assert said == (0, "good Succeeded at 2026-01-15 12:00:00 +0000 UTC\n", "")
    said = ask("wait", "good", "bad", "good")
    assert said.code == 1
    assert sorted(said.out.splitlines()) == [
        "bad Error at 2026-01-15 12:00:00 +0000 UTC",
        "good Succeeded at 2026-01-15 12:00:00 +0000 UTC",
    ]


def test_wait_waits_for_one_that_runs(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("runs")
    with meanwhile(
        cluster, lambda: cluster.patch(WORKFLOWS, "runs", {"status": ended("Succeeded")})
    ):
        said = ask("wait", "runs")
    assert said.code == 0 and said.out.startswith("runs Succeeded at ")


def test_one_that_goes_away_is_said_and_is_a_failure(ask: Ask, cluster: Cluster) -> None:
    cluster.workflow("goes")
    with meanwhile(cluster, lambda: cluster.delete(WORKFLOWS, "goes")):
        said = ask("wait", "goes")
    assert said.code == 1 and "goes is gone" in said.err


def test_one_that_is_not_there_may_be_ignored(ask: Ask) -> None:
    assert ask("wait", "nobody").code == 1
    assert ask("wait", "nobody", "--ignore-not-found").code == 0


def node(name: str, phase: str, kind: str = "Pod") -> dict[str, Any]:
    return {"id": name, "name": name, "displayName": name, "type": kind, "phase": phase}


def test_watch_in_a_pipe_is_a_line_a_change_and_the_whole_at_the_end(
    ask: Ask, cluster: Cluster
) -> None:
    nodes = {"steps": node("steps", "Running", "Steps"), "a": node("a", "Running")}
    cluster.workflow("steps", status={"phase": "Running", "nodes": nodes})
    over = {"steps": node("steps", "Failed", "Steps"), "a": {**node("a", "Failed"), "message": "x"}}
    with meanwhile(
        cluster, lambda: cluster.patch(WORKFLOWS, "steps", {"status": ended("Failed", nodes=over)})
    ):
        said = ask("watch", "steps", "--no-color")
    assert said.code == 1
    lines = said.out.splitlines()
    assert "Running   a" in lines and "Failed    a  x" in lines
    assert lines.index("Failed    a  x") < lines.index("Name:                steps")
    assert not any("\x1b" in line for line in lines)


def test_of_too_many_lines_those_that_succeeded_are_left_out_first() -> None:
    lines = ["head", *(f" ├─✔ done-{n}" for n in range(10)), " ├─● runs", " └─✖ failed"]
    shown = fitting(lines, 6)
    assert len(shown) == 6
    assert shown[0] == "head" and " ├─● runs" in shown and " └─✖ failed" in shown
    assert shown[-1] == "… 8 more lines"
    assert fitting(lines, 20) == lines


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_notice_goes_to_a_terminal_only_and_brings_no_escapes_of_others(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys, "stderr", stderr)
    notify("a\x1b]0;b\x07: failed")
    told = stderr.getvalue()
    assert told.startswith("\a\x1b]9;argo-tui: a") == is_terminal
    assert told.count("\x1b") == (1 if is_terminal else 0)
