"""The steps of a run that have no node yet, read from its templates (argo.md 1.2, 1.5, 1.6).

A controller makes the node of a step when the step's turn comes, so a run that goes on knows only
part of its own graph. The rest is in its spec, and in the templates that its status stores. What is
found here are nodes of the same form, with the ids that the controller will give them, so that a
step is the same step before and after it began.

How often a loop over a parameter will run nobody knows before: its items are one node of which
`counts` says None. A template that uses itself is not followed into itself.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from tui.domain.attempts import RETRY, Superseded, attempts, is_hook, superseded_of
from tui.domain.branches import BOUNDARIES, TASK_GROUP, group_parents_of, within_boundaries
from tui.domain.node import SUCCEEDED, Node, NodeId, TemplateRef
from tui.domain.once import once
from tui.domain.podname import node_id
from tui.domain.templates import Template, template_of
from tui.domain.workflow import Workflow

MOST = 10_000
"""Steps to come that are looked for; templates can stand for more than anybody draws."""

_NEEDED = re.compile(r"([a-zA-Z0-9_-]+)(?:\.[a-zA-Z]+)?")
"""A task in a `depends`, with the result that is asked of it."""
_LEAVES = (
    *(("container", "Pod"), ("script", "Pod"), ("resource", "Pod"), ("data", "Pod")),
    *(("containerSet", "Pod"), ("dag", "DAG"), ("steps", "Steps"), ("suspend", "Suspend")),
    *(("http", "HTTP"), ("plugin", "Plugin")),
)
"""What a template has → the type of its node."""


class Upcoming(NamedTuple):
    """What has no node yet."""

    nodes: dict[NodeId, Node]
    """Without a phase, and without children: those are in `edges`."""
    edges: dict[NodeId, list[NodeId]]
    """Node, of the run or of these → those of these that come after it."""
    counts: dict[NodeId, int | None]
    """Of steps that are loops: how many items there will be; None where a value says that."""
    never: frozenset[NodeId]
    """Those that will not come any more: what they are part of is over."""
    conditions: dict[NodeId, str]
    """What has to hold for a step to run, as its template says it."""


class _Inside(NamedTuple):
    """A DAG or Steps that is gone through."""

    key: NodeId
    name: str
    template: Template
    scope: str
    """Where its templates are looked for, as nodes say it."""
    above: tuple[tuple[str, str], ...]
    """The templates to come that it is part of, by scope and name."""
    is_over: bool


def upcoming(workflow: Workflow) -> Upcoming:
    """The steps that have no node yet; none of what succeeded, which has all it needed."""
    return _Search(workflow).all()


@once
def coming_of(workflow: Workflow) -> Upcoming:
    """The same, found once for a version."""
    return upcoming(workflow)


class _Search:
    """One search."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._run = workflow.metadata.name
        self._nodes = workflow.nodes
        self._ids = {node.name: key for key, node in workflow.nodes.items()}
        self._found: dict[NodeId, Node] = {}
        self._edges: dict[NodeId, list[NodeId]] = {}
        self._counts: dict[NodeId, int | None] = {}
        self._never: set[NodeId] = set()
        self._conditions: dict[NodeId, str] = {}
        self._inline: dict[NodeId, Template] = {}
        self._lasts: dict[NodeId, list[NodeId]] = {}
        """DAG or Steps → the members that it ends with, which may be such again."""
        self._waiting: deque[_Inside] = deque()
        self._order: list[tuple[NodeId, NodeId]] = []
        """A step, and one to come that follows it, or the end of what is inside it."""

    def all(self) -> Upcoming:
        """All of them."""
        is_over = self._workflow.is_completed
        spec = self._workflow.exec_spec
        if self._workflow.phase != SUCCEEDED:
            if not self._nodes:
                entry = spec.entrypoint or self._workflow.spec.entrypoint
                self._root(self._run, {"template": entry}, is_over)
            self._known(is_over)
            self._spread()
            if not is_over:
                own = self._workflow.spec
                on_exit = spec.on_exit or own.on_exit
                holder = {"onExit": on_exit, "hooks": {**_map(spec.hooks), **_map(own.hooks)}}
                for name, use in _hooks(self._run, holder):
                    if name not in self._ids:
                        self._root(name, use, is_over)
                        self._spread()
            for before, key in self._order:
                for end in self._ends(before):
                    self._follow(end, key)
        return Upcoming(
            self._found, self._edges, self._counts, frozenset(self._never), self._conditions
        )

    # --- where to look -----------------------------------------------------------------------

    def _root(self, name: str, use: Mapping[str, Any], is_over: bool) -> None:
        """What the run begins with, or a hook of it."""
        template = str(use.get("template") or "")
        if (template and "{{" not in template) or use.get("templateRef"):
            self._add(name, name, NodeId(""), use, "", (), is_over)

    def _known(self, is_over: bool) -> None:
        """The parts that have begun. A name is longer than that of what it is part of."""
        superseded = Superseded(self._nodes, superseded_of(self._workflow))
        parts = [
            (key, node)
            for key, node in self._nodes.items()
            if node.type in BOUNDARIES and node.phase != SUCCEEDED and key not in superseded
        ]
        for key, node in sorted(parts, key=lambda part: len(part[1].name)):
            template = self._inline.get(self._of_task(node)) or template_of(self._workflow, node)
            if template is not None:
                scope = node.template_scope
                if (ref := node.template_ref) is not None:
                    scope = f"{'cluster' if ref.cluster_scope else 'namespaced'}/{ref.name}"
                self._inside(
                    _Inside(key, node.name, template, scope, (), is_over or node.is_fulfilled)
                )

    def _of_task(self, node: Node) -> NodeId:
        """The node of the task that this is an item or an attempt of, or is itself."""
        name = re.sub(r"(\(\d+(:[^()]*)?\))+$", "", node.name)
        return node_id(self._run, name)

    def _spread(self) -> None:
        """Go on into what was found."""
        while self._waiting and len(self._found) < MOST:
            self._inside(self._waiting.popleft())

    # --- one part ----------------------------------------------------------------------------

    def _inside(self, part: _Inside) -> None:
        if isinstance(part.template.get("dag"), Mapping):
            self._dag(part)
        elif isinstance(part.template.get("steps"), list):
            self._steps(part)

    def _dag(self, part: _Inside) -> None:
        """The tasks that have no node, each after what it depends on."""
        dag = part.template["dag"]
        tasks = {str(task["name"]): task for task in _maps(dag.get("tasks")) if task.get("name")}
        needs = {
            name: [n for n in needed_tasks(task) if n in tasks] for name, task in tasks.items()
        }
        wanted = _with_needs(str(dag.get("target") or "").split(), needs)
        keys: dict[str, NodeId] = {}
        fresh: list[str] = []
        for name, task in tasks.items():
            whole = f"{part.name}.{name}"
            keys[name] = key = self._ids.get(whole) or node_id(self._run, whole)
            if isinstance(task.get("inline"), dict):
                self._inline[key] = task["inline"]
            if key in self._nodes:
                self._hook(part, whole, name, task)
            elif not wanted or name in wanted:
                self._use(part, whole, name, task)
                fresh.append(name)
        needed = {each for names in needs.values() for each in names}
        self._lasts[part.key] = [key for name, key in keys.items() if name not in needed]
        for name in fresh:
            if keys[name] not in self._found:
                continue
            if not needs[name]:
                self._follow(part.key, keys[name])
            self._order += [(keys[before], keys[name]) for before in needs[name]]

    def _steps(self, part: _Inside) -> None:
        """The steps that have no node, in groups one after the other."""
        before: list[NodeId] = []
        for at, group in enumerate(part.template["steps"]):
            inner = group if isinstance(group, list) else _map(group).get("steps")
            steps = {str(step["name"]): step for step in _maps(inner) if step.get("name")}
            name = f"{part.name}[{at}]"
            key = self._ids.get(name) or node_id(self._run, name)
            if key in self._nodes:
                members = [each for each in self._nodes[key].children if each in self._nodes]
                names = {self._nodes[each].name for each in members}
            elif len(self._found) >= MOST:
                return
            else:
                self._note(Node(id=key, name=name, display_name=f"[{at}]", type="StepGroup",
                                boundary_id=part.key), part.is_over)  # fmt: skip
                if not before:
                    self._follow(part.key, key)
                self._order += [(each, key) for each in before]
                members, names = [], set()
            for step, use in steps.items():
                whole = f"{name}.{step}"
                own = node_id(self._run, whole)
                if isinstance(use.get("inline"), dict):
                    self._inline[own] = use["inline"]
                if whole in names:
                    self._hook(part, whole, step, use)
                elif not any(each.startswith(f"{whole}(") for each in names):
                    self._use(part, whole, step, use)
                    self._follow(key, own)
                    members.append(own)
            self._lasts[part.key] = members or [key]
            before = members or [key]

    def _use(self, part: _Inside, name: str, title: str, use: Mapping[str, Any]) -> None:
        """A task or step that has no node."""
        self._add(name, title, part.key, use, part.scope, part.above, part.is_over)
        self._hook(part, name, title, use)

    def _hook(self, part: _Inside, name: str, title: str, use: Mapping[str, Any]) -> None:
        """What runs while a task does and when it is over, as far as it has not begun."""
        if not (use.get("hooks") or use.get("onExit")):
            return
        key = self._ids.get(name) or node_id(self._run, name)
        node = self._nodes.get(key)
        if part.is_over or (node is not None and node.is_fulfilled):
            return
        for whole, hook in _hooks(name, use):
            if whole not in self._ids:
                own = f"{title}{whole.removeprefix(name)}"
                self._add(whole, own, part.key, hook, part.scope, part.above, part.is_over)
                self._follow(key, node_id(self._run, whole))

    def _add(
        self,
        name: str,
        title: str,
        inside: NodeId,
        use: Mapping[str, Any],
        scope: str,
        above: tuple[tuple[str, str], ...],
        is_over: bool,
    ) -> None:
        """A node to come, and what is inside it for later."""
        key = node_id(self._run, name)
        if len(self._found) >= MOST:
            return
        ref = _ref(use.get("templateRef"))
        inline = use.get("inline")
        node = Node(
            id=key,
            name=name,
            display_name=title,
            boundary_id=inside,
            template_name="" if ref else str(use.get("template") or ""),
            template_ref=ref,
            template_scope=scope,
        )
        template = inline if isinstance(inline, dict) else template_of(self._workflow, node)
        count = items_of(use)
        kind = next((kind for has, kind in _LEAVES if (template or {}).get(has) is not None), "Pod")
        node = Node(
            id=key,
            name=name,
            display_name=title,
            type=kind,
            boundary_id=inside,
            template_name=node.template_name,
            template_ref=ref,
            template_scope=scope,
        )
        self._note(node, is_over)
        if count != 1:
            self._counts[key] = count
        if use.get("when"):
            self._conditions[key] = str(use["when"])
        own = (scope, node.template)
        if ref is not None:
            scope = f"{'cluster' if ref.cluster_scope else 'namespaced'}/{ref.name}"
            own = (scope, ref.template)
        # The items of a loop have their own inside each, which nobody can draw before.
        if template is not None and kind in BOUNDARIES and count == 1 and own not in above:
            if own[1]:
                above = (*above, own)
            self._waiting.append(_Inside(key, name, template, scope, above, is_over))

    def _note(self, node: Node, is_over: bool) -> None:
        self._found[node.id] = node
        if is_over:
            self._never.add(node.id)

    def _follow(self, before: NodeId, key: NodeId) -> None:
        if key in self._found:
            after = self._edges.setdefault(before, [])
            if key not in after[-1:]:
                after.append(key)

    def _ends(self, key: NodeId) -> Iterator[NodeId]:
        """The nodes that a node ends with (argo.md 1.5: its outbound nodes): itself, if it has none
        inside."""
        nodes = self._nodes
        seen: set[NodeId] = set()
        waiting = [key]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            node = nodes.get(key)
            inner: Iterable[NodeId] = ()
            if node is None or node.type in BOUNDARIES:
                inner = self._lasts.get(key, ())
                if key not in self._lasts and node is not None:
                    inner = self._last_begun(key)
            elif node.type == RETRY:
                inner = attempts(nodes, node)[-1:]
            elif node.type == TASK_GROUP:
                inner = [child for child in node.children if child in nodes
                         and nodes[child].name.startswith(f"{node.name}(")]  # fmt: skip
            inner = [each for each in inner if each in nodes or each in self._found]
            if inner:
                waiting.extend(reversed(inner))
            else:
                yield key

    def _last_begun(self, key: NodeId) -> list[NodeId]:
        """The members of a part, whose template is not known, after which none of it comes."""
        nodes, retried = self._nodes, group_parents_of(self._workflow)
        inner = within_boundaries(self._workflow).get(key, ())
        members = {each for each in inner if not is_hook(nodes[each])}
        found = [
            each
            for each in inner
            if each in members
            and members.isdisjoint(nodes[each].children)
            and retried.get(each) not in members
        ]
        self._lasts[key] = found
        return found


