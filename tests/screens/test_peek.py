"""What the cursor of a list is on: below it, or beside it where there is room."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, NOW, run, step, team
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.logtargets import log_targets
from tui.domain.workflow import Manifest
from tui.errors import Refused
from tui.kinds.glance import glance_at
from tui.ports.pods import Around as AroundPort
from tui.screens.list import ListScreen
from tui.screens.peek import REST

FROM_ETL = {"workflowTemplateRef": {"name": "etl"}}
RUNS = (
    run("etl-now", "Failed", "3/4", began=60, ended=20, message="OOMKilled", spec=FROM_ETL),
    run("etl-b", "Succeeded", "4/4", began=200, ended=139, spec=FROM_ETL),
    run("etl-a", "Succeeded", "4/4", began=300, ended=239, spec=FROM_ETL),
    run("alone", "Running", began=400),
)


def told(shown: Shown) -> str:
    return shown.overview.about.text


async def rest_on(shown: Shown, name: str) -> None:
    shown.rows.move_to_line(shown.names.index(name))
    await shown.until(lambda: name in told(shown))


async def test_three_lines_say_what_failed_where_it_is_from_and_how_its_like_went() -> None:
    async with showing(*RUNS, size=(120, 36)) as shown:
        await rest_on(shown, "etl-now")
        first, second, third, _ = told(shown).split("\n")
        assert "✖ Failed 20m ago" in first and "template etl" in first
        assert second.strip() == "OOMKilled"
        assert third == "  last 3 of etl  ✔✔✖  ██▆  1 failed  usually 1h1m"
        assert "OOMKilled" in shown.rows_of_screen[-5]
        await rest_on(shown, "alone")
        assert "last" not in told(shown), "there is nothing to compare it with"


async def test_what_runs_is_compared_with_what_is_usual() -> None:
    spec = {"workflowTemplateRef": {"name": "etl"}}
    runs = [run(f"e-{n}", "Succeeded", began=300 + n, ended=200 + n, spec=spec) for n in range(4)]
    lasted = run("e-lasted", "Succeeded", "4/4", began=280, ended=125, spec=spec)
    now = run("e-now", "Running", "1/4", began=40, spec=spec)
    late = run("e-late", "Running", "1/4", began=290, spec=spec)
    async with showing(*runs, lasted, now, late, size=(120, 36)) as shown:
        await rest_on(shown, "e-now")
        assert "has run 40m, usually 1h40m, about 1h to go   steps 1/4" in told(shown)
        await rest_on(shown, "e-late")
        assert "has run 4h50m, usually 1h40m (+190 %)   steps" in told(shown)
        await rest_on(shown, "e-lasted")
        assert "took 2h35m, usually 1h40m   steps" in told(shown), "four others are too few"


@pytest.mark.parametrize("size", [(120, 36), (170, 36)], ids=["below", "beside"])
async def test_the_row_and_what_is_told_of_it_have_the_same_seconds(size: tuple[int, int]) -> None:
    past = [run(f"e-{n}", "Succeeded", began=300 + n, ended=200 + n, spec=FROM_ETL) for n in (1, 2)]
    now = run("e-now", "Running", "1/4", began=0.1, spec=FROM_ETL)

    def both(shown: Shown) -> tuple[str, str]:
        row = next(row for row in shown.rows_of_screen if "e-now" in row and "1/4" in row)
        words = r"has run (\w+)," if size[0] < 160 else r"● Running  (\w+)  1/4"
        said = re.search(words, shown.text)
        in_row = re.search(r"1/4 +(\w+) ", row)
        assert said and in_row, shown.text
        return in_row[1], said[1]

    async with showing(*past, now, size=size) as shown:
        await shown.until_shown("usually 1h40m")
        await shown.at_rest()
        for seconds in (0, 1, 0.6, 3, 120):
            shown.pass_time(seconds)
            await shown.pilot.pause()
            in_row, said = both(shown)
            assert in_row == said
        assert said == "2m10s"


def test_the_others_of_its_template_are_looked_for_once_and_not_with_each_second() -> None:
    one, *others = (decode.listed(msgspec.json.encode(each)) for each in RUNS)
    known = iter([one, *others])
    tell = glance_at(one, known, said="", ascii=False)
    first, later = tell(NOW), tell(NOW + timedelta(minutes=5))
    said = ["".join(text for text, _ in glance.lines[0]) for glance in (first, later)]
    assert "Failed 20m ago" in said[0] and "Failed 25m ago" in said[1]
    assert "last 3 of etl" in str(first.lines[-1]) and first.lines[-1] == later.lines[-1]


async def test_what_took_half_as_long_again_says_by_how_much() -> None:
    runs = [run(f"e-{n}", "Succeeded", began=90 + n, ended=80 + n, spec=FROM_ETL) for n in range(5)]
    long = run("e-long", "Succeeded", "4/4", began=60, ended=44.5, spec=FROM_ETL)
    async with showing(*runs, long, size=(170, 30)) as shown:
        await rest_on(shown, "e-long")
        assert "usually 10m (+55 %)" in shown.text
        await shown.press("v")
        assert "took 15m30s, usually 10m (+55 %)   steps 4/4" in told(shown)


async def test_twenty_runs_have_room_in_a_hundred_columns_whatever_made_them_is_called() -> None:
    spec = {"workflowTemplateRef": {"name": "a-template-with-a-long-name"}}
    runs = [run(f"r-{n:02}", "Succeeded", began=90 + n, ended=80, spec=spec) for n in range(21)]
    failed = run("r-last", "Failed", began=60, ended=50, spec=spec)
    async with showing(*runs, failed, size=(100, 30)) as shown:
        await rest_on(shown, "r-last")
        third = told(shown).split("\n")[2]
        assert third.startswith(f"  last 20 of a-template-with…  {'✔' * 19}✖  ")
        assert third.endswith("▃  1 failed  usually 19m")
        assert third in shown.text, "nothing of it is cut"


async def test_it_is_told_when_the_cursor_rests_and_not_at_each_step() -> None:
    async with showing(*team(), size=(120, 36)) as shown:
        await rest_on(shown, shown.names[0])
        shown.rows.action_down()
        shown.rows.action_down()
        assert told(shown).lstrip().startswith(shown.names[0])
        await shown.until(lambda: told(shown).lstrip().startswith(shown.names[2]))


@pytest.mark.parametrize(("size", "lines"), [((80, 24), 1), ((120, 29), 1), ((100, 30), 5)])
async def test_a_small_screen_has_one_line_of_it(size: tuple[int, int], lines: int) -> None:
    async with showing(*team(), size=size) as shown:
        await rest_on(shown, ETL)
        assert shown.overview.about.size.height == lines


async def test_from_160_columns_it_stands_beside_the_list_and_a_key_takes_it_away() -> None:
    source = ScriptedSource(*team(), *RUNS)
    async with showing(source=source, size=(170, 30)) as shown:
        await rest_on(shown, ETL)
        beside = shown.overview.beside
        assert beside.size.width >= 48 and shown.overview.about.size.height == 1
        for line in ("params     day=2026-03-16", "OOMKilled (exit code", "namespace  argo"):
            assert line in shown.text
        await rest_on(shown, "etl-b")
        assert "last 3 of etl: 1 failed, usually 1h1m" in shown.text
        before = list(source.asked)
        await shown.press("v")
        assert beside.size.width == 0 and "last 3 of etl" in shown.text, "now below it"
        await shown.press("v", "J", "K")
        more = [what for what, _ in source.asked[len(before) :] if what != "get"]
        assert not more, "nothing is asked for but all of the workflow under the cursor"
        await shown.pilot.resize_terminal(120, 24)
        await shown.press("v")
        assert "160 columns" in shown.said


async def test_what_has_no_room_beside_the_list_can_be_scrolled() -> None:
    many = {"arguments": {"parameters": [{"name": f"p{n:02}", "value": str(n)} for n in range(40)]}}
    async with showing(run("one", "Running", spec=many), size=(170, 24)) as shown:
        await shown.until_shown("more lines")
        assert "p30=30" not in shown.text
        await shown.press(*"JJJJJ")
        assert "p30=30" in shown.text
        await shown.press(*"KKKKK")
        assert "p00=0" in shown.text


async def test_hostile_text_is_shown_and_does_nothing() -> None:
    evil = "\x1b[31m[bold]boom[/bold]\x07"
    bad = step("evil-1", "a", "Failed", message=evil)
    stuck = run("evil-1", "Failed", began=9, nodes=[step("evil-1", "", "Failed"), bad])
    for size in ((170, 30), (120, 36), (80, 24)):
        async with showing(stuck, size=size) as shown:
            await shown.until_shown("[bold]boom[/bold]")
            assert "\x1b" not in shown.text and "\x07" not in shown.text


async def test_without_utf8_it_is_ascii_and_phases_are_letters() -> None:
    for size in ((170, 30), (120, 36)):
        async with showing(*RUNS, settings=replace(STILL, ascii=True), size=size) as shown:
            await shown.until_shown("last 3 of etl")
            assert shown.text.isascii()
            assert "SSF" in shown.text or "F 40m" in shown.text


async def test_other_kinds_say_that_they_have_no_preview() -> None:
    async with showing(*team(), size=(170, 30)) as shown:
        await shown.press("colon", *"cron", "enter")
        await shown.until(lambda: "cron" in shown.rows_of_screen[0])
        await shown.press("v")
        assert "no preview" in shown.said
        front = shown.app.screen
        assert isinstance(front, ListScreen) and not front.has_class("-beside")


def test_a_rest_is_shorter_than_a_moment() -> None:
    assert REST <= 0.2


async def test_beside_the_list_stand_the_steps_problems_first_read_when_the_cursor_rests() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source, size=(170, 40)) as shown:
        await rest_on(shown, ETL)
        await shown.until_shown("problems first")
        await shown.until_shown("✖ transform(2:shard:2)(1)")
        assert "OOMKilled (exit code 137)" in shown.text and "succeeded" in shown.text
        asked = [str(about) for what, about in source.asked if what == "get"]
        assert sum(ETL in each for each in asked) == 1, "once for each version of it"
        shown.overview.show_standing()
        await shown.pilot.pause(REST)
        assert len([what for what, _ in source.asked if what == "get"]) == len(asked)


BROKEN = run(
    "broken",
    "Failed",
    began=60,
    ended=20,
    nodes=[
        step("broken", "", "Failed", type="Steps"),
        step("broken", "load", "Failed", message="Error (exit code 2)"),
    ],
    spec={"arguments": {"parameters": [{"name": "day", "value": "2026-03-16"}]}},
)
SAID = (
    b"2026-03-16T10:00:00Z reading\n"
    b"2026-03-16T10:00:01Z ERROR no such table: orders\n\n"
    b'2026-03-16T10:00:02Z time="2026-03-16T10:00:02.123Z" level=info msg="done" argo=true\n'
)


def broken(said: bytes | None) -> ScriptedSource:
    """A source with a failed run whose step said this; None where its pod is gone."""
    source = ScriptedSource(*team(), BROKEN)
    (target,) = log_targets(decode.from_manifest(BROKEN))
    if said is not None:
        source.logs[target.pod, target.container] = [said]
    return source


def asked_of(source: ScriptedSource, what: str) -> int:
    return sum(each == what for each, _ in source.asked)


@pytest.mark.parametrize("size", [(120, 36), (170, 36)])
async def test_the_last_line_of_the_step_that_failed_is_read_once_when_the_cursor_rests(
    size: tuple[int, int],
) -> None:
    source = broken(SAID)
    async with showing(source=source, size=size) as shown:
        for name in shown.names:
            shown.rows.move_to_line(shown.names.index(name))
        assert asked_of(source, "log") == 0, "not at each step of the cursor"
        await rest_on(shown, "broken")
        await shown.until(lambda: "ERROR no such table: orders" in shown.text)
        assert "argo=true" not in shown.text
        requests = [about for what, about in source.asked if what == "log"]
        assert [request.follow for request in requests] == [False]
        assert requests[0].tail_lines <= 20
        shown.overview.show_standing()
        await rest_on(shown, shown.names[0])
        shown.overview.show_standing()
        await shown.at_rest()
        assert asked_of(source, "log") == 1


async def test_the_last_line_stands_below_what_failed_and_until_then_what_it_was_given() -> None:
    async with showing(source=broken(SAID), size=(120, 36)) as shown:
        await rest_on(shown, "broken")
        assert told(shown).split("\n")[1] == "  load: Error (exit code 2)"
        await shown.until(lambda: "  last line  ERROR no such table: orders" in told(shown))
    gone = broken(None)
    async with showing(source=gone, size=(120, 36)) as shown:
        await rest_on(shown, "broken")
        await shown.until(lambda: asked_of(gone, "log") == 1)
        await shown.at_rest()
        assert "  params  day=2026-03-16" in told(shown) and "last line" not in told(shown)


async def test_without_room_for_it_and_of_what_did_not_fail_no_log_is_read() -> None:
    source = broken(SAID)
    async with showing(source=source, size=(80, 24)) as shown:
        await rest_on(shown, "broken")
        await shown.at_rest()
    assert asked_of(source, "log") == 0
    source = ScriptedSource(*RUNS[1:])
    async with showing(source=source, size=(120, 36)) as shown:
        for name in shown.names:
            await rest_on(shown, name)
            await shown.at_rest()
    assert asked_of(source, "log") == asked_of(source, "get") == 0


async def test_what_may_not_be_read_whole_leaves_what_the_list_knows() -> None:
    source = ScriptedSource(*team())
    async with showing(source=source, size=(170, 40)) as shown:
        source.refusal = Refused("you may not", status=403)
        await rest_on(shown, ETL)
        await shown.until_shown("params     day=2026-03-16")
        assert "problems first" not in shown.text


async def test_a_clock_that_is_behind_that_of_the_cluster_spoils_nothing() -> None:
    ahead = run("etl-c", "Running", began=-9000, spec=FROM_ETL)
    async with showing(*RUNS, ahead, size=(120, 36)) as shown:
        await rest_on(shown, "etl-now")
        assert "last 4 of etl" in told(shown)


class Around:
    """What stands around workflows; each question is kept."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refusal: Refused | None = None

    def quotas(self, namespace: str) -> tuple[Manifest, ...]:
        self.asked.append(f"quotas of {namespace}")
        amounts = {"used": {"pods": "48"}, "hard": {"pods": "50"}}
        return ({"kind": "ResourceQuota", "status": amounts},)

    def pending(self, namespace: str) -> tuple[Manifest, ...]:
        self.asked.append(f"pods of {namespace}")
        if self.refusal is not None:
            raise self.refusal
        said = "0/4 nodes are available: 3 Insufficient cpu, 1 node(s) were unschedulable."
        placed = {"type": "PodScheduled", "status": "False", "message": said}
        return ({"kind": "Pod", "status": {"conditions": [placed]}},) * 2


