"""A delete that waits for its time in a terminal: what ends it sends nothing, and its seconds cost
few bytes. What is sent is counted at the server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.fake_api import fake_api, write_kubeconfig
from tests.support.pty import Pty, run_tui
from tests.support.served_runs import ServedRuns
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.pty]
NAMES = ("old-1", "old-2")
BYTES_A_SECOND = 60
"""Of the count on the status line: a digit, and how one gets there."""


def with_settings(folder: Path, seconds: int) -> dict[str, str]:
    settings = folder / "config" / "argo-tui" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"delete-wait = {seconds}\n")
    return {"XDG_CONFIG_HOME": str(folder / "config")}


def with_another_context(path: Path) -> None:
    """A second context of the same server."""
    known = json.loads(path.read_text())
    context = {**known["contexts"][0]["context"], "namespace": "other"}
    known["contexts"].append({"name": "second", "context": context})
    path.write_text(json.dumps(known))


@contextmanager
def waiting(
    folder: Path, served: ServedRuns, *, seconds: int = 30, marked: bool = False
) -> Iterator[Pty]:
    """The program, in which a delete has been answered with yes."""
    with fake_api(served) as api:
        path = write_kubeconfig(folder, api.url)
        with_another_context(path)
        env = with_settings(folder, seconds)
        argv = run_tui("--kubeconfig", str(path))
        with Pty(argv, columns=100, rows=24, env=env) as terminal:
            terminal.wait_for("old-2", within=60)
            terminal.quiet()
            if marked:
                terminal.press("*")
                terminal.quiet()
            terminal.press("D")
            terminal.wait_for("Cancel")
            terminal.quiet(still=0.5)
            terminal.press("y")
            terminal.wait_for("sent in ")
            yield terminal
            served_before = sum(served.arrived.values())
        assert sum(served.arrived.values()) == served_before


@pytest.mark.parametrize("way", ["quit", "hang-up"])
def test_leaving_sends_nothing_and_says_so(way: str, tmp_path: Path) -> None:
    served = ServedRuns(NAMES)
    with waiting(tmp_path, served) as terminal:
        if way == "quit":
            terminal.press(":", "q", "enter")
        else:
            os.kill(terminal.process.pid, signal.SIGHUP)
        terminal.wait_for_exit()
        if way == "quit":
            told = terminal.data.decode("utf-8", "replace")
            assert "not sent, since you left before its time" in told
        assert not served.arrived


def test_going_to_another_context_sends_nothing_and_says_so(tmp_path: Path) -> None:
    served = ServedRuns(NAMES)
    with waiting(tmp_path, served) as terminal:
        terminal.press(":", *"ctx second", "enter")
        terminal.wait_for("not sent, since you went elsewhere")
        assert not served.arrived


def test_u_takes_it_back_and_nothing_is_sent(tmp_path: Path) -> None:
    served = ServedRuns(NAMES)
    with waiting(tmp_path, served) as terminal:
        terminal.press("u")
        terminal.wait_for("taken back, nothing was sent")
        assert not served.arrived


def test_escape_in_the_box_of_several_takes_all_of_them_back(tmp_path: Path) -> None:
    served = ServedRuns(NAMES)
    with waiting(tmp_path, served, marked=True) as terminal:
        terminal.press("escape")
        terminal.wait_for("taken back, nothing was sent")
        assert not served.arrived


def test_its_seconds_cost_few_bytes_and_it_is_sent_once(tmp_path: Path) -> None:
    served = ServedRuns(NAMES)
    with waiting(tmp_path, served, seconds=6) as terminal:
        terminal.wait_for("sent in 5 s")
        before = len(terminal.data)
        terminal.wait_for("sent in 2 s")
        # Ages of the list may change once in these seconds, too.
        assert len(terminal.data) - before <= 3 * BYTES_A_SECOND
        wait_until(lambda: served.arrived)
        terminal.wait_for("Deleted old-")
        assert sum(served.arrived.values()) == 1