def needed_tasks(task: Mapping[str, Any]) -> list[str]:
    """The tasks that a task of a DAG comes after, each once."""
    listed = task.get("dependencies")
    if task.get("depends"):
        return list(dict.fromkeys(_NEEDED.findall(str(task["depends"]))))
    return list(dict.fromkeys(map(str, listed))) if isinstance(listed, list) else []


def _with_needs(targets: Iterable[str], needs: Mapping[str, list[str]]) -> set[str]:
    """The tasks that these need, themselves too."""
    wanted: set[str] = set()
    waiting = [name for name in targets if name in needs]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += needs[name]
    return wanted


def _hooks(name: str, holder: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The hooks of a run, a task or a step, by the names of their nodes; `onExit` goes before
    `hooks.exit`.

    What has to hold for one is said as of a step.
    """
    for event, value in _map(holder.get("hooks")).items():
        hook = _map(value)
        if event == "exit" and holder.get("onExit"):
            continue
        whole = f"{name}.onExit" if event == "exit" else f"{name}.hooks.{event}"
        if hook.get("template") or hook.get("templateRef"):
            used = {key: hook.get(key) for key in ("template", "templateRef")}
            yield whole, {**used, "when": hook.get("expression")}
    if holder.get("onExit"):
        yield f"{name}.onExit", {"template": holder["onExit"]}


def items_of(use: Mapping[str, Any]) -> int | None:
    """How many nodes a task or step will be; None where a value says that."""
    if isinstance(items := use.get("withItems"), list):
        return None if len(items) == 1 and "{{" in str(items[0]) else len(items)
    if use.get("withParam") is not None:
        return None
    if isinstance(sequence := use.get("withSequence"), Mapping):
        return _in_sequence(sequence)
    return 1


def _in_sequence(sequence: Mapping[str, Any]) -> int | None:
    """How many numbers a sequence has; `count` wins over `end` (argo.md 1.2)."""
    try:
        start = int(str(sequence.get("start") or 0))
        if sequence.get("count") is not None:
            return max(0, int(str(sequence["count"])))
        if sequence.get("end") is not None:
            return abs(int(str(sequence["end"])) - start) + 1
    except ValueError:
        return None
    return None


def _ref(value: Any) -> TemplateRef | None:
    if not isinstance(value, Mapping):
        return None
    name, template = str(value.get("name") or ""), str(value.get("template") or "")
    return TemplateRef(
        name=name, template=template, cluster_scope=value.get("clusterScope") is True
    )


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from islice((each for each in value if isinstance(each, Mapping)), MOST)
