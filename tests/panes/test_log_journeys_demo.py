"""Logs that are open while their pods go, are tried again, or their connections are cut: on the
demo cluster, through its API."""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.cutting import cutting
from tests.support.logs_pane import head
from tests.support.panes import On, bench
from tests.support.runs import container, run, step
from tests.support.scripted import ScriptedSource
from tests.support.waiting import until, wait_until
from tui.demo.resources import PODS, WORKFLOWS
from tui.domain.podname import node_id
from tui.domain.text import SGR
from tui.headless import logs
from tui.panes.logs import LogsPane
from tui.settings import Settings
from tui.sources import open_source

RUN = "etl-q1w2e"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with running_cluster(folder) as running:
        yield running


def pod_of(name: str) -> str:
    number = node_id(RUN, f"{RUN}.{name}").rpartition("-")[2]
    return f"{RUN}-work-{number}"


def put(
    cluster: Cluster, phase: str, *attempts: str, archived: str = "", message: str = ""
) -> None:
    """The workflow as it is now: one step that was tried so often, with these phases."""
    names = [f"work({number})" for number in range(len(attempts))]
    nodes = [
        step(RUN, "", phase, type="Steps", children=("work",)),
        step(RUN, "work", attempts[-1], type="Retry", children=names),
        *(
            step(RUN, name, each, template="work", inside="work", began=20 - number)
            for number, (name, each) in enumerate(zip(names, attempts, strict=True))
        ),
    ]
    if message:
        nodes[-1]["message"] = message
    if archived:
        nodes[-1]["outputs"] = {"artifacts": [{"name": "main-logs", "raw": {"data": archived}}]}
    templates = [{"name": "main", "steps": []}, container("work", retryStrategy={"limit": 3})]
    made = run(RUN, phase, nodes=nodes, spec={"entrypoint": "main", "templates": templates})
    if cluster.get(WORKFLOWS, RUN) is None:
        made["metadata"].pop("resourceVersion", None)
        cluster.create(WORKFLOWS, made)
    else:
        cluster.patch(WORKFLOWS, RUN, {"status": made["status"]})


def begin(cluster: Cluster, name: str, *lines: str) -> None:
    cluster.pod(pod_of(name), labels={"workflows.argoproj.io/workflow": RUN})
    cluster.print_log(pod_of(name), *lines)


@asynccontextmanager
async def pane_on(cluster: Cluster) -> AsyncIterator[On[LogsPane]]:
    """The logs pane, connected to the demo cluster."""
    with closing(open_source(Settings(kubeconfig=str(cluster.kubeconfig)))) as source:
        there = cast(ScriptedSource, source)
        async with bench(lambda context: LogsPane(context), there) as on:
            yield on


def show(on: On[LogsPane], cluster: Cluster, name: str) -> None:
    found = cluster.get(WORKFLOWS, RUN)
    assert found is not None
    on.app.show(found, name)


def shown(on: On[LogsPane]) -> list[str]:
    return [" ".join(row.split()) for row in SGR.sub("", on.app.text).splitlines()]


async def test_a_pod_that_is_deleted_under_an_open_log(cluster: Cluster) -> None:
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", "one", "two")
    async with pane_on(cluster) as on:
        show(on, cluster, "work(0)")
        await on.until(lambda: shown(on) == ["one", "two"])
        cluster.delete(PODS, pod_of("work(0)"))
        cluster.drop_connections("/log")
        await on.until(lambda: "its step is not over yet" in " ".join(on.app.said))
        assert shown(on) == ["one", "two"], "what was shown stays"
        put(cluster, "Succeeded", "Succeeded", archived="one\ntwo\nthree\n")
        show(on, cluster, "work(0)")
        await on.until(lambda: "three" in on.app.text and "end of the log" in head(on))
        seam = "── work(0): its pod is gone, from the archive on ──"
        assert shown(on) == ["one", "two", seam, "three"]


async def test_a_pod_that_is_deleted_in_mid_run_and_whose_log_nobody_archived(
    cluster: Cluster,
) -> None:
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", "one", "two")
    async with pane_on(cluster) as on:
        show(on, cluster, "work(0)")
        await on.until(lambda: shown(on) == ["one", "two"])
        cluster.end_log(pod_of("work(0)"))  # it is told to end, and then it is gone
        cluster.delete(PODS, pod_of("work(0)"))
        put(cluster, "Error", "Error", message="pod deleted")
        show(on, cluster, "work(0)")
        early = "── work(0): its pod was deleted, so its log may end early ──"
        await on.until(lambda: shown(on) == ["one", "two", early])
        assert "end of the log" in head(on)


