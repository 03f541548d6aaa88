"""What a step's pod asks for and may use, container by container (argo.md 4.4).

Best read from the pod itself: the cluster adds defaults that stand nowhere else. Where the pod is
gone it is worked out as Argo makes it: from the template, over `templateDefaults`, patched by the
`podSpecPatch` of the workflow and then that of the template, with the step's own parameters filled
in. What is left to the cluster, or to an expression that only Argo evaluates, is unknown.

Of CPU amounts are thousandths of a core, of everything else whole units: bytes, devices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from tui.domain.node import Node, Parameter
from tui.domain.once import once
from tui.domain.plainyaml import NotPlain, read
from tui.domain.prices import CPU as CPU
from tui.domain.prices import MEMORY as MEMORY
from tui.domain.quantity import known_amount, millis, whole
from tui.domain.templates import INIT, MAIN, WAIT, template_of
from tui.domain.workflow import Manifest, Workflow

Amounts = Mapping[str, int]
"""Name of a resource → how much of it."""

Role = Literal["main", "sidecar", "init", "argo"]


class ContainerAllowance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one container asks for, and what it may use at most."""

    name: str
    role: Role = "main"
    """`init` runs before the others and ends, a `sidecar` beside them, `argo` is Argo's own."""
    requests: dict[str, int] = {}
    limits: dict[str, int] = {}
    starts_first: bool = False
    """Whether it is a sidecar that begins among the init containers and goes on."""

    def asked(self, resource: str) -> int | None:
        """What is requested; a limit alone is a request, too."""
        found = self.requests.get(resource)
        return self.limits.get(resource) if found is None else found


class PodAllowance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the containers of a pod ask for and may use."""

    containers: tuple[ContainerAllowance, ...] = ()
    requests: dict[str, int] = {}
    """Those of the pod as a whole, which then hold in place of its containers'."""
    limits: dict[str, int] = {}
    overhead: dict[str, int] = {}
    is_of_pod: bool = False
    """Whether it was read from the pod, not worked out from its template."""
    unclear: str = ""
    """What could not be worked out, in a sentence."""

    def of(self, container: str) -> ContainerAllowance | None:
        """What one container asks for; None for one that is not known."""
        return next((each for each in self.containers if each.name == container), None)

    @property
    def own(self) -> tuple[ContainerAllowance, ...]:
        """Those of the step, without Argo's and without what ends before it begins."""
        return tuple(each for each in self.containers if each.role in ("main", "sidecar"))

    def resources(self) -> tuple[str, ...]:
        """The names of what is asked for, CPU and memory first."""
        names = {*self.requests, *self.limits}
        for each in self.containers:
            names |= {*each.requests, *each.limits}
        return tuple(sorted(names, key=lambda name: (name not in (CPU, MEMORY), name)))

    def request(self, resource: str) -> int | None:
        """What the scheduler keeps free for the pod; None where nothing is asked for.

        Containers add up; those that run one after the other before them count with the most that
        is needed at one time.
        """
        for_all = self.requests.get(resource, self.limits.get(resource))
        if for_all is None:
            for_all = self._together(lambda each: each.asked(resource))
        extra = self.overhead.get(resource, 0)
        return for_all + extra if for_all is not None else extra or None

    def limit(self, resource: str) -> int | None:
        """The most that the pod may use; None where some container of the step has no limit."""
        if (for_all := self.limits.get(resource)) is not None:
            return for_all
        if any(not each.limits.get(resource) for each in self.own):
            return None
        return self._together(lambda each: each.limits.get(resource))

    def _together(self, amount: Callable[[ContainerAllowance], int | None]) -> int | None:
        running = first = highest = 0
        is_known = False
        for each in self.containers:
            found = amount(each)
            is_known = is_known or found is not None
            if each.role == "init" or (each.role == "argo" and each.name == INIT):
                highest = max(highest, (found or 0) + first)
            else:
                running += found or 0
                if each.starts_first:
                    first += found or 0
                    highest = max(highest, first)
        return max(running, highest) if is_known else None


class Allowance(NamedTuple):
    """Requests and limits of all containers of a step together; None where not known."""

    cpu_request: int | None = None
    """Thousandths of a core."""
    cpu_limit: int | None = None
    memory_request: int | None = None
    """Bytes."""
    memory_limit: int | None = None

    def cpu(self) -> tuple[int, str] | None:
        """The CPU limit or else request in thousandths of a core, and which of them it is."""
        return _first(self.cpu_limit, self.cpu_request)

    def memory(self) -> tuple[int, str] | None:
        """The memory limit or else request in bytes, and which of them it is."""
        return _first(self.memory_limit, self.memory_request)


def _first(limit: int | None, request: int | None) -> tuple[int, str] | None:
    if limit:
        return limit, "limit"
    return (request, "request") if request else None


def allowance_of(workflow: Workflow, node: Node) -> Allowance:
    """The requests and limits of a step; None of what not every container of it has."""
    return summed(template_allowance(workflow, node))


