"""What the lines around a list and around a workflow say: where one is, how many, how it stands.

Plain functions of what is known; the screens only put their answers into lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from tui.actions import ACTIONS
from tui.actions.verdict import why_unchangeable
from tui.columns import compact, workflow_icon, workflow_seconds, workflow_token
from tui.columns.base import ASCII_UNKNOWN, UNKNOWN
from tui.context import AppContext
from tui.domain.archived import GROUP as ARCHIVE
from tui.domain.identity import Depth, ObjectKey, Part, Row
from tui.domain.node import PENDING
from tui.domain.status import ARCHIVE_ICON, ASCII_ARCHIVE, status_text
from tui.domain.workflow import LABEL, ListedWorkflow, Workflow
from tui.keys import hint
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.ports.collections import Live, Polled, Stale, Unreadable
from tui.ports.playback import Playback, speed_text
from tui.state.archived import ArchiveReader
from tui.state.listing import Listing
from tui.state.standing import PartStanding, Standings
from tui.themes import HEADER_COLOURS
from tui.widgets.header import WHOLE, HeaderPart, Shrink

CRON = f"{LABEL}cron-workflow"
LONGEST_PARAMETER = 32
"""Characters of a parameter's value that a header has room for."""
LEAST_NAME = 16
"""Cells that a name keeps while something else can be shortened."""
STANDING = 7
"""Pieces of `standing`."""


class Heading(NamedTuple):
    """Both sides of a header, and what of them may be shortened, in that order."""

    left: list[HeaderPart]
    right: list[HeaderPart]
    shrinks: list[Shrink]
    colour: str = ""
    """What it stands on; "" for that of the theme."""


def heading_of_list(
    context: AppContext,
    kind: Kind[Any, Any],
    listing: Listing[Any],
    where: tuple[str, str] = ("", ""),
    *,
    archive: ArchiveReader[Any] | None = None,
) -> Heading:
    """Which cluster, which namespaces, what is listed unless it is what the program begins with;
    how many, and, at the end as on every screen, whether one may write and how the watch is.

    `where` are the connection and the namespace of the cursor, where one may write or not;
    `archive` is what is read of archives beside the list, if anything is.
    """
    scope = context.lists.scope
    right = counts(kind, listing, ascii=context.ascii, archive=archive)
    if not context.is_connected:
        return Heading([(f" {not_open_yet(context)}", "muted")], right, [])
    arrow = ">" if context.ascii else "▸"
    namespaces = "all namespaces" if not scope.namespaces else ",".join(scope.namespaces)
    left: list[HeaderPart] = [
        (f" {context.place_label}", "heading"),
        (f" {arrow} {namespaces}" if kind.follows_scope else "", ""),
        (f" {arrow} {kind.nouns}" if kind is not next(iter(KINDS)) else "", ""),
    ]
    read = len(left)
    right.append(("  ", ""))
    begin = len(left) + len(right)
    _, reason, _, called, date, _, words = range(begin, begin + STANDING)
    right += [*standing(context, context.lists.of(kind).standings, where), (" ", "")]
    shrinks = [
        (date, WHOLE),
        (words, 0),
        (read, WHOLE),
        (reason, WHOLE),
        (1, LEAST_NAME),
        (0, LEAST_NAME),
        (2, WHOLE),
        *([(called, WHOLE)] if context.playback is not None else []),
    ]
    return Heading(left, right, shrinks, colour_of(context, *context.connections))


def colour_of(context: AppContext, *connections: str) -> str:
    """The colour of the header at a connection, as `#rrggbb`, of several at the first that has one;
    "" for that of the theme."""
    colours = (context.for_place(each).header_color for each in connections)
    wanted = next(filter(None, colours), "")
    return HEADER_COLOURS.get(wanted, wanted)


def not_open_yet(context: AppContext) -> str:
    """What is under way before there is anything to show; where that is may not be known yet."""
    if context.elsewhere.wanted:
        return f"connecting to {context.elsewhere.wanted} …"
    wanted = context.settings
    if wanted.files:
        read = context.reading
        files = f" {read.done:,} of {read.total:,} files" if read.total > 1 else ""
        return f"reading{files} …"
    namespace = "all namespaces" if wanted.all_namespaces else wanted.namespace
    where = " ".join(filter(None, (wanted.context, namespace)))
    return f"connecting to {where} …" if where else "connecting …"


