"""The private folder of a demo cluster: its kubeconfig and its authority.

Who is killed outright cannot tidy up. So each process keeps its folder locked; the system unlocks
it with the process, however that ends, and the next cluster to start removes what nobody holds any
more.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "argo-tui-demo-"
BEING_MADE = f".{PREFIX}"
"""A folder has this prefix until it is locked."""
_SECONDS_TO_MAKE = 60.0
"""After so long nobody is at it any more: its process was killed right then."""


class Folder:
    """A folder of this process alone, until it is removed."""

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        _clear(parent)
        making = Path(tempfile.mkdtemp(prefix=BEING_MADE, dir=parent))
        self._held = os.open(making, os.O_RDONLY)
        fcntl.flock(self._held, fcntl.LOCK_EX)
        # It has the name by which it is found only once it is locked.
        self.path = making.rename(parent / making.name.removeprefix("."))

    def remove(self) -> None:
        """Leave no file behind. May be called again."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._held >= 0:
            os.close(self._held)
            self._held = -1


def _clear(parent: Path) -> None:
    """Remove our folders whose processes are no more."""
    for folder in (*parent.glob(f"{PREFIX}*"), *parent.glob(f"{BEING_MADE}*")):
        try:
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue  # removed meanwhile, or somebody else's
        try:
            about = os.fstat(held)
            age = time.time() - about.st_mtime
            is_new = folder.name.startswith(BEING_MADE) and age < _SECONDS_TO_MAKE
            if about.st_uid == os.getuid() and not is_new:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # a cluster that lives holds it
        finally:
            os.close(held)
