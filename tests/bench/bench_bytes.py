"""Bytes and processor time of one scripted session, painted in three ways.

    python tests/bench/bench_bytes.py [--size 120x40]

Ours with the cell diff, the same app without it, and a comparable app of stock widgets; then what
the diff itself costs a frame. Figures for a person to read, so nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.processes import ticks_of
from tests.support.pty import Pty, run_python
from tui.terminal.looks import Looks
from tui.terminal.painter import Painter
from tui.terminal.picture import Picture

HERE = Path(__file__).resolve().parent
OURS = HERE.parent / "cost" / "dialog_app.py"
STOCK = HERE / "stock_app.py"

SESSIONS = {
    "list": ["j"] * 8 + ["8", "2", "t", "t", "3", "pagedown", "j", "d", "escape", "y", "escape"],
    "tree": ["j"] * 8 + ["8", "8", "pagedown", "pageup", "d", "escape"],
    "log": ["8"] * 12 + ["3", "d", "escape"],
}
TICKS_A_SECOND = 100


@dataclass
class Session:
    """What one way of painting cost."""

    start: int
    steps: list[int]
    seconds: float

    @property
    def size(self) -> int:
        return self.start + sum(self.steps)


def play(argv: list[str], what: str, size: tuple[int, int]) -> Session:
    words = {"list": "nightly-etl-0001", "tree": "step-1", "log": "epoch 12"}[what]
    with Pty(argv, columns=size[0], rows=size[1]) as terminal:
        terminal.wait_for(words)
        terminal.quiet(still=0.3)
        start = len(terminal.data)
        begun = ticks_of(terminal.process.pid)
        steps = [terminal.step(key, still=0.15).size for key in SESSIONS[what]]
        return Session(start, steps, (ticks_of(terminal.process.pid) - begun) / TICKS_A_SECOND)


def sessions(size: tuple[int, int]) -> None:
    print(f"one session at {size[0]}x{size[1]}, bytes (start + steps) and processor seconds")
    total = {"diff": 0, "no diff": 0, "stock": 0}
    for what in SESSIONS:
        ways = {
            "diff": run_python(OURS, what),
            "no diff": run_python(OURS, what, "--no-diff"),
            "stock": run_python(STOCK, what),
        }
        for name, argv in ways.items():
            cost = play(argv, what, size)
            total[name] += cost.size
            print(
                f"  {what:5} {name:8} {cost.start:7} + {sum(cost.steps):7} B  {cost.seconds:5.2f} s"
            )
    for name in ("no diff", "stock"):
        print(f"  diff against {name:8} {total['diff'] / total[name]:.3f} of the bytes (aim 0.12)")


def frame_cost(columns: int, rows: int) -> None:
    """The processor time of laying and painting frames of several kinds."""
    looks = Looks(ColorSystem.TRUECOLOR)
    styles = [Style.parse(f"#{20 * n:02x}80f0 on #1e1e2e") for n in range(6)]

    def frame(seed: int) -> list[Strip]:
        return [
            Strip(
                [
                    Segment(f"{(y * 31 + x * 17 + seed * 7) % 99991:<8}", styles[(x + y) % 6])
                    for x in range(columns // 8)
                ],
                columns // 8 * 8,
            )
            for y in range(rows)
        ]

    one, other = frame(1), frame(2)
    picture, painter = Picture(columns, rows), Painter()

    def show(strips: list[Strip]) -> str:
        for y, strip in enumerate(strips):
            picture.lay(y, 0, columns, strip, looks)
        return painter.paint(picture)

    def again(number: int) -> object:
        painter.forget()
        return painter.paint(picture)

    kinds: list[tuple[str, Callable[[int], object]]] = [
        ("every cell changes", lambda number: show(one if number % 2 else other)),
        ("drawn anew, the same", lambda number: show([Strip(list(s)) for s in one])),
        ("one line changes", lambda number: show([(one, other)[number % 2][0], *one[1:]])),
        ("written whole", again),
    ]
    print(f"the diff itself at {columns}x{rows}, milliseconds a frame (aim below 3)")
    for name, work in kinds:
        times = []
        for number in range(40):
            begun = time.thread_time()
            work(number)
            times.append(time.thread_time() - begun)
        times.sort()
        print(f"  {name:22} median {times[20] * 1000:5.2f}  best {times[0] * 1000:5.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="120x40", help="columns x rows (default 120x40)")
    chosen = parser.parse_args()
    columns, rows = (int(number) for number in chosen.size.split("x"))
    frame_cost(columns, rows)
    sessions((columns, rows))


if __name__ == "__main__":
    main()
