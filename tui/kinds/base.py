"""What a kind of object is, as one value.

Lists, screens of single objects, watches, filters, headers, commands and the palette take it as a
parameter, so that another kind is one module and one registration. It knows no widgets: panes are
named by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, Self, TypeVar

import msgspec

from tui.columns.base import Column
from tui.domain.identity import Row
from tui.domain.node import Node
from tui.domain.query import Fields, Query
from tui.domain.resource import Resource
from tui.domain.table import TableRow
from tui.domain.workflow import Manifest, Workflow

if TYPE_CHECKING:
    from tui.domain.archived import ArchiveQuery
    from tui.domain.logtargets import LogTarget

L = TypeVar("L")
W = TypeVar("W")

Piece = tuple[str, str]
"""A text and the token it is drawn in."""
Fact = tuple[str, str]
"""What something is called, and what it is; two empty texts are an empty line."""


class KnownRows(Protocol):
    """The list of another kind, as far as it is known."""

    @property
    def moment(self) -> int:
        """Another number after each change."""

    def values(self) -> Iterable[Row[Any]]:
        """Its rows."""


class NothingKnown:
    """The list of a kind that is not watched."""

    moment = 0

    def values(self) -> Iterable[Row[Any]]:
        """None."""
        return ()


class Look(NamedTuple):
    """What columns depend on besides the object."""

    ascii: bool = False
    namespaces: bool = False
    """Whether objects of several namespaces are listed."""
    known: Callable[[str], KnownRows] = lambda name: NothingKnown()
    """Another list, by its id, for columns that look at other objects too."""
    is_read: Callable[[str], bool] = lambda name: True
    """Whether such a list has been read to its end: what is not in it is not there."""
    hidden: bool = False
    """Whether columns are wanted, too, that are only shown where the settings name them."""
    archive: bool = False
    """Whether there is an archive that objects may be in."""


class Tally(NamedTuple):
    """A number in the header of a list."""

    word: str
    token: str
    groups: frozenset[str]
    """The groups that it counts."""


class Told(NamedTuple):
    """What is told beside a list: words, a value, and the token of its style."""

    label: str
    value: str
    token: str = ""


class Glance(NamedTuple):
    """What is told of the object under the cursor."""

    lines: list[list[Piece]]
    """Below the list: what comes after its name, and more lines."""
    facts: list[Told]
    """Beside the list, one below the other."""


class Glancing(Protocol):
    """Makes a glance at an object."""

    def __call__(
        self, value: Any, known: Iterable[Any], /, *, said: str, ascii: bool
    ) -> Callable[[datetime], Glance]:
        """What is told of a value, with all that are listed, at any time from now on; `said` is the
        last line of the log of what failed in it, "" where that is not known."""


class Inside(Protocol):
    """Tells what is in an object."""

    def __call__(self, manifest: Manifest, now: datetime, /, *, ascii: bool) -> list[Told]:
        """What is told, the most important first."""


class FailedLog(NamedTuple):
    """Whose log tells of a failure."""

    may_be: Callable[[Any], bool]
    """Whether a listed object may have such a log."""
    of: Callable[[Manifest], tuple[Workflow, LogTarget] | None]
    """The container that failed first, and the run that it is of; None where there is none."""


class Runs(NamedTuple):
    """How to find the objects that one made."""

    kind: str
    """Id of what it makes."""
    label: str
    """The label that has its name."""
    everywhere: bool = False
    """Whether they may be in any namespace."""

    @property
    def list_id(self) -> str:
        """Id of the list of all objects that have the label: `wf/LABEL`."""
        return f"{self.kind}/{self.label}"


class PartOf(NamedTuple):
    """Objects of which each belongs to one of another kind."""

    kind: str
    """Id of that kind."""
    field: str
    """The field of the filter that leaves those of one, or of several."""


class Kind(msgspec.Struct, Generic[L, W], frozen=True, kw_only=True):
    """One kind of object: what a list shows of one is an `L`, everything of it is a `W`."""

    id: str
    """What people type most, and what keys call it: `wf`."""
    names: tuple[str, ...] = ()
    """Whatever else people type for it."""
    resource: Resource
    noun: str
    """What one of them is called in a sentence: `cron workflow`."""
    nouns: str
    """The same of several."""
    listed: type[L]
    """The struct that an object of a list is decoded into."""
    tabled: Callable[[TableRow], L] | None = None
    """Makes what a list shows of a row of the server's Table; None where lists need more.

    Raises: InputError for a Table without a column that it cannot do without."""
    is_told_by_table: bool = False
    """Whether a Table with the metadata of each object tells all that a list shows of it, so that
    no object is read beside it."""
    renewed: Callable[[L, L], L] | None = None
    """What is known of an object, with what a Table, the second, tells of it later. It returns the
    first itself where that is nothing new. None: a Table's row replaces what was known."""
    kept: Callable[..., L | None] | None = None
    """What an archive has of an object that has left the cluster; it returns None for one that is
    in none. `is_read` says whether more of it is known than a Table's row. None: no archive has
    such objects."""
    archived: Callable[[Query, datetime], Iterable[ArchiveQuery]] | None = None
    """What an archive is asked for by a filter: together at least all that matches."""
    whole: Callable[[bytes], tuple[W, bool]]
    """Decodes an object with everything; also tells whether all of it could be read."""
    columns: Callable[[Look], tuple[Column[L], ...]]
    """All columns of its list, those included that have no room."""
    fields: Fields
    """What a filter can ask about one."""
    newest: Callable[[L], Any]
    """What a list is sorted by, descending, until somebody sorts it otherwise."""
    group: Callable[[L], str]
    """What objects are counted by in the header."""
    tallies: tuple[Tally, ...] = ()
    """Which of these counts stand in the header, in this order."""
    about: Callable[[L, datetime], list[Piece]]
    """What the line below a list says of the object under the cursor, after its name, and the
    header of its own screen, which has a `W`."""
    glance: Glancing | None = None
    """What is told of the object under the cursor where there is room for more than `about`."""
    inside: Inside | None = None
    """What is told of it besides where there is room beside a list, once all of it was read."""
    begins_with: Callable[[W], tuple[Node | None, Node | None]] | None = None
    """The step of one that it hangs on, with which panes that answer begin beside a list, None for
    the whole; and the step whose log is shown there."""
    failed_log: FailedLog | None = None
    """Whose last line is told of one that failed, once it was read."""
    is_problem: Callable[[L], bool]
    """Whether it is one that needs somebody."""
    waits: Callable[[L], bool] | None = None
    """Whether it cannot begin or get on: then it is told how full its namespace is."""
    problems: str = ""
    """The filter that leaves those only; empty where there is no such thing."""
    filters: Mapping[str, str] = {}
    """Filters that have a name without anybody giving it one."""
    groupings: Mapping[str, Callable[[L], str]] = {}
    """By name, what a list can be put together in groups by, besides labels: the group of one."""
    body: str = ""
    """Id of what its screen has besides panes, such as a tree of steps; empty for nothing."""
    panes: tuple[str, ...] = ()
    """Ids of the panes of its screen."""
    facts: Callable[[W, datetime], Iterable[Fact]] | None = None
    """What its summary says, for the pane `facts`."""
    runs: Runs | None = None
    """The objects that one of them made, for the pane `runs`."""
    related: tuple[str, ...] = ()
    """Ids of the lists that its columns look at; `list_called` knows them."""
    selector: str = ""
    """A label selector, where only those are listed that it selects."""
    part_of: PartOf | None = None
    """What its objects belong to: those of what the cursor is on are listed first."""
    argo: str = ""
    """What of Argo's command line shows one, `cron get`; "" for nothing."""
    key: str = ""
    """A key that shows its list, where `KEYS` has none for that."""

    @property
    def follows_scope(self) -> bool:
        """Whether its list depends on the watched namespaces.

        It does if its objects are in namespaces, or if its columns tell of others that may be.
        """
        return self.resource.namespaced or bool(self.related)

    @property
    def in_full(self) -> Self:
        """The same kind, of whose lists all that is shown is read at once."""
        return msgspec.structs.replace(self, tabled=None)

    @property
    def binding_id(self) -> str:
        """The id of what its key means: to show its list."""
        return f"kind.{self.id}"
