"""Which log is shown: the step that matters, the container and the attempt that were chosen."""

from __future__ import annotations

import pytest

from tests.support.logs_pane import POD_OF_ETL, RUN, pod, running
from tests.support.runs import ETL, FAILED_ATTEMPT, nightly_etl
from tui.domain import decode
from tui.domain.node import Node
from tui.domain.podname import node_id
from tui.domain.workflow import Workflow
from tui.panes.log_choice import LogChoice
from tui.ports.pods import ContainerState, Pod


def named(workflow: Workflow, name: str) -> Node:
    return next(node for node in workflow.nodes.values() if node.name.endswith(f".{name}"))


def test_of_a_whole_workflow_it_is_the_log_of_what_failed() -> None:
    choice = LogChoice("v2")
    assert choice.go_to(decode.from_manifest(nightly_etl()), None)
    assert choice.target is not None and choice.target.pod == POD_OF_ETL


def test_news_of_the_same_step_is_no_other_log() -> None:
    choice = LogChoice("v2")
    assert choice.go_to(decode.from_manifest(running("api", "web")), None)
    before = choice.target
    assert not choice.go_to(decode.from_manifest(running("api", "web")), None)
    assert choice.target == before


def test_a_container_that_was_chosen_is_read_of_other_steps_too() -> None:
    workflow = decode.from_manifest(running("api", "web", sidecar=True))
    choice = LogChoice("v2")
    choice.go_to(workflow, named(workflow, "api"))
    assert not choice.take_container("main"), "that is the one already"
    assert choice.take_container("proxy")
    assert choice.go_to(workflow, named(workflow, "web"))
    assert choice.target is not None
    assert (choice.target.pod, choice.target.container) == (pod("web", RUN), "proxy")


def test_a_container_that_only_its_pod_has_stays_chosen_when_the_run_goes_on() -> None:
    workflow = decode.from_manifest(running("api", "web"))
    choice = LogChoice("v2")
    choice.go_to(workflow, named(workflow, "api"))
    assert choice.take_container("istio-proxy")
    later = decode.from_manifest(running("api", "web"))
    assert not choice.go_to(later, named(later, "api")), "the same log goes on"
    assert choice.target is not None and choice.target.container == "istio-proxy"
    choice.go_to(later, named(later, "web"))
    assert choice.target.container == "main"


def test_attempts_go_back_to_the_first_and_round_to_the_last() -> None:
    workflow = decode.from_manifest(nightly_etl())
    choice = LogChoice("v2")
    choice.go_to(workflow, named(workflow, FAILED_ATTEMPT))
    assert choice.take_attempt_before() and choice.is_earlier
    first = FAILED_ATTEMPT.replace("(1)", "(0)")
    assert choice.target is not None and choice.target.pod == pod(first, ETL)
    assert choice.take_attempt_before() and not choice.is_earlier
    assert choice.target is not None and choice.target.pod == POD_OF_ETL


def test_another_step_is_read_from_its_last_attempt() -> None:
    workflow = decode.from_manifest(nightly_etl())
    choice = LogChoice("v2")
    choice.go_to(workflow, named(workflow, FAILED_ATTEMPT))
    choice.take_attempt_before()
    choice.go_to(workflow, named(workflow, "extract-orders"))
    assert not choice.is_earlier


def test_without_a_log_there_is_nothing_to_choose() -> None:
    choice = LogChoice("v2")
    assert not choice.take_container("main")
    assert not choice.take_attempt_before()


@pytest.mark.parametrize(
    ("message", "code", "asks"),
    [
        ("Error (exit code 3)", "0", True),
        ("Error (exit code 64): failed to load artifact", None, True),
        ("Error (exit code 1)", "1", False),
        ("proxy: Error (exit code 3)", "0", False),
    ],
)
def test_where_the_node_does_not_name_the_container_that_failed_its_pod_does(
    message: str, code: str | None, asks: bool
) -> None:
    manifest = running("api", phase="Failed", sidecar=True)
    node = manifest["status"]["nodes"][node_id(RUN, f"{RUN}.api")]
    node.update(message=message, outputs={"exitCode": code} if code else {})
    choice = LogChoice("v2")
    choice.go_to(decode.from_manifest(manifest), None)
    assert choice.needs_pods is asks
    ended = (
        ContainerState("main", "terminated", exit_code=0),
        ContainerState("proxy", "terminated", exit_code=3),
    )
    assert choice.take_pods([Pod(pod("api"), "argo", "Failed", containers=ended)]) is asks
    assert choice.target is not None
    assert choice.target.container == ("main" if code == "1" else "proxy")
    choice.take_container("wait")
    choice.go_to(decode.from_manifest(manifest), None)
    assert choice.target.container == "wait", "what somebody chose stays"
