"""How many steps a retry runs again: those that people count, whatever nodes Argo has for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.recorded import ABSENT, KUBE
from tests.support.runs import NOW
from tests.support.scripted import ScriptedSource
from tui.actions import RESUBMIT, RETRY
from tui.actions.base import Context, Plan
from tui.actions.counting import Steps
from tui.domain import decode
from tui.inquiry import Inquiry

CONTEXT = Context(now=NOW, suffix="abcde")
Json = dict[str, Any]


def node(name: str, phase: str = "Failed", type: str = "Pod", *children: str, **more: Any) -> Json:
    """A node whose id is its name, of the workflow `w`; what is in it says so by its name."""
    found = {"id": name, "name": name, "displayName": name.rpartition(".")[2], "type": type}
    return {**found, "phase": phase, "templateName": "t", "children": list(children), **more}


def workflow(*nodes: Json) -> Json:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "w", "namespace": "argo", "uid": "u", "resourceVersion": "7"},
        "spec": {"entrypoint": "main", "templates": [{"name": "t"}, {"name": "main"}]},
        "status": {
            "phase": "Failed",
            "finishedAt": "2026-11-29T09:53:02Z",
            "nodes": {each["id"]: each for each in nodes},
        },
    }


def tried(name: str, *phases: str, around: str = "w") -> list[Json]:
    """A step that was tried so often."""
    attempts = [f"{name}({at})" for at in range(len(phases))]
    inner: Json = {"boundaryID": around, "nodeFlag": {"retried": True}}
    return [
        node(name, phases[-1], "Retry", *attempts, boundaryID=around),
        *(node(each, phase, **inner) for each, phase in zip(attempts, phases, strict=True)),
    ]


def of_attempts() -> Json:
    """`a` was tried twice and failed, `b` succeeded when it was tried again, `c` at once."""
    top = node("w", "Failed", "DAG", "w.a", "w.b", "w.c")
    c = node("w.c", "Succeeded", boundaryID="w")
    both = [*tried("w.a", "Failed", "Failed"), *tried("w.b", "Failed", "Succeeded")]
    return workflow(top, *both, c)


def of_groups() -> Json:
    """A DAG that was tried twice: of its two steps the second failed each time."""
    found = [node("w", "Failed", "Retry", "w(0)", "w(1)")]
    for at in ("w(0)", "w(1)"):
        found += [
            node(at, "Failed", "DAG", f"{at}.a", nodeFlag={"retried": True}),
            node(f"{at}.a", "Succeeded", "Pod", f"{at}.b", boundaryID=at),
            node(f"{at}.b", boundaryID=at),
        ]
    return workflow(*found)


def planned(manifest: Json) -> Plan:
    return RETRY.plan(manifest, {}, CONTEXT)


def why(manifest: Json) -> str:
    """What Why says of a retry."""
    raw = json.dumps(manifest).encode()
    source = ScriptedSource(manifest)
    inquiry = Inquiry(source, decode.workflow(raw), raw, now=NOW)
    (found,) = [each.text for each in inquiry.answer().findings if each.label == "retry"]
    return found


def test_attempts_are_one_step_that_runs_again_and_as_many_pods_that_go() -> None:
    plan = planned(of_attempts())
    assert plan.sentence == "1 step runs again, 2 kept" and plan.logs_lost == 2
    assert plan.lines[0] == "Runs again: 1 step: a"
    assert "Opened again: 1 group: w" in plan.lines
    assert "Kept: 2 steps as they are, with their outputs." in plan.lines
    assert why(of_attempts()) == "a retry runs 1 step again and keeps 2"


def test_an_attempt_before_one_that_succeeded_is_no_failure_that_is_left_out() -> None:
    assert not [line for line in planned(of_attempts()).lines if line.startswith("Not again")]
    assert RETRY.meant is not None
    assert RETRY.meant(of_attempts(), {}, CONTEXT) is None


def test_in_the_tree_the_step_runs_again_and_its_attempts_go() -> None:
    plan = planned(of_attempts())
    assert plan.tree is not None
    assert [line.lstrip(" │├└─") for line in plan.tree()][1:] == [
        "w  Failed: opened again",
        "a  Failed: runs again",
        "a(0)  Failed: goes, with its pod and log",
        "a(1)  Failed: goes, with its pod and log",
        "b  Succeeded: kept",
        "b(0)  Failed: kept, though it failed",
        "b(1)  Succeeded: kept",
        "c  Succeeded: kept",
    ]
    once = workflow(node("w", "Failed", "DAG", "w.a"), *tried("w.a", "Failed"))
    tree = planned(once).tree
    assert tree is not None
    assert tree()[-1].endswith("a(0)  Failed: runs again; its pod and log are deleted")


def test_what_ran_in_several_attempts_of_a_group_is_one_step_of_the_template() -> None:
    plan = planned(of_groups())
    assert plan.sentence == "1 step runs again, 1 kept" and plan.logs_lost == 2
    assert plan.lines[0] == "Runs again: 1 step: b"
    assert why(of_groups()) == "a retry runs 1 step again and keeps 1"


def test_hooks_of_a_step_that_is_tried_again_are_steps_of_their_own() -> None:
    hook = node("w.onExit", boundaryID="w", nodeFlag={"hooked": True})
    retry, *attempts = tried("w.a", "Failed", "Failed")
    retry["children"].append(hook["id"])
    steps = Steps({each["id"]: each for each in (retry, *attempts, hook)})
    assert steps.of("w.a(0)") == steps.of("w.a(1)") == "w.a"
    assert steps.of("w.onExit") == "w.onExit"


def test_a_circle_of_boundaries_is_no_trouble_and_depth_neither() -> None:
    retry = node("r", "Failed", "Retry", "r(0)")
    circle = {
        "r": {**retry, "boundaryID": "r(0)"},
        "r(0)": node("r(0)", boundaryID="r"),
        "x": node("x", boundaryID="gone"),
    }
    assert {Steps(circle).of(each) for each in circle} <= {*circle}
    deep: Json = {"r": retry, "r(0)": node("r(0)", "Failed", "DAG"), "0": node("0")}
    deep["0"]["boundaryID"] = "r(0)"
    for at in range(1, 20_000):
        deep[str(at)] = node(str(at), boundaryID=str(at - 1))
    assert Steps(deep).of("19999") == "19999"


def test_of_a_memoized_resubmission_attempts_are_one_step_too() -> None:
    plan = RESUBMIT.plan(of_attempts(), {"memoized": True}, CONTEXT)
    assert "Taken over: 2 steps with their outputs." in plan.lines
    assert "Runs again: 1 failed step: a" in plan.lines


@pytest.mark.skipif(not KUBE.is_dir(), reason=ABSENT)
def test_of_the_recorded_run_whose_attempts_are_used_up_two_steps_run_again() -> None:
    read = (KUBE / "workflows/retry-exhausted/workflow.json").read_bytes()
    manifest = {"kind": "Workflow", **json.loads(read)}
    plan = planned(manifest)
    assert plan.sentence == "2 steps run again, 0 kept" and plan.logs_lost == 4
    assert why(manifest) == "a retry runs 2 steps again and keeps 0"
