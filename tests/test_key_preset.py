"""Keys that people know from another program, where the settings ask for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui.keys import KEYS, PRESETS, KeyTable, each

ROOT = Path(__file__).resolve().parent.parent

SORTS = """
import asyncio
from tui.keys import KEYS
KEYS.use("k9s")
from tests.support.app import showing
from tests.support.runs import team, nightly_etl
from tests.support.scripted import ScriptedSource

async def main():
    async with showing(source=ScriptedSource(nightly_etl(), *team()), size=(120, 90)) as shown:
        await shown.press("N")
        assert shown.names == sorted(shown.names), shown.names
        await shown.press("N")
        assert shown.names == sorted(shown.names, reverse=True)
        await shown.press("A")
        assert shown.overview.arrangement.sort_column == "age"
        await shown.press("P")
        await shown.until_said("there is no namespace to sort by here")
        await shown.open()
        await shown.press("f")
        assert shown.detail.split.is_zoomed
        await shown.press("question_mark")
        await shown.until_shown("z f")

asyncio.run(main())
"""


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_destroys_nothing_and_replaces_nothing_that_does(preset: str) -> None:
    destroying = {key for own in KEYS if own.startswith("act.") for key in each(KEYS[own])}
    added = {key for keys in PRESETS[preset].values() for key in each(keys)}
    assert not destroying & added and not any(own.startswith("act.") for own in PRESETS[preset])


def test_a_key_of_the_settings_may_clash_with_one_of_the_preset() -> None:
    table = KeyTable({"sort": "S", "zoom": "z", "write": "f,ctrl+s"})
    assert table.clashes({"sort": "N"}) == {}
    assert table.clashes({"sort": "N"}, "k9s") == {
        "sort": "the key N is that of sort.by-name already"
    }
    assert table.clashes({"sort": "f"}, "k9s") == {"sort": "the key f is that of zoom already"}
    assert "sort.by-name" not in table, "asking changes nothing"


def test_that_of_k9s_sorts_and_has_full_screen() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SORTS], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