@pytest.mark.parametrize("size", [(120, 36), (170, 36)])
async def test_of_what_waits_it_says_how_full_the_namespace_is(size: tuple[int, int]) -> None:
    runs = (run("waits", "Pending"), run("waits-too", "Pending"), run("runs", "Running", began=1))
    source, around = ScriptedSource(*runs), Around()
    source.ports[AroundPort] = around
    async with showing(source=source, size=size) as shown:
        await rest_on(shown, "runs")
        assert around.asked == [], "what runs waits for nothing"
        await rest_on(shown, "waits")
        await shown.until_shown("quota pods 48 of 50; 2 pods pending")
        await shown.until_shown("3 of 4 (cpu)")
        await rest_on(shown, "waits-too")
        await shown.until_shown("2 pods pending")
        assert around.asked == ["quotas of argo", "pods of argo"], "once for all that wait there"


async def test_at_80_columns_it_says_so_in_its_line_where_there_is_room() -> None:
    held = run("held", "Pending", message="Waiting for argo/Mutex/database lock. Lock status: 0/1")
    runs = (held, run("runs", "Running", began=1), run("waits", "Pending"))
    source, around = ScriptedSource(*runs), Around()
    source.ports[AroundPort] = around
    async with showing(source=source, size=(80, 24)) as shown:
        await rest_on(shown, "runs")
        assert around.asked == []
        await rest_on(shown, "waits")
        await shown.until_shown("pressure quota pods 48 of 50")
        await rest_on(shown, "held")
        await shown.at_rest()
        assert "quota pods" not in shown.text, "a piece of a word tells nothing"


