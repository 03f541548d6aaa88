"""What a log of a million lines costs, from the bytes of its pod to the pane and to a pipe.

    python tests/bench/bench_logs.py [LINES]

The neighbour in the same run is the least that Python can do with the same bytes: split them into
lines, once. Before logs were blocks the pane took 11.8 and the command 27.1 times as long as that,
and of 64 MB the pane kept 510,000 lines.
"""

from __future__ import annotations

import io
import queue
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tui.domain import decode
from tui.domain.logs import LogBlock, Run, blocks_of, merged
from tui.domain.logtargets import LogTarget
from tui.domain.node import Node
from tui.headless.logs import Printer
from tui.logs.book import LogBook
from tui.logs.follower import LogEnded, LogFollower
from tui.logs.reader import LogReader
from tui.ports.logs import LogRequest

PIECE = 1 << 16
BEFORE = {"pane": 11.8, "command": 27.1}
"""How many times as long as splitting it took before logs were blocks."""


def log_of(lines: int) -> bytes:
    """A log as the kubelet sends it: each line with its time."""
    return b"".join(
        b"2026-03-17T%02d:%02d:%02d.%09dZ worker-%02d INFO step=%d processed a batch of records "
        b"in %d ms, everything is fine and more\n"
        % (
            6 + number // 600_000,
            number // 10_000 % 60,
            number // 170 % 60,
            number * 5_881 % 1_000_000_000,
            number % 16,
            number,
            number % 977,
        )
        for number in range(lines)
    )


class Pods:
    """A pod that has this log."""

    def __init__(self, whole: bytes) -> None:
        self._whole = whole

    def log(self, request: LogRequest, stop: Any) -> Iterator[LogBlock]:
        """All of it, in pieces as they come from a socket."""
        whole = self._whole
        pieces = (whole[at : at + PIECE] for at in range(0, len(whole), PIECE))
        return blocks_of(pieces, request.source)


def seconds(work: Callable[[], object]) -> float:
    """How long something computes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def to_pane(reader: LogReader, target: LogTarget) -> LogBook:
    """Through a follower into a book, as the pane has it."""
    woken: queue.SimpleQueue[None] = queue.SimpleQueue()
    follower = LogFollower(reader, arrived=lambda: woken.put(None))
    book = LogBook(follower.sources)
    follower.begin(target, is_followed=True)
    while True:
        woken.get()
        for event in follower.take():
            if isinstance(event, LogBlock):
                book.append([event])
            elif isinstance(event, LogEnded):
                return book


class Sink(io.StringIO):
    """Where a pipe would be."""

    def write(self, text: str) -> int:
        """Forgotten."""
        return len(text)


def to_pipe(reader: LogReader, target: LogTarget) -> None:
    """Merged and printed, as the command does it."""
    sources: list[Any] = []

    def number(source: Any) -> int:
        sources.append(source)
        return len(sources) - 1

    printer = Printer(colour=False, prefix=True, timestamps=False, wanted=None)
    stdout, sys.stdout = sys.stdout, Sink()
    try:
        blocks = reader.blocks(target, _Never(), number=number)  # type: ignore[arg-type]
        for run in merged([(0, blocks)]):
            printer.show(sources[run.block.source], Run(*run))
    finally:
        sys.stdout = stdout


class _Never:
    is_set = False


def main() -> None:
    """Print the figures."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    whole = log_of(lines)
    workflow = decode.from_manifest({"metadata": {"name": "w", "namespace": "n"}})
    source: Any = Pods(whole)
    reader = LogReader(source, workflow)
    target = LogTarget(Node(name="train", type="Pod", phase="Running"), "pod")
    split = seconds(lambda: [piece.split(b"\n") for piece in _pieces(whole)])
    print(f"{lines:,} lines, {len(whole) / 1e6:,.0f} MB; split into lines: {split:.2f} s")
    books: list[LogBook] = []
    for what, spent in (
        ("pane", seconds(lambda: books.append(to_pane(reader, target)))),
        ("command", seconds(lambda: to_pipe(reader, target))),
    ):
        print(f"{what:<10}{spent:6.2f} s   {spent / split:5.1f} x   before {BEFORE[what]:5.1f} x")
    book = books.pop()
    print(f"the pane keeps {len(book):,} lines of {book.size / 1e6:,.0f} MB")
    del book
    tracemalloc.start()
    kept = to_pane(reader, target)
    held, peak = tracemalloc.get_traced_memory()
    print(f"memory {held / kept.size:.2f} x the bytes kept, {peak / kept.size:.2f} x at its most")


def _pieces(whole: bytes) -> Iterator[bytes]:
    return (whole[at : at + PIECE] for at in range(0, len(whole), PIECE))


if __name__ == "__main__":
    main()
