"""Credential plugins that ask something: they get the terminal, and the app gets it back."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.echoing import leaks
from tests.support.fake_api import (
    Asked,
    FakeApi,
    Reply,
    listing,
    secure_api,
    workflow,
    write_kubeconfig,
)
from tests.support.issuer import REFRESH, SECRET, running_issuer
from tests.support.pty import Pty, run_tui

pytestmark = pytest.mark.pty

ASKING = """
import json, os, sys
from pathlib import Path
told = json.loads(os.environ["KUBERNETES_EXEC_INFO"])["spec"]
with open(sys.argv[1], "a") as runs:
    runs.write(f"{told['interactive']} {sys.stdin.isatty()} {sys.stderr.isatty()}\\n")
"""
QUESTION = """
print("what is the code?", file=sys.stderr, flush=True)
token = sys.stdin.readline().strip()
if not token:
    sys.exit("no code")
"""
ANSWER = """
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {"token": token}}))
"""
NAMES = {"first-code": "jane", "second-code": "jack"}
"""No token is ever shown."""
IN_TERMINAL = "True True True"
QUIETLY = "False False False"


class Server:
    """An API that takes some tokens; `end_watch` ends the watch that is open."""

    def __init__(self) -> None:
        self.tokens = {"first-code"}
        self.end_watch = threading.Event()

    def answer(self, asked: Asked, reply: Reply) -> None:
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            reply.refuse(401, "Unauthorized")
        elif asked.is_watch:
            ended = self.end_watch
            reply.begin()
            reply.event("ADDED", workflow(f"seen-by-{NAMES.get(token, 'oidc')}", version="101"))
            ended.wait(30)
            reply.end()
        else:
            reply.json(listing(workflow(f"seen-by-{NAMES.get(token, 'oidc')}")))


@contextmanager
def server() -> Iterator[tuple[Server, FakeApi]]:
    serving = Server()
    with secure_api(serving.answer) as api:
        try:
            yield serving, api
        finally:
            serving.end_watch.set()


def kubeconfig(api: FakeApi, folder: Path, mode: str, body: str) -> str:
    script = folder / "plugin.py"
    script.write_text(ASKING + body)
    user: dict[str, Any] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(script), str(folder / "runs")],
            "interactiveMode": mode,
        }
    }
    return str(write_kubeconfig(folder, api.url, user=user, authority=api.authority))


def runs(folder: Path) -> list[str]:
    return (folder / "runs").read_text().splitlines()


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("Always", [IN_TERMINAL]), ("IfAvailable", [QUIETLY, IN_TERMINAL])],
)
def test_a_plugin_asks_before_the_app_draws_and_again_while_it_does(
    tmp_path: Path, mode: str, expected: list[str]
) -> None:
    with server() as (serving, api):
        path = kubeconfig(api, tmp_path, mode, QUESTION + ANSWER)
        with Pty(run_tui("--kubeconfig", path), columns=100, rows=30) as terminal:
            terminal.wait_for("what is the code?")
            terminal.send(b"first-code\r")
            terminal.wait_for("seen-by-jane")
            assert runs(tmp_path) == expected
            serving.tokens = {"second-code"}
            before, serving.end_watch = serving.end_watch, threading.Event()
            before.set()
            terminal.wait_for("what is the code?")
            drawn, left = (terminal.data.rfind(code) for code in (b"\x1b[?1049h", b"\x1b[?1049l"))
            assert left > drawn, "the plain terminal is shown"
            terminal.send(b"second-code\r")
            terminal.wait_for("seen-by-jack")
            terminal.quiet()
            terminal.step("?")
            terminal.wait_for("Keys: workflow list")
            assert runs(tmp_path) == expected * 2


def test_a_plugin_that_only_may_ask_and_need_not_never_has_the_terminal(tmp_path: Path) -> None:
    body = "print('not to be seen', file=sys.stderr)\ntoken = 'first-code'\n"
    with server() as (_, api):
        path = kubeconfig(api, tmp_path, "IfAvailable", body + ANSWER)
        with Pty(run_tui("--kubeconfig", path), columns=100, rows=30) as terminal:
            terminal.wait_for("seen-by-jane")
            assert b"not to be seen" not in terminal.data
    assert runs(tmp_path) == [QUIETLY]


@pytest.mark.parametrize("answer", [b"\r", b"\x03"], ids=["nothing", "ctrl-c"])
def test_whoever_does_not_log_in_is_told_so_and_may_try_again(
    tmp_path: Path, answer: bytes
) -> None:
    with server() as (serving, api):
        path = kubeconfig(api, tmp_path, "Always", QUESTION + ANSWER)
        with Pty(run_tui("--kubeconfig", path), columns=100, rows=30) as terminal:
            terminal.wait_for("what is the code?")
            terminal.send(b"first-code\r")
            terminal.wait_for("seen-by-jane")
            serving.tokens = {"second-code"}
            before, serving.end_watch = serving.end_watch, threading.Event()
            before.set()
            terminal.wait_for("what is the code?")
            terminal.send(answer)
            terminal.wait_for("credential plugin")
            terminal.quiet(still=0.5)
            assert runs(tmp_path) == [IN_TERMINAL] * 2, "nobody is asked again and again"


def test_a_command_gives_the_terminal_to_a_plugin(tmp_path: Path) -> None:
    with server() as (_, api):
        path = kubeconfig(api, tmp_path, "IfAvailable", QUESTION + ANSWER)
        argv = run_tui("list", "--kubeconfig", path)
        with Pty(argv, columns=100, rows=30) as terminal:
            terminal.wait_for("what is the code?")
            terminal.send(b"first-code\r")
            assert terminal.wait_for_exit() == 0
            assert "seen-by-jane" in terminal.picture()
    assert runs(tmp_path) == [IN_TERMINAL]


def test_a_plugin_that_never_asks_gets_no_input_from_a_command_either(tmp_path: Path) -> None:
    with server() as (_, api):
        body = "assert sys.stdin.read() == ''\ntoken = 'first-code'\n"
        path = kubeconfig(api, tmp_path, "Never", body + ANSWER)
        with Pty(run_tui("list", "--kubeconfig", path), columns=100, rows=30) as terminal:
            assert terminal.wait_for_exit() == 0
    assert runs(tmp_path) == [QUIETLY]


def test_ctrl_c_at_the_question_of_a_plugin_ends_a_command(tmp_path: Path) -> None:
    with server() as (_, api):
        path = kubeconfig(api, tmp_path, "Always", QUESTION + ANSWER)
        with Pty(run_tui("list", "--kubeconfig", path), columns=100, rows=30) as terminal:
            terminal.wait_for("what is the code?")
            terminal.send(b"\x03")
            assert terminal.wait_for_exit() == 130
            ours = terminal.data.decode().rpartition("KeyboardInterrupt")[2]
            assert "tui/" not in ours


# --- logins that cannot be renewed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_up", "words"),
    [(True, "the login is over, log in again"), (False, "the login cannot be renewed")],
)
def test_a_login_that_cannot_be_renewed_is_told_with_what_to_do(
    tmp_path: Path, is_up: bool, words: str
) -> None:
    with server() as (_, api), running_issuer() as issuer:
        issuer.valid = set()
        user = issuer.user(**({} if is_up else {"idp_issuer_url": "https://127.0.0.1:1/realm"}))
        path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
        with Pty(run_tui("--kubeconfig", str(path)), columns=100, rows=30) as terminal:
            terminal.wait_for(words)
            terminal.wait_for("try again")
            assert leaks(terminal.picture(), [REFRESH, SECRET]) == []


def test_a_login_that_ends_while_the_list_is_shown_is_told_in_the_header(tmp_path: Path) -> None:
    with server() as (serving, api), running_issuer() as issuer:
        issuer.valid = set()
        serving.tokens = {issuer.fresh}
        user = issuer.user(id_token=issuer.fresh)
        path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
        with Pty(run_tui("--kubeconfig", str(path)), columns=130, rows=30) as terminal:
            terminal.wait_for("seen-by-")
            write_kubeconfig(tmp_path, api.url, user=issuer.user(), authority=api.authority)
            serving.tokens = set()
            serving.end_watch.set()
            terminal.wait_for("the login is over, log in again")
            assert "seen-by-" in terminal.picture()
