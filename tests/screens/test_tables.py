"""A list of which the server tells a Table: what is seen before and while its objects are read."""

from __future__ import annotations

from dataclasses import replace

from tests.support.app import STILL, Shown, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource, key_of, ref_of
from tui.domain.identity import Depth
from tui.errors import Refused


def source_of(count: int = 30) -> ScriptedSource:
    """Workflows of which the younger come first: w-00 began a minute ago."""
    return ScriptedSource(
        *(
            run(
                f"w-{i:02}",
                "Failed" if i % 10 == 3 else "Succeeded",
                f"{i}/100",
                began=180 + i * 0.3,
                ended=100,
                labels={"team": "qa" if i % 7 == 0 else "ops"},
                message="step a: exit code 1" if i % 10 == 3 else "",
            )
            for i in range(count)
        ),
        tables=True,
    )


def asked(source: ScriptedSource, what: str) -> list[object]:
    return [about for each, about in source.asked if each == what]


async def read(shown: Shown) -> None:
    """Wait until what is on the screen was read."""
    rows = shown.rows
    await shown.until(lambda: all(row.depth > Depth.TABLE for row in rows.model.near_items))


async def test_what_was_not_read_is_drawn_as_not_known_and_fills_in_at_its_place() -> None:
    source = source_of()
    source.held_back.clear()
    async with showing(source=source) as shown:
        line = next(row for row in shown.rows_of_screen if "w-00" in row)
        assert sorted(line.split()[2:]) == ["3h"] + ["·"] * 4, line
        failed = next(row for row in shown.rows_of_screen if "w-03" in row)
        assert "step a: exit code 1" in failed, "what the Table tells is shown"
        before = shown.names
        source.held_back.set()
        await read(shown)
        line = next(row for row in shown.rows_of_screen if "w-00" in row)
        assert "0/100" in line and "·" not in line
        assert shown.names == before


async def test_in_ascii_what_is_not_known_is_a_dot_too() -> None:
    source = source_of()
    source.held_back.clear()

    async with showing(source=source, settings=replace(STILL, ascii=True)) as shown:
        line = next(row for row in shown.rows_of_screen if "w-00" in row)
        assert line.isascii() and line.split()[2:4] == [".", "."]
        source.held_back.set()


async def test_rows_keep_their_places_until_the_list_is_sorted() -> None:
    source = source_of(12)
    async with showing(source=source) as shown:
        await read(shown)
        tabled = shown.names
        await shown.press("!", "!")
        assert shown.names != tabled
        assert shown.names == [f"w-{i:02}" for i in range(12)], "now their seconds are known"


async def test_only_what_is_near_the_screen_is_asked_for_and_an_idle_list_asks_nothing() -> None:
    source = source_of(100)
    async with showing(source=source, size=(120, 20)) as shown:
        await read(shown)
        near = 2 * shown.rows.model.page
        known = shown.app.lists.of(shown.overview.kind).known
        failed = [key for key, row in known.items() if row.value.phase == "Failed"]
        await shown.until(lambda: not known.due.keys() & set(failed))
        names = [name for each in asked(source, "fill") for name in str(each).split(",")]
        assert near <= len(names) <= near + len(failed)
        before = len(source.asked)
        for _ in range(5):
            shown.pass_time(1)
            await shown.pilot.pause()
        assert len(source.asked) == before


async def test_the_header_says_how_many_of_those_it_counts_were_read() -> None:
    source = source_of(100)
    source.held_back.clear()
    for width in (120, 80):
        async with showing(source=source, size=(width, 24)) as shown:
            assert "0 of 10 read  10 fail │ 100" in shown.rows_of_screen[0]
            assert "live" in shown.rows_of_screen[0]
            source.held_back.set()
            await shown.until(lambda: "read" not in shown.rows_of_screen[0])
            source.held_back.clear()
    source.held_back.set()


async def test_a_refused_right_to_read_objects_is_said_once_and_the_table_stays() -> None:
    source = source_of()
    source.unfilled["argo"] = Refused("not allowed to get workflows in argo", status=403)
    async with showing(source=source) as shown:
        await shown.until_said("not allowed to get workflows in argo")
        assert len(asked(source, "fill")) == 1
        assert len(shown.names) == 30


