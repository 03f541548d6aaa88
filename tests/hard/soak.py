"""The app in a terminal for as long as one likes, while the cluster churns under it.

`make hard` runs it for an hour and 100,000 keys:

    python tests/hard/soak.py --keys 100000 --seconds 3600

What a person does is done over and over in a random order: lists, screens, panes, the log, filters,
dialogs, resubmissions, deletions, resizes. Every minute it prints resident memory, threads and
descriptors of the app; in the end what is listed must be what there is, and after the first ten
minutes memory, threads and descriptors may have grown by no more than 5 %.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.churning import Churn, churning
from tests.support.fake_api import write_kubeconfig
from tests.support.pty import KEYS, Pty, run_tui

SETTLED = 600.0
"""Seconds until caches are full: what is there then is what it takes."""
GROWTH = 1.05
LONGEST = 20.0
"""Seconds after which an app that does not answer is called hung."""
ANSWERS_EVERY = 20
"""Things done between two looks whether all keys so far were taken: who types faster than a busy
machine takes it would measure the keys that wait."""


ELSEWHERE = {"PAGER": "true", "EDITOR": "true", "VISUAL": "true"}
"""Programs that keys lead to: they end at once."""

TRIES = 3

LEAVING = ("q", "Q", ":")
MASHED = (
    *(chr(code) for code in range(32, 127) if chr(code) not in LEAVING),
    *(name for name in KEYS if name not in ("focus", "blur")),
    *(f"ctrl+{letter}" for letter in "abdfghiklnorstuvwxy"),
)
"""Keys to mash: `:` leads to a command that quits, ctrl-e hides the header that is read here."""


@dataclass(frozen=True)
class Figures:
    """What the app takes at one moment."""

    seconds: float
    keys: int
    resident: int
    """MiB."""
    threads: int
    descriptors: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:7.0f} s  {self.keys:7,} keys  {self.resident:5} MiB  "
            f"{self.threads:3} threads  {self.descriptors:3} descriptors"
        )


def figures_of(pid: int, seconds: float, keys: int) -> Figures:
    """Read from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+)", status)
    threads = re.search(r"Threads:\s+(\d+)", status)
    assert resident is not None
    assert threads is not None
    descriptors = len(os.listdir(f"/proc/{pid}/fd"))
    return Figures(seconds, keys, int(resident[1]) >> 10, int(threads[1]), descriptors)


class Hands:
    """Somebody at the keyboard who never tires."""

    def __init__(self, terminal: Pty, seed: int) -> None:
        self.terminal = terminal
        self.keys = 0
        self._random = random.Random(seed)
        self._acts = 0
        self._habits: tuple[tuple[int, Callable[[], None]], ...] = (
            (10, self._move),
            (4, self._look_into_one),
            (2, self._filter),
            (1, self._ask_for_help),
            (1, self._sort),
            (1, self._palette),
            (1, self._resubmit),
            (1, self._delete),
            (1, self._refuse),
            (1, self._resize),
            (2, self._mash),
        )

    def act(self) -> None:
        """Do one thing that a person does."""
        weights = [weight for weight, _ in self._habits]
        (habit,) = self._random.choices([act for _, act in self._habits], weights)
        habit()
        self._acts += 1
        if self._acts % ANSWERS_EVERY == 0:
            self._wait_for_answers()

    def press(self, *keys: str) -> None:
        """Press keys, each when the app has taken the one before."""
        for key in keys:
            self.terminal.press(key)
            self.keys += 1
            self._taken()

    def _taken(self) -> None:
        """Let the app write; a person is slower than that."""
        self.terminal.pump(0.02)

    def _move(self) -> None:
        moves = ("down", "up", "pagedown", "pageup", "home", "end", "j", "k")
        self.press(*self._random.choices(moves, k=self._random.randint(1, 8)))

    def _look_into_one(self) -> None:
        self.press("enter")
        for _ in range(self._random.randint(1, 5)):
            self.press(self._random.choice(("l", "a", "y", "e", "tab", "down", "up", "[", "]")))
        self._back()

    def _filter(self) -> None:
        self.press("/", *self._random.choices("soak-0123456789", k=3))
        self.press(self._random.choice(("enter", "escape")))
        self._move()
        self._back()

    def _ask_for_help(self) -> None:
        self.press("?", "pagedown")
        self._back()

    def _sort(self) -> None:
        self.press(self._random.choice(("<", ">")))

    def _palette(self) -> None:
        self.press(":", *self._random.choices("abcdefgh", k=3))
        self._back()

    def _resubmit(self) -> None:
        self.press("R")
        self.terminal.pump(0.3)
        self.press("ctrl+s")
        self._back()

    def _delete(self) -> None:
        self.press("D")
        self.terminal.pump(0.5)
        self.press("y")
        self._back()

    def _refuse(self) -> None:
        self.press(self._random.choice(("r", "s", "D")))
        self.terminal.pump(0.1)
        self._back()

    def _resize(self) -> None:
        columns, rows = self._random.choice(((80, 24), (120, 40), (60, 20), (200, 50)))
        self.terminal.resize(columns, rows)
        self.terminal.pump(0.1)

    def _mash(self) -> None:
        """Any keys at all, but for those that leave the program or ask for its commands."""
        self.press(*self._random.choices(MASHED, k=self._random.randint(5, 40)))
        self._back()

    def _wait_for_answers(self) -> None:
        """Until every key was taken: the palette comes with a word that no key before it wrote."""
        word = f"taken{self._acts}"
        for _ in range(TRIES):
            self.press(":", *word)
            # On a machine that is busy with others one may have come right behind an escape.
            with suppress(AssertionError):
                self.terminal.wait_for(word, within=LONGEST)
                break
            self._back()
        else:
            raise AssertionError(f"keys are not taken:\n{self.terminal.picture()}")
        self._back()

    def _back(self) -> None:
        """To the list, from wherever this led."""
        for _ in range(3):
            self.press("escape")
            # An escape with something right behind it would be another key.
            self.terminal.pump(0.15)


