"""`argo-tui list`: the table of `argo list`, or of kubectl, from a cluster or from files."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from tui.domain import decode
from tui.domain.order import newest_first
from tui.domain.report_list import (
    ListFilter,
    brief,
    filtered,
    label_selector,
    report,
    table_row,
    with_contexts,
)
from tui.domain.selectors import FieldSelector, LabelSelector
from tui.domain.soundness import WORKFLOW_PHASES
from tui.domain.table import TableRow
from tui.domain.tabwriter import aligned
from tui.domain.text import clean
from tui.domain.workflow import WORKFLOW_RESOURCE, ListedWorkflow, Manifest, Workflow
from tui.errors import InputError, SourceError, UsageError
from tui.headless.arguments import add_files
from tui.headless.faults import faults_of, say_faults
from tui.headless.output import check_phases, counted, note, say, to_json, unpacked, write
from tui.ports.collections import Collections, Scope
from tui.ports.connection import Connection, Place, offered
from tui.settings import Settings

T = TypeVar("T")

OUTPUTS = ("wide", "name", "brief", "json", "yaml")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `list`."""
    add = parser.add_argument
    add_files(parser)
    add(
        "-o",
        "--output",
        choices=OUTPUTS,
        default="",
        help="the output format; brief is what kubectl prints, and the fastest",
    )
    add(
        "--status",
        action="append",
        default=[],
        metavar="PHASE[,PHASE]",
        help="only in these phases",
    )
    add("--running", action="store_true", help="only workflows that are not completed")
    add("--completed", action="store_true", help="only completed workflows")
    add("--resubmitted", action="store_true", help="only resubmitted workflows")
    add("--prefix", default="", help="only names with this prefix")
    add("--since", default="", metavar="D", help="only created in the last 10m, 3h, 2d")
    add("--older", default="", metavar="D", help="only finished longer ago than 10m, 3h, 2d")
    add("-l", "--selector", default="", metavar="SELECTOR", help="only with these labels")
    add("--field-selector", default="", metavar="SELECTOR", help="only metadata.name=NAME")
    add("--archived", action="store_true", help="also what an Argo Server has archived")
    add("--no-headers", action="store_true", help="without column titles")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the workflows that match all flags."""
    criteria = ListFilter(
        status=tuple(p for text in args.status for p in text.split(",") if p),
        running=args.running,
        completed=args.completed,
        resubmitted=args.resubmitted,
        labels=args.selector,
        prefix=args.prefix,
        since=args.since,
        older=args.older,
    )
    check_phases(criteria.status, WORKFLOW_PHASES)
    labels = label_selector(criteria)
    fields = FieldSelector.parse(args.field_selector)
    if args.archived and (args.file or args.output == "brief"):
        raise UsageError("--archived lists what a server has archived, not with -f or -o brief")
    if args.output == "brief":
        return _run_brief(args, criteria, labels, fields, settings)
    whole = args.output in ("wide", "json", "yaml")
    is_complete = True
    faults: Faults = {}
    contexts: Contexts = {}
    if args.file:
        # Only a namespace that was typed: one from the environment is about a cluster.
        namespace = "" if args.all_namespaces else args.namespace
        found, originals, faults = _saved(args.file, labels, fields, namespace, whole)
    else:
        found, originals = [], {}
        for name, answer in _of_each(
            settings,
            lambda one: _connected(
                labels, args.field_selector, one, whole, criteria if args.archived else None
            ),
        ):
            is_complete = is_complete and answer is not None and answer[2]
            if answer is not None:
                found += answer[0]
                originals |= answer[1]
                contexts |= {id(each): name for each in answer[0] if name}
    shown = newest_first(filtered(found, criteria, settings.now()))
    _print(shown, originals, args, settings, contexts)
    if args.file and say_faults([fault for each in shown for fault in faults[id(each)]]):
        return InputError.exit_code
    return 0 if is_complete else 1


def _run_brief(
    args: argparse.Namespace,
    criteria: ListFilter,
    labels: LabelSelector,
    fields: FieldSelector,
    settings: Settings,
) -> int:
    """Print the rows of the server's Table, in its order; of files the rows it would have."""
    for flag, value in (("--since", criteria.since), ("--older", criteria.older)):
        if value:
            raise UsageError(
                f"{flag} asks for exact times, which -o brief does not read",
                hint=f"leave out -o brief, or use -o name with {flag}",
            )
    told: list[str] = []
    contexts: list[str] = []
    code = 0
    if args.file:
        namespace = "" if args.all_namespaces else args.namespace
        found, _, faults = _saved(args.file, labels, fields, namespace, whole=False)
        found = [each for each in found if each.metadata.name.startswith(criteria.prefix)]
        told = [fault for each in found for fault in faults[id(each)]]
        rows = [table_row(each, settings.now()) for each in found]
        rows.sort(key=lambda row: (row.namespace, row.name))
        namespaces = settings.all_namespaces
    else:
        rows, namespaces, contexts = [], False, []
        for name, answer in _of_each(
            settings, lambda one: _table(labels, args.field_selector, one)
        ):
            if answer is None or not answer[2]:
                code = 1
            if answer is not None:
                own = [row for row in answer[0] if row.name.startswith(criteria.prefix)]
                rows += own
                contexts += [name] * len(own) if name else []
                namespaces = namespaces or answer[1]
    lines = brief(rows, namespaces=namespaces, headers=not args.no_headers, contexts=contexts)
    write("".join(f"{line}\n" for line in lines))
    return InputError.exit_code if say_faults(told) else code


