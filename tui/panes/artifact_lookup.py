"""What a workflow does not say about its artifacts, asked of stores and of the cluster on threads.

An invisible widget: it keeps the answers, and posts a message when some came. Until those are taken
no other message follows, however many there are: a store that refuses answers for all at once.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState, get_current_worker

from tui.artifacts import Stores
from tui.artifacts.base import NO_SECRET, Folder, Stat, StoreError
from tui.artifacts.items import Fact
from tui.artifacts.measuring import measure
from tui.artifacts.repository import Found, look_for_repository
from tui.bugs import caught
from tui.domain.artifact import NodeArtifact
from tui.domain.location import Location, Wired
from tui.domain.workflow import Workflow
from tui.panes.base import PaneContext


@dataclass
class Measured(Message):
    """A store answered what is at a location while it was read."""

    location: Location
    fact: Fact


@dataclass
class OwnCredentials(Message):
    """The workflow's credentials cannot be read, and this machine has some of its own."""

    which: str
    """`the AWS profile ops`."""
    error: StoreError


class Unknown(NamedTuple):
    """What is not known about some artifacts and has to be looked up."""

    needs_repository: bool
    """Whether some have a key, but nothing says in which store."""
    locations: tuple[Location, ...]


class ArtifactLookup(Widget):
    """Sizes of artifacts, and the artifact repository where the workflow only names it."""

    DEFAULT_CSS = "ArtifactLookup { display: none; }"

    class Answered(Message):
        """Stores answered what is at some locations: `take_answers` says what."""

    @dataclass
    class RepositoryFound(Message):
        """The artifact repository of a workflow that only names it; None where there is none."""

        uid: str
        repository: Wired | None
        why_not: str = ""
        """What kept us from reading one, as a sentence; "" if nothing did."""

    def __init__(self, stores: Stores, context: PaneContext) -> None:
        super().__init__()
        self.facts: dict[Location, Fact] = {}
        self.repositories: dict[str, Wired | None] = {}
        self.troubles: dict[str, str] = {}
        """Why no repository could be read, by the uid of the workflow."""
        self._answers: dict[Location, Fact] = {}
        """What stores answered and nobody has taken yet."""
        self._lock = threading.Lock()
        self._stores = stores
        self._has_offered = False
        self.context = context

    def forget_errors(self) -> None:
        """Have failed lookups tried again the next time their artifacts are shown."""
        failed = [at for at, fact in self.facts.items() if isinstance(fact, StoreError)]
        for location in failed:
            del self.facts[location]

    def unknown(self, artifacts: Sequence[NodeArtifact]) -> Unknown:
        """What is not known about these artifacts yet. May be called on any thread."""
        facts = self.facts
        locations = dict.fromkeys(
            artifact.location
            for artifact in artifacts
            if artifact.location is not None
            and not artifact.deleted
            and artifact.location not in facts
        )
        return Unknown(any(a.key and a.location is None for a in artifacts), tuple(locations))

    def look_up(self, workflow: Workflow, unknown: Unknown) -> None:
        """Ask for what is not known."""
        uid = workflow.metadata.uid
        if unknown.needs_repository and uid not in self.repositories:
            self.repositories[uid] = None
            self._look_up_repository(workflow)
        if unknown.locations:
            self._measure(unknown.locations)

    def take_answers(self) -> dict[Location, Fact]:
        """What stores answered since this was last called; it is known from now on."""
        with self._lock:
            answers, self._answers = self._answers, {}
        self.facts.update(answers)
        return answers

    def _answer(self, location: Location, fact: Fact) -> None:
        """Keep an answer, and tell of it unless others wait to be taken. On any thread."""
        with self._lock:
            is_first = not self._answers
            self._answers[location] = fact
        if is_first:
            self.post_message(self.Answered())

    def _offer_own(self, location: Location, error: StoreError) -> None:
        """Tell once that there are other credentials; on a thread, since boto3 knows of them."""
        if error.reason not in NO_SECRET or self._stores.uses_own_credentials:
            return
        with self._lock:
            if self._has_offered:
                return
            self._has_offered = True
        which = self._stores.own_credentials(location)
        if which:
            self.post_message(OwnCredentials(which, error))

    # Without a description, Textual formats the arguments of a worker: megabytes in a large run.
    @work(
        thread=True,
        group="artifact-sizes",
        exclusive=True,
        exit_on_error=False,
        description="measuring artifacts",
    )
    def _measure(self, locations: tuple[Location, ...]) -> None:
        """Ask what is at each location."""
        worker = get_current_worker()

        def answer(location: Location, fact: Fact) -> None:
            if isinstance(fact, StoreError):
                self._offer_own(location, fact)
            self._answer(location, fact)

        def stat(location: Location) -> Stat | Folder:
            return self._stores.store(location).stat(location)

        measure(locations, stat, answer, lambda: worker.is_cancelled)

    @work(
        thread=True,
        group="artifact-repository",
        exit_on_error=False,
        description="looking up the repository",
    )
    def _look_up_repository(self, workflow: Workflow) -> None:
        source = self.context.source
        found = look_for_repository(workflow, source) if source else Found(None)
        self.post_message(
            self.RepositoryFound(workflow.metadata.uid, found.repository, found.why_not)
        )

    @on(RepositoryFound)
    def remember_repository(self, message: RepositoryFound) -> None:
        """Keep the answer; without a repository the pane has nothing to update."""
        self.repositories[message.uid] = message.repository
        self.troubles[message.uid] = message.why_not
        if message.repository is None:
            message.stop()

    @on(Worker.StateChanged)
    def tell_failure(self, message: Worker.StateChanged) -> None:
        """Show a bug in a lookup; otherwise it looks like a store that never answers."""
        if message.state is WorkerState.ERROR and message.worker.error is not None:
            self.context.say(str(caught(message.worker.error, "asking for artifacts")), "error")
