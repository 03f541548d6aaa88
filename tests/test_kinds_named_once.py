"""Only a kind's own module names that kind: everything else takes kinds as they are registered.

The syntax tree of every module is searched for the name of a kind's registration, its id and the
names that the API has for it. Whoever adds a kind has nothing else to touch; whoever names one
elsewhere says here why.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tui"

ARGOS_RULES = "Argo's rules of workflows, for whatever has a workflow in its hand"
MADE_FROM = "what workflows are made from, and how they say so, is a rule of Argo's"
OF_A_RUN = "it shows the run of a workflow, and nothing else could be shown so"
EXCEPTIONS: dict[str, str] = {
    "tui/domain/": ARGOS_RULES,
    "tui/actions/": ARGOS_RULES,
    "tui/headless/": "commands of argo's that print, retry, follow … workflows",
    "tui/demo/": "it is a cluster: it makes, serves and runs objects of these kinds",
    "tui/kinds/registry.py": "it is where kinds are registered",
    "tui/kinds/workflows.py": MADE_FROM,
    "tui/kinds/glance.py": MADE_FROM,
    "tui/screens/action.py": MADE_FROM,
    "tui/screens/step_about.py": OF_A_RUN,
    "tui/screens/workflow.py": OF_A_RUN,
    "tui/screens/split_view.py": OF_A_RUN,
    "tui/screens/comparison.py": OF_A_RUN,
    "tui/panes/": OF_A_RUN,
    "tui/incident.py": "it saves a run, with what runs are made from",
    "tui/places.py": "an address leads to runs, and to the last one of what makes them",
    "tui/doctor/rights.py": "the part of the Role without which there is nothing to show",
    "tui/app.py": "it begins with the list of workflows",
    "tui/sources/files.py": "files hold workflows",
    **dict.fromkeys(
        (
            "tui/sources/argo_server_answers.py",
            "tui/sources/argo_server_identity.py",
            "tui/sources/argo_server_operations.py",
            "tui/sources/argo_server_paths.py",
        ),
        "an Argo Server has paths, bodies and answers of its own for each kind",
    ),
    "tui/sources/beside.py": "only workflows are offloaded and archived by an Argo Server",
    "tui/sources/answers.py": "a cluster that has no workflows has no Argo, and that is said",
}
"""Module, or folder, that names kinds → why it has to."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


@cache
def own_module(kind: str) -> Path:
    """The module whose registration has this id."""
    for path in (PACKAGE / "kinds").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AnnAssign) and "Kind[" in ast.unparse(node.annotation):
                made = ast.unparse(node.value) if node.value is not None else ""
                if f"id={kind!r}" in made or (kind == WORKFLOWS.id and "id=WORKFLOW," in made):
                    return path
    raise AssertionError(f"no module registers {kind}")


def names_of(kind: str) -> set[str]:
    """What would name a kind: its id, its plural, its API name, where those are Argo's."""
    found = KINDS[kind]
    if not found.resource.group:
        return set()  # Kubernetes' own words, which steps, logs and events are told by, too
    return {found.id, found.resource.plural, found.resource.kind}


@cache
def registrations() -> dict[str, str]:
    """Name of the variable that has a kind → id of the kind."""
    found = {}
    for kind in KINDS:
        for node in ast.walk(ast.parse(own_module(kind.id).read_text())):
            if isinstance(node, ast.AnnAssign) and "Kind[" in ast.unparse(node.annotation):
                found[ast.unparse(node.target)] = kind.id
    return found


@cache
def named_in(path: Path) -> set[str]:
    """The ids of the kinds that a module names in its code; docstrings are prose."""
    tree = ast.parse(path.read_text())
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    variables, found = registrations(), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            found |= {kind.id for kind in KINDS if node.value in names_of(kind.id)}
        elif isinstance(node, ast.Name) and node.id in variables:
            found.add(variables[node.id])
        elif isinstance(node, ast.alias) and node.name in (*variables, "WORKFLOW"):
            found.add(variables.get(node.name, WORKFLOWS.id))
    return found


def is_excepted(name: str) -> bool:
    return any(
        name == each or (each.endswith("/") and name.startswith(each)) for each in EXCEPTIONS
    )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_no_kind_but_its_own(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if is_excepted(name):
        return
    own = {kind.id for kind in KINDS if own_module(kind.id) == path}
    # What makes workflows says so: `Runs`, and whose list its columns look at.
    makes = {WORKFLOWS.id} if own and own != {WORKFLOWS.id} else set()
    assert named_in(path) <= own | makes, f"{name} names a kind that is not its own"


def test_an_exception_is_there_as_long_as_it_is_needed() -> None:
    for each in EXCEPTIONS:
        inside = [path for path in modules() if str(path.relative_to(ROOT)).startswith(each)]
        assert any(named_in(path) for path in inside), f"{each} names no kind any more"


def test_what_is_generic_is_not_among_the_exceptions() -> None:
    generic = (
        "tui/state/",
        "tui/ports/",
        "tui/columns/",
        "tui/widgets/",
        "tui/sources/reflector.py",
        "tui/sources/collections.py",
        "tui/screens/list.py",
        "tui/screens/object.py",
        "tui/screens/arrangement.py",
        "tui/palette.py",
        "tui/commands.py",
    )
    assert not [name for name in generic if is_excepted(name)]
