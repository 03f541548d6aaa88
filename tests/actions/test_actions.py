"""What is said of each action before and after, and what is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.plans import calls_of
from tests.support.scripted import manifest
from tui.actions import ACTIONS, SET_NODE, SUBMIT, resubmit
from tui.actions.base import Context, Plan, perform
from tui.actions.cron import BACKFILL
from tui.actions.set_node import unquoted
from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import Manifest
from tui.errors import Conflict, PlanError, Refused, SourceError, Unreachable
from tui.ports.identity import Caller
from tui.ports.operations import Call, Change, Delete, Operation, Update
from tui.sources.kubernetes_operations import MERGE_PATCH, KubernetesOperations

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
CONTEXT = Context(now=NOW, suffix="abcde")
BY_ID = {action.id: action for action in ACTIONS}


class Answers:
    """A cluster that answers each call with what it is told, in order."""

    def __init__(self, *answers: Manifest | SourceError) -> None:
        self.answers = list(answers)
        self.sent: list[Call] = []

    def send(self, call: Call) -> Manifest:
        self.sent.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer


def send(plan: Plan, answers: Answers, said: Any = lambda answer: str(answer)) -> Any:
    return perform(plan, KubernetesOperations(answers.send), said)


def plan_of(*purposes: str) -> Plan:
    key = ObjectKey("", "wf", "argo", "w")
    changes: tuple[Change, ...] = tuple(
        Update(key=key, manifest={}, purpose=purpose, dry_run=True)
        if purpose.startswith("rehearse")
        else Delete(key=key, purpose=purpose)
        for purpose in purposes
    )
    operation = Operation("a", Target(key), {}, changes, half_way="the rest is as it was")
    return Plan("a", "A", (), operation)


def waiting(**node: Any) -> Manifest:
    nodes = {
        "w": {"id": "w", "name": "w", "type": "Steps", "phase": "Running"},
        "w-1": {
            "id": "w-1",
            "name": "w[0].approve",
            "displayName": "approve",
            "type": "Suspend",
            "phase": "Running",
            **node,
        },
    }
    return manifest("w", nodes=nodes)


def supplied(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"supplied": {}, **more}}


def test_ids_are_unique_and_only_opposites_share_a_key() -> None:
    assert len(BY_ID) == len(ACTIONS)
    meant = [(kind, action.binding_id) for action in ACTIONS for kind in action.kinds]
    twice = {each for each in meant if meant.count(each) > 1}
    assert twice == {("wf", "act.suspend"), ("cron", "act.suspend")}


def test_what_a_choice_says_of_itself_has_room_in_a_box_of_eighty_columns() -> None:
    long = [choice.help for action in ACTIONS for choice in action.form if len(choice.help) > 74]
    assert long == []


def test_stop_and_terminate_patch_the_shutdown() -> None:
    context = Context(now=NOW, caller=Caller("me"))
    for verb, strategy in (("stop", "Stop"), ("terminate", "Terminate")):
        plan = BY_ID[f"workflow.{verb}"].plan(manifest("w"), {}, context)
        (write,) = calls_of(plan)
        assert (write.method, write.content_type) == ("PATCH", MERGE_PATCH)
        assert write.body == {
            "spec": {"shutdown": strategy},
            "metadata": {
                "labels": {
                    "workflows.argoproj.io/actor": "me",
                    "workflows.argoproj.io/action": strategy,
                }
            },
        }
        with pytest.raises(PlanError, match='cannot shutdown a completed workflow: workflow: "w"'):
            BY_ID[f"workflow.{verb}"].plan(manifest("w", phase="Failed"), {}, context)


def test_a_message_that_nobody_gets_is_told_of() -> None:
    """Argo forgets the message of a stop that names no steps."""
    stop = BY_ID["workflow.stop"]
    alone = stop.plan(manifest("w"), {"message": "too late"}, CONTEXT)
    assert "without one it is not kept" in " ".join(alone.warnings)
    assert calls_of(alone)[0].body == {"spec": {"shutdown": "Stop"}}
    assert not stop.plan(manifest("w"), {}, CONTEXT).warnings
    chosen = {"message": "too late", "node_field_selector": "displayName=gate"}
    assert not stop.plan(waiting(displayName="gate"), chosen, CONTEXT).warnings


def test_suspend_updates_once_and_refuses_what_is_over() -> None:
    suspend = BY_ID["workflow.suspend"]
    plan = suspend.plan(manifest("w"), {}, CONTEXT)
    assert calls_of(plan)[0].body["spec"]["suspend"] is True
    assert calls_of(plan)[0].body["metadata"]["resourceVersion"] == "1"
    assert plan.result is not None and calls_of(suspend.plan(plan.result, {}, CONTEXT)) == ()
    over = manifest("w", labels={"workflows.argoproj.io/completed": "true"})
    with pytest.raises(PlanError, match="cannot suspend completed workflows"):
        suspend.plan(over, {}, CONTEXT)


def test_resume_passes_waiting_steps_with_their_defaults() -> None:
    given = waiting(outputs={"parameters": [supplied("p", default="yes")]})
    plan = BY_ID["workflow.resume"].plan(given, {}, CONTEXT)
    node = calls_of(plan)[0].body["status"]["nodes"]["w-1"]
    assert (node["phase"], node["finishedAt"]) == ("Succeeded", "2026-01-15T12:00:00Z")
    assert node["outputs"]["parameters"] == [{"name": "p", "value": "yes"}]
    assert any(line.strip().endswith(".p = yes") for line in plan.lines), plan.lines
    nothing = BY_ID["workflow.resume"].plan(waiting(), {}, CONTEXT)
    assert not any("default" in line for line in nothing.lines), "there is nothing to take one"
    bare = waiting(outputs={"parameters": [supplied("p")]})
    with pytest.raises(PlanError, match="raw output parameter 'p' has not been set and does not"):
        BY_ID["workflow.resume"].plan(bare, {}, CONTEXT)
    assert calls_of(BY_ID["workflow.resume"].plan(manifest("w"), {}, CONTEXT)) == ()


@pytest.mark.parametrize("where", ["inputs", "outputs"])
def test_set_refuses_a_value_that_is_not_in_the_list_of_an_output(where: str) -> None:
    listed = {"enum": ["yes", "no"]}
    asked = {**supplied("p"), **(listed if where == "outputs" else {})}
    inputs = {"parameters": [{"name": "p", **(listed if where == "inputs" else {})}]}
    given = waiting(outputs={"parameters": [asked]}, inputs=inputs)
    choices = {"node_field_selector": "displayName=approve", "parameters": ("p=maybe",)}
    with pytest.raises(PlanError, match="p must be one of yes, no"):
        SET_NODE.plan(given, choices, CONTEXT)
    plan = SET_NODE.plan(given, {**choices, "parameters": ("p=no",)}, CONTEXT)
    node = calls_of(plan)[0].body["status"]["nodes"]["w-1"]
    assert node["outputs"]["parameters"][0]["value"] == "no"


def test_set_supplies_outputs_and_publishes_global_ones() -> None:
    given = waiting(outputs={"parameters": [{**supplied("p"), "globalName": "g"}]})
    choices = {"node_field_selector": "displayName=approve", "parameters": ('p="a\\tb"',)}
    status = calls_of(SET_NODE.plan(given, choices, CONTEXT))[0].body["status"]
    assert status["nodes"]["w-1"]["phase"] == "Running"
    assert status["nodes"]["w-1"]["outputs"]["parameters"][0]["value"] == "a\tb"
    assert status["outputs"]["parameters"] == [{"name": "g", "value": "a\tb"}]


@pytest.mark.parametrize(
    ("choices", "outputs", "words"),
    [
        ({}, None, "'set' currently only targets suspend nodes, use a node field selector"),
        ({"phase": "Odd"}, None, "Odd is an invalid phase to set to"),
        ({"node_field_selector": "id=x", "phase": "Failed"}, None, "currently, set only targets"),
        ({"node_field_selector": "id=w-1", "parameters": ("p=1",)}, None, "not expecting any raw"),
        (
            {"node_field_selector": "id=w-1", "parameters": ("p=1",)},
            {"parameters": []},
            "node is not expecting output parameter 'p'",
        ),
        (
            {"node_field_selector": "id=w-1", "parameters": ("p=1",)},
            {"parameters": [{"name": "p", "value": "0"}]},
            "cannot set output parameter 'p' because it does not use valueFrom.raw or it was",
        ),
    ],
)
def test_set_refuses_in_argos_words(choices: Any, outputs: Any, words: str) -> None:
    with pytest.raises(PlanError) as caught:
        SET_NODE.plan(waiting(outputs=outputs), choices, CONTEXT)
    assert words in caught.value.what


@pytest.mark.parametrize(
    ("text", "value"),
    [("a", "a"), ('"a b"', "a b"), ('"\\u00e9\\x41"', "éA"), ("`r\\n`", "r\\n"), ('"a', '"a')],
)
def test_values_are_unquoted_as_go_does(text: str, value: str) -> None:
    assert unquoted(text) == value


def test_delete_means_this_very_object_and_force_takes_finalizers_first() -> None:
    delete = BY_ID["workflow.delete"]
    (write,) = calls_of(delete.plan(manifest("w"), {}, CONTEXT))
    assert write.body == {
        "propagationPolicy": "Background",
        "preconditions": {"uid": "uid-w"},
    }
    patch, _ = calls_of(delete.plan(manifest("w"), {"force": True}, CONTEXT))
    assert patch.body == {"metadata": {"finalizers": None}}


def test_submit_from_a_template_refers_to_it() -> None:
    template = {"kind": "ClusterWorkflowTemplate", "metadata": {"name": "t", "namespace": "n"}}
    choices = {"parameters": ("a=1",), "labels": "x=y", "name": "given", "server_dry_run": True}
    (write,) = calls_of(SUBMIT.plan(template, choices, CONTEXT))
    assert write.query == (("dryRun", "All"),)
    assert write.path == "/apis/argoproj.io/v1alpha1/namespaces/n/workflows"
    assert write.body["spec"] == {
        "workflowTemplateRef": {"name": "t", "clusterScope": True},
        "arguments": {"parameters": [{"name": "a", "value": "1"}]},
    }
    assert write.body["metadata"]["labels"]["x"] == "y"
    assert write.body["metadata"]["name"] == "given"


def test_submit_from_a_cron_workflow_belongs_to_it() -> None:
    cron = {
        "kind": "CronWorkflow",
        "metadata": {"name": "c", "uid": "u"},
        "spec": {"workflowSpec": {"entrypoint": "e"}, "workflowMetadata": {"labels": {"k": "v"}}},
    }
    made = calls_of(SUBMIT.plan(cron, {}, CONTEXT))[0].body
    assert made["metadata"]["ownerReferences"][0]["uid"] == "u"
    assert made["metadata"]["labels"] == {"workflows.argoproj.io/cron-workflow": "c", "k": "v"}
    assert made["spec"] == {"entrypoint": "e"}


CRON = {
    "kind": "CronWorkflow",
    "metadata": {"name": "c", "namespace": "argo", "uid": "u"},
    "spec": {"schedules": ["0 7 * * *"], "workflowSpec": {"entrypoint": "e"}},
}


def test_the_plan_of_a_run_begins_with_the_word_that_was_chosen() -> None:
    trigger, submit = BY_ID["cron.trigger"], BY_ID["template.submit"]
    assert trigger.plan(CRON, {}, CONTEXT).title == "Trigger c"
    template = {"kind": "WorkflowTemplate", "metadata": {"name": "t", "namespace": "argo"}}
    assert submit.plan(template, {}, CONTEXT).title == "Submit t"


def test_the_command_of_a_backfill_is_one_that_does_the_same() -> None:
    """Argo's takes no parameters, so with some it is ours."""
    span = {"start": "2026-01-14", "end": "2026-01-15", "name": "gap"}
    written = (
        "cron backfill -n argo c --start 'Wed, 14 Jan 2026 00:00:00 UTC' "
        "--end 'Thu, 15 Jan 2026 00:00:00 UTC' --name gap"
    )
    assert BACKFILL.plan(CRON, span, CONTEXT).command == f"argo {written}"
    more = {**span, "parameters": ("a=b c",), "parallel": True, "max_workflow_count": 7}
    flags = "--parallel --maxworkflowcount 7 -p 'a=b c'"
    assert BACKFILL.plan(CRON, more, CONTEXT).command == f"argo-tui {written} {flags}"


