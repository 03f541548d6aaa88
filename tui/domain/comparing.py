"""What is different between two runs: parameters, times, steps, images, results.

Steps are told apart by their path (`steppath`), so that runs of one template are compared step by
step; what is in one run only is told as such. Only what executes is timed, as what groups it takes
as long as its slowest. Pure, and no slower than the number of nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from typing import Any, NamedTuple

from tui.domain.durations import seconds_between
from tui.domain.history import maker_of
from tui.domain.node import Node, Parameter
from tui.domain.order import ordered
from tui.domain.progress import EXECUTABLE
from tui.domain.steppath import step_path
from tui.domain.templates import template_named, template_of
from tui.domain.workflow import ListedWorkflow, Workflow
from tui.errors import Missing

CONTAINERS = ("container", "script")
LISTS_OF_CONTAINERS = ("initContainers", "sidecars")


class Change(NamedTuple):
    """A value that the two runs have not alike; None where a run has none."""

    name: str
    before: str | None
    after: str | None


class StepChange(NamedTuple):
    """A step of either run."""

    path: str
    before: Node | None
    after: Node | None
    took: tuple[float | None, float | None]
    """Seconds in each; None where it has not begun, or is not there."""

    @property
    def apart(self) -> float:
        """Seconds that it took longer in the second run; 0 where that is not known: it is not timed
        in both, or the one that took less goes on."""
        before, after = self.took
        if before is None or after is None:
            return 0.0
        shorter = self.after if after < before else self.before
        return after - before if shorter is not None and shorter.is_fulfilled else 0.0

    @property
    def ended_otherwise(self) -> bool:
        """Whether it came to another phase."""
        return bool(self.before and self.after) and self._phases[0] != self._phases[1]

    @property
    def _phases(self) -> tuple[str, str]:
        return self.before.phase if self.before else "", self.after.phase if self.after else ""


class Comparison(NamedTuple):
    """Two runs beside each other."""

    before: Workflow
    after: Workflow
    took: tuple[float | None, float | None]
    """Seconds of the whole runs."""
    about: tuple[Change, ...]
    """Phase, template, and what else is said of the whole."""
    parameters: tuple[Change, ...]
    alike: int
    """How many parameters are the same."""
    images: tuple[Change, ...]
    """By template and container."""
    results: tuple[Change, ...]
    """Outputs of the runs and of their steps."""
    timed: tuple[StepChange, ...]
    """Steps that are in both, the one that differs most first."""
    ended_otherwise: tuple[StepChange, ...]
    gone: tuple[StepChange, ...]
    """Steps that only the first run has, as they began."""
    new: tuple[StepChange, ...]
    """Steps that only the second run has, as they began."""

    @property
    def is_alike(self) -> bool:
        """Whether nothing but times is different."""
        return not any(
            (
                *(self.about, self.parameters, self.images, self.results),
                *(self.ended_otherwise, self.gone, self.new),
            )
        )


def compare(before: Workflow, after: Workflow, now: datetime) -> Comparison:
    """Two runs beside each other; what still runs has taken until `now`."""
    steps = tuple(_steps(before, after, now))
    both = [step for step in steps if step.before and step.after]
    parameters = dict(_parameters(before)), dict(_parameters(after))
    changed = tuple(_changes(*parameters))
    return Comparison(
        before,
        after,
        (_seconds(before.status, now), _seconds(after.status, now)),
        tuple(_changes(dict(_about(before)), dict(_about(after)))),
        changed,
        sum(name in parameters[1] for name in parameters[0])
        - sum(each.before is not None and each.after is not None for each in changed),
        tuple(_changes(*_images_of_both(before, after))),
        tuple(_results(before, after, both)),
        tuple(sorted(both, key=lambda step: -abs(step.apart))),
        tuple(step for step in both if step.ended_otherwise),
        tuple(step for step in steps if step.after is None),
        tuple(step for step in steps if step.before is None),
    )


def nothing_before(run: ListedWorkflow) -> Missing:
    """The error where no run of the same maker succeeded before this one."""
    maker = maker_of(run)
    what = f"no run of {maker.label}" if maker else "no run of the same template"
    return Missing(
        f"{what} succeeded before {run.metadata.name}",
        hint="name or mark two runs to compare them",
        reason="NotFound",
    )


def _seconds(timed: Any, now: datetime) -> float | None:
    return seconds_between(timed.started_at, timed.finished_at, now)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Change(name, before.get(name), after.get(name))


def _about(workflow: Workflow) -> Iterator[tuple[str, str]]:
    ref = workflow.spec.workflow_template_ref
    for name, value in (
        ("phase", workflow.phase),
        ("message", workflow.status.message),
        ("template", ref.name if ref else ""),
        ("entrypoint", workflow.exec_spec.entrypoint),
        ("account", workflow.exec_spec.service_account_name),
    ):
        if value:
            yield name, value


def _parameters(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """Those that the run was given, before those that its template has a value for."""
    given = dict(_values(workflow.spec.arguments.parameters))
    yield from given.items()
    yield from (
        (name, value)
        for name, value in _values(workflow.exec_spec.arguments.parameters)
        if name not in given
    )


def _values(parameters: Iterable[Parameter]) -> Iterator[tuple[str, str]]:
    for each in parameters:
        value = each.value if each.value is not None else each.default
        if value is not None:
            yield each.name, value


def _steps(before: Workflow, after: Workflow, now: datetime) -> Iterator[StepChange]:
    first, second = _by_path(before), _by_path(after)
    for path in dict.fromkeys((*first, *second)):
        one, other = first.get(path), second.get(path)
        took = (_seconds(one, now) if one else None, _seconds(other, now) if other else None)
        yield StepChange(path, one, other, took)


def _by_path(workflow: Workflow) -> dict[str, Node]:
    """In the order in which they began, as the tree has siblings; a server has them in none."""
    nodes = {key: node for key, node in workflow.nodes.items() if node.type in EXECUTABLE}
    return {step_path(workflow, nodes[key]): nodes[key] for key in ordered(list(nodes), nodes)}


def _images_of_both(before: Workflow, after: Workflow) -> tuple[dict[str, str], dict[str, str]]:
    """Template and container → image, of each run: of the templates that steps ran by in either,
    as one that did not get so far has the same in its spec."""
    used = {
        node.template_name
        for workflow in (before, after)
        for node in workflow.nodes.values()
        if node.template_name
    }
    return dict(_images(before, used)), dict(_images(after, used))


def _images(workflow: Workflow, names: Set[str]) -> Iterator[tuple[str, str]]:
    """The same of one run; of all its templates where no step has one."""
    own = {node.template_name: node for node in workflow.nodes.values() if node.template_name}
    templates = [template_of(workflow, node) for node in own.values()]
    templates += [template_named(workflow, name) for name in sorted(names - own.keys())]
    for template in templates or workflow.exec_spec.templates:
        if not template:
            continue
        name = str(template.get("name") or "")
        for container, image in _containers(template):
            yield f"{name}/{container}" if container else name, image


def _containers(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name of a container, "" for the main one, and its image."""
    for field in CONTAINERS:
        main = template.get(field)
        if isinstance(main, Mapping) and main.get("image"):
            yield "", str(main["image"])
    inner = template.get("containerSet")
    lists = [inner.get("containers")] if isinstance(inner, Mapping) else []
    for found in (*lists, *(template.get(field) for field in LISTS_OF_CONTAINERS)):
        for each in found if isinstance(found, list | tuple) else ():
            if isinstance(each, Mapping) and each.get("image"):
                yield str(each.get("name") or "?"), str(each["image"])


def _results(before: Workflow, after: Workflow, both: Iterable[StepChange]) -> Iterator[Change]:
    yield from _changes(dict(_outputs("", before)), dict(_outputs("", after)))
    for step in both:
        yield from _changes(
            dict(_outputs(step.path, step.before)), dict(_outputs(step.path, step.after))
        )


def _outputs(path: str, of: Workflow | Node | None) -> Iterator[tuple[str, str]]:
    found = of.status.outputs if isinstance(of, Workflow) else of.outputs if of else None
    if found is None:
        return
    lead = f"{path.lstrip('.')}: " if path else ""
    if found.result is not None:
        yield f"{lead}result", found.result
    if found.exit_code:
        yield f"{lead}exit code", found.exit_code
    yield from ((f"{lead}{name}", value) for name, value in _values(found.parameters))
