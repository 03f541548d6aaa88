"""One key, one meaning: keys stand in one place, and mean the same on every screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen

from tests.support.app import Shown, app_showing, showing
from tests.support.runs import nightly_etl, team
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.errors import SettingsError, Unreachable
from tui.keys import KEYS, KeyTable, each, hint, is_shared
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.palette import Palette
from tui.panes import PANES, panes_of
from tui.panes.base import PaneSpec
from tui.screens.bindings import bring_keys
from tui.screens.commands import MOVING
from tui.screens.help import help_lines, idle_keys
from tui.screens.list import ListScreen
from tui.screens.object import ObjectScreen

PACKAGE = Path(__file__).resolve().parent.parent / "tui"
FILES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if "demo" not in path.parts and path.name not in ("keys.py", "bindings.py")
)

# --- one place -----------------------------------------------------------------------------------

SPELLED = re.compile(
    r"\bctrl[-+]\w\b|\b(?:Esc|PgDn|PgUp)\b|\b(?:Enter|Tab|Space) [a-z]+s\b|"
    r"(?:^|[;:,.] |  )(?:[A-Za-z0-9/?!<>(){}]|Left|Right) "
    r"(?:opens?|shows?|closes?|searches|goes|reads|sends?|marks?|quits?|leaves|zooms?|reverses)\b"
)
"""A key as sentences name it."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module that is not a docstring."""
    tree = ast.parse(path.read_text())
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_sentences_take_keys_from_the_table() -> None:
    spelled = {
        f"{path.relative_to(PACKAGE)}:{line} {text!r}"
        for path in FILES
        for line, text in texts(path)
        if SPELLED.search(text) and path.name not in ("cli.py", "driver.py")
    }
    assert spelled == set()


@pytest.mark.parametrize("text", ["Esc clears it", "x; d opens it", "ctrl-L does", "Left goes up"])
def test_a_key_in_a_sentence_is_found(text: str) -> None:
    assert SPELLED.search(text)


def test_bindings_are_made_from_the_table() -> None:
    made = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) == "Binding"
    }
    assert made == set()


def test_no_registration_of_ours_brings_a_key_of_its_own() -> None:
    brought = {
        f"{path.relative_to(PACKAGE)}:{keyword.value.lineno}"
        for path in FILES
        if path.parts[len(PACKAGE.parts)] in ("actions", "panes", "kinds")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Action", "PaneSpec", "Kind")
        for keyword in node.keywords
        if keyword.arg == "key" and isinstance(keyword.value, ast.Constant)
    }
    assert brought == set()


# --- one meaning ---------------------------------------------------------------------------------

FREE = {"space", "v", *"0123456789"}
"""Keys whose meaning is told by the row of hints, or is that of the widget; `v` shows what stands
beside a list, and a log beside a log."""


def test_a_key_of_the_table_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = {}
    for meaning, keys in KEYS.items():
        for key in each(keys):
            if is_shared(meaning) and key not in FREE:
                meanings.setdefault(key, set()).add(meaning)
    assert {key: ids for key, ids in meanings.items() if len(ids) > 1} == {}


TWICE = ({"move.page-down", "text.page-down"}, {"move.page-up", "text.page-up"})
"""Ids of one meaning: texts have Space and `b` for it, too, and Space is no key like others."""


def live(shown: Shown) -> Iterator[tuple[DOMNode, Binding]]:
    """The bindings that are alive, but for those that every screen of Textual has."""
    for active in shown.app.screen.active_bindings.values():
        module = next(
            kind.__module__
            for kind in type(active.node).__mro__
            if active.binding.id is not None or active.binding in declared(kind)
        )
        if not module.startswith("textual."):
            yield active.node, active.binding


def declared(kind: type) -> set[Binding]:
    """The bindings that a class declares itself."""
    return set(Binding.make_bindings(kind.__dict__.get("BINDINGS", ())))


