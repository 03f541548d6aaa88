"""What Kubernetes tells, in events, of a pod that cannot begin.

The pod's own status says it better, as long as somebody may look at it. An event tells what was so
at its time, so it counts until another one shows that the pod got past that: its image is there,
the container has started, or, of what a whole pod needs, any container was prepared. That is in the
events alone, so that what they say of a pod that nobody may look at is neither made up nor stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui.domain.durations import compact, epoch_of
from tui.domain.why.evidence import Step, Told

IMAGE = (
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
    "RegistryUnavailable",
    "ImageInspectError",
)
"""Why a container waits for its image."""

_PULL = "Failed to pull image"
_OF_IMAGE = re.compile(rf"{_PULL}|Back-off pulling image|Error: (?:{'|'.join(IMAGE)})\b")
_IMAGE_NAMED = re.compile(r'image (?:tag )?"([^"]+)"')
_IMAGE_EVENTS = frozenset({"InspectFailed", "ErrImageNeverPull"})
_CONTAINER_EVENTS = frozenset({"Failed", "BackOff"})
_PREPARED = ("Pulling", "Pulled", "Created", "Started")
"""What the kubelet tells of a container, of a pod that has its node, its volumes and a sandbox."""
_HINDRANCE = ("Failed", "OutOf", "NetworkNotReady", "UnexpectedAdmissionError", "BackOff")
"""How the reasons begin of events about a pod that cannot begin."""
_NO_HINDRANCE = frozenset(
    {
        "FailedScheduling",  # the scheduler's: `unplaced`
        "FailedToRetrieveImagePullSecret",  # the image may be there for all
        "FailedSync",
        "FailedKillPod",
        "FailedPreStopHook",
        "FailedPostStartHook",
    }
)
"""Events that are called like those and are about something else."""
_NAMED = re.compile(r"\bcontainer:? (\S+)$")


def without_image(step: Step) -> Told | None:
    """The event that tells why an image cannot be had: what a registry answered, if one did."""
    told = [each for each in step.events(*_CONTAINER_EVENTS, *_IMAGE_EVENTS) if _is_of_image(each)]
    told = _current(told, step, ("Pulled", "Started"))
    return _last([each for each in told if each.message.startswith(_PULL)] or told)


def unmade(step: Step) -> Told | None:
    """The event that tells why a container, or what a whole pod needs, could not be made."""
    told = [
        each
        for each in step.events()
        if each.reason.startswith(_HINDRANCE)
        and each.reason not in _NO_HINDRANCE
        and not _is_of_image(each)
    ]
    of_containers = [each for each in told if each.reason in _CONTAINER_EVENTS]
    of_pod = [each for each in told if each.reason not in _CONTAINER_EVENTS]
    return _last([*_current(of_containers, step, ("Started",)), *_current(of_pod, step, _PREPARED)])


def unplaced(step: Step) -> Told | None:
    """What the scheduler said last of a pod that has no node yet."""
    placed = ("Scheduled", *_PREPARED)
    return _last(_current(step.events("FailedScheduling"), step, placed))


def as_of(step: Step, event: Told) -> str:
    """When an event told that, where the pod does not say whether it is so by now."""
    at = epoch_of(event.last_seen)
    if step.pod or step.node.is_fulfilled or at is None:
        return ""
    return f" (told {compact(max(0.0, step.evidence.now.timestamp() - at))} ago)"


def container_of(event: Told) -> str:
    """The container that an event is about; "" for none, or where it does not say so."""
    if event.container:
        return event.container
    named = _NAMED.search(event.message) if event.reason in _PREPARED else None
    return named[1] if named is not None else ""


def image_of(event: Told) -> str:
    """The image that an event is about; "" for none."""
    named = _IMAGE_NAMED.search(event.message)
    return named[1] if named is not None else ""


def _is_of_image(event: Told) -> bool:
    if event.reason in _CONTAINER_EVENTS:
        return _OF_IMAGE.match(event.message) is not None
    return event.reason in _IMAGE_EVENTS


def _current(told: Iterable[Told], step: Step, past: Sequence[str]) -> list[Told]:
    """Those of some events after which none tells that the pod got past it."""
    later = step.events(*past)
    return [each for each in told if not any(_is_past(each, other) for other in later)]


def _is_past(event: Told, later: Told) -> bool:
    """Whether the later one shows that what the event tells is over.

    Times are whole seconds. Within one the order is known of what happens but once: a pod gets its
    volumes before any container is prepared, and what started does not fail to be made again.
    """
    mine, other = container_of(event), container_of(later)
    if mine and other and mine != other:
        return False
    image = image_of(event) if later.reason == "Pulled" and not (mine and other) else ""
    if image and f'"{image}"' not in later.message:
        return False
    at, then = epoch_of(event.last_seen), epoch_of(later.last_seen)
    if at is None or then is None:
        return then is not None
    of_one = event.reason in _CONTAINER_EVENTS or event.reason in _IMAGE_EVENTS
    return then >= at if (mine and other) or not of_one else then > at


def _last(told: Sequence[Told]) -> Told | None:
    return max(told, key=lambda each: epoch_of(each.last_seen) or 0.0, default=None)
