"""Finding templates: by name, by reference, or written inline (argo.md 1.2, 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.demo.engine.run import TEMPLATE_KINDS, Run, Template, template_kind
from tui.demo.resources import CLUSTER_WORKFLOW_TEMPLATES, WORKFLOW_TEMPLATES
from tui.demo.store import Store


class TemplateError(ValueError):
    """A template that is not there; the words are Argo's."""


@dataclass(frozen=True, slots=True)
class TemplateScope:
    """Where names of templates are looked up."""

    kind: str
    """One of "local", "namespaced" and "cluster"."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Found:
    """A template, the scope its own steps are looked up in, and what its node says of it."""

    template: Template
    scope: TemplateScope
    fields: dict[str, Any]
    written: Template
    """The template without what the workflow says for all of them."""


class Templates:
    """Looks templates up in a workflow and in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def spec_of(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        """The spec of a (cluster) workflow template."""
        resource = CLUSTER_WORKFLOW_TEMPLATES if kind == "cluster" else WORKFLOW_TEMPLATES
        place = "" if kind == "cluster" else namespace
        obj = self._store.find(resource, place, name)
        if obj is None:
            raise TemplateError(f'{resource.qualified} "{name}" not found')
        spec = obj.get("spec")
        return spec if isinstance(spec, dict) else {}

    def root_scope(self, run: Run) -> TemplateScope:
        """Where the entrypoint is looked up.

        The spec that is merged from a workflow template has no name of its own in Argo.
        """
        merged_spec = (run.obj.get("spec") or {}).get("workflowTemplateRef")
        return TemplateScope("local", "" if merged_spec else run.name)

    def find(self, run: Run, holder: dict[str, Any], scope: TemplateScope) -> Found:
        """The template that a step, task, hook or entrypoint names."""
        fields: dict[str, Any] = {"templateScope": str(scope)}
        if isinstance(holder.get("inline"), dict):
            inline = self._inline(run, holder, scope)
            return Found(self._whole(run, inline), scope, fields, inline)
        ref = holder.get("templateRef")
        if isinstance(ref, dict):
            return self._referred(run, ref, fields)
        name = str(holder.get("template") or "")
        fields["templateName"] = name
        key = f"{scope}/{name}"
        stored = run.status.get("storedTemplates") or {}
        if key in stored:
            return Found(self._whole(run, stored[key]), scope, fields, stored[key])
        for template in self._listed(run, scope):
            if template.get("name") == name:
                if scope.kind != "local":
                    # Kept, so that the run goes on when the template is changed or deleted.
                    run.status.setdefault("storedTemplates", {})[key] = template
                    run.changed = True
                return Found(self._whole(run, template), scope, fields, template)
        raise TemplateError(f"template name '{name}' undefined")

    def _inline(self, run: Run, holder: dict[str, Any], scope: TemplateScope) -> Template:
        """An inline template; one that stands in another's template is kept (argo.md 1.3)."""
        template: Template = holder["inline"]
        if scope.kind == "local":
            return template
        key = f"{scope}/inline/{str(holder.get('name', '')).partition('(')[0]}"
        stored = run.status.setdefault("storedTemplates", {})
        if key not in stored:
            stored[key] = template
            run.changed = True
        return dict(stored[key])

    def _referred(self, run: Run, ref: dict[str, Any], fields: dict[str, Any]) -> Found:
        kind = "cluster" if ref.get("clusterScope") else "namespaced"
        name, wanted = str(ref.get("name", "")), str(ref.get("template", ""))
        scope = TemplateScope(kind, name)
        fields["templateRef"] = {
            key: ref[key] for key in ("name", "template", "clusterScope") if ref.get(key)
        }
        key = f"{kind}/{name}/{wanted}"
        stored = run.status.setdefault("storedTemplates", {})
        template = stored.get(key)
        if template is None:
            listed = self.spec_of(kind, run.namespace, name).get("templates") or ()
            template = next((each for each in listed if each.get("name") == wanted), None)
            if template is None:
                raise TemplateError(f"template {wanted} not found in workflow template {name}")
            stored[key] = template
            run.changed = True
        return Found(self._whole(run, template), scope, fields, template)

    def _listed(self, run: Run, scope: TemplateScope) -> list[Template]:
        if scope.kind == "local":
            return list(run.spec.get("templates") or ())
        return list(self.spec_of(scope.kind, run.namespace, scope.name).get("templates") or ())

    def _whole(self, run: Run, template: Template) -> Template:
        """With what the workflow says for all its templates; the kind stays what it is."""
        defaults = run.spec.get("templateDefaults")
        whole = template
        if isinstance(defaults, dict):
            kind = template_kind(template)
            fit = {k: v for k, v in defaults.items() if k == kind or k not in TEMPLATE_KINDS}
            whole = merged(fit, template)
        strategy = run.spec.get("retryStrategy")
        if strategy is None or whole.get("retryStrategy") is not None:
            return whole
        return {**whole, "retryStrategy": strategy}

    def stored_spec(self, run: Run) -> dict[str, Any] | None:
        """The exec spec of a workflow made from a template: both merged, the workflow's first."""
        spec = run.obj.get("spec") or {}
        ref = spec.get("workflowTemplateRef")
        if not isinstance(ref, dict):
            return None
        kind = "cluster" if ref.get("clusterScope") else "namespaced"
        base = self.spec_of(kind, run.namespace, str(ref.get("name", "")))
        for template in base.get("templates") or ():
            # Argo stores what it reads while it validates: here every template.
            key = f"{kind}/{ref.get('name', '')}/{template.get('name')}"
            run.status.setdefault("storedTemplates", {})[key] = template
        whole = merged(base, {k: v for k, v in spec.items() if v is not None})
        given = (spec.get("arguments") or {}).get("parameters") or []
        known = (base.get("arguments") or {}).get("parameters") or []
        if given or known:
            # A parameter that the workflow gives keeps what the template tells of it besides.
            told = {each.get("name"): each for each in known}
            mine = [{**told.pop(each.get("name"), {}), **each} for each in given]
            arguments = whole.get("arguments") or {}
            whole["arguments"] = {**arguments, "parameters": [*mine, *told.values()]}
        return whole


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Two objects, one over the other, maps within them merged too."""
    made = dict(base)
    for key, value in over.items():
        old = made.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        made[key] = merged(old or {}, value) if both else value
    return made
