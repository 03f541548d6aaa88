"""What a retry does to each step, the surprises of its rule, and what was probably meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.runs import NOW, run, step
from tui.actions.base import Context, Plan
from tui.actions.retry import RETRY, meant
from tui.domain.identity import ObjectKey, Target
from tui.domain.podname import node_id
from tui.domain.workflow import Manifest

CONTEXT = Context(now=NOW)
NAME = "one-run-a1b2c"


def pipeline(*, train: str = "Failed", count: int = 0) -> Manifest:
    """Extract succeeded, train failed; with `count` more steps that succeeded."""
    names = ["extract", *(f"more({i})" for i in range(count)), "train"]
    phases = {"train": train}
    nodes = [
        step(NAME, "", train, type="DAG", children=names, ended=1),
        *(step(NAME, name, phases.get(name, "Succeeded"), ended=1) for name in names),
    ]
    return run(NAME, train, nodes=nodes, ended=1)


def held() -> Manifest:
    """Train failed, and something after it succeeded all the same."""
    nodes = [
        step(NAME, "", "Failed", type="DAG", children=["train"], ended=1),
        step(NAME, "train", "Failed", children=["after"], ended=1),
        step(NAME, "after", "Succeeded", ended=1),
    ]
    return run(NAME, "Failed", nodes=nodes, ended=1)


def stopped_at_a_gate() -> Manifest:
    nodes = [
        step(NAME, "", "Failed", type="DAG", children=["gate"], ended=1),
        step(NAME, "gate", "Failed", type="Suspend", ended=1),
    ]
    return run(NAME, "Failed", nodes=nodes, ended=1)


def on(name: str) -> Context:
    """The cursor is on a step."""
    target = Target(ObjectKey("", "wf", "argo", NAME), node=node_id(NAME, f"{NAME}.{name}"))
    return replace(CONTEXT, target=target)


def tree_of(plan: Plan) -> list[str]:
    assert plan.tree is not None
    return [line.strip() for line in plan.tree()]


def plan_of(manifest: Manifest, context: Context = CONTEXT, **choices: Any) -> Plan:
    return RETRY.plan(manifest, choices, context)


def test_the_tree_tells_of_each_step_what_becomes_of_it() -> None:
    assert tree_of(plan_of(pipeline())) == [
        "The tree:",
        f"{NAME}  Failed: opened again",
        "├─extract  Succeeded: kept",
        "└─train  Failed: runs again; its pod and log are deleted",
    ]


def test_a_large_tree_shows_what_is_not_just_kept_and_counts_the_rest() -> None:
    lines = tree_of(plan_of(pipeline(count=300)))
    assert len(lines) == 4
    assert "… 301 rows kept" in lines
    assert lines[-1].endswith("train  Failed: runs again; its pod and log are deleted")


def test_from_this_step_restarts_it_though_it_succeeded() -> None:
    plan = plan_of(pipeline(), on("extract"), from_here=True)
    assert "extract  Succeeded: runs again; its pod and log are deleted" in tree_of(plan)[2]
    assert plan.operation is not None
    assert plan.operation.options["restart_successful"] is True
    assert plan.operation.options["node_field_selector"].startswith("id=")
    assert "--restart-successful" in plan.command


def test_without_a_step_under_the_cursor_from_this_step_means_nothing() -> None:
    assert plan_of(pipeline(), from_here=True).sentence == plan_of(pipeline()).sentence


def test_what_failed_and_is_kept_is_a_surprise_with_a_button_for_it() -> None:
    plan = plan_of(held())
    assert plan.here[0].startswith("Not again: train failed, but something after it succeeded")
    assert "train  Failed: kept, though it failed" in "\n".join(tree_of(plan))
    offer = meant(held(), {}, CONTEXT)
    assert offer is not None and offer.label == "These too"
    again = plan_of(held(), **offer.choices)
    assert "train  Failed: runs again" in "\n".join(tree_of(again))
    assert meant(held(), offer.choices, CONTEXT) is None


def test_a_gate_that_was_stopped_is_a_surprise_with_a_button_for_it() -> None:
    plan = plan_of(stopped_at_a_gate())
    assert plan.here == (
        "Not again: gate failed while it waited, and is not asked anew: the workflow fails again "
        "at once.",
    )
    offer = meant(stopped_at_a_gate(), {}, CONTEXT)
    assert offer is not None
    assert "gate  Failed: runs again" in tree_of(plan_of(stopped_at_a_gate(), **offer.choices))[2]


def test_for_one_that_succeeded_the_step_under_the_cursor_is_offered() -> None:
    whole = pipeline(train="Succeeded")
    offer = meant(whole, {}, on("extract"))
    assert offer is not None and offer.choices == {"from_here": True}
    assert meant(whole, {}, CONTEXT) is None
    assert plan_of(whole, on("extract"), **offer.choices).sentence.startswith("1 step runs again")


def test_choices_without_their_other_half_are_told() -> None:
    assert plan_of(pipeline(), node_field_selector="displayName=extract").here == (
        "The node field selector counts only together with restart successful.",
    )
    offer = meant(pipeline(), {"node_field_selector": "displayName=extract"}, CONTEXT)
    assert offer is not None and offer.choices == {"restart_successful": True}
    (told,) = plan_of(pipeline(), restart_successful=True).here
    assert told.startswith("Restart successful alone restarts nothing")


def test_changed_parameters_make_groups_anew_and_that_is_told() -> None:
    nodes = [
        step(NAME, "", "Failed", type="Steps", children=["[0]"], ended=1),
        step(NAME, "[0]", "Failed", type="StepGroup", children=["train"], ended=1),
        step(NAME, "train", "Failed", ended=1),
    ]
    manifest = run(NAME, "Failed", nodes=nodes, ended=1)
    manifest["spec"]["arguments"] = {"parameters": [{"name": "day", "value": "1"}]}
    (told,) = plan_of(manifest, parameters=("day=2",)).here
    assert told.startswith("Parameters: the groups that are opened are made anew")


def test_through_an_argo_server_the_words_are_of_its_one_call() -> None:
    lines = "\n".join(plan_of(pipeline(), replace(CONTEXT, by_server=True)).lines)
    assert "Order: one call; Argo Server deletes the pods first" in lines
    assert "rehearsed" not in lines
    assert "rehearsed" in "\n".join(plan_of(pipeline()).lines)
