"""However a terminal or a person ends the program: soon, and the terminal as it was."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from tests.support.fake_api import (
    Asked,
    Reply,
    listing,
    secure_api,
    workflow,
    write_kubeconfig,
)
from tests.support.pty import Pty, run_tui

pytestmark = pytest.mark.pty

ROOT = Path(__file__).resolve().parents[2]
SAVED = str(ROOT / "tests" / "saved" / "nightly.yaml")


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "l"), ("question_mark",)])
@pytest.mark.parametrize("is_at_rest", [False, True])
def test_a_terminal_that_closes_ends_the_program_at_once(
    keys: tuple[str, ...], is_at_rest: bool
) -> None:
    with Pty(run_tui(SAVED), columns=100, rows=30) as shown:
        shown.wait_for("nightly")
        shown.press(*(key.replace("question_mark", "?") for key in keys))
        if is_at_rest:
            shown.quiet(still=0.2)
        master, shown.master = shown.master, os.open(os.devnull, os.O_RDONLY)
        begun = time.monotonic()
        os.close(master)
        assert shown.process.wait(20) == 129
        # Half a second where the machine is free; the end without asking would come after five.
        assert time.monotonic() - begun < 4


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM])
def test_a_signal_that_ends_the_program_leaves_the_terminal_as_it_was(number: int) -> None:
    with Pty(run_tui(SAVED), columns=100, rows=30) as shown:
        # As it is after the program has ended, too: the terminal is ours.
        before = termios.tcgetattr(shown.master)
        shown.wait_for("nightly")
        assert termios.tcgetattr(shown.master) != before
        os.kill(shown.process.pid, number)
        shown.wait_for_exit()
        assert termios.tcgetattr(shown.master) == before
        assert shown.data.rstrip().endswith(b"\x1b[?1004l")


def test_a_stop_from_elsewhere_and_a_continuation_leave_one_keyboard() -> None:
    with Pty(run_tui(SAVED), columns=100, rows=30) as shown:
        shown.wait_for("nightly")
        shown.quiet(still=0.2)
        for _ in range(3):
            os.kill(shown.process.pid, signal.SIGSTOP)
            shown.wait_until(lambda: shown.is_stopped, "it to stop")
            os.kill(shown.process.pid, signal.SIGCONT)
            shown.quiet(still=0.3)
        shown.send(b":q\r")
        assert shown.wait_for_exit() == 0


def test_the_size_of_the_terminal_wins_over_the_environment() -> None:
    env = {"COLUMNS": "9999", "LINES": "9999"}
    with Pty(run_tui(SAVED), columns=90, rows=20, env=env) as shown:
        shown.wait_for("nightly")
        shown.quiet(still=0.2)
        assert "? Help" in shown.picture().splitlines()[-1]
        shown.during(lambda: shown.resize(70, 15), still=0.3)
        assert "? Help" in shown.picture().splitlines()[-1]


@pytest.mark.parametrize("key", ["?", ":", "q"])
def test_ctrl_r_paints_anew_whatever_is_in_front(key: str) -> None:
    with Pty(run_tui(SAVED), columns=90, rows=20) as shown:
        shown.wait_for("nightly")
        shown.quiet(still=0.2)
        shown.step(key, still=0.3)
        before = shown.picture()
        shown.emulator.feed(b"\x1b[2J")
        shown.step("ctrl+r", still=0.3)
        assert shown.picture() == before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TEXTUAL_DRIVER", "nowhere:Driver", "TEXTUAL_DRIVER names no driver"),
        ("TEXTUAL_DRIVER", "nonsense", "TEXTUAL_DRIVER names no driver"),
        ("TEXTUAL_LOG", "/nowhere/log", "TEXTUAL_LOG names a file that cannot be written"),
    ],
)
def test_a_variable_that_cannot_be_used_is_said(name: str, value: str, words: str) -> None:
    with Pty(run_tui(SAVED), columns=90, rows=20, env={name: value}) as shown:
        assert shown.wait_for_exit() == 2
        assert words.encode() in shown.data
        assert b"Traceback" not in shown.data


def test_where_nothing_can_be_written_the_exit_code_says_what_happened() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as nowhere:
        for words, code in ((["list", "--kubeconfig", "/nope"], 2), (["list", "-f", SAVED], 1)):
            done = subprocess.run(
                [sys.executable, "-m", "tui", *words], stdout=nowhere, stderr=nowhere, cwd=ROOT
            )
            assert done.returncode == code


def children(pid: int) -> list[int]:
    """The processes that it started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc here")
def test_a_demo_that_is_killed_with_its_app_leaves_nothing_after_the_next_start(
    tmp_path: Path,
) -> None:
    env = {"TMPDIR": str(tmp_path)}
    with Pty(run_tui("--demo"), columns=100, rows=30, env=env) as shown:
        shown.wait_for("live")
        for pid in (*children(shown.process.pid), shown.process.pid):
            os.kill(pid, signal.SIGKILL)
        shown.process.wait(20)
    left = list(tmp_path.glob("argo-tui-demo-*"))
    assert left, "what is killed cannot tidy up"
    done = subprocess.run(
        run_tui("--demo", "list"), env={**os.environ, **env}, cwd=ROOT, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("argo-tui-demo-*"))


def test_a_client_key_is_on_no_disk_when_the_program_is_killed(tmp_path: Path) -> None:
    if not hasattr(os, "memfd_create"):
        pytest.skip("this system has no files in memory; tests/sources/test_private_files.py")
    authority = Authority()
    certificate, key = authority.issue("jane")
    user = {
        f"client-{name}-data": base64.b64encode(text.encode()).decode()
        for name, text in (("certificate", certificate), ("key", key))
    }
    folders = {name: tmp_path / name.lower() for name in ("TMPDIR", "XDG_RUNTIME_DIR", "HOME")}
    for folder in folders.values():
        folder.mkdir()
    seen: list[str] = []

    def answer(asked: Asked, reply: Reply) -> None:
        seen.append(asked.certificate)
        if asked.is_watch:
            reply.begin()
            reply.hold()
        else:
            reply.json(listing(workflow("one")))

    with secure_api(answer, authority.server("127.0.0.1")) as api:
        path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
        argv = run_tui("--kubeconfig", str(path))
        env = {name: str(folder) for name, folder in folders.items()}
        with Pty(argv, columns=100, rows=30, env=env) as shown:
            shown.wait_for("one")
            os.kill(shown.process.pid, signal.SIGKILL)
            shown.process.wait(20)
    assert set(seen) == {"jane"}
    secret = key.splitlines()[1].encode()
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file != path]
    assert [file for file in files if secret in file.read_bytes()] == []
