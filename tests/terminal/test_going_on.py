"""What the program remembers of a terminal that hung up."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.pty import Pty, run_tui
from tui.session import Session, save

pytestmark = pytest.mark.pty


def test_the_demo_leaves_alone_what_is_remembered_of_a_cluster(tmp_path: Path) -> None:
    note = tmp_path / "argo-tui" / "hung-up.json"
    save(Session("demo", ("argo",), query="phase:failed"), note)
    before = note.read_bytes()
    with Pty(
        run_tui("--demo"), columns=100, rows=30, env={"XDG_STATE_HOME": str(tmp_path)}
    ) as shown:
        shown.wait_for("diamond", within=60)
        assert not shown.emulator.shows("going on from where")
        os.kill(shown.process.pid, signal.SIGHUP)
        shown.wait_for_exit(within=60)
    assert note.read_bytes() == before
