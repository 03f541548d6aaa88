"""What is listed of artifacts: each with what its store says of it, in words."""

from __future__ import annotations

from collections.abc import Hashable

import msgspec

from tui.artifacts.base import Folder, FolderEntry, Reason, Stat, StoreError
from tui.domain.artifact import NodeArtifact, kind_by_name
from tui.domain.location import Location
from tui.domain.preview import size_text

Fact = Stat | Folder | StoreError | None
"""What the store answered about a location; None until it has answered."""


class Item(msgspec.Struct, frozen=True):
    """One line: an artifact, or an entry of the folder that is open."""

    artifact: NodeArtifact
    location: Location | None
    fact: Fact = None
    entry: FolderEntry | None = None
    above: str = ""
    """The folders between the artifact and the entry, each with its slash; "" for none."""

    @property
    def key(self) -> Hashable:
        """The identity by which the cursor finds it again."""
        artifact = self.artifact
        inner = f"{self.above}{self.entry.name}" if self.entry else ""
        return (artifact.node_id, artifact.direction, artifact.name, artifact.key, inner)

    @property
    def name(self) -> str:
        """Its name in the list; folders end with a slash."""
        if self.entry is None:
            return self.artifact.name
        return f"{self.entry.name}/" if self.entry.is_folder else self.entry.name

    @property
    def file_name(self) -> str:
        """The file name that is proposed for a download."""
        return self.entry.name if self.entry else self.artifact.file_name

    @property
    def made_at(self) -> str:
        """When it was made, as far as that is known; "" where it is not. A store knows of what is
        in a folder, the workflow of what a step gave."""
        if self.entry is not None:
            return self.entry.modified
        return self.artifact.made_at

    @property
    def title(self) -> str:
        """Step and name, with the folders it is in, for lines outside the list."""
        inner = f"/{self.above}{self.name}" if self.entry else ""
        return f"{self.artifact.step}/{self.artifact.name}{inner}"

    @property
    def why_not(self) -> str:
        """Why it cannot be read, as a sentence; "" as far as it can."""
        if self.artifact.deleted:
            return f"{self.artifact.name} was deleted by artifact GC"
        if self.location is None:
            return f"{self.artifact.name} cannot be read: {self.artifact.why_not}"
        return ""

    @property
    def is_problem(self) -> bool:
        """Whether it is known to be missing or unreadable, and nobody said that it may be."""
        if self.why_not:
            return True
        if not isinstance(self.fact, StoreError):
            return False
        if self.fact.reason == "not-recorded":
            return False  # nobody looked, so nothing is known of it
        return not (self.artifact.optional and self.fact.reason == "missing")

    @property
    def bytes(self) -> int | None:
        """Its size; None where it is not known."""
        if isinstance(self.fact, Stat) and not self.fact.is_measured:
            return None
        if isinstance(self.fact, Folder) and not self.fact.whole and not self.fact.size:
            return None
        if isinstance(self.fact, Stat | Folder):
            return self.fact.size
        return self.entry.size if self.entry else None


STATES: dict[Reason, str] = {
    "credentials": "no credentials",
    "login": "refused login",
    "secret": "unread secret",
    "secret-denied": "forbidden secret",
    "secret-missing": "no secret",
    "denied": "no right to it",
    "missing": "missing",
    "unreachable": "unreachable",
    "region": "wrong region",
    "unsupported": "not supported",
    "not-recorded": "not recorded",
}
"""STATE column texts. The most telling word comes first, since a narrow column cuts the rest."""


def size_of(item: Item, dash: str) -> str:
    """`4.1 KiB`; `210 MiB+` for a folder with more objects than were counted."""
    if item.bytes is None:
        return dash
    more = "+" if isinstance(item.fact, Folder) and not item.fact.whole else ""
    return size_text(item.bytes) + more


def type_of(item: Item) -> str:
    """text, json, …, `dir (30)`; "" while it is not known."""
    if isinstance(item.fact, Folder):
        more = "" if item.fact.whole else "+"
        return f"dir ({item.fact.count}{more})"
    if item.entry is not None:
        return "dir" if item.entry.is_folder else kind_by_name(item.entry.name) or ""
    kind = item.artifact.kind
    return "dir" if kind == "folder" else kind or ""


def state_of(item: Item, good: str) -> str:
    """Whether it can be read, or why not."""
    if item.artifact.deleted:
        return "deleted by GC"
    if item.location is None:
        return "not in the file" if item.artifact.left_out else "no location"
    if isinstance(item.fact, StoreError):
        if item.artifact.optional and item.fact.reason == "missing":
            return "not produced"
        return STATES.get(item.fact.reason, "cannot be read")
    if item.fact is None and item.entry is None:
        return ""
    return f"{good} archived log" if item.artifact.is_log else good


def style_of(item: Item) -> str:
    """The style token of the STATE column."""
    if item.artifact.deleted or item.location is None:
        return "muted"
    if isinstance(item.fact, StoreError):
        quiet = item.fact.reason in ("missing", "unsupported", "not-recorded")
        return "warning" if quiet else "problem"
    return "phase-succeeded"
