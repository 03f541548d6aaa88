"""Interactive sessions in the containers of a cluster's pods.

By `kubectl exec` where kubectl is on PATH: it speaks what every version of the API server speaks.
Else by a websocket of the official Python client (`kubernetes.stream.ws_client`) with the protocol
`v4.channel.k8s.io`, whose messages begin with the number of their channel. Its connection is one of
ours, so that certificates, logins, impersonation and proxies are those of all other requests; the
client's own would know neither kubectl's logins nor Go's proxies.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import termios
import threading
import tty
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

import msgspec

from tui.domain.identity import Target
from tui.errors import Missing, Refused, SourceError, Unreachable
from tui.ports.exec import Container, Session
from tui.ports.pods import Pod
from tui.sources import pods as core
from tui.sources.answers import UNREADABLE, refusal
from tui.sources.cluster import Cluster
from tui.sources.kubectl import Kubectl, exec_arguments
from tui.sources.kubernetes_operations import READ_ONLY
from tui.sources.paths import PODS, object_path
from tui.sources.transport import RawConnection

KEYS, SCREEN = 0, 2
"""Descriptors of the terminal: the app draws on that of errors too, wherever the output goes."""
LOOK = 0.2
"""Seconds after which a session looks whether the terminal has another size."""
OPENING = 30.0
"""Seconds in which a server must have opened a session."""
PIECE = 32768
KEPT = 4096
"""Bytes of what kubectl said last that are looked at for the reason of its end."""
NO_PROGRAM = re.compile(r"executable file (\S+ )?not found|error finding executable")
"""How container runtimes say that an image does not have the program."""


class KubernetesExec:
    """The exec port of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def refusal(self, operation: str, target: Target | None) -> str:
        """Any container can be entered, unless nothing may be changed."""
        return READ_ONLY if self._cluster.read_only else ""

    def running(self, namespace: str, pod: str) -> tuple[str, ...]:
        """Its containers that run, as the pod tells just now."""
        path = object_path(PODS, namespace, pod)
        try:
            found = core.pod(self._cluster.transport.get(path))
        except Missing as error:
            raise Missing(
                f"the pod {pod} is gone", status=error.status, reason=error.reason
            ) from error
        names = tuple(each.name for each in found.containers if each.state == "running")
        if not names:
            raise SourceError(_why_none(found), reason="NotRunning")
        return names

    def session(self, container: Container, argv: Sequence[str]) -> Session:
        """By kubectl, or by a websocket where there is none."""
        if self._cluster.read_only:
            raise Refused(READ_ONLY, hint="start without --read-only", reason="ReadOnly")
        # Raises for what cannot be the name of a pod, whoever is asked.
        path = f"{object_path(PODS, container.namespace, container.pod)}/exec"
        kubectl = self._cluster.kubectl()
        command = kubectl.command(
            container.namespace, *exec_arguments(container.pod, container.name, argv)
        )
        if kubectl.is_there:
            return KubectlSession(kubectl, command, container)
        query = [
            *(("command", each) for each in argv),
            ("container", container.name),
            *((stream, "true") for stream in ("stdin", "stdout", "stderr", "tty")),
        ]

        def connect() -> RawConnection:
            return self._cluster.transport.raw(path, query)

        return WebsocketSession(connect, command, container)


def _why_none(pod: Pod) -> str:
    """Why there is nothing to enter in a pod."""
    ended = pod.phase in ("Succeeded", "Failed")
    why = pod.message or next((f"{c.reason} {c.message}".strip() for c in pod.containers), "")
    told = f", {why}" if why and not ended else ""
    return f"nothing runs in the pod {pod.name}: it is {pod.phase or 'not begun'}{told}"


def _without_program(container: Container) -> SourceError:
    return SourceError(
        f"the image of {container.name} has no shell",
        hint=f"kubectl debug -it {container.pod} --target={container.name} --image=busybox "
        f"-n {container.namespace} brings one",
        reason="NoShell",
    )


def _lacks_program(text: str) -> bool:
    return NO_PROGRAM.search(text) is not None


# --- kubectl -------------------------------------------------------------------------------------


