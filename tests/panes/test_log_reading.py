"""Reading a log: only some lines, a time, kept lines, the pager, and what comes meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.logs_pane import Written, head, line, new, pod, running
from tests.support.panes import On, bench
from tests.support.scripted import ScriptedSource
from tests.support.widgets import screen_of
from tui.artifacts.controller import CONTROLLER
from tui.domain.logs import blocks_of
from tui.errors import SourceError
from tui.logs.book import LogBook
from tui.panes.logs import LogsPane
from tui.panes.pager import show_in_pager


def spoken() -> ScriptedSource:
    source = ScriptedSource()
    said = ["start", "loss 0.4", "debug x", "loss 0.3", "ERROR disk", "end"]
    source.logs[pod("api"), "main"] = [line(10 * i, text) for i, text in enumerate(said)]
    return source


async def opened(on: On[LogsPane]) -> None:
    on.app.show(running("api", phase="Succeeded"), "api")
    await on.until(lambda: "end of the log" in head(on))


async def typed(on: On[LogsPane], key: str, text: str) -> None:
    await on.pilot.press(key)
    for char in text:
        await on.pilot.press({" ": "space", "-": "minus", "!": "exclamation_mark"}.get(char, char))
    await on.pilot.press("enter")


async def test_filters_stack_and_escape_takes_them_away_one_by_one() -> None:
    async with bench(new, spoken()) as on:
        await opened(on)
        await typed(on, "ampersand", "!debug")
        assert on.app.text.splitlines() == ["start", "loss 0.4", "loss 0.3", "ERROR disk", "end"]
        await typed(on, "ampersand", "loss")
        assert on.app.text.splitlines() == ["loss 0.4", "loss 0.3"]
        assert "& !debug  & loss" in head(on)
        await on.pilot.press("escape")
        assert len(on.app.text.splitlines()) == 5
        await on.pilot.press("escape")
        assert len(on.app.text.splitlines()) == 6
        await on.pilot.press("escape")
        assert int(on.app.escapes) == 1, "only then it is the screen's"


NEVER = "(a|aa)+$"
"""An expression that comes to no end on a line of many `a` and something else."""


async def test_a_filter_that_comes_to_no_end_is_left_out_be_it_when_lines_come() -> None:
    source = Written()
    pipe = source.pipe(pod("api"))
    pipe.put(line(1, "begin") + line(2, "caa"))
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        await on.until(lambda: "caa" in on.app.text)
        await typed(on, "ampersand", NEVER)
        assert on.app.text.splitlines() == ["caa"]
        pipe.put(line(3, "a" * 100 + "!") + line(4, "end"))
        await on.until(lambda: len(on.app.text.splitlines()) == 4)
        assert "takes too long" in on.app.said[-1] and "&" not in head(on)
        on.app.said.clear()
        await typed(on, "ampersand", NEVER)
        assert "takes too long" in on.app.said[-1] and len(on.app.text.splitlines()) == 4
        pipe.put(None)


async def test_a_filter_that_nothing_matches_keeps_the_place_and_all_can_be_saved() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(i // 10, f"line {i}") for i in range(500)]
    async with bench(new, source) as on:
        await opened(on)
        assert on.pane.whole_text() is None, "all of it is shown"
        await typed(on, "ampersand", "line")
        on.pane.lines.show_from(200)
        await typed(on, "ampersand", "nothing has this")
        assert len(on.pane.book) == 0
        whole = on.pane.whole_text()
        assert whole is not None and len(whole) == 500
        assert [*whole] == [f"line {i}" for i in range(500)]
        await on.pilot.press("escape")
        assert on.pane.lines.shown_range[0] == 200


async def test_errors_alone_stand_with_their_traces_and_warnings_come_with_the_second_key() -> None:
    source = ScriptedSource()
    said = ["begin", "ERROR it broke", "  at a", "  at b", "on", "WARN slow", "ERROR again", "end"]
    source.logs[pod("api"), "main"] = [line(i, text) for i, text in enumerate(said)]
    async with bench(new, source) as on:
        await opened(on)
        await on.pilot.press("!")
        assert on.app.text.splitlines() == said[1:4] + said[6:7]
        assert "! errors" in head(on) and "warnings" not in head(on).partition("2 errors")[0]
        await on.pilot.press("!")
        assert on.app.text.splitlines() == said[1:4] + said[5:7]
        await typed(on, "ampersand", "it broke")
        assert on.app.text.splitlines() == ["ERROR it broke"]
        await on.pilot.press("escape", "escape")
        assert on.app.text.splitlines() == said
        await on.pilot.press("!", "!", "!")
        assert on.app.text.splitlines() == said


async def test_lines_around_a_match_are_shown_too() -> None:
    async with bench(new, spoken()) as on:
        await opened(on)
        await typed(on, "ampersand", "-C 1 ERROR")
        assert on.app.text.splitlines() == ["loss 0.3", "ERROR disk", "end"]


async def test_where_nothing_matches_it_says_so() -> None:
    async with bench(new, spoken()) as on:
        await opened(on)
        await typed(on, "ampersand", "nothing")
        assert "none matches" in on.app.screen_text
        await on.pilot.press("escape")
        assert "start" in on.app.screen_text


@pytest.mark.parametrize("columns", [100, 80])
async def test_the_name_of_the_step_is_cut_last(columns: int) -> None:
    name = "transform-the-orders-of-the-day"
    source = ScriptedSource()
    source.logs[pod(name), "main"] = [line(i, f"ERROR {i}") for i in range(300)]
    async with bench(new, source, size=(columns, 20)) as on:
        on.app.show(running(name, phase="Succeeded"), name)
        await on.until(lambda: "end of the log" in head(on))
        for key in ("2", "9", "4"):
            await on.pilot.press(key)
            assert name in screen_of(on.pane.head)[0]
        if columns >= 100:
            assert "the last 15 minutes" in screen_of(on.pane.head)[0]


async def test_a_window_of_time_counts_back_from_the_last_line() -> None:
    async with bench(new, spoken()) as on:
        source = on.pane.context.source
        assert isinstance(source, ScriptedSource)
        source.logs[pod("web"), "main"] = [
            b"2026-03-17T06:00:00.000000000Z early\n",
            b"2026-03-17T06:29:30.000000000Z in time\n",
            b"2026-03-17T06:30:00.000000000Z last\n",
        ]
        on.app.show(running("web", phase="Succeeded"), "web")
        await on.until(lambda: "end of the log" in head(on))
        await on.pilot.press("2")
        assert on.app.text.splitlines() == ["in time", "last"]
        assert "the last minute before its end" in on.app.said[-1]
        assert "the last minute before its end" in head(on)
        await on.pilot.press("9")
        assert len(on.app.text.splitlines()) == 3
        await on.pilot.press("6")
        assert len(on.app.text.splitlines()) == 3
        await on.pilot.press("4", "escape")
        assert len(on.app.text.splitlines()) == 3


async def test_one_goes_to_a_time() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(i, f"line {i}") for i in range(60)]
    async with bench(new, source) as on:
        await opened(on)
        await on.pilot.press("t", "t", "t")
        assert on.pane.book.times == "utc"
        await on.pilot.press("at", *"06:29:20", "enter")
        assert on.pane.lines.shown_range[0] == 20
        await on.pilot.press("at", "minus", *"50s", "enter")
        assert on.pane.lines.shown_range[0] == 9
        await on.pilot.press("at", *"soon", "enter")
        assert "a time is 10:41" in on.app.said[-1]


async def test_a_wrong_line_stays_open_to_be_mended_and_what_was_said_of_it_goes() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(i, f"line {i}") for i in range(60)]
    async with bench(new, source) as on:
        await opened(on)
        await on.pilot.press("t", "t", "t", "at", *"soon", "enter")
        assert on.pane.typed.is_typed_into and on.pane.typed.text == "soon"
        await on.pilot.press(*["backspace"] * 4, *"06:29:20", "enter")
        assert on.pane.lines.shown_range[0] == 20
        assert not on.pane.typed.is_open and on.app.said[-1] == ""
        await on.pilot.press("ampersand", "exclamation_mark", "enter")
        assert on.pane.typed.is_typed_into and "nothing to look for" in on.app.said[-1]
        await on.pilot.press("escape")
        assert not on.pane.typed.is_open and on.app.said[-1] == ""


async def test_lines_are_kept_and_gone_to() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(i % 60, f"line {i}") for i in range(200)]
    async with bench(new, source) as on:
        await opened(on)
        await on.pilot.press("apostrophe")
        assert "no line is kept" in on.app.said[-1]
        on.pane.lines.show_from(50)
        await on.pilot.press("m")
        assert "◆" in on.app.screen_text
        on.pane.lines.show_from(120)
        await on.pilot.press("m", "apostrophe")
        assert on.pane.lines.shown_range[0] == 50
        await on.pilot.press("apostrophe")
        assert on.pane.lines.shown_range[0] == 120
        await on.pilot.press("m", "apostrophe")
        assert on.pane.lines.shown_range[0] == 50, "the other mark was taken away"


async def test_what_comes_while_one_reads_back_is_counted() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        pipe = source.pipe(pod("api"))
        for i in range(40):
            pipe.put(line(i, f"request {i}"))
        await on.until(lambda: len(on.pane.book) == 40)
        await on.pilot.press("k")
        pipe.put(line(50, "unseen"))
        pipe.put(line(51, "unseen"))
        await on.until(lambda: "2 more below F" in head(on))
        await on.pilot.press("F")
        assert "more below" not in head(on)


def test_the_pager_gets_all_lines_with_colours_and_nothing_else(tmp_path: Path) -> None:
    book = LogBook()
    book.append(blocks_of([b"\x1b[31mred\x1b[0m\n\x1b[2Jplain\n" + b"x\n" * 5000]))
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'wb').write(sys.stdin.buffer.read())"
    show_in_pager(book, f'{sys.executable} -c "{code}"')
    lines = out.read_bytes().split(b"\n")
    assert lines[:2] == [b"\x1b[31mred\x1b[0m\x1b[0m", b"plain\x1b[0m"]
    assert len(lines) == 5003
    show_in_pager(book, f'{sys.executable} -c "pass"')  # one that is left at once


def test_a_pager_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceError, match="no-such-pager cannot be started"):
        show_in_pager(LogBook(), "no-such-pager -R")


async def test_lines_of_json_are_read_as_text_and_by_chosen_fields() -> None:
    source = ScriptedSource()
    said = ['{"level":"info","msg":"step","loss":0.5}', "plain", '{"msg":"end","loss":0.1}']
    source.logs[pod("api"), "main"] = [line(i, text) for i, text in enumerate(said)]
    async with bench(new, source) as on:
        await opened(on)
        await on.pilot.press("Y")
        rows = [row.strip() for row in on.app.screen_text.splitlines()[1:4]]
        assert "INFO  step loss=0.5" in on.app.screen_text and "plain" in on.app.screen_text, rows
        await on.pilot.press("Y")
        rows = [row[:30].rstrip() for row in on.app.screen_text.splitlines()[:10]]
        assert rows == [
            *("{", '  "level": "info",', '  "msg": "step",', '  "loss": 0.5', "}"),
            *("plain", "{", '  "msg": "end",', '  "loss": 0.1', "}"),
        ]
        await on.pilot.press("c")
        assert on.app.copied[-1] == said[0], "what was written is copied"
        await on.pilot.press("Y", *"loss", "enter")
        shown = on.app.screen_text
        assert "0.5" in shown and "step" not in shown and "plain" in shown
        await on.pilot.press("Y")
        assert '{"msg":"end"' in on.app.screen_text


async def test_a_json_line_over_several_rows_scrolls_by_rows_and_is_marked_in_its_first() -> None:
    source = ScriptedSource()
    trace = '{"level":"error","stack":"Trace:\\n  at a\\n  at b","done":[1,2]}'
    source.logs[pod("api"), "main"] = [line(1, "begin"), line(2, trace), line(3, "end")]
    async with bench(new, source, size=(60, 6)) as on:
        await opened(on)
        await on.pilot.press("Y", "Y", "t", "t", "t", "g")
        before = "06:29:02.000 "
        shown = on.app.screen_text.splitlines()
        assert shown[1] == (before + "{").ljust(59) + "◄"
        assert shown[2].rstrip() == " " * len(before) + '  "level": "error",'
        await on.pilot.press("j", "j", "j")
        shown = [row.strip() for row in on.app.screen_text.splitlines()]
        assert shown == ['"stack":', "Trace:", "at a", "at b", '"done": ['][: len(shown)]
        await on.pilot.press("G")
        assert on.app.screen_text.splitlines()[-1].startswith("06:29:03.000 end")
        await on.pilot.press("k", "k", "w", "Y", "enter", "g")
        assert on.app.screen_text.splitlines()[0].startswith("06:29:01.000 begin")


async def test_where_no_line_is_json_the_key_for_it_says_so() -> None:
    async with bench(new, spoken()) as on:
        await opened(on)
        before = on.app.screen_text
        await on.pilot.press("Y")
        assert "no line here is JSON" in on.app.said[-1]
        assert on.app.screen_text == before


async def test_a_range_of_lines_is_marked_by_what_moves_and_copied_as_lines() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(i % 60, f"line {i}") for i in range(200)]
    async with bench(new, source) as on:
        await opened(on)
        await on.pilot.press("g", "V", "j", "j")
        assert "3 marked" in head(on)
        await on.pilot.press("c")
        assert on.app.copied[-1] == "line 0\nline 1\nline 2"
        assert "marked" not in head(on), "copied is done"
        on.pane.lines.show_from(100)
        await on.pilot.press("V", "k", "k", "ctrl+d")
        assert on.pane.lines.marked == (100, 104)
        await on.pilot.press("g")
        assert on.pane.lines.marked == (100, 0) and on.pane.lines.shown_range[0] == 0
        assert [*on.pane.lines.plain_lines(everything=True)][-1] == "line 100", "what is saved"
        await on.pilot.press("slash", *"line 150", "enter")
        await on.until(lambda: on.pane.lines.marked == (100, 150))
        await on.pilot.press("escape")
        assert on.pane.lines.marked is None
        assert len([*on.pane.lines.plain_lines(everything=True)]) == 200


@pytest.mark.parametrize("said", ["", "x" * 40], ids=["all fit", "too many"])
async def test_many_marked_lines_are_copied_in_turns_and_not_to_no_end(said: str) -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, said) * 45_000]
    async with bench(new, source) as on:
        await opened(on)
        await on.until(lambda: on.pane.book.total == 45_000)
        await on.pilot.press("g", "V", "G")
        on.pane.action_copy_line()
        assert not on.app.copied, "keys are heard before all are gathered"
        await on.until(lambda: on.app.copied or "more lines than" in on.app.said[-1])
        assert on.app.copied == ([] if said else ["\n" * 44_999])


async def test_copying_is_stopped_by_esc_and_where_other_lines_are_shown() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "") * 45_000]
    async with bench(new, source) as on:
        await opened(on)
        await on.until(lambda: on.pane.book.total == 45_000)
        await on.pilot.press("g", "V", "G")
        on.pane.action_copy_line()
        on.pane.action_end_search()
        assert on.app.said[-1] == "nothing was copied"
        await on.pilot.press("g", "V", "G")
        on.pane.action_copy_line()
        on.pane.action_own()
        await on.until(lambda: "not copied" in on.app.said[-1])
        assert not on.app.copied


async def test_the_rate_of_lines_is_shown_with_its_errors_when_asked_for() -> None:
    source = ScriptedSource()
    said = [line(i, text) for i in range(20) for text in ["step"] * (1 + i // 5)]
    source.logs[pod("api"), "main"] = [*said, line(39, "ERROR disk")]
    async with bench(new, source) as on:
        await opened(on)
        assert not on.pane.strip.display
        (command,) = on.pane.commands()
        await on.pilot.press("t", "t", "t")
        command.run("")
        await on.until(lambda: any("█" in row for row in screen_of(on.pane.strip)))
        bars, below = (row[1:] for row in screen_of(on.pane.strip))
        assert bars.rstrip() == "▂▂▂▂▂▄▄▄▄▄▆▆▆▆▆█████" + " " * 19 + "▂"
        assert "06:29:00" in below and "06:29:40" in below and "highest 240 a minute" in below
        (of_error,) = on.pane.strip.line_at(0).crop(40, 41)
        assert of_error.style == on.pane.strip.token("problem")
        await typed(on, "ampersand", "ERROR")
        await on.until(lambda: screen_of(on.pane.strip)[0].strip() == "█")
        command.run("")
        assert not on.pane.strip.display


async def test_when_the_run_will_be_deleted_stands_at_the_end_of_its_log() -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "done")]
    manifest = running("api", phase="Succeeded")
    manifest["spec"]["ttlStrategy"] = {"secondsAfterCompletion": 86400 * 3}
    manifest["status"]["phase"] = "Succeeded"
    manifest["status"]["finishedAt"] = "2026-03-17T06:29:00Z"
    manifest["metadata"].setdefault("labels", {})["workflows.argoproj.io/completed"] = "true"
    async with bench(new, source) as on:
        on.app.show(manifest, "api")
        await on.until(lambda: "end of the log; the run goes in" in head(on))
        assert ("config_map", ("argo", CONTROLLER)) not in source.asked, "it is in no archive"


@pytest.mark.parametrize("step", ["api", ""], ids=["a step", "the run"])
async def test_when_the_run_goes_from_the_archive_stands_at_the_end_of_its_log(step: str) -> None:
    source = ScriptedSource()
    source.logs[pod("api"), "main"] = [line(1, "done")]
    source.maps["argo", CONTROLLER] = {"persistence": "archive: true\narchiveTTL: 30d"}
    manifest = running("api", phase="Succeeded")
    manifest["status"]["phase"] = "Succeeded"
    manifest["status"]["finishedAt"] = "2026-03-17T06:29:00Z"
    labels = manifest["metadata"].setdefault("labels", {})
    labels["workflows.argoproj.io/completed"] = "true"
    labels["workflows.argoproj.io/workflow-archiving-status"] = "Persisted"
    async with bench(new, source, size=(120, 30)) as on:
        on.app.show(manifest, step)
        await on.until(lambda: "end of the log; the run goes from the archive in" in head(on))


async def test_a_line_is_copied_that_of_the_search_or_the_first_in_sight() -> None:
    async with bench(new, spoken()) as on:
        await opened(on)
        await on.pilot.press("c")
        assert on.app.copied[-1] == "start"
        await on.pilot.press("slash", *"disk", "enter")
        await on.until(lambda: "/ 1 of 1" in head(on))
        await on.pilot.press("c")
        assert on.app.copied[-1] == "ERROR disk"
