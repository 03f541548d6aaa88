"""What the artifacts pane lists: artifacts of steps, or what is inside one of them.

Nothing to see: values, and what is said of many of them. Each by itself is told in columns
(`artifact_columns.py`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tui.artifacts import title_of
from tui.artifacts.base import Entry, Folder, Listing, Stat, StoreError
from tui.domain.artifact import NodeArtifact
from tui.domain.location import Location
from tui.domain.preview import size_text
from tui.keys import hint

Fact = Stat | Folder | StoreError | None
"""What the store says of a location; None while it has not been asked."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line: an artifact, or an entry of the folder that is open."""

    artifact: NodeArtifact
    location: Location | None
    fact: Fact = None
    entry: Entry | None = None

    @property
    def key(self) -> Hashable:
        """What the cursor stays on."""
        artifact = self.artifact
        inner = self.entry.name if self.entry else ""
        return (artifact.node_id, artifact.direction, artifact.name, artifact.key, inner)

    @property
    def name(self) -> str:
        """As it is listed."""
        if self.entry is None:
            return self.artifact.name
        return f"{self.entry.name}/" if self.entry.is_folder else self.entry.name

    @property
    def file_name(self) -> str:
        """What a download of it is called at first."""
        return self.entry.name if self.entry else self.artifact.file_name

    @property
    def title(self) -> str:
        """Step and name, for lines that stand alone."""
        inner = f"/{self.name}" if self.entry else ""
        return f"{self.artifact.step}/{self.artifact.name}{inner}"

    @property
    def why_not(self) -> str:
        """Why it cannot be read, as a sentence; "" if nothing is known against it."""
        if self.artifact.deleted:
            return f"{self.artifact.name} was deleted by artifact GC"
        if self.location is None:
            return f"{self.artifact.name} cannot be read: {self.artifact.why_not}"
        return ""

    @property
    def bytes(self) -> int | None:
        """Its size, where it is known."""
        if isinstance(self.fact, Stat | Folder):
            return self.fact.size
        return self.entry.size if self.entry else None


def entries_of(owner: Item, listing: Listing) -> list[Item]:
    """What is in an open folder, as items."""
    return [
        Item(
            owner.artifact,
            entry.location,
            None if entry.is_folder else Stat(entry.size or 0, entry.modified),
            entry,
        )
        for entry in listing.entries
    ]


def folder_line(owner: Item, listing: Listing) -> str:
    """`train/shards  30 entries   Left goes back`."""
    count = len(listing.entries)
    back = f"{hint('move.left')} goes back"
    if listing.whole:
        return f"{owner.title}  {count:,} {'entry' if count == 1 else 'entries'}   {back}"
    what = f"first {count:,} of at least {count + 1:,} entries"
    return f"{owner.title}  {what}   {back}, {hint('download')} there downloads all of it"


def summary(items: Sequence[Item]) -> str:
    """`14 artifacts  6.2 GiB   S3 minio:9000`."""
    size = sum(item.bytes or 0 for item in items)
    parts = [f"{len(items):,} artifact{'' if len(items) == 1 else 's'}"]
    if size:
        # A folder of very many objects is not counted to its end.
        is_whole = all(item.fact.whole for item in items if isinstance(item.fact, Folder))
        parts.append(("" if is_whole else "at least ") + size_text(size))
    titles = {title_of(item.location) for item in items if item.location is not None} - {""}
    if len(titles) == 1:
        parts.append(f" {titles.pop()}")
    return "  ".join(parts)
