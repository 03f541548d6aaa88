"""The ways into every screen and dialog, and back out.

Lists, screens of objects, their panes and the questions of actions follow from what is registered;
the others stand here, one each. `uncovered` says which screens no way leads to, so that a new one
is not forgotten.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from itertools import cycle
from pkgutil import walk_packages
from typing import Any, NamedTuple

from textual.widget import Widget

import tui
from tests.support.app import Shown
from tests.support.asking import done
from tests.support.logs_pane import running
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource, manifest
from tests.support.scripted_rights import EVERYTHING, ScriptedRights
from tui.actions import ACTIONS
from tui.actions.base import Action
from tui.domain.workflow import LABEL, Manifest
from tui.errors import NoCluster
from tui.keys import KEYS, each
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.menu import ColumnMenu, Menu
from tui.palette import Palette
from tui.panes import PANES, panes_of
from tui.panes.containers import ContainerScreen
from tui.panes.log_steps import LogStepsScreen, OtherLogScreen
from tui.panes.row_box import RowBox
from tui.ports.connection import offered
from tui.ports.objects import Objects
from tui.ports.rights import Rights
from tui.screens.action import ActionScreen
from tui.screens.audit import AuditScreen
from tui.screens.bulk import BulkScreen
from tui.screens.comparison import CompareScreen
from tui.screens.confirm import ConfirmScreen, LeaveScreen
from tui.screens.container_choice import ContainerChoice
from tui.screens.dialog import Dialog
from tui.screens.doctor import DoctorScreen
from tui.screens.help import HelpScreen
from tui.screens.jobs import JobsScreen
from tui.screens.list import ListScreen
from tui.screens.named_filters import NamedFiltersScreen
from tui.screens.object import ObjectScreen
from tui.screens.picker import Picker
from tui.screens.problem import ProblemScreen
from tui.screens.program_output import ProgramScreen
from tui.screens.rights import RightsScreen
from tui.screens.save import SaveScreen
from tui.screens.small import TooSmallScreen
from tui.screens.token import TokenScreen
from tui.screens.workflow import WorkflowScreen
from tui.state.bulk import Bulk
from tui.view import BlankView, ModalView, View
from tui.widgets.table import Table

Do = Callable[[Shown], Awaitable[object]]
Gone = Sequence[weakref.ref[Any]]
"""What was in front, and must not be there any more."""

NEVER_ALONE = frozenset({ModalView, RowBox, Dialog, BlankView})
"""What others are made from, and what is below all others."""
MANY = 12
"""Runs to mark, so many that their number has to be typed."""


class Way(NamedTuple):
    """A way in, and the way out again."""

    shows: type[View[Any]]
    forth: Do
    back: Do
    begin: Do | None = None
    """What is done once, before the first time."""

    async def there_and_back(self, shown: Shown) -> Gone:
        """In and out again; what was in front meanwhile, and what was in it."""
        before = shown.app.screen
        await self.forth(shown)
        await shown.until(lambda: shown.app.screen is not before and shown.shows(self.shows))
        front = shown.app.screen
        gone: Gone = [weakref.ref(each) for each in (front, *front.query(Widget))]
        del front
        await self.back(shown)
        await shown.until(lambda: shown.app.screen is before)
        return gone


# --- what is in the cluster ------------------------------------------------------------------


SPEC = {
    "entrypoint": "main",
    "arguments": {"parameters": [{"name": "tag", "value": "v1"}]},
    "templates": [{"name": "main", "container": {"image": "a"}}],
}


def object_of(kind: Kind[Any, Any], owner: str) -> Manifest:
    """One with nothing remarkable about it; `owner` is the run that a pod belongs to."""
    found = manifest(f"{kind.id}-{owner}", phase="Succeeded", labels={f"{LABEL}workflow": owner})
    found["kind"] = kind.resource.kind
    if not kind.resource.namespaced:
        del found["metadata"]["namespace"]
    found["spec"] = {"schedules": ["0 7 * * *"], "workflowSpec": SPEC, **SPEC}
    return found


def cluster() -> ScriptedSource:
    """Runs of all sorts, and for each of them one object of each other kind."""
    runs = [nightly_etl(), running("api", "web"), done()]
    others = [
        object_of(kind, run["metadata"]["name"])
        for kind in KINDS
        if kind is not WORKFLOWS
        for run in runs
    ]
    source = ScriptedSource(*runs, *others)
    source.ports[Rights] = ScriptedRights(argo=EVERYTHING)
    return source


# --- how things are done ---------------------------------------------------------------------


def press(*keys: str) -> Do:
    """Press these keys."""

    async def do(shown: Shown) -> None:
        await shown.press(*keys)

    return do


def keys_of(id: str) -> str:
    """The first key of a meaning."""
    return each(KEYS[id])[0]


def command(name: str) -> Do:
    """What the palette would do for this name."""

    async def do(shown: Shown) -> None:
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette)
        palette.line.value = name
        await shown.pilot.pause()
        await shown.press("enter")
        await shown.until(lambda: palette not in shown.app.screen_stack)

    return do


def push(make: Callable[[Shown], View[Any]]) -> Do:
    """Show a screen that somewhere deep in the app would make so."""

    async def do(shown: Shown) -> None:
        shown.app.push_screen(make(shown))

    return do


def list_of(kind: Kind[Any, Any]) -> Do:
    """To the list of a kind, until there is something in it."""

    async def do(shown: Shown) -> None:
        shown.app.show_kind(kind)
        await shown.until(lambda: is_list_of(shown.app.screen, kind))

    return do


def is_list_of(screen: object, kind: Kind[Any, Any]) -> bool:
    """Whether it is the list of a kind, with something in it."""
    if not isinstance(screen, ListScreen) or screen.kind.id != kind.id:
        return False
    return any(table.items for table in screen.query(Table))


def inside(*names: str) -> Do:
    """Into the screen of the run of this name, then these keys."""
    run, *keys = names

    async def do(shown: Shown) -> None:
        await shown.open(run)
        await shown.press(*keys)

    return do


def through_panes(kind: Kind[Any, Any]) -> Do:
    """Into an object, and through all that its screen has to show."""

    async def do(shown: Shown) -> None:
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.app.screen, WorkflowScreen | ObjectScreen))
        screen = shown.app.screen
        assert isinstance(screen, WorkflowScreen | ObjectScreen)
        for spec in panes_of(kind):
            await screen.pane_tabs.bring(spec.id)
            await shown.pilot.pause()
        for form in ("form.timeline", "form.tree") if kind is WORKFLOWS else ():
            await shown.press(keys_of(form))

    return do


def is_program(action: Action) -> bool:
    """Whether no question is asked before it."""
    return bool(action.session or action.program or action.lints)


def asking(actions: Sequence[Action]) -> Do:
    """Each question in turn."""
    turns = cycle(actions)

    async def do(shown: Shown) -> None:
        action = next(turns)
        screen, source = shown.app.screen, shown.app.source
        assert isinstance(screen, ListScreen) and source is not None
        (subject,) = screen.subjects("object")
        whole = offered(source, Objects).get(subject.target)
        if action.on == "node":
            node = next(iter(whole["status"]["nodes"]))
            subject = replace(subject, target=subject.target._replace(node=node))
        # What somebody writes in their editor is there already.
        choices = {"new": whole} if action.draft is not None else {}
        question = ActionScreen(shown.app.context, action, [subject], choices=choices)
        shown.app.push_screen(question)
        await shown.until(lambda: shown.app.screen is question)
        await shown.until(lambda: shown.static("dialog-plan") != "reading …")

    return do


async def trouble(shown: Shown) -> None:
    """There is nothing to show."""
    shown.app.views.show_trouble(NoCluster("the cluster is gone"), can_demo=True)


async def no_trouble(shown: Shown) -> None:
    """There is again."""
    shown.app.views.end_trouble()


async def mark_many(shown: Shown) -> None:
    """Mark more than a hand should change by accident."""
    source = shown.given
    assert isinstance(source, ScriptedSource)
    for number in range(MANY):
        source.put(manifest(f"many-{number}", phase="Succeeded"))
    await shown.until(lambda: len(shown.names) > MANY)
    await shown.press("*")


class _Anything:
    """A login that takes any token."""

    def paste(self, text: str) -> None:
        """As it is."""


def _context(shown: Shown) -> Any:
    return shown.app.context


ESCAPE = press("escape")
LEAVE = press("q")
ETL = "nightly-etl-x7k2p"
TWO_STEPS = "serve-q1w2e"


def ways() -> dict[str, Way]:
    """All of them, by what they are called."""
    return dict([*_of_registries(), *_others()])


def _of_registries() -> Iterator[tuple[str, Way]]:
    """Lists, objects with their panes, questions."""
    for kind in KINDS:
        begin = list_of(kind)
        if kind is not WORKFLOWS:
            there = list_of(kind)
            yield f"list of {kind.nouns}", Way(ListScreen, there, list_of(WORKFLOWS))
        shows = WorkflowScreen if kind is WORKFLOWS else ObjectScreen
        yield f"panes of {kind.nouns}", Way(shows, through_panes(kind), LEAVE, begin)
        asked = [
            action
            for action in ACTIONS
            if kind.id in action.kinds
            and action.on in ("object", "node")
            and not is_program(action)
        ]
        if asked:
            yield f"questions of {kind.nouns}", Way(ActionScreen, asking(asked), ESCAPE, begin)
    for spec in PANES:
        if spec.is_hinted and spec.id in WORKFLOWS.panes:
            key = keys_of(spec.binding_id)
            yield f"{spec.id} of the list", Way(WorkflowScreen, press(key), LEAVE)


def _others() -> Iterator[tuple[str, Way]]:
    """What is registered nowhere."""
    yield "manifest of the list", Way(WorkflowScreen, press("y"), LEAVE)
    yield "help", Way(HelpScreen, press("?"), ESCAPE)
    yield "palette", Way(Palette, press(":"), ESCAPE)
    yield "question", Way(ActionScreen, press("D"), ESCAPE)
    yield "question with a proof", Way(ActionScreen, press("D"), ESCAPE, mark_many)
    yield "form", Way(ActionScreen, press("R"), ESCAPE)
    yield "menu of actions", Way(Menu, press("x"), ESCAPE)
    yield "menu of columns", Way(ColumnMenu, press("#"), ESCAPE)
    yield "menu of orders", Way(Menu, press("S"), ESCAPE)
    yield "menu of copies", Way(Menu, press("C"), ESCAPE)
    yield "leave", Way(LeaveScreen, press("q"), press("n"))
    ask = push(lambda _: ConfirmScreen("Is it so?", yes="Yes"))
    yield "yes or no", Way(ConfirmScreen, ask, press("n"))
    yield "namespaces", Way(Picker, command("ns"), ESCAPE)
    yield "filters", Way(NamedFiltersScreen, press("."), ESCAPE)
    yield "comparison", Way(CompareScreen, press("="), ESCAPE)
    yield "audit", Way(AuditScreen, command("audit"), ESCAPE)
    yield "jobs", Way(JobsScreen, command("jobs"), ESCAPE)
    yield "doctor", Way(DoctorScreen, command("doctor"), ESCAPE)
    yield "rights", Way(RightsScreen, command("rights"), ESCAPE)
    token = push(lambda _: TokenScreen(_Anything(), "a server"))
    yield "token", Way(TokenScreen, token, ESCAPE)
    several = push(
        lambda shown: BulkScreen(_context(shown), Bulk("Delete", 9), take_back=lambda: None)
    )
    yield "several at once", Way(BulkScreen, several, LEAVE)
    program = push(lambda shown: ProgramScreen(_context(shown), ["true"], may_repeat=True))
    yield "output of a program", Way(ProgramScreen, program, ESCAPE)
    yield "save", Way(SaveScreen, press("f"), ESCAPE, inside(ETL, "y", "tab"))
    yield "containers", Way(ContainerScreen, press("A"), ESCAPE, inside(ETL, "l"))
    steps = inside(TWO_STEPS, "l", "g")
    yield "logs of a run", Way(LogStepsScreen, press("A"), ESCAPE, steps)
    yield "log beside", Way(OtherLogScreen, press("v"), ESCAPE, steps)
    choice = push(
        lambda shown: ContainerChoice("Containers", ["main", "proxy"], ascii=_context(shown).ascii)
    )
    yield "containers for a shell", Way(ContainerChoice, choice, ESCAPE)
    yield "trouble", Way(ProblemScreen, trouble, no_trouble)

    async def small(shown: Shown) -> None:
        await shown.pilot.resize_terminal(40, 8)

    async def large(shown: Shown) -> None:
        await shown.pilot.resize_terminal(120, 40)

    yield "too small", Way(TooSmallScreen, small, large)


def uncovered() -> set[type[View[Any]]]:
    """The screens that no way leads to."""
    for found in walk_packages(tui.__path__, "tui."):
        if found.name.split(".")[1] in ("screens", "panes", "palette", "menu", "app"):
            import_module(found.name)
    return set(_heirs(View)) - NEVER_ALONE - {way.shows for way in ways().values()}


def _heirs(kind: type[View[Any]]) -> Iterator[type[View[Any]]]:
    for heir in kind.__subclasses__():
        # Tests make screens of their own, and those that take a type are made again for it.
        if heir.__module__.startswith("tui."):
            yield heir
            yield from _heirs(heir)
