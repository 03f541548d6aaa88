"""`argo-tui plan`: what an action would do, in words, as API calls, or as the object it makes.

Nothing is ever sent. A file needs no cluster; a workflow that is named is read from the cluster."""

from __future__ import annotations

import argparse
import os
import secrets
import string
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui.actions import ACTIONS, RESUBMIT, SET_NODE, SUBMIT, Action
from tui.actions.base import Choices, Context, Plan
from tui.actions.manifests import part, ref_of
from tui.actions.parameters import from_file
from tui.actions.submit import parse_from
from tui.actions.words import call_lines
from tui.domain import decode
from tui.domain.identity import ObjectKey, Target
from tui.domain.report_list import ListFilter, filtered, label_selector
from tui.domain.selectors import FieldSelector, LabelSelector
from tui.domain.text import clean_lines
from tui.domain.workflow import Manifest
from tui.domain.yamltext import to_yaml
from tui.errors import InputError, NoCluster, PlanError, UsageError
from tui.headless.arguments import add_files, file, name
from tui.headless.get import manifests
from tui.headless.output import note, say, to_json, write
from tui.ports.collections import Collections
from tui.ports.connection import Connection, offered
from tui.ports.identity import caller_of
from tui.ports.objects import Objects
from tui.ports.operations import Call
from tui.settings import Settings
from tui.sources import preview_of

Configure = Callable[[argparse.ArgumentParser], None]
MAKES_ONE = frozenset({"resubmit", "submit"})
"""Actions whose output is the object that would be created."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each action."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="ACTION")
    for verb, (action, add) in VERBS.items():
        one = verbs.add_parser(verb, help=action.help, allow_abbrev=False)
        _add_connection(one)
        outputs = ("json", "yaml", "text") if verb in MAKES_ONE else ("json", "text")
        one.add_argument(
            "-o", "--output", choices=outputs, default="text", help="text is for people"
        )
        if verb == "submit":
            one.add_argument("names", nargs="*", type=file, metavar="FILE", help="a manifest")
        else:
            one.add_argument(
                "names", nargs="*", type=name, metavar="NAME", help="a workflow, or @latest"
            )
        add_files(one)
        add(one)


def _add_connection(parser: argparse.ArgumentParser) -> None:
    """Accept the global flags after the action as well."""
    absent = argparse.SUPPRESS
    for flag in ("--kubeconfig", "--context", "--instanceid"):
        parser.add_argument(flag, default=absent, help=absent)
    parser.add_argument("-n", "--namespace", default=absent, help=absent)
    parser.add_argument("-A", "--all-namespaces", action="store_true", default=absent, help=absent)
    for flag in ("--demo", "--ascii"):
        parser.add_argument(flag, action="store_true", default=absent, help=absent)


def _parameters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="parameters",
        help="override a parameter; may be repeated",
    )


def _selector(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--node-field-selector",
        default="",
        metavar="SELECTOR",
        help="only matching steps, for example displayName=approve",
    )


def _retry(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--restart-successful",
        action="store_true",
        help="also successful steps that match the node field selector",
    )
    _selector(parser)
    _parameters(parser)


def _resubmit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--memoized", action="store_true", help="reuse results of successful steps")
    parser.add_argument("--name", type=name, help="name of the new workflow")
    _parameters(parser)


def _stop(parser: argparse.ArgumentParser) -> None:
    _selector(parser)
    parser.add_argument("-m", "--message", default="", help="message for these steps")


def _set(parser: argparse.ArgumentParser) -> None:
    _stop(parser)
    parser.add_argument("--phase", default="", help="Succeeded, Failed or Error; default: none")
    _parameters(parser)


def _delete(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--force", action="store_true", help="remove finalizers first")
    add("--all", action="store_true", help="every workflow of the namespace")
    add("--completed", action="store_true", help="only completed workflows")
    add("--resubmitted", action="store_true", help="only resubmitted workflows")
    add("--prefix", default="", help="only names with this prefix")
    add("--older", default="", metavar="D", help="only finished longer ago than 10m, 3h, 2d")
    add("--status", default="", metavar="PHASE[,PHASE]", help="only in these phases")
    add("-l", "--selector", default="", metavar="SELECTOR", help="only with these labels")
    add("--field-selector", default="", metavar="SELECTOR", help="only metadata.name=NAME")


def _submit(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--from", dest="from_", default="", metavar="KIND/NAME", help="a template or cron workflow")
    add("--name", type=name, help="name of the new workflow")
    add("--generate-name", default="", metavar="PREFIX", help="prefix of its generated name")
    add("--entrypoint", default="", metavar="TEMPLATE", help="the template it starts with")
    add("--annotations", default="", metavar="NAME=VALUE,…", help="additional annotations")
    add("--scheduled-time", default="", metavar="TIME", help="with --from: its scheduled time")
    add(
        "--serviceaccount",
        dest="service_account",
        type=name,
        metavar="NAME",
        help="the service account it runs as",
    )
    add(
        "--pod-priority-class-name",
        dest="pod_priority_class",
        default="",
        metavar="NAME",
        help="the priority class of its pods",
    )
    add("-l", "--labels", default="", metavar="NAME=VALUE,…", help="additional labels")
    add("--priority", type=int, default=None, metavar="N", help="higher priorities run first")
    add("--parameter-file", default="", metavar="FILE", help="parameters as a YAML or JSON map")
    add(
        "--artifact",
        action="append",
        default=[],
        metavar="NAME=KEY",
        dest="artifacts",
        help="the key of an argument artifact",
    )
    add("--dry-run", action="store_true", help="send nothing")
    add(
        "--server-dry-run",
        action="store_true",
        help="let the cluster check it only",
    )
    _parameters(parser)


def _nothing(parser: argparse.ArgumentParser) -> None:
    """An action without choices."""


_MORE: dict[str, Configure] = {
    "retry": _retry,
    "resubmit": _resubmit,
    "stop": _stop,
    "resume": _selector,
    "delete": _delete,
}
VERBS: dict[str, tuple[Action, Configure]] = {
    **{
        (verb := action.id.partition(".")[2]): (action, _MORE.get(verb, _nothing))
        for action in ACTIONS
        if not action.session
    },
    "set": (SET_NODE, _set),
    "submit": (SUBMIT, _submit),
}
"""Word on the command line → action, and the function that adds its flags."""


Read = tuple[Manifest, Connection | None]
"""An object, and the connection it was read from; None for a file."""
CallsOf = Callable[[Plan], tuple[Call, ...]]

LETTERS = string.ascii_lowercase + string.digits


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the plan for each workflow; 1 if Argo's rules refuse one."""
    action, _ = VERBS[args.verb]
    choices = _choices(args)
    context = _context(settings, is_saved=bool(args.file))
    plans: list[Plan] = []
    try:
        for manifest, source in _subjects(args, settings):
            caller = caller_of(source) if source is not None else None
            plans.append(action.plan(manifest, choices, replace(context, caller=caller)))
    except PlanError as error:
        if args.output != "json":
            raise
        write(f"{to_json({'error': error.what}, 2)}\n")
        return error.exit_code
    for warning in dict.fromkeys(warning for plan in plans for warning in plan.warnings):
        say(f"argo-tui: {warning}")
    preview = preview_of(settings)

    def calls_of(plan: Plan) -> tuple[Call, ...]:
        return preview(plan.operation) if plan.operation is not None else ()

    _print(plans, args, calls_of)
    return 0


