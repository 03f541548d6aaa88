"""Where objects come from: a cluster, a server, saved files.

What a source says are structs, not dataclasses, where nobody makes changed copies of them: a
dataclass takes half a millisecond to define, and every start waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from tui.domain.workflow import Manifest, WorkflowRef
from tui.errors import NotOffered, TuiError
from tui.ports.collections import Collections
from tui.ports.events import Event
from tui.ports.logs import LogRequest
from tui.ports.metrics import PodUsage
from tui.ports.objects import Watches
from tui.ports.pods import Pod
from tui.ports.threads import CancelToken

if TYPE_CHECKING:
    from tui.domain.logs import LogBlock

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this source can do at all; a refused right is an error of the call, not of this."""

    can_write: bool = True
    has_pods: bool = True
    is_live: bool = True
    why_not: str = ""
    """A sentence for a person when something is not possible here."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source is connected, for headers and messages."""

    label: str
    """Short: the kubeconfig context, or a file's name."""
    server: str = ""
    namespace: str = "default"
    user: str = ""
    extra: dict[str, str] = field(default_factory=dict)


class Source(Collections, Watches, Protocol):
    """Where objects come from."""

    @property
    def place(self) -> Place:
        """Where this is connected; known without asking the cluster."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do at all."""

    @property
    def troubles(self) -> Sequence[TuiError]:
        """What could not be read from the beginning, though the rest could."""

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What this offers of a port, such as `Operations`; None where it offers nothing.

        (A port is a protocol, and mypy takes no protocol where `type[P]` is asked for.)
        """

    def lacks(self, wanted: Callable[..., object]) -> str:
        """Why a port is not offered, as a sentence for a person; "" for one that is."""

    def get(self, ref: WorkflowRef) -> Manifest:
        """One workflow as it is now, every field kept."""

    def template(self, kind: str, namespace: str, name: str) -> Manifest:
        """A WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow, every field kept."""

    def pods(self, ref: WorkflowRef) -> tuple[Pod, ...]:
        """The pods of a workflow that still exist."""

    def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
        """Pod name → what it uses now; raises Missing where there are no metrics."""

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Kubernetes events about the workflow, or about one of its pods, oldest first."""

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        """A log in blocks of lines with their times, until its end or stopped."""

    def secret_value(self, namespace: str, name: str, key: str) -> bytes:
        """One value of a secret, decoded; kept nowhere and shown nowhere."""

    def config_map(self, namespace: str, name: str) -> dict[str, str]:
        """The data of a config map."""

    def namespaces(self) -> tuple[str, ...]:
        """Namespaces to choose from; raises Refused where they may not be listed."""

    def close(self) -> None:
        """Let go of connections."""


def offered(source: Source, wanted: Callable[..., P]) -> P:
    """A port that a connection offers. Raises: NotOffered with the sentence why it does not."""
    found = source.port(wanted)
    if found is None:
        raise NotOffered(source.lacks(wanted), reason="NotOffered")
    return found
