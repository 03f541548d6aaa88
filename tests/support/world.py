"""A demo engine on a clock that tests step: no server, no thread, no sleep."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import yaml

from tests.support.plans import calls_of
from tui.actions.base import Action, Context
from tui.demo.bucket import Bucket
from tui.demo.clock import SteppedClock
from tui.demo.engine.engine import Engine
from tui.demo.podlogs import PodLogs
from tui.demo.resources import PODS, WORKFLOWS, Obj, by_kind
from tui.demo.store import Store
from tui.domain import decode
from tui.domain.report_get import Look, report

Node = dict[str, Any]
HOUR = 3600.0


class World:
    """A cluster with an engine, and what tests do to it."""

    def __init__(self, seed: int = 1, clock: SteppedClock | None = None) -> None:
        self.clock = clock or SteppedClock()
        self.store = Store(self.clock, seed=seed)
        self.bucket = Bucket("artifacts", self.clock.now)
        self.logs = PodLogs()
        self.engine = Engine(self.store, self.clock, self.logs, self.bucket, seed=seed)
        self.engine.start()

    def create(self, text: str, namespace: str = "argo") -> Obj:
        """Create the objects of a YAML text; the last one."""
        made: Obj = {}
        for obj in yaml.safe_load_all(text):
            if isinstance(obj, dict):
                made = self.put(json.loads(json.dumps(obj, default=str)), namespace)
        return made

    def put(self, obj: Obj, namespace: str = "argo") -> Obj:
        """Create one object."""
        resource = by_kind(str(obj.get("apiVersion")), str(obj.get("kind")))
        assert resource is not None
        if resource.namespaced:
            obj["metadata"].setdefault("namespace", namespace)
        return self.store.create(resource, obj)

    def submit(self, spec: str, name: str = "wf", **metadata: Any) -> str:
        """Create a workflow of this spec (YAML)."""
        obj = {"metadata": {"name": name, "namespace": "argo", **metadata}}
        self.store.create(WORKFLOWS, {**obj, "spec": yaml.safe_load(spec)})
        return name

    def run(self, spec: str, name: str = "wf", limit: float = HOUR) -> Obj:
        """Create a workflow and let it run to its end."""
        return self.finish(self.submit(spec, name), limit)

    def get(self, name: str = "wf") -> Obj:
        """The workflow as it is now."""
        return self.store.get(WORKFLOWS, "argo", name)

    def status(self, name: str = "wf") -> dict[str, Any]:
        """Its status."""
        status = self.get(name).get("status") or {}
        assert isinstance(status, dict)
        return status

    def finish(self, name: str = "wf", limit: float = HOUR) -> Obj:
        """Let it run to its end."""
        self.until(lambda: bool(self.status(name).get("finishedAt")), limit)
        self.clock.advance(1.5)
        return self.get(name)

    def until(self, condition: Callable[[], bool], limit: float = HOUR) -> None:
        """Let time pass until something is so."""
        assert self.clock.run_until(condition, limit), "it did not happen in time"

    def node(self, shown: str, name: str = "wf") -> Node:
        """The node of that display name, or of that name."""
        nodes = self.status(name).get("nodes") or {}
        found = [n for n in nodes.values() if shown in (n["displayName"], n["name"])]
        assert found, f"no node {shown} in {sorted(n['name'] for n in nodes.values())}"
        return dict(found[0])

    def has(self, shown: str, name: str = "wf") -> bool:
        """Whether there is such a node."""
        nodes = (self.status(name).get("nodes") or {}).values()
        return any(shown in (node["displayName"], node["name"]) for node in nodes)

    def phases(self, name: str = "wf") -> dict[str, str]:
        """Display name to phase, of all nodes but step groups."""
        nodes = (self.status(name).get("nodes") or {}).values()
        return {n["displayName"]: n["phase"] for n in nodes if n["type"] != "StepGroup"}

    def pods(self) -> dict[str, Obj]:
        """All pods by the name of their node."""
        key = "workflows.argoproj.io/node-name"
        return {pod["metadata"]["annotations"][key]: pod for pod in self.store.list(PODS)}

    def act(self, action: Action, name: str = "wf", **choices: Any) -> None:
        """Do what the action's plan says, as the API would."""
        context = Context(now=self.clock.now(), suffix="abcde")
        for write in calls_of(action.plan(self.get(name), choices, context)):
            *_, kind, target = write.path.rstrip("/").split("/")
            resource = PODS if kind == "pods" else WORKFLOWS
            dry = ("dryRun", "All") in write.query
            if write.method == "PUT":
                self.store.update(resource, write.body, dry_run=dry)
            elif write.method == "POST":
                write.body["metadata"].setdefault("namespace", "argo")
                self.store.create(resource, write.body, dry_run=dry)
            elif write.method == "PATCH":
                self.store.patch_merge(resource, "argo", target, write.body)
            elif self.store.find(resource, "argo", target) is not None:
                self.store.delete(resource, "argo", target)

    def tree(self, name: str = "wf") -> str:
        """What `argo get` would print of it."""
        workflow = decode.from_manifest(self.get(name))
        return "\n".join(report(workflow, Look(now=self.clock.now())))

    def now(self) -> datetime:
        """The cluster's time."""
        return self.clock.now()