def _choices(args: argparse.Namespace) -> Choices:
    choices: dict[str, Any] = dict(vars(args))
    if args.verb != "submit":
        return choices
    if args.dry_run and args.server_dry_run:
        raise UsageError("choose one of --dry-run and --server-dry-run")
    if args.parameter_file:
        choices["parameters"] = [*args.parameters, *_parameters_of(args.parameter_file)]
    files = [*args.names, *args.file]
    choices["file"] = files[0] if len(files) == 1 else ""
    return choices


def _parameters_of(path: str) -> tuple[str, ...]:
    """The entries of a parameter file. Raises: InputError naming the file."""
    from tui.sources.yamlreader import read_documents

    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text: {error}") from error
    documents = read_documents(path, text)
    values = documents[0] if documents else None
    if not isinstance(values, dict):
        raise InputError(f"{path}: a parameter file is a map of names and values")
    return from_file(values)


def _context(settings: Settings, *, is_saved: bool) -> Context:
    suffix = os.environ.get("ARGO_TUI_SUFFIX", "")
    return Context(
        now=settings.now(),
        suffix=suffix or "".join(secrets.choice(LETTERS) for _ in range(5)),
        instance_id=settings.instance_id,
        is_saved=is_saved,
        zone=settings.zone,
        pod_names=settings.pod_names,
    )


def _subjects(args: argparse.Namespace, settings: Settings) -> Iterable[Read]:
    """The objects to make plans for; each is yielded while its connection is open."""
    if args.verb == "submit":
        found = _to_submit(args, settings)
    elif args.verb == "delete" and _is_filtered(args):
        found = _filtered(args, settings)
    elif args.verb == "delete" and not args.names and not args.file:
        raise UsageError("requires either a workflow or other argument")
    else:
        found = _named(args, settings)
    for manifest, source in found:
        yield _placed(manifest, settings), source


def _named(args: argparse.Namespace, settings: Settings) -> Iterable[Read]:
    if args.file or not args.names:
        for manifest in manifests(args.names, args.file, settings):
            yield manifest, None
        return
    from tui.headless.connected import one
    from tui.sources import open_source

    with closing(open_source(settings)) as source:
        for name in args.names:
            yield one(source, name, settings), source


def _placed(manifest: Manifest, settings: Settings) -> Manifest:
    """The manifest with a namespace: its own, or else that of the settings."""
    metadata = part(manifest, "metadata")
    if metadata.get("namespace") or not settings.namespace:
        return manifest
    return {**manifest, "metadata": {**metadata, "namespace": settings.namespace}}


