"""Whether something may be done, and why not: one answer for keys, hints, palette and dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.made_up import made_up_action
from tests.support.scripted import ScriptedSource, listed, manifest
from tests.support.scripted_rights import EVERYTHING, VIEWER, ScriptedRights
from tui.actions import ACTIONS, SET_NODE, SUBMIT, actions_of, called
from tui.actions.base import Action
from tui.actions.choosing import choose, meant
from tui.actions.verdict import (
    Allowed,
    Conditions,
    Denied,
    Subject,
    may_change,
    verdict,
    verdict_of_plan,
)
from tui.domain import decode
from tui.domain.identity import ObjectKey, Target
from tui.domain.rights import Rule
from tui.domain.workflow import ListedWorkflow, Manifest
from tui.ports.operations import Delete, Operation, Operations, Update
from tui.ports.rights import Rights
from tui.sources.kubernetes_operations import KubernetesOperations
from tui.sources.saved import WHY_NOT, SavedSource

LIVE = Conditions(ScriptedSource())
SAVED = Conditions(SavedSource([], "one.yaml"))
READ_ONLY = Conditions(ScriptedSource(), read_only=True)
OBJECTS = list(actions_of("wf", "object"))
EVERY = [*OBJECTS, SUBMIT, SET_NODE]


def of(known: ListedWorkflow | None, **more: Any) -> Subject:
    name = known.metadata.name if known is not None else "w"
    return Subject(Target(ObjectKey("", "wf", "argo", name)), known, **more)


def shown(name: str = "w", phase: str = "Running", **spec: Any) -> Subject:
    made = manifest(name, phase=phase)
    made["spec"] = spec
    return of(listed(made))


def why(action: Action, subject: Subject | None, conditions: Conditions = LIVE) -> str:
    answer = verdict(action, subject, conditions)
    return answer.why if isinstance(answer, Denied) else ""


def waiting() -> Manifest:
    node = {"id": "w-1", "name": "w[0].a", "type": "Suspend", "phase": "Running"}
    return manifest("w", nodes={"w-1": node})


@pytest.mark.parametrize("action", EVERY, ids=lambda action: action.id)
def test_where_nothing_can_be_changed_each_is_denied_for_that_reason(action: Action) -> None:
    for subject in (None, shown(phase="Failed"), of(None, is_gone=True)):
        assert why(action, subject, READ_ONLY) == "refused: started with --read-only"
        assert why(action, subject, SAVED) == WHY_NOT


@pytest.mark.parametrize("action", EVERY, ids=lambda action: action.id)
def test_what_is_gone_or_unknown_is_told_before_its_state(action: Action) -> None:
    assert why(action, of(None, is_gone=True)) == "it is gone"
    if action.on != "kind":
        assert why(action, of(None)) == "w is not read yet"
    assert why(action, shown(), Conditions(None)) == "not connected yet"
    cron = Subject(Target(ObjectKey("", "cron", "argo", "c")), object())
    assert why(action, cron) == f"{action.label} is not for this kind of object"


@pytest.mark.parametrize(
    ("phase", "allowed"),
    [
        ("Running", {"resubmit", "edit", "suspend", "resume", "stop", "terminate", "delete"}),
        ("", {"resubmit", "edit", "suspend", "resume", "stop", "terminate", "delete"}),
        ("Failed", {"retry", "resubmit", "edit", "delete"}),
        ("Succeeded", {"retry", "resubmit", "edit", "delete"}),
    ],
)
def test_the_phase_decides_what_can_be_done(phase: str, allowed: set[str]) -> None:
    subject = shown(phase=phase)
    free = {one.id for one in OBJECTS if verdict(one, subject, LIVE) == Allowed()}
    assert free == {f"workflow.{verb}" for verb in allowed}
    for action in OBJECTS:
        reason = why(action, subject)
        assert not reason or (reason.startswith("w is ") and reason.endswith("."))


@pytest.mark.parametrize(
    ("subject", "action"),
    [
        (lambda: shown(), "workflow.suspend"),
        (lambda: shown(suspend=True), "workflow.resume"),
        (lambda: of(decode.from_manifest(waiting())), "workflow.resume"),
        (lambda: shown(phase="Failed"), "workflow.suspend"),
    ],
    ids=["running", "suspended", "waiting", "over"],
)
def test_what_a_shared_key_means_is_what_may_be_done(
    subject: Callable[[], Subject], action: str
) -> None:
    assert meant("act.suspend", [subject()], LIVE).id == action


def test_what_waits_at_a_gate_may_be_suspended_by_name_and_its_key_resumes_it() -> None:
    """Other branches of it may run on for hours."""
    waits = of(decode.from_manifest(waiting()))
    assert choose("act.suspend", [waits], LIVE).action.id == "workflow.resume"
    by_name = choose("workflow.suspend", [waits], LIVE)
    assert by_name.able == (waits,) and by_name.said == ""


def test_of_several_a_shared_key_means_what_may_be_done_to_any_of_them() -> None:
    chosen = choose("act.suspend", [shown("a", suspend=True), shown("b", "Failed")], LIVE)
    assert chosen.action.id == "workflow.resume"
    assert [one.name for one in chosen.able] == ["a"]
    assert chosen.said.startswith("1 left out; b is over")


def test_an_action_that_is_named_is_meant_and_no_other() -> None:
    chosen = choose("workflow.suspend", [shown(suspend=True)], LIVE)
    assert chosen.action.id == "workflow.suspend" and not chosen.able
    assert chosen.said == "w is suspended already."
    assert called("nothing.like-that") == ()
    with pytest.raises(KeyError):
        meant("nothing.like-that", [shown()], LIVE)


def test_nodes_that_are_kept_elsewhere_may_wait() -> None:
    offloaded = manifest("w", offloadNodeStatusVersion="fnv:1")
    assert verdict(called("workflow.resume")[0], of(decode.from_manifest(offloaded)), LIVE) == (
        Allowed()
    )


def test_an_action_that_changes_nothing_may_be_done_where_nothing_can_be_changed() -> None:
    look = made_up_action("workflow.look", consequence="none")
    for conditions in (READ_ONLY, SAVED):
        assert verdict(look, shown(), conditions) == Allowed()
        assert not may_change([look, *ACTIONS], conditions)
    assert may_change(ACTIONS, LIVE)


def test_an_action_on_a_kind_needs_nothing_to_be_known() -> None:
    create = made_up_action("workflow.create", on="kind")
    nothing = Subject(Target(ObjectKey("", "wf", "", "")))
    assert verdict(create, nothing, LIVE) == Allowed()
    assert why(create, nothing, SAVED) == WHY_NOT


def test_a_connection_may_be_unable_to_do_some_operations_only() -> None:
    class Partly(KubernetesOperations):
        def refusal(self, operation: str, target: Target | None) -> str:
            return "no" if operation == "workflow.retry" else ""

    source = ScriptedSource()
    source.ports[Operations] = Partly(source.send)
    conditions = Conditions(source)
    assert why(called("workflow.retry")[0], shown(phase="Failed"), conditions) == "no"
    assert why(called("workflow.delete")[0], shown(phase="Failed"), conditions) == ""
    assert may_change(ACTIONS, conditions)


def test_what_has_the_name_of_the_chosen_one_but_was_made_later_is_left_alone() -> None:
    subject = shown(phase="Failed")
    chosen = subject.target._replace(uid="uid-w")
    later = chosen._replace(uid="uid-of-an-earlier-one")
    for action in OBJECTS:
        before = verdict(action, Subject(chosen, subject.known), LIVE)
        assert before == verdict(action, subject, LIVE)
        assert why(action, Subject(later, subject.known)) == (
            "it is gone, and another one has its name now"
        )


NEEDED = {
    "workflow.retry": {"get", "update"},
    "workflow.resubmit": {"get", "create"},
    "workflow.edit": {"get", "create"},
    "workflow.suspend": {"get", "update"},
    "workflow.resume": {"get", "update"},
    "workflow.stop": {"get", "patch"},
    "workflow.terminate": {"get", "patch"},
    "workflow.delete": {"get", "delete"},
    "workflow.submit": {"create"},
    "node.set": {"get", "update"},
}


@pytest.mark.parametrize("action", EVERY, ids=lambda action: action.id)
def test_an_action_is_denied_for_each_right_it_needs_and_for_no_other(action: Action) -> None:
    assert {right.verb for right in action.rights} == NEEDED[action.id]
    assert {right.what for right in action.rights} == {"workflows.argoproj.io"}
    free = verdict(action, None, LIVE)
    for verb in ("get", "list", "watch", "create", "update", "patch", "delete"):
        others = tuple({"get", "list", "create", "update", "patch", "delete"} - {verb})
        source = ScriptedSource()
        source.ports[Rights] = rights = ScriptedRights(argo=viewer_with(others))
        conditions = Conditions(source, namespace="argo")
        assert verdict(action, None, conditions) == free, "nothing is known yet"
        rights.learn("argo")
        answer = verdict(action, None, conditions)
        if verb in NEEDED[action.id]:
            assert isinstance(answer, Denied)
            assert answer.why == f"needs {verb} on workflows.argoproj.io in argo"
            assert [right.verb for right in answer.lacks] == [verb]
        else:
            assert answer == free


def viewer_with(verbs: tuple[str, ...]) -> tuple[Rule, ...]:
    return (Rule(verbs, ("argoproj.io",), ("workflows",)),)


def test_rights_are_those_of_the_namespace_of_the_subject() -> None:
    source = ScriptedSource()
    source.ports[Rights] = rights = ScriptedRights(argo=EVERYTHING, ml=VIEWER)
    for namespace in ("argo", "ml"):
        rights.learn(namespace)
    conditions = Conditions(source, namespace="argo")
    there = Subject(Target(ObjectKey("", "wf", "ml", "w")), listed(manifest("w", phase="Failed")))
    delete = called("workflow.delete")[0]
    assert verdict(delete, shown(phase="Failed"), conditions) == Allowed()
    assert why(delete, there, conditions) == "needs delete on workflows.argoproj.io in ml"
    assert may_change(ACTIONS, conditions)
    assert not may_change(ACTIONS, Conditions(source, namespace="ml"))
    assert may_change(ACTIONS, Conditions(source)), "where that would be is not known"


def test_what_has_no_name_is_refused_without_one() -> None:
    source = ScriptedSource()
    source.ports[Rights] = rights = ScriptedRights(argo=VIEWER)
    rights.learn("argo")
    chosen = choose(
        "workflow.submit",
        [Subject(Target(ObjectKey("", "wf", "", "")))],
        Conditions(source, namespace="argo"),
    )
    assert not chosen.able
    assert chosen.said == "needs create on workflows.argoproj.io in argo"


def test_rights_come_before_the_state_and_after_what_nobody_may_do_here() -> None:
    source = ScriptedSource()
    source.ports[Rights] = rights = ScriptedRights(argo=VIEWER)
    rights.learn("argo")
    retry = called("workflow.retry")[0]
    assert why(retry, shown(), Conditions(source)).startswith("needs update")
    assert why(retry, shown(), Conditions(source, read_only=True)).startswith("refused: started")


def test_a_plan_needs_the_rights_of_its_calls_each_for_its_object() -> None:
    source = ScriptedSource()
    named = Rule(("delete",), ("",), ("pods",), ("w-pod",))
    source.ports[Rights] = rights = ScriptedRights(argo=(*viewer_with(("get", "update")), named))
    rights.learn("argo")
    conditions = Conditions(source)
    pods = [Delete(key=ObjectKey("", "pod", "argo", name), purpose="") for name in ("w-pod", "x")]
    key = ObjectKey("", "wf", "argo", "w")
    write = Update(key=key, manifest={}, purpose="")
    mine = Operation("made.up", Target(key), {}, (pods[0], write))
    theirs = Operation("made.up", Target(key), {}, (*pods, write))
    assert verdict_of_plan(mine, conditions) == Allowed()
    answer = verdict_of_plan(theirs, conditions)
    assert isinstance(answer, Denied) and answer.why == "needs delete on pods in argo"
    assert [each.name for each in rights.needed(theirs)] == ["w-pod", "x", "w"]
