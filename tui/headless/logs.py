"""`argo-tui logs`: the logs of a workflow or of one step, as the logs pane has them.

Whatever is asked for, the log comes from the pod while there is one and from the archive when it is
gone. Read once, several pods are merged by time; followed, their lines come as they are written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta

from tui.actions.manifests import rfc3339
from tui.domain import decode
from tui.domain.durations import before, parse_time
from tui.domain.logs import LogBlock, LogSource, Run, merged, stamp_of, time_of
from tui.domain.logtargets import LogTarget, log_targets
from tui.domain.search import compiled
from tui.domain.text import clean, clean_log_lines, clean_plain_lines
from tui.domain.workflow import OFFLOADED, Workflow
from tui.errors import Missing, TuiError, UsageError
from tui.headless.arguments import name
from tui.headless.connected import one
from tui.headless.logfollow import follow
from tui.headless.output import flush, say, write
from tui.logs import pods as by_pods
from tui.logs.reader import LogReader
from tui.ports.connection import Connection, offered
from tui.ports.pods import Pods
from tui.ports.threads import CancelToken
from tui.settings import Settings
from tui.sources import open_source

NEWLINE = "\n"
PREFIX_COLOURS = (32, 33, 34, 35, 36, 37)
MOST_AT_ONCE = 32
"""Pods whose logs are read side by side to merge them; more are printed one after the other."""

_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    add = parser.add_argument
    add("name", type=name, metavar="WORKFLOW", help="the workflow; @latest is the one created last")
    add("step", metavar="STEP", nargs="?", help="a step, node, or pod of it")
    add("-c", "--container", default="", help="the container; default main, or a whole set")
    add("-f", "--follow", action="store_true", help="go on until the workflow is over")
    add("-p", "--previous", action="store_true", help="of the container's previous start")
    add("--tail", type=int, metavar="N", help="the last lines of each pod only")
    add("--timestamps", action="store_true", help="with the time of each line")
    add("--since", metavar="SPAN", help="of the last 10s, 5m, 2h30m, 1d only")
    add("--since-time", metavar="TIME", help="since this time (RFC 3339) only")
    add("--grep", metavar="REGEX", help="only lines that hold this")
    add("--no-prefix", action="store_true", help="without the pod's name before each line")
    add("--color", choices=("auto", "always", "never"), default="auto", help="auto: on a terminal")
    add("--no-color", dest="color", action="store_const", const="never", help="as --color never")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the logs; 0, or 1 when nothing asked for could be read."""
    if args.step == "":
        # As `logs NAME "$STEP"` has it in a script that forgot to set STEP.
        raise UsageError("the STEP is empty, so it names none", hint="for all steps leave it away")
    step = args.step or ""
    since = _since(args, settings)
    wanted = _pattern(args.grep)
    with closing(open_source(settings)) as source:
        workflow = _workflow(source, args.name, settings)
        if args.follow and not source.place.is_live:
            raise UsageError("a saved workflow cannot be followed", hint="leave -f away")

        def targets_of(now: Workflow) -> Sequence[LogTarget]:
            if now.is_offloaded:
                return by_pods.targets_of(offered(source, Pods).pods(now.ref), step, args.container)
            return log_targets(now, step, args.container, settings.pod_names)

        targets = targets_of(workflow)
        if step and not targets and not workflow.is_offloaded:
            raise Missing(
                f"{args.name} has no step {step} with a log",
                hint="steps are called by display name, node name, node id or pod name",
            )
        printer = Printer(
            colour=_has_colour(args.color, settings),
            prefix=not args.no_prefix,
            timestamps=args.timestamps,
            wanted=wanted,
        )
        reader = LogReader(
            source,
            workflow,
            # As for kubectl, less than none means all.
            tail=None if args.tail is None or args.tail < 0 else args.tail,
            previous=args.previous,
            since_time=since,
            is_patient=args.follow,
        )
        if args.follow:
            return follow(source, reader, printer, targets_of)
        return _print_once(reader, printer, workflow, targets, is_step=bool(step))


def _print_once(
    reader: LogReader,
    printer: Printer,
    workflow: Workflow,
    targets: Iterable[LogTarget],
    *,
    is_step: bool,
) -> int:
    targets = list(targets)
    begun = [each for each in targets if each.has_begun or (is_step and each.may_begin)]
    if not begun:
        say(why_none(workflow, targets, is_step=is_step))
        return 1 if workflow.is_offloaded else 0
    logs = _Logs(reader)
    streams = [(logs.begin_of(target), logs.blocks(target)) for target in begun]
    if len(streams) <= MOST_AT_ONCE:
        for run in merged(streams):
            printer.show(logs.sources[run.block.source], run)
    else:
        for _, blocks in streams:
            for block in blocks:
                printer.show(logs.sources[block.source], Run(block, 0, len(block)))
    return 1 if logs.failed == len(begun) else 0


