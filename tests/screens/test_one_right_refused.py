"""One resource that may not be read costs what shows it, says so there, and nothing else.

On the demo cluster, as an account that may do everything but one thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, NamedTuple

import pytest
from textual.widgets import Button

from tests.support.app import showing
from tests.support.cluster import Cluster, running_cluster
from tests.support.where import where
from tui.demo.access import Rule, User
from tui.demo.resources import EVENTS, WORKFLOW_TEMPLATES
from tui.domain import decode
from tui.domain.node import NodeId
from tui.domain.podname import pod_name
from tui.ports.connection import Connection
from tui.sources.opening import connect

NODE = "one-run-4022718291"
S3 = {
    "endpoint": "127.0.0.1:9",
    "insecure": True,
    "bucket": "runs",
    "key": "one-run/out.txt",
    "accessKeySecret": {"name": "s3-keys", "key": "accesskey"},
    "secretKeySecret": {"name": "s3-keys", "key": "secretkey"},
}


def nodes() -> dict[str, Any]:
    outputs = {"artifacts": [{"name": "out", "s3": S3}], "exitCode": "0"}
    return {
        "one-run": {
            "id": "one-run",
            "name": "one-run",
            "displayName": "one-run",
            "type": "Steps",
            "phase": "Running",
            "startedAt": "2026-01-01T11:59:00Z",
            "children": [NODE],
        },
        NODE: {
            "id": NODE,
            "name": "one-run[0].step",
            "displayName": "step",
            "type": "Pod",
            "templateName": "main",
            "phase": "Running",
            "boundaryID": "one-run",
            "startedAt": "2026-01-01T11:59:00Z",
            "outputs": outputs,
        },
    }


MANIFEST: dict[str, Any] = {"metadata": {"name": "one-run"}, "status": {"nodes": nodes()}}
WORKFLOW = decode.from_manifest(MANIFEST)
POD = pod_name(WORKFLOW, WORKFLOW.nodes[NodeId(NODE)])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("refusing")) as running:
        status = {"phase": "Running", "startedAt": "2026-01-01T11:59:00Z", "nodes": nodes()}
        running.workflow("one-run", status=status)
        running.pod(POD, "main", "wait", labels={"workflows.argoproj.io/workflow": "one-run"})
        running.print_log(POD, "hello from the pod")
        running.usage = [
            {
                "metadata": {
                    "namespace": "argo",
                    "name": POD,
                    "labels": {"workflows.argoproj.io/workflow": "one-run"},
                },
                "containers": [{"name": "main", "usage": {"cpu": "250m", "memory": "64Mi"}}],
            }
        ]
        running.create(
            EVENTS,
            {
                "metadata": {"namespace": "argo", "name": "one.1"},
                "involvedObject": {
                    "kind": "Pod",
                    "namespace": "argo",
                    "name": POD,
                },
                "reason": "Pulled",
                "message": "Container image is there",
                "type": "Normal",
                "count": 1,
                "lastTimestamp": "2026-01-01T12:00:00Z",
            },
        )
        template = {"metadata": {"namespace": "argo", "name": "nightly"}, "spec": {}}
        running.create(WORKFLOW_TEMPLATES, template)
        yield running


EVERYTHING = (
    Rule(("argoproj.io",), ("workflows",), ("*",)),
    Rule(("argoproj.io",), ("workflowtemplates",), ("*",)),
    Rule(("argoproj.io",), ("cronworkflows",), ("*",)),
    Rule(("",), ("pods",), ("*",)),
    Rule(("",), ("pods/log",), ("get",)),
    Rule(("",), ("events",), ("list",)),
    Rule(("",), ("secrets",), ("get",)),
    Rule(("metrics.k8s.io",), ("pods",), ("list",)),
)


def without(cluster: Cluster, group: str, resource: str) -> AbstractContextManager[Connection]:
    """A connection of an account that may do everything, but nothing to this resource."""
    return account(
        cluster,
        *(rule for rule in EVERYTHING if (group, resource) != (rule.groups[0], rule.resources[0])),
    )


@contextmanager
def account(cluster: Cluster, *rules: Rule) -> Iterator[Connection]:
    """A connection of an account with these rights."""
    users = cluster.server.access.users
    before = users["demo-least"]
    reviews = users["demo-viewer"].rules[:2]
    users["demo-least"] = User(before.name, (*reviews, *rules), token=before.token)
    source = connect(where(kubeconfig=str(cluster.kubeconfig), context="demo-least"), {})
    try:
        with closing(source):
            yield source
    finally:
        users["demo-least"] = before


class Sight(NamedTuple):
    """What one sees of a resource, and what says that it may not be read."""

    key: str
    shows: str
    refused: str


SIGHTS = {
    ("", "pods/log"): Sight("l", "hello from the pod", "not allowed to get pods/log in argo"),
    ("", "secrets"): Sight("a", "no secret", "forbidden secret"),
    ("", "events"): Sight("e", "Container image is there", "not allowed to list events in argo"),
    ("metrics.k8s.io", "pods"): Sight(
        "d", "0.25 cores", "CPU, memory: not allowed to list pods.metrics.k8s.io in"
    ),
}
"""Resource → the pane that shows it."""


@pytest.mark.parametrize("refused", [None, *SIGHTS], ids=lambda it: it[1] if it else "nothing")
async def test_a_pane_says_what_it_lacks_and_the_others_are_as_they_were(
    cluster: Cluster, refused: tuple[str, str] | None
) -> None:
    with without(cluster, *(refused or ("", ""))) as source:
        async with showing(source=source, size=(160, 40)) as shown:
            await shown.open("one-run")
            await shown.press("j")
            for resource, sight in SIGHTS.items():
                await shown.press(sight.key)
                expected = sight.refused if resource == refused else sight.shows
                await shown.until_shown(expected)
                assert "live" in shown.rows_of_screen[0]
                if resource != refused:
                    assert "not allowed" not in shown.text and "forbidden" not in shown.text


async def test_without_pods_the_states_of_containers_lack_and_the_log_is_read(
    cluster: Cluster,
) -> None:
    with without(cluster, "", "pods") as source:
        async with showing(source=source, size=(160, 40)) as shown:
            await shown.open("one-run")
            await shown.press("j", "l")
            await shown.until_shown("hello from the pod")
            await shown.press("A")
            await shown.until_shown("Containers of step")
            await shown.until_said("not allowed to list pods in argo")


@pytest.mark.parametrize(
    ("kind", "resource"), [("wftmpl", "workflowtemplates"), ("cron", "cronworkflows")]
)
async def test_a_kind_that_may_not_be_listed_says_so_and_workflows_stay(
    cluster: Cluster, kind: str, resource: str
) -> None:
    with without(cluster, "argoproj.io", resource) as source:
        async with showing(source=source, size=(160, 40)) as shown:
            await shown.until(lambda: shown.names == ["one-run"])
            await shown.press("colon")
            await shown.write(kind)
            await shown.press("enter")
            await shown.until_shown(f"not allowed to list {resource} in argo")
            await shown.press("colon")
            await shown.write("wf")
            await shown.press("enter")
            await shown.until(lambda: shown.names == ["one-run"])
            assert "live" in shown.rows_of_screen[0]


async def test_what_the_account_may_not_do_is_dimmed_on_a_real_connection(
    cluster: Cluster,
) -> None:
    reading = Rule(("argoproj.io",), ("workflows",), ("get", "list", "watch", "patch"))
    with account(cluster, reading) as source:
        async with showing(source=source, size=(160, 40)) as shown:
            await shown.until_shown("(r Retry)")
            assert "X Stop" in shown.text and "(X Stop)" not in shown.text
            await shown.until(lambda: shown.names == ["one-run"])
            await shown.press("D")
            await shown.until_said("needs delete on workflows.argoproj.io in argo")


async def test_where_rules_are_not_told_single_questions_decide_for_the_object(
    cluster: Cluster,
) -> None:
    reading = Rule(("argoproj.io",), ("workflows",), ("get", "list", "watch"))
    mine = Rule(("argoproj.io",), ("workflows",), ("update",), names=("another",))
    cluster.fault("no-rules")
    try:
        with account(cluster, reading, mine) as source:
            async with showing(source=source, size=(160, 40)) as shown:
                await shown.until_shown("(s Suspend/resume)")
                await shown.until(lambda: shown.names == ["one-run"])
                await shown.press("s")
                await shown.until_shown("needs update on workflows.argoproj.io in argo")
                assert shown.app.screen.query_one("#go", Button).disabled
    finally:
        cluster.clear_faults()
