"""How full a namespace is, in a line."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain.pressure import pressure


def quota(**amounts: tuple[str, str]) -> dict[str, Any]:
    """A quota, by resource what is used and what there is."""
    names = {name: name.replace("_", ".") for name in amounts}
    return {
        "kind": "ResourceQuota",
        "status": {
            "used": {names[name]: used for name, (used, _) in amounts.items()},
            "hard": {names[name]: hard for name, (_, hard) in amounts.items()},
        },
    }


def waiting(message: str = "") -> dict[str, Any]:
    """A pod that has not begun, and what the scheduler says of it."""
    placed = {"type": "PodScheduled", "status": "False" if message else "True", "message": message}
    return {"kind": "Pod", "status": {"phase": "Pending", "conditions": [placed]}}


FULL = (
    "0/12 nodes are available: 9 Insufficient cpu, 3 Insufficient memory, 2 node(s) had untolerated"
    " taint {a: b}. preemption: 0/12 nodes are available: 12 No preemption victims found."
)
TAINTED = "0/2 nodes are available: 2 node(s) had untolerated taint {dedicated: gpu}."


@pytest.mark.parametrize(
    ("quotas", "pending", "unread", "said"),
    [
        ((), (), {}, "no quota; no pod pending"),
        (
            (quota(requests_cpu=("31500m", "32"), pods=("12", "50")),),
            (waiting(),),
            {},
            "quota requests.cpu 31500m of 32; 1 pod pending; no node said to be full",
        ),
        (
            (quota(pods=("12", "50")), quota(requests_memory=("1Gi", "100Gi"))),
            (),
            {},
            "quota pods 12 of 50; no pod pending",
        ),
        (
            (quota(a=("9", "10")), quota(b=("8", "8"), c=("1", "0"), d=("10", "11"), e=("1", "9"))),
            (),
            {},
            "quota b 8 of 8, c 1 of 0, d 10 of 11; no pod pending",
        ),
        (
            (),
            (waiting(), waiting(TAINTED), waiting(FULL), waiting("odd words")),
            {},
            "no quota; 4 pods pending; full nodes: 9 of 12 (cpu), 3 of 12 (memory)",
        ),
        (
            (),
            (waiting(TAINTED),),
            {},
            "no quota; 1 pod pending; no node of 2 fits: 2 had untolerated taint {dedicated: gpu}",
        ),
        (
            (),
            (waiting("0/3 nodes are available: 3 Too many pods."),),
            {},
            "no quota; 1 pod pending; full nodes: 3 of 3 (pods)",
        ),
        ((quota(),), (), {}, "quota not counted yet; no pod pending"),
        (
            (),
            (waiting(FULL),),
            {"quotas": "not allowed to list resourcequotas in argo"},
            "quota not known (not allowed to list resourcequotas in argo); 1 pod pending; full "
            "nodes: 9 of 12 (cpu), 3 of 12 (memory)",
        ),
        (
            (quota(pods=("5", "5")),),
            (),
            {"pods": "refused"},
            "quota pods 5 of 5; pending pods and full nodes not known (refused)",
        ),
    ],
)
def test_it_is_told_with_its_figures_and_what_is_not_known_is_said(
    quotas: Any, pending: Any, unread: dict[str, str], said: str
) -> None:
    assert pressure(quotas, pending, unread) == said


@pytest.mark.parametrize("odd", [None, 7, "x", [], {"status": 7}, {"status": {"hard": [1]}}])
def test_odd_objects_count_as_little_as_they_tell(odd: Any) -> None:
    assert pressure((odd,), (odd,), {}).endswith("1 pod pending; no node said to be full")
