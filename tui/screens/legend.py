"""What signs and words of a screen mean, and how a filter is written: the parts of help that are no
keys.

Signs are asked of those who draw them, and fields of a filter of the kind that has them, so that
neither can be stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.domain.node import ERROR, FAILED, OMITTED, PENDING, RUNNING, SKIPPED, SUCCEEDED
from tui.domain.query import Fields
from tui.domain.status import ASCII_TROUBLE, SUSPEND_ICON, TROUBLE_ICON, icon
from tui.domain.timeline import ASCII_SIGNS, BAD, GROUP, NOW, RUN, WAIT
from tui.keys import hint
from tui.widgets.cells import plain, rule
from tui.widgets.minimap import HIT, KEPT, SHOWN, SIGNS
from tui.widgets.text_renderer import LEVELS

Row = tuple[str, str]
"""A sign or an example, and what it means."""

PHASES = (
    (PENDING, "pending: waits for a pod, a lock or its turn"),
    (RUNNING, "running"),
    (SUCCEEDED, "succeeded"),
    (FAILED, "failed: a step said so"),
    (ERROR, "error: something around it went wrong"),
    (SKIPPED, "skipped: its condition did not hold"),
    (OMITTED, "omitted: what it depends on did not come about"),
)
BOXES = (
    ("critical", "on the critical path"),
    ("coming", "has not begun yet, or never ran"),
)
"""Borders of boxes in the graph of a run, and what they mean."""
BARS = (
    (WAIT, "in the timeline: it waited"),
    (RUN, "it ran"),
    (BAD, "it ran, and failed"),
    (GROUP, "steps in it did"),
    (NOW, "now"),
)
"""Signs of the timeline."""
LIST, TREE, LOG = "list", "tree", "log"
"""Topics that a screen can have besides the phases."""


def tokens(*, ascii: bool) -> dict[str, str]:
    """By sign of a phase, the token that it is drawn in wherever it stands."""
    found = {icon(phase, ascii=ascii): f"phase-{phase.lower()}" for phase, _ in PHASES}
    found[plain(SUSPEND_ICON, ascii)] = "phase-suspended"
    found[ASCII_TROUBLE if ascii else TROUBLE_ICON] = "trouble"
    return found


def signs(topics: Sequence[str], *, ascii: bool) -> Iterator[Row]:
    """The signs of a screen that shows these topics."""
    for phase, words in PHASES:
        yield icon(phase, ascii=ascii), words
    yield plain(SUSPEND_ICON, ascii), "suspended: waits to be resumed"
    if LIST in topics:
        yield ASCII_TROUBLE if ascii else TROUBLE_ICON, "waits in trouble: an image, room, a lock"
        yield plain("■", ascii), "marked"
        yield plain("·", ascii), "in a column: not read yet"
    if TREE in topics:
        if LIST not in topics:
            yield plain("■", ascii), "marked"
        yield f"{'+' if ascii else '▸'}12", "twelve steps are folded away here"
        yield f"30 {icon(SUCCEEDED, ascii=ascii)}28", "of thirty items, twenty-eight succeeded"
        for sign, words in BARS:
            yield ASCII_SIGNS[sign] if ascii else sign, words
        yield "~0.5", "CPU, MEM: asked for on average, not measured"
        yield "-3m, +55 %", "USUAL: as a rule 3 minutes to go; so much longer than usual"
        yield rule(True, ascii=ascii) * 3, "the side that keys go to"
        from tui.widgets.graph_renderer import BORDERS, FILE  # no list waits for it

        for kind, words in BOXES:
            yield BORDERS[kind][ascii][:3], f"in the graph: {words}"
        yield FILE[ascii], "in the graph: a file between steps"
    if LOG in topics:
        yield ">" if ascii else "›", f"the line goes on: {hint('wide')} wraps"
        yield LEVELS["error"][0][ascii], "the line tells of an error"
        yield LEVELS["warning"][0][ascii], "the line tells of a warning"
        map_of = "in the last column, the map of a long log"
        yield SIGNS[SHOWN][0][ascii], f"{map_of}: what is on the screen"
        yield SIGNS[HIT][0][ascii], f"{map_of}: the search finds something there"
        yield SIGNS[KEPT][0][ascii], f"a line that {hint('keep-line')} kept in sight"


def narrow_words() -> Iterator[Row]:
    """How one says which lines of a text are to be shown."""
    yield "word", "only lines in which this expression is found"
    yield "!word", "only lines without it"
    yield "-C 3 word", "and 3 lines around each"
    yield "one, another", "only what matches all; what a ! leaves out is around no line either"


def filter_words(fields: Fields) -> Iterator[Row]:
    """How a filter over these fields is written."""
    yield "word", f"{next(iter(fields.named))} contains it"
    for name, field in fields.named.items():
        yield f"{name}:", field.help
    yield "a b", "both"
    yield "a|b", "either"
    yield "!a", "not"
    yield '"a b"', "with a blank in it"