async def test_what_cannot_be_read_of_the_namespace_is_said_not_to_be_known() -> None:
    source, around = ScriptedSource(run("waits", "Pending")), Around()
    around.refusal = Refused("not allowed to list pods in argo")
    source.ports[AroundPort] = around
    async with showing(source=source, size=(120, 36)) as shown:
        await shown.until_shown("pending pods and full nodes not known (not allowed to list pods")
        assert "quota pods 48 of 50" in shown.text
    async with showing(run("waits", "Pending"), size=(120, 36)) as shown:
        await shown.until_shown("pressure not known: ")


async def test_keys_go_to_the_preview_and_back_and_scroll_it_there() -> None:
    many = {"arguments": {"parameters": [{"name": f"p{n:02}", "value": str(n)} for n in range(40)]}}
    async with showing(run("one", "Running", spec=many), size=(170, 24)) as shown:
        await shown.until_shown("more lines")
        beside = shown.overview.beside
        await shown.press("tab")
        await shown.until(lambda: beside.holds_focus)
        await shown.press("G")
        assert "p39=39" in shown.text
        await shown.press("g", "j", "k", "ctrl+d", "ctrl+u", "space", "b")
        assert "p39=39" not in shown.text
        await shown.press("tab")
        await shown.until(lambda: shown.rows.has_focus)
        await shown.press("tab")
        await shown.until(lambda: beside.holds_focus)
        await shown.press("escape")
        await shown.until(lambda: shown.rows.has_focus)


