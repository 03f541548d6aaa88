"""The list of workflows as it looks, on a small screen, a wide one, and one without UTF-8."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.support.widgets import Alone, screen_of
from tui.columns import workflow_columns
from tui.domain.workflow import (
    ListedSpec,
    ListedStatus,
    ListedWorkflow,
    Metadata,
    WorkflowTemplateRef,
)
from tui.widgets.table import Table

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def run(
    name: str, phase: str, progress: str, start: str, end: str = "", message: str = ""
) -> ListedWorkflow:
    return ListedWorkflow(
        metadata=Metadata(
            name=name, namespace="ml-etl", uid=name, creation_timestamp=f"2026-08-21T{start}Z"
        ),
        spec=ListedSpec(
            workflow_template_ref=WorkflowTemplateRef(name=name.rpartition("-")[0]),
            suspend=True if message.startswith("held") else None,
        ),
        status=ListedStatus(
            phase=phase,
            progress=progress,
            started_at=f"2026-08-21T{start}Z",
            finished_at=f"2026-08-21T{end}Z" if end else None,
            message=message,
        ),
    )


RUNS = [
    run("nightly-etl-x7k2p", "Failed", "37/40", "10:30:00", "11:42:00", "train(3): OOMKilled main"),
    run("features-9d4ls", "Running", "212/480", "11:36:00"),
    run("report-pdf-77cqd", "Pending", "0/3", "11:54:00", message="Waiting for argo/Mutex/db"),
    run("nightly-etl-h5s9z", "Succeeded", "40/40", "02:00:00", "02:58:00"),
    run("approve-release-1", "Running", "5/9", "09:00:00", message="held by somebody"),
    run("a-name-far-too-long-for-its-column-q2w3e", "Error", "1/9", "11:00:00", "11:00:40", "[/x]"),
]


def listed(*, ascii: bool = False, namespaces: bool = False) -> Alone:
    widget: Table[ListedWorkflow] = Table(
        workflow_columns(ascii=ascii, namespaces=namespaces),
        key=lambda workflow: workflow.ref,
        ascii=ascii,
        now=NOON,
    )
    widget.replace(RUNS)
    return Alone(widget)


def test_looks_small(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(listed(), terminal_size=(80, 24))


def test_looks_wide(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(listed(namespaces=True), press=["j", "space"], terminal_size=(160, 24))


def test_looks_without_utf8(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(listed(ascii=True), press=["space"], terminal_size=(80, 24))


@pytest.mark.parametrize("columns", [60, 80, 120, 160])
async def test_workflows_templates_and_namespaces_that_begin_and_end_alike_are_told_apart(
    columns: int,
) -> None:
    regions = ("eu-west-1", "eu-west-2", "us-east-1")
    flows = [
        ListedWorkflow(
            metadata=Metadata(
                name=f"import-of-the-whole-warehouse-{region}-of-every-night",
                namespace=f"data-platform-{region}-production",
            ),
            spec=ListedSpec(
                workflow_template_ref=WorkflowTemplateRef(name=f"import-from-{region}-every-night")
            ),
        )
        for region in regions
    ]
    shown = workflow_columns(namespaces=True)
    widget: Table[ListedWorkflow] = Table(shown, key=lambda workflow: workflow.ref, now=NOON)
    widget.replace(flows)
    async with Alone(widget).run_test(size=(columns, 6)):
        lines = screen_of(widget)
        for placed in widget.renderer.layout(columns):
            if placed.column.id in ("name", "template", "namespace"):
                first = 1 + placed.x
                cells = {line[first : first + placed.width] for line in lines[1:4]}
                assert len(cells) == len(regions), placed.column.id
