"""`argo-tui cp`: artifacts to files, to a folder, or one of them to standard output, as `argo cp`.

They are laid out as argo lays them out, below the folder that is named. A step with just one of
them may be given the name of a file. What is unpacked has been fetched whole before that, beside
its place, so that it goes on after a failure and cannot change meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import BinaryIO, NamedTuple

from tui.artifacts.base import Folder, Stat, Store, StoreError, Streams
from tui.artifacts.saving import SafeTree, safe_name
from tui.artifacts.unpacking import Packed, is_archive
from tui.domain.artifact import NodeArtifact
from tui.domain.location import Location
from tui.domain.preview import size_text
from tui.domain.text import clean
from tui.domain.transfers import transfer_words
from tui.domain.workflow import Workflow
from tui.errors import Missing, UsageError
from tui.headless.arguments import name
from tui.headless.artifacts import (
    Found,
    add_own_credentials,
    add_saved,
    found_in,
    node_template,
    offer,
)
from tui.headless.output import OutputError, note, say, takes_signs
from tui.headless.redraw import Redrawn
from tui.ports.threads import CancelToken
from tui.settings import Settings

LAYOUT = "{namespace}/{workflowName}/{nodeId}/outputs/{artifactName}"
"""Where argo puts an artifact below the folder that is named."""
FIELDS = ("namespace", "workflowName", "nodeId", "templateName", "artifactName")
STDOUT = "-"
PIECE = 8 << 20
"""Bytes that are read at a time for standard output."""
BEAT = 0.2
"""Seconds between two drawings of the progress."""
INTERRUPTED = 130
UNRANGED = frozenset(("http", "azure", "argo-server"))
"""Kinds of locations whose servers may not know ranges, so that recordings may lack parts."""


def source(word: str) -> tuple[str, str]:
    """NAME or NAME/STEP (a `type` for argparse). Raises: UsageError."""
    workflow, slash, step = word.partition("/")
    if slash and not step:
        raise UsageError("STEP is empty", hint="leave the slash out to copy those of all steps")
    return name(workflow), step


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    add = parser.add_argument
    add("source", type=source, metavar="WORKFLOW[/STEP]", help="a workflow, or a step of it")
    add("target", metavar="DEST", help="a folder, a file for one of a step, or - for stdout")
    add(
        "--artifact-name",
        action="append",
        default=[],
        metavar="NAME",
        dest="artifacts",
        help="only artifacts of this name; may be repeated",
    )
    add("--node-id", default="", metavar="ID", help="only artifacts of this node")
    add("--template-name", default="", metavar="NAME", help="only of nodes of this template")
    add(
        "--path",
        default=None,
        metavar="TEMPLATE",
        help=f"where each goes below DEST; default {LAYOUT}",
    )
    add_saved(parser)
    add("--unpack", action="store_true", help="unpack archives, as Argo does for the next step")
    add("--force", action="store_true", help="replace files that exist")
    add("--no-progress", action="store_true", help="without a progress bar")
    add_own_credentials(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Copy; 0 when all of them were, 1 when some were not."""
    if not args.target:
        raise UsageError("DEST is empty", hint="name a folder, a file, or - for standard output")
    workflow, step = args.source
    own = bool(args.own_credentials)
    with found_in(workflow, step, settings, own_credentials=own, files=args.file) as found:
        wanted = _wanted(found, args)
        if not wanted:
            raise Missing(_none(found.workflow, found.step, args))
        with _interruptible() as stop:
            if args.target == STDOUT:
                return _to_stdout(found, wanted, stop, unpacks=args.unpack)
            targets = _targets(found.workflow, wanted, found.step, args)
            return _Copying(found, stop, args).all(wanted, targets)


