"""The template behind a node, and the containers its pod has (argo.md 1.2, 1.3, 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tui.domain.node import AGENTS, Node
from tui.domain.workflow import Workflow

Template = dict[str, Any]

INIT, WAIT, MAIN = "init", "wait", "main"


def template_named(workflow: Workflow, name: str) -> Template | None:
    """The template of that name: the workflow's own, the stored spec's, then stored ones."""
    stored = workflow.status.stored_workflow_template_spec
    places: list[Iterable[Template]] = [
        workflow.spec.templates,
        stored.templates if stored else (),
        workflow.status.stored_templates.values(),
    ]
    for templates in places:
        for template in templates:
            if template.get("name") == name:
                return template
    return None


def template_of(workflow: Workflow, node: Node) -> Template | None:
    """The template that a node runs, None where the workflow does not have it (argo.md 1.3).

    One from elsewhere is looked for under its own stored key first, since another template of the
    workflow may have the same name.
    """
    stored = workflow.status.stored_templates
    ref, scope = node.template_ref, node.template_scope
    if ref is not None:
        scope = f"{'cluster' if ref.cluster_scope else 'namespaced'}/{ref.name}"
        exact = stored.get(f"{scope}/{ref.template}")
    else:
        # Old versions wrote the name of a WorkflowTemplate alone.
        scope = scope if "/" in scope or not scope else f"namespaced/{scope}"
        exact = stored.get(f"{scope}/{node.template_name}")
    if exact is not None:
        return exact
    return template_named(workflow, node.template) if node.template else None


def image_of(workflow: Workflow, node: Node) -> str:
    """The image of a step's own container; "" where there is none or a parameter names it."""
    template = template_of(workflow, node) or {}
    inner = template.get("containerSet")
    several = inner.get("containers") if isinstance(inner, dict) else None
    own = next((template[name] for name in ("container", "script") if template.get(name)), None)
    found = [own] if own else several if isinstance(several, list) else []
    images = [str(each.get("image") or "") for each in found if isinstance(each, dict)]
    return ", ".join(dict.fromkeys(image for image in images if image and "{{" not in image))


def container_names(workflow: Workflow, node: Node) -> tuple[str, ...]:
    """The containers whose logs a node's pod may have, the most interesting first."""
    if node.type == "Container":
        pod = workflow.nodes.get(node.boundary_id)
        return _with_own_first(node, container_names(workflow, pod) if pod else (MAIN,))
    return tuple(name for name, _ in container_roles(workflow, node))


RESTARTS = "restartPolicy"


def container_roles(workflow: Workflow, pod: Node) -> tuple[tuple[str, str], ...]:
    """Name and role of each container; those that Argo adds to every pod come last.

    Which plugins are in the agent's pod no template says.
    """
    if pod.type in AGENTS:
        return (MAIN, "step"), (INIT, "Argo's")
    template = template_of(workflow, pod) or {}
    inner = _names((template.get("containerSet") or {}).get("containers"))
    found: dict[str, str] = {}
    for names, role in (
        (inner or (MAIN,), "in set" if inner else "step"),
        (_names(template.get("sidecars")), "sidecar"),
        (_names(template.get("initContainers")), "init"),
        ((INIT, WAIT), "Argo's"),
    ):
        for name in names:
            found.setdefault(name, role)
    return tuple(found.items())


def may_restart(workflow: Workflow, pod: Node) -> bool:
    """Whether containers of a pod may be started again in it.

    Argo has pods never do that, unless a patch or a container of the template says otherwise.
    """
    defaults = workflow.exec_spec.template_defaults
    told: list[Any] = [workflow.exec_spec.pod_spec_patch]
    for each in (template_of(workflow, pod), defaults):
        template = each if isinstance(each, dict) else {}
        told.append(template.get("podSpecPatch"))
        for key in ("initContainers", "sidecars"):
            listed = template.get(key)
            if isinstance(listed, list | tuple):
                told += [one.get("restartPolicy") and RESTARTS for one in listed if one]
    return any(isinstance(each, str) and RESTARTS in each for each in told)


def _with_own_first(node: Node, names: tuple[str, ...]) -> tuple[str, ...]:
    own = node.display_name or node.name.rpartition(".")[2]
    return tuple(dict.fromkeys((own, *names)))


def _names(containers: Any) -> tuple[str, ...]:
    return tuple(_each_name(containers)) if isinstance(containers, list | tuple) else ()


def _each_name(containers: Iterable[Any]) -> Iterator[str]:
    for container in containers:
        if isinstance(container, dict) and container.get("name"):
            yield str(container["name"])
