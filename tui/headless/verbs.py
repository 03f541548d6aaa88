"""The words and flags of actions on a command line, and the objects that they are about.

`argo-tui plan VERB` and `argo-tui VERB` are made from this: what the one says, the other does.
"""

from __future__ import annotations

import argparse
import os
import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.actions import ACTIONS, SET_NODE, SUBMIT, Action
from tui.actions.base import Choices, Context
from tui.actions.manifests import part, ref_of
from tui.actions.parameters import from_file
from tui.actions.submit import parse_from
from tui.domain import decode
from tui.domain.archived import is_only_in_archive
from tui.domain.encodings import text_of
from tui.domain.identity import ObjectKey, Target
from tui.domain.report_list import ListFilter, filtered, label_selector
from tui.domain.selectors import FieldSelector, LabelSelector
from tui.domain.workflow import Manifest
from tui.errors import InputError, NoCluster, PlanError, UsageError
from tui.headless.arguments import file, name
from tui.headless.get import manifests
from tui.headless.output import note, say
from tui.ports.collections import Collections
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.settings import Settings

Configure = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """A word on the command line, the action that it means, and what adds its flags."""

    word: str
    action: Action
    add: Configure
    selects: bool = False
    """Whether selectors may say which workflows are meant, instead of names."""


# --- flags ---------------------------------------------------------------------------------------


def add_names(parser: argparse.ArgumentParser, verb: Verb) -> None:
    """Add what the action is about: names of workflows, or the manifests to submit."""
    if verb.action is SUBMIT:
        parser.add_argument("names", nargs="*", type=file, metavar="FILE", help="a manifest")
    else:
        parser.add_argument(
            "names", nargs="*", type=name, metavar="NAME", help="a workflow, or @latest"
        )


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """Add `-p`."""
    parser.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="parameters",
        help="override a parameter; may be repeated",
    )


def _add_artifacts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--artifact",
        action="append",
        default=[],
        metavar="NAME=KEY",
        dest="artifacts",
        help="the key of an input artifact; may be repeated",
    )


def _nodes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--node-field-selector",
        default="",
        metavar="SELECTOR",
        help="only matching steps, for example displayName=approve",
    )


