"""`argo-tui logs`: the logs of a workflow or of one step, as the logs pane has them.

Whatever is asked for, the log comes from the pod while there is one and from the archive when it is
gone. Read once, several pods are merged by time; followed, their lines come as they are written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta

from tui.actions.manifests import rfc3339
from tui.artifacts.logreader import Reader
from tui.domain import decode
from tui.domain.durations import before, parse_time
from tui.domain.logs import LogLine, merged
from tui.domain.logtargets import LogTarget, log_targets
from tui.domain.search import compiled
from tui.domain.text import clean, clean_log, clean_plain
from tui.domain.workflow import Workflow
from tui.errors import Missing, UsageError
from tui.headless.arguments import name
from tui.headless.connected import one
from tui.headless.logfollow import follow
from tui.headless.output import flush, say, write
from tui.ports.connection import Source
from tui.ports.threads import CancelToken
from tui.settings import Settings
from tui.sources import open_source

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
        targets = log_targets(workflow, step, args.container, settings.pod_names)
        if step and not targets:
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
        reader = Reader(
            source,
            workflow,
            # As for kubectl, less than none means all.
            tail=None if args.tail is None or args.tail < 0 else args.tail,
            previous=args.previous,
            since_time=since,
            told=say,
        )
        if args.follow:
            if not source.capabilities.is_live:
                raise UsageError("a saved workflow cannot be followed", hint="leave -f away")

            def targets_of(now: Workflow) -> tuple[LogTarget, ...]:
                return log_targets(now, step, args.container, settings.pod_names)

            return follow(source, reader, printer, targets_of)
        return _print_once(reader, printer, targets, is_step=bool(step))


def _print_once(
    reader: Reader, printer: Printer, targets: Iterable[LogTarget], *, is_step: bool
) -> int:
    begun = [target for target in targets if is_step or target.has_begun]
    if not begun:
        say("no step of it has begun, so there is no log yet")
        return 0
    streams = [reader.lines(target, CancelToken()) for target in begun]
    if len(streams) <= MOST_AT_ONCE:
        for number, line in merged(streams):
            printer.show(begun[number], reader.parted(begun[number], line))
    else:
        for target, stream in zip(begun, streams, strict=True):
            for line in stream:
                printer.show(target, reader.parted(target, line))
    return 1 if reader.failed == len(begun) else 0


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

    def show(self, target: LogTarget, line: LogLine) -> None:
        """Print a line, if it is wanted."""
        text = line.content.decode("utf-8", "replace").rstrip("\r")
        if self._wanted is not None and not self._wanted.search(text):
            return
        shown = clean_log(text) if self._colour else clean_plain(text)
        if "\x1b" in shown:
            shown += "\x1b[0m"
        if self._timestamps and line.stamp:
            shown = f"{line.stamp.decode('ascii', 'replace')} {shown}"
        write(f"{self._before(target)}{shown}\n")

    def flush(self) -> None:
        """Have it seen."""
        flush()

    def _before(self, target: LogTarget) -> str:
        if not self._prefix:
            return ""
        pod = clean(target.pod)
        name = pod if target.container == "main" else f"{pod}/{clean(target.container)}"
        if not self._colour:
            return f"{name}: "
        colour = PREFIX_COLOURS[sum(map(ord, target.pod)) % len(PREFIX_COLOURS)]
        return f"\x1b[{colour}m{name}:\x1b[0m "


def _workflow(source: Source, name: str, settings: Settings) -> Workflow:
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
