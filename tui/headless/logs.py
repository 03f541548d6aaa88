"""`argo-tui logs`: the logs of a workflow or of one step, as the logs pane has them.

Whatever is asked for, the log comes from the pod while there is one and from the archive when it is
gone. Read once, several pods are merged by time; followed, their lines come as they are written."""

from __future__ import annotations

import argparse
import queue
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import accumulate

from tui.domain import decode
from tui.domain.deadline import TookTooLong, deadline
from tui.domain.durations import before, parse_time, rfc3339
from tui.domain.identity import ObjectKey
from tui.domain.logs import LATE, SEAM, LogBlock, LogSource, Run, merged, stamp_of, time_of
from tui.domain.logsearch import Wanted, lines_with, wanted_of
from tui.domain.logtargets import MOST_COMING, LogTarget, log_targets, name_among_pods
from tui.domain.logtimes import span_of
from tui.domain.re2 import python_of_re2
from tui.domain.search import compiled
from tui.domain.text import clean, clean_log_lines, clean_plain_lines, decoded_log, is_plain_ascii
from tui.domain.workflow import OFFLOADED, Workflow, WorkflowRef
from tui.errors import Bug, Missing, Rejected, SourceError, TuiError, UsageError
from tui.headless.arguments import name
from tui.headless.connected import one
from tui.headless.output import flush, has_no_reader, note, say, write, write_ascii
from tui.kinds.workflows import WORKFLOWS
from tui.logs import pods as by_pods
from tui.logs.follower import LogDelayed, LogEnded, LogFollower, LogWaiting
from tui.logs.reader import WAITING, LogReader
from tui.logs.run import RunLogs, rule_before
from tui.ports.collections import Changed, Gone, Stale, Stood, WatchEvent
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects, Watches, Whole
from tui.ports.pods import Pods
from tui.ports.threads import CancelToken, endless
from tui.settings import Settings
from tui.sources import open_source

TargetsOf = Callable[[Workflow], Sequence[LogTarget]]
"""The logs that are wanted of a workflow as it is now."""

Want = Callable[[RunLogs, Workflow], object]
"""Has the logs read that are wanted of a workflow as it is now."""


def all_begun(targets_of: TargetsOf, pod_names: str) -> Want:
    """The logs of all pods that have begun: of a new version only those that are new are named."""

    def want(logs: RunLogs, now: Workflow) -> None:
        if now.is_offloaded:
            logs.want(targets_of(now))
        else:
            logs.want_begun(None, pod_names)

    return want


def those_of(targets_of: TargetsOf) -> Want:
    """The logs of some pods, looked for anew in each version."""
    return lambda logs, now: logs.want(targets_of(now))


def follow(source: Connection, reader: LogReader, printer: Printer, want: Want) -> int:
    """Print until the workflow is over and every log has ended; 1 when nothing could be read.

    Raises: SourceError, when the workflow cannot be watched; BrokenPipeError, when the program that
    reads has ended.
    """
    mail: queue.SimpleQueue[WatchEvent[Whole[Workflow]] | SourceError | None] = queue.SimpleQueue()
    follower = LogFollower(reader, arrived=lambda: mail.put(None), is_full=lambda: mail.put(None))
    following = _Following(reader, follower, printer, want)

    ref = reader.workflow.ref
    key = ObjectKey(source.id, WORKFLOWS.id, ref.namespace, ref.name)

    def watch(stop: CancelToken) -> None:
        offered(source, Watches).watch_one(WORKFLOWS, key, ref.uid, mail.put, stop)

    stop = endless(f"follow {ref.name}", watch, mail.put)
    try:
        while not following.is_over:
            try:
                event = mail.get_nowait()
            except queue.Empty:
                printer.flush()
                due = following.due
                try:
                    event = mail.get(timeout=LOOK_FOR_READER if due is None else due)
                except queue.Empty:
                    event = None
                    if has_no_reader():
                        raise BrokenPipeError from None  # nobody waits for the next line
            if isinstance(event, SourceError):
                raise event
            if event is None:
                following.take_from_logs()
            else:
                following.take(event)
    finally:
        stop.set()
        follower.end()
        printer.flush()
    return 1 if following.read_nothing else 0


