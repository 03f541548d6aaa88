"""`argo-tui lint`: what Argo would refuse of manifests, before anything is sent.

The structure is judged by the cluster's schema, or by the table of fields that comes with the
program; the rules are those of `domain/linting.py`. Templates that a manifest refers to are looked
for among the files, then in the cluster.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from tui.domain import fields, linting
from tui.domain.fields import Fault, Shape, nearest
from tui.domain.identity import ObjectKey, Target
from tui.domain.linting import KINDS, UNKNOWN, Unknown
from tui.domain.text import clean
from tui.domain.workflow import Manifest
from tui.errors import InputError, Missing, NoCluster, SourceError
from tui.headless.arguments import file
from tui.headless.output import note, takes_signs, to_json, write
from tui.kinds.registry import kind_called
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.ports.schemas import Schemas
from tui.settings import Settings

OUTPUTS = ("pretty", "simple", "json")
WORDS = {
    "workflows": "Workflow",
    "workflowtemplates": "WorkflowTemplate",
    "clusterworkflowtemplates": "ClusterWorkflowTemplate",
    "cronworkflows": "CronWorkflow",
}
"""What `--kinds` takes → the kind it means."""
GROUP = "argoproj.io/"
OTHERS = frozenset({"WorkflowEventBinding", "EventBus", "EventSource", "Sensor", "AppProject"})
"""Kinds of that group which are somebody else's."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fault, and everything that says where it is."""

    file: str
    line: int
    column: int
    kind: str
    name: str
    fault: Fault

    @property
    def object(self) -> str:
        """`"hello-" (Workflow)`; "" for what is wrong with a whole file."""
        return f'"{self.name}" ({self.kind})' if self.kind else ""

    @property
    def text(self) -> str:
        """What is wrong, and what was probably meant."""
        hint = f"; {self.fault.hint}" if self.fault.hint else ""
        return f"{self.fault.what}{hint}"


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
            linter = _Linter(source, settings)
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


class _Linter:
    """What is known while files are linted."""

    def __init__(self, source: Connection | None, settings: Settings) -> None:
        self._source = source
        self._settings = settings
        self._in_files: dict[tuple[str, str], Manifest] = {}
        self._in_cluster: dict[tuple[str, str, str], Manifest | Unknown | None] = {}
        self._shapes: dict[str, Shape] = {}
        self.count = 0
        """Objects that were looked at."""

    def lint(self, paths: Iterable[str], kinds: frozenset[str]) -> list[Told]:
        """Everything that is wrong with the manifests of these kinds."""
        from tui.sources.positions import Placed, read_placed

        placed: list[Placed] = []
        told: list[Told] = []
        for path in paths:
            try:
                placed += read_placed(path, told=note)
            except InputError as error:
                self.count += 1
                told.append(_of_file(path, error))
        for each in placed:
            kind = str(each.manifest.get("kind") or "")
            self._in_files.setdefault((kind, _name(each.manifest)), each.manifest)
        for each in placed:
            kind = str(each.manifest.get("kind") or "")
            if kind not in kinds:
                told += self._misnamed(each)
                continue
            self.count += 1
            found = [*each.faults, *self._faults(kind, each.manifest)]
            seen: set[tuple[Any, str]] = set()
            for fault in sorted(found, key=lambda one: each.positions.of(one.path)):
                if (fault.path, fault.what) not in seen:
                    seen.add((fault.path, fault.what))
                    line, column = each.positions.of(fault.path)
                    name = _name(each.manifest)
                    told.append(Told(each.file, line, column, kind, name, fault))
        return told

    def _misnamed(self, each: Any) -> list[Told]:
        """A kind that was probably meant to be one of Argo's."""
        kind = str(each.manifest.get("kind") or "")
        version = str(each.manifest.get("apiVersion") or "")
        if kind in KINDS or kind in OTHERS or not version.startswith(GROUP):
            return []
        near = nearest(kind, KINDS)
        if not near:
            return []
        line, column = each.positions.of(("kind",))
        self.count += 1
        fault = Fault(("kind",), f"unknown kind {kind}", f"did you mean {near}?")
        return [Told(each.file, line, column, kind, _name(each.manifest), fault)]

    def _faults(self, kind: str, manifest: Manifest) -> list[Fault]:
        namespace = str((manifest.get("metadata") or {}).get("namespace") or "")

        def lookup(kind: str, name: str) -> Manifest | Unknown | None:
            return self._template(kind, name, namespace)

        structure = fields.faults(manifest, self._shape(kind))
        try:
            return [*structure, *linting.check(manifest, lookup)]
        except (TypeError, ValueError, AttributeError) as error:
            # What does not have the structure that it should may break any rule.
            if structure:
                return structure
            return [Fault((), f"it cannot be judged: {error}")]

    def _shape(self, kind: str) -> Shape:
        if kind not in self._shapes:
            self._shapes[kind] = self._of_cluster(kind) or of_table(kind)
        return self._shapes[kind]

    def _of_cluster(self, kind: str) -> Shape | None:
        port = self._source.port(Schemas) if self._source is not None else None
        if port is None:
            return None
        try:
            return port.schema(kind_called(kind).resource)
        except SourceError as error:
            self._give_up(error)
            return None

    def _give_up(self, error: SourceError) -> None:
        if self._source is not None:
            note(f"the cluster is not asked: {error}")
        self._source = None

    def _template(self, kind: str, name: str, namespace: str) -> Manifest | Unknown | None:
        if (kind, name) in self._in_files:
            return self._in_files[kind, name]
        if self._source is None:
            return UNKNOWN
        resource = kind_called(kind).resource
        here = namespace or self._settings.namespace or self._source.place.namespace
        place = here if resource.namespaced else ""
        key = (kind, place, name)
        if key not in self._in_cluster:
            self._in_cluster[key] = self._read(kind, place, name)
        return self._in_cluster[key]

    def _read(self, kind: str, namespace: str, name: str) -> Manifest | Unknown | None:
        source = self._source
        assert source is not None
        target = Target(ObjectKey(source.id, kind_called(kind).id, namespace, name))
        try:
            return offered(source, Objects).get(target)
        except Missing:
            return None
        except SourceError as error:
            if error.status == 403:
                note(f"{kind} {name} is not looked for: {error}")
            else:
                self._give_up(error)
            return UNKNOWN


def of_table(kind: str) -> Shape:
    """What a kind may have by the table that comes with the program."""
    from tui.sources.fieldtable import types

    return fields.of_table(types(), f"@{kind}")


def _name(manifest: Manifest) -> str:
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return str(metadata.get("name") or metadata.get("generateName") or "")


_PLACE = re.compile(r"line (\d+)(?:, column (\d+))?: ")


def _of_file(path: str, error: InputError) -> Told:
    """A file that cannot be read at all."""
    found = _PLACE.search(error.what)
    line, column = (int(found[1]), int(found[2] or 1)) if found else (1, 1)
    what = error.what[found.end() :] if found else error.what
    return Told("stdin" if path == "-" else path, line, column, "", "", Fault((), what, error.hint))


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
