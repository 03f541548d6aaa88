"""Going on after a hang-up: written once, read once, by the same user, on the same cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tui.session import MAX_AGE, Session, is_for, last_place, place_file, restore, save

SEEN = Session("prod-eu", ("ml-etl",), "phase:failed", "duration", False, "ml-etl", "etl-1", "logs")


def test_what_was_saved_is_taken_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "hung-up.json"
    save(SEEN, path)
    now = path.stat().st_mtime + 5
    assert restore(now, "prod-eu", path) == SEEN
    assert restore(now, "prod-eu", path) is None


def test_nobody_else_may_read_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "hung-up.json"
    save(SEEN, path)
    save(SEEN, path)
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir()] == ["hung-up.json"]


def test_after_a_day_one_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "hung-up.json"
    save(SEEN, path)
    assert restore(path.stat().st_mtime + MAX_AGE + 1, "staging", path) is None
    assert not path.exists()


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"\xff\x00", b'{"place": "\xff"}', b'{"place": 3}', b"[]", b'{"query": "x"}'],
)
def test_rubbish_is_no_session(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "hung-up.json"
    path.write_bytes(rubbish)
    assert restore(path.stat().st_mtime, "prod-eu", path) is None


def test_a_folder_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        save(SEEN, tmp_path / "file" / "hung-up.json")


@pytest.mark.parametrize(
    ("asked", "goes_on"), [(None, True), (("ml-etl",), True), (("argo",), False), ((), False)]
)
def test_what_the_command_line_asks_for_comes_first(
    asked: tuple[str, ...] | None, goes_on: bool
) -> None:
    assert is_for(SEEN, asked) is goes_on


def test_who_goes_to_another_cluster_meanwhile_can_still_go_on_in_the_first(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hung-up.json"
    save(SEEN, path)
    now = path.stat().st_mtime + 5
    assert restore(now, "staging", path) is None
    assert restore(now, "prod-eu", path) == SEEN


def test_the_last_place_of_each_cluster_is_kept_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    odd = "arn:aws:eks:eu-1:123:cluster/../x"
    for place in ("prod-eu", odd):
        save(structs.replace(SEEN, place=place), place_file(place))
    for _ in range(2):
        assert last_place("prod-eu") == SEEN
        assert last_place(odd) == structs.replace(SEEN, place=odd)
    assert last_place("staging") is None
    assert {path.parent for path in tmp_path.rglob("*.json")} == {tmp_path / "argo-tui" / "places"}


def test_two_clusters_whose_long_names_begin_alike_are_not_taken_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, other = "x" * 300, "x" * 301
    save(structs.replace(SEEN, place=one), place_file(one))
    assert last_place(one) is not None
    assert last_place(other) is None
