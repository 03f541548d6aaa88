"""The columns of the list of artifacts: an item and what is known of it in, words out."""

from __future__ import annotations

from tui.artifacts.base import Folder, Reason, StoreError
from tui.columns import ASCII_DASH, DASH, Column
from tui.domain.artifact import kind_by_name
from tui.domain.preview import size_text
from tui.panes.artifact_items import Item

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


def columns(*, ascii: bool) -> tuple[Column[Item], ...]:
    """STEP NAME DIR SIZE TYPE STATE."""
    return (*_which(), *_how_much(ASCII_DASH if ascii else DASH), _how("ok" if ascii else "✔"))


def _which() -> tuple[Column[Item], ...]:
    """Of which step, and what it is called there."""
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
            cut="middle",
            drop=1,
        ),
        Column(
            id="name",
            title="NAME",
            text=lambda item, now: item.name,
            width=14,
            grow=3,
            order=lambda item, now: item.name,
            cut="middle",
        ),
        Column(
            id="dir",
            title="DIR",
            text=lambda item, now: "" if item.entry else item.artifact.direction,
            width=3,
            drop=2,
        ),
    )


def _how_much(dash: str) -> tuple[Column[Item], ...]:
    """Its size, and of what."""
    return (
        Column(
            id="size",
            title="SIZE",
            text=lambda item, now: size_of(item, dash),
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
    )


def _how(good: str) -> Column[Item]:
    """Whether it can be had."""
    return Column(
        id="state",
        title="STATE",
        text=lambda item, now: state_of(item, good),
        width=16,
        least=8,
        style=style_of,
        order=lambda item, now: state_of(item, good) or None,
    )


def size_of(item: Item, dash: str) -> str:
    """`4.1 KiB`, `210 MiB+` of a folder that was not counted to its end."""
    if item.bytes is None:
        return dash
    more = "+" if isinstance(item.fact, Folder) and not item.fact.whole else ""
    return size_text(item.bytes) + more


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
