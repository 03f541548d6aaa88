"""The summary of a step or of the whole workflow: its facts, what matters first, and its bars."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.support.panes import On, bench
from tests.support.runs import ETL, NOW, container, nightly_etl, run, step
from tests.support.scripted import ScriptedSource, listed, opened
from tests.support.widgets import painting, screen_of
from tui.actions.suspend import RESUME, SUSPEND
from tui.domain import decode
from tui.domain.durations import parse_time
from tui.domain.history import past_of
from tui.domain.podname import pod_name
from tui.panes.summary import SummaryBars, SummaryPane, field
from tui.ports.metrics import PodUsage
from tui.widgets.bars import Bar

RUN = "deploy-q1w2e"


def lines(text: str) -> dict[str, str]:
    """Label → value of what the pane says."""
    parted = (line.partition(":") for line in text.splitlines())
    return {label.strip(): value.strip() for label, _, value in parted}


async def test_of_the_workflow_it_tells_state_times_and_parameters() -> None:
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(nightly_etl())
        told = lines(on.app.text)
        assert told["workflow"] == ETL and told["status"] == "Failed"
        assert told["message"] == "child 'transform' failed"
        assert told["because of"] == "transform(2:shard:2)(1): OOMKilled (exit code 137)"
        assert told["progress"] == "5/7" and told["duration"] == "1h12m"
        assert told["region"] == "eu" and told["day"] == "2026-03-16"


async def test_t_tells_times_of_here_and_in_utc_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        async with bench(SummaryPane, ScriptedSource()) as on:
            on.app.show(nightly_etl())
            utc = lines(on.app.text)
            on.pane.lines.focus()
            await on.pilot.press("t")
            told = lines(on.app.text)
            for label in ("created", "started", "finished"):
                assert "+05:30 (" in told[label] and "Z (" in utc[label]
                moments = [parse_time(each[label].partition(" ")[0]) for each in (utc, told)]
                assert moments[0] == moments[1] is not None
            await on.pilot.press("t")
            assert lines(on.app.text) == utc
            on.app.show(nightly_etl(), "transform")
            await on.pilot.press("t")
            assert "+05:30 (" in lines(on.app.text)["started"]
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_it_tells_how_the_last_runs_of_the_template_went_and_what_is_usual() -> None:
    spec = {"workflowTemplateRef": {"name": "etl"}}
    made = [run(f"e-{n}", "Succeeded", began=90 + n, ended=80 + n, spec=spec) for n in range(5)]
    made.append(run("e-bad", "Failed", began=70, ended=69, spec=spec))
    long = run("e-long", "Running", began=15.5, spec=spec, estimatedDuration=60)
    runs = [listed(each) for each in (*made, long)]
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(long)
        assert lines(on.app.text)["duration"] == "15m30s"
        assert lines(on.app.text)["usual"] == "1m", "what the controller estimates"
        on.pane.show_past(past_of(runs[-1], runs))
        told = lines(on.app.text)
        assert told["duration"] == "15m30s, usually 10m (+55 %)" and "usual" not in told
        assert told["trend"] == "✔✔✔✔✔✖●  ▆▆▆▆▆▁█  last 7 of etl, 1 failed"
        on.pane.show_past(past_of(runs[-1], runs[-1:]))
        assert "trend" not in lines(on.app.text), "one run is no trend"


async def test_it_tells_when_the_run_goes_also_from_the_archive() -> None:
    source = ScriptedSource()
    source.maps["argo", "workflow-controller-configmap"] = {"persistence": "archiveTTL: 30d"}
    labels = {"workflows.argoproj.io/workflow-archiving-status": "Archived"}
    spec = {"ttlStrategy": {"secondsAfterCompletion": 3600}}
    over = run("e", "Succeeded", began=90, ended=50, labels=labels, spec=spec)
    async with bench(SummaryPane, source) as on:
        on.app.show(over)
        assert lines(on.app.text)["kept"] == "the run goes in 10m"
        words = "the run goes in 10m, from the archive in 29d"
        await on.until(lambda: lines(on.app.text)["kept"] == words)
        on.app.show(run("f", "Succeeded", began=90, ended=50))
        assert "kept" not in lines(on.app.text)


async def test_of_a_step_it_tells_why_it_failed_and_where_it_ran() -> None:
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        told = lines(on.app.text)
        assert "Failed" in told["phase"] and told["message"] == "OOMKilled (exit code 137)"
        assert told["exit code"] == "137" and told["node"] == "worker-7"
        assert told["pod"].startswith(f"{ETL}-transform-")
        assert told["duration"] == "26m"


async def test_what_a_run_waits_for_and_how_it_came_to_be_is_told() -> None:
    made = run(
        RUN,
        "Running",
        labels={
            "workflows.argoproj.io/cron-workflow": "every-night",
            "workflows.argoproj.io/resubmitted-from-workflow": "deploy-old",
            "workflows.argoproj.io/creator": "kim",
        },
        spec={"workflowTemplateRef": {"name": "deploy", "clusterScope": True}},
        estimatedDuration=900,
        conditions=[{"type": "PodRunning", "status": "True"}],
        nodes=[
            step(
                RUN,
                "build",
                "Pending",
                synchronizationStatus={"waiting": "argo/Mutex/db"},
                memoizationStatus={"hit": False, "key": "k-1", "cacheName": "c"},
            )
        ],
    )
    made["metadata"]["deletionTimestamp"] = "2026-03-17T06:29:00Z"
    made["metadata"]["finalizers"] = ["workflows.argoproj.io/artifact-gc"]
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(made)
        told = lines(on.app.text)
        assert told["template"] == "deploy (cluster)" and told["cron"] == "every-night"
        assert told["resubmitted"] == "deploy-old" and told["creator"] == "kim"
        assert "(Terminating)" in told["status"] and "artifact-gc" in told["waits for"]
        assert told["usual"] == "15m" and told["condition"] == "PodRunning True"
        on.app.show(made, "build")
        told = lines(on.app.text)
        assert told["waits for"] == "argo/Mutex/db" and told["memoized"] == "miss, key k-1"


async def test_the_first_steps_that_hold_a_run_up_are_told_with_all_they_say() -> None:
    nodes = [
        step(RUN, f"pull-{i}", "Pending", message=f"ErrImagePull: no tag {i}") for i in "1234567"
    ]
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(run(RUN, "Running", nodes=[step(RUN, "", "Running"), *nodes]))
        assert lines(on.app.text)["because of"] == "pull-1: ErrImagePull: no tag 1"
        assert "pull-5: ErrImagePull: no tag 5" in on.app.text
        assert "pull-6" not in on.app.text and "and 2 more steps" in on.app.text


async def test_who_holds_the_lock_that_is_waited_for_is_told() -> None:
    mutex = {"waiting": [{"mutex": "argo/Mutex/db", "holder": "argo/other-1"}]}
    both = {"waiting": [{"semaphore": "argo/ConfigMap/limits/n", "holders": ["a/x", "a/y"]}]}
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(run(RUN, "Pending", "", synchronization={"mutex": mutex, "semaphore": both}))
        assert "waits for:   argo/Mutex/db, held by argo/other-1" in on.app.text
        assert "waits for:   argo/ConfigMap/limits/n, held by a/x, a/y" in on.app.text
        assert "progress:" not in on.app.text, "nothing is told of what is not there"


async def test_of_a_gate_it_tells_who_is_waited_for() -> None:
    gate = step(RUN, "approve", "Running", type="Suspend")
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(run(RUN, "Running", nodes=[step(RUN, "", "Running"), gate]), "approve")
        assert lines(on.app.text)["waits for"] == "somebody to resume it (s)"


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ({"valueFrom": {"supplied": {}}}, "a value of answer; s resumes it once it has one: "),
        ({"valueFrom": {"supplied": {}, "default": "no"}}, "somebody to resume it (s)"),
        ({"value": "yes"}, "somebody to resume it (s)"),
    ],
)
async def test_of_a_gate_that_needs_a_value_it_tells_that_the_key_cannot_give_it(
    parameter: dict[str, Any], words: str
) -> None:
    outputs = {"parameters": [{"name": "answer", **parameter}]}
    gate = step(RUN, "approve", "Running", type="Suspend", outputs=outputs)
    made = run(RUN, "Running", nodes=[step(RUN, "", "Running"), gate])
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(made, "approve")
        told = on.app.text.replace("\n", " ")
        assert words in " ".join(told.split())
    workflow = decode.from_manifest(made)
    refused = RESUME.refusal(workflow, workflow.ref.target)
    if "valueFrom" in parameter and "default" not in parameter["valueFrom"]:
        assert "argo node set" in told and "answer=VALUE" in told
        assert refused is not None and "approve waits for a value of answer" in refused
        # Both actions are one key, and the first of them tells why nothing is done.
        assert SUSPEND.yields(workflow, workflow.ref.target) == refused
    else:
        assert refused is None


async def test_durations_go_on_and_the_place_in_the_text_stays() -> None:
    many = [{"name": f"p{i}", "value": str(i)} for i in range(40)]
    made = run(RUN, "Running", spec={"arguments": {"parameters": many}})
    async with bench(SummaryPane, ScriptedSource()) as on:
        on.app.show(made)
        assert lines(on.app.text)["duration"] == "10m"
        await on.pilot.press("ctrl+d")
        top = on.app.lines.shown_range[0]
        on.app.time += timedelta(minutes=1)
        on.pane.tick(on.app.now())
        assert lines(on.app.text)["duration"] == "11m"
        assert on.app.lines.shown_range[0] == top > 0
        on.app.show(nightly_etl())
        assert on.app.lines.shown_range[0] == 0, "another subject is read from its beginning"


async def test_the_text_is_searched() -> None:
    async with bench(SummaryPane, ScriptedSource(), size=(80, 6)) as on:
        on.app.show(nightly_etl())
        await on.pilot.press("slash", *"batch", "enter")
        await on.until(lambda: "batch-size" in on.app.screen_text)
        assert on.app.lines.has_focus


def test_the_lines_of_a_value_stand_below_each_other() -> None:
    assert field("message", "one\ntwo") == "message:     one\n             two"


TRAINING = "train-q1w2e"
SIZE = (70, 24)


def bars(on: On[SummaryPane]) -> dict[object, Bar]:
    """Key → bar."""
    return {bar.key: bar for bar in on.pane.bars.items}


def training(limits: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Two steps that run, and one that is over."""
    main = container("train")
    if limits is not None:
        main["container"]["resources"] = {"limits": limits}
    nodes = [
        step(TRAINING, "", "Running", type="DAG", began=40),
        step(TRAINING, "train(0)", "Running", began=30, template="train"),
        step(TRAINING, "train(1)", "Running", began=20, template="train"),
        step(TRAINING, "load", "Succeeded", began=39, ended=31),
    ]
    spec = {"entrypoint": "main", "templates": [{"name": "main", "dag": {}}, main]}
    return run(TRAINING, "Running", "1/3", began=40, nodes=nodes, spec=spec, estimatedDuration=1800)