def _wanted(found: Found, args: argparse.Namespace) -> list[NodeArtifact]:
    """The outputs that are meant; whatever an input is was the output of something."""
    return [
        each
        for each in found.artifacts
        if each.direction == "out"
        and not (args.artifacts and each.name not in args.artifacts)
        and args.node_id in ("", each.node_id)
        and args.template_name in ("", node_template(found.workflow, each.node_id))
    ]


def _none(workflow: Workflow, step: str, args: argparse.Namespace) -> str:
    where = f"step {step} of {workflow.metadata.name}" if step else workflow.metadata.name
    names = " or ".join(args.artifacts)
    return f"{where} has no output artifact {names}" if names else f"{where} has no such artifact"


def _targets(
    workflow: Workflow, wanted: Sequence[NodeArtifact], step: str, args: argparse.Namespace
) -> list[_Target]:
    """Where each artifact goes."""
    target = Path(args.target)
    is_file = len(wanted) == 1 and step and args.path is None
    if is_file and not args.target.endswith(os.sep) and not target.is_dir():
        return [_Target(target, is_named=True)]
    layout = LAYOUT if args.path is None else args.path
    tree = SafeTree()
    return [
        _Target(target / tree.path(_place(layout, workflow, each)), is_named=False)
        for each in wanted
    ]


def _place(layout: str, workflow: Workflow, artifact: NodeArtifact) -> str:
    """Where an artifact goes below the folder; nothing of the cluster leads out of it."""
    values = {
        "namespace": workflow.metadata.namespace,
        "workflowName": workflow.metadata.name,
        "nodeId": str(artifact.node_id),
        "templateName": node_template(workflow, artifact.node_id),
        "artifactName": artifact.name,
    }
    place = layout
    for field in FIELDS:
        # As argo: the first of each, and what stands in for it is not looked at again.
        place = place.replace(f"{{{field}}}", safe_name(values[field]), 1)
    return str(PurePosixPath(place.lstrip("/")) / safe_name(artifact.file_name))


class _Target(NamedTuple):
    """The file that an artifact goes to."""

    path: Path
    is_named: bool
    """Whether somebody called it so; else it is called as the artifact's file is."""


class _Copying:
    """Copies one after the other, with a line of progress on a terminal."""

    def __init__(self, found: Found, stop: CancelToken, args: argparse.Namespace) -> None:
        self._found = found
        self._stop = stop
        self._overwrite = bool(args.force)
        self._unpacks = bool(args.unpack)
        self._made: set[Path] = set()
        """Where this run has put something."""
        self._line = _Line(is_shown=not args.no_progress)

    def all(self, wanted: Sequence[NodeArtifact], targets: Sequence[_Target]) -> int:
        """0 when all were copied."""
        failed = 0
        for number, (artifact, target) in enumerate(zip(wanted, targets, strict=True), start=1):
            title = f"{artifact.step}/{artifact.name}"
            count = f"{number} of {len(wanted)}: " if len(wanted) > 1 else ""
            try:
                self._one(artifact, target, f"{count}{title}")
            except StoreError as error:
                self._line.clear()
                hint = "" if artifact.location is None else self._offer(artifact, error)
                # A folder is never replaced.
                is_file = error.reason == "exists" and bool(error.hint)
                reason = "--force replaces it" if is_file else ""
                said = f"{error.what}; {reason}" if reason else f"{error}{hint}"
                say(f"argo-tui: {title}: {said}")
                failed += 1
            if self._stop.is_set:
                return INTERRUPTED
        return 1 if failed else 0

    def _offer(self, artifact: NodeArtifact, error: StoreError) -> str:
        assert artifact.location is not None
        return offer(artifact.location, error, self._found.stores)

    def _one(self, artifact: NodeArtifact, target: _Target, title: str) -> None:
        location = readable(artifact)
        store = self._found.stores.store(location)
        tell = _Telling(self._line, title)
        with _made_for(target.path):
            if self._unpacks and is_archive(store, location, artifact.file_name):
                path = self._unpacked(store, location, artifact.file_name, target, tell)
            else:
                path = target.path
                store.download(location, path, tell, self._stop, overwrite=self._overwrite)
                self._made.add(path)
        self._line.clear()
        say(f"{title} -> {path}  {size_text(tell.size)}")

    def _free(self, packed: Path, name: str) -> Path:
        """The place of what is unpacked, beside what else was unpacked under the same name."""
        path, number = packed.with_name(name), 2
        while path in self._made:
            path, number = packed.with_name(f"{name}~{number}"), number + 1
        self._made.add(path)
        return path

    def _unpacked(
        self, store: Store, location: Location, name: str, target: _Target, tell: _Telling
    ) -> Path:
        """Fetch an archive and unpack it; returns where that is."""
        if target.is_named and not self._overwrite and os.path.lexists(target.path):
            raise StoreError(f"{target.path} exists", reason="exists", hint="say so")
        hidden = target.path.with_name(f".{target.path.name[:80]}.packed")
        store.download(location, hidden, tell, self._stop, overwrite=True)
        try:
            found = Packed(hidden, name)
            path = target.path if target.is_named else self._free(target.path, found.name)
            tell.begin_again("unpacking ")
            return found.unpack(path, tell, self._stop, overwrite=self._overwrite)
        finally:
            hidden.unlink(missing_ok=True)


