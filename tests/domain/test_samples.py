"""What pods were measured to use: peaks that are kept, marks, and sums up the tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.support.runs import NOW
from tui.domain import decode
from tui.domain.allowance import pod_allowance
from tui.domain.load import Line, loads_of, measured_sums, sums_of
from tui.domain.node import Node, NodeId
from tui.domain.podname import node_id, pod_name
from tui.domain.prices import NO_PRICES, Prices, cost_of
from tui.domain.samples import MOST_POINTS, STAYED, PodSamples, RunSamples, Samples
from tui.domain.spent import of_pod, spent
from tui.domain.workflow import Workflow
from tui.ports.metrics import PodUsage

MI, GI = 1 << 20, 1 << 30
AT = NOW.timestamp()
AN_HOUR_ON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def use(at: str = "", **containers: tuple[int, int]) -> PodUsage:
    """What these containers use at a time."""
    cpu = sum(each[0] for each in containers.values())
    return PodUsage(cpu, sum(each[1] for each in containers.values()), containers, at)


# --- one container -------------------------------------------------------------------------------


def taken(*values: tuple[int, int]) -> Samples:
    found = Samples()
    for at, (cpu, memory) in enumerate(values):
        found.take(AT + at, cpu, memory)
    return found


@pytest.mark.parametrize(
    ("memories", "limit", "is_near"),
    [
        ([900], 1000, False),
        ([901], 1000, True),
        ([100, 950, 10], 1000, True),
        ([2000], None, False),
        ([0], 0, False),
    ],
)
def test_memory_is_marked_that_passed_nine_tenths_of_its_limit_at_any_time(
    memories: list[int], limit: int | None, is_near: bool
) -> None:
    assert taken(*((0, each) for each in memories)).near_memory(limit) is is_near


@pytest.mark.parametrize(
    ("cpus", "is_near"),
    [
        ([950] * STAYED, True),
        ([949] * STAYED, False),
        ([1000] * (STAYED - 1), False),
        ([1000, 10, 1000, 1000, 10], False),
        ([10, 1000, 960, 990, 10], True),
    ],
)
def test_cpu_is_marked_that_stayed_at_its_limit(cpus: list[int], is_near: bool) -> None:
    assert taken(*((each, 0) for each in cpus)).near_cpu(1000) is is_near


def test_of_many_samples_the_peaks_are_kept_and_no_more_than_some_points() -> None:
    found = taken(*((at % 7, 1000 if at == 333 else 1) for at in range(5000)))
    assert found.count == 5000 and found.peak_memory == 1000 and found.peak_cpu == 6
    assert len(found.points) <= MOST_POINTS
    times = [each[0] for each in found.points]
    assert times == sorted(times) and max(each[2] for each in found.points) == 1000


# --- pods ----------------------------------------------------------------------------------------


def test_what_ended_keeps_what_was_measured_of_it() -> None:
    run = RunSamples()
    run.take(AT, {"a": use(main=(100, 7 * MI)), "b": use(main=(1, 1))})
    run.take(AT + 10, {"b": use(main=(2, 2))})
    assert [run.pods[name].is_live for name in ("a", "b")] == [False, True]
    assert run.pods["a"].containers["main"].peak_memory == 7 * MI
    run.take(AT + 20, {})
    assert not run.pods["b"].is_live and run.memory_peaks()["b", "main"] == 2


def test_one_reading_of_the_cluster_is_one_sample_however_often_it_is_heard() -> None:
    pod = PodSamples()
    for _ in range(5):
        pod.take(AT, use("2026-01-01T12:00:00Z", main=(1000, 1)))
    assert pod.whole.count == 1 and pod.containers["main"].stayed_cpu == 0
    pod.take(AT, use("2026-01-01T12:00:15Z", main=(1000, 1)))
    assert pod.whole.count == 2 and pod.whole.points[1][0] - pod.whole.points[0][0] == 15


def test_samples_are_written_and_read_again() -> None:
    run = RunSamples()
    run.take(AT, {"a": use(main=(100, 7 * MI))})
    run.learn("a", pod_allowance({"spec": {"containers": [container("main", memory="1Gi")]}}))
    run.learn("b", None)
    assert msgspec.json.decode(msgspec.json.encode(run), type=RunSamples) == run


def test_a_pod_stands_against_the_limit_that_it_came_nearest_to() -> None:
    spec = {"containers": [container("log", memory="64Mi"), container("main", memory="8Gi")]}
    pod = PodSamples()
    pod.take(AT, use(log=(1, 30 * MI), main=(1, 7 * GI), wait=(1, GI)))
    assert pod.against_limit(pod_allowance({"spec": spec})) == (7 * GI, 8 * GI)
    assert pod.against_limit(pod_allowance({})) == (8 * GI + 30 * MI, None)


# --- tables --------------------------------------------------------------------------------------


def container(name: str, **limits: Any) -> dict[str, Any]:
    named = {key.replace("_", "/").replace("gpu", "gpu"): value for key, value in limits.items()}
    return {"name": name, "resources": {"requests": {"cpu": "500m"}, "limits": named}}


def test_a_table_has_each_container_with_what_is_known_of_it() -> None:
    spec = {
        "initContainers": [container("init", memory="64Mi")],
        "containers": [
            container("wait"),
            container("main", memory="1Gi", cpu="1", **{"nvidia.com_gpu": "2"}),
        ],
    }
    pod = PodSamples()
    for memory in (100 * MI, 950 * MI, 200 * MI):
        pod.take(AT, use(main=(990, memory), wait=(1, MI), injected=(5, MI)))
    loads = loads_of(pod_allowance({"spec": spec}), pod)
    assert [each.name for each in loads] == ["main", "init", "wait", "injected"]
    assert loads[0].lines == (
        Line("cpu", 990, 990, 500, 1000, 99),
        Line("memory", 200 * MI, 950 * MI, GI, GI, 92),
        Line("nvidia.com/gpu", None, None, 2, 2),
    )
    assert loads[1].lines == (
        Line("cpu", request=500),
        Line("memory", None, None, 64 * MI, 64 * MI),
    )
    assert loads[3].lines == (Line("cpu", 5, 5), Line("memory", MI, MI)), "by the cluster alone"
    pod.is_live = False
    assert [line.now for line in loads_of(pod_allowance({"spec": spec}), pod)[0].lines] == [
        None
    ] * 3


# --- sums ----------------------------------------------------------------------------------------


def run(phases: Mapping[str, str], **spec: Any) -> Workflow:
    """A DAG `w` whose group `g` has these steps, and one step more beside it."""
    template = {
        "name": "t",
        "container": {
            "resources": {
                "requests": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "1"},
                "limits": {"memory": "2Gi", "nvidia.com/gpu": "1"},
            }
        },
    }

    def node(name: str, type: str, phase: str, boundary: str, **more: Any) -> dict[str, Any]:
        return {
            "id": node_id("w", name) if name != "w" else "w",
            "name": name,
            "displayName": name,
            "type": type,
            "phase": phase,
            "boundaryID": boundary,
            "templateName": "t",
            **more,
        }

    group = node_id("w", "w.g")
    nodes = [
        node("w", "DAG", "Running", ""),
        node("w.g", "Steps", "Running", "w"),
        node("w.alone", "Pod", "Running", "w", startedAt="2026-01-01T11:00:00Z"),
        *(
            node(f"w.g.{name}", "Pod", phase, str(group), startedAt="2026-01-01T11:00:00Z")
            for name, phase in phases.items()
        ),
    ]
    return decode.from_manifest(
        {
            "metadata": {"name": "w", "namespace": "argo"},
            "spec": {"templates": [template], **spec},
            "status": {"phase": "Running", "nodes": {each["id"]: each for each in nodes}},
        }
    )


def named(workflow: Workflow, name: str) -> Node:
    return next(node for node in workflow.nodes.values() if node.name == name)


@pytest.mark.parametrize("pod_names", ["v1", "v2"])
def test_parents_show_the_sums_of_their_pods(pod_names: str) -> None:
    workflow = run({"a": "Running", "b": "Succeeded", "c": "Pending"})
    pods = {
        name: pod_name(workflow, named(workflow, f"w.{name}"), pod_names)
        for name in ("g.a", "g.b", "alone")
    }
    samples = RunSamples()
    first = {pods["g.a"]: use(main=(100, 1 * GI)), pods["g.b"]: use(main=(500, 3 * GI // 2))}
    samples.take(AT, first)
    samples.take(
        AT + 15,
        {pods["g.a"]: use(main=(200, GI // 2)), pods["alone"]: use(main=(7, 19 * GI // 10))},
    )
    sums = measured_sums(workflow, samples, pod_names)
    group = sums[named(workflow, "w.g").id]
    assert (group.cpu, group.memory) == (200, GI // 2), "of what runs"
    assert (group.peak, group.limit, group.is_near, group.pods) == (5 * GI // 2, 4 * GI, False, 2)
    whole = sums[NodeId("w")]
    assert (whole.cpu, whole.memory, whole.pods) == (207, GI // 2 + 19 * GI // 10, 3)
    assert whole.is_near and sums[named(workflow, "w.alone").id].is_near
    told = sums_of(workflow, named(workflow, "w.g"), samples, pod_names)
    assert (told.pods, told.live, told.measured) == (3, 1, 2)
    assert told.load.lines == (
        Line("cpu", 200, 700, 3000),
        Line("memory", GI // 2, 5 * GI // 2, 3 * GI, 6 * GI),
        Line("nvidia.com/gpu", None, None, 3, 3),
    )
    assert sums_of(workflow, None, samples, pod_names).load.lines[1].near == 0, "marked somewhere"


def test_of_several_attempts_the_last_one_counts_and_a_mark_of_any_of_them_stays() -> None:
    names = ("w.r", "w.r(0)", "w.r(1)")
    whole, retry, first, last = (
        str(node_id("w", name)) if name != "w" else "w" for name in ("w", *names)
    )
    nodes = {
        whole: {"id": whole, "name": "w", "type": "DAG", "phase": "Running"},
        retry: {
            "id": retry,
            "name": "w.r",
            "type": "Retry",
            "phase": "Running",
            "boundaryID": "w",
            "children": [first, last],
        },
        first: {"id": first, "name": "w.r(0)", "type": "Pod", "phase": "Failed", "boundaryID": "w"},
        last: {"id": last, "name": "w.r(1)", "type": "Pod", "phase": "Running", "boundaryID": "w"},
    }
    metadata = {"name": "w", "namespace": "argo"}
    workflow = decode.from_manifest({"metadata": metadata, "status": {"nodes": nodes}})
    samples = RunSamples()
    allowed = pod_allowance({"spec": {"containers": [container("main", memory="1Gi")]}})
    for name, memory in (("w.r(0)", GI), ("w.r(1)", 100 * MI)):
        pod = pod_name(workflow, named(workflow, name), "v2")
        samples.take(AT, {pod: use(main=(1, memory))})
        samples.learn(pod, allowed)
    sums = measured_sums(workflow, samples, "v2")
    for key in (retry, whole):
        found = sums[NodeId(key)]
        assert (found.peak, found.limit, found.is_near, found.pods) == (100 * MI, GI, True, 1)
    assert sums[NodeId(first)].peak == GI


def test_what_a_pod_says_itself_takes_the_place_of_its_template_in_the_sums() -> None:
    workflow = run({"a": "Running"})
    pod = pod_name(workflow, named(workflow, "w.g.a"), "v2")
    samples = RunSamples()
    samples.take(AT, {pod: use(main=(1, 1))})
    samples.learn(pod, pod_allowance({"spec": {"containers": [container("main", memory="9Gi")]}}))
    lines = sums_of(workflow, named(workflow, "w.g"), samples, "v2").load.lines
    assert lines == (Line("cpu", 1, 1, 500), Line("memory", 1, 1, 9 * GI, 9 * GI))


def test_of_pods_of_which_only_some_were_read_the_templates_tell_the_sum() -> None:
    workflow = run({"a": "Running", "b": "Succeeded"})
    group = named(workflow, "w.g")
    by_template = sums_of(workflow, group, RunSamples(), "v2")
    more = pod_allowance({"spec": {"containers": [container("main", memory="9Gi")]}})
    samples = RunSamples()
    samples.learn(pod_name(workflow, named(workflow, "w.g.a"), "v2"), more)
    assert sums_of(workflow, group, samples, "v2") == by_template
    assert not by_template.is_by_pods
    samples.learn(pod_name(workflow, named(workflow, "w.g.b"), "v2"), more)
    found = sums_of(workflow, group, samples, "v2")
    assert found.is_by_pods
    memory = next(line for line in found.load.lines if line.resource == "memory")
    assert (memory.request, memory.limit) == (18 * GI, 18 * GI)


def test_pods_of_another_run_count_nowhere() -> None:
    samples = RunSamples()
    samples.take(AT, {"v-t-123": use(main=(1, 1)), "": use(), "w-x": use()})
    assert measured_sums(run({}), samples, "v2") == {}


# --- cost ----------------------------------------------------------------------------------------

PRICES = Prices("EUR", 0.5, 0.1, {"nvidia.com/gpu": 2.0})


def test_argos_seconds_cost_what_the_settings_say() -> None:
    argos = {"cpu": 7200, "memory": 36864, "nvidia.com/gpu": 1800, "other.io/x": 5}
    cost = cost_of(argos, PRICES)
    assert cost is not None
    assert dict(cost.parts) == pytest.approx({"cpu": 1.0, "memory": 0.1, "nvidia.com/gpu": 1.0})
    assert cost.unpriced == ("other.io/x",) and PRICES.said(cost.total) == "EUR 2.10"
    assert cost_of(argos, NO_PRICES) is None and cost_of({}, PRICES) is None
    storage = cost_of({"ephemeral-storage": 3600}, Prices(resources={"ephemeral-storage": 0.2}))
    assert storage is not None and storage.total == pytest.approx(2.0), "ten GiB for an hour"


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0.00"), (0.00001, "<0.0001"), (0.0234, "0.0234"), (0.5, "0.500"), (1234.5, "1,234.50")],
)
def test_small_amounts_are_not_said_to_be_nothing(amount: float, said: str) -> None:
    assert PRICES.number(amount) == said


def test_what_runs_is_reckoned_as_argo_will() -> None:
    # argo.md 4.4: what asks for nothing counts as 100m and 100Mi.
    both = [container("main", memory="1Gi"), {"name": "wait"}]
    spec = {"initContainers": [container("init")], "containers": both}
    found = of_pod(pod_allowance({"spec": spec}), 100)
    assert found["cpu"] == pytest.approx((0.5 + 0.1) * 100)
    assert found["memory"] == pytest.approx((10.24 + 1) * 100)
    workflow = run({"a": "Succeeded", "b": "Running"})
    total, is_running = spent(workflow, None, AN_HOUR_ON, RunSamples(), "v2")
    assert is_running and total["nvidia.com/gpu"] == pytest.approx(2 * 3600), "two that run"
    one, _ = spent(workflow, named(workflow, "w.g.b"), AN_HOUR_ON, RunSamples(), "v2")
    assert one["nvidia.com/gpu"] == pytest.approx(3600)
