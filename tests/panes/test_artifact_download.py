"""How a download is told, and which file a typed path means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.artifacts.base import FolderEntry, FolderListing
from tui.artifacts.items import Item
from tui.domain.artifact import NodeArtifact
from tui.domain.location import RawLocation
from tui.domain.node import NodeId
from tui.panes.artifact_download import progress_line, proposed, targets
from tui.panes.artifact_list import entries_of
from tui.ports.jobs import JobStanding, TaskStanding

MIB = 1 << 20


def standing(*tasks: TaskStanding, seconds: float = 2) -> JobStanding:
    moved = sum(task.done for task in tasks)
    return JobStanding(1, "downloading", tasks, seconds, moved, False)


def test_the_line_says_how_much_how_fast_and_how_long() -> None:
    half = TaskStanding("train/model", "running", 50 * MIB, 100 * MIB)
    assert progress_line(standing(half), ascii=True) == (
        "downloading train/model  ######        50%  50.0 MiB  25.0 MiB/s  eta 3s  :jobs stops it"
    )
    slow = standing(half, seconds=5000)
    assert "  10.2 KiB/s  eta 1h23m  " in progress_line(slow, ascii=True)
    at_first = standing(half, seconds=0.5)
    assert "/s" not in progress_line(at_first, ascii=True)


def test_of_several_the_line_says_how_many_are_done() -> None:
    done = TaskStanding("train/metrics", "done", MIB, MIB)
    half = TaskStanding("train/model", "running", MIB, 3 * MIB)
    next_one = TaskStanding("train/plot", total=0)
    assert progress_line(standing(done, half, next_one), ascii=True).startswith(
        "downloading train/model and 1 more, 1 of 3 done  ######        50%"
    )


def test_where_nobody_knows_the_size_nothing_is_made_up() -> None:
    some = TaskStanding("train/model", "running", 5, None)
    assert progress_line(standing(some, seconds=0), ascii=False) == (
        "downloading train/model  5 B  :jobs stops it"
    )


def test_a_file_or_the_folder_for_several_is_proposed_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert proposed([named("x\x1b/y")]) == str(tmp_path / "x__y")
    assert proposed([named("a"), named("b")]) == f"{tmp_path}/"


def test_a_file_in_a_folder_of_a_folder_is_called_by_all_of_them() -> None:
    owner = named("a/b")
    place = RawLocation("")
    outer = Item(owner.artifact, place)

    def inside(folder: Item, name: str, *, is_folder: bool) -> Item:
        entry = FolderEntry(name, is_folder=is_folder, location=place)
        return entries_of(folder, FolderListing((entry,)))[0]

    shards = inside(outer, "shards", is_folder=True)
    again = inside(shards, "shards", is_folder=True)
    file = inside(again, "0.csv", is_folder=False)
    assert [each.title for each in (shards, again, file)] == [
        "train/model/shards/",
        "train/model/shards/shards/",
        "train/model/shards/shards/0.csv",
    ]
    assert shards.key != again.key, "one inside another of the same name is not the same"


def named(file_name: str, step: str = "train") -> Item:
    place = RawLocation("")
    artifact = NodeArtifact(NodeId(step), step, "model", "out", place, key=file_name)
    return Item(artifact, place, entry=FolderEntry(file_name, is_folder=False, location=place))


def test_several_go_into_a_folder_that_is_there_each_under_a_name_of_its_own(
    tmp_path: Path,
) -> None:
    items = [named("a.txt"), named("out", "one"), named("out", "two"), named("../up", "x/y")]
    assert targets(items, f"{tmp_path}/") == [
        tmp_path / name for name in ("a.txt", "one-out", "two-out", ".._up")
    ]
    assert targets(items, str(tmp_path / "none")) == (
        f"there is no folder {tmp_path / 'none'}; several artifacts need one"
    )
    assert targets(items, " ") == targets(items[:1], "") == "a path is needed; Esc saves nothing"
    assert targets(items[:1], str(tmp_path)) == [tmp_path / "a.txt"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("x" * 300, "File name too long"), ("~nobody-of-that-name/x", "home"), ("a\0b/", "null byte")],
)
@pytest.mark.parametrize("count", [1, 2])
def test_what_can_be_no_path_is_said(text: str, why: str, count: int) -> None:
    found = targets([named("a"), named("b")][:count], text)
    assert isinstance(found, str)
    assert why in found or "there is no folder" in found


def test_where_the_current_folder_is_gone_the_home_is_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert proposed([named("a")]) == str(tmp_path / "a")


def test_names_that_are_the_same_even_with_their_step_still_differ(tmp_path: Path) -> None:
    found = targets([named("out"), named("out"), named("OUT", "train")], str(tmp_path))
    assert isinstance(found, list)
    assert len({str(path).casefold() for path in found}) == 3
