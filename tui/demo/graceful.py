"""How long something that is deleted may take to end."""

from __future__ import annotations

from tui.demo.records import Record
from tui.demo.resources import PODS, Resource

USUAL = 30
"""Seconds that Kubernetes gives a pod which asks for no other time."""


def is_marked(resource: Resource) -> bool:
    """Whether the last state of what is deleted says so, even where it went at once."""
    return resource is PODS


def grace_of(record: Record, asked: object = None) -> int:
    """How many seconds a pod that runs is given to end; nothing else is given any.

    `asked` is what somebody who deletes it by hand wants instead of the pod's own time.
    """
    if record.resource is not PODS or record.finalizers:
        return 0
    pod = record.decoded()
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    if not spec.get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
        return 0
    seconds = int(spec.get("terminationGracePeriodSeconds", USUAL) if asked is None else str(asked))
    return seconds if seconds >= 0 else 1