@contextlib.contextmanager
def _made_for(path: Path) -> Iterator[None]:
    """Make the folders above a path; where nothing comes of it, take those away again."""
    above = [folder for folder in path.parents if not os.path.lexists(folder)]
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = f"cannot make the folder {path.parent}: {error.strerror or error}"
            raise StoreError(what, reason="disk") from error
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # what is left for the next try stays, or came meanwhile
            for folder in above:
                folder.rmdir()
        raise


class _Telling:
    """Tells how far one of them is."""

    def __init__(self, line: _Line, title: str) -> None:
        self._line = line
        self._title = title
        self.size = 0
        """Bytes that are done."""
        self.begin_again("")

    def begin_again(self, doing: str) -> None:
        """Tell of something else that is done with it."""
        self._doing = doing
        self._begun = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int, total: int | None) -> None:
        self._first = done if self._first is None else self._first
        self.size = done
        seconds, came = time.monotonic() - self._begun, done - self._first
        rate = came / seconds if seconds >= 1 and came > 0 else None
        left = int((total - done) / rate) + 1 if rate and total and total > done else None
        self._line.show(lambda: f"{self._doing}{self._title}  {_words(done, total, rate, left)}")


def _words(done: int, total: int | None, rate: float | None, left: int | None) -> str:
    return transfer_words(done, total, rate, left, ascii=not takes_signs())


def readable(artifact: NodeArtifact) -> Location:
    """The location of an artifact that can be read. Raises: StoreError."""
    if artifact.deleted:
        raise StoreError("it was deleted by artifact GC", reason="missing")
    if artifact.location is None:
        raise StoreError(artifact.why_not, reason="unsupported")
    return artifact.location


class _Line:
    """A line on the terminal that says how far it is; nothing where stderr is no terminal."""

    def __init__(self, *, is_shown: bool) -> None:
        stream = sys.stderr
        self._stream = stream if is_shown and stream is not None and stream.isatty() else None
        self._drawn = Redrawn(self._write, shutil.get_terminal_size)
        self._next = 0.0
        self._lock = threading.Lock()

    def show(self, text: Callable[[], str]) -> None:
        """Draw the line, if it is time to. On any thread."""
        with self._lock:
            now = time.monotonic()
            if self._stream is not None and now >= self._next:
                self._next = now + BEAT
                self._drawn.draw([clean(text())])

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._stream is not None:
                self._drawn.draw([])

    def _write(self, text: str) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.write(text)
                self._stream.flush()