def summed(found: PodAllowance) -> Allowance:
    """The requests and limits of the step's own containers together."""
    own = found.own
    return Allowance(
        _sum((each.requests for each in own), CPU),
        _sum((each.limits for each in own), CPU),
        _sum((each.requests for each in own), MEMORY),
        _sum((each.limits for each in own), MEMORY),
    )


def _sum(amounts: Iterable[Amounts], resource: str) -> int | None:
    """The sum over containers; None unless every one of them has a value."""
    found = [each.get(resource) for each in amounts]
    known = [each for each in found if each]
    return sum(known) if known and len(known) == len(found) else None


# --- from the pod --------------------------------------------------------------------------------


def pod_allowance(pod: Manifest) -> PodAllowance:
    """What a pod says itself; odd fields are as if they were not there."""
    spec = pod.get("spec")
    if not isinstance(spec, dict):
        return PodAllowance(is_of_pod=True)
    return _of_spec(spec, own=None, is_of_pod=True)


def _of_spec(
    spec: Mapping[str, Any], *, own: frozenset[str] | None, is_of_pod: bool, unclear: str = ""
) -> PodAllowance:
    """`own` has the names of those that do the work; None where the others are not told apart."""
    found: list[ContainerAllowance] = []
    for place in ("initContainers", "containers"):
        for each in _list(spec, place):
            name = str(each.get("name") or MAIN)
            starts_first = place == "initContainers" and each.get("restartPolicy") == "Always"
            role: Role = "main"
            if (place, name) in (("initContainers", INIT), ("containers", WAIT)):
                role = "argo"
            elif starts_first:
                role = "sidecar"
            elif place == "initContainers":
                role = "init"
            elif own is not None and name not in own:
                role = "sidecar"
            found.append(
                ContainerAllowance(name, role, *_amounts(each.get("resources")), starts_first)
            )
    requests, limits = _amounts(spec.get("resources"))
    overhead = _each_amount(spec.get("overhead"))
    return PodAllowance(tuple(found), requests, limits, overhead, is_of_pod, unclear)


def _amounts(resources: Any) -> tuple[dict[str, int], dict[str, int]]:
    """Requests and limits."""
    told = resources if isinstance(resources, dict) else {}
    return _each_amount(told.get("requests")), _each_amount(told.get("limits"))