def standing(
    context: AppContext, standings: Standings, where: tuple[str, str] = ("", "")
) -> list[HeaderPart]:
    """Whether one may write, and why not; how a watch stands, in four, and words about it.

    Of these `STANDING` pieces the second and the last may be left out; for the four a recording has
    a sign, what it is, its date and its time, of which only the sign and the time are needed.
    """
    if not context.is_connected:
        return [("", ""), ("", ""), *_alone("connecting", "muted"), ("", "")]
    may = _writable(context, *where)
    if context.playback is not None:
        played = played_text(context.playback, context.settings.zone, ascii=context.ascii)
        error = next((each.error for each in standings.values() if each.error is not None), None)
        return [
            *may,
            *((each, "accent") for each in played),
            (f": {error.what}" if error is not None else "", "warning"),
        ]
    if not context.is_live:
        return [*may, *_alone("saved", "muted"), ("", "")]
    ids = dict.fromkeys(part.connection for part in standings)
    for connection in ids if standings.is_live else ():
        failed = context.request_trouble_at([connection])
        if failed is not None:
            sign = "! " if context.ascii else "▲ "
            which = f" to {connection}" if len(ids) > 1 else ""
            return [
                *may,
                *_alone(f"{sign}watched, but requests{which} fail", "warning"),
                (f": {failed.what}", "warning"),
            ]
    how, words = _watched(standings, context.now(), ascii=context.ascii)
    return [*may, *_alone(*how), words]


def _alone(text: str, look: str) -> list[HeaderPart]:
    """How a watch stands that is none of a recording."""
    return [(text, look), *[("", "")] * 3]


def played_text(
    playback: Playback, zone: tzinfo | None, *, ascii: bool
) -> tuple[str, str, str, str]:
    """What headers say of a recording: a sign; that it is one; its date; its time, and its speed
    or that it ended."""
    if playback.is_over:
        sign, how = "=" if ascii else "■", "ended"
    elif playback.is_paused:
        sign, how = "=" if ascii else "‖", "paused"
    else:
        sign, how = ">" if ascii else "▶", speed_text(playback.speed)
    now = playback.now().astimezone(zone)
    return f"{sign} ", "recording ", f"{now:%m-%d} ", f"{now:%H:%M:%S} {how}"


def _writable(context: AppContext, connection: str, namespace: str) -> list[HeaderPart]:
    """RW, or RO and why, for a namespace of a connection ("" for none in particular)."""
    conditions = context.conditions_in(namespace, connection)
    denied = why_unchangeable(ACTIONS, conditions)
    sign = ""
    if context.recording:
        sign = f"{'*' if context.ascii else '●'} REC  "
    look = "phase-failed" if sign else "muted"
    if denied is None:
        return [(f"{sign}RW  ", look), ("", "")]
    reason = ""
    if context.settings.read_only:
        reason = "(--read-only)  "
    elif conditions.read_only:
        reason = "(read-only by the settings)  "
    elif denied.lacks:
        reason = "(no write rights)  "
    return [(f"{sign}RO " if reason else f"{sign}RO  ", look), (reason, "muted")]


def _watched(standings: Standings, now: datetime, *, ascii: bool) -> tuple[HeaderPart, HeaderPart]:
    """How the part that is worst off stands, and which one that is where there are several."""
    worst = standings.worst
    if worst is None:
        return (("reading", "muted"), ("", ""))
    part = standings[worst]
    which = f" {part_named(worst, standings)}" if len(standings) > 1 else ""
    sign = "! " if ascii else "▲ "
    match part.standing:
        case Live():
            return (("* live" if ascii else "● live", "phase-succeeded"), ("", ""))
        case Polled(every):
            return ((f"asked every {compact(every)}", "muted"), ("", ""))
        case Unreadable(error):
            names = ", ".join(part_named(each, standings) for each in standings.unreadable)
            return ((f"{sign}cannot read {names}", "warning"), (f": {error.what}", "warning"))
        case Stale(error):
            text = f"{sign}stale{which}{_age(part, now)}"
            return ((text, "warning"), (f": {error.what}", "warning"))
        case _:
            return ((f"reading{which}", "muted"), ("", ""))


def part_named(part: Part, standings: Iterable[Part]) -> str:
    """What tells a part from the others: its namespace, its connection, or both."""
    parts = list(standings)
    at = part.connection if len({each.connection for each in parts}) > 1 else ""
    siblings = [each for each in parts if each.connection == part.connection]
    namespace = part.namespace or ("" if at else "all namespaces")
    return "/".join(filter(None, (at, namespace if not at or len(siblings) > 1 else "")))


def _age(part: PartStanding, now: datetime) -> str:
    since, retry = part.stale_since, part.retry_at
    age = f" {compact((now - since).total_seconds())}" if since else ""
    wait = max(0.0, (retry - now).total_seconds()) if retry else 0.0
    return f"{age}, retry in {compact(wait)}"


