"""An editor has the terminal of the program while somebody writes, and the program comes back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.terminal.test_shell import Server, comes_back, opened

pytestmark = pytest.mark.pty

EDITOR = """#!{python}
import os, sys
path = sys.argv[-1]
print("an editor, tty", os.isatty(0), os.isatty(1), flush=True)
line = sys.stdin.readline().strip()
text = open(path).read()
open(path, "w").write(text.replace("kind: Workflow", line) if line else text)
"""


@pytest.fixture
def editor(tmp_path: Path) -> str:
    script = tmp_path / "write"
    script.write_text(EDITOR.format(python=sys.executable))
    script.chmod(0o755)
    return str(script)


def test_it_gets_the_terminal_is_opened_again_after_a_fault_and_what_was_typed_is_kept(
    tmp_path: Path, editor: str
) -> None:
    state = tmp_path / "state"
    variables = {"VISUAL": editor, "EDITOR": "/no/such", "XDG_STATE_HOME": str(state)}
    with opened(tmp_path, Server(), **variables) as (terminal, api):  # type: ignore[arg-type]
        terminal.step(":")
        terminal.wait_for("what to do")
        terminal.send(b"edit\r")
        terminal.wait_for("an editor, tty True True")
        terminal.send(b"kind: Sensor\r")
        terminal.wait_until(
            lambda: terminal.data.count(b"an editor, tty True True") == 2,
            "the editor to open again",
        )
        (kept,) = state.glob("argo-tui/edits/*")
        assert kept.read_text().startswith("#! its kind stays Workflow")
        terminal.send(b"\r")
        comes_back(terminal, "what was typed is kept in")
        assert "kind: Sensor" in kept.read_text()
        assert not [
            asked for asked in api.asked if asked.method == "POST" and "workflows" in asked.path
        ]