def _each_amount(told: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, value in told.items() if isinstance(told, dict) else ():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        known = known_amount(str(value))
        if isinstance(name, str) and known is not None and known > 0:
            found[name] = millis(str(value)) if name == CPU else whole(str(value))
    return found


def _list(spec: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = spec.get(name)
    return [x for x in found if isinstance(x, dict)] if isinstance(found, list | tuple) else []


# --- from the template ---------------------------------------------------------------------------


def template_allowance(workflow: Workflow, node: Node) -> PodAllowance:
    """What the template of a step says of its pod, patched as Argo patches it."""
    made = _unpatched(workflow, node)
    if not made.patches:
        return made.allowance
    values = _values(workflow, node) if made.has_tags else {}
    return _patched(made, tuple(_filled(each, values) for each in made.patches))


def same_allowance(workflow: Workflow, node: Node) -> Hashable:
    """Steps for which this is equal have the same allowance by their templates."""
    made = _unpatched(workflow, node)
    values = _values(workflow, node) if made.has_tags else {}
    return id(made), tuple(_filled(each, values) for each in made.patches if made.has_tags)


class _Unpatched(NamedTuple):
    """What a template says, before its patches."""

    spec: dict[str, Any]
    own: frozenset[str]
    allowance: PodAllowance
    patches: tuple[str, ...] = ()
    has_tags: bool = False
    """Whether they say something else of each step."""


@once
def _by_template(workflow: Workflow) -> dict[Hashable, _Unpatched]:
    """Of each template, by what a step calls it: steps are many, templates few."""
    return {}


def _unpatched(workflow: Workflow, node: Node) -> _Unpatched:
    kept = _by_template(workflow)
    ref = node.template_ref
    of_ref = (ref.name, ref.template, ref.cluster_scope) if ref is not None else ()
    key = (node.template_name, node.template_scope, of_ref)
    found = kept.get(key)
    if found is None:
        found = kept[key] = _read_template(workflow, node)
    return found


def _read_template(workflow: Workflow, node: Node) -> _Unpatched:
    template = template_of(workflow, node)
    if template is None:
        unclear = "its template is not in the workflow"
        return _Unpatched({}, frozenset(), PodAllowance(unclear=unclear))
    executed = workflow.exec_spec
    if isinstance(executed.template_defaults, dict):
        template = _over(executed.template_defaults, template)
    spec, own = _pod_spec(template)
    for_all = template.get("podResources") or executed.pod_resources
    if isinstance(for_all, dict):
        spec["resources"] = for_all
    told = (executed.pod_spec_patch, template.get("podSpecPatch"))
    patches = tuple(each for each in told if isinstance(each, str) and each.strip())
    has_tags = any("{{" in each for each in patches)
    return _Unpatched(spec, own, _of_spec(spec, own=own, is_of_pod=False), patches, has_tags)


def _over(defaults: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """A template over `templateDefaults`, as far as its containers."""
    made = dict(template)
    for name in ("container", "script"):
        mine, theirs = template.get(name), defaults.get(name)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            made[name] = _merged_container(theirs, mine)
    for name in ("sidecars", "initContainers"):
        if isinstance(defaults.get(name), list | tuple):
            made[name] = _merged_list(_list(defaults, name), _list(template, name))
    for name in ("podResources", "podSpecPatch"):
        if name not in template and name in defaults:
            made[name] = defaults[name]
    return made


def _pod_spec(template: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The spec of the pod that a template makes, as far as its containers, without Argo's."""
    works: list[dict[str, Any]] = []
    for kind in ("container", "script"):
        if isinstance(template.get(kind), dict):
            works = [{**template[kind], "name": MAIN}]
    inner = template.get("containerSet")
    if isinstance(inner, dict):
        works = [{**each, "name": each.get("name") or MAIN} for each in _list(inner, "containers")]
    if not works and any(template.get(kind) for kind in ("resource", "data")):
        works = [{"name": MAIN}]
    spec = {
        "initContainers": _list(template, "initContainers"),
        "containers": [*works, *_list(template, "sidecars")],
    }
    return spec, frozenset(str(each["name"]) for each in works)


_TAG = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_ATTEMPT = re.compile(r"\((\d{1,6})\)$")


def _values(workflow: Workflow, node: Node) -> dict[str, str]:
    """What tags stand for, of a step that has been given its inputs."""
    found: dict[str, str] = {
        "workflow.name": workflow.metadata.name,
        "workflow.namespace": workflow.metadata.namespace,
        "workflow.uid": workflow.metadata.uid,
        "node.name": node.name,
    }
    for prefix, given in (
        ("workflow.parameters.", workflow.spec.arguments.parameters),
        ("workflow.parameters.", workflow.exec_spec.arguments.parameters),
        ("inputs.parameters.", node.inputs.parameters if node.inputs is not None else ()),
    ):
        found.update(_given(prefix, given))
    if (attempt := _ATTEMPT.search(node.name)) is not None:
        found["retries"] = attempt[1]
    return found


def _given(prefix: str, parameters: Iterable[Parameter]) -> Iterator[tuple[str, str]]:
    for each in parameters:
        value = each.value if each.value is not None else each.default
        if value is not None:
            yield f"{prefix}{each.name}", value


def _filled(patch: str, values: Mapping[str, str]) -> str:
    return _TAG.sub(lambda tag: values.get(tag[1], tag[0]), patch)


def _patched(made: _Unpatched, patches: tuple[str, ...]) -> PodAllowance:
    spec, unclear = dict(made.spec), ""
    for text in patches:
        try:
            found = read(text)
        except NotPlain:
            found = None
        if not isinstance(found, dict):
            unclear = "its podSpecPatch is not understood, and may say something else"
            continue
        for place in ("initContainers", "containers"):
            if isinstance(found.get(place), list):
                spec[place] = _merged_list(_list(spec, place), _list(found, place))
        if isinstance(found.get("resources"), dict):
            spec["resources"] = _merged_resources(spec.get("resources"), found["resources"])
        if "overhead" in found:
            spec["overhead"] = found["overhead"]
        if left := _TAG.search(text):
            unclear = f"its podSpecPatch asks for {left[0]}, which only Argo can tell"
    return _of_spec(spec, own=made.own, is_of_pod=False, unclear=unclear)


def _merged_list(before: list[dict[str, Any]], patch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Containers are merged by their names; those that are new come behind (a strategic merge)."""
    made = {str(each.get("name")): each for each in before}
    for each in patch:
        name = str(each.get("name"))
        if each.get("$patch") == "delete":
            made.pop(name, None)
        elif each.get("$patch") == "replace" or name not in made:
            made[name] = each
        else:
            made[name] = _merged_container(made[name], each)
    return list(made.values())


def _merged_container(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    made = {**before, **patch}
    if "resources" in patch or "resources" in before:
        made["resources"] = (
            _merged_resources(before.get("resources"), patch["resources"])
            if "resources" in patch
            else before.get("resources")
        )
    return made


def _merged_resources(before: Any, patch: Any) -> dict[str, Any]:
    """Of each resource the patch's amount; null takes one away, `$patch: replace` all others."""
    if patch is None:
        return {}
    if not isinstance(patch, dict):
        return before if isinstance(before, dict) else {}
    was = before if isinstance(before, dict) and patch.get("$patch") != "replace" else {}
    made: dict[str, Any] = {}
    for kind in ("requests", "limits"):
        old, new = was.get(kind), patch.get(kind, {})
        if new is None:
            continue
        both = {**(old if isinstance(old, dict) else {}), **(new if isinstance(new, dict) else {})}
        if isinstance(new, dict) and new.get("$patch") == "replace":
            both = dict(new)
        made[kind] = {name: value for name, value in both.items() if value is not None}
    return made
