"""The commands that print what the screens show, without Textual.

`COMMANDS` names them; a module is imported when its command runs. Each offers
`configure(parser)`, which adds its arguments, and `run(args, settings) -> int`, its exit code.
"""

from __future__ import annotations

COMMANDS = {
    "get": ("tui.headless.get", "print a workflow and its steps, as `argo get`"),
    "list": ("tui.headless.list", "print workflows, as `argo list`"),
    "logs": ("tui.headless.logs", "print the log of a workflow or of one step"),
    "auth": ("tui.headless.auth", "say what this account may do, as `kubectl auth can-i`"),
    "config": ("tui.headless.config", "say what the settings file says, and what is wrong with it"),
    "plan": ("tui.headless.plan", "say what an action would do, and do nothing"),
}
"""Name → module and a line of help."""
