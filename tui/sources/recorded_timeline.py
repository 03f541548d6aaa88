"""What is in a recording, by what it tells and when: one pass over the file, and then any moment.

The file may come from anybody. It is unpacked once into a file without a name, with limits. What is
kept in memory is where each frame is, and for each object of a list, each question and each log
which frames tell of it: so that it is known at once how things stood at any moment, be it before or
after the one that is shown.
"""

from __future__ import annotations

import tempfile
import threading
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Any, NamedTuple

import msgspec

from tui.domain import recording as file
from tui.domain.identity import Depth
from tui.domain.logs import NO_TIME, LogBlock
from tui.errors import InputError

NOTHING = -1
"""In place of a frame: there is none."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 0, 253_402_300_000_000
"""Milliseconds between which the time of a frame is; others are no times."""

NONE = "that is no recording"
MOST_MADE = 32 << 20
"""Bytes of versions that are kept, of those that are told beside others."""
LEAVING = 2000
"""Milliseconds in which a program ends that is left."""

Name = tuple[str, str]
"""Namespace and name of an object."""


def moment_of(at: float) -> datetime:
    """The time of so many milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=at)


def milliseconds(moment: datetime) -> float:
    """The milliseconds since 1970 of a time."""
    return (moment - EPOCH) / timedelta(milliseconds=1)


def end_of(path: str) -> datetime | None:
    """The time of the last thing that a recording has; None where nothing says it."""
    last = b""
    try:
        with open(path, "rb") as opened:
            for block in file.Unpacked(opened).blocks():
                last = block or last
    except (InputError, OSError):
        return None  # whoever opens it says why
    frame = file.frame_of(last.splitlines()[-1]) if last.strip() else None
    return moment_of(frame.at) if frame is not None and EARLIEST <= frame.at <= LATEST else None


class Version(NamedTuple):
    """An object of a list from some frame on."""

    frame: int
    full: int
    """The frame with all that a list shows of it; `NOTHING` where only a Table told of it."""
    table: int
    """The frame of a Table that told of it after that."""
    uid: str
    version: str
    """The resource version that was told last."""

    @property
    def is_there(self) -> bool:
        """Whether there is such an object."""
        return self.full != NOTHING or self.table != NOTHING


class Kept(NamedTuple):
    """A run that an archive has."""

    frame: int
    name: Name
    uid: str
    version: str


