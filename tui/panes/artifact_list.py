"""The list of artifacts: the items in it, their columns, and the table that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.artifacts import title_of
from tui.artifacts.base import Folder, FolderListing, Stat, StoreError
from tui.artifacts.items import Fact, Item, size_of, state_of, style_of, type_of
from tui.bindings import bind
from tui.columns import ASCII_DASH, DASH, Column, next_sort_column
from tui.domain.durations import parse_time
from tui.domain.location import Location
from tui.domain.preview import size_text
from tui.keys import hint
from tui.menu import REVERSED, Menu, ask_for_columns, orders
from tui.widgets.table import Table, sort_bindings


def entries_of(owner: Item, listing: FolderListing) -> list[Item]:
    """The items for what is in an open folder."""
    above = f"{owner.above}{owner.entry.name}/" if owner.entry else ""
    return [
        Item(
            owner.artifact,
            entry.location,
            None
            if entry.is_folder
            else Stat(entry.size or 0, entry.modified, is_measured=entry.size is not None),
            entry,
            above,
        )
        for entry in listing.entries
    ]


def with_fact(item: Item, fact: Fact) -> Item:
    """The same, with what the store answered."""
    return Item(item.artifact, item.location, fact, item.entry, item.above)


def folder_line(owner: Item, listing: FolderListing) -> str:
    """`train/shards  30 entries   Left goes back`."""
    count = len(listing.entries)
    back = f"{hint('move.left')} goes back"
    if listing.whole:
        return f"{owner.title}  {count:,} {'entry' if count == 1 else 'entries'}   {back}"
    what = f"first {count:,} of at least {count + 1:,} entries"
    return f"{owner.title}  {what}   {back}, {hint('write')} there downloads all of it"


class Totals:
    """What many artifacts come to, kept up to date while stores answer."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.count = len(items)
        self.bytes = 0
        self.uncounted = 0
        """Folders of very many objects, which are not counted to their end."""
        for item in items:
            self._add(item, 1)
        titles = {title_of(item.location) for item in items if item.location is not None} - {""}
        self.title = titles.pop() if len(titles) == 1 else ""
        """The store that all of them are in; "" for several."""

    def change(self, before: Item, after: Item) -> None:
        """More is known of one of them."""
        self._add(before, -1)
        self._add(after, 1)

    def _add(self, item: Item, times: int) -> None:
        self.bytes += times * (item.bytes or 0)
        if isinstance(item.fact, Folder) and not item.fact.whole:
            self.uncounted += times

    def __str__(self) -> str:
        """`14 artifacts  6.2 GiB   S3 minio:9000`."""
        parts = [f"{self.count:,} artifact{'' if self.count == 1 else 's'}"]
        if self.bytes:
            parts.append(("at least " if self.uncounted else "") + size_text(self.bytes))
        if self.title:
            parts.append(f" {self.title}")
        return "  ".join(parts)


def columns(*, ascii: bool) -> tuple[Column[Item], ...]:
    """STEP NAME DIR SIZE TYPE MADE STATE; MADE is there where somebody wants it."""
    return (
        *_name_columns(),
        *_content_columns(ASCII_DASH if ascii else DASH),
        _made_column(),
        _state_column("ok" if ascii else "✔"),
    )


def _name_columns() -> tuple[Column[Item], ...]:
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


def _content_columns(dash: str) -> tuple[Column[Item], ...]:
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


def _made_column() -> Column[Item]:
    def text(item: Item, now: datetime) -> str:
        moment = parse_time(item.made_at)
        return f"{moment:%m-%d %H:%MZ}" if moment is not None else ""

    return Column(
        id=MADE,
        title="MADE",
        text=text,
        width=12,
        order=lambda item, now: item.made_at or None,
        keeps=True,
        falls=True,
    )


def _state_column(good: str) -> Column[Item]:
    return Column(
        id="state",
        title="STATE",
        text=lambda item, now: state_of(item, good),
        width=16,
        least=8,
        grow=2,
        style=style_of,
        order=lambda item, now: state_of(item, good) or None,
    )


def matches(item: Item, text: str) -> bool:
    """Whether the item matches the text of the filter: every word of it, in any column."""
    step = "" if item.entry else item.artifact.step
    words = f"{step}/{item.name} {item.artifact.direction} {type_of(item)} {state_of(item, '')}"
    return all(part in words.casefold() for part in text.casefold().split())


MADE = "made"
"""The id of the column that says when something was made, which is there where it is wanted."""
EMPTY = "no artifacts here"

