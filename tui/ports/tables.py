"""Lists in two tiers: the server's Table of everything first, and whole rows where they matter.

A connection that offers this may tell rows of `Depth.TABLE` in a watch, for a kind that has a form
for them (`Readable.tabled`). They are filled in from here: what is near the screen object by
object, everything by pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tui.domain.identity import ObjectKey
from tui.domain.table import TableRow
from tui.ports.collections import LeftOut, Readable, Scope, Sink
from tui.ports.threads import CancelToken


class Tables(Protocol):
    """Tables, and what fills them in."""

    def read_table(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[TableRow, ...]:
        """The whole list once, as Tables.

        With `left_out` a part that may not be read is told to it, as long as another one can be.
        Raises: SourceError, of the first part that fails otherwise.
        """

    def fill(
        self,
        kind: Readable[Any, Any],
        keys: Sequence[ObjectKey],
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        """Read these objects one by one, some at once, and tell each as `Filled`; until stopped.

        One that is not there any more is not told: the watch says so. `since` is handed through.
        `heard` gets the JSON of each as it came, on any thread.
        Raises: SourceError of the first that fails otherwise; those before it were told.
        """

    def fill_all(
        self,
        kind: Readable[Any, Any],
        scope: Scope,
        sink: Sink[Any],
        stop: CancelToken,
        *,
        since: int = 0,
    ) -> None:
        """Read the whole list page by page, and tell each page as `Filled`; until stopped.

        Raises: SourceError; the pages before it were told.
        """

    def matching(
        self, kind: Readable[Any, Any], scope: Scope, stop: CancelToken
    ) -> frozenset[ObjectKey]:
        """Which objects the server selects by the selectors of a scope; none once stopped.

        Raises: SourceError.
        """
