"""What keeps a workflow from getting on, told by what its steps say."""

from __future__ import annotations

import pytest

from tests.support.runs import run, step
from tests.support.scripted import listed
from tui.columns.workflows import workflow_icon, workflow_token
from tui.domain.trouble import KINDS, trouble_in
from tui.domain.workflow import ListedWorkflow


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ('ImagePullBackOff: Back-off pulling image "etl:v9"', "image"),
        ("ErrImagePull: manifest unknown", "image"),
        ('InvalidImageName: Failed to apply default image tag "A:B:C"', "image"),
        (
            "Unschedulable: 0/12 nodes are available: 12 Insufficient nvidia.com/gpu.",
            "unschedulable",
        ),
        ("0/3 nodes are available: 3 node(s) had untolerated taint {gpu: true}", "unschedulable"),
        ("Waiting for argo/Mutex/schema lock. Lock status: 0/1", "lock"),
        ("Waiting for ml/ConfigMap/sync/gpu lock. Lock status: 2/2", "lock"),
        (
            'pods "etl-1" is forbidden: exceeded quota: compute, requested: cpu=4, used: cpu=8',
            "quota",
        ),
        ('CreateContainerConfigError: secret "db" not found', "container"),
        ("CrashLoopBackOff: back-off 5m0s restarting failed container", "container"),
        ("PodInitializing", ""),
        ("ContainerCreating", ""),
        (
            "Workflow processing has been postponed because too many workflows are already running",
            "",
        ),
        ("suspended", ""),
        ("block of unlocked data", ""),
        ("", ""),
    ],
)
def test_a_message_tells_which_trouble_it_is(message: str, kind: str) -> None:
    assert trouble_in(message) == kind
    assert not kind or kind in KINDS


def waiting(message: str, phase: str = "Running", **spec: object) -> ListedWorkflow:
    pull = step("etl-1", "pull", "Pending", message=message)
    gate = step("etl-1", "gate", "Running", type="Suspend")
    routine = step("etl-1", "first", "Pending", message="waiting for its turn")
    root = step("etl-1", "", "Running", type="DAG", children=["gate", "first", "pull"])
    return listed(run("etl-1", phase, began=9, nodes=[root, gate, routine, pull], spec=spec))


def test_of_several_steps_that_wait_the_one_in_trouble_tells_why() -> None:
    found = waiting("ImagePullBackOff: no such tag")
    assert found.trouble == "image"
    assert found.reason == "pull: ImagePullBackOff: no such tag"
    assert workflow_icon(found) == "▲" and workflow_icon(found, ascii=True) == "!"
    assert workflow_token(found) == "trouble"


@pytest.mark.parametrize("phase", ["Succeeded", "Failed", "Error"])
def test_what_is_over_waits_for_nothing(phase: str) -> None:
    assert waiting("ImagePullBackOff: no such tag", phase).trouble == ""


def test_what_somebody_suspended_waits_because_they_want_it_to() -> None:
    found = waiting("ImagePullBackOff: no such tag", suspend=True)
    assert found.trouble == "" and workflow_icon(found) == "‖"