def test_of_a_plan_with_nothing_to_do_nothing_is_said_to_be_done() -> None:
    source = Answers()
    plan = BACKFILL.plan(CRON, {"start": "2026-01-15T08:00:00Z"}, CONTEXT)
    outcome = send(plan, source, BACKFILL.said)
    assert outcome.said == "Backfill c: there was nothing to do" and source.sent == []


def test_every_write_is_sent_once_and_in_order() -> None:
    source = Answers({}, {}, {"metadata": {"name": "new"}})
    outcome = send(plan_of("rehearse", "one", "two"), source, lambda answer: answer["metadata"])
    assert [write.purpose for write in source.sent] == ["rehearse", "one", "two"]
    assert outcome.said == {"name": "new"}


def test_the_first_error_ends_it_and_tells_what_was_done() -> None:
    source = Answers({}, {}, Refused("no"))
    with pytest.raises(Refused) as caught:
        send(plan_of("rehearse", "one", "two", "three"), source)
    assert len(source.sent) == 3
    assert caught.value.hint == "1 of 3 writes were done already: one; the rest is as it was"


def test_a_conflict_is_told_and_not_tried_again() -> None:
    source = Answers(Conflict("changed"))
    with pytest.raises(Conflict) as caught:
        send(plan_of("rehearse", "one"), source)
    assert len(source.sent) == 1
    assert "nothing was done" in caught.value.hint


