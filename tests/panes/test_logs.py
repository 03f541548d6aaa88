"""The logs pane: which log it reads, how it follows, and how one moves in it."""

from __future__ import annotations

import pytest

from tests.support.logs_pane import POD_OF_ETL, Written, asked, head, line, new, pod, running
from tests.support.panes import bench
from tests.support.runs import etl_log, nightly_etl
from tests.support.scripted import ScriptedSource, manifest
from tests.support.waiting import until
from tests.support.widgets import screen_of


async def test_a_running_step_is_followed_to_its_end() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        pipe = source.pipe(pod("api"))
        for i in range(30):
            pipe.put(line(i, f"request {i}"))
        await on.until(lambda: len(on.pane.book) == 30)
        assert "request 29" in on.app.screen_text and "request 1\n" not in on.app.screen_text
        assert "following" in head(on) and "30 lines" in head(on)
        pipe.put(line(31, "one more"))
        await on.until(lambda: "one more" in on.app.screen_text)
        assert "one more" not in on.app.screen_text.splitlines()[-1], "there is room for others"
        pipe.put(None)
        await on.until(lambda: "end of the log" in head(on))
        assert "one more" in on.app.screen_text.splitlines()[-1]
        assert "following" not in head(on)
        request, earlier = asked(source)
        assert earlier.previous, "what it said before it was started again is asked for once"
        assert request.follow and request.container == "main"


async def test_scrolling_up_ends_following_and_f_takes_it_up_again() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        pipe = source.pipe(pod("api"))
        for i in range(40):
            pipe.put(line(i, f"request {i}"))
        await on.until(lambda: len(on.pane.book) == 40)
        await on.pilot.press("k", "k", "k")
        assert "following" not in head(on)
        before = on.app.screen_text
        pipe.put(line(50, "unseen"))
        await on.until(lambda: len(on.pane.book) == 41)
        assert on.app.screen_text == before, "what is read does not move"
        await on.pilot.press("F")
        assert "unseen" in on.app.screen_text and "following" in head(on)


async def test_an_update_of_the_workflow_leaves_the_log_alone() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        source.pipe(pod("api")).put(line(1, "first"))
        await on.until(lambda: len(on.pane.book) == 1)
        for _ in range(3):
            on.app.show(running("api", "other"), "api")
        await on.pilot.pause()
        assert [each.previous for each in asked(source)] == [False, True]
        assert on.app.text == "first"


async def test_switching_steps_quickly_never_mixes_their_logs() -> None:
    names = [f"step-{i}" for i in range(8)]
    source = Written()
    manifest = running(*names)
    async with bench(new, source) as on:
        for name in names:
            source.pipe(pod(name)).put(line(1, f"of {name}"))
        for name in names * 2:
            on.app.show(manifest, name)
            if name == "step-3":
                await on.pilot.pause()
        source.pipe(pod("step-7")).put(line(2, "of step-7 again"))
        await on.until(lambda: "again" in on.app.text)
        assert {said.split(" ")[1] for said in on.app.text.splitlines()} == {"step-7"}
        await on.until(lambda: len(source.reading) == 1)
        assert source.reading[0].pod == pod("step-7")


async def test_leaving_stops_reading_and_coming_back_reads_anew() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: source.reading)
        on.pane.leave()
        await on.until(lambda: not source.reading)
        on.app.show(running("api"), "api")
        await on.until(lambda: source.reading)
    await until(lambda: not source.reading)  # the end of the app ends the reading


async def test_a_containers_log_is_chosen_and_the_next_step_begins_with_its_own() -> None:
    source = Written()
    manifest = running("api", "web", sidecar=True)
    async with bench(new, source) as on:
        on.app.show(manifest, "api")
        source.pipe(pod("api")).put(line(1, "of main"))
        source.pipe(pod("api"), "proxy").put(line(1, "of the proxy"))
        await on.until(lambda: on.app.text == "of main")
        await on.pilot.press("A", "2")
        await on.until(lambda: on.app.text == "of the proxy")
        assert "proxy" in head(on)
        on.app.show(manifest, "api")
        await on.pilot.pause()
        assert on.app.text == "of the proxy", "it stays while one looks at this step"
        del manifest["spec"]["templates"][-1]["sidecars"]
        source.pipe(pod("web")).put(line(1, "of web"))
        on.app.show(manifest, "web")
        await on.until(lambda: on.app.text == "of web")
        assert "main" in head(on), "a step that has no such container"


