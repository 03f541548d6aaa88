"""A recording: how large a day is, and what of a core it takes at a hundred events a second.

    python tests/bench/bench_recording.py [RUNS [SECONDS]]

A day is 1,000 runs, each with 40 changes of its row and 9 whole objects, every tenth opened, with
500 lines of log: aim, at most 50 MB. Then the same events come at 100 a second: aim, at most 5 % of
a core, by the time of the thread that writes; beside it the time that decoding the same events
takes, which happens without a recording, too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from tests.support.recordings import day_of
from tests.support.runs import nightly_etl
from tui.domain import decode
from tui.recording.hearing import Ear
from tui.recording.writing import Recorder

RATE = 100


def day(folder: Path, runs: int) -> tuple[int, float]:
    """Bytes of a day, and seconds of a core that the thread took for it."""
    recorder, ear = Recorder(folder / "day.argo.rec", failed=print), Ear()
    ear.begin(recorder)

    def tick() -> None:
        while recorder.is_open and len(recorder._waiting) > 5_000:
            time.sleep(0.01)

    day_of(runs, ear, tick)
    ear.end()
    recorder.end(600)
    assert not recorder.lost, recorder.lost
    return recorder.size, recorder.cpu


def steady(folder: Path, seconds: int) -> tuple[float, int]:
    """The share of a core that the thread takes at `RATE` events a second, and the events."""
    recorder, ear = Recorder(folder / "steady.argo.rec", failed=print), Ear()
    ear.begin(recorder)
    begun, count = time.monotonic(), 0

    def tick() -> None:
        nonlocal count
        count += 1
        time.sleep(max(0.0, begun + count / RATE - time.monotonic()))

    day_of(max(1, RATE * seconds // 40), ear, tick)
    took = time.monotonic() - begun
    ear.end()
    recorder.end(60)
    return recorder.cpu / took, count


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as name:
        size, cpu = day(Path(name), runs)
        print(f"a day of {runs:,} runs: {size / 1e6:.1f} MB, written in {cpu:.1f} s of a core")
        share, count = steady(Path(name), seconds)
    raw = msgspec.json.encode(nightly_etl())
    begun = time.thread_time()
    for _ in range(count):
        decode.listed(raw)
    decoding = (time.thread_time() - begun) / (count / RATE)
    print(f"{RATE} events a second: {share:.1%} of a core; decoding them {decoding:.1%}")


if __name__ == "__main__":
    main()
