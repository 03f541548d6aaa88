"""Two logs beside each other."""

from __future__ import annotations

from tests.support.logs_pane import Written, head, line, new, pod, running
from tests.support.panes import bench
from tests.support.waiting import until
from tests.support.widgets import screen_of
from tui.panes.log_steps import OtherLogScreen
from tui.panes.logs import LogsPane


def sides(pane: LogsPane) -> list[LogsPane]:
    return [pane, *pane.query(LogsPane)]


async def test_the_log_of_another_step_is_read_beside_it_and_each_side_scrolls() -> None:
    source = Written()
    for name in ("api", "web"):
        for i in range(40):
            source.pipe(pod(name)).put(line(i, f"{name} {i}"))
    async with bench(new, source, size=(90, 14)) as on:
        on.app.show(running("api", "web"), "api")
        await on.until(lambda: "api 39" in on.app.screen_text)
        await on.pilot.press("v")
        await on.until(lambda: len(sides(on.pane)) == 2 and len(sides(on.pane)[1].book) == 40)
        left, right = sides(on.pane)
        await on.until(lambda: right.lines.has_focus)
        await on.until(lambda: right.head.text.startswith("►web"))
        assert head(on).startswith("api")
        assert left.lines.size.width + right.lines.size.width in (89, 90)
        assert "api 39" in "".join(screen_of(left.lines))
        assert "web 39" in "".join(screen_of(right.lines))
        await on.pilot.press("g")
        assert (right.lines.shown_range[0], left.lines.is_following) == (0, True)
        await on.pilot.press("tab")
        assert left.lines.has_focus
        await on.pilot.press("g", "J")
        assert left.lines.shown_range[0] == 0 and right.lines.shown_range[0] > 0
        source.pipe(pod("web")).put(line(50, "web last"))
        await on.until(lambda: len(right.book) == 41)
        await on.pilot.press("slash", *"api 3", "enter")
        await on.until(lambda: "/" in head(on))
        assert right.lines.finder.search is None, "each side has its own search"
        await on.pilot.press("v")
        await on.until(lambda: len(sides(on.pane)) == 1 and not source_reads(source, "web"))
        assert left.lines.has_focus and left.lines.size.width == 90
        assert head(on).startswith("api"), "no sign says which of the two has the keys"


def source_reads(source: Written, name: str) -> bool:
    return any(request.pod == pod(name) for request in source.reading)


async def test_steps_to_choose_from_stand_in_the_order_of_their_names_and_numbers() -> None:
    names = ("shard(10)", "shard(2)", "api", "load", "shard(1)")
    async with bench(new, Written(), size=(90, 14)) as on:
        on.app.show(running(*names), "api")
        await on.pilot.press("v")
        await on.until(lambda: isinstance(on.app.screen, OtherLogScreen))
        screen = on.app.screen
        assert isinstance(screen, OtherLogScreen)
        told = [row.name for row in screen.choices]
        assert told == ["load", "shard(1)", "shard(2)", "shard(10)"]


async def test_of_several_steps_one_is_chosen_and_escape_closes_the_side_with_the_keys() -> None:
    source = Written()
    async with bench(new, source, size=(90, 14)) as on:
        on.app.show(running("api", "web", "db"), "api")
        source.pipe(pod("db")).put(line(1, "of the database"))
        await on.until(lambda: source_reads(source, "api"))
        await on.pilot.press("v")
        await on.until(lambda: isinstance(on.app.screen, OtherLogScreen))
        assert {row.name for row in on.app.screen.choices} == {"web", "db"}  # type: ignore[attr-defined]
        await on.pilot.press("escape")
        assert len(sides(on.pane)) == 1
        await on.pilot.press("v")
        await on.until(lambda: isinstance(on.app.screen, OtherLogScreen))
        screen = on.app.screen
        assert isinstance(screen, OtherLogScreen)
        assert "next" not in screen.keys_told
        screen.rows.move_to(next(row.key for row in screen.choices if row.name == "db"))
        await on.pilot.press("enter")
        await until(lambda: len(sides(on.pane)) == 2 and sides(on.pane)[1].lines.has_focus)
        await on.until(lambda: "of the database" in "".join(screen_of(sides(on.pane)[1].lines)))
        # Another step is gone to in the tree: the log beside it stays.
        on.app.show(running("api", "web", "db"), "web")
        await on.until(lambda: source_reads(source, "web"))
        assert "of the database" in "".join(screen_of(sides(on.pane)[1].lines))
        await on.pilot.press("escape")
        await on.until(lambda: len(sides(on.pane)) == 1 and on.pane.lines.has_focus)
        assert int(on.app.escapes) == 0


async def test_a_run_of_one_step_has_no_other_log() -> None:
    async with bench(new, Written()) as on:
        on.app.show(running("api"), "api")
        await on.pilot.press("v")
        assert "no other step with a log" in on.app.said[-1]