NEAR_END = 30
"""Rows before the end from which on the next page of a folder is read."""

MOST_SOUGHT = 10_000
"""Entries of a folder that are read for a filter or an order."""


class ArtifactRows(Table[Item]):
    """The list. Left pans back to the first column, then leaves the folder."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.left", "back", "Back", group="artifacts"),
        bind("columns", "columns_menu", "Columns", group="artifacts"),
        *sort_bindings("artifacts"),
    ]

    class Back(Message):
        """The user wants to leave the folder."""

    def __init__(self, *, ascii: bool, now: datetime) -> None:
        every = columns(ascii=ascii)
        super().__init__(
            [column for column in every if column.id != MADE],
            key=lambda item: item.key,
            placeholder="reading …",
            ascii=ascii,
            fits=True,
            now=now,
            id="artifact-rows",
        )
        self.empty_text = EMPTY
        """The placeholder where there are no artifacts."""
        self._artifacts: list[Item] = []
        self._of_artifacts: Totals | None = None
        """Those of all artifacts; None until somebody works them out."""
        self._of_rows: Totals | None = None
        """Those of the rows: the very same where all artifacts are shown; None until needed."""
        self._artifacts_at: dict[Location, list[int]] | None = None
        """Location → indexes of its artifacts; None until it is needed."""
        self._rows_at: dict[Location, list[int]] | None = None
        """Location → indexes of its rows; None until it is needed."""
        self._folders: list[tuple[Item, FolderListing]] = []
        """The open folders, the outermost first."""
        self._failures: dict[Location | None, StoreError] = {}
        """Why entries of folders could not be read."""
        self._filter = ""
        self.hides_logs = False
        """Whether archived logs are left out; that stays when other artifacts come."""
        self._problems_only = False
        self._every = every
        self._chosen: dict[str, bool] = {}
        """By column id, whether somebody wants it or not; those that nobody chose come as there is
        room."""
        self._sorted_by = ""
        """The id of a column; "" for the order in which the steps ran."""
        self._descending = False

    # --- content ---------------------------------------------------------------------------

    def show_artifacts(self, items: Sequence[Item], totals: Totals | None = None) -> None:
        """Replace the artifacts; an open folder stays open.

        `totals` are theirs, where they were worked out on a thread.
        """
        self._artifacts = list(items)
        self._of_artifacts = totals
        self._artifacts_at = None
        if not self._folders:
            self._fill()

    def show_facts(self, facts: Mapping[Location, Fact]) -> None:
        """Show what stores answered about some locations."""
        if self._artifacts_at is None:
            self._artifacts_at = _by_location(self._artifacts)
        for location, fact in facts.items():
            for index in self._artifacts_at.get(location, ()):
                before = self._artifacts[index]
                after = self._artifacts[index] = with_fact(before, fact)
                if self._of_artifacts is not None:
                    self._of_artifacts.change(before, after)
        if self._folders:
            read = [each for each in facts if self._failures.pop(each, None) is not None]
            if read:
                self._fill()
            return
        if self.moves_by_facts:
            self._fill()
            return
        if self._rows_at is None:
            self._rows_at = _by_location(self.items)
        of_rows = self._of_rows if self._of_rows is not self._of_artifacts else None
        changed: dict[int, Item] = {}
        for location, fact in facts.items():
            for index in self._rows_at.get(location, ()):
                changed[index] = with_fact(self.items[index], fact)
                if of_rows is not None:
                    of_rows.change(self.items[index], changed[index])
        self.update_items(changed)

    def show_failure(self, item: Item, error: StoreError) -> None:
        """Reading this item failed: its row shows the error from now on."""
        if item.location is None:
            return
        if item.entry is None:
            self.show_facts({item.location: error})
            return
        self._failures[item.location] = error
        for index, each in enumerate(self.items):
            if each.location == item.location:
                self.update_item(index, with_fact(each, error))

    def _all(self) -> list[Item]:
        failures = self._failures
        if not failures:
            return list(self._listed())
        return [
            with_fact(item, failures[item.location]) if item.location in failures else item
            for item in self._listed()
        ]

    def _listed(self) -> list[Item]:
        return entries_of(*self._folders[-1]) if self._folders else self._artifacts

    def _fill(self) -> None:
        shown = self._all()
        if self.hides_logs:
            shown = [item for item in shown if not item.artifact.is_log]
        if self._problems_only:
            shown = [item for item in shown if item.is_problem]
        if self._filter:
            shown = [item for item in shown if matches(item, self._filter)]
        self.replace(self._in_order(shown))
        self._rows_at = None
        is_part = self._filter or self._problems_only or self._folders or self.hides_logs
        self._of_rows = None if is_part else self._of_artifacts
        if self._filter and self._all():
            self.placeholder = self._no_match()
        elif self._problems_only and self._all():
            self.placeholder = self._no_problem()
        elif self.hides_logs and self._all():
            self.placeholder = f"nothing but archived logs here; {hint('hide')} shows them"
        else:
            self.placeholder = "this folder is empty" if self._folders else self.empty_text

    def _no_match(self) -> str:
        """That the filter matches nothing, and whether everything was searched."""
        text = self._filter
        if self._is_cut:
            return (
                f"no match for “{text}” in the first {len(self._all()):,} entries; the others were "
                f"not searched; {hint('unwind')} clears the filter"
            )
        return f"no match for “{text}”; {hint('unwind')} clears the filter"

    def _no_problem(self) -> str:
        """That all can be read, as far as their stores have answered."""
        waiting = sum(item.fact is None and not item.why_not for item in self._listed())
        back = f"{hint('problems')} shows all"
        if waiting and not self._folders:
            return f"nothing is missing or unreadable so far, {waiting:,} not known yet; {back}"
        return f"nothing is missing or unreadable here; {back}"

    @property
    def _is_cut(self) -> bool:
        """Whether the open folder has more entries than were listed."""
        return bool(self._folders) and not self._folders[-1][1].whole

    @property
    def _totals(self) -> Totals:
        if self._of_rows is None:
            self._of_rows = Totals(self.items)
        return self._of_rows

    @property
    def moves_by_facts(self) -> bool:
        """Whether one answer may move any row: in the order of a column, or among problems."""
        return bool(self._sorted_by) or self._problems_only

    @property
    def headline(self) -> str:
        """What the list shows, as one line."""
        line = folder_line(*self._folders[-1]) if self._folders else str(self._totals)
        if self.marks:
            line += f"   {len(self.marks):,} marked"
        if self.hides_logs:
            line += "   without logs"
        if not self._filter and not self._problems_only:
            return line
        which = "the first " if self._is_cut else ""
        of = f"{len(self.items):,} of {which}{len(self._all()):,}"
        return f"{line}   problems only: {of}" if self._problems_only else f"{line}   {of} shown"

    # --- order -----------------------------------------------------------------------------

    def _in_order(self, items: list[Item]) -> list[Item]:
        order = next((c.order for c in self._every if c.id == self._sorted_by), None)
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
        """Sort by the next (1) or previous (-1) column; before the first is the steps' order."""
        self._sort_by(next_sort_column(self.columns, self._sorted_by, step))

    def action_sort_menu(self) -> None:
        """Choose the column to sort by, or turn the order round."""
        choices = orders(self.columns, "Order of the steps", descending=self._descending)
        menu = Menu("Sort", choices, current=self._sorted_by, ascii=self.ascii)
        self.app.push_screen(menu, self._order)

    def _order(self, chosen: str | None) -> None:
        if chosen == REVERSED:
            self._descending = not self._descending
            self._show_order()
        elif chosen is not None:
            self._sort_by(chosen)

    def _sort_by(self, column: str) -> None:
        self._sorted_by = column
        # Sorting by size is for finding what is large.
        self._descending = column == "size"
        self._show_order()

    def _show_order(self) -> None:
        self.show_sort(self._sorted_by, descending=self._descending)
        self._fill()

    # --- columns ---------------------------------------------------------------------------

    def action_columns_menu(self) -> None:
        """Choose which columns there are."""
        ask_for_columns(
            self.app,
            self._choosable_columns,
            self._choose_column,
            self._choose_usual_columns,
            ascii=self.ascii,
        )

    def _choosable_columns(self) -> list[tuple[str, str, bool]]:
        """Id and title of each, and whether it is on the screen. Names stay: without them a row
        says nothing."""
        shown = {column.id for column in self.shown_columns}
        return [
            (column.id, column.title.capitalize(), column.id in shown)
            for column in self._every
            if column.id != "name"
        ]

    def _choose_column(self, id: str, on: bool) -> None:
        self._chosen[id] = on
        self._show_columns()

    def turn_times(self) -> bool:
        """Show when each was made, or no longer; whether that is shown now."""
        is_shown = any(column.id == MADE for column in self.shown_columns)
        self._choose_column(MADE, not is_shown)
        return not is_shown

    def _choose_usual_columns(self) -> None:
        self._chosen.clear()
        self._show_columns()

    def _show_columns(self) -> None:
        # One that somebody wants gives way to none.
        self.columns = [
            replace(column, drop=0, keeps=True) if self._chosen.get(column.id) else column
            for column in self._every
            if self._chosen.get(column.id, column.id != MADE)
        ]
        self.show_sort(self._sorted_by, descending=self._descending)

    # --- folders ---------------------------------------------------------------------------

    @property
    def is_in_folder(self) -> bool:
        """Whether a folder is open."""
        return bool(self._folders)

    def enter(self, folder: Item, listing: FolderListing) -> None:
        """Show what is in a folder."""
        self._failures.clear()
        self._folders.append((folder, listing))
        self._reset()
        self.move_to_line(0)

    def extend(self, folder: Item, page: FolderListing) -> None:
        """Show more of the folder that is open, unless it is another one by now."""
        if not self._folders or self._folders[-1][0].key != folder.key:
            return
        open_folder, listing = self._folders[-1]
        entries = (*listing.entries, *page.entries)
        whole = FolderListing(entries, whole=page.whole, more=page.more)
        self._folders[-1] = (open_folder, whole)
        self._fill()

    @property
    def next_page(self) -> tuple[Item, Location, str] | None:
        """The open folder, where it is, and where its next page begins, if more of it is wanted:
        at its end, and for a filter or an order, which are about all of it."""
        if not self._folders:
            return None
        folder, listing = self._folders[-1]
        place = folder.entry.location if folder.entry is not None else folder.location
        if listing.inside is not None:
            place = listing.inside
        is_all = not self._filter and not self._problems_only
        is_near = is_all and self.cursor >= len(self.items) - NEAR_END
        is_sought = bool(self._filter or self._sorted_by) and len(listing.entries) < MOST_SOUGHT
        if not listing.more or place is None or not (is_near or is_sought):
            return None
        return folder, place, listing.more

    def leave(self) -> None:
        """Show the list that the open folder is in, with the cursor on the folder."""
        folder, _ = self._folders.pop()
        self._reset()
        self.move_to(folder.key)

    def leave_all(self) -> None:
        """Close every folder and drop the marks, because other artifacts come."""
        self._folders.clear()
        self._reset()

    def _reset(self) -> None:
        """Filter and marks belong to one list, not to the next one."""
        self._filter = ""
        self._problems_only = False
        self.marks = frozenset()
        self._fill()
        # Entries of a folder have no step, artifacts have one.
        self.refit()

    def action_back(self) -> None:
        """Pan back to the first columns, or leave the folder where they are shown."""
        if self.can_pan(-1):
            self.action_pan_left()
        else:
            self.post_message(self.Back())

    # --- choosing --------------------------------------------------------------------------

    @property
    def filter(self) -> str:
        """The filter; "" for none."""
        return self._filter

    def narrow(self, text: str) -> None:
        """Show only items with this text in their step, name, type or state."""
        self._filter = text.strip()
        self._fill()

    @property
    def problems_only(self) -> bool:
        """Whether only what is missing or unreadable is shown."""
        return self._problems_only

    @problems_only.setter
    def problems_only(self, is_so: bool) -> None:
        self._problems_only = is_so
        self._fill()

    def go_to_problem(self, step: int) -> bool:
        """To the next (1) or previous (-1) item that is missing or cannot be read, round the end;
        false where none is."""
        rows, at = self.items, self.cursor
        for offset in range(1, len(rows) + 1):
            index = (at + step * offset) % len(rows)
            if rows[index].is_problem:
                self.move_to_line(index)
                return True
        return False

    def hide_logs(self, is_so: bool) -> None:
        """Leave archived logs out, or show them among the others."""
        self.hides_logs = is_so
        self._fill()

    @property
    def picked(self) -> tuple[Item, ...]:
        """The marked items in the order of the list, or else the item under the cursor."""
        marked = tuple(item for item in self._all() if item.key in self.marks)
        if marked:
            return marked
        return (self.current,) if self.current is not None else ()


def _by_location(items: Sequence[Item]) -> dict[Location, list[int]]:
    """Location → the indexes of the items with this location."""
    found: dict[Location, list[int]] = {}
    for index, item in enumerate(items):
        if item.location is not None:
            found.setdefault(item.location, []).append(index)
    return found
