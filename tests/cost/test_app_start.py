"""What starting costs, counted in modules: nothing heavy before the first frame."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fake_api import Asked, Reply, fake_api, listing, workflow, write_kubeconfig
from tests.support.runs import nightly_etl
from tests.support.tables import cells, table

ROOT = Path(__file__).resolve().parent.parent.parent
HEAVY = {"kubernetes", "boto3", "botocore", "aiohttp", "yaml", "urllib3", "cryptography"}
"""Each takes longer to import than a frame to paint."""
DRAWING = {"textual", "rich"}


MOST_TO_LIST = 236
"""Modules of everybody that `argo-tui list` may load; half a millisecond each. A kind is one."""


def loaded_by(code: str, *args: str, **environment: str) -> set[str]:
    """What a fresh Python has imported after some code, told by its last line."""
    told = "\nimport sys, json\nprint('\\n' + json.dumps(sorted(loaded or sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", "loaded = ()\n" + code + told, *args],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


FIRST_FRAME = """
import asyncio, sys
from threading import Event
import tui.cli
from tui.app import ArgoApp
from tui.errors import Unreachable
from tui.settings import Settings

never = Event()
seen = []

def connect(demo):
    seen.append(set(sys.modules))
    never.wait(10)
    raise Unreachable("enough was seen")

async def main():
    app = ArgoApp(Settings(), connect)
    async with app.run_test(size=(80, 24)) as pilot:
        while not seen:
            await pilot.pause()
        painted = app.screen._compositor.render_strips()
        assert "connecting" in "".join(strip.text for strip in painted)
        never.set()

asyncio.run(main())
loaded = seen[0]
"""


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    modules = loaded_by(FIRST_FRAME)
    assert tops(modules) >= DRAWING, "it was painted"
    assert not tops(modules) & HEAVY
    lazy = ("tui.panes.logs", "tui.panes.artifacts", "tui.demo", "tui.sources.kubernetes")
    assert not modules & set(lazy)


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["get", "--help"]], ids=str)
def test_words_about_itself_load_neither_textual_nor_anything_heavy(words: list[str]) -> None:
    modules = loaded_by(f"from tui.cli import main\nassert main({words!r}) == 0")
    assert not tops(modules) & (HEAVY | DRAWING)


def test_headless_commands_on_files_never_import_textual(tmp_path: Path) -> None:
    saved = tmp_path / "etl.json"
    saved.write_text(json.dumps(nightly_etl()))
    for words in (["get", "-f", str(saved)], ["list", "-f", str(saved)]):
        modules = loaded_by(f"from tui.cli import main\nassert main({words!r}) == 0")
        assert not tops(modules) & (DRAWING | (HEAVY - {"yaml"}))


@pytest.mark.parametrize("output", [[], ["-o", "brief"]], ids=str)
def test_a_list_of_a_cluster_loads_the_standard_library_msgspec_and_little_of_ours(
    tmp_path: Path, output: list[str]
) -> None:
    answer = table(cells("a")) if output else listing(workflow("a"))
    with fake_api(lambda asked, reply: reply.json(answer)) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        words = ["--kubeconfig", path, "list", *output]
        modules = loaded_by(f"from tui.cli import main\nassert main({words!r}) == 0")
    assert not tops(modules) & (HEAVY | DRAWING | {"asyncio", "requests", "logging", "zoneinfo"})
    ours = {name for name in modules if name.startswith("tui.")}
    assert not {name for name in ours if name.startswith("tui.actions")}
    assert len(modules) <= MOST_TO_LIST


def test_the_log_of_a_pod_loads_neither_the_actions_nor_a_store(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("/log"):
            reply.raw(b"2026-03-17T06:00:00.000000000Z hello\n")
        else:
            reply.json(nightly_etl())

    with fake_api(answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        words = ["--kubeconfig", path, "logs", "nightly-etl", "extract-orders"]
        modules = loaded_by(f"from tui.cli import main\nassert main({words!r}) == 0")
    assert not tops(modules) & (HEAVY | DRAWING | {"asyncio", "difflib", "hashlib"})
    ours = {name for name in modules if name.startswith(("tui.actions", "tui.artifacts"))}
    assert not ours


ASKED_AHEAD = """
from threading import enumerate
from tui.domain.workflow import WORKFLOW_RESOURCE
from tui.settings import read_settings
from tui.sources import open_source, scope_of
from tui.sources.paths import Wanted
settings = read_settings({"kubeconfig": sys.argv[1]})
wanted = lambda place: Wanted(WORKFLOW_RESOURCE, scope_of(settings, place))
source = open_source(settings, prefetch=wanted)
for thread in enumerate():
    if thread.name == "prefetch":
        thread.join()
"""
"""What the program does before it imports Textual."""


@pytest.mark.parametrize("server", ["", "http://cluster.test"], ids=["direct", "proxied"])
def test_the_list_is_asked_for_before_the_first_frame_without_anything_heavy(
    tmp_path: Path, server: str
) -> None:
    with fake_api(lambda asked, reply: reply.json(listing(workflow("a")))) as api:
        path = str(write_kubeconfig(tmp_path, server or api.url))
        modules = loaded_by("import sys\n" + ASKED_AHEAD, path, HTTP_PROXY=api.url)
        assert len(api.asked) == 1
    assert "tui.sources.opening" in modules
    assert not tops(modules) & (HEAVY | DRAWING)


OPENED = """
import asyncio, sys
from tests.support.app import showing
from tests.support.runs import nightly_etl

async def main():
    async with showing(nightly_etl()) as shown:
        assert "tui.panes.logs" not in sys.modules
        await shown.press("enter")
        while "tui.panes.artifacts" not in sys.modules:
            await asyncio.sleep(0.05)

asyncio.run(main())
"""


def test_panes_are_imported_while_the_first_one_is_read() -> None:
    modules = loaded_by(OPENED)
    assert "tui.panes.logs" in modules
    assert not tops(modules) & (HEAVY - {"yaml"}), "none of them needs its store before it asks"
