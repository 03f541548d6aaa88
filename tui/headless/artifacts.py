"""`argo-tui artifacts`: the artifacts of a workflow or of one step, with what their stores say."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tui.artifacts import Stores
from tui.artifacts.base import NO_SECRET, SAME_FOR_ALL, Folder, Stat, StoreError
from tui.artifacts.items import Fact, Item, size_of, state_of, type_of
from tui.artifacts.measuring import measure
from tui.artifacts.repository import look_for_repository
from tui.artifacts.served import served
from tui.domain import decode
from tui.domain.artifact import NodeArtifact, artifacts_of_workflow, artifacts_within
from tui.domain.hidden import without_secrets
from tui.domain.location import Location
from tui.domain.logtargets import nodes_called
from tui.domain.node import NodeId
from tui.domain.tabwriter import aligned
from tui.domain.text import clean
from tui.domain.workflow import OFFLOADED, Workflow
from tui.errors import Missing, UsageError
from tui.headless.arguments import LATEST, file, name
from tui.headless.connected import one
from tui.headless.output import say, takes_signs, to_json, write
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections
from tui.ports.connection import Connection, offered
from tui.ports.secrets import reader_of
from tui.ports.stores import StoreAnswers, reached_from
from tui.settings import Settings
from tui.sources import open_source, scope_of


@dataclass(frozen=True, slots=True)
class Found:
    """The artifacts that a command is about, and where they are read."""

    workflow: Workflow
    artifacts: tuple[NodeArtifact, ...]
    stores: Stores
    step: str
    """The step that they are of; "" for all of the workflow."""


def add_saved(parser: argparse.ArgumentParser) -> None:
    """Add `-f FILE`, which reads the workflow from a file; its stores are asked all the same."""
    parser.add_argument(
        "-f",
        "--file",
        action="append",
        type=file,
        default=[],
        metavar="FILE",
        help="a saved workflow, YAML or JSON, `-` for stdin, instead of a cluster",
    )


def add_own_credentials(parser: argparse.ArgumentParser) -> None:
    """Add the flag that signs with credentials of this machine."""
    parser.add_argument(
        "--own-credentials",
        action="store_true",
        help="sign with credentials of this machine, not with those that the workflow names",
    )


@contextmanager
def found_in(
    workflow: str,
    step: str,
    settings: Settings,
    *,
    own_credentials: bool,
    files: Sequence[str] = (),
) -> Iterator[Found]:
    """The artifacts of a workflow, or of a step and what ran inside it.

    Of a file that holds one workflow its name may be left out: a word alone that is not it names a
    step. Raises: Missing where there is no such step.
    """
    if files:
        settings = replace(settings, files=tuple(files))
    with closing(open_source(settings)) as source:
        if files:
            workflow, step = _in_file(source, workflow, step, settings)
        whole = decode.from_manifest(one(source, workflow, settings))
        if whole.is_offloaded:
            say(f"argo-tui: {OFFLOADED}, and so are their artifacts")
        stores = Stores(
            reader_of(source),
            lambda place: reached_from(source, place),
            own_credentials=own_credentials,
            answers=source.port(StoreAnswers),
        )
        with closing(stores):
            artifacts = _artifacts(whole, step, source, settings)
            yield Found(whole, tuple(served(source, whole, artifacts)), stores, step)


def _in_file(source: Connection, workflow: str, step: str, settings: Settings) -> tuple[str, str]:
    """The names of the workflow and of the step that are meant. Raises: UsageError; Missing."""
    for trouble in source.troubles:
        say(f"argo-tui: {trouble}")
    scope = scope_of(settings, source.place)
    listed = offered(source, Collections).read_all(WORKFLOWS, scope, lambda part, error: None)
    names = [each.metadata.name for each in listed]
    if not names:
        raise Missing(f"there is no workflow in {source.place.label}")
    if len(names) == 1 and not step and workflow not in (names[0], LATEST):
        return names[0], workflow
    if not workflow:
        raise UsageError(
            f"there are {len(names)} workflows in {source.place.label}",
            hint=f"name one of them: {', '.join(names[:5])}",
        )
    return workflow, step


def _artifacts(
    workflow: Workflow, step: str, source: Connection, settings: Settings
) -> tuple[NodeArtifact, ...]:
    nodes = nodes_called(workflow, step, settings.pod_names) if step else []
    if step and not nodes:
        raise Missing(
            f"{workflow.metadata.name} has no step {step}",
            hint="steps are called by display name, node name, node id or pod name",
        )

    def of(repository: dict[str, Any] | None) -> tuple[NodeArtifact, ...]:
        if not step:
            return artifacts_of_workflow(workflow, repository)
        inner = (each for node in nodes for each in artifacts_within(workflow, node, repository))
        return tuple(dict.fromkeys(inner))

    found = of(None)
    if any(artifact.key and artifact.location is None for artifact in found):
        looked = look_for_repository(workflow, source)
        if looked.repository is not None:
            return of(looked.repository)
        if looked.why_not:
            say(f"argo-tui: no artifact repository was found: {looked.why_not}")
    return found


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    add = parser.add_argument
    add(
        "name",
        nargs="?",
        type=name,
        metavar="WORKFLOW",
        help="the workflow; @latest is the one created last",
    )
    add("step", metavar="STEP", nargs="?", help="a step, node, or pod of it")
    add_saved(parser)
    add("-o", "--output", choices=("wide", "json"), default="", help="the output format")
    add_own_credentials(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the list; 1 where a store could not be asked at all."""
    if args.step == "":
        raise UsageError("STEP is empty", hint="leave STEP out to list those of all steps")
    if not args.name and not args.file and not settings.files:
        raise UsageError("no workflow is named", hint="give a NAME, @latest, or -f FILE")
    own = bool(args.own_credentials)
    asked = (args.name or "", args.step or "", settings)
    with found_in(*asked, own_credentials=own, files=args.file) as found:
        facts = measured([a.location for a in found.artifacts if _is_there(a)], found.stores)
        items = [
            Item(each, each.location, facts.get(each.location) if each.location else None)
            for each in found.artifacts
        ]
        if args.output == "json":
            write(f"{to_json([_as_json(item) for item in items], 4)}\n")
        elif items:
            _print(items, is_wide=args.output == "wide")
        else:
            say(f"argo-tui: {found.workflow.metadata.name} has no artifacts")
        return 1 if say_troubles(facts, found.stores) else 0


