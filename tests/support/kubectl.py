"""The real kubectl in several versions, and a cluster that is furnished for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.cluster import Cluster
from tui.demo.resources import CONFIG_MAPS, EVENTS

VERSIONS = os.environ.get("KUBECTL_VERSIONS", "1.27,1.29,1.32,1.33").split(",")
_BESIDE = Path("/usr/lib/google-cloud-sdk/bin")


@cache
def binary(version: str) -> str | None:
    """kubectl of that version: beside Google's dispatcher, by its name, or the one on the PATH."""
    for path in (_BESIDE / f"kubectl.{version}", shutil.which(f"kubectl.{version}")):
        if path and Path(path).exists():
            return str(path)
    if plain := shutil.which("kubectl"):
        said = subprocess.run(
            [plain, "version", "--client", "-o", "json"], capture_output=True, text=True
        )
        if said.returncode == 0:
            client = json.loads(said.stdout)["clientVersion"]
            if f"{client['major']}.{client['minor']}" == version:
                return plain
    return None


def run_kubectl(
    version: str, kubeconfig: Path, *args: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run that version on a kubeconfig to its end, with nothing else in its environment."""
    path = binary(version)
    assert path is not None
    home = kubeconfig.parent
    return subprocess.run(
        [path, f"--kubeconfig={kubeconfig}", f"--cache-dir={home / 'cache'}", *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={"HOME": str(home), "PATH": os.environ.get("PATH", ""), **variables},
        timeout=40,
    )


class Kubectl:
    """kubectl of one version against one cluster."""

    def __init__(self, path: str, version: str, cluster: Cluster, cache_dir: Path) -> None:
        self.version = version
        self.cluster = cluster
        self._command = [
            path,
            f"--kubeconfig={cluster.kubeconfig}",
            f"--cache-dir={cache_dir}",
            "--request-timeout=20s",
        ]
        self._env = {"HOME": str(cache_dir), "PATH": os.environ.get("PATH", "")}

    def run(
        self, *args: str, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, whatever comes of it; `variables` are of its environment."""
        return subprocess.run(
            [*self._command, *args],
            input=stdin,
            capture_output=True,
            text=True,
            env={**self._env, **variables},
            timeout=40,
        )

    def __call__(self, *args: str, stdin: str = "") -> str:
        """What it prints when it succeeds, as it must."""
        done = self.run(*args, stdin=stdin)
        assert done.returncode == 0, f"{args}: {done.stderr}"
        return done.stdout

    def refused(self, *args: str, stdin: str = "") -> str:
        """What it says when it fails, as it must."""
        done = self.run(*args, stdin=stdin)
        assert done.returncode != 0, f"{args}: {done.stdout}"
        return done.stderr

    def started(self, *args: str) -> subprocess.Popen[str]:
        """Start it; for a `Reader`."""
        command = [each for each in self._command if "timeout" not in each]
        return subprocess.Popen(
            [*command, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._env,
        )


class Reader:
    """The lines of a process, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        self._process = process
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._arrived:
                self.lines.append(line.rstrip("\n"))
                self._arrived.notify_all()

    def wait_for(self, text: str) -> None:
        """Until a line has this text."""
        with self._arrived:
            found = self._arrived.wait_for(lambda: any(text in line for line in self.lines), 15)
            assert found, (text, self.lines)

    def wait_end(self) -> None:
        """Until it ends by itself."""
        self._process.wait(15)
        self._thread.join(15)

    def stop(self) -> None:
        """End it now."""
        self._process.kill()
        self.wait_end()
        assert self._process.stdout
        self._process.stdout.close()


def furnish(cluster: Cluster) -> None:
    """Two workflows, two pods, an event, a config map."""
    made = cluster.workflow(
        "whale", "Succeeded", status={"phase": "Succeeded", "startedAt": "2020-01-01T00:00:00Z"}
    )
    cluster.workflow(
        "etl",
        "Failed",
        status={"phase": "Failed", "startedAt": "2020-01-01T00:00:00Z", "message": "child failed"},
    )
    cluster.workflow("far", metadata={"namespace": "default"})
    cluster.pod("whale-pod", "main", "wait", labels={"app": "whale"})
    cluster.pod("etl-pod", phase="Failed")
    cluster.print_log("whale-pod", "first", "second", "third")
    cluster.print_log("whale-pod", "waiting", container="wait")
    cluster.end_log("whale-pod", container="wait")
    cluster.print_log("etl-pod", "run one")
    cluster.on_loop(lambda: cluster.logs.begin("argo", "etl-pod", "main"))
    cluster.print_log("etl-pod", "run two")
    cluster.end_log("etl-pod")
    cluster.create(
        EVENTS,
        {
            "metadata": {"namespace": "argo", "name": "whale.1"},
            "involvedObject": {
                "kind": "Workflow",
                "namespace": "argo",
                "name": "whale",
                "uid": made["metadata"]["uid"],
                "apiVersion": "argoproj.io/v1alpha1",
            },
            "reason": "WorkflowSucceeded",
            "message": "Workflow completed",
            "type": "Normal",
            "count": 1,
            "firstTimestamp": "2020-01-01T00:00:00Z",
            "lastTimestamp": "2020-01-01T00:00:00Z",
            "source": {"component": "workflow-controller"},
        },
    )
    cluster.create(
        CONFIG_MAPS, {"metadata": {"namespace": "argo", "name": "settings"}, "data": {"a": "b"}}
    )


def manifest(name: str, **spec: Any) -> str:
    """A workflow as a file has it."""
    metadata = {"generateName": name} if name.endswith("-") else {"name": name}
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": metadata,
            "spec": {"entrypoint": "main", **spec},
        }
    )
