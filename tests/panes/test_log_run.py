"""The log of a run: all its steps as one, by time, whichever of them one wants to see."""

from __future__ import annotations

import copy

from tests.support.logs_pane import Written, asked, head, line, new, pod, running
from tests.support.panes import bench
from tests.support.scripted import ScriptedSource
from tests.support.widgets import screen_of
from tui.domain.text import SGR
from tui.domain.workflow import Manifest
from tui.widgets.table import Table


def ended(manifest: Manifest, *failed: str) -> Manifest:
    """The same run when it is over."""
    for node in manifest["status"]["nodes"].values():
        is_bad = node.get("displayName") in failed
        node["phase"] = "Failed" if is_bad else "Succeeded"
    manifest["status"]["phase"] = "Failed" if failed else "Succeeded"
    return manifest


def words(text: str) -> list[str]:
    """The lines without the blanks that make columns."""
    return [" ".join(row.split()) for row in SGR.sub("", text).splitlines()]


async def test_the_steps_of_a_run_are_merged_by_time_with_their_names() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "one"), line(3, "three")]
    source.logs[pod("web"), "main"] = [line(2, "two"), line(4, "four")]
    async with bench(new, source) as on:
        on.app.show(ended(running("api", "web")), "")
        await on.until(lambda: "end of the log" in head(on))
        assert words(on.app.text) == ["api one", "web two", "api three", "web four"]
        assert "2 logs by time" in head(on)
        assert not any(request.follow for request in asked(source))
        assert on.pane.file_name == "serve-q1w2e.log"


async def test_a_step_that_begins_joins_and_what_is_shown_stays() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "")
        source.pipe(pod("api")).put(line(1, "one"))
        await on.until(lambda: on.app.text == "one")
        source.pipe(pod("web")).put(line(9, "nine"))
        on.app.show(running("api", "web"), "")
        await on.until(lambda: "nine" in on.app.text)
        assert words(on.app.text) == ["api one", "web nine"]
        assert len(asked(source)) == 2, "nothing is read anew"
        source.pipe(pod("api")).put(line(5, "five"))
        await on.until(lambda: "five" in on.app.text)
        assert words(on.app.text)[-1] == "api late five", "what was shown does not move"


async def test_only_the_steps_that_failed_and_all_again() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "fine")]
    source.logs[pod("web"), "main"] = [line(2, "broken")]
    async with bench(new, source) as on:
        on.app.show(ended(running("api", "web"), "web"), "")
        await on.until(lambda: "broken" in on.app.text)
        await on.pilot.press("L")
        assert words(on.app.text) == ["web broken"]
        assert "those that failed" in head(on)
        await on.pilot.press("L")
        assert words(on.app.text) == ["api fine", "web broken"]


async def test_a_step_that_fails_while_its_log_is_read_counts_as_failed_from_then_on() -> None:
    source = Written()
    manifest = running("api", "web", "job")
    async with bench(new, source) as on:
        on.app.show(manifest, "")
        for second, name in enumerate(("api", "web", "job"), 1):
            source.pipe(pod(name)).put(line(second, "said"))
        await on.until(lambda: on.pane.book.total == 3)
        await on.pilot.press("L")
        assert on.app.said[-1] == "no step of it has failed"
        on.app.show(going_on(manifest, "web"), "")
        await on.pilot.press("L")
        assert words(on.app.text) == ["web said"]
        on.app.show(going_on(manifest, "web", "job"), "")
        await on.until(lambda: words(on.app.text) == ["web said", "job said"])


def going_on(manifest: Manifest, *failed: str) -> Manifest:
    """The same run, of which these steps failed so far."""
    now = copy.deepcopy(manifest)
    for node in now["status"]["nodes"].values():
        if node.get("displayName") in failed:
            node["phase"] = "Failed"
    return now


async def test_steps_and_containers_are_chosen_by_marks() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "of api")]
    source.logs[pod("web"), "main"] = [line(2, "of web")]
    source.logs[pod("web"), "proxy"] = [line(3, "of the proxy of web")]
    source.logs[pod("api"), "proxy"] = [line(4, "of the proxy of api")]
    async with bench(new, source) as on:
        on.app.show(ended(running("api", "web", sidecar=True)), "")
        await on.until(lambda: "of web" in on.app.text)
        await on.pilot.press("A")
        await on.pilot.pause()
        shown = screen_of(on.app.screen.query_one(Table))
        assert any("sidecar" in row for row in shown) and any("api" in row for row in shown)
        await on.pilot.press("j", "space", "enter")
        await on.until(lambda: "proxy of api" in on.app.text)
        assert [row.rpartition("of ")[2] for row in words(on.app.text)] == ["api", "web"] * 1 + [
            "web",
            "api",
        ]
        await on.pilot.press("A", "G", "space", "enter")
        await on.until(lambda: "of api" not in on.app.text or "of web" not in on.app.text)
        assert len({row.split("/")[0].split()[0] for row in words(on.app.text)}) == 1


async def test_a_log_that_cannot_be_read_is_named_and_the_others_are_shown() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "of api")]
    async with bench(new, source) as on:
        on.app.show(ended(running("api", "web")), "")
        await on.until(lambda: "web: " in head(on))
        assert words(on.app.text) == ["api of api"]
