"""The tasks of a DAG and what they depend on, and what can become of a task."""

from __future__ import annotations

from typing import Any

from tui.demo.engine import conditions
from tui.demo.engine.run import Node

Task = dict[str, Any]


class Graph:
    """Tasks by name; knows nothing of nodes."""

    def __init__(self, dag: dict[str, Any]) -> None:
        self.tasks: dict[str, Task] = {
            str(task["name"]): task for task in dag.get("tasks") or () if task.get("name")
        }
        self.depends = {name: conditions.depends_of(task) for name, task in self.tasks.items()}
        self.needs = {
            name: [each for each in conditions.tasks_in(text) if each in self.tasks]
            for name, text in self.depends.items()
        }
        targets = str(dag.get("target") or "").split()
        self.targets = [each for each in targets if each in self.tasks] or self._leaves()

    def _leaves(self) -> list[str]:
        needed = {each for needs in self.needs.values() for each in needs}
        return [name for name in self.tasks if name not in needed]

    def order(self) -> list[str]:
        """The tasks the targets need, each after what it depends on."""
        wanted: set[str] = set()
        todo = list(self.targets)
        while todo:
            name = todo.pop()
            if name not in wanted:
                wanted.add(name)
                todo += self.needs[name]
        waits = {name: len(set(self.needs[name])) for name in self.tasks if name in wanted}
        after: dict[str, list[str]] = {}
        for name in waits:
            for each in set(self.needs[name]):
                after.setdefault(each, []).append(name)
        order = [name for name, count in waits.items() if not count]
        for name in order:
            for each in after.get(name, ()):
                waits[each] -= 1
                if not waits[each]:
                    order.append(each)
        return order

    def bare(self, name: str) -> tuple[str, ...]:
        """What a task's name alone stands for in a `depends`: that depends on its `continueOn`."""
        allowed = self.tasks.get(name, {}).get("continueOn") or {}
        more = [w for key, w in (("failed", "Failed"), ("error", "Errored")) if allowed.get(key)]
        return ("Succeeded", "Skipped", "Daemoned", *more)


def became(node: Node | None, items: list[Node]) -> dict[str, bool]:
    """The results that a `depends` can ask of a task: its node, and its items if it has some."""
    if node is None:
        return {}
    phase = node.get("phase")
    return {
        "Succeeded": phase == "Succeeded",
        "Failed": phase == "Failed",
        "Errored": phase == "Error",
        "Skipped": phase == "Skipped",
        "Omitted": phase == "Omitted",
        "Daemoned": bool(node.get("daemoned")) and phase != "Pending",
        "AnySucceeded": any(item["phase"] == "Succeeded" for item in items),
        "AllFailed": bool(items) and all(item["phase"] == "Failed" for item in items),
    }
