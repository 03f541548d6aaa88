"""The text of `argo get`, byte for byte (argo.md 2.1 to 2.7).

Everything that varies is an argument: the clock, the zone, colour. Messages are printed as they
came, newlines and tabs included, for the columns depend on them; other controls are made visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tui.domain.branches import argo_branches
from tui.domain.durations import between, long, parse_time, resources, short, timestamp
from tui.domain.guides import Prefix, ascii_guide, child_prefixes
from tui.domain.location import key_of, kind_of, wired
from tui.domain.node import (
    ERROR,
    FAILED,
    OMITTED,
    PENDING,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    Artifact,
    Node,
    NodeId,
    Parameter,
)
from tui.domain.podname import pod_name
from tui.domain.selectors import FieldSelector
from tui.domain.status import ICONS, SUSPEND_WORD, status_text
from tui.domain.tabwriter import aligned
from tui.domain.text import clean_lines
from tui.domain.workflow import Condition, Workflow
from tui.errors import InputError

NO_TYPE = (
    "Missing node type in status node. Cannot get workflows created with Argo <= 2.0 "
    "using the default or wide output option."
)
COLOURS = {
    PENDING: 33,
    RUNNING: 36,
    SUCCEEDED: 32,
    SKIPPED: 39,
    FAILED: 31,
    ERROR: 31,
}
DEFAULT_COLOUR = 39
RED, YELLOW = 31, 33

CONDITION_ICONS = {
    "MetricsError": ("✖", "Error", RED),
    "SpecWarning": ("⚠", "Warning", YELLOW),
}
"""Sign, word without UTF-8, colour."""

HEADERS = {
    "": "TEMPLATE\tPODNAME\tDURATION\tMESSAGE",
    "wide": "TEMPLATE\tPODNAME\tDURATION\tARTIFACTS\tMESSAGE\tRESOURCESDURATION\tNODENAME",
    "short": "TEMPLATE\tPODNAME\tDURATION\tMESSAGE\tNODENAME",
}


ARGOS_SUSPEND_ICON = "ǁ"
"""The sign that Argo prints; it looks like the one on our screens, and is another character."""
BLANK_ROW = "\t" * 5
"""Between the tree of the workflow and that of its exit handler; the wide columns end at it."""


EVERY_NODE = FieldSelector()


@dataclass(frozen=True, slots=True)
class Look:
    """The options of a report."""

    now: datetime
    zone: tzinfo | None = None
    """The local zone; None for the one of the C library."""
    output: str = ""
    """`""`, `wide` or `short`."""
    colour: bool = False
    utf8: bool = True
    selector: FieldSelector = EVERY_NODE
    """Nodes that it does not match are left out."""
    pod_names: str = "v2"


def report(workflow: Workflow, look: Look) -> Iterator[str]:
    """The lines of `argo get`. Raises: InputError in Argo's words for a node without a type."""
    has_tree = NodeId(workflow.metadata.name) in workflow.nodes
    if has_tree and any(not node.type for node in workflow.nodes.values()):
        raise InputError(NO_TYPE)
    if look.output != "short" or not has_tree:
        yield from header(workflow, look)
        if has_tree:
            yield ""
    if has_tree:
        yield from aligned(_table(workflow, look), 2)


def header(workflow: Workflow, look: Look) -> Iterator[str]:
    """The block of labels and values above the tree (argo.md 2.1)."""
    status, metadata = workflow.status, workflow.metadata

    def moment(text: str | None) -> str:
        return timestamp(parse_time(text), look.now, look.zone)

    yield _line("Name:", metadata.name)
    yield _line("Namespace:", metadata.namespace)
    yield _line("ServiceAccount:", _service_account(workflow))
    yield _line("Status:", status_text(workflow))
    if status.message:
        yield _line("Message:", status.message)
    if status.conditions:
        yield _line("Conditions:", "")
        for condition in status.conditions:
            yield _condition(condition, look)
    yield _line("Created:", moment(metadata.creation_timestamp))
    start, finish = parse_time(status.started_at), parse_time(status.finished_at)
    if start is not None:
        yield _line("Started:", moment(status.started_at))
    if finish is not None:
        yield _line("Finished:", moment(status.finished_at))
    if start is not None:
        yield _line("Duration:", long(between(start, finish, look.now).total_seconds()))
    if status.phase == RUNNING and status.estimated_duration > 0:
        yield _line("EstimatedDuration:", long(status.estimated_duration))
    yield _line("Progress:", status.progress)
    if status.resources_duration:
        yield _line("ResourcesDuration:", resources(status.resources_duration))
    yield from _parameters(workflow)


def _line(label: str, value: str) -> str:
    return clean_lines(f"{label:<20} {value}")


def _service_account(workflow: Workflow) -> str:
    name = workflow.exec_spec.service_account_name
    if name:
        return name
    if workflow.spec.workflow_template_ref is not None:
        return "unset"
    return "unset (will run with the default ServiceAccount)"