def _to_submit(args: argparse.Namespace, settings: Settings) -> Iterable[Read]:
    files = [*args.names, *args.file]
    if args.from_ and files:
        raise UsageError("cannot combine --from with file arguments")
    if not args.from_ and not files:
        raise UsageError("nothing to submit", hint="give a FILE or --from KIND/NAME")
    if args.from_:
        yield from _original(*parse_from(args.from_), settings)
        return
    from tui.sources.files import read_manifests

    for path in files:
        for manifest in read_manifests(path, told=note):
            yield manifest, None


def _original(kind: str, name: str, settings: Settings) -> Iterable[Read]:
    """The template or cron workflow to submit from, which must exist.

    A template is only referred to, so that without a cluster a plan is made without this check.
    """
    from tui.kinds.registry import kind_called
    from tui.sources import open_source

    try:
        source = open_source(settings)
    except NoCluster:
        if kind == "CronWorkflow" or settings.kubeconfig or settings.context:
            raise
        say(f"argo-tui: no cluster to ask whether {kind} {name} exists")
        yield {"kind": kind, "metadata": {"name": name}}, None
        return
    with closing(source):
        namespace = source.place.namespace
        key = ObjectKey(source.id, kind_called(kind).id, namespace, name)
        found = offered(source, Objects).get(Target(key))
        # A workflow from a cluster workflow template still needs a namespace.
        metadata = {"namespace": namespace, **part(found, "metadata")}
        yield {**found, "kind": kind, "metadata": metadata}, source


def _is_filtered(args: argparse.Namespace) -> bool:
    texts = (args.prefix, args.older, args.status, args.selector, args.field_selector)
    return args.all or args.completed or args.resubmitted or any(texts)


def _filtered(args: argparse.Namespace, settings: Settings) -> Iterable[Read]:
    """The workflows that match all filters, and those that are named in addition (argo.md 5.8)."""
    criteria = ListFilter(
        status=tuple(phase for phase in args.status.split(",") if phase),
        completed=args.completed,
        resubmitted=args.resubmitted,
        labels=args.selector,
        prefix=args.prefix,
        older=args.older,
    )
    labels, fields = label_selector(criteria), FieldSelector.parse(args.field_selector)
    kept: list[Manifest] = []
    for manifest in _everything(args, labels, settings):
        workflow = decode.from_manifest(manifest)
        if (
            labels.matches(workflow.metadata.labels)
            and fields.matches_workflow(workflow)
            and filtered([workflow], criteria, settings.now())
        ):
            kept.append(manifest)
    here = {ref_of(one)[:2] for one in kept}
    for manifest in kept:
        yield manifest, None
    if args.names and not args.file:
        for manifest, source in _named(args, settings):
            if ref_of(manifest)[:2] not in here:
                yield manifest, source


def _everything(
    args: argparse.Namespace, labels: LabelSelector, settings: Settings
) -> Iterable[Manifest]:
    if args.file:
        yield from manifests((), args.file, settings)
        return
    from tui.headless.connected import scope_at
    from tui.kinds.workflows import WORKFLOWS
    from tui.sources import open_source

    with closing(open_source(settings)) as source:
        scope = scope_at(source.place, labels, args.field_selector, settings)
        for raw in offered(source, Collections).read_raw(WORKFLOWS, scope):
            yield decode.manifest(raw)


def _print(plans: Sequence[Plan], args: argparse.Namespace, calls_of: CallsOf) -> None:
    if args.output == "text":
        write(
            "\n".join(_text(plan, calls_of(plan)) for plan in plans)
            if plans
            else "No resources found\n"
        )
        return
    makes = args.verb in MAKES_ONE
    if args.output == "yaml":
        for at, plan in enumerate(plans):
            write(("---\n" if at else "") + to_yaml(plan.result))
        return
    shown = [_made(plan) if makes else _whole(plan, calls_of(plan)) for plan in plans]
    write(f"{to_json(shown[0] if len(shown) == 1 else shown, 2)}\n")


def _made(plan: Plan) -> Manifest:
    """The object that would be created; Argo prints empty fields for a resubmission."""
    made = dict(plan.result or {})
    if plan.action != RESUBMIT.id:
        return made
    made["metadata"] = {**made.get("metadata", {}), "creationTimestamp": None}
    status = made.get("status") or {}
    made["status"] = {"phase": "", "conditions": None, "nodes": {}, **status}
    return made


def _whole(plan: Plan, calls: Sequence[Call]) -> dict[str, Any]:
    return {
        "action": plan.action,
        **plan.facts,
        "writes": [_call(one) for one in calls],
        "command": plan.command,
        "lines": list(plan.lines),
    }


def _call(one: Call) -> dict[str, Any]:
    call: dict[str, Any] = {"method": one.method, "path": one.path}
    if one.query:
        call["query"] = dict(one.query)
    if one.body is not None:
        call["contentType"] = one.content_type
        call["body"] = one.body
    return {**call, "purpose": one.purpose}


def _text(plan: Plan, calls: Sequence[Call]) -> str:
    """The plan as text for people."""
    lines = [plan.title, *(f"  {line}" for line in plan.lines)]
    if calls:
        lines.append("  Calls:")
    lines += call_lines(calls)
    if plan.command:
        lines.append(f"  Same as: {plan.command}")
    return "".join(f"{clean_lines(line)}\n" for line in lines)
