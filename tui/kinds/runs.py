"""The runs of what makes workflows: which was the last, and which are under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.columns.base import ASCII_UNKNOWN, UNKNOWN, Column
from tui.columns.words import age_text
from tui.columns.workflows import ASCII_DASH, DASH, SORT_RANK, workflow_icon, workflow_token
from tui.domain.durations import seconds_between
from tui.domain.history import LAST, maker_of
from tui.domain.history import Maker as RunMaker
from tui.domain.node import RUNNING, SUCCEEDED
from tui.domain.order import time_key
from tui.domain.workflow import ListedWorkflow
from tui.kinds.base import KnownRows, Look, Runs

if TYPE_CHECKING:
    from tui.domain.usual import Usual


Maker = tuple[str, str]
"""Namespace and name of what made a workflow; no namespace for one of the whole cluster."""


class MadeRuns(NamedTuple):
    """What is known of the runs of one maker."""

    last: ListedWorkflow
    """The one that was created last."""
    total: int
    under_way: int


class RunsByMaker:
    """An index of a list of workflows by the label that says what made them.

    It is made anew when the list changed, once for all rows that ask.
    """

    def __init__(self, known: KnownRows, label: str, *, everywhere: bool = False) -> None:
        self._known = known
        self._label = label
        self._everywhere = everywhere
        self._moment = -1
        self._found: Mapping[Maker, MadeRuns] = {}

    def of(self, maker: Any) -> MadeRuns | None:
        """The runs of an object; None where none is known."""
        if self._known.moment != self._moment:
            self._moment, self._found = self._known.moment, self._indexed()
        metadata = maker.metadata
        return self._found.get(("" if self._everywhere else metadata.namespace, metadata.name))

    def _indexed(self) -> dict[Maker, MadeRuns]:
        found: dict[Maker, MadeRuns] = {}
        for row in self._known.values():
            workflow: ListedWorkflow = row.value
            metadata = workflow.metadata
            name = metadata.labels.get(self._label)
            if not name:
                continue
            maker = ("" if self._everywhere else metadata.namespace, name)
            before = found.get(maker)
            running = not workflow.is_completed
            if before is None:
                found[maker] = MadeRuns(workflow, 1, int(running))
            else:
                last = max(before.last, workflow, key=_created)
                found[maker] = MadeRuns(last, before.total + 1, before.under_way + running)
        return found


ANEW, WHILE_NONE = 20.0, 1.0
"""Seconds between two looks at what runs took, of which there may be ten thousand; and as long as
nothing is known of any."""


class UsualByMaker:
    """How long the last runs of each maker took that succeeded, as far as a list knows them."""

    def __init__(self, known: KnownRows) -> None:
        self._known = known
        self._moment = -1
        self._looked: datetime | None = None
        self._found: dict[RunMaker, Usual] = {}

    def of(self, workflow: ListedWorkflow, now: datetime) -> Usual | None:
        """What is usual for a run that goes on; None where nothing is known of its like."""
        maker = maker_of(workflow)
        if maker is None:
            return None
        wait = ANEW if self._found else WHILE_NONE
        is_old = self._looked is None or not 0 <= (now - self._looked).total_seconds() < wait
        if is_old and self._known.moment != self._moment:
            self._moment, self._looked = self._known.moment, now
            self._found = self._indexed()
        return self._found.get(maker)

    def _indexed(self) -> dict[RunMaker, Usual]:
        from tui.domain.usual import usual_run  # no list waits for it that shows nothing running

        runs: dict[RunMaker, list[ListedWorkflow]] = {}
        for row in self._known.values():
            workflow: ListedWorkflow = row.value
            if workflow.phase == SUCCEEDED and (maker := maker_of(workflow)) is not None:
                runs.setdefault(maker, []).append(workflow)
        found = {}
        for maker, of_maker in runs.items():
            usual = usual_run(nlargest(LAST, of_maker, key=_created))
            if usual is not None:
                found[maker] = usual
        return found


def seconds_left(known: KnownRows) -> Callable[[ListedWorkflow, datetime], float | None]:
    """What says how many seconds a run has still to go as a rule, by the `known` ones, else
    by the controller's own estimate; None for what does not run, or has run for longer."""
    usual_of = UsualByMaker(known).of

    def left(workflow: ListedWorkflow, now: datetime) -> float | None:
        if workflow.phase != RUNNING:
            return None
        seconds = seconds_between(workflow.status.started_at, None, now)
        usual = usual_of(workflow, now)
        whole = usual.median if usual is not None else workflow.status.estimated_duration
        return whole - seconds if seconds is not None and seconds < whole else None

    return left


