"""Faults of saved workflows: reported on stderr, and by exit code 2.

Only files are judged. What a cluster has is never bad input.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain import decode
from tui.domain.soundness import NO_STATUS, troubles
from tui.domain.text import clean
from tui.domain.workflow import Manifest, Workflow
from tui.headless.output import say

NOT_SEEN = "has no status: no controller has seen it yet"
MOST = 10
"""Number of faults of a list that are reported one by one."""


def say_oddities(manifest: Manifest, workflow: Workflow, *, is_file: bool) -> bool:
    """Report what is wrong with one workflow; true if it is a file that is not valid input."""
    trouble = decode.nodes_trouble(workflow)
    if trouble is not None:
        say(f"argo-tui: no steps to show: {trouble.what}")
        if trouble.hint:
            say(f"hint: {trouble.hint}")
    if is_file and _never_seen(manifest):
        say(f"argo-tui: {clean(workflow.metadata.name)} {NOT_SEEN}")
        say("hint: save it after it has run, with kubectl get workflow NAME -o yaml")
        return True
    odd = troubles(workflow, decode.misfits(manifest))
    if not is_file:
        # It was submitted just now, as a rule; what is printed shows it anyway.
        odd = tuple(each for each in odd if each.said != NO_STATUS)
    faults = [each for each in odd if each.is_fault and is_file]
    for each in odd:
        say(f"argo-tui: {'' if each in faults else 'note: '}{clean(each.said)}")
    if faults:
        say("hint: it is printed as it is, but no controller writes this; save it again")
    return bool(faults)


def say_faults(faults: Sequence[str]) -> bool:
    """Report faults of saved workflows (`faults_of`); true if there are any."""
    for fault in faults[:MOST]:
        say(f"argo-tui: {fault}")
    if len(faults) > MOST:
        say(f"argo-tui: and {len(faults) - MOST} more faults")
    if faults:
        say("hint: argo-tui get -f FILE shows the details; save them again after they have run")
    return bool(faults)


def faults_of(manifest: Manifest, workflow: Workflow, *, fits: bool) -> list[str]:
    """The faults of one, with its name; `workflow` and `fits` are what it was read as."""
    name = clean(workflow.metadata.name)
    if _never_seen(manifest):
        return [f"{name} {NOT_SEEN}"]
    odd = troubles(workflow, () if fits else decode.misfits(manifest))
    return [f"{name}: {clean(each.said)}" for each in odd if each.is_fault]


def _never_seen(manifest: Manifest) -> bool:
    return manifest.get("status") is None
