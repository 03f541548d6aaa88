"""How many bytes a recording takes: a day of 1,000 runs stays below 50 MB."""

from __future__ import annotations

from pathlib import Path

from tests.support.recordings import day_of, texts_in
from tui.recording.hearing import Ear
from tui.recording.writing import Recorder

RUNS = 20
A_DAY = 50_000_000 // 1_000 * RUNS
"""Bytes that so many runs may take."""


def test_a_day_of_runs_takes_less_than_fifty_megabytes(tmp_path: Path) -> None:
    said: list[str] = []
    recorder, ear = Recorder(tmp_path / "day.argo.rec", failed=said.append), Ear()
    ear.begin(recorder)
    day_of(RUNS, ear)
    ear.end()
    recorder.end()
    assert not said and not recorder.lost
    assert len(texts_in(recorder.path)) > RUNS * 48
    assert recorder.path.stat().st_size < A_DAY // 2
