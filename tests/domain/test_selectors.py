"""Label selectors, and the odd corners of pod names and progress."""

from __future__ import annotations

import pytest

from tui.domain import decode, progress
from tui.domain.node import Node, NodeId
from tui.domain.podname import agent_pod_name, pod_name, v2_pod_name
from tui.domain.selectors import LabelSelector
from tui.errors import UsageError

LABELS = {"app": "etl", "phase": "Failed", "n": "5", "empty": ""}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("app", True),
        ("!app", False),
        ("! cron", True),
        ("app=etl", True),
        ("app==web", False),
        ("app!=web,phase=Failed", True),
        ("cron!=x", True),
        ("phase in (Failed, Error)", True),
        ("phase notin (Failed,Error)", False),
        ("cron notin (a)", True),
        ("n>4,n<6", True),
        ("n>5", False),
        ("app>4", False),
        ("empty=", True),
        ("app=", False),
        ("in=x", False),
    ],
)
def test_label_selectors_match_as_kubernetes_matches(text: str, matches: bool) -> None:
    assert LabelSelector.parse(text).matches(LABELS) is matches
    again = LabelSelector.parse(str(LabelSelector.parse(text)))
    assert again == LabelSelector.parse(text)


@pytest.mark.parametrize("text", [",", "a,", "a=b=c", "a in b", "a in (b", "=x", "a b", "(a)", "!"])
def test_what_is_no_label_selector_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="unable to parse requirement"):
        LabelSelector.parse(text)


@pytest.mark.parametrize(
    ("annotation", "reader", "name"),
    [(None, "v2", "w-t-"), (None, "v1", "id"), ("v1", "v2", "id"), ("v2", "v1", "w-t-"),
     ("v9", "v1", "w-t-")],
)  # fmt: skip
def test_the_workflow_says_which_pod_names_it_has(
    annotation: str | None, reader: str, name: str
) -> None:
    annotations = {"workflows.argoproj.io/pod-name-format": annotation} if annotation else {}
    nodes = {"id": {"id": "id", "name": "w.t", "type": "Pod", "templateName": "t"}}
    workflow = decode.from_manifest(
        {"metadata": {"name": "w", "annotations": annotations}, "status": {"nodes": nodes}}
    )
    assert pod_name(workflow, workflow.nodes[NodeId("id")], reader).startswith(name)


def test_long_pod_names_are_cut_in_bytes() -> None:
    name = v2_pod_name("é" * 200, "x", "t")
    assert len(name.rpartition("-")[0].encode()) == 242
    assert agent_pod_name("w").endswith("-agent")


@pytest.mark.parametrize(
    ("node", "counts"),
    [
        (Node(type="DAG"), None),
        (Node(type="Pod", phase="Succeeded"), (1, 1)),
        (Node(type="Pod", phase="Succeeded", progress="3/7"), (7, 7)),
        (Node(type="Pod", phase="Failed", progress="3/7"), (3, 7)),
        (Node(type="Suspend", phase="Running"), (0, 1)),
        (Node(type="Pod", phase="Running", progress="9/3"), None),
    ],
)
def test_only_what_can_run_counts_and_nonsense_does_not(
    node: Node, counts: tuple[int, int] | None
) -> None:
    assert progress.of_node(node) == counts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("37/40", (37, 40)),
        ("0/0", None),
        ("9/3", None),
        ("", None),
        ("x/2", None),
        ("-1/2", None),
        ("٣/٤", None),
        ("9" * 5000 + "/1", None),
    ],
)
def test_progress_is_two_numbers_or_nothing(text: str, parts: tuple[int, int] | None) -> None:
    assert progress.parse(text) == parts