def soak(
    *,
    keys: int,
    seconds: float,
    count: int = 200,
    rate: float = 25.0,
    seed: int = 1,
    every: float = 60.0,
    told: Callable[[str], object] = print,
) -> list[Figures]:
    """Run it until so many keys were pressed and so many seconds are over.

    Raises: AssertionError where the app ends, hangs, shows what is not so or grows.
    """
    found: list[Figures] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        churning(count, rate, seed=seed, cut_every=15.0) as (churn, api),
    ):
        config = str(write_kubeconfig(Path(folder), api.url))
        argv = run_tui("--kubeconfig", config)
        with Pty(argv, columns=120, rows=40, env=ELSEWHERE, cwd=Path(folder)) as terminal:
            terminal.wait_for("soak-")
            hands = Hands(terminal, seed)
            began = told_at = time.monotonic()
            while hands.keys < keys or time.monotonic() - began < seconds:
                hands.act()
                assert terminal.process.poll() is None, f"it ended:\n{terminal.picture()}"
                now = time.monotonic()
                if now - told_at >= every or not found:
                    told_at = now
                    found.append(figures_of(terminal.process.pid, now - began, hands.keys))
                    told(str(found[-1]))
                terminal.forget()
            found.append(figures_of(terminal.process.pid, time.monotonic() - began, hands.keys))
            told(str(found[-1]))
            check_what_is_shown(terminal, churn)
    check_growth(found)
    return found


def check_what_is_shown(terminal: Pty, churn: Churn) -> None:
    """Once nothing changes any more, the header counts exactly what there is."""
    churn.rate = 0
    terminal.resize(120, 40)

    def is_right() -> bool:
        # Whatever is still open is left, a filter too.
        terminal.press("escape")
        terminal.pump(0.4)
        return counts_in(terminal.picture()) == churn.counts

    terminal.wait_until(is_right, f"the header to say {churn.counts}", within=LONGEST)


def counts_in(picture: str) -> dict[str, int]:
    """`10 run 27 fail │ 60  RW  ● live` of the header, "" for all of them."""
    counted, _, total = picture.partition("\n")[0].rpartition("│")
    found = re.findall(r"([\d,]+) (run|wait|fail)", counted)
    numbers = [(word, number) for number, word in found] + [
        ("", total.split()[0] if total.split() else "")
    ]
    return {
        word: int(text.replace(",", "") or 0)
        for word, text in numbers
        if text.strip("0123456789,") == ""
    }


def check_growth(found: list[Figures]) -> None:
    """Nothing grows once it has settled; a run too short to tell is not judged."""
    settled = [one for one in found if one.seconds >= SETTLED]
    if len(settled) < 2:
        return
    first, last = settled[0], settled[-1]
    for name in ("resident", "threads", "descriptors"):
        before, after = getattr(first, name), getattr(last, name)
        assert after <= before * GROWTH + 2, f"{name} grew from {before} to {after}"


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--rate", type=float, default=25.0, help="events a second")
    parser.add_argument("--count", type=int, default=200, help="workflows to begin with")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    soak(
        keys=given.keys,
        seconds=given.seconds,
        rate=given.rate,
        count=given.count,
        seed=given.seed,
    )


if __name__ == "__main__":
    main()
