"""`argo-tui diff` and `argo-tui stats`: a run beside another, and all runs of a template."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from math import ceil
from typing import Any

from tui.domain import decode
from tui.domain.bars import HEIGHTS
from tui.domain.comparing import Change, Comparison, StepChange, compare, nothing_before
from tui.domain.durations import compact
from tui.domain.history import MAKER_LABELS
from tui.domain.report_compare import Kind, lines_of
from tui.domain.text import clean
from tui.domain.usual import RunStats, Usual, span_of, stats_of
from tui.domain.workflow import ListedWorkflow, Workflow
from tui.errors import Missing, TuiError, UsageError
from tui.headless.arguments import add_files, name
from tui.headless.connected import LeftOutNamespaces, one
from tui.headless.get import manifests
from tui.headless.output import note, takes_signs, to_json, unpacked, write
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.ports.archive import History
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.ports.runs import MOST_ARCHIVED, runs_of, success_before
from tui.settings import Settings
from tui.sources import open_source, scope_of

COLOURS: dict[Kind, str] = {
    "heading": "1",
    "before": "31",
    "after": "32",
    "slower": "33",
    "faster": "36",
}
UNREAD = 4
"""Exit code where there is nothing to compare: as of `why`, and never that of a difference."""
LAST = 20
"""Runs whose signs and bars are shown."""


class Diff:
    """`argo-tui diff A [B]`."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add its arguments."""
        add = parser.add_argument
        add(
            "names",
            nargs="*",
            type=name,
            metavar="NAME",
            help="two workflows, the earlier first; of one, beside the last of its template that "
            "succeeded before it",
        )
        add_files(parser)
        add("-o", "--output", choices=("text", "json"), default="text", help="the output format")
        add("--all", action="store_true", help="every step, however many there are")
        add(
            "--exit-code",
            action="store_true",
            help=f"end with 1 where more than times differs; {UNREAD} says that one could not be "
            "read",
        )
        add("--no-color", action="store_true", help="without colours")

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Print what is different."""
        try:
            before, after = _two(args, settings)
        except TuiError as error:
            if error.exit_code == 1:
                error.exit_code = UNREAD  # 1 says that they differ
            raise
        found = compare(before, after, settings.now())
        if args.output == "json":
            write(f"{to_json(_json(found), 2)}\n")
        else:
            on_terminal = sys.stdout is not None and sys.stdout.isatty()
            colour = on_terminal and not (args.no_color or settings.no_color)
            for line in lines_of(found, whole=args.all):
                text = line.text if takes_signs() else line.text.replace("→", "->")
                code = COLOURS.get(line.kind, "") if colour else ""
                write(f"\x1b[{code}m{text}\x1b[0m\n" if code and text else f"{text}\n")
        return 1 if args.exit_code and not found.is_alike else 0


def _two(args: argparse.Namespace, settings: Settings) -> tuple[Workflow, Workflow]:
    if args.file or len(args.names) == 2:
        found = [
            decode.from_manifest(unpacked(each))
            for each in manifests(args.names, args.file, settings)
        ]
        if len(found) != 2:
            raise UsageError(
                f"two workflows are compared, and the files have {len(found)}",
                hint="diff -f BEFORE AFTER",
            )
        return found[0], found[1]
    if len(args.names) != 1:
        raise UsageError(
            "one workflow is compared with another one",
            hint="diff BEFORE AFTER, or diff NAME for the last one that succeeded before it",
        )
    with closing(open_source(settings)) as source:
        after = decode.from_manifest(unpacked(one(source, args.names[0], settings)))
        return _success_before(after, source, settings), after


def _success_before(after: Workflow, source: Connection, settings: Settings) -> Workflow:
    """The last run of the same template that succeeded before this one. Raises: Missing."""
    found = success_before(source, WORKFLOWS, after, scope_of(settings, source.place))
    if found is None:
        raise nothing_before(after)
    return decode.from_manifest(unpacked(offered(source, Objects).get(found.ref.target)))


def _json(found: Comparison) -> dict[str, Any]:
    return {
        "before": _run(found.before, found.took[0]),
        "after": _run(found.after, found.took[1]),
        "run": [_change(each) for each in found.about],
        "parameters": [_change(each) for each in found.parameters],
        "steps": [_step(each) for each in (*found.timed, *found.gone, *found.new)],
        "images": [_change(each) for each in found.images],
        "results": [_change(each) for each in found.results],
    }


def _run(workflow: Workflow, seconds: float | None) -> dict[str, Any]:
    metadata = workflow.metadata
    about = {"namespace": metadata.namespace, "name": metadata.name, "uid": metadata.uid}
    return {**about, "phase": workflow.phase, "seconds": seconds}


def _change(change: Change) -> dict[str, Any]:
    return change._asdict()


def _step(step: StepChange) -> dict[str, Any]:
    def side(at: int) -> dict[str, Any] | None:
        node = (step.before, step.after)[at]
        return {"phase": node.phase, "seconds": step.took[at]} if node is not None else None

    return {"path": step.path, "before": side(0), "after": side(1)}


def maker_name(word: str) -> str:
    """Check an argument that names what makes runs, `NAME` or `KIND/NAME` (a `type` for argparse).

    Raises: UsageError.
    """
    kind, slash, rest = word.partition("/")
    if slash:
        _label_of(kind)
        name(rest)
        return word
    return name(word)


def _label_of(word: str) -> str:
    """The label of runs that objects of a kind make. Raises: UsageError."""
    kind = KINDS.named(word.casefold())
    label = _label(kind.noun) if kind is not None else ""
    if label not in MAKER_LABELS:
        makers = (each.id for each in KINDS if _label(each.noun) in MAKER_LABELS)
        raise UsageError(
            f"{clean(word)} is no kind of what makes runs", hint=f"there are {', '.join(makers)}"
        )
    return label


def _label(noun: str) -> str:
    """The label that the controller gives the runs of what is called so."""
    return noun.replace(" ", "-")


class Stats:
    """`argo-tui stats TEMPLATE…`."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add its arguments."""
        add = parser.add_argument
        add(
            "names",
            nargs="+",
            type=maker_name,
            metavar="TEMPLATE",
            help="a template or cron workflow, as NAME or KIND/NAME; or what the names of its runs "
            "begin with",
        )
        add_files(parser)
        add("-o", "--output", choices=("text", "json"), default="text", help="the output format")

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Print what is known of the runs of each."""
        if args.file:
            settings = replace(settings, files=tuple(args.file))
        with closing(open_source(settings)) as source:
            told = [(each, stats_of(_runs_of(each, source, settings))) for each in args.names]
        if args.output == "json":
            write(f"{to_json([_stats_json(of, found) for of, found in told], 2)}\n")
            return 0
        for at, (of, found) in enumerate(told):
            lines = _lines(of, found, settings, ascii=settings.ascii or not takes_signs())
            write(("\n" if at else "") + "".join(f"{line}\n" for line in lines))
        return 0


def _runs_of(of: str, source: Connection, settings: Settings) -> Sequence[ListedWorkflow]:
    """Raises: Missing for none."""
    scope = scope_of(settings, source.place)
    kind, slash, rest = of.partition("/")
    labels = (_label_of(kind),) if slash else MAKER_LABELS
    found = runs_of(
        source, WORKFLOWS, rest if slash else of, scope, LeftOutNamespaces(), labels=labels
    )
    if not found:
        where = ", ".join(scope.namespaces) or "any namespace"
        raise Missing(
            f"no runs of {of} are known in {where}",
            hint="argo-tui template list and cron list name what makes runs",
            reason="NotFound",
        )
    if source.port(History) is not None and len(found) >= MOST_ARCHIVED:
        note(f"of the archive the {MOST_ARCHIVED} newest runs count")
    return found


def _lines(of: str, found: RunStats, settings: Settings, *, ascii: bool) -> Iterator[str]:
    first = found.runs[0].metadata.creation_timestamp or ""
    yield f"{clean(of)}: {len(found.runs)} {_plural(len(found.runs))} since {clean(first)}"
    rate = f" ({found.rate * 100:.0f} %)" if found.rate is not None else ""
    yield f"succeeded  {found.succeeded}{rate}"
    yield f"failed     {found.failed}"
    yield f"under way  {found.going}"
    if found.usual is not None and found.p95 is not None:
        usual = found.usual
        spread = f"{compact(usual.low)} to {compact(usual.high)}"
        yield f"median     {compact(usual.median)} of those that succeeded ({spread})"
        yield f"95 %       within {compact(ceil(found.p95))}"
    last = found.runs[-LAST:]
    signs = "".join(_sign(run, ascii) for run in last)
    yield f"last {len(last):<5} {signs}"
    spans = [span_of(run.status.started_at, run.status.finished_at) for run in last]
    longest = max((span for span in spans if span is not None), default=0.0)
    if longest > 0 and not ascii:
        yield f"{'':<10} {''.join(_bar(span, longest) for span in spans)}  up to {compact(longest)}"


def _plural(count: int) -> str:
    return "run" if count == 1 else "runs"


def _sign(run: ListedWorkflow, ascii: bool) -> str:
    good, bad, going = ("+", "x", ".") if ascii else ("✔", "✖", "●")
    if not run.is_completed:
        return going
    return good if run.phase == "Succeeded" else bad


def _bar(span: float | None, longest: float) -> str:
    return (
        " " if span is None else HEIGHTS[min(len(HEIGHTS) - 1, int(span / longest * len(HEIGHTS)))]
    )


def _stats_json(of: str, found: RunStats) -> dict[str, Any]:
    return {
        "name": of,
        "runs": len(found.runs),
        "succeeded": found.succeeded,
        "failed": found.failed,
        "underWay": found.going,
        "successRate": found.rate,
        "seconds": _usual_json(found.usual, found.p95),
        "last": [
            {
                "namespace": run.metadata.namespace,
                "name": run.metadata.name,
                "phase": run.phase,
                "seconds": span_of(run.status.started_at, run.status.finished_at),
            }
            for run in found.runs[-LAST:]
        ],
    }


def _usual_json(found: Usual | None, p95: float | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"median": found.median, "p95": p95, "low": found.low, "high": found.high}


DIFF, STATS = Diff(), Stats()