@dataclass
class Meanings:
    """The table of keys, made of what is alive on each screen with each focus."""

    of_keys: dict[str, set[str]] = field(default_factory=dict)
    """Key → ids."""
    ids: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Class and action → ids."""
    places: set[str] = field(default_factory=set)
    """What had the focus."""

    def add(self, shown: Shown) -> None:
        """What the keys mean here."""
        screen, focused = shown.app.screen, shown.app.focused
        self.places.add(f"{type(screen).__name__} {type(focused).__name__}")
        for node, binding in live(shown):
            assert binding.id, f"{binding.key} of {screen} has no id"
            assert binding.key in {normal(key) for key in each(KEYS[binding.id])}, binding
            if isinstance(screen, ModalScreen) or not is_shared(binding.id):
                continue  # a dialog
            self.ids.setdefault((type(node).__name__, binding.action), set()).add(binding.id)
            if binding.key not in FREE:
                self.of_keys.setdefault(binding.key, set()).add(binding.id)

    @property
    def faults(self) -> list[str]:
        """Keys with two meanings, and meanings with two ids."""
        keys = [f"{key} means {ids}" for key, ids in self.of_keys.items() if len(ids) > 1]
        twice = [(what, ids) for what, ids in self.ids.items() if len(ids) > 1]
        return keys + [f"{what} has {ids}" for what, ids in twice if ids not in TWICE]


def normal(key: str) -> str:
    """A key as Textual calls it."""
    (binding,) = Binding.make_bindings([Binding(key, "")])
    return binding.key


def test_keys_with_two_meanings_and_meanings_with_two_ids_are_faults() -> None:
    of_keys = {"d": {"pane.summary", "download"}, "r": {"act.retry"}}
    ids = {("List", "open"): {"open", "choose"}, ("Text", "page_down"): TWICE[0]}
    assert len(Meanings(of_keys, ids).faults) == 2


async def test_a_key_means_the_same_on_every_screen_wherever_the_focus_is() -> None:
    found = Meanings()
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        found.add(shown)
        for key in ("question_mark", "colon", "S", "x", "D", "q"):
            await shown.press(key)
            await shown.until(lambda: len(shown.app.screen_stack) == 3)
            found.add(shown)
            await shown.press("escape")
            await shown.until(lambda: len(shown.app.screen_stack) == 2)
        await shown.press("slash")
        found.add(shown)
        await shown.press("escape")
        await shown.open()
        found.add(shown)
        for pane in panes_of(WORKFLOWS):
            await shown.detail.action_pane(pane.id)
            await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
            found.add(shown)
    assert found.faults == []
    assert {"j", "slash", "r", "question_mark"} <= set(found.of_keys)
    assert {"WorkflowScreen StepTree", "WorkflowScreen ArtifactRows"} <= found.places
    assert {"ListScreen Table", "WorkflowScreen TextView", "Menu Table"} <= found.places


NIGHTLY: Manifest = {
    "kind": "CronWorkflow",
    "metadata": {"name": "nightly", "namespace": "argo", "uid": "u1", "resourceVersion": "1"},
    "spec": {"schedules": ["0 7 * * *"]},
}
ETL: Manifest = {
    "kind": "WorkflowTemplate",
    "metadata": {"name": "etl", "namespace": "argo", "uid": "u2", "resourceVersion": "1"},
    "spec": {"entrypoint": "main"},
}
POD: Manifest = {
    "kind": "Pod",
    "metadata": {
        "name": "etl-1",
        "namespace": "argo",
        "uid": "u3",
        "resourceVersion": "1",
        "labels": {"workflows.argoproj.io/workflow": "etl"},
    },
}


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind is not WORKFLOWS], ids=lambda kind: kind.id
)
async def test_a_key_means_the_same_in_every_list_and_beside_workflows(
    kind: Kind[Any, Any],
) -> None:
    found = Meanings()
    async with showing(source=ScriptedSource(nightly_etl(), NIGHTLY, ETL, POD)) as shown:
        found.add(shown)
        shown.app.show_kind(kind)
        await shown.until(lambda: shown.app.views.listed_kind == kind.id)
        await shown.press("escape")  # pods of the workflow under the cursor alone
        found.add(shown)
        view = shown.app.screen
        assert isinstance(view, ListScreen)
        if kind.id == "cwftmpl":
            assert found.faults == [], "there are none to open"
            return
        await shown.until(lambda: len(view.rows.items))
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ObjectScreen))
        for pane in panes_of(kind):
            await shown.app.screen.action_pane(pane.id)  # type: ignore[attr-defined]
            found.add(shown)
    assert found.faults == []


async def test_the_screen_that_says_what_is_wrong_has_keys_of_the_table() -> None:
    def fail(demo: bool) -> ScriptedSource:
        raise Unreachable("no route to the cluster")

    async with app_showing(connect=fail).run_test() as pilot:
        await pilot.pause()
        shown = Shown(pilot.app, pilot)  # type: ignore[arg-type]  # run_test forgets the class
        await shown.until_shown("no route")
        Meanings().add(shown)


# --- sentences and registrations -----------------------------------------------------------------


def test_a_hint_is_the_first_key_as_sentences_spell_it() -> None:
    told = [*map(hint, ("filter", "unwind", "write", "move.left", "dialog.read-on", "mark"))]
    assert told == ["/", "Esc", "f", "Left", "PgDn", "Space"]
    with pytest.raises(KeyError):
        hint("nothing.of-ours")


def test_a_registration_brings_a_key_and_may_bring_none_that_means_something_else() -> None:
    table = KeyTable({"back": "q", "dialog.yes": "y"})
    table.bring({"pane.cost": "$,y"})
    assert table["pane.cost"] == "$,y" and set(table) == {"back", "dialog.yes", "pane.cost"}
    with pytest.raises(SettingsError, match=r"the key q of pane.cost is that of back already"):
        table.bring({"pane.cost": "q"})
    with pytest.raises(SettingsError, match=r"the key % of pane.two is that of pane.one already"):
        table.bring({"pane.one": "%", "pane.two": "%"})
    table.bring({"back": "B"})
    assert table["back"] == "q" and "pane.cost" not in table, "what the table has stays"


@pytest.mark.parametrize(
    "keys", ["", "\r", "\rW", "\rd", "\rl\t", "\ra", "\ri", "\re", "\ry", "\r3"]
)
async def test_what_a_key_does_can_be_chosen_from_the_palette_and_stands_in_help(keys: str) -> None:
    names = {"\r": "enter", "\t": "tab"}
    async with showing(nightly_etl(), *team(), size=(120, 40)) as shown:
        for key in keys:
            await shown.press(names.get(key, key))
            await shown.at_rest()
        screen = shown.app.screen
        bound = {
            active.binding.id: active
            for active in screen.active_bindings.values()
            if active.binding.id and not active.binding.system and active.enabled
        }
        told = " ".join(line for line in help_lines(bound.values()))
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette)
        offered = palette.found.items
        keys_offered, titles = {each.key for each in offered}, {each.name for each in offered}
        for meaning, active in bound.items():
            if meaning in idle_keys(active.node):
                continue
            words = active.binding.description
            assert words and words in told, meaning
            title = words[:1].upper() + words[1:]
            is_moving = meaning.startswith(MOVING)
            assert is_moving or hint(meaning) in keys_offered or title in titles, (meaning, words)


async def test_what_has_only_a_key_is_done_from_the_palette_where_the_focus_was() -> None:
    async with showing(*team(), size=(120, 40)) as shown:
        await shown.press("enter")
        await shown.at_rest()
        before = shown.text
        await shown.press("z")
        await shown.at_rest()
        zoomed = shown.text
        await shown.press("z")
        await shown.at_rest()
        assert shown.text == before != zoomed
        await shown.press("colon", *"zoom", "enter")
        await shown.at_rest()
        assert shown.text == zoomed


async def test_a_new_pane_is_found_by_its_key_in_help_and_in_the_palette() -> None:
    cost = PaneSpec("cost", "Cost", "tui.panes.summary:SummaryPane", key="%")
    with PANES.including(cost):
        async with showing(nightly_etl(), size=(120, 90)) as shown:
            await shown.open()
            await shown.press("%")
            await shown.until(lambda: shown.detail.pane_tabs.front == "cost")
            await shown.press("question_mark")
            await shown.until_shown("%        Cost")
            await shown.press("escape", "colon", *"cost")
            await shown.until_shown("Show Cost")
            assert hint("pane.cost") == "%"
    bring_keys()
    assert "pane.cost" not in KEYS


def test_a_key_that_is_taken_ends_the_start_with_a_sentence() -> None:
    clash = PaneSpec("cost", "Cost", "tui.panes.summary:SummaryPane", key="r")
    with (
        PANES.including(clash),
        pytest.raises(SettingsError, match=r"the key r of pane.cost is that of act.retry already"),
    ):
        app_showing()
    bring_keys()