def _created(workflow: ListedWorkflow) -> str:
    return time_key(workflow.metadata.creation_timestamp) or ""


def runs_columns(look: Look, made: Runs) -> tuple[Column[Any], Column[Any], Column[Any]]:
    """How the last run went, when it was created, and how many are under way.

    None of that is known before all runs are: one that is read later may be the last.
    """
    runs = RunsByMaker(look.known(made.list_id), made.label, everywhere=made.everywhere)
    dash = ASCII_DASH if look.ascii else DASH
    unknown = ASCII_UNKNOWN if look.ascii else UNKNOWN

    def told(text: str) -> str:
        return text if look.is_read(made.list_id) else unknown

    def last(maker: Any) -> ListedWorkflow | None:
        found = runs.of(maker)
        return found.last if found is not None else None

    def age(maker: Any, now: datetime) -> float | None:
        run = last(maker)
        return seconds_between(run.metadata.creation_timestamp, None, now) if run else None

    def under_way(maker: Any) -> int:
        found = runs.of(maker)
        return found.under_way if found is not None else 0

    def of_last(answer: Callable[[ListedWorkflow], Any], otherwise: Any) -> Callable[[Any], Any]:
        def found(maker: Any) -> Any:
            run = last(maker)
            return answer(run) if run is not None else otherwise

        return found

    icon = of_last(lambda run: workflow_icon(run, ascii=look.ascii), " ")
    rank = of_last(lambda run: SORT_RANK.get(run.phase, 6), None)
    return (
        Column(
            id="phase",
            title="",
            text=lambda maker, now: str(icon(maker)) if look.is_read(made.list_id) else " ",
            width=1,
            style=of_last(workflow_token, ""),
            order=lambda maker, now: rank(maker),
            joined=True,
            keeps=True,
        ),
        Column(
            id="last-run",
            title="LAST RUN",
            text=lambda maker, now: told(age_text(age(maker, now)) or dash),
            width=8,
            align="right",
            order=age,
            ticks=True,
            keeps=True,
        ),
        Column(
            id="active",
            title="ACTIVE",
            text=lambda maker, now: told(str(under_way(maker) or dash)),
            width=6,
            align="right",
            order=lambda maker, now: under_way(maker) or None,
        ),
    )


def named_columns(look: Look) -> tuple[Column[Any], ...]:
    """Name, and namespace where there are several."""
    name: Column[Any] = Column(
        id="name",
        title="NAME",
        text=lambda each, now: each.metadata.name,
        width=20,
        least=12,
        grow=2,
        most=48,
        order=lambda each, now: each.metadata.name,
        cut="middle",
        keeps=True,
    )
    namespace: Column[Any] = Column(
        id="namespace",
        title="NAMESPACE",
        text=lambda each, now: each.metadata.namespace,
        width=14,
        least=9,
        order=lambda each, now: each.metadata.namespace,
        cut="middle",
        keeps=True,
    )
    return (name, namespace) if look.namespaces else (name,)


def age_column(look: Look) -> Column[Any]:
    """How long ago it was created."""
    dash = ASCII_DASH if look.ascii else DASH

    def age(each: Any, now: datetime) -> float | None:
        return seconds_between(each.metadata.creation_timestamp, None, now)

    return Column(
        id="age",
        title="AGE",
        text=lambda each, now: age_text(age(each, now)) or dash,
        width=6,
        align="right",
        order=age,
        ticks=True,
        keeps=True,
        drop=1,
    )
