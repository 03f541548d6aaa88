"""Workflows out of a pipe, keys from the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.pty import Pty
from tui.errors import UsageError
from tui.terminal.piped import keys_from_terminal

pytestmark = pytest.mark.pty

WORKFLOW = '{"kind": "Workflow", "metadata": {"name": "out-of-a-pipe", "namespace": "argo"}}'


def test_a_piped_workflow_is_opened_and_keys_work(tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(WORKFLOW)
    command = f"cat '{saved}' | '{sys.executable}' -m tui -"
    with Pty(["sh", "-c", command]) as term:
        term.wait_for("out-of-a-pipe")
        term.press("?")
        term.wait_for("Esc closes")
        term.press("ctrl+c", "ctrl+c")
        assert term.wait_for_exit() == 130


def test_a_terminal_is_no_pipe() -> None:
    with Pty([sys.executable, "-m", "tui", "-"]) as term:
        assert term.wait_for_exit() == 2
        assert b"that is this terminal" in term.data


def test_without_a_terminal_the_commands_that_print_are_named(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    before = os.dup(0)
    try:
        os.dup2(reading, 0)
        with (
            pytest.raises(UsageError, match="no terminal to read keys from") as error,
            keys_from_terminal(str(tmp_path / "none")),
        ):
            raise AssertionError("there is no terminal")
    finally:
        os.dup2(before, 0)
        for each in (reading, writing, before):
            os.close(each)
    assert "argo-tui get" in error.value.hint