async def test_one_side_has_all_the_room_until_the_key_comes_again() -> None:
    async with showing(*team(), size=(170, 30)) as shown:
        await rest_on(shown, ETL)
        beside, rows = shown.overview.beside, shown.rows
        await shown.press("z")
        await shown.until(lambda: beside.size.width == 0 and rows.size.width == 170)
        await shown.press("tab")  # only one side is shown: the other one takes its place
        await shown.until(lambda: beside.holds_focus and beside.size.width == 170)
        assert rows.size.width == 0
        await shown.press("escape")
        await shown.until(lambda: rows.size.width > 0 and beside.holds_focus)
        await shown.press("z")
        await shown.until(lambda: beside.size.width == 170)
        await shown.pilot.resize_terminal(120, 40)
        await shown.until(lambda: rows.has_focus and rows.size.width == 120)
        await shown.press("z")  # here it is the peek that gives its rows
        await shown.until(lambda: shown.overview.about.size.height == 0)
        await shown.press("z")
        await shown.until(lambda: shown.overview.about.size.height == 5)


async def test_the_border_between_list_and_preview_moves() -> None:
    async with showing(*team(), size=(170, 30)) as shown:
        await rest_on(shown, ETL)
        beside = shown.overview.beside
        before = beside.outer_size.width
        await shown.press("underscore", "underscore")
        await shown.until(lambda: beside.outer_size.width == before + 8)
        await shown.press("tab", "underscore")
        await shown.until(lambda: beside.outer_size.width == before + 4)
        await shown.press("z")
        await shown.until(lambda: beside.outer_size.width == 170)
        await shown.press("z")
        await shown.until(lambda: beside.outer_size.width == before + 4)
        await shown.press(*["plus"] * 30)
        await shown.until(lambda: shown.rows.outer_size.width == 80)


async def test_where_there_is_no_preview_the_keys_say_so() -> None:
    async with showing(*team(), size=(90, 24)) as shown:
        await rest_on(shown, ETL)
        for key, said in (("tab", "160 columns"), ("z", "all the room"), ("plus", "no border")):
            await shown.press(key)
            assert said in shown.said
        assert shown.rows.has_focus