async def test_without_a_pod_there_are_no_containers_to_choose_from() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        await on.pilot.press("A")
        assert on.app.said == ["no pod belongs to this step, so there are no containers"]


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        ("Pending", "no step has begun, so there is no log yet"),
        ("Error", "no step has begun, so there is no log"),
    ],
)
async def test_of_a_run_without_steps_no_step_is_spoken_of(phase: str, told: str) -> None:
    async with bench(new, ScriptedSource()) as on:
        on.app.show(manifest("w", phase=phase), "")
        await on.until(lambda: told in on.app.screen_text)
        assert "this step" not in on.app.screen_text
        assert ("yet" in on.app.screen_text) is (phase == "Pending")


async def test_times_go_from_off_to_relative_to_local_to_utc() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(30, "hello")]
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: on.app.text == "hello")
        seen = []
        for _ in range(4):
            await on.pilot.press("t")
            seen.append(on.app.text)
        assert seen[0].strip().startswith("-0:30") and seen[0].endswith("hello")
        assert seen[2] == "06:29:30.000 hello" and seen[3] == "hello"
        assert on.app.said[-1] == "times: off"


async def test_long_lines_wrap_and_pan() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "begin " + "x" * 140 + " the-end")]
    async with bench(new, source) as on:
        on.app.show(running("api", phase="Succeeded"), "api")
        await on.until(lambda: len(on.pane.book) == 1)
        assert "the-end" not in on.app.screen_text
        await on.pilot.press("w")
        assert "the-end" in on.app.screen_text and "begin" in on.app.screen_text
        await on.pilot.press("w")
        for _ in range(9):
            await on.pilot.press("right")
        assert "the-end" in on.app.screen_text and "begin" not in on.app.screen_text


async def test_search_goes_to_hits_forwards_and_backwards_and_escape_ends_it() -> None:
    source = ScriptedSource()
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.until(lambda: len(on.pane.book) == len(etl_log()))
        await on.pilot.press("g", "slash", *"warn", "enter")
        await on.until(lambda: "/ 1 of 2" in head(on))
        await on.pilot.press("n")
        await on.until(lambda: "/ 2 of 2" in head(on))
        assert "memory above 90%" in on.app.screen_text
        await on.pilot.press("N")
        await on.until(lambda: "/ 1 of 2" in head(on))
        assert "customer_id is null" in on.app.screen_text
        await on.pilot.press("escape")
        assert "of 2" not in head(on)
        assert not on.pane.search_bar.is_open, "nothing is sought, so nothing says so"
        assert on.app.escapes == 0
        await on.pilot.press("escape")
        assert int(on.app.escapes) == 1, "only then it is the screen's"


async def test_a_bracket_goes_to_the_next_line_that_says_warning_or_error() -> None:
    source = ScriptedSource()
    source.logs[POD_OF_ETL, "main"] = etl_log()
    async with bench(new, source) as on:
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.until(lambda: len(on.pane.book) == len(etl_log()))
        await on.pilot.press("g")
        assert "cannot grow" not in on.app.screen_text
        await on.pilot.press("}")
        await on.until(lambda: on.pane.lines.trouble.hit is not None)
        assert "customer_id is null" in on.app.screen_text
        await on.pilot.press("}")
        await on.until(lambda: "cannot grow the hash table" in on.app.screen_text)


@pytest.mark.parametrize("by", ["time", "number"])
async def test_a_log_opens_at_the_line_that_its_place_names_once_it_is_there(by: str) -> None:
    source = ScriptedSource()
    lines = [
        f"2026-01-15T10:00:{at:02}.5Z line {at}\n".encode() if by == "time" else b"line %d\n" % at
        for at in range(60)
    ]
    source.logs[POD_OF_ETL, "main"] = lines
    async with bench(new, source) as on:
        on.pane.seek("2026-01-15T10:00:20.5Z" if by == "time" else "21")
        on.app.show(nightly_etl(), "transform(2:shard:2)(1)")
        await on.until(lambda: "end of the log" in head(on))
        await on.until(lambda: on.pane.lines.shown_range[0] == 20)
        assert not on.pane.lines.is_following
        spot = on.pane.spot
        assert spot == ("2026-01-15T10:00:20.500000000Z" if by == "time" else "21")
        await on.pilot.press("G")
        on.pane.lines.follow(True)
        assert on.pane.spot == "", "the end is where a log opens anyway"


async def test_the_name_of_a_step_that_is_too_long_keeps_its_end() -> None:
    names = [f"import-of-the-whole-warehouse-of-last-year-from-the-archive({i})" for i in (0, 1)]
    async with bench(new, Written()) as on:
        on.app.show(running(*names), names[0])
        await on.until(lambda: "(0) main" in screen_of(on.pane.head)[0])
        on.app.show(running(*names), names[1])
        await on.until(lambda: "(1) main" in screen_of(on.pane.head)[0])
