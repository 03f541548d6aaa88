"""Commands of one's own: programs that the settings name, offered like any other action.

Each is an action whose plan is a program on this machine, so that keys, menus, the palette, help
and the one verdict know it without knowing of settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tui.actions.base import Action, On
from tui.domain.identity import Target
from tui.domain.node import NodeId
from tui.domain.programs import Program, wanted
from tui.domain.workflow import WORKFLOW, Workflow
from tui.settings import OwnCommand

OF_STEPS: Mapping[str, On] = {"artifact": "artifact", "pod": "pod", "step": "node", "node": "node"}
"""A value that only a part of a workflow has → what of it the command is offered for."""


def own_action(name: str, given: OwnCommand) -> Action:
    """The action that a command of the settings is."""
    values = wanted(given.run)
    parts = (part for value, part in OF_STEPS.items() if value in values)
    on: On = next(parts, "object")
    return Action(
        id=f"own.{name}",
        kinds=frozenset(given.kinds) if on == "object" else frozenset({WORKFLOW}),
        label=given.label or name.capitalize(),
        help=given.help or f"{' '.join(given.run)} (settings: commands.{name})",
        consequence="runs" if given.changes else "none",
        program=Program(given.run, given.shell, given.output == "screen"),
        on=on,
        refusal=_only_in(given.phases) if given.phases else _never,
        key=given.key,
    )


def own_actions(given: Mapping[str, OwnCommand], kinds: Iterable[str]) -> Iterator[Action]:
    """Those of the settings, in their order; `kinds` is what one without kinds is offered for."""
    for name, each in given.items():
        yield own_action(name, each if each.kinds else each.replace(kinds=tuple(kinds)))


def _never(known: Any, target: Target) -> None:
    return None


def _only_in(phases: tuple[str, ...]) -> Callable[[Any, Target], str | None]:
    """Refuses what is in none of these phases: a step where one is meant, else the object."""
    words = " or ".join(phases)

    def refusal(known: Any, target: Target) -> str | None:
        node = known.nodes.get(NodeId(target.node)) if isinstance(known, Workflow) else None
        phase = node.phase if node is not None else getattr(known, "phase", "")
        name = node.title if node is not None else target.key.name
        return None if phase in phases else f"{name} is {phase or 'Pending'}, not {words}"

    return refusal
