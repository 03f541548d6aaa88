"""Secrets that a library wants as files: in memory where that can be, else gone by the next start.

TLS takes certificates and keys by the names of files. On Linux such a file is one in memory, which
has a name only for us and ends with the process, however it ends. Elsewhere it lies in a folder of
this process that nobody else can look into; the folder goes at the end, and what a process that was
killed left behind goes when the next one makes its own.
"""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from tui.errors import SettingsError

PREFIX = "argo-tui-secrets-"

_lock = threading.Lock()
_made: dict[str, str] = {}
"""By what is in them, so that reading the same kubeconfig again makes no more of them."""


def private_file(content: str) -> str:
    """The path of a file with this content, which this process alone can read.

    Raises: SettingsError where there is no place for it.
    """
    with _lock:
        path = _made.get(content)
        if path is None:
            try:
                path = _in_memory(content) or _in_folder(content, f"{len(_made)}.pem")
                _made[content] = path
            except OSError as error:
                raise SettingsError(
                    "no file can be made for the certificate of the kubeconfig: "
                    f"{error.strerror or error}",
                    hint="it takes a folder for temporary files: TMPDIR names one",
                ) from error
    return path


def _in_memory(content: str) -> str:
    """A file in memory; "" where there is no such thing."""
    make = getattr(os, "memfd_create", None)
    if make is None:
        return ""
    try:
        descriptor = make("argo-tui", os.MFD_CLOEXEC)
    except OSError:
        return ""
    path = f"/proc/self/fd/{descriptor}"
    # Opened by its name, each reader begins at its beginning. Kept open for as long as we are.
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content.encode())
    if os.path.exists(path):
        return path
    os.close(descriptor)
    return ""


def _in_folder(content: str, name: str) -> str:
    path = _folder() / name
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode())
    return str(path)


@cache
def _folder() -> Path:
    """The folder of this process, which is made when it is first asked for.

    Its name cannot be foreseen, so that in a folder that others write into, too, nobody else makes
    it first.
    """
    import atexit
    import tempfile

    around = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    sweep(around)
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=around))
    atexit.register(_remove, path)
    return path


def sweep(around: Path) -> None:
    """Remove the folders of our processes that are no more; a link is none of them."""
    for path in around.glob(f"{PREFIX}*"):
        number = path.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(OSError):
            told = path.lstat()
            is_ours = stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid()
            if is_ours and number.isdecimal() and not _lives(int(number)):
                _remove(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _remove(path: Path) -> None:
    with suppress(OSError):
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
