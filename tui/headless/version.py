"""What program this is, in one line: for `--version`, and for whoever reports a fault.

The commit stands in a file beside the modules where the package was built (hatch_build.py); in a
checkout git is asked. Neither is looked at unless somebody asks.
"""

from __future__ import annotations

import platform
import subprocess
from importlib import metadata
from pathlib import Path

from tui import __version__

PACKAGE = Path(__file__).resolve().parents[1]
COMMIT = "commit.txt"
PATIENCE = 2.0
"""Seconds that git may take."""


def version_line(package: Path = PACKAGE) -> str:
    """`argo-tui 0.1.0 (commit 0123456789ab, Python 3.11.7, Textual 8.2.8)`."""
    parts = [f"Python {platform.python_version()}", f"Textual {_version_of('textual')}"]
    commit = commit_of(package)
    if commit:
        parts.insert(0, f"commit {commit}")
    return f"argo-tui {__version__} ({', '.join(parts)})"


def commit_of(package: Path) -> str:
    """The commit that a package was made of, `-dirty` where it was changed; "" if nobody knows."""
    try:
        return (package / COMMIT).read_text("ascii").strip()
    except (OSError, ValueError):
        pass
    # A package that is installed somewhere within another project's checkout is not of that.
    if not (package.parent / ".git").exists():
        return ""
    describe = ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]
    try:
        said = subprocess.run(
            describe, cwd=package.parent, capture_output=True, timeout=PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout.decode("ascii", "replace").strip()


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"
