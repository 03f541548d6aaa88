"""The list of artifacts: which of them, or what is in an open folder, and which are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.artifacts.base import Listing, StoreError
from tui.bindings import bind
from tui.columns import next_sort_column
from tui.domain.location import Location
from tui.keys import hint
from tui.panes.artifact_columns import columns, fits
from tui.panes.artifact_items import Fact, Item, entries_of, folder_line, summary
from tui.widgets.table import Table, sort_bindings

NONE = "no artifacts here"


class ArtifactRows(Table[Item]):
    """The list; Left goes back out of a folder, once the first columns are seen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.left", "back", "Back", group="artifacts"),
        *sort_bindings("artifacts"),
    ]

    class Back(Message):
        """Out of the folder."""

    def __init__(self, *, ascii: bool, now: datetime) -> None:
        super().__init__(
            columns(ascii=ascii),
            key=lambda item: item.key,
            placeholder=NONE,
            ascii=ascii,
            now=now,
            id="artifact-rows",
        )
        self.none = NONE
        """What stands where there is no artifact."""
        self._artifacts: list[Item] = []
        self._places: dict[Location, list[int]] | None = None
        """Location → its artifacts; None until it is needed."""
        self._rows_at: dict[Location, list[int]] | None = None
        """Location → its rows; None until it is needed."""
        self._folders: list[tuple[Item, Listing]] = []
        """The folders that are open, one in the other."""
        self._failures: dict[Location | None, StoreError] = {}
        """Entries of folders that could not be read, and why."""
        self._sought = ""
        self._sorted_by = ""
        """Id of a column; "" is the order in which the steps ran."""
        self._descending = False

    # --- what is in it ---------------------------------------------------------------------

    def show_artifacts(self, items: Sequence[Item]) -> None:
        """These are the artifacts now; an open folder stays open."""
        self._artifacts = list(items)
        self._places = None
        if not self._folders:
            self._fill()

    def show_facts(self, facts: Mapping[Location, Fact]) -> None:
        """What a store said of some places."""
        if self._places is None:
            self._places = _by_location(self._artifacts)
        for location, fact in facts.items():
            for index in self._places.get(location, ()):
                self._artifacts[index] = replace(self._artifacts[index], fact=fact)
        if self._folders:
            read = [place for place in facts if self._failures.pop(place, None) is not None]
            if read:
                self._fill()
            return
        if self._sorted_by:
            self._fill()
            return
        if self._rows_at is None:
            self._rows_at = _by_location(self.items)
        for location, fact in facts.items():
            for index in self._rows_at.get(location, ()):
                self.update_item(index, replace(self.items[index], fact=fact))

    def show_failure(self, item: Item, error: StoreError) -> None:
        """Reading this one failed: what its row says is no longer so."""
        if item.location is None:
            return
        if item.entry is None:
            self.show_facts({item.location: error})
            return
        self._failures[item.location] = error
        for index, each in enumerate(self.items):
            if each.location == item.location:
                self.update_item(index, replace(each, fact=error))

    def _all(self) -> list[Item]:
        failures = self._failures
        if not failures:
            return list(self._listed())
        return [
            replace(item, fact=failures[item.location]) if item.location in failures else item
            for item in self._listed()
        ]

    def _listed(self) -> list[Item]:
        return entries_of(*self._folders[-1]) if self._folders else self._artifacts

    def _fill(self) -> None:
        shown = self._all()
        if self._sought:
            shown = [item for item in shown if fits(item, self._sought)]
        self.replace(self._in_order(shown))
        self._rows_at = None
        if self._sought and self._all():
            self.placeholder = self._none_like(self._sought)
        else:
            self.placeholder = "this folder is empty" if self._folders else self.none

    def _none_like(self, text: str) -> str:
        """That nothing fits, of what was looked at."""
        if self._is_cut:
            return (
                f"none of the first {len(self._all()):,} is called like “{text}”, and there are "
                f"more that were not looked at; {hint('unwind')} shows the first ones"
            )
        return f"nothing here is called like “{text}”; {hint('unwind')} shows all"

    @property
    def _is_cut(self) -> bool:
        """Whether the folder that is open has more in it than was listed."""
        return bool(self._folders) and not self._folders[-1][1].whole

    @property
    def about(self) -> str:
        """What it shows, as one line."""
        said = folder_line(*self._folders[-1]) if self._folders else summary(self.items)
        if not self._sought:
            return said
        which = "the first " if self._is_cut else ""
        return f"{said}   {len(self.items):,} of {which}{len(self._all()):,} shown"

    # --- order -----------------------------------------------------------------------------

    def _in_order(self, items: list[Item]) -> list[Item]:
        order = next((c.order for c in self.columns if c.id == self._sorted_by), None)
        if order is None:
            return items[::-1] if self._descending else items
        known, unknown = [], []
        for item in items:
            key = order(item, self.now)
            if key is None:
                unknown.append(item)
            else:
                known.append((key, item))
        known.sort(key=lambda pair: pair[0], reverse=self._descending)
        return [*(item for _, item in known), *unknown]

    def action_sort(self, step: int) -> None:
        """Sort by the next or previous column; before the first comes the order of the steps."""
        self._sorted_by = next_sort_column(self.columns, self._sorted_by, step)
        # Who sorts by size looks for what is large.
        self._descending = self._sorted_by == "size"
        self._show_order()

    def action_reverse(self) -> None:
        """The other way round."""
        self._descending = not self._descending
        self._show_order()

    def _show_order(self) -> None:
        self.show_sort(self._sorted_by, descending=self._descending)
        self._fill()

    # --- folders ---------------------------------------------------------------------------

    @property
    def is_in_folder(self) -> bool:
        """Whether a folder is open."""
        return bool(self._folders)

    def enter(self, folder: Item, listing: Listing) -> None:
        """Show what is in a folder, as it is now."""
        self._failures.clear()
        self._folders.append((folder, listing))
        self._begin_anew()
        self.move_to_line(0)

    def leave(self) -> None:
        """Show where the open folder is listed, the cursor on it."""
        folder, _ = self._folders.pop()
        self._begin_anew()
        self.move_to(folder.key)

    def leave_all(self) -> None:
        """Other artifacts come: no folder of these is open, nothing of them is marked."""
        self._folders.clear()
        self._begin_anew()

    def _begin_anew(self) -> None:
        """What is marked or sought is so in one list, not in the next."""
        self._sought = ""
        self.marks = frozenset()
        self._fill()

    def action_back(self) -> None:
        """To the first columns where others are seen, else out of the folder."""
        if self.can_pan(-1):
            self.action_pan_left()
        else:
            self.post_message(self.Back())

    # --- choosing --------------------------------------------------------------------------

    @property
    def sought(self) -> str:
        """What is left out if it does not have it."""
        return self._sought

    def narrow(self, text: str) -> None:
        """Only what has this text in its step, name, type or state."""
        self._sought = text.strip()
        self._fill()

    @property
    def picked(self) -> tuple[Item, ...]:
        """What is marked, in the order of the list; else what the cursor is on."""
        marked = tuple(item for item in self._all() if item.key in self.marks)
        if marked:
            return marked
        return (self.current,) if self.current is not None else ()


def _by_location(items: Sequence[Item]) -> dict[Location, list[int]]:
    """Location → the numbers of the items that are there."""
    found: dict[Location, list[int]] = {}
    for index, item in enumerate(items):
        if item.location is not None:
            found.setdefault(item.location, []).append(index)
    return found