@contextlib.contextmanager
def _interruptible() -> Iterator[CancelToken]:
    """A token that ctrl-C and the end of the terminal set, so that nothing half done is left.

    Whoever says so again does not wait for an answer that is under way.
    """
    stop = CancelToken()

    def enough(number: int, frame: FrameType | None) -> None:
        if stop.is_set:
            # A server that answers nothing would be waited for, else.
            raise KeyboardInterrupt
        stop.set()

    is_main = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if is_main else ()
    before = {number: signal.signal(number, enough) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- standard output -----------------------------------------------------------------------------


def _to_stdout(
    found: Found, wanted: Sequence[NodeArtifact], stop: CancelToken, *, unpacks: bool
) -> int:
    """One object to standard output, byte for byte."""
    if len(wanted) > 1:
        names = ", ".join(dict.fromkeys(f"{each.step}/{each.name}" for each in wanted[:5]))
        raise UsageError(
            f"{len(wanted)} artifacts do not go to standard output together",
            hint=f"choose one with --artifact-name, --node-id or STEP: {names}",
        )
    (artifact,) = wanted
    location = readable(artifact)
    store = found.stores.store(location)
    try:
        fact = store.stat(location)
        if isinstance(fact, Folder):
            what = f"{artifact.name} is a folder of {fact.count:,} objects"
            raise UsageError(what, hint="name a folder to copy it into, instead of -")
        pieces = _pieces(store, location, fact, stop)
        if unpacks and is_archive(store, location, artifact.file_name):
            pieces = _from_archive(store, location, artifact.file_name, stop)
        with _stdout() as out:
            for piece in pieces:
                _written(out, piece)
    except StoreError as error:
        raise StoreError(
            error.what,
            reason=error.reason,
            hint=f"{error.hint}{offer(location, error, found.stores)}".lstrip("; "),
        ) from error
    return INTERRUPTED if stop.is_set else 0


def _pieces(store: Store, location: Location, fact: Stat, stop: CancelToken) -> Iterator[bytes]:
    """The content in order."""
    if "stream" in store.can and isinstance(store, Streams):
        yield from store.stream(location, fact, stop)
        return
    if location.kind in UNRANGED:
        # Its servers may ignore ranges, and send everything for each.
        yield from _from_file(store, location, stop)
        return
    done = 0
    while done < fact.size and not stop.is_set:
        piece = store.read(location, done, PIECE)
        if len(piece) < min(PIECE, fact.size - done):
            raise StoreError(f"{location.key} ended too early", hint="try again")
        done += len(piece)
        yield piece
    after = store.stat(location)
    if not stop.is_set and isinstance(after, Stat) and after.etag != fact.etag:
        raise StoreError(f"{location.key} changed while it was read", hint="try again")


def _from_file(store: Store, location: Location, stop: CancelToken) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="argo-tui-") as folder:
        yield from _read(store.download(location, Path(folder) / "whole", _untold, stop))


def _untold(done: int, total: int | None) -> None:
    pass


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _from_archive(
    store: Store, location: Location, name: str, stop: CancelToken
) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="argo-tui-") as folder:
        path = store.download(location, Path(folder) / "packed", _untold, stop)
        found = Packed(path, name)
        if not found.is_file:
            raise UsageError(
                f"{name} holds more than one file", hint="name a folder to unpack it into"
            )
        whole = found.unpack(Path(folder) / "whole", _untold, stop, overwrite=False)
        yield from _read(whole)


@contextlib.contextmanager
def _stdout() -> Iterator[BinaryIO]:
    if sys.stdout is None:
        raise OutputError("cannot write the output: standard output is closed")
    if sys.stdout.isatty():
        note("standard output is a terminal: bytes that it may take for commands are not cleaned")
    sys.stdout.flush()
    yield sys.stdout.buffer
    _written(sys.stdout.buffer, b"")


def _written(out: BinaryIO, piece: bytes) -> None:
    """Write and flush. Raises: OutputError; BrokenPipeError where nobody reads any more."""
    try:
        out.write(piece)
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write the output: {error.strerror or error}") from error
