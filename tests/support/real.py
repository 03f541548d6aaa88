"""A real cluster, named by `ARGO_TUI_REAL`: its kubeconfig, whose context names a namespace.

The tests write into that namespace, with a label of their own, and delete what they made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.pty import ROOT, Pty, run_tui

LABEL = "argo-tui-test"
VARIABLE = "ARGO_TUI_REAL"
PATIENCE = 180.0
"""Seconds within which a small workflow ends, its image pulled."""

Json = dict[str, Any]


def why_not() -> str:
    """Why there is no real cluster to test on; "" if there is."""
    kubeconfig = os.environ.get(VARIABLE, "")
    if not kubeconfig:
        return f"{VARIABLE} names no kubeconfig of a cluster to test on"
    if not Path(kubeconfig).is_file():
        return f"{VARIABLE}: there is no file {kubeconfig}"
    if shutil.which("kubectl") is None:
        return "kubectl is not installed"
    return ""


@dataclass
class RealCluster:
    """The cluster as one account sees it: with kubectl, with argo, and with the program."""

    kubeconfig: str
    namespace: str
    made: list[str] = field(default_factory=list)
    """What is to be deleted at the end, as kubectl names it: `workflow/hello-x7k2p`."""

    def kubectl(self, *args: str, stdin: str = "") -> str:
        """What kubectl prints. Raises: AssertionError with what it says when it fails."""
        return _output(
            ["kubectl", f"--kubeconfig={self.kubeconfig}", "-n", self.namespace, *args], stdin
        )

    def argo(self, *args: str) -> str | None:
        """What argo prints; None where it is not installed."""
        if shutil.which("argo") is None:
            return None
        return _output(["argo", "--kubeconfig", self.kubeconfig, "-n", self.namespace, *args])

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """A command of the program, to its end, whatever comes of it."""
        return subprocess.run(
            [sys.executable, "-m", "tui", *self.options(*args)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environment,
            timeout=PATIENCE,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the program is told."""
        return _bare()

    def options(self, *args: str) -> list[str]:
        """The arguments of a command that is meant for this cluster."""
        command, rest = args[:1], args[1:]
        place = ["-n", self.namespace] if self.namespace else []
        return [*command, "--kubeconfig", self.kubeconfig, *place, *rest]

    def app(self, *, columns: int = 120, rows: int = 40) -> Pty:
        """The program on the screen."""
        return Pty(run_tui(*self.options()), columns=columns, rows=rows, env=self.environment)

    def create(self, spec: Json, *, name: str, labels: Mapping[str, str] = {}) -> str:
        """Submit a workflow by kubectl; its full name."""
        manifest = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": {"generateName": f"{name}-", "labels": {LABEL: "true", **labels}},
            "spec": spec,
        }
        said = self.kubectl("create", "-f", "-", "-o", "name", stdin=json.dumps(manifest))
        full = said.strip().partition("/")[2]
        self.made.append(f"workflow/{full}")
        return full

    def get(self, name: str) -> Json:
        """A workflow as kubectl reads it."""
        found: Json = json.loads(self.kubectl("get", "workflow", name, "-o", "json"))
        return found

    def wait(self, name: str, fact: Callable[[Json], object], what: str) -> Json:
        """The workflow once it is so. Raises: AssertionError when that takes too long."""
        end = time.monotonic() + PATIENCE
        while True:
            found = self.get(name)
            if fact(found):
                return found
            assert time.monotonic() < end, f"waited {PATIENCE} s for {name}: {what}"
            time.sleep(0.5)

    def finished(self, name: str) -> Json:
        """The workflow once it is over and its controller has said so by its label."""
        completed = "workflows.argoproj.io/completed"
        return self.wait(
            name, lambda w: w["metadata"].get("labels", {}).get(completed) == "true", "to end"
        )

    def clean(self) -> None:
        """Delete what was made."""
        for each in reversed(self.made):
            self.kubectl("delete", each, "--ignore-not-found", "--wait=false")


SERVER, TOKEN = "ARGO_TUI_REAL_SERVER", "ARGO_TUI_REAL_TOKEN"


@dataclass
class RealServer(RealCluster):
    """The same cluster, where the program asks its Argo Server and not Kubernetes.

    What it did is looked at with kubectl all the same.
    """

    server: str = ""
    token: str = field(default="", repr=False)

    def options(self, *args: str) -> list[str]:
        """The arguments of a command that is meant for this server."""
        command, rest = args[:1], args[1:]
        return [*command, "--server", self.server, "-n", self.namespace, *rest]

    @property
    def environment(self) -> dict[str, str]:
        """What the program is told."""
        return {**_bare(), "ARGO_TOKEN": self.token}


def nodes_of(workflow: Json) -> dict[str, Json]:
    """The nodes of a workflow by the names that people read."""
    nodes: dict[str, Json] = workflow.get("status", {}).get("nodes") or {}
    return {node["displayName"]: node for node in nodes.values()}


def container(script: str, *, image: str = "busybox") -> Json:
    """A container that runs a shell script."""
    return {"image": image, "command": ["sh", "-c"], "args": [script]}


def single(script: str, **template: Any) -> Json:
    """The spec of a workflow of one step."""
    return {
        "entrypoint": "main",
        "templates": [{"name": "main", "container": container(script), **template}],
    }


def _output(command: list[str], stdin: str = "") -> str:
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=_bare(), timeout=PATIENCE
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def _bare() -> dict[str, str]:
    keep = ("PATH", "HOME", "LANG", "LC_ALL")
    bare = {name: os.environ[name] for name in keep if name in os.environ}
    return {**bare, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