class _Following:
    """The logs that are being followed, and whether more can come."""

    def __init__(
        self,
        reader: LogReader,
        follower: LogFollower,
        printer: Printer,
        want: Want,
    ) -> None:
        self._reader = reader
        self._logs = RunLogs(follower, reader.workflow)
        self._printer = printer
        self._want = want
        self._begun: set[int] = set()
        """The logs that were told to begin."""
        self._skipped = 0
        """How many were told not to be read."""
        self._is_watched = sys.stderr is not None and sys.stderr.isatty()
        self._told: set[int] = set()
        """Logs whose broken connection was reported, until they have lines again."""
        self._is_completed = False
        self._trouble = ""
        """The problem of the watch that was reported last."""

    @property
    def is_over(self) -> bool:
        """Whether no more lines can come."""
        return self._is_completed and self._logs.is_over

    @property
    def read_nothing(self) -> bool:
        """Whether there were logs and none of them could be read."""
        return self._logs.read_nothing

    @property
    def due(self) -> float | None:
        """In how many seconds lines can be printed though nothing comes."""
        return self._logs.due()

    def take(self, event: WatchEvent[Whole[Workflow]]) -> None:
        """Handle an event of the workflow's watch."""
        if isinstance(event, Changed):
            workflow = event.row.value.object
            self._reader.workflow = self._logs.workflow = workflow
            self._want(self._logs, workflow)
            # What it says of a log that has ended belongs to that log.
            self.take_from_logs()
            self._is_completed = workflow.is_completed
        elif isinstance(event, Gone):
            if not self._is_completed:
                self._printer.flush()
                name = self._reader.workflow.metadata.name
                say(f"argo-tui: {name} was deleted before it was over: its log may end early")
            self._is_completed = True
        elif isinstance(event, Stood) and isinstance(event.standing, Stale):
            self._tell(event.standing)

    def take_from_logs(self) -> None:
        """Print what the logs brought, and say what happened to them."""
        blocks, events = self._logs.take()
        self._tell_logs()
        sources = self._logs.follower.sources
        for block in blocks:
            self._told.clear()
            source = sources[block.source & ~LATE]
            is_late = bool(block.source & LATE)
            self._printer.show(source, Run(block, 0, len(block)), is_late=is_late)
        for event in events:
            if isinstance(event, LogWaiting | LogDelayed) and self._logs.is_awaited(event.log):
                # That nothing is there yet is nothing to be told of a step that has not begun.
                if BROKEN.search(event.error.what):
                    self._say(event.log, f"{event.error}; waiting for it")
            elif isinstance(event, LogDelayed):
                if event.log not in self._told:
                    self._told.add(event.log)
                    self._say(event.log, f"{event.error}; trying again")
            elif isinstance(event, LogWaiting):
                self._say(event.log, f"{event.error}; waiting for it")
            elif isinstance(event, LogEnded) and event.error is not None:
                if isinstance(event.error, Bug):
                    raise event.error
                self._say(event.log, str(event.error))

    def _tell_logs(self) -> None:
        """Say once of each log that it is read now, to a person, and how many are not, to all."""
        for log, target in enumerate(self._logs.targets):
            if log in self._begun or self._logs.is_awaited(log):
                continue
            self._begun.add(log)
            if self._is_watched and self._logs.count > 1:
                step = name_among_pods(self._logs.workflow, target.node)
                say(f"+ {step}  {target.pod}/{target.container}")
        if self._logs.skipped != self._skipped:
            self._skipped = self._logs.skipped
            read = self._logs.count
            note(f"{read + self._skipped:,} logs: {read:,} are read, those that tell most")

    def _tell(self, stale: Stale) -> None:
        """Report once for each problem that the watch of the workflow broke. Raises: Bug."""
        if isinstance(stale.error, Bug):
            raise stale.error
        if stale.error.what != self._trouble:
            self._trouble = stale.error.what
            say(f"argo-tui: {stale.error}; trying again")

    def _say(self, log: int, words: str) -> None:
        target = self._logs.targets[log]
        self._printer.flush()
        say(f"{target.pod}/{target.container}: {words}")


