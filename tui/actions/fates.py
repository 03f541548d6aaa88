"""What a retry does to each step, as the step tree with a word beside each (argo.md 5.4).

Large trees show what is not just kept, with what it is in, and count the rest: nobody reads fifty
thousand lines to learn that three steps run again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tui.actions.formulate import Formulation
from tui.actions.graph import GROUP_TYPES, RawNode, RawNodes, is_problem, kind_of
from tui.actions.words import counted
from tui.domain import decode
from tui.domain.forest import TreeRow, rows
from tui.domain.text import clean
from tui.domain.workflow import Manifest

ALL_OF = 40
"""Rows of a tree up to which all of it is shown, and …"""
MOST_ROWS = 200
"""… rows of a longer one that are."""

AGAIN = "runs again"
AGAIN_WITH_POD = "runs again; its pod and log are deleted"
GONE_WITH_POD = "goes, with its pod and log"
GONE = "goes; made anew when its turn comes"
EXIT = "exit handler: runs again"
OPENED = "opened again"
HELD = "kept, though it failed"
KEPT = "kept"


def fate_of(
    node_id: str,
    node: RawNode,
    made: Formulation,
    with_pods: Collection[str],
    steps: Collection[str],
    attempts: Collection[str],
) -> str:
    """What becomes of a node, in words.

    `steps` are Retry nodes that run again as a step, and `attempts` theirs, which go.
    """
    if node_id in made.exit_nodes:
        return EXIT
    if node_id in steps:
        return AGAIN
    if node_id in attempts and node_id in made.deleted:
        return GONE_WITH_POD
    if node_id in made.deleted:
        if kind_of(node) in GROUP_TYPES or kind_of(node) == "Retry":
            return GONE
        return AGAIN_WITH_POD if node_id in with_pods else AGAIN
    if node_id in made.reset:
        return OPENED
    if node_id in made.held or (is_problem(node) and kind_of(node) == "Suspend"):
        return HELD
    return KEPT


def tree_lines(
    manifest: Manifest,
    nodes: RawNodes,
    made: Formulation,
    with_pods: Collection[str],
    attempts: Mapping[str, str],
) -> list[str]:
    """The tree of a hydrated manifest, a line for each step: its phase now, and its fate.

    `attempts` tells of those of steps that run again the Retry that is the step.
    """
    found = rows(decode.from_manifest(manifest), show_containers=False)
    # The Retry of a single attempt has no row: there the attempt is the step.
    shown = {row.key for row in found}
    below = {one: retry for one, retry in attempts.items() if retry in shown}
    steps = frozenset(below.values())
    fates = [
        fate_of(row.key, nodes[row.key], made, with_pods, steps, below)
        if row.key in nodes
        else KEPT
        for row in found
    ]
    lines = list(_lines(found, fates))
    if len(lines) > MOST_ROWS:
        more = len(lines) - MOST_ROWS
        lines = [*lines[:MOST_ROWS], f"  … and {counted(more, 'line')} more"]
    return ["The tree:", *lines] if lines else []


def _lines(found: Sequence[TreeRow], fates: Sequence[str]) -> Iterator[str]:
    shown = _shown(found, fates)
    left_out = 0
    for at, row in enumerate(found):
        if not shown[at]:
            left_out += 1
            continue
        if left_out:
            yield f"  … {counted(left_out, 'row')} kept"
            left_out = 0
        yield f"  {row.guide}{clean(row.label)}  {row.node.phase or 'Pending'}: {fates[at]}"
    if left_out:
        yield f"  … {counted(left_out, 'row')} kept"


def _shown(found: Sequence[TreeRow], fates: Sequence[str]) -> list[bool]:
    """Which rows are shown: all of a small tree; else those with a fate, and what they are in."""
    if len(found) <= ALL_OF:
        return [True] * len(found)
    shown = [fate != KEPT for fate in fates]
    wanted = -1  # the depth of the nearest ancestor that is wanted, coming from below
    for at in range(len(found) - 1, -1, -1):
        depth = found[at].depth
        if shown[at]:
            wanted = depth - 1
        elif 0 <= depth <= wanted:
            shown[at] = True
            wanted = depth - 1
    return shown
