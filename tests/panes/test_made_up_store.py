"""A store of another kind is a registration: its folders, previews and downloads need no pane."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from tests.support.artifacts_pane import showing
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
