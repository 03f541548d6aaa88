"""The flags of `argo-tui plan`: a sub-command an action, each with the choices it takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tui.actions import ACTIONS, SET_NODE, SUBMIT, Action
from tui.headless.arguments import add_files, file, name

Configure = Callable[[argparse.ArgumentParser], None]
MAKES_ONE = frozenset({"resubmit", "submit"})
"""Actions whose JSON is the object that would be created."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add one sub-command an action."""
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
    """The flags that may stand before the action may stand after it as well."""
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
        help="given anew; may be said several times",
    )


def _selector(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--node-field-selector",
        default="",
        metavar="SELECTOR",
        help="only such steps: displayName=approve",
    )


def _retry(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--restart-successful",
        action="store_true",
        help="also the steps that the node field selector names",
    )
    _selector(parser)
    _parameters(parser)


def _resubmit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--memoized", action="store_true", help="take over what succeeded")
    parser.add_argument("--name", type=name, help="the new one's name")
    _parameters(parser)


def _stop(parser: argparse.ArgumentParser) -> None:
    _selector(parser)
    parser.add_argument("-m", "--message", default="", help="what these steps are to say")


def _set(parser: argparse.ArgumentParser) -> None:
    _stop(parser)
    parser.add_argument("--phase", default="", help="Succeeded, Failed or Error; else they wait on")
    _parameters(parser)


def _delete(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--force", action="store_true", help="remove finalizers first")
    add("--all", action="store_true", help="every workflow of the namespace")
    add("--completed", action="store_true", help="succeeded, failed or in error")
    add("--resubmitted", action="store_true", help="made from an earlier one")
    add("--prefix", default="", help="names that begin so")
    add("--older", default="", metavar="D", help="finished longer ago than: 10m, 3h, 2d")
    add("--status", default="", metavar="PHASE[,PHASE]", help="in these phases")
    add("-l", "--selector", default="", metavar="SELECTOR", help="labels")
    add("--field-selector", default="", metavar="SELECTOR", help="metadata.name=NAME")


def _submit(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--from", dest="from_", default="", metavar="KIND/NAME", help="a template or cron workflow")
    add("--name", type=name, help="the new one's name")
    add("--generate-name", default="", metavar="PREFIX", help="the beginning of its name")
    add("--entrypoint", default="", metavar="TEMPLATE", help="where it begins")
    add("--annotations", default="", metavar="NAME=VALUE,…", help="besides its own")
    add("--scheduled-time", default="", metavar="TIME", help="with --from: the time it is for")
    add(
        "--serviceaccount",
        dest="service_account",
        type=name,
        metavar="NAME",
        help="who it runs as",
    )
    add(
        "--pod-priority-class-name",
        dest="pod_priority_class",
        default="",
        metavar="NAME",
        help="the priority class of its pods",
    )
    add("-l", "--labels", default="", metavar="NAME=VALUE,…", help="besides its own")
    add("--priority", type=int, default=None, metavar="N", help="which of several goes first")
    add("--parameter-file", default="", metavar="FILE", help="parameters as a YAML or JSON map")
    add(
        "--artifact",
        action="append",
        default=[],
        metavar="NAME=KEY",
        dest="artifacts",
        help="where an argument artifact is",
    )
    add("--dry-run", action="store_true", help="send nothing")
    add("--server-dry-run", action="store_true", help="let the cluster check it and keep nothing")
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
    },
    "set": (SET_NODE, _set),
    "submit": (SUBMIT, _submit),
}
"""Word on the command line → action, and what adds its flags."""
