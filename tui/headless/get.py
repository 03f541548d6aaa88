"""`argo-tui get`: the text of `argo get`, from a cluster or from files."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import msgspec

from tui.domain import decode
from tui.domain.report_get import Look, report
from tui.domain.selectors import FieldSelector
from tui.domain.soundness import NODE_PHASES
from tui.domain.text import clean
from tui.domain.workflow import Manifest, Workflow
from tui.domain.yamltext import to_yaml
from tui.errors import InputError, UsageError
from tui.headless.arguments import add_files, is_incident, name
from tui.headless.faults import say_oddities
from tui.headless.output import check_phases, counted, note, takes_signs, to_json, unpacked, write
from tui.settings import Settings

OUTPUTS = ("wide", "short", "json", "yaml", "name")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `get`."""
    add = parser.add_argument
    add("names", nargs="*", type=name, metavar="NAME", help="a workflow, or @latest")
    add_files(parser)
    add("-o", "--output", choices=OUTPUTS, default="", help="the output format")
    add("--status", default="", metavar="PHASE", help="only steps in this phase")
    add(
        "--node-field-selector",
        default="",
        metavar="SELECTOR",
        help="only matching steps, for example templateName=train,phase!=Succeeded",
    )
    add_look(parser)


def add_look(parser: argparse.ArgumentParser) -> None:
    """Add how a workflow is printed."""
    add = parser.add_argument
    add("--no-color", action="store_true", help="without colours")
    add("--no-utf8", action="store_true", help="words instead of icons, ASCII lines")


def look_of(args: argparse.Namespace, settings: Settings) -> Look:
    """How the workflows of a command line are printed."""
    status, selector = getattr(args, "status", ""), getattr(args, "node_field_selector", "")
    output = getattr(args, "output", "")
    return Look(
        now=settings.now(),
        zone=settings.zone,
        output=output if output in ("wide", "short") else "",
        colour=not (args.no_color or settings.no_color),
        utf8=takes_signs() and not (args.no_utf8 or settings.ascii),
        selector=FieldSelector.parse(f"phase={status}" if status else selector),
        pod_names=settings.pod_names,
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print each workflow."""
    if args.status and args.node_field_selector:
        raise UsageError("cannot use both --status and --node-field-selector")
    look = look_of(args, settings)
    check_phases([args.status] if args.status else [], NODE_PHASES)
    code = 0
    for at, manifest in enumerate(manifests(args.names, args.file, settings)):
        workflow = decode.from_manifest(manifest)
        _print(manifest, workflow, args.output, look, at)
        if say_oddities(manifest, workflow, is_file=bool(args.file)):
            code = InputError.exit_code
    return code


def manifests(names: Iterable[str], files: Iterable[str], settings: Settings) -> Iterable[Manifest]:
    """The workflows of a command line: from files, or by name from the connected cluster."""
    names, files = list(names), list(files)
    if names and files:
        raise UsageError("give names or -f FILE, not both")
    if files:
        from tui.sources.files import each_workflow

        yield from each_workflow(files, told=note, counted=counted)
    elif names:
        yield from _named(names, settings)
    elif settings.files:
        yield from _recorded(settings)
    else:
        raise UsageError("no workflow is named", hint="give a NAME, @latest, or -f FILE")


def _named(names: Iterable[str], settings: Settings) -> Iterable[Manifest]:
    """From the connected cluster, or from the file of an incident that stands for a name."""
    from tui.headless.connected import named

    wanted: list[str] = []
    for each in names:
        if not is_incident(each):
            wanted.append(each)
            continue
        from tui.sources.files import each_workflow

        yield from named(wanted, settings) if wanted else ()
        wanted = []
        yield from each_workflow([each])
    yield from named(wanted, settings) if wanted else ()


def _recorded(settings: Settings) -> Iterable[Manifest]:
    """All that were recorded whole."""
    from contextlib import closing

    from tui.kinds.workflows import WORKFLOWS
    from tui.ports.collections import Collections
    from tui.ports.connection import offered
    from tui.sources import open_source, scope_of

    with closing(open_source(settings)) as source:
        scope = scope_of(settings, source.place)
        for raw in offered(source, Collections).read_raw(WORKFLOWS, scope):
            yield msgspec.json.decode(raw)


def print_one(manifest: Manifest, output: str, look: Look, at: int) -> None:
    """Print a workflow as `argo get` does; `at` is its place among several."""
    _print(manifest, decode.from_manifest(manifest), output, look, at)


def _print(manifest: Manifest, workflow: Workflow, output: str, look: Look, at: int) -> None:
    if output == "name":
        # What is not created yet has only the beginning of its name.
        told = manifest.get("metadata")
        begins = str(told.get("generateName") or "") if isinstance(told, dict) else ""
        write(f"{clean(workflow.metadata.name or begins)}\n")
    elif output == "json":
        write(f"{to_json(unpacked(manifest), 4)}\n")
    elif output == "yaml":
        write(("---\n" if at else "") + to_yaml(unpacked(manifest), hide_managed_fields=False))
    else:
        for line in report(workflow, look):
            write(f"{line}\n")
