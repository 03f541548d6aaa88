"""An editor that does what a test says, and keeps what it was shown."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

SCRIPT = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
file = pathlib.Path(sys.argv[-1])
count = len(list(folder.glob("shown-*")))
text = file.read_text()
(folder / f"shown-{count}").write_text(text)
(folder / "path").write_text(str(file))
steps = json.loads((folder / "steps.json").read_text())
step = steps[count] if count < len(steps) else []
if isinstance(step, int):
    sys.exit(step)
for old, new in step:
    assert old in text, (old, text)
    text = text.replace(old, new)
file.write_text(text)
"""


class ScriptedEditor:
    """Each time it is opened it makes the next step's replacements, or ends with its exit code."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "editor"
        self.folder.mkdir()
        self.state = folder / "state"
        script = self.folder / "editor.py"
        script.write_text(SCRIPT)
        self.command = shlex.join([sys.executable, str(script), str(self.folder)])
        monkeypatch.setenv("EDITOR", self.command)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("XDG_STATE_HOME", str(self.state))
        self.does()

    def does(self, *steps: Sequence[tuple[str, str]] | int) -> None:
        """What it does the first time, the second …; after those it leaves the file as it is."""
        (self.folder / "steps.json").write_text(json.dumps(steps))

    @property
    def shown(self) -> list[str]:
        """What it was shown, each time."""
        count = len(list(self.folder.glob("shown-*")))
        return [(self.folder / f"shown-{at}").read_text() for at in range(count)]

    @property
    def path(self) -> Path:
        """The file that it was given last."""
        return Path((self.folder / "path").read_text())

    @property
    def kept(self) -> list[Path]:
        """The files that are left."""
        return sorted(self.state.glob("argo-tui/edits/*"))
