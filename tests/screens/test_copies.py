"""`C` offers what can be copied, and `ctrl-a` what can be typed after a colon."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from tests.support.app import Shown, showing
from tests.support.runs import ETL, nightly_etl, team
from tests.support.scripted import ScriptedSource
from tui.domain.identity import ObjectKey
from tui.errors import Unreachable
from tui.kinds.registry import KINDS
from tui.menu import Choice, Menu
from tui.palette import Palette
from tui.ports.connection import Connection
from tui.screens.copies import copies_of, yaml_of
from tui.settings import Settings
from tui.terminal import textual_private
from tui.widgets.table import Table


async def offered(shown: Shown) -> dict[str, str]:
    """What the menu offers, and the words beside it."""
    await shown.press("C")
    await shown.until(lambda: shown.shows(Menu))
    rows: Table[Choice] = shown.app.screen.query_one(Table)
    return {choice.title: choice.help for choice in rows.items}


def test_commands_name_namespace_and_context_and_are_safe_in_a_shell() -> None:
    key = ObjectKey("prod", "wf", "argo", "a;rm -rf")
    found = dict(copies_of(KINDS["wf"], key, "u-1", context="prod"))
    assert found["Namespace/name"] == "argo/a;rm -rf" and found["UID"] == "u-1"
    assert found["argo command"] == "argo get 'a;rm -rf' -n argo --context prod"
    assert found["kubectl command"].startswith("kubectl get workflows.argoproj.io 'a;rm -rf' -n")


def test_what_is_in_no_namespace_and_has_no_uid_has_neither() -> None:
    found = dict(copies_of(KINDS["cwftmpl"], ObjectKey("c", "cwftmpl", "", "shared")))
    assert set(found) == {"Name", "kubectl command", "argo command"}
    assert found["argo command"] == "argo cluster-template get shared"


def test_yaml_that_no_clipboard_takes_is_not_made() -> None:
    assert yaml_of(b'{"a":1}') == ["a: 1"] and not yaml_of(b"x" * 300_000)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_every_kind_of_argos_has_a_command_of_argos(kind: Any) -> None:
    assert bool(kind.argo) == (kind.resource.group == "argoproj.io")


async def test_in_the_list_names_and_commands_and_a_letter_copies_one() -> None:
    async with showing(nightly_etl()) as shown:
        found = await offered(shown)
        assert found["Name"] == ETL and found["Namespace/name"] == f"argo/{ETL}"
        assert found["argo command"] == f"argo get {ETL} -n argo --context scripted"
        await shown.press("n")
        await shown.until_said(f"{ETL} sent to the clipboard")


async def test_in_a_workflow_step_pod_and_yaml_too() -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await shown.open()
        found = await offered(shown)
        assert found["Step"] == "transform(2:shard:2)(1)" and found["Pod"].startswith(ETL)
        assert found["kubectl logs command"].startswith(f"kubectl logs {found['Pod']} -c main -n")
        assert "YAML" in found and found["Node ID"].startswith(ETL)
        await shown.press("escape")
        shown.detail.steps.move_to_line(0)
        assert "Pod" not in await offered(shown)


async def test_the_page_in_the_browser_where_the_settings_name_one() -> None:
    places = (("scripted", {"web_ui": "https://argo.example.com/base"}),)
    async with showing(nightly_etl(), settings=Settings(places=places)) as shown:
        page = f"https://argo.example.com/base/workflows/argo/{ETL}"
        assert (await offered(shown))["Web page"] == page
        await shown.press("escape")
        await shown.open()
        found = await offered(shown)
        assert found["Web page"] == f"{page}?tab=workflow&nodeId={found['Node ID']}"
    async with showing(nightly_etl()) as shown:
        assert "Web page" not in await offered(shown)


def refused(demo: bool) -> Connection:
    raise Unreachable("no answer from https://10.0.0.1:6443")


async def test_where_there_is_nothing_a_word_says_so() -> None:
    async with showing(can_demo=False, connect=refused) as shown:
        await shown.press("C")
        await shown.until_said("there is nothing here to copy")


async def test_a_key_and_tab_in_the_palette_list_commands_by_all_their_names() -> None:
    async with showing(nightly_etl()) as shown:
        for keys in (["ctrl+a"], ["colon", "tab"]):
            await shown.press(*keys)
            await shown.until(lambda: shown.shows(Palette))
            palette = shown.app.screen
            assert isinstance(palette, Palette)
            names = [entry.name for entry in palette.found.items]
            assert ":q, :quit" in names and any(":cron, :cwf" in name for name in names)
            assert all(name.startswith(":") for name in names)
            await shown.press(*"quit")
            assert palette.found.current is not None
            assert palette.found.current.name == ":q, :quit"
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(Palette))


def clipboard(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the clipboard from now on."""
    sent: list[str] = []
    driver = textual_private.driver(shown.app)
    assert driver is not None
    write = driver.write

    def hear(data: str) -> None:
        if found := re.search("\x1b]52;c;([^\x07]*)\x07", data):
            sent.append(base64.b64decode(found[1]).decode())
        write(data)

    monkeypatch.setattr(driver, "write", hear)
    return sent