class KubectlSession:
    """A session that `kubectl exec` runs."""

    def __init__(self, kubectl: Kubectl, command: tuple[str, ...], container: Container) -> None:
        self.command = command
        self._kubectl = kubectl
        self._container = container

    def run(self) -> int:
        """Have kubectl run it; what it says itself is shown, and looked at for the reason."""
        environ = dict(self._kubectl.environ)
        program = shutil.which(self.command[0], path=environ.get("PATH", ""))
        if program is None:
            raise SourceError("kubectl is not on PATH any more", reason="NoKubectl")
        said: deque[bytes] = deque(maxlen=64)
        try:
            process = subprocess.Popen(
                [program, *self.command[1:]],
                env=environ,
                stdin=KEYS,
                stdout=SCREEN,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise SourceError(f"kubectl cannot be run: {error.strerror or error}") from error
        assert process.stderr is not None, "it was asked for"
        with process.stderr as errors:
            passing_on = threading.Thread(target=_pass_on, args=(errors, said), daemon=True)
            passing_on.start()
            code = process.wait()
            passing_on.join(LOOK)
        text = b"".join(said)[-KEPT:].decode("utf-8", "replace")
        if code and _lacks_program(text):
            raise _without_program(self._container)
        # Ended by a signal: as a shell tells it.
        return code if code >= 0 else 128 - code


def _pass_on(errors: IO[bytes], said: deque[bytes]) -> None:
    # `read1` of what is there; a terminal that hung up takes nothing any more.
    with suppress(OSError, ValueError):
        while piece := os.read(errors.fileno(), PIECE):
            said.append(piece)
            _write(piece)


# --- a websocket ---------------------------------------------------------------------------------


class WebsocketSession:
    """A session over a websocket, where there is no kubectl."""

    def __init__(
        self,
        connect: Callable[[], RawConnection],
        command: tuple[str, ...],
        container: Container,
    ) -> None:
        self.command = command
        self._connect = connect
        self._container = container

    def run(self) -> int:
        """Connect, then carry bytes both ways until the program or the connection ends."""
        raw = self._connect()
        try:
            socket = _opened(raw)
            with _raw_terminal():
                status = Channels(socket).carry()
        finally:
            with suppress(OSError):
                raw.socket.close()
        return self._exit_code(status)

    def _exit_code(self, status: Mapping[str, Any] | None) -> int:
        """What the last message says; None where none came."""
        if status is None:
            raise Unreachable("the connection to the container broke", reason="Broken")
        if status.get("status") == "Success":
            return 0
        causes = (status.get("details") or {}).get("causes") or ()
        for cause in causes:
            if cause.get("reason") == "ExitCode" and str(cause.get("message")).isdigit():
                return int(cause["message"])
        message = str(status.get("message") or "the container was left without a reason")
        if _lacks_program(message):
            raise _without_program(self._container)
        raise SourceError(message, reason=str(status.get("reason") or ""))


def _opened(raw: RawConnection) -> Any:
    """The websocket on a connection of ours. Raises: SourceError in the words of the server."""
    from kubernetes.stream import ws_client
    from websocket import WebSocketBadStatusException, WebSocketException

    raw.socket.settimeout(OPENING)
    # Its checks of UTF-8 are for texts; here letters may be cut anywhere.
    socket = ws_client.WebSocket(skip_utf8_validation=True)
    try:
        socket.connect(
            raw.url,
            socket=raw.socket,
            header=[f"{name}: {value}" for name, value in raw.headers],
            subprotocols=[ws_client.V4_CHANNEL_PROTOCOL],
            suppress_origin=True,
            # Nobody else is told who we are.
            redirect_limit=0,
        )
    except WebSocketBadStatusException as error:
        headers, body = error.resp_headers or {}, error.resp_body or b""
        raise refusal(error.status_code, headers, body, path=raw.path) from error
    except (WebSocketException, OSError, ValueError) as error:
        raise Unreachable(
            f"the cluster does not open a session: {error}", reason="Websocket"
        ) from error
    socket.settimeout(None)
    return socket


class Channels:
    """The channels of one session: keys and sizes go out; output and the end come in."""

    def __init__(self, socket: Any) -> None:
        from kubernetes.stream import ws_client

        self._socket = socket
        self._client = ws_client
        self._size = (0, 0)
        self._keys = [KEYS]
        self._is_terminal = os.isatty(KEYS)
        self._status: Mapping[str, Any] | None = None

    def carry(self) -> Mapping[str, Any] | None:
        """Until it ends; the `Status` of the end, None where the connection broke before."""
        from websocket import WebSocketException

        # Broken off: what it means is told by whether the end came before.
        with suppress(WebSocketException, OSError, ValueError):
            while self._status is None:
                self._tell_size()
                ready = [self._socket]
                if not self._has_more:
                    ready = select.select([self._socket, *self._keys], [], [], LOOK)[0]
                if KEYS in ready:
                    self._send_keys()
                if self._socket in ready and not self._receive():
                    break
        return self._status

    @property
    def _has_more(self) -> bool:
        """Whether TLS has unpacked more already than the socket tells of."""
        sock = self._socket.sock
        inner = sock if hasattr(sock, "pending") else getattr(sock, "sslobj", None)
        return inner is not None and inner.pending() > 0

    def _tell_size(self) -> None:
        try:
            size = os.get_terminal_size(KEYS)
        except OSError:
            return
        if size != self._size:
            self._size = size
            told = msgspec.json.encode({"Width": size.columns, "Height": size.lines})
            self._send(self._client.RESIZE_CHANNEL, told)

    def _send_keys(self) -> None:
        typed = os.read(KEYS, PIECE)
        if typed:
            self._send(self._client.STDIN_CHANNEL, typed)
        elif self._is_terminal:
            raise OSError("the terminal hung up")
        else:
            self._keys = []

    def _send(self, channel: int, data: bytes) -> None:
        self._socket.send(bytes((channel,)) + data, self._client.ABNF.OPCODE_BINARY)

    def _receive(self) -> bool:
        """One message; False for the last one."""
        kind, frame = self._socket.recv_data_frame(True)
        abnf = self._client.ABNF
        if kind == abnf.OPCODE_CLOSE:
            return False
        if kind not in (abnf.OPCODE_BINARY, abnf.OPCODE_TEXT) or not frame.data:
            return True
        channel, data = frame.data[0], frame.data[1:]
        if channel in (self._client.STDOUT_CHANNEL, self._client.STDERR_CHANNEL):
            _write(data)
        elif channel == self._client.ERROR_CHANNEL:
            self._status = _status_in(data)
        return True


def _status_in(data: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(data)
    except UNREADABLE:
        found = None
    return found if isinstance(found, dict) else {"message": data.decode("utf-8", "replace")}


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(SCREEN, left) :]


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Keys are taken one by one and as they are: ctrl-c too is for the other side."""
    try:
        before = termios.tcgetattr(KEYS)
    except termios.error:  # no terminal
        yield
        return
    tty.setraw(KEYS)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(KEYS, termios.TCSAFLUSH, before)
