"""Every key that destroys something, and the question that comes before it.

Whoever gives a key to another action that destroys adds it here, and sees it asked about.
"""

from __future__ import annotations

import pytest

from tests.screens.test_kinds import go, made
from tests.support.app import showing
from tests.support.asking import ask, focused
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.actions import ACTIONS
from tui.keys import KEYS, each
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen

TEMPLATES = [{"name": "main", "container": {"image": "a"}}]
SPEC = {"entrypoint": "main", "templates": TEMPLATES}
CRON = {"schedules": ["0 7 * * *"], "workflowSpec": SPEC}

DESTROYING = {
    ("X", "workflow.stop"): ("wf", run("one", "Running")),
    ("T", "workflow.terminate"): ("wf", run("one", "Running")),
    ("D", "workflow.delete"): ("wf", run("one", "Succeeded", ended=1)),
    ("D", "cron.delete"): ("cron", made("CronWorkflow", "one", spec=CRON)),
    ("D", "template.delete"): ("wftmpl", made("WorkflowTemplate", "one", spec=SPEC)),
    ("D", "cluster-template.delete"): (
        "cwftmpl",
        made("ClusterWorkflowTemplate", "one", "", spec=SPEC),
    ),
}
"""Key and action → the list it is pressed in, and what is there."""


def keys_of(binding: str) -> tuple[str, ...]:
    return each(KEYS[binding]) if binding in KEYS else ("",)


def test_these_are_all_of_them() -> None:
    found = {
        (key, action.id)
        for action in ACTIONS
        if action.consequence == "destroys"
        for key in keys_of(action.binding_id)
    }
    assert found == DESTROYING.keys()


def test_no_binding_of_a_screen_leads_past_the_question() -> None:
    destroying = {action.id for action in ACTIONS if action.consequence == "destroys"}
    bindings = {action.binding_id for action in ACTIONS if action.id in destroying}
    for binding in (*ListScreen.key_bindings(), *WorkflowScreen.key_bindings()):
        acts = any(name in binding.action for name in (*destroying, *bindings))
        assert acts == (binding.id in bindings), f"{binding.key} of {binding.id} does {binding}"
        assert not acts or binding.action.startswith("act(")
    for action in ACTIONS:
        asks_nothing = action.session or getattr(action, "program", None)
        assert not (action.id in destroying and asks_nothing)


@pytest.mark.parametrize(("key", "action"), DESTROYING)
async def test_each_asks_with_cancel_chosen_and_sends_nothing_by_itself(
    key: str, action: str
) -> None:
    kind, manifest = DESTROYING[key, action]
    source = ScriptedSource(manifest)
    async with showing(source=source, size=(120, 30)) as shown:
        if kind != "wf":
            await go(shown, kind)
        await shown.until_shown("one")
        screen = await ask(shown, key)
        assert screen.action.id == action
        assert focused(shown) == "cancel"
        await shown.press("enter")
        await shown.until(lambda: shown.app.screen is not screen)
        assert source.performed == []
