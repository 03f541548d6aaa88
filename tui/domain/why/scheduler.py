"""What the scheduler says of a pod that fits on no node, taken apart and counted.

`0/12 nodes are available: 3 Insufficient nvidia.com/gpu, 9 node(s) had untolerated taint {a: b}.
preemption: …` (kubernetes-bodies.md). Where the nodes can be read they are told group by group.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tui.domain.quantity import amount
from tui.domain.why.evidence import list_at, map_at, text_at

_ALL = re.compile(r"(\d+)/(\d+) nodes are available: (.*)", re.DOTALL)
_ONE = re.compile(r"(\d+) (.+)", re.DOTALL)
_END = re.compile(r"\.(?: |$)|(?: no new claims to deallocate)|preemption:")

GROUPS = (
    "karpenter.sh/nodepool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "agentpool",
    "node.kubernetes.io/instance-type",
)
"""Labels that say which group a node is of, the best first."""
OTHERS, ALL = "other nodes", "all nodes"
"""What nodes without such a label are called: beside groups, and where there are none."""


class Scheduled(NamedTuple):
    """What the scheduler said."""

    fit: int
    nodes: int
    reasons: tuple[tuple[int, str], ...]
    """How many nodes do not fit for each reason, the most first."""
    sentence: str
    """What it says in words."""


def parsed(message: str) -> Scheduled | None:
    """The reasons of a message; None where it is no message of the scheduler."""
    found = _ALL.search(message)
    if found is None:
        return None
    reasons: list[tuple[int, str]] = []
    sentence = _first_sentence(found[3]).strip()
    for each in _split(sentence):
        one = _ONE.fullmatch(each.strip())
        if one is not None:
            words = one[2].strip().removeprefix("node(s) ")
            reasons.append((int(one[1][:9]), words))
    reasons.sort(key=lambda each: -each[0])
    return Scheduled(int(found[1][:9]), int(found[2][:9]), tuple(reasons), sentence)


def _first_sentence(text: str) -> str:
    """As far as the first end of a sentence; a point within a name is none."""
    found = _END.search(text)
    return text[: found.start()] if found is not None else text


def _split(text: str) -> Iterator[str]:
    """The parts between commas, but for those within `{…}` of a taint."""
    depth, begin = 0, 0
    for at, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == "," and depth <= 0:
            yield text[begin:at]
            begin = at + 1
    yield text[begin:]


class Group(NamedTuple):
    """Nodes of one kind, and how many of them do not take a pod, and why."""

    name: str
    size: int
    reasons: tuple[tuple[int, str], ...]
    one: str = ""
    """The name of one of them."""


def groups(nodes: Sequence[Any], pod: Mapping[str, Any]) -> list[Group]:
    """The nodes by their group, with what can be told of each from its own description.

    What is in use on a node stands in no node: whether there is room is not said here, only
    whether there could be.
    """
    counts: Counter[str] = Counter()
    why: dict[str, Counter[str]] = {}
    one: dict[str, str] = {}
    for node in nodes:
        labels = map_at(node, "metadata", "labels")
        label = next((each for each in GROUPS if isinstance(labels.get(each), str)), "")
        name = text_at(labels, label) if label else OTHERS
        counts[name] += 1
        one.setdefault(name, text_at(node, "metadata", "name"))
        for reason in _against(node, labels, pod):
            why.setdefault(name, Counter())[reason] += 1
    return [
        Group(
            ALL if name == OTHERS and len(counts) == 1 else name,
            count,
            tuple((n, r) for r, n in why.get(name, Counter()).most_common(4)),
            one[name],
        )
        for name, count in sorted(counts.items())
    ]


def _against(node: Any, labels: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[str]:
    if map_at(node, "spec").get("unschedulable") is True:
        yield "cordoned"
    for each in list_at(node, "status", "conditions"):
        if text_at(each, "type") == "Ready" and text_at(each, "status") != "True":
            yield "not ready"
    tolerated = list_at(pod, "spec", "tolerations")
    for taint in list_at(node, "spec", "taints"):
        bites = text_at(taint, "effect") in ("NoSchedule", "NoExecute")
        if bites and not any(_tolerates(each, taint) for each in tolerated):
            key = text_at(taint, "key")
            if key != "node.kubernetes.io/unschedulable":
                yield f"taint {key}"
    for key, value in map_at(pod, "spec", "nodeSelector").items():
        if labels.get(key) != value:
            yield f"no label {key}={value}"
    for resource, wanted in requests_of(pod).items():
        has = text_at(node, "status", "allocatable", resource)
        if amount(has) < wanted:
            yield f"too small for {resource}" if has else f"no {resource}"


def requests_of(pod: Mapping[str, Any]) -> dict[str, Any]:
    """What the containers of a pod ask for, added up."""
    found: dict[str, Any] = {}
    for each in list_at(pod, "spec", "containers"):
        resources = map_at(each, "resources")
        limits = map_at(resources, "limits")
        for name, value in {**limits, **map_at(resources, "requests")}.items():
            if isinstance(value, str | int) and not isinstance(value, bool):
                found[name] = found.get(name, 0) + amount(str(value))
    return found


def _tolerates(toleration: Any, taint: Any) -> bool:
    effect = text_at(toleration, "effect")
    if effect and effect != text_at(taint, "effect"):
        return False
    key = text_at(toleration, "key")
    if text_at(toleration, "operator") == "Exists":
        return not key or key == text_at(taint, "key")
    return key == text_at(taint, "key") and text_at(toleration, "value") == text_at(taint, "value")
