"""`argo-tui lint`: what Argo would refuse of manifests, before anything is sent.

What is wrong is found by `sources/linter.py`; here it is asked for and printed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from tui.domain import fields
from tui.domain.fields import nearest
from tui.domain.linting import KINDS
from tui.domain.text import clean
from tui.errors import InputError, NoCluster
from tui.headless.arguments import file
from tui.headless.output import note, takes_signs, to_json, write
from tui.ports.connection import Connection
from tui.settings import Settings
from tui.sources.linter import Linter, Told

OUTPUTS = ("pretty", "simple", "json")
WORDS = {
    "workflows": "Workflow",
    "workflowtemplates": "WorkflowTemplate",
    "clusterworkflowtemplates": "ClusterWorkflowTemplate",
    "cronworkflows": "CronWorkflow",
}
"""What `--kinds` takes → the kind it means."""


@dataclass(frozen=True, slots=True)
class Lint:
    """A command that lints: everything, or the manifests of one kind."""

    kind: str = ""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments."""
        add = parser.add_argument
        add("paths", nargs="+", type=file, metavar="FILE", help="a manifest, a folder, `-`")
        add("-o", "--output", choices=OUTPUTS, default="pretty", help="the output format")
        add("--offline", action="store_true", help="ask no cluster; look in the files alone")
        add("--no-color", action="store_true", help="without colours")
        if not self.kind:
            add(
                "--kinds",
                default="all",
                metavar="KIND[,KIND]",
                help=f"only these: {', '.join(WORDS)}, all",
            )

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Print what is wrong; 1 if something is, or if there is nothing to look at.

        Raises: InputError for a file that is not there, which says nothing of what is in it.
        """
        for path in args.paths:
            if path != "-" and not os.path.lexists(path):
                raise InputError(f"{clean(path)}: No such file or directory")
        kinds = frozenset({self.kind}) if self.kind else _kinds(args.kinds)
        with ExitStack() as closing:
            source = None if args.offline else _source(settings, closing)
            linter = Linter(source, settings.namespace, told=note)
            told = linter.lint(args.paths, kinds)
        if args.output == "json":
            write(f"{to_json([_as_json(each) for each in told], 2)}\n")
        elif args.output == "simple":
            write("".join(f"{_simple(each)}\n" for each in told))
        else:
            _pretty(told, args, settings, is_empty=not linter.count)
        return 1 if told or not linter.count else 0


LINT = Lint()


def _kinds(text: str) -> frozenset[str]:
    from tui.errors import UsageError

    words = [word for word in text.split(",") if word]
    if "all" in words:
        return frozenset(KINDS)
    for word in words:
        if word not in WORDS:
            near = nearest(word, WORDS)
            meant = f"; did you mean {near}?" if near else ""
            raise UsageError(
                f"there is no kind {word}{meant}", hint=f"there are {', '.join(WORDS)}"
            )
    return frozenset(WORDS[word] for word in words)


def _source(settings: Settings, closing: ExitStack) -> Connection | None:
    """The cluster, if there is one; what it says is a help, and not needed."""
    from tui.sources import open_source

    try:
        source = open_source(settings)
    except NoCluster:
        note("no cluster: templates that are not in the files are not looked for")
        return None
    closing.callback(source.close)
    return source


# --- printing ------------------------------------------------------------------------------------


def _simple(told: Told) -> str:
    about = f" in {told.object}:" if told.object else ""
    return clean(f"{told.file}:{told.line}:{told.column}:{about} {told.text}")


def _as_json(told: Told) -> dict[str, Any]:
    return {
        "file": told.file,
        "line": told.line,
        "column": told.column,
        "kind": told.kind,
        "name": told.name,
        "path": fields.shown(told.fault.path) if told.fault.path else "",
        "message": told.fault.what,
        **({"hint": told.fault.hint} if told.fault.hint else {}),
    }


def _pretty(
    told: Sequence[Told], args: argparse.Namespace, settings: Settings, *, is_empty: bool
) -> None:
    """What argo prints: the faults of each file, and their number."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    has_colour = is_terminal and not (args.no_color or settings.no_color)
    has_signs = takes_signs() and not settings.ascii

    def coloured(text: str, code: int) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if has_colour else text

    bad, good = ("✖", "✔") if has_signs else ("x", "ok:")
    for name in dict.fromkeys(each.file for each in told):
        write(f"{coloured(f'{clean(name)}:', 4)}\n")
        for each in told:
            if each.file == name:
                about = f"in {each.object}: " if each.object else ""
                where = f"{each.line}:{each.column}"
                write(f"   {coloured(bad, 31)} {clean(f'{where} {about}{each.text}')}\n")
        write("\n")
    if is_empty:
        found = "found nothing to lint in the specified paths, failing..."
        write(f"{coloured(f'{bad} {found}', 31)}\n")
    elif told:
        write(f"{coloured(f'{bad} {len(told)} linting errors found!', 31)}\n")
    else:
        write(f"{coloured(good, 32)} no linting errors found!\n")
