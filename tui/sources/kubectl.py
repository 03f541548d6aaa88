"""The kubectl of this machine, called so that it is the same cluster and the same person.

Every value is one element of an argument vector, written as `--flag=value`, so that no name can be
taken for a flag, and none is ever read by a shell.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KUBECTL = "kubectl"


@dataclass(frozen=True, slots=True)
class Kubectl:
    """How kubectl is told which cluster is meant, and who one is."""

    kubeconfig: str = ""
    """`--kubeconfig`; "" where the environment says it."""
    context: str = ""
    """"" inside of a cluster, where there is none."""
    as_user: str = ""
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """That of the program, by which kubectl is found, and which it inherits."""

    @property
    def is_there(self) -> bool:
        """Whether there is one on PATH."""
        return shutil.which(KUBECTL, path=self.environ.get("PATH", "")) is not None

    def command(self, namespace: str, *arguments: str) -> tuple[str, ...]:
        """The argument vector of a kubectl command in a namespace."""
        flags = [
            ("kubeconfig", self.kubeconfig),
            ("context", self.context),
            ("namespace", namespace),
            ("as", self.as_user),
            ("as-uid", self.as_uid),
            *(("as-group", group) for group in self.as_groups),
        ]
        return (KUBECTL, *(f"--{name}={value}" for name, value in flags if value), *arguments)


def exec_arguments(pod: str, container: str, argv: Sequence[str]) -> tuple[str, ...]:
    """The arguments of an interactive `kubectl exec`."""
    # With the type before it no name of a pod begins like a flag.
    return ("exec", "-it", f"pod/{pod}", f"--container={container}", "--", *argv)
