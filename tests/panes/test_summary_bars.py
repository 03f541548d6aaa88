"""The bars of the summary: how far, how much of what may be used, and where the time went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.support.panes import On, bench
from tests.support.runs import ETL, NOW, container, nightly_etl, run, step
from tests.support.scripted import ScriptedSource, opened
from tests.support.widgets import painting, screen_of
from tui.domain.podname import pod_name
from tui.panes.summary import SummaryPane
from tui.panes.summary_bars import SummaryBars
from tui.ports.metrics import PodUsage
from tui.widgets.bars import Bar

RUN = "train-q1w2e"
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
        step(RUN, "", "Running", type="DAG", began=40),
        step(RUN, "train(0)", "Running", began=30, template="train"),
        step(RUN, "train(1)", "Running", began=20, template="train"),
        step(RUN, "load", "Succeeded", began=39, ended=31),
    ]
    spec = {"entrypoint": "main", "templates": [{"name": "main", "dag": {}}, main]}
    return run(RUN, "Running", "1/3", began=40, nodes=nodes, spec=spec, estimatedDuration=1800)


def usage(made: dict[str, Any], *used: PodUsage) -> dict[str, PodUsage]:
    """What the pods of the running steps use, in their order."""
    workflow = opened(made).object
    pods = [node for node in workflow.nodes.values() if node.display_name.startswith("train(")]
    return {pod_name(workflow, n, "v2"): u for n, u in zip(pods, used, strict=False)}


async def test_of_a_workflow_they_tell_progress_and_the_slowest_steps() -> None:
    async with bench(SummaryPane, ScriptedSource(), size=SIZE) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: on.pane.bars.size.height == len(on.pane.bars.items))
        told = bars(on)
        assert told["progress"].text == "5 of 7 (71%)"
        steps = [bar for bar in on.pane.bars.items if bar.limit and bar.key != "progress"]
        assert [bar.value for bar in steps] == sorted((b.value for b in steps), reverse=True)
        assert len(steps) == 5 and steps[0].text == "26m" and "✖" in steps[0].label
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
