"""How full a namespace is: its quotas, the pods that wait in it, the nodes that have no room.

For whatever waits in it, in a line. What cannot be read is said to be not known; of full nodes only
the scheduler tells, in what it says of pods that it cannot place, so no more rights are needed than
those to see pods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.domain.quantity import amount
from tui.domain.why.evidence import list_at, map_at, text_at
from tui.domain.why.scheduler import Scheduled, parsed
from tui.domain.workflow import Manifest

NEAR = 0.8
"""Share of a quota from which on it is told; of those below only the one that is used most."""
MOST_QUOTAS = 3
"""Resources of quotas that are told."""
FULL = "Insufficient "
"""How the scheduler begins to say that nodes have no room (kubernetes-bodies.md)."""
OTHER_REASONS = 2
"""Reasons that are told where no node is full."""


def pressure(
    quotas: Sequence[Manifest], pending: Sequence[Manifest], unread: Mapping[str, str]
) -> str:
    """`quota requests.cpu 31 of 32; 14 pods pending; full nodes: 9 of 12 (cpu)`.

    `pending` are the pods of the namespace that have not begun; `unread` says of `quotas` and
    `pods` why they could not be read.
    """
    return "; ".join(_parts(quotas, pending, unread))


def _parts(
    quotas: Sequence[Manifest], pending: Sequence[Manifest], unread: Mapping[str, str]
) -> Iterator[str]:
    if (why := unread.get("quotas")) is not None:
        yield f"quota not known ({why})"
    else:
        yield _of_quotas(quotas)
    if (why := unread.get("pods")) is not None:
        yield f"pending pods and full nodes not known ({why})"
        return
    yield "no pod pending" if not pending else _count(len(pending), "pod pending", "pods pending")
    if pending:
        yield _of_nodes(pending)


def _of_quotas(quotas: Sequence[Manifest]) -> str:
    used: list[tuple[float, str]] = []
    for quota in quotas:
        hard, has = map_at(quota, "status", "hard"), map_at(quota, "status", "used")
        for resource in hard:
            most, now = text_at(hard, str(resource)), text_at(has, str(resource))
            if not now or not most:
                continue
            limit = amount(most)
            share = float(amount(now) / limit) if limit > 0 else 1.0
            used.append((share, f"{resource} {now} of {most}"))
    if not used:
        return "no quota" if not quotas else "quota not counted yet"
    used.sort(key=lambda each: (-each[0], each[1]))
    near = [words for share, words in used if share >= NEAR][:MOST_QUOTAS]
    return f"quota {', '.join(near or [used[0][1]])}"


def _of_nodes(pending: Sequence[Manifest]) -> str:
    """What the scheduler says of the nodes, of the pod for which it finds most of them full."""
    said = [found for pod in pending if (found := _scheduled(pod)) is not None]
    if not said:
        return "no node said to be full"
    full = [(each, _full(each)) for each in said]
    worst, reasons = max(full, key=lambda each: max(each[1].values(), default=0))
    if reasons:
        counts = (f"{count} of {worst.nodes} ({name})" for name, count in reasons.most_common(3))
        return f"full nodes: {', '.join(counts)}"
    words = ", ".join(f"{count} {reason}" for count, reason in worst.reasons[:OTHER_REASONS])
    return f"no node of {worst.nodes} fits: {words}" if words else "no node fits"


def _full(said: Scheduled) -> Counter[str]:
    found: Counter[str] = Counter()
    for count, reason in said.reasons:
        if reason.startswith(FULL):
            found[reason.removeprefix(FULL)] += count
        elif reason.startswith("Too many pods"):
            found["pods"] += count
    return found


def _scheduled(pod: Any) -> Scheduled | None:
    for each in list_at(pod, "status", "conditions"):
        if text_at(each, "type") == "PodScheduled" and text_at(each, "status") == "False":
            return parsed(text_at(each, "message"))
    return None


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many}"
