"""The Why pane: what it asks, what it says, and where Enter leads."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.panes import On, bench
from tests.support.runs import ETL, NOW, nightly_etl
from tests.support.scripted import ScriptedSource, listed, manifest
from tests.support.why import NOW as THEN
from tests.support.why import Case, cases, pod, run, step, timed
from tui.domain.history import past_of
from tui.domain.samples import RunSamples
from tui.domain.why.evidence import EVENTS, OTHERS, PODS
from tui.domain.workflow import Manifest
from tui.errors import Missing, Refused
from tui.messages import GoToStep, OpenObject, ShowProof
from tui.panes.why import AGAIN, WhyPane
from tui.ports.events import Event, Events
from tui.ports.metrics import PodUsage
from tui.ports.pods import Around


class Surroundings:
    """What stands around a case; each question is kept."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.asked: list[str] = []
        self.refusal: Exception | None = None

    def _told(self, what: str, piece: str = "") -> Case:
        self.asked.append(what)
        if self.refusal is not None:
            raise self.refusal
        if why := (self.case.unread or {}).get(piece):
            raise Refused(why)
        return self.case

    def pod(self, namespace: str, name: str) -> Manifest | None:
        pods = self._told(f"pod {name}", PODS).pods
        return next((each for each in pods if each["metadata"]["name"] == name), None)

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        return tuple(o for o in self._told("quotas").objects if o["kind"] == "ResourceQuota")

    def claims(self, namespace: str) -> tuple[Manifest, ...]:
        return tuple(self._told("claims").objects)

    def namespace(self, name: str) -> Manifest | None:
        return next(iter(self._told("namespace").objects), None)

    def nodes(self) -> tuple[Manifest, ...]:
        self._told("nodes")
        return ()

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        return ()

    def unfinished(self, namespace: str) -> tuple[Manifest, ...]:
        return self._told("others", OTHERS).others

    def events(self, ref: Any, pod: str = "") -> tuple[Event, ...]:
        return self._told(f"events {pod}", EVENTS).events


def case(id: str) -> Case:
    (found,) = (each for each in cases() if each.id == id)
    return found


def furnished(which: Case, *earlier: Manifest) -> tuple[ScriptedSource, Surroundings]:
    source, around = ScriptedSource(which.workflow, *earlier), Surroundings(which)
    source.ports[Around] = source.ports[Events] = around
    if which.logs or which.cause == "oom":
        source.logs["w", "main"] = [b"epoch 1\nERROR: bad batch\nbye\n"]
    return source, around


def posted(on: On[WhyPane], kind: type[Any]) -> list[Any]:
    """The messages of a kind that the pane posts from now on."""
    found: list[Any] = []
    post = on.pane.post_message

    def keep(message: Any) -> bool:
        if isinstance(message, kind):
            found.append(message)
        return post(message)

    on.pane.post_message = keep  # type: ignore[method-assign]
    return found


async def test_the_cause_stands_first_then_what_was_read_around_it() -> None:
    source, around = furnished(case("oom"))
    async with bench(WhyPane, source) as on:
        on.app.time = THEN
        on.app.show(case("oom").workflow)
        await on.until(lambda: "first error" in on.app.text)
        first, *rest = on.app.text.splitlines()
        assert first.startswith("✖ main was killed for taking more memory than its limit of 8Gi")
        assert rest[0].split() == ["what", "helps", "R", "resubmits"], "the key that could help"
        told = [line.replace("\N{NO-BREAK SPACE}", " ") for line in rest]
        assert "! first error  ERROR: bad batch (l shows its log)" in told
        assert "  retry        a retry runs 1 step again and keeps 0 (r retries)" in told
        assert around.asked == ["pod w", "events w"]
        assert "looking further" not in on.app.text


@pytest.mark.parametrize(
    ("id", "line", "wanted"),
    [
        ("oom", "first error", ShowProof("logs", "ERROR:\\ bad\\ batch", "w")),
        ("no image", "event ", ShowProof("events", "Failed\\ to\\ pull\\ image:\\ failed", "w")),
        ("deadline of the workflow", "✖", ShowProof("manifest", "activeDeadlineSeconds: ", "")),
    ],
)
async def test_enter_goes_where_a_sentence_comes_from(id: str, line: str, wanted: Any) -> None:
    which = case(id)
    source, _ = furnished(which)
    async with bench(WhyPane, source) as on:
        on.app.show(which.workflow)
        await on.until(lambda: "retry" in on.app.text and "looking" not in on.app.text)
        found = posted(on, ShowProof)
        lines = on.app.text.splitlines()
        at = next(n for n, each in enumerate(lines) if each.lstrip("!? ").startswith(line))
        await on.pilot.press(*["j"] * at, "enter")
        (message,) = found
        assert (message.pane, message.step) == (wanted.pane, wanted.step)
        assert message.pattern.startswith(wanted.pattern)