def _condition(condition: Condition, look: Look) -> str:
    sign, word, colour = CONDITION_ICONS.get(condition.type, ("", "", 0))
    shown = sign if look.utf8 else word
    if shown and look.colour:
        shown = f"\x1b[{colour}m{shown}\x1b[0m"
    label = f"{shown} {clean_lines(condition.type)}"
    return f"{label:<20} {clean_lines(condition.message or condition.status)}"


def _parameters(workflow: Workflow) -> Iterator[str]:
    given = workflow.exec_spec.arguments.parameters
    if given:
        yield _line("Parameters:", "")
        for parameter in given:
            if parameter.value is not None:
                yield _line(f"  {parameter.name}:", parameter.value)
    outputs = workflow.status.outputs
    if outputs is None:
        return
    if outputs.parameters:
        yield _line("Output Parameters:", "")
        for parameter in outputs.parameters:
            if _has_value(parameter):
                yield _line(f"  {parameter.name}:", _value(parameter))
    if outputs.artifacts:
        yield _line("Output Artifacts:", "")
        for artifact in outputs.artifacts:
            yield _line(f"  {artifact.name}:", _location(artifact))


def _location(artifact: Artifact) -> str:
    """Our own words; Argo prints the debug form of its message here."""
    location = wired(artifact)
    kind, key = kind_of(location), key_of(location)
    if not kind:
        return "in the artifact repository"
    return f"{kind}: {key}" if key else kind


def _has_value(parameter: Parameter) -> bool:
    return (
        parameter.value is not None
        or parameter.default is not None
        or parameter.value_from is not None
    )


def _value(parameter: Parameter) -> str:
    """The value of an output parameter; an empty text counts as a value."""
    return (parameter.default or "") if parameter.value is None else parameter.value


def _table(workflow: Workflow, look: Look) -> Iterator[str]:
    """The lines of the tree with tabs between their cells."""
    step = f"\x1b[{DEFAULT_COLOUR}mSTEP\x1b[0m" if look.colour else "STEP"
    yield f"{step}\t{HEADERS[look.output]}"
    forest = argo_branches(workflow)
    for at, root in enumerate(forest.roots):
        if at:
            yield BLANK_ROW
        for guide, node in _visible(workflow, root, forest.branches, look):
            yield _row(workflow, guide, node, look)


def _visible(
    workflow: Workflow, root: NodeId, branches: dict[NodeId, list[NodeId]], look: Look
) -> Iterator[tuple[str, Node]]:
    """Every node of a tree that is shown, with the lines before its icon (argo.md 2.5)."""
    nodes = workflow.nodes
    seen: set[NodeId] = set()
    waiting = [(root, Prefix(" ", " "))]
    while waiting:
        key, prefix = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        node = nodes[key]
        hidden = _is_hidden(node, look)
        if not hidden:
            yield (prefix.own if look.utf8 else ascii_guide(prefix.own)), node
        below = branches.get(key)
        if below:
            prefixes = child_prefixes(
                prefix, len(below), is_hidden=hidden, is_group=node.type == "StepGroup"
            )
            waiting.extend(zip(reversed(below), reversed(prefixes), strict=True))


def _is_hidden(node: Node, look: Look) -> bool:
    if node.type == "Retry" and len(node.children) == 1:
        return True
    if node.type == "StepGroup" or (node.type == "Skipped" and node.phase == OMITTED):
        return True
    return not look.selector.matches(node)


def _row(workflow: Workflow, guide: str, node: Node, look: Look) -> str:
    is_pod = node.type == "Pod"
    name = f"{guide}{_icon(node, look)} {clean_lines(node.display_name)}"
    ref = node.template_ref
    template = clean_lines(f"{ref.name}/{ref.template}" if ref else node.template_name)
    pod = clean_lines(pod_name(workflow, node, look.pod_names)) if is_pod else ""
    took = _duration(node, look.now) if is_pod else ""
    message = clean_lines(node.message)
    host = clean_lines(node.host_node_name) if is_pod else ""
    match look.output:
        case "wide":
            names = ",".join(a.name for a in node.outputs.artifacts) if node.outputs else ""
            used = clean_lines(resources(node.resources_duration))
            cells = [name, template, pod, took, clean_lines(names), message, used, host]
        case "short":
            cells = [name, template, pod, took, message, host]
        case _:
            cells = [name, template, pod, took, message, ""]
    return "\t".join(cells)


def _duration(node: Node, now: datetime) -> str:
    span = between(parse_time(node.started_at), parse_time(node.finished_at), now)
    return short(span.total_seconds())


def _icon(node: Node, look: Look) -> str:
    """The sign of a phase, or its name; nothing for a phase that Argo has no sign for."""
    if node.is_active_suspend:
        sign, colour = (ARGOS_SUSPEND_ICON if look.utf8 else SUSPEND_WORD), COLOURS[RUNNING]
    elif node.phase in ICONS:
        sign = ICONS[node.phase] if look.utf8 else node.phase
        colour = COLOURS[node.phase]
    else:
        return ""
    return f"\x1b[{colour}m{sign}\x1b[0m" if look.colour else sign
