"""Bytes and processor time of the program itself, in one session on the demo cluster.

    python tests/bench/bench_session.py [--size 120x40]

A person looks for what failed, opens it, reads its log, its artifacts and its YAML, asks about a
retry and thinks better of it. Once with the cell diff and once without, each on a demo cluster of
its own with the same seed; the cluster goes on meanwhile, so a few per cent come and go.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.processes import ticks_of
from tests.support.pty import Pty, run_tui

KEYS = (
    *["j"] * 8, "pagedown", "g", ">", ">", "o", "!", "j", "enter", "j", "k", "l", "escape", "a",
    "escape", "y", "pagedown", "escape", "d", "escape", "r", "escape", "z", "z", "escape", "escape",
    "?", "pagedown", "escape", "0", "j", "j", "0",
)  # fmt: skip
TICKS_A_SECOND = 100


def play(size: tuple[int, int], *flags: str) -> tuple[int, int, float]:
    """Bytes until the list stands, bytes of the keys, processor seconds of the keys."""
    argv = run_tui("--demo", *flags)
    with Pty(argv, columns=size[0], rows=size[1]) as terminal:
        terminal.wait_for("coinflip")
        terminal.quiet(still=0.3)
        pid = terminal.process.pid
        start, begun = len(terminal.data), ticks_of(pid)
        for key in KEYS:
            terminal.step(key, still=0.15)
        spent = (ticks_of(pid) - begun) / TICKS_A_SECOND
        return start, len(terminal.data) - start, spent


def main() -> None:
    """Print both, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="120x40")
    columns, _, rows = parser.parse_args().size.partition("x")
    size = (int(columns), int(rows))
    print(
        f"one session on the demo cluster at {columns}x{rows}: bytes to start + bytes of the keys"
    )
    ways = {"diff": play(size), "no diff": play(size, "--no-diff")}
    for name, (start, keys, seconds) in ways.items():
        print(f"  {name:8} {start:7} + {keys:7} B  {seconds:5.2f} s of processor")
    ours, theirs = (sum(ways[name][:2]) for name in ("diff", "no diff"))
    print(f"  diff against no diff {ours / theirs:.3f} of the bytes (aim 0.12)")


if __name__ == "__main__":
    main()
