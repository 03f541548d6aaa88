"""Many saved workflows: each costs what a list shows of it, not what was read."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

from tests.support.headless import run
from tests.support.runs import nightly_etl


def peak_of_listing(folder: Path) -> int:
    """The most memory that listing the folder takes at a time."""
    tracemalloc.start()
    try:
        assert run(["list", "-f", str(folder)]).code == 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_list_of_files_holds_one_whole_workflow_at_a_time(tmp_path: Path) -> None:
    one = json.dumps(nightly_etl())
    folders = [tmp_path / "few", tmp_path / "many"]
    for folder, count in zip(folders, (20, 100), strict=True):
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.json").write_text(one)
    peak_of_listing(folders[0])  # what is made once is made
    few, many = map(peak_of_listing, folders)
    assert (many - few) / 80 < len(one) / 2