def usage(made: dict[str, Any], *used: PodUsage) -> dict[str, PodUsage]:
    """What the pods of the running steps use, in their order."""
    workflow = opened(made).object
    pods = [node for node in workflow.nodes.values() if node.display_name.startswith("train(")]
    return {pod_name(workflow, n, "v2"): u for n, u in zip(pods, used, strict=False)}


async def test_of_a_workflow_they_tell_progress_and_the_slowest_steps() -> None:
    async with bench(SummaryPane, ScriptedSource(), size=(SIZE[0], 40)) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: on.pane.bars.size.height == len(on.pane.bars.items))
        told = bars(on)
        assert told["progress"].text == "5 of 7 (71%)"
        steps = [bar for bar in on.pane.bars.items if bar.limit and bar.key != "progress"]
        assert [bar.value for bar in steps] == sorted((b.value for b in steps), reverse=True)
        assert len(steps) == 8 and steps[0].text == "26m" and "✖" in steps[0].label
        assert all(b.begin >= 0 and b.begin + b.value <= b.limit for b in steps)
        assert ETL in on.app.text and "CPU" not in told


async def test_a_late_run_says_so_in_words() -> None:
    async with bench(SummaryPane, ScriptedSource(), size=SIZE) as on:
        on.app.show(training())
        late = bars(on)["time"]
        assert late.text == "! 40m of usual 30m" and late.value >= late.limit


