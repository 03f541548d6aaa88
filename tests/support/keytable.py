"""The tables of keys that README.md shows, made from the bindings themselves, whose keys are KEYS.

python -m tests.support.keytable            prints them
python -m tests.support.keytable --write    puts them into README.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode

from tests.support.made import main
from tui.keys import each, key_name

README = Path(__file__).resolve().parents[2] / "README.md"

TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Everywhere", "", ("app:ArgoApp", "terminal.app:TerminalApp")),
    (
        "Lists",
        "In the list of workflows, the step tree and the artifacts. The logs of marked steps are "
        "read as one.",
        ("widgets.table:Table",),
    ),
    ("Workflow list", "", ("screens.list:ListScreen",)),
    (
        "Preview beside a list",
        "From 160 columns: while it has the focus (Tab goes there); panes have their own, too.",
        ("screens.peek:Preview", "screens.peek:PreviewSide"),
    ),
    (
        "Workflow",
        "The step tree and the panes beside or below it.",
        ("screens.workflow:WorkflowScreen",),
    ),
    ("Step tree", "While it has the focus.", ("widgets.step_tree:StepTree",)),
    ("Graph", "The steps as a graph, while it has the focus.", ("widgets.graph:GraphView",)),
    (
        "Texts",
        "Logs, YAML, summary, events: while the pane has the focus (Tab goes there). Only logs "
        "have errors and warnings to go to.",
        ("widgets.text_view:TextView", "panes.text_pane:TextPane", "panes.text_pane:SearchedPane"),
    ),
    (
        "Why pane",
        "What failed, waits or is slow, and where each sentence comes from.",
        ("panes.answer_pane:AnswerPane",),
    ),
    ("Summary pane", "", ("panes.summary:SummaryPane",)),
    ("Events pane", "", ("panes.events:EventsPane",)),
    ("Logs pane", "", ("panes.logs:LogsPane",)),
    (
        "Choosing a container",
        "The list that `A` opens in the logs pane: Enter reads one, a digit does so at once.",
        ("panes.containers:ContainerScreen", "panes.row_box:RowBox"),
    ),
    (
        "Choosing logs of a run",
        "The list that `A` opens where several logs are read as one: Space marks, Enter reads.",
        ("panes.log_steps:LogStepsScreen", "panes.row_box:RowBox"),
    ),
    (
        "Choosing a container for a shell",
        "The menu that `$` opens where several run: Enter takes one, a digit does so at once.",
        ("screens.container_choice:ContainerChoice", "panes.row_box:RowBox"),
    ),
    (
        "Choosing a filter",
        "The menu that `.` opens in a list: Enter puts one on, a digit does so at once.",
        ("screens.named_filters:NamedFiltersScreen",),
    ),
    (
        "Menus",
        "Such as `S` opens: Enter takes what the cursor is on, a letter what it stands before. "
        "`Space` and `#` are keys of the menu of columns alone.",
        ("menu:Menu", "menu:ColumnMenu"),
    ),
    ("Artifacts pane", "", ("panes.artifacts:ArtifactsPane", "panes.artifact_list:ArtifactRows")),
    ("YAML pane", "", ("panes.manifest:ManifestPane",)),
    (
        "Dialogs",
        "Tab and the arrows go from field to field. Enter in a field goes to the next one and from "
        "the last to the button; on a button it presses it. ctrl-s does it from anywhere.",
        (
            "screens.action:ActionScreen",
            "screens.dialog:Dialog",
            "widgets.form_fields:FormField",
            "widgets.form_fields:CheckboxField",
            "widgets.form_fields:SelectField",
            "view:ModalView",
        ),
    ),
    (
        "Questions",
        "What leaving asks while something goes on.",
        ("screens.confirm:ConfirmScreen", "screens.confirm:LeaveScreen"),
    ),
    ("Writing to a file", "What `f` asks.", ("screens.save:SaveScreen",)),
    ("A token", "What `:token` asks.", ("screens.token:TokenScreen",)),
    ("A line to type into", "Filter, search, path.", ("widgets.query_bar:QueryBar",)),
    ("Jobs", "What `:jobs` opens.", ("screens.jobs:JobsScreen",)),
    ("Several at once", "What is done to several, while it is done.", ("screens.bulk:BulkScreen",)),
    (
        "The palette",
        "Typing narrows it; Enter does what the cursor is on. Some commands take a word after "
        "their name: `ns argo,data` or `ns all`, `sort age`, `filter phase:failed`; Tab "
        "completes it. `:q` and Enter leaves at once, unless a download or the like would end.",
        ("palette:Palette",),
    ),
    (
        "Choosing contexts or namespaces",
        "What `:ctx` and `:ns` open: typing narrows it.",
        ("screens.picker:Picker",),
    ),
    (
        "Help",
        "Esc closes what `:rights` shows, too.",
        (
            "screens.help:HelpScreen",
            "screens.rights:RightsScreen",
            "screens.audit:AuditScreen",
            "screens.comparison:CompareScreen",
            "screens.program_output:ProgramScreen",
            "screens.doctor:DoctorScreen",
        ),
    ),
    ("Nothing to show", "The screen that says what is wrong.", ("screens.problem:ProblemScreen",)),
    ("Too small", "Where the terminal has no room.", ("screens.small:TooSmallScreen",)),
)
"""Heading, a sentence, and the classes whose own bindings stand under it."""

INHERITED = frozenset({"command_palette", "suspend_process", "dismiss"})
"""Actions of Textual's own, or whose docstring is written for programmers."""


