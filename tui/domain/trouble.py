"""What keeps a workflow from getting on though nothing failed: told by what its steps say.

An image that cannot be pulled, a pod that fits on no node, a lock that another one holds, a quota
that is used up, a container that cannot be made: Argo calls all of that Pending or Running. The
words are those of Kubernetes and of Argo's controller (argo.md 1.3, 1.5).
"""

from __future__ import annotations

import re
from functools import lru_cache

IMAGE, NODE, LOCK, QUOTA, CONTAINER = "image", "unschedulable", "lock", "quota", "container"

_SIGNS = {
    QUOTA: r"exceeded quota|quota exceeded|forbidden: [^:]*quota|maximum \w+ usage per",
    LOCK: r"waiting for .*\block\b|lock status:",
    IMAGE: r"ImagePullBackOff|ErrImage|InvalidImageName|RegistryUnavailable|ImageInspectError"
    r"|failed to pull image|pull access denied|manifest unknown",
    NODE: r"unschedulable|nodes? (?:are|is) available|insufficient \S|untolerated taint"
    r"|didn't match pod|too many pods|preemption",
    CONTAINER: r"CreateContainer\w*Error|RunContainerError|CrashLoopBackOff|FailedMount"
    r"|FailedAttachVolume|FailedCreatePodSandBox|couldn't find key|MountVolume",
}
_SIGN = re.compile(
    "|".join(f"(?P<{name}>{signs})" for name, signs in _SIGNS.items()), re.IGNORECASE
)

KINDS = tuple(_SIGNS)
"""What trouble can be called."""


@lru_cache(maxsize=4096)
def trouble_in(message: str) -> str:
    """Which kind of trouble a message of something that waits tells of; "" for none."""
    found = _SIGN.search(message) if message else None
    return found.lastgroup or "" if found is not None else ""
