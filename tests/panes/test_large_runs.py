"""A large run costs a pane no more than a look or two at each of its steps."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pytest
from msgspec.structs import force_setattr, replace

from tests.support.app import Shown, showing
from tests.support.logs_pane import line
from tests.support.panes import bench
from tests.support.runs import NOW
from tests.support.scripted import ScriptedSource, opened, told_whole
from tests.support.waiting import until
from tests.support.widgets import screen_of
from tui.domain import decode
from tui.domain.forest import ForestView
from tui.domain.node import NodeId
from tui.domain.overview import prepare
from tui.domain.podname import pod_name
from tui.domain.status import status_text
from tui.domain.versions import keep_nodes
from tui.domain.workflow import Workflow
from tui.logs.run import look_for
from tui.panes.artifact_list import ArtifactRows
from tui.panes.artifacts import MANY, ArtifactsPane
from tui.panes.base import Pane, PaneContext
from tui.panes.inout import InOutPane
from tui.panes.logs import MANY as MANY_LOGS
from tui.panes.logs import LogsPane
from tui.panes.manifest import ManifestPane
from tui.panes.summary import SummaryPane
from tui.screens.headings import why_no_steps
from tui.screens.workflow import WorkflowScreen
from tui.widgets.line_view import LineView


class Counted(dict[Any, Any]):
    """Nodes that count how often somebody goes through all of them."""

    passes = 0

    def __init__(self, nodes: dict[Any, Any]) -> None:
        super().__init__(nodes)
        self.by_thread: Counter[int] = Counter()

    def values(self) -> Any:
        return self._each(super().values())

    def items(self) -> Any:
        return self._each(super().items())

    def __iter__(self) -> Iterator[Any]:
        return self._each(super().__iter__())

    def _each(self, found: Iterable[Any]) -> Iterator[Any]:
        self.passes += 1  # not before somebody takes the first of them
        self.by_thread[threading.get_ident()] += 1
        yield from found


def fan_out(steps: int, within: str = "wide") -> dict[str, Any]:
    """A run of so many steps that all go on, each with an artifact."""
    dag = {"type": "DAG", "phase": "Running"}
    inner = {within: {"id": within, "name": f"wide.{within}", "boundaryID": "wide", **dag}}
    nodes = {
        **inner,
        "wide": {"id": "wide", "name": "wide", **dag},
        **{
            f"n{number}": {
                "id": f"n{number}",
                "name": f"wide.part({number})",
                "displayName": f"part({number})",
                "type": "Pod",
                "phase": "Pending",
                "boundaryID": within,
                "outputs": {"artifacts": [{"name": "out", "raw": {"data": "x"}}]},
            }
            for number in range(steps)
        },
    }
    metadata = {"name": "wide", "namespace": "argo", "uid": "u", "resourceVersion": "1"}
    status = {"phase": "Running", "startedAt": "2026-03-17T06:00:00Z", "nodes": nodes}
    return {"metadata": metadata, "spec": {}, "status": status}


OF_THE_TREE = 3
"""Passes through the identities of all steps by which the tree finds out which ones changed."""


def counted(steps: int, within: str = "wide") -> tuple[Workflow, Counted]:
    workflow = decode.from_manifest(fan_out(steps, within))
    nodes = Counted(workflow.nodes)
    return replace(workflow, status=replace(workflow.status, nodes=nodes)), nodes


@pytest.mark.parametrize("new", [LogsPane, SummaryPane, InOutPane], ids=lambda new: new.__name__)
async def test_a_pane_goes_as_often_through_many_steps_as_through_few(
    new: Callable[[PaneContext], Pane],
) -> None:
    passes = []
    for steps in (10, 1000):
        workflow, nodes = counted(steps)
        async with bench(new, ScriptedSource()) as on:
            on.pane.show(workflow, None, b"{}")
            passes.append(nodes.passes)
            for _ in range(5):
                on.pane.tick(NOW)
            assert nodes.passes == passes[-1], "a second that goes by changes no step"
    assert passes[0] == passes[1] <= 12


@pytest.mark.parametrize("new", [LogsPane, SummaryPane, InOutPane], ids=lambda new: new.__name__)
@pytest.mark.parametrize("selected", [None, NodeId("inner")], ids=["whole", "a step of it"])
async def test_a_prepared_version_costs_a_pane_no_look_at_all_steps(
    new: Callable[[PaneContext], Pane], selected: NodeId | None
) -> None:
    workflow, nodes = counted(50, within="inner")
    again, more_nodes = counted(50, within="inner")
    prepare(workflow, None, selected)
    prepare(again, workflow, selected)
    nodes.passes = more_nodes.passes = 0
    async with bench(new, ScriptedSource()) as on:
        for version in (workflow, again):
            on.pane.show(version, version.nodes.get(selected) if selected else None, b"{}")
            on.pane.tick(NOW)
    assert (nodes.passes, more_nodes.passes) == (0, 0)


async def test_the_logs_of_a_prepared_run_cost_no_look_at_all_steps() -> None:
    versions: list[tuple[Workflow, Counted]] = []
    for has_begun in (False, True, True):
        made = fan_out(600)
        for key, node in made["status"]["nodes"].items():
            node["phase"] = "Pending" if key == "n3" and not has_begun else "Running"
        workflow = decode.from_manifest(made)
        nodes = Counted(workflow.nodes)
        version = replace(workflow, status=replace(workflow.status, nodes=nodes))
        prepare(version, versions[-1][0] if versions else None)
        versions.append((version, nodes))
    source, first = ScriptedSource(), versions[0][0]
    for node in first.nodes.values():
        source.logs[pod_name(first, node), "main"] = [line(1, f"of {node.title}")]
    for _, nodes in versions:
        nodes.passes = 0
    async with bench(LogsPane, source) as on:
        for (version, _), logs in zip(versions, ("599", "600", "600"), strict=True):
            on.pane.show(version, None, b"{}")
            await on.until(partial(is_in_head, on.pane, f"of {logs} logs"))
        await on.until(lambda: "of part(5" in on.app.text)
    assert [nodes.passes for _, nodes in versions] == [0, 0, 0]


async def test_the_first_look_for_logs_among_many_steps_is_off_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And a version that comes meanwhile has the logs of its steps read, too."""
    versions = []
    for has_begun in (False, True):
        made = fan_out(MANY_LOGS + 10)
        for key, node in made["status"]["nodes"].items():
            node["phase"] = "Pending" if key == "n3" and not has_begun else "Running"
        versions.append(decode.from_manifest(made))
        prepare(versions[-1], versions[0] if has_begun else None)
    began, go_on = threading.Event(), threading.Event()
    threads: list[int] = []

    def look(*args: Any) -> None:
        threads.append(threading.get_ident())
        began.set()
        go_on.wait(10)
        look_for(*args)

    monkeypatch.setattr("tui.panes.logs.look_for", look)
    async with bench(LogsPane, ScriptedSource()) as on:
        on.pane.show(versions[0], None, b"{}")
        await on.until(began.is_set)
        on.pane.show(versions[1], None, b"{}")
        go_on.set()
        count = sum(node.type == "Pod" for node in versions[1].nodes.values())
        await on.until(partial(is_in_head, on.pane, f"of {count:,} logs"))
    assert len(threads) == 1 and threads[0] != threading.get_ident()


