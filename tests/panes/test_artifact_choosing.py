"""Several artifacts at once: marks, a filter, and one folder for all that is fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.artifacts_pane import MIB, Seen, showing, workflow
from tests.support.s3_servers import demo_s3
from tui.artifacts.base import Stat, StoreError
from tui.demo.bucket import Blob, Buckets
from tui.menu import Menu
from tui.panes.artifact_list import ArtifactRows
from tui.widgets.query_bar import QueryBar
from tui.widgets.table import Table


@pytest.fixture
def server() -> Iterator[tuple[str, Buckets]]:
    with demo_s3("runs") as (endpoint, buckets):
        runs = buckets["runs"]
        runs.put("etl/metrics.json", '{"auc":0.941}')
        runs.put("etl/model.bin", Blob(MIB, lambda offset, length: b"\x01" * length))
        runs.put("etl/shards/part-00", "zero")
        runs.put("etl/shards/part-01", "one")
        runs.put("etl/main.log", "starting\n")
        yield endpoint, buckets


def names(seen: Seen) -> list[str]:
    return [item.name for item in seen.app.query_one(ArtifactRows).items]


async def save_into(seen: Seen, folder: Path) -> None:
    await seen.press("f")
    bar = seen.app.query_one("#artifact-path", QueryBar)
    assert bar.is_open
    bar.text = str(folder)
    await seen.press("enter")


async def test_what_is_marked_is_saved_into_one_folder(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("space", "space", "G", "space")
        await save_into(seen, tmp_path)
        await seen.until(lambda: seen.line("status") == f"saved 3 artifacts into {tmp_path}")
        assert sorted(os.listdir(tmp_path)) == ["metrics.json", "model.bin", "note"]
        assert (tmp_path / "model.bin").stat().st_size == MIB
        assert seen.app.focused is seen.app.query_one(ArtifactRows)


async def test_what_cannot_be_had_is_left_out_and_said(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    async with showing(workflow(server[0])) as seen:
        rows = seen.app.query_one(ArtifactRows)
        rows.marks = frozenset(item.key for item in rows.items if item.name in ("metrics", "swept"))
        await seen.press("f")
        assert seen.line("status").startswith("save train(1)/metrics as;")
        assert "(1 left out: swept was deleted by artifact GC)" in seen.line("status")
        await seen.press("escape", "u", *"jjjj", "f")
        assert "swept was deleted by artifact GC" in seen.line("status")


async def test_one_that_fails_costs_no_other(server: tuple[str, Buckets], tmp_path: Path) -> None:
    async with showing(workflow(server[0])) as seen:
        rows = seen.app.query_one(ArtifactRows)
        wanted = ("metrics", "lost", "main-logs")
        rows.marks = frozenset(item.key for item in rows.items if item.name in wanted)
        await save_into(seen, tmp_path)
        await seen.until(lambda: "2 saved, 1 not: train(1)/lost" in seen.line("status"))
        assert sorted(os.listdir(tmp_path)) == ["main.log", "metrics.json"]


async def test_files_in_the_way_are_replaced_only_after_a_second_enter(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    for name in ("metrics.json", "model.bin"):
        (tmp_path / name).write_text("mine")
    async with showing(workflow(server[0])) as seen:
        rows = seen.app.query_one(ArtifactRows)
        wanted = ("metrics", "model", "note")
        rows.marks = frozenset(item.key for item in rows.items if item.name in wanted)
        await save_into(seen, tmp_path)
        await seen.until(lambda: "Enter replaces them" in seen.line("status"))
        assert "1 saved, 2 not" in seen.line("status")
        assert (tmp_path / "note").read_text() == "hello\n"
        assert (tmp_path / "model.bin").read_text() == "mine"
        await seen.press("enter")
        await seen.until(lambda: seen.line("status").startswith("saved 2 artifacts"))
        assert (tmp_path / "model.bin").stat().st_size == MIB


async def test_archived_logs_are_hidden_by_a_key_and_come_back(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        before = names(seen)
        assert "main-logs" in before
        await seen.press("H")
        assert names(seen) == [name for name in before if name != "main-logs"]
        assert "without logs" in seen.line("head")
        await seen.press("H")
        assert names(seen) == before and "without logs" not in seen.line("head")


async def test_problems_alone_are_what_is_missing_or_unreadable_and_esc_brings_all_back(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.until(lambda: "missing" in "".join(seen.rows))
        await seen.press("exclamation_mark")
        assert names(seen) == ["lost", "swept"]
        assert "problems only: 2 of 7" in seen.line("head")
        await seen.press("slash", *"swe", "enter")
        assert names(seen) == ["swept"]
        await seen.press("escape")
        assert names(seen) == ["lost", "swept"]
        await seen.press("escape")
        assert len(names(seen)) == 7 and "shown" not in seen.line("head")
        await seen.press("exclamation_mark", "exclamation_mark")
        assert len(names(seen)) == 7
        assert seen.app.escaped == 0


async def test_what_turns_out_to_be_unreadable_comes_to_the_problems_by_itself(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.until_measured()
        rows = seen.app.query_one(ArtifactRows)
        place = rows.items[0].location
        assert place is not None
        await seen.press("exclamation_mark")
        rows.show_facts({place: StoreError("it is away", reason="unreachable")})
        assert names(seen) == ["metrics", "lost", "swept"]
        rows.show_facts({place: Stat(24)})
        assert names(seen) == ["lost", "swept"]


async def test_where_all_can_be_read_the_problems_say_so(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0]), "etl-2") as seen:
        await seen.until(lambda: "6 B" in "".join(seen.rows))
        await seen.press("exclamation_mark")
        assert "nothing is missing or unreadable here; ! shows all" in "".join(seen.rows)


async def test_several_need_a_folder_that_is_there(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("space", "space")
        await save_into(seen, tmp_path / "none")
        assert f"there is no folder {tmp_path / 'none'}" in seen.line("status")
        assert seen.app.query_one("#artifact-path", QueryBar).is_open


async def test_stopping_a_job_stops_what_is_under_way_and_what_comes_after_it(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    from threading import Event

    halted = Event()

    def part(offset: int, length: int) -> bytes:
        # Slow enough to be stopped, but the store has one loop: the small ones are to have a turn.
        halted.wait(0.02)
        return b"\x01" * length

    server[1]["runs"].put("etl/model.bin", Blob(512 * MIB, part, etag="fixed"))
    async with showing(workflow(server[0])) as seen:
        await seen.press("space", "space", "G", "space")
        await save_into(seen, tmp_path)
        await seen.until(lambda: "2 of 3 done" in seen.line("status"))
        assert "downloading train(1)/model" in seen.line("status")
        (job,) = seen.app.jobs.standings
        seen.app.jobs.stop(job.id)
        halted.set()
        await seen.until(lambda: "stopped" in seen.line("status"))
        assert sorted(os.listdir(tmp_path)) == ["metrics.json", "note"]


async def test_the_filter_narrows_while_one_types_and_esc_takes_filter_then_marks_back(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.until_measured()
        await seen.press("slash", *"train js")
        assert names(seen) == ["metrics"]
        assert "1 of 7 shown" in seen.line("head")
        await seen.press("enter", "space")
        assert seen.app.query_one("#artifact-filter", QueryBar).is_open, "it says what is sought"
        await seen.press("escape")
        assert len(names(seen)) == 7 and seen.app.query_one(ArtifactRows).marks
        assert not seen.app.query_one("#artifact-filter", QueryBar).is_open
        await seen.press("escape")
        assert not seen.app.query_one(ArtifactRows).marks and seen.app.escaped == 0
        await seen.press("escape")
        assert int(seen.app.escaped) == 1


async def test_a_filter_that_finds_nothing_says_so_and_esc_while_typing_takes_it_back(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("slash", *"zz")
        assert "no match for “zz”" in "".join(seen.rows)
        await seen.press("escape")
        assert len(names(seen)) == 7
        assert seen.app.focused is seen.app.query_one(ArtifactRows)


async def test_marks_and_filter_are_of_one_list_and_not_of_the_folder_in_it(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("slash", *"shards", "enter", "enter")
        await seen.until(lambda: names(seen) == ["part-00", "part-01"])
        assert not seen.app.query_one("#artifact-filter", QueryBar).is_open
        await seen.press("space", "space")
        await save_into(seen, tmp_path)
        await seen.until(lambda: seen.line("status").startswith("saved 2 artifacts"))
        assert (tmp_path / "part-01").read_text() == "one"
        await seen.press("escape", "escape")
        assert len(names(seen)) == 7
        assert not seen.app.query_one(ArtifactRows).marks


async def test_until_something_is_read_the_list_has_all_the_rows(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(80, 12)) as seen:
        rows = seen.app.query_one(ArtifactRows)
        assert rows.model.page >= 7, "all seven are in sight"
        await seen.press("enter")
        await seen.until(lambda: seen.preview[:1] == ["{"])
        assert rows.model.page < 7
        await seen.press("escape")
        assert rows.model.page >= 7 and seen.app.escaped == 0


async def test_it_is_sorted_by_each_column_and_what_is_not_known_stands_last(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.until_measured()
        ran = names(seen)
        await seen.press(">")
        assert names(seen)[0] == "note", "by step"
        await seen.press(">")
        assert names(seen) == sorted(ran) and "NAME↑" in seen.rows[0]
        await seen.press(">")
        assert names(seen)[0] == "model", "the largest first"
        assert set(names(seen)[-2:]) == {"lost", "swept"}
        await seen.press("S", "r")
        assert names(seen)[-3] == "model"
        assert set(names(seen)[-2:]) == {"lost", "swept"}
        await seen.press("<", "<", "<")
        assert names(seen) == ran
        await seen.press("S", "r")
        assert names(seen) == ran[::-1]


async def test_its_columns_are_chosen_and_names_stay(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.until(lambda: "✔" in "".join(seen.rows))
        usual = seen.rows[0].split()
        assert usual == ["STEP", "NAME", "DIR", "SIZE", "TYPE", "STATE"]
        await seen.press(">", "#")
        menu = seen.app.screen
        assert isinstance(menu, Menu)
        titles = [choice.title for choice in menu.query_one(Table).items]
        assert titles[:2] == ["[x] Step", "[x] Dir"] and "[x] Name" not in titles
        await seen.press("enter", "escape")
        assert seen.rows[0].split() == usual[1:], "without the one it is sorted by"
        await seen.press("#", "r")
        assert [title.rstrip("↑") for title in seen.rows[0].split()] == usual


@pytest.mark.parametrize("columns", [40, 60, 80])
async def test_in_a_wide_list_right_brings_every_column_and_left_the_first_again(
    server: tuple[str, Buckets], columns: int
) -> None:
    async with showing(workflow(server[0]), size=(columns, 24)) as seen:
        await seen.until(lambda: "✔" in "".join(seen.rows))
        before = seen.rows[0].split()
        await seen.press("w")
        titles: list[str] = []
        for _ in range(10):
            titles += seen.rows[0].split()
            await seen.press("right")
        assert {"STEP", "NAME", "DIR", "SIZE", "TYPE", "STATE"} <= set(titles)
        assert seen.rows[0].split()[-1] == "STATE"
        await seen.press(*["left"] * 10)
        assert seen.rows[0].split()[:2] == ["STEP", "NAME"]
        await seen.press("w")
        assert seen.rows[0].split() == before


async def test_in_a_wide_folder_left_goes_to_the_first_columns_and_then_out(
    server: tuple[str, Buckets],
) -> None:
    server[1]["runs"].put("etl/shards/" + "part-with-a-long-name-" * 4, "two")
    async with showing(workflow(server[0]), size=(60, 24)) as seen:
        rows = seen.app.query_one(ArtifactRows)
        rows.move_to(next(item.key for item in rows.items if item.name == "shards"))
        await seen.press("enter")
        await seen.until(lambda: "part-00" in names(seen))
        await seen.press("w", "right", "left")
        assert rows.is_in_folder
        await seen.press("left")
        await seen.until(lambda: not rows.is_in_folder)


@pytest.mark.parametrize("size", [(60, 24), (80, 24)])
async def test_attempts_of_one_step_are_told_apart(
    server: tuple[str, Buckets], size: tuple[int, int]
) -> None:
    one = workflow(server[0])
    for number, node in enumerate(one.nodes.values()):
        msgspec.structs.force_setattr(node, "display_name", f"retryatt-m79f2-main({number})-again")
    async with showing(one, size=size) as seen:
        found = {line.split("  ")[0].split(" ")[1] for line in seen.rows[1:]}
        assert len(found) == 2, seen.rows
        assert {"0" in step for step in found} == {True, False}
