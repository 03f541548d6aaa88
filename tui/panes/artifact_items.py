"""What the artifacts pane lists: artifacts of steps, or what is inside one of them.

Pure: an item and what is known of it in, the words of its columns out.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tui.artifacts.base import Entry, Folder, Listing, Reason, Stat, StoreError
from tui.columns import ASCII_DASH, DASH, Column
from tui.domain.artifact import NodeArtifact, kind_by_name
from tui.domain.location import Location, S3Location, inside
from tui.domain.preview import size_text

Fact = Stat | Folder | StoreError | None
"""What the store says of a location; None while it has not been asked."""

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
}
"""In few words, the most telling one first: a narrow list shows only that."""


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


def columns(*, ascii: bool) -> tuple[Column[Item], ...]:
    """STEP NAME DIR SIZE TYPE STATE."""
    dash = ASCII_DASH if ascii else DASH
    good = "ok" if ascii else "✔"
    return (
        Column(
            id="step",
            title="STEP",
            text=lambda item, now: "" if item.entry else item.artifact.step,
            width=14,
            least=8,
            grow=2,
            style=lambda item: "muted" if item.artifact.is_log else "",
            order=lambda item, now: item.artifact.step,
            drop=1,
        ),
        Column(
            id="name",
            title="NAME",
            text=lambda item, now: item.name,
            width=14,
            grow=3,
            order=lambda item, now: item.name,
        ),
        Column(
            id="dir",
            title="DIR",
            text=lambda item, now: "" if item.entry else item.artifact.direction,
            width=3,
            drop=2,
        ),
        Column(
            id="size",
            title="SIZE",
            text=lambda item, now: dash if item.bytes is None else size_text(item.bytes),
            width=9,
            align="right",
            order=lambda item, now: item.bytes,
        ),
        Column(
            id="type",
            title="TYPE",
            text=lambda item, now: type_of(item),
            width=8,
            order=lambda item, now: type_of(item) or None,
        ),
        Column(
            id="state",
            title="STATE",
            text=lambda item, now: state_of(item, good),
            width=16,
            least=8,
            style=style_of,
            order=lambda item, now: state_of(item, good) or None,
        ),
    )


def type_of(item: Item) -> str:
    """text, json, …, `dir (30)`; "" while nobody knows."""
    if isinstance(item.fact, Folder):
        more = "" if item.fact.whole else "+"
        return f"dir ({item.fact.count}{more})"
    if item.entry is not None:
        return "dir" if item.entry.is_folder else kind_by_name(item.entry.name) or ""
    kind = item.artifact.kind
    return "dir" if kind == "folder" else kind or ""


def state_of(item: Item, good: str) -> str:
    """Whether it is there, else why not."""
    if item.artifact.deleted:
        return "deleted by GC"
    if item.location is None:
        return "no location"
    if isinstance(item.fact, StoreError):
        if item.artifact.optional and item.fact.reason == "missing":
            return "not produced"
        return STATES.get(item.fact.reason, "cannot be read")
    if item.fact is None and item.entry is None:
        return ""
    return f"{good} archived log" if item.artifact.is_log else good


def style_of(item: Item) -> str:
    """The token for the state."""
    if item.artifact.deleted or item.location is None:
        return "muted"
    if isinstance(item.fact, StoreError):
        quiet = item.fact.reason in ("missing", "unsupported")
        return "warning" if quiet else "problem"
    return "phase-succeeded"


def fits(item: Item, sought: str) -> bool:
    """Whether one means this by what one typed."""
    step = "" if item.entry else item.artifact.step
    words = f"{step}/{item.name} {item.artifact.direction} {type_of(item)} {state_of(item, '')}"
    return all(part in words.casefold() for part in sought.casefold().split())


def entries_of(owner: Item, listing: Listing) -> list[Item]:
    """What is in an open folder, as items."""
    place = owner.location
    if not isinstance(place, S3Location):
        return []
    return [
        Item(
            owner.artifact,
            inside(place, entry.name, is_folder=entry.is_folder),
            None if entry.is_folder else Stat(entry.size or 0, entry.modified),
            entry,
        )
        for entry in listing.entries
    ]


def folder_line(owner: Item, listing: Listing) -> str:
    """`train/shards  30 entries   Left goes back`."""
    count = len(listing.entries)
    what = f"{count} {'entry' if count == 1 else 'entries'}"
    more = "" if listing.whole else ", the first of more"
    return f"{owner.title}  {what}{more}   Left goes back"


def summary(items: Sequence[Item]) -> str:
    """`14 artifacts  6.2 GiB   S3 minio:9000`."""
    size = sum(item.bytes or 0 for item in items)
    parts = [f"{len(items)} artifact{'' if len(items) == 1 else 's'}"]
    if size:
        parts.append(size_text(size))
    stores = {i.location.store for i in items if isinstance(i.location, S3Location)}
    if len(stores) == 1:
        parts.append(f" S3 {stores.pop() or 'Amazon'}")
    return "  ".join(parts)
