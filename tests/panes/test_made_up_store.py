"""A store of another kind is a registration: its folders, previews and downloads need no pane."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from textual import on

from tests.support.artifacts_pane import showing
from tests.support.panes import bench
from tests.support.scripted import ScriptedSource
from tui.artifacts import STORES, StoreKind
from tui.artifacts.base import (
    Can,
    Folder,
    FolderEntry,
    FolderListing,
    Link,
    Progress,
    ReadSecret,
    Stat,
    StoreError,
)
from tui.domain.location import Location, OtherLocation
from tui.domain.workflow import Workflow
from tui.panes.artifact_list import ArtifactRows
from tui.panes.artifact_lookup import ArtifactLookup
from tui.panes.artifacts import MANY, ArtifactsPane
from tui.ports.threads import CancelToken
from tui.widgets.query_bar import QueryBar

FILES = {"out/notes.txt": b"made up\n", "out/deep/more.txt": b"deeper\n"}


class Drawer:
    """A store of a kind that argo-tui has none for, with a folder in it."""

    can: frozenset[Can] = frozenset(("range", "list", "presign"))
    asked: list[str] = []

    def __init__(self, secrets: ReadSecret) -> None:
        pass

    def stat(self, location: Location) -> Stat | Folder:
        self.asked.append(location.key)
        if location.key in FILES:
            return Stat(len(FILES[location.key]))
        inside = [data for key, data in FILES.items() if key.startswith(f"{location.key}/")]
        if not inside:
            raise StoreError("the drawer is stuck", reason="unreachable")
        return Folder(len(inside), sum(map(len, inside)))

    def read(self, location: Location, offset: int, length: int) -> bytes:
        return FILES[location.key][offset : offset + length]

    def listing(self, location: Location, limit: int = 1000, after: str = "") -> FolderListing:
        assert isinstance(location, OtherLocation)
        found: dict[str, FolderEntry] = {}
        for key, data in FILES.items():
            if key.startswith(f"{location.key}/"):
                name, slash, _ = key.removeprefix(f"{location.key}/").partition("/")
                place = replace(location, key=f"{location.key}/{name}")
                found[name] = FolderEntry(name, bool(slash), place, None if slash else len(data))
        return FolderListing(tuple(sorted(found.values(), key=lambda entry: not entry.is_folder)))

    def download(
        self,
        location: Location,
        target: Path,
        progress: Progress,
        stop: CancelToken,
        *,
        overwrite: bool = False,
    ) -> Path:
        target.write_bytes(FILES[location.key])
        return target

    def link(self, location: Location, seconds: int) -> Link:
        return Link(f"drawer:{location.key}")

    def close(self) -> None:
        pass


def workflow(*keys: str) -> Workflow:
    def out(key: str) -> dict[str, Any]:
        return {"name": key, "plugin": {"name": "drawer", "key": key}, "archive": {"none": {}}}

    node = {"id": "n", "name": "w.n", "type": "Pod", "outputs": {"artifacts": list(map(out, keys))}}
    whole = {"metadata": {"name": "w", "uid": "u"}, "status": {"nodes": {"n": node}}}
    return msgspec.convert(whole, Workflow)


def drawer(**more: Any) -> StoreKind:
    return StoreKind("plugin", Drawer, **more)


async def test_its_folders_open_its_files_are_read_and_its_title_is_shown(tmp_path: Path) -> None:
    with STORES.including(drawer(title=lambda location: "drawer")):
        async with showing(workflow("out")) as seen:
            await seen.until(lambda: "(2)" in seen.rows[1])
            assert seen.line("head") == "1 artifact  15 B   drawer"
            await seen.press("enter")
            await seen.until(lambda: "deep/" in "".join(seen.rows))
            await seen.press("enter")
            await seen.until(lambda: "more.txt" in "".join(seen.rows))
            await seen.press("enter")
            await seen.until(lambda: "deeper" in seen.preview)
            await seen.press("f")
            seen.app.query_one("#artifact-path", QueryBar).text = str(tmp_path)
            await seen.press("enter")
            await seen.until(lambda: seen.line("status").startswith("saved"))
    assert (tmp_path / "more.txt").read_bytes() == b"deeper\n"


async def test_a_store_that_does_not_answer_is_asked_once_for_all_that_it_holds() -> None:
    Drawer.asked.clear()
    with STORES.including(drawer(server=lambda location: "one drawer")):
        async with showing(workflow("lost", "gone", "away")) as seen:
            await seen.until(lambda: "".join(seen.rows).count("unreachable") == 3)
    assert Drawer.asked == ["lost"]


async def test_thousands_of_answers_are_told_in_a_few_messages_and_all_are_shown() -> None:
    messages: list[ArtifactLookup.Answered] = []
    loop, is_done = asyncio.get_running_loop(), threading.Event()

    class Refusing(Drawer):
        """It has nothing of what it is asked for; the event loop waits until it has said so."""

        def stat(self, location: Location) -> Stat | Folder:
            if location.key == "k0":
                loop.call_soon_threadsafe(is_done.wait, 30)
            if location.key == f"k{MANY}":
                is_done.set()
            raise StoreError("the drawer has no such thing", reason="missing")

    class Counting(ArtifactsPane):
        @on(ArtifactLookup.Answered)
        def count(self, message: ArtifactLookup.Answered) -> None:
            messages.append(message)

    with STORES.including(StoreKind("plugin", Refusing)):
        async with bench(Counting, ScriptedSource()) as told:
            made = workflow(*(f"k{number}" for number in range(MANY + 1)))
            told.pane.show(made, None, b"{}")
            rows = told.pane.query_one(ArtifactRows)

            def are_all_shown() -> bool:
                return len(rows.items) > MANY and all(item.fact for item in rows.items)

            await told.until(are_all_shown)
    assert 1 <= len(messages) <= 3


async def test_the_line_above_the_list_is_not_counted_anew_with_each_answer() -> None:
    looked: list[Location] = []

    def title(location: Location) -> str:
        looked.append(location)
        return "drawer"

    kind = StoreKind("plugin", Drawer, title=title, server=lambda location: location.key)
    with STORES.including(kind):
        async with showing(workflow("out", "out/notes.txt", "gone")) as seen:
            await seen.until(lambda: "unreachable" in "".join(seen.rows))
            rows = seen.app.query_one(ArtifactRows)
            await seen.until(lambda: all(item.fact for item in rows.items))
            assert rows.headline == "3 artifacts  23 B   drawer"
            looked.clear()
            first, second, _ = (item.location for item in rows.items)
            assert first is not None and second is not None
            rows.show_facts({first: Folder(9, 2048, whole=False), second: Stat(1024)})
            assert rows.headline == "3 artifacts  at least 3.0 KiB   drawer"
            assert not looked
            rows.narrow("notes")
            assert rows.headline.startswith("1 artifact  1.0 KiB   drawer")
            looked.clear()
            rows.show_facts({first: Stat(1), second: Stat(2)})
            assert rows.headline.startswith("1 artifact  2 B   drawer")
            rows.narrow("")
            assert rows.headline == "3 artifacts  3 B   drawer"
            assert not looked
