"""`argo-tui wait` and `watch`: how workflows end, and their steps until then.

A workflow is watched as the screens watch it: what breaks is begun anew, and told once.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from tui.actions.manifests import ref_of
from tui.domain.durations import parse_time
from tui.domain.identity import ObjectKey
from tui.domain.node import ERROR, FAILED
from tui.domain.report_get import Look, report
from tui.domain.soundness import NODE_PHASES
from tui.domain.text import clean
from tui.domain.workflow import Workflow, WorkflowRef
from tui.errors import Bug, Missing, SourceError, UsageError
from tui.headless.arguments import name
from tui.headless.connected import one
from tui.headless.get import add_look, look_of
from tui.headless.output import check_phases, flush, say, write
from tui.headless.redraw import Redrawn
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Gone, Stale, Stood, Unreadable, WatchEvent
from tui.ports.connection import Connection, offered
from tui.ports.objects import Watches, Whole
from tui.ports.threads import CancelToken, endless
from tui.settings import Settings
from tui.sources import open_source

AT_ONCE = 32
"""Workflows that are watched side by side; of more the next begins when one has ended."""
BEAT = 1.0
"""Seconds between two drawings where nothing happens, for durations."""
GROUPS = ("StepGroup", "TaskGroup")
"""Types of nodes that are no steps."""
PAUSE = 0.1
"""Seconds in which what happens is drawn at once."""

Event = WatchEvent[Whole[Workflow]] | SourceError
Told = tuple[WorkflowRef, Event]


@contextmanager
def _watching(
    source: Connection, refs: Sequence[WorkflowRef], mail: queue.SimpleQueue[Told]
) -> Iterator[None]:
    """Have what becomes of these told, each with its reference."""
    stops: list[CancelToken] = []
    try:
        for ref in refs:
            tell = partial(_tell, mail, ref)
            stops.append(endless(f"watch {ref.name}", partial(_watch, source, ref, tell), tell))
        yield
    finally:
        for stop in stops:
            stop.set()


def _tell(mail: queue.SimpleQueue[Told], ref: WorkflowRef, event: Event) -> None:
    mail.put((ref, event))


def _watch(
    source: Connection, ref: WorkflowRef, tell: Callable[[Event], None], stop: CancelToken
) -> None:
    key = ObjectKey(source.id, WORKFLOWS.id, ref.namespace, ref.name)
    offered(source, Watches).watch_one(WORKFLOWS, key, ref.uid, tell, stop)


class _Troubles:
    """What went wrong with watches, told once until it is something else."""

    def __init__(self) -> None:
        self._told: dict[WorkflowRef, str] = {}

    def take(self, ref: WorkflowRef, event: Event) -> None:
        """Raises: SourceError where nothing more can come."""
        if isinstance(event, SourceError):
            raise event
        if not isinstance(event, Stood):
            return
        standing = event.standing
        if isinstance(standing, Stale | Unreadable):
            if isinstance(standing.error, Bug):
                raise standing.error
            if self._told.get(ref) != standing.error.what:
                self._told[ref] = standing.error.what
                say(f"argo-tui: {clean(ref.name)}: {standing.error}; trying again")


def waited(
    source: Connection, refs: Sequence[WorkflowRef], settings: Settings, *, quiet: bool = False
) -> int:
    """Wait until each is over, and print how it ended; 1 if one failed, or went away before."""
    code = 0
    pending = list(refs)
    while pending:
        some, pending = pending[:AT_ONCE], pending[AT_ONCE:]
        code = max(code, _waited(source, some, settings, quiet=quiet))
    return code


def _waited(
    source: Connection, refs: Sequence[WorkflowRef], settings: Settings, *, quiet: bool
) -> int:
    mail: queue.SimpleQueue[Told] = queue.SimpleQueue()
    left, code, troubles = set(refs), 0, _Troubles()
    with _watching(source, refs, mail):
        while left:
            ref, event = mail.get()
            if ref not in left:
                continue
            if isinstance(event, Missing | Gone):
                say(f"argo-tui: {clean(ref.name)} is gone: nobody can tell how it ended")
                left.discard(ref)
                code = 1
            elif isinstance(event, SourceError):
                raise event
            elif isinstance(event, Changed):
                workflow = event.row.value.object
                if workflow.is_completed:
                    left.discard(ref)
                    code = max(code, code_of(workflow))
                    if not quiet:
                        write(f"{ending(workflow, settings)}\n")
                        flush()
            else:
                troubles.take(ref, event)
    return code


def code_of(workflow: Workflow) -> int:
    """The exit code for how a workflow ended."""
    return 1 if workflow.phase in (FAILED, ERROR) else 0


def ending(workflow: Workflow, settings: Settings) -> str:
    """`nightly Succeeded at 2026-01-15 12:00:00 +0000 UTC`, as argo prints it."""
    name, phase = clean(workflow.metadata.name), clean(workflow.phase)
    at = parse_time(workflow.status.finished_at)
    return f"{name} {phase} at {_go_time(at, settings) if at is not None else 'a time unknown'}"


def _go_time(moment: datetime, settings: Settings) -> str:
    """A time as Go prints it, in the local zone."""
    local = moment.astimezone(settings.zone)
    return f"{local:%Y-%m-%d %H:%M:%S %z} {local.tzname()}"


def watched(source: Connection, ref: WorkflowRef, look: Look, settings: Settings) -> int:
    """Show its steps until it is over; 1 if it failed.

    On a terminal they are drawn in place. Elsewhere each step is a line when its phase changes, and
    the whole is printed at the end.
    """
    stream = sys.stdout
    if stream is not None and stream.isatty():
        return _drawn(source, ref, look, settings)
    return _listed(source, ref, look, settings)


def _drawn(source: Connection, ref: WorkflowRef, look: Look, settings: Settings) -> int:
    def put(text: str) -> None:
        write(text)
        flush()

    screen = Redrawn(put, lambda: os.get_terminal_size(sys.stdout.fileno()))
    workflow: Workflow | None = None
    for each in _changes(source, ref, every=BEAT):
        workflow = each if each is not None else workflow
        if workflow is None:
            continue
        lines = list(report(workflow, replace(look, now=settings.now())))
        if workflow.is_completed:
            screen.end(lines)
            return code_of(workflow)
        screen.draw(fitting(lines, screen.rows))
    return _is_gone(ref)


def _listed(source: Connection, ref: WorkflowRef, look: Look, settings: Settings) -> int:
    phases: dict[str, str] = {}
    for workflow in _changes(source, ref):
        if workflow is None:
            continue
        for node in workflow.nodes.values():
            if node.type in GROUPS or not look.selector.matches(node):
                continue
            if phases.get(node.id) != node.phase:
                phases[node.id] = node.phase
                message = f"  {clean(node.message)}" if node.message else ""
                write(f"{clean(node.phase):<9} {clean(node.title)}{message}\n")
        if workflow.is_completed:
            write("\n")
            for line in report(workflow, replace(look, now=settings.now())):
                write(f"{line}\n")
            return code_of(workflow)
        flush()
    return _is_gone(ref)


def _is_gone(ref: WorkflowRef) -> int:
    say(f"argo-tui: {clean(ref.name)} is gone")
    return 1


def _changes(
    source: Connection, ref: WorkflowRef, *, every: float | None = None
) -> Iterator[Workflow | None]:
    """The workflow at each of its changes, until it is gone.

    With `every`, those of a moment together, and None after so many seconds without one.
    """
    mail: queue.SimpleQueue[Told] = queue.SimpleQueue()
    troubles = _Troubles()
    with _watching(source, [ref], mail):
        while True:
            latest: Workflow | None = None
            until = time.monotonic() + (every or 0)
            while True:
                try:
                    wait = max(0.0, until - time.monotonic())
                    _, event = mail.get(timeout=None if every is None else wait)
                except queue.Empty:
                    break
                if isinstance(event, Gone):
                    return
                if isinstance(event, Changed):
                    latest = event.row.value.object
                    if latest.is_completed or every is None:
                        break
                    until = min(until, time.monotonic() + PAUSE)
                else:
                    troubles.take(ref, event)
            yield latest


def fitting(lines: Sequence[str], rows: int) -> list[str]:
    """As many lines as there is room for: those of steps that succeeded are left out first."""
    if len(lines) <= rows:
        return list(lines)
    spare = len(lines) - rows + 1
    done = [at for at, line in enumerate(lines) if "✔" in line or " Succeeded" in line]
    hidden = set(done[:spare])
    kept = [line for at, line in enumerate(lines) if at not in hidden]
    kept = kept[: rows - 1]
    return [*kept, f"… {len(lines) - len(kept)} more lines"]


def add_notify(parser: argparse.ArgumentParser) -> None:
    """Add the flag by which the terminal tells the end."""
    parser.add_argument(
        "--notify", action="store_true", help="ring the bell and show a notice at the end"
    )


def notify(said: str) -> None:
    """Bell and notice (OSC 9 or 777) of the terminal, if stderr is one; output is never touched."""
    if sys.stderr is not None and sys.stderr.isatty():
        from tui.terminal.capabilities import multiplexer_of
        from tui.terminal.clipboard import notice

        term, within = os.environ.get("TERM", ""), multiplexer_of(os.environ)
        sys.stderr.write(notice(f"argo-tui: {said}", term=term, multiplexer=within))
        sys.stderr.flush()


class _Wait:
    """`argo-tui wait`."""

    @staticmethod
    def configure(parser: argparse.ArgumentParser) -> None:
        """Add the arguments of `wait`."""
        add = parser.add_argument
        add("names", nargs="+", type=name, metavar="NAME", help="a workflow, or @latest")
        add("--ignore-not-found", action="store_true", help="one that is not there is no failure")
        add_notify(parser)

    @staticmethod
    def run(args: argparse.Namespace, settings: Settings) -> int:
        """Wait for each; 1 if one failed."""
        with closing(open_source(settings)) as source:
            refs: list[WorkflowRef] = []
            for each in args.names:
                try:
                    refs.append(ref_of(one(source, each, settings)))
                except Missing:
                    if not args.ignore_not_found:
                        raise
                    say(f"argo-tui: there is no workflow {clean(each)}")
            code = waited(source, list(dict.fromkeys(refs)), settings)
        if args.notify:
            names = ", ".join(args.names[:3]) + (" …" if len(args.names) > 3 else "")
            notify(f"{names}: {'failed' if code else 'succeeded'}")
        return code


class _Watch:
    """`argo-tui watch`."""

    @staticmethod
    def configure(parser: argparse.ArgumentParser) -> None:
        """Add the arguments of `watch`."""
        add = parser.add_argument
        add("name", type=name, metavar="NAME", help="a workflow, or @latest")
        add("-o", "--output", choices=("wide", "short"), default="", help="the columns")
        add("--status", default="", metavar="PHASE", help="only steps in this phase")
        add(
            "--node-field-selector",
            default="",
            metavar="SELECTOR",
            help="only matching steps, for example templateName=train",
        )
        add_look(parser)
        add_notify(parser)

    @staticmethod
    def run(args: argparse.Namespace, settings: Settings) -> int:
        """Draw it until it is over; 1 if it failed."""
        if args.status and args.node_field_selector:
            raise UsageError("cannot use both --status and --node-field-selector")
        check_phases([args.status] if args.status else [], NODE_PHASES)
        look = look_of(args, settings)
        with closing(open_source(settings)) as source:
            code = watched(source, ref_of(one(source, args.name, settings)), look, settings)
        if args.notify:
            notify(f"{args.name}: {'failed' if code else 'succeeded'}")
        return code


WAIT, WATCH = _Wait(), _Watch()
