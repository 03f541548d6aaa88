"""What of a filter of workflows the archive of an Argo Server answers itself (argo.md 9.8).

The server selects by labels, of which the phase is one, by a part of the name, and by when a run
began. What it cannot select is filtered of what was read: a query may find more than the filter,
and never less.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from tui.domain.archived import ArchiveQuery
from tui.domain.durations import before
from tui.domain.node import ERROR, FAILED, PENDING, RUNNING, SUCCEEDED
from tui.domain.query import Alternative, Query
from tui.domain.workflow import LABEL

PHASES = (SUCCEEDED, FAILED, ERROR, RUNNING, PENDING)
SKEW = 60.0
"""Seconds that clocks may differ by."""
MOST = 4
"""Queries of one filter: one with more is answered of all that is read."""


def queries(query: Query, now: datetime) -> tuple[ArchiveQuery, ...]:
    """What to ask for; nothing where no archived run can match."""
    labels: list[Sequence[str]] = []
    """Of each: selectors of which one must hold."""
    name = begun = ""
    for term in query.terms:
        one = term.alternatives[0]
        names = {each.name for each in term.alternatives}
        if term.is_negated or len(names) > 1:
            continue
        if one.name == "phase":
            phases = [phase for phase in PHASES if any(a.test(phase) for a in term.alternatives)]
            if not phases:
                return ()
            labels.append([f"{LABEL}phase in ({','.join(phases)})"])
        elif one.name == "in" and not any(each.test("archive") for each in term.alternatives):
            return ()
        elif one.name == "label" and all(each.selectors for each in term.alternatives):
            labels.append([text for each in term.alternatives for text in each.selectors])
        elif len(term.alternatives) == 1:
            name = max(name, _part_of_name(one), key=len)
            begun = max(begun, _begun_after(one, now))
    if len(list(product(*labels))) > MOST:
        labels = [each for each in labels if len(each) == 1]
    return tuple(
        ArchiveQuery(labels=",".join(each), name_contains=name, begun_after=begun)
        for each in product(*labels)
    )


def _part_of_name(one: Alternative) -> str:
    """What a name must hold; of a namespace and a name it is none of both."""
    return one.text.lower() if one.name == "name" and "/" not in one.text else ""


def _begun_after(one: Alternative, now: datetime) -> str:
    """When a run began at the earliest that was created not longer ago than this."""
    if one.name not in ("age", "since") or one.longest is None:
        return ""
    # Nothing begins before it is created; the clocks of two machines may differ.
    moment = before(now, timedelta(seconds=one.longest(now) + SKEW))
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
