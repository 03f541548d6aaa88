"""`argo-tui cron`, `template` and `cluster-template`: templates and cron workflows.

What argo's commands of these names do, with the plans and the care of those for workflows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from tui.actions import cron, definitions
from tui.actions.base import Action, Choices, Outcome
from tui.actions.definitions import CLUSTER_TEMPLATE, CRON, TEMPLATE, Definition
from tui.actions.manifests import name_of, part
from tui.actions.words import counted
from tui.domain import decode
from tui.domain.cron import ScheduleError, next_run
from tui.domain.durations import age, parse_time, short, timestamp
from tui.domain.identity import ObjectKey, Target
from tui.domain.report_get import CONDITION_ICONS
from tui.domain.tabwriter import aligned
from tui.domain.text import clean, clean_lines
from tui.domain.workflow import Manifest, is_of_instance
from tui.domain.yamltext import to_yaml
from tui.errors import InputError, Missing, PlanError, UsageError
from tui.headless.acting import Doing, add_following, add_yes, follow, print_made, ref_of_made
from tui.headless.arguments import add_connection_again, file, name
from tui.headless.connected import LeftOutNamespaces, one_namespace
from tui.headless.get import OUTPUTS as RUN_OUTPUTS
from tui.headless.lint import Lint
from tui.headless.output import flush, note, say, to_json, write
from tui.headless.verbs import add_overrides, add_parameters, context_of, given_parameters
from tui.kinds.cron_workflows import CronWorkflow
from tui.kinds.registry import KINDS
from tui.ports.collections import Collections
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.settings import Settings
from tui.sources import open_source, scope_of

OUTPUTS = ("name", "wide", "json", "yaml")
DONE = "{kind} '{name}' {verb}"
"""What argo prints when it is done."""

Run = Callable[["Group", argparse.Namespace, Settings], int]


@dataclass(frozen=True, slots=True)
class Group:
    """The commands about one kind."""

    of: Definition

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add a sub-command for each thing that can be done."""
        words = parser.add_subparsers(dest="word", required=True, metavar="COMMAND")
        for word, (said, add, _) in self._commands().items():
            one = words.add_parser(word, help=said.format(self.of.noun), allow_abbrev=False)
            add_connection_again(one)
            add(one, self.of)

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Do it."""
        return self._commands()[args.word][2](self, args, settings)

    def _commands(self) -> dict[str, Command]:
        return {**COMMANDS, **(CRON_COMMANDS if self.of is CRON else {})}


# --- flags ---------------------------------------------------------------------------------------

Add = Callable[[argparse.ArgumentParser, Definition], None]
Command = tuple[str, Add, Run]
"""A line of help, what adds its flags, and what runs it."""


def _names(parser: argparse.ArgumentParser, of: Definition) -> None:
    parser.add_argument("names", nargs="+", type=name, metavar="NAME", help=f"a {of.noun}")


def _output(parser: argparse.ArgumentParser, *outputs: str) -> None:
    parser.add_argument(
        "-o", "--output", choices=outputs or OUTPUTS, default="", help="the output format"
    )


def _files(parser: argparse.ArgumentParser, of: Definition) -> None:
    parser.add_argument(
        "files", nargs="+", type=file, metavar="FILE", help="a manifest, `-` for stdin"
    )


def _add_list(parser: argparse.ArgumentParser, of: Definition) -> None:
    _output(parser)
    parser.add_argument(
        "-l", "--selector", default="", metavar="SELECTOR", help="only with these labels"
    )


def _add_get(parser: argparse.ArgumentParser, of: Definition) -> None:
    _names(parser, of)
    _output(parser)


def _add_create(parser: argparse.ArgumentParser, of: Definition) -> None:
    _files(parser, of)
    _output(parser)
    parser.add_argument(
        "--server-dry-run", action="store_true", help="let the cluster check it only"
    )
    if of is CRON:
        parser.add_argument(
            "--schedule", default="", metavar="SCHEDULE", help="instead of its schedules"
        )
        add_overrides(parser)


def _add_update(parser: argparse.ArgumentParser, of: Definition) -> None:
    _files(parser, of)
    _output(parser)
    add_yes(parser)


def _add_delete(parser: argparse.ArgumentParser, of: Definition) -> None:
    parser.add_argument("names", nargs="*", type=name, metavar="NAME", help=f"a {of.noun}")
    where = "of the cluster" if of.of_cluster else "of the namespace"
    parser.add_argument("--all", action="store_true", help=f"every {of.noun} {where}")
    add_yes(parser)


def _add_suspension(parser: argparse.ArgumentParser, of: Definition) -> None:
    _names(parser, of)
    add_yes(parser)


def _add_run(parser: argparse.ArgumentParser, of: Definition) -> None:
    parser.add_argument("names", nargs=1, type=name, metavar="NAME", help=f"a {of.noun}")
    _output(parser, *RUN_OUTPUTS)
    parser.add_argument(
        "--server-dry-run", action="store_true", help="let the cluster check it only"
    )
    add_yes(parser)
    add_overrides(parser)
    add_following(parser)


def _add_backfill(parser: argparse.ArgumentParser, of: Definition) -> None:
    add = parser.add_argument
    add("names", nargs=1, type=name, metavar="NAME", help=f"a {of.noun}")
    add("--start", required=True, metavar="TIME", help="2026-01-15, or with a time (RFC 3339)")
    add("--end", default="", metavar="TIME", help="the same; now, if it is left out")
    add("--name", default="", metavar="NAME", help="a name for the backfill")
    add("--parallel", action="store_true", help="let all run at once")
    add("--argname", default="", metavar="NAME", help="the parameter that is given the time")
    add(
        "--maxworkflowcount",
        dest="max_workflow_count",
        type=int,
        default=cron.MOST,
        metavar="N",
        help="make no more workflows than this",
    )
    add("--dry-run", action="store_true", help="print the times, and do nothing")
    add_parameters(parser)
    add_yes(parser)


# --- what is there -------------------------------------------------------------------------------


def _run_list(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    kind = KINDS[group.of.id]
    with closing(open_source(settings)) as source:
        scope = scope_of(settings, source.place)
        labels = ",".join(filter(None, (args.selector, scope.label_selector)))
        left_out = LeftOutNamespaces()
        raws = offered(source, Collections).read_raw(
            kind, replace(scope, label_selector=labels), left_out
        )
    found = sorted(map(decode.manifest, raws), key=lambda each: (_namespace(each), name_of(each)))
    found = [_with_kind(each, group.of) for each in found]
    if args.output in ("json", "yaml"):
        _print_objects(found, args.output)
    elif args.output == "name":
        write("".join(f"{clean(name_of(each))}\n" for each in found))
    else:
        shows = settings.all_namespaces and not group.of.of_cluster
        lines = _table(found, group.of, settings.now(), namespaces=shows)
        write("".join(f"{line}\n" for line in aligned(lines, 3)))
    return 1 if left_out.count else 0


def _namespace(manifest: Manifest) -> str:
    return str(part(manifest, "metadata").get("namespace") or "")


def _with_kind(manifest: Manifest, of: Definition) -> Manifest:
    """Items of a list come without them."""
    rest = {key: value for key, value in manifest.items() if key not in ("apiVersion", "kind")}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": of.kind, **rest}


def _table(
    found: Sequence[Manifest], of: Definition, now: datetime, *, namespaces: bool
) -> Iterator[str]:
    """The columns of argo's lists (argo.md 5.9)."""
    titles = ["NAME"]
    if of is CRON:
        titles += ["AGE", "LAST RUN", "NEXT RUN", "SCHEDULES", "TIMEZONE", "SUSPENDED"]
    yield "\t".join([*(("NAMESPACE",) if namespaces else ()), *titles])
    for each in found:
        cells = [_namespace(each)] if namespaces else []
        cells.append(name_of(each))
        if of is CRON:
            cells += _cron_cells(_cron(each), now)
        yield "\t".join(clean(cell) for cell in cells)


