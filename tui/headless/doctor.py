"""`argo-tui doctor`: what is right and wrong with the set-up, one line each; nothing is changed."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

from tui.config import read_config
from tui.doctor import CHECKS, Case, Finding, examine
from tui.doctor.report import about, as_json, is_well, lines, summary
from tui.errors import TuiError
from tui.headless.output import flush, takes_signs, to_json, write
from tui.ports.connection import Connection
from tui.settings import Settings
from tui.sources import open_source, scope_of
from tui.terminal.capabilities import is_terminal, this_terminal
from tui.terminal.probing import Probed, probe


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `doctor`."""
    parser.add_argument(
        "-o", "--output", choices=("text", "json"), default="text", help="of the report"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the report; 0 where nothing is broken, else 1."""
    try:
        source = open_source(settings)
    except TuiError as error:
        return _report(args, settings, error)
    with closing(source):
        return _report(args, settings, source)


def _report(args: argparse.Namespace, settings: Settings, source: Connection | TuiError) -> int:
    findings = examine(_case(settings, source), CHECKS)
    if args.output == "json":
        found = list(findings)
        write(f"{to_json(as_json(found), 2)}\n")
    else:
        found = list(_printed(findings, ascii=settings.ascii or not takes_signs()))
        write(f"\n{summary(found)}\n")
    return 0 if is_well(found) else 1


def _printed(findings: Iterator[Finding], *, ascii: bool) -> Iterator[Finding]:
    """The findings, each printed as it comes."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    cells = shutil.get_terminal_size().columns if on_terminal else None
    write(f"{about()}\n\n")
    before = ""
    for finding in findings:
        write("".join(f"{line}\n" for line in lines(finding, before, cells=cells, ascii=ascii)))
        flush()
        before = finding.check
        yield finding


def _case(settings: Settings, source: Connection | TuiError) -> Case:
    terminal = None
    probed: Probed | None = None
    if is_terminal():
        terminal = this_terminal(ascii_only=settings.ascii, mouse=settings.mouse)
        if not terminal.advice and sys.stdout is not None and sys.stdout.isatty():
            probed = probe(in_tmux=terminal.multiplexer == "tmux")
    config = read_config()
    return Case(
        terminal=terminal,
        probed=probed,
        config=str(config.path) if config.is_there else "",
        faults=config.said,
        connection=source,
        namespaces=()
        if isinstance(source, TuiError)
        else scope_of(settings, source.place).namespaces,
        now=datetime.now(UTC),
    )
