"""Writes the commit that a package is made of into it (tui/commit.txt), for `--version`.

In a checkout git knows it; in an unpacked source package the file is there already.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMMIT = "tui/commit.txt"


class CommitHook(BuildHookInterface[Any]):
    """For wheels and source packages; a checkout that is installed in place needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the file put into the package, if the commit is known."""
        root = Path(self.root)
        if version == "editable" or (root / COMMIT).exists() or not (root / ".git").exists():
            return
        describe = ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]
        try:
            said = subprocess.run(describe, cwd=root, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.display_warning(f"the commit is not known: {error}")
            return
        self._folder = tempfile.TemporaryDirectory()
        written = Path(self._folder.name, "commit.txt")
        written.write_bytes(said.stdout)
        build_data["force_include"][str(written)] = COMMIT

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The file is in the package by now."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()
