"""What is wrong with the manifests of files or of texts, and where in them that stands.

The structure is judged by the cluster's schema, or by the table of fields that comes with the
program; the rules are those of `domain/linting.py`. Templates that a manifest refers to are looked
for among the files, then in the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain import fields, linting
from tui.domain.fields import Fault, Shape, nearest
from tui.domain.identity import ObjectKey, Target
from tui.domain.linting import KINDS, UNKNOWN, Unknown
from tui.domain.workflow import Manifest
from tui.errors import InputError, Missing, SourceError
from tui.kinds.registry import kind_called
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.ports.schemas import Schemas
from tui.sources.files import OnProgress, unheard
from tui.sources.positions import Placed, read_placed

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


class Linter:
    """What is known while files are linted."""

    def __init__(
        self, source: Connection | None, namespace: str = "", *, told: OnProgress = unheard
    ) -> None:
        """`namespace` is that of what names none; `told` hears what could not be looked at."""
        self._source = source
        self._namespace = namespace
        self._told = told
        self._in_files: dict[tuple[str, str], Manifest] = {}
        self._in_cluster: dict[tuple[str, str, str], Manifest | Unknown | None] = {}
        self._shapes: dict[str, Shape] = {}
        self.count = 0
        """Objects that were looked at."""

    def lint(self, paths: Iterable[str], kinds: frozenset[str]) -> list[Told]:
        """Everything that is wrong with the manifests of these kinds."""
        placed: list[Placed] = []
        told: list[Told] = []
        for path in paths:
            try:
                placed += read_placed(path, told=self._told)
            except InputError as error:
                self.count += 1
                told.append(_of_file(path, error))
        return [*told, *self.judge(placed, kinds)]

    def judge(self, placed: Sequence[Placed], kinds: frozenset[str]) -> list[Told]:
        """The same of manifests that were read."""
        told: list[Told] = []
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

    def _misnamed(self, each: Placed) -> list[Told]:
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
            self._told(f"the cluster is not asked: {error}")
        self._source = None

    def _template(self, kind: str, name: str, namespace: str) -> Manifest | Unknown | None:
        if (kind, name) in self._in_files:
            return self._in_files[kind, name]
        if self._source is None:
            return UNKNOWN
        resource = kind_called(kind).resource
        here = namespace or self._namespace or self._source.place.namespace
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
                self._told(f"{kind} {name} is not looked for: {error}")
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
