"""`argo-tui completion SHELL`: what a Tab offers, asked as the scripts ask, and in real shells."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import run
from tests.support.pty import Pty
from tests.support.runs import run as workflow
from tui.demo.resources import WORKFLOWS
from tui.headless import COMMANDS
from tui.headless.completion import SCRIPTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        for name in ("nightly-1", "nightly-2", "hello"):
            running.create(WORKFLOWS, workflow(name, "Succeeded", ended=1))
        yield running


@pytest.fixture
def config(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("ARGO_INSTANCEID", "ARGO_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    return str(cluster.kubeconfig)


def offered(*words: str) -> list[str]:
    said = run(["completion", "--words", *words])
    assert (said.code, said.err) == (0, "")
    return said.out.splitlines()


def test_commands_flags_and_values_that_are_fixed() -> None:
    assert offered("") == [*COMMANDS, "demo-cluster", "open"]
    assert offered("li") == ["list", "lint"]
    assert "--context" in offered("--con") and "--output" in offered("get", "--out")
    assert offered("auth", "") == ["can-i", "whoami", "token"]
    assert offered("completion", "f") == ["fish"]
    assert "json" in offered("list", "-o", "") and offered("list", "--output=js") == [
        "--output=json"
    ]
    assert "get" in offered("cron", "") and "get" in offered("-n", "argo", "cron", "g")


@pytest.mark.parametrize(
    "words", [["some-f"], ["lint", ""], ["submit", ""], ["--kubeconfig", ""], ["--token-file=x"]]
)
def test_where_a_file_is_meant_the_shell_completes_it(words: list[str]) -> None:
    assert offered(*words) == [":files"]


def test_contexts_namespaces_and_names_come_from_the_cluster(config: str) -> None:
    assert "demo" in offered("--context", "d")
    assert "--context=demo" in offered("--context=de")
    assert offered("-n", "ar") == ["argo"] and offered("list", "--namespace", "ar") == ["argo"]
    assert "argo,argo" not in offered("-n", "argo,") and "argo,default" in offered("-n", "argo,")
    assert set(offered("get", "")) == {"nightly-1", "nightly-2", "hello"}
    assert offered("get", "-n", "argo", "nightly-1", "nig") == ["nightly-2"]
    assert offered("logs", "hello", "") == [], "a step comes there"
    assert offered("get", "-n", "elsewhere", "") == []


@pytest.mark.parametrize(
    "words", [["get", ""], ["-n", ""], ["get", "--nonsense", "x", ""], ["--context", ""]]
)
def test_what_fails_offers_nothing_and_says_nothing(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "config"
    broken.write_text("{{{")
    monkeypatch.setenv("KUBECONFIG", str(broken))
    assert offered(*words) == []


def test_a_server_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    config = tmp_path / "config"
    config.write_text(
        f"""{{"clusters": [{{"name": "c", "cluster": {{"server": "http://127.0.0.1:{port}"}}}}],
        "contexts": [{{"name": "c", "context": {{"cluster": "c", "user": ""}}}}],
        "current-context": "c"}}"""
    )
    begun = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tui",
            "completion",
            "--words",
            "--kubeconfig",
            str(config),
            "get",
            "",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert time.monotonic() - begun < 20, "twice what a slow machine needs to begin"
    silent.close()


def test_names_that_a_shell_would_not_take_as_they_stand_are_not_offered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = ["good", "arn:aws:eks:eu:1:cluster/x", "a b", "$(rm -rf ~)", "x;y", "e\x1b[2J"]
    config = tmp_path / "config"
    import json

    config.write_text(json.dumps({"contexts": [{"name": n, "context": {}} for n in names]}))
    monkeypatch.setenv("KUBECONFIG", str(config))
    assert offered("--context", "") == names[:2]


def test_places_are_completed_by_name_and_behind_a_namespace(config: str) -> None:
    assert set(offered("open", "nig")) == {"nightly-1", "nightly-2"}
    assert set(offered("open", "argo/nig")) == {"argo/nightly-1", "argo/nightly-2"}
    assert offered("open", "nightly-1", "") == [] and "logs" in offered("open", "--pane", "")


def test_the_scripts_are_printed() -> None:
    for shell, script in SCRIPTS.items():
        assert run(["completion", shell]).out == script
    assert run(["completion", "tcsh"]).code == 2


# --- real shells ---------------------------------------------------------------------------------

BEGIN = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(argo-tui completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -U compinit; compinit -u -D; eval "$(argo-tui completion zsh)"',
    ),
    "fish": (["fish", "--no-config", "-i"], "argo-tui completion fish | source"),
}


@pytest.mark.pty
@pytest.mark.parametrize("shell", BEGIN)
def test_a_tab_completes_in_a_real_shell(shell: str, config: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    program = tmp_path / "bin" / "argo-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui "$@"\n')
    program.chmod(0o755)
    argv, script = BEGIN[shell]
    path = f"{program.parent}:/usr/local/bin:/usr/bin:/bin"
    env = {"PATH": path, "KUBECONFIG": config, "HOME": str(tmp_path), "TERM": "xterm-256color"}
    with Pty(argv, env=env, columns=100) as terminal:
        terminal.press(*f"{script}; echo read''y", "enter")
        terminal.wait_until(
            lambda: "ready" in [row.strip() for row in terminal.emulator.text()], "the script read"
        )
        terminal.press(*"argo-tui lis", "tab")
        terminal.wait_for("argo-tui list")
        terminal.press(*"--context=demo-v", "tab")
        terminal.wait_for("argo-tui list --context=demo-viewer")
        terminal.press("ctrl+u", *"argo-tui get he", "tab")
        terminal.wait_for("argo-tui get hello")