def _cron(manifest: Manifest) -> CronWorkflow:
    found, _ = KINDS[CRON.id].whole(msgspec.json.encode(manifest))
    assert isinstance(found, CronWorkflow)
    return found


def _next(found: CronWorkflow, now: datetime) -> datetime | None:
    """The next time, as argo has it: also of one that is suspended."""
    try:
        return next_run(
            found.spec.lines,
            found.spec.timezone,
            now,
            since=parse_time(found.metadata.creation_timestamp),
        )
    except ScheduleError:
        return None


def _cron_cells(found: CronWorkflow, now: datetime) -> list[str]:
    last, following = found.status.last_scheduled_time, _next(found, now)
    return [
        age(found.metadata.creation_timestamp, now),
        age(last, now) if last else "N/A",
        short((following - now).total_seconds()) if following is not None else "N/A",
        ",".join(found.spec.lines),
        found.spec.timezone,
        "true" if found.spec.suspend else "false",
    ]


def _run_get(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    with closing(open_source(settings)) as source:
        for at, each in enumerate(args.names):
            manifest = one(source, group.of, each, settings)
            _print(manifest, group.of, args.output, settings, at)
    return 0


def one(source: Connection, of: Definition, name: str, settings: Settings) -> Manifest:
    """One of them, as it is now.

    Raises: Missing; PlanError in Argo's words for one of another controller instance.
    """
    namespace = "" if of.of_cluster else one_namespace(source, settings)
    key = ObjectKey(source.id, of.id, namespace, name)
    manifest = offered(source, Objects).get(Target(key))
    if not is_of_instance(manifest, settings.instance_id):
        raise PlanError(f"'{name}' is not managed by the current Argo Server")
    return _with_kind(manifest, of)


def _print(manifest: Manifest, of: Definition, output: str, settings: Settings, at: int) -> None:
    if output == "name":
        write(f"{clean(name_of(manifest))}\n")
    elif output == "json":
        write(f"{to_json(manifest, 4)}\n")
    elif output == "yaml":
        write(("---\n" if at else "") + to_yaml(manifest, hide_managed_fields=False))
    else:
        lines = _cron_block(manifest, settings) if of is CRON else _block(manifest, settings)
        write("".join(f"{clean_lines(line)}\n" for line in lines))


def _print_objects(found: Sequence[Manifest], output: str) -> None:
    if output == "json":
        write(f"{to_json(list(found), 2)}\n")
    else:
        write(to_yaml(list(found), hide_managed_fields=False))


def _block(manifest: Manifest, settings: Settings) -> Iterator[str]:
    """What `argo template get` prints."""
    metadata = part(manifest, "metadata")
    yield f"{'Name:':<20} {name_of(manifest)}"
    if metadata.get("namespace"):
        yield f"{'Namespace:':<20} {metadata['namespace']}"
    yield f"{'Created:':<20} {_moment(metadata.get('creationTimestamp'), settings)}"


def _moment(text: Any, settings: Settings) -> str:
    return timestamp(parse_time(str(text or "")), settings.now(), settings.zone)


def _cron_block(manifest: Manifest, settings: Settings) -> Iterator[str]:
    """What `argo cron get` prints."""
    found = _cron(manifest)
    spec, status, now = found.spec, found.status, settings.now()

    def line(label: str, value: object) -> str:
        return f"{label:<30} {value}"

    yield line("Name:", found.metadata.name)
    yield line("Namespace:", found.metadata.namespace)
    yield line("Created:", _moment(found.metadata.creation_timestamp, settings))
    yield line("Schedules:", ",".join(spec.lines))
    yield line("Suspended:", "true" if spec.suspend else "false")
    if spec.timezone:
        yield line("Timezone:", spec.timezone)
    if spec.starting_deadline_seconds is not None:
        yield line("StartingDeadlineSeconds:", spec.starting_deadline_seconds)
    if spec.concurrency_policy:
        yield line("ConcurrencyPolicy:", spec.concurrency_policy)
    if status.last_scheduled_time:
        yield line("LastScheduledTime:", _moment(status.last_scheduled_time, settings))
    following = _next(found, now)
    if following is not None:
        told = timestamp(following, now, settings.zone)
        yield line("NextScheduledTime:", f"{told} (assumes workflow-controller is in UTC)")
    if status.active:
        yield line("Active Workflows:", ", ".join(run.name for run in status.active))
    if status.conditions:
        yield line("Conditions:", "")
        for condition in status.conditions:
            sign = "✖" if condition.type == "SubmissionError" else ""
            sign = CONDITION_ICONS.get(condition.type, (sign, "", 0))[0]
            yield line(f"{sign} {condition.type}", condition.message or condition.status)
    parameters = spec.workflow_spec.arguments.parameters
    if parameters:
        yield line("Workflow Parameters:", "")
        for parameter in parameters:
            if parameter.value is not None:
                yield line(f"  {parameter.name}:", parameter.value)


# --- what is changed -----------------------------------------------------------------------------


def _choices(args: argparse.Namespace, **more: Any) -> Choices:
    return {**vars(args), **more}


def _run_create(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    choices = dict(_choices(args))
    if group.of is CRON:
        choices["parameters"] = given_parameters(args)
    return _from_files(group, args, settings, definitions.CREATE, choices)


def _run_update(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    return _from_files(group, args, settings, definitions.UPDATE, _choices(args))


def _from_files(
    group: Group,
    args: argparse.Namespace,
    settings: Settings,
    action: Action,
    choices: Choices,
) -> int:
    from tui.sources.files import read_manifests, shown_name

    wanted: list[tuple[str, Manifest]] = []
    for path in args.files:
        for manifest in read_manifests(path, told=note):
            if manifest.get("kind") != group.of.kind:
                raise InputError(
                    f"{shown_name(path)}: this is a {manifest.get('kind') or 'manifest of no kind'}"
                    f", not a {group.of.kind}"
                )
            wanted.append((path, manifest))
    if not wanted:
        raise InputError(f"No {group.of.kind}s found in given files")
    code = 0
    with closing(open_source(settings)) as source:
        for at, (path, manifest) in enumerate(wanted):
            doing = Doing(source, settings, yes=getattr(args, "yes", False))
            doing.check_allowed(action)
            given = _placed(manifest, group.of, source, settings)
            now, own = given, {**choices, "file": path}
            if action is definitions.UPDATE:
                key = definitions.key_in(given, group.of)._replace(connection=source.id)
                now = _with_kind(offered(source, Objects).get(Target(key)), group.of)
                own["new"] = given
            planned = doing.plans(action, [now], own, context_of(settings, is_saved=False))
            for outcome in doing.all(planned):
                if outcome is not None:
                    made = outcome.manifest or outcome.plan.result or {}
                    _print(_with_kind(made, group.of), group.of, args.output, settings, at)
            code = max(code, doing.code)
    return code


def _placed(manifest: Manifest, of: Definition, source: Connection, settings: Settings) -> Manifest:
    if of.of_cluster or _namespace(manifest):
        return manifest
    metadata = {**part(manifest, "metadata"), "namespace": one_namespace(source, settings)}
    return {**manifest, "metadata": metadata}


def _run_delete(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    if not args.names and not args.all:
        raise UsageError("requires either a name or --all")
    with closing(open_source(settings)) as source:
        names: Iterable[str] = dict.fromkeys(args.names)
        if args.all:
            names = _all_names(group.of, source, settings)
        return _done_to(
            group, args, settings, source, definitions.DELETES[group.of.id], names, "deleted"
        )


def _all_names(of: Definition, source: Connection, settings: Settings) -> list[str]:
    if not of.of_cluster:
        one_namespace(source, settings)
    raws = offered(source, Collections).read_raw(KINDS[of.id], scope_of(settings, source.place))
    return sorted(name_of(decode.manifest(raw)) for raw in raws)


def _run_suspend(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    with closing(open_source(settings)) as source:
        names = dict.fromkeys(args.names)
        return _done_to(group, args, settings, source, cron.SUSPEND, names, "suspended")


def _run_resume(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    with closing(open_source(settings)) as source:
        names = dict.fromkeys(args.names)
        return _done_to(group, args, settings, source, cron.RESUME, names, "resumed")


def _done_to(
    group: Group,
    args: argparse.Namespace,
    settings: Settings,
    source: Connection,
    action: Action,
    names: Iterable[str],
    verb: str,
) -> int:
    """Do it to those of these names, and print what argo prints."""
    doing = Doing(source, settings, yes=args.yes)
    doing.check_allowed(action)
    found: list[Manifest] = []
    names = list(names)
    for each in names:
        try:
            found.append(one(source, group.of, each, settings))
        except (Missing, PlanError) as error:
            if len(names) == 1:
                raise
            doing.failed({"metadata": {"name": each}}, error)
    if not names:
        write("No resources found\n")
        return 0
    context = context_of(settings, is_saved=False)
    planned = doing.plans(action, found, _choices(args), context)
    doing.ask(action, planned)
    for outcome in doing.all(planned):
        if outcome is not None and outcome.plan.ref is not None:
            told = DONE.format(kind=group.of.kind, name=clean(outcome.plan.ref.name), verb=verb)
            write(f"{told}\n")
            flush()
    return doing.code


def _run_run(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    action = definitions.RUNS[group.of.id]
    with closing(open_source(settings)) as source:
        doing = Doing(source, settings, yes=args.yes)
        doing.check_allowed(action)
        manifest = one(source, group.of, args.names[0], settings)
        namespace = one_namespace(source, settings)
        choices = _choices(args, parameters=given_parameters(args), namespace=namespace)
        context = context_of(settings, is_saved=False)
        outcomes = _outcomes(doing, action, manifest, choices, context)
        for at, outcome in enumerate(outcomes):
            if not args.watch or args.output:
                print_made(outcome.manifest or {}, args, settings, at)
        flush()
        refs = [ref_of_made(each.manifest or {}) for each in outcomes]
        if args.server_dry_run:
            return doing.code
        return max(doing.code, follow(source, refs, args, settings))


def _outcomes(
    doing: Doing, action: Action, manifest: Manifest, choices: Choices, context: Any
) -> list[Outcome]:
    planned = doing.plans(action, [manifest], choices, context)
    doing.ask(action, planned)
    return [each for each in doing.all(planned) if each is not None]


def _run_backfill(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    with closing(open_source(settings)) as source:
        doing = Doing(source, settings, yes=args.yes)
        doing.check_allowed(cron.BACKFILL)
        manifest = one(source, group.of, args.names[0], settings)
        context = context_of(settings, is_saved=False)
        (planned,) = doing.plans(cron.BACKFILL, [manifest], _choices(args), context)
        plan = planned.plan
        times = list(plan.facts["times"])
        if args.dry_run:
            write("".join(f"{each}\n" for each in times))
            return 0
        if plan.operation is None:
            say("argo-tui: There is no suitable scheduling time.")
            return 0
        for outcome in doing.all([planned]):
            if outcome is not None:
                of = f"for {clean(name_of(manifest))}, {times[0]} to {times[-1]}"
                write(f"Created {counted(len(times), 'workflow')} {of}\n")
        return doing.code


def _add_lint(parser: argparse.ArgumentParser, of: Definition) -> None:
    Lint(of.kind).configure(parser)


def _run_lint(group: Group, args: argparse.Namespace, settings: Settings) -> int:
    return Lint(group.of.kind).run(args, settings)


COMMANDS: dict[str, Command] = {
    "list": ("list them", _add_list, _run_list),
    "get": ("print a {}", _add_get, _run_get),
    "create": ("create a {} from a manifest", _add_create, _run_create),
    "update": ("replace a {} by a manifest", _add_update, _run_update),
    "submit": ("run a {}", _add_run, _run_run),
    "lint": ("say what Argo would refuse of a {}", _add_lint, _run_lint),
    "delete": ("delete a {}", _add_delete, _run_delete),
}
CRON_COMMANDS: dict[str, Command] = {
    "suspend": ("make no workflows by its schedule", _add_suspension, _run_suspend),
    "resume": ("make workflows by its schedule again", _add_suspension, _run_resume),
    "trigger": ("run a {} now", _add_run, _run_run),
    "backfill": ("run a {} for the times of a span", _add_backfill, _run_backfill),
}

CRONS = Group(CRON)
TEMPLATES = Group(TEMPLATE)
CLUSTER_TEMPLATES = Group(CLUSTER_TEMPLATE)