async def test_an_order_that_needs_more_reads_everything_says_how_far_and_ends_by_esc() -> None:
    source = source_of(100)
    source.held_back.clear()
    async with showing(source=source) as shown:
        shown.overview.query_bar.put("w-")
        shown.overview.sort_by("steps")
        await shown.until(lambda: asked(source, "fill_all"))
        shown.pass_time(1)
        await shown.until_shown("0 of 100 read …")
        await shown.press("escape")
        await shown.until_said("stopped reading: 0 of 100 read")
        assert "0 of 100 read" in shown.text
        await shown.press("escape")
        await shown.at_rest()
        assert not shown.overview.arrangement.query
        assert "0 of 100 read …" not in shown.text, "what was stopped does not begin by itself"
        source.held_back.set()
        shown.overview.sort_by("steps", descending=True)
        await shown.until(lambda: not shown.app.lists.of(shown.overview.kind).known.unread)
        shown.pass_time(1)
        await shown.until(lambda: shown.names[:2] == ["w-99", "w-98"])
        assert "read" not in shown.rows_of_screen[-3]


async def test_a_filter_by_label_is_answered_by_the_server() -> None:
    source = source_of(100)
    source.held_back.clear()
    async with showing(source=source) as shown:
        shown.overview.query_bar.put("label:team=qa")
        assert shown.names == [], "not known is neither a match nor none"
        await shown.until(lambda: len(shown.names) == 15)
        selectors = [
            str(about).partition("label_selector='")[2] for about in asked(source, "matching")
        ]
        assert [each.partition("'")[0].rpartition(",")[2] for each in selectors] == [
            "team=qa",
            "workflows.argoproj.io/team=qa",
        ]
        assert not asked(source, "fill_all")
        assert "labels as typed" in shown.text and " 15 of 100 " in shown.text
        source.held_back.set()


async def test_a_turned_filter_does_not_show_what_is_not_known() -> None:
    source = source_of(100)
    source.held_back.clear()
    async with showing(source=source) as shown:
        shown.overview.query_bar.put("!template:etl")
        assert shown.names == []
        await shown.until(lambda: asked(source, "fill_all"))
        await shown.until_shown("so far: 0 of 100 read")
        source.held_back.set()
        await shown.until(lambda: not shown.app.lists.of(shown.overview.kind).known.unread)
        shown.pass_time(1)
        await shown.until(lambda: len(shown.names) == 100)


async def test_problems_are_found_by_the_phases_of_the_table() -> None:
    source = source_of(100)
    source.held_back.clear()
    async with showing(source=source) as shown:
        await shown.press("!")
        assert len(shown.names) == 10 and not asked(source, "fill_all")
        source.held_back.set()


async def test_a_mark_is_dropped_when_the_uid_turns_out_to_be_another_and_that_is_said() -> None:
    source = source_of(5)
    async with showing(source=source) as shown:
        await read(shown)
        await shown.press("space")
        marked = shown.names[0]
        found = dict(source.manifests[next(r for r in source.manifests if r.name == marked)])
        ref = next(r for r in source.manifests if r.name == marked)
        del source.manifests[ref]
        found["metadata"] = {**found["metadata"], "uid": "another"}
        source.put(found)
        await shown.until_said(f"no longer marked, as it was made anew: {marked}")
        assert not shown.rows.marks


async def test_what_vanishes_is_no_longer_marked() -> None:
    source = source_of(5)
    async with showing(source=source) as shown:
        await shown.press("space")
        key = next(iter(shown.rows.marks))
        ref = next(r for r in source.manifests if key_of(source.manifests[r]) == key)
        found = source.manifests[ref]
        source.remove(ref)
        await shown.until(lambda: len(shown.names) == 4)
        source.put(found)
        await shown.until(lambda: len(shown.names) == 5)
        assert not shown.rows.marks


async def test_an_action_on_a_row_without_uid_hits_the_object_that_was_shown() -> None:
    source = source_of(3)
    source.held_back.clear()
    async with showing(source=source) as shown:
        name = shown.current
        assert shown.rows.current is not None and shown.rows.current.uid == ""
        await shown.press("D")
        await shown.until_shown(f"Delete {name}")
        await shown.until(lambda: not shown.app.screen.query_one("#go").disabled)
        await shown.press("ctrl+s")
        await shown.until(lambda: source.performed)
        body = source.performed[-1].body
        assert isinstance(body, dict)
        assert body["preconditions"] == {"uid": f"uid-{name}"}
        source.held_back.set()


async def test_a_plan_on_a_row_without_uid_is_for_the_object_that_was_read_and_no_other() -> None:
    source = source_of(3)
    source.held_back.clear()
    async with showing(source=source) as shown:
        name = shown.current
        await shown.press("D")
        await shown.until_shown(f"Delete {name}")
        await shown.until(lambda: not shown.app.screen.query_one("#go").disabled)
        ref = next(ref for ref in source.manifests if ref.name == name)
        found = source.manifests.pop(ref)
        found = {**found, "metadata": {**found["metadata"], "uid": "another"}}
        source.manifests[ref_of(found)] = found
        await shown.press("ctrl+r")
        await shown.until(lambda: shown.app.screen.query_one("#go").disabled)
        await shown.press("ctrl+s")
        assert not source.performed
        source.held_back.set()
