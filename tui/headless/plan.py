"""`argo-tui plan`: what an action would do, in words, as API calls, or as the object it makes.

Nothing is ever sent. A file needs no cluster; a workflow that is named is read from the cluster."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from tui.actions import RESUBMIT, SUBMIT
from tui.actions.base import Plan
from tui.actions.words import call_lines
from tui.domain.text import clean_lines
from tui.domain.workflow import Manifest
from tui.domain.yamltext import to_yaml
from tui.errors import InputError, PlanError, UsageError
from tui.headless.arguments import add_connection_again, add_files
from tui.headless.output import say, to_json, write
from tui.headless.verbs import VERBS, add_names, choices_of, context_of, subjects
from tui.ports.connection import Connection
from tui.ports.identity import caller_of
from tui.ports.operations import Call
from tui.settings import Settings
from tui.sources import open_source, preview_of

MAKES_ONE = frozenset({"resubmit", "submit"})
"""Actions whose output is the object that would be created."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each action."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="ACTION")
    for word, verb in VERBS.items():
        one = verbs.add_parser(word, help=verb.action.help, allow_abbrev=False)
        add_connection_again(one)
        outputs = ("json", "yaml", "text") if word in MAKES_ONE else ("json", "text")
        one.add_argument(
            "-o", "--output", choices=outputs, default="text", help="text is for people"
        )
        add_names(one, verb)
        if verb.action is not SUBMIT:
            add_files(one)
        verb.add(one)


CallsOf = Callable[[Plan], tuple[Call, ...]]


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the plan for each workflow; 1 if Argo's rules refuse one."""
    verb = VERBS[args.verb]
    choices = choices_of(verb, args)
    context = context_of(settings, is_saved=bool(getattr(args, "file", ())))
    plans: list[Plan] = []
    with ExitStack() as closing:
        sources: list[Connection] = []

        def opened() -> Connection:
            if not sources:
                sources.append(open_source(settings))
                closing.callback(sources[0].close)
            return sources[0]

        try:
            for manifest, source in subjects(verb, args, settings, opened):
                caller = caller_of(source) if source is not None else None
                plans.append(verb.action.plan(manifest, choices, replace(context, caller=caller)))
        except (PlanError, InputError, UsageError) as error:
            if args.output != "json":
                raise
            write(f"{to_json({'error': error.what}, 2)}\n")
            return error.exit_code
    for warning in dict.fromkeys(warning for plan in plans for warning in plan.warnings):
        say(f"argo-tui: {warning}")
    preview = preview_of(settings)

    def calls_of(plan: Plan) -> tuple[Call, ...]:
        return preview(plan.operation) if plan.operation is not None else ()

    _print(plans, args, calls_of)
    return 0


def _print(plans: Sequence[Plan], args: argparse.Namespace, calls_of: CallsOf) -> None:
    if args.output == "text":
        write(
            "\n".join(_text(plan, calls_of(plan)) for plan in plans)
            if plans
            else "No resources found\n"
        )
        return
    makes = args.verb in MAKES_ONE
    if args.output == "yaml":
        for at, plan in enumerate(plans):
            write(("---\n" if at else "") + to_yaml(plan.result))
        return
    shown = [_made(plan) if makes else _whole(plan, calls_of(plan)) for plan in plans]
    write(f"{to_json(shown[0] if len(shown) == 1 else shown, 2)}\n")


def _made(plan: Plan) -> Manifest:
    """The object that would be created; Argo prints empty fields for a resubmission."""
    made = dict(plan.result or {})
    if plan.action != RESUBMIT.id:
        return made
    made["metadata"] = {**made.get("metadata", {}), "creationTimestamp": None}
    status = made.get("status") or {}
    made["status"] = {"phase": "", "conditions": None, "nodes": {}, **status}
    return made


def _whole(plan: Plan, calls: Sequence[Call]) -> dict[str, Any]:
    return {
        "action": plan.action,
        **plan.facts,
        "writes": [_call(one) for one in calls],
        "command": plan.command,
        "lines": list(plan.lines),
    }


def _call(one: Call) -> dict[str, Any]:
    call: dict[str, Any] = {"method": one.method, "path": one.path}
    if one.query:
        call["query"] = dict(one.query)
    if one.body is not None:
        call["contentType"] = one.content_type
        call["body"] = one.body
    return {**call, "purpose": one.purpose}


def _text(plan: Plan, calls: Sequence[Call]) -> str:
    """The plan as text for people."""
    lines = [plan.title, *(f"  {line}" for line in plan.lines)]
    if calls:
        lines.append("  Calls:")
    lines += call_lines(calls)
    if plan.command:
        lines.append(f"  Same as: {plan.command}")
    return "".join(f"{clean_lines(line)}\n" for line in lines)