LOOK_FOR_READER = 1.0
"""Seconds without news after which it is looked whether anybody still reads."""
NEWLINE = "\n"
PREFIX_COLOURS = (32, 33, 34, 35, 36, 37)
LONGEST_GREP = 2.0
"""Seconds of computing that an expression may take on one block of lines."""
BROKEN = re.compile(rf"{WAITING}: (?!ContainerCreating|PodInitializing)")
"""What the API says of a container that waits to start for another reason than all do."""
MOST_AT_ONCE = 200
"""Pods that ran at the same time whose logs are merged; of more, each is printed as a whole."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    add = parser.add_argument
    add("name", type=name, metavar="WORKFLOW", help="the workflow; @latest is the one created last")
    add("step", metavar="STEP", nargs="?", help="a step, node, or pod of it")
    add("-c", "--container", default="", help="the container; default main, or a whole set")
    add("-f", "--follow", action="store_true", help="go on until the workflow is over")
    add("--failed", action="store_true", help="of the steps that failed only")
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
        raise UsageError("STEP is empty", hint="leave STEP out to print the logs of all steps")
    step = args.step or ""
    since = _since(args, settings)
    wanted = _pattern(args.grep)
    with closing(open_source(settings)) as source:
        workflow = _workflow(source, args.name, settings)
        if args.follow and not source.place.is_live:
            raise UsageError("a saved workflow cannot be followed", hint="leave out -f")

        def targets_of(now: Workflow) -> Sequence[LogTarget]:
            if now.is_offloaded:
                return by_pods.targets_of(offered(source, Pods).pods(now.ref), step, args.container)
            found = log_targets(now, step, args.container, settings.pod_names)
            return [each for each in found if each.node.is_problem] if args.failed else found

        targets = targets_of(workflow)
        if args.failed and not targets and not args.follow:
            say("no step of it has failed" if not step else f"{step} has not failed")
            return 0
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
            # As in kubectl, a negative number means all lines.
            tail=None if args.tail is None or args.tail < 0 else args.tail,
            previous=args.previous,
            since_time=since,
            is_patient=args.follow,
            is_alone=bool(step) and len(targets) == 1,
            wants_times=args.timestamps or args.follow or len(targets) != 1,
            noted=lambda target, words: say(f"{target.pod}/{target.container}: {words}"),
        )
        if args.follow:
            if step or args.container or args.failed:
                return follow(source, reader, printer, those_of(targets_of))
            return follow(source, reader, printer, all_begun(targets_of, settings.pod_names))
        is_live = source.place.is_live
        return _print_once(reader, printer, workflow, targets, is_step=bool(step), is_live=is_live)


def follow_one(source: Connection, ref: WorkflowRef, settings: Settings) -> int:
    """Print the log of all of a workflow until it is over; 1 when nothing could be read."""
    workflow = decode.from_manifest(offered(source, Objects).get(ref.target))

    def targets_of(now: Workflow) -> Sequence[LogTarget]:
        return log_targets(now, "", "", settings.pod_names)

    colour = _has_colour("auto", settings)
    printer = Printer(colour=colour, prefix=True, timestamps=False, wanted=None)
    reader = LogReader(
        source, workflow, tail=None, previous=False, since_time=None, is_patient=True
    )
    return follow(source, reader, printer, all_begun(targets_of, settings.pod_names))


def _print_once(
    reader: LogReader,
    printer: Printer,
    workflow: Workflow,
    targets: Iterable[LogTarget],
    *,
    is_step: bool,
    is_live: bool,
) -> int:
    targets = list(targets)
    begun = [each for each in targets if each.has_begun or (is_step and each.may_begin)]
    logs = _Logs(reader, has_rules=printer.shows_seams)
    if not is_step and not workflow.is_completed:
        # Their pods may run by now, and more than a few would not. Of what is saved nothing but the
        # log of the agent, who works while its steps are pending.
        coming = [each for each in targets if each.may_begin and (is_live or each.is_agents)]
        del coming[MOST_COMING:]
        logs.coming = {id(each) for each in coming}
        begun = [each for each in targets if each.has_begun or id(each) in logs.coming]
    if not begun:
        say(why_none(workflow, targets, is_step=is_step))
        return 1 if workflow.is_offloaded else 0
    streams = [(logs.begin_of(target), logs.blocks(target)) for target in begun]
    if _most_at_once(begun) <= MOST_AT_ONCE:
        for run in merged(streams):
            printer.show(logs.sources[run.block.source], run)
    else:
        for _, blocks in streams:
            for block in blocks:
                printer.show(logs.sources[block.source], Run(block, 0, len(block)))
    if len(logs.coming) == len(begun) and not logs.came:
        say(why_none(workflow, targets, is_step=is_step))
    return 1 if logs.failed == len(begun) else 0


def _most_at_once(targets: Iterable[LogTarget]) -> int:
    """How many of these ran at the same time, at the most."""
    changes: list[tuple[str, int]] = []
    for target in targets:
        changes.append((target.node.started_at or "", 1))
        changes.append((target.node.finished_at or "9", -1))
    return max(accumulate(change for _, change in sorted(changes)), default=0)


def why_none(workflow: Workflow, targets: Sequence[LogTarget], *, is_step: bool) -> str:
    """Why there is no log to print."""
    if workflow.is_offloaded:
        return f"{OFFLOADED}, and none of their pods is left, so there is no log"
    if not targets:
        return "no step of it runs in a pod, so there is no log"
    first = targets[0]
    if is_step:
        return f"{first.node.title}: {first.why_none}"
    if not any(target.may_begin for target in targets):
        # Skipped steps and hits of a cache never run, so that no log comes later either.
        others = f" (and {len(targets) - 1} more)" if len(targets) > 1 else ""
        return f"{first.node.title}{others}: {first.why_none}"
    return "no step of it has begun, so there is no log yet"


class _Logs:
    """Logs that are read at the same time; one that cannot be read does not stop the others."""

    def __init__(self, reader: LogReader, *, has_rules: bool) -> None:
        """`has_rules` has a rule between attempts of a step, for a person who reads."""
        self._reader = reader
        self._has_rules = has_rules
        self.sources: list[LogSource] = []
        self.failed = 0
        """Number of logs that could not be read; each was reported."""
        self.came = False
        """Whether there was a line."""
        self.coming: set[int] = set()
        """Those of steps that have not begun: that there is none is nothing to report."""

    @staticmethod
    def begin_of(target: LogTarget) -> int:
        """The time by which lines without a time are sorted: when their step began."""
        return time_of((target.node.started_at or "").encode("ascii", "replace"))

    def blocks(self, target: LogTarget) -> Iterator[LogBlock]:
        """The lines of one log."""
        rules = self._has_rules
        try:
            for block in self._reader.blocks(target, CancelToken(), number=self._number):
                self.came = self.came or len(block) > 0
                if rules and len(block):
                    rules = False
                    rule = rule_before(self._reader.workflow, target, block, self._number)
                    if rule is not None:
                        yield rule
                yield block
        except TuiError as error:
            if id(target) in self.coming and isinstance(error, Missing | Rejected):
                return
            self.failed += 1
            say(f"{target.pod}/{target.container}: {error}")

    def _number(self, source: LogSource) -> int:
        self.sources.append(source)
        return len(self.sources) - 1


class Printer:
    """Writes lines to stdout: with Argo's prefixes, cleaned, and in colour if asked for."""

    def __init__(
        self,
        *,
        colour: bool,
        prefix: bool,
        timestamps: bool,
        wanted: Wanted | None,
    ) -> None:
        self._colour = colour
        self._prefix = prefix
        self._timestamps = timestamps
        self._wanted = wanted
        self._clean = clean_log_lines if colour else clean_plain_lines
        # What goes into a file or to another program is lines of logs and nothing of ours.
        self.shows_seams = sys.stdout is not None and sys.stdout.isatty()

    def show(self, source: LogSource, run: Run, *, is_late: bool = False) -> None:
        """Print lines of one log that match; many at once, since there may be millions.

        Those that come too late to stand in their place are marked, where names stand before lines.
        """
        block = run.block.part(run.first, run.last)
        if self._wanted is not None:
            found = self._matching(block, self._wanted)
            if found is None:
                return
            block = found
        if source.origin == "seam" and not self.shows_seams:
            self.flush()
            say(decoded_log(block.data).strip(f"{SEAM} \n"))
            return
        prefix = self._before(source, is_late=is_late)
        data = self._plain(block)
        if data is not None:
            if prefix:
                before = prefix.encode()
                named = memoryview(data.replace(b"\n", b"\n" + before))
                data = b"".join((before, named[: -len(before)]))
            write_ascii(data)
            return
        text = self._clean("\n".join(map(decoded_log, block.data.split(b"\n"))))
        if self._timestamps:
            lines = zip(map(stamp_of, block.times), text[:-1].split(NEWLINE), strict=True)
            text = "".join(f"{stamp}{' ' if stamp else ''}{line}\n" for stamp, line in lines)
        if prefix:
            text = f"{prefix}{text[:-1].replace(NEWLINE, NEWLINE + prefix)}{NEWLINE}"
        write(text)

    def _plain(self, block: LogBlock) -> bytes | None:
        """What is printed of lines, without names, if nothing in them has to be cleaned."""
        if self._timestamps:
            data = block.stamped_if_plain()
            if data is not None:
                return data
        data = block.stamped() if self._timestamps else block.data
        return data if is_plain_ascii(data) else None

    def _matching(self, block: LogBlock, wanted: Wanted) -> LogBlock | None:
        """The lines that match. Raises: UsageError, where that takes for ever on some line."""
        try:
            with deadline(LONGEST_GREP):
                found = lines_with(block, wanted)
        except TookTooLong as error:
            raise UsageError(
                f"--grep {wanted.pattern.pattern} takes too long on some line",
                hint="leave out repeats of repeats, as in (a+)+",
            ) from error
        if not found:
            return None
        return block if len(found) == len(block) else block.chosen(found)

    def flush(self) -> None:
        """Flush stdout."""
        flush()

    def _before(self, source: LogSource, *, is_late: bool) -> str:
        if not self._prefix or source.origin == "seam":
            return ""
        pod = clean(source.pod)
        name = pod if source.container == "main" else f"{pod}/{clean(source.container)}"
        if is_late:
            name = f"{name} (late)"
        if not self._colour:
            return f"{name}: "
        colour = PREFIX_COLOURS[sum(map(ord, source.pod)) % len(PREFIX_COLOURS)]
        return f"\x1b[{colour}m{name}:\x1b[0m "


