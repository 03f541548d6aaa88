"""Pods: what their list says of them, by objects and by the server's Table, and of whose steps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.support.app import Shown, showing
from tests.support.golden import ABSENT, DATA
from tests.support.runs import at, run
from tests.support.scripted import ScriptedSource
from tui.domain.query import parse
from tui.domain.workflow import LABEL, Manifest
from tui.kinds.base import Look
from tui.kinds.pods import (
    PODS_OF_WORKFLOWS,
    AnyPod,
    Pod,
    facts,
    group,
    step_of,
    tabled,
    workflow_of,
)
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen
from tui.sources.tables import read_table_page

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DONE = {"terminated": {"exitCode": 0, "reason": "Completed"}}
RUNS: dict[str, Any] = {"running": {"startedAt": "2026-11-01T11:59:00Z"}}


def container(name: str, state: Any, *, ready: bool = False, restarts: int = 0) -> dict[str, Any]:
    return {"name": name, "ready": ready, "restartCount": restarts, "state": state}


def pod(
    name: str = "etl-x-1",
    phase: str = "Running",
    workflow: str = "etl-x",
    *,
    step: str = ".train",
    main: Any = RUNS,
    init: Any = DONE,
    restarts: int = 0,
    **metadata: Any,
) -> Manifest:
    """A pod as Argo makes it: `init`, then `main` and `wait`."""
    ready = "running" in main
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "argo",
            "uid": f"uid-{name}",
            "resourceVersion": "1",
            "creationTimestamp": at(60),
            "labels": {f"{LABEL}workflow": workflow},
            "annotations": {f"{LABEL}node-name": f"{workflow}{step}", f"{LABEL}node-id": name},
            **metadata,
        },
        "spec": {
            "nodeName": "node-a",
            "initContainers": [{"name": "init", "image": "argoexec"}],
            "containers": [
                {"name": "main", "image": "trainer:1", "resources": {"limits": {"memory": "1Gi"}}},
                {"name": "wait", "image": "argoexec"},
            ],
        },
        "status": {
            "phase": phase,
            "startTime": at(60),
            "initContainerStatuses": [container("init", init)],
            "containerStatuses": [
                container("main", main, ready=ready, restarts=restarts),
                container("wait", RUNS if ready else DONE, ready=ready),
            ],
        },
    }


def read(manifest: Manifest) -> Pod:
    found, fits = PODS_OF_WORKFLOWS.whole(msgspec.json.encode(manifest))
    assert fits
    return found


def cells(value: AnyPod) -> dict[str, str]:
    columns = PODS_OF_WORKFLOWS.columns(Look())
    return {column.id: column.text(value, NOW) for column in columns}


def ended(code: int, reason: str = "", signal: int = 0) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, "signal": signal}}


def waiting(reason: str) -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": f"{reason} it is"}}


@pytest.mark.parametrize(
    ("manifest", "word", "counted"),
    [
        (pod(), "Running", "Running"),
        (pod(phase="Succeeded", main=DONE), "Completed", "Succeeded"),
        (pod(phase="Failed", main=ended(137, "OOMKilled")), "OOMKilled", "Failed"),
        (pod(phase="Failed", main=ended(3)), "ExitCode:3", "Failed"),
        (pod(phase="Failed", main=ended(137, signal=9)), "Signal:9", "Failed"),
        (pod(phase="Pending", main=waiting("ImagePullBackOff")), "ImagePullBackOff", "Trouble"),
        (pod(phase="Pending", main=waiting("ContainerCreating")), "ContainerCreating", "Pending"),
        (pod(phase="Pending", init=RUNS), "Init:0/1", "Pending"),
        (pod(phase="Pending", init=waiting("PodInitializing")), "Init:0/1", "Pending"),
        (pod(phase="Pending", init=waiting("ErrImagePull")), "Init:ErrImagePull", "Trouble"),
        (pod(phase="Failed", init=ended(2, "Error")), "Init:Error", "Failed"),
        (pod(deletionTimestamp=at(1)), "Terminating", "Running"),
    ],
)
def test_its_word_is_that_of_kubectl_and_says_what_it_is_counted_as(
    manifest: Manifest, word: str, counted: str
) -> None:
    found = read(manifest)
    assert (found.word, group(found)) == (word, counted)
    assert PODS_OF_WORKFLOWS.is_problem(found) is (counted in ("Failed", "Trouble"))


def test_a_pod_that_was_evicted_has_its_reason() -> None:
    manifest = pod(phase="Failed")
    manifest["status"] = {"phase": "Failed", "reason": "Evicted", "message": "disk pressure"}
    found = read(manifest)
    assert (found.word, group(found)) == ("Evicted", "Failed")
    assert ("because of", "disk pressure") in list(facts(found, NOW))


def test_its_row_says_step_workflow_node_and_restarts() -> None:
    found = cells(read(pod(restarts=2)))
    wanted = {"ready": "2/2", "restarts": "2", "step": "train", "node": "node-a"}
    assert {name: found[name] for name in wanted} == wanted
    assert found["workflow"] == "etl-x"
    assert cells(read(pod(step="[0].load")))["step"] == "[0].load"
    assert cells(read(pod(step="")))["step"] == "", "it is all of its workflow"


def test_its_summary_tells_how_each_container_stands() -> None:
    told = list(facts(read(pod(phase="Failed", main=ended(137, "OOMKilled"))), NOW))
    at_main = told.index(("container", "main"))
    assert told[at_main + 1] == ("  state", "OOMKilled (exit code 137)")
    assert ("  limits", "memory 1Gi") in told and ("container", "init (init)") in told


COLUMNS = ("Name", "Ready", "Status", "Restarts", "Age", "IP", "Node")


def table(*rows: tuple[Any, ...]) -> bytes:
    """A Table of pods with their metadata."""
    return msgspec.json.encode(
        {
            "kind": "Table",
            "metadata": {"resourceVersion": "5"},
            "columnDefinitions": [{"name": name} for name in COLUMNS],
            "rows": [
                {"cells": row, "object": {"metadata": pod(row[0], step=".load")["metadata"]}}
                for row in rows
            ],
        }
    )


def test_a_row_of_the_table_tells_all_that_the_list_shows() -> None:
    body = table(
        ("etl-x-1", "0/2", "OOMKilled", "3 (2m ago)", "5m", "10.0.0.1", "node-b"),
        ("etl-x-2", "0/2", "Pending", 0, "5m", "<none>", "<none>"),
    )
    page = read_table_page(body, None, NOW, annotated=True)
    assert page is not None
    failed, waits = map(tabled, page.rows)
    assert (workflow_of(failed), step_of(failed), group(failed)) == ("etl-x", "load", "Failed")
    found = cells(failed)
    assert (found["restarts"], found["node"], found["ready"]) == ("3", "node-b", "0/2")
    assert (cells(waits)["restarts"], cells(waits)["node"]) == ("–", "–")


def test_annotations_are_read_only_where_they_are_wanted() -> None:
    page = read_table_page(table(("a", "1/1", "Running", 0, "1m", "", "")), None, NOW)
    assert page is not None and page.rows[0].annotations == {}


@pytest.mark.skipif(not (DATA / "kube").is_dir(), reason=ABSENT)
def test_a_recorded_table_of_pods_is_read() -> None:
    body = (DATA / "kube" / "lists" / "table-pods.http").read_bytes().split(b"\n\n", 1)[1]
    page = read_table_page(body, None, NOW, annotated=True)
    assert page is not None
    found = [tabled(row) for row in page.rows]
    assert found and all(each.word and each.ready for each in found)
    assert {group(each) for each in found} <= {"Succeeded", "Failed", "Running", "Pending"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("workflow:etl-x", True),
        ("workflow:etl", False),
        ("workflow:etl|etl-x", True),
        ("wf:etl-*", True),
        ("phase:running step:train", True),
        ("phase:failed", False),
        ("node:node-a reason:run", True),
    ],
)
def test_a_filter_asks_for_whole_names_of_workflows(text: str, matches: bool) -> None:
    assert parse(text, PODS_OF_WORKFLOWS.fields)(read(pod())) is matches


# --- on the screen -------------------------------------------------------------------------------


def source() -> ScriptedSource:
    return ScriptedSource(
        run("etl-x", "Running"),
        run("other", "Failed"),
        pod("etl-x-train-1"),
        pod("etl-x-load-2", "Failed", main=ended(137, "OOMKilled"), step=".load"),
        pod("other-3", "Succeeded", "other", main=DONE, step=""),
    )


def names(shown: Shown) -> list[str]:
    view = shown.app.screen
    if not isinstance(view, ListScreen) or view.kind is not PODS_OF_WORKFLOWS:
        return []
    return sorted(row.key.name for row in view.rows.items)


async def to_pods(shown: Shown) -> None:
    await shown.press("colon")
    await shown.write("pods")
    await shown.press("enter")
    await shown.until(lambda: names(shown))


async def test_pods_of_the_workflow_under_the_cursor_are_listed_and_esc_shows_all() -> None:
    async with showing(source=source()) as shown:
        shown.rows.move_to_line(shown.names.index("etl-x"))
        await to_pods(shown)
        await shown.until(lambda: names(shown) == ["etl-x-load-2", "etl-x-train-1"])
        assert "/workflow:etl-x" in shown.text and "OOMKilled" in shown.text
        await shown.press("escape")
        await shown.until(lambda: len(names(shown)) == 3)
        await shown.press("exclamation_mark")
        await shown.until(lambda: names(shown) == ["etl-x-load-2"])


async def test_pods_of_all_that_is_marked_are_listed() -> None:
    async with showing(source=source()) as shown:
        await shown.press("asterisk")
        await to_pods(shown)
        await shown.until(lambda: len(names(shown)) == 3)
        assert "/workflow:" in shown.text and "|" in shown.text


async def test_pods_of_the_workflow_whose_screen_it_is_are_listed_and_wf_leads_back() -> None:
    async with showing(source=source()) as shown:
        await shown.open("other")
        await to_pods(shown)
        await shown.until(lambda: names(shown) == ["other-3"])
        await shown.press("colon", *"wf", "enter")
        await shown.until(lambda: shown.app.views.listed_kind == "wf")
        assert shown.shows(ListScreen)
        shown.rows.move_to_line(shown.names.index("etl-x"))
        await to_pods(shown)
        await shown.until(lambda: names(shown) == ["etl-x-load-2", "etl-x-train-1"])


async def test_enter_opens_a_pod_with_its_events_log_and_yaml_and_esc_leads_back() -> None:
    here = source()
    here.logs[("etl-x-load-2", "main")] = [b"2026-11-01T00:00:00Z loading all there is\n"]
    async with showing(source=here) as shown:
        shown.rows.move_to_line(shown.names.index("etl-x"))
        await to_pods(shown)
        await shown.press("exclamation_mark", "exclamation_mark")
        view = shown.app.screen
        assert isinstance(view, ListScreen)
        await shown.until(lambda: len(names(shown)) == 3)
        view.rows.move_to_line([r.key.name for r in view.rows.items].index("etl-x-load-2"))
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        await shown.until_shown("OOMKilled (exit code 137)")
        await shown.press("l")
        await shown.until_shown("loading all there is")
        await shown.press("e")
        await shown.until_shown("no events about its pod")
        await shown.press("y")
        await shown.until_shown("kind: Pod")
        await shown.press("escape")
        await shown.until(lambda: len(names(shown)) == 3)
