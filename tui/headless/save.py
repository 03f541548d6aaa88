"""`argo-tui save`: a run with all that tells of it, in one file that opens anywhere."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

from tui.domain.incident import MOST_ARTIFACT, SUFFIX
from tui.domain.text import clean
from tui.errors import UsageError
from tui.headless.arguments import name
from tui.headless.connected import one
from tui.headless.output import say, write
from tui.incident import Saving
from tui.settings import Settings
from tui.sources import open_source


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `save`."""
    add = parser.add_argument
    add("name", type=name, metavar="NAME", help="a workflow, or @latest")
    add("-o", "--output", default="", metavar=f"FILE{SUFFIX}", help="the file; NAME by default")
    add("--force", action="store_true", help="take the place of a file that is there")
    add(
        "--max-artifact",
        type=_size,
        default=MOST_ARTIFACT,
        metavar="BYTES",
        help="of an artifact that is saved: 200k, 1M (the default), 0 for none",
    )


UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _size(text: str) -> int:
    """Bytes as people write them. Raises: UsageError."""
    number, unit = text.rstrip("kKmMgG"), text[len(text.rstrip("kKmMgG")) :].lower()
    if not number.isdecimal() or unit not in UNITS:
        raise UsageError(f"{clean(text)} is no size", hint="write it as 200k or 1M")
    return int(number) * UNITS[unit]


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file, and say what is in it, what was hidden, and what could not be had."""
    with closing(open_source(settings)) as source:
        manifest = one(source, args.name, settings)
        called = str((manifest.get("metadata") or {}).get("name") or "workflow")
        path = Path(args.output or f"{os.path.basename(called)}{SUFFIX}")
        if not path.name.endswith(SUFFIX):
            raise UsageError(
                f"{clean(str(path))} does not end with {SUFFIX}",
                hint="the ending is what the file is known by when it is opened",
            )
        saving = Saving(
            source,
            manifest,
            now=settings.now(),
            pod_names=settings.pod_names,
            most_artifact=args.max_artifact,
            told=_told,
        )
        contents = saving.write(path, overwrite=args.force)
    _told("")
    for each in contents.lacks:
        say(f"argo-tui: not saved: {each}")
    not_there = len(contents.why_not)
    if not_there:
        say(f"argo-tui: not saved: {not_there} logs and artifacts; the file says why of each")
    for where in contents.hidden:
        say(f"argo-tui: hidden: {where}")
    write(f"{clean(str(path))}\n")
    return 0


def _told(what: str) -> None:
    """What is being read, on a terminal; nothing where nobody looks."""
    stream = sys.stderr
    if stream is not None and stream.isatty():
        stream.write(f"\r\x1b[K{clean(what)[:70]}" if what else "\r\x1b[K")
        stream.flush()
