"""Printing for headless commands: output to stdout, messages to stderr, nothing unprintable.

Both streams are looked up when something is printed, because a test or another program may have
replaced them.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TextIO

from tui.domain import decode
from tui.domain.hidden import IN_USE
from tui.domain.names import alike
from tui.domain.text import clean, clean_lines
from tui.domain.workflow import Manifest
from tui.errors import InputError, TuiError, UsageError

_UNSAFE = re.compile(r"[^\x20-\x7e\n]")
SIGNS = "✔─"
"""An encoding that has these characters has all characters that we print."""


class OutputError(TuiError):
    """Stdout cannot be written to any more, for example because the disk is full."""


def say(text: str) -> None:
    """Print a message to stderr."""
    # Where stderr is closed, `print` would print to stdout.
    if sys.stderr is not None:
        # An error of stderr itself cannot be reported anywhere.
        with contextlib.suppress(OSError):
            print(clean_lines(text), file=sys.stderr)


def note(text: str) -> None:
    """Print a message that is no error."""
    say(f"argo-tui: note: {text}")


def counted(names: Sequence[str], *, now: Callable[[], float] = time.monotonic) -> Iterator[str]:
    """Yield the names, and show a count on a terminal if that takes a while."""
    stream = sys.stderr
    is_watched = stream is not None and stream.isatty()
    next_at = now() + COUNT_DELAY
    has_shown = False
    for done, name in enumerate(names):
        if is_watched and now() >= next_at:
            stream.write(f"\rreading files: {done:,} of {len(names):,} ")
            stream.flush()
            next_at, has_shown = now() + COUNT_INTERVAL, True
        yield name
    if has_shown:
        stream.write("\r\x1b[K")
        stream.flush()


COUNT_DELAY, COUNT_INTERVAL = 2.0, 0.25
"""Seconds until the first count is shown, and between two counts."""


def check_phases(asked: Iterable[str], known: frozenset[str]) -> None:
    """Refuse phases that do not exist, with which Argo finds nothing and says so of nothing.

    Raises: UsageError with the phase that was probably meant, and all there are.
    """
    for phase in asked:
        if phase not in known:
            near = alike(phase, known)
            raise UsageError(
                f"there is no phase {clean(phase)}" + (f"; {near}?" if near else ""),
                hint=f"there are {', '.join(sorted(known - {''}))}",
            )


def write(text: str) -> None:
    """Write text that is printable already; only secrets that are in use are hidden."""
    write_as_is(IN_USE.hide(text))


def write_as_is(text: str) -> None:
    """Write text that may be a secret, for who asked for just that."""
    with _told():
        stream = _stdout()
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "replace").decode(encoding))


def write_ascii(data: bytes) -> None:
    """Write bytes that are printable ASCII already; only secrets that are in use are hidden.

    Of a log of a million lines it is half the time not to make text of it.
    """
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None or IN_USE.are_in(data):
        write(data.decode("ascii", "replace"))
        return
    with _told():
        _stdout().flush()
        binary.write(data)
        if _stdout().line_buffering:
            binary.flush()


def flush() -> None:
    """Flush stdout."""
    with _told():
        _stdout().flush()


def has_no_reader() -> bool:
    """Whether stdout leads to a program that has ended, as `head` does when it has its lines."""
    try:
        asked = select.poll()
        asked.register(_stdout().fileno(), 0)
        return any(told & (select.POLLERR | select.POLLHUP) for _, told in asked.poll(0))
    except (OSError, ValueError, OutputError):
        return False


def takes_signs() -> bool:
    """Whether the encoding of stdout has our icons and box-drawing characters."""
    try:
        SIGNS.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _stdout() -> TextIO:
    if sys.stdout is None:
        raise OutputError("cannot write the output: standard output is closed")
    return sys.stdout


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn errors of stdout into OutputError; a closed pipe stays a BrokenPipeError."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write the output: {error.strerror or error}") from error


def unpacked(manifest: Manifest) -> Manifest:
    """The workflow with its nodes unpacked; unchanged, with a message, if they cannot be read."""
    try:
        return decode.unpacked_manifest(manifest)
    except InputError as error:
        say(f"argo-tui: {error.what}")
        return manifest


def to_json(value: Any, indent: int) -> str:
    """JSON indented as Go does it, with unprintable characters escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    if char.isprintable():
        return char
    return json.dumps(char)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"
