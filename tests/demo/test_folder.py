"""The folders of demo clusters: each is removed, at the latest by the next one to start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui.demo.folder import BEING_MADE, PREFIX, Folder

ROOT = Path(__file__).resolve().parent.parent.parent
MAKE = "import time; from tui.demo.folder import Folder; f = Folder(); print(f.path, flush=True);"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files of this test alone, here and in processes it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


def started() -> tuple[subprocess.Popen[bytes], Path]:
    """A process with a folder."""
    code = f"{MAKE} time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    with process.stdout as stdout:
        return process, Path(stdout.readline().decode().strip())


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def test_a_folder_is_private_and_goes_when_it_is_removed(tmp_path: Path) -> None:
    folder = Folder()
    assert folder.path.parent == tmp_path and folder.path.name.startswith(PREFIX)
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "kubeconfig").write_text("{}")
    folder.remove()
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_start() -> None:
    process, path = started()
    (path / "kubeconfig").write_text("{}")
    end(process)
    assert path.exists()
    folder = Folder()
    assert not path.exists() and folder.path.exists()
    folder.remove()


def test_what_was_killed_while_it_made_its_folder_leaves_none_either(tmp_path: Path) -> None:
    new, old = (tmp_path / f"{BEING_MADE}{name}" for name in ("new", "old"))
    for each in (new, old):
        each.mkdir()
    long_ago = time.time() - 3600
    os.utime(old, (long_ago, long_ago))
    folder = Folder()
    assert new.exists(), "somebody may be about to lock it"
    assert not old.exists()
    folder.remove()


def test_the_folder_of_a_process_that_lives_stays() -> None:
    process, path = started()
    try:
        folder = Folder()
        assert path.exists()
        folder.remove()
        assert path.exists()
    finally:
        end(process)


def test_a_link_of_that_name_is_not_followed(tmp_path: Path) -> None:
    there = tmp_path / "precious"
    there.mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(there)
    folder = Folder()
    assert there.exists() and (tmp_path / f"{PREFIX}link").is_symlink()
    folder.remove()
