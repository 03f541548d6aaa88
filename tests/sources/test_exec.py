"""Containers that can be entered, and how kubectl is told which one is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import transport_of
from tests.support.fake_api import Asked, FakeApi, Reply, fake_api
from tests.support.websockets import ServerSocket
from tui.actions.shell import BEST_SHELL
from tui.errors import Missing, Refused, Rejected, SourceError, TuiError, Unreachable
from tui.ports.exec import Container
from tui.sources.cluster import Cluster
from tui.sources.kubectl import Kubectl, exec_arguments
from tui.sources.kubernetes_exec import KubernetesExec

MAIN = Container("argo", "w", "main")


def exec_of(api: FakeApi, folder: Path, **more: Any) -> KubernetesExec:
    return KubernetesExec(Cluster(transport_of(api, folder, **more), **more))


def pod(phase: str, **states: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "w", "namespace": "argo"},
        "spec": {"containers": [{"name": name} for name in states]},
        "status": {
            "phase": phase,
            "containerStatuses": [{"name": n, "state": state} for n, state in states.items()],
        },
    }


ENDED = {"terminated": {"exitCode": 0, "reason": "Completed"}}
PULLING = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}


def test_only_containers_that_run_are_offered(tmp_path: Path) -> None:
    found = pod("Running", main={"running": {}}, wait=ENDED, side={"running": {}})
    with fake_api(lambda asked, reply: reply.json(found)) as api:
        assert exec_of(api, tmp_path).running("argo", "w") == ("main", "side")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (pod("Succeeded", main=ENDED), "nothing runs in the pod w: it is Succeeded"),
        (
            pod("Pending", main=PULLING),
            "nothing runs in the pod w: it is Pending, ImagePullBackOff Back-off pulling image",
        ),
        (None, "the pod w is gone"),
    ],
)
def test_why_there_is_nothing_to_enter_is_told(tmp_path: Path, found: Any, words: str) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if found is None:
            reply.refuse(404, "NotFound", 'pods "w" not found')
        else:
            reply.json(found)

    with fake_api(answer) as api, pytest.raises(SourceError) as told:
        exec_of(api, tmp_path).running("argo", "w")
    assert told.value.what == words
    assert isinstance(told.value, Missing) is (found is None)


def test_read_only_lets_no_session_out(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.hold()) as api:
        with pytest.raises(Refused):
            exec_of(api, tmp_path, read_only=True).session(MAIN, BEST_SHELL)
        transport = transport_of(api, tmp_path, read_only=True)
        with pytest.raises(Refused):
            transport.raw("/api/v1/namespaces/argo/pods/w/exec", ())
        assert api.asked == []


HOSTILE = ("--kubeconfig=/tmp/evil", "$(reboot)", "a b'\"", "-it", "../w", "w;id")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_never_a_flag_nor_two_arguments(name: str) -> None:
    kubectl = Kubectl(context=name, as_user=name, as_groups=(name,))
    found = kubectl.command(name, *exec_arguments(name, name, ("sh",)))
    assert found == (
        "kubectl",
        f"--context={name}",
        f"--namespace={name}",
        f"--as={name}",
        f"--as-group={name}",
        "exec",
        "-it",
        f"pod/{name}",
        f"--container={name}",
        "--",
        "sh",
    )


@pytest.mark.parametrize("name", ["", "..", "."])
def test_what_can_be_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with fake_api(lambda asked, reply: reply.hold()) as api, pytest.raises(Rejected):
        exec_of(api, tmp_path).session(Container("argo", name, "main"), BEST_SHELL)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (b'\x03{"status":"Success"}', "0"),
        (
            b'\x03{"status":"Failure","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
            "7",
        ),
        (
            b'\x03{"status":"Failure","message":"exec: sh: executable file not found in $PATH"}',
            "the image of main has no shell",
        ),
        (b'\x03{"status":"Failure","message":"the node is gone"}', "the node is gone"),
        (b"\x03not JSON", "not JSON"),
        (b"", "the connection to the container broke"),
    ],
)
def test_what_a_session_came_to_is_told(tmp_path: Path, end: bytes, words: str) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        socket = ServerSocket(asked, reply, "v4.channel.k8s.io")
        if end:
            socket.send(end)

    with fake_api(answer) as api:
        session = exec_of(api, tmp_path).session(MAIN, BEST_SHELL)
        try:
            told = str(session.run())
        except TuiError as error:
            told = error.what
        assert told == words
        (asked,) = api.asked
    assert asked.path == "/api/v1/namespaces/argo/pods/w/exec"
    assert {"command", "container", "stdin", "stdout", "stderr", "tty"} == set(asked.query)


def test_a_refusal_and_a_redirect_are_told_and_nobody_else_is_asked(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "moved" in asked.path:
            reply.raw(b"", 302, {"Location": "/elsewhere"})
        else:
            message = 'pods "w" is forbidden: User "me" cannot create resource "pods/exec" in '
            reply.refuse(403, "Forbidden", message + 'API group "" in the namespace "argo"')

    with fake_api(answer) as api:
        cluster = exec_of(api, tmp_path)
        with pytest.raises(Refused) as told:
            cluster.session(MAIN, BEST_SHELL).run()
        assert told.value.status == 403 and "pods/exec" in told.value.what
        with pytest.raises(Unreachable, match="does not open a session"):
            cluster.session(Container("argo", "moved", "main"), BEST_SHELL).run()
        assert len(api.asked) == 2, json.dumps([asked.path for asked in api.asked])


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.hold()) as api:
        session = exec_of(api, tmp_path).session(MAIN, BEST_SHELL)
    with pytest.raises(Unreachable):
        session.run()
