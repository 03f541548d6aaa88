"""What is wrong with a saved workflow: said beside the output, and exit code 2.

Only files are judged. What a cluster has now is never bad input, however odd.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.domain import decode
from tui.domain.soundness import troubles
from tui.domain.text import clean
from tui.domain.workflow import Manifest, Workflow
from tui.headless.output import say

NOT_SEEN = "has no status: no controller has seen it yet"
MOST = 10
"""Faults of a list that are said one by one."""


def say_oddities(manifest: Manifest, workflow: Workflow, *, is_file: bool) -> bool:
    """Say what is odd about one workflow; whether it is a file that is no good as input."""
    trouble = decode.nodes_trouble(workflow)
    if trouble is not None:
        say(f"argo-tui: no steps to show: {trouble.what}")
        if trouble.hint:
            say(f"hint: {trouble.hint}")
    if is_file and _never_seen(manifest):
        say(f"argo-tui: {clean(workflow.metadata.name)} {NOT_SEEN}")
        say("hint: save one that ran, with kubectl get workflow NAME -o yaml")
        return True
    odd = troubles(workflow, decode.misfits(manifest))
    faults = [each for each in odd if each.is_fault and is_file]
    for each in odd:
        say(f"argo-tui: {'' if each in faults else 'note: '}{clean(each.said)}")
    if faults:
        say("hint: it is shown as it is, but no controller writes this; save it again")
    return bool(faults)


def say_faults(manifests: Iterable[Manifest]) -> bool:
    """Say what makes saved workflows no good as input, each with its name; whether any is."""
    faults = [fault for manifest in manifests for fault in _faults(manifest)]
    for fault in faults[:MOST]:
        say(f"argo-tui: {fault}")
    if len(faults) > MOST:
        say(f"argo-tui: and {len(faults) - MOST} more of this kind")
    if faults:
        say("hint: argo-tui get -f FILE says more of each; save them again once they ran")
    return bool(faults)


def _faults(manifest: Manifest) -> list[str]:
    workflow = decode.from_manifest(manifest)
    name = clean(workflow.metadata.name)
    if _never_seen(manifest):
        return [f"{name} {NOT_SEEN}"]
    odd = troubles(workflow, decode.misfits(manifest))
    return [f"{name}: {clean(each.said)}" for each in odd if each.is_fault]


def _never_seen(manifest: Manifest) -> bool:
    return manifest.get("status") is None