async def test_what_running_pods_use_stands_against_what_they_may() -> None:
    made = training({"cpu": "2", "memory": "2Gi"})
    async with bench(SummaryPane, ScriptedSource(), size=SIZE) as on:
        on.app.show(made)
        assert "CPU" not in bars(on), "nothing is known yet"
        on.pane.show_usage(usage(made, PodUsage(500, 2**30), PodUsage(700, 2**30 * 3)))
        assert bars(on)["CPU"].text == "1.2 of 4.0 cores (limit)"
        assert bars(on)["memory"].text == "! 4.0Gi of 4.0Gi (limit)"
        on.app.show(made, "train(0)")
        assert bars(on)["CPU"].text == "0.50 of 2.0 cores (limit)"
        assert bars(on)["memory"].text == "1.0Gi of 2.0Gi (limit)"
        on.app.show(made, "load")
        assert not bars(on), "it is over"


async def test_without_a_limit_there_is_no_scale() -> None:
    made = training()
    async with bench(SummaryPane, ScriptedSource(), size=SIZE) as on:
        on.app.show(made)
        on.pane.show_usage(usage(made, PodUsage(500, 2**30)))
        assert bars(on)["CPU"].text == "0.50 cores, no limit known" and not bars(on)["CPU"].limit


async def test_a_second_rewrites_the_durations_that_run_and_nothing_else() -> None:
    async with bench(SummaryPane, ScriptedSource(), size=SIZE) as on:
        on.app.show(training())
        await on.until(lambda: "load" in "".join(screen_of(on.pane.bars)))
        lines = screen_of(on.pane.bars)
        still = {y for y, line in enumerate(lines) if "load" in line or "slowest" in line}
        with painting(on.pane.bars) as painted:
            on.pane.tick(NOW + timedelta(seconds=1))
        assert not still & set(painted.rows) and 0 < painted.cells < 60


def test_of_a_group_they_tell_of_what_is_inside_of_it() -> None:
    made = training()
    for node in made["status"]["nodes"].values():
        if node["displayName"] == "load":
            node["boundaryID"] = "elsewhere"
    workflow = opened(made).object
    group = next(node for node in workflow.nodes.values() if node.type == "DAG")
    told = list(SummaryBars(pod_names="v2", ascii=True).of_node(workflow, group, NOW))
    assert [bar.label for bar in told if bar.begin] == ["R train(0)", "R train(1)"]
    assert next(bar.text for bar in told if bar.key == "progress") == "0 of 2 (0%)"


async def test_where_there_is_little_room_the_facts_have_it() -> None:
    async with bench(SummaryPane, ScriptedSource(), size=(70, 7)) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: not on.pane.bars.display)
    async with bench(SummaryPane, ScriptedSource(), size=(70, 12)) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: 0 < on.pane.bars.size.height <= 5)
        assert "workflow:" in on.app.screen_text
