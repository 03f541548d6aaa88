"""Where somebody was when their terminal hung up, for the next start to go on from there.

Only a hang-up writes it, and the next start on the same cluster takes it away again: leaving on
purpose begins anew.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

LASTS = 24 * 3600.0
"""Seconds after which nobody means to go on any more."""


class Session(msgspec.Struct, frozen=True):
    """What was on the screen."""

    place: str
    """The source's label: another cluster is another story."""
    namespaces: tuple[str, ...] = ()
    query: str = ""
    sort: str = ""
    descending: bool = True
    namespace: str = ""
    """Of the workflow that was open; "" for none, as is `name`."""
    name: str = ""
    pane: str = ""


def fits(before: Session, asked: tuple[str, ...] | None) -> bool:
    """Whether to go on from there: in the namespaces that were asked for.

    `asked` is None where the command line leaves them open; all of them are the empty tuple.
    """
    return asked is None or before.namespaces == asked


def session_file() -> Path:
    """Where it is written: the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("argo-tui") / "hung-up.json"


def save(session: Session, path: Path | None = None) -> None:
    """Write it, whole or not at all, for nobody else to read. Raises: OSError."""
    target = path or session_file()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(session))
        os.replace(name, target)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def take(now: float, place: str, path: Path | None = None) -> Session | None:
    """Read it and remove it; None if there is none, if it is old, or if it cannot be read.

    That of another cluster than `place` stays, until somebody goes there again.
    """
    target = path or session_file()
    try:
        is_old = now - target.stat().st_mtime > LASTS
        before = _read(target.read_bytes())
        if before is not None and not is_old and before.place != place:
            return None
        target.unlink()
    except OSError:
        return None
    return None if is_old else before


def _read(data: bytes) -> Session | None:
    try:
        return msgspec.json.decode(data, type=Session)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
