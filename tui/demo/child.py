"""The demo cluster as a child process of the app, which knows it by its kubeconfig only.

The child ends with us, however we end: it reads a pipe whose other end only we hold. Nothing
heavy is imported here.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from tui.demo.extra import check_installed
from tui.errors import SettingsError

FOLDER = "it takes room in the folder for temporary files: TMPDIR names another"

_ENOUGH_SECONDS = 30.0
_PATIENCE_TO_END = 5.0


class DemoChild:
    """A demo cluster that runs in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], facts: dict[str, str]) -> None:
        self._process = process
        self._folder = Path(facts["folder"])
        self.url = facts["url"]
        self.kubeconfig = Path(facts["kubeconfig"])
        self.admin_token = facts["admin_token"]
        """For the switches under /demo."""
        self.s3_endpoint = facts["s3_endpoint"]
        self.s3_bucket = facts["s3_bucket"]
        self.s3_access_key = facts["s3_access_key"]
        self.s3_secret_key = facts["s3_secret_key"]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def __enter__(self) -> DemoChild:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, and see that no file of it is left. May be called again."""
        _end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)


def start(
    *,
    speed: float = 1.0,
    seed: int = 0,
    scale: int = 0,
    port: int = 0,
    plain_http: bool = False,
    scenes: Sequence[str] = (),
) -> DemoChild:
    """Start one; returns as soon as it serves. `scenes` are files of `sources/scene.py`.

    Raises: SettingsError if it does not come to that.
    """
    check_installed()
    flags = [f"--speed={speed}", f"--seed={seed}", f"--scale={scale}", f"--port={port}"]
    flags += [f"--scene={scene}" for scene in scenes]
    if plain_http:
        flags.append("--plain-http")
    with _talk() as talk:
        try:
            process = subprocess.Popen(
                # -P: no module of the folder we happen to be in.
                [sys.executable, "-P", "-m", "tui.demo", *flags],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=talk,
                env=_environment(),
                # Signals of the terminal are for the app, which then ends the child.
                start_new_session=True,
            )
        except OSError as error:
            raise SettingsError(f"the demo cluster cannot be started: {error}") from error
        try:
            facts = _first_line(process, _ENOUGH_SECONDS + scale / 100, talk)
        except BaseException:
            _end(process)
            raise
    return DemoChild(process, facts)


def _talk() -> IO[bytes]:
    """Where a child says why it ends."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise SettingsError(
            f"the demo cluster cannot be started: {error.strerror or error}",
            hint=FOLDER,
        ) from error


def _environment() -> dict[str, str]:
    """Ours, with the way to this very package."""
    ours = str(Path(__file__).resolve().parent.parent.parent)
    others = os.environ.get("PYTHONPATH", "")
    paths = [ours, *([others] if others else [])]
    # Importing aiohttp reads all authorities of the system, which a server never asks for.
    quick = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
    return {**os.environ, **quick, "PYTHONPATH": os.pathsep.join(paths)}


def _first_line(
    process: subprocess.Popen[bytes], seconds: float, talk: IO[bytes]
) -> dict[str, str]:
    """What the child says of itself."""
    assert process.stdout is not None
    said = b""
    until = time.monotonic() + seconds
    while not said.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            raise SettingsError(f"the demo cluster did not start within {seconds:.0f} s")
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            talk.seek(0)
            lines = talk.read().decode(errors="replace").strip().splitlines() or ["no word"]
            raise SettingsError(f"the demo cluster ended at once: {lines[-1]}")
        said += piece
    facts: dict[str, str] = json.loads(said)
    if "error" in facts:
        raise SettingsError(facts["error"], hint=facts.get("hint", ""))
    return facts


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, then insist; let go of its pipes."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    for insist in (process.terminate, process.kill):
        try:
            process.wait(_PATIENCE_TO_END)
            return
        except subprocess.TimeoutExpired:
            insist()
    process.wait()