def why_none(workflow: Workflow, targets: Sequence[LogTarget], *, is_step: bool) -> str:
    """Why there is no log to print."""
    if workflow.is_offloaded:
        return f"{OFFLOADED}, and no pod of them is left, so there is no log"
    if not targets:
        return "no step of it runs in a pod, so there is no log"
    if is_step:
        return f"{targets[0].node.title}: {targets[0].why_none}"
    return "no step of it has begun, so there is no log yet"


class _Logs:
    """Logs that are read side by side; one that cannot be read does not cost the others."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.sources: list[LogSource] = []
        self.failed = 0
        """How many gave nothing, each told."""

    @staticmethod
    def begin_of(target: LogTarget) -> int:
        """The time that counts for lines of a log that have none: when its step began."""
        return time_of((target.node.started_at or "").encode("ascii", "replace"))

    def blocks(self, target: LogTarget) -> Iterator[LogBlock]:
        """The lines of one log."""
        try:
            yield from self._reader.blocks(target, CancelToken(), number=self._number)
        except TuiError as error:
            self.failed += 1
            say(f"{target.pod}/{target.container}: {error}")

    def _number(self, source: LogSource) -> int:
        self.sources.append(source)
        return len(self.sources) - 1


class Printer:
    """Writes lines to stdout: prefixed like argo's, cleaned, in colour where that is wanted."""

    def __init__(
        self,
        *,
        colour: bool,
        prefix: bool,
        timestamps: bool,
        wanted: re.Pattern[str] | None,
    ) -> None:
        self._colour = colour
        self._prefix = prefix
        self._timestamps = timestamps
        self._wanted = wanted
        self._clean = clean_log_lines if colour else clean_plain_lines

    def show(self, source: LogSource, run: Run) -> None:
        """Print lines of one log, if they are wanted; many at once, since there may be millions."""
        block, first, last = run
        prefix = self._before(source)
        if self._wanted is not None or self._timestamps:
            text = "".join(self._wanted_lines(block, first, last, self._wanted))
        else:
            data = block.data[block.start(first) : block.ends[last - 1]]
            text = self._clean(data.decode("utf-8", "replace"))
        if prefix and text:
            text = f"{prefix}{text[:-1].replace(NEWLINE, NEWLINE + prefix)}{NEWLINE}"
        if text:
            write(text)

    def _wanted_lines(
        self, block: LogBlock, first: int, last: int, wanted: re.Pattern[str] | None
    ) -> Iterator[str]:
        for index in range(first, last):
            text = block.line(index).decode("utf-8", "replace")
            if wanted is not None and not wanted.search(text.rstrip("\r")):
                continue
            stamp = stamp_of(block.times[index]) if self._timestamps else ""
            yield f"{stamp}{' ' if stamp else ''}{self._clean(text + NEWLINE)}"

    def flush(self) -> None:
        """Have it seen."""
        flush()

    def _before(self, source: LogSource) -> str:
        if not self._prefix:
            return ""
        pod = clean(source.pod)
        name = pod if source.container == "main" else f"{pod}/{clean(source.container)}"
        if not self._colour:
            return f"{name}: "
        colour = PREFIX_COLOURS[sum(map(ord, source.pod)) % len(PREFIX_COLOURS)]
        return f"\x1b[{colour}m{name}:\x1b[0m "


def _workflow(source: Connection, name: str, settings: Settings) -> Workflow:
    return decode.from_manifest(one(source, name, settings))


def _since(args: argparse.Namespace, settings: Settings) -> str | None:
    """The time to begin at, as the API wants it."""
    if args.since and args.since_time:
        raise UsageError("--since-time and --since cannot be used together")
    if args.since_time:
        if parse_time(args.since_time) is None:
            raise UsageError(f"--since-time {args.since_time} is no RFC 3339 time")
        return str(args.since_time)
    if not args.since:
        return None
    return rfc3339(before(settings.now(), _span(args.since)))


def _span(text: str) -> timedelta:
    parts = _SPAN.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        raise UsageError(f"--since {text} is no span of time", hint="write 10s, 5m, 2h30m or 1d")
    try:
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    except OverflowError as error:
        raise UsageError(f"--since {text} is too long") from error


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return compiled(text)
    except re.error as error:
        raise UsageError(f"--grep {text} is no regular expression: {error}") from error


def _has_colour(wanted: str, settings: Settings) -> bool:
    if wanted != "auto":
        return wanted == "always"
    return sys.stdout is not None and sys.stdout.isatty() and not settings.no_color
