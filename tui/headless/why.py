"""`argo-tui why`: why a workflow failed, what it waits for, or where its time goes."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from tui.domain import decode
from tui.domain.identity import ObjectKey, Target
from tui.domain.incident import SUFFIX
from tui.domain.node import NodeId
from tui.domain.text import clean
from tui.domain.why.crons import explain_cron
from tui.domain.why.finding import Answer, Verdict
from tui.domain.why.words import answer_lines
from tui.domain.workflow import Manifest, Workflow
from tui.errors import Missing, SettingsError, TuiError, UsageError
from tui.headless.arguments import LATEST, file, name
from tui.headless.output import say, to_json, write
from tui.inquiry import MOST_EARLIER, EarlierRuns, Inquiry
from tui.kinds.workflows import WORKFLOWS
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.ports.runs import successes_of
from tui.settings import Settings

UNREAD = 4
CODES = {
    Verdict.SUCCEEDED: 0,
    Verdict.FAILED: 1,
    Verdict.WAITS: 3,
    Verdict.RUNS: 3,
    Verdict.SLOW: 3,
}
"""Exit codes; 2 is wrong use, 4 that it could not be read."""


CRON = "cron/"
"""How the name of a cron workflow begins."""


def _named(word: str) -> str:
    """A workflow's name, or `cron/` and a cron workflow's (a `type` for argparse)."""
    return f"{CRON}{name(word.removeprefix(CRON))}" if word.startswith(CRON) else name(word)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `why`."""
    parser.epilog = (
        "Exit code: 0 it succeeded, 1 it failed, 2 wrong use, 3 it runs or waits, 4 it could not "
        "be read, or there is none of that name."
    )
    add = parser.add_argument
    add("name", nargs="?", type=_named, metavar="NAME", help="a workflow, @latest, or cron/NAME")
    add("step", nargs="?", metavar="STEP", help="a step of it: display name, node name or id")
    add("-f", "--file", type=file, metavar="FILE", help="a saved workflow instead of a cluster")
    add("-o", "--output", choices=("json",), default="", help="all of it, with where it comes from")
    add("-w", "--where", action="store_true", help="say after each sentence where it comes from")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print why; the exit code says how it stands."""
    if args.file and args.name and args.step is None:
        args.name, args.step = None, args.name
    elif args.file and args.name:
        raise UsageError(
            f"{args.file} says which workflow it is", hint="argo-tui why -f FILE [STEP]"
        )
    if bool(args.name) == bool(args.file):
        raise UsageError("name one workflow, or give a file", hint="a NAME, @latest, or -f FILE")
    if args.step == "":
        raise UsageError("STEP is empty", hint="leave STEP out to ask about all of it")
    try:
        answer, workflow = _answer(args, settings)
    except (UsageError, SettingsError):
        raise
    except TuiError as error:
        say(f"argo-tui: {error}")
        return UNREAD
    if args.output == "json":
        write(f"{to_json(_json(answer, workflow), 2)}\n")
    else:
        for line in answer_lines(answer, ascii=settings.ascii, where=args.where):
            write(f"{clean(line)}\n")
    return CODES[answer.verdict]


def _answer(args: argparse.Namespace, settings: Settings) -> tuple[Answer, Workflow]:
    from tui.headless.connected import one
    from tui.sources import open_source
    from tui.sources.saved_around import SavedAround

    source: SavedAround | Connection
    if args.file and args.file.endswith(SUFFIX):
        settings = replace(settings, files=(args.file,))
        args.file, args.name = None, LATEST
    with closing(SavedAround(args.file) if args.file else open_source(settings)) as source:
        if isinstance(source, SavedAround):
            manifest = source.only
        elif args.name.startswith(CRON):
            manifest = _cron(source, args.name.removeprefix(CRON), settings)
            return explain_cron(manifest, settings.now()), decode.from_manifest(manifest)
        else:
            manifest = one(source, args.name, settings)
        workflow = decode.from_manifest(manifest)
        is_file = isinstance(source, SavedAround)
        focus = _step(workflow, args.step, is_file=is_file) if args.step else ""
        inquiry = Inquiry(
            source,
            workflow,
            msgspec.json.encode(manifest),
            now=settings.now(),
            focus=focus,
            pod_names=settings.pod_names,
            earlier=_earlier(source, workflow) if not isinstance(source, SavedAround) else None,
        )
        return inquiry.answer(), workflow


def _earlier(source: Connection, workflow: Workflow) -> EarlierRuns:
    find = partial(successes_of, source, WORKFLOWS, workflow, MOST_EARLIER)
    return EarlierRuns(WORKFLOWS.id, find)


def _cron(source: Connection, named: str, settings: Settings) -> Manifest:
    """A cron workflow. Raises: UsageError where it is not said in which namespace."""
    from tui.actions.definitions import CRON as KIND
    from tui.sources import scope_of

    namespaces = scope_of(settings, source.place).namespaces
    if len(namespaces) != 1:
        raise UsageError("choose one namespace with -n")
    target = Target(ObjectKey("", KIND.id, namespaces[0], named))
    manifest = offered(source, Objects).get(target)
    return {**manifest, "kind": KIND.kind} if not manifest.get("kind") else manifest


def _step(workflow: Workflow, wanted: str, *, is_file: bool) -> str:
    """The id of the step that is called so. Raises: Missing."""
    nodes = workflow.nodes.values()
    for of in ("id", "name", "display_name"):
        # Of several that are called so, the one that failed.
        found = [each for each in nodes if getattr(each, of) == wanted]
        if found:
            return str(next((each for each in found if each.is_problem), found[0]).id)
    if is_file and wanted == workflow.metadata.name:
        return ""
    raise Missing(
        f"{workflow.metadata.name} has no step {wanted}",
        hint="steps are called by display name, node name or node id; after -f FILE stands a STEP, "
        "as the file says which workflow it is"
        if is_file
        else "steps are called by display name, node name or node id",
    )


def _json(answer: Answer, workflow: Workflow) -> dict[str, Any]:
    """All of an answer, each pointer with the place it leads to in words."""
    step = workflow.nodes.get(NodeId(answer.step))
    return {
        "workflow": workflow.metadata.name,
        "namespace": workflow.metadata.namespace,
        "verdict": str(answer.verdict),
        "headline": answer.headline,
        "reason": answer.reason,
        "step": {"id": step.id, "name": step.name, "title": step.title} if step else None,
        "findings": [
            {
                **{k: v for k, v in msgspec.to_builtins(each).items() if k != "at"},
                "at": [{**msgspec.to_builtins(at), "where": at.where} for at in each.at],
            }
            for each in answer.findings
        ],
    }