def _table(
    labels: LabelSelector, fields: str, settings: Settings
) -> tuple[list[TableRow], bool, bool]:
    """The rows of the cluster's Table, whether they are of several namespaces, and whether they
    are all: namespaces that may not be read are said, and left out."""
    from tui.headless.connected import LeftOutNamespaces, scope_at
    from tui.kinds.workflows import WORKFLOWS
    from tui.ports.tables import Tables
    from tui.sources import open_source
    from tui.sources.paths import Wanted

    def wanted(place: Place) -> Wanted:
        return Wanted(WORKFLOW_RESOURCE, scope_at(place, labels, fields, settings), as_table=True)

    with closing(open_source(settings, prefetch=wanted)) as source:
        scope, left_out = wanted(source.place).scope, LeftOutNamespaces()
        if not source.place.is_live:  # there is no server that would print them
            read = offered(source, Collections).read_all(WORKFLOWS, scope, left_out)
            found = [table_row(each, settings.now()) for each in read]
            found.sort(key=lambda row: (row.namespace, row.name))
            return found, scope.shows_namespaces, not left_out.count
        rows = offered(source, Tables).read_table(WORKFLOWS, scope, left_out)
    return list(rows), scope.shows_namespaces, not left_out.count


def _of_each(settings: Settings, read: Callable[[Settings], T]) -> Iterator[tuple[str, T | None]]:
    """What is read of each context of the settings, with its name; "" where there is only one.

    A cluster that cannot be read is said, and None: the others are still read. Raises: SourceError
    where none can be.
    """
    if not settings.contexts:
        yield "", read(settings)
        return
    failed: list[SourceError] = []
    for name in settings.contexts:
        answer: T | None = None
        try:
            answer = read(replace(settings, context=name, contexts=()))
        except SourceError as error:
            failed.append(error)
            if len(failed) == len(settings.contexts):
                raise failed[0] from None
            say(f"argo-tui: {name} is left out: {error}")
        yield name, answer


Contexts = dict[int, str]
"""id of a workflow → the context it is of, where there are several."""

Originals = dict[int, Manifest | bytes]
"""id of a workflow → what it was read from, its JSON or the manifest of a file."""

Faults = dict[int, list[str]]
"""id of a workflow → what is wrong with what was read."""


def _saved(
    files: Sequence[str],
    labels: LabelSelector,
    fields: FieldSelector,
    namespace: str,
    whole: bool,
) -> tuple[list[ListedWorkflow], Originals, Faults]:
    """Those of files that match; with `whole` also the manifest of each, nodes and all."""
    from tui.sources.files import each_workflow

    found: list[ListedWorkflow] = []
    originals: Originals = {}
    faults: Faults = {}
    for manifest in each_workflow(files, none_ok=True, told=note, counted=counted):
        saved, fits = decode.whole_manifest(manifest)
        workflow: ListedWorkflow = saved
        metadata = workflow.metadata
        if namespace and metadata.namespace != namespace:
            continue
        if not labels.matches(metadata.labels) or not fields.matches_workflow(workflow):
            continue
        if whole:
            originals[id(workflow)] = manifest
        else:
            # Argo does not fetch nodes for the short table, so a waiting step does not show in it.
            workflow = decode.without_nodes(saved)
        found.append(workflow)
        faults[id(workflow)] = faults_of(manifest, saved, fits=fits)
    return found, originals, faults