def loaded(where: str) -> type[DOMNode]:
    """`widgets.table:Table` → the class."""
    module, _, name = where.partition(":")
    found = getattr(import_module(f"tui.{module}"), name)
    assert isinstance(found, type)
    assert issubclass(found, DOMNode)
    return found


def own_bindings(kind: type[DOMNode]) -> list[Binding]:
    """The bindings that a class adds itself and that have an id, in its order."""
    made = kind.__dict__.get("key_bindings")
    declared = kind.__dict__.get("BINDINGS", ()) if made is None else made.__get__(None, kind)()
    return [own for own in declared if isinstance(own, Binding) and not own.system]


def words_of(kind: type[DOMNode], binding: Binding) -> str:
    """What a key does: its label, and what the action says of itself."""
    label = f"**{binding.description[:1].upper()}{binding.description[1:]}.**"
    if binding.tooltip:
        return f"{label} {binding.tooltip}"
    name = binding.action.partition("(")[0]
    action = getattr(kind, f"action_{name}", None)
    said = (action.__doc__ or "").partition("\n")[0] if action is not None else ""
    if not said or name in INHERITED or "(" in binding.action:
        return label
    return f"{label} {said}"


def rows(classes: Iterable[type[DOMNode]]) -> Iterator[tuple[str, str]]:
    """Keys and what they do; keys that do the same stand together."""
    seen: dict[str, list[str]] = {}
    for kind in classes:
        for binding in own_bindings(kind):
            keys = seen.setdefault(words_of(kind, binding), [])
            for name in map(key_name, each(binding.key)):
                if name not in keys:
                    keys.append(name)
    for words, keys in seen.items():
        yield " ".join(f"`{key}`" for key in keys), words


def tables() -> str:
    """All of them, as markdown."""
    lines: list[str] = []
    for heading, sentence, classes in TABLES:
        lines += [f"### {heading}", ""]
        if sentence:
            lines += [sentence, ""]
        lines += ["| key | does |", "|---|---|"]
        lines += [f"| {keys} | {words} |" for keys, words in rows(map(loaded, classes))]
        lines.append("")
    return "\n".join(lines).rstrip("\n")


if __name__ == "__main__":
    main(README, "keys", tables())
