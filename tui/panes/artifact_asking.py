"""What the workflow does not tell of its artifacts: asked of stores and of the cluster, on threads.

Nothing to see: it remembers answers, and says when there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState, get_current_worker

from tui.artifacts import Stores, server_of
from tui.artifacts.base import SAME_FOR_ALL, StoreError
from tui.artifacts.repository import find_repository
from tui.bugs import caught
from tui.domain.artifact import NodeArtifact
from tui.domain.location import Location, Wired
from tui.domain.workflow import Workflow
from tui.panes.artifact_items import Fact
from tui.panes.base import PaneContext


@dataclass
class Measured(Message):
    """A store said what is at a place."""

    location: Location
    fact: Fact


class Unknown(NamedTuple):
    """What stores have to be asked about some artifacts."""

    needs_repository: bool
    """Whether some have a key, but nothing says in which store."""
    locations: tuple[Location, ...]


class Asking(Widget):
    """Sizes of artifacts, and the repository that a workflow only names."""

    DEFAULT_CSS = "Asking { display: none; }"

    @dataclass
    class RepositoryFound(Message):
        """The artifact repository that the workflow only names."""

        uid: str
        repository: Wired | None

    def __init__(self, stores: Stores, context: PaneContext) -> None:
        super().__init__()
        self.facts: dict[Location, Fact] = {}
        self.repositories: dict[str, Wired | None] = {}
        self._stores = stores
        self.context = context

    def forget_errors(self) -> None:
        """What failed is tried again when one comes back to it, and only then."""
        errors = [place for place, fact in self.facts.items() if isinstance(fact, StoreError)]
        for place in errors:
            del self.facts[place]

    def unknown(self, artifacts: Sequence[NodeArtifact]) -> Unknown:
        """What is not known of these yet; on any thread."""
        facts = self.facts
        wanted = dict.fromkeys(
            artifact.location
            for artifact in artifacts
            if artifact.location is not None
            and not artifact.deleted
            and artifact.location not in facts
        )
        return Unknown(any(a.key and a.location is None for a in artifacts), tuple(wanted))

    def ask(self, workflow: Workflow, unknown: Unknown) -> None:
        """Ask for it."""
        uid = workflow.metadata.uid
        if unknown.needs_repository and uid not in self.repositories:
            self.repositories[uid] = None
            self._look_up_repository(workflow)
        if unknown.locations:
            self._measure(unknown.locations)

    # Textual describes a worker by the text of its arguments: of a large run, megabytes.
    @work(
        thread=True,
        group="artifact-sizes",
        exclusive=True,
        exit_on_error=False,
        description="measuring artifacts",
    )
    def _measure(self, wanted: tuple[Location, ...]) -> None:
        """Ask for each what is there; a store that is not there at all is asked only once."""
        worker = get_current_worker()
        broken: dict[str, StoreError] = {}
        for location in wanted:
            if worker.is_cancelled:
                return
            place = server_of(location)
            fact: Fact = broken.get(place)
            if fact is None:
                try:
                    fact = self._stores.store(location).stat(location)
                except StoreError as error:
                    fact = error
                    if error.reason in SAME_FOR_ALL:
                        broken[place] = error
            self.post_message(Measured(location, fact))

    @work(
        thread=True,
        group="artifact-repository",
        exit_on_error=False,
        description="looking up the repository",
    )
    def _look_up_repository(self, workflow: Workflow) -> None:
        source = self.context.source
        found = find_repository(workflow, source) if source else None
        self.post_message(self.RepositoryFound(workflow.metadata.uid, found))

    @on(RepositoryFound)
    def remember_repository(self, message: RepositoryFound) -> None:
        """Keys may have places now; without a repository there is nothing to tell."""
        self.repositories[message.uid] = message.repository
        if message.repository is None:
            message.stop()

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """A bug in asking is said instead of looking like a store that never answers."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self.context.say(str(caught(message.worker.error, "asking for artifacts")), "error")
