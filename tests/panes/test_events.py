"""Events: of the workflow or of a step's pod, read beside the loop."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.panes import bench
from tests.support.runs import ETL, at, nightly_etl, run
from tests.support.scripted import ScriptedSource, ref_of
from tui.errors import Refused
from tui.panes.events import READ_INTERVAL, EventsPane, lines_of, spans
from tui.ports.events import Event
from tui.ports.pods import Pod
from tui.widgets.text_view import TextView

STEP = "transform(2:shard:2)(1)"


def asked(source: ScriptedSource) -> list[str]:
    return [about[1] for what, about in source.asked if what == "events"]


async def test_events_of_the_workflow_and_of_the_pod_under_the_cursor() -> None:
    source = ScriptedSource()
    source.events_of[ETL] = (
        Event("Normal", "WorkflowRunning", "Workflow Running", at(92)),
        Event("Warning", "WorkflowFailed", "child failed\nsecond line", at(20), count=3),
    )
    async with bench(EventsPane, source) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: "WorkflowFailed" in on.app.text)
        heading, first, second, rest = on.app.text.splitlines()
        assert heading.split()[:4] == ["TIME", "AGE", "COUNT", "REASON"]
        assert first.split() == ["04:58:00", "1h", "1", "WorkflowRunning", "Workflow", "Running"]
        assert second.startswith("! 06:10:00") and second.split()[2:4] == ["20m", "3"]
        assert rest.strip() == "second line"
        on.app.show(nightly_etl(), STEP)
        await on.until(lambda: "no events about its pod" in on.app.text)
        assert asked(source)[0] == "" and asked(source)[1].startswith(f"{ETL}-transform-")


async def test_braces_go_to_the_warnings_that_are_not_in_sight_round_the_end() -> None:
    source = ScriptedSource()
    source.events_of[ETL] = tuple(
        Event("Warning" if n in (5, 60) else "Normal", f"Reason{n}", "words", at(90))
        for n in range(90)
    )
    async with bench(EventsPane, source) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: "Reason89" in on.app.text or "Reason5" in on.app.text)
        view = on.pane.query_one(TextView)
        view.focus()

        def shows(reason: int) -> bool:
            first, last = view.shown_range
            return first <= reason + 1 <= last  # below the heading

        on.pane.action_problem(1)
        await on.until(lambda: shows(60) and not shows(5))
        on.pane.action_problem(1)
        await on.until(lambda: shows(5) and not shows(60))
        await on.pilot.press("left_curly_bracket")
        await on.until(lambda: shows(60) and not shows(5))
        source.events_of[ETL] = (Event("Normal", "Fine", "words", at(1)),)
        on.app.show(nightly_etl(), STEP)
        await on.until(lambda: "no events about its pod" in on.app.text)
        await on.pilot.press("right_curly_bracket")
        await on.until(lambda: on.app.said[-1:] == ["no event is a warning"])


async def test_they_are_read_again_while_a_run_goes_on_and_only_then() -> None:
    source = ScriptedSource()
    async with bench(EventsPane, source) as on:
        on.app.show(run("one", "Running"))
        await on.until(lambda: "no events" in on.app.text)
        source.events_of["one"] = (Event("Normal", "Created", "pod created", at(0)),)
        for _ in range(READ_INTERVAL):
            on.pane.tick(on.app.now())
        await on.until(lambda: "pod created" in on.app.text)
        on.app.show(run("two", "Succeeded", ended=1))
        await on.until(lambda: "no events" in on.app.text)
        for _ in range(READ_INTERVAL * 2):
            on.pane.tick(on.app.now())
        await on.pilot.pause()
        assert len(asked(source)) == 3


async def test_events_that_may_not_be_read_say_so() -> None:
    source = ScriptedSource(run("one", "Running"))
    source.refusal = Refused('user "dev" cannot list events in argo', status=403)
    async with bench(EventsPane, source) as on:
        on.app.show(run("one", "Running"))
        await on.until(lambda: "cannot list events" in on.app.text)


async def test_an_answer_that_comes_too_late_is_not_shown() -> None:
    source = ScriptedSource(run("one", "Running"), run("two", "Running"))
    source.events_of["one"] = (Event("Normal", "Old", "of one", at(1)),)
    source.events_of["two"] = (Event("Normal", "New", "of two", at(1)),)
    async with bench(EventsPane, source) as on:
        on.app.show(run("one", "Running"))
        on.app.show(run("two", "Running"))
        await on.until(lambda: "of two" in on.app.text)
        on.pane._have((ref_of(run("one", "Running")), ""), source.events_of["one"])
        assert "of one" not in on.app.text


async def test_of_an_offloaded_workflow_those_of_its_pods_are_told_too() -> None:
    away = run("one", "Running")
    away["status"]["nodes"] = {}
    away["status"]["offloadNodeStatusVersion"] = "fnv:1"
    source = ScriptedSource(away)
    source.pods_of["one"] = (Pod("one-pod", "argo", "Running"),)
    source.events_of["one"] = (Event("Normal", "Running", "of the workflow", at(3)),)
    source.events_of["one-pod"] = (Event("Warning", "BackOff", "no image", at(1)),)
    async with bench(EventsPane, source) as on:
        on.app.show(away)
        await on.until(lambda: "no image" in on.app.text)
        _, first, second = on.app.text.splitlines()
        assert first.endswith("of the workflow") and second.endswith("one-pod: no image")


async def test_a_key_leaves_the_warnings_alone_and_brings_all_back() -> None:
    source = ScriptedSource(run("one", "Running"))
    source.events_of["one"] = (
        Event("Normal", "Scheduled", "assigned to a node", at(0)),
        Event("Warning", "BackOff", "restarting failed container", at(1)),
    )
    async with bench(EventsPane, source) as on:
        on.app.show(run("one", "Running"))
        await on.until(lambda: "assigned" in on.app.text and "BackOff" in on.app.text)
        on.pane.query_one(TextView).focus()
        await on.pilot.press("!")
        await on.until(lambda: "assigned" not in on.app.text and "BackOff" in on.app.text)
        assert "1 of 2 events are warnings; ! shows all" in on.app.text
        await on.pilot.press("!")
        await on.until(lambda: "assigned" in on.app.text)


def test_the_reason_of_an_event_stands_out_from_its_first_letter_on() -> None:
    event = Event("Normal", "Pulling", "Pulling image", at(92))
    warning = Event("Warning", "BackOff", "again\nand again", at(20), count=12)
    heading, *lines = lines_of([event, warning], datetime(2026, 3, 17, 6, 30, tzinfo=UTC))
    found = [[(line[a:b], token) for a, b, token in spans(line)] for line in lines]
    assert [each[1] for each in found[:2]] == [("Pulling", "key"), ("BackOff", "warning")]
    assert found[2] == [], "what goes on has no reason of its own"
    begin = lines[1].index("BackOff")
    assert lines[2][:begin].isspace() and lines[2][begin:] == "and again"
    assert heading.index("REASON") == begin