def is_in_head(pane: LogsPane, words: str) -> bool:
    return words in " ".join(screen_of(pane.head))


async def test_an_update_of_an_open_run_goes_through_its_steps_off_the_loop() -> None:
    """All but what the tree compares: which steps are not the very ones that it shows."""
    source, loop = ScriptedSource(fan_out(50)), threading.get_ident()
    async with showing(source=source) as shown:
        await shown.press("enter")
        await shown.until(lambda: has_read(shown))
        for version in range(2, 5):
            made = fan_out(50)
            made["metadata"]["resourceVersion"] = str(version)
            made["status"]["nodes"][f"n{version}"]["phase"] = "Running"
            told = told_whole(made)
            nodes = Counted(told.row.value.object.nodes)
            force_setattr(told.row.value.object.status, "nodes", nodes)
            source.say_of(told)
            await shown.until(partial(shows, shown, told.row.value.object))
            await shown.at_rest()
            assert nodes.by_thread[loop] <= OF_THE_TREE < nodes.passes


def has_read(shown: Shown) -> bool:
    """Whether the screen of a run is there, with the run."""
    return isinstance(shown.app.screen, WorkflowScreen) and shown.app.screen.workflow is not None


def shows(shown: Shown, workflow: Workflow) -> bool:
    """Whether the screen of a run shows this version of it."""
    return isinstance(shown.app.screen, WorkflowScreen) and shown.app.screen.workflow is workflow


def test_whether_it_waits_is_looked_for_once_a_version() -> None:
    workflow, nodes = counted(10)
    for _ in range(10):
        assert status_text(workflow) == "Running"
    assert nodes.passes == 1


def test_of_a_new_version_the_tree_compares_only_the_steps_that_changed() -> None:
    first, second = (decode.from_manifest(fan_out(500)) for _ in range(2))
    key = next(key for key in second.nodes if key == "n7")
    second.nodes[key] = replace(second.nodes[key], message="new")
    assert keep_nodes(second, first) == 1
    view = ForestView()
    view.update(first)
    view.update(second)
    assert view.changed is not None
    assert [view.rows[index].key for index in view.changed] == ["n7"]


async def test_the_artifacts_of_a_large_run_are_found_beside_the_loop() -> None:
    async with bench(ArtifactsPane, ScriptedSource()) as on:
        on.app.show(fan_out(MANY + 1))
        await on.until(lambda: len(on.pane.query_one(ArtifactRows).items) == MANY + 1)


@pytest.mark.parametrize("new", [ManifestPane, ArtifactsPane], ids=lambda new: new.__name__)
async def test_no_worker_is_described_by_all_that_it_is_given(
    new: Callable[[PaneContext], Pane],
) -> None:
    async with bench(new, ScriptedSource()) as on:
        seen: list[str] = []
        told = opened(fan_out(MANY + 1))
        on.pane.show(told.object, None, told.raw)

        def look() -> bool:
            seen.extend(worker.description for worker in on.app.workers)
            return bool(seen)

        await until(look)
        assert max(map(len, seen)) < 100


def test_a_run_without_steps_still_says_why() -> None:
    workflow, nodes = counted(0)
    assert why_no_steps(workflow) == "no steps yet"
    assert nodes.passes <= 1


@pytest.mark.parametrize("new", [InOutPane, ArtifactsPane], ids=lambda new: new.__name__)
async def test_of_an_offloaded_workflow_a_pane_says_where_its_steps_are(
    new: Callable[[PaneContext], Pane],
) -> None:
    away = fan_out(0)
    away["status"]["nodes"] = {}
    away["status"]["offloadNodeStatusVersion"] = "fnv:605184127"
    async with bench(new, ScriptedSource()) as on:
        on.app.show(away)

        def shown() -> str:
            widgets = on.pane.query("*").results(LineView)  # type: ignore[type-abstract]
            return " ".join(text for widget in widgets for text in screen_of(widget))

        await on.until(lambda: "in Argo's database" in " ".join(shown().split()))
