"""How a download is told, and which file a typed path means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.domain.artifact import NodeArtifact
from tui.domain.location import RawLocation
from tui.domain.node import NodeId
from tui.panes.artifact_download import Download, chosen, proposed
from tui.panes.artifact_items import Item

MIB = 1 << 20


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def download(clock: Clock) -> Download:
    place = RawLocation("")
    item = Item(NodeArtifact(NodeId("n"), "train", "model", "out", place), place)
    return Download(item, place, Path("x"), False, clock=clock)


def test_it_is_told_a_few_times_a_second_and_always_at_the_end() -> None:
    clock = Clock()
    fetched = download(clock)
    told = []
    for step in range(101):
        clock.now += 0.01
        told.append(fetched.is_news(step * MIB, 100 * MIB))
    assert told[0] and told[-1]
    assert 4 <= sum(told) <= 6


def test_the_line_says_how_much_how_fast_and_how_long() -> None:
    clock = Clock()
    fetched = download(clock)
    fetched.is_news(0, 100 * MIB)
    clock.now += 2
    fetched.is_news(50 * MIB, 100 * MIB)
    line = fetched.line(ascii=True)
    assert line == (
        "downloading train/model  ######        50%  50.0 MiB  25.0 MiB/s  eta 3s  Esc stops"
    )


def test_where_nobody_knows_the_size_nothing_is_made_up() -> None:
    clock = Clock()
    fetched = download(clock)
    fetched.is_news(5, None)
    assert fetched.line(ascii=False) == "downloading train/model  5 B  Esc stops"


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_path_means_nothing(text: str) -> None:
    assert chosen(text, "a") is None


def test_a_folder_means_the_file_in_it_and_a_tilde_is_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert chosen(str(tmp_path), "../a") == tmp_path / ".._a"
    assert chosen("~", "a") == tmp_path / "a"
    assert chosen("~/b", "a") == tmp_path / "b"
    assert chosen(f"{tmp_path}/new/", "a") == tmp_path / "new" / "a"
    monkeypatch.chdir(tmp_path)
    assert proposed("x\x1b/y") == str(tmp_path / "x__y")
