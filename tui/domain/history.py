"""What is known of the runs of one template: how the last ones went, and how long one takes.

A list knows what the cluster still has, and what was read of its archive; whoever shows a run may
add the newest archived ones of the same maker (`state/past_runs.py`). "The last twenty" are the
last twenty of all those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from tui.domain.durations import seconds_between
from tui.domain.node import PROBLEM_PHASES, SUCCEEDED
from tui.domain.order import time_key
from tui.domain.workflow import LABEL, ListedWorkflow

if TYPE_CHECKING:
    from tui.domain.usual import Usual  # no list waits for it

LAST = 20
"""How many runs are told."""
MAKER_LABELS = ("workflow-template", "cluster-workflow-template", "cron-workflow")
"""Labels that say what made a run, behind Argo's prefix (argo.md 1.7); the first one counts."""
EVENT_LABELS = (f"{LABEL}workflow-event-binding", "events.argoproj.io/sensor")
"""Labels of runs that an event started, with what waited for it."""
_GENERATED = re.compile(r"(.+-)(?:[a-z0-9]{5}|[0-9]{8,})")
"""A name as Kubernetes or a cron workflow makes it of a prefix."""


class Maker(NamedTuple):
    """What several workflows were made from."""

    namespace: str
    name: str
    """A template or cron workflow; or what the names of those that have neither begin with."""
    is_prefix: bool = False
    label_key: str = ""
    """The label whose value it is, where that is not one of a template or cron workflow."""

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return f"{self.name}*" if self.is_prefix else self.name


def label_of_maker(workflow: ListedWorkflow) -> str:
    """The selector of the runs of the same template or cron workflow; "" where no label tells what
    made it."""
    maker, labels = maker_of(workflow), workflow.metadata.labels
    if maker is None or maker.is_prefix:
        return ""
    for label in MAKER_LABELS:
        if labels.get(f"{LABEL}{label}") == maker.name:
            return f"{LABEL}{label}={maker.name}"
    return ""


def maker_of(workflow: ListedWorkflow) -> Maker | None:
    """What a workflow was made from; None for one that stands alone."""
    metadata, ref = workflow.metadata, workflow.spec.workflow_template_ref
    labels = metadata.labels
    labelled = (labels.get(f"{LABEL}{label}", "") for label in MAKER_LABELS)
    for name in (ref.name if ref else "", *labelled):
        if name:
            return Maker(metadata.namespace, name)
    for label in EVENT_LABELS:
        if name := labels.get(label, ""):
            return Maker(metadata.namespace, name, label_key=label)
    generated = _GENERATED.fullmatch(metadata.name)
    return Maker(metadata.namespace, generated[1], True) if generated is not None else None


class Past(NamedTuple):
    """The last runs of a maker, the oldest first."""

    maker: Maker
    runs: tuple[ListedWorkflow, ...]

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(run.phase in PROBLEM_PHASES for run in self.runs)

    @property
    def usual(self) -> Usual | None:
        """How long those took which succeeded; None where none did."""
        from tui.domain.usual import usual_run

        return usual_run(self.runs)

    def usual_beside(self, workflow: ListedWorkflow) -> Usual | None:
        """The same of all but one, which is compared with it."""
        from tui.domain.usual import usual_run

        ref = workflow.metadata.uid, workflow.metadata.name
        others = (run for run in self.runs if (run.metadata.uid, run.metadata.name) != ref)
        return usual_run(others)


def seconds_of_run(run: ListedWorkflow, now: datetime) -> float | None:
    """How long a run took, or has taken by now."""
    return seconds_between(run.status.started_at, run.status.finished_at, now)


def past_of(workflow: ListedWorkflow, known: Iterable[ListedWorkflow]) -> Past | None:
    """The last runs of what a workflow was made from, itself among them; None without a maker.

    Of one that is known more than once the first counts that tells its uid: a row that was just
    listed may tell no more than a name.
    """
    maker = maker_of(workflow)
    if maker is None:
        return None
    alike: dict[str, ListedWorkflow] = {}
    for each in known:
        if each.metadata.namespace == maker.namespace and maker_of(each) == maker:
            alike.setdefault(each.metadata.uid or each.metadata.name, each)
    for each in tuple(alike.values()):
        if each.metadata.uid and not each.is_only_archived:
            alike.pop(each.metadata.name, None)
    return Past(maker, tuple(reversed(nlargest(LAST, alike.values(), key=_created))))


def oldest_first(runs: Iterable[ListedWorkflow]) -> list[ListedWorkflow]:
    """Runs in the order in which they were created."""
    return sorted(runs, key=_created)


def last_success(
    workflow: ListedWorkflow, known: Iterable[ListedWorkflow]
) -> ListedWorkflow | None:
    """The last run of the same maker that was created before this one and succeeded; else None."""
    maker, created = maker_of(workflow), _created(workflow)
    if maker is None:
        return None
    earlier = (
        each
        for each in known
        if each.phase == SUCCEEDED and _created(each) < created and maker_of(each) == maker
    )
    return max(earlier, key=_created, default=None)


def successes_before(
    workflow: ListedWorkflow, known: Iterable[ListedWorkflow], most: int
) -> list[ListedWorkflow]:
    """The last runs of the same maker that were created before this one and succeeded, the newest
    first, so many at the most."""
    maker, created = maker_of(workflow), _created(workflow)
    if maker is None:
        return []
    earlier = (each for each in known if each.phase == SUCCEEDED and _created(each) < created)
    return nlargest(most, (each for each in earlier if maker_of(each) == maker), key=_created)


def _created(workflow: ListedWorkflow) -> str:
    metadata = workflow.metadata
    return time_key(metadata.creation_timestamp or workflow.status.started_at) or ""