def _selectors(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-l", "--selector", default="", metavar="SELECTOR", help="only with these labels")
    add("--field-selector", default="", metavar="SELECTOR", help="only metadata.name=NAME")


def _retry(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--restart-successful",
        action="store_true",
        help="also successful steps that match the node field selector",
    )
    _nodes(parser)
    add_parameters(parser)
    _selectors(parser)


def _resubmit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--memoized", action="store_true", help="reuse results of successful steps")
    parser.add_argument("--name", type=name, help="name of the new workflow")
    parser.add_argument(
        "--labels", default="", metavar="NAME=VALUE,…", help="additional labels of the new one"
    )
    parser.add_argument(
        "--priority", type=int, default=None, metavar="N", help="higher priorities run first"
    )
    _add_artifacts(parser)
    add_parameters(parser)
    _selectors(parser)


def _stop(parser: argparse.ArgumentParser) -> None:
    _nodes(parser)
    parser.add_argument("-m", "--message", default="", help="message for these steps")
    _selectors(parser)


def _set(parser: argparse.ArgumentParser) -> None:
    _nodes(parser)
    parser.add_argument("-m", "--message", default="", help="message for these steps")
    parser.add_argument("--phase", default="", help="Succeeded, Failed or Error; default: none")
    add_parameters(parser)


def _delete(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--force", action="store_true", help="remove finalizers first")
    add("--all", action="store_true", help="every workflow of the namespace")
    add("--completed", action="store_true", help="only completed workflows")
    add("--resubmitted", action="store_true", help="only resubmitted workflows")
    add("--prefix", default="", help="only names with this prefix")
    add("--older", default="", metavar="D", help="only finished longer ago than 10m, 3h, 2d")
    add("--status", default="", metavar="PHASE[,PHASE]", help="only in these phases")
    _selectors(parser)


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add what a new workflow may have instead of what its manifest says (argo.md 5.1)."""
    add = parser.add_argument
    add("--name", type=name, help="name of the new workflow")
    add("--generate-name", default="", metavar="PREFIX", help="prefix of its generated name")
    add("--entrypoint", default="", metavar="TEMPLATE", help="the template it starts with")
    add("--annotations", default="", metavar="NAME=VALUE,…", help="additional annotations")
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
    add(
        "-f",
        "--parameter-file",
        default="",
        metavar="FILE",
        help="parameters as a YAML or JSON map",
    )
    _add_artifacts(parser)
    add_parameters(parser)


def _submit(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--from", dest="from_", default="", metavar="KIND/NAME", help="a template or cron workflow")
    add("--scheduled-time", default="", metavar="TIME", help="with --from: its scheduled time")
    add("--dry-run", action="store_true", help="send nothing")
    add(
        "--server-dry-run",
        action="store_true",
        help="let the cluster check it only",
    )
    add_overrides(parser)


def _nothing(parser: argparse.ArgumentParser) -> None:
    """An action without choices."""


_MORE: dict[str, tuple[Configure, bool]] = {
    "retry": (_retry, True),
    "resubmit": (_resubmit, True),
    "stop": (_stop, True),
    "terminate": (_selectors, True),
    "resume": (_nodes, False),
    "delete": (_delete, True),
}


def _verbs() -> Iterable[Verb]:
    for action in ACTIONS:
        kind, _, word = action.id.partition(".")
        if kind == "workflow" and not (action.session or action.draft or action.of_files):
            yield Verb(word, action, *_MORE.get(word, (_nothing, False)))
    yield Verb("set", SET_NODE, _set)
    yield Verb("submit", SUBMIT, _submit)


VERBS: dict[str, Verb] = {verb.word: verb for verb in _verbs()}
"""Word on the command line → its verb."""


# --- choices -------------------------------------------------------------------------------------


def choices_of(verb: Verb, args: argparse.Namespace) -> Choices:
    """What was chosen by flags, by the names of the action's choices.

    Raises: UsageError for flags that exclude each other, InputError for a parameter file.
    """
    choices: dict[str, Any] = dict(vars(args))
    if verb.action is not SUBMIT:
        return choices
    if args.dry_run and args.server_dry_run:
        raise UsageError("choose one of --dry-run and --server-dry-run")
    choices["parameters"] = given_parameters(args)
    choices["file"] = args.names[0] if len(args.names) == 1 else ""
    return choices


def given_parameters(args: argparse.Namespace) -> tuple[str, ...]:
    """The parameters of `-p`, then those of the parameter file. Raises: InputError naming it."""
    given = tuple(args.parameters)
    return (*given, *_parameters_of(args.parameter_file)) if args.parameter_file else given


def _parameters_of(path: str) -> tuple[str, ...]:
    from tui.sources.yamlreader import read_documents

    try:
        text = text_of(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: no text: {error}") from error
    documents = read_documents(path, text)
    values = documents[0] if documents else None
    if not isinstance(values, dict):
        raise InputError(f"{path}: a parameter file is a map of names and values")
    return from_file(values)


LETTERS = string.ascii_lowercase + string.digits


def context_of(settings: Settings, *, is_saved: bool) -> Context:
    """The facts from outside that plans need."""
    suffix = os.environ.get("ARGO_TUI_SUFFIX", "")
    return Context(
        now=settings.now(),
        suffix=suffix or "".join(secrets.choice(LETTERS) for _ in range(5)),
        instance_id=settings.instance_id,
        is_saved=is_saved,
        zone=settings.zone,
        pod_names=settings.pod_names,
    )


# --- what they are about -------------------------------------------------------------------------

Read = tuple[Manifest, Connection | None]
"""An object, and the connection it was read from; None for a file."""
Opened = Callable[[], Connection]
"""The connection of a command, opened when it is first wanted."""


def subjects(
    verb: Verb, args: argparse.Namespace, settings: Settings, opened: Opened, *, here: str = ""
) -> Iterable[Read]:
    """The objects that a command line is about, each once, as they are now.

    `here` is the namespace of what names none; "" where that is not known.
    """
    files = [] if verb.action is SUBMIT else args.file
    if verb.action is SUBMIT:
        found = _to_submit(args, settings, opened)
    elif getattr(args, "archived", False):
        found = _archived(verb, args, settings, opened)
    elif verb.selects and _is_filtered(args):
        found = _filtered(verb, args, settings, opened)
    elif verb.word == "delete" and not args.names and not files:
        raise UsageError("requires either a workflow or other argument")
    else:
        found = _named(verb, args, settings, opened)
    seen = set()
    for manifest, source in found:
        placed = _placed(manifest, settings.namespace or here)
        ref = ref_of(placed)
        if not ref.name or ref not in seen or verb.action is SUBMIT or files:
            seen.add(ref)
            yield placed, source


def _named(
    verb: Verb, args: argparse.Namespace, settings: Settings, opened: Opened
) -> Iterable[Read]:
    if args.file or not args.names:
        for manifest in manifests(args.names, args.file, settings):
            yield manifest, None
        return
    from tui.headless.connected import one

    source = opened()
    for each in args.names:
        manifest = one(source, each, settings)
        if verb.word == "delete" and is_only_in_archive(manifest):
            raise PlanError(
                f"{each} is in the archive alone", hint="--archived deletes the archive's copy"
            )
        yield manifest, source


def _archived(
    verb: Verb, args: argparse.Namespace, settings: Settings, opened: Opened
) -> Iterable[Read]:
    """What is archived is named one by one: nobody sees how much a selector would mean."""
    if verb.selects and _is_filtered(args):
        raise UsageError("what is archived is named one by one", hint="give names or uids")
    if getattr(args, "force", False):
        raise UsageError("the archive's copy has no finalizers: there is nothing to --force")
    if not args.names:
        raise UsageError("requires either a workflow or other argument")
    from tui.headless.archived import found

    source = opened()
    for each in args.names:
        yield found(source, each, settings), source


def _placed(manifest: Manifest, here: str) -> Manifest:
    """The manifest with a namespace: its own, or else this one."""
    metadata = part(manifest, "metadata")
    if metadata.get("namespace") or not here:
        return manifest
    return {**manifest, "metadata": {**metadata, "namespace": here}}


def _to_submit(args: argparse.Namespace, settings: Settings, opened: Opened) -> Iterable[Read]:
    if args.from_ and args.names:
        raise UsageError("cannot combine --from with file arguments")
    if not args.from_ and not args.names:
        raise UsageError("nothing to submit", hint="give a FILE or --from KIND/NAME")
    if args.from_:
        yield _original(*parse_from(args.from_), settings, opened)
        return
    from tui.sources.files import read_manifests, shown_name

    for path in args.names:
        for manifest in read_manifests(path, told=note):
            kind = str(manifest.get("kind") or "Workflow")
            if kind != "Workflow":
                raise InputError(
                    f"{shown_name(path)}: this is a {kind}, and only a Workflow is submitted",
                    hint="templates and cron workflows are created, and then submitted with --from",
                )
            is_placed = bool(part(manifest, "metadata").get("namespace"))
            yield manifest if is_placed else _placed(manifest, _near(settings, opened)), None


def _near(settings: Settings, opened: Opened) -> str:
    """The namespace of a workflow that names none; without a cluster that of the flags.

    Nothing is asked of the cluster for it. Raises: UsageError where several are meant.
    """
    from tui.headless.connected import one_namespace

    try:
        source = opened()
    except NoCluster:
        if settings.kubeconfig or settings.context:
            raise
        return settings.namespace
    return one_namespace(source, settings)


def _original(kind: str, name: str, settings: Settings, opened: Opened) -> Read:
    """The template or cron workflow to submit from, which must exist.

    A template is only referred to, so that without a cluster a plan is made without this check.
    """
    from tui.headless.connected import one_namespace
    from tui.kinds.registry import kind_called

    try:
        source = opened()
    except NoCluster:
        if kind == "CronWorkflow" or settings.kubeconfig or settings.context:
            raise
        say(f"argo-tui: no cluster to ask whether {kind} {name} exists")
        return {"kind": kind, "metadata": {"name": name}}, None
    namespace = one_namespace(source, settings)
    key = ObjectKey(source.id, kind_called(kind).id, namespace, name)
    found = offered(source, Objects).get(Target(key))
    # A workflow from a cluster workflow template still needs a namespace.
    metadata = {"namespace": namespace, **part(found, "metadata")}
    return {**found, "kind": kind, "metadata": metadata}, source


def _is_filtered(args: argparse.Namespace) -> bool:
    names = ("all", "completed", "resubmitted", "prefix", "older", "status")
    given = (getattr(args, each, "") for each in names)
    return any(given) or bool(args.selector or args.field_selector)


def _filtered(
    verb: Verb, args: argparse.Namespace, settings: Settings, opened: Opened
) -> Iterable[Read]:
    """The workflows that match all filters, and those that are named in addition (argo.md 5.8)."""
    criteria = ListFilter(
        status=tuple(phase for phase in getattr(args, "status", "").split(",") if phase),
        completed=getattr(args, "completed", False),
        resubmitted=getattr(args, "resubmitted", False),
        labels=args.selector,
        prefix=getattr(args, "prefix", ""),
        older=getattr(args, "older", ""),
    )
    labels, fields = label_selector(criteria), FieldSelector.parse(args.field_selector)
    kept: list[Read] = []
    for manifest, source in _everything(args, labels, settings, opened):
        workflow = decode.from_manifest(manifest)
        if (
            labels.matches(workflow.metadata.labels)
            and fields.matches_workflow(workflow)
            and filtered([workflow], criteria, settings.now())
        ):
            kept.append((manifest, source))
    here = {ref_of(one)[:2] for one, _ in kept}
    yield from kept
    if args.names and not args.file:
        for manifest, source in _named(verb, args, settings, opened):
            if ref_of(manifest)[:2] not in here:
                yield manifest, source


def _everything(
    args: argparse.Namespace, labels: LabelSelector, settings: Settings, opened: Opened
) -> Iterable[Read]:
    if args.file:
        for manifest in manifests((), args.file, settings):
            yield manifest, None
        return
    from tui.headless.connected import scope_at
    from tui.kinds.workflows import WORKFLOWS

    source = opened()
    scope = scope_at(source.place, labels, args.field_selector, settings)
    for raw in offered(source, Collections).read_raw(WORKFLOWS, scope):
        yield decode.manifest(raw), source
