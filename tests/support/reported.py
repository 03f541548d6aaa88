"""What somebody reported, as a test in one line: files in `tests/saved/`, of any kind that opens.

    said = run(["why", reported("build-failed.argo.tgz")])
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown: …
    opened = Opened(scenes=[scene("build-failed.argo.tgz", tmp_path)])

A run that `argo-tui save` wrote, a recording, or YAML. CONTRIBUTING.md says how one gets there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.where import where
from tui.ports.connection import Connection
from tui.settings import Settings
from tui.sources import open_source
from tui.sources.scene import as_json

SAVED = Path(__file__).resolve().parents[1] / "saved"


def reported(name: str) -> str:
    """The path of a file."""
    path = SAVED / name
    assert path.is_file(), f"there is no {name} in {SAVED}"
    return str(path)


def source_of(name: str) -> Connection:
    """The connection that it is; whoever asks for it closes it."""
    return open_source(where(files=(reported(name),)))


def showing_reported(name: str) -> dict[str, Any]:
    """How `showing` shows it, at its own time."""
    settings = Settings(files=(reported(name),))
    return {"connect": lambda demo: open_source(settings), "settings": settings, "own_time": True}


def scene(name: str, folder: Path) -> str:
    """It as a scene of the demo, whose file is in this folder."""
    path = folder / f"{name}.json"
    path.write_bytes(as_json(reported(name)))
    return str(path)