async def test_a_step_that_is_tried_again_under_an_open_log(cluster: Cluster) -> None:
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", "first try")
    async with pane_on(cluster) as on:
        show(on, cluster, "work")
        await on.until(lambda: "first try" in on.app.text)
        cluster.print_log(pod_of("work(0)"), "broken")
        cluster.end_log(pod_of("work(0)"))
        put(cluster, "Running", "Failed", "Running")
        begin(cluster, "work(1)", "", "", "", "second try")
        show(on, cluster, "work")
        await on.until(lambda: "second try" in on.app.text)
        cluster.print_log(pod_of("work(1)"), "done")
        cluster.end_log(pod_of("work(1)"))
        put(cluster, "Succeeded", "Failed", "Succeeded")
        show(on, cluster, "work")
        await on.until(lambda: "done" in on.app.text)
        said = [row for row in shown(on) if row not in ("work(1)",)]
        rule = "── work(1): attempt 2 ──"
        ours = ["work(0) first try", "work(0) broken", rule, "work(1) second try", "work(1) done"]
        assert sorted(said) == sorted(ours)
        assert said.index(rule) < said.index("work(1) second try") < said.index("work(1) done")


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_connection_that_is_cut_at_a_random_byte_under_an_open_log(
    cluster: Cluster, seed: int
) -> None:
    drawn = random.Random(seed)
    lines = [f"line {number} {'x' * drawn.randrange(60)}".strip() for number in range(3_000)]
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", *lines[:1_500])
    cuts = [drawn.randrange(20_000, 60_000) for _ in range(2)]
    with cutting(cluster.url, cluster.kubeconfig, cuts) as proxy:
        async with pane_on(cluster) as on:
            show(on, cluster, "work(0)")
            await until(lambda: proxy.made == 2, seconds=20)
            cluster.print_log(pod_of("work(0)"), *lines[1_500:])
            cluster.end_log(pod_of("work(0)"))
            await until(lambda: len(on.pane.book) >= len(lines), seconds=20)
            assert [on.pane.book.text(i) for i in range(len(on.pane.book))] == lines


def test_the_command_goes_on_where_its_connection_was_cut(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"line {number}" for number in range(3_000)]
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", *lines)
    cuts = [random.Random(3).randrange(30_000, 80_000)]
    parser = argparse.ArgumentParser()
    logs.configure(parser)
    codes: list[int] = []
    with cutting(cluster.url, cluster.kubeconfig, cuts) as proxy:
        settings = Settings(kubeconfig=str(cluster.kubeconfig))
        words: Any = parser.parse_args([RUN, "-f", "--no-prefix"])
        thread = threading.Thread(
            target=lambda: codes.append(logs.run(words, settings)), daemon=True
        )
        thread.start()
        wait_until(lambda: proxy.made == 1)
        cluster.end_log(pod_of("work(0)"))
        put(cluster, "Succeeded", "Succeeded")
        thread.join(20)
    assert codes == [0]
    assert capsys.readouterr().out.splitlines() == lines


def test_the_command_says_that_a_pod_was_deleted_in_mid_run(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", "one")
    parser = argparse.ArgumentParser()
    logs.configure(parser)
    words: Any = parser.parse_args([RUN, "-f", "--no-prefix"])
    settings = Settings(kubeconfig=str(cluster.kubeconfig))
    thread = threading.Thread(target=lambda: logs.run(words, settings), daemon=True)
    thread.start()
    printed = ["", ""]

    def has_printed(text: str) -> bool:
        captured = capsys.readouterr()
        printed[0] += captured.out
        printed[1] += captured.err
        return text in printed[0]

    wait_until(lambda: has_printed("one"))
    cluster.end_log(pod_of("work(0)"))
    cluster.delete(PODS, pod_of("work(0)"))
    put(cluster, "Error", "Error", message="pod deleted")
    thread.join(20)
    has_printed("")
    assert printed[0].splitlines() == ["one"], "what another program reads is lines of the log"
    assert printed[1].splitlines() == ["work(0): its pod was deleted, so its log may end early"]


def begun(cluster: Cluster, *words: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, which has printed its first line."""
    put(cluster, "Running", "Running")
    begin(cluster, "work(0)", "one")
    command = [sys.executable, "-m", "tui", "logs", "--kubeconfig", str(cluster.kubeconfig), RUN]
    process = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"one\n"
    return process


def test_a_log_that_is_followed_ends_with_the_program_that_reads_it_though_no_line_comes(
    cluster: Cluster,
) -> None:
    with begun(cluster, "-f", "--no-prefix") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()  # as `head` does when it has its lines
        assert (process.wait(20), process.stderr.read()) == (0, b"")


def test_a_log_that_is_followed_is_ended_by_ctrl_c_with_all_its_lines(cluster: Cluster) -> None:
    with begun(cluster, "-f", "--no-prefix") as process:
        assert process.stdout is not None and process.stderr is not None
        cluster.print_log(pod_of("work(0)"), "two")
        assert process.stdout.readline() == b"two\n"
        process.send_signal(signal.SIGINT)
        assert (process.wait(20), process.stderr.read()) == (130, b"")
        assert process.stdout.read() == b""
