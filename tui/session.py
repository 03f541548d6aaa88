"""The state of the screen when it was left, which a later start restores.

A hang-up always saves it, and the next start on the same cluster removes it. After quitting on
purpose, the last place of each cluster is kept only where the settings ask for it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

MOST_OF_A_NAME = 200
"""Characters of the name of a file; what is cut off makes two clusters share one, at worst."""
MAX_AGE = 24 * 3600.0
"""Seconds after which a saved session is not restored any more."""


class Session(msgspec.Struct, frozen=True):
    """What was on the screen."""

    place: str
    """The label of the cluster; a session is only restored on the same one."""
    namespaces: tuple[str, ...] = ()
    query: str = ""
    sort: str = ""
    descending: bool = True
    namespace: str = ""
    """Namespace of the open workflow; "" if none was open. The same holds for `name`."""
    name: str = ""
    pane: str = ""
    hides_archived: bool = False
    """Whether what is archived was left out of the list."""
    tree_columns: dict[str, bool] = {}
    """Ids of columns of step trees → whether somebody wants them, or does not."""


def is_for(before: Session, namespaces: tuple[str, ...] | None) -> bool:
    """Whether a session is about the namespaces of the command line.

    None means that the command line names none; the empty tuple means all namespaces.
    """
    return namespaces is None or before.namespaces == namespaces


def session_file() -> Path:
    """The path of the saved session, in the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("argo-tui") / "hung-up.json"


def place_file(place: str) -> Path:
    """The path of the last place on a cluster, in the user's state folder."""
    from urllib.parse import quote

    from platformdirs import user_state_path

    # A name of a context may hold slashes and be long; a name of a file may not.
    name = quote(place, safe="@:")
    return user_state_path("argo-tui") / "places" / f"{name[:MOST_OF_A_NAME]}.json"


def last_place(place: str, path: Path | None = None) -> Session | None:
    """Where somebody was on a cluster the last time; None where that is not known."""
    try:
        before = _read((path or place_file(place)).read_bytes())
    except OSError:
        return None
    return before if before is not None and before.place == place else None


def save(session: Session, path: Path | None = None) -> None:
    """Write the session atomically, readable by the user only. Raises: OSError."""
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


def restore(now: float, place: str, path: Path | None = None) -> Session | None:
    """Read the session and remove its file; None if there is none, or it is old or unreadable.

    A session of another cluster than `place` is kept for the next start there. `now` is in seconds
    since 1970.
    """
    target = path or session_file()
    try:
        is_old = now - target.stat().st_mtime > MAX_AGE
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
