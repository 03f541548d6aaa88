"""`argo-tui list`: the table of `argo list`, from a cluster or from files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing

from tui.domain import decode
from tui.domain.order import newest_first
from tui.domain.report_list import ListFilter, filtered, label_selector, report
from tui.domain.selectors import FieldSelector, LabelSelector
from tui.domain.soundness import WORKFLOW_PHASES
from tui.domain.text import clean
from tui.domain.workflow import ListedWorkflow, Manifest, Workflow
from tui.domain.yamltext import to_yaml
from tui.errors import InputError
from tui.headless.arguments import add_files
from tui.headless.faults import say_faults
from tui.headless.output import check_phases, counted, note, to_json, unpacked, write
from tui.ports.collections import Collections
from tui.ports.connection import offered
from tui.settings import Settings

OUTPUTS = ("wide", "name", "json", "yaml")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `list`."""
    add = parser.add_argument
    add_files(parser)
    add("-o", "--output", choices=OUTPUTS, default="", help="the output format")
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
    whole = args.output in ("wide", "json", "yaml")
    is_complete = True
    if args.file:
        # Only a namespace that was typed: one from the environment is about a cluster.
        namespace = "" if args.all_namespaces else args.namespace
        found, originals = _saved(args.file, labels, fields, namespace, whole)
    else:
        found, originals, is_complete = _connected(labels, args.field_selector, settings, whole)
    shown = newest_first(filtered(found, criteria, settings.now()))
    _print(shown, originals, args, settings)
    if args.file and say_faults(_manifest(originals[id(each)]) for each in shown):
        return InputError.exit_code
    return 0 if is_complete else 1


Originals = dict[int, Manifest | bytes]
"""id of a workflow → what it was read from, its JSON or the manifest of a file."""


def _saved(
    files: Sequence[str],
    labels: LabelSelector,
    fields: FieldSelector,
    namespace: str,
    whole: bool,
) -> tuple[list[ListedWorkflow], Originals]:
    from tui.sources.files import read_workflows

    found: list[ListedWorkflow] = []
    originals: Originals = {}
    for manifest in read_workflows(counted(files), none_ok=True, told=note):
        workflow: ListedWorkflow = decode.from_manifest(manifest)
        metadata = workflow.metadata
        if namespace and metadata.namespace != namespace:
            continue
        if not labels.matches(metadata.labels) or not fields.matches_workflow(workflow):
            continue
        if not whole and isinstance(workflow, Workflow):
            # Argo does not fetch nodes for the short table, so a waiting step does not show in it.
            workflow = decode.without_nodes(workflow)
        found.append(workflow)
        originals[id(workflow)] = manifest
    return found, originals


def _connected(
    labels: LabelSelector, fields: str, settings: Settings, whole: bool
) -> tuple[list[ListedWorkflow], Originals, bool]:
    """What the cluster has; with `whole` also the JSON of each, nodes and all.

    Also whether that is everything: namespaces that may not be read are said, and left out.
    """
    from tui.headless.connected import LeftOutNamespaces, scope_at
    from tui.kinds.workflows import WORKFLOWS
    from tui.ports.collections import Scope
    from tui.ports.connection import Place
    from tui.sources import open_source

    def wanted(place: Place) -> Scope:
        return scope_at(place, labels, fields, settings)

    with closing(
        open_source(settings, prefetch=lambda place: (WORKFLOWS.resource, wanted(place)))
    ) as source:
        scope, left_out = wanted(source.place), LeftOutNamespaces()
        if not whole:
            return (
                list(offered(source, Collections).read_all(WORKFLOWS, scope, left_out)),
                {},
                not left_out.count,
            )
        raws = offered(source, Collections).read_raw(WORKFLOWS, scope, left_out)
    found = [decode.listed(raw) for raw in raws]
    originals: Originals = {id(each): raw for each, raw in zip(found, raws, strict=True)}
    return found, originals, not left_out.count


def _with_nodes(each: ListedWorkflow, originals: Originals) -> ListedWorkflow:
    """The same with its nodes, if it came without them."""
    original = originals[id(each)]
    return decode.workflow(original) if isinstance(original, bytes) else each


def _manifest(original: Manifest | bytes) -> Manifest:
    return decode.manifest(original) if isinstance(original, bytes) else original


def _print(
    shown: Sequence[ListedWorkflow],
    originals: Originals,
    args: argparse.Namespace,
    settings: Settings,
) -> None:
    if args.output in ("json", "yaml"):
        objects = [unpacked(_manifest(originals[id(each)])) for each in shown]
        is_json = args.output == "json"
        write(
            f"{to_json(objects, 2)}\n" if is_json else to_yaml(objects, hide_managed_fields=False)
        )
        return
    if args.output == "name" and shown:
        for each in shown:
            write(f"{clean(each.metadata.name)}\n")
        return
    if args.output == "wide":
        shown = [_with_nodes(each, originals) for each in shown]
    for line in report(
        shown,
        settings.now(),
        wide=args.output == "wide",
        namespaces=settings.all_namespaces,
        headers=not args.no_headers,
    ):
        write(f"{line}\n")
