"""Where somebody was when their terminal hung up, for the next start to go on from there.

Only a hang-up writes it, and the next start takes it away again: leaving on purpose begins anew.
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


def fits(before: Session, place: str, asked: tuple[str, ...] | None) -> bool:
    """Whether to go on from there: the same cluster, and the namespaces that were asked for.

    `asked` is None where the command line leaves them open; all of them are the empty tuple.
    """
    return before.place == place and (asked is None or before.namespaces == asked)


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


def take(now: float, path: Path | None = None) -> Session | None:
    """Read it and remove it; None if there is none, if it is old, or if it cannot be read."""
    target = path or session_file()
    try:
        age = now - target.stat().st_mtime
        data = target.read_bytes()
        target.unlink()
    except OSError:
        return None
    if age > LASTS:
        return None
    try:
        return msgspec.json.decode(data, type=Session)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
