"""The words of a question: what a plan would do, or several together, and every call that does it.

All of it can be read, so nothing is left out to make it short: what is true of each workflow is
said once, what is its own stands under its name, and the box scrolls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tui.actions.base import Plan, deletes_target
from tui.actions.words import call_lines, counted, named, pods_lost
from tui.domain.identity import Target
from tui.domain.node import PENDING, RUNNING
from tui.domain.workflow import POD
from tui.keys import hint
from tui.kinds.registry import KINDS
from tui.ports.operations import Call
from tui.state.bulk import AT_A_TIME

Planned = tuple[Target, Plan]
"""What is acted on, and the plan for it."""
Preview = Callable[[Planned], tuple[Call, ...]]
"""The calls of a plan, as `Operations.preview` of its connection says; none where there is none."""
MOST_WORKFLOWS = 100
"""Workflows that are told of one by one, and …"""
MOST_SHORT = 10
"""… of them in the short form, and …"""
MOST_CALLS = 300
"""… calls; nobody reads more, and each choice makes these words anew."""
RUNS_GO_ON = "runs of it go on"
"""What stands in place of a phase of what makes runs."""
SHORT = "…"
"""Stands for the root of paths, which would leave no room for the name of a workflow."""


WARNS = "▲ "
"""What stands before a line that tells of a loss, or warns: it is seen without colours, too."""


def words_of_one(planned: Planned, preview: Preview, *, tree: bool = False) -> list[str]:
    """What it would do, and how; with `tree` also to each step."""
    plan = planned[1]
    steps = plan.tree() if tree and plan.tree is not None else ()
    return [*_marked(plan.lines, plan), *steps, *_told(preview(planned))]


def _marked(lines: Iterable[str], plan: Plan) -> list[str]:
    """Lines of a plan, those that tell of a loss with a sign."""
    return [f"{WARNS}{line}" if line in plan.losses else line for line in lines]


def short_of_one(planned: Planned) -> list[str]:
    """The same in one sentence, or the lines of a plan that are few enough anyway."""
    plan = planned[1]
    if not plan.sentence:
        return _marked(plan.lines, plan)
    warnings = [f"{WARNS}{line}" for line in plan.warnings]
    told = [*_marked([plan.sentence], plan), *_lost([plan]), *_marked(plan.here, plan)]
    return [*told, *warnings]


def _lost(plans: Sequence[Plan]) -> Iterable[str]:
    """The pods that go with logs which nobody keeps."""
    if lost := sum(plan.logs_lost for plan in plans):
        yield f"{WARNS}{pods_lost(_pods(plans), lost)}"


def _pods(plans: Iterable[Plan]) -> int:
    changes = [each for plan in plans if plan.operation for each in plan.operation.changes]
    return sum(change.key.kind == POD for change in changes)


def short_of_several(
    planned: Sequence[Planned],
    phases: Mapping[Target, str],
    preview: Preview,
    *,
    at_a_time: int = AT_A_TIME,
) -> list[str]:
    """What they would do in sum, then a sentence of each."""
    if not planned:
        return []
    plans = [plan for _, plan in planned]
    shared = [line for line in plans[0].lines if all(line in plan.lines for plan in plans[1:])]
    told = [_in_sum(planned, preview), *_lost(plans), *_not_over(planned, phases)]
    told += _in_turn(planned, at_a_time)
    brief = {plans[0].sentence, *plans[0].here}
    shown = [line for line in shared if not plans[0].sentence or line in brief]
    told += _marked(shown, plans[0])
    for each in planned[:MOST_SHORT]:
        sentence = each[1].sentence
        said = f": {sentence}" if sentence and sentence not in shared else ""
        told.append(f"{_title(each, planned, phases)}{said}")
    return told + _rest(len(plans) - MOST_SHORT)


def _in_sum(planned: Sequence[Planned], preview: Preview) -> str:
    calls = sum(len(preview(each)) for each in planned)
    namespaces = {target.key.namespace for target, _ in planned}
    clusters = {target.key.connection for target, _ in planned}
    kind = KINDS[planned[0][0].key.kind]
    what = f"{len(planned)} {kind.noun if len(planned) == 1 else kind.nouns}"
    return _sum([plan for _, plan in planned], what, namespaces, clusters, calls)


def goes_on(phase: str) -> bool:
    """Whether a phase is one of something that is not over."""
    return phase in (PENDING, RUNNING, RUNS_GO_ON)


def _not_over(planned: Sequence[Planned], phases: Mapping[Target, str]) -> Iterable[str]:
    """Of several that are to go, those that are not over: how many, and which."""
    going = [
        target.key.name
        for target, plan in planned
        if deletes_target(plan) and goes_on(phases.get(target, ""))
    ]
    if going:
        are = "is" if len(going) == 1 else "are"
        yield f"{len(going)} of {len(planned)} {are} not over: {named(going)}"


def _in_turn(planned: Sequence[Planned], at_a_time: int) -> Iterable[str]:
    """How several are done, and what ends that."""
    if len(planned) > 1:
        how = f"{at_a_time} at a time" if at_a_time > 1 else "One after the other"
        yield f"{how}; {hint('bulk.stop')} then stops what has not begun."


def _title(each: Planned, planned: Sequence[Planned], phases: Mapping[Target, str]) -> str:
    """`Retry nightly-etl-x7k2p in argo (Failed)`: where, if not all are there, and its phase."""
    target, plan = each
    where = ""
    if len({other.key.namespace for other, _ in planned}) > 1:
        where += f" in {target.key.namespace}"
    if len({other.key.connection for other, _ in planned}) > 1:
        where += f" on {target.key.connection}"
    phase = phases.get(target, "gone")
    return f"{plan.title}{where} ({phase})" if phase else f"{plan.title}{where}"


def words_of_several(
    planned: Sequence[Planned],
    phases: Mapping[Target, str],
    preview: Preview,
    *,
    at_a_time: int = AT_A_TIME,
) -> list[str]:
    """What they would do in sum, then what is true of each, then each by itself, then the calls."""
    if not planned:
        return []
    plans = [plan for _, plan in planned]
    others = [set(plan.lines) for plan in plans[1:]]
    shared = [line for line in plans[0].lines if all(line in lines for lines in others)]
    calls = [call for each in planned for call in preview(each)]
    told = [_in_sum(planned, preview), *_lost(plans), *_not_over(planned, phases)]
    told += [*_in_turn(planned, at_a_time), *_marked(shared, plans[0])]
    for each in planned[:MOST_WORKFLOWS]:
        told.append(_title(each, planned, phases))
        own = (line for line in each[1].lines if line not in shared)
        told += [f"  {line}" for line in _marked(own, each[1])]
    told += _rest(len(planned) - MOST_WORKFLOWS)
    return [*told, *_told(calls)]


def _sum(
    plans: Sequence[Plan], what: str, namespaces: set[str], clusters: set[str], calls: int
) -> str:
    pods = _pods(plans)
    parts = [what]
    if len(namespaces) > 1:
        parts[0] += f" in {counted(len(namespaces), 'namespace')}"
    if len(clusters) > 1:
        parts[0] += f" on {counted(len(clusters), 'cluster')}"
    if pods and not any(plan.logs_lost for plan in plans):
        parts.append(pods_lost(pods, 0))
    return f"In all: {', '.join([*parts, counted(calls, 'API call')])}"


def _told(calls: Sequence[Call]) -> Iterable[str]:
    if not calls:
        return
    root = max((call.root for call in calls), key=len)
    where = f" ({SHORT} is {root})" if root else ""
    yield f"Calls, one after the other{where}:"
    for line in call_lines(calls[:MOST_CALLS]):
        shown = line.strip()
        yield f"  {shown.replace(f' {root}/', f' {SHORT}/', 1) if root else shown}"
    yield from _rest(len(calls) - MOST_CALLS)


def _rest(more: int) -> list[str]:
    return [f"… and {more} more"] if more > 0 else []
