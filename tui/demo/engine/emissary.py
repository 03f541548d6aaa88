"""The lines that Argo's own executor adds to the log of a container that it starts.

`argoexec emissary` is the first process of main containers and sidecars, and logs to the same
output as the program. So its lines are part of the container's log, but not of the archived one.
They are those of Argo 4.1.
"""

from __future__ import annotations

import re
from datetime import datetime

from tui.demo.engine import executor
from tui.demo.engine.containers import Container
from tui.demo.engine.simpod import SimPod

_KILLED, _TERMINATED = 137, 143
_OUTPUTS = "/var/run/argo/outputs"


def line(now: datetime, message: str, level: str = "INFO", **fields: object) -> str:
    """One line in the form of Go's slog: `time=… level=INFO msg="…" argo=true`."""
    time = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"
    more = "".join(f" {name}={_value(value)}" for name, value in fields.items())
    return f"time={time} level={level} msg={_value(message)} argo=true{more}"


def _value(value: object) -> str:
    text = str(value)
    if text and not re.search(r'[\s"=]', text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def at_start(pod: SimPod, container: Container, now: datetime) -> list[str]:
    """What it says before the program runs."""
    if not _wraps(pod, container):
        return []
    needed = container.spec.get("dependencies") or ()
    lines = [line(now, "waiting for dependency", dependency=name) for name in needed]
    if container.kind == "main" and (pod.archive_logs or pod.wants_result):
        lines.append(line(now, "capturing logs"))
    return [*lines, line(now, "waiting for signals", signalPath=_signals(container))]


def at_end(pod: SimPod, container: Container, now: datetime, *, signal: int = 0) -> list[str]:
    """What it says after the program; nothing where it was killed with it."""
    code = container.exit_code or 0
    if not _wraps(pod, container) or code == _KILLED:
        return []
    lines = []
    if signal:
        path = _signals(container)
        lines.append(line(now, "received signal", signal=signal, signalPath=path))
    lines.append(line(now, "sub-process exited", error=f"exit status {code}" if code else "<nil>"))
    if container.kind == "main" and container is pod.main:
        lines += _saving(pod, container, now)
    else:
        lines.append(line(now, "not saving outputs - not main container"))
    lines.append(line(now, "file signal handler exiting due to context cancellation"))
    return [*lines, f"Error: exit status {code}"] if code else lines


def _wraps(pod: SimPod, container: Container) -> bool:
    """Whether the container is started by the executor: an agent's is not."""
    return pod.wait is not None and container.kind in ("main", "sidecar")


def _signals(container: Container) -> str:
    return f"/var/run/argo/ctr/{container.name}/signal"


def _saving(pod: SimPod, container: Container, now: datetime) -> list[str]:
    """Each output is handed to the container `wait`."""
    outputs = pod.template.get("outputs") or {}
    lines = []
    for parameter in outputs.get("parameters") or ():
        path = str((parameter.get("valueFrom") or {}).get("path") or "")
        if path:
            copy = f"{_OUTPUTS}/parameters{path}"
            lines.append(line(now, "saving parameter", src=path, dst=copy))
    is_vague = container.box is not None and container.box.vague
    for artifact in outputs.get("artifacts") or ():
        path = str(artifact.get("path") or "")
        if is_vague or executor.found(path, pod.files):
            copy = f"{_OUTPUTS}/artifacts{path}.tgz"
            lines.append(line(now, "saving artifact", src=path, dst=copy))
            lines.append(line(now, "tarring", source=path))
        else:
            missing = f"stat {path}: no such file or directory"
            lines.append(line(now, "cannot save artifact", "WARN", srcPath=path, error=missing))
    return lines