def counts(
    kind: Kind[Any, Any],
    listing: Listing[Any],
    *,
    ascii: bool,
    archive: ArchiveReader[Any] | None = None,
) -> list[HeaderPart]:
    """How many there are in what the kind counts, and how many in all; of an archive, how many of
    it were read, with a + where it has more."""
    found = listing.counts
    bar = "|" if ascii else "│"
    parts: list[HeaderPart] = []
    for word, token, groups in kind.tallies:
        number = sum(found.get(group, 0) for group in groups)
        if number:
            parts.append((f"{number:,} {word} ", token))
    parts.insert(0, (how_far_read(kind, listing), "muted"))
    archived = found.get(ARCHIVE, 0)
    parts.append((f"{bar} {listing.total - archived:,} ", ""))
    if archive is not None and not archive.off:
        sign = ASCII_ARCHIVE if ascii else ARCHIVE_ICON
        if archive.error is not None:
            parts.append((f"+ {archived:,} {sign} stale ", "warning"))
        else:
            parts.append((f"+ {archived:,}{'+' if archive.has_more else ''} {sign} ", "muted"))
    return parts


def how_far_read(kind: Kind[Any, Any], listing: Listing[Any]) -> str:
    """How many of those that are counted were read whole; "" where all were.

    What a step of one failed of is not known before that.
    """
    groups = [group for tally in kind.tallies for group in tally.groups]
    unread = sum(listing.unread.get(group, 0) for group in groups)
    if not unread:
        return ""
    counted = sum(listing.counts.get(group, 0) for group in groups)
    return f"{counted - unread:,} of {counted:,} read  "


def how_far_all_read(listing: Listing[Any]) -> str:
    """How many of all of them were read whole; "" where all were."""
    unread = sum(listing.unread.values())
    return f"{listing.total - unread:,} of {listing.total:,} read" if unread else ""


def why_empty(
    context: AppContext, kind: Kind[Any, Any], query: str, total: int, read: str = ""
) -> str:
    """What stands where no object does; `read` says how far what a filter needs was read."""
    back = context.elsewhere.way_back
    way_out = f"; {hint('unwind')} goes back to {back}" if back else ""
    if not context.is_connected:
        return f"{not_open_yet(context)}{way_out}"
    session = context.lists.of(kind)
    error = session.standings.error
    if error is None and not session.is_whole:
        return f"reading the list …{way_out}"
    if query and total and read:
        return f"none that matches “{query}” so far: {read}; {hint('unwind')} ends that"
    if query and total:
        return f"none of {total:,} match “{query}”; {hint('unwind')} clears the filter"
    if error is not None:
        return error.what
    if context.playback is not None:
        here = ",".join(context.lists.scope.namespaces) if kind.resource.namespaced else ""
        there = f" in {here}" if here else ""
        return f"no {kind.nouns}{there} at this time; {hint('play.to-time')} goes to another"
    demo = ""
    if context.can_demo:
        demo = f"; {hint('command')}demo opens the built-in demo cluster"
    if not kind.resource.namespaced or not context.lists.scope.namespaces:
        return f"no {kind.nouns} here yet{demo}"
    here = ",".join(context.lists.scope.namespaces)
    return f"no {kind.nouns} in {here}; {hint('namespaces')} shows all namespaces{demo}"


def why_no_steps(workflow: Workflow) -> str:
    """What stands where no step does."""
    status = workflow.status
    if status.offload_node_status_version:
        return "only Argo Server can show them: they are in its database"
    if not status.phase:
        return "no controller has seen it yet"
    if status.message:
        return f"no steps: {status.message}"
    return "it ended without any step" if workflow.is_completed else "no steps yet"


def first_of(said: Sequence[str]) -> str:
    """One line for several sentences: the first, and how many more there are."""
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return f"{said[0]}{more}" if said else ""


def why_nothing_done(context: AppContext, kind: Kind[Any, Any], query: str, total: int) -> str:
    """What a key says that needs an object under the cursor where there is none."""
    if not context.is_connected:
        return "not connected yet"
    if query and total:
        return f"no {kind.noun} here: {hint('unwind')} clears the filter"
    return f"no {kind.noun} here"


def about_cursor(
    context: AppContext,
    kind: Kind[Any, Any],
    row: Row[Any] | None,
    listing: Listing[Any],
    query: str,
    read: str = "",
) -> tuple[list[HeaderPart], list[HeaderPart]]:
    """Both sides of the line below the list: the cursor's object, how many match, and how far what
    the filter or the order needs was read."""
    far = [(f" {read} ", "muted")] if read else []
    if row is None:
        return [], far
    shown = [(f" {len(listing):,} of {listing.total:,} ", "muted")] if query else []
    return about_row(context, kind, row), [*far, *shown]


