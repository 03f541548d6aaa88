"""One key, one meaning: keys stand in one place, and mean the same on every screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import ModalScreen

from tests.support.app import Shown, app_showing, showing
from tests.support.runs import nightly_etl, team
from tests.support.scripted import ScriptedSource
from tui.errors import SettingsError, Unreachable
from tui.keys import KEYS, KeyTable, each, hint, is_shared, key_name
from tui.kinds.workflows import WORKFLOWS
from tui.panes import PANES, panes_of
from tui.panes.base import PaneSpec
from tui.screens.bindings import bring_keys

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
        if keyword.arg == "key"
    }
    assert brought == set()


# --- one meaning ---------------------------------------------------------------------------------

HABITS = {
    ("o", "sort.reverse"): "sorting gets a menu, then `o` only opens and folds",
    ("e", "error-after"): "errors of a log are `{` and `}`, then `e` is only the events",
    ("E", "error-before"): "the same",
    ("d", "download"): "downloads get `f`, then `d` is only the summary",
}
"""Keys that people have in their fingers and that mean something else beside it, until the issue on
habits gives them up."""
FREE = {"space", *"0123456789"}
"""Keys whose meaning is told by the row of hints, or is that of the widget."""


def test_a_key_of_the_table_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = {}
    for meaning, keys in KEYS.items():
        for key in each(keys):
            if is_shared(meaning) and key not in FREE and (key, meaning) not in HABITS:
                meanings.setdefault(key, set()).add(meaning)
    assert {key: ids for key, ids in meanings.items() if len(ids) > 1} == {}


def test_the_exceptions_are_still_there() -> None:
    assert all(key in each(KEYS[meaning]) for key, meaning in HABITS)


def live(shown: Shown) -> Iterator[Binding]:
    """The bindings that are alive, but for those that every screen of Textual has."""
    for active in shown.app.screen.active_bindings.values():
        module = next(
            kind.__module__
            for kind in type(active.node).__mro__
            if active.binding.id is not None or active.binding in declared(kind)
        )
        if not module.startswith("textual."):
            yield active.binding


def declared(kind: type) -> set[Binding]:
    """The bindings that a class declares itself."""
    return set(Binding.make_bindings(kind.__dict__.get("BINDINGS", ())))


def check(shown: Shown, meanings: dict[str, set[str]]) -> None:
    """Add what the keys mean here to what they mean elsewhere."""
    screen = shown.app.screen
    for binding in live(shown):
        assert binding.id, f"{binding.key} of {screen} has no id"
        assert binding.key in {normal(key) for key in each(KEYS[binding.id])}, binding
        in_dialog = isinstance(screen, ModalScreen) or not is_shared(binding.id)
        if in_dialog or binding.key in FREE or (key_name(binding.key), binding.id) in HABITS:
            continue
        meanings.setdefault(binding.key, set()).add(binding.id)


def normal(key: str) -> str:
    """A key as Textual calls it."""
    (binding,) = Binding.make_bindings([Binding(key, "")])
    return binding.key


async def test_a_key_means_the_same_on_every_screen_wherever_the_focus_is() -> None:
    meanings: dict[str, set[str]] = {}
    async with showing(source=ScriptedSource(nightly_etl(), *team())) as shown:
        check(shown, meanings)
        for key in ("question_mark", "colon", "D", "q"):
            await shown.press(key)
            await shown.until(lambda: len(shown.app.screen_stack) == 3)
            check(shown, meanings)
            await shown.press("escape")
            await shown.until(lambda: len(shown.app.screen_stack) == 2)
        await shown.press("slash")
        check(shown, meanings)
        await shown.press("escape")
        await shown.open()
        check(shown, meanings)
        for pane in panes_of(WORKFLOWS):
            await shown.detail.action_pane(pane.id)
            await shown.until(lambda: shown.detail.pane_tabs.holds_focus)
            check(shown, meanings)
    assert {key: ids for key, ids in meanings.items() if len(ids) > 1} == {}
    assert {"j", "slash", "r", "question_mark"} <= set(meanings)


async def test_the_screen_that_says_what_is_wrong_has_keys_of_the_table() -> None:
    def fail(demo: bool) -> ScriptedSource:
        raise Unreachable("no route to the cluster")

    async with app_showing(connect=fail).run_test() as pilot:
        await pilot.pause()
        shown = Shown(pilot.app, pilot)  # type: ignore[arg-type]  # run_test forgets the class
        await shown.until_shown("no route")
        check(shown, {})


# --- sentences and registrations -----------------------------------------------------------------


def test_a_hint_is_the_first_key_as_sentences_spell_it() -> None:
    told = [*map(hint, ("filter", "unwind", "write", "move.left", "dialog.read-on", "mark"))]
    assert told == ["/", "Esc", "ctrl-S", "Left", "PgDn", "Space"]
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


async def test_a_new_pane_is_found_by_its_key_in_help_and_in_the_palette() -> None:
    cost = PaneSpec("cost", "Cost", "tui.panes.summary:SummaryPane", key="%")
    with PANES.including(cost):
        async with showing(nightly_etl()) as shown:
            await shown.open()
            await shown.press("%")
            await shown.until(lambda: shown.detail.pane_tabs.front == "cost")
            await shown.press("question_mark")
            await shown.until_shown("%                Cost")
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