def test_a_lost_answer_is_not_taken_for_a_failure() -> None:
    with pytest.raises(Unreachable) as caught:
        send(plan_of("one"), Answers(Unreachable("gone")))
    assert "is not known" in caught.value.hint


def test_words_of_a_deletion_come_from_the_plan_when_the_answer_has_none() -> None:
    delete = BY_ID["workflow.delete"]
    plan = delete.plan(manifest("w"), {}, CONTEXT)
    assert send(plan, Answers({"kind": "Status"}), delete.said).said == "Deleted w"


def test_a_resubmission_has_its_own_name_labels_and_priority_and_argo_tui_does_the_same() -> None:
    asked = {"name": "mine", "labels": "a=b", "priority": "7", "parameters": ("x=1",)}
    made = resubmit.plan(manifest("w", phase="Failed"), asked, CONTEXT)
    assert made.result is not None
    assert made.result["metadata"]["name"] == "mine"
    assert made.result["metadata"]["labels"]["a"] == "b"
    assert made.result["spec"]["priority"] == 7
    assert made.command == (
        "argo-tui resubmit -n argo w -p x=1 --name mine --labels a=b --priority 7"
    )
    with pytest.raises(PlanError, match="whole number"):
        resubmit.plan(manifest("w", phase="Failed"), {"priority": "high"}, CONTEXT)
