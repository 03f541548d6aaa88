"""What is known of the runs of one template."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.support.runs import run
from tests.support.scripted import listed
from tui.domain.history import LAST, Maker, maker_of, past_of
from tui.domain.workflow import LABEL, ListedWorkflow


def made(
    name: str, phase: str = "Succeeded", began: float = 10, ended: float | None = 5, **more: str
) -> ListedWorkflow:
    spec = {"workflowTemplateRef": {"name": more["template"]}} if "template" in more else {}
    labels = {f"{LABEL}cron-workflow": more["cron"]} if "cron" in more else {}
    namespace = more.get("namespace", "argo")
    return listed(
        run(name, phase, began=began, ended=ended, spec=spec, labels=labels, namespace=namespace)
    )


@pytest.mark.parametrize(
    ("workflow", "maker"),
    [
        (made("x", template="etl"), Maker("argo", "etl")),
        (made("x", cron="nightly"), Maker("argo", "nightly")),
        (made("x", template="etl", cron="nightly"), Maker("argo", "etl")),
        (made("hello-world-7c9qv"), Maker("argo", "hello-world-", True)),
        (made("cleanup-1755820800"), Maker("argo", "cleanup-", True)),
        (made("release-2026"), None),
        (made("one"), None),
    ],
)
def test_what_a_workflow_was_made_from(workflow: ListedWorkflow, maker: Maker | None) -> None:
    assert maker_of(workflow) == maker


def test_the_last_runs_stand_in_their_order_and_say_how_long_one_takes() -> None:
    runs = [
        made("a", began=400, ended=340, template="etl"),
        made("b", "Failed", began=300, ended=299, template="etl"),
        made("c", began=200, ended=120, template="etl"),
        made("d", "Running", began=20, ended=None, template="etl"),
        made("other", began=150, ended=140, template="report"),
        made("elsewhere", began=160, ended=140, template="etl", namespace="ml"),
    ]
    past = past_of(runs[3], reversed(runs))
    assert past is not None
    assert [each.metadata.name for each in past.runs] == ["a", "b", "c", "d"]
    assert past.usual is not None
    assert (past.failed, past.usual.runs, past.usual.median) == (1, 2, 70 * 60)
    without = past.usual_beside(runs[0])
    assert without is not None and (without.runs, without.median) == (1, 80 * 60)


def test_of_many_runs_the_newest_are_told() -> None:
    runs = [made(f"r-{n}", began=100 + n, ended=90, template="etl") for n in range(30)]
    past = past_of(runs[0], runs)
    assert past is not None
    assert [each.metadata.name for each in past.runs] == [f"r-{n}" for n in reversed(range(LAST))]


def test_one_that_was_just_listed_without_its_uid_counts_once() -> None:
    whole = made("r-1", "Running", ended=None, template="etl")
    row = structs.replace(whole, metadata=structs.replace(whole.metadata, uid=""))
    before = made("r-0", began=100, ended=90, template="etl")
    past = past_of(whole, [row, before, whole])
    assert past is not None and past.runs == (before, whole)
    past = past_of(row, [row, before])
    assert past is not None and past.runs == (before, row), "while nothing else is known of it"


def test_nothing_is_usual_where_nothing_succeeded() -> None:
    lone = made("a", "Failed", template="etl")
    past = past_of(lone, [lone])
    assert past is not None and past.usual is None
