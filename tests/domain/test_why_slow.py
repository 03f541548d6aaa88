"""Where the time of a run goes: the critical path."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json, structs

from tests.support.graphs import graphs
from tests.support.why import NOW, pod, run, step, timed
from tui.domain import decode
from tui.domain.durations import epoch_of
from tui.domain.node import NodeId
from tui.domain.usual import usual_steps
from tui.domain.why.answer import explain
from tui.domain.why.evidence import EARLIER, Evidence
from tui.domain.why.finding import Verdict
from tui.domain.why.slow import edges, path
from tui.domain.workflow import Workflow


def at(minute: int, second: int = 0) -> str:
    return f"2026-11-29T09:{minute:02}:{second:02}Z"


def ran(id: str, begun: str, over: str | None, *children: str, **more: Any) -> dict[str, Any]:
    told = {"startedAt": begun, "children": list(children), **more}
    if over is None:
        return step(id, "Running", **told)
    return step(id, "Succeeded", finishedAt=over, **told)


def workflow(*nodes: dict[str, Any], phase: str = "Succeeded", **status: Any) -> Workflow:
    return decode.workflow(json.encode(run(*nodes, phase=phase, status=status)))


def diamond(phase: str = "Succeeded", **status: Any) -> Workflow:
    """Two ways from `a` to `d`; the one through `c` takes longer."""
    return workflow(
        ran("w", at(0), at(40), "a", type="DAG"),
        ran("a", at(0), at(5), "b", "c", boundaryID="w"),
        ran("b", at(6), at(10), "d", boundaryID="w"),
        ran("c", at(6), at(30), "d", boundaryID="w"),
        ran("d", at(32), at(40), boundaryID="w"),
        phase=phase,
        **{"startedAt": at(0), "finishedAt": at(40), **status},
    )


def test_the_path_goes_back_from_the_last_step_by_what_ended_last() -> None:
    legs = path(diamond(), NOW.timestamp())
    assert [leg.node.id for leg in legs] == ["a", "c", "d"]
    assert [(leg.over - leg.begun, leg.gap) for leg in legs] == [
        (300.0, 0.0), (1440.0, 60.0), (480.0, 120.0),
    ]  # fmt: skip


def test_each_step_is_told_with_its_share_and_waiting_apart_from_running() -> None:
    whole = diamond()
    waits = pod("w-train-1", spec={}, status={})
    answer = explain(Evidence(whole, NOW, pods={"x": waits}))
    assert answer.verdict is Verdict.SUCCEEDED
    told = [f"{each.label}: {each.text}" for each in answer.findings]
    assert told == [
        "time: 40m in all; its longest way ran 37m and waited 3m",
        "a: 12%: ran 5m",
        "c: 62%: ran 24m, waited 1m",
        "d: 25%: ran 8m, waited 2m",
    ]
    assert [each.weight for each in answer.findings] == ["detail", "detail", "problem", "detail"]


def test_the_time_in_which_a_pod_had_not_begun_is_waiting() -> None:
    whole = workflow(
        ran("w", at(0), at(40), "a", type="DAG"),
        ran("a", at(0), at(40), boundaryID="w", name="w.a"),
        startedAt=at(0), finishedAt=at(40),
    )  # fmt: skip
    evidence = Evidence(whole, NOW)
    name = evidence.pod_of(whole.nodes[NodeId("a")])
    state = {"terminated": {"exitCode": 0, "startedAt": at(25), "finishedAt": at(40)}}
    answer = explain(Evidence(whole, NOW, pods={name: pod(name, main=state)}))
    assert answer.findings[1].text == "100%: ran 15m, waited 25m"
    assert answer.findings[1].at[-1].quote == at(25)


def test_time_that_the_longest_way_does_not_explain_is_told() -> None:
    """As with hooks, which run after the last step, and beside the way."""
    whole = workflow(
        ran("w", at(0), at(30), "a", type="DAG"),
        ran("a", at(0), at(4), boundaryID="w", name="w.a"),
        startedAt=at(0), finishedAt=at(40),
    )  # fmt: skip
    said = explain(Evidence(whole, NOW)).findings[0].text
    words = "40m in all; its longest way ran 4m and waited 0s; in the other 36m none of its steps"
    assert said == f"{words} ran"


def test_past_groups_and_from_one_attempt_to_the_one_before() -> None:
    whole = workflow(
        ran("w", at(0), at(30), "g0", type="Steps"),
        ran("g0", at(0), at(10), "r", type="StepGroup", boundaryID="w"),
        ran("r", at(0), at(10), "r0", "r1", type="Retry", boundaryID="w"),
        ran("r0", at(0), at(4), "g1", name="w[0].r(0)", boundaryID="w"),
        ran("r1", at(5), at(10), "g1", name="w[0].r(1)", boundaryID="w"),
        ran("g1", at(10), at(30), "z", type="StepGroup", boundaryID="w"),
        ran("z", at(10), at(30), boundaryID="w"),
        startedAt=at(0), finishedAt=at(30),
    )  # fmt: skip
    assert [leg.node.id for leg in path(whole, NOW.timestamp())] == ["r0", "r1", "z"]


def test_one_that_runs_far_longer_than_usual_is_slow_and_says_what_goes_on() -> None:
    whole = workflow(
        ran("w", at(0), None, "a", type="DAG"),
        ran("a", at(1), None, boundaryID="w"),
        phase="Running", startedAt=at(0), estimatedDuration=1800,
    )  # fmt: skip
    answer = explain(Evidence(whole, NOW))
    assert answer.verdict is Verdict.SLOW
    assert answer.headline == "1h, usually 30m: +100 %"
    assert answer.findings[2].text == "100%: ran 59m, waited 1m, goes on"


def test_a_step_says_what_is_usual_for_it_and_of_how_many_runs_that_is_known() -> None:
    whole = decode.workflow(json.encode(timed("w", 28, 31)))
    known = usual_steps(decode.workflow(json.encode(timed(f"w{n}", n, 20))) for n in range(1, 6))
    told = [
        f"{each.label}: {each.text}" for each in explain(Evidence(whole, NOW, usual=known)).findings
    ]
    assert told == [
        "load took long: 31m, usually 20m (5 runs): +55 %",
        "time: 31m in all; its longest way ran 31m and waited 0s",
        "load: 100%: ran 31m, usually 20m (5 runs)",
    ]
    few = usual_steps([decode.workflow(json.encode(timed("w1", 1, 20)))])
    answer = explain(Evidence(whole, NOW, usual=few))
    assert [each.cause for each in answer.findings] == ["path", "path"], "one run is too few"
    assert answer.findings[1].text.endswith("usually 20m (1 run)")
    of_step = explain(Evidence(whole, NOW, usual=known), "load")
    assert of_step.findings[0].text == "Succeeded after 31m, usually 20m (5 runs)"
    unread = explain(Evidence(whole, NOW, unread={EARLIER: "no right"})).findings[-1]
    assert (unread.label, unread.weight) == ("not known", "unknown") and "no right" in unread.text


@settings(max_examples=150, deadline=None)
@given(graphs(), st.sampled_from([None, at(10), "x"]), st.sampled_from([None, at(20), at(5)]))
def test_no_path_takes_longer_than_the_run_or_leaves_the_edges(
    graph: Workflow, begun: str | None, over: str | None
) -> None:
    status = structs.replace(graph.status, started_at=begun, finished_at=over)
    whole = structs.replace(graph, status=status)
    legs = path(whole, NOW.timestamp())
    start, end = epoch_of(begun), epoch_of(over)
    if start is not None:
        whole_took = max(0.0, (NOW.timestamp() if end is None else end) - start)
        assert sum(leg.over - leg.begun + leg.gap for leg in legs) <= whole_took + 1e-6
    assert not any(leg.node.phase in ("Skipped", "Omitted") for leg in legs), "none took time"
    known = edges(whole)
    for before, after in pairwise(legs):
        # From each step one comes to the one before over edges that the nodes name.
        seen, ahead = {after.node.id}, [after.node.id]
        while ahead:
            for key in known.get(ahead.pop(), []):
                if key not in seen:
                    seen.add(key)
                    ahead.append(key)
        assert before.node.id in seen


def test_what_never_ran_is_not_on_the_path_which_leads_past_it() -> None:
    omitted = {"phase": "Omitted", "startedAt": at(41), "finishedAt": at(41)}
    legs = path(
        workflow(
            ran("w", at(0), at(50), "a", type="DAG"),
            ran("a", at(0), at(5), "b", "c", boundaryID="w"),
            ran("b", at(6), at(40), "x", boundaryID="w"),
            {**step("x", "Omitted"), **omitted, "children": ["d"], "boundaryID": "w"},
            {**step("c", "Omitted"), **omitted, "boundaryID": "w"},
            ran("d", at(42), at(50), "y", boundaryID="w"),
            {**step("y", "Skipped"), "startedAt": at(51), "finishedAt": at(51), "boundaryID": "w"},
            phase="Succeeded",
            startedAt=at(0),
            finishedAt=at(52),
        ),
        NOW.timestamp(),
    )
    assert [leg.node.id for leg in legs] == ["a", "b", "d"]


def test_it_ends_with_the_run_not_with_what_its_exit_handler_did() -> None:
    flag = {"nodeFlag": {"hooked": True}}
    legs = path(
        workflow(
            ran("w", at(0), at(10), "a", type="DAG"),
            ran("a", at(0), at(10), boundaryID="w"),
            ran("x", at(11), at(20), "y", type="Steps", name="w.onExit", **flag),
            ran("y", at(11), at(20), boundaryID="x", name="w.onExit[0].mourn"),
            startedAt=at(0),
            finishedAt=at(20),
        ),
        NOW.timestamp(),
    )
    assert [leg.node.id for leg in legs] == ["a"]


def test_what_leads_to_several_over_the_same_group_is_found_from_each() -> None:
    legs = path(
        workflow(
            ran("a", at(0), at(10), "x", "y"),
            {**step("y", "Skipped"), "startedAt": at(10), "children": ["x"]},
            {**step("x", "Skipped"), "startedAt": at(10), "finishedAt": at(10),
             "children": ["c", "d"]},
            ran("c", at(11), at(20), "d"),
            ran("d", at(21), at(30), "r"),
            ran("r", at(31), at(50), "r0", "r1", type="Retry"),
            ran("r0", at(31), at(40), name="w.r(0)"),
            ran("r1", at(41), at(50), name="w.r(1)"),
            startedAt=at(0),
            finishedAt=at(50),
        ),
        NOW.timestamp(),
    )  # fmt: skip
    assert [leg.node.id for leg in legs] == ["a", "c", "d", "r0", "r1"]


def test_ten_times_as_many_steps_take_about_ten_times_as_long() -> None:
    def chained(count: int) -> Workflow:
        nodes = [ran(f"n{n}", at(0), at(1), f"n{n + 1}", boundaryID="w") for n in range(count)]
        return workflow(ran("w", at(0), at(30), "n0", type="DAG"), *nodes,
                        startedAt=at(0), finishedAt=at(30))  # fmt: skip

    def seconds(count: int) -> float:
        whole = chained(count)
        began = time.thread_time()  # other tests may have threads that still end
        answer = explain(Evidence(whole, NOW))
        assert len(answer.findings) < 20
        return time.thread_time() - began

    small, large = (min(seconds(count) for _ in range(3)) for count in (1000, 10_000))
    assert large < max(small, 0.01) * 60
