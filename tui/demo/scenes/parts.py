"""Words for writing manifests as Python, short enough to see what a scene is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tui.demo.engine.behaviour import PREFIX
from tui.demo.resources import Obj

ARGO, ETL = "argo", "ml-etl"
"""The two namespaces of the demo."""

SMALL = "busybox:1.37"
PYTHON = "python:3.13-alpine"


@dataclass(frozen=True, slots=True)
class Scene:
    """A workflow that is submitted so many minutes before the demo opens."""

    minutes_ago: float
    make: Callable[[], Obj]


def workflow(
    name: str,
    namespace: str,
    spec: dict[str, Any],
    *,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    generate: bool = False,
) -> Obj:
    """A Workflow; with `generate` the name is a prefix."""
    metadata: dict[str, Any] = {"namespace": namespace}
    if generate:
        metadata["generateName"] = f"{name}-"
    else:
        metadata["name"] = name
    prefixed = {f"workflows.argoproj.io/{k}": v for k, v in (labels or {}).items()}
    metadata["labels"] = {"workflows.argoproj.io/creator": "demo-operator", **prefixed}
    if annotations:
        metadata["annotations"] = {f"workflows.argoproj.io/{k}": v for k, v in annotations.items()}
    return {"metadata": metadata, "spec": {"serviceAccountName": "workflow", **spec}}


def shell(name: str, text: str, *, image: str = SMALL, **more: Any) -> dict[str, Any]:
    """A template with a container that runs a line of shell."""
    container = {"image": image, "command": ["sh", "-c"], "args": [text]}
    for key in ("env", "resources", "volumeMounts"):
        if key in more:
            container[key] = more.pop(key)
    return {"name": name, "container": container, **_split(more)}


def python(name: str, source: str, **more: Any) -> dict[str, Any]:
    """A template with a Python script."""
    script = {"image": PYTHON, "command": ["python"], "source": source}
    return {"name": name, "script": script, **_split(more)}


def _split(more: dict[str, Any]) -> dict[str, Any]:
    """`demo` becomes annotations, `inputs` a list of parameter names."""
    made = dict(more)
    demo = made.pop("demo", None)
    if demo:
        values = {PREFIX + key.replace("_", "-"): str(value) for key, value in demo.items()}
        made["metadata"] = {"annotations": values}
    if isinstance(made.get("inputs"), list):
        made["inputs"] = {"parameters": [{"name": name} for name in made["inputs"]]}
    return made


def given(**values: str) -> dict[str, Any]:
    """Arguments with these parameters."""
    return {"parameters": [{"name": name, "value": value} for name, value in values.items()]}


def step(name: str, template: str, **more: Any) -> dict[str, Any]:
    """A step or a task."""
    arguments = more.pop("arguments", None)
    return {
        "name": name,
        "template": template,
        **({"arguments": arguments} if arguments else {}),
        **more,
    }


def limits(cpu: str, memory: str, gpus: int = 0) -> dict[str, Any]:
    """Resources that are requested, and no more allowed."""
    devices = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    return {
        "requests": {"cpu": cpu, "memory": memory, **devices},
        "limits": {"memory": memory, **devices},
    }
