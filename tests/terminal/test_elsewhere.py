"""To a cluster that is dead in one way or another, and back: keys are answered all the time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import yaml

from tests.support.fake_api import Asked, Reply, fake_api, listing, secure_api, workflow
from tests.support.pty import Pty, run_tui

pytestmark = pytest.mark.pty


def alive(asked: Asked, reply: Reply) -> None:
    """A cluster with one workflow, whose watch stays open."""
    if asked.is_watch:
        reply.begin()
        reply.hold()
    else:
        reply.json(listing(workflow("here-1")))


@contextmanager
def dead(how: str) -> Iterator[str]:
    """The address of a cluster that gives no answer."""
    with ExitStack() as stack:
        if how == "tls":
            yield stack.enter_context(secure_api(alive)).url
            return
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listening.getsockname()[1]
        if how == "refused":
            listening.close()
        # One that listens and never takes a connection from its queue is silent.
        yield f"http://127.0.0.1:{port}"


def kubeconfig(folder: Path, **servers: str) -> str:
    """A kubeconfig with these contexts, the first of them current."""
    path = folder / "kubeconfig"
    clusters = [{"name": name, "cluster": {"server": url}} for name, url in servers.items()]
    contexts = [
        {"name": name, "context": {"cluster": name, "user": "me", "namespace": "argo"}}
        for name in servers
    ]
    made = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": next(iter(servers)),
        "clusters": clusters,
        "contexts": contexts,
        "users": [{"name": "me", "user": {}}],
    }
    path.write_text(yaml.safe_dump(made))
    return str(path)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("silent", "reading the list …; Esc goes back to good"),
        ("refused", "Connection refused"),
        ("tls", "certificate"),
    ],
)
def test_a_dead_cluster_is_gone_to_and_left_again_while_keys_are_answered(
    how: str, said: str, tmp_path: Path
) -> None:
    with fake_api(alive) as api, dead(how) as url:
        file = kubeconfig(tmp_path, good=api.url, bad=url)
        with Pty(run_tui("--kubeconfig", file), columns=100, rows=30) as terminal:
            terminal.wait_for("here-1")
            terminal.step(":")
            terminal.step(*"ctx bad", "enter")
            terminal.wait_for(said)
            assert "here-1" not in terminal.picture()
            terminal.step("?")
            terminal.wait_for("Esc closes")
            terminal.step("escape")
            terminal.wait_for(said)
            terminal.step("escape")
            terminal.wait_for("here-1")
            assert "good" in terminal.picture().splitlines()[0]
            assert "bad" not in terminal.picture().splitlines()[0]