def _workflow(source: Connection, name: str, settings: Settings) -> Workflow:
    return decode.from_manifest(one(source, name, settings))


def _since(args: argparse.Namespace, settings: Settings) -> str | None:
    """The time of --since or --since-time in RFC 3339, as the API takes it."""
    if args.since and args.since_time:
        raise UsageError("--since-time and --since cannot be used together")
    if args.since_time:
        if parse_time(args.since_time) is None:
            raise UsageError(f"--since-time {args.since_time} is not an RFC 3339 time")
        return str(args.since_time)
    if not args.since:
        return None
    return rfc3339(before(settings.now(), _span(args.since)))


def _span(text: str) -> timedelta:
    span = span_of(text)
    if span is None:
        raise UsageError(f"--since {text} is not a duration", hint="write 10s, 5m, 2h30m or 1d")
    return span


def _pattern(text: str | None) -> Wanted | None:
    if text is None:
        return None
    try:
        return wanted_of(compiled(python_of_re2(text)))
    except ValueError as error:
        raise UsageError(f"--grep {text}: {error}") from error
    except re.error as error:
        raise UsageError(f"--grep {text} is not a regular expression: {error}") from error


def _has_colour(wanted: str, settings: Settings) -> bool:
    if wanted != "auto":
        return wanted == "always"
    return sys.stdout is not None and sys.stdout.isatty() and not settings.no_color
