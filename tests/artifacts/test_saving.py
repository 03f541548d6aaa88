"""Downloads become files whole or not at all, under names that do no harm."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui.artifacts.base import StoreError
from tui.artifacts.saving import (
    LONGEST_NAME,
    SafeTree,
    safe_name,
    typed_file,
    whole_file,
    whole_folder,
)


def test_a_typed_folder_means_the_file_in_it_and_a_tilde_is_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed_file(str(tmp_path), "../a") == tmp_path / ".._a"
    assert typed_file("~", "a") == tmp_path / "a"
    assert typed_file("~/b", "a") == tmp_path / "b"
    assert typed_file(f"{tmp_path}/new/", "a") == tmp_path / "new" / "a"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a path is needed"),
        ("  ", "a path is needed"),
        ("~nobody-of-that-name/x", "this path cannot be used: .*home"),
        ("a\0b", "this path cannot be used: it contains a null byte"),
    ],
)
def test_what_can_be_no_path_is_said(text: str, why: str) -> None:
    with pytest.raises(StoreError, match=why):
        typed_file(text, "a")


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with whole_file(target, size=3, overwrite=False) as part:
        part.write_bytes(b"abc")
        assert not target.exists()
    assert target.read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x"]


def test_a_failure_leaves_neither_the_file_nor_its_beginning(tmp_path: Path) -> None:
    with pytest.raises(KeyError), whole_file(tmp_path / "x", size=3, overwrite=False) as part:
        part.write_bytes(b"a")
        raise KeyError
    with pytest.raises(KeyError), whole_folder(tmp_path / "y", size=3) as folder:
        (folder / "a").write_bytes(b"a")
        raise KeyError
    assert os.listdir(tmp_path) == []


def test_a_file_that_somebody_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with (
        pytest.raises(StoreError) as error,
        whole_file(target, size=None, overwrite=False) as part,
    ):
        part.write_bytes(b"ours")
        target.write_bytes(b"theirs")
    assert error.value.reason == "exists"
    assert target.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["x"]


def test_a_link_that_leads_nowhere_is_in_the_way_too(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to(tmp_path / "nowhere")
    with (
        pytest.raises(StoreError) as error,
        whole_file(tmp_path / "x", size=None, overwrite=False),
    ):
        pass
    assert error.value.reason == "exists"


def test_a_pipe_or_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(StoreError, match="not a file") as error,
        whole_file(tmp_path / "pipe", size=None, overwrite=True),
    ):
        pass
    assert error.value.reason == "disk"
    assert (tmp_path / "pipe").is_fifo()


def test_replacing_replaces_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"keep")
    (tmp_path / "x").symlink_to(tmp_path / "real")
    with whole_file(tmp_path / "x", size=None, overwrite=True) as part:
        part.write_bytes(b"new")
    assert (tmp_path / "real").read_bytes() == b"keep"
    assert (tmp_path / "x").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "full"), (errno.EACCES, "no permission"), (errno.EIO, "cannot write")],
)
def test_what_the_disk_refuses_is_told_in_words(tmp_path: Path, number: int, words: str) -> None:
    with (
        pytest.raises(StoreError) as error,
        whole_file(tmp_path / "x", size=None, overwrite=False),
    ):
        raise OSError(number, os.strerror(number))
    assert error.value.reason == "disk"
    assert words in error.value.what
    assert os.listdir(tmp_path) == []


def test_where_the_beginning_of_a_file_cannot_be_removed_either_the_first_trouble_is_told(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    with (
        pytest.raises(StoreError, match="no permission to write to") as caught,
        whole_file(folder / "a", size=None, overwrite=False) as part,
    ):
        part.unlink()
        # As on a disk that can only be read: what is asked of it next fails with another error.
        folder.rmdir()
        folder.write_text("")
        raise OSError(errno.EROFS, "Read-only file system")
    assert caught.value.reason == "disk"


@pytest.mark.parametrize("target", ["no/such/folder/x", ".", "a" * 300, "a" * 5000])
def test_a_path_that_cannot_be_a_file_is_refused_at_once(tmp_path: Path, target: str) -> None:
    with (
        pytest.raises(StoreError),
        whole_file(tmp_path / target, size=None, overwrite=True),
    ):
        raise AssertionError("never begun")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.txt", "a.txt"),
        ("..", "__"),
        (".", "_"),
        ("", "_"),
        ("a/b\\c\0", "a_b_c_"),
        ("x\x1b[2J\u202e", "x_[2J_"),
        (".hidden", ".hidden"),
        ("ünï 日本", "ünï 日本"),
        ("\ud800", "_"),
    ],
)
def test_any_text_becomes_one_harmless_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(some.text())
def test_no_text_makes_a_name_that_leads_elsewhere_or_is_too_long(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert "/" not in safe and "\0" not in safe
    assert len(safe.encode()) <= LONGEST_NAME


def test_long_names_that_differ_in_the_middle_stay_apart_and_keep_their_ends() -> None:
    one, two = (safe_name(f"{'a' * 200}{n}{'b' * 200}.json") for n in (1, 2))
    assert one != two
    assert one.endswith(".json")


@given(some.lists(some.text(alphabet="aA/.é\u0301", max_size=8), unique=True, max_size=12))
def test_every_object_of_a_folder_gets_a_path_of_its_own_inside_it(names: list[str]) -> None:
    tree = SafeTree()
    paths = [tree.path(name) for name in names]
    assert all(not path.is_absolute() and ".." not in path.parts for path in paths)
    folded = [str(path).casefold() for path in paths]
    assert len(set(folded)) == len(paths)
    files, folders = set(paths), {parent for path in paths for parent in path.parents}
    assert not files & folders, "what is a file for one object is no folder for another"
