"""What was changed in this session: when, where, by whom, what, and what came of it.

Kept in memory, and in a file where the settings name one: a line of JSON for each change, which
nobody else may read. Nothing that looks like a secret is written down: of parameters whose names
say that they are one, the value is left out.
"""

from __future__ import annotations

import os
import re
import shlex
import threading
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from tui.domain.hidden import HIDDEN, without_secrets

KEPT = 1000
"""Changes that are kept in memory."""
SECRET = re.compile(r"(?i)secret|token|passw(?:or)?d|pwd|credential|api[-_]?key|private[-_]?key")
VALUED = ("-p", "--parameter")


class Entry(msgspec.Struct, frozen=True):
    """One change, carried out or not."""

    at: str
    """When, in RFC 3339."""
    context: str
    namespace: str
    kind: str
    """Id of the kind."""
    name: str
    action: str
    """The action's id."""
    what: str
    """`Retry nightly-etl-x7k2p`."""
    who: str
    """The account, as its token says; "" where that is not known."""
    is_done: bool
    result: str
    """What was said of it."""
    command: str
    """The command line that does the same."""


class Audit:
    """The changes of a session. Any thread may add one."""

    def __init__(self, file: str = "") -> None:
        """`file` is written to as well; "" for none."""
        self._file = os.path.expanduser(file)
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.trouble = ""
        """Why the file could not be written, the last time; "" if it could."""

    @property
    def entries(self) -> Sequence[Entry]:
        """Those that are kept, the newest last."""
        with self._lock:
            return tuple(self._entries)

    @property
    def file(self) -> str:
        """Where they are written as well; "" for nowhere."""
        return self._file

    def add(self, entry: Entry) -> None:
        """Keep one, and write it to the file, if there is one; what goes wrong is `trouble`."""
        entry = msgspec.structs.replace(
            entry,
            result=without_secrets(entry.result),
            command=shown_command(entry.command),
        )
        with self._lock:
            self._entries.append(entry)
            if self._file:
                self._write(entry)

    def _write(self, entry: Entry) -> None:
        line = msgspec.json.encode(entry) + b"\n"
        try:
            # One write to a file that is only appended to: lines of two programs do not mix.
            opened = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(opened, line)
            finally:
                os.close(opened)
        except OSError as error:
            self.trouble = f"{self._file}: {error.strerror or error}"
        else:
            self.trouble = ""


def moment(now: datetime) -> str:
    """A time as entries have it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown_command(command: str) -> str:
    """A command line without the values of parameters that look like secrets."""
    try:
        words = shlex.split(command)
    except ValueError:
        return without_secrets(command)
    kept: list[str] = []
    before = ""
    for word in words:
        name, equals, _ = word.partition("=")
        if before in VALUED and equals and SECRET.search(name):
            word = f"{name}={HIDDEN}"
        kept.append(word)
        before = word
    return without_secrets(shlex.join(kept))
