"""Where headless commands print: output to stdout, talk to stderr, and nothing unprintable.

Both streams are looked up when something is printed, because a test or another program may have
put its own there.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TextIO

from tui.domain import decode
from tui.domain.hidden import IN_USE
from tui.domain.text import clean, clean_lines
from tui.domain.workflow import Manifest
from tui.errors import InputError, TuiError

_UNSAFE = re.compile(r"[^\x20-\x7e\n]")
SIGNS = "✔─"
"""A terminal or file whose encoding has these has all that we draw."""


class OutputError(TuiError):
    """Stdout takes no more: the disk is full, the terminal is gone."""


def say(text: str) -> None:
    """A line of talk: what a person reads, and a pipe does not."""
    # Where stderr is closed, `print` would turn to stdout.
    if sys.stderr is not None:
        # On a full disk there is nobody left to tell that to.
        with contextlib.suppress(OSError):
            print(clean_lines(text), file=sys.stderr)


def note(text: str) -> None:
    """Say something that is good to know and no trouble."""
    say(f"argo-tui: note: {text}")


def counted(names: Sequence[str], *, now: Callable[[], float] = time.monotonic) -> Iterator[str]:
    """The names one by one; a terminal is told how many are done once that takes a while."""
    stream = sys.stderr
    is_watched = stream is not None and stream.isatty()
    told_at = now() + PATIENCE
    has_told = False
    for done, name in enumerate(names):
        if is_watched and now() >= told_at:
            stream.write(f"\rreading files: {done:,} of {len(names):,} ")
            stream.flush()
            told_at, has_told = now() + BEAT, True
        yield name
    if has_told:
        stream.write("\r\x1b[K")
        stream.flush()


PATIENCE, BEAT = 2.0, 0.25
"""Seconds until, and between, two counts."""


def note_phases(asked: Iterable[str], known: frozenset[str]) -> None:
    """Say which of the phases that are asked for do not exist; Argo finds nothing in silence."""
    for phase in asked:
        if phase not in known:
            known_ones = ", ".join(sorted(known - {""}))
            say(f"argo-tui: note: there is no phase {clean(phase)}; there are {known_ones}")


def write(text: str) -> None:
    """Output as it is, less the secrets in use; the caller has made it printable."""
    text = IN_USE.hide(text)
    with _told():
        stream = _stdout()
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "replace").decode(encoding))


def flush() -> None:
    """Have what was written seen."""
    with _told():
        _stdout().flush()


def takes_signs() -> bool:
    """Whether stdout can hold more than its encoding's letters: icons and box lines."""
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
    """What the system says of a stream, as an error of ours; who closed a pipe is told nothing."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write the output: {error.strerror or error}") from error


def unpacked(manifest: Manifest) -> Manifest:
    """The workflow with its nodes in the open; as it came, and why, where they cannot be read."""
    try:
        return decode.unpacked_manifest(manifest)
    except InputError as error:
        say(f"argo-tui: {error.what}")
        return manifest


def to_json(value: Any, indent: int) -> str:
    """JSON as Go indents it; what is not printable is escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    if char.isprintable():
        return char
    return json.dumps(char)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"