def _is_there(artifact: NodeArtifact) -> bool:
    return artifact.location is not None and not artifact.deleted


def measured(locations: Sequence[Location | None], stores: Stores) -> dict[Location, Fact]:
    """What stores say of locations; one that cannot be used is asked once."""
    wanted = list(dict.fromkeys(each for each in locations if each is not None))
    found: dict[Location, Fact] = {}
    measure(wanted, lambda each: stores.store(each).stat(each), found.__setitem__)
    return {each: found[each] for each in wanted}


def say_troubles(facts: dict[Location, Fact], stores: Stores) -> bool:
    """Say of each store once why it cannot be used; whether there was anything to say."""
    told: set[str] = set()
    for location, fact in facts.items():
        if isinstance(fact, StoreError) and fact.reason in SAME_FOR_ALL and str(fact) not in told:
            told.add(str(fact))
            say(f"argo-tui: {fact}{offer(location, fact, stores)}")
    return bool(told)


def offer(location: Location, error: StoreError, stores: Stores) -> str:
    """The end of a sentence that offers credentials of this machine; "" where there are none."""
    if error.reason not in NO_SECRET or stores.uses_own_credentials:
        return ""
    which = stores.own_credentials(location)
    return f"; --own-credentials signs with {which} instead" if which else ""


def _print(items: Sequence[Item], *, is_wide: bool) -> None:
    signs = takes_signs()
    titles = ["STEP", "NAME", "DIR", "SIZE", "TYPE", "STATE"]
    titles += ["NODE", "LOCATION"] if is_wide else []
    lines = ["\t".join(titles)]
    for item in items:
        cells = [
            item.artifact.step,
            item.artifact.name,
            item.artifact.direction,
            size_of(item, "-"),
            type_of(item),
            state_of(item, "✔" if signs else "ok"),
        ]
        if is_wide:
            cells += [str(item.artifact.node_id), _address(item)]
        lines.append("\t".join(clean(cell).replace("\t", " ") for cell in cells))
    for line in aligned(lines, 3):
        write(f"{line.rstrip()}\n")


def _address(item: Item) -> str:
    if item.location is None:
        return item.artifact.key
    return without_secrets(item.location.url)


def _as_json(item: Item) -> dict[str, Any]:
    """One artifact, with fields that stay what they are called."""
    artifact, fact = item.artifact, item.fact
    found: dict[str, Any] = {
        "nodeId": str(artifact.node_id),
        "step": artifact.step,
        "name": artifact.name,
        "direction": artifact.direction,
        "key": artifact.key,
        "location": _address(item) if item.location is not None else None,
        "archive": artifact.archive,
        "deleted": artifact.deleted,
        "optional": artifact.optional,
        "isLog": artifact.is_log,
        "state": "ok" if isinstance(fact, Stat | Folder) else state_of(item, "ok"),
    }
    if isinstance(fact, Stat | Folder):
        found["size"] = item.bytes
    if isinstance(fact, Stat):
        found |= {"modified": fact.modified, "etag": fact.etag}
    elif isinstance(fact, Folder):
        found |= {"count": fact.count, "isWhole": fact.whole}
    elif isinstance(fact, StoreError):
        found["error"] = str(fact)
    elif item.why_not:
        found["error"] = item.why_not
    return found


def node_template(workflow: Workflow, node: NodeId) -> str:
    """The name of the template that a node was made from; "" where it has none."""
    found = workflow.nodes.get(node)
    return found.template_name if found is not None else ""
