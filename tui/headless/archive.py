"""`argo-tui archive list`, `get`, `retry`, `resubmit`, `delete`, `list-label-keys`,
`list-label-values`: what an Argo Server has archived.

What argo's commands of this name do, with the plans and the care of those for workflows. One is
named by its name or its uid; a name that several runs had is refused with their uids, for nobody
shall delete another one than was meant.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from tui.domain import decode
from tui.domain.identity import Target
from tui.domain.report_list import ListFilter, filtered, label_selector, report
from tui.domain.selectors import LabelSelector
from tui.domain.text import clean
from tui.domain.workflow import Manifest
from tui.errors import InputError, UsageError
from tui.headless.archived import Found, beside, found
from tui.headless.arguments import add_connection_again, name
from tui.headless.output import to_json, unpacked, write
from tui.ports.archive import Archive
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.settings import Settings
from tui.sources import open_source, scope_of

OUTPUTS = ("wide", "name", "json", "yaml")
# --- the commands --------------------------------------------------------------------------------

Add = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace, Settings], int]


def _add_list(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", choices=OUTPUTS, default="wide", help="the output format")
    add("-l", "--selector", default="", metavar="SELECTOR", help="only with these labels")
    add("--prefix", default="", help="only names with this prefix")
    add("--since", default="", metavar="D", help="only created in the last 10m, 3h, 2d")
    add(
        "--status",
        action="append",
        default=[],
        metavar="PHASE[,PHASE]",
        help="only in these phases",
    )
    add("--limit", type=int, default=0, metavar="N", help="only so many, the newest")
    add("--no-headers", action="store_true", help="without column titles")


def _list(args: argparse.Namespace, settings: Settings) -> int:
    criteria = ListFilter(
        status=tuple(p for text in args.status for p in text.split(",") if p),
        labels=args.selector,
        prefix=args.prefix,
        since=args.since,
    )
    labels = label_selector(criteria)
    if args.limit < 0:
        raise UsageError("--limit is a number of workflows")
    with closing(open_source(settings)) as source:
        rows: list[Found] = []
        for row in beside(source, settings, labels, criteria):
            if filtered([row.value], criteria, settings.now()):
                rows.append(row)
            if args.limit and len(rows) == args.limit and len(_spaces(source, settings)) < 2:
                break
        rows.sort(key=lambda row: row.value.status.started_at or "", reverse=True)
        rows = rows[: args.limit or None]
        if args.output in ("json", "yaml"):
            objects = offered(source, Objects)
            whole = [unpacked(objects.get(Target(row.key, row.uid))) for row in rows]
            _print(whole, args.output)
            return 0
    shown = [row.value for row in rows]
    if args.output == "name":
        write("".join(f"{clean(each.metadata.name)}\n" for each in shown))
        return 0
    headers = not args.no_headers
    for line in report(
        shown, settings.now(), wide=True, namespaces=True, headers=headers, uids=True
    ):
        write(f"{line}\n")
    return 0


def _spaces(source: Connection, settings: Settings) -> tuple[str, ...]:
    return scope_of(settings, source.place).namespaces


def _print(whole: Sequence[Manifest], output: str) -> None:
    if output == "json":
        write(f"{to_json(whole, 2)}\n")
        return
    from tui.domain.yamltext import to_yaml

    write(to_yaml(list(whole), hide_managed_fields=False))


def _add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="+", type=name, metavar="NAME", help="the name, or the uid, of one"
    )


def _add_get(parser: argparse.ArgumentParser) -> None:
    from tui.headless import get

    _add_names(parser)
    parser.add_argument("-o", "--output", choices=get.OUTPUTS, default="", help="the output format")
    parser.set_defaults(status="", node_field_selector="")
    get.add_look(parser)


def _get(args: argparse.Namespace, settings: Settings) -> int:
    from tui.headless.faults import say_oddities
    from tui.headless.get import look_of, print_one

    look, code = look_of(args, settings), 0
    with closing(open_source(settings)) as source:
        for at, word in enumerate(args.names):
            manifest = found(source, word, settings)
            print_one(manifest, args.output, look, at)
            if say_oddities(manifest, decode.from_manifest(manifest), is_file=False):
                code = InputError.exit_code
    return code


def _adding(word: str) -> Add:
    def add(parser: argparse.ArgumentParser) -> None:
        from tui.headless.acting import Acting

        Acting(word, of_archive=True).configure(parser)

    return add


def _acting(word: str) -> Run:
    def run(args: argparse.Namespace, settings: Settings) -> int:
        from tui.headless.acting import Acting

        return Acting(word, of_archive=True).run(args, settings)

    return run


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    """Of this command there is nothing to choose."""


def _label_keys(args: argparse.Namespace, settings: Settings) -> int:
    with closing(open_source(settings)) as source:
        _print_lines(offered(source, Archive).label_keys())
    return 0


def _add_label(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-l", "--selector", required=True, metavar="KEY", help="the label: its key alone"
    )


def _label_values(args: argparse.Namespace, settings: Settings) -> int:
    requirements = LabelSelector.parse(args.selector).requirements
    if len(requirements) != 1 or requirements[0].operator != "exists":
        raise UsageError("the values are those of one label", hint="give its key alone: -l KEY")
    with closing(open_source(settings)) as source:
        _print_lines(offered(source, Archive).label_values(requirements[0].key))
    return 0


def _print_lines(found: Sequence[str]) -> None:
    # The database has no order of its own: it may be another one each time.
    write("".join(f"{clean(each)}\n" for each in sorted(found)))


COMMANDS: dict[str, tuple[str, Add, Run]] = {
    "list": ("print archived workflows, the newest first", _add_list, _list),
    "get": ("print an archived workflow and its steps", _add_get, _get),
    "retry": ("make archived workflows again in the cluster", _adding("retry"), _acting("retry")),
    "resubmit": (
        "run archived workflows again, as new ones",
        _adding("resubmit"),
        _acting("resubmit"),
    ),
    "delete": ("delete the archive's copies", _adding("delete"), _acting("delete")),
    "list-label-keys": ("print the labels that archived workflows have", _add_nothing, _label_keys),
    "list-label-values": ("print the values that one label has of them", _add_label, _label_values),
}


@dataclass(frozen=True, slots=True)
class ArchiveCommands:
    """The commands about what is archived."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add a sub-command for each thing that can be done."""
        words = parser.add_subparsers(dest="word", required=True, metavar="COMMAND")
        for word, (said, add, _) in COMMANDS.items():
            one = words.add_parser(word, help=said, allow_abbrev=False)
            add_connection_again(one)
            add(one)

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Do it."""
        return COMMANDS[args.word][2](args, settings)


ARCHIVE = ArchiveCommands()
