"""Secrets that TLS wants as files are on no disk, or at least not for longer than we are."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui.sources.private_files import PREFIX, private_file, sweep

needs_memory = pytest.mark.skipif(
    not hasattr(os, "memfd_create"), reason="files in memory are Linux's"
)


@needs_memory
def test_a_secret_is_in_memory_and_can_be_read_again_and_again() -> None:
    path = private_file("the key")
    assert path.startswith("/proc/self/fd/")
    assert [Path(path).read_text("utf-8") for _ in range(3)] == ["the key"] * 3
    assert private_file("the key") == path
    assert private_file("another key") != path


@needs_memory
def test_no_child_is_given_it() -> None:
    path = private_file("a key that is not for children")
    code = f"import os; print(os.path.exists({path!r}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    descriptor = int(Path(path).name)
    assert not os.get_inheritable(descriptor)
    assert told.stdout == "False\n"


def in_another_process(code: str, around: Path) -> str:
    """What a process without files in memory prints."""
    begin = (
        "import os, signal, sys\n"
        "if hasattr(os, 'memfd_create'): del os.memfd_create\n"
        "from tui.sources.private_files import private_file\n"
        "path = private_file('the key')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", begin + code],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(around)},
    )
    assert done.stdout, done.stderr
    return done.stdout.strip()


def test_without_files_in_memory_it_is_in_a_folder_that_goes_at_the_end(tmp_path: Path) -> None:
    modes = in_another_process(
        "s = os.stat\nprint(oct(s(path).st_mode), oct(s(os.path.dirname(path)).st_mode))", tmp_path
    )
    file, folder = (int(mode, 8) for mode in modes.split())
    assert (stat.S_IMODE(file), stat.S_IMODE(folder)) == (0o600, 0o700)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_when_the_next_begins(tmp_path: Path) -> None:
    left = in_another_process(
        "print(path, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)", tmp_path
    )
    assert Path(left).exists()
    in_another_process("print(path)", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_leaves_alone_what_is_not_ours_or_still_used(tmp_path: Path) -> None:
    kept = [f"{PREFIX}{os.getpid()}-x1", f"{PREFIX}notes", "argo-tui-other"]
    for name in kept:
        (tmp_path / name).mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE
    )
    mine = tmp_path / "argo-tui-other" / "mine"
    mine.write_text("stays")
    link = f"{PREFIX}{int(ended.stdout)}-x1"
    (tmp_path / link).symlink_to("argo-tui-other")
    kept.append(link)
    sweep(tmp_path)
    assert mine.read_text() == "stays"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