class Rows:
    """The list of a kind, at every moment."""

    def __init__(self) -> None:
        self.versions: dict[Name, list[Version]] = {}
        self.seen: dict[Name, list[int]] = {}
        """Frames of objects that were read beside lists."""
        self.changes = array("q")
        """Frames that changed something, and of which objects, in their order."""
        self.changed: list[Name] = []
        self.stood = array("q")
        self.heard = NOTHING
        """The frame from which on the list was read; `NOTHING` where it never was."""
        self._main: tuple[str, str] | None = None
        """The selectors of the list that is shown; others are parts of it, for some pane."""
        self._told: dict[tuple[str, str], set[Name]] = {}
        self._relisting: dict[tuple[str, str], set[Name]] = {}

    def at(self, position: int) -> Iterator[tuple[Name, Version]]:
        """Those that there are before a frame."""
        for name in self.versions:
            version = self.version(name, position)
            if version is not None:
                yield name, version

    def version(self, name: Name, position: int) -> Version | None:
        """One as it is before a frame; None where there is none."""
        found = self.versions.get(name, [])
        at = bisect_right(found, position - 1, key=lambda version: version.frame)
        return found[at - 1] if at and found[at - 1].is_there else None

    def between(self, first: int, last: int) -> Iterator[Name]:
        """Those that changed from one frame up to another."""
        begin, end = (bisect_right(self.changes, at - 1) for at in (first, last))
        yield from dict.fromkeys(self.changed[begin:end])

    # --- while it is read ------------------------------------------------------------------

    def listing(self, frame: int, part: Sequence[str]) -> None:
        """A part of it is listed anew."""
        if self.is_main(part):
            self._relisting[part[2], part[3]] = set()

    def is_main(self, part: Sequence[str]) -> bool:
        """Whether a part is one of the list that is shown."""
        selectors = (part[4], part[5])
        if self._main is None:
            self._main = selectors
        return selectors == self._main

    def listed(self, frame: int, part: Sequence[str]) -> None:
        """And that is over."""
        if not self.is_main(part):
            return
        own = (part[2], part[3])
        if self.heard == NOTHING:
            self.heard = frame
        seen = self._relisting.pop(own, set())
        for name in self._told.get(own, set()) - seen:
            self._drop(frame, own, name)
        if not own[1]:
            # It is of all namespaces, so what parts told before that are not heard any more is old.
            for other in [each for each in self._told if each[0] == own[0] and each != own]:
                for name in self._told[other] - seen:
                    self._drop(frame, other, name)

    def put(self, frame: int, part: Sequence[str], told: Sequence[str]) -> None:
        """One was told by a part."""
        namespace, name, uid, version, depth = told
        named = (namespace, name)
        if not self.is_main(part):
            self.see(frame, named)
            return
        own = (part[2], part[3])
        self._told.setdefault(own, set()).add(named)
        if own in self._relisting:
            self._relisting[own].add(named)
        before = self._last(named)
        if int(depth) != Depth.TABLE:
            self._set(named, Version(frame, frame, NOTHING, uid, version))
        elif before is None or (uid and before.uid and uid != before.uid):
            self._set(named, Version(frame, NOTHING, frame, uid, version))
        else:
            self._set(named, Version(frame, before.full, frame, before.uid or uid, version))

    def fill(self, frame: int, told: Sequence[str]) -> None:
        """One was read from its object."""
        namespace, name, uid, version, _ = told
        before = self._last((namespace, name))
        if before is None:
            return
        is_old = before.table != NOTHING and before.version != version
        table = before.table if is_old else NOTHING
        self._set((namespace, name), Version(frame, frame, table, uid, before.version or version))

    def see(self, frame: int, name: Name) -> None:
        """One was read beside the list."""
        self.seen.setdefault(name, []).append(frame)

    def gone(self, frame: int, part: Sequence[str], told: Sequence[str]) -> None:
        """One is gone from a part."""
        namespace, name, uid = told
        before = self._last((namespace, name))
        if self.is_main(part) and before is not None and uid in ("", before.uid):
            self._drop(frame, (part[2], part[3]), (namespace, name))

    def unheard(self, frame: int, part: Sequence[str]) -> None:
        """Nobody hears of a part any more."""
        own = (part[2], part[3])
        for name in list(self._told.get(own, ())):
            self._drop(frame, own, name)

    def _last(self, name: Name) -> Version | None:
        found = self.versions.get(name)
        return found[-1] if found and found[-1].is_there else None

    def _drop(self, frame: int, own: tuple[str, str], name: Name) -> None:
        self._told.get(own, set()).discard(name)
        if self._last(name) is not None and not any(name in told for told in self._told.values()):
            self._set(name, Version(frame, NOTHING, NOTHING, "", ""))

    def _set(self, name: Name, version: Version) -> None:
        self.versions.setdefault(name, []).append(version)
        self.changes.append(version.frame)
        self.changed.append(name)


class LogLine(NamedTuple):
    """A line of a log, with its time in front of it and its newline."""

    time: int
    """Nanoseconds since 1970."""
    heard: float
    """Milliseconds since 1970."""
    text: bytes