async def test_the_peak_of_memory_is_the_one_that_was_measured_and_enter_goes_to_it() -> None:
    which = case("oom")
    source, _ = furnished(which)
    samples = RunSamples()
    for size in (7 << 30, 5 << 30):
        used = PodUsage(1, size, {"main": (1, size), "wait": (1, 1 << 40)})
        samples.take(0.0, {"w": used})
    async with bench(WhyPane, source) as on:
        on.pane.show_samples(samples)
        on.app.show(which.workflow)
        await on.until(lambda: "retry" in on.app.text and "looking" not in on.app.text)
        lines = on.app.text.splitlines()
        at = next(n for n, each in enumerate(lines) if each.startswith("  memory"))
        assert "peak 7.0Gi of 8Gi, as measured while it ran" in lines[at]
        found = posted(on, ShowProof)
        await on.pilot.press(*["j"] * at, "enter")
        (message,) = found
        assert (message.pane, message.step) == ("summary", "w")
        assert re.search(message.pattern, "    memory           5.0Gi   7.0Gi           8.0Gi")


async def test_what_no_pane_shows_is_said_with_its_value_and_what_is_not_known_leads_nowhere() -> (
    None
):
    source, _ = furnished(case("oom"))
    async with bench(WhyPane, source) as on:
        on.app.show(case("oom").workflow)
        await on.until(lambda: "retry" in on.app.text)
        await on.pilot.press("enter")
        assert "Pod w: spec.containers[1].resources.limits.memory: 8Gi" in on.app.said[-1]
        lines = on.app.text.splitlines()
        at = next(n for n, each in enumerate(lines) if each.startswith("? memory"))
        await on.pilot.press(*["j"] * at, "enter")
        assert "not known" in on.app.said[-1]


async def test_enter_on_a_lock_opens_who_holds_it() -> None:
    source, around = furnished(case("mutex"))
    async with bench(WhyPane, source) as on:
        on.app.time = THEN
        on.app.show(case("mutex").workflow)
        await on.until(lambda: "place 2 of 2" in on.app.text)
        found = posted(on, OpenObject)
        await on.pilot.press("enter")
        assert [(m.key.namespace, m.key.name) for m in found] == [("etl", "big")]
        assert around.asked == ["others"]


async def test_enter_on_another_step_goes_to_it() -> None:
    workflow = run(
        step("w", "Failed", "DAG"),
        step("a", boundaryID="w", message="main: Error (exit code 1)"),
        step("b", boundaryID="w", message="main: Error (exit code 2)"),
    )
    which = Case("two", "", "", workflow)
    source, _ = furnished(which)
    async with bench(WhyPane, source) as on:
        on.app.show(workflow)
        await on.until(lambda: "failed too" in on.app.text and "looking" not in on.app.text)
        found = posted(on, GoToStep)
        lines = on.app.text.splitlines()
        at = next(n for n, each in enumerate(lines) if "failed too" in each)
        await on.pilot.press(*["j"] * at, "enter")
        assert [message.step for message in found] == ["b"]


async def test_it_asks_again_while_a_run_waits_and_never_about_one_that_is_over() -> None:
    source, around = furnished(case("mutex"))
    async with bench(WhyPane, source) as on:
        on.app.show(case("mutex").workflow)
        await on.until(lambda: "place 2" in on.app.text)
        for _ in range(3):
            on.app.show(case("mutex").workflow)
        assert around.asked == ["others"], "nothing that it hangs on has changed"
        for _ in range(AGAIN):
            on.pane.tick(on.app.now())
        await on.until(lambda: len(around.asked) == 2)
    source, around = furnished(case("oom"))
    async with bench(WhyPane, source) as on:
        on.app.show(case("oom").workflow)
        await on.until(lambda: "retry" in on.app.text)
        for _ in range(AGAIN * 3):
            on.pane.tick(on.app.now())
        await on.pilot.pause()
        assert around.asked == ["pod w", "events w"]


