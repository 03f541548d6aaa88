"""Who may import whom, and what importing costs in modules (house.md 3.2).

The table says, for each room, which other rooms it may know. A new arrow fails here first: either
the code is in the wrong room, or the house is to be redesigned in a commit of its own.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tui"

ARROWS: dict[str, set[str]] = {
    "errors": {"domain.hidden"},
    "bugs": {"domain.hidden", "errors"},
    "registry": set(),
    "resources": set(),
    "keys": {"errors"},
    "bindings": {"keys", "terminal.textual_private"},
    "commands": {"domain.names", "errors"},
    "view": {"actions", "bindings", "commands", "domain", "errors", "session", "widgets"},
    "domain": {"errors"},
    "ports": {"bugs", "domain", "errors"},
    "sources": {"bugs", "domain", "errors", "kinds", "ports", "registry"},
    "artifacts": {"domain", "errors", "ports", "registry"},
    "logs": {"artifacts", "domain", "errors", "ports"},
    "state": {"domain", "errors", "ports"},
    "actions": {"domain", "errors", "ports", "registry", "settings"},
    "incident": {
        "artifacts",
        "domain",
        "errors",
        "inquiry",
        "kinds",
        "logs",
        "ports",
    },
    "recording": {"bugs", "domain", "errors", "ports"},
    "tape": {"commands", "context", "domain", "errors", "keys", "ports", "recording"},
    "doctor": {
        "actions",
        "artifacts",
        "bugs",
        "domain",
        "errors",
        "kinds",
        "ports",
        "registry",
        "terminal.capabilities",
        "terminal.probing",
    },
    "context": {"actions", "bugs", "domain", "errors", "ports", "settings", "state"},
    "session": set(),
    "settings": {"errors", "domain"},
    "themes": {"registry"},
    "config": {"actions", "domain", "errors", "keys", "kinds", "settings", "themes"},
    "columns": {"domain", "registry"},
    "kinds": {"columns", "domain", "registry"},
    "terminal": {"bugs", "keys", "errors", "domain.hidden", "domain.lines", "domain.text"},
    "messages": {"domain", "actions", "errors"},
    "widgets": {"bindings", "keys", "columns", "domain", "messages"},
    "menu": {"bindings", "columns", "keys", "messages", "view", "widgets"},
    "inquiry": {"actions", "domain", "errors", "logs", "ports"},
    "panes": {
        "artifacts",
        "bindings",
        "bugs",
        "columns",
        "commands",
        "domain",
        "errors",
        "inquiry",
        "keys",
        "menu",
        "logs",
        "ports",
        "registry",
        "state",
        "view",
        "widgets",
        "kinds",
        "messages",
    },
    "screens": {
        "actions",
        "artifacts.base",
        "artifacts.saving",
        "artifacts.uploading",
        "bindings",
        "bugs",
        "columns",
        "commands",
        "context",
        "doctor",
        "domain",
        "errors",
        "inquiry",
        "keys",
        "kinds",
        "menu",
        "messages",
        "panes",
        "ports",
        "session",
        "settings",
        "state",
        "themes",
        "view",
        "widgets",
    },
    "palette": {"bindings", "columns", "commands", "errors", "keys", "view", "widgets"},
    "action_runner": {
        "actions",
        "bugs",
        "context",
        "domain",
        "editing",
        "errors",
        "keys",
        "messages",
        "ports",
        "screens",
        "state",
        "kinds",
        "settings",
    },
    "editing": {
        "actions",
        "bugs",
        "context",
        "domain",
        "errors",
        "kinds",
        "ports",
        "screens",
        "sources",
    },
    "navigator": {
        "context",
        "errors",
        "kinds",
        "ports",
        "screens",
        "settings",
        "sources",
        "state",
    },
    "history": {"domain", "navigator"},
    "places": {"domain", "errors", "kinds", "ports"},
    "destinations": {
        "bugs",
        "commands",
        "context",
        "domain",
        "errors",
        "keys",
        "kinds",
        "navigator",
        "ports",
        "screens",
    },
    "app": {
        "bugs",
        "bindings",
        "commands",
        "context",
        "destinations",
        "doctor",
        "kinds",
        "domain",
        "action_runner",
        "navigator",
        "errors",
        "keys",
        "history",
        "menu",
        "messages",
        "palette",
        "places",
        "ports",
        "resources",
        "screens",
        "session",
        "settings",
        "state",
        "terminal",
        "themes",
        "view",
        "incident",
        "recording",
        "tape",
    },
    "headless": {
        "actions",
        "artifacts",
        "config",
        "doctor",
        "domain",
        "errors",
        "inquiry",
        "keys",
        "kinds",
        "logs",
        "ports",
        "settings",
        "sources",
        "state",
        "terminal.capabilities",
        "terminal.clipboard",
        "terminal.probing",
        "incident",
    },
    "demo": {"domain", "errors"},
    "cli": {
        "app",
        "config",
        "domain",
        "ports",
        "headless",
        "demo",
        "keys",
        "settings",
        "errors",
        "sources",
        "terminal",
    },
    "__main__": {"cli"},
    "__init__": set(),
}

WORDS = r"tui(\.\w+)+(:\w+)?"
"""A module in words, for `import_module`."""

DRAWING = {
    "menu",
    "view",
    "bindings",
    "widgets",
    "panes",
    "screens",
    "palette",
    "destinations",
    "navigator",
    "action_runner",
    "editing",
    "messages",
    "app",
    "terminal",
}
"""Rooms that may import Textual and Rich."""

LIBRARIES: dict[str, set[str]] = {
    "kubernetes": {"tui/sources/kubernetes_exec.py"},
    "websocket": {"tui/sources/kubernetes_exec.py"},
    "boto3": {"tui/artifacts/"},
    "PIL": {"tui/artifacts/pictures.py"},
    "pyarrow": {"tui/artifacts/parquet.py"},
    "botocore": {"tui/artifacts/", "tui/demo/"},
    "aiohttp": {"tui/demo/"},
    "cryptography": {"tui/demo/"},
    "yaml": {"tui/sources/", "tui/artifacts/", "tui/demo/", "tui/headless/"},
}
"""Where a library may be imported at all; outside the demo only inside a function."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def dotted(path: Path) -> str:
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return name.removesuffix(".__init__") if name != "__init__" else name


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every imported module name, and whether the import stands at module level for run time."""
    found: list[tuple[str, bool]] = []

    def walk(node: ast.AST, top: bool) -> None:
        for child in ast.iter_child_nodes(node):
            inside = top and not isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            )
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                inside = False
            if isinstance(child, ast.Import):
                found.extend((alias.name, top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module and child.level == 0:
                if child.module == "tui":
                    found.extend((f"tui.{alias.name}", top) for alias in child.names)
                else:
                    found.append((child.module, top))
            walk(child, inside)

    walk(ast.parse(path.read_text()), True)
    return found


def reached(path: Path) -> set[str]:
    """What of ours a module imports from other rooms, in words (`import_module`) or as ever."""
    words = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    named = {word.partition(":")[0] for word in words if re.fullmatch(WORDS, word)}
    found = {target.removeprefix("tui.") for target, _ in imports(path) if target[:4] == "tui."}
    found |= {word.removeprefix("tui.") for word in named}
    room = dotted(path).split(".")[0]
    return {inner for inner in found if inner.split(".")[0] != room and inner != "__version__"}


def allowed(room: str, target: str) -> bool:
    return any(target == other or target.startswith(f"{other}.") for other in ARROWS[room])


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_a_module_imports_only_what_its_room_may_know(path: Path) -> None:
    name = dotted(path)
    room = name.split(".")[0]
    assert room in ARROWS, f"{name} is in no room of the house: add it to ARROWS with its arrows"
    for inner in reached(path):
        assert allowed(room, inner), f"{name} imports {inner}, an arrow the house does not have"


def test_no_arrow_is_there_for_nothing() -> None:
    for room, others in ARROWS.items():
        inside = [path for path in modules() if dotted(path).split(".")[0] == room]
        known = set[str]().union(*map(reached, inside))
        idle = {a for a in others if not any(f"{b}.".startswith(f"{a}.") for b in known)}
        assert not idle, f"nothing in {room} imports {sorted(idle)}: take it out of the table"


OURS = {dotted(path) for path in modules()}


def known_modules(path: Path) -> set[str]:
    """The modules of ours that one names: at its top, late, for types and in words."""
    found: set[str] = set()

    def walk(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path} has a relative import, which is not looked at"
                if (child.module or "").split(".")[0] == "tui":
                    found.update(f"{child.module}.{alias.name}" for alias in child.names)
            elif isinstance(child, ast.Import):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.Constant) and re.fullmatch(WORDS, str(child.value)):
                found.add(str(child.value).partition(":")[0])
            walk(child)

    walk(ast.parse(path.read_text()))
    inner = {name.removeprefix("tui.") for name in found}
    # What is no module is a name in one.
    return {name if name in OURS else name.rpartition(".")[0] for name in inner} & OURS


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that know each other in a circle, each the one after it; none if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def test_no_modules_know_each_other_in_a_circle() -> None:
    graph = {dotted(path): known_modules(path) for path in modules()}
    assert circle(graph) == []


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_only_the_drawing_rooms_know_textual(path: Path) -> None:
    room = dotted(path).split(".")[0]
    if room in DRAWING:
        return
    known = [target for target, _ in imports(path) if target.split(".")[0] in ("textual", "rich")]
    assert not known, f"{dotted(path)} imports {known}"


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_heavy_libraries_are_imported_late_and_in_one_place(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for target, top in imports(path):
        library = target.split(".")[0]
        if library not in LIBRARIES:
            continue
        assert any(place.startswith(folder) for folder in LIBRARIES[library]), (
            f"{place} imports {target}"
        )
        assert place.startswith("tui/demo/") or not top, f"{place} imports {target} at its top"


SPEAKS_TO_KUBERNETES = ("tui/sources/", "tui/demo/")


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_paths_of_the_kubernetes_api_are_known_to_sources_alone(path: Path) -> None:
    if path.relative_to(ROOT).as_posix().startswith(SPEAKS_TO_KUBERNETES):
        return
    words = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    known = [word for word in words if re.search(r"/apis?/|/namespaces/", word)]
    assert not known, f"{dotted(path)} knows {known}: that is for tui/sources to know"


def loaded_after(statement: str) -> set[str]:
    """The top-level names in sys.modules of a fresh Python that ran `statement`."""
    code = f"{statement}\nimport sys\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


PURE = [
    "bugs",
    "domain",
    "state",
    "kinds",
    "context",
    "session",
    "actions",
    "sources",
    "artifacts",
    "headless",
    "doctor",
    "columns",
    "settings",
    "config",
    "themes",
]


@pytest.mark.parametrize("room", PURE)
def test_a_room_without_drawing_loads_no_textual(room: str) -> None:
    names = [
        f"tui.{dotted(path)}"
        for path in modules()
        if dotted(path).split(".")[0] == room and dotted(path) != "__init__"
    ]
    if not names:
        pytest.skip(f"the room {room} is not built yet")
    loaded = loaded_after("\n".join(f"import {name}" for name in names))
    heavy = {"textual", "rich", "kubernetes", "boto3", "botocore", "aiohttp", "yaml"}
    assert not loaded & heavy


def test_models_of_widgets_load_no_textual() -> None:
    models = sorted(path.stem for path in (PACKAGE / "widgets").glob("*_model.py"))
    assert models, "no widget has a model"
    loaded = loaded_after("\n".join(f"import tui.widgets.{name}" for name in models))
    assert not loaded & {"textual", "rich"}


# --- screens -------------------------------------------------------------------------------------


@cache
def screen_classes() -> set[str]:
    """The names of all classes that are screens, by what they are made from."""
    bases = {
        node.name: {
            base.id if isinstance(base, ast.Name) else "" for base in map(plain, node.bases)
        }
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    found = {"Screen", "ModalScreen"}
    while more := {name for name, made_from in bases.items() if made_from & found} - found:
        found |= more
    return found


def plain(base: ast.expr) -> ast.expr:
    """`Dialog[T]` → `Dialog`."""
    return base.value if isinstance(base, ast.Subscript) else base


def test_the_screens_of_ours_are_views() -> None:
    found = screen_classes()
    assert {"View", "ModalView", "HelpScreen", "ActionScreen", "WorkflowScreen"} <= found


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_nobody_asks_which_screen_it_is(path: Path) -> None:
    screens = screen_classes()
    asked = [
        f"line {node.lineno}: {name.id}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("isinstance", "issubclass", "hasattr", "getattr")
        for argument in node.args[1:]
        for name in ast.walk(argument)
        if isinstance(name, ast.Name) and name.id in screens
    ]
    assert not asked, f"{dotted(path)} asks which screen it is: {asked}; tui/view.py answers"