async def test_in_a_list_c_copies_the_names_of_all_that_are_marked_a_line_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        sent, names = clipboard(shown, monkeypatch), shown.names
        await shown.press("c")
        assert sent == [names[0]]
        await shown.press("j", "j", "space", "g", "space", "c")
        assert sent[1:] == [f"{names[0]}\n{names[2]}"], "in the order of the list"
        await shown.until_said("2 names sent to the clipboard")
        found = await offered(shown)
        assert found["Name of 2 marked"] == f"{names[0]}, {names[2]}" and "Name" not in found
        assert "argo command of 2 marked" in found
        rows: Table[Choice] = shown.app.screen.query_one(Table)
        rows.move_to("Namespace/name of 2 marked")
        await shown.press("enter")
        await shown.until_said("Namespace/name of 2 marked sent to the clipboard")
        assert sent[-1].splitlines() == [f"argo/{names[0]}", f"argo/{names[2]}"]
        await shown.press("u", "c")
        assert sent[-1] in names


async def marked_row(shown: Shown, title: str) -> Table[Choice]:
    assert title in await offered(shown)
    rows: Table[Choice] = shown.app.screen.query_one(Table)
    return rows


async def test_in_the_tree_c_copies_the_names_of_all_that_are_marked_a_line_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await shown.open()
        sent, steps = clipboard(shown, monkeypatch), shown.detail.steps
        steps.move_to_line(0)
        await shown.press("space", "space", "c")
        first, second = (row.node for row in steps.items[:2])
        assert first.type != "Pod" == second.type
        assert sent[0].splitlines() == [first.title, shown.detail.split.name_of(second)]
        assert sent[0].splitlines()[1].startswith(f"{ETL}-")
        await shown.until_said("2 names sent to the clipboard")
        rows = await marked_row(shown, "Node ID of 2 marked")
        assert rows.model.index_of("Step of 2 marked") >= 0 and rows.model.index_of("Step") < 0
        rows.move_to("Node ID of 2 marked")
        await shown.press("enter")
        await shown.until(lambda: len(sent) == 2)
        assert sent[1].splitlines() == [str(first.id), str(second.id)]
        await shown.press("u", "c")
        assert "\n" not in sent[2]


async def test_yaml_is_copied_as_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing(source=ScriptedSource(nightly_etl())) as shown:
        await shown.open()
        sent = clipboard(shown, monkeypatch)
        (await marked_row(shown, "YAML")).move_to("YAML")
        await shown.press("enter")
        await shown.until(lambda: sent)
        lines = sent[0].splitlines()
        assert "kind: Workflow" in lines and f"  name: {ETL}" in lines