async def test_the_cursor_stays_on_its_line_and_moves_through_lines_that_are_wrapped() -> None:
    source, _ = furnished(case("no image"))
    async with bench(WhyPane, source, size=(60, 6)) as on:
        on.app.show(case("no image").workflow)
        await on.until(lambda: "retry" in on.app.text)
        lines = len(on.app.text.splitlines())
        view: Any = on.app.lines
        for key, at in (("G", lines - 1), ("g", 0), ("j", 1), ("k", 0), ("k", 0)):
            await on.pilot.press(key)
            assert view.cursor == at
            first, last = view.shown_range
            assert first <= at <= last
        for _ in range(lines * 2):
            await on.pilot.press("ctrl+d")
        assert view.cursor == lines - 1


async def test_what_may_not_be_read_is_said_and_saved_workflows_are_explained() -> None:
    source, around = furnished(case("oom"))
    around.refusal = Refused("you may not read pods", status=403)
    async with bench(WhyPane, source) as on:
        on.app.show(case("oom").workflow)
        await on.until(lambda: "? pod          not known: you may not read pods" in on.app.text)
        assert on.app.text.startswith("✖ main was killed for taking more memory")
    lacks = {Events: "events are kept by the cluster, not in a saved workflow"}
    source = ScriptedSource(nightly_etl(), lacks=lacks)
    async with bench(WhyPane, source) as on:
        on.app.time = NOW
        on.app.show(nightly_etl())
        await on.until(lambda: "retry" in on.app.text and "looking" not in on.app.text)
        assert "OOMKilled" in on.app.text and ETL


async def test_events_of_a_pod_that_nobody_may_see_say_what_keeps_it_and_enter_goes_there() -> None:
    which = case("no image, and nobody may see the pod")
    source, around = furnished(which)
    async with bench(WhyPane, source) as on:
        on.app.time = THEN
        on.app.show(which.workflow)
        await on.until(lambda: "? pod" in on.app.text and "looking" not in on.app.text)
        assert on.app.text.startswith("◷ waits: the image trainer:5 could not be pulled: pull")
        assert "not known: you may not get pods" in on.app.text
        assert around.asked == ["pod w", "events w"]
        found = posted(on, ShowProof)
        await on.pilot.press("enter")
        assert found[0].pane == "events" and "Failed\\ to\\ pull" in found[0].pattern


async def test_markup_and_escapes_of_the_cluster_are_text() -> None:
    which = case("words of another version")
    node = which.workflow["status"]["nodes"]["w"]
    node["message"] = which.workflow["status"]["message"] = "[red]x[/] \x1b[2J\x9b31m two\nlines"
    source, around = furnished(which)
    around.refusal = Missing("gone \x1b[31m", status=404)
    async with bench(WhyPane, source) as on:
        on.app.show(which.workflow)
        await on.until(lambda: "retry" in on.app.text)
        shown = on.app.screen_text
        assert "[red]x[/]" in shown
        assert "\x1b" not in shown and "\x9b" not in shown
    assert manifest("x") and pod()


async def test_five_earlier_runs_are_read_whole_and_once_however_often_one_asks() -> None:
    now = timed("w", 29, 0, "Running")
    before = [timed(f"w{n}", n, 20) for n in range(1, 9)]
    source = ScriptedSource(now, *before)
    runs = [listed(each) for each in (*before, now)]
    async with bench(WhyPane, source) as on:
        on.app.time = THEN
        on.pane.show_past(past_of(runs[-1], runs))
        on.app.show(now)
        await on.until(lambda: "load takes long 1h, usually 20m (5 runs): +200 %" in on.app.text)
        on.app.show(now, "load")
        await on.until(lambda: "it runs" in on.app.text and "looking" not in on.app.text)
        on.app.show(now)
        await on.until(lambda: "load takes long" in on.app.text)
        read = [about.name for what, about in source.asked if what == "get"]
        assert read == ["w8", "w7", "w6", "w5", "w4"], "the newest, each once"


async def test_of_what_failed_no_earlier_runs_are_read() -> None:
    which = case("oom")
    source, _ = furnished(which)
    which.workflow["metadata"]["labels"] = timed("w", 1, 1)["metadata"]["labels"]
    runs = [listed(each) for each in (timed("w1", 1, 20), which.workflow)]
    async with bench(WhyPane, source) as on:
        on.pane.show_past(past_of(runs[-1], runs))
        on.app.show(which.workflow)
        await on.until(lambda: "first error" in on.app.text)
        assert "get" not in [what for what, _ in source.asked]
