"""A shell in the pod of a step: by kubectl, and by a websocket where there is none."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import (
    Asked,
    FakeApi,
    Reply,
    listing,
    secure_api,
    status,
    workflow,
    write_kubeconfig,
)
from tests.support.pty import Pty, run_tui
from tests.support.websockets import ServerSocket
from tui.actions.shell import BEST_SHELL
from tui.terminal.app import HUNG_UP

pytestmark = pytest.mark.pty

POD = "/api/v1/namespaces/argo/pods/w"
NODES = {
    "w": {
        "id": "w",
        "name": "w",
        "displayName": "w",
        "type": "Pod",
        "phase": "Running",
        "templateName": "m",
        "startedAt": "2026-01-15T12:00:00Z",
    }
}
KUBECTL = """#!{python}
import json, os, sys
with open({told!r}, "w") as told:
    json.dump(sys.argv, told)
print("a shell, tty", os.isatty(0), os.isatty(1), flush=True)
line = sys.stdin.readline().strip()
if line == "none":
    print('exec: "sh": executable file not found in $PATH', file=sys.stderr)
    sys.exit(126)
sys.exit(int(line or 0))
"""


class Server:
    """A workflow of one step that runs, its pod, and a scripted shell in it."""

    def __init__(self, *containers: str) -> None:
        self.containers = containers or ("main", "wait")
        self.sizes: list[Any] = []
        self.commands: list[list[str]] = []

    def answer(self, asked: Asked, reply: Reply) -> None:
        found = workflow("w", version="101", nodes=NODES)
        if asked.path == f"{POD}/exec":
            self.run(asked, reply)
        elif asked.path == POD:
            reply.json(self.pod)
        elif asked.method == "POST":
            reply.refuse(403, "Forbidden")
        elif "/workflows" not in asked.path:
            reply.json({"kind": "List", "metadata": {}, "items": []})
        elif asked.path.endswith("/workflows/w"):
            reply.json(found)
        elif asked.is_watch:
            reply.begin()
            reply.hold()
        else:
            reply.json(listing(found))

    @property
    def pod(self) -> dict[str, Any]:
        names = [{"name": name} for name in self.containers]
        states = [{**each, "state": {"running": {}}} for each in names]
        return {
            "metadata": {"name": "w", "namespace": "argo"},
            "spec": {"containers": names},
            "status": {"phase": "Running", "containerStatuses": states},
        }

    def run(self, asked: Asked, reply: Reply) -> None:
        """Echo lines; `exit 3` and ctrl-d end it, `cut` breaks the connection."""
        assert asked.query["container"] in self.containers and asked.query["tty"] == "true"
        socket = ServerSocket(asked, reply, "v4.channel.k8s.io")
        socket.send(b"\x01a shell\r\n")
        line = b""
        while (message := socket.receive()) is not None:
            channel, data = message[0], message[1:]
            if channel == 4:
                self.sizes.append(json.loads(data))
                continue
            socket.send(b"\x01" + data.replace(b"\r", b"\r\n"))
            line += data
            if line == b"\x04":
                return socket.send(b"\x03" + json.dumps({"status": "Success"}).encode())
            # Several may come in one message.
            *whole, line = line.split(b"\r")
            if b"exit 3" in whole:
                cause = {"reason": "ExitCode", "message": "3"}
                told = status(500, "NonZeroExitCode", "it failed", causes=[cause])
                return socket.send(b"\x03" + json.dumps(told).encode())
            if b"cut" in whole:
                return reply.cut()


@contextmanager
def opened(
    folder: Path, server: Server, *flags: str, kubectl: bool = False, **variables: str
) -> Iterator[tuple[Pty, FakeApi]]:
    """The workflow on a screen of its own; with a kubectl of ours on PATH, or with none."""
    programs = folder / "bin"
    programs.mkdir()
    if kubectl:
        script = programs / "kubectl"
        script.write_text(KUBECTL.format(python=sys.executable, told=str(folder / "argv")))
        script.chmod(0o755)
    with secure_api(server.answer) as api:
        config = write_kubeconfig(folder, api.url, authority=api.authority)
        argv = run_tui("--kubeconfig", str(config), *flags)
        env = {"PATH": str(programs), **variables}
        with Pty(argv, columns=110, rows=30, env=env) as terminal:
            terminal.wait_for("Running")
            terminal.quiet()
            terminal.step("enter")
            terminal.wait_for("Summary")
            terminal.quiet()
            yield terminal, api


def comes_back(terminal: Pty, words: str) -> None:
    """The app is there again, says so, and takes keys."""
    terminal.wait_for(words)
    drawn, left = (terminal.data.rfind(code) for code in (b"\x1b[?1049h", b"\x1b[?1049l"))
    assert drawn > left, "the app has its screen again"
    terminal.step("?")
    terminal.wait_for("Keys: workflow")


def test_kubectl_gets_the_terminal_and_is_told_everything_as_one_argument_each(
    tmp_path: Path,
) -> None:
    flags = ("--as", "jane doe", "--as-group=a", "--as-group=$(b)")
    with opened(tmp_path, Server(), *flags, kubectl=True) as (terminal, api):
        terminal.step("$")
        terminal.wait_for("a shell, tty True True")
        assert "exec -it pod/w" in terminal.picture(), "it is told before"
        terminal.send(b"3\r")
        terminal.wait_for("ended with exit code 3: kubectl ")
        terminal.send(b"\r")
        comes_back(terminal, "Shell in main of w: exit code 3")
        assert not [asked for asked in api.asked if asked.path.endswith("/exec")]
    assert json.loads((tmp_path / "argv").read_text())[1:] == [
        f"--kubeconfig={tmp_path / 'kubeconfig'}",
        "--context=fake",
        "--namespace=argo",
        "--as=jane doe",
        "--as-group=a",
        "--as-group=$(b)",
        *("exec", "-it", "pod/w", "--container=main", "--", *BEST_SHELL),
    ]


def test_what_ends_well_comes_back_at_once_and_an_image_without_a_shell_is_told(
    tmp_path: Path,
) -> None:
    with opened(tmp_path, Server(), kubectl=True) as (terminal, _):
        terminal.step("$")
        terminal.wait_for("a shell, tty")
        terminal.send(b"none\r")
        terminal.wait_for("the image of main has no shell")
        terminal.send(b"\r")
        terminal.wait_for("Shell: the image of main has no shell")
        terminal.quiet()
        terminal.step("$")
        terminal.wait_for("a shell, tty")
        terminal.send(b"0\r")
        comes_back(terminal, "Shell in main of w: ended")


def test_of_several_containers_one_is_chosen(tmp_path: Path) -> None:
    with opened(tmp_path, Server("side", "wait", "main"), kubectl=True) as (terminal, _):
        terminal.step("$")
        terminal.wait_for("Containers of w")
        assert "wait" not in terminal.picture()
        terminal.step("2")
        terminal.wait_for("a shell, tty")
        terminal.send(b"0\r")
        comes_back(terminal, "Shell in side of w: ended")


def test_without_kubectl_a_websocket_carries_keys_sizes_and_the_exit_code(tmp_path: Path) -> None:
    server = Server()
    with opened(tmp_path, server) as (terminal, api):
        terminal.step("$")
        terminal.wait_for("a shell")
        terminal.resize(120, 35)
        terminal.wait_until(
            lambda: {"Width": 120, "Height": 35} in server.sizes, "the new size to arrive"
        )
        assert server.sizes[0] == {"Width": 110, "Height": 30}
        terminal.send(b"echo \x03\r")
        terminal.send(b"exit 3\r")
        terminal.wait_for("ended with exit code 3: kubectl ")
        terminal.send(b"\r")
        comes_back(terminal, "Shell in main of w: exit code 3")
    (asked,) = [asked for asked in api.asked if asked.path.endswith("/exec")]
    assert asked.headers["Authorization"] == "Bearer let-me"
    assert asked.headers["Sec-WebSocket-Protocol"] == "v4.channel.k8s.io"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (b"\x04", "Shell in main of w: ended"),
        (b"cut\r", "Shell: the connection to the container broke"),
    ],
    ids=["ctrl-d", "cut"],
)
def test_however_a_websocket_ends_the_app_comes_back_whole(
    tmp_path: Path, typed: bytes, words: str
) -> None:
    with opened(tmp_path, Server()) as (terminal, _):
        terminal.step("$")
        terminal.wait_for("a shell")
        terminal.send(typed)
        if b"cut" in typed:
            terminal.wait_for("Enter returns to argo-tui")
            terminal.send(b"\r")
        comes_back(terminal, words)


@pytest.mark.parametrize("kubectl", [True, False], ids=["kubectl", "websocket"])
def test_a_terminal_that_hangs_up_ends_the_shell_and_the_program(
    tmp_path: Path, kubectl: bool
) -> None:
    with opened(tmp_path, Server(), kubectl=kubectl) as (terminal, _):
        terminal.step("$")
        terminal.wait_for("a shell")
        os.close(terminal.master)
        try:
            assert terminal.process.wait(20) == HUNG_UP
        finally:
            terminal.master = os.open(os.devnull, os.O_RDWR)


def test_read_only_refuses_it_before_anything_starts(tmp_path: Path) -> None:
    with opened(tmp_path, Server(), "--read-only", kubectl=True) as (terminal, api):
        terminal.step("$")
        terminal.wait_for("refused: started with --read-only")
        assert not [asked for asked in api.asked if asked.path.startswith(POD)]
    assert not (tmp_path / "argv").exists()