def count_of_marks(count: int) -> list[HeaderPart]:
    """`3 marked`; nothing where none is."""
    return [(f" {count:,} marked ", "accent")] if count else []


def about_name(context: AppContext, row: Row[Any]) -> list[HeaderPart]:
    """The name of a row, and what is being done to it."""
    parts: list[HeaderPart] = [(f" {row.key.name}", "heading")]
    if doing := context.pending.of(row.key):
        parts.append((f"  {doing} …", "accent"))
    if row.value.metadata.deletion_timestamp:
        parts.append(("  Terminating", "warning"))
    return parts


def about_row(context: AppContext, kind: Kind[Any, Any], row: Row[Any]) -> list[HeaderPart]:
    """All that the list has no room for."""
    parts = about_name(context, row)
    parts += kind.about(row.value, context.now())
    if row.depth is Depth.TABLE:
        parts.append((f"  {ASCII_UNKNOWN if context.ascii else UNKNOWN}", "muted"))
    return parts


def heading_of_workflow(
    context: AppContext,
    key: ObjectKey,
    workflow: ListedWorkflow | None,
    standings: Standings,
    now: datetime,
    over: str = "",
    *,
    depth: Depth = Depth.WHOLE,
) -> Heading:
    """The heading of a workflow's own screen; `depth` says how much of the workflow is known."""
    doing = _doing(context, key, workflow, now, depth) if workflow is not None else []
    made = _made_of(workflow) if workflow is not None else []
    return heading_of_object(context, key, doing, standings, over, made=made)


def heading_of_object(
    context: AppContext,
    key: ObjectKey,
    doing: Sequence[HeaderPart],
    standings: Standings,
    over: str = "",
    *,
    made: Sequence[HeaderPart] = (),
) -> Heading:
    """Where one is, how this object is doing, and how its watch stands, or that it is `over`.

    `made` is told where there is room for it, the first of it first.
    """
    arrow = ">" if context.ascii else "▸"
    connection = context.connection(key.connection)
    place = connection.place.label if connection is not None else key.connection or "…"
    left: list[HeaderPart] = [
        (" ", ""),
        (f"{place} {arrow} ", ""),
        (f"{key.namespace} {arrow} " if key.namespace else "", ""),
        (key.name, "heading"),
    ]
    where, namespace, name = 1, 2, 3
    left += doing
    more = range(len(left), len(left) + len(made))
    left += made
    right: list[HeaderPart] = (
        [(over, "warning"), ("", "")]
        if over
        else standing(context, standings, (key.connection, key.namespace))
    )
    right.append((" ", ""))
    words = len(left) + len(right) - 2
    shrinks = [(words, 0), (name, LEAST_NAME), (where, WHOLE), (namespace, WHOLE), (name, 4)]
    if not over:
        shrinks.insert(1, (len(left) + 1, WHOLE))  # why one may not write
        shrinks.insert(0, (len(left) + 4, WHOLE))  # the date of what is played
    shrinks = [*((index, WHOLE) for index in reversed(more)), *shrinks]
    return Heading(left, right, shrinks, colour_of(context, key.connection))


def _made_of(workflow: ListedWorkflow) -> list[HeaderPart]:
    """What it was made from and with: template, cron, parameters."""
    ref, labels = workflow.spec.workflow_template_ref, workflow.metadata.labels
    found = [
        f"template {ref.name}" if ref else "",
        f"cron {labels[CRON]}" if CRON in labels else "",
        *(
            f"{parameter.name}={parameter.value}"
            for parameter in workflow.spec.arguments.parameters
            if parameter.value and len(parameter.value) <= LONGEST_PARAMETER
        ),
    ]
    return [(f"  {words}", "muted") for words in found if words]


def _doing(
    context: AppContext, key: ObjectKey, workflow: ListedWorkflow, now: datetime, depth: Depth
) -> list[HeaderPart]:
    icon = workflow_icon(workflow, ascii=context.ascii)
    is_read = depth > Depth.TABLE
    status = status_text(workflow) if is_read else workflow.phase or PENDING
    parts: list[HeaderPart] = [(" ", ""), (f" {icon} {status} ", workflow_token(workflow))]
    if is_read:
        seconds = compact(workflow_seconds(workflow, now))
        parts.append((f" {seconds}  {workflow.status.progress}", ""))
    doing = context.pending.of(key)
    if doing:
        parts.append((f"  {doing} …", "accent"))
    if workflow.metadata.deletion_timestamp:
        parts.append(("  Terminating", "warning"))
    return parts