class LogText:
    """The log of a container, as far as it was heard, whenever that was."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.from_ = array("d")
        """From when on each line is there, in milliseconds since 1970."""
        self.is_cut = False

    def add(self, text: bytes, heard: float) -> None:
        """Lines that were heard; those that are there already are not there twice."""
        if not text.endswith(b"\n"):
            return
        block = LogBlock.uncut(text)
        last, found = self.lines[-1].time if self.lines else NO_TIME, []
        earliest = NO_TIME
        for time, line in zip(block.times, text.splitlines(keepends=True), strict=False):
            earliest = time if time != NO_TIME else earliest if earliest != NO_TIME else last
            found.append(LogLine(earliest, heard, line))
        if not found:
            return
        if self.lines and found[0].time <= last:
            at = bisect_right(self.lines, found[0].time - 1, key=lambda line: line.time)
            known = Counter((line.time, line.text) for line in self.lines[at:])
            rest = []
            for each in found:
                if known[each.time, each.text] > 0:
                    known[each.time, each.text] -= 1
                else:
                    rest.append(each)
            found = rest
        self.lines.extend(found)
        if found and found[0].time < last:
            self.lines.sort(key=lambda line: line.time)

    def finish(self) -> None:
        """All are there."""
        latest = 0.0
        for line in self.lines:
            own = line.time / 1_000_000 if line.time != NO_TIME else line.heard
            latest = max(latest, min(own, line.heard))
            self.from_.append(latest)


class Opened(msgspec.Struct, frozen=True):
    """What is told of a connection."""

    label: str = ""
    namespace: str = ""
    served: str = ""
    """Who handed out artifacts there; "" where they were read from their stores."""
    archive: str = ""
    """Not "" where it had an archive."""


class Timeline:
    """All frames of a file. Any thread may ask, once it is made."""

    def __init__(self, path: str) -> None:
        """Raises: InputError for what is no recording, and beyond the limits."""
        self._lock = threading.Lock()
        self._spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # `close` closes it
        self._offsets = array("Q", [0])
        self.times = array("d")
        """When each frame was heard, in milliseconds since 1970; never going back."""
        self.connections: dict[str, Opened] = {}
        self.rows: dict[tuple[str, str], Rows] = {}
        """By connection and kind."""
        self.wholes: dict[tuple[str, ...], list[int]] = {}
        """By connection, kind, namespace and name."""
        self.uids: dict[int, str] = {}
        """Frame of a whole object → its uid; of one that it is gone, `LEFT` in `left`."""
        self.left: set[int] = set()
        self._beside: dict[int, int] = {}
        """Frame of a version of an object → that of the one that it is told beside."""
        self._steps: dict[int, int] = {}
        """The same → how many are read for it."""
        self._largest: dict[tuple[str, ...], int] = {}
        """Bytes of the largest version of each object that is told beside others."""
        self._unpacked = 0
        """Those of all of them."""
        self._made: dict[int, bytes] = {}
        """Versions that were read lately."""
        self._made_size = 0
        """Bytes of those."""
        self.answers: dict[tuple[str, ...], list[int]] = {}
        """By connection, question and what it is about."""
        self._asked_of_stores: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        """Questions to stores, by connection, what is asked and which object it is about."""
        self.logs: dict[tuple[str, ...], list[int]] = {}
        self.log_ends: dict[tuple[str, ...], list[int]] = {}
        self.log_errors: dict[tuple[str, ...], list[int]] = {}
        self.archived: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        """Frames of an archived log, and whether one is its `end`, or where it is `cut`."""
        self.kept: dict[tuple[str, str], list[Kept]] = {}
        """Runs that archives have, by connection and kind, as they were told."""
        self.lost = 0
        self.unread = 0
        """Frames that cannot be read."""
        self.has_ended = False
        """Whether it was ended, and not broken off."""
        self._texts: dict[tuple[str, ...], LogText] = {}
        self._unheard: dict[tuple[str, ...], int] = {}
        """Parts that nobody hears of any more, and since when: at its end, how they were last is
        how they stay, as nobody hears of anything then."""
        try:
            with open(path, "rb") as opened:
                self.cut = self._read(file.Unpacked(opened))
        except InputError as error:
            self._spool.close()
            raise InputError(f"{path} cannot be opened: {error.what}", hint=error.hint) from error
        except (OSError, ValueError) as error:
            self._spool.close()
            why = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{path} cannot be read: {why}") from error
        if not self.times or not self.connections:
            self._spool.close()
            raise InputError(
                f"{path} cannot be opened: nothing whole is in it"
                + (f", {self.cut}" if self.cut else "")
            )

    @property
    def begins(self) -> float:
        """When the first list was heard: what is before that is only the way there. Without any
        list, the time of the first frame."""
        lists = [rows.heard for rows in self.rows.values() if rows.heard != NOTHING]
        return self.times[min(lists, default=0)]

    @property
    def ends(self) -> float:
        """The time of the last one."""
        return self.times[-1]

    def store_questions(
        self, connection: str, begin: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], int]]:
        """The questions to stores that begin so, and the frame of the first answer of each."""
        for question in self._asked_of_stores.get((connection, *begin[:2]), ()):
            if question[2 : 2 + len(begin)] == begin:
                yield question[2:], self.answers[question][0]

    def position(self, at: float) -> int:
        """How many frames were heard up to a time."""
        return bisect_right(self.times, at)

    def body(self, frame: int) -> bytes:
        """The JSON of a frame; `null` where it cannot be read."""
        back: list[int] = []
        while frame in self._beside:
            with self._lock:
                found = self._made.get(frame)
            if found is not None:
                break
            back.append(frame)
            frame = self._beside[frame]
        else:
            found = self._written(frame)
        for each in reversed(back):
            try:
                found = file.change_of(self._written(each)).applied(found)
            except ValueError:
                return b"null"
            with self._lock:
                self._keep_made(each, found)
        return found

    def _keep_made(self, frame: int, version: bytes) -> None:
        """Those that were made longest ago make room."""
        self._made_size += len(version) - len(self._made.get(frame, b""))
        self._made[frame] = version
        while self._made_size > MOST_MADE and len(self._made) > 1:
            self._made_size -= len(self._made.pop(next(iter(self._made))))

    def _written(self, frame: int) -> bytes:
        begin, end = self._offsets[frame], self._offsets[frame + 1]
        with self._lock:
            if self._spool.closed:
                return b"null"
            self._spool.seek(begin)
            return self._spool.read(end - begin)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._spool.close()

    def text(self, key: tuple[str, ...]) -> LogText:
        """The log of a container."""
        found = self._texts.get(key)
        if found is None:
            found = LogText()
            for frame in self.logs.get(key, ()):
                text = decoded(self.body(frame))
                if isinstance(text, str):
                    data = text.encode("latin-1", errors="replace")
                    found.add(data, self.times[frame])
            found.finish()
            ends = (decoded(self.body(each)) for each in self.log_ends.get(key, ()))
            found.is_cut = any(each == "cut" for each in ends)
            self._texts[key] = found
        return found

    # --- reading it ------------------------------------------------------------------------

    def _read(self, unpacked: file.Unpacked) -> str:
        latest = 0
        for block in unpacked.blocks():
            for line in block.splitlines():
                frame = file.frame_of(line)
                if frame is None or not EARLIEST <= frame.at <= LATEST:
                    self.unread += 1
                    continue
                if len(self.times) >= file.MOST_FRAMES:
                    raise InputError(f"it has more than {file.MOST_FRAMES:,} pieces", hint=NONE)
                number = len(self.times)
                latest = max(latest, frame.at)
                self.times.append(latest)
                body = bytes(frame.body)
                self._spool.write(body)
                self._offsets.append(self._offsets[-1] + len(body))
                try:
                    self._index(number, frame, body)
                except (ValueError, IndexError):
                    self.unread += 1
        return unpacked.cut

    def _index(self, number: int, frame: file.Frame, body: bytes) -> None:
        """Raises: ValueError, IndexError for a frame that is not as it is written."""
        key, tells = frame.key, frame.tells
        for part, at in list(self._unheard.items()):
            if tells == file.LISTING and part == key[:4]:
                del self._unheard[part]
            elif frame.at - at >= LEAVING:
                del self._unheard[part]
                self._rows(part).unheard(number, part)
        match tells:
            case file.OPENED:
                place = decoded(body, Opened)
                self.connections[key[0]] = place if place is not None else Opened(key[0])
            case file.LISTING:
                self._rows(key).listing(number, key[:6])
            case file.LISTED:
                self._rows(key).listed(number, key[:6])
            case file.ROW:
                self._rows(key).put(number, key[:6], _of(key[6:], 5))
            case file.FILLED:
                self._rows(key).fill(number, _of(key[6:], 5))
            case file.SEEN:
                namespace, name, *_ = _of(key[6:], 5)
                self._rows(key).see(number, (namespace, name))
            case file.GONE:
                self._rows(key).gone(number, key[:6], _of(key[6:], 3))
            case file.UNHEARD:
                self._unheard[_of(key, 4)] = frame.at
            case file.STOOD:
                rows = self._rows(key)
                if rows.is_main(_of(key[:6], 6)):
                    rows.stood.append(number)
            case file.WHOLE | file.CHANGED | file.LEFT:
                named, uid = _of(key[:4], 4), key[4]
                if tells == file.CHANGED:
                    self._tell_beside(number, named, body)
                self.wholes.setdefault(named, []).append(number)
                self.uids[number] = uid
                if tells == file.LEFT:
                    self.left.add(number)
            case file.ANSWER:
                frames = self.answers.setdefault(key, [])
                frames.append(number)
                if len(frames) == 1 and key[1:2] == ("store",):
                    self._asked_of_stores.setdefault((key[0], *key[2:4]), []).append(key)
            case file.LOG:
                self.logs.setdefault(_of(key, 5), []).append(number)
            case file.LOG_END:
                self.log_ends.setdefault(_of(key, 5), []).append(number)
            case file.LOG_ERROR:
                self.log_errors.setdefault(_of(key, 5), []).append(number)
            case file.ARCHIVED:
                state = _of(key, 6)[5]
                self.archived.setdefault(key[:4], []).append((number, state))
            case file.KEPT:
                connection, kind, namespace, name, uid, version = _of(key, 6)
                told = Kept(number, (namespace, name), uid, version)
                self.kept.setdefault((connection, kind), []).append(told)
            case file.LOST:
                self.lost = max(self.lost, int(key[0]))
            case file.ENDED:
                self.has_ended = True
            case _:
                pass  # of a newer program

    def _tell_beside(self, number: int, named: tuple[str, ...], body: bytes) -> None:
        """Raises: ValueError, IndexError for a version that is told beside none; InputError beyond
        the limits."""
        change = file.change_of(body)
        base = self.wholes.get(named, [])[-change.back]
        steps = self._steps.get(base, 0) + 1
        if base in self.left or steps > file.MOST_STEPS:
            raise ValueError(named)
        self._beside[number], self._steps[number] = base, steps
        self._unpacked += max(0, change.size - self._largest.get(named, 0))
        self._largest[named] = max(change.size, self._largest.get(named, 0))
        if self._unpacked > file.MOST_UNPACKED:
            raise InputError("its objects are larger than any that are written", hint=NONE)

    def _rows(self, key: Sequence[str]) -> Rows:
        named = (key[0], key[1])
        if named not in self.rows:
            self.rows[named] = Rows()
        return self.rows[named]


def _of(key: tuple[str, ...], count: int) -> tuple[str, ...]:
    """A key of so many parts. Raises: ValueError."""
    if len(key) != count:
        raise ValueError(key)
    return key


def decoded(body: bytes, type: Any = Any) -> Any:
    """JSON as it was written; None for what cannot be read."""
    try:
        return msgspec.json.decode(body, type=type)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