def _connected(
    labels: LabelSelector,
    fields: str,
    settings: Settings,
    whole: bool,
    archived: ListFilter | None = None,
) -> tuple[list[ListedWorkflow], Originals, bool]:
    """What the cluster has, and with `archived` the archive as well; with `whole` also the JSON of
    each, nodes and all.

    Also whether that is everything: namespaces that may not be read are said, and left out.
    """
    from tui.headless.connected import LeftOutNamespaces, scope_at
    from tui.kinds.workflows import WORKFLOWS
    from tui.sources import open_source
    from tui.sources.paths import Wanted

    def wanted(place: Place) -> Wanted:
        return Wanted(WORKFLOW_RESOURCE, scope_at(place, labels, fields, settings))

    with closing(open_source(settings, prefetch=wanted)) as source:
        scope, left_out = wanted(source.place).scope, LeftOutNamespaces()
        found: list[ListedWorkflow]
        originals: Originals = {}
        if not whole:
            found = list(offered(source, Collections).read_all(WORKFLOWS, scope, left_out))
        else:
            raws = offered(source, Collections).read_raw(WORKFLOWS, scope, left_out)
            found = [decode.listed(raw) for raw in raws]
            if not source.place.is_live:
                _say_only_listed(source, scope, found)
            originals.update((id(each), raw) for each, raw in zip(found, raws, strict=True))
        if archived is not None:
            _add_archived(source, settings, labels, archived, found, originals, whole)
    return found, originals, not left_out.count


def _say_only_listed(source: Connection, scope: Scope, whole: Sequence[ListedWorkflow]) -> None:
    """A recording may have more than what was read whole while it was made, or newer rows."""
    from tui.kinds.workflows import WORKFLOWS

    versions = {each.ref: each.metadata.resource_version for each in whole}
    older: list[str] = []
    rest = 0
    for each in offered(source, Collections).read_all(WORKFLOWS, scope):
        if each.ref not in versions:
            rest += 1
        elif versions[each.ref] != each.metadata.resource_version:
            older.append(clean(each.metadata.name))
    if rest:
        say(f"argo-tui: {rest} more were only listed when this was recorded")
    if older:
        names = ", ".join(older[:5]) + (f" and {len(older) - 5} more" if len(older) > 5 else "")
        say(f"argo-tui: changed since they were read whole: {names}")


def _add_archived(
    source: Connection,
    settings: Settings,
    labels: LabelSelector,
    criteria: ListFilter,
    found: list[ListedWorkflow],
    originals: Originals,
    whole: bool,
) -> None:
    """Add what only the archive has."""
    from tui.domain.identity import Target
    from tui.headless.archived import beside
    from tui.ports.objects import Objects

    there = {each.metadata.uid for each in found}
    for row in beside(source, settings, labels, criteria):
        if row.uid not in there:
            found.append(row.value)
            if whole:
                originals[id(row.value)] = offered(source, Objects).get(Target(row.key, row.uid))


def _with_nodes(each: ListedWorkflow, originals: Originals) -> ListedWorkflow:
    """The same with its nodes, if it came without them."""
    original = originals[id(each)]
    if isinstance(original, bytes):
        return decode.workflow(original)
    return each if isinstance(each, Workflow) else decode.from_manifest(original)


def _manifest(original: Manifest | bytes) -> Manifest:
    return decode.manifest(original) if isinstance(original, bytes) else original


def _print(
    shown: Sequence[ListedWorkflow],
    originals: Originals,
    args: argparse.Namespace,
    settings: Settings,
    contexts: Contexts,
) -> None:
    of = [contexts[id(each)] for each in shown if id(each) in contexts]
    if args.output in ("json", "yaml"):
        objects = [unpacked(_manifest(originals[id(each)])) for each in shown]
        if args.output == "json":
            write(f"{to_json(objects, 2)}\n")
            return
        from tui.domain.yamltext import to_yaml

        write(to_yaml(objects, hide_managed_fields=False))
        return
    if args.output == "name" and shown:
        names = (clean(each.metadata.name) for each in shown)
        for line in aligned(with_contexts(names, of, headers=False), 3):
            write(f"{line}\n")
        return
    if args.output == "wide":
        shown = [_with_nodes(each, originals) for each in shown]
    for line in report(
        shown,
        settings.now(),
        wide=args.output == "wide",
        namespaces=settings.all_namespaces,
        headers=not args.no_headers,
        contexts=of,
    ):
        write(f"{line}\n")
