"""Any keys in any order, as fast as they come: the app neither ends, nor hangs, nor complains.

Where they leave the app (`q` and `y`, ctrl-C twice, `:q`), that is its end as it should be, and it
is begun anew. Short by itself; `make hard` sets HARD, and then there are 100,000 of them:

    python -m tests.hard.test_keys [KEYS [SEED]]
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.churning import churning
from tests.support.fake_api import write_kubeconfig
from tests.support.processes import memory
from tests.support.pty import FRAME_BEGIN, KEYS, Pty, run_tui
from tui import keys as meanings

pytestmark = pytest.mark.pty

COUNT = 100_000 if os.environ.get("HARD") else 300
AT_ONCE = 40
"""Keys of a burst, after which the app must answer."""
LONGEST = 60.0
"""Seconds without an answer after which it counts as hung; machines are slow at times."""
AGAIN = 3.0
"""Seconds after which it is asked again: a program that has the terminal may take the key."""
ENDS = (0, 130)
"""Exit codes of who is told to leave."""
ELSEWHERE = {"PAGER": "true", "EDITOR": "true", "VISUAL": "true"}
"""Programs that keys lead to: they end at once."""
TYPED = [chr(code) for code in range(32, 127)]


def known_keys() -> list[str]:
    """All that mean something anywhere, but for the one that stops the program."""
    names = {key for keys in meanings.KEYS.values() for key in meanings.each(keys)}
    found = [*KEYS]
    for name in sorted(names - {"ctrl+z"}):
        letter = name.removeprefix("ctrl+")
        if len(name) == 1 or (name != letter and letter.isalpha() and len(letter) == 1):
            found.append(name)
    return found


def bursts(count: int, seed: int) -> Iterator[list[str]]:
    """So many keys: mostly such as mean something, and at times a text."""
    chance, known = random.Random(seed), known_keys()
    while count > 0:
        size = min(count, chance.randint(1, AT_ONCE))
        yield chance.choices(TYPED if chance.random() < 0.1 else known, k=size)
        count -= size


def press_all(
    count: int, seed: int = 1, told: Callable[[str], object] = lambda line: None
) -> tuple[int, float]:
    """How often it was left, and the seconds of the slowest answer.

    Raises: AssertionError where it ends otherwise, or hangs.
    """
    left, slowest, pressed = 0, 0.0, 0
    pending = bursts(count, seed)
    with tempfile.TemporaryDirectory() as folder, churning(40, 1.0, seed=seed) as (_, api):
        argv = run_tui("--kubeconfig", str(write_kubeconfig(Path(folder), api.url)))
        is_over = False
        while not is_over:
            env = {**ELSEWHERE, "HOME": folder}
            with Pty(argv, env=env, cwd=Path(folder), is_read=False) as terminal:
                answered(terminal)
                for keys in pending:
                    with suppress(OSError):  # it has left
                        terminal.press(*keys)
                    pressed += len(keys)
                    seconds = answered(terminal)
                    if terminal.process.poll() is not None:
                        code = terminal.process.returncode
                        assert code in ENDS, f"{code} after {keys}:\n{ended(terminal)}"
                        assert b"Traceback" not in terminal.data, ended(terminal)
                        left += 1
                        break
                    slowest = max(slowest, seconds)
                    terminal.forget()
                    if pressed // 2000 != (pressed - len(keys)) // 2000:
                        taken = memory(terminal.process.pid) >> 20
                        told(f"{pressed:,} keys, left {left} times, {slowest:.1f} s, {taken} MiB")
                else:
                    is_over = True
    return left, slowest


def answered(terminal: Pty) -> float:
    """Seconds until it paints the screen anew because it is asked to, or has ended."""
    began = time.monotonic()
    while terminal.process.poll() is None:
        terminal.forget()
        with suppress(OSError):
            terminal.press("ctrl+l")
        end = time.monotonic() + AGAIN
        while time.monotonic() < end and terminal.process.poll() is None:
            terminal.pump(0.05)
            if FRAME_BEGIN in terminal.data:
                return time.monotonic() - began
        assert time.monotonic() - began < LONGEST, "keys are not taken"
    terminal.pump(0.2)
    return 0.0


def ended(terminal: Pty) -> str:
    """What it wrote last."""
    return terminal.data[-4000:].decode(errors="replace")


def test_any_keys_in_any_order_neither_end_nor_hang_it() -> None:
    left, slowest = press_all(COUNT, told=print)
    print(f"{COUNT:,} keys: left {left} times, the slowest answer after {slowest:.1f} s")


if __name__ == "__main__":
    wanted, given = (*map(int, sys.argv[1:]), 100_000, 1)[:2]
    press_all(wanted, given, told=lambda line: print(line, flush=True))
