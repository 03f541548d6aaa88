"""Why a workflow failed or waits: each cause, each pointer, and what happens where pieces lack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json

from tests.support.why import ENDED, NOW, RETRY, Case, cases, pod, run, step, warning
from tui.domain import decode
from tui.domain.why.answer import explain, wanted
from tui.domain.why.evidence import EVENTS, LOGS, PODS, Evidence, RetryFacts, Tail
from tui.domain.why.failing import FAILURES
from tui.domain.why.finding import Answer, FieldAt, Finding, Verdict, dotted
from tui.domain.why.scheduler import groups
from tui.domain.why.waiting import WAITS, WHOLE_WAITS

EVERY = [pytest.param(case, id=case.id) for case in cases()]


def texts(answer: Answer) -> str:
    return "\n".join(f"{each.label}: {each.text}" for each in answer.findings)


@pytest.mark.parametrize("case", EVERY)
def test_each_cause_is_told_first_and_in_words(case: Case) -> None:
    answer = explain(case.evidence())
    found = [each for each in answer.findings if each.cause == case.cause]
    assert found and any(case.says in each.text for each in found), texts(answer)
    if case.verdict is not Verdict.RUNS:
        assert "is not known" in case.says or answer.findings[0].weight in ("cause", "unknown")
    assert answer.verdict == case.verdict


def test_no_cause_is_without_an_example() -> None:
    tried = {case.cause for case in cases()}
    known = {each.id for each in (*FAILURES, *WAITS, *WHOLE_WAITS)}
    assert known <= tried


@pytest.mark.parametrize("case", EVERY)
def test_every_sentence_has_its_place_and_every_place_the_words_it_quotes(case: Case) -> None:
    assert_supported(case, explain(case.evidence()))


def assert_supported(case: Case, answer: Answer) -> None:
    for each in answer.findings:
        assert each.at or each.weight == "unknown", each
        for pointer in each.at:
            value = case.quoted(pointer)
            assert value is not None, f"{pointer.where} leads nowhere: {each.text}"
            text = "true" if value is True else str(value)
            assert text.startswith(pointer.quote), f"{pointer.where} quotes what is not there"


@pytest.mark.parametrize("case", EVERY)
def test_with_a_piece_taken_away_its_sentence_goes_or_stands_on_another(case: Case) -> None:
    before = explain(case.evidence())
    for each in before.findings:
        for pointer in each.at:
            less = case.without(pointer)
            answer = explain(less.evidence())
            assert_supported(less, answer)
            for other in answer.findings:
                assert pointer not in other.at or less.quoted(pointer) == case.quoted(pointer)
            assert answer.headline and (answer.findings or answer.verdict is Verdict.RUNS)


@pytest.mark.parametrize("case", EVERY)
def test_pieces_that_are_anything_leave_a_useful_answer(case: Case) -> None:
    for bad in (None, [], "x", 7, {"": None}, [[None]]):
        assert_useful(case.evidence(), bad)


def assert_useful(kept: Evidence, bad: Any) -> None:
    evidence = Evidence(
        kept.workflow,
        NOW,
        pods={name: bad for name in ("w", *kept.pods)},
        quotas=(bad,),
        claims={"data": bad},
        nodes=(bad,),
        namespace=bad,
        others=(bad,),
    )
    answer = explain(evidence)
    assert answer.findings and answer.headline
    for place in ("status", "spec", "metadata"):
        odd = {name: {**each, place: bad} for name, each in kept.pods.items()}
        assert explain(Evidence(kept.workflow, NOW, pods=odd)).headline


def _values(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(
        ["name", "state", "terminated", "waiting", "reason", "message", "exitCode", "phase", "x"]
    )
    return st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)


@given(
    st.fixed_dictionaries(
        {
            key: st.recursive(st.none() | st.booleans() | st.integers() | st.text(), _values)
            for key in ("containerStatuses", "initContainerStatuses", "conditions", "reason")
        }
    )
)
@settings(max_examples=60)
def test_no_pod_is_too_odd(status: dict[str, Any]) -> None:
    case = cases()[0]
    evidence = Evidence(case.evidence().workflow, NOW, pods={"w": pod(status=status)})
    assert explain(evidence).verdict is Verdict.FAILED


# --- besides the cause ---------------------------------------------------------------------------


def explained(workflow: dict[str, Any], **more: Any) -> Answer:
    return explain(Evidence(decode.workflow(json.encode(workflow)), NOW, **more))


def labelled(answer: Answer, label: str) -> list[Finding]:
    return [each for each in answer.findings if each.label.startswith(label)]


def test_attempts_stand_beside_each_other() -> None:
    workflow = run(
        step("w", "Failed", "DAG"),
        step("t", "Failed", "Retry", boundaryID="w", children=["t0", "t1"],
             message="No more retries left"),
        step("t0", name="w.t(0)", displayName="t(0)", boundaryID="w",
             message="main: OOMKilled (exit code 137)"),
        step("t1", name="w.t(1)", displayName="t(1)", boundaryID="w",
             message="main: Error (exit code 1)"),
    )  # fmt: skip
    answer = explained(workflow)
    assert [(each.label, each.text) for each in labelled(answer, "attempt")] == [
        ("attempt 1", "main: OOMKilled (exit code 137) after 3m2s"),
        ("attempt 2", "main: Error (exit code 1) after 3m2s"),
        ("attempts", "No more retries left"),
    ]
    assert answer.headline == "t(1): main ended with exit code 1"
    assert answer.reason == "t(1): main: Error (exit code 1)"


def test_an_input_far_from_that_of_its_siblings_is_told() -> None:
    def item(at: int, rows: str, **more: Any) -> dict[str, Any]:
        name = f"train({at}:s{at})"
        return step(
            f"t{at}", "Failed" if more else "Succeeded", name=f"w.{name}", displayName=name,
            boundaryID="w", inputs={"parameters": [
                {"name": "rows", "value": rows}, {"name": "shard", "value": str(at)},
                {"name": "mode", "value": "slow" if more else "fast"},
            ]}, **more,
        )  # fmt: skip

    workflow = run(
        step("w", "Failed", "DAG"),
        *(item(at, str(2_700_000 + at * 50_000)) for at in range(5)),
        item(5, "9100000", message="main: OOMKilled (exit code 137)"),
    )
    found = [each.text for each in labelled(explained(workflow), "input")]
    assert found == [
        "rows=9.1M, median of its 5 siblings 2.8M",
        "mode=slow, of its 5 siblings fast",
    ]


def test_the_first_error_of_the_log_comes_before_its_last_lines() -> None:
    lines = ("epoch 1", "ERROR: disk is full", "cleaning up", "bye")
    workflow = run(step("w", message="main: Error (exit code 1)"))
    answer = explained(workflow, logs={("w", "main"): Tail(lines, is_archived=True)})
    assert labelled(answer, "first error")[0].text == "ERROR: disk is full"
    assert [e.text for e in answer.findings if e.cause == "log"] == [
        lines[1], lines[0], lines[2], lines[3],
    ]  # fmt: skip
    assert labelled(answer, "archived log")[0].at[0].quote == "epoch 1"


def test_events_are_counted_and_those_that_nobody_could_read_are_not_made_up() -> None:
    workflow = run(step("w", message="main: Error (exit code 1)"))
    events = [warning("BackOff", "restarting", count=4), warning("BackOff", "restarting", count=3)]
    answer = explained(workflow, events=events)
    assert [e.text for e in labelled(answer, "event")] == ["BackOff (7 times): restarting"]
    answer = explained(workflow, unread={EVENTS: "you may not list events"})
    assert [(e.text, e.weight) for e in labelled(answer, "event")] == [
        ("not known: you may not list events", "unknown")
    ]


def test_what_was_never_reached_is_named_and_what_a_retry_would_do() -> None:
    workflow = run(
        step("w", "Failed", "Steps", templateName="main"),
        step("a", boundaryID="w", message="main: Error (exit code 1)"),
        templates=[
            {"name": "main", "steps": [[{"name": "a"}], [{"name": "merge"}], [{"name": "send"}]]}
        ],
    )
    answer = explained(workflow, retry=RETRY)
    (found,) = labelled(answer, "blocked")
    assert found.text == "merge, send were not reached"
    assert [each.where for each in found.at] == [
        "Workflow w: spec.templates[1].steps[1][0].name",
        "Workflow w: spec.templates[1].steps[2][0].name",
    ]
    (again,) = labelled(answer, "retry")
    assert (again.text, again.key) == ("a retry runs 2 steps again and keeps 37", "act.retry")


def test_what_was_never_reached_is_named_in_the_order_of_the_run() -> None:
    omitted = {"type": "Skipped", "boundaryID": "w", "phase": "Omitted"}
    whole = run(
        step("w", "Failed", "DAG", children=["load"]),
        step("load", message="main: Error (exit code 1)", boundaryID="w", children=["z"]),
        step("a", displayName="report", **omitted),
        step("b", displayName="archive", children=["a"], **omitted),
        step("z", displayName="merge", children=["b"], **omitted),
    )
    said = texts(explain(Evidence(decode.workflow(json.encode(whole)), NOW)))
    assert "blocked: merge, archive, report were not reached" in said
    whole["status"]["nodes"]["a"]["children"] = ["z"]
    said = texts(explain(Evidence(decode.workflow(json.encode(whole)), NOW)))
    assert "blocked: archive, merge, report were not reached" in said, "a circle loses none"


def test_what_runs_says_so_where_a_step_takes_longer_than_usual() -> None:
    (case,) = (each for each in cases() if each.cause == "longer")
    assert explain(case.evidence()).headline == "it runs, and a step takes longer than usual"
    usual = replace(case, usual={})
    assert explain(usual.evidence()).headline == "it runs, and nothing is wrong so far"


def test_what_runs_is_not_called_well_where_nobody_may_look_at_its_pod() -> None:
    (case,) = (each for each in cases() if each.cause == "longer")
    assert len(wanted(decode.workflow(json.encode(case.workflow)), NOW).pods) == 1
    blind = replace(case, usual={}, unread={PODS: "you may not get pods"})
    answer = explain(blind.evidence())
    assert answer.headline == "it runs; how its pod is doing is not known"
    assert labelled(answer, "pod")[0].text == "not known: you may not get pods"


def test_of_a_run_that_could_not_start_what_helps_in_place_of_a_retry_is_said() -> None:
    message = "invalid spec: template name 'biuld' undefined"
    (own,) = labelled(explained(run(message=message), retry=RetryFacts()), "retry")
    assert own.text == "a retry does not help, as no step began: edit a copy and submit that"
    assert own.key == ""
    (stopped,) = labelled(
        explained(run(message="Stopped with strategy 'Stop'"), retry=RetryFacts()), "retry"
    )
    assert stopped.key == "act.retry", "nothing is wrong with it"
    made = run(message=message, spec={"workflowTemplateRef": {"name": "etl"}})
    (again,) = labelled(explained(made, retry=RetryFacts()), "retry")
    assert "mend etl, from which it was made, then resubmit" in again.text
    assert again.key == "act.new-run"


def test_of_several_that_failed_the_first_in_time_is_the_cause() -> None:
    workflow = run(
        step("w", "Failed", "DAG"),
        step("slow", boundaryID="w", message="main: Error (exit code 1)", finishedAt=ENDED),
        step("fast", boundaryID="w", message="main: Error (exit code 2)",
             startedAt="2026-11-29T09:50:05Z", finishedAt="2026-11-29T09:50:09Z"),
    )  # fmt: skip
    answer = explained(workflow)
    assert (answer.step, answer.reason) == ("fast", "fast: main: Error (exit code 2)")
    assert decode.listed(json.encode(workflow)).reason == answer.reason
    assert labelled(answer, "failed too")[0].text == "slow: main: Error (exit code 1)"


@pytest.mark.parametrize("case", EVERY)
def test_the_list_says_the_same_reason(case: Case) -> None:
    listed = decode.listed(json.encode(case.workflow))
    assert explain(case.evidence()).reason == listed.reason


def test_nodes_are_others_only_where_there_is_a_group() -> None:
    plain: dict[str, Any] = {"metadata": {"name": "a"}}
    big: dict[str, Any] = {"metadata": {"name": "b", "labels": {"agentpool": "big"}}}
    assert [(each.name, each.size) for each in groups([plain, plain], {})] == [("all nodes", 2)]
    assert [(each.name, each.size) for each in groups([plain, big], {})] == [
        ("big", 1),
        ("other nodes", 1),
    ]


def test_only_what_an_answer_needs_is_wanted() -> None:
    def asked(case_id: str) -> Any:
        (case,) = (each for each in cases() if each.id == case_id)
        return wanted(decode.workflow(json.encode(case.workflow)), NOW)

    oom = asked("oom")
    assert (oom.pods, oom.others, oom.nodes, oom.quotas) == (("w",), False, False, False)
    assert (oom.log.pod, oom.log.container, oom.retry) == ("w", "main", True)
    lock = asked("mutex")
    assert (lock.pods, lock.log, lock.others, lock.namespace) == ((), None, True, False)
    assert asked("unschedulable").nodes and asked("quota").quotas
    assert asked("parallelism of the namespace").namespace
    assert asked("input not there").log.container == "init"


def test_a_step_can_be_asked_about_alone() -> None:
    workflow = run(
        step("w", "Running", "DAG"),
        step("a", "Succeeded", boundaryID="w"),
        step("b", "Pending", boundaryID="w", message="ImagePullBackOff: no such image"),
        phase="Running",
    )
    evidence = Evidence(decode.workflow(json.encode(workflow)), NOW)
    assert explain(evidence, "a").verdict is Verdict.SUCCEEDED
    assert explain(evidence, "b").verdict is Verdict.WAITS
    assert explain(evidence).step == "b"


@pytest.mark.parametrize(("count", "asked"), [(1, 1), (4, 4), (7, 5)])
def test_all_running_steps_are_looked_at_up_to_a_bound_which_is_said(
    count: int, asked: int
) -> None:
    names = [f"s{at}" for at in range(count)]
    workflow = run(
        step("w", "Running", "DAG"),
        *(step(name, "Running", boundaryID="w") for name in names),
        phase="Running",
    )
    want = wanted(decode.workflow(json.encode(workflow)), NOW)
    assert len(want.pods) == asked and len(set(want.pods)) == asked
    told = [warning("Unhealthy", f"of {name}", name=name) for name in want.pods]
    found = decode.workflow(json.encode(workflow))
    answer = explain(Evidence(found, NOW, pods={name: {} for name in want.pods}, events=told))
    assert all(f"of {name}" in texts(answer) for name in want.pods)
    said = f"of {count} running steps the pods of 5 were looked at" in texts(answer)
    assert said is (count > asked)


def test_a_path_is_written_as_people_write_it() -> None:
    assert dotted(("status", "nodes", "a.b", "inputs", 0)) == "status.nodes['a.b'].inputs[0]"
    at = FieldAt("Workflow", "w", ("status", "nodes", "w-1", "message"), "x")
    assert (at.node, at.where) == ("w-1", "Workflow w: status.nodes.w-1.message")


@pytest.mark.parametrize(
    ("phase", "message", "headline"),
    [
        ("Running", "", "it runs; how its steps stand is not known"),
        ("Failed", "child 'w-1' failed", "child 'w-1' failed"),
        ("Failed", "", "why is not known"),
    ],
)
def test_where_steps_are_in_the_database_that_is_said_and_not_that_nothing_is_wrong(
    phase: str, message: str, headline: str
) -> None:
    whole = run(message=message, phase=phase)
    whole["status"]["offloadNodeStatusVersion"] = "fnv:123"
    answer = explain(Evidence(decode.workflow(json.encode(whole)), NOW))
    assert answer.headline == headline
    (known,) = labelled(answer, "not known")
    assert known.text == "its steps are in Argo's database, where only Argo Server reads them"


@pytest.mark.parametrize("lacks", [{}, {LOGS: "its pod is gone"}])
def test_of_a_request_that_failed_the_pod_and_log_of_the_agent_are_not_missed(
    lacks: dict[str, str],
) -> None:
    refused = run(step("w", "Failed", "HTTP", message="received non-2xx response code: 404"))
    found, agent = decode.workflow(json.encode(refused)), "w-1340600742-agent"
    read = {} if lacks else {(agent, "main"): Tail((), False)}
    answer = explain(Evidence(found, NOW, pods={agent: {}}, logs=read, unread=lacks))
    assert {each.label for each in answer.findings}.isdisjoint({"log", "pod"}), texts(answer)


def test_of_an_agent_that_failed_itself_it_is_said_that_its_pod_is_gone() -> None:
    message = 'agent pod failed with reason:"OOMKilled"'
    found = decode.workflow(json.encode(run(step("w", "Error", "HTTP", message=message))))
    assert wanted(found, NOW).pods == ("w-1340600742-agent",)
    answer = explain(Evidence(found, NOW, pods={"w-1340600742-agent": {}}))
    assert "its pod is gone" in texts(answer)
