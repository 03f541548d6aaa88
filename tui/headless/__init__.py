"""The commands that print what the screens show, without Textual.

`COMMANDS` names them; a module is imported when its command runs. Each offers
`configure(parser)`, which adds its arguments, and `run(args, settings) -> int`, its exit code;
where a module has several commands, each is a value in it that offers the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

COMMANDS = {
    "get": ("tui.headless.get", "print a workflow and its steps, as `argo get`"),
    "list": ("tui.headless.list", "print workflows, as `argo list`"),
    "logs": ("tui.headless.logs", "print the log of a workflow or of one step"),
    "why": ("tui.headless.why", "say why a workflow failed, what it waits for, what takes long"),
    "artifacts": ("tui.headless.artifacts", "list the artifacts of a workflow or of one step"),
    "cp": ("tui.headless.cp", "copy artifacts to files or to standard output, as `argo cp`"),
    "watch": ("tui.headless.watching:WATCH", "draw a workflow and its steps until it is over"),
    "wait": ("tui.headless.watching:WAIT", "wait until workflows are over, and say how they ended"),
    "submit": ("tui.headless.acting:SUBMIT", "run a workflow, or a template or cron workflow"),
    "resubmit": ("tui.headless.acting:RESUBMIT", "run workflows again, as new ones"),
    "retry": ("tui.headless.acting:RETRY", "run the failed steps of workflows again"),
    "stop": ("tui.headless.acting:STOP", "end workflows; exit handlers still run"),
    "terminate": ("tui.headless.acting:TERMINATE", "kill workflows at once"),
    "suspend": ("tui.headless.acting:SUSPEND", "let workflows begin no new step"),
    "resume": ("tui.headless.acting:RESUME", "let workflows, or waiting steps, go on"),
    "set": ("tui.headless.acting:SET", "give waiting steps outputs, a phase or a message"),
    "delete": ("tui.headless.acting:DELETE", "delete workflows"),
    "diff": ("tui.headless.comparing:DIFF", "say what is different between two runs"),
    "stats": ("tui.headless.comparing:STATS", "say how the runs of a template went, and how long"),
    "lint": ("tui.headless.lint:LINT", "say what Argo would refuse of manifests, and where it is"),
    "cron": ("tui.headless.definitions:CRONS", "cron workflows: list, get, create, trigger …"),
    "template": ("tui.headless.definitions:TEMPLATES", "workflow templates: list, get, create …"),
    "cluster-template": (
        "tui.headless.definitions:CLUSTER_TEMPLATES",
        "cluster workflow templates: list, get, create …",
    ),
    "archive": ("tui.headless.archive:ARCHIVE", "what an Argo Server has archived: list, get …"),
    "auth": ("tui.headless.auth", "say what this account may do, who it is, or its token"),
    "save": ("tui.headless.save", "write a run with its logs and more into one file"),
    "doctor": (
        "tui.headless.doctor",
        "say what is right and wrong with terminal, login, cluster and stores",
    ),
    "config": ("tui.headless.config", "say what the settings file says, and what is wrong with it"),
    "completion": ("tui.headless.completion", "print the script that completes words in a shell"),
    "plan": ("tui.headless.plan", "say what an action would do, and do nothing"),
}
"""Name → module, or `module:VALUE`, and a line of help."""


def command(name: str) -> Any:
    """What runs the command of this name: its module, or the value in it."""
    module, _, value = COMMANDS[name][0].partition(":")
    found = import_module(module)
    return getattr(found, value) if value else found
